"""Effects that a careful day measures: their priors for what is unknown step back, and only there."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from toy_experiment import change_spectra, with_condition

from asplab.core import Document, analyse
from asplab.core.experiment import Experiment
from asplab.core.loading import load_experiment
from asplab.core.settings import CalibrationSettings, EnergySettings, SystematicsSettings
from asplab.core.systematics import prepare, systematic_errors
from asplab.core.systematics.subject import Subject
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.core.virtual.effects import Effects

CAREFUL = Effects(filters_written=True, path_mismatch=0.05, laser_lines=True, bandwidth_nm=1.5, scan_bandwidth_nm=1.5)


@cache
def careful() -> Experiment:
    """Return a day on which every laser line, filter curve and bandwidth was measured."""
    small = VirtualExperiment(
        temperatures_k=(250.0,),
        stokes_detuning_mev=(170.0, 320.0),
        detuning_mev=(23.0, 46.0, 65.0),
        repeats=3,
        pa_step_nm=1.0,
        effects=CAREFUL,
    )
    with TemporaryDirectory() as folder:
        return load_experiment(simulate(Path(folder) / "made", small, seed=2).parent)


def subject(experiment: Experiment, **settings: object) -> Subject:
    return prepare(analyse(Document(experiment).with_settings(**settings)))


def test_what_was_measured_has_no_prior_for_the_unknown() -> None:
    found = subject(careful())
    assert "line of every excitation was measured" in dict(found.left_out)["wavelength_nm"]
    assert "bandwidth of every excitation is known" in dict(found.left_out)["bandwidth_mev"]
    assert found.prior["path_mismatch_percent"] == 0.5
    (note,) = [note for note in systematic_errors(found).notes if "0.5 %" in note]
    assert "curves of all filters" in note


def test_a_mismatch_that_the_user_states_stays() -> None:
    stated = subject(careful(), systematics=SystematicsSettings(path_mismatch_percent=3.0))
    assert stated.prior["path_mismatch_percent"] == 3.0


@pytest.mark.parametrize("missing", ["line", "curve", "width"])
def test_one_that_is_missing_keeps_the_prior(missing: str) -> None:
    experiment = careful()
    if missing == "line":
        first = next(s for s in experiment.spectra if s.kind == "laser")
        kept = tuple(s for s in experiment.spectra if s.condition.excitation_nm != first.condition.excitation_nm)
        own = [s for s in experiment.spectra if s.kind != "laser" and s not in kept]
        experiment = replace(experiment, spectra=(*kept, *own))
    elif missing == "curve":
        experiment = replace(experiment, curves=tuple(c for c in experiment.curves if c.kind != "filter"))
    else:
        last = next(s.condition.excitation_nm for s in reversed(experiment.spectra) if s.kind == "aspl")
        experiment = change_spectra(
            experiment, lambda s: with_condition(s, bandwidth_nm=None) if s.condition.excitation_nm == last else s
        )
    found = subject(experiment)
    at_default = {"wavelength_nm": 0.2, "path_mismatch_percent": 2.0, "bandwidth_mev": 5.0}
    name = {"line": "wavelength_nm", "curve": "path_mismatch_percent", "width": "bandwidth_mev"}[missing]
    assert found.prior[name] == at_default[name]
    assert not (set(at_default) - {name, "path_mismatch_percent"}) & set(found.prior)


def test_an_error_of_the_reference_that_is_stated_is_not_counted_twice() -> None:
    stated = subject(careful(), energies=EnergySettings(reference_error_mev=2.0))
    assert "stated in the settings" in dict(stated.left_out)["reference_mev"]
    assert subject(careful()).prior["reference_mev"] == 2.0


def test_a_bandwidth_that_is_not_made_up_for_keeps_its_prior() -> None:
    found = subject(careful(), calibration=CalibrationSettings(correct_bandwidth=False))
    assert found.prior["bandwidth_mev"] == 5.0
