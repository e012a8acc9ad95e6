"""The data behind a figure: every point, curve, band and bar that it shows, read from the drawing itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.path import Path

from asplab.core.export.style.rules import axes_of
from asplab.core.export.style.symbols import plain, quantity_and_unit
from asplab.core.export.table import Cell, Table
from asplab.core.units import FloatArray

_COLUMNS = (
    "panel", "series", "drawn_as", "x_quantity", "x_unit", "x", "x_low", "x_high", "y_quantity", "y_unit", "y",
    "y_low", "y_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What one artist shows.

    Attributes
    ----------
    panel : str
        Title of its axes, or their number.
    name : str
        Name in the legend; what has none is numbered.
    drawn_as : str
        ``points``, ``line``, ``band``, ``bars`` or ``level``.
    x_label, y_label : str
    x, y : ndarray, shape (n,)
        In the units of the axes; a band has no ``y``, a level no ``x`` or no ``y``.
    x_low, x_high, y_low, y_high : ndarray, shape (n,)
        Ends of error bars, bands and bins; NaN where there are none.
    """

    panel: str
    name: str
    drawn_as: str
    x_label: str
    y_label: str
    x: FloatArray
    y: FloatArray
    x_low: FloatArray
    x_high: FloatArray
    y_low: FloatArray
    y_high: FloatArray


@dataclass(frozen=True, slots=True)
class _Where:
    """Axes that an artist is drawn in."""

    panel: str
    x_label: str
    y_label: str


def points_table(figure: FigureBase, name: str, title: str) -> Table:
    """Return the data behind a figure as a table, a row for each point."""
    rows = [row for one in series_of(figure) for row in _rows(one)]
    return Table(name, title, _COLUMNS, ("",) * len(_COLUMNS), tuple(rows))


def series_of(figure: FigureBase) -> list[Series]:
    """Return everything that a figure shows, panel by panel in the order of drawing."""
    found: list[Series] = []
    axes = [one for one in _all_axes(figure) if one.get_visible() and one.axison]
    for place, one in enumerate(axes, start=1):
        found += _of_axes(one, plain(one.get_title() or str(one.get_label())).replace("\n", ", ") or str(place))
    return found


def _all_axes(figure: FigureBase) -> Iterator[Axes]:
    """Yield axes and insets; not the second scale of an axis, which holds no data."""
    for one in axes_of(figure):
        yield one
        yield from (inset for inset in one.child_axes if isinstance(inset, Axes) and type(inset) is Axes)


def _of_axes(axes: Axes, panel: str) -> Iterator[Series]:
    where = _Where(panel, _label(axes, "x"), _label(axes, "y"))
    bars = [one for one in axes.containers if isinstance(one, ErrorbarContainer)]
    taken = {id(one.lines[0]) for one in bars}
    for place, one in enumerate(bars, start=1):
        yield _errorbar(one, _name(one.get_label(), "points", place), where)
    for place, line in enumerate((one for one in axes.lines if id(one) not in taken), start=1):
        kind = _kind_of(line, axes)
        if kind:
            yield _line(line, kind, _name(line.get_label(), kind, place), where)
    bands = [one for one in axes.collections if isinstance(one, FillBetweenPolyCollection)]
    for place, band in enumerate(bands, start=1):
        yield _band(band, _name(band.get_label(), "band", place), where)
    steps = [one for one in axes.patches if isinstance(one, StepPatch)]
    for place, patch in enumerate(steps, start=1):
        yield _steps(patch, _name(patch.get_label(), "bars", place), where)


def _label(axes: Axes, which: str) -> str:
    """Return the label of an axis, its own, of a panel that shares it, or of the whole figure."""
    own: str = getattr(axes, f"get_{which}label")()
    shared = getattr(axes, f"get_shared_{which}_axes")().get_siblings(axes)
    others = [getattr(one, f"get_{which}label")() for one in shared]
    parent: Any = axes.get_figure(root=False)
    above: str = getattr(parent, f"get_sup{which}label")()
    return own or next((one for one in others if one), above)


