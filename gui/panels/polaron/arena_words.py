"""What an arena found, as rows of tables and in words; no widgets."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from asplab.gui.language import tr
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.widgets.text import escaped

if TYPE_CHECKING:
    from asplab.core.arena import Arena

EXPLANATIONS: Mapping[str, tuple[str, str]] = {
    "polaron": ("A, g, ħω", tr("Eq. 9: phonons of one mode and one gap.")),
    "thermal": ("A, g, ħω", tr("The sum over all initial and final levels of one mode (Huang, Rhys, Pekar).")),
    "ensemble": ("A, g, ħω", tr("Eq. 9 averaged over gaps that scatter. A hundred times slower than the others.")),
    "parasitic": ("A, Eᵤ", tr("Absorption that makes no light: a straight line of logit η.")),
    "leak": ("A, ε", tr("An Arrhenius law, and laser light above the gap.")),
    "two-photon": ("A, c", tr("An Arrhenius law, and photons absorbed in pairs.")),
}
COLUMNS = (
    Column(tr("Explanation")),
    Column("free", "", tr("Parameters at one temperature"), is_spare=True),
    Column("χ²/dof", "", tr("Of the version that the data allow")),
    Column("p", "", tr("Chance of a χ² at least as large if it were true"), is_spare=True),
    Column("ΔAICc", "", tr("AICc above that of the best explanation")),
)
PAIR_COLUMNS = (
    Column(tr("Pair")),
    Column(tr("1st true"), "%", tr("Draws of the first that exclude the second, with a 68 % interval"), is_spare=True),
    Column(tr("2nd true"), "%", tr("Draws of the second that exclude the first, with a 68 % interval"), is_spare=True),
    Column("mean", "%", tr("Chance to find the true one of the pair, if either may be true alike")),
)
EXCLUDED_P = 1e-3
_NONE, _LEAST_P = "—", 1e-3
_MISTAKEN = 0.005
_PERCENT = "\u00a0%"
"""A line must not break in front of the sign."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two explanations: power where the first, and where the second is true, with 68 % intervals, and false positives.

    ``wrong`` holds the shares of draws of the first that exclude the first, and likewise for the second.
    """

    names: tuple[str, str]
    power: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]
    wrong: tuple[float, float]

    @property
    def mean(self) -> float:
        """Mean power of both directions."""
        return 0.5 * sum(self.power)


def explanation_rows(
    offered: Sequence[str], chosen: Sequence[str], arena: "Arena | None", row: int, *, is_stale: bool
) -> list[TableRow]:
    """Return a row with a box for each explanation, and what the data say of it where it took part."""
    fits = {} if arena is None else {one.name: one for one in arena.fitted}
    least = min((float(one.aicc[row]) for one in fits.values() if math.isfinite(one.aicc[row])), default=math.nan)
    rows = []
    for name in offered:
        free, meaning = EXPLANATIONS.get(name, ("", ""))
        cells = [name, free, _NONE, _NONE, _NONE]
        if name in fits:
            one = fits[name]
            dof, p, aicc = int(one.dof[row]), float(one.p_value[row]), float(one.aicc[row])
            cells[2] = plain(float(one.chi2[row]) / dof, 2) if dof > 0 else _NONE
            cells[3] = "< 0.001" if p < _LEAST_P else plain(p, 3) if math.isfinite(p) else _NONE
            cells[4] = plain(aicc - least, 1) if math.isfinite(aicc) else _NONE
        is_muted = name not in chosen or (is_stale and name in fits)
        rows.append(TableRow(tuple(cells), is_muted=is_muted, tip=meaning, checked=name in chosen))
    return rows


def pairs(arena: "Arena", row: int) -> list[Pair]:
    """Return all pairs, the one that is told apart worst first."""

    def both(table: np.ndarray, i: int, j: int) -> tuple[float, float]:
        return float(table[row, i, j]), float(table[row, j, i])

    count = len(arena.names)
    found = [
        Pair(
            (arena.names[i], arena.names[j]),
            both(arena.power, i, j),
            both(arena.power_low, i, j),
            both(arena.power_high, i, j),
            both(arena.wrong, i, j),
        )
        for i in range(count)
        for j in range(i + 1, count)
    ]
    return sorted(found, key=lambda pair: pair.mean)


def pair_rows(found: Sequence[Pair], *, is_stale: bool) -> list[TableRow]:
    """Return the pairs as rows, in percent."""
    rows = []
    for pair in found:
        cells = (" – ".join(pair.names), _share(pair, 0), _share(pair, 1), _percent(pair.mean))
        rows.append(TableRow(cells, is_muted=is_stale, tip=_tip(pair)))
    return rows


def verdict(arena: "Arena", row: int, place: str) -> list[str]:
    """Return what it comes to at one temperature or all together, as paragraphs of rich text."""
    aicc = np.array([float(one.aicc[row]) for one in arena.fitted])
    if not np.isfinite(aicc).any():
        return [tr("No explanation could be fitted at {place}.", place=place)]
    best = arena.names[int(np.nanargmin(aicc))]
    excluded = [one.name for one in arena.fitted if one.p_value[row] < EXCLUDED_P]
    lines = [tr("<b>These data</b> {about_data}", about_data=_about_data(best, excluded))]
    of_best = [pair for pair in pairs(arena, row) if best in pair.names]
    rivals = [pair for pair in of_best if _other(pair, best) not in excluded]
    lines.append(tr("<b>Power.</b> {about_pair}", about_pair=_about_pair((rivals or of_best)[0], best)))
    mistaken = [(pair.wrong[pair.names.index(_other(pair, best))], _other(pair, best)) for pair in rivals]
    share, rival = max(mistaken, default=(0.0, ""))
    if share >= _MISTAKEN:
        words = tr(
            "Were {rival} true, {best} would win by mistake in {percent}{percent2} of draws.",
            rival=rival,
            best=best,
            percent=_percent(share),
            percent2=_PERCENT,
        )
        lines.append(tr("<b>Beware.</b> {words}", words=words))
    if arena.best_measurement is not None:
        lines.append(tr("<b>Next measurement.</b> {advice}", advice=escaped(arena.best_measurement.advice)))
    lines += [
        f"<b>{escaped(one.where)}.</b> {escaped(one.message)}" for one in arena.problems if one.severity == "warning"
    ]
    return lines


def _about_data(best: str, excluded: Sequence[str]) -> str:
    others = [name for name in excluded if name != best]
    if best in excluded:
        return tr(
            "favour {best}, but exclude it too: its χ² is too large by far. Look for what all of them leave out.",
            best=best,
        )
    if others:
        return tr(
            "favour {best}, and exclude {listed} already (p below {excluded_p:g}).",
            best=best,
            listed=_listed(others),
            excluded_p=EXCLUDED_P,
        )
    return tr("favour {best}, and exclude no other.", best=best)


def _about_pair(pair: Pair, best: str) -> str:
    k = pair.names.index(best)
    other, back = pair.names[1 - k], 1 - k
    return tr(
        "Hardest to tell from {best} is {other}: were {best} true, data like these would "
        "exclude {other} in {percent}{percent2} of draws ({ends}{percent2}); were {other} "
        "true, they would exclude {best} in {percent3}{percent2} ({ends2}{percent2}).",
        best=best,
        other=other,
        percent=_percent(pair.power[k]),
        percent2=_PERCENT,
        ends=_ends(pair, k),
        percent3=_percent(pair.power[back]),
        ends2=_ends(pair, back),
    )


def _other(pair: Pair, name: str) -> str:
    return pair.names[1 - pair.names.index(name)]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else tr("{join} and {names}", join=", ".join(names[:-1]), names=names[-1])


def _share(pair: Pair, k: int) -> str:
    return f"{_percent(pair.power[k])} ({_ends(pair, k)})" if math.isfinite(pair.power[k]) else _NONE


def _ends(pair: Pair, k: int) -> str:
    return f"{_percent(pair.low[k])}–{_percent(pair.high[k])}"


def _percent(share: float) -> str:
    return plain(100.0 * share, 0) if math.isfinite(share) else _NONE


def _tip(pair: Pair) -> str:
    lines = []
    for k in (0, 1):
        true, rival = pair.names[k], pair.names[1 - k]
        lines.append(
            tr(
                "{true} true: {rival} excluded in {share} % of draws, {true} itself, by mistake, in {percent} %",
                true=true,
                rival=rival,
                share=_share(pair, k),
                percent=_percent(pair.wrong[k]),
            )
        )
    return "\n".join(lines)
