"""Numbers as they stand on the screen: in the user's locale, rounded by their error."""

import math
from functools import lru_cache

from PySide6.QtCore import QLocale

from asplab.core.estimate import Estimate
from asplab.gui.language import tr

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LARGEST_PLAIN, _SMALLEST_PLAIN = 1e5, 1e-4
_DIGITS_WITHOUT_ERROR = 4
_MOST_DECIMALS = 6
_SYMMETRIC = 1.1
"""Ratio of the arms of an interval up to which it reads ±."""


def decimals_of(error: float) -> int:
    """Return the decimals that keep two significant digits of a positive error; negative left of the point."""
    decimals = 1 - math.floor(math.log10(error))
    # 0.0996 rounds up into the next decade, where two digits need one decimal less.
    return decimals - 1 if round(error, decimals) >= 10.0 ** (2 - decimals) else decimals


def plain(value: float, decimals: int, locale: QLocale | None = None) -> str:
    """Return a number with a fixed number of decimals, the locale's point and a true minus sign."""
    return _written(round(float(value), decimals), max(decimals, 0), (QLocale() if locale is None else locale).name())


@lru_cache(maxsize=4096)
def _written(rounded: float, decimals: int, locale: str) -> str:
    # Most numbers of a frame of a drag are those of the frame before.
    shown = QLocale(locale)
    shown.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    text = shown.toString(abs(rounded), "f", decimals)
    return f"−{text}" if rounded < 0 else text


def measured(estimate: Estimate, locale: QLocale | None = None) -> str:
    """Return value and uncertainty without the unit.

    Parameters
    ----------
    estimate : Estimate
        One open limit gives ``> 18.2`` or ``< 18.2``; an interval with unequal arms ``41.2 +3.4 −2.6``.
    locale : QLocale, optional
        Defaults to the user's.
    """
    scale = _decade(estimate)
    if scale:
        factor = 10.0**-scale
        scaled = Estimate(
            estimate.value * factor,
            estimate.error * factor,
            "",
            _times(estimate.low, factor),
            _times(estimate.high, factor),
        )
        power = "×10" + str(scale).translate(_SUPERSCRIPTS)
        text = _measured(scaled, locale)
        return f"({text}) {power}" if "±" in text or "+" in text else f"{text} {power}"
    return _measured(estimate, locale)


def measured_interval(estimate: Estimate, locale: QLocale | None = None) -> str:
    """Return a 68 % interval: ``21.5 … 25.0``, ``18.2 … open``; a dash where there is none to tell."""
    low, high = estimate.low, estimate.high
    if low is None and high is None:
        return "—"
    if low is not None and high is not None and high > low:
        decimals = decimals_of(high - low)
        if decimals <= _MOST_DECIMALS:
            return f"{plain(low, decimals, locale)} … {plain(high, decimals, locale)}"
    ends = ("open" if end is None else _alone(end, estimate.error, locale) for end in (low, high))
    return " … ".join(ends)


def _measured(estimate: Estimate, locale: QLocale | None) -> str:
    value, error, low, high = estimate.value, estimate.error, estimate.low, estimate.high
    if low is not None and high is not None and math.isfinite(value):
        return _with_interval(value, low, high, locale)
    if low is not None and high is None:
        return f"> {_alone(low, error, locale)}"
    if high is not None and low is None:
        return f"< {_alone(high, error, locale)}"
    if not math.isfinite(value):
        return tr("not determined")
    if not math.isfinite(error):
        return f"{_alone(value, math.nan, locale)} ± ?"
    if error == 0:
        return tr("{alone} fixed", alone=_alone(value, math.nan, locale))
    decimals = decimals_of(error)
    return f"{plain(value, decimals, locale)} ± {plain(error, decimals, locale)}"


def _with_interval(value: float, low: float, high: float, locale: QLocale | None) -> str:
    if not low < value < high:
        decimals = decimals_of(high - low) if high > low else _DIGITS_WITHOUT_ERROR
        return f"{plain(value, decimals, locale)} [{plain(low, decimals, locale)}, {plain(high, decimals, locale)}]"
    arms = (high - value, value - low)
    # Two digits of the longer arm, or more where the shorter one would vanish.
    decimals = max(decimals_of(max(arms)), decimals_of(min(arms)) - 1)
    if max(arms) < _SYMMETRIC * min(arms):
        return f"{plain(value, decimals, locale)} ± {plain(0.5 * sum(arms), decimals, locale)}"
    up, down = plain(high - value, decimals, locale), plain(value - low, decimals, locale)
    shown = plain(value, decimals, locale)
    return f"{shown} ± {up}" if up == down else f"{shown} +{up} −{down}"


def _alone(value: float, error: float, locale: QLocale | None) -> str:
    if math.isfinite(error) and error > 0:
        return plain(value, decimals_of(error), locale)
    if value == 0:
        return plain(0.0, 0, locale)
    return plain(value, _DIGITS_WITHOUT_ERROR - 1 - math.floor(math.log10(abs(value))), locale)


def _decade(estimate: Estimate) -> int:
    sizes = [abs(x) for x in (estimate.value, estimate.low, estimate.high, estimate.error) if x is not None]
    largest = max((size for size in sizes if math.isfinite(size)), default=0.0)
    if largest == 0 or _SMALLEST_PLAIN <= largest < _LARGEST_PLAIN:
        return 0
    return math.floor(math.log10(largest))


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
