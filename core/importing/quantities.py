"""Read what people write for temperatures, wavelengths, powers and times, in the units of the manifest."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from asplab.core.errors import InputError
from asplab.core.experiment import KINDS, MEDIA
from asplab.core.io.selection import NUMBERS, WAYS
from asplab.core.units import HC_MEV_NM

__all__ = ["NUMBER", "QuantityError", "canonical", "decimal", "has_decimal_comma", "is_range", "same", "unit_of"]


class QuantityError(InputError):
    """A text is no usable value; says which, why, and how to write it.

    Attributes
    ----------
    is_ambiguous : bool
        Whether the text has a meaning, but more than one.
    """

    def __init__(self, text: str, *, is_ambiguous: bool = False) -> None:
        self.is_ambiguous = is_ambiguous
        super().__init__(text)


NUMBER = r"\d+(?:[.,p]\d+)?(?:[eE][+-]?\d{1,3})?|[.,]\d+"
"""A positive number with ``.``, ``,`` or ``p`` as decimal mark, as in names."""

_PLAIN = re.compile(rf"[+-]?(?:{NUMBER})", re.ASCII)
_THOUSANDS = re.compile(r"[1-9]\d{0,2},\d{3}")
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(?:\d+,(?:\d{1,2}|\d{4,})|0\d*,\d+|\d{4,},\d+)(?![\d.,])", re.ASCII)
_RANGE = re.compile(rf"\s*({NUMBER})\s*[^\W\d]*\s*(?:-|–|\.\.+|\bto\b)\s*({NUMBER})\s*[^\W\d]*\s*", re.ASCII)
_VALUE = re.compile(rf"\s*([+-]?(?:{NUMBER}))\s*(.*?)\s*", re.DOTALL)

_LINEAR: Mapping[str, Mapping[str, str]] = {
    "temperature_k": {"k": "1", "kelvin": "1", "mk": "1e-3"},
    "length": {"nm": "1", "um": "1e3", "micron": "1e3", "å": "0.1", "angstrom": "0.1", "pm": "1e-3"},
    "power": {"w": "1e6", "mw": "1e3", "uw": "1", "nw": "1e-3", "pw": "1e-6"},
    "power_mw": {"w": "1e3", "mw": "1", "uw": "1e-3", "nw": "1e-6"},
    "time": {"s": "1", "ms": "1e-3", "us": "1e-6", "ns": "1e-9", "min": "60", "h": "3600"},
    "voltage": {"v": "1", "mv": "1e-3", "uv": "1e-6", "nv": "1e-9"},
}
_DIMENSIONS = {
    "temperature_k": "temperature_k",
    "temperature_error_k": "temperature_k",
    "excitation_nm": "length",
    "longpass_nm": "length",
    "shortpass_nm": "length",
    "bandwidth_nm": "length",
    "power_uw": "power",
    "probe_mw": "power_mw",
    "exposure_s": "time",
    "sensitivity_v": "voltage",
}
_KNOWN_UNITS = {
    "temperature_k": ("K", "mK"),
    "length": ("nm", "µm", "Å"),
    "power": ("µW", "nW", "mW", "W"),
    "power_mw": ("mW", "µW", "W"),
    "time": ("s", "ms", "µs", "min"),
    "voltage": ("V", "mV", "µV", "nV"),
}
_AFFIXED = {
    "nd_od": re.compile(rf"(?:od|nd)?[\s_=-]*({NUMBER})\s*(?:od|nd)?", re.IGNORECASE),
    "accumulations": re.compile(r"(?:x|acc\w*)?[\s_=-]*(\d+)\s*(?:x|acc\w*|scans?)?", re.IGNORECASE),
    "repeat": re.compile(r"(?:r|rep\w*|run|#)?[\s_=-]*(\d+)(?:\.0*)?", re.IGNORECASE),
    "em_gain": re.compile(rf"({NUMBER})", re.IGNORECASE),
}
_SPELLINGS = {
    "µ": "u",
    "μ": "u",
    "℃": "°c",
    "cm⁻¹": "cm-1",
    "cm^-1": "cm-1",
    "1/cm": "cm-1",
    "nanometer": "nm",
    "nanometers": "nm",
    "nanometre": "nm",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "seg": "s",
    "sek": "s",
    "msec": "ms",
    "msecs": "ms",
    "millisecond": "ms",
    "milliseconds": "ms",
    "usec": "us",
    "usecs": "us",
    "microsecond": "us",
    "microseconds": "us",
    "minutes": "min",
    "celsius": "°c",
    "degc": "°c",
    "deg c": "°c",
    "degk": "k",
    "c": "°c",
    "watt": "w",
    "volt": "v",
    "microns": "micron",
}
_ZERO_CELSIUS_K = Decimal("273.15")
_WAVELENGTHS = ("excitation_nm", "longpass_nm", "shortpass_nm")
WAVELENGTH_NM = (100.0, 20000.0)
"""Between these lies every wavelength that a manifest may hold, in nm."""
_MILLIELECTRONVOLTS = {"mev": 1.0, "ev": 1e3, "cm-1": HC_MEV_NM * 1e-7}
TOLERANCES = {
    "temperature_k": 2.0,
    "excitation_nm": 0.2,
    "longpass_nm": 0.2,
    "shortpass_nm": 0.2,
}
"""Absolute differences within which two statements of one value agree; other numbers agree within 1 %."""


def canonical(column: str, text: str, *, unit: str = "") -> str:
    """Return what ``text`` means in ``column`` of a manifest, as text in the column's unit.

    Parameters
    ----------
    column : str
        Column of the manifest; texts of columns that hold no number come back trimmed.
    text : str
        What was written, such as ``200 C``, ``2.76eV``, ``0p5uW``, ``x8`` or ``OD0``; blank stays blank.
    unit : str
        Unit of a number that states none itself; by default that of the column.

    Raises
    ------
    QuantityError
        Where the text is no such value, or could mean several.
    """
    text = text.strip()
    if not text:
        return ""
    if column == "kind":
        return _kind(text)
    if column == "medium":
        return _medium(text)
    if column in _AFFIXED:
        return _affixed(column, text)
    if column in ("frames", "rows"):
        return _selection(column, text)
    if column not in _DIMENSIONS:
        return " ".join(text.split())
    if is_range(text):
        raise QuantityError(f"{text!r} is a range; {column} needs one value. Write one of them.", is_ambiguous=True)
    match = _VALUE.fullmatch(text)
    if match is None:
        raise QuantityError(f"{text!r} is no number for {column}. Write a number, with or without its unit.")
    value = _converted(column, decimal(match[1]), unit_of(match[2] or unit), text)
    _refuse_impossible(column, value, text)
    return _written(value)


def decimal(text: str) -> Decimal:
    """Return the number in ``text``: decimal mark ``.``, ``,`` or ``p``.

    Raises
    ------
    QuantityError
        Where it is none, or a comma could separate thousands.
    """
    plain = text.strip()
    if _THOUSANDS.fullmatch(plain):
        raise QuantityError(
            f"{text!r}: the comma may separate thousands or decimals. Write it with a point, or without.",
            is_ambiguous=True,
        )
    if not _PLAIN.fullmatch(plain):
        raise QuantityError(f"{text!r} is no number. Write digits with '.', ',' or 'p' as decimal mark.")
    try:
        return Decimal(plain.replace(",", ".").replace("p", "."))
    except InvalidOperation:
        raise QuantityError(f"{text!r} is no number. Write digits with '.', ',' or 'p' as decimal mark.") from None


def has_decimal_comma(text: str) -> bool:
    """Whether some number in ``text`` shows that commas are decimal marks there, as 429,36 does and 116,904 doesn't."""
    return _DECIMAL_COMMA.search(text) is not None


