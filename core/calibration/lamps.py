"""Calibration lamps: which one a spectrum shows, and the wavelengths of its lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from asplab.core.experiment import Spectrum
from asplab.core.units import Medium, energy_from_wavelength, wavelength_from_energy

_FILE = "lamp_lines.csv"
_NAMES = {"mercury": "Hg", "argon": "Ar", "neon": "Ne", "krypton": "Kr", "xenon": "Xe", "cadmium": "Cd"}
_ELEMENT = re.compile("Hg|Ar|Ne|Kr|Xe|Cd", re.IGNORECASE)
_SYMBOLS = re.compile(rf"(?:{_ELEMENT.pattern})+")
_LOWER = ("hg", "hgar", "hgcd", "hgne", "ar", "ne", "kr", "xe", "cd")
"""Symbols that are no English words, as near and arcd would be."""


@dataclass(frozen=True, slots=True)
class LampLine:
    """One line: its element, wavelength in standard air, and strength in per cent of the strongest of its lamp."""

    element: str
    air_nm: float
    strength: float

    def wavelength_nm(self, medium: Medium) -> float:
        """Return the wavelength in air or vacuum."""
        if medium == "air":
            return self.air_nm
        return float(wavelength_from_energy(energy_from_wavelength(self.air_nm, medium="air")))


@cache
def _table() -> tuple[LampLine, ...]:
    text = (files("asplab.resources") / _FILE).read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines() if line and not line.startswith("#")][1:]
    return tuple(LampLine(element, float(air), float(strength)) for element, air, strength in rows)


def lines_of(elements: Sequence[str]) -> tuple[LampLine, ...]:
    """Return the lines of a lamp with these elements, by wavelength."""
    return tuple(sorted((line for line in _table() if line.element in elements), key=lambda line: line.air_nm))


def elements_of(text: str) -> tuple[str, ...]:
    """Return the elements that a text names, such as ``HgAr``, ``Hg-Ar lamp`` or ``mercury``; empty where none."""
    found: dict[str, None] = {}
    for word in re.findall(r"[A-Za-z]+", text):
        if word.lower() in _NAMES:
            found[_NAMES[word.lower()]] = None
        elif _SYMBOLS.fullmatch(word) or word.lower() in _LOWER:
            found |= dict.fromkeys(part.capitalize() for part in _ELEMENT.findall(word))
    return tuple(found)


def named_lamp(spectrum: Spectrum, chosen: str) -> tuple[str, ...]:
    """Return the elements of a spectrum's lamp: as chosen, else as note, series, sample or file name tell."""
    if chosen != "named":
        return elements_of(chosen)
    condition = spectrum.condition
    name = PurePosixPath(spectrum.source.replace("\\", "/")).stem
    texts = (condition.note, condition.series, condition.sample, name)
    return next((found for text in texts if (found := elements_of(text))), ())
