"""A correction that is switched off although the data ask for it is told, one that nothing asks for is not."""

from dataclasses import replace

import numpy as np
import pytest
from correction_level import SMALL, curve, spectrum
from toy_experiment import change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.experiment import Experiment
from asplab.core.pipeline import analyse

AXIS_NM = np.linspace(380.0, 640.0, 27)


def told(experiment: Experiment, **settings: object) -> list[str]:
    document = Document(experiment)
    for record, changes in settings.items():
        document = document.with_settings(**{record: replace(getattr(document.settings, record), **changes)})
    return [problem.message for problem in analyse(document).problems]


def with_column(**values: object) -> Experiment:
    """Return the toy whose PL alone states something."""
    return change_spectra(
        SMALL.experiment(),
        lambda s: with_condition(s, **values) if s.kind == "pl" else s,  # type: ignore[arg-type]
    )


CASES = [
    ("neutral filters", "undo_neutral_density", with_column(nd_od=0.5)),
    (
        "electron gain",
        "divide_by_em_gain",
        change_spectra(SMALL.experiment(), lambda s: with_condition(s, em_gain=5.0 if s.kind == "pl" else 1.0)),
    ),
    ("exposure", "divide_by_exposure", with_column(exposure_s=7.0)),
    (
        "response",
        "divide_by_response",
        replace(SMALL.experiment(), curves=(curve("response", "r.csv", AXIS_NM, np.ones(27)),)),
    ),
    (
        "background",
        "subtract_background",
        replace(
            SMALL.experiment(),
            spectra=(*SMALL.experiment().spectra, spectrum("background", "b.csv", SMALL, np.ones(441), exposure_s=2.0)),
        ),
    ),
]


@pytest.mark.parametrize(("name", "field", "experiment"), CASES)
def test_what_the_data_ask_for_is_told_while_it_is_off(name: str, field: str, experiment: Experiment) -> None:
    off = [message for message in told(experiment, corrections={field: False}) if "switched off" in message]
    assert len(off) == 1
    assert name in off[0]
    assert not any("switched off" in message for message in told(experiment))


def test_what_nothing_asks_for_is_not_told() -> None:
    switches = ("undo_neutral_density", "divide_by_em_gain", "divide_by_accumulations", "divide_by_response")
    off = told(SMALL.experiment(), corrections=dict.fromkeys(switches, False))
    assert not any("switched off" in message for message in off)


@pytest.mark.parametrize(("record", "divided"), [("corrections", "out of PA but"), ("scans", "out of PL and ASPL but")])
def test_power_that_is_divided_out_of_one_side_alone_is_told(record: str, divided: str) -> None:
    found = told(SMALL.experiment(), **{record: {"divide_by_power": False}})
    assert any(divided in message for message in found)
    both = {"corrections": {"divide_by_power": False}, "scans": {"divide_by_power": False}}
    assert not any("divided out of" in message for message in told(SMALL.experiment(), **both))


def test_a_hidden_part_that_is_left_out_is_told_once_with_its_size() -> None:
    left_out = told(SMALL.experiment(), integration={"correct_truncation": False})
    found = [message for message in left_out if "hide up to" in message]
    assert len(found) == 1
    assert not any("hide up to" in message for message in told(SMALL.experiment()))


def test_a_measured_leak_that_is_left_in_is_told_where_it_matters() -> None:
    def found(ppm: float, *, subtracted: bool) -> list[str]:
        pump = {"measured_leak_ppm": ppm, "subtract_leak": subtracted}
        return [message for message in told(SMALL.experiment(), pump=pump) if "measured leak" in message]

    assert len(found(1e4, subtracted=False)) == 1
    assert not found(1e4, subtracted=True)
    assert not found(1.0, subtracted=False)
