"""Values of settings in words, as the inspector would show them."""

from collections.abc import Callable, Mapping
from typing import Any

from asplab.core.settings import Settings
from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry
from asplab.gui.widgets.numerals import plain

_LARGE, _HUGE, _SMALL = 1e4, 1e6, 1e-3
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def default_words(entry: Entry) -> str:
    """Return the default of a setting in words."""
    return value_words(entry, getattr(getattr(Settings(), entry.record), entry.field))


def value_words(entry: Entry, value: Any) -> str:
    """Return a value of a setting in words, with its unit."""
    return _WORDS[entry.kind](entry, value)


def range_words(entry: Entry) -> str:
    """Return the range that a number can have; empty for what is no number."""
    if entry.kind not in ("number", "optional", "pair", "given"):
        return ""
    low, high = (_number(end) for end in (entry.numeric.low, entry.numeric.high))
    return tr("{low} to {high} {unit}", low=low, high=high, unit=entry.numeric.unit).strip()


def _number(value: float) -> str:
    """Return the end of a range: a plain number, or a power of ten where it is very small or large."""
    size = abs(value)
    if size and not _SMALL <= size < _HUGE:
        factor, _, power = f"{value:e}".partition("e")
        factor = factor.rstrip("0").rstrip(".")
        ten = "10" + str(int(power)).translate(_SUPERSCRIPTS)
        return ten if factor == "1" else f"{factor}·{ten}".replace("-", "−")
    return f"{value:.6g}".replace("-", "−")


def _with_unit(entry: Entry, value: float) -> str:
    decimals = entry.numeric.decimals if abs(value) < _LARGE else 0
    return f"{plain(value, decimals)} {entry.numeric.unit}".strip()


def _optional(entry: Entry, value: float | None) -> str:
    return entry.empty if value is None else _with_unit(entry, value)


def _pair(entry: Entry, value: tuple[float, float]) -> str:
    low, high = (plain(end, entry.numeric.decimals) for end in value)
    return tr("{low} to {high} {unit}", low=low, high=high, unit=entry.numeric.unit).strip()


def _switch(_entry: Entry, value: bool) -> str:
    return tr("on") if value else tr("off")


def _choice(entry: Entry, value: object) -> str:
    return dict(entry.choices)[value]  # type: ignore[index]


def _windows(entry: Entry, value: tuple[tuple[float, float], ...]) -> str:
    return "; ".join(_pair(entry, window) for window in value) or tr("automatic")


def _many(entry: Entry, value: tuple[str, ...]) -> str:
    return ", ".join(_choice(entry, one) for one in value) or tr("none")


def _numbers(entry: Entry, value: tuple[float, ...]) -> str:
    return "; ".join(plain(one, entry.numeric.decimals) for one in value) or entry.empty


def _given(entry: Entry, value: tuple[object, ...]) -> str:
    return tr("given at {count} temperatures", count=len(value)) if value else entry.empty


def _counted(_entry: Entry, value: tuple[object, ...]) -> str:
    return str(len(value)) if value else tr("none")


_WORDS: Mapping[str, Callable[[Entry, Any], str]] = {
    "number": _with_unit,
    "optional": _optional,
    "pair": _pair,
    "switch": _switch,
    "choice": _choice,
    "windows": _windows,
    "cutoffs": _counted,
    "given": _given,
    "many": _many,
    "numbers": _numbers,
    "ranges": _counted,
    "priors": _counted,
}
