"""Parts of the report's page: tables, and numbers of rows of ``results.json`` as cells."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from asplab.core.rounding import arms, number_with_error

Row = Mapping[str, Any]


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, kind: str = "") -> str:
    """Return a table; cells are texts, escaped here."""
    lines = [f'<table class="{kind}">' if kind else "<table>"]
    if header:
        lines.append("<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in header) + "</tr>")
    lines += ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])


def with_error(row: Row, key: str) -> str:
    """Return a number with its statistical error; a dash where it is not known."""
    value, error = row.get(key), row.get(f"{key}_error")
    return "–" if value is None else number_with_error(value, float("nan") if error is None else error)


def with_both(row: Row, key: str) -> str:
    """Return a number with its statistical error and, in brackets, the systematic one where there is one."""
    systematic = row[f"{key}_systematic"]
    if systematic is None:
        return with_error(row, key)
    # A narrow column breaks between the two errors only.
    return f"{_unbroken(with_error(row, key))} {_unbroken(f'({arms(systematic)})')}"


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def plain(value: float | None, digits: str) -> str:
    """Return a number in a format; a dash where it is not known."""
    return "–" if value is None else format(value, digits)


def interval(row: Row, key: str, digits: str) -> str:
    """Return a 68 % interval, with … for an open end."""
    low, high = row[f"{key}_interval68"] or (None, None)
    if low is None and high is None:
        return "open"
    return f"{'…' if low is None else format(low, digits)} to {'…' if high is None else format(high, digits)}"


def temperature(row: Row) -> str:
    """Return the temperature of a row in K."""
    return "all" if row["temperature_k"] is None else f"{row['temperature_k']:.1f}"
