"""Find the block of numbers in a text file, whatever delimiter and decimal mark it uses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.io.datafile import FileError
from asplab.core.units import FloatArray

COMMENT_MARKS = ("#", "%", "!", "//")
MISSING_WORDS = frozenset({"", "-", "--", "---", "nan", "na", "n/a", "#n/a", "none", "null", "inf", "-inf"})
PROBES = 6
HEADER_ROWS = 2


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
        values = [self.number(cell) for cell in self.cells(line)]
        found = [value for value in values if value is not None]
        return found if len(found) == len(values) else []


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


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The numbers of a file: ``values`` (rows, columns); ``rows`` are indices into the lines of the file."""

    dialect: Dialect
    values: FloatArray
    rows: Sequence[int]
    warnings: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.values.shape[1])


def is_comment(line: str) -> bool:
    """Whether ``line`` begins with a comment mark and isn't a row whose first cell is blank."""
    stripped = line.lstrip()
    if stripped.startswith(";"):
        return not any(dialect.numbers(stripped.lstrip("; ")) for dialect in SEMICOLON_DIALECTS)
    return stripped.startswith(COMMENT_MARKS)


def find_block(lines: Sequence[str], name: str) -> Block:
    """Return the longest consistent block of numbers in ``lines``.

    The pair of delimiter and decimal mark that gives the longest run of rows with one number of columns, two
    or more where possible, wins; of equally long runs the one with more columns.

    Raises
    ------
    FileError
        Where there is no such block, or rows beside it show that the data are damaged or cut short.
    """
    block = read_regular(lines) or read_longest_run(lines)
    if block is None:
        raise FileError(
            name,
            None,
            "no rows of numbers were found. The file needs columns of numbers, separated by tab, comma, "
            "semicolon or spaces.",
        )
    refuse_damage(lines, block, name)
    return Block(block.dialect, block.values, block.rows, numbers_above(lines, block))


