"""Read measured files: each is recognised by its content, then read by the reader for it."""

from pathlib import Path

from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import refuse_empty, refuse_foreign
from asplab.core.io.reader import Reader
from asplab.core.io.registry import readers
from asplab.core.io.regular import is_bare
from asplab.core.io.text import READER as TEXT

__all__ = ["Column", "DataFile", "FileError", "Reader", "read", "read_bytes", "readers"]


def read(path: Path | str) -> DataFile:
    """Read one file with the reader that recognises it.

    Raises
    ------
    FileError
        When the file is missing, isn't recognised, or is damaged.
    """
    return read_bytes(file_bytes(path, str(path)), str(path))


def read_bytes(raw: bytes, name: str) -> DataFile:
    """Read the bytes of one file; messages call it ``name``. Raises as `read`.

    Rows of two numbers and nothing else belong to no instrument, so no other reader is asked about them.
    """
    refuse_empty(raw, name)
    if is_bare(raw):
        return TEXT.read(raw, name)
    for reader in readers():
        if reader.recognises(raw):
            return reader.read(raw, name)
    refuse_foreign(raw, name)
    known = ", ".join(reader.name for reader in readers())
    raise FileError(name, None, f"the file is binary and in no known format (known: {known}). Export the data as text.")


def file_bytes(path: Path | str, name: str) -> bytes:
    """Return the bytes of ``path``; raise `FileError` when it can't be opened."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(name, None, f"the file can't be opened: {reason}. Check its name and rights.") from error
