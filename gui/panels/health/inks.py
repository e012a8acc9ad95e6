"""Colours of cells with inks that can be read on them, and texts that are laid out once."""

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QStaticText

from asplab.gui.look.theme import Theme, contrast
from asplab.gui.plots.diverging import diverging_color


def static_text(text: str, sizes: Sequence[QFontMetricsF], room: float) -> tuple[QStaticText, float, int]:
    """Return a text that is laid out once for all cells that bear it, its width, and the size in which it fits.

    What fits in none is cut to its sign.
    """
    size = next((k for k, metrics in enumerate(sizes) if metrics.horizontalAdvance(text) <= room), None)
    shown = text if size is not None else text[:1]
    static = QStaticText(shown)
    static.setTextFormat(Qt.TextFormat.PlainText)
    return static, sizes[size or 0].horizontalAdvance(shown), size or 0


@lru_cache(maxsize=1024)
def cell_colors(theme: Theme, step: int, is_stale: bool) -> tuple[QColor, QColor]:
    """Return the colour of a cell, and that of the two inks which is read better on it."""
    color = diverging_color(theme, step / 64, is_stale=is_stale)
    inks = (QColor("#000000"), QColor("#FFFFFF"))
    return color, max(inks, key=lambda ink: contrast(ink, color))
