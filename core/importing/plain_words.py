"""What columns and kinds are called in messages."""

__all__ = ["column_words", "kind_words"]

_COLUMNS = {
    "temperature_k": "temperature",
    "excitation_nm": "excitation wavelength",
    "power_uw": "power",
    "exposure_s": "exposure time",
    "longpass_nm": "long-pass filter",
    "shortpass_nm": "short-pass filter",
    "nd_od": "attenuation",
    "em_gain": "EM gain",
    "frames": "choice of frames",
    "rows": "choice of rows",
}
_KINDS = {
    "pl": "PL",
    "aspl": "ASPL",
    "pa": "PA scan",
    "pa_blank": "PA scan of a blank",
    "emission_blank": "emission of a blank",
    "irf": "IRF",
    "low_power": "PL at low power",
}


def column_words(column: str) -> str:
    """Return a column of the manifest in words, such as "excitation wavelength"."""
    return _COLUMNS.get(column, column.replace("_", " "))


def kind_words(kind: str) -> str:
    """Return a kind in words, such as "PA scan"."""
    return _KINDS.get(kind, kind.replace("_", " "))
