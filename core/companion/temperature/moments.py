"""Peak, mean and width of a band without any line shape."""

import math

import numpy as np

from asplab.core.companion.reading import Reading, undetermined
from asplab.core.companion.temperature.band_records import NOT_SEEN, Band, Spectrum, in_mev
from asplab.core.energies.linewidth import full_width
from asplab.core.energies.stage import peak_energy
from asplab.core.units import FWHM_PER_SIGMA, FloatArray

_END_PART = 0.1
"""Part of the points, at each end of the range, that shows the background to moments."""


def measure_without_shape(method: str, one: Spectrum, *, order: int) -> Band:
    """Measure a band by its ``moments``, or ``direct`` by where it falls to its half."""
    energy, variance = one.energy_mev, one.error**2
    net, level = _less_background(one, order)
    jump = np.gradient(energy)
    total = float(jump @ net)
    own = _functional_error(jump, variance, level)
    blank = np.full(net.size, np.nan)
    if not total > 5.0 * own:
        lost = undetermined(NOT_SEEN, "meV")
        return Band(method, method, lost, lost, lost, None, math.nan, math.nan, 0, blank, NOT_SEEN)
    mean = float(jump @ (energy * net) / total)
    slope = jump * (energy - mean) / total
    told = ""
    if method == "moments":
        width = _second_moment(energy, net, mean, total, variance, level)
        told = "The width is 2.355 standard deviations: of a Gaussian the FWHM, else more by its wings."
    else:
        width = _half_width(energy, net, variance, level)
    center = in_mev(mean, _functional_error(slope, variance, level))
    top = _top(energy, net, variance)
    return Band(method, method, top, center, width, None, math.nan, math.nan, 0, blank, told)


def _top(energy: FloatArray, net: FloatArray, variance: FloatArray) -> Reading:
    peak, error = peak_energy(energy, net, variance)
    if math.isfinite(peak):
        return in_mev(peak, error)
    return undetermined("Too few points show the top. Bin less, or widen the range.", "meV")


def _second_moment(
    energy: FloatArray, net: FloatArray, mean: float, total: float, variance: FloatArray, level: FloatArray
) -> Reading:
    jump = np.gradient(energy)
    second = float(jump @ (net * (energy - mean) ** 2) / total)
    if not second > 0.0:
        return _cut()
    gradient = jump * ((energy - mean) ** 2 - second) / total
    spread = math.sqrt(second)
    error = _functional_error(gradient, variance, level) / (2.0 * spread)
    return in_mev(FWHM_PER_SIGMA * spread, FWHM_PER_SIGMA * error)


def _half_width(energy: FloatArray, net: FloatArray, variance: FloatArray, level: FloatArray) -> Reading:
    found, error = full_width(energy, net, variance, level_variance=float(np.median(np.diag(level))))
    return in_mev(found, error) if math.isfinite(found) else _cut()


def _cut() -> Reading:
    return undetermined("The band is cut or too noisy for its half. Widen the range.", "meV")


def _functional_error(gradient: FloatArray, variance: FloatArray, level: FloatArray) -> float:
    """Return the standard error of a linear combination of net values, noise and background together."""
    return float(np.sqrt(gradient**2 @ variance + gradient @ level @ gradient))


def _less_background(one: Spectrum, order: int) -> tuple[FloatArray, FloatArray]:
    """Return a band less what its ends show, and the covariance (n, n) that this leaves."""
    energy, y, sigma, n = one.energy_mev, one.values, one.error, one.energy_mev.size
    if not order:
        return y, np.outer(one.level_error, one.level_error)
    count = max(int(_END_PART * n), 2)
    ends = np.r_[0:count, n - count : n]
    x = (energy - energy.mean()) / np.ptp(energy)
    design = np.vander(x, order, increasing=True)
    weighted = design[ends] / sigma[ends, None]
    found, *_ = np.linalg.lstsq(weighted, y[ends] / sigma[ends], rcond=None)
    covariance = np.linalg.inv(weighted.T @ weighted)
    cross = design @ covariance @ (design[ends] / sigma[ends, None] ** 2).T * sigma[ends] ** 2
    level = design @ covariance @ design.T
    # The same points tell the background and are band: their common noise cancels in part.
    level[:, ends] -= cross
    level[ends, :] -= cross.T
    return y - design @ found, level
