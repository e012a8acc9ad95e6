"""The ledger of corrections: what acts, with which numbers, what it changes, and what it does to the results."""

from dataclasses import fields, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra, response_curve, with_condition

from asplab.core.appraisal.correction_effects import CorrectionEffect, correction_effects
from asplab.core.document import Document
from asplab.core.emission.laser_line import LaserLines
from asplab.core.errors import AnalysisError, Cancelled
from asplab.core.experiment import Condition, Experiment, Scan, Table, frozen_array
from asplab.core.ledger import Step, ledger
from asplab.core.ledger.around import around
from asplab.core.ledger.rerun import switched
from asplab.core.pipeline import Results, analyse
from asplab.core.progress import Progress
from asplab.core.settings import (
    CalibrationSettings,
    CorrectionSettings,
    DriftSettings,
    GroupingSettings,
    IntegrationSettings,
    PumpSettings,
    TransmissionSettings,
)
from asplab.core.units import HC_MEV_NM

TOY = Toy(dark_counts=150.0, phase_deg=20.0, baseline_v=1e-6)


@cache
def document() -> Document:
    """Return a day with darks, a response curve, neutral filters, gain and a bandwidth."""
    experiment = change_spectra(TOY.experiment(), with_columns)
    axis = TOY.wavelength_nm
    curve = response_curve(axis, np.linspace(0.5, 1.0, axis.size))
    return Document(replace(experiment, curves=(curve,)))


def with_columns(spectrum):
    if spectrum.kind == "dark":
        return with_condition(spectrum, em_gain=2.0, nd_od=0.3)
    return with_condition(spectrum, nd_od=0.3, em_gain=2.0, accumulations=1, bandwidth_nm=2.0)


@cache
def results() -> Results:
    return analyse(document())


def analysed(**records: object) -> Results:
    return analyse(document().with_settings(**records))


def step_of(found: Results, name: str) -> Step:
    return next(step for step in ledger(found) if step.name == name)


# --- what is listed ------------------------------------------------------------------------------------------
def test_every_switch_of_the_corrections_is_in_the_ledger() -> None:
    listed = {step.switch.field for step in ledger(results()) if step.switch and step.switch.record == "corrections"}
    switches = {field.name for field in fields(CorrectionSettings) if field.type in (bool, "bool")}
    assert switches - listed == set()


def test_every_switch_turns_its_setting_on_and_off() -> None:
    for step in ledger(results()):
        assert step.switch is not None
        for is_on in (True, False):
            assert step.switch.is_on(switched(document(), [(step, is_on)])) is is_on


def test_names_are_used_once() -> None:
    names = [step.name for step in ledger(results())]
    assert len(set(names)) == len(names)


def test_a_table_of_eta_has_no_corrections() -> None:
    columns = {"temperature_k": [80.0, 80.0], "detuning_mev": [20.0, 40.0], "eta": [0.8, 0.5], "eta_error": [0.1, 0.1]}
    told = tuple((name, frozen_array(values)) for name, values in columns.items())
    table = Table(kind="efficiency", source="eta.csv", line=None, condition=Condition(), columns=told)
    found = analyse(Document(Experiment("table", tables=(table,))))
    assert ledger(found) == ()
    assert correction_effects(found) == ()


def test_a_dark_is_told_with_its_level_and_files() -> None:
    step = step_of(results(), "dark")
    assert step.state == "on"
    assert step.sources == tuple(f"dark_r{r}.csv" for r in range(1, 5))
    assert step.brief == "150 counts"
    assert step.stacks == frozenset(range(8))


def test_a_dark_that_is_switched_off_acts_nowhere() -> None:
    step = step_of(analysed(corrections=CorrectionSettings(subtract_dark=False)), "dark")
    assert (step.state, step.stacks, step.can_switch) == ("off", frozenset(), True)


def test_without_a_file_there_is_nothing_to_switch() -> None:
    step = step_of(results(), "background")
    assert (step.state, step.can_switch) == ("no data", False)
    assert "background" in step.told


def test_a_column_that_some_spectra_lack_divides_nothing() -> None:
    partly = change_spectra(
        document().experiment,
        lambda s: with_condition(s, exposure_s=None) if s.source.endswith("e0_r1.csv") else s,
    )
    step = step_of(analyse(Document(partly)), "exposure")
    assert step.state == "no data"
    assert "31 of 32" in step.told


# --- before and after ----------------------------------------------------------------------------------------
def of_spectra(found: Results) -> list[Step]:
    return [step for step in ledger(found) if step.subject == "spectrum" and step.can_switch]


def test_each_correction_begins_where_the_one_before_it_ends() -> None:
    steps = of_spectra(results())
    found = [around(results(), ledger(results()), step.name, 5) for step in steps]
    assert len(found) > 6
    for earlier, later in pairwise(found):
        np.testing.assert_allclose(later.before, earlier.after, rtol=1e-12)


