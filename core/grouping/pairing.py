"""Which emission repeat was taken together with which photothermal scan: by label, by time, else by number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.experiment import Record
from asplab.core.grouping.clock import Timeline
from asplab.core.grouping.layout import Layout
from asplab.core.problems import Problem, Severity, join_places
from asplab.core.scans import Scans, ScanSet, repeat_name
from asplab.core.settings import ResponseSettings
from asplab.core.units import FloatArray

Method = Literal["pair", "time", "number", "apart", "none"]
_MINUTE_S = 60.0
_FEWEST = 0.5
"""Part of the possible pairs from which PL and PA count as simultaneous at all."""
_SHIFTS = np.array(sorted(np.linspace(-1.0, 1.0, 41), key=abs))
"""By how much scans are moved, in units of the time between two, the smallest first."""
_WORDS: dict[Method, str] = {
    "pair": "paired as given with the data",
    "time": "paired by time",
    "number": "paired by repeat number",
    "apart": "not simultaneous",
    "none": "not paired",
}


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Which emission repeat was taken together with which scan.

    Attributes
    ----------
    together : ndarray, shape (n_temperatures, n_columns, n_repeats, n_scans)
        1 where an emission repeat and a scan were taken together, 0 elsewhere.
    n_scans : int
    light : tuple of tuple of tuple of str
        Per temperature and per valid column, the name of each emission repeat; what was taken together with a
        scan goes by the name of that scan.
    heat : tuple of tuple of str
        Per temperature, the name of each scan.
    methods : tuple of str
        How each temperature was paired: by the column ``pair``, by ``time``, by ``number``; ``apart`` where time
        stamps or labels say that nothing was taken together, ``none`` where there is nothing to pair.
    matched : ndarray, shape (n_temperatures,)
        Fraction of the emission repeats that have a scan.
    lag_s : ndarray, shape (n_temperatures,)
        Median distance in time of what was paired by time, else NaN.
    """

    together: FloatArray
    n_scans: int
    light: tuple[tuple[tuple[str, ...], ...], ...]
    heat: tuple[tuple[str, ...], ...]
    methods: tuple[Method, ...]
    matched: FloatArray
    lag_s: FloatArray
    problems: tuple[Problem, ...] = ()

    def words(self, t: int) -> str:
        """Return in words how the repeats of a temperature were paired."""
        text = _WORDS[self.methods[t]]
        if self.methods[t] == "time":
            text += f", {_duration(self.lag_s[t])} apart"
        if self.methods[t] in ("pair", "time", "number") and self.matched[t] < 1.0:
            text += f" ({100.0 * self.matched[t]:.0f} % of the spectra)"
        return text


def pair_repeats(corrected: Corrected, layout: Layout, scans: Scans, settings: ResponseSettings) -> Pairs:
    """Pair emission repeats and scans of each temperature.

    The column ``pair`` decides where both sides have it; else time stamps where all records carry one, each repeat
    with the scan nearest in time within ``pair_within_min``, unique both ways and alike for all conditions; else the
    number of the repeat.
    """
    n_t, n = layout.index.shape
    n_scans = max((len(s.repeats) for s in scans.sets if s is not None), default=1)
    together = np.zeros((n_t, n, corrected.present.shape[1], n_scans))
    found = []
    for t, scan_set in enumerate(scans.sets):
        columns = np.flatnonzero(layout.valid[t])
        members = [corrected.stacks[k].members for k in layout.index[t, columns]]
        paired = _pair_temperature(members, scan_set, settings)
        for column, matches in zip(columns, paired.matches, strict=True):
            for r, s in matches:
                together[t, column, r, s] = 1.0
        found.append(paired)
    count = np.array([max(sum(len(names) for names in p.light), 1) for p in found])
    return Pairs(
        together=together,
        n_scans=n_scans,
        light=tuple(p.light for p in found),
        heat=tuple(p.heat for p in found),
        methods=tuple(p.method for p in found),
        matched=np.array([sum(len(m) for m in p.matches) for p in found]) / count,
        lag_s=np.array([p.lag_s for p in found]),
        problems=_problems(corrected.temperatures_k, found),
    )


_Match = tuple[int, int]
"""Place of an emission repeat among those of its column, and of its scan."""


@dataclass(frozen=True, slots=True)
class _Paired:
    """How one temperature was paired; ``doubt`` says how gravely and why time stamps could not decide."""

    method: Method
    light: tuple[tuple[str, ...], ...]
    heat: tuple[str, ...]
    matches: tuple[tuple[_Match, ...], ...]
    lag_s: float = float("nan")
    doubt: tuple[Severity, str] | None = None


