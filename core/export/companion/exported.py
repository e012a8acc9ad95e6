"""What a companion measurement gives to every export."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from asplab.core.export.table import Table
from asplab.core.pipeline import Results


@dataclass(frozen=True, slots=True)
class Exported:
    """One companion measurement; where the experiment does not hold it, rows are None and the section is empty.

    Attributes
    ----------
    name : str
        Key of its section in results.json, under ``companion``.
    title : str
        Its heading in the report.
    rows : function
        The section of results.json.
    section : function
        Parts of the report's page below the heading.
    tables : tuple of (name, function)
        Tables by the names of their files; each function returns a table, without rows where there is nothing.
    """

    name: str
    title: str
    rows: Callable[[Results], Any]
    section: Callable[[Results], Iterator[str]]
    tables: tuple[tuple[str, Callable[[Results], Table]], ...] = ()
