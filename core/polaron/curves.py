"""What the fitted parameters of Eq. 9 look like: curves of η with their band, contours of (ħω, g)."""

import numpy as np

from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.units import FloatArray, thermal_energy_mev

TWO_PARAMETERS_68 = 2.2957
"""Δχ² that encloses 68.27 % of a normal distribution in two dimensions."""

_CONTOUR_POINTS = 361


def eta_curves(fit: PolaronFit, detuning_mev: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return η of the fit of each temperature, and the ends of its 68 % band.

    Parameters
    ----------
    fit : PolaronFit
    detuning_mev : ndarray, shape (n_points,)
        ΔE above 0, in meV.

    Returns
    -------
    eta, low, high : ndarray, shape (n_temperatures, n_points)
        NaN where a temperature was not fitted. The band is the first-order one of logit η, so it stays in 0..1.
    """
    design = _design(detuning_mev)
    variance = np.einsum("id,tij,jd->td", design, fit.parameter_covariance, design, optimize=False)
    logit, spread = _logit(fit.temperatures_k, fit.parameters, detuning_mev), np.sqrt(np.maximum(variance, 0.0))
    return _expit(logit), _expit(logit - spread), _expit(logit + spread)


def joint_eta_curves(fit: PolaronFit, detuning_mev: FloatArray) -> FloatArray:
    """Return η of the joint fit at each temperature, (n_temperatures, n_points); NaN where it takes no part."""
    parameters = np.full((len(fit.temperatures_k), 3), np.nan)
    joint, found = fit.joint_objective, fit.joint_parameters
    if joint is not None and found is not None:
        parameters[fit.fitted, 0] = found[joint.scale] + joint.scale_offset
        parameters[fit.fitted, 1:] = found[-2:]
    return _expit(_logit(fit.temperatures_k, parameters, detuning_mev))


def _design(detuning_mev: FloatArray) -> FloatArray:
    step = detuning_mev - CENTRE_MEV
    return np.stack([np.ones_like(step), step, step - detuning_mev * np.log(detuning_mev / CENTRE_MEV)])


def _logit(temperatures_k: FloatArray, parameters: FloatArray, detuning_mev: FloatArray) -> FloatArray:
    thermal = thermal_energy_mev(temperatures_k)[:, None]
    fixed = -0.5 * np.log(detuning_mev / CENTRE_MEV) - (detuning_mev - CENTRE_MEV) / thermal
    result: FloatArray = parameters @ _design(detuning_mev) + fixed
    return result


def contour(
    kappa_per_mev: float, inverse_phonon_per_mev: float, covariance: FloatArray, *, rise: float = TWO_PARAMETERS_68
) -> tuple[FloatArray, FloatArray]:
    """Return the contour (ħω, g), in meV, of an ellipse in (κ, u = 1/ħω).

    Parameters
    ----------
    covariance : ndarray, shape (2, 2)
        Of (κ, u).
    rise : float
        Δχ² on the contour.

    Returns
    -------
    phonon_mev, g_mev : ndarray, shape (n_points,)
        Closed; NaN where u is not positive, so that a contour may be open towards large ħω.
    """
    angle = np.linspace(0.0, 2.0 * np.pi, _CONTOUR_POINTS)
    values, vectors = np.linalg.eigh(covariance)
    axes = vectors * np.sqrt(np.maximum(values, 0.0) * rise)
    kappa, inverse = np.array([[kappa_per_mev], [inverse_phonon_per_mev]]) + axes @ np.stack(
        [np.cos(angle), np.sin(angle)]
    )
    inverse = np.where(inverse > 0, inverse, np.nan)
    with np.errstate(over="ignore"):
        g = np.sqrt(CENTRE_MEV * np.exp(kappa / inverse) / inverse)
    return 1.0 / inverse, np.where(np.isfinite(g), g, np.nan)


def _expit(logit: FloatArray) -> FloatArray:
    # exp of large numbers overflows to inf, and 1/inf is the right answer.
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-logit)))