def test_the_last_correction_ends_at_the_spectra_that_are_integrated() -> None:
    corrected = results().corrected
    assert corrected is not None
    last = around(results(), ledger(results()), of_spectra(results())[-1].name, 5)
    block, row = corrected.blocks[corrected.place[5, 0]], corrected.place[5, 1]
    np.testing.assert_allclose(last.after, block.intensity[row][:, corrected.present[5]].T, rtol=1e-12)


def test_the_dark_takes_its_level_away() -> None:
    found = around(results(), ledger(results()), "dark", 0)
    step_nm = np.gradient(TOY.wavelength_nm)
    assert found.difference is not None
    assert float(np.mean(found.difference * step_nm)) == pytest.approx(-150.0, abs=0.1)
    assert not np.array_equal(found.before, found.after)


def test_a_correction_that_is_off_shows_what_it_would_give() -> None:
    off = analysed(corrections=CorrectionSettings(divide_by_response=False))
    found = around(off, ledger(off), "response", 3)
    on = around(results(), ledger(results()), "response", 3)
    np.testing.assert_allclose(found.after, on.after, rtol=1e-12)
    np.testing.assert_allclose(found.before, on.before, rtol=1e-12)


def test_the_phase_is_turned_from_what_x_shows() -> None:
    found = around(results(), ledger(results()), "phase", 0)
    scans = results().document.experiment.scans
    np.testing.assert_allclose(found.before, [scan.lockin_x_v for scan in scans])
    top = int(np.argmax(found.after[0]))
    assert found.before[0, top] / found.after[0, top] == pytest.approx(np.cos(np.deg2rad(20.0)), rel=1e-2)


def test_the_baseline_goes_before_the_power() -> None:
    steps = ledger(results())
    baseline, power = (around(results(), steps, name, 0) for name in ("pa_baseline", "scan_power"))
    assert baseline.difference is not None
    assert float(np.mean(baseline.difference)) == pytest.approx(-1e-6 * np.cos(np.deg2rad(20.0)), rel=0.02)
    np.testing.assert_allclose(power.before, baseline.after)


def test_the_hidden_part_is_a_factor_of_each_condition() -> None:
    emission = results().emission
    assert emission is not None
    found = around(results(), ledger(results()), "truncation", 6)
    assert found.stacks == tuple(range(8))
    np.testing.assert_allclose(found.after[0], 1.0 / emission.truncation)


def test_a_trend_is_taken_out_repeat_by_repeat() -> None:
    experiment = change_spectra(document().experiment, bleached)
    fading = analyse(Document(experiment).with_settings(drift=DriftSettings(correct_drift=True)))
    assert step_of(fading, "drift").state == "on"
    assert 3 in step_of(fading, "drift").stacks
    found = around(fading, ledger(fading), "drift", 0)
    # 2 % less with every repeat of one condition: on average of four repeats 3 %, of which its temperature shares some.
    assert int(np.argmax(found.after[0])) == 3
    assert 1.01 < found.after[0, 3] < 1.04
    left = analyse(Document(experiment))
    assert step_of(left, "drift").state == "off"
    np.testing.assert_allclose(around(left, ledger(left), "drift", 0).after, found.after, rtol=1e-9)


def bleached(spectrum):
    if spectrum.kind != "pl" or "/e0_" not in spectrum.source:
        return spectrum
    kept = 1.0 - 0.02 * (spectrum.condition.repeat - 1)
    return replace(spectrum, counts=frozen_array(250.0 + kept * (spectrum.counts - 250.0)))


def test_a_trend_that_is_not_corrected_is_said_to_be_in_the_errors_only_where_it_is() -> None:
    experiment = document().experiment

    def fading(spectrum):
        repeat = spectrum.condition.repeat or 1
        is_one = spectrum.kind == "aspl" and repeat and spectrum.condition.excitation_nm == excitation
        band = spectrum.counts - np.median(spectrum.counts)
        return replace(spectrum, counts=frozen_array(spectrum.counts - 0.05 * repeat * band)) if is_one else spectrum

    excitation = next(s.condition.excitation_nm for s in experiment.spectra if s.kind == "aspl")
    faded = Document(change_spectra(experiment, fading))
    found = step_of(analyse(faded), "drift")
    assert found.state == "off"
    assert "added to the errors" in found.told
    alone = step_of(analyse(faded.with_settings(drift=DriftSettings(widen=False))), "drift")
    assert "in no error" in alone.told


def test_without_a_power_series_nothing_is_known_of_two_photons() -> None:
    assert step_of(results(), "two_photon").state == "no data"


