"""Peak, mean photon energy and width of bands, by several line shapes and without any."""

from collections.abc import Sequence

import numpy as np

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.companion.temperature.band_records import ORDERS, Background, Band, BandTable, Spectrum
from asplab.core.companion.temperature.line_fit import fit_line_shape
from asplab.core.companion.temperature.line_shapes import LINE_SHAPES
from asplab.core.companion.temperature.moments import measure_without_shape
from asplab.core.errors import AnalysisError, InputError, SettingsError
from asplab.core.units import HC_MEV_NM, FloatArray, Medium, energy_from_wavelength

__all__ = ["METHODS", "Band", "BandTable", "Spectrum", "checked", "measure_band", "measure_bands", "per_energy"]

METHODS = (*LINE_SHAPES, "moments", "direct")
"""``moments`` takes the width from the second moment, ``direct`` from where the band falls to its half."""
_LEAST_POINTS = 12


def per_energy(
    wavelength_nm: FloatArray, values: FloatArray, error: FloatArray, *, medium: Medium = "vacuum"
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return energies, ascending, and a spectrum with its errors per meV instead of per nm.

    The integral stays: I_E = I_λ λ²/hc [Mooney 2013]. Absorption is no density and needs no such factor.
    """
    axis = positive_array(wavelength_nm, name="wavelength_nm")
    order = np.argsort(axis)[::-1]
    axis = axis[order]
    jacobian = axis**2 / HC_MEV_NM
    energy = energy_from_wavelength(axis, medium=medium)
    return energy, np.asarray(values, float)[order] * jacobian, np.asarray(error, float)[order] * jacobian


def measure_band(
    energy_mev: FloatArray,
    values: FloatArray,
    *,
    error: FloatArray,
    background: Background,
    methods: Sequence[str] = METHODS,
) -> BandTable:
    """Measure a band by several methods.

    Parameters
    ----------
    energy_mev, values, error : ndarray, shape (n,)
        Spectrum per unit energy, or absorption, in the range of the band, with the standard errors of its points.
        Errors are widened where a line shape misses the points by more than they say.
    background : {"none", "constant", "line"}
        Below the band. Moments take it from the ends of the range.

    Raises
    ------
    InputError, SettingsError
        For values that no spectrum has, and unknown methods.
    AnalysisError
        For fewer than 12 points.
    """
    return measure_bands([checked(energy_mev, values, error)], background=background, methods=methods)[0]


def measure_bands(
    spectra: Sequence[Spectrum], *, background: Background, methods: Sequence[str] = METHODS
) -> tuple[BandTable, ...]:
    """Measure many bands by several methods; see `measure_band`."""
    unknown = [method for method in methods if method not in METHODS]
    if unknown:
        raise SettingsError(f"there is no method {unknown[0]!r} for a band. Use some of {', '.join(METHODS)}.")
    if not spectra:
        return ()
    order = ORDERS[background]
    columns = [
        fit_line_shape(LINE_SHAPES[method], spectra, order=order)
        if method in LINE_SHAPES
        else [measure_without_shape(method, one, order=order) for one in spectra]
        for method in methods
    ]
    found = zip(*columns, strict=True) if columns else [()] * len(spectra)
    return tuple(
        BandTable(one.energy_mev, one.values, one.error, tuple(bands))
        for one, bands in zip(spectra, found, strict=True)
    )


def checked(
    energy_mev: FloatArray, values: FloatArray, error: FloatArray, level_error: FloatArray | None = None
) -> Spectrum:
    """Return a band as the methods take it, by ascending energy; raises as `measure_band`."""
    energy = positive_array(energy_mev, name="energy_mev")
    y, sigma = finite_array(values, name="values"), positive_array(error, name="error")
    level = np.zeros_like(energy) if level_error is None else finite_array(level_error, name="level_error")
    for name, array in (("values", y), ("error", sigma), ("level_error", level)):
        same_shape(energy, array, names=("energy_mev", name))
    if energy.size < _LEAST_POINTS:
        raise AnalysisError(
            f"the band has {energy.size} points; {_LEAST_POINTS} are needed. Widen the range, or bin less."
        )
    order = np.argsort(energy)
    energy = energy[order]
    if np.any(np.diff(energy) <= 0.0):
        twice = energy[1:][np.diff(energy) <= 0.0][0]
        raise InputError(f"energy_mev holds {twice:g} twice. Merge equal energies.")
    return Spectrum(energy, y[order], sigma[order], level[order])
