"""Folders of small files that the tests of the import share."""

from pathlib import Path

import numpy as np

from asplab.core.importing.scan import scan
from asplab.core.importing.table import ImportTable, table_of


def spectrum(centre_nm: float = 510.0, *, width_nm: float = 8.0, header: str = "", seed: int = 0) -> str:
    """Return a two-column text with one band, and ``header`` above it."""
    axis = np.linspace(480.0, 560.0, 161)
    counts = 100.0 + 1000.0 * np.exp(-0.5 * ((axis - centre_nm) / width_nm) ** 2) + seed
    rows = "".join(f"{x:.2f},{y:.3f}\n" for x, y in zip(axis, counts, strict=True))
    return f"{header}wavelength_nm,counts\n{rows}"


def frames(count: int = 3) -> str:
    """Return a text with ``count`` columns of counts over one axis."""
    axis = np.linspace(480.0, 560.0, 81)
    rows = [[f"{x:.2f}", *(f"{100 + k + i}" for k in range(count))] for i, x in enumerate(axis)]
    return "".join(",".join(row) + "\n" for row in rows)


def write(folder: Path, **texts: str) -> Path:
    """Write files; ``__`` in a key stands for the folder, the ending is .csv."""
    for key, text in texts.items():
        path = folder / f"{key.replace('__', '/')}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def table(folder: Path, **texts: str) -> ImportTable:
    """Return the table of the files that `write` makes of ``texts``."""
    return table_of(scan([write(folder, **texts)], root=folder))


def values(found: ImportTable, row: int) -> dict[str, str]:
    """Return what holds in one row, without blanks."""
    return {column: found.value(row, column) for column in found.used_columns if found.value(row, column)}


def row_of(found: ImportTable, name: str) -> int:
    """Return the index of the row of a file."""
    return next(k for k, row in enumerate(found.rows) if row.file == name)
