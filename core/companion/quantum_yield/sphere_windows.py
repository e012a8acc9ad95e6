"""Where laser and emission lie in the spectra of an integrating sphere."""

import numpy as np

from asplab.core.companion.quantum_yield.sphere_spectra import SphereSpectra, Window
from asplab.core.errors import AnalysisError
from asplab.core.settings import YieldSettings
from asplab.core.units import FloatArray

LASER_HALF_NM = 10.0
"""Half width of the window of the laser, which holds the wings of its line."""
HALF_WIDTHS = 5.0
"""How many half widths at half maximum the window of the emission reaches to either side of its maximum."""
_GAP_NM = 1.0
_SMOOTH = 5


def find_windows(spectra: SphereSpectra, settings: YieldSettings) -> tuple[Window, Window]:
    """Return the windows of laser and emission: those of the settings, else found from the lines.

    The laser is the maximum of the empty sphere; the emission the maximum beyond its window with the sample in the
    beam, less what the empty sphere shows there of the laser.

    Raises
    ------
    AnalysisError
        Where no emission is seen beyond the laser.
    """
    laser = settings.laser_nm[0] if settings.laser_nm else _laser(spectra)
    return laser, settings.emission_nm[0] if settings.emission_nm else _emission(spectra, laser)


def laser_peak_nm(spectra: SphereSpectra) -> float:
    """Return the wavelength of the brightest pixel of the empty sphere."""
    return float(spectra.wavelength_nm[int(np.argmax(spectra.empty.mean(axis=0)))])


def _laser(spectra: SphereSpectra) -> Window:
    axis, peak = spectra.wavelength_nm, laser_peak_nm(spectra)
    return max(peak - LASER_HALF_NM, float(axis[0])), min(peak + LASER_HALF_NM, float(axis[-1]))


def _emission(spectra: SphereSpectra, laser: Window) -> Window:
    axis = spectra.wavelength_nm
    beyond = axis > laser[1] + _GAP_NM
    if int(beyond.sum()) <= _SMOOTH:
        raise AnalysisError(
            f"the spectra end at {axis[-1]:g} nm, too close to the laser window ({laser[1]:g} nm) to hold emission. "
            "Take wider spectra, or move the window."
        )
    right = axis[beyond]
    inside, empty = spectra.inside.mean(axis=0), spectra.empty.mean(axis=0)
    of_laser = (axis >= laser[0]) & (axis <= laser[1])
    left = float(inside[of_laser].sum() / empty[of_laser].sum()) if empty[of_laser].any() else 0.0
    light = _smooth((inside - left * empty)[beyond])
    top = int(np.argmax(light))
    low, high = _half(right, light, top, -1), _half(right, light, top, 1)
    peak = float(right[top])
    return max(float(right[0]), peak - HALF_WIDTHS * low), min(float(right[-1]), peak + HALF_WIDTHS * high)


def _half(axis: FloatArray, light: FloatArray, top: int, step: int) -> float:
    """Return how far from the maximum the light has fallen to half on one side; to the end where it has not."""
    side = light[top::step] <= 0.5 * light[top]
    away = int(np.argmax(side)) if side.any() else side.size - 1
    return abs(float(axis[top + step * away] - axis[top]))


def _smooth(light: FloatArray) -> FloatArray:
    padded = np.pad(light, _SMOOTH // 2, mode="edge")
    return np.asarray(np.convolve(padded, np.full(_SMOOTH, 1.0 / _SMOOTH), mode="valid"))
