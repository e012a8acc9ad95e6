"""What more repeats would do to the error of ħω."""

from dataclasses import replace

import numpy as np
import pytest

from asplab.core.appraisal.more_repeats import plan_repeats
from asplab.core.document import Document
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Experiment
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.virtual import VirtualExperiment, simulate

FEW, MANY = 6, 24


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    truth = VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=MANY)
    return load_experiment(simulate(tmp_path_factory.mktemp("plan") / "all", truth, seed=2).parent)


def results_with(experiment: Experiment, *, spectra: int = FEW, scans: int = FEW, only_k: float = 120.0) -> Results:
    """Analyse with so many repeats at one temperature, and the few at the other one."""

    def kept(record: object, count: int) -> bool:
        condition = record.condition  # type: ignore[attr-defined]
        most = count if condition.temperature_k == only_k else FEW
        return condition.temperature_k is None or condition.repeat <= most

    chosen = replace(
        experiment,
        spectra=tuple(s for s in experiment.spectra if kept(s, spectra)),
        scans=tuple(s for s in experiment.scans if kept(s, scans)),
    )
    return analyse(Document(chosen))


def test_the_forecast_of_more_scans_is_what_more_scans_bring(measured: Experiment) -> None:
    few, many = results_with(measured), results_with(measured, scans=MANY)
    plan = plan_repeats(few, more=MANY - FEW)
    assert few.polaron is not None
    assert many.polaron is not None
    forecast = plan.scans_mev[0] / few.polaron.phonon_error_mev[0]
    found = many.polaron.phonon_error_mev[0] / few.polaron.phonon_error_mev[0]
    assert forecast < 0.95
    assert forecast == pytest.approx(found, rel=0.25)


def test_more_repeats_never_hurt_and_act_at_their_own_temperature(measured: Experiment) -> None:
    few = results_with(measured)
    plan = plan_repeats(few)
    assert few.responses is not None
    assert np.array_equal(np.isfinite(plan.spectra_mev), few.responses.fitted)
    assert np.nanmax(plan.spectra_mev / plan.error_mev[:-1, None]) < 1.001
    assert np.nanmax(plan.joint_spectra_mev / plan.error_mev[-1]) < 1.001
    assert np.all(plan.scans_mev <= plan.error_mev[:-1])


def test_no_more_than_endless_repeats_can_be_won(measured: Experiment) -> None:
    few = results_with(measured)
    endless, more = plan_repeats(few, more=10**9), plan_repeats(few, more=4)
    assert np.all(endless.scans_mev < more.scans_mev)
    assert np.all(endless.scans_mev > 0.2 * few.polaron.phonon_error_mev[:-1])  # type: ignore[union-attr]


def test_the_best_place_is_named_in_words(measured: Experiment) -> None:
    lines = plan_repeats(results_with(measured), more=4).words()
    assert lines
    assert all("4 more" in line and "shrink the error of ħω of all temperatures by" in line for line in lines)
    shares = [float(line.rsplit(" by ", 1)[1].removesuffix(" %")) for line in lines]
    assert shares == sorted(shares, reverse=True)


def test_a_table_of_eta_has_no_repeats_to_plan() -> None:
    with pytest.raises(AnalysisError, match="raw spectra"):
        plan_repeats(analyse(Document(Experiment("empty"))))


def test_a_number_that_is_not_positive_is_refused(measured: Experiment) -> None:
    with pytest.raises(AnalysisError, match="0 more repeats"):
        plan_repeats(results_with(measured), more=0)
