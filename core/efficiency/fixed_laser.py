"""η at a fixed detuning for every temperature, where lasers stay and the gap moves.

A laser that stays while the gap moves by 40 meV measures another ΔE at each temperature. η at one ΔE then lies between
two of them: ln η/(1 − η) is taken to be straight there, which Eq. 9 and Arrhenius odds nearly are. Where noise leaves
no logarithm (η at 0 or 1 within its error) η itself is interpolated. Nothing is extrapolated.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.grouping.clusters import cluster, nearest
from asplab.core.units import FloatArray

SAME_MEV = 1.0
"""Distance in ΔE up to which a point counts as measured where it is wanted; it is moved there along the curve."""
_WIDEST_MEV = 40.0
_CLEAR = 0.5
"""Standard error of ln η/(1 − η) up to which noise leaves the logarithm nearly unbiased."""
_CURVATURE_POINTS = 4
_USUAL_CURVATURE = 5e-4
"""Half the second derivative of ln η/(1 − η), in 1/meV², that phonons of 20 to 30 meV give [Zhang 2024, Eq. 9]."""
_SAME_LASER_NM = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class FixedDetuning:
    """η of every temperature at one detuning; NaN where it is not known, and ``reason`` says why.

    Attributes
    ----------
    detuning_mev : float
    temperatures_k : ndarray, shape (n_temperatures,)
    eta, eta_error : ndarray, shape (n_temperatures,)
        The error holds those of the neighbours, of ΔE, and of the shape between them.
    eta_low, eta_high : ndarray, shape (n_temperatures,)
        68 % interval; that of the measured point where there is one.
    covariance : ndarray, shape (n_temperatures, n_temperatures)
        Of η; temperatures share a common quantum yield, the reference of ΔE, lasers and the assumed shape.
    interpolated : ndarray of bool, shape (n_temperatures,)
        No excitation within 1 meV.
    is_straight_in_eta : ndarray of bool, shape (n_temperatures,)
        η itself was interpolated, for want of a logarithm.
    places : ndarray of int, shape (n_temperatures, 2)
        The anti-Stokes places it lies between; twice the same where it was measured; -1 where it is not known.
    reason : tuple of str
        Why η is not known, else empty.
    """

    detuning_mev: float
    temperatures_k: FloatArray
    eta: FloatArray
    eta_error: FloatArray
    eta_low: FloatArray
    eta_high: FloatArray
    covariance: FloatArray
    interpolated: np.ndarray
    is_straight_in_eta: np.ndarray
    places: np.ndarray
    reason: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Between:
    """η at one temperature as a function of that of its neighbours.

    ``share`` is the share of each neighbour on the scale that is interpolated, ``weight`` is dη/dη_j, ``slope`` dη/dΔE
    in 1/meV, ``shape`` what the assumed shape may miss; ``logit_scale`` dη/d ln(η/(1 − η)).
    """

    places: np.ndarray
    share: FloatArray
    eta: float
    weight: FloatArray
    slope: float
    shape: float
    in_eta: bool
    logit_scale: float


def eta_at(fit: EfficiencyFit, detuning_mev: float) -> FixedDetuning:
    """Return η of every temperature at a detuning: measured, interpolated between its neighbours, or not known.

    Only points with a closed interval that take part in the fits are used.
    """
    return _eta_at(fit, detuning_mev, usable(fit), None)


def _eta_at(fit: EfficiencyFit, detuning_mev: float, known: np.ndarray, curvature: float | None) -> FixedDetuning:
    reasons = []
    curvature = _curvature(fit, known) if curvature is None else curvature
    found: list[_Between | None] = []
    for t in range(len(fit.temperatures_k)):
        places, reason = _neighbours(fit.detuning_mev[t], known[t], detuning_mev)
        reasons.append(reason)
        found.append(None if reason else _interpolate(fit, t, places, detuning_mev, curvature))
    covariance = _covariance(fit, found)
    eta = np.array([np.nan if b is None else b.eta for b in found])
    error = np.sqrt(np.einsum("tt->t", covariance))
    low, high = _interval(fit, found, eta, error)
    places = np.array([(-1, -1) if b is None else (b.places[0], b.places[-1]) for b in found], dtype=int)
    return FixedDetuning(
        detuning_mev=detuning_mev,
        temperatures_k=fit.temperatures_k,
        eta=eta,
        eta_error=error,
        eta_low=low,
        eta_high=high,
        covariance=covariance,
        interpolated=places[:, 0] != places[:, 1],
        is_straight_in_eta=np.array([b is not None and b.in_eta for b in found], dtype=bool),
        places=places.reshape(-1, 2),
        reason=tuple(reasons),
    )


def usable(fit: EfficiencyFit) -> np.ndarray:
    """Return which η can be followed through the temperatures: fitted, with a closed interval."""
    result: np.ndarray = fit.fitted & np.isfinite(fit.eta_low) & np.isfinite(fit.eta_high)
    return result


def follow(fit: EfficiencyFit, most: int) -> list[FixedDetuning]:
    """Return η at up to ``most`` detunings that are spread over what was measured, each known at two temperatures."""
    known = usable(fit)
    clear = known & (fit.eta_error < 0.1)
    values = fit.detuning_mev[clear]
    if not values.size:
        return []
    reach = np.where(clear, fit.detuning_mev, np.nan)[clear.any(axis=1)]
    low, high = np.nanmin(reach, axis=1) - SAME_MEV, np.nanmax(reach, axis=1) + SAME_MEV
    # Where lasers follow the gap, the clusters are the detunings; else they stand nearly everywhere.
    targets = [float(t) for t in cluster(values, SAME_MEV) if np.sum((low <= t) & (t <= high)) >= 2]
    curvature = _curvature(fit, known)
    found = (_eta_at(fit, t, known, curvature) for t in targets[:: -(-len(targets) // most) or 1])
    return [one for one in found if np.isfinite(one.eta).sum() >= 2]


def _neighbours(detuning: FloatArray, known: np.ndarray, wanted: float) -> tuple[np.ndarray, str]:
    """Return the place at, or the two places around, a detuning; or why there are none."""
    places = np.flatnonzero(known)
    if not places.size:
        return places, "no η is determined here"
    places = places[np.argsort(detuning[places])]
    x = detuning[places]
    closest = int(np.argmin(np.abs(x - wanted)))
    if abs(x[closest] - wanted) <= SAME_MEV:
        return places[[closest]], ""
    if wanted < x[0] or wanted > x[-1]:
        side, end = ("below the lowest", x[0]) if wanted < x[0] else ("above the highest", x[-1])
        return places[:0], f"{wanted:.1f} meV lies {side} detuning, {end:.1f} meV; η is not extrapolated"
    right = int(np.searchsorted(x, wanted))
    if x[right] - x[right - 1] > _WIDEST_MEV:
        apart = f"{x[right] - x[right - 1]:.0f} meV"
        return places[:0], f"the neighbouring detunings lie {apart} apart, more than {_WIDEST_MEV:.0f} meV"
    return places[[right - 1, right]], ""


def _interpolate(fit: EfficiencyFit, t: int, places: np.ndarray, wanted: float, curvature: float) -> _Between:
    eta, error, x = fit.eta[t, places], fit.eta_error[t, places], fit.detuning_mev[t, places]
    if places.size == 1:
        slope = _slope(fit, t, int(places[0]))
        step = slope * float(wanted - x[0])
        return _Between(
            places, np.ones(1), float(eta[0]) + step, np.ones(1), slope, 0.5 * abs(step), False, float("nan")
        )
    part = float((wanted - x[0]) / (x[1] - x[0]))
    weight = np.array([1.0 - part, part])
    off = abs(float((wanted - x[0]) * (wanted - x[1])))
    inside = bool(((eta > 0.0) & (eta < 1.0)).all())
    if inside and bool((error < _CLEAR * eta * (1.0 - eta)).all()):
        odds = logit(eta)
        value = float(expit(weight @ odds))
        steep = value * (1.0 - value)
        slope = steep * float(odds[1] - odds[0]) / float(x[1] - x[0])
        return _Between(
            places, weight, value, weight * steep / (eta * (1.0 - eta)), slope, steep * curvature * off, False, steep
        )
    value = float(weight @ eta)
    # How far a straight logarithm of the odds could lie from a straight η.
    floor = np.maximum(0.5 * error, 1e-3)
    bent = float(expit(weight @ logit(np.clip(eta, floor, 1.0 - np.minimum(floor, 0.5)))))
    straight = float(weight @ np.clip(eta, floor, 1.0 - np.minimum(floor, 0.5)))
    return _Between(
        places, weight, value, weight, float(eta[1] - eta[0]) / float(x[1] - x[0]), abs(bent - straight), True, np.nan
    )


def _slope(fit: EfficiencyFit, t: int, j: int) -> float:
    """Return dη/dΔE at a measured place from its nearest neighbour, in 1/meV; zero where there is none."""
    others = np.flatnonzero(usable(fit)[t])
    others = others[others != j]
    if not others.size:
        return 0.0
    k = others[np.argmin(np.abs(fit.detuning_mev[t, others] - fit.detuning_mev[t, j]))]
    distance = float(fit.detuning_mev[t, k] - fit.detuning_mev[t, j])
    return float(fit.eta[t, k] - fit.eta[t, j]) / distance if abs(distance) > SAME_MEV else 0.0


def _curvature(fit: EfficiencyFit, known: np.ndarray) -> float:
    """Return the size of the bend of ln η/(1 − η) over ΔE, pooled over the temperatures, in 1/meV²."""
    with np.errstate(divide="ignore", invalid="ignore"):
        odds, error = logit(fit.eta), fit.eta_error / (fit.eta * (1.0 - fit.eta))
    clear = known & (error > 0.0) & (error < _CLEAR) & np.isfinite(odds)
    clear &= (clear.sum(axis=1) >= _CURVATURE_POINTS)[:, None]
    if not clear.any():
        return _USUAL_CURVATURE
    weight = np.where(clear, error, np.inf) ** -2.0
    x = np.where(clear, fit.detuning_mev, 0.0)
    centre = (weight * x).sum(axis=1, keepdims=True) / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    design = np.stack([np.ones_like(x), x - centre, (x - centre) ** 2], axis=-1)
    normal = np.einsum("tj,tjp,tjq->tpq", weight, design, design)
    right = np.einsum("tj,tjp,tj->tp", weight, design, np.where(clear, odds, 0.0))
    inverse = np.linalg.pinv(normal[clear.any(axis=1)], hermitian=True)
    bend = np.einsum("tq,tq->t", inverse[:, 2], right[clear.any(axis=1)])
    known_bend = 1.0 / inverse[:, 2, 2]
    return abs(float(np.sum(known_bend * bend) / np.sum(known_bend)))


def _covariance(fit: EfficiencyFit, found: list[_Between | None]) -> FloatArray:
    """Return the covariance of η between the temperatures, (n_temperatures, n_temperatures)."""
    n_t, na = fit.eta.shape
    lasers = cluster(fit.excitation_nm[fit.valid], _SAME_LASER_NM) if fit.detuning_error_mev.any() else [0.0]
    by_laser = np.zeros((n_t, max(len(lasers), 1)))
    own = np.full(n_t, np.nan)
    shared, reference, shape = (np.full(n_t, np.nan) for _ in range(3))
    common = fit.common_reference_error_mev
    for t, between in enumerate(found):
        if between is None:
            continue
        j, weight = between.places, between.weight
        inverse = 1.0 / fit.denominator[t, j]
        shift = (fit.own_sensitivity[t, j] - fit.eta[t, j] * fit.own_sensitivity[t, na + j]) * inverse
        # A photon energy above the stated one moves η and makes the stated ΔE too large.
        moved = weight * shift - between.share * between.slope * fit.detuning_error_mev[t, j]
        for place, change in zip(j, moved, strict=True):
            by_laser[t, nearest(lasers, fit.excitation_nm[t, place])] += change
        local = fit.eta_covariance[t][np.ix_(j, j)]
        statistical = float(weight @ local @ weight) - float(np.sum((weight * shift) ** 2))
        own_reference = max(fit.reference_error_mev[t] ** 2 - common**2, 0.0) * between.slope**2
        drawn = fit.shared_sensitivity[t, j] - fit.eta[t, j] * fit.shared_sensitivity[t, na + j]
        shared[t] = float(weight @ (drawn * inverse))
        reference[t], shape[t] = between.slope * common, between.shape
        own[t] = statistical + own_reference - shared[t] ** 2
    result = by_laser @ by_laser.T
    for part in (shared, reference, shape):
        result = result + np.outer(part, part)
    np.einsum("tt->t", result)[...] += own
    return np.asarray(result)


def _interval(
    fit: EfficiencyFit, found: list[_Between | None], eta: FloatArray, error: FloatArray
) -> tuple[FloatArray, FloatArray]:
    low, high = eta - error, eta + error
    for t, between in enumerate(found):
        if between is None:
            continue
        if between.places.size == 1:
            # ΔE adds to an interval that is right where the denominator is weak.
            j = between.places[0]
            stretch = error[t] / fit.eta_error[t, j]
            low[t] = eta[t] - stretch * (fit.eta[t, j] - fit.eta_low[t, j])
            high[t] = eta[t] + stretch * (fit.eta_high[t, j] - fit.eta[t, j])
        elif not between.in_eta:
            spread = error[t] / between.logit_scale
            low[t], high[t] = (float(expit(logit(eta[t]) + sign * spread)) for sign in (-1.0, 1.0))
    return low, high
