"""The slope of logit η against 1/k_BT at fixed ΔE, which Eq. 9 with any fixed g, ħω and scale makes −ΔE exactly."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from asplab.core.consistency.records import Check, Number, Place, judge, made, not_applicable, quadrature
from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.grouping.clusters import cluster
from asplab.core.units import FloatArray, thermal_energy_mev

NAME, TITLE = "activation", "Slope of logit η against 1/k_BT"
TOLERANCE_MEV = 2.0
"""How far a point may lie from the ΔE of its series."""
_FEWEST = 3
_CURVED = 4.0
"""Standard deviations of χ² above its mean at which points count as not on a line."""
_CLEAR = 3.0
_MAX_STEPS, _CONVERGED, _MOST_DAMPED, _LONGEST = 30, 1e-4, 1e8, 3.0
_MEANING = {
    "agrees": "Eq. 9 with fixed g, ħω and scale has this slope, and so has a plain Boltzmann factor in the odds.",
    "conflicts": "g, ħω, the scale or w_nr change with temperature, or Eq. 9 is not the rate.",
    "not applicable": "the slope is not determined; η is too near 0 or 1, or its errors are too large.",
}

Series = list[tuple[float, list[tuple[int, int]]]]
"""Mean ΔE and (temperature, place) of every series."""


def activation_checks(
    efficiency: EfficiencyFit, use: np.ndarray, local_slope: FloatArray, phonon_mev: float, place: Place
) -> list[Check]:
    """Compare the slope with −ΔE for every ΔE that was measured at three temperatures or more.

    Straight lines z = c − E_a (1/kT) of logit η are fitted to r = N − η D, so that η of 1 and more, and of 0 and less,
    take part. A point that lies off the ΔE of its series is moved along the local slope of logit η.

    Parameters
    ----------
    use : ndarray of bool, shape (n_temperatures, n_anti)
    local_slope : ndarray, same shape
        d logit η/dΔE per meV; NaN where it is not known: then a shift counts as an error of shift/k_BT.
    phonon_mev : float
        ħω of the joint fit, for what the partition function would add; NaN where it is not known.
    """
    # Where D may be zero, N/D says nothing of η.
    clear = use & ~efficiency.flag_table[:, :, FLAGS.index("not_determined")]
    seen = clear & _is_seen(efficiency)
    series, weak = [], []
    for centre, members in _series(efficiency, clear):
        count = sum(bool(seen[at]) for at in members)
        if count >= _FEWEST:
            series.append((centre, members))
        else:
            why = (
                f"ΔE = {centre:.0f} meV: η is clearly above zero at {count} of {len(members)} temperatures; a slope "
                f"needs {_FEWEST}."
            )
            weak.append(not_applicable(NAME, TITLE, place, why))
    if not series and not weak:
        why = f"No ΔE was measured at {_FEWEST} temperatures or more within ±{TOLERANCE_MEV:g} meV."
        return [not_applicable(NAME, TITLE, place, why)]
    if not series:
        return weak
    lines = _lines(efficiency, series, local_slope, phonon_mev)
    return [_check(lines, k, series[k], place) for k in range(len(series))] + weak


def _is_seen(efficiency: EfficiencyFit) -> np.ndarray:
    """Return where N, the light, is clearly there."""
    n = efficiency.eta.shape[1]
    variance = np.einsum("tii->ti", efficiency.covariance)[:, :n]
    return np.asarray(efficiency.numerator > _CLEAR * np.sqrt(np.maximum(variance, 0.0)))


def _series(efficiency: EfficiencyFit, use: np.ndarray) -> Series:
    rows, columns = np.nonzero(use)
    values = efficiency.detuning_mev[rows, columns]
    order = np.argsort(values)
    found = []
    for run in np.split(order, np.flatnonzero(np.diff(values[order]) > TOLERANCE_MEV) + 1):
        if run.size < _FEWEST:
            continue
        energies = values[run].tolist()
        centres = [0.5 * (energies[0] + energies[-1])]
        if energies[-1] - energies[0] > 2.0 * TOLERANCE_MEV:
            centres = cluster(energies, TOLERANCE_MEV)
        members: list[dict[int, tuple[float, int]]] = [{} for _ in centres]
        for energy, t, j in zip(energies, rows[run].tolist(), columns[run].tolist(), strict=True):
            off, k = min((abs(energy - centre), k) for k, centre in enumerate(centres))
            if t not in members[k] or off < members[k][t][0]:
                members[k][t] = (off, j)
        for chosen in members:
            places = [(t, j) for t, (_, j) in sorted(chosen.items())]
            if len(places) >= _FEWEST:
                found.append((float(np.mean(efficiency.detuning_mev[tuple(zip(*places, strict=True))])), places))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Points of all series, (n_series, n_points) each; those that are not in use weigh nothing.

    ``run`` is 1/k_BT minus its mean, ``offset`` what a point's distance from the ΔE of its series adds to logit η,
    ``lever`` the error of logit η from that of ΔE, ``shared`` the change of D with an error of a shared yield.
    """

    use: np.ndarray
    top: FloatArray
    bottom: FloatArray
    top_variance: FloatArray
    bottom_variance: FloatArray
    cross: FloatArray
    run: FloatArray
    offset: FloatArray
    lever: FloatArray
    shared: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Fitted lines, a number for each: −E_a and its error, χ², error of ΔE, and what 1/Z would add to −ΔE; meV."""

    slope: list[float]
    error: list[float]
    chi2: list[float]
    detuning_error: list[float]
    extra: list[float]


def _lines(efficiency: EfficiencyFit, series: Series, local_slope: FloatArray, phonon_mev: float) -> _Lines:
    """Fit all series at once, by damped Gauss-Newton steps from ΔE itself; see `asplab.core.polaron.objectives`."""
    places = np.full((len(series), max(len(members) for _, members in series), 2), -1)
    for k, (_, members) in enumerate(series):
        places[k, : len(members)] = members
    centres = np.array([centre for centre, _ in series])
    points, inverse = _points(efficiency, places, centres, local_slope)
    at = np.stack([_level(points, centres), centres], axis=1)
    chi2, gradient, normal = _evaluate(points, at)
    damping, active = np.full(len(at), 1e-3), np.ones(len(at), dtype=bool)
    unit = np.stack([np.ones_like(centres), centres], axis=1)
    for _ in range(_MAX_STEPS):
        # Where η saturates χ² is flat: short steps keep the curve where it can be told apart.
        step = np.clip(_solved(normal, gradient, damping), -_LONGEST * unit, _LONGEST * unit)
        gain = np.sum(gradient * step, axis=1)
        last = active & (gain <= _CONVERGED * (1.0 + chi2))
        at[last] -= step[last]
        active &= ~last
        if not active.any():
            break
        trial = at - step
        new = _evaluate(points, trial)
        better = active & (new[0] <= chi2 * (1.0 + 1e-14))
        at[better] = trial[better]
        chi2 = np.where(better, new[0], chi2)
        gradient = np.where(better[:, None], new[1], gradient)
        normal = np.where(better[:, None, None], new[2], normal)
        damping = np.where(better, 0.01 * damping, 10.0 * damping)
        active &= damping < _MOST_DAMPED
    variance = np.where(active, np.nan, normal[:, 0, 0] / np.maximum(_determinant(normal), 1e-300))
    _, weight, jacobian, eta = _residuals(points, at)
    if efficiency.is_shared:
        # What one standard error of the quantum yield that temperatures share adds to r moves the line.
        moved = np.einsum("spk,sp->sk", jacobian, weight * eta * points.shared)
        variance = variance + _solved(normal, moved, np.zeros(len(at)))[:, 1] ** 2
    columns = (
        -at[:, 1],
        np.sqrt(variance),
        chi2,
        _detuning_error(efficiency, places, points.use),
        _of_partition(points, weight * jacobian[:, :, 0] ** 2, phonon_mev * inverse),
    )
    return _Lines(*(column.tolist() for column in columns))


def _of_partition(points: _Points, weight: FloatArray, energy: FloatArray) -> FloatArray:
    """Return the slope of ln(1/Z) = ln(1 − e^(−ħω/kT)) over the points as the line weighs them; ``energy`` is ħω/kT."""
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    run = points.run - np.sum(weight * points.run, axis=1, keepdims=True) / total
    with np.errstate(divide="ignore"):
        level = np.log(-np.expm1(-energy))
    return np.asarray(np.sum(weight * run * level, axis=1) / np.maximum(np.sum(weight * run**2, axis=1), 1e-300))


def _points(
    efficiency: EfficiencyFit, places: np.ndarray, centres: FloatArray, local_slope: FloatArray
) -> tuple[_Points, FloatArray]:
    n, use = efficiency.eta.shape[1], places[:, :, 0] >= 0
    t, j = np.maximum(places[:, :, 0], 0), np.maximum(places[:, :, 1], 0)
    inverse = 1.0 / thermal_energy_mev(efficiency.temperatures_k[t])
    c, common = efficiency.covariance, efficiency.shared_sensitivity[t, n + j]
    mean = np.sum(inverse * use, axis=1, keepdims=True) / np.sum(use, axis=1, keepdims=True)
    shift = np.where(use, efficiency.detuning_mev[t, j] - centres[:, None], 0.0)
    is_known = np.isfinite(local_slope[t, j])
    slope = np.where(is_known, local_slope[t, j], inverse)
    error = np.hypot(efficiency.detuning_error_mev[t, j], np.nan_to_num(efficiency.reference_error_mev)[t])
    # Where the slope is not known, what the shift may do counts as an error.
    unknown = np.where(is_known, 0.0, shift)
    points = _Points(
        use=use,
        top=efficiency.numerator[t, j],
        bottom=efficiency.denominator[t, j],
        top_variance=c[t, j, j],
        bottom_variance=c[t, n + j, n + j] - common**2,
        cross=c[t, j, n + j],
        run=inverse - mean,
        offset=np.where(is_known, slope * shift, 0.0),
        lever=slope * np.hypot(np.nan_to_num(error), unknown),
        shared=common,
    )
    return points, inverse


def _level(points: _Points, centres: FloatArray) -> FloatArray:
    """Return the level at the middle temperature with which lines of slope −ΔE begin."""
    bottom = np.where(points.bottom > 0.0, points.bottom, 1.0)
    eta = np.clip(np.where(points.bottom > 0.0, points.top / bottom, 0.5), 1e-3, 1.0 - 1e-3)
    variance = (points.top_variance + eta**2 * points.bottom_variance) / bottom**2
    weight = points.use * (eta * (1.0 - eta)) ** 2 / np.where(variance > 0.0, variance, np.inf)
    level = np.log(eta / (1.0 - eta)) + centres[:, None] * points.run - points.offset
    return np.asarray(np.sum(level * weight, axis=1) / np.maximum(np.sum(weight, axis=1), 1e-300))


def _evaluate(points: _Points, at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return χ², Jᵀr and JᵀJ of (level, E_a)."""
    residual, weight, jacobian, _ = _residuals(points, at)
    weighted = (jacobian * weight[:, :, None]).transpose(0, 2, 1)
    chi2 = np.sum(weight * residual**2, axis=1)
    return chi2, (weighted @ residual[:, :, None])[:, :, 0], weighted @ jacobian


