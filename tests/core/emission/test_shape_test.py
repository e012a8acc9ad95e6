"""The shape of each spectrum against the band: what differs is found with its size, what does not stays untold."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_spectra

from asplab.core.document import Document
from asplab.core.experiment import Experiment, Spectrum, frozen_array
from asplab.core.ledger import ledger
from asplab.core.ledger.around import around
from asplab.core.pipeline import Analysis, Results, analyse
from asplab.core.settings import IntegrationSettings
from asplab.core.shape.curves import shape_curves
from asplab.core.shape.fit import steady_variance
from asplab.core.units import HC_MEV_NM

TOY = Toy(noise_counts=4.0, detuning_mev=(33.0, 55.0, 77.0, 102.0), repeats=5)


def moved_band(toy: Toy, shift_mev: float, width_ratio: float) -> np.ndarray:
    """Return the toy's band in photons per nm, moved to the blue and widened in energy about its mean."""
    axis, centre = toy.wavelength_nm, toy.band_mev
    there = HC_MEV_NM / (centre + (HC_MEV_NM / axis - centre - shift_mev) / width_ratio)
    band = np.exp(-0.5 * ((there - toy.band_nm) / toy.sigma_nm) ** 2) / (toy.sigma_nm * np.sqrt(2.0 * np.pi))
    return np.asarray(band * (there / axis) ** 2 / width_ratio)


def with_moved(
    toy: Toy, shift_mev: float, width_ratio: float = 1.0, *, kinds: tuple[str, ...] = ("aspl",), only: float = 0.0
) -> Experiment:
    """Return the toy's experiment with other shapes in the spectra of some kinds, or of one excitation in nm."""
    rng = np.random.default_rng(toy.seed + 1000)
    axis = toy.wavelength_nm
    band = moved_band(toy, shift_mev, width_ratio)

    def changed(spectrum: Spectrum) -> Spectrum:
        condition = spectrum.condition
        assert condition.excitation_nm is not None
        if spectrum.kind not in kinds or (only and abs(condition.excitation_nm - only) > 0.1):
            return spectrum
        passed = np.ones(axis.size, dtype=bool)
        if condition.longpass_nm is not None:
            passed &= axis >= condition.longpass_nm
        if condition.shortpass_nm is not None:
            passed &= axis <= condition.shortpass_nm
        height = float(toy.light(np.array(HC_MEV_NM / condition.excitation_nm))) * 100.0
        counts = toy.offset_counts + height * float(axis[1] - axis[0]) * band * passed
        return replace(spectrum, counts=frozen_array(counts + toy.noise_counts * rng.standard_normal(axis.size)))

    return change_spectra(toy.experiment(), changed)


def told(results: Results) -> list[str]:
    return [problem.message for problem in results.problems if problem.where == "shape test"]


def aspl(results: Results) -> np.ndarray:
    assert results.corrected is not None
    return np.array([stack.kind == "aspl" for stack in results.corrected.stacks])


def test_equal_shapes_are_not_told() -> None:
    results = analyse(Document(TOY.experiment()))
    assert results.shape_test is not None
    assert told(results) == []
    assert np.all(results.shape_test.significance < 4.0)
    assert not results.shape_test.moved.shapes


@pytest.mark.parametrize(("shift_mev", "width_ratio"), [(3.0, 1.0), (-6.0, 1.0), (10.0, 1.0), (4.0, 1.1), (-3.0, 0.93)])
def test_a_moved_and_widened_band_is_found_with_its_size_and_error(shift_mev: float, width_ratio: float) -> None:
    pulls = []
    for seed in range(4):
        test = analyse(Document(with_moved(replace(TOY, seed=seed), shift_mev, width_ratio))).shape_test
        assert test is not None
        mask = np.arange(8) >= 4
        pulls.append(
            [
                (test.shift_mev[mask] - shift_mev) / test.shift_error_mev[mask],
                (test.width_ratio[mask] - width_ratio)[1:] / test.width_error[mask][1:],
            ]
        )
    shift = np.concatenate([row[0] for row in pulls])
    width = np.concatenate([row[1] for row in pulls])
    for found in (shift, width[np.isfinite(width)]):
        assert found.size >= 10
        assert np.all(np.abs(found) < 4.0)
        assert abs(found.mean()) < 0.8
        assert 0.5 < found.std() < 1.5


def test_a_moved_band_is_told_once_with_size_meaning_and_remedy() -> None:
    (message,) = told(analyse(Document(with_moved(TOY, 6.0))))
    for part in ("ASPL", " meV, width × ", "another emitting state", "reabsorption", "laser", "exclude"):
        assert part in message


