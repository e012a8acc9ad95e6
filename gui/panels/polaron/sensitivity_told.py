"""What a sensitivity map says: cells, slices, rows and words, no widgets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from asplab.core.estimate import Estimate
from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.plots.diverging import limit_of
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.heat import HeatCells
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import decimals_of, measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.widgets.text import escaped

if TYPE_CHECKING:
    from asplab.core.sensitivity import ChoiceAxis, ChoiceSpread, SensitivityMap

QUANTITIES = (
    ("phonon_mev", "ħω", "meV"),
    ("g_mev", "g", "meV"),
    ("polaron_energy_mev", "Eₚ", "meV"),
    ("quantum_yield", "QY", ""),
    ("eta", "η", ""),
)
GROUPS = {
    "window": ("window", tr("the window edges")),
    "cutoffs": ("clearance", tr("the filter clearances")),
    "baseline": ("baseline", tr("region and shape of the baseline")),
    "estimator": ("estimator", tr("the estimator")),
}
WORDS = {"window": tr("window sum"), "template": tr("band template"), "urbach": tr("line + Urbach")}
_AXES = {"longpass clearance": "Long-pass", "shortpass clearance": "Short-pass"}
_SHORT = {"window": "sum", "urbach": "Urbach"}
"""Words along an axis, where room is short."""
_NONE, _ALL = "—", 0.995
_ALLOWED, _USED = "allowed", tr("in use")
Side = Literal["x", "y"]


@dataclass(frozen=True, slots=True)
class Look:
    """Which result is looked at.

    Attributes
    ----------
    quantity : str
        One of `QUANTITIES`.
    row : int
        Index of the temperature, −1 for the joint fit (of the quantum yield: the mean).
    place : str
        The same in words.
    color : str
        Colour name of the slices.
    """

    quantity: str
    row: int
    place: str
    color: str = "text"

    @property
    def symbol(self) -> str:
        """The symbol of the result."""
        return next(symbol for key, symbol, _ in QUANTITIES if key == self.quantity)

    @property
    def unit(self) -> str:
        """Its unit, with a space before it; empty where it has none."""
        unit = next(unit for key, _, unit in QUANTITIES if key == self.quantity)
        return f" {unit}" if unit else ""


# --- words ---------------------------------------------------------------------------------------------------
def axis_name(axis: "ChoiceAxis") -> str:
    """Return the name of an axis as its label."""
    name = _AXES.get(axis.name, axis.name[:1].upper() + axis.name[1:])
    return f"{name} ({axis.unit})" if axis.unit else name


def axis_words(axis: "ChoiceAxis") -> tuple[str, ...]:
    """Return the words along an axis, empty where it has numbers."""
    return tuple(_SHORT.get(label, label) for label in axis.labels)


def told(axis: "ChoiceAxis", i: int) -> str:
    """Return name and value of one choice."""
    if axis.labels:
        return f"{axis.name} {WORDS.get(axis.labels[i], axis.labels[i])}"
    return f"{axis.name} {plain(axis.values[i], 0 if axis.unit == 'meV' else 1)} {axis.unit}"


def point_name(found: "SensitivityMap", i: int, j: int) -> str:
    """Return both choices of a cell in words."""
    parts = [told(found.x, i)] if found.y.values.size == 1 else [told(found.x, i), told(found.y, j)]
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def values_name(found: "SensitivityMap", i: int, j: int) -> str:
    """Return the values of a cell alone, where room is short."""
    axes = ((found.x, i),) if found.y.values.size == 1 else ((found.x, i), (found.y, j))
    return ", ".join(told(axis, at).removeprefix(axis.name).strip() for axis, at in axes)


def cell_words(found: "SensitivityMap", look: Look, i: int, j: int) -> tuple[str, str]:
    """Return what a cell gives, and whether and why it does not count."""
    value, error = found.value(look.quantity)[i, j, look.row], _errors(found, look.quantity)[i, j, look.row]
    if found.failed[i, j]:
        return tr("no result"), found.reasons[i][j]
    if not np.isfinite(value):
        result = tr("{symbol} is not determined", symbol=look.symbol)
    else:
        change = found.in_errors(look.quantity)[i, j, look.row]
        is_used = (i, j) == (found.x.reference, found.y.reference)
        away = "" if is_used or not np.isfinite(change) else f" ({_signed(change)} σ)"
        result = f"{look.symbol} = {measured(Estimate(float(value), float(error)))}{look.unit}{away}"
    if (i, j) == (found.x.reference, found.y.reference):
        return result, _USED
    if found.reasonable[i, j, look.row]:
        return result, _ALLOWED
    return result, tr(
        "not counted: {value}", value=found.reasons[i][j] or tr("the data of another temperature do not allow it")
    )


def _tip(found: "SensitivityMap", look: Look, i: int, j: int) -> str:
    result, state = cell_words(found, look, i, j)
    return f"<b>{point_name(found, i, j)}</b><br>{result}<br>{escaped(state)}"


def _signed(value: float) -> str:
    text = plain(value, 2)
    return text if value < 0 and text.startswith("−") else f"+{text}"


def _errors(found: "SensitivityMap", quantity: str) -> FloatArray:
    from asplab.core.sensitivity import QUANTITIES as FOLLOWED

    return np.asarray(found.errors[FOLLOWED.index(quantity)])


def in_use(found: "SensitivityMap", look: Look) -> Estimate:
    """Return the result of the choice in use."""
    from asplab.core.sensitivity import QUANTITIES as FOLLOWED

    q = FOLLOWED.index(look.quantity)
    return Estimate(float(found.reference[q, look.row]), float(found.reference_error[q, look.row]))


# --- pictures ------------------------------------------------------------------------------------------------
def heat_cells(found: "SensitivityMap", look: Look, *, is_stale: bool) -> HeatCells:
    """Return the map of one result."""
    change = found.in_errors(look.quantity)[:, :, look.row]
    counted = found.reasonable[:, :, look.row]
    return HeatCells(
        x=found.x.values,
        y=found.y.values,
        change=change,
        counted=counted,
        failed=found.failed,
        used=(found.x.reference, found.y.reference),
        limit=limit_of(change, counted),
        tip=partial(_tip, found, look),
        is_stale=is_stale,
    )


def slice_series(found: "SensitivityMap", side: Side, look: Look, *, is_stale: bool) -> Series:
    """Return one result along one choice, the other one as it is in use, with its statistical error."""
    axis = found.x if side == "x" else found.y
    value, error, counted = (
        (part[:, found.y.reference] if side == "x" else part[found.x.reference])[:, look.row]
        for part in (found.value(look.quantity), _errors(found, look.quantity), found.reasonable)
    )
    color = "muted" if is_stale else look.color

    def tip(k: int) -> str:
        return _tip(found, look, *((k, found.y.reference) if side == "x" else (found.x.reference, k)))

    return Series(
        color,
        x=axis.values,
        y=value,
        excluded=np.logical_not(counted),
        symbol_px=6.0,
        tips=LazyTips(value.size, tip),
        error=error if axis.labels else None,
        line_x=() if axis.labels else axis.values,
        line_y=() if axis.labels else value,
        band_low=None if axis.labels else value - error,
        band_high=None if axis.labels else value + error,
    )


def slice_range(found: "SensitivityMap", look: Look) -> tuple[float, float] | None:
    """Return a range that holds what is counted along both edges, and the error of the choice in use."""
    value, counted = found.value(look.quantity)[:, :, look.row], found.reasonable[:, :, look.row]
    error = _errors(found, look.quantity)[:, :, look.row]
    here = in_use(found, look)
    ends = [here.value - 1.5 * here.error, here.value + 1.5 * here.error]
    for at in (np.s_[:, found.y.reference], np.s_[found.x.reference, :]):
        for sign in (-1.0, 1.0):
            ends += list((value[at] + sign * np.nan_to_num(error[at]))[counted[at]])
    known = [float(end) for end in ends if math.isfinite(end)]
    if len(known) < 2 or min(known) == max(known):
        return None
    margin = 0.08 * (max(known) - min(known))
    return min(known) - margin, max(known) + margin


# --- the sum -------------------------------------------------------------------------------------------------
def spread_columns(choices: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of the summary."""
    return (
        Column(tr("Result")),
        Column(tr("value ± stat."), "", tr("As the document is, with the statistical standard error of first order")),
        Column(
            tr("± syst."),
            "",
            tr("Spread of the choices that the data allow, beyond what noise makes of it, in quadrature"),
        ),
        *(
            Column(GROUPS[choice][0], "", tr("Systematic error from {groups}", groups=GROUPS[choice][1]), is_spare=True)
            for choice in choices
        ),
        Column(tr("mostly from"), "", tr("The choice with the largest share of the systematic variance")),
    )


