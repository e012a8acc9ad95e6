"""The acceptance of the whole: raw files with all effects of a real day at once, analysed with default settings."""

from dataclasses import replace

import numpy as np
import pytest
from realistic_study import analysed, compared

from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.pipeline import Results
from asplab.core.systematics import Systematics, prepare, shift, systematic_errors
from asplab.core.systematics.shifts import SLOPE_RANGE_MEV
from asplab.core.virtual import VirtualExperiment
from asplab.core.virtual.effects import REALISTIC
from asplab.core.virtual.light import SLOPE_SPAN_MEV

DAY = VirtualExperiment(temperatures_k=(120.0, 200.0, 260.0), effects=REALISTIC)
CLEAN = replace(DAY, effects=VirtualExperiment().effects)
SEED = 5


@pytest.fixture(scope="module")
def day() -> Results:
    return analysed(DAY, SEED)


@pytest.fixture(scope="module")
def errors(day: Results) -> Systematics:
    return systematic_errors(day)


def warnings(results: Results) -> list[str]:
    return [problem.message for problem in results.problems if problem.severity != "info"]


def test_every_eta_of_a_real_day_lies_within_three_total_errors(day: Results, errors: Systematics) -> None:
    rows = list(compared(day, DAY, SEED, errors))
    assert len(rows) == 21
    assert max(abs(row.total_pull) for row in rows) < 3.0
    # The effects are there: without the errors of what no repeat shows, η would be far off.
    assert max(abs(row.pull) for row in rows) > 3.0


def without_the_effects_of_known_size(day: Results) -> np.ndarray:
    """Return η after neutral filter, inner filter and slope of the yield were taken out as they were simulated."""
    assert day.efficiency is not None
    assert day.efficiency.responses is not None
    context, effects = prepare(day).context, DAY.effects
    dimmed = {"nd_percent": 100.0 * effects.nd_error_od / effects.pl_nd_od, "inner_filter_part": -1.0}
    slope = {
        "yield_slope_percent": -100.0 * effects.yield_slope * SLOPE_RANGE_MEV / SLOPE_SPAN_MEV,
        "yield_step_percent": 100.0 * effects.yield_slope * DAY.stokes_detuning_mev[0] / SLOPE_SPAN_MEV,
    }
    clear = shift(day.efficiency.responses, dimmed, context)
    return fit_efficiency(shift(clear, slope, replace(context, line=None)), day.document.settings.efficiency).eta


def test_the_common_bias_of_a_real_day_is_that_of_three_effects_off_by_their_priors(
    day: Results, errors: Systematics
) -> None:
    """Neutral filter and inner filter are one and 1.4 prior standard deviations off to one side, at every seed."""
    assert day.efficiency is not None
    left = replace(day, efficiency=replace(day.efficiency, eta=without_the_effects_of_known_size(day)))
    rows = list(compared(day, DAY, SEED, errors))
    total = [(row.eta - row.truth) / row.total_pull for row in rows]
    off = [row.eta - row.truth for row in compared(left, DAY, SEED, errors)]
    assert np.mean([row.total_pull for row in rows]) > 1.2
    assert abs(np.mean(np.divide(off, total))) < 0.35
    assert np.abs(np.divide(off, total)).max() < 1.0


def test_the_quantum_yields_of_a_real_day_lie_within_three_total_errors(day: Results, errors: Systematics) -> None:
    assert day.efficiency is not None
    off = day.efficiency.quantum_yield - DAY.quantum_yield
    side = np.where(off > 0.0, errors.minus.quantum_yield, errors.plus.quantum_yield)
    assert np.abs(off / np.hypot(day.efficiency.quantum_yield_error, side)).max() < 3.0


EXPECTED = (
    "optical density",
    "full scale",
    "the detector is saturated",
    "Eq. 9 does not describe η",
    "shape of ASPL differs",
    "measured again differs",
)
"""What an expert would warn of: a dense sample, overload, saturation, an ensemble, a band that moves, and, where the
noise lets it be seen, a condition that came out 1 % lower on the second day."""


def test_the_warnings_of_a_real_day_are_those_of_an_expert(day: Results) -> None:
    found = warnings(day)
    superfluous = [message for message in found if not any(part in message for part in EXPECTED)]
    assert superfluous == []
    for part in EXPECTED[:3]:
        assert any(part in message for message in found), part


def test_a_clean_day_has_no_warning() -> None:
    assert warnings(analysed(CLEAN, SEED)) == []
