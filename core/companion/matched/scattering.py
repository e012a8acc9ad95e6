"""Why η of absorptances and photothermal η differ: light that is scattered is lost to the beam, but not absorbed.

An absorptance 1 − T holds what the sample scatters. In the weak tail below the gap that may be most of it, above the
gap it is little: η of absorptances then comes out too low. Photothermal absorption does not see scattering. What must
be scattered for both to agree follows in closed form, with r = s_S/s:

    η_PA = m (A_S − r s)/(A_AS − s)   →   s = (η_PA A_AS − m A_S)/(η_PA − m r)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2 as chi2_distribution

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.companion.matched.estimator import MatchedEfficiency, find_moves
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.errors import AnalysisError, InputError
from asplab.core.experiment import frozen_array
from asplab.core.rounding import chance_text
from asplab.core.units import FloatArray

RAYLEIGH = 4.0
"""Exponent p of s ∝ λ^(−p) of particles far smaller than the wavelength; 0 for a reflection, which has none."""
_SIGNIFICANT = 3.0
_LIKELY = 0.01
"""Chance of the scatter of s between excitations below which one smooth law does not explain it."""
_CLEAR = 2.0

_STATISTICAL_ALONE = (
    " The error of photothermal η is its statistical one here: a systematic error, as of the PA baseline, may be why."
)
_WITH_SYSTEMATIC = " Systematic errors of photothermal η are counted."


@dataclass(frozen=True, slots=True, eq=False)
class MatchedComparison:
    """η of absorptances against photothermal η, and the scattering that would explain the difference; arrays (n,).

    Attributes
    ----------
    difference, difference_error : ndarray
        η of absorptances less the photothermal one. Their emission may be the same data; the error takes them as
        independent and is then too large, never too small.
    chance : float
        Of differences as large as these, over all excitations, if both were right.
    scattered, scattered_error : ndarray
        s: part of the beam that must be scattered for both to agree, at each excitation. NaN where it follows from
        nothing.
    share : ndarray
        s/A_AS: part of the apparent absorptance.
    covariance : ndarray, shape (n, n)
        Of ``scattered``.
    scattering : Reading
        s at the Stokes wavelength, from all excitations, if s ∝ λ^(−exponent).
    exponent : float
    chi2, dof, smooth_chance : float, int, float
        Whether one such law fits all excitations; NaN for one excitation.
    sentence : str
        What the comparison says.
    """

    difference: FloatArray
    difference_error: FloatArray
    chance: float
    scattered: FloatArray
    scattered_error: FloatArray
    share: FloatArray
    covariance: FloatArray
    scattering: Reading
    exponent: float
    chi2: float
    dof: int
    smooth_chance: float
    sentence: str


def compare_with_photothermal(
    matched: MatchedEfficiency,
    eta: ArrayLike,
    *,
    eta_covariance: ArrayLike,
    exponent: float,
    is_total: bool = False,
) -> MatchedComparison:
    """Compare with photothermal η at the same excitations, and return the scattering that explains the difference.

    Parameters
    ----------
    matched : MatchedEfficiency
    eta : array_like, shape (n,)
        Photothermal, at the excitations of ``matched``.
    eta_covariance : array_like, shape (n, n)
    exponent : float
        p of s ∝ λ^(−p): `RAYLEIGH` for small particles, about 0 to 2 for aggregates, 0 for a reflection.
    is_total : bool
        Whether ``eta_covariance`` holds systematic errors too; a sentence of disagreement says so where it does not.

    Raises
    ------
    InputError
        For values that do not belong together, an η not above 0, or an exponent that is not finite.
    AnalysisError
        Where no excitation tells anything.
    """
    photothermal, covariance = _checked(matched, eta, eta_covariance, exponent)
    wavelength = matched.anti.wavelength_nm
    # r = s_S/s at each excitation.
    to_stokes = (wavelength / matched.stokes.wavelength_nm[0]) ** exponent
    scattered, spread, told = _scattered(matched, photothermal, covariance, to_stokes)
    if not told.any():
        raise AnalysisError(
            "no excitation says anything of scattering: photothermal η is not above what scattering alone would give. "
            "Compare at excitations with a better known η."
        )
    difference, both = matched.eta - photothermal, matched.covariance + covariance
    chosen = np.ix_(told, told)
    chance = _chance(difference[told], both[chosen])
    at_stokes, of_stokes = scattered[told] * to_stokes[told], spread[told] * to_stokes[told, None]
    mean, error, chi2 = _common(at_stokes, of_stokes @ of_stokes.T)
    dof = int(told.sum()) - 1
    smooth = float(chi2_distribution.sf(chi2, dof)) if dof else float("nan")
    widened = error * np.sqrt(max(chi2 / dof, 1.0)) if dof else error
    full = np.where(np.outer(told, told), spread @ spread.T, np.nan)
    reading, sentence = _reading(mean, float(widened), chance, smooth)
    if chance < _LIKELY:
        sentence += _WITH_SYSTEMATIC if is_total else _STATISTICAL_ALONE
    return MatchedComparison(
        difference=frozen_array(difference),
        difference_error=frozen_array(np.sqrt(np.diag(both))),
        chance=chance,
        scattered=frozen_array(np.where(told, scattered, np.nan)),
        scattered_error=frozen_array(np.sqrt(np.diag(full))),
        share=frozen_array(np.where(told, scattered / matched.anti.absorptance, np.nan)),
        covariance=frozen_array(full),
        scattering=reading,
        exponent=float(exponent),
        chi2=chi2 if dof else float("nan"),
        dof=dof,
        smooth_chance=smooth,
        sentence=sentence,
    )


def scattering_below_gap(
    wavelength_nm: ArrayLike,
    absorptance: ArrayLike,
    *,
    error: ArrayLike,
    common_error: float,
    exponent: float,
    at_nm: float,
) -> Reading:
    """Return s at a wavelength from the apparent absorptance far below the gap, where nothing absorbs.

    Independent of any η: compare it with ``MatchedComparison.scattering``.

    Parameters
    ----------
    wavelength_nm, absorptance, error : array_like, shape (n,)
        Only where neither the sample nor its Urbach tail absorbs.
    common_error : float
        Standard error of the baseline that all absorptances share; at the Stokes excitation it counts several times.
    exponent : float
        As in `compare_with_photothermal`.
    at_nm : float
        Where s is wanted: the Stokes excitation.

    Raises
    ------
    InputError
        For values that are not finite, errors or wavelengths not above 0, and columns of different length.
    """
    wavelength = positive_array(wavelength_nm, name="wavelength_nm")
    value, sigma = finite_array(absorptance, name="absorptance"), positive_array(error, name="absorptance_error")
    for name, column in (("absorptance", value), ("absorptance_error", sigma)):
        same_shape(wavelength, column, names=("wavelength_nm", name))
    if not (np.isfinite(at_nm) and at_nm > 0.0 and np.isfinite(exponent)):
        raise InputError(
            f"at_nm is {at_nm:g} and exponent {exponent:g}; give a wavelength above 0 and a finite number."
        )
    to_there = (wavelength / at_nm) ** exponent
    covariance = np.diag((sigma * to_there) ** 2) + common_error**2 * np.outer(to_there, to_there)
    mean, spread, chi2 = _common(value * to_there, covariance)
    dof = value.size - 1
    if dof and chi2_distribution.sf(chi2, dof) < _LIKELY:
        reason = (
            f"the absorptance there does not follow λ^(−{exponent:g}) (χ² {chi2:.0f} for {dof}). Begin further below "
            "the gap, or choose another exponent."
        )
        return Reading(mean, spread, reason=reason)
    return measured(mean, spread)


def _checked(
    matched: MatchedEfficiency, eta: ArrayLike, eta_covariance: ArrayLike, exponent: float
) -> tuple[FloatArray, FloatArray]:
    photothermal = positive_array(eta, name="photothermal eta")
    same_shape(matched.eta, photothermal, names=("eta of absorptances", "photothermal eta"))
    covariance = finite_array(eta_covariance, name="eta_covariance", ndim=2)
    same_shape(matched.covariance, covariance, names=("covariance of absorptances", "eta_covariance"))
    if np.any(np.diag(covariance) <= 0.0) or not np.allclose(covariance, covariance.T, rtol=1e-6, atol=0.0):
        raise InputError("eta_covariance is no covariance: it must be symmetric, with variances above 0.")
    if not np.isfinite(exponent):
        raise InputError(f"exponent is {exponent:g}; it must be a finite number.")
    return photothermal, covariance


def _scattered(
    matched: MatchedEfficiency, eta: FloatArray, covariance: FloatArray, to_stokes: FloatArray
) -> tuple[FloatArray, FloatArray, np.ndarray]:
    """Return s (n,), what each independent thing does to it (n, n_things), and where it follows at all."""
    moves = find_moves(matched.anti, matched.stokes, matched.absorptance_common_error)
    depth, base, m = matched.anti.absorptance, float(matched.stokes.absorptance[0]), moves.brightness
    lever = eta - m * to_stokes
    values, vectors = np.linalg.eigh(covariance)
    of_eta = vectors * np.sqrt(np.maximum(values, 0.0))
    lever_error = np.sqrt(np.diag(covariance) + np.sum((moves.of_brightness * to_stokes[:, None]) ** 2, axis=1))
    told = lever > _CLEAR * lever_error
    safe = np.where(told, lever, 1.0)
    scattered = (eta * depth - m * base) / safe
    of_measured = (
        eta[:, None] * moves.of_absorptance
        - m[:, None] * moves.of_stokes_absorptance
        - (base - to_stokes * scattered)[:, None] * moves.of_brightness
    )
    spread = np.hstack([of_measured, (depth - scattered)[:, None] * of_eta]) / safe[:, None]
    return scattered, spread, told


def _common(values: FloatArray, covariance: FloatArray) -> tuple[float, float, float]:
    """Return the weighted mean of correlated values, its error, and χ²."""
    weights = np.linalg.solve(covariance, np.ones(values.size))
    variance = 1.0 / float(weights.sum())
    mean = float(weights @ values) * variance
    rest = values - mean
    return mean, float(np.sqrt(variance)), float(rest @ np.linalg.solve(covariance, rest))


def _chance(difference: FloatArray, covariance: FloatArray) -> float:
    chi2 = float(difference @ np.linalg.solve(covariance, difference))
    return float(chi2_distribution.sf(chi2, difference.size))


def _reading(mean: float, error: float, chance: float, smooth: float) -> tuple[Reading, str]:
    """Return s at the Stokes wavelength and what the comparison says."""
    stated = f"{mean:.2g} ± {error:.1g} of the beam at the Stokes wavelength"
    if smooth < _LIKELY:
        reason = (
            f"no scattering that falls smoothly with wavelength explains the difference at all excitations "
            f"({chance_text('chance', smooth)}). Check powers and filters of single excitations, the PA "
            "baseline, and the exponent."
        )
        return Reading(mean, error, reason=reason), reason
    if mean < -_SIGNIFICANT * error:
        reason = (
            f"scattering would have to be below 0 ({stated}): it is not the reason. Check the PA baseline, the "
            "baseline of the absorptances, and light of the pump in the emission."
        )
        return undetermined(reason), reason
    if chance >= _LIKELY:
        sentence = f"both η agree within their errors; scattering of {stated} is compatible with it."
    else:
        sentence = f"the two η differ, and scattering of {stated} explains it."
    return measured(mean, error), sentence
