"""Draws of some hypotheses, each fitted with some others: the AICc of all, and how often it tells them apart."""

from collections.abc import Sequence

import numpy as np

from asplab.core.arena.fitting import fit_rows
from asplab.core.arena.records import aicc_of, share_interval
from asplab.core.arena.worlds import World, draw
from asplab.core.progress import Progress
from asplab.core.units import FloatArray

_BLOCK_ROWS, _ENSEMBLE_ROWS = 256, 8
"""Rows fitted at once, and those of an ensemble: few enough that a stop is heard soon, enough to work in batches."""


def play(truths: Sequence[World], candidates: Sequence[World], draws: int, seed: int, progress: Progress) -> FloatArray:
    """Return AICc of every candidate in every draw, (n_rows, n_truths, n_candidates, n_draws).

    Rows are temperatures, and all together last. An AICc is infinite where the fit failed.
    """
    n_rows = len(truths[0].points.use)
    has_ensemble = any(one.hypothesis.options.inhomogeneous_mev > 0.0 for one in candidates)
    block = max(1, (_ENSEMBLE_ROWS if has_ensemble else _BLOCK_ROWS) // n_rows)
    result = np.empty((n_rows + 1, len(truths), len(candidates), draws))
    total = len(truths) * len(candidates) * draws
    done = 0
    for a, (truth, source) in enumerate(zip(truths, np.random.SeedSequence(seed).spawn(len(truths)), strict=True)):
        simulated = draw(truth, draws, np.random.default_rng(source))
        for b, candidate in enumerate(candidates):
            for first in range(0, draws, block):
                last = min(first + block, draws)
                told = f"arena: {candidate.hypothesis.name} to draws of {truth.hypothesis.name}"
                progress.step(done, total, told)
                every = np.arange(first * n_rows, last * n_rows)
                light = candidate.light.rows(np.tile(np.arange(n_rows), last - first))
                fits = fit_rows(simulated.rows(every), candidate.hypothesis, light)
                shape = (last - first, n_rows)
                table = [part.reshape(shape) for part in (fits.chi2, fits.n_points, fits.n_parameters)]
                together = aicc_of(*(part.sum(axis=1) for part in table))
                result[:-1, a, b, first:last] = aicc_of(*table).T
                result[-1, a, b, first:last] = together
                done += last - first
    return result


def differences(aicc: FloatArray) -> FloatArray:
    """Return how far the AICc of each candidate lies above that of the true one; 0 where both failed."""
    n = aicc.shape[1]
    true = aicc[:, np.arange(n), np.arange(n)][:, :, None]
    both = np.isinf(aicc) & np.isinf(true)
    return np.where(both, 0.0, np.where(both, 0.0, aicc) - np.where(both, 0.0, true))


def power_of(delta: FloatArray, threshold: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the share of draws beyond the threshold, over the last axis, and its 68 % interval."""
    count = (delta > threshold).sum(axis=-1) * 1.0
    return (count / delta.shape[-1], *share_interval(count, delta.shape[-1]))
