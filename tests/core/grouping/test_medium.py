"""Film and suspension: η is of one of them, and what was measured in the other changes nothing of it."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from correction_level import SMALL, curve

from asplab.core.document import Document
from asplab.core.experiment import Experiment, Record
from asplab.core.grouping.medium import analysed_medium, main_part, other_media
from asplab.core.pipeline import Results, analyse

R = TypeVar("R", bound=Record)
AXIS_NM = np.linspace(380.0, 640.0, 521)


def told(record: R, medium: str) -> R:
    return replace(record, condition=replace(record.condition, medium=medium))


def with_suspension(experiment: Experiment, *, medium: str = "film") -> Experiment:
    """Add the first PL again as if it were of a suspension, at another temperature."""
    first = next(s for s in experiment.spectra if s.kind == "pl")
    condition = replace(first.condition, medium="suspension", temperature_k=295.0)
    other = replace(first, condition=condition, source="suspension.csv", counts=3.0 * first.counts)
    scans = tuple(told(scan, medium) for scan in experiment.scans)
    return replace(experiment, spectra=(*experiment.spectra, other), scans=scans)


@pytest.fixture(scope="module")
def both() -> tuple[Results, Results]:
    experiment = SMALL.experiment()
    return analyse(Document(experiment)), analyse(Document(with_suspension(experiment)))


def test_the_medium_of_the_scans_is_the_analysed_one() -> None:
    experiment = with_suspension(SMALL.experiment())
    assert analysed_medium(experiment) == "film"
    assert other_media(experiment) == ("suspension",)


def test_an_experiment_that_tells_no_medium_is_left_whole() -> None:
    experiment = SMALL.experiment()
    assert main_part(experiment) is experiment


def test_an_experiment_in_suspension_alone_keeps_all_its_spectra() -> None:
    experiment = SMALL.experiment()
    wet = replace(experiment, spectra=tuple(told(s, "suspension") for s in experiment.spectra))
    assert main_part(wet) is wet


def test_absorption_of_another_sample_is_left_out_and_that_without_a_name_stays() -> None:
    experiment = SMALL.experiment()
    spectra = tuple(replace(s, condition=replace(s.condition, sample="A")) for s in experiment.spectra)
    unnamed = curve("absorption", "a.csv", AXIS_NM, np.ones(AXIS_NM.size))
    named = [replace(unnamed, condition=replace(unnamed.condition, sample=name)) for name in ("A", "B")]
    kept = main_part(replace(experiment, spectra=spectra, curves=(unnamed, *named))).curves
    assert [one.condition.sample for one in kept] == ["", "A"]


def test_emission_of_another_medium_changes_no_efficiency(both: tuple[Results, Results]) -> None:
    alone, beside = both
    assert alone.efficiency is not None
    assert beside.efficiency is not None
    np.testing.assert_array_equal(beside.efficiency.eta, alone.efficiency.eta)
    np.testing.assert_array_equal(beside.efficiency.temperatures_k, alone.efficiency.temperatures_k)


def test_emission_of_another_medium_is_told(both: tuple[Results, Results]) -> None:
    (problem,) = [p for p in both[1].problems if "suspension" in p.message]
    assert problem.severity == "info"
    assert problem.message.startswith("1 spectrum of the suspension")


def test_the_absorption_of_a_film_has_no_inner_filter_of_a_cuvette() -> None:
    experiment = SMALL.experiment()
    own = curve("absorption", "film.csv", AXIS_NM, np.full(AXIS_NM.size, 0.5) + 0.001 * (640.0 - AXIS_NM))
    film = replace(experiment, curves=(told(own, "film"),))
    untold = replace(experiment, curves=(own,))
    for made, is_filter in ((film, False), (untold, True)):
        found = analyse(Document(made))
        assert found.corrected is not None
        assert bool(np.any(found.corrected.inner_filter != 1.0)) is is_filter
        assert any("optical density" in p.message for p in found.problems) is is_filter
