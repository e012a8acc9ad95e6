"""Typed numbers with a unit: ``2.45 eV`` in a field of nanometres is 506.06."""

import math
import re

from PySide6.QtCore import QLocale

from asplab.core.errors import AsplabError
from asplab.core.units import HC_MEV_NM, Medium, energy_from_wavelength, wavelength_from_energy
from asplab.gui.language import tr

_SPEED_NM_THZ = 299792.458
_PER_CM_MEV = HC_MEV_NM / 1e7
_FACTORS: dict[str, dict[str, float]] = {
    "energy": {"meV": 1.0, "eV": 1e3, "µeV": 1e-3, "cm⁻¹": _PER_CM_MEV, "THz": HC_MEV_NM / _SPEED_NM_THZ},
    "length": {"nm": 1.0, "µm": 1e3, "Å": 0.1, "pm": 1e-3, "mm": 1e6},
    "area": {"nm²": 1.0, "µm²": 1e6},
    "temperature": {"K": 1.0, "mK": 1e-3},
    "power": {"µW": 1.0, "nW": 1e-3, "mW": 1e3, "W": 1e6},
    "time": {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15, "min": 60.0, "h": 3600.0},
    "frequency": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    "ratio": {"": 1.0, "%": 1e-2, "‰": 1e-3, "ppm": 1e-6},
}
"""Every unit in the first one of its kind."""
_SPELLINGS = {"cm-1": "cm⁻¹", "cm−1": "cm⁻¹", "cm^-1": "cm⁻¹", "1/cm": "cm⁻¹", "nm2": "nm²", "nm^2": "nm²"}
_SPELLINGS |= {"um": "µm", "uW": "µW", "us": "µs", "ueV": "µeV", "um2": "µm²", "µm2": "µm²", "um^2": "µm²", "A": "Å"}
_SPECTRAL = ("energy", "length")
_QUANTITY = re.compile(r"(?P<number>[-+−]?[\d.,]*\d[.,]?(?:[eE][-+−]?\d+)?)\s*(?P<unit>.*)", re.DOTALL)
_MAYBE_THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,]\d{3})+")


class QuantityError(AsplabError):
    """A text is no number in a unit that fits."""


def read_quantity(
    text: str, locale: QLocale, unit: str, *, is_position: bool = False, medium: Medium = "vacuum"
) -> float:
    """Read a number, with or without a unit, as one in the wanted unit.

    Parameters
    ----------
    text : str
        For instance ``506 nm``, ``2.45 eV`` or ``1,5``; without a unit it is in the wanted one.
    locale : QLocale
        Whose decimal sign is tried first.
    unit : str
        The wanted unit; one that is in no table accepts only itself.
    is_position : bool
        A place in the spectrum: wavelength and photon energy stand for one another. A width or a difference has no
        such counterpart.
    medium : str
        Of the wavelengths.

    Raises
    ------
    QuantityError
        There is no number, or the unit doesn't fit; the message is for the user.
    """
    found = _QUANTITY.fullmatch(text.strip())
    value = None if found is None else read_number(found["number"], locale)
    if found is None or value is None:
        raise QuantityError(tr("'{words}' is not a number. Type a number in {unit}.", words=text, unit=_told(unit)))
    typed = found["unit"].strip()
    if not typed or typed == unit:
        return value
    known = _unit_named(typed)
    kind, wanted = _kind_of(known), _kind_of(unit)
    if not known:
        raise QuantityError(_unknown(typed, unit, is_position=is_position))
    if kind == wanted:
        return value * (_FACTORS[kind][known] / _FACTORS[wanted][unit])
    if is_position and {kind, wanted} == set(_SPECTRAL):
        return _across(value * _FACTORS[kind][known], kind, text, medium) / _FACTORS[wanted][unit]
    raise QuantityError(_misfit(text, kind, unit, wanted, is_position))


def read_number(text: str, locale: QLocale) -> float | None:
    """Read a number with the locale's decimal sign or the other one; refuse what may be a thousands separator."""
    words = text.replace("−", "-")
    own = QLocale(locale)
    own.setNumberOptions(QLocale.NumberOption.RejectGroupSeparator)
    value, understood = own.toDouble(words)
    if not understood and not _MAYBE_THOUSANDS.fullmatch(words):
        value, understood = QLocale.c().toDouble(words.replace(",", "."))
    return value if understood and math.isfinite(value) else None


def _unit_named(text: str) -> str:
    """Return a unit as the tables spell it; letters of another case count where only one unit can be meant."""
    words = text.replace("μ", "µ")
    words = _SPELLINGS.get(words, words)
    if _kind_of(words):
        return words
    alike = [unit for units in _FACTORS.values() for unit in units if unit.casefold() == words.casefold()]
    return alike[0] if len(alike) == 1 else ""


def _kind_of(unit: str) -> str:
    return next((kind for kind, units in _FACTORS.items() if unit in units), "") if unit else "ratio"


def _across(value: float, kind: str, text: str, medium: Medium) -> float:
    """Return the wavelength in nm of a photon energy in meV, or the other way round."""
    if value <= 0:
        raise QuantityError(tr("'{words}' is no place in a spectrum: it must lie above 0.", words=text))
    across = wavelength_from_energy if kind == "energy" else energy_from_wavelength
    return float(across(value, medium=medium))


def _unknown(typed: str, unit: str, *, is_position: bool) -> str:
    units = _fitting(unit, is_position)
    return tr("'{typed}' is no unit that fits here. Type a number in {units}.", typed=typed, units=units)


def _misfit(text: str, kind: str, unit: str, wanted: str, is_position: bool) -> str:
    if {kind, wanted} == set(_SPECTRAL):
        return tr(
            "'{words}': a width or a difference doesn't convert between wavelength and energy. Type it in {units}.",
            words=text,
            units=_fitting(unit, is_position),
        )
    units = _fitting(unit, is_position)
    return tr(
        "'{words}' doesn't fit a number in {unit}. Type it in {units}.", words=text, unit=_told(unit), units=units
    )


def _fitting(unit: str, is_position: bool) -> str:
    """Return the units that fit, in words."""
    wanted = _kind_of(unit)
    kinds = _SPECTRAL if is_position and wanted in _SPECTRAL else (wanted,)
    names = [name for kind in kinds for name in _FACTORS.get(kind, {unit: 1.0}) if name]
    if len(names) < 2:
        return "".join(names) or _told(unit)
    return f"{', '.join(names[:-1])} {tr('or')} {names[-1]}"


def _told(unit: str) -> str:
    return unit or tr("plain digits")
