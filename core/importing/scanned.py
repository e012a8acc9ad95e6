"""What was found in each file: shape, axis, a small picture, metadata; or why it can't be read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asplab.core.counting import counted
from asplab.core.experiment import frozen_array
from asplab.core.importing.refusals import refusals
from asplab.core.io.axes import LONGEST_NM, SHORTEST_NM, in_nanometres
from asplab.core.io.datafile import Column, DataFile, FileError, Layout
from asplab.core.io.headers import ENERGIES, EXCITATIONS, WAVELENGTHS
from asplab.core.units import FloatArray

__all__ = ["THUMBNAIL_POINTS", "ScannedFile", "ScannedPart", "scanned_part", "thumbnail", "unread_part"]

THUMBNAIL_POINTS = 64
_AXES = WAVELENGTHS | EXCITATIONS | ENERGIES
_UNIT_SIGNS = {"cm-1": "cm⁻¹", "um": "µm", "us": "µs", "": ""}


@dataclass(frozen=True, slots=True, eq=False)
class ScannedPart:
    """One data set of a file.

    Attributes
    ----------
    part, reader : str
        Name of the data set in its file, empty where it has none; the reader that recognised it.
    layout : {"columns", "frames", "image"}
        As `asplab.core.io.DataFile` has it.
    is_alike : bool
        Whether all columns beside the axis have one name and unit, or none.
    points, frames : int
        Length of the axis; number of columns or rows beside it.
    axis_name, axis_unit, value_unit : str
        As the file says; empty where it doesn't.
    axis_first, axis_last : float
        Ends of the axis in file order, in its own unit.
    peak_nm : float
        Wavelength of the highest value of the first frame; NaN where the axis is no wavelength and no energy.
    peak_width_nm : float
        Width of that peak at half its height above the median; NaN likewise.
    step_nm : float
        Distance of two points; NaN likewise.
    thumbnail : ndarray, shape (2, n), n up to 64
        Axis and values of the first frame (of an image: the sum of its rows), thinned so that peaks stay.
    frame_axis : Column or None
        What tells the frames apart.
    metadata, warnings
        As the reader gives them.
    refusals : tuple of (str, str)
        As `asplab.core.importing.refusals.refusals` has them: kinds as which it can't be loaded, and why.
    """

    part: str
    reader: str
    layout: Layout
    is_alike: bool
    points: int
    frames: int
    axis_name: str
    axis_unit: str
    value_unit: str
    axis_first: float
    axis_last: float
    peak_nm: float
    peak_width_nm: float
    step_nm: float
    thumbnail: FloatArray
    frame_axis: Column | None
    metadata: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    refusals: tuple[tuple[str, str], ...] = ()

    @property
    def is_stack(self) -> bool:
        """Whether one quantity was measured several times, so that it may become repeats, a mean, a sum."""
        return self.frames > 1 and (self.layout == "frames" or (self.layout == "columns" and self.is_alike))

    @property
    def shape(self) -> str:
        """How much it is: ``1 x 1024``, ``35 frames x 1340``, ``5 columns x 300``, or an image."""
        if not self.points:
            return "not read"
        if self.layout == "image":
            return f"image {self.frames} x {self.points}, no wavelength"
        if self.layout == "frames" and self.frames > 1:
            return f"{self.frames} frames x {self.points}"
        if self.frames > 1:
            return f"{self.frames} columns x {self.points}"
        return f"{self.frames} x {self.points}"

    @property
    def axis(self) -> str:
        """Name and range of the axis: ``405.23–454.55 nm``."""
        if not self.points:
            return ""
        unit = _UNIT_SIGNS.get(self.axis_unit, self.axis_unit) or self.axis_name.replace("_", " ")
        return f"{self.axis_first:.5g} to {self.axis_last:.5g} {unit}".rstrip()


@dataclass(frozen=True, slots=True, eq=False)
class ScannedFile:
    """One file: its data sets, or why there are none.

    Attributes
    ----------
    name : str
        Path relative to the common folder, with ``/``.
    path : Path
    size_bytes : int
    sha256 : str
        Of its bytes; empty where it couldn't be read.
    parts : tuple of ScannedPart
    error : str
        Why it couldn't be read, and what to do; else empty.
    """

    name: str
    path: Path
    size_bytes: int
    sha256: str = ""
    parts: tuple[ScannedPart, ...] = ()
    error: str = ""

    @property
    def shape(self) -> str:
        """The shape of its data set, or how many there are."""
        if self.error:
            return ""
        return self.parts[0].shape if len(self.parts) == 1 else counted(len(self.parts), "data set")


def scanned_part(file: DataFile, *, points: int = THUMBNAIL_POINTS) -> ScannedPart:
    """Return what is worth knowing about one data set without keeping its numbers, ``points`` of them at most."""
    axis = file.first_named(_AXES) or file.columns[0]
    values = [column for column in file.columns if column is not axis]
    first = _first_values(file, values)
    peak_nm, peak_width_nm, step_nm = _peak(file, axis, first)
    return ScannedPart(
        part=file.part,
        reader=file.reader,
        layout=file.layout,
        is_alike=len({(column.name, column.unit) for column in values}) <= 1,
        points=int(axis.values.size),
        frames=len(values),
        axis_name=axis.name,
        axis_unit=axis.unit or _likely_unit(axis),
        value_unit=values[0].unit if values else "",
        axis_first=float(axis.values[0]),
        axis_last=float(axis.values[-1]),
        peak_nm=peak_nm,
        peak_width_nm=peak_width_nm,
        step_nm=step_nm,
        thumbnail=thumbnail(axis.values, first, points=points),
        frame_axis=file.frame_axis,
        metadata=file.metadata,
        warnings=file.warnings,
        refusals=refusals(file),
    )


def unread_part(reason: str) -> ScannedPart:
    """Return what stands for a file that no reader takes, but that a manifest lists as a table of texts."""
    nothing = frozen_array(np.empty((2, 0)))
    unknown = np.nan
    return ScannedPart(
        part="",
        reader="",
        layout="columns",
        is_alike=False,
        points=0,
        frames=0,
        axis_name="",
        axis_unit="",
        value_unit="",
        axis_first=unknown,
        axis_last=unknown,
        peak_nm=unknown,
        peak_width_nm=unknown,
        step_nm=unknown,
        thumbnail=nothing,
        frame_axis=None,
        metadata=(),
        warnings=(reason,),
    )


def thumbnail(axis: FloatArray, values: FloatArray, *, points: int = THUMBNAIL_POINTS) -> FloatArray:
    """Return (2, n) with n up to ``points``: the lowest and the highest value of each stretch, in order."""
    if values.size <= points:
        return frozen_array([axis, values])
    size = -(-values.size // (points // 2))
    rows = -(-values.size // size)
    places = np.minimum(np.arange(rows * size), values.size - 1).reshape(rows, size)
    stretches = values[places]
    seen = np.isfinite(stretches).any(axis=1)
    low = places[seen, np.nanargmin(stretches[seen], axis=1)]
    high = places[seen, np.nanargmax(stretches[seen], axis=1)]
    kept = np.sort(np.stack([low, high], axis=1), axis=1).ravel()
    return frozen_array([axis[kept], values[kept]])


def _first_values(file: DataFile, values: list[Column]) -> FloatArray:
    if not values:
        return frozen_array(np.full(file.columns[0].values.size, np.nan))
    if file.layout == "image":
        return frozen_array(np.sum([column.values for column in values], axis=0))
    return values[0].values


def _likely_unit(axis: Column) -> str:
    values = axis.values
    is_named = not axis.name or axis.name in WAVELENGTHS | EXCITATIONS
    return "nm" if is_named and bool(np.all((values >= SHORTEST_NM) & (values <= LONGEST_NM))) else ""


def _peak(file: DataFile, axis: Column, values: FloatArray) -> tuple[float, float, float]:
    """Return place and width of the highest value of the first frame, and the step, in nm; NaN without wavelengths."""
    usable = file.layout != "image" and axis.unit != "pixel" and values.size > 1
    if not usable or not np.isfinite(values).any() or not np.isfinite(axis.values).all():
        return np.nan, np.nan, np.nan
    try:
        wavelength_nm, _ = in_nanometres(file, axis)
    except FileError:
        return np.nan, np.nan, np.nan
    top = int(np.nanargmax(values))
    low = ~(values > 0.5 * (values[top] + np.nanmedian(values)))
    left = top - int(np.argmax(low[: top + 1][::-1])) if low[: top + 1].any() else 0
    right = top + int(np.argmax(low[top:])) if low[top:].any() else values.size - 1
    width_nm = abs(float(wavelength_nm[right] - wavelength_nm[left]))
    return float(wavelength_nm[top]), width_nm, float(np.median(np.abs(np.diff(wavelength_nm))))
