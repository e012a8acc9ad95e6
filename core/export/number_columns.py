"""Tables for calculation: number, errors and remarks, which share a cell on a screen, in columns of their own."""

import re
from dataclasses import dataclass

from asplab.core.export.table_text import TextTable

_NUMBER = r"\d+(?:[.,]\d+)?"
_SIGNED = rf"[+−-]?{_NUMBER}"
_FLAGS = re.compile(r"(?P<flags>[!?✓✕·◇↑↓*†‡]+) (?P<rest>.+)|(?P<sign>[!?✕◇])(?P<number>[+−-]?\d.*)")
_POWER = re.compile(r"\(?(?P<inner>[^()]+?)\)? ×10(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_UNIT = re.compile(r"(?P<number>.*\d) ?(?P<unit>meV|eV|K|nm|s|µW|%|σ|ppm|nm²)")
_EVEN = re.compile(rf"(?P<value>{_SIGNED}) ± (?P<error>{_NUMBER}|\?)")
_ARMS = re.compile(rf"(?:(?P<value>{_SIGNED}) )?\+(?P<up>{_NUMBER}|open) [−-](?P<down>{_NUMBER}|open)")
_ENDS = re.compile(rf"(?P<value>{_SIGNED}) \[(?P<low>{_SIGNED}), (?P<high>{_SIGNED})\]")
_RANGE = re.compile(rf"(?P<low>{_SIGNED}|open) … (?P<high>{_SIGNED}|open)")
_LIMIT = re.compile(rf"(?P<sign>[<>]) (?P<value>{_SIGNED})")
_FIXED = re.compile(rf"(?P<value>{_SIGNED}) (?P<words>[a-z ]+)")
_PLAIN = re.compile(_SIGNED)
_HALF = 2


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one cell says; a part that it doesn't is empty."""

    value: str = ""
    down: str = ""
    up: str = ""
    low: str = ""
    high: str = ""
    unit: str = ""
    remark: str = ""


_HEADS = {
    "value": "{head}",
    "down": "{head}, lower error",
    "up": "{head}, upper error",
    "low": "{head}, lower limit",
    "high": "{head}, upper limit",
    "unit": "{head}, unit",
    "remark": "{head}, remark",
}


def separated(table: TextTable) -> TextTable:
    """Return a table whose numbers stand alone in their cells, with a point and a plain minus sign.

    A column that holds numbers becomes as many columns as its cells say parts of: value, lower and upper error, lower
    and upper limit, unit, remark. Errors are both positive. Columns of words stay as they are.
    """
    heads: list[str] = []
    columns: list[list[str]] = []
    for index in range(table.width):
        cells = [row[index] if index < len(row) else "" for row in table.rows]
        head = table.heads[index] if index < len(table.heads) else ""
        for name, column in _columns(cells):
            heads.append(_HEADS[name].format(head=head).removeprefix(", "))
            columns.append(column)
    rows = tuple(zip(*columns, strict=True)) if columns else ()
    is_split = len(columns) > table.width
    return TextTable(tuple(heads) if table.heads or is_split else (), rows)


def _columns(cells: list[str]) -> list[tuple[str, list[str]]]:
    parts = [_parts(cell) for cell in cells]
    numbers = sum(bool(one.value or one.low or one.high or one.up) for one in parts)
    filled = sum(bool(cell.strip("—– ")) for cell in cells)
    told = [name for name in _HEADS if any(getattr(one, name) for one in parts)]
    if not numbers or numbers * _HALF < filled or told == ["value"]:
        pairs = zip(parts, cells, strict=True)
        return [("value", [one.value if one == _Parts(value=one.value) else cell for one, cell in pairs])]
    return [(name, [getattr(one, name) for one in parts]) for name in dict.fromkeys(("value", *told))]


def _parts(cell: str) -> _Parts:
    words, flags = " ".join(cell.split()), ""
    if found := _FLAGS.fullmatch(words):
        flags, words = found["flags"] or found["sign"], found["rest"] or found["number"]
    unit, power = "", ""
    if found := _UNIT.fullmatch(words):
        unit, words = found["unit"], found["number"]
    if found := _POWER.fullmatch(words):
        power, words = f"e{found['power'].translate(_POWERS)}", found["inner"]
    known = _known(words, power)
    if known is None:
        return _Parts(remark=" ".join(cell.split()).strip("—– "))
    remark = " ".join(filter(None, (flags, known.remark)))
    return _Parts(known.value, known.down, known.up, known.low, known.high, unit, remark)


def _known(words: str, power: str) -> _Parts | None:
    def number(text: str | None) -> str:
        return f"{text.replace('−', '-').replace(',', '.')}{power}" if text and text not in ("open", "?") else ""

    if _PLAIN.fullmatch(words):
        return _Parts(number(words))
    if found := _EVEN.fullmatch(words):
        error = number(found["error"])
        return _Parts(number(found["value"]), error, error, remark="" if error else "error not known")
    if found := _ARMS.fullmatch(words):
        ends = [side for side, arm in (("lower", found["down"]), ("upper", found["up"])) if arm == "open"]
        open_words = f"{' and '.join(ends)} error open" if ends else ""
        return _Parts(number(found["value"]), number(found["down"]), number(found["up"]), remark=open_words)
    if found := _ENDS.fullmatch(words):
        return _Parts(number(found["value"]), low=number(found["low"]), high=number(found["high"]))
    if found := _RANGE.fullmatch(words):
        ends = [side for side, end in (("lower", found["low"]), ("upper", found["high"])) if end == "open"]
        open_words = f"{' and '.join(ends)} limit open" if ends else ""
        return _Parts(low=number(found["low"]), high=number(found["high"]), remark=open_words)
    if found := _LIMIT.fullmatch(words):
        is_low = found["sign"] == ">"
        told = number(found["value"])
        return _Parts(low=told if is_low else "", high="" if is_low else told)
    if found := _FIXED.fullmatch(words):
        return _Parts(number(found["value"]), remark=found["words"])
    return None
