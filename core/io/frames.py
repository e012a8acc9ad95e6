"""Data sets of readers whose files hold an axis and frames, or images."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile
from asplab.core.units import FloatArray

BACKGROUND_NOTE = (
    "the instrument subtracted a background: the counts may be negative, and their noise is more than the "
    "square root of them"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where data sets come from: the file, the reader's name, the SHA-256 of the bytes, what all of them share."""

    path: str
    reader: str
    sha256: str
    metadata: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def origin(raw: bytes, name: str, reader: str) -> Origin:
    """Return the origin of the data sets in ``raw``."""
    return Origin(name, reader, hashlib.sha256(raw).hexdigest())


def axis_column(values: ArrayLike, name: str, unit: str, header: str = "") -> Column:
    """Return the axis (n,) as a column; its header says name and unit unless ``header`` is given."""
    plain = name.replace("_", " ")
    return Column(header or (f"{plain} ({unit})" if unit else plain), name, unit, frozen_array(values))


def pixel_column(count: int) -> Column:
    """Return pixel numbers from 1 as an axis."""
    return axis_column(np.arange(1, count + 1), "pixel", "pixel", "pixel")


def frames(
    source: Origin, axis: Column, values: FloatArray, *, unit: str = "counts", frame_axis: Column | None = None
) -> DataFile:
    """Return the frames ``values`` (frames, n) over ``axis`` (n,) as a data set."""
    named = tuple(Column(f"frame {k}", "counts", unit, frozen_array(row)) for k, row in enumerate(values, 1))
    return DataFile(
        path=source.path,
        reader=source.reader,
        sha256=source.sha256,
        columns=(axis, *named),
        metadata=source.metadata,
        warnings=source.warnings,
        layout="frames",
        frame_axis=frame_axis,
    )


def image(source: Origin, values: FloatArray, *, unit: str = "counts") -> DataFile:
    """Return the detector rows ``values`` (rows, n) of an image without wavelengths as a data set."""
    made = frames(source, pixel_column(values.shape[1]), values, unit=unit)
    rows = tuple(replace(column, header=f"row {k}") for k, column in enumerate(made.columns[1:], 1))
    return replace(made, columns=(made.columns[0], *rows), layout="image")


def detector_frames(
    source: Origin, axes: Sequence[Column], values: FloatArray, *, unit: str, time: Column | None
) -> DataFile:
    """Return what a detector recorded: ``values`` (frames, rows, n) over one axis, or over one of each frame.

    Frames of one row are frames of one data set. Where the detector was read in several rows, each frame is a data
    set of its own: an image where the axis merely counts pixels, otherwise a spectrum of each row.
    """
    count, rows, _ = values.shape
    if rows == 1 and len(axes) == 1:
        return frames(source, axes[0], values[:, 0], unit=unit, frame_axis=time)
    of_each = axes if len(axes) == count else [axes[0]] * count
    parts = [detector_rows(source, axis, one, unit=unit) for axis, one in zip(of_each, values, strict=True)]
    return joined([replace(part, part=f"frame {k}") for k, part in enumerate(parts, 1)] if count > 1 else parts)


def detector_rows(source: Origin, axis: Column, values: FloatArray, *, unit: str) -> DataFile:
    """Return one frame (rows, n) of a detector as a data set."""
    if values.shape[0] == 1:
        return frames(source, axis, values, unit=unit)
    if axis.name == "pixel":
        return image(source, values, unit=unit)
    numbers = axis_column(np.arange(1, values.shape[0] + 1), "row", "pixel", "detector row")
    note = f"the detector was read in {values.shape[0]} rows, and each stands for a spectrum. Add them if they are one."
    return frames(replace(source, warnings=(*source.warnings, note)), axis, values, unit=unit, frame_axis=numbers)


def joined(parts: Sequence[DataFile]) -> DataFile:
    """Return the first data set with the further ones as its others."""
    return replace(parts[0], others=tuple(parts[1:]))
