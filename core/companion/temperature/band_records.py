"""What is known of one band, by one method and by several."""

import math
from dataclasses import dataclass
from typing import Literal

from asplab.core.companion.reading import Reading, measured
from asplab.core.errors import SettingsError
from asplab.core.units import FloatArray

Background = Literal["none", "constant", "line"]
ORDERS = {"none": 0, "constant": 1, "line": 2}
"""Number of terms of each background."""
NOT_SEEN = "No band stands out of its noise here. Expose longer, or widen the range."


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """A band on its energies (n,), ascending, with errors (n,) of its points.

    ``level_error`` (n,) is the standard error that all points have in common, as what a subtracted background leaves.
    """

    energy_mev: FloatArray
    values: FloatArray
    error: FloatArray
    level_error: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """What one method says of a band.

    Attributes
    ----------
    method, title : str
    peak, mean, fwhm : Reading
        In meV.
    shape : Reading or None
        The number for the shape, of a line shape that has one.
    chi2, aicc : float
        NaN without a line shape.
    dof : int
    curve : ndarray, shape (n,)
        The fitted line shape with its background; NaN without one.
    sentence : str
        What a reader of the numbers must know.
    """

    method: str
    title: str
    peak: Reading
    mean: Reading
    fwhm: Reading
    shape: Reading | None
    chi2: float
    aicc: float
    dof: int
    curve: FloatArray
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class BandTable:
    """A band by all methods asked for, on its energies (n,), ascending."""

    energy_mev: FloatArray
    values: FloatArray
    error: FloatArray
    bands: tuple[Band, ...]

    @property
    def best(self) -> Band | None:
        """The line shape with the least AICc; None without one."""
        ranked = [band for band in self.bands if math.isfinite(band.aicc)]
        return min(ranked, key=lambda band: band.aicc) if ranked else None

    @property
    def peak_spread_mev(self) -> float:
        """How far the peaks of the methods lie apart, which no error of one method holds; NaN for fewer than two."""
        peaks = [band.peak.value for band in self.bands if band.peak.is_determined]
        return max(peaks) - min(peaks) if len(peaks) > 1 else math.nan

    def of(self, method: str) -> Band:
        """Return what ``method`` says."""
        for band in self.bands:
            if band.method == method:
                return band
        known = ", ".join(band.method for band in self.bands)
        raise SettingsError(f"the band was not measured by {method!r}. Use one of {known}.")


def in_mev(value: float, error: float) -> Reading:
    """Return a determined energy."""
    return measured(float(value), float(error), "meV")
