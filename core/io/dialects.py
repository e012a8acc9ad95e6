"""How a line of text falls into numbers: delimiters, decimal marks, comments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

COMMENT_MARKS = ("#", "%", "!", "//")
ROW_START = re.compile(r"\s*\"*\s*[+-]?(?:\d|\.\d|nan|inf)", re.IGNORECASE)
"""How each line begins whose cells are numbers."""
NUMBER_SIGNS = re.compile(r"\d|nan|inf", re.IGNORECASE)
"""What a text holds in which any cell is a number."""
MISSING_WORDS = frozenset({"", "-", "--", "---", "nan", "na", "n/a", "#n/a", "none", "null", "inf", "-inf"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a line falls into numbers: ``delimiter`` None means any white space."""

    delimiter: str | None
    decimal: str

    def cells(self, line: str) -> list[str]:
        """Return the cells of ``line``; delimiters that end it make no cell."""
        if self.delimiter is None:
            return line.split()
        stripped = line.rstrip(f"{self.delimiter} \t")
        return [cell.strip().strip('"') for cell in stripped.split(self.delimiter)]

    def tail(self, line: str) -> tuple[bool, int]:
        """Return whether a delimiter ends ``line``, and the number of decimals of its last number."""
        text = line.rstrip(" ")
        cell = self.cells(text)[-1]
        _, mark, fraction = cell.partition(self.decimal)
        return self.delimiter is not None and text.endswith(self.delimiter), len(mark + fraction)

    def number(self, cell: str) -> float | None:
        """Return the value of ``cell``, or None where it is no number."""
        text = cell
        if self.decimal == ",":
            if "." in cell or cell.startswith(",") or cell.endswith(","):
                return None
            text = cell.replace(",", ".")
        try:
            return float(text) if "_" not in text else None
        except ValueError:
            return None

    def numbers(self, line: str) -> list[float]:
        """Return the numbers of ``line``; empty unless each of its cells is one."""
        values = []
        for cell in self.cells(line):
            value = self.number(cell)
            if value is None:
                return []
            values.append(value)
        return values


DIALECTS = tuple(
    Dialect(delimiter, decimal)
    for delimiter, decimal in (
        ("\t", "."),
        (";", "."),
        (",", "."),
        (None, "."),
        ("\t", ","),
        (";", ","),
        (None, ","),
    )
)
SEMICOLON_DIALECTS = tuple(dialect for dialect in DIALECTS if dialect.delimiter == ";")


def is_comment(line: str) -> bool:
    """Whether ``line`` begins with a comment mark and isn't a row whose first cell is blank."""
    stripped = line.lstrip()
    if stripped.startswith(";"):
        return not any(dialect.numbers(stripped.lstrip("; ")) for dialect in SEMICOLON_DIALECTS)
    return stripped.startswith(COMMENT_MARKS)


def common_dialect(probes: Sequence[str]) -> tuple[Dialect | None, int]:
    """Return the dialect under which all ``probes`` have the same, largest number of columns; None without one."""
    best: Dialect | None = None
    most = 0
    for dialect in DIALECTS if probes else ():
        width = len(dialect.numbers(probes[0]))
        if width > most and all(len(dialect.numbers(probe)) == width for probe in probes[1:]):
            best, most = dialect, width
    return best, most
