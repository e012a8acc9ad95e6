"""Rows of numbers in a stretch of lines that a format promises: all of them are read, or the file is refused."""

from collections.abc import Sequence

import numpy as np

from asplab.core.io.blocks import Block, read_alike, shortened
from asplab.core.io.datafile import FileError
from asplab.core.io.dialects import DIALECTS, Dialect
from asplab.core.io.encoding import ends_within_line

COPY_AGAIN = "Copy the file again from the instrument."


def read_grid(lines: Sequence[str], span: range, name: str) -> Block:
    """Return the numbers in the lines of ``span`` that aren't blank, rows of one width.

    Raises
    ------
    FileError
        Where there are no rows, or one of them isn't like the others.
    """
    rows = [index for index in span if lines[index].strip()]
    if not rows:
        where = span.start if span.start < len(lines) else None
        raise FileError(name, where, f"no rows of numbers follow the header. {COPY_AGAIN}")
    inside = [lines[index] for index in rows]
    block = read_alike(inside)
    if block is None or len(block.rows) != len(rows):
        block = read_each(inside, rows, name)
    is_gapless = rows[-1] - rows[0] + 1 == len(rows)
    return Block(block.dialect, block.values, range(rows[0], rows[-1] + 1) if is_gapless else tuple(rows))


def read_each(inside: Sequence[str], rows: Sequence[int], name: str) -> Block:
    """Read ``inside``, which are the lines ``rows``, one by one; raise `FileError` at the first that is different."""
    dialect, width = widest(inside)
    numbers = [dialect.numbers(line) for line in inside]
    wrong = next((k for k, row in enumerate(numbers) if len(row) != width or not width), None)
    if wrong is not None:
        cut = f"The file looks cut short. {COPY_AGAIN}" if wrong == len(rows) - 1 else "Correct or remove the line."
        raise FileError(name, rows[wrong] + 1, f"{shortened(inside[wrong])} is no row of {width or 2} numbers. {cut}")
    return Block(dialect, np.array(numbers), range(len(rows)))


def widest(lines: Sequence[str]) -> tuple[Dialect, int]:
    """Return the dialect, and its number of columns, that reads most of the first lines."""
    probes = lines[:8]

    def score(dialect: Dialect) -> tuple[int, int]:
        widths = [len(dialect.numbers(line)) for line in probes]
        return sum(width > 1 for width in widths), max(widths)

    best = max(DIALECTS, key=score)
    widths = [len(best.numbers(line)) for line in probes]
    return best, max(set(widths), key=widths.count)


def refuse_open_end(text: str, lines: Sequence[str], last: int, name: str) -> None:
    """Raise `FileError` where line ``last`` ends the file without a line end, so that it may be cut short."""
    if not ends_within_line(text) or last != len(lines) - 1:
        return
    raise FileError(
        name,
        last + 1,
        f"the file ends within this line, so its last number may be cut. {COPY_AGAIN} Where the number is whole, add "
        "a line end.",
    )


def refuse_rows_beside(lines: Sequence[str], indices: Sequence[int], dialect: Dialect, name: str) -> None:
    """Raise `FileError` where one of the lines ``indices``, which should be text, ends with a number as rows do."""
    for index in indices:
        cells = dialect.cells(lines[index])
        if len(cells) > 1 and dialect.number(cells[-1]) is not None:
            text = f"{shortened(lines[index])} looks like a damaged row of numbers. {COPY_AGAIN}"
            raise FileError(name, index + 1, text)


def refuse_short(found: int, promised: int | None, name: str, *, what: str = "points") -> None:
    """Raise `FileError` unless the file holds as many points as its header promises."""
    if promised is None or found == promised:
        return
    reason = "The file is cut short" if found < promised else "Header and data don't belong together"
    raise FileError(
        name, None, f"the header promises {promised} {what}, the file holds {found}. {reason}. {COPY_AGAIN}"
    )
