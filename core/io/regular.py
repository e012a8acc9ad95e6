"""Read text files whose rows are all alike, without looking at each line."""

from asplab.core.io.blocks import Block
from asplab.core.io.digits import DIGITS, MARKS, RowLayout, loaded_values, plain_values, punctuation, row_layout
from asplab.core.units import FloatArray

MOST_HEADER_LINES = 200
FEWEST_ROWS = 8
BARE_BYTES = 1024
NUMBER_CHARACTERS = DIGITS + b"+-eE"
BARE_CHARACTERS = NUMBER_CHARACTERS + b".,;\t \r\n"


def is_bare(raw: bytes) -> bool:
    """Whether ``raw`` begins and ends with rows of two numbers: no instrument's format can be told from that."""
    head = raw[:BARE_BYTES]
    if head.translate(None, BARE_CHARACTERS) or raw[-BARE_BYTES:].translate(None, BARE_CHARACTERS):
        return False
    layout = row_layout(head[: head.find(b"\n") + 1])
    return layout is not None and len(layout.numbers) == 2


def read_plain(raw: bytes) -> tuple[bytes, Block] | None:
    """Return the lines above the numbers, and the numbers, of a file that ends with rows of one plain form.

    None where the rows differ in more than their digits, or text follows them.
    """
    if not raw.endswith(b"\n"):
        return None
    last = raw[raw.rfind(b"\n", 0, -1) + 1 :]
    layout = row_layout(last)
    if layout is None:
        return None
    loose = NUMBER_CHARACTERS + layout.dialect.decimal.encode()
    delimiters = last.translate(None, loose)
    above = lines_above(raw, delimiters, loose)
    if above is None:
        return None
    lines, start = above
    values = values_of(raw[start:], last, layout, loose)
    if values is None or len(values) < FEWEST_ROWS:
        return None
    return raw[:start], Block(layout.dialect, values, range(lines, lines + len(values)))


def values_of(body: bytes, last: bytes, layout: RowLayout, loose: bytes) -> FloatArray | None:
    """Return the numbers of ``body``, whose rows have the delimiters of ``last``; None where some haven't."""
    form, marks, rows = punctuation(last), punctuation(body), body.count(b"\n")
    if marks == form * rows and MARKS.issuperset(form):
        return plain_values(body, layout)
    end = last[len(last.rstrip(b",;\t \r\n")) :]
    if marks.translate(None, loose) != last.translate(None, loose) * rows or body.count(end) != rows:
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
