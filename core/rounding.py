"""Numbers with their uncertainty as text, rounded to what is known of them; and as plain values of JSON."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

NOT_DETERMINED = "not determined"
LEAST_CHANCE = 1e-6
"""The smallest chance that is told as a number."""
_SYMMETRIC = 1.1
"""Ratio of the arms of an interval up to which it reads ±."""


def number(value: object) -> float | None:
    """Return a finite number as a plain float, anything else as None."""
    if value is None:
        return None
    found = float(value)  # type: ignore[arg-type]
    return found if math.isfinite(found) else None


def chance_text(name: str, chance: float) -> str:
    """Return a chance to be read: ``p = 0.031``, ``p < 1e-6``; tails so far out are no better known than that."""
    return f"{name} < {LEAST_CHANCE:.0e}".replace("e-0", "e-") if chance < LEAST_CHANCE else f"{name} = {chance:.2g}"


def number_with_error(value: float, error: float) -> str:
    """Return ``value ± error`` with two digits of the error; without a finite error the value alone."""
    if not math.isfinite(error) or error <= 0:
        return rounded(value)
    places = _places(error)
    return f"{value:.{places}f} ± {error:.{places}f}"


def number_with_interval(value: float, low: float | None, high: float | None) -> str:
    """Return a value with its 68 % interval, or the limit that is known where an end is open.

    ``23.1 +1.9 −1.6``; ``23.1 ± 1.7`` where the arms are alike; ``> 18.2`` and ``< 18.2`` with one open end;
    ``not determined`` with two. A value outside its interval stands before it: ``23.1 [24.0, 26.5]``.
    """
    if low is None or high is None:
        known = [f"{sign} {rounded(end)}" for sign, end in ((">", low), ("<", high)) if end is not None]
        return known[0] if known else NOT_DETERMINED
    if not low < value < high:
        places = _places(high - low) if high > low else 2
        return f"{value:.{places}f} [{low:.{places}f}, {high:.{places}f}]"
    above, below = high - value, value - low
    places = _places(min(above, below))
    if max(above, below) < _SYMMETRIC * min(above, below):
        return f"{value:.{places}f} ± {0.5 * (above + below):.{places}f}"
    return f"{value:.{places}f} +{above:.{places}f} −{below:.{places}f}"


def named_interval(name: str, row: Mapping[str, Any], key: str, unit: str) -> str:
    """Return a number of a row of results.json with its 68 % interval: ``ħω = 23.1 +1.9 −1.6 meV``, ``ħω > 18.2 meV``.

    Without an interval at all it is the value with its standard error.
    """
    value, error = row[key], row[f"{key}_error"]
    low, high = row[f"{key}_interval68"] or (None, None)
    if value is not None and low is None and high is None:
        text = number_with_error(value, math.nan if error is None else error)
    else:
        text = number_with_interval(math.nan if value is None else value, low, high)
    if text == NOT_DETERMINED:
        return f"{name} {text}"
    return f"{name} {'' if text[0] in '<>' else '= '}{text} {unit}".rstrip()


def named_with_systematic(name: str, row: Mapping[str, Any], key: str, unit: str) -> str:
    """Return a number of a row of results.json with both errors: ``ħω = 23.1 ± 1.7 (stat) +1.5 −1.5 (syst) meV``.

    A limit, and a number without a systematic error, read as `named_interval` has them.
    """
    found, systematic = named_interval(name, row, key, ""), row[f"{key}_systematic"]
    if systematic is None or " = " not in found:
        return named_interval(name, row, key, unit)
    return f"{found} (stat) {arms(systematic)} (syst) {unit}".rstrip()


def arms(systematic: Sequence[float | None]) -> str:
    """Return a systematic error [minus, plus] as ``+1.5 −1.6``, with two digits each; None is an open end."""
    minus, plus = ("open" if end is None else two_digits(end) for end in systematic)
    return f"+{plus} −{minus}"


def two_digits(size: float) -> str:
    """Return a number that is not negative with two significant digits."""
    return f"{size:.{_places(size)}f}" if size > 0.0 else "0"


def rounded(value: float) -> str:
    """Return a number with three significant digits, without an exponent where that stays short."""
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e6 else f"{value:.3g}"


def _places(error: float) -> int:
    """Return the decimals that show two digits of a positive error."""
    return max(0, 1 - math.floor(math.log10(error)))
