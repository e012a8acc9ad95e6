"""The photon energy that is absorbed, where the excitation has a width and absorption falls off exponentially.

A Gaussian excitation of standard deviation σ about E₀ on absorption A(E) is absorbed at the mean energy
E₀ + σ² d ln D/dE₀, with D(E₀) what is absorbed of it in all: exactly, whatever A is (Tweedie's formula, [Efron 2011]).
On a tail exp(E/E_U) that is σ²/E_U to the blue. Here D = PA/s + hν₀ I. It was measured with the same width, as PA was,
so it is right as it stands; what is not is the photon energy: that of ΔE, and that in the heat balance. η is then the
average over the width of what is absorbed, and ΔE counts from where η has that average.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, ndtr

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
_LOGIT_ERROR = 0.5
"""Standard error of ln η/(1 − η) up to which a point tells its slope."""


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
    shift, blur, error = (np.zeros(sigma_mev.shape) for _ in range(3))
    absorbed, variance = absorbed_light(responses)
    lost: list[int] = []
    for t in np.flatnonzero(wide.any(axis=1)).tolist():
        square = np.where(wide[t], sigma_mev[t] ** 2, 0.0)
        use = responses.fitted[t] & (absorbed[t] > _DETERMINED * np.sqrt(variance[t]))
        use[:ns] = False
        own = variance[t] / np.where(use, absorbed[t], 1.0) ** 2
        tail = _follow(responses.excitation_mev[t], np.log(np.where(use, absorbed[t], 1.0)), own, use)
        if tail is None:
            lost.append(t)
            continue
        shift[t], error[t] = square * tail.slope, square * tail.slope_error
        blur[t], own_error = _blur(responses, t, absorbed[t], own, use, square)
        error[t] = np.hypot(error[t], own_error)
    total = np.hypot(responses.excitation_error_mev, error)
    # Only the error of the line itself goes along with a misread scan: the part of it in the whole.
    part = responses.excitation_error_mev / np.where(total > 0.0, total, 1.0)
    typical = [np.median((shift + blur)[t, wide[t]]) if wide[t].any() else 0.0 for t in range(len(wide))]
    common = 2.0 * sigma_error * np.abs(typical)
    moved = replace(
        responses,
        reference_error_mev=np.hypot(responses.reference_error_mev, common),
        common_reference_error_mev=float(np.hypot(responses.common_reference_error_mev, common.min())),
        excitation_mev=responses.excitation_mev + shift,
        excitation_error_mev=total,
        misread=responses.misread * np.where(total > 0.0, part, 1.0),
        blue_shift_mev=shift,
        blur_mev=blur,
    )
    return replace(moved, problems=(*moved.problems, *_problems(moved, sigma_mev * wide, lost)))


def _blur(
    responses: Responses, t: int, absorbed: FloatArray, own: FloatArray, use: np.ndarray, square: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return how far above the mean absorbed energy η is its average over the width, and the error of that, in meV.

    The average is η + σ² η''/2, which is η at an energy higher by σ² η''/2η'; with l = ln η/(1 − η) the quotient is
    (1 − 2η) l' + l''/l'. Zeros where fewer than two points tell l'.
    """
    n = use.size
    eta = responses.excitation_mev[t] * responses.intensity[t] / np.where(use, absorbed, 1.0)
    light = np.einsum("ii->i", responses.covariance[t])[:n]
    own = own + light / np.where(responses.intensity[t] > 0.0, responses.intensity[t], np.inf) ** 2
    within = use & (eta > 0.0) & (eta < 1.0)
    safe = np.where(within, eta, 0.5)
    spread = own / (1.0 - safe) ** 2
    within &= spread < _LOGIT_ERROR**2
    found = _follow(responses.excitation_mev[t], np.log(safe / (1.0 - safe)), spread, within)
    if found is None:
        return np.zeros(n), np.zeros(n)
    bend = np.where(found.slope > 0.0, found.bend / np.where(found.slope > 0.0, found.slope, 1.0), 0.0)
    turn = 1.0 - 2.0 * expit(found.value)
    return 0.5 * square * (turn * found.slope + bend), 0.5 * square * np.hypot(turn * found.slope_error, bend)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Followed:
    """A quantity along the photon energy: value, slope per meV with its error, and second derivative per meV²."""

    value: FloatArray
    slope: FloatArray
    slope_error: FloatArray
    bend: FloatArray


def _follow(energy_mev: FloatArray, y: FloatArray, variance: FloatArray, use: np.ndarray) -> _Followed | None:
    """Follow ``y`` along the energy by a parabola where there are four points, else a line; None for fewer than two.

    Beyond the points the slope at the last one holds.
    """
    count = int(use.sum())
    if count < 2:
        return None
    order = 2 if count >= _CURVED_POINTS else 1
    centre = float(energy_mev[use].mean())
    x, own = (energy_mev[use] - centre) / _SCALE_MEV, variance[use] + _FLOOR**2
    coefficients, covariance = np.polyfit(x, y[use], order, w=own**-0.5, cov="unscaled")
    residual = y[use] - np.polyval(coefficients, x)
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
    bend = float(np.polyval(np.polyder(coefficients, 2), 0.0)) / _SCALE_MEV**2
    return _Followed(
        value=np.asarray(np.polyval(coefficients, inside) + slope * (at - inside) * _SCALE_MEV),
        slope=np.asarray(slope),
        slope_error=np.asarray(np.sqrt(error**2 + beyond**2 + unchecked**2)),
        bend=np.where(at == inside, bend, 0.0),
    )


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