def _pair_temperature(
    members: Sequence[Sequence[Record]], scan_set: ScanSet | None, settings: ResponseSettings
) -> _Paired:
    scans = () if scan_set is None else scan_set.members
    # Series that both sides know are rounds of one measurement; others only name a side.
    rounds = {s.condition.series for s in scans} & {s.condition.series for s in chain.from_iterable(members)}
    light, heat = tuple(_names(column, rounds) for column in members), _names(scans, rounds)
    if not heat or not light:
        return _Paired("none", light, heat, ((),) * len(light))
    labelled = all(any(record.condition.pair for record in side) for side in (chain.from_iterable(members), scans))
    stamps = [[record.condition.time for record in column] for column in members]
    of_scans = [scan.condition.time for scan in scans]
    every = [*chain.from_iterable(stamps), *of_scans]
    line = Timeline.of(every)
    doubt = None if labelled else _doubt(line, stamps, of_scans)
    times, scanned = [line.seconds(column) for column in stamps], line.seconds(of_scans)
    known = [own for own in times if own is not None]
    if not labelled and doubt is None and scanned is not None and len(known) == len(times):
        return _by_time(light, known, scanned, _MINUTE_S * settings.pair_within_min)
    place = {name: s for s, name in enumerate(heat)}
    matches = tuple(tuple((r, place[name]) for r, name in enumerate(column) if name in place) for column in light)
    method: Method = ("pair" if labelled else "number") if any(matches) else "apart"
    return _Paired(method, light, heat, matches, doubt=doubt)


def _names(records: Sequence[Record], rounds: set[str]) -> tuple[str, ...]:
    """Name the repeats of one condition, each once: a number that comes again belongs to the next round."""
    seen: Counter[str] = Counter()
    names = []
    for position, record in enumerate(records):
        condition = record.condition
        name = repeat_name(condition.pair, condition.repeat, position)
        if rounds and condition.series:
            name += f" of {condition.series}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def _doubt(line: Timeline, stamps: Sequence[Sequence[str]], of_scans: Sequence[str]) -> tuple[Severity, str] | None:
    """Say why time stamps that are there can't be used; those of one side alone are no doubt."""
    if not any(of_scans) or not any(any(column) for column in stamps):
        return None
    if line.trouble:
        return "warning", line.trouble
    every = [*chain.from_iterable(stamps), *of_scans]
    given = sum(bool(text.strip()) for text in every)
    return (
        ("info", f"only {given} of {len(every)} spectra and scans carry a time stamp") if given < len(every) else None
    )


def _by_time(
    light: tuple[tuple[str, ...], ...], times: Sequence[FloatArray], scanned: FloatArray, within_s: float
) -> _Paired:
    distances = [own[:, None] - scanned for own in times]
    matches = _rounds(distances, _spacing(scanned), within_s)
    heat = tuple(f"scan {s + 1}" for s in range(scanned.size))
    possible = sum(min(distance.shape) for distance in distances)
    if sum(map(len, matches)) < _FEWEST * possible:
        return _Paired("apart", light, heat, ((),) * len(light))
    lags = [float(abs(d[r, s])) for d, found in zip(distances, matches, strict=True) for r, s in found]
    names = []
    for column, found in zip(light, matches, strict=True):
        own = dict(found)
        names.append(tuple(heat[own[r]] if r in own else name for r, name in enumerate(column)))
    return _Paired("time", tuple(names), heat, matches, float(np.median(lags)))


def _rounds(distances: Sequence[FloatArray], spacing: float, within: float) -> tuple[tuple[_Match, ...], ...]:
    """Pair all columns of a temperature, each repeat with the nearest scan, unique both ways.

    Where spectra and a scan follow one another in rounds, the spectra at the begin of a round are nearer to the scan of
    the round before. So scans are also tried earlier and later, all by the same time: what pairs most is right.
    """
    best: tuple[tuple[_Match, ...], ...] = ()
    most = -1
    for shift in spacing * _SHIFTS:
        found = tuple(_mutual(distance, float(shift), within) for distance in distances)
        if (count := sum(map(len, found))) > most:
            best, most = found, count
    return best


def _spacing(times: FloatArray) -> float:
    """Return the typical time between two scans, in s; zero for a single one."""
    return float(np.median(np.abs(np.diff(np.sort(times))))) if times.size > 1 else 0.0


def _mutual(later: FloatArray, shift: float, within: float) -> tuple[_Match, ...]:
    """Return the pairs that are nearest to each other, both ways, with scans moved by ``shift``."""
    distance = np.abs(later - shift)
    best, back = distance.argmin(axis=1), distance.argmin(axis=0)
    return tuple((r, int(s)) for r, s in enumerate(best) if back[s] == r and abs(later[r, s]) <= within)


def _problems(temperatures_k: FloatArray, found: Sequence[_Paired]) -> tuple[Problem, ...]:
    """Say once for each cause where time stamps could not decide."""
    places: dict[tuple[Severity, str], list[str]] = {}
    for temperature, paired in zip(temperatures_k, found, strict=True):
        if paired.doubt is not None:
            places.setdefault(paired.doubt, []).append(f"{temperature:.0f} K")
    return tuple(
        Problem(
            severity,
            join_places(where),
            f"{doubt}, so PL and PA are paired by the number of the repeat. Write all of them in one form, or fill "
            "the column pair.",
        )
        for (severity, doubt), where in places.items()
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2.0 * _MINUTE_S else f"{seconds / _MINUTE_S:.0f} min"
