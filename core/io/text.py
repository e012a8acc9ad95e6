"""Read text files with columns of numbers."""

import hashlib
from collections.abc import Sequence
from itertools import compress

from asplab.core.experiment import frozen_array
from asplab.core.io.blocks import Block, checked, checked_below, find_block
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.dialects import ROW_START
from asplab.core.io.encoding import decode, ends_within_line, is_binary, line_ends, refuse_foreign, split_lines
from asplab.core.io.headers import Header, header_of, metadata
from asplab.core.io.reader import Reader
from asplab.core.io.regular import Plain, read_plain


def recognises_text(raw: bytes) -> bool:
    """Whether ``raw`` is text of any encoding."""
    return not is_binary(raw)


def read_text(raw: bytes, name: str) -> DataFile:
    """Return the columns of numbers of a text file.

    Delimiters tab, comma, semicolon or spaces; decimal point or comma; with or without a header row, comments
    (``#``, ``%``, ``!``, ``;``, ``//``) and further text above and below; any usual encoding and line end.

    Parameters
    ----------
    raw : bytes
        The file.
    name : str
        How messages call the file.

    Raises
    ------
    FileError
        Where there are no rows of numbers, or a row is damaged or cut short; it names the line.
    """
    return table_of(raw, name, read_plain(raw))


def table_of(raw: bytes, name: str, plain: Plain | None) -> DataFile:
    """Return the columns of a text file of which `read_plain` has made ``plain``. Raises as `read_text`."""
    refuse_foreign(raw, name)
    lines, block = plain_block(plain, name) or any_block(raw, name)
    header = header_of(lines, block)
    return DataFile(
        path=name,
        reader="text",
        sha256=hashlib.sha256(raw).hexdigest(),
        columns=columns(header, block),
        lines=line_numbers(block.rows),
        metadata=tuple(pair for pair in metadata(lines, block) if pair[0] != header.cells[0][0]),
        warnings=(*block.warnings, *twins(header)),
        layout="frames" if header.tells_frames else "columns",
        frame_axis=header.frame_axis,
    )


def plain_block(plain: Plain | None, name: str) -> tuple[list[str], Block] | None:
    """Return the lines above the numbers, and the numbers; None without them, and where numbers stand above them."""
    if plain is None:
        return None
    block = plain.block
    lines = line_ends(decode(plain.head, name)).split("\n")[:-1] if plain.head else []
    if any(ROW_START.match(line) and block.dialect.numbers(line) for line in lines):
        return None
    return lines, checked_below(lines, block, name)


def any_block(raw: bytes, name: str) -> tuple[list[str], Block]:
    """Return the lines of a file and its longest block of numbers; raise `FileError` as `read_text`."""
    text = decode(raw, name)
    lines = split_lines(text)
    return lines, checked(lines, find_block(lines, name), name, ends_open=ends_within_line(text))


def columns(header: Header, block: Block) -> tuple[Column, ...]:
    """Return the columns of ``block`` with what the header says about them."""
    return tuple(
        Column(text, name, unit, frozen_array(block.values[:, k])) for k, (text, name, unit) in enumerate(header.cells)
    )


def twins(header: Header) -> tuple[str, ...]:
    """Return a warning where two columns have the same name."""
    names = [name for _, name, _ in header.cells]
    twin = next((name for name in names if name and names.count(name) > 1), None)
    if twin is None or header.tells_frames:
        return ()
    places = " and ".join(str(place) for place in compress(range(1, len(names) + 1), (name == twin for name in names)))
    return (f"columns {places} have the same name {twin!r}. Tell them apart by their place.",)


def line_numbers(rows: Sequence[int]) -> Sequence[int]:
    """Return the lines, counted from 1, for row indices counted from 0."""
    return range(rows.start + 1, rows.stop + 1) if isinstance(rows, range) else tuple(i + 1 for i in rows)


READER = Reader("text", recognises_text, read_text)
