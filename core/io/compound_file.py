"""The stream with the sheets in an old Excel workbook, taken out of its container and measured before it is read.

After the public descriptions of the compound file and of the records of Excel 5 to 2003 ([MS-CFB], [MS-XLS]). Readers
of such workbooks reserve memory for every cell between the first and the last one, so one damaged row or column number
is enough to fill the memory of a computer.
"""

import struct
from collections.abc import Iterator

from asplab.core.io.binary import Binary

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FAT_SECTOR = 0xFFFFFFFD
"""The first of the numbers that stand for no sector."""

ENTRY_BYTES = 128
HEADER_TABLE = 109
STREAMS = ("workbook", "book")
CELL_RECORDS = frozenset({0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD, 0x00BD, 0x00BE})
BEGINNINGS = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
PASSWORD = 0x002F
ROWS_OF_CELLS = frozenset({0x00BD, 0x00BE})
LARGEST_COLUMN = 255
DAMAGED = "It is truncated or damaged: copy it again, or save it again from Excel."


def workbook_stream(file: Binary) -> bytes:
    """Return the stream of records of a workbook.

    Raises
    ------
    FileError
        Where the container is damaged, or holds no workbook.
    """
    order, shift, mini_shift = file.fields("3H", 28, "the header")
    if order != 0xFFFE or shift not in (9, 12) or mini_shift != 6:
        raise file.fault(f"the header of the workbook isn't one. {DAMAGED}")
    table = sector_table(file, 1 << shift)
    first = file.number("I", 48, "the header")
    folder = chain(file, table, first, 1 << shift)
    entries = [folder[at : at + ENTRY_BYTES] for at in range(0, len(folder) - ENTRY_BYTES + 1, ENTRY_BYTES)]
    named = {entry_name(entry): entry for entry in reversed(entries) if entry[66] == 2}
    chosen = next((named[name] for name in STREAMS if name in named), None)
    if chosen is None:
        raise file.fault(f"the file holds no workbook. {DAMAGED}")
    start, size = struct.unpack_from("<IQ", chosen, 116)
    size &= 0xFFFFFFFF
    if size < file.number("I", 56, "the header"):
        root = next((entry for entry in entries if entry[66] == 5), None)
        return mini_stream(file, table, root, start, size, 1 << shift)
    return cut(file, chain(file, table, start, 1 << shift), size)


def cut(file: Binary, content: bytes, size: int) -> bytes:
    """Return the first ``size`` bytes; raise `FileError` where there are fewer."""
    if len(content) < size:
        raise file.fault(f"the workbook has {len(content)} of {size} bytes. {DAMAGED}")
    return content[:size]


def entry_name(entry: bytes) -> str:
    """Return the name of an entry of the folder in lower case."""
    size = max(min(int.from_bytes(entry[64:66], "little"), 64) - 2, 0)
    return entry[:size].decode("utf-16-le", "replace").lower()


def sector_table(file: Binary, sector: int) -> list[int]:
    """Return which sector follows each sector."""
    places = list(file.fields(f"{HEADER_TABLE}I", 76, "the header"))
    following, count = file.fields("2I", 68, "the header")
    limit = len(file.raw) // sector + 1
    for _ in range(min(count, limit)):
        if following >= FAT_SECTOR:
            break
        more = file.fields(f"{sector // 4}I", sector * (following + 1), "the table of sectors")
        places += more[:-1]
        following = more[-1]
    table: list[int] = []
    for place in places:
        if place < FAT_SECTOR:
            if len(table) > limit + sector:
                raise file.fault(f"the table of sectors is longer than the file. {DAMAGED}")
            table += file.fields(f"{sector // 4}I", sector * (place + 1), "the table of sectors")
    return table


def chain(file: Binary, table: list[int], first: int, sector: int) -> bytes:
    """Return the sectors from ``first`` on, one after the other."""
    found: list[bytes] = []
    at = first
    while at < FAT_SECTOR:
        if at >= len(table) or len(found) > len(table):
            raise file.fault(f"the sectors of the workbook don't follow each other. {DAMAGED}")
        start = sector * (at + 1)
        # The last sector of a file may be shorter than the others.
        file.require(start + 1, "a sector")
        found.append(file.raw[start : start + sector].ljust(sector, b"\0"))
        at = table[at]
    return b"".join(found)


def mini_stream(file: Binary, table: list[int], root: bytes | None, first: int, size: int, sector: int) -> bytes:
    """Return a stream so small that it lies in the stream of the root, in sectors of 64 bytes."""
    if root is None:
        raise file.fault(f"the workbook has no root. {DAMAGED}")
    container = chain(file, table, struct.unpack_from("<I", root, 116)[0], sector)
    raw_table = chain(file, table, file.number("I", 60, "the header"), sector)
    small = struct.unpack(f"<{len(raw_table) // 4}I", raw_table)
    found: list[bytes] = []
    at = first
    while at < FAT_SECTOR:
        if at >= len(small) or len(found) > len(small):
            raise file.fault(f"the sectors of the workbook don't follow each other. {DAMAGED}")
        found.append(container[64 * at : 64 * at + 64])
        at = small[at]
    return cut(file, b"".join(found), size)


def records(file: Binary, stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record up to the padding at the end."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == 0 and size == 0:
            return
        if at + 4 + size > len(stream):
            raise file.fault(f"a record of the workbook ends beyond it. {DAMAGED}")
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def refuse_far_records(file: Binary, stream: bytes, limit: int) -> None:
    """Raise `FileError` where the workbook is locked, or the cells of all sheets span more than ``limit`` cells."""
    total = height = width = 0
    for kind, content in records(file, stream):
        if kind == PASSWORD:
            raise file.fault("the workbook is locked by a password. Save it without one.")
        if kind in BEGINNINGS:
            height = width = 0
        if kind not in CELL_RECORDS or len(content) < 4:
            continue
        row, column = struct.unpack_from("<HH", content)
        last = int.from_bytes(content[-2:], "little") if kind in ROWS_OF_CELLS else column
        if max(column, last) > LARGEST_COLUMN:
            raise file.fault(
                f"a cell lies in column {max(column, last) + 1} of at most {LARGEST_COLUMN + 1}. {DAMAGED}"
            )
        total -= height * width
        height, width = max(height, row + 1), max(width, last + 1, column + 1)
        total += height * width
        if total > limit:
            text = f"the cells reach over {height} rows and {width} columns. Delete the cells far from the data."
            raise file.fault(text)
