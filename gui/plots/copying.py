"""A plot on the clipboard: its picture, and the data behind it as tab-separated text."""

from collections.abc import Iterable, Sequence
from itertools import takewhile, zip_longest
from math import isfinite

import numpy as np
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from asplab.gui.language import tr
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.layer import Array, Columns
from asplab.gui.widgets.text import without_markup


def clipboard_content(picture: QImage, columns: Columns) -> QMimeData:
    """Return picture and data as one content: a word processor takes the one, a spreadsheet the other."""
    content = QMimeData()
    content.setImageData(picture)
    text = tab_separated(columns)
    if text:
        content.setText(text)
    return content


def tab_separated(columns: Columns) -> str:
    """Return columns side by side, headings first, numbers with all their digits and a decimal point.

    NaN is an empty cell.
    """
    if not columns:
        return ""
    rows = zip_longest(*(map(_cell, values) for _, values in columns), fillvalue="")
    lines = [[_heading(name) for name, _ in columns], *rows]
    return "\n".join("\t".join(line) for line in lines)


def series_columns(series: Series, index: int, x_label: str, y_label: str) -> Columns:
    """Return points with errors and measurements, then the curve with its band, as they are where they exist."""
    name = without_markup(series.label) or _shared_head(series.tips) or tr("series {number}", number=index + 1)
    if series.is_open:
        name = tr("{name}, open symbols", name=name)
    x, y = np.asarray(series.x, dtype=float), np.asarray(series.y, dtype=float)
    columns: list[tuple[str, Sequence[float] | Sequence[str] | Array]] = []
    if x.size and series.symbol_px >= 1:
        columns += [(f"{x_label} [{name}]", x), (f"{y_label} [{name}]", y)]
        if series.error is not None:
            lower, upper = np.broadcast_to(np.asarray(series.error, dtype=float), (2, x.size))
            heads = (tr("lower error"), tr("upper error"))
            columns += [(f"{y_label} [{name}], {head}", arm) for head, arm in zip(heads, (lower, upper), strict=True)]
        if series.keys:
            columns.append((tr("measurement [{name}]", name=name), series.keys))
        if series.excluded is not None and np.any(series.excluded):
            marks = np.where(np.asarray(series.excluded, dtype=bool), tr("not used"), "")
            columns.append((tr("state [{name}]", name=name), marks.tolist()))
    line = np.asarray(series.line_x, dtype=float)
    if line.size > 1:
        parts = ((tr("curve"), series.line_y), (tr("lower end"), series.band_low), (tr("upper end"), series.band_high))
        columns.append((tr("{x_label} [{name}], curve", x_label=x_label, name=name), line))
        columns += [
            (f"{y_label} [{name}], {head}", np.asarray(values, dtype=float))
            for head, values in parts
            if values is not None
        ]
    return columns


def curve_columns(x: Array, y: Array, tips: Sequence[str], x_label: str, y_label: str) -> Columns:
    """Return curves, each under the first line of its tip; one x where they share it."""
    names = [without_markup(tip).partition("\n")[0] or str(index + 1) for index, tip in enumerate(tips)]
    is_shared = len(x) > 0 and bool((x == x[0]).all())
    columns: list[tuple[str, Sequence[float] | Sequence[str] | Array]] = []
    for index, name in enumerate(names):
        if index == 0 or not is_shared:
            columns.append((x_label if is_shared else f"{x_label} [{name}]", x[index]))
        columns.append((f"{y_label} [{name}]", y[index]))
    return columns


def _shared_head(tips: Sequence[str]) -> str:
    """Return what the tips of all points begin with, a temperature for instance; empty where they share nothing."""
    heads = [without_markup(tip.partition("<br>")[0]).partition("\n")[0].split(", ") for tip in tips if tip]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*heads, strict=False))
    return ", ".join(parts[0] for parts in shared)


def _cell(value: float | str) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    return repr(float(value)) if isfinite(value) else ""


def _heading(name: str) -> str:
    return " ".join(without_markup(name).split())


def joined(parts: Iterable[Columns]) -> Columns:
    """Return the columns of several drawings, one after the other."""
    return [column for part in parts for column in part]
