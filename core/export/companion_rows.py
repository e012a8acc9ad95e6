"""Measurements around the main one as rows, as the section ``companion`` of results.json holds them."""

from typing import Any

import numpy as np

from asplab.core.companion.power_law.photon_range import PhotonRange
from asplab.core.companion.power_law.stage import SeriesReading
from asplab.core.companion.reading import Reading
from asplab.core.pipeline import Results
from asplab.core.rounding import number

Row = dict[str, Any]


def companion(results: Results) -> Row:
    """Return one section for each companion measurement that the experiment holds."""
    sections = {"power": _power(results), "cooling": cooling_rows(results)}
    return {name: section for name, section in sections.items() if section is not None}


def reading_row(name: str, reading: Reading | None) -> Row:
    """Return value, error, 68 % interval and 95 % limits of a number under its name; the reason where it has one."""
    if reading is None:
        return {name: None}
    is_known = reading.is_determined
    return {
        name: number(reading.value) if is_known else None,
        f"{name}_error": number(reading.error) if is_known else None,
        f"{name}_interval68": [_end(reading.low), _end(reading.high)] if is_known else None,
        f"{name}_lower_limit95": _end(reading.lower_limit),
        f"{name}_upper_limit95": _end(reading.upper_limit),
        f"{name}_reason": reading.reason,
    }


def _end(value: float | None) -> float | None:
    return None if value is None else number(value)


def _power(results: Results) -> Row | None:
    found, energies = results.power_dependence, results.energies
    if found is None or energies is None or not found.readings:
        return None
    return {
        "series": [power_row(one) for one in found.readings],
        "single_photon_range": [_range_row(float(energies.temperatures_k[t]), one) for t, one in found.ranges],
    }


def power_row(one: SeriesReading) -> Row:
    """Return what one power series says."""
    series, dependence = one.series, one.dependence
    row: Row = {
        "temperature_k": number(series.temperature_k),
        "excitation_nm": number(series.excitation_nm),
        "detuning_mev": number(one.detuning_mev),
        "source": series.source,
        "powers": len(series.power_uw),
        "power_min_uw": number(series.power_uw.min()),
        "power_max_uw": number(series.power_uw.max()),
    }
    if dependence is None:
        return {**row, "photons": None, "reason": one.reason}
    slope, evidence = dependence.slope, dependence.evidence
    return {
        **row,
        "photons": dependence.order,
        "reason": dependence.reason,
        "slope": number(slope.slope),
        "slope_error": number(slope.error),
        "slope_interval95": [number(slope.low), number(slope.high)],
        "bend": number(slope.bend),
        "bend_error": number(slope.bend_error),
        "aicc_one": number(evidence.aicc_one),
        "aicc_two": number(evidence.aicc_two),
        "aicc_both": number(evidence.aicc_both),
        "chance_without_two": number(evidence.chance_without_two),
        "chance_without_one": number(evidence.chance_without_one),
        **reading_row("crossover_uw", dependence.crossover_uw),
        **reading_row("two_photon_share", one.share),
    }


def cooling_rows(results: Results) -> list[Row] | None:
    """Return the heat balance of every excitation below the gap whose η is known."""
    found, fit = results.cooling, results.efficiency
    if found is None or fit is None or not np.isfinite(found.product).any():
        return None
    return [
        {
            "temperature_k": number(fit.temperatures_k[t]),
            "excitation_mev": number(found.photon_mev[t, j] - found.detuning_mev[t, j]),
            "detuning_from_mean_mev": number(found.detuning_mev[t, j]),
            "eta_times_yield": number(found.product[t, j]),
            "eta_times_yield_error": number(found.product_error[t, j]),
            "needed": number(found.threshold[t, j]),
            "cooling_efficiency": number(found.efficiency[t, j]),
            "cooling_efficiency_error": number(found.efficiency_error[t, j]),
            "chance_of_cooling": number(found.chance[t, j]),
        }
        for t, j in np.argwhere(np.isfinite(found.product))
    ]


def _range_row(temperature_k: float, found: PhotonRange) -> Row:
    return {
        "temperature_k": number(temperature_k),
        "single_to_mev": None if found.single_to_mev is None else number(found.single_to_mev),
        "two_from_mev": None if found.two_from_mev is None else number(found.two_from_mev),
        "reason": found.reason,
    }
