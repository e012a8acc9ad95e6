"""Damped Gauss-Newton steps: what a fit costs where its steps fail."""

import numpy as np

from asplab.core.polaron.gauss_newton import minimise


class Overshooting:
    """χ² of a parabola beside a large rest, as of a bad fit: steps are half as long, and near to 0 thrice too long."""

    def __init__(self) -> None:
        self.evaluations = 0

    def __call__(self, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self.evaluations += 1
        slope = np.where(np.abs(parameters) > 0.3, 0.5, 3.0) * parameters
        return 1400.0 + parameters[:, 0] ** 2, slope, np.broadcast_to(np.eye(1), (len(parameters), 1, 1))


def test_a_step_that_fails_is_not_taken_again_with_damping_too_small_to_matter() -> None:
    """After five good steps the damping is 10⁻¹³: ten steps of one length would fail before it is felt, 23 in all."""
    objective = Overshooting()
    found, chi2, _ = minimise(objective, np.array([[4.0]]))
    assert objective.evaluations < 18
    np.testing.assert_allclose(chi2, 1400.0, atol=0.1)
    assert abs(found[0, 0]) < 0.2
