"""What is said of fits of Eq. 9 that fail: the reason is that of the data, not the sharing of g and ħω by rote."""

import numpy as np
import pytest

from asplab.core.polaron.failures import misfit_problems

TEMPERATURES_K = np.array([120.0, 180.0])


@pytest.mark.parametrize(
    ("chi2", "wanted", "unwanted"),
    [
        ((240.0, 240.0, 485.0), "Sharing is not the reason", "do not share"),
        ((17.0, 18.0, 485.0), "The temperatures do not share one g and ħω: sharing them adds 450 for 2", "single"),
        ((240.0, 240.0, 900.0), "they do not share one g and ħω either", "not the reason"),
    ],
)
def test_a_joint_misfit_says_whether_it_comes_from_sharing(chi2: tuple[float, ...], wanted: str, unwanted: str) -> None:
    found = misfit_problems(TEMPERATURES_K, np.array(chi2), np.array([17, 18, 37]), np.ones(3, dtype=bool))
    (message,) = [problem.message for problem in found if problem.where == "joint fit"]
    assert wanted in message
    assert unwanted not in message
