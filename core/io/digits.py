"""Convert rows of plain decimal numbers all at once: the fast path of regular text files.

Every number is the quotient of two whole numbers below 2**53, which one division rounds correctly. So the values are
those that `float` gives, digit for digit; rows with exponents or too many digits are left to slower parsers.
"""

import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from asplab.core.io.dialects import Dialect, common_dialect
from asplab.core.units import FloatArray

DIGITS = b"0123456789"
MINUS = b"-"
RUNS = re.compile(rb"[0-9]+")
SIGNS_AND_EXPONENTS = re.compile(rb"(?<=[0-9.])[eE][+-]?[0-9]+|(?<![0-9.eE])[+-](?=[0-9.])")
EDGE_COMMA = re.compile(rb"(?<![0-9]),|,(?![0-9])")
DELIMITERS = (b"\t", b",", b";", b" ")
MARKS = frozenset(b".,;\t \r\n")
TOKEN_DIGITS = 8
EXACT_DIGITS = 15
POWERS = 10.0 ** np.arange(EXACT_DIGITS + 1)
KEPT_BITS = np.array(
    [0] + [0x0F0F0F0F0F0F0F0F & (2**64 - 2 ** (64 - 8 * kept)) for kept in range(1, TOKEN_DIGITS + 1)], dtype=np.uint64
)
"""Masks that keep the values of the last 0 to 8 digits of a word of eight characters, the first in its lowest byte."""

JOINING = tuple(
    (np.dtype(kind), np.array(factor, kind), np.array(shift, kind))
    for kind, factor, shift in (
        ("<u2", 10 * 2**8 + 1, 8),
        ("<u4", 100 * 2**16 + 1, 16),
        ("<u8", 10000 * 2**32 + 1, 32),
    )
)
"""Into which pieces a word falls, the factor that adds ten times each half to the next one, and the shift down."""
ZERO, NINE = np.uint8(48), np.uint8(9)


@dataclass(frozen=True, slots=True, eq=False)
class RowLayout:
    """What rows of one form hold: runs of digits (tokens), each with the mark that ends it.

    ``form`` is a row with 1 for each run of digits, ``marks`` are those of a row, ``delimiters`` the same without
    decimal marks. ``numbers`` has the token of the whole part and that of the fraction, or None, of each column, and
    ``places`` which delimiter ends it; ``filled`` (tokens,) tells which tokens have digits.
    """

    dialect: Dialect
    form: bytes
    marks: bytes
    delimiters: bytes
    numbers: tuple[tuple[int, int | None], ...]
    places: tuple[int, ...]
    filled: NDArray[np.bool_]


def punctuation(raw: bytes) -> bytes:
    """Return what is left of ``raw`` without its digits and minus signs."""
    return raw.translate(None, DIGITS + MINUS)


def row_layout(row: bytes) -> RowLayout | None:
    """Return the layout of all rows like ``row``, which ends with its line end; None where it isn't one of numbers.

    Signs and exponents are passed over.
    """
    marks = row.translate(None, DIGITS)
    bare = row if MARKS.issuperset(marks) else SIGNS_AND_EXPONENTS.sub(b"", row)
    return layout_of(RUNS.sub(b"1", bare)) if row and MARKS.issuperset(bare.translate(None, DIGITS)) else None


@lru_cache(maxsize=256)
def layout_of(form: bytes) -> RowLayout | None:
    """Return the layout of a row whose runs of digits are written ``1``; None where it isn't plain."""
    text = form.decode("ascii")
    dialect, width = common_dialect([text.rstrip("\r\n")])
    if dialect is None:
        return None
    number = f"1(?:{re.escape(dialect.decimal)}1)?"
    delimiter = rf" *{dialect.delimiter} *" if dialect.delimiter else r"[ \t]+"
    if not re.fullmatch(f" *{number}(?:{delimiter}{number})*[{dialect.delimiter or ''} \t\r]*\n", text):
        return None
    found = [(token_at(text, match.start()), len(match[0]) > 1) for match in re.finditer(number, text)]
    numbers = tuple((whole, whole + 1 if has_fraction else None) for whole, has_fraction in found)
    if len(numbers) != width:
        return None
    marks, decimal = form.replace(b"1", b""), dialect.decimal.encode()
    places = tuple(whole - marks[:whole].count(decimal) for whole, _ in numbers)
    return RowLayout(dialect, form, marks, marks.replace(decimal, b""), numbers, places, np.array(filled_tokens(form)))


def token_at(text: str, place: int) -> int:
    """Return how many marks stand before ``place`` in a row whose runs of digits are written ``1``."""
    return place - text.count("1", 0, place)


def filled_tokens(form: bytes) -> list[bool]:
    """Tell for each mark of a row whether digits stand before it; they are written ``1`` in ``form``."""
    return [token == b"1" for token in re.split(rb"[^1]", form)[:-1]]


def plain_values(raw: bytes, layout: RowLayout, start: int = 0) -> FloatArray | None:
    """Return the numbers (rows, columns) of the rows that begin at byte ``start`` of ``raw``.

    None where a row has other delimiters than ``layout``, a number too many digits, or a sign another place.
    """
    found = tokens_of(raw, start)
    if found is None:
        return None
    rows, rest = divmod(len(found.marks), len(layout.marks))
    is_regular = not rest and found.marks == layout.marks * rows
    return regular_values(found, layout) if is_regular else loose_values(found, layout)


