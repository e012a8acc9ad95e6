"""The words by which people tell what a file is."""

import re

__all__ = ["doubt_of", "is_about_kind", "kind_of"]

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
    ("sphere_dilute", "sphere+dilute"),
    ("emission_blank", "emission+blank pl+blank aspl+blank pl+substrate aspl+substrate"),
    ("pa_blank", "blank substrate pa+background pa+bkg pa+bg"),
    (_DETECTOR, " ".join(sorted(_BACKGROUNDS))),
    ("background", "pump+off probe+only"),
    ("aspl", "aspl ucpl uc antistokes anti+stokes upconversion up+conversion"),
    ("pa", "pa pds lockin lock+in photothermal"),
    ("irf", "irf crosscorrelation cross+correlation"),
    ("low_power", "pl+low+power pl+lowpower"),
    ("lamp", "lamp neon argon calibration+lines"),
    ("pl", "pl stokes photoluminescence"),
    ("absorption", "absorption absorbance uvvis uv+vis"),
    ("response", "response sensitivity"),
    ("transient", "transient ta"),
    ("matched", "matched"),
    ("filter", "transmission transmittance filter+curve"),
    ("laser", "laser+line laserline"),
    ("emission", "emission fluorescence"),
    # Kinds by their own names; all other words go first, as most of these are said of other files as well.
    ("reference", "reference references"),
    ("filter", "filter filters"),
    ("laser", "laser lasers"),
    ("power", "power powers powerseries"),
    ("sizes", "sizes particles imagej"),
)
_BESIDE_VALUES = re.compile(
    r"(?<![A-Za-z])(?:"
    # What excites, and how strongly: laser 450 nm, 450nm_laser, power=5uW, 0.5 mW power.
    r"laser[ _=-]*(?:\d{3}|\d+[.,]\d|\d+ ?[a-z]*eV|on(?![a-z])|off(?![a-z]))|(?:nm|eV|\d{3,4})[ _-]*laser"
    r"|pow(?:er)?[ _=-]*\d|(?:(?<=\d)|(?<=\d ))[munpµμ]?W[ _-]*power"
    # What stands before the detector: long-pass filter, filter 530, no filter, BG39 filter.
    r"|(?:(?:(?:long|short|band)[ _-]?)?pass|LPF?|SPF?|BPF?|ND|OD|NF|notch|no|with|without|BG|KG)"
    r"[ _-]*\d*[.,]?\d*(?:nm)?[ _-]*filters?"
    r"|\d{3,4}[ _-]*(?:nm)?[ _-]*filters?|filters?[ _=-]*(?:\d{3}|LP|SP|ND|OD|BG|KG)"
    r")",
    re.IGNORECASE,
)
"""Names of kinds that say in which condition something else was measured."""
_OWN_NAMES = frozenset(("laser", "power", "filter"))
_SETTLE = "Choose the kind background if light fell on it."
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
    return f"{called[0]!r} is taken as a dark: the detector with the shutter closed. {_SETTLE}"


def is_about_kind(doubt: str) -> bool:
    """Return whether a doubt is one of `doubt_of`, which is settled once somebody says the kind."""
    return doubt.endswith(_SETTLE)


def _words(text: str) -> set[str]:
    plain = _SCHOTT_FILTER.sub(" ", text)
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", plain)}
    words |= {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", plain)}
    words -= {word.lower() for found in _BESIDE_VALUES.findall(plain) for word in re.findall(r"[A-Za-z]+", found)} & (
        _OWN_NAMES
    )
    # What had its background taken off is no background.
    return words - _BACKGROUNDS if words & _SUBTRACTED else words


def _without(text: str, words: list[str]) -> str:
    return re.sub("|".join(words), " ", text, flags=re.IGNORECASE)
