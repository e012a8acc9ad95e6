"""Photons of laser and emission from spectra of an integrating sphere, and the part that the sample absorbs again."""

from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.companion.quantum_yield.sphere import SphereCounts
from asplab.core.errors import AnalysisError, InputError, SettingsError
from asplab.core.units import FloatArray

SpectrumUnit = Literal["photons", "power"]
"""What the spectra count: photons (a camera corrected for its response) or power (a calibrated radiometer)."""
Window = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class SphereSpectra:
    """Spectra of the empty sphere, with the sample beside the beam, and in it, free of dark counts.

    Attributes
    ----------
    wavelength_nm : ndarray, shape (n,)
        Ascending.
    empty, beside, inside : ndarray, shape (n_repeats, n)
        Per nm and equal exposure, corrected for the response; each may have repeats of its own number.
    unit : SpectrumUnit
    """

    wavelength_nm: FloatArray
    empty: FloatArray
    beside: FloatArray
    inside: FloatArray
    unit: SpectrumUnit


def integrate_sphere(
    spectra: SphereSpectra, *, laser_nm: Window, emission_nm: Window, relative_error: float | None
) -> SphereCounts:
    """Integrate laser and emission over the same windows in all three spectra.

    Parameters
    ----------
    laser_nm, emission_nm : tuple of float
        Ends of the windows.
    relative_error : float or None
        Standard error of a single spectrum's light, relative, the same for laser and emission; used where there are no
        repeats.

    Raises
    ------
    InputError, SettingsError
        For spectra that do not belong together, an unknown unit, and windows that overlap or leave the spectra.
    AnalysisError
        Where neither repeats nor ``relative_error`` tell an error.
    """
    axis = positive_array(spectra.wavelength_nm, name="wavelength_nm")
    if axis.size < 2 or np.any(np.diff(axis) <= 0.0):
        raise InputError("wavelength_nm of the sphere must hold two or more values and increase. Sort it.")
    _check_windows(axis, laser_nm, emission_nm)
    width = np.gradient(axis) * photons_per_unit(axis, spectra.unit)
    named = {"empty": spectra.empty, "beside": spectra.beside, "inside": spectra.inside}
    windows = [(axis >= low) & (axis <= high) for low, high in (laser_nm, emission_nm)]
    found: dict[str, _Light] = {}
    for name, values in named.items():
        table = finite_array(values, name=name, ndim=2)
        if table.shape[1] != axis.size:
            raise InputError(f"{name} has {table.shape[1]} pixels and wavelength_nm {axis.size}; they must be equal.")
        found[name] = _light(np.stack([table[:, use] @ width[use] for use in windows]), relative_error, name)
    empty, beside, inside = found["empty"], found["beside"], found["inside"]
    errors = {name: np.sqrt(np.diag(one.covariance)) for name, one in found.items()}
    return SphereCounts(
        laser_empty=float(empty.mean[0]),
        laser_beside=float(beside.mean[0]),
        laser_inside=float(inside.mean[0]),
        emission_beside=float(beside.mean[1]),
        emission_inside=float(inside.mean[1]),
        laser_empty_error=float(errors["empty"][0]),
        laser_beside_error=float(errors["beside"][0]),
        laser_inside_error=float(errors["inside"][0]),
        emission_beside_error=float(errors["beside"][1]),
        emission_inside_error=float(errors["inside"][1]),
        beside_covariance=float(beside.covariance[0, 1]),
        inside_covariance=float(inside.covariance[0, 1]),
        freedoms=(empty.freedom, beside.freedom, inside.freedom),
    )


def photons_per_unit(wavelength_nm: FloatArray, unit: SpectrumUnit) -> FloatArray:
    """Return what to multiply spectra by to have photons, (n,), 1 at the middle of the axis: λ for power.

    Raises
    ------
    SettingsError
        For an unknown unit.
    """
    if unit == "photons":
        return np.ones_like(wavelength_nm)
    if unit == "power":
        return np.asarray(wavelength_nm / np.mean(wavelength_nm))
    raise SettingsError(f"the unit {unit!r} of sphere spectra is not known; choose 'photons' or 'power'.")


