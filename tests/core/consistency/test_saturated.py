"""η that says nothing of the rate: at 1 or 0 throughout, the same everywhere, or only beside its fall."""

import warnings

import numpy as np
import pytest
from eta_tables import SIX_MEV, Rows, eq9_row, eta_table, level_row

from asplab.core.consistency import Check
from asplab.core.consistency.fits import check_fit
from asplab.core.polaron.fit import fit_polaron
from asplab.core.polaron.profiles import PolaronIntervals, find_intervals
from asplab.core.settings import PolaronSettings

STEEP: Rows = (20.0, SIX_MEV, [0.89, 0.066, 2e-4, 3e-6, 0.0, 0.0], [0.02] * 6)
OF_FIT = ("misfit", "rate_bound", "monotone", "few_phonons", "stokes_shift", "linewidth", "shared_parameters")


def found(*rows: Rows) -> tuple[PolaronIntervals, dict[tuple[str, str], Check]]:
    efficiency = eta_table(*rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        fit = fit_polaron(efficiency, PolaronSettings())
        intervals = find_intervals(fit)
        checks = check_fit(fit, efficiency, intervals=intervals)
    return intervals, {(check.name, check.place): check for check in checks}


@pytest.mark.parametrize(
    ("eta", "words", "remedy"),
    [
        (1.0, "η is 1 within 2 standard errors at every point: it is saturated", "Measure at larger ΔE"),
        (0.0, "η is 0 within 2 standard errors at every point: it is saturated", "Measure at smaller ΔE"),
        (1.05, "beyond its errors at some, as no efficiency is", "look at power, filters"),
        (-0.05, "beyond its errors at some, as no efficiency is", "look at power, filters"),
    ],
)
def test_eq9_by_itself_says_why_a_level_eta_leaves_everything_open(eta: float, words: str, remedy: str) -> None:
    intervals, _ = found(level_row(250.0, eta, 0.01))
    (problem,) = intervals.problems
    assert problem.severity == "warning"
    assert "the data set no limit of ħω and none of g" in problem.message
    assert words in problem.message
    assert remedy in problem.message


def test_the_open_ends_are_named_with_the_limits_that_there_are() -> None:
    intervals, _ = found(level_row(250.0, 0.5, 0.02))
    (problem,) = intervals.problems
    assert np.isfinite([intervals.phonon_low_mev[0], intervals.phonon_high_mev[0], intervals.g_low_mev[0]]).all()
    assert np.isnan(intervals.g_high_mev[0])
    low, high = intervals.phonon_low_mev[0], intervals.phonon_high_mev[0]
    assert f"{low:.3g} meV < ħω < {high:.3g} meV, g > {intervals.g_low_mev[0]:.3g} meV" in problem.message
    assert "the upper end of g is open." in problem.message
    assert "η is the same within 2 standard errors at every point" in problem.message


def test_too_few_points_on_the_fall_of_eta_are_counted() -> None:
    intervals, _ = found(STEEP)
    assert "Only 2 η lie clearly between 0 and 1, and 3 are needed" in intervals.problems[0].message


def test_an_open_upper_end_keeps_its_remedy() -> None:
    row = (250.0, SIX_MEV, [0.9, 0.8, 0.7, 0.6, 0.4, 0.2], [0.02] * 6)
    intervals, _ = found(row)
    message = intervals.problems[0].message
    assert f"ħω > {intervals.phonon_low_mev[0]:.3g} meV, g > " in message
    assert "the upper end of ħω and the upper end of g are open. Detunings with η well below 0.5" in message


@pytest.mark.parametrize("eta", [1.0, 0.0])
def test_saturated_temperatures_agree_and_conflict_with_nothing(eta: float) -> None:
    _, checks = found(level_row(80.0, eta, 0.01), level_row(250.0, eta, 0.01))
    for place in ("80 K", "250 K", "joint fit"):
        for name in OF_FIT:
            if (name, place) in checks:
                assert checks[name, place].status == "not applicable", (name, place)
    assert checks["polaron_energy", "joint fit"].status == "not applicable"


def test_one_saturated_temperature_does_not_say_that_all_share_their_parameters() -> None:
    _, checks = found(level_row(80.0, 1.0, 0.01), eq9_row(250.0, relative=0.01))
    assert checks["shared_parameters", "joint fit"].status == "not applicable"
    assert checks["misfit", "250 K"].status == "agrees"
    assert checks["misfit", "80 K"].status == "not applicable"


def test_numbers_as_uncertain_as_themselves_are_not_judged() -> None:
    _, checks = found(STEEP)
    for name in ("rate_bound", "monotone", "few_phonons", "stokes_shift", "linewidth"):
        assert checks[name, "20 K"].status == "not applicable", name
    assert checks["rate_bound", "20 K"].numbers


def test_an_open_phonon_energy_counts_no_phonons() -> None:
    efficiency = eta_table(level_row(250.0, 0.5, 0.02))
    fit = fit_polaron(efficiency, PolaronSettings())
    intervals = find_intervals(fit)
    checks = {check.name: check for check in check_fit(fit, efficiency, intervals=intervals)}
    assert checks["few_phonons"].status == "conflicts"
    open_ = PolaronIntervals(
        intervals.phonon_low_mev, np.full(2, np.nan), intervals.g_low_mev, intervals.g_high_mev, intervals.identified
    )
    checks = {check.name: check for check in check_fit(fit, efficiency, intervals=open_)}
    assert checks["few_phonons"].status == "not applicable"
    assert "68 % interval is open" in checks["few_phonons"].meaning


def test_the_fall_of_logit_eta_is_not_judged_where_its_error_covers_it() -> None:
    _, checks = found((250.0, (20.0, 30.0, 40.0, 50.0), [0.5, 0.45, 0.4, 0.3], [0.15] * 4))
    check = checks["logit_drop", "250 K"]
    assert check.status == "not applicable"
    assert "as large as the least fall" in check.meaning