def loaded_values(body: bytes, layout: RowLayout) -> FloatArray | None:
    """Return the numbers (rows, columns) of ``body``, with or without fractions and exponents; None as `plain_values`.

    The caller has compared the delimiters of all rows, and that nothing stands between those that end them.
    """
    if layout.dialect.decimal == "," and EDGE_COMMA.search(body):
        return None
    text = body.decode("ascii")
    if layout.dialect.decimal == ",":
        text = text.replace(",", ".")
    columns = range(len(layout.numbers)) if body[-3:].rstrip(b"\r\n")[-1:] in DELIMITERS else None
    try:
        return np.loadtxt(
            io.StringIO(text), delimiter=layout.dialect.delimiter, comments=None, usecols=columns, ndmin=2
        )
    except ValueError:
        return None


class Tokens(NamedTuple):
    """The runs of digits in a text without its minus signs: values, lengths, and the marks behind them.

    ``signed`` are those before which a minus sign stands.
    """

    values: NDArray[np.uint64]
    lengths: NDArray[np.intp]
    marks: bytes
    signed: NDArray[np.intp]


NONE_SIGNED = np.empty(0, np.intp)


def tokens_of(raw: bytes, start: int = 0) -> Tokens | None:
    """Return the runs of digits from byte ``start`` on, empty ones where two marks meet.

    None where one is too long, or a minus sign stands behind a digit or another one.
    """
    text, begin = (raw, start) if start >= TOKEN_DIGITS else (bytes(TOKEN_DIGITS) + raw[start:], TOKEN_DIGITS)
    characters = np.frombuffer(text, np.uint8, offset=begin)
    ends = np.nonzero(characters - ZERO > NINE)[0]
    lengths = ends.copy()
    lengths[1:] -= ends[:-1] + 1
    if lengths.max() > TOKEN_DIGITS:
        return None
    marks, signed = characters.take(ends), NONE_SIGNED
    if raw.find(MINUS, start) >= 0:
        is_sign = marks == MINUS[0]
        signs, others = np.nonzero(is_sign)[0], np.nonzero(~is_sign)[0]
        if lengths.take(signs).any() or (signs[1:] == signs[:-1] + 1).any():
            return None
        signed = signs - np.arange(signs.size)
        ends, lengths, marks = ends.take(others), lengths.take(others), marks.take(others)
    # Word k holds the eight characters before character k, so each token is the end of one word.
    words = np.ndarray(characters.shape, np.dtype("<u8"), text, begin - TOKEN_DIGITS, (1,))[ends]
    words &= KEPT_BITS.take(lengths)
    return Tokens(whole_numbers(words), lengths, marks.tobytes(), signed)


def whole_numbers(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Overwrite each word, eight bytes from 0 to 9, by the value of these digits: pairs, then fours, then all."""
    for kind, factor, shift in JOINING:
        pieces = words.view(kind)
        pieces *= factor
        pieces >>= shift
    return words


def regular_values(found: Tokens, layout: RowLayout) -> FloatArray | None:
    """Return the numbers of rows that all have the marks of ``layout``; None as `plain_values`."""
    lengths = found.lengths.reshape(-1, layout.filled.size)
    if not (found.lengths.min() > 0 if layout.filled.all() else ((lengths > 0) == layout.filled).all()):
        return None
    tokens = found.values.reshape(lengths.shape)
    values = np.empty((len(tokens), len(layout.numbers)), order="F")
    for column, (whole, fraction) in enumerate(layout.numbers):
        if fraction is None:
            values[:, column] = tokens[:, whole]
            continue
        decimals = lengths[:, fraction]
        if lengths[:, whole].max() + decimals.max() > EXACT_DIGITS:
            return None
        scale = POWERS.take(decimals)
        values[:, column] = (tokens[:, whole] * scale + tokens[:, fraction]) / scale
    if not found.signed.size:
        return values
    column_of = np.full(layout.filled.size, -1)
    column_of[[whole for whole, _ in layout.numbers]] = range(len(layout.numbers))
    rows, places = np.divmod(found.signed, layout.filled.size)
    if column_of[places].min() < 0:
        return None
    values[rows, column_of[places]] *= -1.0
    return values


def loose_values(found: Tokens, layout: RowLayout) -> FloatArray | None:
    """Return the numbers of rows that differ in the fractions which numbers have or lack; None as `plain_values`."""
    marks, width = np.frombuffer(found.marks, np.uint8), len(layout.delimiters)
    is_whole = marks == ord(layout.dialect.decimal)
    stops = np.nonzero(~is_whole)[0]
    rows, rest = divmod(stops.size, width)
    if rest or marks.take(stops).tobytes() != layout.delimiters * rows or (is_whole[1:] & is_whole[:-1]).any():
        return None
    table = stops.reshape(rows, width)
    blank = table[:, [place for place in range(width) if place not in layout.places]]
    # Tokens are empty where no number belongs, and nowhere else.
    if np.count_nonzero(found.lengths == 0) != blank.size or found.lengths[blank].any() or is_whole[blank - 1].any():
        return None
    values = fractions_added(found, is_whole)
    signed = found.signed
    if values is not None and signed.size:
        if not found.lengths.take(signed).all() or is_whole.take(signed - 1).any():
            return None
        values[signed + is_whole.take(signed)] *= -1.0
    return None if values is None else values.take(table if not blank.size else table[:, layout.places])


def fractions_added(found: Tokens, is_whole: NDArray[np.bool_]) -> FloatArray | None:
    """Return the values of all tokens, the whole part before it added to each fraction; None for too many digits."""
    values = found.values.astype(np.float64)
    wholes = np.nonzero(is_whole)[0]
    decimals = found.lengths.take(wholes + 1)
    if wholes.size and (found.lengths.take(wholes) + decimals).max() > EXACT_DIGITS:
        return None
    scale = POWERS.take(decimals)
    values[wholes + 1] = (values.take(wholes) * scale + values.take(wholes + 1)) / scale
    return values