def reabsorbed_part(
    wavelength_nm: FloatArray,
    sphere: FloatArray,
    reference: FloatArray,
    *,
    red_nm: Window,
    sphere_error: FloatArray,
    reference_error: FloatArray,
) -> tuple[float, float]:
    """Return which part of its emission the sample absorbs in the sphere, and its standard error [Ahn 2007].

    The spectrum of a dilute sample, or of the surface, is brought to the one in the sphere on the red side, where
    nothing is absorbed; what is then missing was absorbed.

    Parameters
    ----------
    wavelength_nm, sphere, reference, sphere_error, reference_error : ndarray, shape (n,)
        Photons per nm within the emission window.
    red_nm : tuple of float
        Where nothing is absorbed.

    Raises
    ------
    InputError
        For arrays that do not belong together, or a window without light.
    """
    axis = positive_array(wavelength_nm, name="wavelength_nm")
    seen, true = finite_array(sphere, name="sphere"), finite_array(reference, name="reference")
    seen_error = positive_array(sphere_error, name="sphere_error")
    true_error = positive_array(reference_error, name="reference_error")
    for name, values in (("sphere", seen), ("reference", true), ("errors", seen_error), ("errors", true_error)):
        same_shape(axis, values, names=("wavelength_nm", name))
    width, red = np.gradient(axis), (axis >= red_nm[0]) & (axis <= red_nm[1])
    all_seen, all_true = float(seen @ width), float(true @ width)
    red_seen, red_true = float(seen[red] @ width[red]), float(true[red] @ width[red])
    if not min(all_seen, all_true, red_seen, red_true) > 0.0:
        raise InputError(f"the window {red_nm[0]:g} to {red_nm[1]:g} nm holds no light in one spectrum. Widen it.")
    kept = all_seen / all_true * red_true / red_seen
    by_seen = kept * width * (1.0 / all_seen - red / red_seen)
    by_true = kept * width * (red / red_true - 1.0 / all_true)
    return 1.0 - kept, float(np.sqrt(np.sum((by_seen * seen_error) ** 2) + np.sum((by_true * true_error) ** 2)))


def _check_windows(axis: FloatArray, laser_nm: Window, emission_nm: Window) -> None:
    for name, (low, high) in (("laser_nm", laser_nm), ("emission_nm", emission_nm)):
        if not axis[0] <= low < high <= axis[-1]:
            raise InputError(
                f"{name} is {low:g} to {high:g} nm; it must ascend within the spectra, {axis[0]:g} to {axis[-1]:g} nm."
            )
        if np.sum((axis >= low) & (axis <= high)) < 2:
            raise InputError(f"{name}, {low:g} to {high:g} nm, holds less than two pixels. Widen it.")
    if max(laser_nm[0], emission_nm[0]) <= min(laser_nm[1], emission_nm[1]):
        raise InputError("the windows of laser and emission overlap, so light would count twice. Part them.")


@dataclass(frozen=True, slots=True, eq=False)
class _Light:
    """Laser and emission of like spectra: mean (2,), its covariance (2, 2), and the degrees of freedom that tell it."""

    mean: FloatArray
    covariance: FloatArray
    freedom: float


def _light(integrals: FloatArray, relative_error: float | None, name: str) -> _Light:
    """Return the mean over repeats (2, n_repeats) with the covariance that their scatter shows."""
    mean, repeats = integrals.mean(axis=1), integrals.shape[1]
    if repeats > 1:
        return _Light(mean, np.cov(integrals) / repeats, repeats - 1.0)
    if relative_error is None:
        raise AnalysisError(
            f"one spectrum {name!r} tells no error. Measure repeats, or say how well a single one is known."
        )
    # What makes single spectra differ is the laser, which scales all light of one.
    return _Light(mean, relative_error**2 * np.outer(mean, mean), inf)
