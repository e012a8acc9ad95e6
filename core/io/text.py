"""Read text files with columns of numbers."""

import hashlib
from collections.abc import Sequence

from asplab.core.experiment import frozen_array
from asplab.core.io.blocks import Block, find_block
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.encoding import decode, is_binary, refuse_foreign, split_lines
from asplab.core.io.headers import header_cells, metadata
from asplab.core.io.reader import Reader


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
    refuse_foreign(raw, name)
    lines = split_lines(decode(raw, name))
    block = find_block(lines, name)
    found = columns(lines, block)
    return DataFile(
        path=name,
        reader="text",
        sha256=hashlib.sha256(raw).hexdigest(),
        columns=found,
        lines=line_numbers(block.rows),
        metadata=tuple(pair for pair in metadata(lines, block) if pair[0] != found[0].header),
        warnings=block.warnings,
    )


def columns(lines: Sequence[str], block: Block) -> tuple[Column, ...]:
    """Return the columns of ``block`` with what the header says about them."""
    cells = header_cells(lines, block)
    return tuple(
        Column(header, name, unit, frozen_array(block.values[:, k])) for k, (header, name, unit) in enumerate(cells)
    )


def line_numbers(rows: Sequence[int]) -> Sequence[int]:
    """Return the lines, counted from 1, for row indices counted from 0."""
    return range(rows.start + 1, rows.stop + 1) if isinstance(rows, range) else tuple(i + 1 for i in rows)


READER = Reader("text", recognises_text, read_text)
