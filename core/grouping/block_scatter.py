"""How conditions that were measured again differ between the times, beyond what their repeats say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.experiment import Record
from asplab.core.grouping.layout import Layout
from asplab.core.grouping.stage import Gathered
from asplab.core.problems import Problem
from asplab.core.scans import Scans
from asplab.core.units import FloatArray

_CLEAR = 4.0
"""Standard deviations of χ² by which blocks must differ for it to be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Which repeat belongs to which time of measuring; None where nothing was measured again.

    Attributes
    ----------
    light : ndarray, shape (n_temperatures, n_columns, n_blocks, n_repeats), or None
        1 where an emission repeat belongs to a block, else 0.
    heat : ndarray, shape (n_temperatures, 1, n_blocks, n_scans), or None
        The same for scans, all columns alike.
    """

    light: FloatArray | None
    heat: FloatArray | None


def find_blocks(gathered: Gathered, corrected: Corrected, layout: Layout, scans: Scans) -> Blocks:
    """Lay out which repeats were measured at one time; blocks of one series are the same for all conditions."""
    light = heat = None
    if any(stack.blocks for stack in corrected.stacks):
        named = [_names(stack.members, stack.blocks or (0,) * len(stack.members)) for stack in corrected.stacks]
        light = _membership(named, corrected.present.shape[1])[layout.index] * layout.valid[..., None, None]
    if gathered.scan_blocks:
        members = [() if found is None else found.members for found in scans.sets]
        named = [_names(own, [gathered.scan_blocks.get(s.source, 0) for s in own]) for own in members]
        heat = _membership(named, max(map(len, members)))[:, None]
    return Blocks(light, heat)


_Name = tuple[str, int]


def _names(records: Sequence[Record], blocks: Sequence[int]) -> list[_Name]:
    """Name blocks by their series, numbered within it."""
    ages: dict[str, list[int]] = {}
    names = []
    for record, block in zip(records, blocks, strict=True):
        own = ages.setdefault(record.condition.series, [])
        if block not in own:
            own.append(block)
        names.append((record.condition.series, own.index(block)))
    return names


def _membership(named: Sequence[Sequence[_Name]], n_repeats: int) -> FloatArray:
    """Return which record of each group belongs to which block, (n_groups, n_blocks, n_repeats)."""
    every = list(dict.fromkeys(name for names in named for name in names))
    result = np.zeros((len(named), len(every), n_repeats))
    for k, names in enumerate(named):
        for r, name in enumerate(names):
            result[k, every.index(name), r] = 1.0
    return result


def centre_within(values: FloatArray, present: np.ndarray, blocks: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean that each repeat is to be compared with, that of its block, and a stretch of deviations.

    The stretch √((n − 1)/(n − B)) makes deviations from B block means as large as those from one mean would be if
    blocks did not differ. Where every block is a single repeat the mean of all stands.

    Parameters
    ----------
    values, present : ndarray, shape (n_temperatures, n_columns, n_repeats)
    blocks : ndarray, shape (n_temperatures, n_columns or 1, n_blocks, n_repeats)
    """
    member, count, mean = _block_means(values, present, blocks)
    total, n_blocks = count.sum(axis=2), (count > 0).sum(axis=2)
    overall = (count * mean).sum(axis=2) / np.maximum(total, 1.0)
    known = total > n_blocks
    own = np.einsum("tcb,tcbr->tcr", mean, member)
    centre = np.where(known[..., None], own, overall[..., None])
    stretch = np.sqrt(np.maximum(total - 1.0, 0.0) / np.maximum(total - n_blocks, 1.0))
    return centre, np.where(known, stretch, 1.0)


def level_blocks(values: FloatArray, present: np.ndarray, blocks: FloatArray | None) -> FloatArray:
    """Return repeats scaled so that every block has the mean of all: what is left changes within the blocks.

    Shapes are those of `centre_within`; without blocks the values come back.
    """
    if blocks is None:
        return values
    member, count, mean = _block_means(values, present, blocks)
    overall = (count * mean).sum(axis=2) / np.maximum(count.sum(axis=2), 1.0)
    known = (count > 0.0) & (mean != 0.0)
    factor = np.where(known, overall[..., None] / np.where(known, mean, 1.0), 1.0)
    scale = np.einsum("tcb,tcbr->tcr", factor, member)
    result: FloatArray = values * np.where(member.any(axis=2), scale, 1.0)
    return result


