"""How good each measurement is: every quantity by hand, and in the right cell where one measurement goes wrong."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asplab.core.appraisal.excitation_columns import match_columns
from asplab.core.appraisal.health import FINE, FLAGGED, LOST, TOLD, UNKNOWN, Health, find_health
from asplab.core.document import Document
from asplab.core.experiment import Experiment, Spectrum
from asplab.core.grouping.stage import Stack
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import CorrectionSettings, IntegrationSettings, PumpSettings
from asplab.core.units import HC_MEV_NM
from asplab.core.virtual import simulate
from asplab.core.virtual.effects import Effects
from asplab.core.virtual.experiment import VirtualExperiment

STOKES, ANTI = (170.0, 270.0, 370.0, 480.0), (33.0, 46.0, 65.0, 90.0)
OFF, WARM = Effects(), 1
"""The row of 240 K."""
Measured = Callable[..., Experiment]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Simulate the small experiment with some effects; the same ones are simulated once."""
    kept: dict[str, Experiment] = {}

    def measure(effects: Effects = OFF, **knobs: Any) -> Experiment:
        name = f"{effects} {knobs}"
        if name not in kept:
            folder: Path = tmp_path_factory.mktemp("health") / "raw"
            given = {"temperatures_k": (140.0, 240.0), "repeats": 6, "stokes_detuning_mev": STOKES}
            virtual = VirtualExperiment(**(given | {"detuning_mev": ANTI, "effects": effects} | knobs))
            kept[name] = load_experiment(simulate(folder, virtual, seed=4))
        return kept[name]

    return measure


@pytest.fixture(scope="module")
def results(measured: Measured) -> Results:
    return analyse(Document(measured()))


@pytest.fixture(scope="module")
def health(results: Results) -> Health:
    return healthy(results)


def healthy(results: Results) -> Health:
    found = find_health(results)
    assert found is not None
    return found


def transplanted(into: Experiment, other: Experiment, kind: str, temperature_k: float, rank: int) -> Experiment:
    """Return an experiment in which one condition was measured as in another one of the same plan."""
    wavelengths = sorted({s.condition.excitation_nm for s in into.spectra if is_of(s, kind, temperature_k)})
    chosen = wavelengths[rank]
    names = {s.source for s in into.spectra if is_of(s, kind, temperature_k) and s.condition.excitation_nm == chosen}
    found = {s.source: s for s in other.spectra}
    return replace(into, spectra=tuple(found[s.source] if s.source in names else s for s in into.spectra))


def is_of(spectrum: Any, kind: str, temperature_k: float) -> bool:
    return bool(spectrum.kind == kind and abs(spectrum.condition.temperature_k - temperature_k) < 5.0)


def stack_of(results: Results, row: int, column: int) -> int:
    """Return the stack of a cell by its place: wavelengths rise within each side."""
    assert results.corrected is not None
    kind, rank = ("pl", column) if column < len(STOKES) else ("aspl", column - len(STOKES))
    return [k for k, s in enumerate(results.corrected.stacks) if s.temperature == row and s.kind == kind][rank]


def told(health: Health, name: str) -> list[list[int]]:
    return np.argwhere(health.measure(name).level >= TOLD).tolist()


# --- cells -------------------------------------------------------------------------------------------------
def test_excitations_that_follow_the_gap_share_a_column_by_detuning(health: Health) -> None:
    assert health.shape == (2, 8)
    assert [column.kind for column in health.columns] == ["pl"] * 4 + ["aspl"] * 4
    wanted = [-480.0, -370.0, -270.0, -170.0, *ANTI]
    for column, detuning in zip(health.columns, wanted, strict=True):
        assert column.detuning_mev == pytest.approx((detuning, detuning), abs=1.5)
        # The gap moves by some 20 meV, and the lasers with it.
        assert column.excitation_nm[1] - column.excitation_nm[0] > 2.0


def test_a_cell_names_its_condition_and_its_files(health: Health, results: Results) -> None:
    assert results.gathered is not None
    stack = results.gathered.stacks[stack_of(results, WARM, 5)]
    assert health.keys[WARM][5] == stack.key
    assert health.files[WARM][5] == tuple(member.source for member in stack.members)


