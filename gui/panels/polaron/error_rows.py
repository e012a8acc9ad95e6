"""Errors of one fit, and what each effect does to it, as rows of tables."""

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.estimate import Estimate, is_systematic_told
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.panels.polaron.error_studies import QUANTITIES, QUANTUM_YIELD
from asplab.gui.settings_catalogue import EFFECTS
from asplab.gui.widgets.numerals import decimals_of, measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.findings import outer_detunings, parameter_estimate
from asplab.gui.words.reading import quantum_yield
from asplab.gui.words.systematic import NONE, arms

if TYPE_CHECKING:
    from asplab.core.systematics import Outcome, Systematics

COLUMNS = (
    Column(tr("Quantity")),
    Column(tr("value and stat."), "", tr("Profile likelihood where there is one, else first-order error; 68 %")),
    Column(
        tr("systematic"),
        "",
        tr(
            "Where the truth may lie: all effects moved by one prior deviation, fitted again and added in "
            "quadrature, each side for itself. The table below adds them up."
        ),
    ),
    Column(tr("mostly from"), "", tr("The effect with the largest share of the systematic variance"), is_spare=True),
)
MODES = (("error", tr("error it brings")), ("change", tr("change when added")))
"""What is told of each effect."""
_NAMES = {key: (symbol, unit) for key, symbol, unit in (*QUANTITIES, QUANTUM_YIELD)}
_SHOWN = ("g_mev", "phonon_mev", "polaron_energy_mev")
_IN_THOUSANDTHS = ("quantum_yield", "eta")
_PRIOR = tr("One standard deviation; + alone: the effect can’t be negative, so the truth lies on one side")
_SIDES = tr(
    "How far above and below the result the effect lets the truth lie. Of an effect that can’t be negative it lies "
    "opposite to what adding it does. Where the result bends, half of what two prior deviations do counts, if that is "
    "more. The squares add up to the square of the first row."
)
_ENDS = tr(
    "Change where the effect is added at + one prior deviation, then at − one. If the data hold such "
    "an effect, the truth lies the other way."
)
_PAIR = re.compile(r"(\+[\d.,]+|\+open)/([-−](?:[\d.,]+|open))")
Place = tuple[str, tuple[int, ...]]
"""A result: field of `asplab.core.systematics.Outcome`, and where it stands there."""


# --- statistical and systematic --------------------------------------------------------------------------
def error_rows(found: "Systematics", results: Results | None, row: int | None, *, is_muted: bool) -> list[TableRow]:
    """Return every result of one fit with both errors.

    Parameters
    ----------
    results : Results, optional
        Those that the errors belong to, for intervals with unequal arms; without it the standard errors stand.
    row : int, optional
        The temperature; None is the joint fit.
    """
    at = -1 if row is None else row
    rows = []
    for key, _, _ in QUANTITIES:
        value, is_told = _parameter(found, results, key, at), _is_told(found, results, key, at)
        rows.append(_error_row(found, (key, (at,)), value, is_muted=is_muted, is_told=is_told))
    if row is not None:
        fit = None if results is None else results.efficiency
        value = _stated(found, ("quantum_yield", (row,))) if fit is None else quantum_yield(fit, row)
        rows.append(_error_row(found, ("quantum_yield", (row,)), value, is_muted=is_muted))
    return rows


def _is_told(found: "Systematics", results: Results | None, key: str, at: int) -> bool:
    """Return whether the systematic error of a parameter means something."""
    limits = None if results is None else results.intervals
    is_identified = limits is None or bool(limits.identified[at])
    value = _stated(found, (key, (at,)))
    return is_systematic_told(key, value.value, value.error, is_identified=is_identified)


def _parameter(found: "Systematics", results: Results | None, key: str, at: int) -> Estimate:
    if results is None or results.polaron is None:
        return _stated(found, (key, (at,)))
    return parameter_estimate(results.polaron, results.intervals, key, at)


def _stated(found: "Systematics", place: Place) -> Estimate:
    key, at = place
    return Estimate(float(getattr(found.central, key)[at]), float(getattr(found.statistical, key)[at]))


def _error_row(
    found: "Systematics", place: Place, value: Estimate, *, is_muted: bool, is_told: bool = True
) -> TableRow:
    key, at = place
    symbol, unit = _NAMES.get(key, ("QY", ""))
    ends = arms(*(float(getattr(end, key)[at]) for end in (found.plus, found.minus)))
    cells = (
        f"{symbol} ({unit})" if unit else symbol,
        measured(value) if math.isfinite(value.value) else NONE,
        ends if is_told else NONE,
        _largest(found, place) if is_told else NONE,
    )
    return TableRow(cells, is_muted=is_muted)


def _largest(found: "Systematics", place: Place) -> str:
    from asplab.core.systematics import dominant

    key, at = place
    shares = dominant(found, key, tuple(len(found.temperatures_k) if index < 0 else index for index in at))
    return f"{EFFECTS[shares[0][0]]} {plain(100.0 * shares[0][1], 0)} %" if shares else NONE


# --- what each effect does -------------------------------------------------------------------------------
def places_of(found: "Systematics", results: Results, row: int | None, chosen: str) -> list[Place]:
    """Return the results whose shifts are told: the chosen one, then QY, the outermost η and the parameters.

    S follows from the others and takes room: it is told where it is ``chosen``, and where there is no η.
    """
    places: list[Place] = []
    fit = results.efficiency
    if row is not None:
        places.append(("quantum_yield", (row,)))
        if fit is not None and fit.eta.shape == found.central.eta.shape:
            places += [("eta", (row, j)) for j in outer_detunings(fit, row)]
    shown = (*_SHOWN, "huang_rhys") if row is None or chosen == "huang_rhys" else _SHOWN
    places += [(key, (-1 if row is None else row,)) for key in shown]
    return sorted(places, key=lambda place: place[0] != chosen)