def _name(label: object, kind: str, place: int) -> str:
    """Return the name of a series: ``_fit, 80 K`` is one that stands in no legend."""
    name = str(label)
    if name.startswith(("_child", "_line", "_nolegend")) or not name:
        return f"{kind} {place}"
    return plain(name.lstrip("_"))


def _kind_of(line: Line2D, axes: Axes) -> str:
    """Return how a line counts; empty for marks that have a place on the frame and not on the scales."""
    across, up = axes.get_xaxis_transform(), axes.get_yaxis_transform()
    if line.get_transform() in (across, up):
        return "level" if line.get_linestyle() != "None" else ""
    return "points" if line.get_linestyle() == "None" else "line"


def _line(line: Line2D, kind: str, name: str, where: _Where) -> Series:
    x, y = (np.asarray(values, dtype=np.float64) for values in line.get_data(orig=False))
    if kind != "level":
        return _series(name, kind, where, x=x, y=y)
    is_upright = x.size > 0 and bool(np.all(x == x[0]))
    return _series(name, kind, where, x=x[:1]) if is_upright else _series(name, kind, where, y=y[:1])


def _errorbar(one: ErrorbarContainer, name: str, where: _Where) -> Series:
    data, _, bars = one.lines
    x, y = (np.asarray(values, dtype=np.float64) for values in data.get_data(orig=False))
    ends: dict[str, FloatArray] = {}
    for axis, bar in zip(("x",) * one.has_xerr + ("y",) * one.has_yerr, bars, strict=True):
        segments = [_vertices(path)[:, "xy".index(axis)] for path in bar.get_paths()]
        known = np.array([(one[0], one[-1]) for one in segments]).reshape(-1, 2)
        ends |= {f"{axis}_low": known[:, 0], f"{axis}_high": known[:, 1]}
    return _series(name, "points", where, x=x, y=y, **ends)


def _band(band: FillBetweenPolyCollection, name: str, where: _Where) -> Series:
    """Return a filled range; its outline runs along the lower edge and back along the upper one."""
    x, low, high = [], [], []
    for path in band.get_paths():
        outline = _vertices(path)
        count = (len(outline) - 3) // 2
        x.append(outline[1 : count + 1, 0])
        low.append(outline[1 : count + 1, 1])
        high.append(outline[count + 2 : 2 * count + 2, 1][::-1])
    joined = [np.concatenate(one) if one else np.empty(0) for one in (x, low, high)]
    return _series(name, "band", where, x=joined[0], y_low=joined[1], y_high=joined[2])


def _vertices(path: Path) -> FloatArray:
    return np.asarray(path.vertices, dtype=np.float64)


def _steps(patch: StepPatch, name: str, where: _Where) -> Series:
    values, edges, _ = patch.get_data()
    return _series(name, "bars", where, y=np.asarray(values, dtype=float), x_low=edges[:-1], x_high=edges[1:])


def _series(name: str, kind: str, where: _Where, **known: FloatArray) -> Series:
    count = max(values.size for values in known.values())
    absent = np.full(count, np.nan)
    columns = (known.get(key, absent) for key in ("x", "y", "x_low", "x_high", "y_low", "y_high"))
    return Series(where.panel, name, kind, where.x_label, where.y_label, *columns)


def _rows(one: Series) -> Iterator[tuple[Cell, ...]]:
    x_words, y_words = quantity_and_unit(one.x_label), quantity_and_unit(one.y_label)
    numbers = zip(one.x, one.x_low, one.x_high, one.y, one.y_low, one.y_high, strict=True)
    for x, x_low, x_high, y, y_low, y_high in numbers:
        across, up = (
            (*x_words, float(x), float(x_low), float(x_high)),
            (*y_words, float(y), float(y_low), float(y_high)),
        )
        yield (one.panel, one.name, one.drawn_as, *across, *up)
