"""The Stokes shift, absorption less emission, against temperature."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from asplab.core.companion.checks import positive_array, same_shape
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.law_fit import fit_law
from asplab.core.companion.temperature.laws import LINE
from asplab.core.units import FloatArray

_UNLIKELY = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class StokesShift:
    """Absorption less emission.

    Attributes
    ----------
    temperature_k, shift_mev, error_mev : ndarray, shape (n,)
    mean : Reading
        Weighted mean over temperature.
    slope : Reading
        Of a straight line, in meV/K; not determined below three temperatures.
    constant_chance : float
        Chance of the scatter, were the shift the same at all temperatures; NaN for one.
    sentence : str
    """

    temperature_k: FloatArray
    shift_mev: FloatArray
    error_mev: FloatArray
    mean: Reading
    slope: Reading
    constant_chance: float
    sentence: str


def stokes_shift(
    temperature_k: FloatArray,
    *,
    absorption_mev: FloatArray,
    absorption_error_mev: FloatArray,
    emission_mev: FloatArray,
    emission_error_mev: FloatArray,
) -> StokesShift:
    """Return the Stokes shift at each temperature, its mean and its trend.

    Parameters
    ----------
    temperature_k, absorption_mev, absorption_error_mev, emission_mev, emission_error_mev : ndarray, shape (n,)
        Energies of the same kind of maximum, with errors that are independent between temperatures.

    Raises
    ------
    InputError
        For arrays of other shapes, and values that are not above zero.
    """
    t = positive_array(temperature_k, name="temperature_k")
    given = {
        "absorption_mev": absorption_mev,
        "absorption_error_mev": absorption_error_mev,
        "emission_mev": emission_mev,
        "emission_error_mev": emission_error_mev,
    }
    checked = {name: positive_array(values, name=name) for name, values in given.items()}
    for name, values in checked.items():
        same_shape(t, values, names=("temperature_k", name))
    shift = checked["absorption_mev"] - checked["emission_mev"]
    error = np.hypot(checked["absorption_error_mev"], checked["emission_error_mev"])
    weight = error**-2.0
    mean = float(weight @ shift / weight.sum())
    chi2 = float(weight @ (shift - mean) ** 2)
    spread = np.sqrt(max(chi2 / max(t.size - 1, 1), 1.0) / weight.sum())
    chance = float(chdtrc(t.size - 1, chi2)) if t.size > 1 else float("nan")
    slope = _slope(t, shift, error)
    return StokesShift(t, shift, error, measured(mean, float(spread), "meV"), slope, chance, _told(t, slope, chance))


def _slope(t: FloatArray, shift: FloatArray, error: FloatArray) -> Reading:
    if np.unique(t).size < 3:
        return undetermined("A trend needs three temperatures. Measure absorption and emission at more.", "meV/K")
    # A law takes values above zero, as energies and widths are; a shift may be below.
    raised = shift + (1.0 - float(shift.min()))
    return fit_law(LINE, t, raised, error_mev=error).parameters["slope_mev_per_k"]


def _told(t: FloatArray, slope: Reading, chance: float) -> str:
    if t.size < 2:
        return "One temperature tells no trend."
    if not chance < _UNLIKELY:
        return f"The Stokes shift is the same at all temperatures within its errors (p = {chance:.2g})."
    if slope.is_determined and abs(slope.value) > 3.0 * slope.error:
        verb = "grows" if slope.value > 0.0 else "shrinks"
        return f"The Stokes shift {verb} with temperature by {slope.text}."
    differs = "The Stokes shift differs between temperatures by more than its errors"
    return f"{differs}; a trend needs three temperatures." if t.size < 3 else f"{differs}, though not along a line."
