"""Batched damped Gauss-Newton steps on objectives in (…, κ, u), free or with ħω or g held, and profiles of χ²."""

from dataclasses import dataclass

import numpy as np

from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.polaron.objectives import Objective, regular
from asplab.core.units import FloatArray

_MAX_STEPS = 40
_CONVERGED = 1e-5
"""Predicted gain in χ² (relative to 1 + χ²) at which the last step is taken without another look."""
_DAMPING_START, _DAMPING_MAX = 1e-3, 1e8
_DAMPING_FELT = 1e-2
"""Least damping after a step that failed: less would take the same step again."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """Which combination of parameters is held: ``none``, ``u`` (ħω), or ``g`` (through γ = ln g²)."""

    kind: str = "none"
    value: FloatArray | None = None

    def project(self, parameters: FloatArray) -> FloatArray:
        """Return the parameters moved onto the constraint."""
        if self.value is None:
            return parameters
        result = parameters.copy()
        if self.kind == "u":
            result[:, -1] = self.value
        else:
            result[:, -1] = np.maximum(result[:, -1], 1e-6)
            result[:, -2] = result[:, -1] * (self.value + np.log(result[:, -1] / CENTRE_MEV))
        return result

    def reduce(
        self, parameters: FloatArray, gradient: FloatArray, normal: FloatArray
    ) -> tuple[FloatArray | None, FloatArray, FloatArray]:
        """Return d parameters / d free ones (None where all are free), and gradient and curvature of the free ones."""
        if self.value is None:
            return None, gradient, normal
        tangent = self._tangent(parameters)
        across = np.swapaxes(tangent, 1, 2)
        return tangent, (across @ gradient[..., None])[..., 0], across @ normal @ tangent

    def _tangent(self, parameters: FloatArray) -> FloatArray:
        n_fits, n = parameters.shape
        identity = np.broadcast_to(np.eye(n), (n_fits, n, n))
        if self.kind == "u" or self.value is None:
            return identity[..., :-1]
        free = np.concatenate([identity[..., :-2], identity[..., -1:]], axis=-1).copy()
        free[:, -2, -1] = self.value + np.log(parameters[:, -1] / CENTRE_MEV) + 1.0
        return free


def minimise(
    objective: Objective, parameters: FloatArray, constraint: Constraint | None = None, *, max_steps: int = _MAX_STEPS
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Minimise χ² by damped Gauss-Newton steps, all fits at once.

    Returns
    -------
    parameters : ndarray, shape (n_fits, n_parameters)
    chi2 : ndarray, shape (n_fits,)
    normal : ndarray, shape (n_fits, n_free, n_free)
        JᵀJ at the minimum; its inverse is the covariance of the free parameters.
    """
    constraint = constraint or Constraint()
    parameters = constraint.project(parameters)
    chi2, gradient, normal = objective(parameters)
    damping = np.full(len(parameters), _DAMPING_START)
    active = np.ones(len(parameters), dtype=bool)
    for _ in range(max_steps):
        tangent, slope, curvature = constraint.reduce(parameters, gradient, normal)
        step = np.linalg.solve(regular(curvature, damping), slope[:, :, None])
        trial = constraint.project(parameters - (step if tangent is None else tangent @ step)[:, :, 0])
        gain = (slope[:, None] @ step)[:, 0, 0]
        last = active & (gain <= _CONVERGED * (1.0 + chi2))
        if last.any():
            parameters = np.where(last[:, None], trial, parameters)
            chi2 = np.where(last, chi2 - np.maximum(gain, 0.0), chi2)
            active &= ~last
            if not active.any():
                break
        new_chi2, new_gradient, new_normal = objective(trial)
        better = active & (new_chi2 <= chi2 * (1 + 1e-14))
        damping = np.where(better, damping * 0.01, np.maximum(damping * 10.0, _DAMPING_FELT))
        active &= damping < _DAMPING_MAX
        if better.all():
            parameters, chi2, gradient, normal = trial, new_chi2, new_gradient, new_normal
            continue
        parameters = np.where(better[:, None], trial, parameters)
        chi2 = np.where(better, new_chi2, chi2)
        gradient = np.where(better[:, None], new_gradient, gradient)
        normal = np.where(better[:, None, None], new_normal, normal)
    return parameters, chi2, constraint.reduce(parameters, gradient, normal)[2]


def profile_limit(
    objective: Objective,
    parameters: FloatArray,
    chi2: FloatArray,
    constraint_kind: str,
    centre: FloatArray,
    width: FloatArray,
    *,
    rise: float = 1.0,
    bound: float = np.inf,
) -> FloatArray:
    """Return where the profile of χ² has risen by ``rise`` on the side to which ``width`` points.

    Parameters
    ----------
    centre, width : ndarray, shape (n_fits,)
        Best value of the held quantity, and a first guess of the signed distance.
    bound : float
        End of the held quantity's range on that side; a profile that has not risen there returns NaN, an open
        limit.

    Notes
    -----
    The square root of the rise is nearly linear in the distance, so secant steps on it settle quickly; a
    bracket keeps them safe.
    """
    goal = np.sqrt(rise)
    inner, outer = np.zeros_like(width), np.full_like(width, np.nan)
    inner_root, outer_root = np.zeros_like(width), np.full_like(width, np.nan)
    distance = np.where(np.isfinite(width) & (width != 0), width, np.copysign(1e-3, width))
    furthest = np.abs(bound - centre)
    open_ = np.zeros(len(width), dtype=bool)
    warm = parameters
    done = np.zeros(len(width), dtype=bool)
    for _ in range(40):
        distance = np.clip(distance, -furthest, furthest)
        warm, value, _ = minimise(objective, warm, Constraint(constraint_kind, centre + distance), max_steps=12)
        root = np.sqrt(np.maximum(value - chi2, 0.0))
        open_ |= ~done & (np.abs(distance) >= furthest) & (root < goal)
        done |= open_ | (np.abs(root - goal) < 2e-4)
        if done.all():
            break
        inside = root < goal
        inner = np.where(~done & inside, distance, inner)
        inner_root = np.where(~done & inside, root, inner_root)
        outer = np.where(~done & ~inside, distance, outer)
        outer_root = np.where(~done & ~inside, root, outer_root)
        bracketed = np.isfinite(outer)
        share = (goal - inner_root) / np.where(bracketed, outer_root - inner_root, 1.0)
        within = inner + np.clip(share, 0.05, 0.95) * (np.where(bracketed, outer, 0.0) - inner)
        beyond = distance * np.clip(goal / np.maximum(root, 0.1 * goal), 1.1, 4.0)
        runaway = ~bracketed & (np.abs(distance) > 1e6 * np.abs(np.where(width == 0, 1.0, width)))
        open_ |= ~done & runaway
        done |= open_
        distance = np.where(done, distance, np.where(bracketed, within, beyond))
    return np.where(open_ | ~done, np.nan, centre + distance)