def test_a_stokes_spectrum_of_another_shape_is_told_against_the_others() -> None:
    excitation = HC_MEV_NM / (TOY.band_mev + 270.0)
    results = analyse(Document(with_moved(TOY, 5.0, kinds=("pl",), only=excitation)))
    (message,) = [text for text in told(results) if "shape of PL" in text]
    assert f"PL {excitation:.1f} nm (+5." in message
    assert "mean of all" in message


def test_a_background_that_slopes_is_no_moved_band() -> None:
    def sloping(spectrum: Spectrum) -> Spectrum:
        line = 0.5 * (spectrum.wavelength_nm - spectrum.wavelength_nm[0]) * (spectrum.kind == "aspl")
        return replace(spectrum, counts=frozen_array(spectrum.counts + line))

    results = analyse(Document(change_spectra(TOY.experiment(), sloping)))
    assert told(results) == []
    assert any(problem.where == "background" for problem in results.problems)
    assert results.bands is not None
    assert results.shape_test is not None
    for k in np.flatnonzero(aspl(results)).tolist():
        curves = shape_curves(results.bands, results.shape_test, k)
        assert curves is not None
        assert abs(np.polyfit(curves.wavelength_nm, curves.residual, 1)[0]) * np.ptp(curves.wavelength_nm) < 1.0


def test_identical_repeats_are_not_tested() -> None:
    results = analyse(Document(replace(TOY, noise_counts=0.0).experiment()))
    assert results.shape_test is not None
    assert told(results) == []
    assert np.all(np.isnan(results.shape_test.significance))


def test_a_variance_that_rounds_to_nothing_in_places_is_that_of_the_neighbours() -> None:
    rng = np.random.default_rng(2)
    counts = np.round(100.0 + 0.2 * rng.standard_normal((3, 400)))
    expected, is_steady = steady_variance(counts.var(axis=0, ddof=1), np.full(400, 100.0), 2.0)
    assert np.all(expected > 0.0)
    assert is_steady.any()


def test_one_odd_pl_is_told_once_although_all_others_differ_from_the_mean_with_it() -> None:
    excitation = HC_MEV_NM / (TOY.band_mev + 270.0)
    results = analyse(Document(with_moved(TOY, 5.0, kinds=("pl",), only=excitation)))
    assert results.shape_test is not None
    assert results.shape_test.is_beyond.sum() > 4
    (message,) = told(results)
    assert "in 1 of 4 conditions" in message
    assert "more conditions, which they are compared with, agree" in message


def test_an_odd_pl_hides_no_aspl_that_is_moved_by_itself() -> None:
    excitation = HC_MEV_NM / (TOY.band_mev + 270.0)
    odd = with_moved(TOY, 5.0, kinds=("pl",), only=excitation).spectra
    moved = {s.source: s for s in with_moved(TOY, -6.0).spectra if s.kind == "aspl"}
    experiment = replace(TOY.experiment(), spectra=tuple(moved.get(s.source, s) for s in odd))
    aspl_told, pl_told = told(analyse(Document(experiment)))
    assert "shape of ASPL" in aspl_told
    assert "shape of PL" in pl_told


def test_the_hidden_part_of_a_moved_band_is_the_same_in_the_ledger() -> None:
    results = analyse(Document(with_moved(TOY, 5.0)))
    assert results.emission is not None
    found = around(results, ledger(results), "truncation", 5)
    np.testing.assert_allclose(found.after[0], 1.0 / results.emission.truncation)
    bare = analyse(Document(with_moved(TOY, 5.0)).with_settings(integration=IntegrationSettings(follow_shape=False)))
    assert not np.allclose(found.after[0], 1.0 / bare.emission.truncation, rtol=1e-3)  # type: ignore[union-attr]


def test_laser_light_beside_the_band_is_told_although_no_moved_band_fits() -> None:
    axis = TOY.wavelength_nm

    def leaking(spectrum: Spectrum) -> Spectrum:
        shortpass = spectrum.condition.shortpass_nm
        if shortpass is None:
            return spectrum
        line = 60.0 * np.exp(-0.5 * ((axis - shortpass + 8.0) / 1.5) ** 2)
        return replace(spectrum, counts=frozen_array(spectrum.counts + line))

    results = analyse(Document(change_spectra(TOY.experiment(), leaking)))
    assert "ASPL" in told(results)[0]
    assert results.shape_test is not None
    assert results.shape_test.is_beyond[aspl(results)].all()


