"""The whole chain: what an edit recomputes, what a failure leaves, and exact answers from raw toys."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra

from asplab.core.document import Document
from asplab.core.errors import Cancelled
from asplab.core.experiment import Experiment, frozen_array
from asplab.core.pipeline import Analysis, Results, analyse
from asplab.core.progress import Progress
from asplab.core.settings import (
    BackgroundSettings,
    BaselineSettings,
    CalibrationSettings,
    CorrectionSettings,
    DriftSettings,
    EfficiencySettings,
    EnergySettings,
    GroupingSettings,
    IntegrationSettings,
    MatchedSettings,
    ModelSettings,
    PolaronSettings,
    PumpSettings,
    ResponseSettings,
    ScanSettings,
    Settings,
    SizeSettings,
    SystematicsSettings,
    TailSettings,
    TransientSettings,
    TransmissionSettings,
    TrendSettings,
    YieldSettings,
)

TOY = Toy(tail_mev=15.0, repeats=3)
ORDER = (
    "gathered",
    "calibration",
    "corrected",
    "layout",
    "bands",
    "background",
    "excitations",
    "energies",
    "emission",
    "background_check",
    "scans",
    "absorbed",
    "responses",
    "efficiency",
    "polaron",
    "intervals",
)
# Energies and calibrations that come out equal are kept, and what follows from them alone with them.
STALE = tuple(name for name in ORDER if name not in ("energies", "calibration"))
EDITS = {
    "grouping": (GroupingSettings(temperature_tolerance_k=1.0), STALE),
    "corrections": (CorrectionSettings(cosmic_threshold=9.0), STALE[1:]),
    "transmission": (TransmissionSettings(cutoff_guard_nm=7.0), ("bands", "background", "emission", "responses")),
    "background": (BackgroundSettings(baseline="line"), ("bands", "emission", "responses")),
    "integration": (IntegrationSettings(window_nm=(430.0, 580.0)), ("emission", "responses", "efficiency")),
    "scans": (ScanSettings(half_width_mev=6.0), ("scans", "absorbed", "responses")),
    "baseline": (BaselineSettings(from_mev=230.0), ("absorbed", "responses", "efficiency")),
    "energies": (EnergySettings(reference="mean"), ("energies", "absorbed", "responses", "efficiency")),
    "calibration": (CalibrationSettings(scans_as_set=True), ("excitations", "scans", "absorbed", "responses")),
    "drift": (DriftSettings(correct_drift=True), ("emission", "absorbed", "drift", "responses", "efficiency")),
    "responses": (ResponseSettings(pairing="unpaired"), ("responses", "efficiency")),
    "efficiency": (EfficiencySettings(quantum_yield="shared"), ("efficiency", "polaron", "intervals")),
    "pump": (PumpSettings(measured_leak_ppm=100.0), ("responses", "efficiency", "purity")),
    "polaron": (PolaronSettings(detuning_range_mev=(0.0, 60.0)), ("polaron", "intervals")),
    "models": (ModelSettings(compared=("thermal",)), ()),
    "systematics": (SystematicsSettings(wavelength_nm=0.5), ()),
    "yields": (YieldSettings(response_error_percent=1.0), ("sphere_yields",)),
    "matched": (MatchedSettings(scattering_exponent=3.0), ("matched",)),
    "transients": (TransientSettings(artefact_terms=1), ()),
    "sizes": (SizeSettings(minimum_nm=3.0), ()),
    "trends": (TrendSettings(energy="mean"), ()),
    "tails": (TailSettings(matched_eta=0.9), ()),
}
UNTOUCHED = {
    "transmission": ("gathered", "corrected", "layout", "excitations"),
    "background": ("gathered", "corrected", "layout", "excitations"),
    "integration": ("corrected", "bands", "background", "energies", "scans", "absorbed"),
    "scans": ("corrected", "bands", "energies", "emission"),
    "baseline": ("corrected", "bands", "energies", "emission", "scans"),
    "energies": ("corrected", "bands", "background", "emission"),
    "calibration": ("gathered", "calibration", "corrected", "bands", "energies", "emission"),
    "drift": ("corrected", "bands", "background", "energies", "scans"),
    "responses": ("corrected", "emission", "absorbed"),
    "efficiency": ("corrected", "emission", "absorbed", "responses"),
    "pump": ("corrected", "emission", "absorbed"),
    "polaron": ("responses", "efficiency"),
    "grouping": (),
    "corrections": ("gathered",),
    "models": ORDER,
    "systematics": ORDER,
    **dict.fromkeys(("yields", "matched", "transients", "sizes", "trends", "tails"), ORDER),
}


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return TOY.experiment()


def test_every_settings_record_has_an_edit_here() -> None:
    assert set(EDITS) == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize("record", EDITS)
def test_an_edit_recomputes_what_depends_on_it_and_nothing_else(record: str, experiment: Experiment) -> None:
    analysis = Analysis()
    document = Document(experiment)
    before = analysis.update(document)
    after = analysis.update(document.with_settings(**{record: EDITS[record][0]}))
    for name in EDITS[record][1]:
        assert getattr(after, name) is not getattr(before, name), name
    for name in UNTOUCHED[record]:
        assert getattr(after, name) is getattr(before, name), name


@pytest.mark.parametrize("record", EDITS)
def test_an_edit_and_its_undo_give_what_a_fresh_analysis_gives(record: str, experiment: Experiment) -> None:
    analysis = Analysis()
    document = Document(experiment)
    edited = document.with_settings(**{record: EDITS[record][0]})
    analysis.update(document)
    warm, cold = analysis.update(edited), analyse(edited)
    same(warm, cold)
    same(analysis.update(document), analyse(document))


def same(one: Results, other: Results) -> None:
    assert one.efficiency is not None
    assert other.efficiency is not None
    assert one.polaron is not None
    assert other.polaron is not None
    np.testing.assert_array_equal(one.efficiency.eta, other.efficiency.eta)
    np.testing.assert_array_equal(one.efficiency.eta_error, other.efficiency.eta_error)
    np.testing.assert_array_equal(one.polaron.g_mev, other.polaron.g_mev)
    assert one.problems == other.problems


def test_equal_settings_recompute_nothing(experiment: Experiment) -> None:
    analysis = Analysis()
    document = Document(experiment)
    before, after = (
        analysis.update(document),
        analysis.update(document.with_settings(integration=IntegrationSettings())),
    )
    assert all(getattr(before, name) is getattr(after, name) for name in ORDER)


def stopping_after(stages: int) -> tuple[Progress, list[float]]:
    """Return a progress that is cancelled once as many stages were announced, and the fractions it was told."""
    told: list[float] = []

    def report(fraction: float, _text: str) -> None:
        told.append(fraction)
        if len(told) == stages:
            progress.cancelled.set()

    progress = Progress(report)
    return progress, told


@pytest.mark.parametrize("stages", [1, 4, 9, 16, 25, 33])
def test_an_analysis_given_up_goes_on_to_what_a_fresh_one_gives(stages: int, experiment: Experiment) -> None:
    analysis = Analysis()
    document = Document(experiment)
    key = analysis.update(document).gathered.stacks[0].key  # type: ignore[union-attr]
    excluded = document.excluding(key, "outlier")
    progress, told = stopping_after(stages)
    with pytest.raises(Cancelled):
        analysis.update(excluded, progress=progress)
    assert len(told) == stages
    narrow = excluded.with_settings(integration=IntegrationSettings(window_nm=(480.0, 560.0)))
    same(analysis.update(narrow), analyse(narrow))
    same(analysis.update(document), analyse(document))


def test_the_progress_of_an_analysis_rises_to_nearly_one(experiment: Experiment) -> None:
    told: list[float] = []
    Analysis().update(Document(experiment), progress=Progress(lambda fraction, _text: told.append(fraction)))
    assert told == sorted(told)
    assert 0.0 <= told[0] < 0.2
    assert 0.8 < told[-1] <= 1.0


def test_a_fork_may_be_given_up_while_the_first_goes_on(experiment: Experiment) -> None:
    analysis = Analysis()
    document = Document(experiment)
    narrow = document.with_settings(integration=IntegrationSettings(window_nm=(480.0, 560.0)))
    first = analysis.update(document)
    progress, _ = stopping_after(3)
    with pytest.raises(Cancelled):
        analysis.fork().update(narrow, progress=progress)
    assert analysis.update(document).polaron is first.polaron


def test_what_was_computed_before_costs_nothing_and_an_edit_costs_what_it_makes_stale(experiment: Experiment) -> None:
    analysis = Analysis()
    document = Document(experiment)
    analysis.update(document)
    assert analysis.cost_s(document) == 0.0
    key = analysis.update(document).gathered.stacks[0].key  # type: ignore[union-attr]
    narrow = document.with_settings(integration=IntegrationSettings(window_nm=(480.0, 560.0)))
    assert 0.0 < analysis.fork().cost_s(narrow) < analysis.fork().cost_s(document.excluding(key, "outlier"))


def test_intervals_are_left_out_of_a_live_drag_and_come_back(experiment: Experiment) -> None:
    analysis = Analysis()
    document = Document(experiment)
    assert analysis.update(document, intervals=False).intervals is None
    assert analysis.update(document).intervals is not None


def test_raw_data_give_the_yield_and_eta_they_were_made_with() -> None:
    toy = Toy(temperatures_k=(120.0, 250.0), tail_mev=15.0, baseline_v=3e-7, power_slope=0.4, phase_deg=25.0)
    found = analyse(Document(toy.experiment())).efficiency
    assert found is not None
    np.testing.assert_allclose(found.quantum_yield, 0.84, atol=1e-3)
    np.testing.assert_allclose(found.eta, 0.9, atol=6e-3)


@pytest.mark.parametrize("eta", [0.05, 0.5, 1.0, 1.05])
def test_raw_data_give_any_constant_eta_back(eta: float) -> None:
    toy = replace(TOY, eta=(eta,) * 4)
    found = analyse(Document(toy.experiment())).efficiency
    assert found is not None
    np.testing.assert_allclose(found.eta[0, :3], eta, atol=0.006)


def test_one_temperature_and_one_detuning_give_eta_and_say_why_there_is_no_polaron_fit() -> None:
    toy = replace(TOY, detuning_mev=(33.0,), eta=(0.9,))
    results = analyse(Document(toy.experiment()))
    assert results.efficiency is not None
    assert results.efficiency.eta[0, 0] == pytest.approx(0.9, abs=5e-3)
    assert not results.is_complete
    assert any("needs at least 3" in problem.message for problem in results.problems)


def test_no_anti_stokes_spectra_still_give_the_quantum_yield() -> None:
    results = analyse(Document(replace(TOY, detuning_mev=(), eta=()).experiment()))
    assert results.efficiency is not None
    assert results.efficiency.quantum_yield[0] == pytest.approx(0.84, abs=1e-3)
    assert results.efficiency.eta.shape == (1, 0)


def test_no_photothermal_scan_leaves_the_spectra_usable() -> None:
    results = analyse(Document(replace(TOY.experiment(), scans=())))
    assert results.emission is not None
    assert results.energies is not None
    assert results.efficiency is None
    assert {p.severity for p in results.problems} >= {"error"}
    assert any("no photothermal scan" in problem.message for problem in results.problems)


def test_an_empty_experiment_is_one_clear_problem() -> None:
    results = analyse(Document(Experiment("empty")))
    assert results.gathered is None
    messages = {problem.message for problem in results.problems if problem.severity == "error"}
    assert len(messages) == 1
    assert "no emission spectrum" in messages.pop()


def test_identical_repeats_without_noise_never_give_a_confident_wrong_number() -> None:
    """Noise-free data have no scatter to weigh by: either the right numbers or none, no confident wrong ones."""
    toy = replace(TOY, noise_counts=0.0, noise_v=0.0)
    results = analyse(Document(toy.experiment()))
    fit = results.efficiency
    if fit is not None:
        assert np.all(np.isnan(fit.quantum_yield) | (np.abs(fit.quantum_yield - 0.84) < 0.01))
        assert np.all(np.isnan(fit.eta) | (np.abs(fit.eta - 0.9) < 0.05))


def test_flat_spectra_without_any_light_fail_with_a_message_not_a_traceback() -> None:
    rng = np.random.default_rng(0)
    dark = change_spectra(
        TOY.experiment(), lambda s: replace(s, counts=frozen_array(100.0 + rng.standard_normal(s.counts.size)))
    )
    results = analyse(Document(dark))
    assert any(problem.severity == "error" for problem in results.problems)


def test_scans_without_any_signal_fail_with_a_message_not_a_traceback() -> None:
    silent = change_scans(
        TOY.experiment(),
        lambda s: replace(s, lockin_x_v=frozen_array(0.0 * s.lockin_x_v), lockin_y_v=None),
    )
    results = analyse(Document(silent))
    assert results.efficiency is None or not np.isfinite(results.efficiency.quantum_yield).any()
    assert results.problems


def test_the_same_problem_is_told_once(experiment: Experiment) -> None:
    problems = analyse(Document(replace(experiment, scans=()))).problems
    assert len(problems) == len(set(problems))
