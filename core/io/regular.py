"""Read text files whose rows are all alike, without looking at each line."""

from asplab.core.io.blocks import Block
from asplab.core.io.digits import DIGITS, plain_values, punctuation, row_layout

MOST_HEADER_LINES = 200
FEWEST_ROWS = 8
BARE_BYTES = 1024
BARE_CHARACTERS = DIGITS + b"+-.eE,;\t \r\n"


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
    form = punctuation(last)
    above = lines_above(raw, form)
    if layout is None or above is None:
        return None
    lines, start = above
    body = raw[start:]
    marks = punctuation(body)
    rows = len(marks) // len(form)
    if rows < FEWEST_ROWS or marks != form * rows:
        return None
    values = plain_values(body, layout)
    return None if values is None else (raw[:start], Block(layout.dialect, values, range(lines, lines + rows)))


def lines_above(raw: bytes, form: bytes) -> tuple[int, int] | None:
    """Return how many lines and bytes stand above the first row of the punctuation ``form``; None for too many."""
    start = 0
    for lines in range(MOST_HEADER_LINES):
        stop = raw.find(b"\n", start) + 1
        if not stop or b"\r" in raw[start : stop - 2]:
            return None
        row = raw[start:stop]
        if punctuation(row) == form and row != form:
            return lines, start
        start = stop
    return None
