"""All conditions of a temperature on one band shape, and what their shifts and widths say together."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.emission.band import Bands
from asplab.core.rounding import chance_text
from asplab.core.shape.check import ShapeTest
from asplab.core.shape.curves import ShapeCurves, shape_curves
from asplab.core.units import FloatArray

_UNLIKELY = 0.003


@dataclass(frozen=True, slots=True)
class ShapeStatistics:
    """What the shifts, or width ratios, of several conditions say together.

    Attributes
    ----------
    n : int
        Conditions that tell it.
    mean : Reading
        Weighted, its error widened where the conditions scatter by more than theirs.
    chance : float
        Of their scatter about the resting shape from noise alone; NaN without conditions.
    """

    n: int
    mean: Reading
    chance: float


@dataclass(frozen=True, slots=True)
class OverlaidCurve:
    """One condition on the band shape: its place in the stacks, kind, excitation and normalised curve."""

    stack: int
    label: str
    kind: str
    excitation_nm: float
    curve: ShapeCurves


@dataclass(frozen=True, slots=True)
class OverlaidShapes:
    """What the conditions of one temperature say of their common shape; ``shift`` is in meV, ``width`` a ratio.

    ``stacks`` are those that could be compared with the band shape, by excitation.
    """

    temperature_k: float
    stacks: tuple[int, ...]
    shift: ShapeStatistics
    width: ShapeStatistics
    sentence: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """All conditions of one temperature, in units of the maximum of their band shape, by excitation."""

    shapes: OverlaidShapes
    curves: tuple[OverlaidCurve, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Overlays:
    """What the shape test says of each temperature together, without the curves."""

    of: tuple[OverlaidShapes, ...]


def shape_statistics(values: FloatArray, error: FloatArray, *, rest: float, unit: str) -> ShapeStatistics:
    """Return mean and chance of values (n,) with independent errors about ``rest``.

    NaN ones, and those that were held, with an error of zero, do not tell.
    """
    told = np.isfinite(values) & np.isfinite(error) & (error > 0.0)
    if not told.any():
        reason = "No condition tells it. Expose longer, or take repeats."
        return ShapeStatistics(0, undetermined(reason, unit), float("nan"))
    y, e = finite_array(values[told], name="values"), positive_array(error[told], name="error")
    same_shape(y, e, names=("values", "error"))
    weight = e**-2.0
    mean = float(weight @ y / weight.sum())
    scatter = float(weight @ (y - mean) ** 2) / max(y.size - 1, 1)
    spread = float(np.sqrt(max(scatter, 1.0) / weight.sum()))
    return ShapeStatistics(y.size, measured(mean, spread, unit), float(chdtrc(y.size, weight @ (y - rest) ** 2)))


def find_overlays(bands: Bands, test: ShapeTest) -> Overlays:
    """Return what the conditions of each temperature say of their common shape."""
    return Overlays(tuple(overlaid_shapes(bands, test, temperature=t) for t in range(len(bands.templates))))


def overlaid_shapes(bands: Bands, test: ShapeTest, *, temperature: int) -> OverlaidShapes:
    """Return what the conditions of one temperature (its index) say of their common shape."""
    stacks = bands.corrected.stacks
    tested = np.isfinite(test.amplitude) & (test.amplitude != 0.0)
    known = bands.templates[temperature] is not None
    places = [k for k, stack in enumerate(stacks) if known and stack.temperature == temperature and tested[k]]
    places.sort(key=lambda k: stacks[k].excitation_nm)
    shift = shape_statistics(test.shift_mev[places], test.shift_error_mev[places], rest=0.0, unit="meV")
    width = shape_statistics(test.width_ratio[places], test.width_error[places], rest=1.0, unit="")
    at = float(bands.corrected.temperatures_k[temperature])
    return OverlaidShapes(at, tuple(places), shift, width, _told(len(places), shift, width))


def overlay(bands: Bands, test: ShapeTest, *, temperature: int) -> Overlay:
    """Return the conditions of one temperature (its index) that were tested against the band shape."""
    shapes = overlaid_shapes(bands, test, temperature=temperature)
    curves = []
    for k in shapes.stacks:
        found, stack = shape_curves(bands, test, k), bands.corrected.stacks[k]
        if found is not None:
            curves.append(OverlaidCurve(k, stack.label, stack.kind, float(stack.excitation_nm), found))
    return Overlay(shapes, tuple(curves))


def _told(n: int, shift: ShapeStatistics, width: ShapeStatistics) -> str:
    if not n:
        return "No condition could be compared with the band shape: repeats are missing, or the band is cut."
    told = max(shift.n, width.n)
    differs = [
        f"{name} ({part.mean.text}, {chance_text('p', part.chance)})"
        for name, part in (("shift", shift), ("width", width))
        if part.chance < _UNLIKELY
    ]
    if differs:
        return (
            f"The {told} conditions that tell it differ in {' and '.join(differs)}: not one emitting state, or heated."
        )
    if not told:
        return f"None of the {n} conditions tells a shift or a width. Expose longer, or take repeats."
    if told < n:
        return f"The {told} of {n} conditions that tell it have one shape within their noise."
    return f"All {n} conditions have one shape within their noise."
