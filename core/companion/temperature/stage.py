"""Temperature trends: emission bands, their laws, the Stokes shift, and the heating by the laser."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.temperature.absorption_tops import AbsorptionTops
from asplab.core.companion.temperature.emission import (
    EmissionTrends,
    FittedSeries,
    fit_series,
    measure_templates,
)
from asplab.core.companion.temperature.laser_heating import LaserHeating, laser_heating
from asplab.core.companion.temperature.law_fit import LawFit
from asplab.core.companion.temperature.low_power import LowPower
from asplab.core.companion.temperature.stokes_shift import StokesShift, stokes_shift
from asplab.core.errors import AsplabError
from asplab.core.problems import Problem
from asplab.core.settings import EnergySettings, TrendSettings

NO_LOW_POWER = (
    "There is no PL at low power to compare with. Add spectra of kind low_power: the same sample and temperatures, "
    "at a tenth of the pump power or less."
)


@dataclass(frozen=True, slots=True, eq=False)
class Thermometer:
    """Peak or width at the working power against its trend at low power.

    Attributes
    ----------
    low_power : FittedSeries
    law : LawFit or None
        The law at low power that serves.
    heating : LaserHeating or None
    reason : str
        Why there is none.
    """

    low_power: FittedSeries
    law: LawFit | None
    heating: LaserHeating | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TemperatureTrends:
    """All that follows from bands at several temperatures.

    Attributes
    ----------
    emission : EmissionTrends
    absorption : AbsorptionTops
    stokes : StokesShift or None
    stokes_reason : str
        Why there is none.
    by_energy, by_width : Thermometer
    low_power_uw : float
        Pump power of the thermometer's line; NaN where it is not told.
    """

    emission: EmissionTrends
    absorption: AbsorptionTops
    stokes: StokesShift | None
    stokes_reason: str
    by_energy: Thermometer
    by_width: Thermometer
    low_power_uw: float
    problems: tuple[Problem, ...] = ()


def find_trends(
    emission: EmissionTrends,
    absorption: AbsorptionTops,
    low: LowPower,
    settings: TrendSettings,
    energies: EnergySettings,
) -> TemperatureTrends:
    """Combine emission, absorption and the line at low power."""
    stokes, reason = _stokes(emission, absorption)
    by_energy, by_width = _thermometers(emission, low, settings, energies)
    return TemperatureTrends(emission, absorption, stokes, reason, by_energy, by_width, low.power_uw, low.problems)


def _stokes(emission: EmissionTrends, absorption: AbsorptionTops) -> tuple[StokesShift | None, str]:
    """Return absorption maximum less emission maximum where both are known."""
    both = []
    for t, (table, top) in enumerate(zip(emission.tables, absorption.tops, strict=True)):
        peak = None if table is None else table.of(emission.method).peak
        if peak is not None and peak.is_determined and top.is_determined:
            both.append((emission.temperatures_k[t], top.value, top.error, peak.value, peak.error))
    if not both:
        known = [top.reason for top in absorption.tops if top.reason]
        return None, known[0] if known else "No temperature has both an emission and an absorption band."
    t_k, top_mev, top_error, peak_mev, peak_error = np.array(both).T
    found = stokes_shift(
        t_k,
        absorption_mev=top_mev,
        absorption_error_mev=top_error,
        emission_mev=peak_mev,
        emission_error_mev=peak_error,
    )
    return found, ""


def _thermometers(
    emission: EmissionTrends, low: LowPower, settings: TrendSettings, energies: EnergySettings
) -> tuple[Thermometer, Thermometer]:
    if not low.templates or not emission.method:
        none = Thermometer(FittedSeries(None, None, low.reason), None, None, low.reason or NO_LOW_POWER)
        return none, none
    tables = measure_templates(low.templates, (emission.method,), energies.medium)
    return (
        _thermometer(
            emission.energies, fit_series(low.temperatures_k, tables, emission.method, settings.energy, settings)
        ),
        _thermometer(emission.widths, fit_series(low.temperatures_k, tables, emission.method, "fwhm", settings)),
    )


def _common_law(high: FittedSeries, low: FittedSeries) -> LawFit | None:
    """Return the law at low power that describes both lines best; None where no law has an AICc for both.

    The line at low power is the noisier one: alone it would take too simple a law, and its misfit for heating.
    """
    if high.trend is None or low.trend is None:
        return None
    both = [name for name in low.trend.fits if name in high.trend.fits]
    total = {name: low.trend.fits[name].aicc + high.trend.fits[name].aicc for name in both}
    known = {name: value for name, value in total.items() if np.isfinite(value)}
    return low.trend.fits[min(known, key=lambda name: known[name])] if known else None


def _thermometer(high: FittedSeries, low: FittedSeries) -> Thermometer:
    law = _common_law(high, low)
    if high.series is None or low.series is None or law is None:
        why = high.reason or low.reason or "The line at low power has too few temperatures for a law. Measure more."
        return Thermometer(low, None, None, why)
    at = high.series.temperature_k
    inside = (at >= law.temperatures_k[0] - 1e-9) & (at <= law.temperatures_k[1] + 1e-9)
    if not inside.any():
        return Thermometer(
            low, law, None, "The line at low power was measured at other temperatures. Measure it at these."
        )
    bounded = np.clip(at[inside], *law.temperatures_k)
    try:
        found = laser_heating(
            bounded, high.series.values_mev[inside], error_mev=high.series.error_mev[inside], low_power=law
        )
    except AsplabError as lack:
        return Thermometer(low, law, None, str(lack))
    return Thermometer(low, law, found)
