"""Sensitivity maps: flat where choices are free, biased where they are not, and clear about which are which."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from toy_experiment import Toy, change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.errors import AnalysisError, AsplabError, Cancelled, SettingsError
from asplab.core.experiment import Experiment, Spectrum, Table, frozen_array
from asplab.core.pipeline import analyse
from asplab.core.progress import Progress
from asplab.core.sensitivity import QUANTITIES, SensitivityMap, choice_spread, sensitivity
from asplab.core.sensitivity.quantities import Followed
from asplab.core.settings import BaselineSettings, IntegrationSettings

DETUNING_MEV = (20.0, 33.0, 46.0, 55.0, 77.0, 90.0)
ETA = (0.93, 0.87, 0.76, 0.65, 0.36, 0.22)
TOY = Toy(
    temperatures_k=(244.0, 250.0), detuning_mev=DETUNING_MEV, eta=ETA, tail_mev=22.0, noise_counts=3.0, noise_v=1e-9
)


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(TOY.experiment())


@pytest.fixture(scope="module")
def window(document: Document) -> SensitivityMap:
    return sensitivity(document, "window", detuning_mev=50.0, points=(7, 7))


def known(found: SensitivityMap, quantity: str) -> np.ndarray:
    """Deviations from the reference in statistical errors, of the reasonable choices, per temperature."""
    return found.in_errors(quantity)[found.reasonable[..., -1]]


def test_the_reference_is_the_document_as_it_is(document: Document, window: SensitivityMap) -> None:
    results = analyse(document)
    assert results.efficiency is not None
    assert results.polaron is not None
    i, j = window.x.reference, window.y.reference
    assert (window.x.values[i], window.y.values[j]) == document.settings.integration.window_nm
    np.testing.assert_array_equal(window.values[:, i, j], window.reference)
    np.testing.assert_array_equal(window.reference[3], results.polaron.phonon_mev)
    np.testing.assert_array_equal(window.reference_error[2], results.polaron.g_error_mev)
    np.testing.assert_array_equal(window.reference[0, :2], results.efficiency.quantum_yield)
    weight = results.efficiency.quantum_yield_error**-2.0
    assert window.reference[0, 2] == pytest.approx(np.average(results.efficiency.quantum_yield, weights=weight))
    assert window.reference_error[0, 2] == pytest.approx(weight.sum() ** -0.5)
    nearest = np.argmin(np.abs(results.efficiency.detuning_mev - 50.0), axis=1)
    np.testing.assert_array_equal(window.reference[1, :2], results.efficiency.eta[[0, 1], nearest])
    assert np.isnan(window.reference[1, 2])
    assert not window.in_errors("eta")[i, j, :2].any()


def test_windows_that_hold_the_band_give_a_plateau(document: Document, window: SensitivityMap) -> None:
    results = analyse(document)
    assert results.bands is not None
    extents = np.array([shape.extent_nm for shape in results.bands.templates if shape is not None])
    holds = (window.x.values <= extents[:, 0].min())[:, None] & (window.y.values >= extents[:, 1].max())
    np.testing.assert_array_equal(window.reasonable[..., -1], holds)
    assert 4 < holds.sum() < holds.size
    assert not window.failed.any()
    for quantity in ("quantum_yield", "g_mev", "phonon_mev", "polaron_energy_mev"):
        assert np.abs(known(window, quantity)).max() < 0.8
    spread = window.spread("phonon_mev")
    assert (spread.rms < 0.5 * window.reference_error[3]).all()
    assert (spread.lowest <= window.reference[3]).all()
    assert (spread.highest >= window.reference[3]).all()
    np.testing.assert_array_equal(spread.n_reasonable, window.reasonable.sum(axis=(0, 1)))


def test_a_window_that_cuts_the_band_biases_and_is_kept_out(document: Document) -> None:
    # Without the correction of truncation PL loses to a lower upper edge what ASPL has lost to its filter anyway.
    plain = document.with_settings(integration=IntegrationSettings(correct_truncation=False))
    found = sensitivity(plain, "window", detuning_mev=20.0, points=(7, 7))
    cut = (found.x.reference, 0)
    assert not found.reasonable[cut].any()
    assert "cuts the band" in found.reasons[cut[0]][cut[1]]
    assert (found.in_errors("eta")[cut][:2] > 2.5).all()
    assert np.abs(known(found, "eta")[:, :2]).max() < 1.0
    assert found.spread("eta").highest[0] < found.value("eta")[cut][0]


def test_a_line_through_an_absorption_tail_is_kept_out() -> None:
    line = Document(replace(TOY, tail_mev=14.0).experiment()).with_settings(
        baseline=BaselineSettings(shape="line", from_mev=200.0)
    )
    found = sensitivity(line, "baseline-shape", detuning_mev=90.0, points=(6, 3))
    shape = found.y.labels.index("line")
    assert found.y.reference == shape
    assert found.x.values[0] == 50.0
    assert not found.reasonable[0, shape].any()
    assert "tail" in found.reasons[0][shape] or "follow" in found.reasons[0][shape]
    assert found.reasonable[found.x.reference, shape].all()
    assert np.abs(found.in_errors("eta")[0, shape, :2]).min() > 3.0
    assert np.abs(known(found, "eta")[:, :2]).max() < 2.0


def test_a_tail_too_weak_for_the_misfit_is_still_seen() -> None:
    line = BaselineSettings(shape="line", from_mev=200.0)
    found = sensitivity(Document(replace(TOY, noise_v=3e-9).experiment()).with_settings(baseline=line), "baseline")
    start = found.x.reference
    assert "holds an absorption tail" in found.reasons[start][found.y.reference]
    assert not found.reasonable[start, found.y.reference].all()
    assert "outside what the data allow: the baseline region holds" in found.problems[-1].message
    assert found.reasonable[-1, found.y.reference].all()


def test_regions_that_end_before_they_begin_are_told(document: Document) -> None:
    line = document.with_settings(baseline=BaselineSettings(shape="line", from_mev=150.0))
    found = sensitivity(line, "baseline", points=(6, 4))
    failed = found.failed
    assert failed.any()
    assert (found.x.values[:, None] >= found.y.values)[failed].all()
    assert not found.reasonable[failed].any()
    assert np.isnan(found.values[:, failed]).all()
    assert all("baseline region" in found.reasons[i][j] for i, j in np.argwhere(failed))
    assert f"{failed.sum()} of {failed.size} choices give no result" in found.problems[0].message


def leaky(record: Spectrum) -> Spectrum:
    cutoff = record.condition.shortpass_nm
    if cutoff is None:
        return record
    light = 3000.0 * np.exp(-0.5 * ((record.wavelength_nm - cutoff) / 1.2) ** 2)
    return replace(record, counts=frozen_array(record.counts + light))


def test_clearances_at_which_the_laser_is_seen_are_kept_out(document: Document) -> None:
    clean = sensitivity(document, "cutoffs")
    # An ideal edge cuts through a pixel, so nothing but the first shortpass clearance may be kept out.
    assert clean.reasonable[0, 1:].all()
    found = sensitivity(Document(change_spectra(document.experiment, leaky)), "cutoffs")
    seen = found.y.values < 4.0
    assert not found.reasonable[:, seen].any()
    assert "beside a filter edge" in found.reasons[found.x.reference][0]
    assert found.reasonable[:, (found.y.values >= 6.0) & (found.y.values <= 8.0)].all()
    # The Stokes side has no leak, so all its clearances stay.
    np.testing.assert_array_equal(found.reasonable[:, found.y.reference], clean.reasonable[:, clean.y.reference])


def test_without_told_filters_both_clearances_move_together(document: Document) -> None:
    def bare(record: Spectrum) -> Spectrum:
        return with_condition(record, longpass_nm=None, shortpass_nm=None)

    found = sensitivity(Document(change_spectra(document.experiment, bare)), "cutoffs")
    assert found.y.labels == ("both sides",)
    assert found.x.values[found.x.reference] == 6.0


def test_choices_that_throw_the_data_away_are_kept_out(document: Document) -> None:
    results = analyse(document)
    efficiency = results.efficiency
    assert efficiency is not None
    followed = Followed.of(results, 20.0)
    grown = np.full_like(efficiency.eta_error, 1.9)
    grown[1, :4] = 2.1
    blurred = replace(results, efficiency=replace(efficiency, eta_error=grown * efficiency.eta_error))
    np.testing.assert_array_equal(followed.too_blurred(blurred), [False, True])
    lost = efficiency.flag_table.copy()
    lost[0, :4, 0] = True
    gone = replace(results, efficiency=replace(efficiency, flag_table=lost))
    np.testing.assert_array_equal(followed.too_blurred(gone), [True, False])
    wide = replace(document.settings.transmission, cutoff_guard_nm=16.0)
    far = sensitivity(document.with_settings(transmission=wide), "cutoffs", points=(2, 4))
    assert not far.reasonable[0, -1].any()
    assert far.reasons[far.x.reference][-1]


def test_the_spread_is_the_deviation_from_the_value_in_use(window: SensitivityMap) -> None:
    values, errors = np.full_like(window.values, np.nan), np.full_like(window.errors, np.nan)
    reasonable = np.zeros_like(window.reasonable)
    q = QUANTITIES.index("g_mev")
    values[q, 0, :3, 0], errors[q, 0, :3, 0] = (10.0, 13.0, 50.0), (3.0, 5.0, 1.0)
    reasonable[0, (0, 1, 3), 0] = True
    reference, error = np.full_like(window.reference, 10.0), np.full_like(window.reference_error, 3.0)
    made = replace(
        window, values=values, errors=errors, reasonable=reasonable, reference=reference, reference_error=error
    )
    spread = made.spread("g_mev")
    assert spread.rms[0] == pytest.approx(np.sqrt(9.0 / 2.0))
    assert spread.expected[0] == pytest.approx(np.sqrt(16.0 / 2.0))
    assert (spread.lowest[0], spread.highest[0]) == (10.0, 13.0)
    assert spread.systematic[0] == 0.0
    quiet = replace(made, errors=np.where(np.isnan(errors), np.nan, 3.5)).spread("g_mev")
    assert quiet.systematic[0] == pytest.approx(np.sqrt(9.0 / 2.0 - 3.25))
    assert (spread.n_reasonable[0], spread.n_open[0]) == (3, 1)
    assert np.isnan(spread.rms[1])
    assert made.in_errors("g_mev")[0, 2, 0] == pytest.approx(40.0 / 3.0)
    with pytest.raises(AnalysisError, match="phonon_mev"):
        made.spread("colour")


def test_a_slice_shows_what_the_other_choice_does(window: SensitivityMap) -> None:
    cut = window.along("y", "eta")
    assert cut.axis is window.y
    np.testing.assert_array_equal(cut.value, window.value("eta")[window.x.reference])
    last = window.y.values.size - 1
    column, good = window.value("eta")[:, last, 0], window.reasonable[:, last, 0]
    expected = np.sqrt(np.mean((column[good] - column[window.x.reference]) ** 2))
    assert cut.spread[last, 0] == pytest.approx(expected)
    # No lower edge makes up for an upper one inside the band.
    assert np.isnan(cut.spread[0]).all()
    assert not cut.reasonable[0].any()


def test_all_choices_add_up_and_count_once(document: Document) -> None:
    seen: list[float] = []
    whole = choice_spread(
        document, ("window", "baseline", "baseline-shape", "estimator"), progress=Progress(lambda f, _: seen.append(f))
    )
    assert whole.choices == ("window", "baseline", "estimator")
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    np.testing.assert_allclose(whole.total[3], np.sqrt(np.sum(whole.systematic[:, 3] ** 2, axis=0)))
    np.testing.assert_allclose(whole.total_rms[3], np.sqrt(np.sum(whole.rms[:, 3] ** 2, axis=0)))
    maps = {found.choice: found for found in whole.maps}
    pooled = [maps[name].value("phonon_mev")[maps[name].reasonable[..., -1], -1] for name in maps if "base" in name]
    off = np.concatenate(pooled) - whole.value[3, -1]
    assert whole.rms[1, 3, -1] == pytest.approx(np.sqrt(np.mean(off**2)))
    assert whole.largest("phonon_mev") == whole.choices[int(np.argmax(whole.systematic[:, 3, -1]))]
    np.testing.assert_array_equal(whole.statistical_error, maps["window"].reference_error)


def test_what_a_document_does_not_have_is_told(document: Document) -> None:
    blank = document.with_settings(baseline=BaselineSettings(shape="none"))
    whole = choice_spread(blank, ("window", "baseline"))
    assert whole.choices == ("window",)
    assert "no region" in whole.problems[0].message
    with pytest.raises(AnalysisError, match="no choice can be mapped"):
        choice_spread(blank, ("baseline",))


def test_a_cancelled_map_stops(document: Document) -> None:
    stop, seen = Event(), []

    def report(fraction: float, _: str) -> None:
        seen.append(fraction)
        if fraction >= 0.3:
            stop.set()

    with pytest.raises(Cancelled, match="sensitivity to window"):
        sensitivity(document, "window", points=(4, 4), progress=Progress(report, stop))
    assert seen[-1] < 0.5


def table() -> Table:
    columns = {
        "temperature_k": np.full(6, 250.0),
        "detuning_mev": np.array(DETUNING_MEV),
        "eta": np.array(ETA),
        "eta_error": np.full(6, 0.02),
    }
    return Table(kind="efficiency", source="eta.csv", line=None, condition=TOY.experiment().spectra[0].condition,
                 columns=tuple((name, frozen_array(values)) for name, values in columns.items()))  # fmt: skip


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda d: sensitivity(d, "weather"), SettingsError, "weather"),
        (lambda d: sensitivity(d, detuning_mev=0.0), SettingsError, "detuning_mev is 0"),
        (lambda d: sensitivity(d, detuning_mev=float("nan")), SettingsError, "detuning_mev"),
        (lambda d: sensitivity(d, points=(1, 5)), SettingsError, "at least 2"),
        (lambda d: sensitivity(d, "estimator", points=(3, 3)), AnalysisError, "words"),
        (lambda d: choice_spread(d, ()), SettingsError, "nothing"),
        (lambda d: choice_spread(d, ("window", "window")), SettingsError, "twice"),
        (lambda d: sensitivity(Document(Experiment("eta", tables=(table(),)))), AnalysisError, "half-way"),
        (lambda d: sensitivity(Document(Experiment("empty"))), AnalysisError, "no result to start from"),
    ],
)
def test_bad_input_is_refused(
    document: Document, call: Callable[[Document], object], kind: type[AsplabError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        call(document)