def test_an_excitation_that_one_temperature_lacks_leaves_its_cell_empty(measured: Measured) -> None:
    whole = measured()
    nm = sorted({s.condition.excitation_nm for s in whole.spectra if is_of(s, "aspl", 140.0)})[1]
    kept = tuple(s for s in whole.spectra if not (is_of(s, "aspl", 140.0) and s.condition.excitation_nm == nm))
    found = healthy(analyse(Document(replace(whole, spectra=kept))))
    assert found.shape == (2, 8)
    assert np.argwhere(~found.is_measured).tolist() == [[0, 5]]
    assert found.measure("light_snr").why[0][5] == "not measured"
    assert found.worst[0, 5] == UNKNOWN


def test_lasers_that_stay_in_place_share_a_column_by_wavelength(measured: Measured) -> None:
    """What the manifest says is put in steps that the gap does not follow."""

    def moved(spectrum: Spectrum) -> Spectrum:
        told = spectrum.condition.excitation_nm
        nm = 10.0 * round(told / 10.0) if spectrum.kind == "pl" and told is not None else told
        return replace(spectrum, condition=replace(spectrum.condition, excitation_nm=nm))

    whole = measured()
    found = healthy(analyse(Document(replace(whole, spectra=tuple(map(moved, whole.spectra))))))
    stokes = [column.excitation_nm for column in found.columns if column.kind == "pl"]
    # 427.8 and 424.8 nm part, as 479.1 and 475.3 do not.
    assert stokes == [(420.0, 420.0), (430.0, 430.0), (440.0, 440.0), (460.0, 460.0), (480.0, 480.0)]


def test_two_conditions_of_one_temperature_never_share_a_cell(measured: Measured) -> None:
    whole = measured()
    nm = sorted({s.condition.excitation_nm for s in whole.spectra if is_of(s, "aspl", 140.0)})
    again = tuple(
        replace(s, source=f"again/{s.source}", condition=replace(s.condition, sample="another"))
        for s in whole.spectra
        if is_of(s, "aspl", 140.0) and s.condition.excitation_nm == nm[0]
    )
    found = healthy(analyse(Document(replace(whole, spectra=(*whole.spectra, *again)))))
    keys = [key for row in found.keys for key in row if key]
    assert len(keys) == len(set(keys)) == 17
    assert found.shape == (2, 9)


def test_a_gap_that_scatters_leaves_excitations_matched_in_their_order() -> None:
    rng = np.random.default_rng(2)
    stacks, energy, detuning = [], [], []
    for t in range(6):
        gap = 2400.0 + 9.0 * t
        for wanted in (20.0, 40.0, 60.0, 80.0):
            energy.append(gap - wanted)
            detuning.append(wanted + rng.normal(0.0, 4.0))
            nm = HC_MEV_NM / energy[-1]
            stacks.append(Stack(f"{t} {wanted}", "aspl", t, 100.0 + t, nm, None, None, ()))
    columns, place = match_columns(stacks, np.array(energy), np.array(detuning), tolerance_nm=0.5)
    assert len(columns) == 4
    assert place.tolist() == [0, 1, 2, 3] * 6


def test_results_without_spectra_have_no_health() -> None:
    assert find_health(Results(Document(Experiment("empty")))) is None


# --- every quantity by hand ----------------------------------------------------------------------------------
def test_signal_over_noise_of_emission_is_that_of_the_summed_pixels(health: Health, results: Results) -> None:
    assert results.corrected is not None
    assert results.emission is not None
    assert results.background is not None
    k = stack_of(results, WARM, 6)
    block, row = results.corrected.blocks[results.corrected.place[k, 0]], results.corrected.place[k, 1]
    low, high = results.emission.window_nm[k]
    axis = block.wavelength_nm
    inside, step = (axis >= low) & (axis <= high), float(np.median(np.diff(axis)))
    count = len(results.corrected.stacks[k].members)
    # Noise of the sum over the window, and of the level read beside the band under it.
    noise = step**2 * float(block.variance[row][inside].sum()) / count
    length = float(results.background.length_nm[k])
    level = float(results.background.noise[k]) / count * ((high - low) / length) ** 2
    seen = float(results.emission.truncation[k])
    error = np.sqrt(noise + level) / seen
    found = health.measure("light_snr")
    assert found.value[WARM, 6] == pytest.approx(float(results.emission.mean[k]) / error, rel=0.15)
    assert found.value[WARM, 6] == pytest.approx(found.detail[WARM, 6] / found.detail_error[WARM, 6])


