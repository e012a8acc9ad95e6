"""Say what the columns of text files mean that don't say it themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from asplab.core.errors import InputError
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.headers import column_name
from asplab.core.loading import Memory

__all__ = ["ROLES", "ColumnMap", "MappedFiles", "mapped"]

ROLES = (
    "wavelength_nm",
    "energy_ev",
    "energy_mev",
    "excitation_nm",
    "counts",
    "absorbance",
    "response",
    "lockin_x_v",
    "lockin_y_v",
    "power_uw",
)
"""What columns of text files may be; several of ``counts`` are repeats."""

_AXES = ("wavelength_nm", "energy_ev", "energy_mev", "excitation_nm")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What the columns of one sort of text file are.

    Attributes
    ----------
    headers : tuple of str
        The header cells that such a file has; empty texts where it has no header. Files with others are left alone.
    roles : tuple of str
        One of `ROLES` for each column; an empty text leaves a column out.
    """

    headers: tuple[str, ...]
    roles: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.headers) != len(self.roles):
            raise InputError(f"{len(self.roles)} roles are given for {len(self.headers)} columns. Give one for each.")
        unknown = next((role for role in self.roles if role and role not in ROLES), None)
        if unknown is not None:
            raise InputError(f"{unknown!r} is no role of a column. Choose from: {', '.join(ROLES)}.")
        if sum(role in _AXES for role in self.roles) != 1:
            raise InputError(f"exactly one column must be the axis ({', '.join(_AXES)}); found: {self.roles}.")
        if not any(role and role not in _AXES for role in self.roles):
            raise InputError("no column is a measured quantity. Give at least one beside the axis, such as counts.")


def mapped(file: DataFile, maps: Sequence[ColumnMap]) -> DataFile:
    """Return ``file`` with its columns named by the first map that is for files like it; others as they are."""
    headers = tuple(column.header for column in file.columns)
    fitting = next((one for one in maps if file.reader == "text" and one.headers == headers), None)
    if fitting is None:
        return file
    named = [_named(column, role) for column, role in zip(file.columns, fitting.roles, strict=True) if role]
    named.sort(key=lambda column: column.header not in _AXES)
    is_frames = [column.header for column in named[1:]] == ["counts"] * (len(named) - 1)
    return replace(file, columns=tuple(named), layout="frames" if is_frames else "columns")


def _named(column: Column, role: str) -> Column:
    name, unit = column_name(role)
    return replace(column, header=role, name=name, unit=unit)


@dataclass(slots=True)
class MappedFiles(Memory):
    """Files that were read before, their columns named by ``maps``."""

    maps: tuple[ColumnMap, ...] = ()

    def read(self, path: Path, name: str) -> DataFile:
        """Return a file with its columns named; raises as `asplab.core.io.read`."""
        return mapped(Memory.read(self, path, name), self.maps)
