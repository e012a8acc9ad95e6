"""The head of an Andor SIF file: what its lines state, the shape of the data, and where they begin."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from asplab.core.io.binary import Binary

MAGIC = b"Andor Technology Multi-Channel File\n"
HEAD_LIMIT = 200_000
TOKEN_LIMIT = 40
LAYOUT = re.compile(rb"6[0-9]{4} +(-?\d+) +(-?\d+) +(-?\d+) +(-?\d+) +(\d+) +(\d+) +(\d+) +(\d+)\s")
AREA = re.compile(rb"\s*6[0-9]{4} +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)[^\n]*\n")
LENGTH = re.compile(rb"(?<=\n)(\d{1,3})\n")
LENGTH_HERE = re.compile(rb"(\d{1,3})\n")
STAMP = re.compile(rb"[ \t]*-?\d{1,20}[ \t]*\r?\n")
FURTHER = re.compile(rb"\s*\d{1,6}\r?\n")


@dataclass(frozen=True, slots=True)
class Head:
    """What the lines before the layout say: version, pairs for the user, the text of the user, and where it ends."""

    version: int
    metadata: tuple[tuple[str, str], ...]
    user_text: bytes
    cycle_s: float
    stop: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Axis and data type as named in the file, the shape of the data, and where they begin."""

    frame_axis: str
    data_type: str
    frames: int
    rows: int
    pixels: int
    first_column: int
    binning: int
    start: int
    offset: int


@dataclass(slots=True)
class Cursor:
    """A place in the head that moves on with each token or line."""

    file: Binary
    at: int = 0

    def token(self, what: str) -> bytes:
        """Return the next word that ends at a space or a line end."""
        match = re.compile(rb"[ \n]*([^ \n]{1,%d})[ \n]" % TOKEN_LIMIT).match(self.file.raw, self.at)
        if match is None:
            self.file.require(self.at + TOKEN_LIMIT, what)
            raise self.file.fault(f"no {what} stands at byte {self.at}. The file is damaged: copy it again.")
        self.at = match.end()
        return match[1]

    def number(self, what: str) -> float:
        """Return the next token as a finite number."""
        token = self.token(what)
        try:
            value = float(token)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.file.fault(
                f"{what} is {shown(token)!r}, which is no number. The file is damaged: copy it again."
            )
        return value

    def skip(self, count: int, what: str) -> None:
        """Move on by ``count`` bytes."""
        self.at += count
        self.file.require(self.at, what)

    def line(self, what: str) -> bytes:
        """Return the rest of the line."""
        stop = self.file.raw.find(b"\n", self.at, self.at + HEAD_LIMIT)
        if stop < 0:
            self.file.require(len(self.file.raw) + 1, what)
        line, self.at = self.file.raw[self.at : stop], stop + 1
        return line

    def counted_text(self, what: str) -> bytes:
        """Return a text whose length stands before it, on the line above."""
        size = int(self.number(f"length of the {what}"))
        if not 0 <= size <= HEAD_LIMIT:
            raise self.file.fault(f"the length of the {what} is {size}. The file is damaged: copy it again.")
        start = self.at
        self.skip(size, what)
        return self.file.raw[start : self.at]


def read_head(file: Binary) -> Head:
    """Read the lines that begin alike in all versions, up to the text of the user."""
    cursor = Cursor(file, len(MAGIC))
    cursor.line("the second line")
    version = int(cursor.number("version"))
    for _ in range(3):
        cursor.token("head")
    time, temperature = cursor.number("time of the experiment"), cursor.number("temperature")
    cursor.skip(10, "the head")
    cursor.token("head")
    exposure, cycle, accumulate_cycle = (
        cursor.number(f"{what} time") for what in ("exposure", "cycle", "accumulation")
    )
    accumulations = cursor.number("number of accumulations")
    cursor.skip(2, "the head")
    stack_cycle, readout = cursor.number("kinetic cycle time"), cursor.number("readout time")
    cursor.token("head")
    cursor.token("head")
    gain = cursor.number("gain")
    cursor.line("the head")
    detector = shown(cursor.line("the detector type"))
    width, height = cursor.number("detector width"), cursor.number("detector height")
    original = shown(cursor.counted_text("file name"))
    cursor.token("head")
    user_text = cursor.counted_text("text of the user")
    pairs = (
        ("Date", date_text(time)),
        ("Model", detector),
        ("DetectorDimensions", f"{width:g} x {height:g}"),
        ("Temperature (C)", f"{temperature:g}"),
        ("Exposure Time (secs)", f"{exposure:g}"),
        ("Number of Accumulations", f"{accumulations:g}"),
        ("Accumulate Cycle Time (secs)", f"{accumulate_cycle:g}"),
        ("Cycle Time (secs)", f"{cycle:g}"),
        ("Kinetic Cycle Time (secs)", f"{stack_cycle:g}"),
        ("Pixel Readout Time (secs)", f"{readout:g}"),
        ("Gain level", f"{gain:g}"),
        ("OriginalFilename", original),
        ("SifVersion", str(version)),
    )
    return Head(version, tuple(pair for pair in pairs if pair[1]), user_text, stack_cycle, cursor.at)


