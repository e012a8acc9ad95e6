"""Whether the laser heats the sample: the band as a thermometer, against its trend at low power."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.checks import positive_array, same_shape
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.law_fit import LawFit
from asplab.core.errors import AnalysisError
from asplab.core.statistics.chance import told_from
from asplab.core.units import FloatArray

_LEAST_SLOPE = 3.0
"""Standard errors by which the trend must differ from flat to be a thermometer."""


@dataclass(frozen=True, slots=True, eq=False)
class LaserHeating:
    """By how much the band says the sample is warmer than the stage.

    Attributes
    ----------
    temperature_k, offset_mev, offset_error_mev : ndarray, shape (n,)
        Of the stage; measured less the low-power trend there.
    heating_k, heating_error_k : ndarray, shape (n,)
        NaN where the trend is too flat to tell.
    mean : Reading
        Weighted mean in K.
    sentence : str
    """

    temperature_k: FloatArray
    offset_mev: FloatArray
    offset_error_mev: FloatArray
    heating_k: FloatArray
    heating_error_k: FloatArray
    mean: Reading
    sentence: str


def laser_heating(
    temperature_k: FloatArray, values_mev: FloatArray, *, error_mev: FloatArray, low_power: LawFit
) -> LaserHeating:
    """Read temperatures of energies or widths from the trend at low power.

    The offset is divided by the slope, so it serves for a heating that is small against the temperature. The error of
    the trend is common to temperatures near each other; their mean takes it as one.

    Parameters
    ----------
    temperature_k, values_mev, error_mev : ndarray, shape (n,)
        Temperature of the stage, and energies or widths at the power in question.
    low_power : LawFit
        Fit to what was measured at a power that heats nothing.

    Raises
    ------
    InputError
        For arrays that don't belong together.
    AnalysisError
        For temperatures outside those of the trend.
    """
    t = positive_array(temperature_k, name="temperature_k")
    y = positive_array(values_mev, name="values_mev")
    error = positive_array(error_mev, name="error_mev")
    for name, values in (("values_mev", y), ("error_mev", error)):
        same_shape(t, values, names=("temperature_k", name))
    low, high = low_power.temperatures_k
    outside = t[(t < low) | (t > high)]
    if outside.size:
        raise AnalysisError(
            f"{outside[0]:g} K is outside the low-power trend, which covers {low:g} to {high:g} K. Extend the trend, "
            "or leave that temperature out."
        )
    expected, bottom, top = low_power.at(t)
    slope, slope_low, slope_high = low_power.slope_at(t)
    trend_error, slope_error = 0.5 * (top - bottom), 0.5 * (slope_high - slope_low)
    offset = y - expected
    tells = np.abs(slope) > _LEAST_SLOPE * slope_error
    safe = np.where(tells, slope, 1.0)
    heating = np.where(tells, offset / safe, np.nan)
    own = np.hypot(error, offset * slope_error / safe) / np.abs(safe)
    total = np.where(tells, np.hypot(own, trend_error / np.abs(safe)), np.nan)
    mean = _mean(heating[tells], own[tells], (trend_error / np.abs(safe))[tells])
    return LaserHeating(t, offset, np.hypot(error, trend_error), heating, total, mean, _told(mean, heating, total))


def _mean(heating: FloatArray, own: FloatArray, common: FloatArray) -> Reading:
    if not heating.size:
        return undetermined("The trend is too flat to serve as a thermometer. Use the other one: peak or width.", "K")
    weight = 1.0 / (own**2 + common**2)
    weight = weight / weight.sum()
    mean = float(weight @ heating)
    # The trend's error at neighbouring temperatures is nearly one and the same, so it doesn't average.
    error = float(np.sqrt(weight**2 @ own**2 + (weight @ common) ** 2))
    return measured(mean, error, "K")


def _told(mean: Reading, heating: FloatArray, error: FloatArray) -> str:
    if not mean.is_determined:
        return mean.reason
    sigma = mean.value / mean.error
    known = np.isfinite(heating)
    worst = float(np.max((heating / error)[known]))
    if sigma > told_from(1) or worst > told_from(int(known.sum())):
        return f"The band is that of a warmer sample, by {mean.text} on average. Lower the power, or correct T."
    if sigma < -told_from(1):
        return f"The band is that of a colder sample, by {mean.text}: no laser does that. Check the trend and its axis."
    return f"No heating is seen: {mean.text} on average."
