"""Temperature trends: bands of all temperatures, laws of gap and width, Stokes shift, heating, overlays."""

from typing import Any

import numpy as np

from asplab.core.companion.temperature.band_records import Band
from asplab.core.companion.temperature.emission import FittedSeries
from asplab.core.companion.temperature.law_fit import LawFit
from asplab.core.companion.temperature.overlay import OverlaidShapes, Overlays
from asplab.core.companion.temperature.stage import TemperatureTrends, Thermometer
from asplab.core.companion.temperature.trend import LawRow
from asplab.core.export.companion.readings import reading_row
from asplab.core.pipeline import Results
from asplab.core.rounding import number

Row = dict[str, Any]
QUANTITIES = ("energy", "fwhm")


def trend_rows(results: Results) -> Row | None:
    """Return bands, laws, Stokes shift, heating and overlays; None where no band was found."""
    found = results.trends
    if found is None or not found.emission.method:
        return None
    return {
        "method": found.emission.method,
        "energy": results.document.settings.trends.energy,
        "bands": band_rows(found),
        "laws": [law_rows(name, one) for name, one in fitted(found)],
        "stokes_shift": _stokes_row(found),
        "heating": [_heating_row(name, one, found.low_power_uw) for name, one in thermometers(found)],
        "overlay": [] if results.overlays is None else overlay_rows(results.overlays),
    }


def fitted(found: TemperatureTrends) -> tuple[tuple[str, FittedSeries], ...]:
    """Return energies and widths with their names."""
    return tuple(zip(QUANTITIES, (found.emission.energies, found.emission.widths), strict=True))


def thermometers(found: TemperatureTrends) -> tuple[tuple[str, Thermometer], ...]:
    """Return both thermometers with the names of what they read."""
    return tuple(zip(QUANTITIES, (found.by_energy, found.by_width), strict=True))


def band_rows(found: TemperatureTrends) -> list[Row]:
    """Return what every method says of the band of each temperature, and what absorption and heating say there."""
    emission = found.emission
    return [
        {"temperature_k": number(t), **_band_row(band), **(_beside(found, k) if band.method == emission.method else {})}
        for k, (t, table) in enumerate(zip(emission.temperatures_k, emission.tables, strict=True))
        if table is not None
        for band in table.bands
    ]


def _band_row(band: Band) -> Row:
    return {
        "method": band.method,
        **reading_row("peak_mev", band.peak),
        **reading_row("mean_mev", band.mean),
        **reading_row("fwhm_mev", band.fwhm),
        **({} if band.shape is None else reading_row("shape", band.shape)),
        "chi2": number(band.chi2),
        "dof": band.dof,
        "aicc": number(band.aicc),
        "says": band.sentence,
    }


def _beside(found: TemperatureTrends, k: int) -> Row:
    """Return absorption maximum, Stokes shift and heating of a temperature."""
    row = reading_row("absorption_mev", found.absorption.tops[k])
    t = found.emission.temperatures_k[k]
    stokes, heating = found.stokes, found.by_energy.heating
    if stokes is not None and t in stokes.temperature_k:
        at = int(np.flatnonzero(stokes.temperature_k == t)[0])
        row |= {
            "stokes_shift_mev": number(stokes.shift_mev[at]),
            "stokes_shift_mev_error": number(stokes.error_mev[at]),
        }
    if heating is not None and (near := np.flatnonzero(np.abs(heating.temperature_k - t) < 1e-6)).size:
        row |= {
            "heating_k": number(heating.heating_k[near[0]]),
            "heating_k_error": number(heating.heating_error_k[near[0]]),
        }
    return row


def law_rows(quantity: str, one: FittedSeries) -> Row:
    """Return the laws of energies or widths, the best first."""
    trend = one.trend
    return {
        "quantity": quantity,
        "reason": one.reason,
        "left_out": [] if one.series is None else list(one.series.left_out),
        "says": "" if trend is None else trend.verdict,
        "laws": [] if trend is None else [law_row(row, trend.fits.get(row.law)) for row in trend.rows],
    }


def law_row(row: LawRow, fit: LawFit | None) -> Row:
    """Return one law: how well it does, and its parameters."""
    return {
        "law": row.law,
        "title": row.title,
        "free_parameters": row.n_parameters,
        "chi2": number(row.chi2),
        "dof": row.dof,
        "aicc": number(row.aicc),
        "delta_aicc": number(row.delta_aicc),
        "weight": number(row.weight),
        "why_not": row.why_not,
        "is_degenerate": None if fit is None else fit.is_degenerate,
        "is_misfit": None if fit is None else fit.is_misfit,
        "says": "" if fit is None else fit.sentence,
        "parameters": {} if fit is None else _parameters(fit),
    }


def _parameters(fit: LawFit) -> Row:
    found: Row = {}
    for name, reading in fit.parameters.items():
        found |= {**reading_row(name, reading), f"{name}_fixed": name in fit.fixed}
    return found


def _stokes_row(found: TemperatureTrends) -> Row:
    stokes = found.stokes
    row: Row = {"absorption": found.absorption.source, "reason": found.stokes_reason}
    if stokes is None:
        return row
    return {
        **row,
        **reading_row("mean_mev", stokes.mean),
        **reading_row("slope_mev_per_k", stokes.slope),
        "chance_of_constant": number(stokes.constant_chance),
        "says": stokes.sentence,
    }


def _heating_row(name: str, one: Thermometer, power_uw: float) -> Row:
    heating = one.heating
    row: Row = {"by": name, "low_power_uw": number(power_uw), "reason": one.reason}
    if heating is None:
        return row
    return {
        **row,
        "law": None if one.law is None else one.law.law.name,
        **reading_row("mean_k", heating.mean),
        "says": heating.sentence,
        "temperatures": [
            {
                "temperature_k": number(heating.temperature_k[k]),
                "offset_mev": number(heating.offset_mev[k]),
                "offset_mev_error": number(heating.offset_error_mev[k]),
                "heating_k": number(heating.heating_k[k]),
                "heating_k_error": number(heating.heating_error_k[k]),
            }
            for k in range(heating.temperature_k.size)
        ],
    }


def overlay_rows(overlays: Overlays) -> list[Row]:
    """Return what the conditions of each temperature say of their common shape."""
    return [_overlay_row(one) for one in overlays.of]


def _overlay_row(one: OverlaidShapes) -> Row:
    return {
        "temperature_k": number(one.temperature_k),
        "conditions": len(one.stacks),
        **reading_row("shift_mev", one.shift.mean),
        "shift_chance": number(one.shift.chance),
        **reading_row("width_ratio", one.width.mean),
        "width_chance": number(one.width.chance),
        "says": one.sentence,
    }
