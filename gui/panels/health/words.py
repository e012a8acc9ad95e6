"""All that is known of one cell, in words."""

import math

import numpy as np

from asplab.core.appraisal.health import FINE, FLAGGED, TOLD, UNKNOWN, Health, Measure
from asplab.core.estimate import Estimate
from asplab.gui.language import tr
from asplab.gui.panels.health.quantities import QUANTITIES, SIGNS, severity
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.widgets.text import breakable, escaped
from asplab.gui.words.reading import temperature_name

COLUMNS = (
    Column(tr("Quantity"), "", tr("The mouse over a row says what it means")),
    Column(tr("found")),
    Column(tr("limit"), "", tr("Beyond it the analysis flags the cell, or lists a problem")),
    Column(
        tr("size"), "", tr("How large the effect itself is: change per repeat, or shift of the band"), is_spare=True
    ),
)
SUMMARY = (
    Column(tr("Quantity"), "", tr("A click colours the matrix by it")),
    Column(tr("problems"), "", tr("Cells for which a problem is listed, or in which all is lost")),
    Column(tr("flagged"), "", tr("Cells beyond the limit; their error bars include it")),
    Column(tr("not known"), "", tr("Cells in which it is not known"), is_spare=True),
    Column(tr("worst at")),
)
_TONES = {"!": "warn", "✕": "bad"}
_MOST_FILES = 3
_NONE = "—"


def cell_name(health: Health, i: int, j: int) -> str:
    """Return temperature and excitation of a cell."""
    column = health.columns[j]
    nm = plain(0.5 * sum(column.excitation_nm), 1 if column.excitation_nm[1] - column.excitation_nm[0] < 1.5 else 0)
    distance = 0.5 * sum(column.detuning_mev)
    size, told = plain(abs(distance), 0), ""
    if math.isfinite(distance) and distance < 0:
        told = tr(" · {size} meV above the gap", size=size)
    elif math.isfinite(distance):
        told = tr(" · {size} meV below the gap", size=size)
    return f"{temperature_name(float(health.temperatures_k[i]))} · {column.kind.upper()} {nm} nm{told}"


def rows_of(health: Health, i: int, j: int) -> list[TableRow]:
    """Return a row for each quantity of a cell, the worst first."""
    concerned = [measure for measure in health.measures if _applies(health, measure, i, j)]
    return [_row(measure, i, j) for measure in sorted(concerned, key=lambda one: -int(one.level[i, j]))]


def summary(health: Health) -> tuple[list[TableRow], list[str]]:
    """Return a row for each quantity, the worst first, and their names.

    A row says in how many cells the quantity is told, flagged and not known, and where it is worst.
    """
    measures = sorted(health.measures, key=lambda one: -int(one.level.max(initial=UNKNOWN)))
    return [_summed(health, measure) for measure in measures], [measure.name for measure in measures]


def _summed(health: Health, measure: Measure) -> TableRow:
    here, level = health.is_measured, measure.level
    told, flagged = int((level >= TOLD).sum()), int((level == FLAGGED).sum())
    part = np.where(level >= FLAGGED, severity(measure), -np.inf)
    i, j = np.unravel_index(int(part.argmax()), part.shape)
    sign = SIGNS[int(level[here].max(initial=UNKNOWN))]
    cells = (
        f"{sign}  {QUANTITIES[measure.name].title}",
        str(told),
        str(flagged),
        str(int(((level == UNKNOWN) & here).sum())),
        cell_name(health, int(i), int(j)) if told + flagged else _NONE,
    )
    return TableRow(cells, is_muted=not (level[here] >= FINE).any(), tip=measure.meaning, tones=(_TONES.get(sign, ""),))


def _applies(health: Health, measure: Measure, i: int, j: int) -> bool:
    """Whether a quantity concerns a cell; a leak does not concern Stokes excitations."""
    is_of_leak = measure.name in ("leak", "required_od")
    return not (is_of_leak and health.columns[j].kind == "pl") and bool(health.keys[i][j])