def test_signal_over_noise_of_heat_comes_from_the_scatter_of_the_scans(health: Health, results: Results) -> None:
    """Beyond the tail noise is all that differs from scan to scan."""
    assert results.absorbed is not None
    assert results.layout is not None
    k, column = stack_of(results, 0, 7), 7
    per_scan = results.absorbed.per_scan[0]
    assert per_scan is not None
    own = per_scan[:, results.layout.index[0].tolist().index(k)]
    found = health.measure("heat_snr")
    assert found.detail[0, column] == pytest.approx(own.mean())
    at = results.layout.index[0].tolist().index(k)
    # What all scans share, such as the baseline, does not show in their scatter; six tell that to a third.
    single = found.detail_error[0, column] ** 2 - results.absorbed.shared[0, at, at]
    assert 0.4 < np.sqrt(single) / (own.std(ddof=1) / np.sqrt(own.size)) < 2.5
    assert found.value[0, column] == pytest.approx(found.detail[0, column] / found.detail_error[0, column])


def test_the_hidden_part_is_that_of_the_stokes_spectra_behind_the_cutoff(health: Health, results: Results) -> None:
    assert results.bands is not None
    assert results.emission is not None
    window = results.document.settings.integration.window_nm
    for row, column in ((0, 4), (WARM, 5)):
        k = stack_of(results, row, column)
        shape = results.bands.templates[row]
        assert shape is not None
        axis = np.linspace(*window, 4001)
        values = np.interp(axis, shape.wavelength_nm, shape.values)
        low, high = results.emission.window_nm[k]
        hidden = values[(axis < low) | (axis > high)].sum() / values.sum()
        assert health.measure("hidden").value[row, column] == pytest.approx(hidden, abs=0.01)
        assert 0.0 < health.measure("hidden").error[row, column] < 0.02


def test_levels_of_the_hidden_part_are_the_flags_of_eta(health: Health, results: Results) -> None:
    assert results.efficiency is not None
    flagged = health.measure("hidden").level[:, 4:] == FLAGGED
    assert flagged.any()
    assert not flagged.all()
    wanted = [["truncated" in cell for cell in row] for row in results.efficiency.flags]
    assert flagged.tolist() == wanted


def test_a_stokes_spectrum_tells_nothing_of_a_leak(health: Health) -> None:
    for name in ("leak", "required_od"):
        assert np.isnan(health.measure(name).value[:, :4]).all()
    assert health.measure("required_od").why[0][0] == "it does not apply to Stokes excitations"
    assert health.measure("leak").why[0][4] == "no rejection of the laser is stated"


def test_every_unknown_value_has_a_reason_and_every_known_one_has_none(health: Health) -> None:
    for measure in health.measures:
        is_known = np.isfinite(measure.value)
        has_reason = np.array([[bool(words) for words in row] for row in measure.why])
        assert np.array_equal(has_reason, ~is_known), measure.name


def test_nothing_is_told_where_nothing_goes_wrong(health: Health) -> None:
    assert health.worst.max() == FLAGGED
    assert not health.is_excluded.any()
    for name in ("light_saturation", "heat_saturation", "light_drift", "heat_drift", "shape"):
        assert health.measure(name).level.max() == FINE, name