def effect_columns(found: "Systematics", places: list[Place], mode: str) -> tuple[Column, ...]:
    """Return the columns of `effect_rows`."""
    heads, tip = [Column(tr("Effect")), Column("prior", "", _PRIOR)], _SIDES if mode == "error" else _ENDS
    for key, at in places:
        if key in _IN_THOUSANDTHS:
            head = "QY" if key == "quantum_yield" else f"η {plain(found.detuning_mev[at], 0)} meV"
            heads.append(Column(head, "10⁻³", tip, is_spare=True))
        else:
            heads.append(Column(*_NAMES[key], tip))
    return tuple(heads)


def ordered_effects(found: "Systematics", key: str, row: int | None) -> list[int]:
    """Return the numbers of the effects, that which moves a quantity most first; what leaves it open comes before."""
    variance = found.variance(key)[:, -1 if row is None else row]
    return [int(k) for k in np.argsort(-np.nan_to_num(variance, nan=np.inf), kind="stable")]


def total_row(found: "Systematics", places: list[Place], *, is_muted: bool) -> TableRow:
    """Return all effects together: the systematic errors themselves."""
    cells = (_sides(found, (found.plus, found.minus), place[1], place) for place in places)
    return TableRow((tr("all, in quadrature"), "", *cells), is_muted=is_muted)


def effect_rows(
    found: "Systematics", places: list[Place], order: list[int], *, is_muted: bool, mode: str
) -> list[TableRow]:
    """Return what each effect of prior size does to each result, then the effects that were not moved.

    Parameters
    ----------
    mode : str
        Of `MODES`: the error that it brings, or how it moves the result where it is added.
    """
    from asplab.core.systematics import NUISANCES

    rows = []
    for k in order:
        name = found.names[k]
        cells = [EFFECTS[name], _prior(found, k), *(_told(found, k, place, mode) for place in places)]
        tip = tr(
            "{meaning}\nClick to change its prior: Systematic effects › {effects}",
            meaning=NUISANCES[name].meaning,
            effects=EFFECTS[name],
        )
        rows.append(TableRow(tuple(cells), is_muted=is_muted, tip=tip))
    for name, why in found.left_out:
        blank = ("",) * (len(places) + 1)
        tip = tr(
            "{meaning}\nClick to see its prior: Systematic effects › {effects}",
            meaning=NUISANCES[name].meaning,
            effects=EFFECTS[name],
        )
        rows.append(TableRow((EFFECTS[name], *blank), is_muted=True, tip=tip, words=why))
    return rows


def sentence(found: "Systematics", key: str, row: int | None, results: Results | None) -> str:
    """Return in words both errors of a result and what dominates, by the names of the settings.

    Of a parameter that ``results`` leave open it says that shifts mean nothing.
    """
    from asplab.core.systematics import told

    if not _is_told(found, results, key, -1 if row is None else row):
        return tr(
            "{names} is not identified: what effects do to its best fit says nothing of it.", names=_NAMES[key][0]
        )
    named = replace(found, titles=tuple(EFFECTS[name] for name in found.names))
    words = told(named, key, len(found.temperatures_k) if row is None else row)
    return _PAIR.sub(r"\1 \2", words)


def _prior(found: "Systematics", k: int) -> str:
    sign = "+" if found.is_one_sided[k] else "±"
    return f"{sign} {found.sigma[k]:.3g} {found.units[k]}"


def _told(found: "Systematics", k: int, place: Place, mode: str) -> str:
    if mode == "change":
        return _shift(found, k, place)
    return _sides(found, (found.above, found.below), (k, *place[1]), place)


def _sides(found: "Systematics", ends: "tuple[Outcome, Outcome]", at: tuple[int, ...], place: Place) -> str:
    """Return both sides of an error with the decimals of the whole one; a side without any is left out."""
    key = place[0]
    unit = 1e-3 if key in _IN_THOUSANDTHS else 1.0
    whole = [float(getattr(end, key)[place[1]]) / unit for end in (found.plus, found.minus)]
    largest = max((size for size in whole if math.isfinite(size) and size > 0.0), default=1.0)
    decimals = max(decimals_of(largest), 0)
    sizes = [float(getattr(end, key)[at]) / unit for end in ends]
    told = [
        f"{sign}{plain(size, decimals) if math.isfinite(size) else 'open'}"
        for sign, size in zip("+−", sizes, strict=True)
        if not abs(size) < 0.5 * 10.0**-decimals
    ]
    return " ".join(told) or NONE


def _shift(found: "Systematics", k: int, place: Place) -> str:
    """Return by how much one effect moves a result, rounded as its statistical error is."""
    key, at = place
    unit = 1e-3 if key in _IN_THOUSANDTHS else 1.0
    up, down = (float(getattr(end, key)[(k, *at)]) / unit for end in (found.up, found.down))
    error = float(getattr(found.statistical, key)[at]) / unit
    if not (math.isfinite(error) and error > 0.0):
        sizes = [abs(size) for size in (up, down) if math.isfinite(size) and size]
        error = max(sizes, default=math.nan)
    decimals = max(decimals_of(error), 1 if key in _IN_THOUSANDTHS else 0) if math.isfinite(error) else 2
    if found.is_one_sided[k]:
        return _signed(up, decimals)
    told = (_signed(up, decimals), _signed(down, decimals))
    return told[0] if told[0] == told[1] == plain(0.0, decimals) else " ".join(told)


def _signed(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return "open"
    sign = "+" if round(value, decimals) > 0 else ""
    return sign + plain(value, decimals)
