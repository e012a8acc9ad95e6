"""The words by which people tell what a file is."""

import re

__all__ = ["doubt_of", "kind_of"]

# What most laboratories call background is what the detector counts while the shutter is closed.
_DETECTOR = "dark"
_BACKGROUNDS = frozenset(("background", "backgrounds", "bkg", "bkgs", "bkgd", "bg", "hintergrund", "untergrund"))
_SUBTRACTED = frozenset(("subtracted", "corrected", "removed", "free"))
_SCHOTT_FILTER = re.compile(r"(?<![A-Za-z])BG\d+(?![A-Za-z])")
# The order decides where a name holds several words: a blank of a scan is a blank.
_KINDS = (
    (_DETECTOR, "dark darks shutter dunkel dunkelbild"),
    ("sphere_blank", "sphere+blank sphere+empty"),
    ("sphere_out", "sphere+out"),
    ("sphere_in", "sphere+in"),
    ("emission_blank", "emission+blank pl+blank aspl+blank pl+substrate aspl+substrate"),
    ("pa_blank", "blank substrate pa+background pa+bkg pa+bg"),
    (_DETECTOR, " ".join(sorted(_BACKGROUNDS))),
    ("background", "pump+off probe+only"),
    ("aspl", "aspl ucpl uc antistokes anti+stokes upconversion up+conversion"),
    ("pa", "pa pds lockin lock+in photothermal"),
    ("irf", "irf"),
    ("lamp", "lamp neon argon calibration+lines"),
    ("pl", "pl stokes photoluminescence"),
    ("absorption", "absorption absorbance uvvis uv+vis"),
    ("response", "response sensitivity"),
    ("transient", "transient ta"),
    ("filter", "transmission transmittance filter+curve"),
    ("laser", "laser+line laserline"),
    ("emission", "emission fluorescence"),
)
_RULES = tuple((kind, frozenset(word.split("+"))) for kind, words in _KINDS for word in words.split())


def kind_of(text: str) -> str:
    """Return the kind that ``text`` names plainly, or an empty text.

    Letters between other signs are words; so are the parts of ``darkFrame``, but not those of ``place``.
    """
    words = _words(text)
    return next((kind for kind, needed in _RULES if needed <= words), "")


def doubt_of(text: str) -> str:
    """Return what is doubtful about the kind that ``text`` names, or an empty text."""
    called = sorted(_BACKGROUNDS & _words(text))
    if not called or kind_of(text) != _DETECTOR or kind_of(_without(text, called)) == _DETECTOR:
        return ""
    return (
        f"{called[0]!r} is taken as a dark: the detector with the shutter closed. Choose the kind background if light "
        "fell on it."
    )


def _words(text: str) -> set[str]:
    plain = _SCHOTT_FILTER.sub(" ", text)
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", plain)}
    words |= {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", plain)}
    # What had its background taken off is no background.
    return words - _BACKGROUNDS if words & _SUBTRACTED else words


def _without(text: str, words: list[str]) -> str:
    return re.sub("|".join(words), " ", text, flags=re.IGNORECASE)
