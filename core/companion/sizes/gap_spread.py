"""The spread of gaps that a spread of sizes makes."""

import math
from dataclasses import dataclass

from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.errors import SettingsError
from asplab.core.units import FWHM_PER_SIGMA


@dataclass(frozen=True, slots=True)
class GapSpread:
    """σ_inh of the gaps, and what it is made of.

    Attributes
    ----------
    spread : Reading
        Standard deviation of the gap in meV.
    fwhm : Reading
        2.355 times that, in meV.
    size_spread_nm, size_spread_error_nm : float
        Of the sizes themselves, what the outline of a particle is uncertain by taken off.
    from_sizes_mev, from_slope_mev : float
        What the errors of the spread of sizes and of dE/dl add to that of σ_inh.
    sentence : str
    """

    spread: Reading
    fwhm: Reading
    size_spread_nm: float
    size_spread_error_nm: float
    from_sizes_mev: float
    from_slope_mev: float
    sentence: str


def gap_spread(
    spread: Reading, *, slope_mev_per_nm: float, slope_error_mev_per_nm: float, outline_error_nm: float = 0.0
) -> GapSpread:
    """Return σ_inh = |dE/dl| σ_l.

    Parameters
    ----------
    spread : Reading
        Standard deviation of the edge in nm, of the particles or of their distribution.
    slope_mev_per_nm, slope_error_mev_per_nm : float
        dE/dl at the mean size with its standard error; no default, since materials differ.
    outline_error_nm : float
        Standard deviation of one measured edge about the true one, taken off in squares.

    Raises
    ------
    SettingsError
        For a slope of zero, an error below zero, or a number that is not finite.
    """
    given = {"slope_mev_per_nm": slope_mev_per_nm, "slope_error_mev_per_nm": slope_error_mev_per_nm}
    given["outline_error_nm"] = outline_error_nm
    for name, value in given.items():
        if (
            not math.isfinite(value)
            or (name != "slope_mev_per_nm" and value < 0.0)
            or (name == "slope_mev_per_nm" and value == 0.0)
        ):
            raise SettingsError(f"{name} is {value:g}. Give dE/dl at the mean size with its error, such as -40 and 8.")
    if not spread.is_determined:
        lost = undetermined(spread.reason, "meV")
        return GapSpread(lost, lost, math.nan, math.nan, math.nan, math.nan, spread.reason)
    variance = spread.value**2 - outline_error_nm**2
    if variance <= 2.0 * spread.value * spread.error:
        top = abs(slope_mev_per_nm) * math.sqrt(max(variance, 0.0) + 2.0 * spread.value * 1.645 * spread.error)
        why = (
            f"The spread of the edges, {spread.value:.2g} nm, is not larger than what their outlines are uncertain by, "
            f"{outline_error_nm:.2g} nm. Take images of higher magnification."
        )
        limit = Reading(math.nan, math.nan, "meV", upper_limit=top, reason=why)
        wide = Reading(math.nan, math.nan, "meV", upper_limit=FWHM_PER_SIGMA * top, reason=why)
        return GapSpread(limit, wide, math.nan, math.nan, math.nan, math.nan, why)
    size = math.sqrt(variance)
    size_error = spread.value * spread.error / size
    value = abs(slope_mev_per_nm) * size
    of_size, of_slope = abs(slope_mev_per_nm) * size_error, slope_error_mev_per_nm * size
    error = math.hypot(of_size, of_slope)
    told = f"Sizes spread the gap by σ_inh = {measured(value, error, 'meV').text}"
    told += ", mostly uncertain by dE/dl." if of_slope > of_size else ", mostly uncertain by the number of particles."
    return GapSpread(
        spread=measured(value, error, "meV"),
        fwhm=measured(FWHM_PER_SIGMA * value, FWHM_PER_SIGMA * error, "meV"),
        size_spread_nm=size,
        size_spread_error_nm=size_error,
        from_sizes_mev=of_size,
        from_slope_mev=of_slope,
        sentence=told,
    )