# --- one thing goes wrong in one place -------------------------------------------------------------------------
def test_saturated_repeats_stand_in_their_cell(measured: Measured) -> None:
    effects = Effects(saturated_repeats=2)
    found = healthy(analyse(Document(transplanted(measured(), measured(effects), "pl", 240.0, 3))))
    assert told(found, "light_saturation") == [[WARM, 3]]
    assert found.measure("light_saturation").value[WARM, 3] == pytest.approx(2 / 6)
    assert len(found.files[WARM][3]) == 4


def test_a_condition_all_of_which_is_saturated_is_lost_and_excluded(measured: Measured) -> None:
    one = transplanted(measured(), measured(Effects(saturated_repeats=6)), "pl", 140.0, 3)
    sources = healthy(analyse(Document(one))).files[0][3]
    assert len(sources) == 1, "the virtual experiment leaves the first repeat as it is"
    one = replace(one, spectra=tuple(s for s in one.spectra if s.source not in sources))
    found = healthy(analyse(Document(one)))
    assert found.measure("light_saturation").level[0, 3] == LOST
    assert np.argwhere(found.is_excluded).tolist() == [[0, 3]]
    assert found.excluded[0][3].startswith("saturated")


def test_a_condition_that_bleaches_alone_stands_out(measured: Measured) -> None:
    one = transplanted(measured(), measured(Effects(bleaching=0.03)), "pl", 240.0, 1)
    found = healthy(analyse(Document(one)))
    assert told(found, "light_drift") == [[WARM, 1]]
    drift = found.measure("light_drift")
    assert drift.value[WARM, 1] > drift.limit[WARM, 1] > 3.0
    assert abs(drift.detail[WARM, 1] + 0.03) < 4.0 * drift.detail_error[WARM, 1]
    assert np.nanmax(np.delete(drift.value.ravel(), 8 + 1)) < drift.limit[WARM, 1]


def test_a_band_that_moved_in_one_condition_stands_out(measured: Measured) -> None:
    one = transplanted(measured(), measured(Effects(band_shift_mev=4.0)), "aspl", 240.0, 2)
    found = healthy(analyse(Document(one)))
    assert told(found, "shape") == [[WARM, 6]]
    shape = found.measure("shape")
    assert abs(shape.detail[WARM, 6] - 4.0) < 4.0 * shape.detail_error[WARM, 6]


def test_an_overloaded_lock_in_stands_out_at_the_excitations_it_hides(measured: Measured) -> None:
    whole = measured(Effects(overload=0.9))
    results = analyse(Document(whole))
    found = healthy(results)
    assert results.scans is not None
    wanted = []
    for row, own in enumerate(results.scans.sets):
        assert own is not None
        for column in range(8):
            nm = results.gathered.stacks[stack_of(results, row, column)].excitation_nm  # type: ignore[union-attr]
            half = 5.0 * nm**2 / HC_MEV_NM
            if any(low - half <= nm <= high + half for low, high in own.overloaded_nm):
                wanted.append([row, column])
    assert wanted
    assert told(found, "heat_saturation") == wanted
    assert found.measure("heat_saturation").value[tuple(wanted[0])] == 1.0


def test_a_weak_condition_is_the_one_that_is_not_told_from_noise(measured: Measured) -> None:
    weak = transplanted(measured(), measured(emission_e_per_s=5e5 / 3000.0), "aspl", 240.0, 1)
    found, before = healthy(analyse(Document(weak))), healthy(analyse(Document(measured())))
    now = np.argwhere((found.measure("light_snr").level == FLAGGED) & (before.measure("light_snr").level == FINE))
    assert now.tolist() == [[WARM, 5]]
    assert abs(found.measure("light_snr").value[WARM, 5]) < 3.0


