"""Read small tables whose cells may be text: the manifest, and tables that enter half-way."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from asplab.core.io.datafile import FileError
from asplab.core.io.encoding import decode, is_binary, refuse_empty, refuse_foreign, split_lines

DELIMITERS = ("\t", ";", ",")


@dataclass(frozen=True, slots=True)
class TextRow:
    """The cells of one row by column name, without blank ones, and the line they stand on."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of texts: column names in lower case and their line, rows, and the comment lines without their mark."""

    name: str
    decimal_comma: bool
    columns: tuple[str, ...]
    rows: tuple[TextRow, ...]
    faults: tuple[FileError, ...]
    comments: tuple[str, ...]
    header_line: int = 1

    def number(self, row: TextRow, column: str) -> float | None:
        """Return the number in ``column`` of ``row``, None where the cell is blank.

        Raises
        ------
        FileError
            When the cell holds anything else.
        """
        cell = row.cells.get(column)
        if cell is None:
            return None
        text = cell.replace(",", ".") if self.decimal_comma else cell
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if value - value != 0.0:
            remedy = "Write a plain number without its unit, or leave the cell blank."
            raise FileError(self.name, row.line, f"column {column} holds {cell!r}, which is no number. {remedy}")
        return value


def read_table(raw: bytes, name: str) -> TextTable:
    """Read a table with a header row, delimited by comma, semicolon or tab.

    Lines that begin with ``#`` are comments. With semicolon or tab, decimal commas are understood. Rows with
    more cells than the header has columns become ``faults``; missing cells at the end of a row are blank.

    Raises
    ------
    FileError
        Where there is no header row, or it names a column twice.
    """
    lines = table_lines(raw, name)
    comments = tuple(line.strip().lstrip("#").strip() for line in lines if line.lstrip().startswith("#"))
    numbered = [
        (k, line) for k, line in enumerate(lines, 1) if line.strip(" ,;\t") and not line.lstrip().startswith("#")
    ]
    if not numbered:
        raise FileError(name, None, "no header row was found. Begin the table with a row that names the columns.")
    header_line, header = numbered[0]
    delimiter = max(DELIMITERS, key=header.count)
    columns = column_names(split_row(header, delimiter, name, header_line), name, header_line)
    rows: list[TextRow] = []
    faults: list[FileError] = []
    for line, text in numbered[1:]:
        cells = split_row(text, delimiter, name, line)
        if any(cells[len(columns) :]):
            faults.append(too_many(name, line, cells, columns, delimiter))
        else:
            rows.append(TextRow(line, {column: cell for column, cell in zip(columns, cells, strict=False) if cell}))
    return TextTable(name, delimiter != ",", columns, tuple(rows), tuple(faults), comments, header_line)


def table_lines(raw: bytes, name: str) -> list[str]:
    """Return the lines of a table; raise `FileError` where the bytes are none."""
    refuse_empty(raw, name)
    refuse_foreign(raw, name)
    if is_binary(raw):
        raise FileError(name, None, "the file is binary, not a table of text. Save it as CSV.")
    return split_lines(decode(raw, name))


def split_row(text: str, delimiter: str, name: str, line: int) -> list[str]:
    """Return the cells of one line, quotes removed."""
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))]
    except csv.Error as error:
        raise FileError(name, line, f"the row can't be split into cells ({error}). Correct the row.") from error


def column_names(cells: Sequence[str], name: str, line: int) -> tuple[str, ...]:
    """Return the column names in lower case; raise `FileError` where one occurs twice."""
    names = [cell.lower().replace(" ", "_") for cell in cells]
    while names and not names[-1]:
        names.pop()
    twice = sorted({column for column in names if column and names.count(column) > 1})
    if twice:
        raise FileError(name, line, f"column {twice[0]!r} occurs twice in the header. Rename or remove one.")
    return tuple(names)


def too_many(name: str, line: int, cells: Sequence[str], columns: Sequence[str], delimiter: str) -> FileError:
    """Return the fault of a row that has more cells than the header has columns."""
    hint = " A decimal comma needs ';' as delimiter, or a point instead." if delimiter == "," else ""
    return FileError(
        name, line, f"the row has {len(cells)} cells, the header {len(columns)} columns. Correct the row.{hint}"
    )
