"""The acceptance of the whole: raw files with all effects of a real day at once, analysed with default settings."""

from dataclasses import replace

import numpy as np
import pytest
from realistic_study import analysed, compared

from asplab.core.pipeline import Results
from asplab.core.systematics import systematic_errors
from asplab.core.virtual import VirtualExperiment
from asplab.core.virtual.effects import REALISTIC

DAY = VirtualExperiment(temperatures_k=(120.0, 200.0, 260.0), effects=REALISTIC)
CLEAN = replace(DAY, effects=VirtualExperiment().effects)
SEED = 5


@pytest.fixture(scope="module")
def day() -> Results:
    return analysed(DAY, SEED)


def warnings(results: Results) -> list[str]:
    return [problem.message for problem in results.problems if problem.severity != "info"]


def test_every_eta_of_a_real_day_lies_within_three_total_errors(day: Results) -> None:
    rows = list(compared(day, DAY, SEED))
    assert len(rows) == 21
    assert max(abs(row.total_pull) for row in rows) < 3.0
    # The effects are there: without the errors of what no repeat shows, η would be far off.
    assert max(abs(row.pull) for row in rows) > 3.0


def test_the_quantum_yields_of_a_real_day_lie_within_three_total_errors(day: Results) -> None:
    assert day.efficiency is not None
    errors = systematic_errors(day)
    off = day.efficiency.quantum_yield - DAY.quantum_yield
    side = np.where(off > 0.0, errors.minus.quantum_yield, errors.plus.quantum_yield)
    assert np.abs(off / np.hypot(day.efficiency.quantum_yield_error, side)).max() < 3.0


EXPECTED = (
    "optical density",
    "full scale",
    "the detector is saturated",
    "Eq. 9 does not describe η",
    "shape of ASPL differs",
)
"""What an expert would warn of: a dense sample, overload, saturation, an ensemble, a band that moves."""


def test_the_warnings_of_a_real_day_are_those_of_an_expert(day: Results) -> None:
    found = warnings(day)
    superfluous = [message for message in found if not any(part in message for part in EXPECTED)]
    assert superfluous == []
    for part in EXPECTED[:3]:
        assert any(part in message for message in found), part


def test_a_clean_day_has_no_warning() -> None:
    assert warnings(analysed(CLEAN, SEED)) == []