def _block_means(
    values: FloatArray, present: np.ndarray, blocks: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    member = blocks * present[:, :, None]
    count = member.sum(axis=3)
    mean = np.einsum("tcbr,tcr->tcb", member, values) / np.maximum(count, 1.0)
    return member, count, mean


@dataclass(frozen=True, slots=True, eq=False)
class BlockScatter:
    """What blocks differ by.

    Attributes
    ----------
    covariance : ndarray, shape (n_temperatures, n_columns, n_columns)
        Relative covariance of the means that it adds.
    single, common : float
        Relative variance of one block of one condition, and of a whole block.
    chi2, dof : float, int
        Of the block means about their mean, with the errors that the repeats give them.
    """

    covariance: FloatArray
    single: float
    common: float
    chi2: float
    dof: int

    def problem(self, what: str, where: str) -> Problem | None:
        """Return a warning where blocks differ clearly by more than their repeats say."""
        if self.chi2 <= self.dof + _CLEAR * np.sqrt(2.0 * self.dof):
            return None
        message = (
            f"{what} measured again differs by {100.0 * np.sqrt(self.single + self.common):.1f} % (one standard "
            f"deviation) between the times, more than the repeats say (χ² {self.chi2:.0f} for {self.dof} degrees of "
            "freedom). The errors of what was measured again contain it; what was measured once may be off by as much."
        )
        return Problem("warning", where, message)


def scatter_between(
    values: FloatArray, present: np.ndarray, blocks: FloatArray, variance: FloatArray, common_variance: FloatArray
) -> BlockScatter:
    """Find what the means of blocks scatter by, beyond their repeats, pooled over all that was measured again.

    Moments of a random-effects layout [DerSimonian and Laird 1986]: Σ n_b x_b² has the expectation
    (B − 1) v + s (n − Σ n_b²/n) for relative deviations x_b of blocks of n_b repeats with variance v each. What all
    conditions of a block share is told apart by products of two conditions.

    Parameters
    ----------
    values, present : ndarray, shape (n_temperatures, n_columns, n_repeats)
    blocks : ndarray, shape (n_temperatures, n_columns or 1, n_blocks, n_repeats)
    variance : ndarray, shape (n_temperatures, n_columns)
        Relative variance of one repeat; infinite where a column takes no part in the estimate.
    common_variance : ndarray, shape (n_temperatures,)
        Part of it that is common to a whole repeat.
    """
    _, count, mean = _block_means(values, present, blocks)
    total = count.sum(axis=2)
    overall = (count * mean).sum(axis=2) / np.maximum(total, 1.0)
    again = (count > 0).sum(axis=2) > 1
    use = again & np.isfinite(variance) & (variance > 0) & (overall != 0.0)
    x = np.where(use[..., None], mean / np.where(use, overall, 1.0)[..., None] - 1.0, 0.0) * np.sqrt(count)
    v = np.where(use, variance, 1.0)
    dof = np.where(use, (count > 0).sum(axis=2) - 1.0, 0.0)
    size = np.where(use, total - (count**2).sum(axis=2) / np.maximum(total, 1.0), 0.0)
    square = (x**2).sum(axis=2)
    excess, weight = 0.0, np.zeros_like(v)
    for _ in range(2):
        weight = np.where(use, 1.0 / (v + excess * size / np.maximum(dof, 1.0)), 0.0)
        excess = max(_ratio(weight**2 * size, square - dof * v, size), 0.0)
    share = np.einsum("tcb,tdb->tcd", x, x)
    both = np.sqrt(size[:, :, None] * size[:, None, :])
    pairs = weight[:, :, None] * weight[:, None, :] * both * (1.0 - np.eye(x.shape[1]))
    expected = np.sqrt(dof[:, :, None] * dof[:, None, :]) * common_variance[:, None, None]
    common = min(max(_ratio(pairs, share - expected, both), 0.0), excess)
    fraction = count / np.maximum(total, 1.0)[..., None]
    overlap = np.einsum("tcb,tdb->tcd", fraction, fraction)
    covariance = common * overlap * again.any(axis=1)[:, None, None]
    np.einsum("tcc->tc", covariance)[...] += (excess - common) * np.einsum("tcc->tc", overlap) * again
    chi2 = float(np.sum(square / v))
    return BlockScatter(covariance, excess - common, common, chi2, int(dof.sum()))


def _ratio(weight: FloatArray, found: FloatArray, size: FloatArray) -> float:
    """Return the weighted estimate of s from ``found`` = s ``size``; zero where nothing is known."""
    below = float(np.sum(weight * size))
    return float(np.sum(weight * found)) / below if below > 0 else 0.0