def is_range(text: str) -> bool:
    """Whether ``text`` gives two numbers, the smaller one first, such as ``5-9K``."""
    match = _RANGE.fullmatch(text)
    return match is not None and decimal(match[1]) < decimal(match[2])


def unit_of(text: str) -> str:
    """Return the usual spelling of a unit, in lower case; what isn't known comes back as it is."""
    plain = " ".join(text.strip().strip("()[]").lower().split())
    for written in ("µ", "μ"):
        plain = plain.replace(written, "u")
    return _SPELLINGS.get(plain, plain)


def same(column: str, one: str, other: str) -> bool:
    """Whether two canonical values of ``column`` say the same within what repeated readings differ by."""
    if one == other:
        return True
    if column not in _DIMENSIONS and column not in _AFFIXED:
        return one.lower() == other.lower()
    try:
        first, second = float(one), float(other)
    except ValueError:
        return False
    return abs(first - second) <= TOLERANCES.get(column, 0.01 * max(abs(first), abs(second)))


def _kind(text: str) -> str:
    kind = text.lower()
    if kind not in KINDS:
        raise QuantityError(f"{text!r} is no kind of measurement. Choose from: {', '.join(KINDS)}.")
    return kind


def _medium(text: str) -> str:
    medium = text.lower()
    if medium not in MEDIA:
        raise QuantityError(f"{text!r} is no medium. Write {' or '.join(MEDIA)}.")
    return medium


