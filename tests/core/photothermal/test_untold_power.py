"""An experiment whose spectra tell neither power nor exposure says so before anything else."""

from dataclasses import replace

import pytest
from toy_experiment import Toy

from asplab.core.document import Document
from asplab.core.experiment import Experiment
from asplab.core.pipeline import analyse
from asplab.core.problems import grouped


def without(**conditions: None) -> Experiment:
    toy = Toy(tail_mev=15.0).experiment()
    spectra = tuple(replace(s, condition=replace(s.condition, **conditions)) for s in toy.spectra)
    return replace(toy, spectra=spectra)


def test_spectra_that_tell_nothing_are_the_first_problem() -> None:
    experiment = without(power_uw=None, exposure_s=None)
    first = grouped(analyse(Document(experiment)).problems, experiment=experiment.name)[0]
    assert first.severity == "warning"
    assert first.is_leading
    assert "quantum yield, η, g and ħω are wrong unless all were taken at equal ones" in first.message


@pytest.mark.parametrize("kept", ["power_uw", "exposure_s"])
def test_one_that_is_told_is_no_such_problem(kept: str) -> None:
    other = {"power_uw": "exposure_s", "exposure_s": "power_uw"}[kept]
    spectra = without(**{other: None}).spectra
    if all(getattr(s.condition, kept) is None for s in spectra):
        spectra = tuple(replace(s, condition=replace(s.condition, **{kept: 1.0})) for s in spectra)
    experiment = replace(without(**{other: None}), spectra=spectra)
    assert not any(problem.is_leading for problem in analyse(Document(experiment)).problems)