def test_the_leak_bound_is_what_the_leak_adds_to_light_and_heat(measured: Measured) -> None:
    """With ε the leak, η = N/D becomes (N − ε a)/(D − ε b); a and b are what the lowest Stokes excitation gives."""
    results = analyse(Document(measured()).with_settings(pump=PumpSettings(rejection_od=4.0)))
    found, fit = healthy(results), results.efficiency
    assert fit is not None
    assert fit.responses is not None
    answer, leak = found.measure("leak"), 1e-4
    for row in range(2):
        responses, n = fit.responses, fit.responses.n_stokes
        lowest = int(np.argmin(responses.excitation_mev[row, :n]))
        light = responses.intensity[row, lowest]
        heat = responses.absorbed[row, lowest] / fit.slope[row] + fit.intercept_mev[row] * light
        for column in range(len(ANTI)):
            if not np.isfinite(answer.value[row, 4 + column]):
                continue
            top = fit.numerator[row, column] - leak * responses.excitation_mev[row, n + column] * light
            left = max(top, 0.0) / (fit.denominator[row, column] - leak * heat)
            share = max(fit.eta[row, column] - left, 0.0) / fit.eta[row, column]
            assert answer.value[row, 4 + column] == pytest.approx(share, rel=1e-3, abs=1e-6)
            is_beyond = answer.value[row, 4 + column] > answer.limit[row, 4 + column]
            assert (answer.level[row, 4 + column] == TOLD) == is_beyond
    assert told(found, "leak"), "this leak must matter somewhere"
    assert np.nanargmax(answer.value[WARM]) == 7, "the deeper below the gap, the more"


def test_a_measured_leak_leaves_no_bound_and_says_so(measured: Measured) -> None:
    settings = PumpSettings(measured_leak_ppm=3.0)
    found = healthy(analyse(Document(measured()).with_settings(pump=settings)))
    assert found.measure("leak").why[0][4] == "the measured leak is subtracted; its error is in η"


# --- what is not known ---------------------------------------------------------------------------------------
def test_an_excluded_condition_is_shown_as_such_and_not_tested(measured: Measured, health: Health) -> None:
    key = health.keys[0][2]
    document = Document(measured()).excluding(key, "a bubble")
    found = healthy(analyse(document))
    assert found.excluded[0][2] == "a bubble"
    assert found.measure("shape").why[0][2] == "it is excluded"
    assert found.measure("light_drift").why[0][2] == "it is excluded"
    assert np.isfinite(found.measure("light_snr").value[0, 2])


def test_without_scans_the_heat_is_not_known_and_the_light_is(measured: Measured) -> None:
    found = healthy(analyse(Document(replace(measured(), scans=()))))
    for name in ("heat_snr", "heat_saturation", "heat_drift"):
        assert (found.measure(name).level == UNKNOWN).all()
        assert found.measure(name).why[0][0]
    assert (found.measure("light_snr").value[:, :4] > 3.0).all()


def test_two_repeats_tell_neither_trend_nor_shape(measured: Measured) -> None:
    whole = measured()
    few = tuple(s for s in whole.spectra if s.condition.repeat is None or s.condition.repeat <= 2)
    found = healthy(analyse(Document(replace(whole, spectra=few))))
    assert found.measure("light_drift").why[0][0] == "it has fewer than 3 repeats"
    assert found.measure("shape").why[0][0].startswith("there are fewer than three repeats")


def test_a_window_that_hides_all_of_a_band_loses_the_condition(measured: Measured, results: Results) -> None:
    """The window on the blue side: what excites closest to the gap has its filter there."""
    assert results.bands is not None
    cut = results.bands.transmitted_nm[stack_of(results, 0, 4), 1]
    settings = IntegrationSettings(window_nm=(float(cut) + 1.0, float(cut) + 40.0))
    found = healthy(analyse(Document(measured()).with_settings(integration=settings)))
    assert found.measure("light_snr").level[0, 4] == LOST
    assert found.measure("light_snr").why[0][4].startswith("nothing of the band")
    assert found.worst[0, 4] == LOST


def test_saturated_repeats_that_stay_in_are_counted_too(measured: Measured) -> None:
    one = transplanted(measured(), measured(Effects(saturated_repeats=2)), "pl", 240.0, 3)
    kept = CorrectionSettings(leave_out_saturated=False)
    found = healthy(analyse(Document(one).with_settings(corrections=kept)))
    assert found.measure("light_saturation").value[WARM, 3] == pytest.approx(2 / 6)
    assert len(found.files[WARM][3]) == 6
