"""Read HDF5 files: the plots of NeXus files, otherwise all arrays that can be spectra."""

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.frames import Origin, axis_column, frames, image, joined, origin, pixel_column
from asplab.core.io.hdf5_pairs import Pair, is_monotonic, spectra
from asplab.core.io.hdf5_tree import Array, Node, Survey, numbers, pairs, refuse_endless_heaps, survey
from asplab.core.io.headers import ENERGIES, WAVELENGTHS, column_name
from asplab.core.io.nexus_data import axes, further_signals, plots, signal
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

MAGIC = b"\x89HDF\r\n\x1a\n"
DAMAGE = (
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
    IndexError,
)
SPECTRAL_UNITS = frozenset({"nm", "um", "angstrom", "eV", "meV", "cm-1"})
FRAME_LIMIT = 100_000
TABLE_WIDTH = 20


def recognises_hdf5(raw: bytes) -> bool:
    """Whether the file begins as HDF5 files do."""
    return raw.startswith(MAGIC)


def read_hdf5(raw: bytes, name: str) -> DataFile:
    """Return the data sets of an HDF5 file: the default plot of a NeXus file and its other plots, or all spectra.

    Raises
    ------
    FileError
        Where the file is damaged, is a project of ASPLab, or holds nothing that can be a spectrum.
    """
    # Whoever reads text files only needn't wait for it.
    import h5py

    refuse_endless_heaps(raw, name)
    try:
        with h5py.File(io.BytesIO(raw), "r") as file:
            if "asplab_schema" in file.attrs:
                raise FileError(name, None, "this is a project of ASPLab, not a measurement. Open it instead.")
            return read_tree(raw, name, *survey(file, name))
    except DAMAGE as error:
        packed = any(word in str(error) for word in ("filter", "plugin"))
        cause = "It is packed by a method that isn't at hand: save it with gzip or unpacked, unless it is damaged."
        remedy = cause if packed else "It is truncated or damaged: copy it again."
        text = f"the HDF5 file can't be read ({error}). {remedy}"
        raise FileError(name, None, text) from error


def read_tree(raw: bytes, name: str, root: Node, met: Survey) -> DataFile:
    """Return the data sets of the tree of a file."""
    notes: tuple[str, ...] = ()
    if met.outside:
        shown = ", ".join(met.outside[:5])
        notes = (f"{len(met.outside)} links lead out of the file and weren't followed: {shown}",)
    source = replace(origin(raw, name, "HDF5"), warnings=notes)
    found = plots(root)
    if found:
        source = replace(source, reader="NeXus")
        parts = [part for node in found for part in read_plot(source, root, node, met)]
    else:
        parts = [read_pair(source, root, pair, met) for pair in spectra(root, met)]
    if not parts:
        outside = " Data outside the file aren't read." if met.outside else ""
        text = f"no array of the file can be a spectrum: an axis and values of its length are needed.{outside}"
        raise FileError(name, None, f"{text} Export the data as text.")
    return joined(parts)


def entry_of(root: Node, path: str) -> Node:
    """Return the top group in which ``path`` lies, or the root for a path at the top."""
    return root.groups.get(path.split("/")[0], root) if "/" in path else root


def read_plot(source: Origin, root: Node, node: Node, met: Survey) -> list[DataFile]:
    """Return the data sets of one NXdata group: its signal, and any auxiliary ones."""
    plotted = signal(node)
    if plotted is None:
        return []
    entry = entry_of(root, node.path) if node.kind != "NXentry" else node
    parts: list[DataFile] = []
    for one in (plotted, *further_signals(node, plotted)):
        said = (("signal", one.name), *pairs(entry))
        part = node.path or "/" if one is plotted else one.path
        parts.append(data_set(replace(source, metadata=said), one, axes(node, plotted), part, met))
    return parts


def read_pair(source: Origin, root: Node, pair: Pair, met: Survey) -> DataFile:
    """Return the data set of arrays that were found to belong together."""
    first = pair.values[0]
    source = replace(
        source,
        metadata=(("signal", first.name), *pairs(entry_of(root, first.path))),
        warnings=(*source.warnings, *pair.notes),
    )
    if len(pair.values) == 1:
        return data_set(source, first, pair.axes, first.path, met)
    axis, notes = axis_of(pair.axes[-1], first.shape[-1], first.name, met)
    columns = [Column(one.name, column_name(one.name)[0], one.unit, frozen(numbers(one, met))) for one in pair.values]
    return table(replace(source, warnings=(*source.warnings, *notes)), axis, columns, first.path.rpartition("/")[0])


