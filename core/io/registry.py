"""All readers, particular formats before general ones; other packages may add theirs."""

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from asplab.core.errors import InputError
from asplab.core.io.reader import Reader

ENTRY_POINTS = "asplab.readers"
"""Group of entry points by which other packages add a `Reader` each; they come before the ones here."""

BUILT_IN = (
    "andor_sif",
    "princeton_spe",
    "renishaw_wdf",
    "labspec_xml",
    "hdf5_data",
    "workbook",
    "galactic_spc",
    "jcamp",
    "cary",
    "shimadzu",
    "jasco",
    "surface_xplorer",
    "imagej",
    "andor_ascii",
    "horiba_labspec",
    "ocean_optics",
    "avantes",
    "bwtek",
    "edinburgh",
    "lightfield",
    "becker_hickl",
    "text",
)
"""Modules of this package, each with a ``READER``; the first that recognises a file reads it."""


@cache
def readers() -> tuple[Reader, ...]:
    """Return all readers in the order in which they are asked."""
    return (*added_readers(), *built_in_readers())


@cache
def added_readers() -> tuple[Reader, ...]:
    """Return the readers of other packages."""
    return tuple(_added(point) for point in entry_points(group=ENTRY_POINTS))


@cache
def built_in_readers() -> tuple[Reader, ...]:
    """Return the readers of this package."""
    return tuple(_built_in(name) for name in BUILT_IN)


def _built_in(name: str) -> Reader:
    reader: Reader = import_module(f"asplab.core.io.{name}").READER
    return reader


def _added(point: EntryPoint) -> Reader:
    """Return the reader of an entry point; raise `InputError` naming the package where there is none."""
    package = point.dist.name if point.dist is not None else point.module
    try:
        reader = point.load()
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"the reader {point.name!r} of the package {package} can't be loaded ({error}). Update or remove it."
        ) from error
    if not isinstance(reader, Reader):
        raise InputError(
            f"the reader {point.name!r} of the package {package} is a {type(reader).__name__}, no "
            "asplab.core.io.Reader. Update or remove the package."
        )
    return reader
