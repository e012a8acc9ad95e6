"""How the import window calls columns, kinds and sources."""

from asplab.core.experiment import KINDS
from asplab.gui.widgets.table import Column

FILE = "file"
ALWAYS = (
    "kind",
    "temperature_k",
    "excitation_nm",
    "power_uw",
    "exposure_s",
    "repeat",
    "longpass_nm",
    "shortpass_nm",
    "sample",
)
"""Columns that the table shows even where nobody says anything."""

_TITLES = {
    FILE: Column("File"),
    "kind": Column("Kind", tip="What was measured"),
    "sample": Column("Sample"),
    "series": Column("Series", tip="Which files belong to one series"),
    "temperature_k": Column("T", "K", "Temperature of the sample"),
    "excitation_nm": Column("Excitation", "nm", "Wavelength of the excitation"),
    "power_uw": Column("Power", "µW", "Power of the excitation at the sample"),
    "exposure_s": Column("Exposure", "s", "Exposure time"),
    "repeat": Column("Repeat", tip="Number of the repeat"),
    "longpass_nm": Column("Long-pass", "nm", "Cutoff of the long-pass filter"),
    "shortpass_nm": Column("Short-pass", "nm", "Cutoff of the short-pass filter"),
    "frames": Column("Frames", tip="What becomes of several frames: repeats, mean, sum, or numbers such as 1-5,8"),
    "rows": Column("Rows", tip="Rows of an image that are summed: all, or numbers such as 100-140"),
    "nd_od": Column("ND", "OD", "Attenuation of the excitation"),
    "accumulations": Column("Accumulations"),
    "em_gain": Column("EM gain"),
    "pair": Column("Pair", tip="Which PL and PA repeats belong together"),
    "time": Column("Time"),
    "path": Column("Path", "mm", "Optical path"),
    "bandwidth_nm": Column("Bandwidth", "nm"),
    "temperature_error_k": Column("Error of T", "K"),
    "probe_mw": Column("Probe", "mW"),
    "sensitivity_v": Column("Sensitivity", "V"),
    "note": Column("Note"),
}
_TEXTS = frozenset((FILE, "kind", "sample", "series", "frames", "rows", "pair", "time", "note"))
_KIND_WORDS = {
    "pl": "PL",
    "aspl": "ASPL",
    "emission": "emission, either side",
    "pa": "PA scan",
    "pa_blank": "PA of a blank",
    "irf": "IRF",
}
_SIGNS = {
    "preset": "P",
    "file header": "H",
    "folder name": "D",
    "file name": "N",
    "manifest": "M",
    "frame axis": "F",
    "typed by hand": "T",
}
LEGEND = (
    "Where a value comes from:   T typed · F frame · M manifest · N file name · D folder · H file header · P preset"
)


def title(column: str) -> str:
    """Return the name of a column without its unit."""
    return _TITLES[column].header if column in _TITLES else column.replace("_", " ")


def heading(column: str) -> str:
    """Return the name of a column with its unit."""
    known = _TITLES.get(column)
    return f"{known.header} ({known.unit})" if known is not None and known.unit else title(column)


def column_tip(column: str) -> str:
    """Return what a column holds."""
    return _TITLES[column].tip if column in _TITLES else f"Column {column} of the manifest"


def is_text(column: str) -> bool:
    """Whether a column holds words rather than numbers."""
    return column in _TEXTS or column not in _TITLES


def kind_words(kind: str) -> str:
    """Return a kind for people."""
    return _KIND_WORDS.get(kind, kind.replace("_", " "))


def kinds() -> tuple[tuple[str, str], ...]:
    """Return all kinds, each with its name for people."""
    return tuple((kind, kind_words(kind)) for kind in KINDS)


def sign(source: str) -> str:
    """Return the letter of a source; empty for none."""
    return _SIGNS.get(source, "")