def date_text(time: float) -> str:
    """Return seconds since 1970 as a date in UTC, empty where they are none."""
    return datetime.fromtimestamp(time, UTC).isoformat() if 0.0 < time < 1e11 else ""


def shown(raw: bytes) -> str:
    """Return the text of ``raw`` without control characters."""
    return "".join(sign for sign in raw.decode("utf-8", "replace") if sign.isprintable()).strip()


def read_layout(file: Binary, head: Head) -> tuple[Layout, int]:
    """Return the layout of the data, and where the lines that name the axes begin.

    The number of lines before them depends on the version; three length-prefixed texts that a line of whole numbers
    follows stand nowhere else.
    """
    for match in LENGTH.finditer(file.raw, max(head.stop - 1, 0), head.stop + HEAD_LIMIT):
        texts, at = counted_texts(file.raw, match.start())
        numbers = LAYOUT.match(file.raw, at) if len(texts) == 3 else None
        if numbers is not None:
            return layout_of(file, texts, [int(one) for one in numbers.groups()], numbers.end() - 1), match.start()
    file.require(head.stop + HEAD_LIMIT, "the head")
    raise file.fault("the layout of the data wasn't found in the head. Save the file again from Solis, or as ASCII.")


def counted_texts(raw: bytes, at: int) -> tuple[list[str], int]:
    """Return up to three texts with their lengths before them, and where they end."""
    texts: list[str] = []
    while len(texts) < 3 and (match := LENGTH_HERE.match(raw, at)):
        at = match.end() + int(match[1])
        texts.append(shown(raw[match.end() : at]))
    return texts, at


def layout_of(file: Binary, texts: list[str], numbers: list[int], at: int) -> Layout:
    """Return the layout from the numbers behind the axis names and the areas of the detector."""
    frames, areas, total, size = numbers[4:]
    file.refuse_shape(frames, areas, max(size, 1))
    rows = 0
    widths, starts, binnings = set(), set(), set()
    for _ in range(areas):
        match = AREA.match(file.raw, at)
        if match is None:
            file.require(at + 200, "the areas of the detector")
            raise file.fault("an area of the detector is missing. The file is damaged: copy it again.")
        left, top, right, bottom, y_binning, x_binning = (int(one) for one in match.groups())
        if min(x_binning, y_binning) < 1:
            raise file.fault("an area of the detector is binned by 0. The file is damaged: copy it again.")
        widths.add((1 + right - left) // x_binning)
        starts.add(left)
        binnings.add(x_binning)
        rows += (1 + top - bottom) // y_binning
        at = match.end()
    pixels = widths.pop() if len(widths) == 1 else 0
    if pixels < 1 or rows < 1 or rows * pixels != size or size * frames != total:
        raise file.fault(
            f"the areas of the detector ({rows} rows of {pixels} points) contradict the {size} values a frame and "
            f"{total} in {frames} frames that the head states. The file is damaged: copy it again."
        )
    start, offset = at, data_offset(file, at, frames, total)
    return Layout(texts[0], texts[1], frames, rows, pixels, min(starts), max(binnings), start, offset)


def data_offset(file: Binary, at: int, frames: int, total: int) -> int:
    """Return where the data begin: behind a time stamp of each frame and, by version, a flag with further numbers."""
    at = skip_stamps(file, at, frames)
    flag = re.compile(rb"[ \t]*([01])\r?\n").match(file.raw, at)
    choices = [at] if flag is None else [flag.end(), at]
    if flag is not None and flag[1] == b"1":
        behind = stamps_end(file.raw, flag.end(), frames)
        choices = [behind, *choices] if behind is not None else choices
    file.require(min(choices) + 4 * total, "the data")
    confirmed = [choice for choice in choices if FURTHER.match(file.raw, choice + 4 * total)]
    if not confirmed:
        raise file.fault(
            f"the {total} values aren't followed by what follows them in SIF files. The file is truncated or damaged: "
            "copy it again, or save it as ASCII."
        )
    # What looks like a flag may be data, because several zeros follow them; data that look like a flag are the rarer
    # case at the other end, where the sign and the exponent of the last value stand.
    return min(confirmed)


def skip_stamps(file: Binary, at: int, frames: int) -> int:
    """Return the place behind the time stamps of ``frames`` frames."""
    stop = stamps_end(file.raw, at, frames)
    if stop is None:
        file.require(at + 22 * frames, "the time stamps")
        raise file.fault("the time stamps of the frames are missing. The file is damaged: copy it again.")
    return stop


def stamps_end(raw: bytes, at: int, count: int) -> int | None:
    """Return the place behind ``count`` lines of one whole number, None where there are fewer."""
    for _ in range(count):
        match = STAMP.match(raw, at)
        if match is None:
            return None
        at = match.end()
    return at
