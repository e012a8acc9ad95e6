"""η from absorptances [Morozov 2017]: pump powers are set until both emissions are equal.

Both emissions pass the same state, so that equal light means equally many converted photons:
η = Φ_S A_S/(Φ_AS A_AS) with Φ the pump photons. What is left of a mismatch is divided out, which takes emission in
proportion to power: η = m A_S/A_AS with m = (I_AS/Φ_AS)/(I_S/Φ_S).
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.matched.series import Excitations
from asplab.core.companion.reading import Reading, undetermined
from asplab.core.errors import AnalysisError, InputError
from asplab.core.experiment import frozen_array
from asplab.core.statistics.fieller import fieller_interval
from asplab.core.units import FloatArray

SEEN = 3.0
"""Standard errors from which on emission counts as seen."""
_CLEAR = 2.0
"""Standard errors by which A_AS must exceed 0 for η to have a closed interval."""
_ONE_SIDED = 1.6448536269514722
"""95 % on one side, in standard errors."""
_MISMATCH = 0.2
"""Relative mismatch of the emissions from which on it is worth a word."""


@dataclass(frozen=True, slots=True, eq=False)
class MatchedEfficiency:
    """η of the absorptances, one number for each anti-Stokes excitation; all arrays have shape (n,) but the last.

    Attributes
    ----------
    anti, stokes : Excitations
        What went in; ``stokes`` has one row.
    absorptance_common_error : float
        Error by which all absorptances, also the Stokes one, are too high or low together.
    brightness : ndarray
        m: emission per pump photon, relative to that of the Stokes side.
    mismatch, mismatch_error : ndarray
        I_AS/I_S − 1; 0 where the powers were set exactly.
    eta, eta_error : ndarray
        Errors to first order.
    eta_low, eta_high : ndarray
        68 % Fieller interval; NaN marks an open end.
    readings : tuple of Reading
        η as it may be told: number, lower limit, or why it is not determined.
    remarks : tuple of str
        What holds for the whole series.
    covariance : ndarray, shape (n, n)
        Of ``eta``: all share the Stokes side.
    """

    anti: Excitations
    stokes: Excitations
    absorptance_common_error: float
    brightness: FloatArray
    mismatch: FloatArray
    mismatch_error: FloatArray
    eta: FloatArray
    eta_error: FloatArray
    eta_low: FloatArray
    eta_high: FloatArray
    readings: tuple[Reading, ...]
    remarks: tuple[str, ...]
    covariance: FloatArray


def matched_efficiency(anti: Excitations, stokes: Excitations, *, absorptance_common_error: float) -> MatchedEfficiency:
    """Return η of the absorptances [Morozov 2017].

    Parameters
    ----------
    anti : Excitations
        Below the gap.
    stokes : Excitations
        The one above it.
    absorptance_common_error : float
        Standard error of the baseline that all absorptances share; 0 for none.

    Raises
    ------
    InputError
        For several Stokes excitations, a common error below 0, and a Stokes excitation not above all others in energy.
    AnalysisError
        Where Stokes emission or absorptance do not stand out of their noise.
    """
    _check(anti, stokes, absorptance_common_error)
    moves = find_moves(anti, stokes, absorptance_common_error)
    base, depth = float(stokes.absorptance[0]), anti.absorptance
    numerator = moves.brightness * base
    with np.errstate(divide="ignore", invalid="ignore"):
        eta = numerator / depth
    of_numerator = base * moves.of_brightness + moves.brightness[:, None] * moves.of_stokes_absorptance
    of_eta = (of_numerator - eta[:, None] * moves.of_absorptance) / depth[:, None]
    covariance = of_eta @ of_eta.T
    parts = (
        numerator,
        depth,
        np.sum(of_numerator**2, axis=1),
        np.sum(moves.of_absorptance**2, axis=1),
        np.sum(of_numerator * moves.of_absorptance, axis=1),
    )
    low, high = fieller_interval(*parts)
    clear = depth > _CLEAR * np.sqrt(parts[3])
    low, high, error = np.where(clear, low, np.nan), np.where(clear, high, np.nan), np.sqrt(np.diag(covariance))
    ratio = anti.intensity / stokes.intensity[0]
    mismatch_error = np.hypot(anti.intensity_error, ratio * stokes.intensity_error[0]) / stokes.intensity[0]
    limits = _lower_limits(*parts)
    seen = numerator > SEEN * np.sqrt(parts[2])
    return MatchedEfficiency(
        anti=anti,
        stokes=stokes,
        absorptance_common_error=absorptance_common_error,
        brightness=frozen_array(moves.brightness),
        mismatch=frozen_array(ratio - 1.0),
        mismatch_error=frozen_array(mismatch_error),
        eta=frozen_array(eta),
        eta_error=frozen_array(error),
        eta_low=frozen_array(low),
        eta_high=frozen_array(high),
        readings=tuple(
            Reading(float(eta[k]), float(error[k]), "", float(low[k]), float(high[k]))
            if clear[k]
            else _told(anti, k, float(limits[k]) if seen[k] else None)
            for k in range(eta.size)
        ),
        remarks=_remarks(ratio - 1.0),
        covariance=frozen_array(covariance),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """m, and what one standard error of each independent thing that was measured does; columns are those things.

    ``brightness`` (n,); ``of_brightness`` and ``of_absorptance`` (n, n_things); ``of_stokes_absorptance`` (n_things,).
    """

    brightness: FloatArray
    of_brightness: FloatArray
    of_absorptance: FloatArray
    of_stokes_absorptance: FloatArray


def find_moves(anti: Excitations, stokes: Excitations, common_error: float) -> Moves:
    """Return how m and the absorptances follow emission, powers, absorptances and the baseline all of them share."""
    n = anti.wavelength_nm.size
    unit = stokes.per_photon[0] * anti.power_uw * anti.wavelength_nm
    brightness = anti.intensity / unit
    own = np.hypot(anti.intensity_error / unit, brightness * anti.power_error_uw / anti.power_uw)
    of_brightness, of_absorptance, of_stokes = np.zeros((n, 2 * n + 4)), np.zeros((n, 2 * n + 4)), np.zeros(2 * n + 4)
    np.fill_diagonal(of_brightness[:, :n], own)
    of_brightness[:, -4] = brightness * stokes.intensity_error[0] / stokes.intensity[0]
    of_brightness[:, -3] = brightness * stokes.power_error_uw[0] / stokes.power_uw[0]
    np.fill_diagonal(of_absorptance[:, n : 2 * n], anti.absorptance_error)
    of_absorptance[:, -1] = of_stokes[-1] = common_error
    of_stokes[-2] = stokes.absorptance_error[0]
    return Moves(brightness, of_brightness, of_absorptance, of_stokes)


def _check(anti: Excitations, stokes: Excitations, common_error: float) -> None:
    if stokes.wavelength_nm.size != 1:
        raise InputError(f"there are {stokes.wavelength_nm.size} Stokes excitations; intensities are matched to one.")
    if not (np.isfinite(common_error) and common_error >= 0.0):
        raise InputError(f"absorptance_common_error is {common_error:g}; it must be 0 or above.")
    base = float(stokes.wavelength_nm[0])
    if np.any(anti.wavelength_nm <= base):
        raise InputError(
            f"an anti-Stokes excitation has {anti.wavelength_nm.min():g} nm and the Stokes one {base:g} nm; the Stokes "
            "one must have the shortest wavelength. Exchange them."
        )
    light, light_error = float(stokes.intensity[0]), float(stokes.intensity_error[0])
    depth, depth_error = float(stokes.absorptance[0]), float(np.hypot(stokes.absorptance_error[0], common_error))
    for name, value, error in (("emission", light, light_error), ("absorptance", depth, depth_error)):
        if not value > SEEN * error:
            raise AnalysisError(
                f"{name} at the Stokes excitation, {base:g} nm, is {value:.3g} ± {error:.2g}; it must exceed its noise "
                f"{SEEN:g} times. Measure longer there."
            )


def _lower_limits(
    numerator: FloatArray, depth: FloatArray, variance: FloatArray, depth_variance: FloatArray, cross: FloatArray
) -> FloatArray:
    """Return Fieller's lower end at 95 % on one side; it exists also where A_AS may be 0."""
    squared = _ONE_SIDED**2
    a = depth**2 - squared * depth_variance
    b = numerator * depth - squared * cross
    c = numerator**2 - squared * variance
    # The smaller positive root, in the form that does not cancel where a passes through 0.
    return np.asarray(c / (b + np.sqrt(np.maximum(b**2 - a * c, 0.0))))


def _told(anti: Excitations, k: int, limit: float | None) -> Reading:
    depth = f"the absorptance at {anti.wavelength_nm[k]:g} nm, {anti.absorptance[k]:.2g} ± "
    depth += f"{anti.absorptance_error[k]:.1g}, does not stand out of its noise"
    help_ = "A thicker sample, or photothermal absorption, which scattering does not reach, would help."
    if limit is None:
        return undetermined(f"{depth}, and neither does the emission. {help_}")
    return Reading(float("nan"), float("nan"), lower_limit=limit, reason=f"{depth}. {help_}")


def _remarks(mismatch: FloatArray) -> tuple[str, ...]:
    worst = float(mismatch[np.argmax(np.abs(mismatch))])
    if abs(worst) <= _MISMATCH:
        return ()
    return (
        f"the emissions are not matched: they differ by up to {worst:+.0%}. The difference was divided out, which "
        "holds where emission is proportional to power. Set the powers anew, or check with a power series.",
    )
