"""Whole repeats drawn anew: mean (I, PA) of every draw, and what repeats do not show added to them.

A draw takes each repeat of a temperature w times, with w multinomial. Its mean of a quantity with n repeats x is

    mean + √(n/(n − 1)) Σ w (x − mean)/n.

Where all repeats are there this is the mean of the drawn repeats, its distance from the mean of all stretched by
√(n/(n − 1)), which makes its variance the unbiased one. Where some are missing, n stays what was measured: no draw is
ever empty, and the variance is still the unbiased one.

That variance is itself known from n repeats only. A draw may stretch all deviations of a temperature by √(ν/χ²) with
χ² of ν = n − 1 degrees of freedom: what was normal becomes Student's t [Student 1908], whose percentiles hold what they
say.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.emission.integration import Emission
from asplab.core.errors import AnalysisError
from asplab.core.grouping.block_scatter import centre_within
from asplab.core.grouping.layout import Layout
from asplab.core.grouping.pairing import Pairs, pair_repeats
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.responses.stage import Responses
from asplab.core.scans import Scans
from asplab.core.settings import ResponseSettings
from asplab.core.units import FloatArray

_ROUNDING = 1e-12
_NAMED = 4
"""Conditions that a message names before it counts the rest."""
_Places = tuple[list[list[int]], list[int]]
"""Of one temperature, the place of each repeat of each stack, and of each scan."""


@dataclass(frozen=True, slots=True, eq=False)
class Addition:
    """How draws of resampled means gain a covariance that repeats do not show.

    Where it adds variance it is drawn; where repeats show more than the mean has (a baseline that shares points
    with a reading takes some of its noise away), the deviations shrink by ``carry``. Together the covariance of the
    means becomes exactly what the chain states.

    Attributes
    ----------
    carry : ndarray, shape (n_temperatures, n_columns, n_columns), or None
        Acts on the resampled deviations; None where nothing shrinks.
    factor : ndarray, shape (n_temperatures, n_columns, n_columns)
        Turns independent normal numbers into what is added.
    """

    carry: FloatArray | None
    factor: FloatArray

    @classmethod
    def of(cls, shown: FloatArray, shared: FloatArray) -> "Addition":
        """Add ``shared`` to a covariance ``shown`` by repeats, both (n_temperatures, n_columns, n_columns)."""
        diagonal = np.einsum("tii->ti", shown) + np.abs(np.einsum("tii->ti", shared))
        size = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
        both = size[:, :, None] * size[:, None, :]
        identity = np.eye(size.shape[1])
        root = np.linalg.cholesky(shown / both + (_ROUNDING + 1.0 * (diagonal <= 0))[:, :, None] * identity)
        inverse = np.linalg.inv(root)
        gain, axes = np.linalg.eigh(inverse @ (shared / both) @ inverse.transpose(0, 2, 1))
        ahead = size[:, :, None] * (root @ axes)
        factor = ahead * np.sqrt(np.maximum(gain, 0.0))[:, None, :]
        # Rounding leaves tiny negative parts in a covariance that only adds.
        if np.all(gain > -1e-6):
            return cls(None, factor)
        shrink = np.sqrt(np.maximum(1.0 + np.minimum(gain, 0.0), 0.0))
        back = axes.transpose(0, 2, 1) @ inverse / size[:, None, :]
        return cls((ahead * shrink[:, None, :]) @ back, factor)

    def apply(self, deviation: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return deviations (n_temperatures, n_draws, n_columns) with the addition."""
        carried = deviation if self.carry is None else deviation @ self.carry.transpose(0, 2, 1)
        result: FloatArray = carried + rng.standard_normal(deviation.shape) @ self.factor.transpose(0, 2, 1)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class RepeatPlan:
    """What is resampled.

    Attributes
    ----------
    groups : tuple of tuple of (int, int)
        Number of repeats and degrees of freedom of each set that is drawn by itself, per temperature: one where
        emission and scans pair, two where they do not.
    light, heat : ndarray, shape (n_temperatures, n_units, n_columns)
        Stretched deviation of each repeat, divided by their number; zero where a repeat is missing.
    intensity, absorbed : ndarray, shape (n_temperatures, n_columns)
        Means over all repeats.
    add_light, add_heat : Addition
    enough : ndarray of bool, shape (n_temperatures, n_columns)
        Two repeats or more of emission and of absorption; an excluded condition may have fewer.
    n_repeats : tuple of int
        Smallest and largest number of repeats of a condition in use.
    subtracted : ndarray, shape (n_temperatures, 2 n_columns, 2 n_columns), or None
        Factor of the covariance of I and PA from light that was subtracted, without what temperatures share.
    leak : ndarray, shape (n_temperatures, 2 n_columns), or None
        What one standard error of a measured leak does to I and PA: one error for all temperatures.
    """

    groups: tuple[tuple[tuple[int, int], ...], ...]
    light: FloatArray
    heat: FloatArray
    intensity: FloatArray
    absorbed: FloatArray
    add_light: Addition
    add_heat: Addition
    enough: np.ndarray
    n_repeats: tuple[int, int]
    subtracted: FloatArray | None = None
    leak: FloatArray | None = None

    def draw(
        self, n_draws: int, rng: np.random.Generator, *, systematics: bool = True, small_sample: bool = True
    ) -> tuple[FloatArray, FloatArray]:
        """Return mean I and PA of each draw, (n_temperatures, n_draws, n_columns).

        ``systematics`` adds what repeats do not show, ``small_sample`` that they tell the size of their own scatter
        only roughly.
        """
        counts = np.zeros((len(self.groups), n_draws, self.light.shape[1]))
        rows = np.arange(n_draws)[:, None]
        for t, sets in enumerate(self.groups):
            begin = 0
            for size, dof in sets:
                chosen = rng.integers(0, size, (n_draws, size)) + rows * size
                tally = np.bincount(chosen.ravel(), minlength=n_draws * size)
                stretch = np.sqrt(dof / rng.chisquare(dof, n_draws)) if small_sample else np.ones(n_draws)
                # Deviations of a quantity add up to zero, so stretching the counts stretches what is left of them.
                counts[t, :, begin : begin + size] = tally.reshape(n_draws, size) * stretch[:, None]
                begin += size
        light, heat = counts @ self.light, counts @ self.heat
        if systematics:
            light, heat = self.add_light.apply(light, rng), self.add_heat.apply(heat, rng)
            n = light.shape[2]
            if self.subtracted is not None:
                both = rng.standard_normal((*light.shape[:2], 2 * n)) @ self.subtracted.transpose(0, 2, 1)
                light, heat = light + both[:, :, :n], heat + both[:, :, n:]
            if self.leak is not None:
                both = rng.standard_normal(n_draws)[:, None] * self.leak[:, None]
                light, heat = light + both[:, :, :n], heat + both[:, :, n:]
        return self.intensity[:, None] + light, self.absorbed[:, None] + heat


