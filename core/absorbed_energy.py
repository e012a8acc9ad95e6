"""The photon energy that is absorbed, where the excitation has a width and absorption falls off exponentially.

A Gaussian excitation of standard deviation σ about E₀ on absorption A(E) is absorbed at the mean energy
E₀ + σ² d ln D/dE₀, with D(E₀) what is absorbed of it in all: exactly, whatever A is (Tweedie's formula, [Efron 2011]).
On a tail exp(E/E_U) that is σ²/E_U to the blue. Here D = PA/s + hν₀ I. It was measured with the same width, as PA was,
so it is right as it stands; what is not is the photon energy: that of ΔE, and that in the heat balance.
"""

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from asplab.core.block_scatter import Blocks
from asplab.core.corrections import Corrected
from asplab.core.energies import Energies
from asplab.core.excitations import Excitations
from asplab.core.integration import Emission
from asplab.core.layout import Layout
from asplab.core.photothermal import Absorbed
from asplab.core.problems import Problem
from asplab.core.responses import HeatScatter, Responses, respond
from asplab.core.stokes_line import fit_stokes_line
from asplab.core.units import FloatArray

_DETERMINED = 3.0
_FLOOR = 0.01
"""Relative error of D below which the shape of the tail, not noise, decides what a polynomial finds."""
_CURVED_POINTS = 4
_UNCHECKED = 0.2
"""Relative error of a slope from two points, which can't show a curvature."""
_ABOVE_GAP = 0.05
"""Part of the absorbed light above the reference of ΔE from which this is told."""
_SCALE_MEV = 50.0


def respond_to_absorbed(
    corrected: Corrected,
    layout: Layout,
    excitations: Excitations,
    energies: Energies,
    emission: Emission,
    absorbed: Absorbed,
    blocks: Blocks,
    scatter: HeatScatter,
) -> Responses:
    """Return the responses at the photon energies that are absorbed; see `respond` and `shift_to_absorbed`."""
    found = respond(corrected, layout, excitations, energies, emission, absorbed, blocks, scatter)
    return shift_to_absorbed(found, excitations.sigma_mev[layout.index], excitations.sigma_error)


def shift_to_absorbed(responses: Responses, sigma_mev: FloatArray, sigma_error: float) -> Responses:
    """Return the responses with the anti-Stokes photon energies being those absorbed.

    Parameters
    ----------
    responses : Responses
        With the photon energies that were set.
    sigma_mev : ndarray, shape (n_temperatures, n_columns)
        Standard deviation of each excitation; 0 for a line.
    sigma_error : float
        Relative standard error of all widths at once: it moves all ΔE of a temperature together, as its reference.
    """
    ns = responses.n_stokes
    wide = responses.valid & (sigma_mev > 0.0)
    wide[:, :ns] = False
    if not wide.any():
        return responses
    shift, error = np.zeros(sigma_mev.shape), np.zeros(sigma_mev.shape)
    absorbed, variance = absorbed_light(responses)
    lost: list[int] = []
    for t in np.flatnonzero(wide.any(axis=1)).tolist():
        use = responses.fitted[t] & (absorbed[t] > _DETERMINED * np.sqrt(variance[t]))
        use[:ns] = False
        found = _slopes(responses.excitation_mev[t], absorbed[t], variance[t], use)
        if found is None:
            lost.append(t)
            continue
        shift[t] = np.where(wide[t], sigma_mev[t] ** 2 * found[0], 0.0)
        error[t] = np.where(wide[t], sigma_mev[t] ** 2 * found[1], 0.0)
    total = np.hypot(responses.excitation_error_mev, error)
    # Only the error of the line itself goes along with a misread scan: the part of it in the whole.
    part = responses.excitation_error_mev / np.where(total > 0.0, total, 1.0)
    common = (
        2.0
        * sigma_error
        * np.array([np.median(row[on]) if on.any() else 0.0 for row, on in zip(shift, wide, strict=True)])
    )
    moved = replace(
        responses,
        reference_error_mev=np.hypot(responses.reference_error_mev, common),
        common_reference_error_mev=float(np.hypot(responses.common_reference_error_mev, common.min())),
        excitation_mev=responses.excitation_mev + shift,
        excitation_error_mev=total,
        misread=responses.misread * np.where(total > 0.0, part, 1.0),
        blue_shift_mev=shift,
    )
    return replace(moved, problems=(*moved.problems, *_problems(moved, sigma_mev * wide, lost)))


