"""Read measured files: each is recognised by its content, then read by the reader for it."""

from functools import lru_cache
from pathlib import Path

from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import refuse_empty, refuse_foreign
from asplab.core.io.reader import Reader
from asplab.core.io.registry import added_readers, built_in_readers, readers
from asplab.core.io.regular import Plain, is_bare, read_plain
from asplab.core.io.text import READER as TEXT
from asplab.core.io.text import table_of

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
    plain = read_plain(raw)
    reader = TEXT if is_bare(raw, plain) else reader_for(raw, plain)
    if reader is TEXT:
        return table_of(raw, name, plain)
    if reader is not None:
        return reader.read(raw, name)
    refuse_foreign(raw, name)
    known = ", ".join(reader.name for reader in readers())
    raise FileError(name, None, f"the file is binary and in no known format (known: {known}). Export the data as text.")


def reader_for(raw: bytes, plain: Plain | None) -> Reader | None:
    """Return the first reader that recognises ``raw``, of which the built-in ones need no more than the gist."""
    for reader in added_readers():
        if reader.recognises(raw):
            return reader
    return (reader_of_gist(plain.gist) if plain is not None else None) or built_in_reader(raw)


def built_in_reader(raw: bytes) -> Reader | None:
    """Return the first reader of this package that recognises ``raw``."""
    return next((reader for reader in built_in_readers() if reader.recognises(raw)), None)


reader_of_gist = lru_cache(maxsize=256)(built_in_reader)
"""The same for what many files of a measurement have in common."""


def file_bytes(path: Path | str, name: str) -> bytes:
    """Return the bytes of ``path``; raise `FileError` when it can't be opened."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(name, None, f"the file can't be opened: {reason}. Check its name and rights.") from error
