"""What a cell of a table is sorted by: its number where it begins with one, else its words."""

import re

from asplab.gui.language import tr

Key = tuple[int, float, str]
UNKNOWN = frozenset({"", "—", "–", tr("not determined"), "undetermined", "open", tr("not told"), tr("not known")})
_NUMBER = re.compile(r"[^\w+−-]*(?P<sign>[+−-]?)\s?(?P<size>\d+(?:[.,]\d+)?)")
_POWER = re.compile(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def sort_key(cell: str) -> Key | None:
    """Return what a cell is sorted by; None where it says that nothing is known: that comes last.

    ``23.1 ± 1.7``, ``> 18.2`` and ``! 4.2 ×10⁻³`` sort as the numbers 23.1, 18.2 and 0.0042; numbers come before words.
    """
    words = cell.strip()
    if words in UNKNOWN:
        return None
    found = _NUMBER.match(words)
    if found is None:
        return (1, 0.0, words.casefold())
    value = float(found["size"].replace(",", "."))
    power = _POWER.search(words)
    if power is not None:
        value *= 10.0 ** int(power[1].translate(_DIGITS))
    return (0, -value if found["sign"] in ("−", "-") else value, words.casefold())