def read_regular(lines: Sequence[str]) -> Block | None:
    """Read a file whose lines from the first to the last numeric one are all alike; None where they aren't."""
    probes = [lines[len(lines) * k // (PROBES + 1)] for k in range(1, PROBES + 1)] if len(lines) > PROBES else []
    dialect, width = common_dialect(probes)
    if dialect is None:
        return None
    first, stop = 0, len(lines)
    while len(dialect.numbers(lines[first])) != width:
        first += 1
    while len(dialect.numbers(lines[stop - 1])) != width:
        stop -= 1
    body = list(lines[first:stop])
    mark = dialect.delimiter
    if mark is not None and probes[0].endswith(mark):
        body = [line.rstrip(mark) for line in body]
    if dialect.decimal == ",":
        body = "\n".join(body).replace(",", ".").split("\n")
    try:
        values = np.loadtxt(body, delimiter=mark, comments=None, ndmin=2)
    except ValueError:
        return None
    return Block(dialect, values, range(first, stop)) if values.shape == (stop - first, width) else None


def common_dialect(probes: Sequence[str]) -> tuple[Dialect | None, int]:
    """Return the dialect under which all ``probes`` have the same, largest number of columns; None without one."""
    best: Dialect | None = None
    most = 0
    for dialect in DIALECTS if probes else ():
        width = len(dialect.numbers(probes[0]))
        if width > most and all(len(dialect.numbers(probe)) == width for probe in probes[1:]):
            best, most = dialect, width
    return best, most


def read_longest_run(lines: Sequence[str]) -> Block | None:
    """Read line by line under every dialect and return the longest run; None where no line holds numbers."""
    candidates = [run for dialect in DIALECTS if (run := longest_run(lines, dialect)) is not None]
    # A single column is no spectrum, and any list of integers with commas passes for one of decimals.
    return max(candidates, key=lambda block: (block.width > 1, *block.values.shape), default=None)


def longest_run(lines: Sequence[str], dialect: Dialect) -> Block | None:
    """Return the longest run of rows of one width; blank and comment lines don't break it."""
    best: list[int] = []
    run: list[int] = []
    parsed = [dialect.numbers(line) for line in lines]
    for index, numbers in enumerate(parsed):
        if not numbers and (not lines[index].strip() or is_comment(lines[index])):
            continue
        same = bool(run) and len(numbers) == len(parsed[run[-1]])
        if not same:
            run = []
        if numbers:
            run.append(index)
        if len(run) > len(best):
            best = run
    return Block(dialect, np.array([parsed[index] for index in best]), tuple(best)) if best else None


def refuse_damage(lines: Sequence[str], block: Block, name: str) -> None:
    """Raise `FileError` when a line beside the block is a damaged row of data, or more data follow."""
    before = meaningful(lines, range(block.rows[0]))
    after = meaningful(lines, range(block.rows[-1] + 1, len(lines)))
    alike = [i for i in before + after if len(block.dialect.numbers(lines[i])) == block.width]
    above = [i for i in alike if i < block.rows[0]]
    gap = [i for i in before if i > above[-1]] if above else before[-1:]
    for index in gap:
        refuse_row(lines[index], index, block, name, is_header=not above)
    for index in after[:1]:
        refuse_row(lines[index], index, block, name, is_last=len(after) == 1)
    if len(above) > HEADER_ROWS:
        refuse_second_block(lines, gap[0], name)
    if len(alike) > len(above):
        refuse_second_block(lines, after[0], name)


def meaningful(lines: Sequence[str], indices: range) -> list[int]:
    """Return those of ``indices`` whose line is neither blank nor a comment."""
    return [i for i in indices if lines[i].strip() and not is_comment(lines[i])]


def refuse_second_block(lines: Sequence[str], index: int, name: str) -> None:
    """Raise the error for data interrupted by something that is no row of data."""
    raise FileError(
        name,
        index + 1,
        f"{shortened(lines[index])} interrupts the rows of numbers. One block of numbers per file is "
        "understood: repair the line, or split the file.",
    )


def refuse_row(
    line: str, index: int, block: Block, name: str, *, is_last: bool = False, is_header: bool = False
) -> None:
    """Raise `FileError` when ``line`` is a row of data that lacks a number."""
    cells = block.dialect.cells(line)
    values = [block.dialect.number(cell) for cell in cells]
    rest_is_data = len(cells) == block.width and None not in values[1:]
    stray_sign = rest_is_data and block.dialect.number(cells[0][1:]) is not None
    if not any(value is not None for value in values) or not (stray_sign or starts_like_data(cells[0])):
        return
    if len(cells) != block.width:
        if is_header and all(value is not None for value in values):
            return
        cut = "The file looks cut short: restore it from the original." if is_last else "Repair the row."
        raise FileError(name, index + 1, f"the row has {len(cells)} of {block.width} columns: {shortened(line)}. {cut}")
    column = next(k for k, value in enumerate(values) if value is None)
    raise FileError(
        name,
        index + 1,
        f"column {column + 1} holds {cells[column]!r}, which is no number. Correct the value or delete the row.",
    )


def starts_like_data(cell: str) -> bool:
    """Whether the first cell of a line is a number, or what stands in the place of a missing one."""
    return cell.lower() in MISSING_WORDS or cell[:1].isdigit() or (cell[:1] in "+-." and cell[1:2].isdigit())


def numbers_above(lines: Sequence[str], block: Block) -> tuple[str, ...]:
    """Return a warning where rows of numbers above the block were taken for a header."""
    rows = [i + 1 for i in range(block.rows[0]) if block.dialect.numbers(lines[i])]
    if not rows:
        return ()
    return (f"line {rows[0]}: numbers above the table were not read as data: {shortened(lines[rows[0] - 1])}",)


def shortened(line: str) -> str:
    """Return ``line`` quoted, cut to a length that fits into a message."""
    text = line.strip()
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