def absorbed_light(responses: Responses) -> tuple[FloatArray, FloatArray]:
    """Return D = PA/s + hν₀ I of every place and its variance, the line of the Stokes side taken as it is.

    Shape (n_temperatures, n_columns); NaN where there is no line.
    """
    line, n = fit_stokes_line(responses), responses.valid.shape[1]
    slope, intercept = line.slope[:, None], line.intercept_mev[:, None]
    diagonal = np.einsum("tii->ti", responses.covariance)
    cross = responses.covariance[:, np.arange(n), n + np.arange(n)]
    value = responses.absorbed / slope + intercept * responses.intensity
    variance = diagonal[:, n:] / slope**2 + intercept**2 * diagonal[:, :n] + 2.0 * intercept / slope * cross
    return value, np.maximum(variance, 0.0)


def _slopes(
    energy_mev: FloatArray, absorbed: FloatArray, variance: FloatArray, use: np.ndarray
) -> tuple[FloatArray, FloatArray] | None:
    """Return d ln D/dE at all energies and its error, per meV; None where fewer than two points tell it.

    A parabola through ln D where there are four points, else a line. Beyond the points the slope at the last one holds.
    """
    count = int(use.sum())
    if count < 2:
        return None
    order = 2 if count >= _CURVED_POINTS else 1
    centre = float(energy_mev[use].mean())
    x, y = (energy_mev[use] - centre) / _SCALE_MEV, np.log(absorbed[use])
    own = variance[use] / absorbed[use] ** 2 + _FLOOR**2
    coefficients, covariance = np.polyfit(x, y, order, w=own**-0.5, cov="unscaled")
    residual = y - np.polyval(coefficients, x)
    dof = count - order - 1
    if dof > 0:
        covariance = covariance * max(float(np.sum(residual**2 / own)) / dof, 1.0)
    at = (energy_mev - centre) / _SCALE_MEV
    inside = np.clip(at, x.min(), x.max())
    powers = np.arange(order, -1, -1)
    slope = np.polyval(np.polyder(coefficients), inside) / _SCALE_MEV
    gradient = powers * at[:, None] ** np.maximum(powers - 1, 0) / _SCALE_MEV
    error = np.sqrt(np.einsum("ji,ik,jk->j", gradient, covariance, gradient))
    # Beyond the points the curve is not followed: what it would change is not known.
    beyond = np.abs(np.polyval(np.polyder(coefficients), at) / _SCALE_MEV - slope)
    unchecked = _UNCHECKED * np.abs(slope) if count == 2 else np.zeros(at.size)
    return np.asarray(slope), np.asarray(np.sqrt(error**2 + beyond**2 + unchecked**2))


def _problems(moved: Responses, sigma_mev: FloatArray, lost: list[int]) -> list[Problem]:
    problems = []
    if lost:
        message = (
            "absorption is determined at fewer than two anti-Stokes excitations, so how far their bandwidth shifts the "
            "absorbed energy is not known: ΔE stays as set, which is too large. Measure PA with less noise."
        )
        problems += [Problem("warning", f"{moved.temperatures_k[t]:.0f} K", message) for t in lost]
    wide = sigma_mev > 0.0
    above = np.where(wide, ndtr(-moved.detuning_mev / np.where(wide, sigma_mev, 1.0)), 0.0)
    for t in np.flatnonzero(above.max(axis=1) > _ABOVE_GAP):
        c = int(np.argmax(above[t]))
        message = (
            f"{100.0 * above[t, c]:.0f} % of the absorbed light lies above the reference of ΔE at "
            f"{moved.excitation_nm[t, c]:.1f} nm, because the excitation is that wide: η is not that of its ΔE. "
            "Narrow the excitation, or exclude the condition."
        )
        problems.append(Problem("warning", f"{moved.temperatures_k[t]:.0f} K", message))
    return problems