def intensity_of_band(toy: Toy, results: Results) -> np.ndarray:
    """Return what the mean intensity of each ASPL stack is in units of the true one."""
    assert results.emission is not None
    assert results.corrected is not None
    energy = np.array([HC_MEV_NM / stack.excitation_nm for stack in results.corrected.stacks])
    true = toy.light(energy) * 100.0 / (toy.exposure_s or 1.0) / (toy.powers_uw or 1.0)
    return np.asarray((results.emission.mean / true)[aspl(results)])


def test_the_hidden_part_of_a_moved_band_is_that_of_the_moved_shape() -> None:
    experiment = with_moved(TOY, 8.0)
    document = Document(experiment)
    followed = intensity_of_band(TOY, analyse(document))
    resting = intensity_of_band(
        TOY, analyse(document.with_settings(integration=IntegrationSettings(follow_shape=False)))
    )
    assert np.all(np.abs(followed[:3] - 1.0) < 0.02)
    # A band moved to the blue shows more of itself than the resting shape would.
    assert resting[0] > 1.15
    assert np.all(np.diff(resting) < 0.0)


def test_the_difference_to_the_resting_shape_is_in_the_error() -> None:
    document = Document(with_moved(TOY, 8.0))
    results = analyse(document)
    off = analyse(document.with_settings(integration=IntegrationSettings(follow_shape=False)))
    assert results.emission is not None
    assert off.emission is not None
    assert results.layout is not None
    index = results.layout.index[0, 4:]
    variance = np.diagonal(results.emission.shared[0])[4:]
    change = (results.emission.mean - off.emission.mean)[index]
    assert np.all(variance > change**2)
    assert np.all(variance[:3] < 1.3 * change[:3] ** 2 + np.diagonal(off.emission.shared[0])[4:][:3] * 2.0)


def test_a_drag_keeps_what_was_found_at_rest_and_rest_finds_it_anew() -> None:
    document = Document(with_moved(TOY, 8.0))
    analysis = Analysis()
    rested = analysis.update(document)
    dragged = document.with_settings(integration=IntegrationSettings(window_nm=(401.0, 600.0)))
    moving = analysis.update(dragged, intervals=False)
    assert moving.shape_test is None
    again = analysis.update(dragged)
    assert rested.emission is not None
    assert moving.emission is not None
    assert again.emission is not None
    np.testing.assert_array_equal(moving.emission.mean, again.emission.mean)
    np.testing.assert_allclose(moving.emission.truncation, rested.emission.truncation, rtol=1e-3)


def test_fewer_than_three_repeats_are_not_tested() -> None:
    results = analyse(Document(with_moved(replace(TOY, repeats=2), 8.0)))
    assert results.shape_test is not None
    assert np.all(np.isnan(results.shape_test.significance))
    assert told(results) == []


def test_a_cosmic_ray_that_was_left_in_is_no_difference_of_shape() -> None:
    rng = np.random.default_rng(3)

    def hit(spectrum: Spectrum) -> Spectrum:
        counts = np.array(spectrum.counts)
        counts[rng.integers(400, 520)] += 25.0
        return replace(spectrum, counts=frozen_array(counts))

    results = analyse(Document(change_spectra(TOY.experiment(), hit)))
    assert told(results) == []


def test_curves_show_the_spectrum_on_the_shape_with_residuals_of_unit_size() -> None:
    results = analyse(Document(with_moved(TOY, 8.0)))
    assert results.shape_test is not None
    assert results.bands is not None
    curves = shape_curves(results.bands, results.shape_test, 4)
    assert curves is not None
    assert curves.wavelength_nm[0] >= results.shape_test.range_nm[4, 0]
    assert np.sqrt(np.mean(curves.residual**2)) > 3.0
    missed = (curves.measured - curves.moved) / curves.error
    assert 0.7 < np.sqrt(np.mean(missed**2)) < 1.3
    still = shape_curves(results.bands, results.shape_test, 0)
    assert still is not None
    assert 0.7 < np.sqrt(np.mean(still.residual**2)) < 1.5


def test_a_cut_band_that_tells_no_shift_moves_as_the_others_of_its_temperature() -> None:
    toy = replace(TOY, detuning_mev=(-12.0, 55.0, 77.0, 102.0), noise_counts=12.0)
    results = analyse(Document(with_moved(toy, 8.0)))
    test = results.shape_test
    assert test is not None
    assert np.isnan(test.shift_mev[4])
    shapes = {shape.key: shape for shape in test.moved.shapes}
    assert results.corrected is not None
    borrowed = shapes[results.corrected.stacks[4].key]
    assert borrowed.shift_mev == pytest.approx(8.0, abs=4 * np.sqrt(borrowed.covariance[0]))
    assert "1 more are taken to move alike" in told(results)[0]
