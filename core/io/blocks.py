"""Find the block of numbers in a text file, whatever delimiter and decimal mark it uses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from asplab.core.io.datafile import FileError
from asplab.core.io.dialects import (
    DIALECTS,
    MISSING_WORDS,
    NUMBER_SIGNS,
    Dialect,
    common_dialect,
    is_comment,
)
from asplab.core.units import FloatArray

HEADER_ROWS = 2
PROBES = 6
CUT_ROWS = 20
FEW_ROWS = 3
MARKS_OF_COMMENTS = "#%!;/ "
ODD_CHARACTER = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
SAMPLE_LINES = 2000
ENDS_OF_CELLS = (re.compile(r"[0-9]+[.,]?[0-9]*$"), re.compile(r"^(?:[0-9]+[.,][0-9]+|[0-9]{3,})"))


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


def find_block(lines: Sequence[str], name: str) -> Block:
    """Return the longest consistent block of numbers in ``lines``.

    The pair of delimiter and decimal mark that gives the longest run of rows with one number of columns, two
    or more where possible, wins; of equally long runs the one with more columns.

    Raises
    ------
    FileError
        Where there is no such block.
    """
    block = read_alike(lines) or read_longest_run(lines)
    if block is None:
        raise FileError(
            name,
            None,
            "no rows of numbers were found. The file needs columns of numbers, separated by tab, comma, "
            "semicolon or spaces.",
        )
    return block


def checked(lines: Sequence[str], block: Block, name: str, *, ends_open: bool = False) -> Block:
    """Return ``block`` with what the lines around it make doubtful.

    ``ends_open`` says that the last line has no line end.

    Raises
    ------
    FileError
        When rows beside the block show that the data are damaged or cut short.
    """
    refuse_damage(lines, block, name)
    cut = cut_value(lines, block, name) if ends_open and block.rows[-1] == len(lines) - 1 else ()
    warnings = (*numbers_beside(lines, block), *commented(lines, block), *cut)
    return Block(block.dialect, block.values, block.rows, warnings)


def checked_below(lines: Sequence[str], block: Block, name: str) -> Block:
    """Return ``block``, which ends its file below ``lines``, none of which is a row of numbers. As `checked`."""
    nearest = [*islice((i for i in reversed(range(len(lines))) if is_meaningful(lines[i])), 2)]
    if nearest:
        has_names = len(nearest) > 1 and len(block.dialect.cells(lines[nearest[1]])) == block.width
        refuse_row(lines[nearest[0]], nearest[0], block, name, is_header=True, has_names=has_names)
    if not lines or not is_comment(lines[-1]):
        return block
    return Block(block.dialect, block.values, block.rows, commented(lines, block))


def cut_value(lines: Sequence[str], block: Block, name: str) -> tuple[str, ...]:
    """Raise `FileError` when the last row, which has no line end, ends before all others do.

    Of few rows the last may end earlier by chance: return a warning, unless it ends with its decimal mark.
    """
    rows = [lines[index] for index in block.rows[-CUT_ROWS:]]
    *before, last = (block.dialect.tail(row) for row in rows)
    if len(before) < FEW_ROWS or last in before or any(one != before[0] for one in before):
        return ()
    text = f"the last row {shortened(rows[-1])} ends before the rows above do. The file looks cut short"
    if len(before) + 1 < CUT_ROWS and last[1] != 1:
        return (f"line {block.rows[-1] + 1}: {text}.",)
    raise FileError(name, block.rows[-1] + 1, f"{text}: restore it from the original.")


def read_alike(lines: Sequence[str]) -> Block | None:
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


def read_longest_run(lines: Sequence[str]) -> Block | None:
    """Read line by line under every dialect and return the longest run; None where no line holds numbers."""
    sample = lines[:: len(lines) // SAMPLE_LINES + 1]
    usable = [dialect for dialect in DIALECTS if any(dialect.numbers(line) for line in sample)]
    candidates = [run for dialect in usable if (run := longest_run(lines, dialect)) is not None]
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
    has_names = len(before) > 1 and len(block.dialect.cells(lines[before[-2]])) == block.width
    for index in gap:
        refuse_row(lines[index], index, block, name, is_header=not above, has_names=has_names)
    for index in after[:1]:
        refuse_row(lines[index], index, block, name, is_last=len(after) == 1)
    if len(above) > HEADER_ROWS:
        refuse_second_block(lines, gap[0], name)
    if len(alike) > len(above):
        refuse_second_block(lines, after[0], name)


def meaningful(lines: Sequence[str], indices: range) -> list[int]:
    """Return those of ``indices`` whose line is neither blank nor a comment."""
    return [i for i in indices if is_meaningful(lines[i])]


def is_meaningful(line: str) -> bool:
    """Whether ``line`` is neither blank nor a comment."""
    return bool(line.strip()) and not is_comment(line)


def refuse_second_block(lines: Sequence[str], index: int, name: str) -> None:
    """Raise the error for data interrupted by something that is no row of data."""
    raise FileError(
        name,
        index + 1,
        f"{shortened(lines[index])} interrupts the rows of numbers. One block of numbers per file is "
        "understood: repair the line, or split the file.",
    )


def refuse_row(
    line: str,
    index: int,
    block: Block,
    name: str,
    *,
    is_last: bool = False,
    is_header: bool = False,
    has_names: bool = False,
) -> None:
    """Raise `FileError` when ``line`` is a row of data that lacks a number."""
    if not NUMBER_SIGNS.search(line) and not ODD_CHARACTER.search(line):
        return
    cells = block.dialect.cells(line)
    values = [block.dialect.number(cell) for cell in cells]
    rest_is_data = len(cells) == block.width and None not in values[1:]
    stray_sign = rest_is_data and (block.dialect.number(cells[0][1:]) is not None or continues(cells[0], index, block))
    if ODD_CHARACTER.search(line) and (rest_is_data or starts_like_data(cells[0])):
        text = f"{shortened(line)} holds characters that no text has. Restore the file from the original."
        raise FileError(name, index + 1, text)
    if is_header and not has_names and not cells[0] and numbers_frames(cells, block):
        return
    merged = is_header and len(cells) < block.width and continues(cells[0], index, block)
    if not merged and (
        not any(value is not None for value in values) or not (stray_sign or starts_like_data(cells[0]))
    ):
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


def continues(cell: str, index: int, block: Block) -> bool:
    """Whether ``cell`` begins or ends with the number that comes next on the axis, or before the first; it is none."""
    axis = block.values[:, 0]
    ends = [found[0] for pattern in ENDS_OF_CELLS if (found := pattern.search(cell))]
    if len(axis) < 3 or not ends:
        return False
    step = axis[1] - axis[0] if index < block.rows[0] else axis[-1] - axis[-2]
    expected = axis[0] - step if index < block.rows[0] else axis[-1] + step
    return expected > 0.0 and any(abs(float(end.replace(",", ".")) - expected) < 0.25 * abs(step) for end in ends)


def numbers_frames(cells: Sequence[str], block: Block) -> bool:
    """Whether each cell of a row but the first holds a number, in order, as a row does that numbers the frames."""
    numbers = [block.dialect.number(cell) for cell in cells[1:]]
    known = [number for number in numbers if number is not None]
    if block.width < 3 or len(cells) != block.width or len(known) != len(numbers) or not np.isfinite(known).all():
        return False
    steps = np.diff(known)
    return bool((steps > 0.0).all() or (steps < 0.0).all())


def starts_like_data(cell: str) -> bool:
    """Whether the first cell of a line is a number, or what stands in the place of a missing one."""
    return cell.lower() in MISSING_WORDS or cell[:1].isdigit() or (cell[:1] in "+-." and cell[1:2].isdigit())


def numbers_beside(lines: Sequence[str], block: Block) -> tuple[str, ...]:
    """Return a warning where rows of numbers above the block, or below it, were taken for text."""
    places = (("above", range(block.rows[0])), ("below", range(block.rows[-1] + 1, len(lines))))
    found = []
    for place, indices in places:
        # Below the table a single number is the rest of a footer.
        fewest = 1 if place == "above" else 2
        rows = [index for index in indices if len(block.dialect.numbers(lines[index])) >= fewest]
        if rows:
            line = shortened(lines[rows[0]])
            found.append(f"line {rows[0] + 1}: numbers {place} the table were not read as data: {line}")
    return tuple(found)


def commented(lines: Sequence[str], block: Block) -> tuple[str, ...]:
    """Return a warning where a row among the numbers, or beside them, is marked as a comment."""
    if isinstance(block.rows, range):
        places = [*range(max(block.rows[0] - 1, 0), block.rows[0]), *range(block.rows[-1] + 1, len(lines))[:1]]
    else:
        places = sorted(set(range(block.rows[0], block.rows[-1])) - set(block.rows))
    marked = [i for i in places if is_comment(lines[i])]
    rows = [i for i in marked if is_marked_row(lines[i], block)]
    if not rows:
        return ()
    return (
        f"line {rows[0] + 1}: a row of numbers is marked as a comment and was left out: {shortened(lines[rows[0]])}",
    )


def is_marked_row(line: str, block: Block) -> bool:
    """Whether a comment is a row of ``block``, of which the first cell may be damaged."""
    text = line.lstrip(MARKS_OF_COMMENTS)
    cells = block.dialect.cells(text) if NUMBER_SIGNS.search(text) else []
    rest = cells[1:] or cells
    is_row = len(cells) == block.width and all(block.dialect.number(cell) is not None for cell in rest)
    return is_row and any(character.isdigit() for character in cells[0])


def shortened(line: str) -> str:
    """Return ``line`` quoted, cut to a length that fits into a message."""
    text = line.strip()
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
