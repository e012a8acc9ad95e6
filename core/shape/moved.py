"""The hidden part of a band that is moved and widened against the shape it is supplied from."""

from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray, energy_from_wavelength, wavelength_from_energy


@dataclass(frozen=True, slots=True)
class MovedShape:
    """A condition whose emission is the band shape moved and widened.

    Attributes
    ----------
    key : str
        Name of the stack.
    centre_mev : float
        Photon energy about which the shape is widened.
    shift_mev, width_ratio : float
    covariance : tuple of float
        Variance of the shift, that of the logarithm of the width ratio, and their covariance.
    """

    key: str
    centre_mev: float
    shift_mev: float
    width_ratio: float
    covariance: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class MovedShapes:
    """The conditions whose hidden part is supplied from a moved shape; compares by value."""

    shapes: tuple[MovedShape, ...] = ()


def resting_edges(shape: MovedShape, edges_nm: FloatArray) -> FloatArray:
    """Return the edges that let the resting shape through as ``edges_nm`` do the moved one, in three variants.

    Parameters
    ----------
    edges_nm : ndarray, shape (n_edges,)

    Returns
    -------
    ndarray, shape (3, n_edges)
        For the shape as it was found, and with its shift and its log width one standard error larger.
    """
    energy = energy_from_wavelength(edges_nm)
    steps = np.sqrt(shape.covariance[:2])
    shift = shape.shift_mev + np.array([0.0, steps[0], 0.0])
    width = shape.width_ratio * np.exp([0.0, 0.0, steps[1]])
    resting = shape.centre_mev + (energy - shape.centre_mev - shift[:, None]) / width[:, None]
    return wavelength_from_energy(resting)


def relative_variance(shape: MovedShape, resting: float, seen: FloatArray) -> float:
    """Return the relative variance of an intensity whose hidden part is that of a moved shape.

    The errors of shift and width, and the square of the difference to the resting shape.

    Parameters
    ----------
    resting : float
        Fraction that is seen of the resting shape.
    seen : ndarray, shape (3,)
        The same of the variants of `resting_edges`.
    """
    by_shift, by_width = np.log(seen[1:] / seen[0])
    steps = np.sqrt(shape.covariance[:2])
    crossed = 0.0 if min(steps) == 0.0 else shape.covariance[2] / float(steps[0] * steps[1])
    return float((seen[0] / resting - 1.0) ** 2 + by_shift**2 + by_width**2 + 2.0 * crossed * by_shift * by_width)