def test_the_bandwidth_shows_the_same_shift_on_and_off() -> None:
    off = analysed(calibration=CalibrationSettings(correct_bandwidth=False))
    shifts = [around(one, ledger(one), "bandwidth", 0) for one in (results(), off)]
    on, would_be = (found.after - found.before for found in shifts)
    assert np.all(on[0, 4:] > 0.1)
    np.testing.assert_allclose(would_be, on, rtol=0.05)


def test_a_correction_that_is_not_known_is_named() -> None:
    with pytest.raises(AnalysisError, match="no correction named 'drak'"):
        around(results(), ledger(results()), "drak", 0)


def test_a_condition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AnalysisError, match="no condition number 99"):
        around(results(), ledger(results()), "dark", 99)


# --- what it does to the results -----------------------------------------------------------------------------
@cache
def effects() -> dict[str, CorrectionEffect]:
    return {effect.name: effect for effect in correction_effects(results())}


def test_every_correction_that_can_act_is_compared() -> None:
    assert list(effects()) == [step.name for step in ledger(results()) if step.can_switch]


def test_the_effect_is_the_difference_of_two_analyses() -> None:
    without = analysed(integration=IntegrationSettings(correct_truncation=False))
    assert results().efficiency is not None
    assert without.efficiency is not None
    change = (results().efficiency.eta - without.efficiency.eta)[0]
    largest = int(np.argmax(np.abs(change)))
    found = effects()["truncation"]
    assert found.eta_largest.value == pytest.approx(change[largest])
    assert found.eta_largest.sigmas == pytest.approx(change[largest] / results().efficiency.eta_error[0, largest])
    assert found.eta_median.value == pytest.approx(np.median(change))
    assert found.eta_place[0] == 250.0


def test_a_factor_common_to_all_spectra_changes_nothing() -> None:
    # All spectra have one exposure.
    assert effects()["exposure"].eta_largest.sigmas == pytest.approx(0.0, abs=1e-6)
    assert effects()["exposure"].quantum_yield.sigmas == pytest.approx(0.0, abs=1e-6)


def test_an_effect_is_told_with_less_without_whichever_is_in_use() -> None:
    without = analysed(integration=IntegrationSettings(correct_truncation=False))
    other = next(effect for effect in correction_effects(without) if effect.name == "truncation")
    assert other.eta_largest.value == pytest.approx(effects()["truncation"].eta_largest.value)


def test_no_comparison_depends_on_the_one_before_it() -> None:
    for name, off in (("cosmic_rays", {"remove_cosmic_rays": False}), ("gain", {"divide_by_em_gain": False})):
        without = analysed(corrections=CorrectionSettings(**off))
        assert without.efficiency is not None
        assert results().efficiency is not None
        change = np.abs(results().efficiency.eta - without.efficiency.eta).max()
        assert abs(effects()[name].eta_largest.value) == pytest.approx(change, rel=1e-6, abs=1e-12)


def test_a_single_temperature_tells_its_own_fit() -> None:
    fit = results().polaron
    assert fit is not None
    assert np.isfinite(effects()["truncation"].phonon_mev.value) == bool(fit.fitted[0])


def test_a_comparison_can_be_cancelled() -> None:
    progress = Progress()
    progress.cancelled.set()
    with pytest.raises(Cancelled):
        correction_effects(results(), progress=progress)


# --- corrections that choose or subtract light ---------------------------------------------------------------
def moved_aspl(spectrum):
    """Move the emission of one anti-Stokes condition by 3 nm to the red."""
    if spectrum.kind != "aspl" or abs(spectrum.condition.excitation_nm - DEEP_NM) > 0.1:
        return spectrum
    axis = spectrum.wavelength_nm
    counts = np.interp(axis - 3.0, axis, spectrum.counts)
    return replace(spectrum, counts=frozen_array(counts))


DEEP_NM = max(s.condition.excitation_nm for s in TOY.experiment().spectra if s.kind == "aspl")


@cache
def moved() -> Results:
    return analyse(Document(change_spectra(document().experiment, moved_aspl)))


def test_a_moved_band_that_is_followed_is_in_the_ledger_with_its_shift() -> None:
    step = step_of(moved(), "moved_bands")
    assert moved().shape_test.moved.shapes
    assert step.state == "on"
    assert "meV" in step.brief
    assert 7 in step.stacks
    off = moved().document.with_settings(integration=IntegrationSettings(follow_shape=False))
    assert step_of(analyse(off), "moved_bands").state == "off"
    alike = analyse(Document(Toy(noise_counts=20.0).experiment()))
    assert step_of(alike, "moved_bands").state == "not needed"


