"""Read the ASCII traces (.asc) of Becker & Hickl SPCM: decays between ``*BLOCK`` and ``*END``.

Known from programs that read such files: ``*BLOCK 1 Decay ( Time[ns] No_of_photons )``, the rows, ``*END``.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from asplab.core.io.blocks import shortened
from asplab.core.io.datafile import DataFile, FileError
from asplab.core.io.dialects import Dialect
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.frames import Origin, axis_column, frames, joined, origin
from asplab.core.io.grids import COPY_AGAIN, read_grid
from asplab.core.io.heads import head_bytes, head_text
from asplab.core.io.reader import Reader

NAME = "Becker & Hickl text"
BLOCK = re.compile(r"(?m)^\*BLOCK\s+(\d+)\b(.*)$")
TIME = re.compile(r"Time\s*\[\s*([a-zµ]+)\s*\]", re.IGNORECASE)
PAIR = re.compile(r"\s*([^:]{1,60}?)\s*:\s*(.*)$")


def recognises_becker_hickl(raw: bytes) -> bool:
    """Whether a line ``*BLOCK`` with a number stands in the head of ``raw``."""
    return b"*" in head_bytes(raw) and BLOCK.search(head_text(raw)) is not None


def read_becker_hickl(raw: bytes, name: str) -> DataFile:
    """Return each decay as a data set: photons over time, or over channels where the times aren't stated.

    Raises
    ------
    FileError
        Where a block has no end, or a row is damaged.
    """
    lines = split_lines(decode(raw, name))
    tops = [k for k, line in enumerate(lines) if BLOCK.match(line)]
    if not tops:
        raise FileError(name, None, f"no line '*BLOCK' was found. {COPY_AGAIN}")
    pairs = tuple((match[1], match[2].strip()) for line in lines[: tops[0]] if (match := PAIR.match(line)))
    source = replace(origin(raw, name, NAME), metadata=pairs)
    stops = [end_of(lines, top, name) for top in tops]
    for stop, following in zip(stops, (*tops[1:], len(lines)), strict=True):
        refuse_rows_behind(lines, range(stop + 1, following), name)
    parts = [decay(source, lines, top, stop, name) for top, stop in zip(tops, stops, strict=True)]
    return joined([replace(part, part=f"block {k}") for k, part in enumerate(parts, 1)] if len(parts) > 1 else parts)


def end_of(lines: Sequence[str], top: int, name: str) -> int:
    """Return the line of ``*END`` below ``top``; raise `FileError` where another block, or nothing, follows."""
    stop = next((k for k in range(top + 1, len(lines)) if lines[k].startswith("*")), len(lines))
    if stop == len(lines) or not lines[stop].startswith("*END"):
        raise FileError(name, top + 1, f"the block that begins here has no *END, so it is cut short. {COPY_AGAIN}")
    return stop


def refuse_rows_behind(lines: Sequence[str], span: range, name: str) -> None:
    """Raise `FileError` where rows of numbers stand behind the *END of a block."""
    wrong = next((k for k in span if Dialect(None, ".").numbers(lines[k])), None)
    if wrong is not None:
        raise FileError(name, wrong + 1, f"rows of numbers follow the *END of their block. {COPY_AGAIN}")


def decay(source: Origin, lines: Sequence[str], top: int, stop: int, name: str) -> DataFile:
    """Return the decay between the lines ``top`` and ``stop``."""
    block = read_grid(lines, range(top + 1, stop), name)
    if block.width > 2:
        raise FileError(name, top + 2, f"the rows hold {block.width} numbers, not time and photons. {COPY_AGAIN}")
    if "(" in lines[top] and not lines[top].rstrip().endswith(")"):
        raise FileError(name, top + 1, f"{shortened(lines[top])} lacks its end, so rows may be missing. {COPY_AGAIN}")
    unit = TIME.search(lines[top])
    if block.width == 1:
        axis = axis_column(np.arange(1, len(block.values) + 1), "channel", "", "channel")
    else:
        axis = axis_column(block.values[:, 0], "time", unit[1].lower() if unit else "")
    return frames(source, axis, block.values[None, :, -1])


READER = Reader(NAME, recognises_becker_hickl, read_becker_hickl)
