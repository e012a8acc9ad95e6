"""What a plot is given to draw, and its arrays in plot coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from asplab.gui.plots.layer import Array
from asplab.gui.plots.symbols import SYMBOL_PX

_EMPTY: Array = np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Points and a curve of one colour.

    Attributes
    ----------
    color : str
        Colour name of the theme.
    label : str
        Rich text beside the curve or the points; none when empty.
    label_at : str
        ``"end"`` (right), ``"start"`` (above the left end), ``"peak"`` (above the highest point), ``"flank"`` (right
        of where the curve has fallen from its highest point to half of it) or ``"corner"`` (in a list with a piece of
        the line, at the top right).
    x, y : (points,) array
        NaN is not drawn.
    error : (points,) or (2, points) array or None
        One standard error, or the lengths of the lower and upper arm.
    excluded : (points,) array of bool or None
        Drawn open and muted.
    tips : sequence of str
        Rich text under the mouse, one per point, or none at all.
    keys : sequence of str
        The measurement behind every point (`Stack.key`, empty for none), or none at all: what is selected anywhere is
        ringed here too.
    partner_keys : sequence of str
        A second measurement behind every point, as R has one on either side, or none at all.
    symbol : str
        One of ``asplab.gui.look.theme.SYMBOLS``.
    symbol_px : float
        Size of the symbols.
    is_open : bool
        Open symbols.
    line_x, line_y : (n,) array
        A curve; without points it is a curve alone.
    band_low, band_high : (n,) array or None
        68 % band of the curve.
    is_dashed : bool
        Dashed curve.
    is_dotted : bool
        With dots between the dashes.
    base : float or None
        The curve is filled down to this value.
    """

    color: str
    label: str = ""
    label_at: str = "end"
    x: ArrayLike = field(default_factory=tuple)
    y: ArrayLike = field(default_factory=tuple)
    error: ArrayLike | None = None
    excluded: ArrayLike | None = None
    tips: Sequence[str] = ()
    keys: Sequence[str] = ()
    partner_keys: Sequence[str] = ()
    symbol: str = "circle"
    symbol_px: float = SYMBOL_PX
    is_open: bool = False
    line_x: ArrayLike = field(default_factory=tuple)
    line_y: ArrayLike = field(default_factory=tuple)
    band_low: ArrayLike | None = None
    band_high: ArrayLike | None = None
    is_dashed: bool = False
    is_dotted: bool = False
    base: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A series in plot coordinates: arrays, logarithms taken."""

    series: Series
    x: Array
    y: Array
    low: Array
    high: Array
    excluded: np.ndarray
    line_x: Array
    line_y: Array
    band_low: Array
    band_high: Array

    @property
    def hidden(self) -> int:
        """How many finite points have no place on a logarithmic axis."""
        raw = np.isfinite(_array(self.series.x)) & np.isfinite(_array(self.series.y))
        return int((raw & ~(np.isfinite(self.x) & np.isfinite(self.y))).sum())


def prepare(series: Series, *, log_x: bool = False, log_y: bool = False) -> Drawn:
    """Return the arrays of a series in plot coordinates.

    Raises
    ------
    ValueError
        Arrays of the series differ in length.
    """
    x, y, line_x, line_y = (_array(part) for part in (series.x, series.y, series.line_x, series.line_y))
    excluded = np.zeros(x.shape, bool) if series.excluded is None else np.asarray(series.excluded, bool)
    _require_equal(series.label, "points", x, y, excluded)
    for keys in (series.keys, series.partner_keys):
        if keys and len(keys) != x.size:
            raise ValueError(f"Series '{series.label}': {len(keys)} keys for {x.size} points.")
    error = np.full(x.size, np.nan) if series.error is None else _array(series.error)
    if error.shape not in ((x.size,), (2, x.size)):
        raise ValueError(f"Series '{series.label}': errors of shape {error.shape} for {x.size} points.")
    lower, upper = np.broadcast_to(error, (2, x.size))
    bands = [_EMPTY if band is None else _array(band) for band in (series.band_low, series.band_high)]
    _require_equal(series.label, "curve", line_x, line_y, *(band for band in bands if band.size))

    def up(values: Array, *, open_end: bool = False) -> Array:
        if not log_y:
            return values
        # The lower arm of an error that reaches zero runs out of the picture.
        return np.where(values <= 0, -300.0, _log10(values)) if open_end else _log10(values)

    return Drawn(
        series=series,
        x=_log10(x) if log_x else x,
        y=up(y),
        low=up(y - lower, open_end=True),
        high=up(y + upper),
        excluded=excluded,
        line_x=_log10(line_x) if log_x else line_x,
        line_y=up(line_y),
        band_low=up(bands[0], open_end=True),
        band_high=up(bands[1]),
    )


def _array(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=float)


def _log10(values: Array) -> Array:
    return np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)


def _require_equal(label: str, what: str, *arrays: np.ndarray) -> None:
    if len({array.shape for array in arrays}) > 1:
        sizes = ", ".join(str(array.shape) for array in arrays)
        raise ValueError(f"Series '{label}': the arrays of its {what} differ in shape: {sizes}.")
