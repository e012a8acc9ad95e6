"""Line shapes of height one by centre, full width at half maximum and, where there is one, a number for the shape.

Parameters (b, 1) on energies (b, n) give b curves at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import wofz

from asplab.core.units import FWHM_PER_SIGMA, FloatArray

Number = float | FloatArray

_LN2 = float(np.log(2.0))


def gaussian(energy_mev: FloatArray, center_mev: Number, fwhm_mev: Number) -> FloatArray:
    """Return a Gaussian (n,)."""
    return np.asarray(np.exp(-4.0 * _LN2 * ((energy_mev - center_mev) / fwhm_mev) ** 2))


def lorentzian(energy_mev: FloatArray, center_mev: Number, fwhm_mev: Number) -> FloatArray:
    """Return a Lorentzian (n,)."""
    return np.asarray(1.0 / (1.0 + (2.0 * (energy_mev - center_mev) / fwhm_mev) ** 2))


def pseudo_voigt(energy_mev: FloatArray, center_mev: Number, fwhm_mev: Number, fraction: Number) -> FloatArray:
    """Return the sum of a Lorentzian, of height ``fraction``, and a Gaussian of the same width (n,)."""
    lorentz, gauss = lorentzian(energy_mev, center_mev, fwhm_mev), gaussian(energy_mev, center_mev, fwhm_mev)
    return fraction * lorentz + (1.0 - fraction) * gauss


def voigt(energy_mev: FloatArray, center_mev: Number, fwhm_mev: Number, fraction: Number) -> FloatArray:
    """Return a Voigt profile (n,); ``fraction`` is the width of its Lorentzian part in its whole [Olivero 1977].

    The width is right to 0.02 %.
    """
    lorentz = fraction * fwhm_mev
    square = (fwhm_mev - 0.5346 * lorentz) ** 2 - 0.2166 * lorentz**2
    gauss = np.sqrt(np.maximum(square, (1e-4 * fwhm_mev) ** 2))
    scale = 2.0 * np.sqrt(_LN2) / gauss
    top = wofz(0.5j * scale * lorentz).real
    return np.asarray(wofz(scale * (energy_mev - center_mev) + 0.5j * scale * lorentz).real / top)


def split_gaussian(energy_mev: FloatArray, center_mev: Number, fwhm_mev: Number, asymmetry: Number) -> FloatArray:
    """Return two Gaussian halves (n,), the upper one wider by (1 + a)/(1 − a)."""
    half = np.where(energy_mev > center_mev, 1.0 + asymmetry, 1.0 - asymmetry)
    return np.asarray(np.exp(-4.0 * _LN2 * ((energy_mev - center_mev) / (half * fwhm_mev)) ** 2))


def split_mean_offset(fwhm_mev: float, asymmetry: float) -> float:
    """Return mean less centre of a split Gaussian: √(2/π) times the difference of the standard deviations."""
    return float(np.sqrt(2.0 / np.pi) * 2.0 * asymmetry * fwhm_mev / FWHM_PER_SIGMA)


@dataclass(frozen=True, slots=True)
class LineShape:
    """A line shape: its function, and range and start of its shape number (None where it has none)."""

    name: str
    title: str
    function: Callable[..., FloatArray]
    symbol: str = ""
    shape_range: tuple[float, float] | None = None
    has_mean: bool = True


LINE_SHAPES = {
    shape.name: shape
    for shape in (
        LineShape("gaussian", "Gaussian", gaussian),
        LineShape("lorentzian", "Lorentzian", lorentzian, has_mean=False),
        LineShape("pseudo_voigt", "pseudo-Voigt", pseudo_voigt, "Lorentzian part", (0.0, 1.0), has_mean=False),
        LineShape("voigt", "Voigt", voigt, "Lorentzian part", (0.0, 1.0), has_mean=False),
        LineShape("asymmetric", "asymmetric Gaussian", split_gaussian, "asymmetry", (-0.95, 0.95)),
    )
}
"""By name."""