def spread_rows(spread: "ChoiceSpread", row: int, *, is_muted: bool) -> list[TableRow]:
    """Return one row for each result of a temperature, or of the joint fit (−1)."""
    from asplab.core.sensitivity import QUANTITIES as FOLLOWED

    rows = []
    for key, symbol, unit in QUANTITIES:
        q = FOLLOWED.index(key)
        value, error = float(spread.value[q, row]), float(spread.statistical_error[q, row])
        if not math.isfinite(value):
            continue
        parts = spread.systematic[:, q, row]
        cells = (
            f"{symbol} ({unit})" if unit else symbol,
            measured(Estimate(value, error)) if error > 0 else _NONE,
            _size(float(spread.total[q, row]), error),
            *(_size(float(part), error).removeprefix("± ") for part in parts),
            _mostly(spread.choices, parts),
        )
        rows.append(TableRow(cells, is_muted=is_muted, tip=_spread_tip(spread, q, row, error)))
    return rows


def spread_words(spread: "ChoiceSpread", look: Look) -> str:
    """Return value, both errors and the largest contributor of one result as a sentence; empty where there is none."""
    from asplab.core.sensitivity import QUANTITIES as FOLLOWED

    q = FOLLOWED.index(look.quantity)
    value, error, total = (float(part[q, look.row]) for part in (spread.value, spread.statistical_error, spread.total))
    if not (math.isfinite(value) and error > 0):
        return ""
    parts = np.nan_to_num(spread.systematic[:, q, look.row])
    sizes = f"{measured(Estimate(value, error))} (stat.) {_size(total, error)} (syst.){look.unit}"
    head = (
        tr("{symbol} of the {place}", symbol=look.symbol, place=look.place)
        if look.row < 0
        else tr("{symbol} at {place}", symbol=look.symbol, place=look.place)
    )
    if not math.isfinite(total):
        return tr(
            "{head} = {estimate}{unit}: the data allow no choice to take a spread of.",
            head=head,
            estimate=measured(Estimate(value, error)),
            unit=look.unit,
        )
    if parts.max(initial=0.0) <= 0:
        return tr("{head} = {sizes}. Other choices move it no further than noise does.", head=head, sizes=sizes)
    most = GROUPS[spread.choices[int(parts.argmax())]][1]
    share = float(parts.max() ** 2 / (parts**2).sum())
    if share > _ALL:
        return tr("{head} = {sizes}. All of the systematic error comes from {most}.", head=head, sizes=sizes, most=most)
    return tr(
        "{head} = {sizes}. The largest systematic part comes from {most}: {share} % of the variance.",
        head=head,
        sizes=sizes,
        most=most,
        share=plain(100.0 * share, 0),
    )


