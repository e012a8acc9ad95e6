"""The emission bands of all temperatures by every method, and the laws that their energies and widths follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.ndimage import uniform_filter1d

from asplab.core.companion.reading import undetermined
from asplab.core.companion.temperature.band import BandTable, checked, measure_bands, per_energy
from asplab.core.companion.temperature.band_records import Band, Spectrum
from asplab.core.companion.temperature.laws import ENERGY_LAWS, WIDTH_LAWS
from asplab.core.companion.temperature.line_shapes import LINE_SHAPES
from asplab.core.companion.temperature.series import BandSeries, band_series
from asplab.core.companion.temperature.trend import Trend, fit_energy_laws, fit_width_laws
from asplab.core.corrections import Corrected
from asplab.core.emission.band import BandShapes, Template
from asplab.core.errors import AnalysisError
from asplab.core.settings import EnergySettings, TrendSettings
from asplab.core.units import FloatArray, Medium

_SMOOTHING_PIXELS = 9
"""Variances from few repeats scatter wildly as weights."""
_LEAST_PIXELS = 12
_CUT = "Filters cut the band at this temperature, so it has no mean or width without a line shape."


@dataclass(frozen=True, slots=True, eq=False)
class FittedSeries:
    """A quantity against temperature and the laws fitted to it; without either, the reason."""

    series: BandSeries | None
    trend: Trend | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class EmissionTrends:
    """Emission bands against temperature.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n_temperatures,)
    tables : tuple of BandTable or None
        The band of each temperature by all methods; None where no band was found.
    method : str
        The one that the laws take; empty without bands.
    energies, widths : FittedSeries
    """

    temperatures_k: FloatArray
    tables: tuple[BandTable | None, ...]
    method: str
    energies: FittedSeries
    widths: FittedSeries


def measure_emission(
    corrected: Corrected, shapes: BandShapes, settings: TrendSettings, energies: EnergySettings
) -> EmissionTrends:
    """Measure the bands of all temperatures, and fit the laws to what one method says of them."""
    t = corrected.temperatures_k
    tables = measure_templates(shapes.templates, settings.methods, energies.medium)
    method = chosen_method(tables, settings)
    return EmissionTrends(
        t,
        tables,
        method,
        fit_series(t, tables, method, settings.energy, settings),
        fit_series(t, tables, method, "fwhm", settings),
    )


def measure_templates(
    templates: Sequence[Template | None], methods: Sequence[str], medium: Medium
) -> tuple[BandTable | None, ...]:
    """Return the band of each shape by all methods, per energy; None where there is none."""
    spectra = [None if one is None else _spectrum(one, medium) for one in templates]
    found = iter(measure_bands([one for one in spectra if one is not None], background="none", methods=methods))
    tables = [None if one is None else next(found) for one in spectra]
    return tuple(
        _told_cut(table) if table is not None and one is not None and one.is_cut else table
        for table, one in zip(tables, templates, strict=True)
    )


def _spectrum(template: Template, medium: Medium) -> Spectrum | None:
    axis = template.wavelength_nm
    inside = (axis >= template.extent_nm[0]) & (axis <= template.extent_nm[1])
    error = np.sqrt(uniform_filter1d(template.variance, _SMOOTHING_PIXELS))[inside]
    if np.count_nonzero(inside) < _LEAST_PIXELS or not np.all(error > 0.0):
        return None
    energy, values, spread = per_energy(axis[inside], template.values[inside], error, medium=medium)
    level = np.full(spread.shape, np.sqrt(template.level_variance)) * spread / error[::-1]
    return checked(energy, values, spread, level)


def _told_cut(table: BandTable) -> BandTable:
    lost = undetermined(_CUT, "meV")

    def cut(band: Band) -> Band:
        return band if band.method in LINE_SHAPES else replace(band, mean=lost, fwhm=lost, sentence=_CUT)

    return replace(table, bands=tuple(cut(band) for band in table.bands))


def chosen_method(tables: Sequence[BandTable | None], settings: TrendSettings) -> str:
    """Return the method that the laws take: the one asked for, or the line shape with the least AICc over all bands."""
    known = [table for table in tables if table is not None]
    if settings.method != "least_aicc" or not known:
        return settings.method if known else ""
    shapes = [method for method in settings.methods if method in LINE_SHAPES]
    if not shapes:
        return settings.methods[-1]
    return min(shapes, key=lambda method: sum(table.of(method).aicc for table in known))


def fit_series(
    temperatures_k: FloatArray,
    tables: Sequence[BandTable | None],
    method: str,
    quantity: Literal["peak", "mean", "fwhm"],
    settings: TrendSettings,
) -> FittedSeries:
    """Fit the laws to a quantity of the bands."""
    known = [k for k, table in enumerate(tables) if table is not None]
    if not known:
        return FittedSeries(None, None, "No emission band was found. Add PL spectra.")
    own = [table for table in tables if table is not None]
    try:
        series = band_series(temperatures_k[known], own, method=method, quantity=quantity)
    except AnalysisError as lack:
        return FittedSeries(None, None, str(lack))
    return FittedSeries(series, fit_laws(series, settings))


def fit_laws(series: BandSeries, settings: TrendSettings) -> Trend:
    """Fit the laws asked for to a series, with what is known of their parameters."""
    t, y, error = series.temperature_k, series.values_mev, series.error_mev
    if series.quantity == "fwhm":
        laws = [law for law in WIDTH_LAWS if law.name in settings.width_laws]
        return fit_width_laws(t, y, error_mev=error, fixed=_fixed(settings), laws=laws)
    laws = [law for law in ENERGY_LAWS if law.name in settings.energy_laws]
    return fit_energy_laws(t, y, error_mev=error, fixed=_fixed(settings), laws=laws)


def _fixed(settings: TrendSettings) -> Mapping[str, Mapping[str, float]]:
    given = {
        "varshni": {"debye_k": settings.debye_k},
        "bose_einstein": {"phonon_mev": settings.gap_phonon_mev},
        "two_oscillators": {
            "low_phonon_mev": settings.low_phonon_mev,
            "high_phonon_mev": settings.high_phonon_mev,
            "expansion_mev_per_k": settings.expansion_mev_per_k,
        },
        "phonon_width": {
            "acoustic_mev_per_k": settings.acoustic_mev_per_k,
            "phonon_mev": settings.width_phonon_mev,
        },
    }
    return {law: {name: value for name, value in known.items() if value is not None} for law, known in given.items()}
