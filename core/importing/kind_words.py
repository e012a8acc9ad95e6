"""The words by which people tell what a file is."""

import re

__all__ = ["kind_of"]

# The order decides where a name holds several words: a blank of a scan is a blank.
_KINDS = (
    ("dark", "dark darks shutter"),
    ("sphere_blank", "sphere+blank sphere+empty"),
    ("sphere_out", "sphere+out"),
    ("sphere_in", "sphere+in"),
    ("emission_blank", "emission+blank pl+blank aspl+blank pl+substrate aspl+substrate"),
    ("pa_blank", "blank substrate"),
    ("aspl", "aspl ucpl antistokes anti+stokes upconversion up+conversion"),
    ("pa", "pa pds lockin lock+in photothermal"),
    ("irf", "irf"),
    ("background", "background bkg bkgd"),
    ("lamp", "lamp neon argon calibration+lines"),
    ("pl", "pl stokes photoluminescence"),
    ("absorption", "absorption absorbance uvvis uv+vis"),
    ("response", "response sensitivity"),
    ("transient", "transient ta"),
)
_RULES = tuple((kind, frozenset(word.split("+"))) for kind, words in _KINDS for word in words.split())


def kind_of(text: str) -> str:
    """Return the kind that ``text`` names plainly, or an empty text.

    Letters between other signs are words; so are the parts of ``darkFrame``, but not those of ``place``.
    """
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", text)}
    words |= {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)}
    return next((kind for kind, needed in _RULES if needed <= words), "")
