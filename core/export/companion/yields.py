"""Quantum yields: that of R, of the ABC law and of integrating spheres, side by side."""

from collections.abc import Iterator
from html import escape
from typing import Any

from asplab.core.companion.quantum_yield.comparison import YieldComparison, YieldRow
from asplab.core.companion.quantum_yield.every_yield import every_yield
from asplab.core.companion.quantum_yield.sphere_stage import SphereReading
from asplab.core.companion.quantum_yield.stage import AbcReading
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.readings import reading_row, unknown_rows
from asplab.core.export.markup import table
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number

Row = dict[str, Any]
COLUMNS = (
    "method", "sample", "medium", "temperature_k", "quantum_yield", "quantum_yield_error",
    "quantum_yield_lower_limit95", "quantum_yield_upper_limit95", "quantum_yield_reason",
)  # fmt: skip
_LAW_KEYS = (
    "parts_covariance", "chance_without_trapping", "chance_without_auger", "peak_power_uw", "chi2_per_dof",
)  # fmt: skip
"""What only a series that the ABC law fits has, beside its parts."""


def compared_yields(results: Results) -> YieldComparison | None:
    """Return all yields of an experiment; None where R alone tells one."""
    return every_yield(
        results.efficiency,
        results.gathered,
        results.abc_yields,
        results.sphere_yields,
        is_given=results.document.settings.efficiency.quantum_yield == "fixed",
        tolerance_k=results.document.settings.grouping.temperature_tolerance_k,
    )


def yield_rows(results: Results) -> Row | None:
    """Return every yield with what it rests on; also series and spheres that tell none."""
    abc = () if results.abc_yields is None else results.abc_yields.readings
    sphere = () if results.sphere_yields is None else results.sphere_yields.readings
    if not abc and not sphere:
        return None
    found = compared_yields(results)
    return {
        "yields": [] if found is None else [_yield_row(one) for one in found.rows],
        "notes": [] if found is None else list(found.notes),
        "abc_law": [_abc_row(one) for one in abc],
        "sphere": [_sphere_row(one) for one in sphere],
    }


def _yield_row(one: YieldRow) -> Row:
    return {
        "method": one.method,
        "sample": one.sample,
        "medium": one.medium,
        "temperature_k": None if one.temperature_k is None else number(one.temperature_k),
        **reading_row("quantum_yield", one.reading),
    }


def _abc_row(one: AbcReading) -> Row:
    series, found = one.series, one.found
    row: Row = {
        "sample": series.sample,
        "temperature_k": number(series.temperature_k),
        "excitation_nm": number(series.excitation_nm),
        "medium": one.medium,
        "source": series.source,
        "powers": len(series.power_uw),
        "power_min_uw": number(series.power_uw.min()),
        "power_max_uw": number(series.power_uw.max()),
        "reason": one.reason,
    }
    names = ("trapping", "radiative", "auger")
    if found is None:
        parts = dict.fromkeys(f"{name}_part" for name in names)
        return {**row, **parts, **dict.fromkeys(_LAW_KEYS), **unknown_rows("peak_yield")}
    return {
        **row,
        **{f"{name}_part": number(part) for name, part in zip(names, found.parts, strict=True)},
        "parts_covariance": [[number(value) for value in line] for line in found.covariance],
        "chance_without_trapping": number(found.chance_without_trapping),
        "chance_without_auger": number(found.chance_without_auger),
        "peak_power_uw": number(found.peak_power_uw),
        "chi2_per_dof": number(found.misfit),
        **reading_row("peak_yield", found.peak_yield),
    }


def _sphere_row(one: SphereReading) -> Row:
    row: Row = {
        "sample": one.sample,
        "medium": one.medium,
        "temperature_k": None if one.temperature_k is None else number(one.temperature_k),
        "excitation_nm": None if one.excitation_nm is None else number(one.excitation_nm),
        "source": one.source,
        "counted": None if one.spectra is None else one.spectra.unit,
        "laser_nm": None if one.laser_nm is None else [number(end) for end in one.laser_nm],
        "emission_nm": None if one.emission_nm is None else [number(end) for end in one.emission_nm],
        "reason": one.reason,
    }
    if one.found is None:
        return {**row, **unknown_rows("absorptance", "observed", "reabsorbed", "corrected"), "is_skewed": None}
    return {
        **row,
        **reading_row("absorptance", one.found.absorptance),
        **reading_row("observed", one.found.observed),
        **reading_row("reabsorbed", one.reabsorbed),
        **reading_row("corrected", None if one.reabsorbed is None else one.found.corrected),
        "is_skewed": one.found.is_skewed,
    }


def yield_section(results: Results) -> Iterator[str]:
    """Show all yields, what contradicts, and what they rest on."""
    found = compared_yields(results)
    if found is None:
        return
    header = ("method", "medium", "T (K)", "quantum yield")
    yield table(header, [_cells(one) for one in found.rows])
    yield from (f"<p>{escape(note)}</p>" for note in found.notes)
    for law in () if results.abc_yields is None else results.abc_yields.readings:
        yield f"<p>{escape(_rests_on_powers(law))}</p>"
    for sphere in () if results.sphere_yields is None else results.sphere_yields.readings:
        yield f"<p>{escape(_rests_on_sphere(sphere))}</p>"


def _rests_on_powers(one: AbcReading) -> str:
    series, found = one.series, one.found
    place = f"ABC law, {series.temperature_k:.0f} K, {series.excitation_nm:.1f} nm"
    if found is None:
        return f"{place}: {one.reason}"
    span = f"{series.power_uw.size} powers, {series.power_uw.min():.3g} to {series.power_uw.max():.3g} µW"
    return f"{place}: {span}; the yield is largest at {found.peak_power_uw:.3g} µW."


def _rests_on_sphere(one: SphereReading) -> str:
    place = ", ".join(part for part in ("Integrating sphere", one.sample, one.medium) if part)
    if one.found is None or one.laser_nm is None or one.emission_nm is None or one.spectra is None:
        return f"{place}: {one.reason}"
    windows = (f"{low:.1f} to {high:.1f} nm" for low, high in (one.laser_nm, one.emission_nm))
    again = "not made up for" if one.reabsorbed is None else f"{one.reabsorbed.text} of it"
    return (
        f"{place}: {one.spectra.unit} of {' and '.join(windows)}; absorptance {one.found.absorptance.text}; emission "
        f"absorbed again: {again}."
    )


def _cells(one: YieldRow) -> tuple[str, ...]:
    kelvin = "–" if one.temperature_k is None else f"{one.temperature_k:.1f}"
    return one.method, one.medium or "–", kelvin, one.reading.text


def _table(results: Results) -> Table:
    rows = yield_rows(results)
    title = "quantum yields: of R, of the ABC law, of integrating spheres; limits at 95 %"
    return from_rows("yields", title, COLUMNS, [] if rows is None else rows["yields"])


YIELDS = Exported("quantum_yields", "Quantum yields", yield_rows, yield_section, (("yields", _table),))