def _residuals(points: _Points, at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return r = N − η D, one over its variance, d r/d(level, E_a), and η."""
    eta = expit(at[:, :1] - at[:, 1:] * points.run + points.offset)
    by_logit = eta * (1.0 - eta)
    with_bottom = points.cross - eta * points.bottom_variance
    blur = by_logit * points.lever * points.bottom
    variance = points.top_variance - eta * (points.cross + with_bottom) + blur**2
    weight = np.where(points.use & (variance > 0.0), 1.0 / np.where(variance > 0.0, variance, 1.0), 0.0)
    residual = points.top - eta * points.bottom
    # Best estimate of D given the residual, as in the fit of Eq. 9.
    steep = -by_logit * (points.bottom - with_bottom * residual * weight)
    return residual, weight, np.stack([steep, -steep * points.run], axis=-1), eta


def _determinant(normal: FloatArray, damping: FloatArray | float = 0.0) -> FloatArray:
    return np.asarray(normal[:, 0, 0] * normal[:, 1, 1] * (1.0 + damping) ** 2 - normal[:, 0, 1] ** 2)


def _solved(normal: FloatArray, right: FloatArray, damping: FloatArray) -> FloatArray:
    """Return the solutions of the damped 2 × 2 systems."""
    a, b, d = normal[:, 0, 0] * (1.0 + damping), normal[:, 0, 1], normal[:, 1, 1] * (1.0 + damping)
    inverse = 1.0 / np.maximum(_determinant(normal, damping), 1e-300)
    return np.stack([d * right[:, 0] - b * right[:, 1], a * right[:, 1] - b * right[:, 0]], axis=1) * inverse[:, None]


def _detuning_error(efficiency: EfficiencyFit, places: np.ndarray, use: np.ndarray) -> FloatArray:
    """Return the error of the mean ΔE of every series; errors of the reference are taken as common to it."""
    t, j, count = places[:, :, 0], places[:, :, 1], use.sum(axis=1)
    own = np.nan_to_num(efficiency.detuning_error_mev[t, j]) * use
    reference = np.nan_to_num(efficiency.reference_error_mev)[t] * use
    return np.asarray(np.sqrt(np.sum(own**2, axis=1) / count**2 + np.sum(reference**2, axis=1) / count))


def _check(lines: _Lines, k: int, series: tuple[float, list[tuple[int, int]]], place: Place) -> Check:
    (centre, members), dof, chi2 = series, len(series[1]) - 2, lines.chi2[k]
    slope = Number("slope", lines.slope[k], lines.error[k], "meV")
    numbers = [slope, Number("−ΔE", -centre, lines.detuning_error[k], "meV")]
    if math.isfinite(lines.extra[k]):
        numbers.append(Number("with the partition function", lines.extra[k] - centre, math.nan, "meV"))
    numbers.append(Number(f"χ² for {dof} degrees of freedom", chi2, math.nan, ""))
    # A slope with an error as large as itself agrees with everything.
    is_known = slope.error < centre
    error = quadrature(slope.error, lines.detuning_error[k]) if is_known else math.nan
    pull, status = judge(slope.value + centre, error, "=")
    told = f"ΔE = {centre:.0f} meV at {len(members)} temperatures: " + _MEANING[status]
    if status == "conflicts" and judge(slope.value + centre - lines.extra[k], error, "=")[1] == "agrees":
        told += " It is what the partition function of the phonons makes of it."
    if is_known and chi2 > dof + _CURVED * math.sqrt(2.0 * dof):
        told += " The points do not lie on a line."
    if not is_known:
        return not_applicable(NAME, TITLE, place, told, numbers)
    return made(NAME, TITLE, place, numbers, "=", (pull, status), told)
