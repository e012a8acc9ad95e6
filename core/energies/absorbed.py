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

from asplab.core.corrections import Corrected
from asplab.core.efficiency.stokes_line import absorbed_light, fit_stokes_line
from asplab.core.emission.integration import Emission
from asplab.core.energies.excitations import Excitations
from asplab.core.energies.stage import Energies
from asplab.core.grouping.block_scatter import Blocks
from asplab.core.grouping.layout import Layout
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.problems import Problem
from asplab.core.responses.stage import HeatScatter, Responses, respond
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
_LEAST_RANGE_MEV = 1.0
"""Range of photon energy that tells a slope."""
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
    square = np.where(wide, sigma_mev**2, 0.0)
    absorbed, variance = _absorbed_light(responses)
    use = responses.fitted & (absorbed > _DETERMINED * np.sqrt(variance))
    use[:, :ns] = False
    light = np.where(use, absorbed, 1.0)
    own = np.where(use, variance, 0.0) / light**2
    tail = _follow(responses.excitation_mev, np.log(light), own, use)
    shift = square * tail.slope
    blur, blur_error = _blur(responses, light, own, use, square)
    error = np.hypot(square * tail.slope_error, blur_error)
    lost = np.flatnonzero(wide.any(axis=1) & ~tail.known).tolist()
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
    responses: Responses, absorbed: FloatArray, own: FloatArray, use: np.ndarray, square: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return how far above the mean absorbed energy η is its average over the width, and the error of that, in meV.

    The average is η + σ² η''/2, which is η at an energy higher by σ² η''/2η'; with l = ln η/(1 − η) the quotient is
    (1 − 2η) l' + l''/l'. Zeros where fewer than two points tell l'.
    """
    n = use.shape[1]
    eta = responses.excitation_mev * responses.intensity / absorbed
    bright = responses.intensity > 0.0
    light = np.einsum("tii->ti", responses.covariance)[:, :n] / np.where(bright, responses.intensity, 1.0) ** 2
    within = use & bright & (eta > 0.0) & (eta < 1.0)
    safe = np.where(within, eta, 0.5)
    spread = np.where(within, own + light, 0.0) / (1.0 - safe) ** 2
    within &= spread < _LOGIT_ERROR**2
    found = _follow(responses.excitation_mev, np.log(safe / (1.0 - safe)), spread, within)
    rises = found.slope > 0.0
    bend = np.where(rises, found.bend / np.where(rises, found.slope, 1.0), 0.0)
    turn = 1.0 - 2.0 * expit(found.value)
    return 0.5 * square * (turn * found.slope + bend), 0.5 * square * np.hypot(turn * found.slope_error, bend)


def _absorbed_light(responses: Responses) -> tuple[FloatArray, FloatArray]:
    """Return D = PA/s + hν₀ I of every place and its variance, the line of the Stokes side taken as it is.

    Shape (n_temperatures, n_columns); NaN where there is no line.
    """
    line, n = fit_stokes_line(responses), responses.valid.shape[1]
    slope, intercept = line.slope[:, None], line.intercept_mev[:, None]
    diagonal = np.einsum("tii->ti", responses.covariance)
    cross = responses.covariance[:, np.arange(n), n + np.arange(n)]
    variance = diagonal[:, n:] / slope**2 + intercept**2 * diagonal[:, :n] + 2.0 * intercept / slope * cross
    return absorbed_light(responses, line), np.maximum(variance, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Followed:
    """A quantity along the photon energy, (n_temperatures, n_columns): value, slope per meV, second derivative.

    ``known`` (n_temperatures,) says where two points at least tell the slope; all is zero where they don't.
    """

    value: FloatArray
    slope: FloatArray
    slope_error: FloatArray
    bend: FloatArray
    known: np.ndarray


def _follow(energy_mev: FloatArray, y: FloatArray, variance: FloatArray, use: np.ndarray) -> _Followed:
    """Follow ``y`` along the energy by a parabola where there are four points, else a line.

    Beyond the points the slope at the last one holds.
    """
    count = use.sum(axis=1)
    centre = np.sum(energy_mev * use, axis=1) / np.maximum(count, 1)
    at = (energy_mev - centre[:, None]) / _SCALE_MEV
    low = np.where(use, at, np.inf).min(axis=1, initial=np.inf)[:, None]
    high = np.where(use, at, -np.inf).max(axis=1, initial=-np.inf)[:, None]
    known = (count >= 2) & ((high - low)[:, 0] * _SCALE_MEV > _LEAST_RANGE_MEV)
    curved = known & (count >= _CURVED_POINTS)
    weight = use / (variance + _FLOOR**2)
    powers = at[:, :, None] ** np.arange(3)
    normal = (powers * weight[:, :, None]).transpose(0, 2, 1) @ powers
    # Terms that the points don't tell are held at zero.
    held = np.stack([~known, ~known, ~curved], axis=1)
    normal = np.where(held[:, :, None] | held[:, None, :], np.eye(3), normal)
    covariance = np.where(held[:, :, None] | held[:, None, :], 0.0, np.linalg.pinv(normal, hermitian=True))
    coefficients = (covariance @ (powers * (weight * y)[:, :, None]).sum(axis=1)[:, :, None])[:, :, 0]
    residual = y - np.einsum("tnk,tk->tn", powers, coefficients)
    dof = count - 2 - curved
    excess = np.sum(weight * residual**2, axis=1) / np.maximum(dof, 1)
    covariance = covariance * np.where(dof > 0, np.maximum(excess, 1.0), 1.0)[:, None, None]
    inside = np.where(known[:, None], np.minimum(np.maximum(at, low), high), 0.0)
    linear, bent = coefficients[:, 1, None], coefficients[:, 2, None]
    slope = linear + 2.0 * bent * inside
    error2 = covariance[:, 1, 1, None] + 4.0 * at * covariance[:, 1, 2, None] + 4.0 * at**2 * covariance[:, 2, 2, None]
    # Beyond the points the curve is not followed: what it would change is not known.
    beyond = 2.0 * bent * (at - inside)
    unchecked = _UNCHECKED * slope * (count == 2)[:, None]
    return _Followed(
        value=coefficients[:, 0, None] + (linear + bent * inside) * inside + slope * (at - inside),
        slope=slope / _SCALE_MEV,
        slope_error=np.sqrt(np.maximum(error2, 0.0) + beyond**2 + unchecked**2) / _SCALE_MEV,
        bend=np.where(at == inside, 2.0 * bent / _SCALE_MEV**2, 0.0),
        known=known,
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
