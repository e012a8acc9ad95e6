"""The full width at half maximum: exact for clean bands, honest errors for noisy ones."""

import numpy as np
import pytest
from toy_experiment import Toy

from asplab.core.document import Document
from asplab.core.energies.linewidth import full_width
from asplab.core.pipeline import analyse

ENERGY = np.linspace(2250.0, 2650.0, 280)


def band(fwhm_mev: float, skew: float = 0.0) -> np.ndarray:
    """Return a band that is a Gaussian in E, or steeper on one side."""
    x = (ENERGY - 2451.3) * 2.0 * np.sqrt(2.0 * np.log(2.0)) / fwhm_mev
    return np.asarray(np.exp(-0.5 * (x / (1.0 + skew * np.tanh(x))) ** 2))


def exact_width(shape: np.ndarray) -> float:
    fine = np.linspace(ENERGY[0], ENERGY[-1], 400_001)
    values = np.interp(fine, ENERGY, shape)
    return float(np.ptp(fine[values > 0.5 * values.max()]))


@pytest.mark.parametrize("skew", [0.0, 0.15, -0.15])
@pytest.mark.parametrize("fwhm", [40.0, 60.0, 99.0])
def test_clean_bands_have_their_width(fwhm: float, skew: float) -> None:
    shape = band(fwhm, skew)
    width, error = full_width(ENERGY, shape, np.full_like(shape, 1e-12))
    assert width == pytest.approx(exact_width(shape), rel=0.004)
    assert error < 1e-3
    assert full_width(ENERGY[::-1], shape[::-1], np.full_like(shape, 1e-12))[0] == pytest.approx(width)


@pytest.mark.parametrize("fwhm", [51.0, 99.0])
def test_noise_scatters_the_width_by_its_error(fwhm: float) -> None:
    rng, truth = np.random.default_rng(4), band(fwhm)
    pulls = []
    for _ in range(300):
        level = 0.005 * rng.standard_normal()
        noise = 0.01 + 0.01 * np.sqrt(truth)
        measured = truth + level + noise * rng.standard_normal(truth.size)
        width, error = full_width(ENERGY, measured, noise**2, level_variance=0.005**2)
        pulls.append((width - fwhm) / error)
    assert np.mean(pulls) == pytest.approx(0.0, abs=0.35)
    assert np.std(pulls) == pytest.approx(1.0, abs=0.15)


def test_a_band_that_is_cut_has_no_width() -> None:
    shape = band(60.0)
    cut = ENERGY > 2440.0
    assert np.isnan(full_width(ENERGY[cut], shape[cut], np.full(cut.sum(), 1e-12))).all()


def test_widths_of_an_analysis_scatter_by_their_errors_from_seed_to_seed() -> None:
    found = []
    for seed in range(12):
        toy = Toy(temperatures_k=(120.0, 250.0), noise_counts=60.0, drift=0.01, seed=seed)
        energies = analyse(Document(toy.experiment())).energies
        found.append(np.stack([energies.fwhm_mev, energies.fwhm_error_mev]))
    width, error = np.swapaxes(found, 0, 1)
    ratio = np.std(width, axis=0, ddof=1) / np.sqrt(np.mean(error**2, axis=0))
    assert np.all((ratio > 0.5) & (ratio < 1.6)), ratio
