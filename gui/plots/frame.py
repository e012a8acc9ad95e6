"""The ranges that show everything drawn in a plot, with room for its labels."""

from collections.abc import Iterable

from asplab.gui.plots.layer import Bounds, Layer, union
from asplab.gui.plots.zoom_history import View

_PADDING_X, _PADDING_Y = 0.02, 0.06


def framed(
    layers: Iterable[Layer], home: tuple[Bounds, Bounds], size_px: tuple[float, float], *, is_labelled: bool
) -> View:
    """Return the ranges in x and y that show all layers.

    Parameters
    ----------
    layers : iterable of Layer
        The visible ones.
    home : pair of bounds
        Fixed ranges in x and y; None follows the data.
    size_px : (width, height)
        Of the part inside the axes.
    is_labelled : bool
        Labels at the top stand above a fixed range in y instead of inside.
    """
    x, y = home
    headroom = 0.0
    labels: list[tuple[float, float]] = []
    for layer in layers:
        layer_x, layer_y = layer.data_bounds()
        x = union(x, layer_x) if home[0] is None else x
        y = union(y, layer_y) if home[1] is None else y
        labels += layer.labels_px()
        headroom = max(headroom, layer.headroom_px())
    left, right = _padded(x, _PADDING_X if home[0] is None else 0.0)
    width, height = size_px
    if width > 0:
        # A narrow plot keeps half of itself for the data.
        inside = [(place - left, max(width - room, width / 2)) for place, room in labels if left < place <= right]
        right = max([right, *(left + reach * width / free for reach, free in inside)])
    bottom, top = _padded(y, _PADDING_Y if home[1] is None else 0.0)
    if (home[1] is None or is_labelled) and 0 < headroom < height / 2:
        top += (top - bottom) * headroom / (height - headroom)
    return (left, right), (bottom, top)


def _padded(bounds: Bounds, padding: float) -> tuple[float, float]:
    if bounds is None:
        return 0.0, 1.0
    low, high = bounds
    if low == high:
        half = abs(low) / 2 or 0.5
        return low - half, high + half
    return low - padding * (high - low), high + padding * (high - low)
