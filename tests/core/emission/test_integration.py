"""Band intensities: exact edges, truncation against the Gaussian fraction, noise against scatter, both paths alike."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_experiment import GUARD_NM, Toy, change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.emission import integration
from asplab.core.emission.integration import Emission
from asplab.core.emission.pixel_weights import pixel_weights, seen_by_weights, weighted_sums
from asplab.core.emission.prefix_sums import noise_sums, prefix, range_weights
from asplab.core.emission.running_sums import accumulate
from asplab.core.experiment import frozen_array
from asplab.core.pipeline import Analysis, Results, analyse
from asplab.core.settings import BackgroundSettings, IntegrationSettings, TransmissionSettings

AXIS = np.sort(np.random.default_rng(0).uniform(400.0, 600.0, 60))
EDGES = st.floats(min_value=float(AXIS[0]), max_value=float(AXIS[-1]))


FEW: dict[str, tuple[float, ...]] = {
    "stokes_mev": (270.0, 370.0),
    "detuning_mev": (15.0, 40.0),
    "eta": (0.9, 0.9),
}


def results(toy: Toy, **settings: object) -> Results:
    return analyse(Document(toy.experiment()).with_settings(**settings))


def emission(toy: Toy, **settings: object) -> Emission:
    found = results(toy, **settings).emission
    assert found is not None
    return found


@given(low=EDGES, high=EDGES)
def test_integral_of_a_line_is_exact_between_any_edges_on_an_uneven_axis(low: float, high: float) -> None:
    sums = prefix(AXIS, (3.0 - 0.02 * AXIS)[None])
    found = sums.up_to(np.array([0]), np.array([high])) - sums.up_to(np.array([0]), np.array([low]))
    exact = 3.0 * (high - low) - 0.01 * (high**2 - low**2)
    assert found[0] == pytest.approx(exact, rel=1e-10, abs=1e-9)


@given(low=EDGES, high=EDGES)
def test_integral_of_a_piecewise_linear_function_is_that_of_its_interpolant(low: float, high: float) -> None:
    values = np.random.default_rng(1).standard_normal(AXIS.size)
    low, high = min(low, high), max(low, high)
    sums = prefix(AXIS, values[None])
    found = sums.up_to(np.array([0]), np.array([high])) - sums.up_to(np.array([0]), np.array([low]))
    grid = np.unique(np.concatenate([[low, high], AXIS[(low < AXIS) & (high > AXIS)]]))
    assert found[0] == pytest.approx(np.trapezoid(np.interp(grid, AXIS, values), grid), rel=1e-9, abs=1e-9)


@given(edges=st.lists(EDGES, min_size=3, max_size=3))
def test_neighbouring_windows_add_up(edges: list[float]) -> None:
    values = np.random.default_rng(2).standard_normal((1, AXIS.size))
    a, b, c = (prefix(AXIS, values).up_to(np.array([0]), np.array([e]))[0] for e in sorted(edges))
    assert (b - a) + (c - b) == pytest.approx(c - a, abs=1e-9)


def test_a_moving_edge_moves_the_integral_without_steps() -> None:
    """Across pixel borders too: an edge that is dragged must not make numbers jump."""
    values = np.random.default_rng(3).standard_normal((1, AXIS.size))
    edges = np.linspace(AXIS[0], AXIS[-1], 20001)
    found = prefix(AXIS, values).up_to(np.zeros(edges.size, dtype=int), edges)
    assert np.abs(np.diff(found)).max() < np.abs(values).max() * 1.01 * (edges[1] - edges[0])


def test_every_window_over_the_whole_band_gives_the_same_intensity() -> None:
    toy = Toy(noise_counts=0.01)
    wide = emission(toy, integration=IntegrationSettings(window_nm=(400.0, 620.0)))
    narrow = emission(toy, integration=IntegrationSettings(window_nm=(455.0, 560.0)))
    np.testing.assert_allclose(narrow.mean, wide.mean, rtol=1e-4)


@given(low=EDGES, high=EDGES)
def test_the_variance_of_an_integral_is_that_of_its_pixel_weights(low: float, high: float) -> None:
    low, high = sorted((low, high))
    variance = np.random.default_rng(1).uniform(0.1, 3.0, (2, AXIS.size))
    identity, rows = prefix(AXIS, np.eye(AXIS.size)), np.arange(AXIS.size)
    weight = identity.up_to(rows, np.full(AXIS.size, high)) - identity.up_to(rows, np.full(AXIS.size, low))
    edges = np.array([[low, high], [low, high]])
    np.testing.assert_allclose(range_weights(AXIS, edges), [weight, weight], atol=1e-12)
    found = noise_sums(AXIS, variance).between(np.arange(2), edges)
    np.testing.assert_allclose(found, variance @ weight**2, rtol=1e-9, atol=1e-9)


def test_intensity_is_that_of_the_whole_band_whatever_a_cutoff_hides() -> None:
    toy = Toy(noise_counts=0.02)
    found = emission(toy)
    energies = np.concatenate([toy.excitations_mev[3::-1], toy.excitations_mev[4:]])
    wanted = toy.light(energies)
    np.testing.assert_allclose(found.mean, wanted, rtol=2e-3)
    plain = emission(toy, integration=IntegrationSettings(correct_truncation=False))
    assert plain.mean[4] < 0.5 * wanted[4]


def test_truncation_is_the_analytic_fraction_of_a_gaussian() -> None:
    toy = Toy(noise_counts=0.02)
    found = results(toy)
    assert found.emission is not None
    assert found.bands is not None
    wanted = [
        toy.fraction(*np.clip(edges, 400.0, 600.0)) / toy.fraction(400.0, 600.0) for edges in found.bands.transmitted_nm
    ]
    np.testing.assert_allclose(found.emission.truncation, wanted, atol=1e-3)
    assert found.emission.truncation.min() < 0.3


def test_factor_is_the_inverse_of_the_truncation_and_one_when_switched_off() -> None:
    found = emission(Toy())
    np.testing.assert_allclose(found.factor * found.truncation, 1.0)
    assert np.all(emission(Toy(), integration=IntegrationSettings(correct_truncation=False)).factor == 1.0)


def test_truncation_refers_to_the_window_not_to_the_band() -> None:
    toy = Toy(noise_counts=0.02)
    found = results(toy, integration=IntegrationSettings(window_nm=(480.0, 510.0)))
    assert found.emission is not None
    assert found.bands is not None
    wanted = [
        toy.fraction(*np.clip(edges, 480.0, 510.0)) / toy.fraction(480.0, 510.0) for edges in found.bands.transmitted_nm
    ]
    np.testing.assert_allclose(found.emission.truncation, wanted, atol=2e-3)


def explicit(bands: object, background: object, layout: object, settings: IntegrationSettings) -> tuple[object, ...]:
    """Return what the explicit-weights path gives for a window."""
    window = np.clip(bands.transmitted_nm, *settings.window_nm)
    weights = pixel_weights(bands, window, settings)
    sums = weighted_sums(bands.corrected, layout, weights)
    return sums, seen_by_weights(bands, layout, weights, settings)


def test_both_paths_give_the_same_sums_where_no_background_is_read() -> None:
    """Without background the weights are those of the window alone: equal to rounding, at sub-pixel edges."""
    settings = IntegrationSettings(window_nm=(451.234, 560.777))
    toy = Toy(dark_counts=40.0, noise_counts=1.0)
    found = results(toy, integration=settings, background=BackgroundSettings(baseline="none"))
    assert found.emission is not None
    (sums, _, _), (seen, _) = explicit(found.bands, found.background, found.layout, settings)
    np.testing.assert_allclose(found.emission.per_repeat, sums, rtol=1e-9)
    np.testing.assert_allclose(found.emission.truncation, seen, rtol=1e-9)


@pytest.mark.parametrize("baseline", ["none", "constant"])
def test_both_paths_agree_on_noise_and_dark_covariance(baseline: str) -> None:
    """The noise to rounding without background; what two ranges share is cut at their edges, not at pixels."""
    settings = IntegrationSettings(window_nm=(430.0, 580.0))
    toy = Toy(dark_counts=40.0, noise_counts=3.0, repeats=6)
    found = results(toy, integration=settings, background=BackgroundSettings(baseline=baseline))  # type: ignore[arg-type]
    assert found.emission is not None
    (sums, noise, dark), _ = explicit(found.bands, found.background, found.layout, settings)
    np.testing.assert_allclose(found.emission.per_repeat, sums, rtol=2e-3, atol=2e-3 * sums.max())
    np.testing.assert_allclose(found.emission.noise_variance, noise, rtol=1e-9 if baseline == "none" else 0.02)
    cumulative = accumulate(found.corrected)
    window = found.emission.window_nm
    fast = integration._window_sums(found.bands, cumulative, found.background, found.layout, window)[2]
    size = np.sqrt(np.einsum("tii->ti", dark))
    assert np.all(size > 0.0)
    np.testing.assert_allclose(fast, dark, atol=0.03 * (size[:, :, None] * size[:, None]).max())


def test_spectra_on_two_wavelength_axes_give_what_one_axis_gives() -> None:
    """ASPL recorded on fewer pixels than PL: the same pixels in the window, so the same sums."""
    toy = Toy(dark_counts=40.0, noise_counts=1.0)
    experiment = toy.experiment()
    cut = [
        replace(one, wavelength_nm=frozen_array(one.wavelength_nm[20:]), counts=frozen_array(one.counts[20:]))
        if one.kind == "aspl"
        else one
        for one in experiment.spectra
    ]
    whole, mixed = (analyse(Document(e)) for e in (experiment, replace(experiment, spectra=tuple(cut))))
    assert whole.emission is not None
    assert mixed.emission is not None
    assert mixed.corrected is not None
    assert len(mixed.corrected.blocks) == 2
    size = np.abs(whole.emission.per_repeat).max(axis=1, keepdims=True)
    np.testing.assert_allclose(mixed.emission.per_repeat / size, whole.emission.per_repeat / size, atol=2e-3)
    np.testing.assert_allclose(mixed.emission.truncation, whole.emission.truncation, rtol=1e-3)


def test_noise_variance_is_the_scatter_of_repeats() -> None:
    toy = Toy(repeats=200, noise_counts=5.0, **FEW)
    found = emission(toy)
    np.testing.assert_allclose(found.noise_variance, found.per_repeat.var(axis=1, ddof=1), rtol=0.35)


def test_shared_covariance_of_the_template_and_dark_shows_in_the_scatter_over_seeds() -> None:
    """Repeats hide what they share; whole experiments show it: total variance = noise/n + shared."""
    means, predicted = [], []
    for seed in range(60):
        toy = Toy(seed=seed, repeats=3, noise_counts=6.0, dark_counts=40.0, tail_mev=60.0, **FEW)
        found = emission(toy)
        means.append(found.mean)
        predicted.append(found.noise_variance * found.factor**2 / 3.0 + np.diag(found.shared[0]))
    scatter = np.var(means, axis=0, ddof=1)
    np.testing.assert_allclose(np.mean(predicted, axis=0), scatter, rtol=0.45)


@pytest.mark.parametrize("estimator", ["window", "template"])
@pytest.mark.parametrize("baseline", ["constant", "line"])
def test_every_estimator_finds_the_same_quantum_yield_and_eta(estimator: str, baseline: str) -> None:
    toy = Toy(tail_mev=15.0, noise_counts=0.2)
    found = results(
        toy,
        integration=IntegrationSettings(estimator=estimator),  # type: ignore[arg-type]
        background=BackgroundSettings(baseline=baseline),  # type: ignore[arg-type]
    ).efficiency
    assert found is not None
    assert found.quantum_yield[0] == pytest.approx(0.84, abs=0.003)
    np.testing.assert_allclose(found.eta[0], 0.9, atol=0.01)


def test_a_sloping_background_is_removed_by_a_line() -> None:
    toy = Toy(noise_counts=0.2, tail_mev=60.0)

    def slope(spectrum: object) -> object:
        extra = 0.2 * (spectrum.wavelength_nm - 400.0)  # type: ignore[attr-defined]
        return replace(spectrum, counts=spectrum.counts + extra)  # type: ignore[type-var,attr-defined]

    sloping = Document(change_spectra(toy.experiment(), slope))
    flat = emission(toy)
    line = analyse(sloping.with_settings(background=BackgroundSettings(baseline="line"))).emission
    constant = analyse(sloping).emission
    assert line is not None
    assert constant is not None
    stokes = slice(0, 4)
    np.testing.assert_allclose(line.mean[stokes], flat.mean[stokes], rtol=2e-3)
    assert np.abs(constant.mean / flat.mean - 1.0).max() > 0.005


def test_a_window_outside_the_data_is_named_and_gives_no_intensity() -> None:
    found = results(Toy(), integration=IntegrationSettings(window_nm=(700.0, 800.0)))
    assert found.emission is not None
    assert np.isnan(found.emission.mean).all()
    assert any("the window 700.0-800.0 nm lies outside its range" in p.message for p in found.problems)


def test_a_window_that_only_some_spectra_reach_leaves_the_others_their_numbers() -> None:
    found = results(Toy(tail_mev=15.0), integration=IntegrationSettings(window_nm=(502.0, 600.0)))
    assert found.emission is not None
    lost = np.isnan(found.emission.mean)
    assert 0 < lost.sum() < 8
    assert found.efficiency is not None
    assert found.efficiency.quantum_yield[0] == pytest.approx(0.84, abs=0.005)
    np.testing.assert_allclose(found.efficiency.eta[0][~lost[4:]], 0.9, atol=0.02)


@pytest.mark.parametrize("cutoff", [380.0, 402.0, 440.0])
def test_a_cutoff_beyond_the_band_costs_that_spectrum_only(cutoff: float) -> None:
    toy = Toy(tail_mev=15.0)
    cut = change_spectra(
        toy.experiment(), lambda s: with_condition(s, shortpass_nm=cutoff) if "/e5_" in s.source else s
    )
    found = analyse(Document(cut))
    assert found.efficiency is not None
    keys = [key for key in found.efficiency.keys[0] if f"{cutoff:.1f}" in key]
    assert len(keys) == 1
    place = found.efficiency.keys[0].index(keys[0])
    others = np.delete(found.efficiency.eta[0], place)
    np.testing.assert_allclose(others, 0.9, atol=0.01)
    assert found.efficiency.quantum_yield[0] == pytest.approx(0.84, abs=0.003)


def test_a_wider_guard_hides_more_and_changes_no_intensity() -> None:
    toy = Toy(noise_counts=0.02)
    near, far = (emission(toy, transmission=TransmissionSettings(cutoff_guard_nm=g)) for g in (GUARD_NM, 12.0))
    assert np.all(far.truncation[4:] < near.truncation[4:])
    np.testing.assert_allclose(far.mean[4:], near.mean[4:], rtol=5e-3)


def test_an_edited_window_leaves_the_corrected_spectra_and_the_scans_untouched() -> None:
    document = Document(Toy().experiment())
    analysis = Analysis()
    before = analysis.update(document)
    after = analysis.update(document.with_settings(integration=IntegrationSettings(window_nm=(430.0, 580.0))))
    for name in ("gathered", "corrected", "bands", "background", "energies", "scans", "absorbed"):
        assert getattr(after, name) is getattr(before, name)
    for name in ("emission", "responses", "efficiency"):
        assert getattr(after, name) is not getattr(before, name)
