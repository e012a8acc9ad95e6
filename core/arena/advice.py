"""Which one more measurement would best tell two hypotheses apart.

Where a is true, data without noise leave the rival b with a misfit λ: what b's χ² exceeds a's by on average, to first
order. The measurement that raises λ most is the T-optimal one [Atkinson & Fedorov 1975].
"""

import numpy as np

from asplab.core.arena.fitting import fit_rows
from asplab.core.arena.matches import differences, play, power_of
from asplab.core.arena.points import Light
from asplab.core.arena.records import BestMeasurement
from asplab.core.arena.worlds import World
from asplab.core.progress import Progress
from asplab.core.units import FloatArray

_CANDIDATES = 9
_LEAST_MEV, _BEYOND = 5.0, 1.3
"""Candidates lie between this ΔE, or half the smallest one measured, and so many times the largest."""
_SEEN = 2.0


def best_measurement(
    pair: tuple[World, World],
    power_now: tuple[float, float],
    *,
    draws: int,
    seed: int,
    threshold: float,
    progress: Progress,
) -> BestMeasurement | None:
    """Return the measurement for a pair, None where the noise of a new one can't be foreseen.

    Parameters
    ----------
    pair : (World, World)
    power_now : (float, float)
        Power where the first and where the second is true, all temperatures together.
    """
    points = pair[0].points
    used = points.detuning_mev[points.use]
    tried = np.linspace(max(_LEAST_MEV, 0.5 * used.min()), _BEYOND * used.max(), _CANDIDATES)
    noise = _foreseen(pair[0], tried)
    gains = np.zeros((len(points.use), tried.size))
    for a, b in (pair, pair[::-1]):
        progress.step(0, 1, f"arena: one more measurement for {a.hypothesis.name} against {b.hypothesis.name}")
        gains += 0.5 * _gains(a, b, tried, noise)
    if not np.isfinite(gains).any():
        return None
    t, c = (int(k) for k in np.unravel_index(np.nanargmax(np.where(np.isfinite(gains), gains, np.nan)), gains.shape))
    detuning, heat, variances = float(tried[c]), float(noise[0][t, c]), (float(noise[1][t, c]), float(noise[2][t, c]))
    lights = [_light_there(world.light, points.detuning_mev, points.use, tried) for world in pair]
    richer = [
        world.extended(t, detuning, heat, (float(at[0][t, c]), float(at[1][t, c])), variances)
        for world, at in zip(pair, lights, strict=True)
    ]
    delta = differences(play(richer, richer, draws, seed, progress))[-1]
    first, second = (power_of(delta[k, 1 - k], threshold) for k in (0, 1))
    eta = tuple(float(world.eta(t, np.array([detuning]))[0]) for world in pair)
    return BestMeasurement(
        pair=(pair[0].hypothesis.name, pair[1].hypothesis.name),
        temperature_k=float(points.temperatures_k[t]),
        detuning_mev=detuning,
        eta=(eta[0], eta[1]),
        eta_error=float(np.sqrt(variances[0] + np.mean(eta) ** 2 * variances[1]) / heat),
        gain=float(gains[t, c]),
        power_now=power_now,
        power_after=(float(first[0]), float(second[0])),
        power_after_low=(float(first[1]), float(second[1])),
        power_after_high=(float(first[2]), float(second[2])),
        detuning_tried_mev=tried,
        gains=np.where(np.isfinite(gains), gains, np.nan),
    )


def _foreseen(world: World, tried: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return D and the variances of N and D that a measurement would have, (n_temperatures, n_candidates) each.

    ln D follows a straight line in ΔE, an Urbach tail; variances are those of the nearest points. NaN where fewer than
    two points show the tail.
    """
    points = world.points
    n = points.use.shape[1]
    heat, of_n, of_d = (np.full((len(points.use), tried.size), np.nan) for _ in range(3))
    variance = np.einsum("rii->ri", points.covariance)
    for row, use in enumerate(points.use):
        order = np.flatnonzero(use)[np.argsort(points.detuning_mev[row, use])]
        energy, value = points.detuning_mev[row, order], points.denominator[row, order]
        error = np.sqrt(variance[row, n + order])
        seen = value > np.maximum(_SEEN * error, 0.0)
        if seen.sum() < 2:
            continue
        line = np.polyfit(energy[seen], np.log(value[seen]), 1)
        heat[row] = np.exp(np.polyval(line, tried))
        of_n[row] = np.interp(tried, energy, variance[row, order])
        of_d[row] = np.interp(tried, energy, variance[row, n + order])
    return heat, of_n, of_d


def _light_there(
    light: Light, detuning_mev: FloatArray, use: np.ndarray, tried: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the pattern of the added light at the candidates, which changes little with ΔE."""
    tables = []
    for part in (light.numerator, light.denominator):
        table = np.zeros((len(use), tried.size))
        for row, here in enumerate(use):
            order = np.flatnonzero(here)[np.argsort(detuning_mev[row, here])]
            table[row] = np.interp(tried, detuning_mev[row, order], part[row, order])
        tables.append(table)
    return tables[0], tables[1]


def _gains(a: World, b: World, tried: FloatArray, noise: tuple[FloatArray, FloatArray, FloatArray]) -> FloatArray:
    """Return by how much each candidate raises the misfit of b to the data of a, (n_temperatures, n_candidates)."""
    n_rows, count = len(a.points.use), tried.size
    now = fit_rows(a.points, b.hypothesis, b.light).chi2
    every, repeated = np.repeat(np.arange(n_rows), count), np.tile(tried, n_rows)
    heat, of_n, of_d = (table.ravel() for table in noise)
    able = np.isfinite(heat)
    own = _light_there(a.light, a.points.detuning_mev, a.points.use, tried)
    rival = _light_there(b.light, b.points.detuning_mev, b.points.use, tried)
    eta = np.concatenate([a.eta(row, tried) for row in range(n_rows)])
    size = a.fits.size[every]
    values = (eta * heat + size * own[0].ravel(), heat + size * own[1].ravel())
    points = a.points.rows(every).extended(np.where(able, repeated, np.nan), values, (of_n, of_d))
    light = b.light.rows(every).extended(rival[0].ravel(), rival[1].ravel())
    after = fit_rows(points, b.hypothesis, light).chi2
    return np.where(able, after - now[every], -np.inf).reshape(n_rows, count)
