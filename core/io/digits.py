"""Convert rows of plain decimal numbers all at once: the fast path of regular text files.

Every number is the quotient of two whole numbers below 2**53, which one division rounds correctly. So the values are
those that `float` gives, digit for digit; rows with exponents or too many digits are left to slower parsers.
"""

import io
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from asplab.core.io.dialects import Dialect, common_dialect
from asplab.core.units import FloatArray

DIGITS = b"0123456789"
MINUS = b"-"
EDGE_COMMA = re.compile(rb"(?<![0-9]),|,(?![0-9])")
DELIMITERS = (b"\t", b",", b";", b" ")
MARKS = frozenset(b".,;\t \r\n")
TOKEN_DIGITS = 8
EXACT_DIGITS = 15
POWERS = 10.0 ** np.arange(EXACT_DIGITS + 1)
KEPT_BYTES = np.array([0] + [2**64 - 2 ** (64 - 8 * kept) for kept in range(1, TOKEN_DIGITS + 1)], dtype=np.uint64)
"""Masks that keep the last 0 to 8 bytes of a word that holds eight characters, the first in its lowest byte."""

JOINING = tuple(
    (np.uint64(kept), np.uint64(factor), np.uint64(shift))
    for kept, factor, shift in (
        (0x0F0F0F0F0F0F0F0F, 10 * 2**8 + 1, 8),
        (0x00FF00FF00FF00FF, 100 * 2**16 + 1, 16),
        (0x0000FFFF0000FFFF, 10000 * 2**32 + 1, 32),
    )
)
"""Which digits stay, the factor that adds ten times each to its neighbour, and the shift that moves the sums down."""


@dataclass(frozen=True, slots=True, eq=False)
class RowLayout:
    """What rows of one form hold: runs of digits (tokens), each with the mark that ends it.

    ``numbers`` has the token of the whole part and that of the fraction, or None, of each column; ``filled`` (tokens,)
    tells which tokens have digits.
    """

    dialect: Dialect
    numbers: tuple[tuple[int, int | None], ...]
    filled: NDArray[np.bool_]


def punctuation(raw: bytes) -> bytes:
    """Return what is left of ``raw`` without its digits and minus signs."""
    return raw.translate(None, DIGITS + MINUS)


def row_layout(row: bytes) -> RowLayout | None:
    """Return the layout of all rows like ``row``, which ends with its line end; None where it isn't one of numbers.

    Signs and exponents are passed over.
    """
    bare = re.sub(rb"(?<=[0-9.,])[eE][+-]?[0-9]+|(?<![0-9.eE])[+-](?=[0-9.])", b"", row)
    return layout_of(re.sub(rb"[0-9]+", b"1", bare)) if row and MARKS.issuperset(punctuation(bare)) else None


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
    return RowLayout(dialect, numbers, np.array(filled_tokens(form))) if len(numbers) == width else None


def token_at(text: str, place: int) -> int:
    """Return how many marks stand before ``place`` in a row whose runs of digits are written ``1``."""
    return place - text.count("1", 0, place)


def filled_tokens(form: bytes) -> list[bool]:
    """Tell for each mark of a row whether digits stand before it; they are written ``1`` in ``form``."""
    return [token == b"1" for token in re.split(rb"[^1]", form)[:-1]]


def plain_values(body: bytes, layout: RowLayout) -> FloatArray | None:
    """Return the numbers (rows, columns) of ``body``; None where a row has another form or a number too many digits.

    The caller has compared the punctuation of all rows.
    """
    found = tokens_of(body)
    if found is None:
        return None
    lengths = found.lengths.reshape(-1, layout.filled.size)
    if not (found.lengths.min() > 0 if layout.filled.all() else ((lengths > 0) == layout.filled).all()):
        return None
    values = quotients(found.values.reshape(lengths.shape), lengths, layout)
    if values is None or MINUS not in body:
        return values
    column_of = np.full(layout.filled.size, -1)
    column_of[[whole for whole, _ in layout.numbers]] = range(len(layout.numbers))
    signed = signed_tokens(body, found)
    rows, places = np.divmod(signed, layout.filled.size)
    if not signed.size or column_of[places].min() < 0:
        return None
    values[rows, column_of[places]] *= -1.0
    return values


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


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The runs of digits in a text without its minus signs: their values, lengths, and the places behind them."""

    values: NDArray[np.uint64]
    lengths: NDArray[np.intp]
    ends: NDArray[np.intp]


def tokens_of(body: bytes) -> Tokens | None:
    """Return the runs of digits in ``body``, empty ones where two marks meet; None where one is too long."""
    unsigned = body.translate(None, MINUS) if MINUS in body else body
    padded = np.frombuffer(bytes(TOKEN_DIGITS) + unsigned, np.uint8)
    characters = padded[TOKEN_DIGITS:]
    ends = np.nonzero(characters - np.uint8(48) > np.uint8(9))[0]
    lengths = ends.copy()
    lengths[1:] -= ends[:-1] + 1
    if lengths.max() > TOKEN_DIGITS:
        return None
    # Word k holds the eight characters before character k, so each token is the end of one word.
    words = np.ndarray((len(unsigned),), np.dtype("<u8"), padded.data, 0, (1,))[ends]
    words &= KEPT_BYTES[lengths]
    return Tokens(whole_numbers(words), lengths, ends)


def signed_tokens(body: bytes, found: Tokens) -> NDArray[np.intp]:
    """Return which tokens have a minus sign before them; none where a sign stands anywhere else."""
    signs = np.nonzero(np.frombuffer(body, np.uint8) == MINUS[0])[0]
    behind = signs - np.arange(signs.size)
    starts = found.ends - found.lengths
    tokens = np.searchsorted(starts, behind)
    if tokens.max() >= starts.size or not np.array_equal(starts[tokens], behind):
        return np.empty(0, np.intp)
    return tokens if (np.diff(tokens) > 0).all() else np.empty(0, np.intp)


def whole_numbers(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Overwrite each word by the value of its eight decimal digits: pairs, then fours, then all eight are joined."""
    for kept, factor, shift in JOINING:
        words &= kept
        words *= factor
        words >>= shift
    return words


def quotients(tokens: NDArray[np.uint64], lengths: NDArray[np.intp], layout: RowLayout) -> FloatArray | None:
    """Return the numbers that whole parts and fractions make; None where one has too many digits to be exact."""
    values = np.empty((len(tokens), len(layout.numbers)))
    for column, (whole, fraction) in enumerate(layout.numbers):
        if fraction is None:
            values[:, column] = tokens[:, whole]
            continue
        decimals = lengths[:, fraction]
        if lengths[:, whole].max() + decimals.max() > EXACT_DIGITS:
            return None
        scale = POWERS[decimals]
        values[:, column] = (tokens[:, whole] * scale + tokens[:, fraction]) / scale
    return values
