"""Power series: how many photons an excitation needs."""

from collections.abc import Iterator
from typing import Any

from asplab.core.companion.power_law.photon_range import PhotonRange
from asplab.core.companion.power_law.stage import SeriesReading
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.readings import reading_row, reading_text, unknown_rows
from asplab.core.export.markup import table
from asplab.core.pipeline import Results
from asplab.core.rounding import number, number_with_error

Row = dict[str, Any]
_LAW_KEYS = (
    "photons", "reason", "slope", "slope_error", "slope_interval95", "bend", "bend_error", "aicc_one", "aicc_two",
    "aicc_both", "chance_without_two", "chance_without_one",
)  # fmt: skip
"""What only a series that was read has."""


def power_rows(results: Results) -> Row | None:
    """Return what every power series says, and the range of a single photon of each temperature."""
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
        "sample": series.sample,
        "temperature_k": number(series.temperature_k),
        "excitation_nm": number(series.excitation_nm),
        "detuning_mev": number(one.detuning_mev),
        "source": series.source,
        "powers": len(series.power_uw),
        "power_min_uw": number(series.power_uw.min()),
        "power_max_uw": number(series.power_uw.max()),
    }
    if dependence is None:
        unknown = {**dict.fromkeys(_LAW_KEYS), **unknown_rows("crossover_uw", "two_photon_share")}
        return {**row, **unknown, "reason": one.reason}
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


def _range_row(temperature_k: float, found: PhotonRange) -> Row:
    return {
        "temperature_k": number(temperature_k),
        "single_to_mev": None if found.single_to_mev is None else number(found.single_to_mev),
        "two_from_mev": None if found.two_from_mev is None else number(found.two_from_mev),
        "reason": found.reason,
    }


def power_section(results: Results) -> Iterator[str]:
    """Say for each series its slope, its photons, and what two photons give at the pump power of the spectra."""
    found = results.power_dependence
    if found is None or not found.readings:
        return
    header = ("T (K)", "ΔE (meV)", "slope", "photons", "two-photon share", "why")
    yield table(header, [_cells(one) for one in found.readings])


def _cells(one: SeriesReading) -> tuple[str, ...]:
    dependence = one.dependence
    is_placed = one.temperature is not None
    place = f"{one.series.temperature_k:.1f}", f"{one.detuning_mev:.1f}" if is_placed else "–"
    # What belongs to no spectra may be of another sample.
    of = f"Sample {one.series.sample}: " if one.series.sample and not is_placed else ""
    if dependence is None:
        return (*place, "–", "–", "–", f"{of}{one.reason}")
    slope = number_with_error(dependence.slope.slope, dependence.slope.error)
    return (*place, slope, dependence.order, reading_text(one.share), f"{of}{dependence.reason}")


POWER = Exported("power", "Power dependence", power_rows, power_section)
