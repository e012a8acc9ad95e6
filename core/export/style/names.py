"""Names that people gave, as they stand in a figure: never mathematics, never a missing glyph."""

from functools import lru_cache

import matplotlib as mpl
from matplotlib.font_manager import findfont, get_font

_NO_GLYPH = "\N{WHITE SQUARE}"
_HIDES = "\N{ZERO WIDTH SPACE}"


def shown(name: str) -> str:
    """Return a name as text of a figure in the style in force.

    A dollar sign begins no mathematics, an underscore in front hides no entry of a legend, and a character that no font
    has is a box; files beside the figure hold the name as it is.
    """
    known = _drawable(tuple(mpl.rcParams["font.family"]))
    line = "".join(one if one == " " or ord(one) in known else _NO_GLYPH for one in " ".join(name.split()))
    return _HIDES * line.startswith("_") + line.replace("$", r"\$")


@lru_cache(maxsize=8)
def _drawable(families: tuple[str, ...]) -> frozenset[int]:
    """Return the characters that at least one font of these families has."""
    found: set[int] = set()
    for family in families:
        found.update(get_font(findfont(family)).get_charmap())
    return frozenset(found)
