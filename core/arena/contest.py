"""The contest as a job: every hypothesis drawn in turn, all of them fitted to every draw."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import chi2 as chi2_distribution

from asplab.core.arena.advice import best_measurement
from asplab.core.arena.hypotheses import Hypothesis, check_hypotheses, pattern
from asplab.core.arena.matches import differences, play, power_of
from asplab.core.arena.points import Light, Points
from asplab.core.arena.records import Arena, ArenaRecord, BestMeasurement, FittedHypothesis, aicc_of
from asplab.core.arena.worlds import World, build_world
from asplab.core.counting import counted
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.units import FloatArray

MINIMUM_DRAWS = 20
_SHARE_OF_DRAWS = 0.8
"""Of the progress, where a measurement is sought afterwards."""
_SAME = 1e-6
"""Difference of AICc below which hypotheses share a draw."""
_UNLIKELY = 1e-3
_TOLERANCE_K = 2.0


def run_arena(
    efficiency: EfficiencyFit,
    hypotheses: Sequence[Hypothesis],
    *,
    draws: int = 100,
    seed: int,
    threshold: float = 6.0,
    temperatures_k: Sequence[float] | None = None,
    plan: bool = True,
    pair: tuple[str, str] | None = None,
    progress: Progress | None = None,
) -> Arena:
    """Simulate each hypothesis as the data allow it, fit all to every draw, and count who is found.

    Every temperature is fitted by itself; the row of all temperatures adds up χ², points and parameters.

    Parameters
    ----------
    efficiency : EfficiencyFit
    hypotheses : sequence of Hypothesis
        At least two, as of `default_hypotheses`.
    draws, seed : int
        At least 20 draws per hypothesis; a seed of zero or more.
    threshold : float
        ΔAICc beyond which one hypothesis counts as told from another, 0 or more.
    temperatures_k : sequence of float, optional
        Which temperatures take part, each within 2 K of one of the data; all without it.
    plan, pair : bool; (str, str), optional
        Look for the measurement that would help a pair most; by default the worst told apart that the data allow.
    progress : Progress, optional

    Raises
    ------
    AnalysisError
        Where hypotheses can't meet, or no temperature has enough points for all of them.
    SettingsError
        For draws, a seed or a threshold that can't be used.
    Cancelled
        When ``progress`` was cancelled.
    """
    chosen = tuple(hypotheses)
    _check(draws, seed, threshold, pair, [one.name for one in chosen])
    check_hypotheses(chosen, efficiency)
    progress = progress or Progress()
    worlds, rows, problems = _worlds(efficiency, chosen, _wanted(efficiency, temperatures_k), progress)
    fitted = tuple(_fitted(world) for world in worlds)
    share = _SHARE_OF_DRAWS if plan else 1.0
    tables = _count(play(worlds, worlds, draws, seed, progress.part(0.02, share)), threshold)
    record = ArenaRecord(seed, draws, threshold, chosen)
    best = _best(worlds, fitted, tables["power"][-1], pair, record, progress.part(share, 1.0)) if plan else None
    progress.step(1, 1, f"arena: {len(chosen)} hypotheses, {draws} draws each")
    return Arena(
        names=tuple(one.name for one in chosen),
        temperatures_k=efficiency.temperatures_k[rows],
        fitted=fitted,
        **tables,
        best_measurement=best,
        record=record,
        problems=(*problems, *_misfits(fitted)),
    )


def _check(draws: int, seed: int, threshold: float, pair: tuple[str, str] | None, names: list[str]) -> None:
    if pair is not None and (len(set(pair)) != 2 or not set(pair) <= set(names)):
        raise SettingsError(f"the pair {pair} must be two of: {', '.join(names)}.")
    if draws < MINIMUM_DRAWS:
        raise SettingsError(f"{draws} draws; a share needs at least {MINIMUM_DRAWS}, better 100. Ask for more.")
    if seed < 0:
        raise SettingsError(f"the seed of the arena is {seed}; it must be zero or a positive whole number.")
    if not (np.isfinite(threshold) and threshold >= 0.0):
        raise SettingsError(f"the threshold is ΔAICc {threshold:g}; it must be 0 or more.")


def _wanted(efficiency: EfficiencyFit, temperatures_k: Sequence[float] | None) -> np.ndarray:
    """Return the rows of the wanted temperatures, in the order of the data."""
    known = efficiency.temperatures_k
    if temperatures_k is None:
        return np.arange(known.size)
    off = np.abs(known - np.asarray(temperatures_k, dtype=np.float64).reshape(-1, 1))
    lost = [t for t, row in zip(temperatures_k, off, strict=True) if not (row <= _TOLERANCE_K).any()]
    if lost or not off.size:
        told = ", ".join(f"{t:.0f}" for t in known)
        wanted = f"{lost[0]:g} K" if lost else "no temperature"
        raise SettingsError(f"the arena was asked for {wanted}; the data have {told} K. Choose among them.")
    return np.flatnonzero((off <= _TOLERANCE_K).any(axis=0))


def _worlds(
    efficiency: EfficiencyFit, hypotheses: tuple[Hypothesis, ...], wanted: np.ndarray, progress: Progress
) -> tuple[list[World], np.ndarray, list[Problem]]:
    """Fit every hypothesis to the data, at the temperatures that have enough points for all of them."""
    points = Points.of(efficiency, hypotheses[0].options.detuning_range_mev).rows(wanted)
    lights = [Light(*pattern(efficiency, one.light), one.largest).rows(wanted) for one in hypotheses]
    worlds: list[World] = []
    for one, light in zip(hypotheses, lights, strict=True):
        progress.step(0, 1, f"arena: {one.name} to the data")
        worlds.append(build_world(points, one, light))
    need = np.max([world.fits.n_parameters for world in worlds], axis=0) + 2
    count = points.use.sum(axis=1)
    able = (count >= need) & np.all([np.isfinite(world.fits.chi2) for world in worlds], axis=0)
    if not able.any():
        raise AnalysisError(
            f"no temperature has enough points: the hypotheses need {int(need.max())}, the best one has "
            f"{int(count.max(initial=0))}. Measure more detunings, or take hypotheses with fewer parameters."
        )
    problems = [
        Problem(
            "warning",
            f"{points.temperatures_k[t]:.0f} K",
            f"{counted(int(count[t]), 'usable detuning')}; the hypotheses need {need[t]}, so this temperature "
            "is not in the arena.",
        )
        for t in np.flatnonzero(~able)
    ]
    rows = np.flatnonzero(able)
    if rows.size < len(able):
        kept = points.rows(rows)
        worlds = [build_world(kept, w.hypothesis, w.light.rows(rows)) for w in worlds]
    return worlds, wanted[rows], problems


def _count(aicc: FloatArray, threshold: float) -> dict[str, FloatArray]:
    """Return the tables of `Arena` from the AICc of all draws."""
    least = aicc.min(axis=2, keepdims=True)
    first = aicc <= np.where(np.isfinite(least), least, 0.0) + _SAME
    delta = differences(aicc)
    power, low, high = power_of(delta, threshold)
    tables = {
        "power": power,
        "power_low": low,
        "power_high": high,
        "wrong": (delta < -threshold).mean(axis=3),
        "median_delta": np.median(delta, axis=3),
    }
    own = np.eye(aicc.shape[1], dtype=bool)
    confusion = (first / np.maximum(first.sum(axis=2, keepdims=True), 1)).mean(axis=3)
    return {"confusion": confusion} | {name: np.where(own, np.nan, table) for name, table in tables.items()}


def _best(
    worlds: list[World],
    fitted: tuple[FittedHypothesis, ...],
    power: FloatArray,
    pair: tuple[str, str] | None,
    record: ArenaRecord,
    progress: Progress,
) -> BestMeasurement | None:
    apart = 0.5 * (power + power.T)
    names = [world.hypothesis.name for world in worlds]
    i, j = _pair(fitted, apart) if pair is None else (names.index(pair[0]), names.index(pair[1]))
    return best_measurement(
        (worlds[i], worlds[j]),
        (float(power[i, j]), float(power[j, i])),
        draws=record.draws,
        seed=record.seed,
        threshold=record.threshold,
        progress=progress,
    )


def _pair(fitted: tuple[FittedHypothesis, ...], apart: FloatArray) -> tuple[int, int]:
    """Return the pair for which a measurement is sought; ``apart`` (n, n) is the mean power of each.

    It is the one that is worst told apart among the hypotheses that the data do not exclude; where fewer than two are
    left, the one with the smallest AICc and its hardest rival.
    """
    left = np.array([one.p_value[-1] >= _UNLIKELY for one in fitted])
    if left.sum() < 2:
        first = np.arange(len(fitted)) == np.argmin([one.aicc[-1] for one in fitted])
        among = first[:, None] & ~first
    else:
        among = left[:, None] & left & ~np.eye(len(fitted), dtype=bool)
    i, j = np.unravel_index(np.argmin(np.where(among, apart, np.inf)), apart.shape)
    return int(i), int(j)


def _fitted(world: World) -> FittedHypothesis:
    fits = world.fits
    chi2, n, k = (np.append(part, part.sum()) for part in (fits.chi2, fits.n_points, fits.n_parameters))
    dof = n - k
    return FittedHypothesis(
        name=world.hypothesis.name,
        chi2=chi2,
        dof=dof,
        aicc=aicc_of(chi2, n, k),
        p_value=np.asarray(chi2_distribution.sf(chi2, dof)),
        size=fits.size,
    )


def _misfits(fitted: tuple[FittedHypothesis, ...]) -> list[Problem]:
    """Say which hypotheses the data exclude already: then the contest is about a truth that is none."""
    return [
        Problem(
            "info",
            one.name,
            f"the data themselves exclude this hypothesis (χ² {one.chi2[-1]:.0f} for {one.dof[-1]} degrees of "
            "freedom), so its draws look unlike the data.",
        )
        for one in fitted
        if one.p_value[-1] < _UNLIKELY
    ]
