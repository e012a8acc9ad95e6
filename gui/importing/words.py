"""How the import window calls columns, kinds and sources."""

from asplab.core.experiment import KINDS
from asplab.gui.language import tr
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
    FILE: Column(tr("File")),
    "kind": Column(tr("Kind"), tip=tr("What was measured")),
    "sample": Column(tr("Sample")),
    "series": Column(tr("Series"), tip=tr("Which files belong to one series")),
    "medium": Column(tr("Medium"), tip=tr("film or suspension; the analysis is of one, the other is compared")),
    "temperature_k": Column("T", "K", tr("Temperature of the sample")),
    "excitation_nm": Column(tr("Excitation"), "nm", tr("Wavelength of the excitation")),
    "power_uw": Column(tr("Power"), "µW", tr("Power of the excitation at the sample")),
    "exposure_s": Column(tr("Exposure"), "s", tr("Exposure time")),
    "repeat": Column(tr("Repeat"), tip=tr("Number of the repeat")),
    "longpass_nm": Column("Long-pass", "nm", tr("Cutoff of the long-pass filter")),
    "shortpass_nm": Column("Short-pass", "nm", tr("Cutoff of the short-pass filter")),
    "frames": Column(
        tr("Frames"), tip=tr("What becomes of several frames: repeats, mean, sum, or numbers such as 1-5,8")
    ),
    "rows": Column(tr("Rows"), tip=tr("Rows of an image that are summed: all, or numbers such as 100-140")),
    "nd_od": Column("ND", "OD", tr("Attenuation of the excitation")),
    "accumulations": Column(tr("Accumulations")),
    "em_gain": Column(tr("EM gain")),
    "pair": Column(tr("Pair"), tip=tr("Which PL and PA repeats belong together")),
    "time": Column(tr("Time")),
    "path": Column(tr("Path"), "mm", tr("Optical path")),
    "bandwidth_nm": Column(tr("Bandwidth"), "nm"),
    "temperature_error_k": Column(tr("Error of T"), "K"),
    "probe_mw": Column(tr("Probe"), "mW"),
    "sensitivity_v": Column(tr("Sensitivity"), "V"),
    "note": Column(tr("Note")),
}
_TEXTS = frozenset((FILE, "kind", "sample", "series", "medium", "frames", "rows", "pair", "time", "note"))
_KIND_WORDS = {
    "pl": "PL",
    "aspl": "ASPL",
    "emission": tr("emission, either side"),
    "pa": tr("PA scan"),
    "pa_blank": tr("PA of a blank"),
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
LEGEND = tr(
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
    return _TITLES[column].tip if column in _TITLES else tr("Column {column} of the manifest", column=column)


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