def plan_repeats(
    corrected: Corrected,
    layout: Layout,
    scans: Scans,
    emission: Emission,
    absorbed: Absorbed,
    responses: Responses,
    settings: ResponseSettings,
) -> RepeatPlan:
    """Find which repeats belong together and how each deviates from the mean.

    Raises
    ------
    AnalysisError
        When a condition in use has fewer than two repeats of its emission, or one scan only.
    """
    places, groups = _places(pair_repeats(corrected, layout, scans, settings), settings)
    n_units = max((sum(size for size, _ in sets) for sets in groups), default=0)
    light, heat, count = _deviations(corrected, layout, emission, absorbed, places, n_units)
    _check_counts(count, responses)
    used = count[:, responses.fitted]
    if not used.size:
        raise AnalysisError("no condition is in use, so there is nothing to resample. Bring excluded ones back.")
    add_light, add_heat = _additions(responses, emission, absorbed)
    return RepeatPlan(
        groups=groups,
        light=light * responses.valid[:, None],
        heat=heat * responses.valid[:, None],
        intensity=responses.intensity,
        absorbed=responses.absorbed,
        add_light=add_light,
        add_heat=add_heat,
        enough=count.min(axis=0) > 1,
        n_repeats=(int(used.min()), int(used.max())),
        subtracted=_subtracted(responses),
        leak=responses.leak_error,
    )


def _subtracted(responses: Responses) -> FloatArray | None:
    """Return the factor of what the error of subtracted light adds to the covariance, temperature by temperature."""
    if responses.lasting is None or responses.leak_error is None:
        return None if responses.lasting is None else _root(responses.lasting)
    leak = responses.leak_error
    return _root(responses.lasting - leak[:, :, None] * leak[:, None, :])


def _deviations(
    corrected: Corrected,
    layout: Layout,
    emission: Emission,
    absorbed: Absorbed,
    places: list[_Places],
    n_units: int,
) -> tuple[FloatArray, FloatArray, np.ndarray]:
    """Return stretched deviations of I and PA (n_temperatures, n_units, n_columns), and how many repeats each has.

    Counts have shape (2, n_temperatures, n_columns).
    """
    n_t, n = layout.index.shape
    light, heat = np.zeros((n_t, n_units, n)), np.zeros((n_t, n_units, n))
    gain = np.nan_to_num(emission.factor)
    count = np.zeros((2, n_t, n), dtype=int)
    for t, (of_light, of_heat) in enumerate(places):
        readings = absorbed.per_scan[t]
        for position, column in enumerate(np.flatnonzero(layout.valid[t])):
            k = layout.index[t, column]
            values = emission.per_repeat[k, : len(of_light[position])] * gain[k]
            count[0, t, column] = len(values)
            light[t, of_light[position], column] = _stretched(values, corrected.stacks[k].blocks)
            if readings is not None:
                count[1, t, column] = len(readings)
                heat[t, of_heat, column] = _stretched(readings[:, position])
    return light, heat, count