def test_following_a_moved_band_is_shown_as_the_change_of_its_intensity() -> None:
    found = around(moved(), ledger(moved()), "moved_bands", 0)
    off = analyse(moved().document.with_settings(integration=IntegrationSettings(follow_shape=False)))
    np.testing.assert_allclose(found.after[0], moved().emission.mean / off.emission.mean, rtol=1e-9)
    assert abs(found.after[0, 7] - 1.0) > 1e-4
    np.testing.assert_allclose(around(off, ledger(off), "moved_bands", 0).after, found.after, rtol=1e-9)


def test_a_measured_leak_is_in_the_ledger_with_what_it_takes() -> None:
    leaky = analysed(pump=PumpSettings(measured_leak_ppm=100.0, measured_leak_error_ppm=20.0))
    step = step_of(leaky, "leak")
    assert (step.state, step.brief, step.stacks) == ("on", "100 ± 20 ppm taken away", frozenset(range(4, 8)))
    found = around(leaky, ledger(leaky), "leak", 0)
    without = results().responses.intensity[0, 4:]
    np.testing.assert_allclose(found.after[0, 4:], leaky.responses.intensity[0, 4:] / without, rtol=1e-9)
    assert step_of(results(), "leak").state == "no data"


def test_a_measured_leak_that_is_left_in_keeps_its_value_and_changes_nothing() -> None:
    pump = PumpSettings(measured_leak_ppm=100.0, measured_leak_error_ppm=20.0)
    leaky = analysed(pump=pump)
    left = analyse(switched(leaky.document, [(step_of(leaky, "leak"), False)]))
    step = step_of(left, "leak")
    assert (step.state, step.brief, step.stacks) == ("off", "100 ± 20 ppm left in", frozenset())
    assert switched(left.document, [(step, True)]).settings.pump == pump
    np.testing.assert_array_equal(left.responses.intensity, results().responses.intensity)
    np.testing.assert_array_equal(left.responses.covariance, results().responses.covariance)
    found = around(left, ledger(left), "leak", 0)
    np.testing.assert_allclose(found.after, around(leaky, ledger(leaky), "leak", 0).after, rtol=1e-9)


def test_a_laser_line_inside_the_range_is_in_the_ledger() -> None:
    lines = LaserLines(np.array([*[np.nan] * 7, 560.1]))
    seen = replace(results(), laser_lines=lines)
    step = step_of(seen, "laser_line")
    assert (step.state, step.brief, step.stacks) == ("on", "560.1 nm kept out", frozenset({7}))
    left = seen.document.with_settings(transmission=TransmissionSettings(keep_out_laser=False))
    assert step_of(replace(seen, document=left), "laser_line").state == "off"
    with pytest.raises(AnalysisError, match="No line of a laser"):
        around(seen, ledger(seen), "laser_line", 6)


def test_the_choice_among_times_of_measuring_is_in_the_ledger() -> None:
    experiment = document().experiment
    again = tuple(with_condition(spectrum, series="second") for spectrum in experiment.spectra if spectrum.kind == "pl")
    again = tuple(replace(one, source=f"again/{one.source}") for one in again)
    twice = Document(replace(experiment, spectra=(*experiment.spectra, *again)))
    mean = step_of(analyse(twice), "remeasured")
    assert (mean.state, mean.brief) == ("off", "mean of all times")
    latest = step_of(analyse(twice.with_settings(grouping=GroupingSettings(remeasured="latest"))), "remeasured")
    assert (latest.state, latest.brief, latest.stacks) == ("on", "16 set aside", frozenset(range(4)))
    assert len(latest.sources) == 16
    assert step_of(results(), "remeasured").state == "not needed"


def test_a_blank_that_is_not_used_is_told_with_the_baseline() -> None:
    experiment = document().experiment
    blanks = tuple(replace(scan, kind="pa_blank", source=f"blank/{scan.source}") for scan in experiment.scans[:3])
    found = analyse(Document(replace(experiment, scans=(*experiment.scans, *blanks))))
    assert "3 scans of the bare substrate not used" in step_of(found, "pa_baseline").told
    assert "bare substrate" not in step_of(results(), "pa_baseline").told


def test_a_baseline_that_can_not_be_fitted_is_not_told_as_subtracted() -> None:
    """The scans end about 70 meV below the gap."""
    experiment = document().experiment
    longest = HC_MEV_NM / (TOY.band_mev - 70.0)

    def cropped(scan: Scan) -> Scan:
        kept = scan.excitation_nm < longest
        cut = {
            name: None if (values := getattr(scan, name)) is None else frozen_array(values[kept])
            for name in ("excitation_nm", "lockin_x_v", "lockin_y_v", "power_uw")
        }
        return replace(scan, **cut)

    step = step_of(analyse(Document(change_scans(experiment, cropped))), "pa_baseline")
    assert (step.state, step.brief) == ("no data", "none fitted")
