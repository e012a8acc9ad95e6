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


def range_weights(axis: FloatArray, edges: FloatArray) -> FloatArray:
    """Return what each pixel weighs in the integral of the linear interpolant over ranges in nm, (…, 2) → (…, n)."""
    weight, half = _full_weights(axis)
    place = place_on(axis, edges)
    low, high = place.pixel[..., 0, None], place.pixel[..., 1, None]
    pixels = np.arange(axis.size)
    result: FloatArray = weight * ((pixels >= low) & (pixels < high))
    for end, sign in ((0, -1.0), (1, 1.0)):
        at = (*np.indices(edges.shape[:-1]), place.pixel[..., end])
        after = (*at[:-1], at[-1] + 1)
        result[at] += sign * (half[at[-1]] + place.left[..., end])
        result[after] += sign * place.right[..., end]
    return result


def _full_weights(axis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what a pixel weighs in an integral that covers both its sides, and its left side alone."""
    half = np.zeros(axis.size)
    half[1:] = 0.5 * np.diff(axis)
    return half + np.append(half[1:], 0.0), half


@dataclass(frozen=True, slots=True, eq=False)
class NoiseSums:
    """Variances of integrals of the linear interpolant, for pixels with independent noise.

    Attributes
    ----------
    axis : ndarray, shape (n_pixels,)
    variance : ndarray, shape (n_rows, n_pixels)
        Of each pixel.
    before : ndarray, shape (n_rows, n_pixels)
        Sum over the pixels before each of weight² × variance.
    weight, half : ndarray, shape (n_pixels,)
        What a pixel weighs in an integral that covers both its sides, and its left side alone.
    """

    axis: FloatArray
    variance: FloatArray
    before: FloatArray
    weight: FloatArray
    half: FloatArray

    def between(self, rows: np.ndarray, edges: FloatArray) -> FloatArray:
        """Return the variance of the integral of each row between its edges in nm, (n_rows, 2) → (n_rows,).

        With W_i(e) the weight of pixel i in the integral up to e, this is Σ (W_i(b) − W_i(a))² v_i, written as the
        variances of the two running integrals less twice their covariance; exact also within one pixel.
        """
        place = place_on(self.axis, edges)
        pixel, last = place.pixel, place.right
        flat = rows[:, None] * self.axis.size + pixel
        first = self.half.take(pixel) + place.left
        of_first, of_last = first * self.variance.take(flat), last * self.variance.take(flat + 1)
        before = self.before.take(flat)
        own = (before + first * of_first + last * of_last).sum(axis=1)
        low, high = pixel[:, 0], pixel[:, 1]
        within = low < high
        in_first = np.where(within, self.weight.take(low), first[:, 1])
        beside = np.where(within, first[:, 1], last[:, 1])
        in_last = np.where(low + 1 < high, self.weight.take(low + 1), beside)
        result: FloatArray = own - 2.0 * (before[:, 0] + of_first[:, 0] * in_first + of_last[:, 0] * in_last)
        return result


def noise_sums(axis: FloatArray, variance: FloatArray) -> NoiseSums:
    """Prepare the variances of integrals from those of the pixels, (n_rows, n_pixels)."""
    weight, half = _full_weights(axis)
    before = np.zeros_like(variance)
    np.cumsum((weight**2 * variance)[:, :-1], axis=1, out=before[:, 1:])
    return NoiseSums(axis, variance, before, weight, half)
