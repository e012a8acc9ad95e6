"""Decode the ordinates of JCAMP-DX tables: plain, packed, squeezed, difference and duplicate form.

Source: McDonald & Wilks, Appl. Spectrosc. 42, 151 (1988), the definition of JCAMP-DX 4.24, its ASDF forms.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from asplab.core.io.datafile import FileError

SQUEEZED = {letter: str(k - 9) for k, letter in enumerate("ihgfedcba@ABCDEFGHI")}
"""Letters that are sign and first digit of a value."""
DIFFERENCES = {letter: str(k - 9) for k, letter in enumerate("rqponmlkj%JKLMNOPQR")}
"""Letters that are sign and first digit of the difference from the value before."""
DUPLICATES = {letter: str(k) for k, letter in enumerate("STUVWXYZs", 1)}
"""Letters that are the first digit of how often the value, or the difference, before stands in all."""

PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)"
EXPONENT = r"[Ee][+-]\d{1,3}(?!\d)"
TOKEN = re.compile(rf"(?P<form>[@A-IJ-RS-Z%a-ij-rs])(?P<digits>\d*\.?\d*)|(?P<plain>{PLAIN})|(?P<missing>\?)", re.ASCII)
PLAIN_TOKEN = re.compile(rf"(?P<form>(?!))(?P<digits>(?!))|(?P<plain>{PLAIN}(?:{EXPONENT})?)|(?P<missing>\?)", re.ASCII)
WITH_EXPONENT = re.compile(rf"(?<=[\d.]){EXPONENT}")
SEPARATORS = " \t,;"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the abscissa that begins a line states: the line, its text, and the index of the point it belongs to."""

    line: int
    abscissa: str
    index: int


@dataclass(slots=True)
class Ordinates:
    """The values of a table as far as it is decoded, the line that each stands on, and its checkpoints."""

    name: str
    most: int
    values: list[float] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    difference: float | None = None

    def append(self, value: float, line: int, count: int = 1) -> None:
        """Add ``value`` so many times; raise `FileError` where the table grows beyond what its header states."""
        if len(self.values) + count > self.most:
            raise FileError(
                self.name,
                line,
                f"the table goes on after {self.most} points, the number that NPOINTS states. Its compression is "
                "damaged; export the data again.",
            )
        self.values.extend([value] * count)
        self.lines.extend([line] * count)


def decode_ordinates(rows: Iterable[tuple[int, str]], most: int, name: str) -> Ordinates:
    """Return the ordinates of a table in the form ``X++(Y..Y)``.

    Parameters
    ----------
    rows : iterable of (int, str)
        Number and text of each line, comments removed; blank ones don't count.
    most : int
        Number of points at which the table must end.
    name : str
        How messages call the file.

    Raises
    ------
    FileError
        Where a line can't be decoded, doesn't repeat the last value after a difference, or exceeds ``most``.
    """
    found = Ordinates(name, most)
    for line, text in rows:
        tokens = split_tokens(text, line, name)
        if len(tokens) < 2 or tokens[0]["plain"] is None:
            raise FileError(
                name, line, f"{text.strip()[:40]!r} isn't an abscissa and its ordinates. Export the data again."
            )
        is_repeated = found.difference is not None
        found.checkpoints.append(Checkpoint(line, tokens[0]["plain"], len(found.values) - is_repeated))
        if is_repeated:
            refuse_other_value(found, tokens[1], line)
        found.difference = None
        for token in tokens[2 if is_repeated else 1 :]:
            take(found, token, line)
    return found


def split_tokens(text: str, line: int, name: str) -> list[re.Match[str]]:
    """Return the numbers of a line. In one that has letters E is a digit; in one without it begins an exponent."""
    bare = WITH_EXPONENT.sub("", text)
    pattern = TOKEN if bare == text or re.search("[@A-Za-z%]", bare) else PLAIN_TOKEN
    tokens: list[re.Match[str]] = []
    at, end = 0, len(text)
    while at < end:
        if text[at] in SEPARATORS:
            at += 1
            continue
        token = pattern.match(text, at)
        if token is None:
            raise FileError(name, line, f"{text[at : at + 20]!r} can't be decoded. Export the data again.")
        tokens.append(token)
        at = token.end()
    return tokens


def refuse_other_value(found: Ordinates, token: re.Match[str], line: int) -> None:
    """Raise `FileError` unless the line begins with the value that the line before ended with."""
    value = absolute(token)
    if value == found.values[-1]:
        return
    raise FileError(
        found.name,
        line,
        f"the line begins with the value {token[0]!r}, where {found.values[-1]:.10g} ended the one before. A value "
        "between them is damaged or missing; export the data again.",
    )


def absolute(token: re.Match[str]) -> float | None:
    """Return the value of a token that stands for itself; None for a difference or a duplicate."""
    if token["plain"] is not None:
        return float(token["plain"])
    if token["missing"] is not None:
        return float("nan")
    digit = SQUEEZED.get(token["form"])
    return None if digit is None else signed(digit, token["digits"])


def signed(digit: str, digits: str) -> float:
    """Return the number whose sign and first digit are ``digit``; -0 at the front means a negative one."""
    return float(digit + digits)


def take(found: Ordinates, token: re.Match[str], line: int) -> None:
    """Add what ``token`` stands for to ``found``."""
    value = absolute(token)
    if value is not None:
        found.append(value, line)
        found.difference = None
        return
    if not found.values:
        raise FileError(found.name, line, f"the table begins with {token[0]!r}, no value. Export the data again.")
    if token["form"] in DIFFERENCES:
        found.difference = signed(DIFFERENCES[token["form"]], token["digits"])
        found.append(found.values[-1] + found.difference, line)
        return
    duplicate(found, token, line)


def duplicate(found: Ordinates, token: re.Match[str], line: int) -> None:
    """Repeat the last value or difference so often that it stands as many times as ``token`` says."""
    text = DUPLICATES[token["form"]] + token["digits"]
    count = int(text) - 1 if text.isdigit() and len(text) < 10 else found.most
    if found.difference is None:
        found.append(found.values[-1], line, count)
        return
    for _ in range(count):
        found.append(found.values[-1] + found.difference, line)