def _row(measure: Measure, i: int, j: int) -> TableRow:
    quantity, sign = QUANTITIES[measure.name], SIGNS[int(measure.level[i, j])]
    if not math.isfinite(measure.value[i, j]):
        words = f"{sign}  {quantity.title}: {measure.why[i][j]}"
        return TableRow((words, "", "", ""), is_muted=True, tip=measure.meaning)
    cells = (f"{sign}  {quantity.title}", found(measure, i, j), limit(measure, i, j), detail(measure, i, j))
    return TableRow(cells, tip=measure.meaning, tones=(_TONES.get(sign, ""), "", "", ""))


def found(measure: Measure, i: int, j: int) -> str:
    """Return a value with its error and unit."""
    unit, value, error = QUANTITIES[measure.name].unit, float(measure.value[i, j]), float(measure.error[i, j])
    scale = 100.0 if unit == "%" else 1.0
    if math.isfinite(error):
        return f"{measured(Estimate(scale * value, scale * error))} {unit}"
    number = plain(scale * value, 0 if abs(scale * value) >= 100.0 else 1)
    return f"OD {number}" if unit == "OD" else f"{number} {unit}"


def limit(measure: Measure, i: int, j: int) -> str:
    """Return the value from which it is flagged."""
    quantity, value = QUANTITIES[measure.name], float(measure.limit[i, j])
    if not math.isfinite(value):
        return _NONE
    sign = "≥" if quantity.is_better_high else "≤"
    return f"{sign} {plain(100.0 * value if quantity.unit == '%' else value, 1)} {quantity.unit}"


def limits(measure: Measure) -> str:
    """Return the limit of all cells, or where it lies; empty where nothing is flagged."""
    known = measure.limit[np.isfinite(measure.limit)]
    quantity = QUANTITIES[measure.name]
    if not known.size:
        return ""
    scale = 100.0 if quantity.unit == "%" else 1.0
    ends = dict.fromkeys(plain(scale * float(end), 1) for end in (known.min(), known.max()))
    value = f"{'–'.join(ends)} {quantity.unit}"
    return tr("flagged below {value}", value=value) if quantity.is_better_high else tr("limit {value}", value=value)


def detail(measure: Measure, i: int, j: int) -> str:
    """Return what stands behind a significance: a change per repeat, or a shift; empty elsewhere."""
    value, error = float(measure.detail[i, j]), float(measure.detail_error[i, j])
    if not (math.isfinite(value) and math.isfinite(error)):
        return ""
    if measure.name.endswith("_drift"):
        return tr("{change} % per repeat", change=measured(Estimate(100.0 * value, 100.0 * error)))
    return tr("{shift} meV", shift=measured(Estimate(value, error))) if measure.name == "shape" else ""


def tip(health: Health, i: int, j: int) -> str:
    """Return all quantities of a cell with errors and files, as rich text."""
    if not health.keys[i][j]:
        return tr("{place}: not measured", place=cell_name(health, i, j))
    lines = [f"<b>{cell_name(health, i, j)}</b>"]
    if health.excluded[i][j]:
        lines.append(tr("excluded: {reason}", reason=escaped(health.excluded[i][j])))
    for measure in health.measures:
        if not _applies(health, measure, i, j):
            continue
        sign, title = SIGNS[int(measure.level[i, j])], QUANTITIES[measure.name].title
        if math.isfinite(measure.value[i, j]):
            more = detail(measure, i, j)
            lines.append(f"{sign} {title}: {found(measure, i, j)}{f' ({more})' if more else ''}")
        else:
            lines.append(f"{sign} {title}: {measure.why[i][j]}")
    lines.append(breakable(escaped(_files(health.files[i][j]))))
    return "<br>".join(lines)


def _files(sources: tuple[str, ...]) -> str:
    more = tr(" and {count} more", count=len(sources) - _MOST_FILES) if len(sources) > _MOST_FILES else ""
    return ", ".join(sources[:_MOST_FILES]) + more


def spoken(health: Health, text: str, i: int, j: int) -> str:
    """Return a cell as a screen reader says it."""
    name = cell_name(health, i, j)
    if not health.keys[i][j]:
        return tr("{place}, not measured", place=name)
    out = tr(", excluded") if health.excluded[i][j] else ""
    return f"{name}, {text}{out}"
