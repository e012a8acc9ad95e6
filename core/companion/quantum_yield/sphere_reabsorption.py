"""Which part of its emission a sample absorbs again in the sphere, from a spectrum that lacks none of it."""

import numpy as np

from asplab.core.companion.quantum_yield.sphere import sphere_absorptance
from asplab.core.companion.quantum_yield.sphere_spectra import (
    SphereSpectra,
    Window,
    integrate_sphere,
    photons_per_unit,
    reabsorbed_part,
)
from asplab.core.companion.reading import Reading, measured
from asplab.core.errors import AnalysisError
from asplab.core.units import FloatArray

_CLEARLY_BELOW = 3.0
"""Standard errors from which on a part below 0 contradicts the reference."""


def read_reabsorbed(
    spectra: SphereSpectra, dilute: FloatArray, *, laser_nm: Window, emission_nm: Window, red_from_nm: float | None
) -> Reading:
    """Return the part that is absorbed again.

    Parameters
    ----------
    spectra : SphereSpectra
    dilute : ndarray, shape (n_repeats, n)
        Emission of a dilute sample, or of the surface, on the wavelengths of the sphere and in its unit.
    laser_nm, emission_nm : tuple of float
    red_from_nm : float, optional
        From where nothing is absorbed; None: one half width beyond the maximum of the dilute sample.

    Raises
    ------
    AnalysisError
        Where single spectra tell no error, and where the sphere shows more of the blue side than the reference.
    """
    axis = spectra.wavelength_nm
    inside = (axis >= emission_nm[0]) & (axis <= emission_nm[1])
    if min(len(spectra.inside), len(spectra.beside), len(dilute)) < 2:
        raise AnalysisError(
            "single spectra do not tell how well the reabsorbed part is known. Measure repeats, or give the part."
        )
    to_photons = photons_per_unit(axis, spectra.unit)[inside]
    counts = integrate_sphere(spectra, laser_nm=laser_nm, emission_nm=emission_nm, relative_error=None)
    left = 1.0 - sphere_absorptance(counts.values)
    direct, direct_error = _mean(spectra.inside[:, inside] * to_photons)
    indirect, indirect_error = _mean(spectra.beside[:, inside] * to_photons)
    true, true_error = _mean(dilute[:, inside] * to_photons)
    start = _red_start(axis[inside], true) if red_from_nm is None else red_from_nm
    part, error = reabsorbed_part(
        axis[inside],
        direct - left * indirect,
        true,
        red_nm=(start, emission_nm[1]),
        sphere_error=np.hypot(direct_error, left * indirect_error),
        reference_error=true_error,
    )
    if part < -_CLEARLY_BELOW * error:
        raise AnalysisError(
            f"the reabsorbed part is {part:.3f} ± {error:.3f}, which can't be: the dilute spectrum lacks more of its "
            "blue side than the one in the sphere. Check which is which, and their response."
        )
    return measured(part, error)


def _mean(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean of repeats and its error at each pixel, free of what scales a whole spectrum."""
    sums = rows.sum(axis=1, keepdims=True)
    even = rows * (float(np.mean(sums)) / sums)
    error = np.std(even, axis=0, ddof=1) / np.sqrt(len(rows))
    # A pixel whose few repeats agree by chance is no better known than its neighbours.
    return even.mean(axis=0), np.maximum(error, float(np.median(error)) + np.finfo(np.float64).tiny)


def _red_start(axis: FloatArray, light: FloatArray) -> float:
    """Return where the emission has fallen to half on its red side."""
    top = int(np.argmax(np.convolve(light, np.ones(5), mode="same")))
    below = light[top:] <= 0.5 * light[top]
    return float(axis[top + (int(np.argmax(below)) if below.any() else 0)])
