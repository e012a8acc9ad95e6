"""What a reader hands over: named columns with units, exactly as the file has them."""

from collections.abc import Sequence
from dataclasses import dataclass

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
        Line of the file that each row stands on, counted from 1.
    metadata : tuple of (str, str)
        What header, comments and footer say, in the order of the file.
    warnings : tuple of str
        What a user should know before trusting the numbers.
    """

    path: str
    reader: str
    sha256: str
    columns: tuple[Column, ...]
    lines: Sequence[int]
    metadata: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def has_header(self) -> bool:
        """Whether the file names its columns."""
        return any(column.header for column in self.columns)

    def first_named(self, names: frozenset[str]) -> Column | None:
        """Return the first column whose name is among ``names``, or None."""
        return next((column for column in self.columns if column.name in names), None)

    def fault(self, row: int | None, text: str) -> FileError:
        """Return the error that says ``text`` about row ``row`` of the file, counted from 0."""
        return FileError(self.path, None if row is None else int(self.lines[row]), text)
