"""Read text files whose rows are all alike, without looking at each line."""

from typing import NamedTuple

from asplab.core.io.blocks import Block
from asplab.core.io.digits import DIGITS, RUNS, RowLayout, loaded_values, plain_values, row_layout
from asplab.core.io.heads import HEAD_BYTES
from asplab.core.units import FloatArray

MOST_HEADER_LINES = 200
FEWEST_ROWS = 8
LONGEST_ROW_BYTES = 1_000_000
"""Binary files may have no line end but the last byte."""
COLUMNS = 2
BARE_BYTES = 1024
EXPONENTS = (b"e", b"E", b"+")
NUMBER_CHARACTERS = DIGITS + b"+-eE"
BARE_CHARACTERS = NUMBER_CHARACTERS + b".,;\t \r\n"


class Plain(NamedTuple):
    """A file that ends with rows of one plain form, such as ``row``; ``head`` is all that stands above them."""

    head: bytes
    row: bytes
    block: Block

    @property
    def gist(self) -> bytes:
        """What tells the format of the file: its beginning, and three of the rows; 1 stands for each run of digits."""
        return RUNS.sub(b"1", self.head[:HEAD_BYTES]) + 3 * self.row


def is_bare(raw: bytes, plain: Plain | None) -> bool:
    """Whether ``raw`` begins and ends with rows of two numbers: no instrument's format can be told from that."""
    if plain is not None:
        return not plain.head and plain.block.width == COLUMNS
    head = raw[:BARE_BYTES]
    if head.translate(None, BARE_CHARACTERS) or raw[-BARE_BYTES:].translate(None, BARE_CHARACTERS):
        return False
    layout = row_layout(head[: head.find(b"\n") + 1])
    return layout is not None and len(layout.numbers) == COLUMNS


def read_plain(raw: bytes) -> Plain | None:
    """Return what stands above the numbers, and the numbers, of a file that ends with rows of one plain form.

    None where the rows differ in more than their digits, or text follows them.
    """
    if not raw.endswith(b"\n"):
        return None
    last = raw[raw.rfind(b"\n", 0, -1) + 1 :]
    layout = row_layout(last) if len(last) <= LONGEST_ROW_BYTES else None
    if layout is None:
        return None
    loose = NUMBER_CHARACTERS + layout.dialect.decimal.encode()
    delimiters = last.translate(None, loose)
    above = lines_above(raw, delimiters, loose)
    if above is None:
        return None
    lines, start = above
    values = values_of(raw, start, last, layout)
    if values is None or len(values) < FEWEST_ROWS:
        return None
    return Plain(raw[:start], layout.form, Block(layout.dialect, values, range(lines, lines + len(values))))


def values_of(raw: bytes, start: int, last: bytes, layout: RowLayout) -> FloatArray | None:
    """Return the numbers from byte ``start`` on; None where a row hasn't the delimiters of ``last``."""
    values = plain_values(raw, layout, start)
    if values is not None:
        return values
    body = raw[start:]
    if not any(mark in body for mark in EXPONENTS):
        return None
    loose = NUMBER_CHARACTERS + layout.dialect.decimal.encode()
    rows, end = body.count(b"\n"), last[len(last.rstrip(b",;\t \r\n")) :]
    if body.translate(None, loose) != last.translate(None, loose) * rows or body.count(end) != rows:
        return None
    values = loaded_values(body, layout)
    return values if values is not None and len(values) == rows else None


def lines_above(raw: bytes, delimiters: bytes, loose: bytes) -> tuple[int, int] | None:
    """Return how many lines and bytes stand above the first row with ``delimiters``; None for too many.

    ``loose`` are the characters of numbers.
    """
    start = 0
    for lines in range(MOST_HEADER_LINES):
        stop = raw.find(b"\n", start) + 1
        if not stop or b"\r" in raw[start : stop - 2]:
            return None
        row = raw[start:stop]
        if row.translate(None, loose) == delimiters and row.translate(None, DIGITS) != row:
            return lines, start
        start = stop
    return None
