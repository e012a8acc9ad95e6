"""Files that were read, kept at hand as long as there is room for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from asplab.core.importing.columns import ColumnMap, mapped
from asplab.core.io.datafile import DataFile
from asplab.core.loading import Memory

MOST_BYTES = 1_000_000_000


@dataclass(slots=True)
class Shelf(Memory):
    """Remembers files up to a total size; beyond it the oldest go, and are read again when they are wanted."""

    most_bytes: int = MOST_BYTES
    total_bytes: int = 0
    lock: Lock = field(default_factory=Lock)

    def read(self, path: Path, name: str) -> DataFile:
        """Return a file as read now, or before if it is unchanged; raises as `asplab.core.io.read`."""
        with self.lock:
            known = len(self.files)
            file = Memory.read(self, path, name)
            if len(self.files) > known:
                self.total_bytes += size_of(file)
                self._make_room()
            return file

    def _make_room(self) -> None:
        while self.total_bytes > self.most_bytes and len(self.files) > 1:
            self.total_bytes -= size_of(self.files.pop(next(iter(self.files))))


@dataclass(slots=True)
class NamedFiles(Memory):
    """Files of a shelf, their columns named by ``maps``."""

    shelf: Shelf = field(default_factory=Shelf)
    maps: Sequence[ColumnMap] = ()

    def read(self, path: Path, name: str) -> DataFile:
        """Return a file with its columns named; raises as `asplab.core.io.read`."""
        return mapped(self.shelf.read(path, name), self.maps)


def size_of(file: DataFile) -> int:
    """Return how much room the numbers of a file take, in bytes."""
    return sum(column.values.nbytes for part in file.parts for column in part.columns)
