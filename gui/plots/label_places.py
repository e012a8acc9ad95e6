"""Where the labels of series stand: at ends and flanks, apart from one another and from edges."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont

from asplab.gui.look.theme import MUTED_PX
from asplab.gui.plots.drawn import Drawn
from asplab.gui.plots.layer import Array

LABEL_PX = 15.0
"""Height of a label."""
_EDGE_GAP_PX = 5.0


def label_font() -> QFont:
    """Return the font of labels."""
    font = QFont()
    font.setPixelSize(MUTED_PX)
    return font


def seen_in(view: QRectF, x: Array, y: Array) -> np.ndarray:
    """Return the indices of the points in view."""
    seen = np.isfinite(x) & np.isfinite(y) & (x >= view.left()) & (x <= view.right())
    return np.flatnonzero(seen & (y >= view.top()) & (y <= view.bottom()))


def last_in(view: QRectF, x: Array, y: Array) -> int | None:
    """Return the rightmost point in view, None where there is none."""
    indices = seen_in(view, x, y)
    return int(indices[np.argmax(x[indices])]) if indices.size else None


def half_way_down(y: Array, indices: np.ndarray) -> int:
    """Return the first of these points beyond the highest one that is lower than half of it, else the last one."""
    highest = indices[np.argmax(y[indices])]
    beyond = indices[(indices > highest) & (y[indices] < 0.5 * y[highest])]
    return int(beyond[0] if beyond.size else indices[-1])


def beside(left: float, width: float, edges: Sequence[float], right: float) -> float:
    """Return where a label begins so that no edge crosses it: left of the first one, or right of it at the border."""
    for edge in sorted(edges, reverse=True):
        if left - _EDGE_GAP_PX < edge < left + width + _EDGE_GAP_PX:
            before, after = edge - width - _EDGE_GAP_PX, edge + _EDGE_GAP_PX
            left = after if edge - left < width / 3 and after + width <= right else before
    return left


def spread(ends: list[tuple[float, float, Drawn]], highest: float, lowest: float) -> list[tuple[float, float, Drawn]]:
    """Move labels apart, keeping their order, around where they would like to stand, between two heights in pixels.

    Where there is no room for all of them, those at the bottom are cut.
    """
    heights = [end[0] for end in ends]
    for _ in range(20):
        overlaps = [LABEL_PX - (lower - upper) for upper, lower in pairwise(heights)]
        if not overlaps or max(overlaps) < 0.5:
            break
        for index, overlap in enumerate(overlaps):
            if overlap > 0:
                heights[index] -= overlap / 2
                heights[index + 1] += overlap / 2
    for index in reversed(range(len(heights))):
        heights[index] = min(heights[index], lowest)
        lowest = heights[index] - LABEL_PX
    for index, height in enumerate(heights):
        heights[index] = max(height, highest)
        highest = heights[index] + LABEL_PX
    return [(height, x, one) for height, (_, x, one) in zip(heights, ends, strict=True)]
