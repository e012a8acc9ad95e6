"""Running integrals of sampled functions, exact for their linear interpolant between sub-pixel edges."""

from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Prefix:
    """Running integrals of functions sampled on one axis.

    ``integral`` (n_rows, n_pixels, …) is the exact integral of the linear interpolant of ``values`` up to
    each pixel.
    """

    axis: FloatArray
    values: FloatArray
    integral: FloatArray

    def up_to(self, rows: np.ndarray, edges: FloatArray) -> FloatArray:
        """Return the integral of each row up to its edge in nm, exact for the linear interpolant."""
        return self.at(rows, place_on(self.axis, edges))

    def at(self, rows: np.ndarray, place: "Place") -> FloatArray:
        """Return the integral of each row up to a place on the axis."""
        n_rows, n_pixels, *channels = self.values.shape
        flat = rows * n_pixels + place.pixel
        shape = place.left.shape + (1,) * len(channels)
        values, integral = (x.reshape(n_rows * n_pixels, *channels) for x in (self.values, self.integral))
        total: FloatArray = integral.take(flat, axis=0)
        total += place.left.reshape(shape) * values.take(flat, axis=0)
        total += place.right.reshape(shape) * values.take(flat + 1, axis=0)
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Positions on an axis: the pixel before each, and what its two neighbours weigh in the rest."""

    pixel: np.ndarray
    left: FloatArray
    right: FloatArray


def place_on(axis: FloatArray, edges: FloatArray) -> Place:
    """Locate edges in nm on an axis."""
    pixel = np.minimum(np.maximum(axis.searchsorted(edges, side="right") - 1, 0), axis.size - 2)
    start = axis.take(pixel)
    width = axis.take(pixel + 1) - start
    part = (edges - start) / width
    right = 0.5 * width * part**2
    return Place(pixel, width * part - right, right)


def prefix(axis: FloatArray, values: FloatArray) -> Prefix:
    """Return running integrals of ``values`` (n_rows, n_pixels, …) along their second dimension."""
    step = np.diff(axis).reshape((1, -1) + (1,) * (values.ndim - 2))
    integral = np.zeros_like(values)
    np.cumsum(0.5 * step * (values[:, 1:] + values[:, :-1]), axis=1, out=integral[:, 1:])
    return Prefix(axis, values, integral)
