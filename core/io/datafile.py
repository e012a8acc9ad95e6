"""What a reader hands over: named columns with units, exactly as the file has them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from asplab.core.errors import InputError
from asplab.core.units import FloatArray


class FileError(InputError):
    """A file can't be read; says which one, where in it, and what to do.

    Attributes
    ----------
    file : str
        The file, as the user named it.
    line : int or None
        Line of the file, counted from 1; None where the message concerns all of it.
    text : str
        What was found and what to do.
    """

    def __init__(self, file: str, line: int | None, text: str) -> None:
        self.file = file
        self.line = line
        self.text = text
        super().__init__(f"{self.where}: {text}")

    @property
    def where(self) -> str:
        """The file, and the line where one is to blame."""
        return self.file if self.line is None else f"{self.file}, line {self.line}"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of numbers (n,) in the order of the file.

    ``header`` is the text of the header cell (empty without header), ``name`` its normalised form without the
    unit, and ``unit`` the unit that the header states, or an empty text.
    """

    header: str
    name: str
    unit: str
    values: FloatArray


Layout = Literal["columns", "frames", "image"]


@dataclass(frozen=True, slots=True, eq=False)
class DataFile:
    """One file as read, before anything is made of it.

    Attributes
    ----------
    path, reader, sha256 : str
        The file, the reader that recognised it, and the SHA-256 of its bytes.
    columns : tuple of Column
        Equally long columns; the first is the axis unless the headers say otherwise.
    lines : sequence of int
        Line of the file that each row stands on, counted from 1; empty where the file has no lines.
    metadata : tuple of (str, str)
        What header, comments and footer say, in the order of the file.
    warnings : tuple of str
        What a user should know before trusting the numbers.
    layout : {"columns", "frames", "image"}
        ``columns`` are an axis and quantities; ``frames`` an axis and one quantity measured several times, or once;
        ``image`` pixel numbers and the rows of a detector that has no wavelength axis.
    frame_axis : Column or None
        What tells the frames apart: time, delay, position, temperature, one value each.
    part : str
        Name of this data set in its file (sheet, sample, block, path); empty where it is the only one.
    others : tuple of DataFile
        The further data sets of the file, in its order; they have no others themselves.
    """

    path: str
    reader: str
    sha256: str
    columns: tuple[Column, ...]
    lines: Sequence[int] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    layout: Layout = "columns"
    frame_axis: Column | None = None
    part: str = ""
    others: tuple["DataFile", ...] = ()

    @property
    def has_header(self) -> bool:
        """Whether the file names its columns."""
        return any(column.header for column in self.columns)

    @property
    def parts(self) -> tuple["DataFile", ...]:
        """All data sets of the file, this one first."""
        return (replace(self, others=()), *self.others)

    def first_named(self, names: frozenset[str]) -> Column | None:
        """Return the first column whose name is among ``names``, or None."""
        return next((column for column in self.columns if column.name in names), None)

    def fault(self, row: int | None, text: str) -> FileError:
        """Return the error that says ``text`` about row ``row`` of the data, counted from 0."""
        if row is None:
            return FileError(self.path, None, text)
        if len(self.lines):
            return FileError(self.path, int(self.lines[row]), text)
        return FileError(self.path, None, f"point {row + 1}: {text}")
