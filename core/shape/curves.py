"""Spectra beside the band shape, as the shape test compares them, for display."""

from dataclasses import dataclass

import numpy as np

from asplab.core.emission.band import Bands
from asplab.core.shape.check import ShapeTest, common_range, known_shape
from asplab.core.shape.fit import steady_variance
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ShapeCurves:
    """A mean spectrum beside the band shape, in the common range and in units of the shape's maximum.

    Attributes
    ----------
    wavelength_nm, measured, error, resting, moved : ndarray, shape (n_pixels,)
        The spectrum without its level and its standard error; the shape at rest; and moved and widened, NaN where the
        spectrum does not tell how.
    residual : ndarray, shape (n_pixels,)
        Spectrum less resting shape, in standard errors of both.
    """

    wavelength_nm: FloatArray
    measured: FloatArray
    error: FloatArray
    resting: FloatArray
    moved: FloatArray
    residual: FloatArray


def shape_curves(bands: Bands, test: ShapeTest, k: int) -> ShapeCurves | None:
    """Return what the shape test of stack ``k`` compares, for display; None where it was not tested."""
    template = bands.templates[bands.corrected.stacks[k].temperature]
    if template is None or not np.isfinite(test.amplitude[k]) or test.amplitude[k] == 0.0:
        return None
    shape = known_shape(template, 1.0)
    if shape is None:
        return None
    axis, mean, variance, _, dof = common_range(bands, k, shape, template.extent_nm)
    pooled, _ = steady_variance(variance, np.interp(axis, shape.axis_nm, shape.smooth), dof)
    amplitude, top = float(test.amplitude[k]), float(np.max(shape.smooth))
    resting, noise = shape.moved(axis, 0.0, 1.0), shape.noise(axis, 0.0, 1.0)
    level = np.full(axis.size, test.level[k])
    if test.has_slope[k]:
        line = np.polynomial.Polynomial.fit(axis, mean - amplitude * resting, 1, w=1.0 / np.sqrt(pooled))
        level = np.asarray(line(axis))
    measured = (mean - level) / amplitude
    moved = np.full(axis.size, np.nan)
    if np.isfinite(test.shift_mev[k]):
        moved = shape.moved(axis, float(test.shift_mev[k]), float(test.width_ratio[k]))
        columns = np.column_stack([moved, np.ones(axis.size)]) / np.sqrt(pooled)[:, None]
        height, rest = np.linalg.lstsq(columns, measured / np.sqrt(pooled), rcond=None)[0]
        moved = height * moved + rest
    return ShapeCurves(
        wavelength_nm=axis,
        measured=measured / top,
        error=np.sqrt(pooled) / abs(amplitude) / top,
        resting=resting / top,
        moved=moved / top,
        residual=(measured - resting) / np.sqrt(pooled / amplitude**2 + noise),
    )