def _selection(column: str, text: str) -> str:
    plain = text.lower().replace(" ", "")
    words = WAYS if column == "frames" else ("all",)
    if plain not in words and not NUMBERS.fullmatch(plain):
        example = "numbers such as 1-5,8" if column == "frames" else "numbers such as 100-140"
        raise QuantityError(f"{text!r} is no choice of {column}. Write {', '.join(words)}, or {example}.")
    return plain.replace(";", ",").replace("+", ",")


def _affixed(column: str, text: str) -> str:
    match = _AFFIXED[column].fullmatch(text)
    if match is None:
        raise QuantityError(f"{text!r} is no value for {column}. Write a plain number.")
    return _written(decimal(match[1]))


def _converted(column: str, value: Decimal, unit: str, text: str) -> Decimal:
    dimension = _DIMENSIONS[column]
    factors = _LINEAR[dimension]
    if not unit:
        return value
    # Upper case M is mega to the letter and milli to those who write file names in capitals.
    if re.search(r"\dMW\b|\bMW\b", text):
        raise QuantityError(f"{text!r}: MW may mean mW. Write mW, or the power in W.", is_ambiguous=True)
    if unit in factors:
        return value * Decimal(factors[unit])
    if column == "temperature_k" and unit == "°c":
        return value + _ZERO_CELSIUS_K
    if column in _WAVELENGTHS and unit in _MILLIELECTRONVOLTS:
        return _wavelength(column, value, unit, text)
    known = ", ".join(_KNOWN_UNITS[dimension] + _further_units(column))
    raise QuantityError(f"{text!r}: {column} can't be in {unit!r}. Give it in one of: {known}.")


def _refuse_impossible(column: str, value: Decimal, text: str) -> None:
    """Raise `QuantityError` for what no measurement has: a negative power, a wavelength of 3 nm."""
    low, high = WAVELENGTH_NM if column in _WAVELENGTHS else (0.0, 1e12)
    if column in _WAVELENGTHS and not low <= value <= high:
        raise QuantityError(f"{text!r}: {column} lies between {low:g} and {high:g} nm. Correct value or unit.")
    if not 0 < value < high:
        hint = " Write °C behind degrees Celsius." if column == "temperature_k" else ""
        raise QuantityError(f"{text!r}: {column} must be positive and finite. Correct the value.{hint}")


def _further_units(column: str) -> tuple[str, ...]:
    if column == "temperature_k":
        return ("°C",)
    return ("eV", "meV", "cm-1") if column in _WAVELENGTHS else ()


def _wavelength(column: str, value: Decimal, unit: str, text: str) -> Decimal:
    energy_mev = float(value) * _MILLIELECTRONVOLTS[unit]
    if energy_mev <= 0.0:
        raise QuantityError(f"{text!r}: {column} needs a positive energy. Correct the value.")
    return Decimal(f"{HC_MEV_NM / energy_mev:.9g}")


def _written(value: Decimal) -> str:
    """Return the shortest plain text of ``value``."""
    plain = value.normalize()
    return f"{plain:f}" if -12 < plain.adjusted() < 15 else str(plain)
