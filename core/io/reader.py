"""What a file format brings along: how it is recognised, and how it is read."""

from collections.abc import Callable
from dataclasses import dataclass

from asplab.core.io.datafile import DataFile


@dataclass(frozen=True, slots=True)
class Reader:
    """One file format.

    Attributes
    ----------
    name : str
        What users call the format, such as ``Andor SIF``.
    recognises : callable
        Tells from the bytes of a file, by its content alone, whether ``read`` is the reader for it. It looks at no more
        than it must, never raises, and claims no file that another format could own.
    read : callable
        Turns the bytes, and the name that messages use, into a `DataFile`. Raises `FileError` for a file that is
        damaged or cut short, never returns a part of it, and imports what is heavy inside.
    """

    name: str
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, str], DataFile]
