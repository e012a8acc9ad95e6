"""From counts to intensities: dark, cosmic rays, response, exposure and power, each against what it must give."""

from dataclasses import fields, replace

import numpy as np
import pytest
from toy_experiment import Toy, change_spectra, response_curve, with_condition

from asplab.core.corrections import Corrected
from asplab.core.document import Document, Exclusions
from asplab.core.experiment import Experiment, Spectrum, frozen_array
from asplab.core.grouping.repeats import additive_variance, replace_cosmic_rays
from asplab.core.pipeline import analyse, raw_graph
from asplab.core.settings import CorrectionSettings, Settings
from asplab.core.virtual import experiment_with_truth
from asplab.core.virtual.instruments import simulate_arrays

PIXELS = np.arange(1024)
PIXEL_NM = 0.2
"""Of the toy: corrected spectra count per nm."""


def corrected(experiment: Experiment, **settings: object) -> Corrected:
    chosen = CorrectionSettings(**settings)  # type: ignore[arg-type]
    records = [getattr(replace(Settings(), corrections=chosen), field.name) for field in fields(Settings)]
    return raw_graph().put(experiment, Exclusions(), *records).get(Corrected)


def band(*, repeats: int, height: float, noise: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shape = np.exp(-0.5 * ((PIXELS - 500) / 60.0) ** 2)
    return np.asarray(100.0 + height * shape + noise * rng.standard_normal((repeats, PIXELS.size)))


def test_cosmic_rays_take_the_fitted_median_and_are_counted() -> None:
    clean = band(repeats=10, height=300.0, noise=4.0)
    struck = clean.copy()
    struck[3, 495:498] += (900.0, 4000.0, 700.0)
    struck[7, 20] += 2500.0
    found, replaced = replace_cosmic_rays(struck, threshold=8.0)
    assert replaced == 4
    assert np.abs(found - clean).max() < 40.0
    untouched = found == struck
    assert untouched.sum() == struck.size - 4


@pytest.mark.parametrize("height", [50.0, 3000.0])
@pytest.mark.parametrize("noise", [2.0, 10.0])
def test_a_saturating_cosmic_ray_on_the_band_costs_its_own_pixels_only(height: float, noise: float) -> None:
    clean = band(repeats=10, height=height, noise=noise)
    struck = clean.copy()
    struck[3, 495] += 60000.0
    found, replaced = replace_cosmic_rays(struck, threshold=8.0)
    assert replaced == 1
    assert abs(found[3, 495] - clean[3, 495]) < 8.0 * noise + 0.05 * height


@pytest.mark.parametrize("drift", [-0.3, -0.05, 0.05, 0.3])
@pytest.mark.parametrize("height", [50.0, 1e5])
@pytest.mark.parametrize("repeats", [3, 10])
def test_a_band_that_drifts_by_30_percent_is_never_clipped(drift: float, height: float, repeats: int) -> None:
    counts = band(repeats=repeats, height=height, noise=3.0)
    counts[1] = 100.0 + (1.0 + drift) * (counts[1] - 100.0)
    counts[2] += 40.0
    found, replaced = replace_cosmic_rays(counts, threshold=8.0)
    assert replaced == 0
    np.testing.assert_array_equal(found, counts)


def test_a_single_hot_repeat_among_three_is_repaired() -> None:
    counts = band(repeats=3, height=500.0, noise=3.0)
    counts[1, 300] += 3000.0
    found, replaced = replace_cosmic_rays(counts, threshold=8.0)
    assert replaced == 1
    assert found[1, 300] == pytest.approx(100.0 + 500.0 * np.exp(-0.5 * (200 / 60) ** 2), abs=30.0)


def test_fewer_than_three_repeats_are_returned_as_they_are() -> None:
    counts = band(repeats=2, height=500.0, noise=3.0)
    counts[0, 5] += 1e4
    found, replaced = replace_cosmic_rays(counts, threshold=8.0)
    assert replaced == 0
    assert found is counts


def test_downward_spikes_are_left_alone() -> None:
    counts = band(repeats=6, height=500.0, noise=3.0)
    counts[2, 700] -= 3000.0
    assert replace_cosmic_rays(counts, threshold=8.0)[1] == 0


@pytest.mark.parametrize("repeats", [2, 3, 5, 10])
def test_normal_noise_without_hits_is_never_replaced(repeats: int) -> None:
    """Eight standard deviations: one value in 10^15, whatever the number of repeats."""
    for seed in range(20):
        counts = band(repeats=repeats, height=200.0, noise=5.0, seed=seed)
        assert replace_cosmic_rays(counts, threshold=8.0)[1] == 0


def multiplied(temperature_k: float, repeats: int, seed: int, drift: float = 0.003) -> np.ndarray:
    """Return simulated counts of a multiplying camera without hits, (condition, repeat, pixel), offset removed."""
    experiment = replace(
        experiment_with_truth("eq9"), repeats=repeats, cosmic_rays=0.0, drift=0.0, independent_drift=drift
    )
    raw = simulate_arrays(experiment, np.random.default_rng(seed), temperature_k)
    return np.asarray(raw.counts - experiment.offset_counts)


@pytest.mark.parametrize("drift", [0.003, 0.05])
@pytest.mark.parametrize("repeats", [2, 3, 5, 10])
def test_noise_of_a_multiplying_camera_is_replaced_in_one_of_20000_pixels_at_most(repeats: int, drift: float) -> None:
    """Its noise has exponential tails and grows with the signal; drift of 5 % between repeats is no hit either."""
    replaced = total = 0
    for temperature in (120.0, 250.0):
        for counts in multiplied(temperature, repeats, 3, drift):
            replaced += replace_cosmic_rays(counts, threshold=8.0)[1]
            total += counts.size
    assert replaced <= total / 20000.0


@pytest.mark.parametrize("repeats", [3, 5, 10])
def test_nineteen_of_twenty_hits_above_twelve_standard_deviations_are_found(repeats: int) -> None:
    rng = np.random.default_rng(4)
    found = total = 0
    deviation = []
    for clean in multiplied(250.0, repeats, 5):
        mean = clean.mean(axis=0)
        noise = np.sqrt(np.convolve(clean.var(axis=0, ddof=1), np.ones(31) / 31, mode="same"))
        struck = clean.astype(float)
        pixels = rng.choice(np.arange(40, 980, 5), size=8, replace=False)
        rows = rng.integers(repeats, size=pixels.size)
        struck[rows, pixels] += noise[pixels] * rng.uniform(12.0, 100.0, size=pixels.size)
        cleaned, _ = replace_cosmic_rays(struck, threshold=8.0)
        is_found = cleaned[rows, pixels] != struck[rows, pixels]
        found, total = found + int(is_found.sum()), total + pixels.size
        deviation += list(((cleaned[rows, pixels] - mean[pixels]) / noise[pixels])[is_found])
    assert found >= 0.95 * total
    # What takes their place is neither high nor low.
    assert abs(np.mean(deviation)) < 0.25


@pytest.mark.parametrize("place", [slice(0, 3), slice(-3, None)])
@pytest.mark.parametrize("repeats", [3, 10])
def test_a_hit_on_the_first_or_last_pixels_is_found(repeats: int, place: slice) -> None:
    clean = band(repeats=repeats, height=300.0, noise=4.0)
    struck = clean.copy()
    struck[1, place] += (1100.0, 200.0, 6400.0)
    found, replaced = replace_cosmic_rays(struck, threshold=8.0)
    assert replaced == 3
    assert np.abs(found - clean).max() < 25.0


def test_three_repeats_without_hits_keep_their_band_intensities() -> None:
    counts = multiplied(120.0, 3, 8)
    for stack in counts:
        cleaned, _ = replace_cosmic_rays(stack, threshold=8.0)
        error = np.sqrt(stack[:, 250:450].var(axis=0, ddof=1).sum() / 3)
        assert abs((cleaned - stack)[:, 250:450].sum() / 3) < 0.1 * error


@pytest.mark.parametrize("repeats", [3, 5])
def test_a_band_that_moves_between_repeats_is_not_clipped(repeats: int) -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        place = 500.0 + 0.3 * rng.standard_normal((repeats, 1))
        light = 5000.0 * np.exp(-0.5 * ((PIXELS - place) / 60.0) ** 2)
        counts = light + np.sqrt(16.0 + light) * rng.standard_normal(light.shape)
        assert replace_cosmic_rays(counts, threshold=8.0)[1] == 0


@pytest.mark.parametrize("repeats", [2, 3, 10])
def test_additive_variance_is_the_noise_whatever_the_drift(repeats: int) -> None:
    counts = band(repeats=repeats, height=400.0, noise=5.0)
    drift = 1.0 + 0.05 * np.random.default_rng(1).standard_normal((repeats, 1))
    counts = 100.0 + (counts - 100.0) * drift
    # Two of the repeats' degrees of freedom per spectrum go into its height and offset, out of 1024 pixels.
    assert additive_variance(counts).mean() == pytest.approx(25.0, rel=0.16 if repeats == 2 else 0.1)


def test_additive_variance_of_one_spectrum_comes_from_neighbouring_pixels() -> None:
    counts = band(repeats=1, height=400.0, noise=5.0)
    assert additive_variance(counts).mean() == pytest.approx(25.0, rel=0.15)


def test_additive_variance_follows_noise_that_grows_along_the_axis() -> None:
    rng = np.random.default_rng(2)
    sigma = 1.0 + PIXELS / 200.0
    counts = sigma * rng.standard_normal((10, PIXELS.size))
    found = additive_variance(counts).reshape(8, -1).mean(axis=1)
    np.testing.assert_allclose(found, (sigma**2).reshape(8, -1).mean(axis=1), rtol=0.15)


def test_dark_frames_of_equal_exposure_are_subtracted() -> None:
    toy = Toy(dark_counts=70.0, offset_counts=30.0, repeats=3, noise_counts=0.2)
    spectra = corrected(toy.experiment(), divide_by_exposure=False, divide_by_power=False).blocks[0].mean
    assert spectra[0, -100:].mean() * PIXEL_NM == pytest.approx(30.0, abs=0.1)
    kept = corrected(toy.experiment(), subtract_dark=False, divide_by_exposure=False, divide_by_power=False)
    assert kept.blocks[0].mean[0, -100:].mean() * PIXEL_NM == pytest.approx(100.0, abs=0.1)
    assert not kept.blocks[0].dark_variance.any()


def test_variance_of_the_mean_dark_is_the_noise_over_the_number_of_frames() -> None:
    toy = Toy(dark_counts=70.0, repeats=5, noise_counts=2.0)
    block = corrected(toy.experiment(), divide_by_exposure=False, divide_by_power=False).blocks[0]
    np.testing.assert_allclose(block.dark_variance * PIXEL_NM**2, 4.0 / 5.0, rtol=0.1)


def test_each_spectrum_takes_the_dark_of_its_own_exposure() -> None:
    toy = Toy(dark_counts=70.0, offset_counts=0.0, repeats=2, noise_counts=0.1)
    experiment = toy.experiment()
    longer = replace(
        experiment.spectra_of(("dark",))[0],
        source="longer.csv",
        counts=frozen_array(np.full(toy.wavelength_nm.size, 500.0)),
    )
    longer = with_condition(longer, exposure_s=20.0)
    found = corrected(
        replace(experiment, spectra=(longer, *experiment.spectra)), divide_by_exposure=False, divide_by_power=False
    )
    assert found.blocks[0].mean[0, -100:].mean() * PIXEL_NM == pytest.approx(0.0, abs=0.1)
    assert not any("exposure" in problem.message for problem in found.problems)


def test_a_dark_of_another_exposure_is_used_and_said() -> None:
    toy = Toy(dark_counts=70.0, repeats=2)
    darks = change_spectra(toy.experiment(), lambda s: with_condition(s, exposure_s=9.0) if s.kind == "dark" else s)
    found = corrected(darks)
    assert any("a dark of another exposure is used" in problem.message for problem in found.problems)
    assert (found.dark_group >= 0).all()


def test_a_dark_on_another_axis_is_not_used_and_said() -> None:
    toy = Toy(dark_counts=70.0, repeats=2)

    def shift(spectrum: Spectrum) -> Spectrum:
        if spectrum.kind != "dark":
            return spectrum
        return replace(spectrum, wavelength_nm=frozen_array(spectrum.wavelength_nm + 3.0))

    found = corrected(change_spectra(toy.experiment(), shift))
    assert (found.dark_group == -1).all()
    assert any("none is subtracted" in problem.message for problem in found.problems)


def test_intensities_are_per_second_and_microwatt_and_nanometre() -> None:
    toy = Toy(offset_counts=0.0, noise_counts=1e-3)
    double = replace(toy, exposure_s=4.0, powers_uw=25.0)
    first, second = (corrected(t.experiment()).blocks[0].mean for t in (toy, double))
    np.testing.assert_allclose(first, second, atol=1e-3 * first.max())
    raw = corrected(toy.experiment(), divide_by_exposure=False, divide_by_power=False).blocks[0].mean
    np.testing.assert_allclose(raw, 100.0 * first, rtol=1e-9)
    peak = float(toy.light(toy.excitations_mev).max()) / (toy.sigma_nm * np.sqrt(2.0 * np.pi))
    assert first.max() == pytest.approx(peak, rel=1e-3)


def test_exposure_that_only_some_spectra_carry_is_not_divided_out_and_said() -> None:
    toy = Toy(offset_counts=0.0)
    partly = change_spectra(toy.experiment(), lambda s: with_condition(s, exposure_s=None) if "/e2_" in s.source else s)
    found = corrected(partly, divide_by_power=False)
    raw = corrected(toy.experiment(), divide_by_exposure=False, divide_by_power=False)
    np.testing.assert_allclose(found.blocks[0].mean, raw.blocks[0].mean)
    assert any("exposure_s is missing for 1 of 8" in problem.message for problem in found.problems)


def tilted(spectrum: Spectrum) -> Spectrum:
    """A detector half as sensitive at 400 nm as at 620 nm, behind an electronic offset."""
    sensitivity = np.interp(spectrum.wavelength_nm, [300.0, 400.0, 620.0, 900.0], [0.5, 0.5, 1.0, 1.0])
    return replace(spectrum, counts=frozen_array(100.0 + (spectrum.counts - 100.0) * sensitivity))


RESPONSE = response_curve(np.array([350.0, 400.0, 620.0, 700.0]), np.array([0.5, 0.5, 1.0, 1.0]))


def test_a_response_curve_is_divided_out() -> None:
    """Equal to what an even detector shows, but for a factor common to all."""
    toy = Toy(dark_counts=100.0, offset_counts=0.0, noise_counts=0.05)
    uneven = replace(change_spectra(toy.experiment(), tilted), curves=(RESPONSE,))
    flat, divided = (corrected(e).blocks[0].mean for e in (toy.experiment(), uneven))
    np.testing.assert_allclose(divided, flat, atol=2e-4 * flat.max())
    ignored = corrected(uneven, divide_by_response=False).blocks[0].mean
    assert np.abs(ignored - flat).max() > 0.1 * flat.max()


def shortened(spectrum: Spectrum) -> Spectrum:
    """Cut anti-Stokes spectra where their filter ends: another wavelength axis."""
    if spectrum.kind != "aspl":
        return spectrum
    kept = spectrum.wavelength_nm < 560.0
    return replace(
        spectrum,
        wavelength_nm=frozen_array(spectrum.wavelength_nm[kept]),
        counts=frozen_array(spectrum.counts[kept]),
    )


def test_spectra_on_two_axes_are_divided_by_one_and_the_same_response() -> None:
    toy = Toy(dark_counts=100.0, offset_counts=0.0, noise_counts=0.05)
    uneven = replace(change_spectra(toy.experiment(), tilted), curves=(RESPONSE,))
    one, two = (corrected(e, subtract_dark=False) for e in (uneven, change_spectra(uneven, shortened)))
    assert len(two.blocks) == 2
    for k in range(len(one.stacks)):
        (b1, r1), (b2, r2) = one.place[k], two.place[k]
        wanted, found = one.blocks[b1].mean[r1], two.blocks[b2].mean[r2]
        # Without darks a constant offset is taken off first, read from what each axis shows of the spectrum.
        response = np.interp(two.blocks[b2].wavelength_nm, RESPONSE.wavelength_nm, RESPONSE.values)
        assert np.ptp((found - wanted[: found.size]) * response) < 1e-9 * wanted.max()


def binned(spectrum: Spectrum) -> Spectrum:
    """Add neighbouring pixels of anti-Stokes spectra: counts per pixel double, photons do not."""
    if spectrum.kind != "aspl":
        return spectrum
    n = spectrum.counts.size // 2 * 2
    return replace(
        spectrum,
        wavelength_nm=frozen_array(spectrum.wavelength_nm[:n].reshape(-1, 2).mean(axis=1)),
        counts=frozen_array(spectrum.counts[:n].reshape(-1, 2).sum(axis=1)),
    )


def test_pixels_of_another_width_count_the_same_photons() -> None:
    toy = Toy(tail_mev=15.0, noise_counts=0.1)
    results = [analyse(Document(e)) for e in (toy.experiment(), change_spectra(toy.experiment(), binned))]
    fits = [r.efficiency for r in results]
    assert fits[0] is not None
    assert fits[1] is not None
    np.testing.assert_allclose(fits[1].eta, fits[0].eta, atol=0.01)


def test_a_response_that_ends_before_the_spectra_is_said() -> None:
    short = response_curve(np.array([450.0, 600.0]), np.array([0.9, 1.0]))
    found = corrected(replace(Toy().experiment(), curves=(short,)))
    assert any("its end values are used beyond" in problem.message for problem in found.problems)


def test_ragged_repeats_leave_absent_ones_empty_and_the_means_right() -> None:
    toy = Toy(repeats=4)
    ragged = change_spectra(
        toy.experiment(), lambda s: None if "/e1_" in s.source and s.condition.repeat in (2, 4) else s
    )
    found = corrected(ragged)
    row = next(k for k, s in enumerate(found.stacks) if len(s.members) == 2)
    assert found.present[row].tolist() == [True, True, False, False]
    block, place = found.blocks[0], found.place[row, 1]
    assert not block.intensity[place, :, 2:].any()
    np.testing.assert_allclose(block.mean[place], block.intensity[place, :, :2].mean(axis=-1))


def test_few_repeats_are_said() -> None:
    found = corrected(Toy(repeats=2).experiment())
    assert any("fewer than three repeats" in problem.message for problem in found.problems)


def test_negative_counts_pass_through() -> None:
    toy = Toy(offset_counts=-50.0)
    assert corrected(toy.experiment()).blocks[0].mean.min() < 0.0