def table(source: Origin, axis: Column, columns: Sequence[Column], part: str) -> DataFile:
    """Return several quantities over one axis as a data set."""
    made = frames(source, axis, np.empty((0, axis.values.size)))
    return replace(made, columns=(axis, *columns), layout="columns", part=part or "/")


def frozen(values: FloatArray) -> FloatArray:
    """Return ``values``, read only."""
    values.flags.writeable = False
    return values


def data_set(source: Origin, plotted: Array, found: Sequence[Array | None], part: str, met: Survey) -> DataFile:
    """Return one signal over its axes as a data set."""
    values = numbers(plotted, met)
    along = spectral_dimension(found)
    values = np.moveaxis(values, along, -1)
    others = [axis for k, axis in enumerate(found) if k != along]
    points = values.shape[-1]
    rows = values.reshape(-1, points)
    if len(rows) > FRAME_LIMIT:
        raise FileError(source.path, None, f"{plotted.path} has {len(rows)} spectra, over {FRAME_LIMIT}. Split it.")
    axis, notes = axis_of(found[along], points, plotted.name, met)
    if values.ndim > 2:
        sides = " x ".join(map(str, values.shape[:-1]))
        notes = (*notes, f"the frames are the points of a grid of {sides}, the last index running first")
    source = replace(source, warnings=(*source.warnings, *notes))
    if values.ndim == 2 and all(one is None for one in found):
        return matrix(source, rows, plotted, part)
    telling = frame_axis(others[0], len(rows), met) if len(others) == 1 else None
    return replace(frames(source, axis, rows, unit=plotted.unit, frame_axis=telling), part=part)


def matrix(source: Origin, values: FloatArray, plotted: Array, part: str) -> DataFile:
    """Return an array of two dimensions without axes: a table where its first column increases, else an image."""
    tall = values if values.shape[0] >= values.shape[1] else values.T
    if tall.shape[1] > TABLE_WIDTH or tall.shape[0] <= TABLE_WIDTH or not is_monotonic(tall[:, 0]):
        return replace(image(source, values, unit=plotted.unit), part=part)
    note = f"the first column of {plotted.name} is in order and was taken for the axis"
    source = replace(source, warnings=(*source.warnings[:-1], note))
    axis = axis_column(tall[:, 0], "", "", "column 1")
    columns = [Column(f"column {k}", "", plotted.unit, frozen(one.copy())) for k, one in enumerate(tall.T[1:], 2)]
    return table(source, axis, columns, part)


def spectral_dimension(found: Sequence[Array | None]) -> int:
    """Return the dimension of the signal along which its spectra run: the one of a spectral axis, else the last."""
    spectral = [k for k, axis in enumerate(found) if axis is not None and is_spectral(axis)]
    if spectral:
        return spectral[-1]
    known = [k for k, axis in enumerate(found) if axis is not None]
    return known[-1] if known else len(found) - 1


def is_spectral(axis: Array) -> bool:
    """Whether name or unit of an axis are those of a spectrum."""
    name = column_name(axis.name)[0]
    return axis.unit in SPECTRAL_UNITS or name in WAVELENGTHS | ENERGIES or "raman" in name or "wavenumber" in name


def axis_of(axis: Array | None, points: int, plotted: str, met: Survey) -> tuple[Column, tuple[str, ...]]:
    """Return the axis of ``points`` points, and what to say about it; without one it counts pixels."""
    if axis is None:
        return pixel_column(points), ("the signal has no axis; it counts pixels",)
    values = numbers(axis, met)
    notes: tuple[str, ...] = ()
    if values.size == points + 1:
        values = 0.5 * (values[1:] + values[:-1])
        notes = (f"{axis.name} gives the edges of the points; the axis here is their middles",)
    if axis.unit == "cm-1":
        negative = bool(np.any(values < 0.0))
        raman = negative or any("raman" in text.lower() or "shift" in text.lower() for text in (axis.name, plotted))
        return axis_column(values, "raman_shift" if raman else "wavenumber", "cm-1", axis.name), notes
    name, unit = column_name(axis.name)
    unit = axis.unit or unit
    if unit in ("nm", "um", "angstrom"):
        name = "wavelength"
    elif unit in ("eV", "meV"):
        name = "energy"
    return axis_column(values, name, unit, axis.name), notes


def frame_axis(axis: Array | None, count: int, met: Survey) -> Column | None:
    """Return what tells the frames apart, None where the file doesn't say."""
    if axis is None or axis.shape != (count,):
        return None
    return axis_column(numbers(axis, met), column_name(axis.name)[0], axis.unit, axis.name)


READER = Reader("HDF5", recognises_hdf5, read_hdf5)
