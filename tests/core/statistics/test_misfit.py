"""Many fits of data that their models describe are told as rarely as promised."""

import numpy as np
import pytest

from asplab.core.statistics.chance import FALSE_ALARM
from asplab.core.statistics.misfit import is_misfit


@pytest.mark.parametrize(("dof", "tests"), [(5, 11), (9, 11), (119, 1), (3, 200)])
def test_the_chance_of_any_false_alarm_is_the_same_for_any_number_of_fits(dof, tests):
    chi2 = np.random.default_rng(dof).chisquare(dof, size=(200_000 // tests, tests))
    alarms = is_misfit(chi2, dof, tests=tests).any(axis=1).mean()
    assert alarms == pytest.approx(FALSE_ALARM, abs=4.0 * np.sqrt(FALSE_ALARM / len(chi2)))


def test_a_fit_that_fails_is_a_misfit_among_many():
    assert is_misfit([40.0, 5.0, np.nan, 40.0], [5, 5, 5, 0], tests=11).tolist() == [True, False, False, False]