def _additions(responses: Responses, emission: Emission, absorbed: Absorbed) -> tuple[Addition, Addition]:
    """Return what repeats do not show of I and of PA, beside the covariance that they do show."""
    n = responses.valid.shape[1]
    both = responses.valid[:, :, None] & responses.valid[:, None, :]
    found = []
    for of_chain, part in ((emission.shared, slice(0, n)), (absorbed.shared, slice(n, None))):
        shared = np.where(both, of_chain, 0.0)
        shown = responses.covariance[:, part, part] - shared
        if responses.remeasured is not None:
            shared = shared + responses.remeasured[:, part, part]
            shown = shown - responses.remeasured[:, part, part]
        if responses.lasting is not None:
            shown = shown - responses.lasting[:, part, part]
        found.append((shown, shared))
    # Errors of wavelengths are drawn with the energies, which they move as well.
    np.einsum("tii->ti", found[1][1])[...] -= responses.misread**2
    light, heat = (Addition.of(shown, shared) for shown, shared in found)
    return light, heat


def _root(covariance: FloatArray) -> FloatArray:
    """Return factors whose products with their transposes are the covariances."""
    size, axes = np.linalg.eigh(covariance)
    result: FloatArray = axes * np.sqrt(np.maximum(size, 0.0))[:, None, :]
    return result


def _stretched(values: FloatArray, blocks: tuple[int, ...] = ()) -> FloatArray:
    """Return √(n/(n − 1)) (x − mean)/n of the repeats of one quantity; zero where there is but one.

    Of what was measured again the mean of each time is taken; what the times differ by is drawn apart.
    """
    n = len(values)
    if blocks:
        own = np.array(blocks)
        member = (own == np.unique(own)[:, None])[None, None].astype(np.float64)
        centre, stretch = centre_within(values[None, None], np.ones((1, 1, n), dtype=bool), member)
        values = ((values - centre) * stretch[..., None])[0, 0]
    result: FloatArray = (values - values.mean()) * (1.0 / np.sqrt(n * (n - 1.0)) if n > 1 else 0.0)
    return result


def _places(pairs: Pairs, settings: ResponseSettings) -> tuple[list[_Places], tuple[tuple[tuple[int, int], ...], ...]]:
    """Return per temperature the place of each repeat of each stack and of each scan, and the sets drawn."""
    places: list[_Places] = []
    groups = []
    for light, scans in zip(pairs.light, pairs.heat, strict=True):
        names, of_scans = [list(row) for row in light], list(scans)
        emitted = list(dict.fromkeys(name for row in names for name in row))
        most = max((len(row) for row in names), default=0)
        # Emission and scans that share no name were not taken together: two sets, drawn independently.
        together = settings.pairing != "unpaired" and not set(emitted).isdisjoint(of_scans)
        if together:
            units = list(dict.fromkeys([*emitted, *of_scans]))
            place = {name: i for i, name in enumerate(units)}
            heat = [place[name] for name in of_scans]
            sets = [(len(units), max(most, len(of_scans)))]
        else:
            place = {name: i for i, name in enumerate(emitted)}
            heat = [len(emitted) + i for i in range(len(of_scans))]
            sets = [(len(emitted), most), (len(of_scans), len(of_scans))]
        groups.append(tuple((size, max(count - 1, 1)) for size, count in sets if size))
        places.append(([[place[name] for name in row] for row in names], heat))
    return places, tuple(groups)


def _check_counts(count: np.ndarray, responses: Responses) -> None:
    few = np.argwhere(responses.fitted & (count < 2).any(axis=0))
    if not len(few):
        return
    named = [f"{responses.keys[t][c]} ({_said(count[:, t, c])})" for t, c in few[:_NAMED]]
    more = f" and {len(few) - _NAMED} more" if len(few) > _NAMED else ""
    raise AnalysisError(
        "the bootstrap resamples repeats and needs at least two of each condition, better ten: "
        f"{', '.join(named)}{more}. Measure more repeats, exclude these conditions, or use profile intervals."
    )


def _said(count: np.ndarray) -> str:
    return f"{count[0]} of emission, {count[1]} of absorption"
