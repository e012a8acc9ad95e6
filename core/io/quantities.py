"""Names and units of axes and values as spectrometers write them: ``NANOMETERS``, ``1/CM``, ``%T``."""

import re

from asplab.core.io.datafile import Layout
from asplab.core.io.headers import UNITS, column_name

X_UNITS = (
    (re.compile(r"raman", re.I), "raman_shift", "cm-1"),
    (re.compile(r"1\s*/\s*cm|cm\s*\^?\s*-\s*1|cm⁻¹|wave\s*number|kayser", re.I), "wavenumber", "cm-1"),
    (re.compile(r"nano\s*met|\bnm\b", re.I), "wavelength", "nm"),
    (re.compile(r"micro\s*met|micron|\b[uµμ]m\b", re.I), "wavelength", "um"),
    (re.compile(r"angstr", re.I), "wavelength", "angstrom"),
    (re.compile(r"milli\s*electron|\bmeV\b"), "energy", "meV"),
    (re.compile(r"electron\s*-?\s*volt|\beV\b", re.I), "energy", "eV"),
    (re.compile(r"femto\s*sec|\bfs\b", re.I), "delay", "fs"),
    (re.compile(r"pico\s*sec|\bps\b", re.I), "delay", "ps"),
    (re.compile(r"nano\s*sec|\bns\b", re.I), "time", "ns"),
    (re.compile(r"micro\s*sec|\b[uµμ]s\b", re.I), "time", "us"),
    (re.compile(r"milli\s*sec|\bms\b", re.I), "time", "ms"),
    (re.compile(r"second|\bs\b|\bsec\b", re.I), "time", "s"),
)
Y_MODES = (
    (re.compile(r"abs\.?|absorbance|extinction", re.I), "absorbance", ""),
    (re.compile(r"%\s*T|T\s*%|transmittance\s*[(\[]?%[)\]]?", re.I), "transmittance", "%"),
    (re.compile(r"%\s*R|R\s*%|reflectance\s*[(\[]?%[)\]]?", re.I), "reflectance", "%"),
    (re.compile(r"F\(R\)|K\s*/\s*S|kubelka.?munk", re.I), "kubelka_munk", ""),
)
COUNTS = re.compile(r"count|intensit|arbitrary|\ba\.?u\.?\b|\bcps\b", re.IGNORECASE)
EMISSION = re.compile(r"raman|fluoresc|luminesc|emission", re.IGNORECASE)


def x_meaning(text: str, data_type: str = "") -> tuple[str, str]:
    """Return name and unit of an axis; the unit is empty where it isn't known. Raman data have Raman shifts."""
    for pattern, name, unit in X_UNITS:
        if pattern.search(text):
            return ("raman_shift" if unit == "cm-1" and "raman" in data_type.lower() else name), unit
    return column_name(text)


def y_meaning(text: str, data_type: str = "") -> tuple[str, str, Layout]:
    """Return name and unit of values, and the layout: frames for what a detector counts, else columns."""
    for pattern, name, unit in Y_MODES:
        if pattern.fullmatch(text.strip()):
            return name, unit, "columns"
    if COUNTS.search(text) or EMISSION.search(data_type):
        is_counts = re.fullmatch(r"\s*counts?\s*", text, re.IGNORECASE)
        return "counts", "counts" if is_counts else UNITS.get(text.strip().lower(), "arb"), "frames"
    name, unit = column_name(text)
    return name, unit, "columns"