def _size(size: float, error: float) -> str:
    if not math.isfinite(size):
        return _NONE
    if size <= 0:
        return "0"
    # One digit more than the statistical error has is enough to add the two.
    most = decimals_of(error) + 1 if error > 0 else decimals_of(size)
    text = plain(size, max(min(decimals_of(size), most), 0))
    return f"± {text}" if float(text.replace(",", ".")) > 0 else "0"


def _mostly(choices: Sequence[str], parts: FloatArray) -> str:
    known = np.nan_to_num(parts)
    if not np.isfinite(parts).any():
        return _NONE
    if known.max() <= 0:
        return tr("noise alone")
    share = plain(100.0 * float(known.max() ** 2 / (known**2).sum()), 0)
    return f"{GROUPS[choices[int(known.argmax())]][0]} {share} %"


def _spread_tip(spread: "ChoiceSpread", q: int, row: int, error: float) -> str:
    lines = []
    for choice, of_choice in zip(spread.choices, spread.spreads, strict=True):
        one = of_choice[q]
        if not math.isfinite(one.rms[row]):
            lines.append(tr("{groups}: the data allow none", groups=GROUPS[choice][0]))
            continue
        rms, expected = (plain(float(part[row]) / error, 2) if error > 0 else _NONE for part in (one.rms, one.expected))
        ends = [
            plain(float(part[row]), max(decimals_of(error), 0) if error > 0 else 3)
            for part in (one.lowest, one.highest)
        ]
        undetermined = tr(", {n_open} undetermined", n_open=one.n_open[row]) if one.n_open[row] else ""
        lines.append(
            tr(
                "{groups}: {ends} … {ends2} over {n_reasonable} choices{undetermined}; spread {rms} "
                "σ, from noise {expected} σ",
                groups=GROUPS[choice][0],
                ends=ends[0],
                ends2=ends[1],
                n_reasonable=one.n_reasonable[row],
                undetermined=undetermined,
                rms=rms,
                expected=expected,
            )
        )
    return "\n".join(lines)
