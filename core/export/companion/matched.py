"""η at matched intensities from absorptances, beside the photothermal one."""

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from asplab.core.companion.matched.scattering import MatchedComparison
from asplab.core.companion.matched.stage import MatchedReading
from asplab.core.companion.matched.systematic import with_systematics
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.readings import reading_row, unknown_rows
from asplab.core.export.error_rows import appraisal_of
from asplab.core.export.markup import table
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number, number_with_error

Row = dict[str, Any]
COLUMNS = (
    "sample", "temperature_k", "excitation_nm", "detuning_mev", "eta", "eta_error", "eta_lower_limit95",
    "eta_photothermal", "eta_photothermal_error", "difference", "difference_error", "scattered", "scattered_error",
    "scattered_share",
)  # fmt: skip
_COMPARED_KEYS = ("chance", "scattering_exponent", "chance_of_smooth_scattering", "says", "with_systematic_errors")
_PHOTOTHERMAL_KEYS = ("eta_photothermal", "eta_photothermal_error")
_DIFFERENCE_KEYS = ("difference", "difference_error", "scattered", "scattered_error", "scattered_share")


def matched_rows(results: Results) -> list[Row] | None:
    """Return for each temperature η of every excitation, what must be scattered, and what the comparison says."""
    found = results.matched
    if found is None or not found.readings:
        return None
    return [_row(one, _with_systematics(results, one)) for one in found.readings]


def _with_systematics(results: Results, one: MatchedReading) -> MatchedComparison | None:
    """Return the comparison with systematic errors where they were found."""
    appraisal = appraisal_of(results)
    if appraisal is None or appraisal.systematics is None:
        return None
    return with_systematics(one, appraisal.systematics, results.document.settings.matched)


def _row(one: MatchedReading, total: MatchedComparison | None) -> Row:
    row: Row = {
        "sample": one.table.sample,
        "temperature_k": number(one.table.temperature_k),
        "source": one.table.source,
        "stokes_nm": number(one.table.stokes.wavelength_nm[0]),
        "stokes_absorptance": number(one.table.stokes.absorptance[0]),
        "reason": one.reason,
        "excitations": [] if one.found is None else [excitation_row(one, k) for k in range(one.found.eta.size)],
        "remarks": [] if one.found is None else list(one.found.remarks),
        **reading_row("scattering_below_gap", one.below_gap),
    }
    comparison = one.comparison
    if comparison is None:
        return {**row, **dict.fromkeys(_COMPARED_KEYS), **unknown_rows("scattering_at_stokes")}
    return {
        **row,
        "chance": number(comparison.chance),
        "scattering_exponent": number(comparison.exponent),
        **reading_row("scattering_at_stokes", comparison.scattering),
        "chance_of_smooth_scattering": number(comparison.smooth_chance),
        "says": comparison.sentence,
        "with_systematic_errors": None
        if total is None
        else {
            "chance": number(total.chance),
            **reading_row("scattering_at_stokes", total.scattering),
            "chance_of_smooth_scattering": number(total.smooth_chance),
            "says": total.sentence,
        },
    }


def excitation_row(one: MatchedReading, k: int) -> Row:
    """Return what is known of one excitation; None where there is no photothermal η."""
    found, comparison = one.found, one.comparison
    if found is None:
        return {}
    row: Row = {
        "excitation_nm": number(one.table.told_nm[k]),
        "detuning_mev": number(one.detuning_mev[k]),
        **reading_row("eta", found.readings[k]),
        "mismatch": number(found.mismatch[k]),
        "mismatch_error": number(found.mismatch_error[k]),
    }
    at = np.flatnonzero(one.shared == k)
    if not at.size:
        return {**row, **dict.fromkeys((*_PHOTOTHERMAL_KEYS, *_DIFFERENCE_KEYS))}
    j = int(at[0])
    row |= {
        "eta_photothermal": number(one.photothermal[j]),
        "eta_photothermal_error": number(one.photothermal_error[j]),
    }
    if comparison is None:
        return {**row, **dict.fromkeys(_DIFFERENCE_KEYS)}
    return {
        **row,
        "difference": number(comparison.difference[j]),
        "difference_error": number(comparison.difference_error[j]),
        "scattered": number(comparison.scattered[j]),
        "scattered_error": number(comparison.scattered_error[j]),
        "scattered_share": number(comparison.share[j]),
    }


def matched_section(results: Results) -> Iterator[str]:
    """Say for each temperature why both η differ, and show both."""
    for one in () if results.matched is None else results.matched.readings:
        kelvin = f"{one.table.temperature_k:.1f} K"
        says = one.reason or ("" if one.comparison is None else one.comparison.sentence)
        yield f"<p>{kelvin}: {escape(says)}</p>"
        total = _with_systematics(results, one)
        if total is not None:
            yield f"<p>With the systematic errors of photothermal η: {escape(total.sentence)}</p>"
        if one.below_gap is not None:
            told = one.below_gap.text if one.below_gap.is_determined else one.below_gap.reason
            yield f"<p>From the absorptance far below the gap, scattering at the Stokes wavelength: {escape(told)}</p>"
        if one.found is not None:
            header = ("ΔE (meV)", "η of absorptances", "photothermal η", "scattered", "of the apparent absorptance")
            yield table(header, [_cells(one, k) for k in range(one.found.eta.size)])


def _cells(one: MatchedReading, k: int) -> tuple[str, ...]:
    row = excitation_row(one, k)
    share = row.get("scattered_share")
    return (
        "–" if row["detuning_mev"] is None else f"{row['detuning_mev']:.1f}",
        one.found.readings[k].text if one.found is not None else "–",
        _number(row, "eta_photothermal"),
        _number(row, "scattered"),
        "–" if share is None else f"{share:.0%}",
    )


def _number(row: Row, key: str) -> str:
    value = row.get(key)
    return "–" if value is None else number_with_error(value, row[f"{key}_error"])


def _table(results: Results) -> Table:
    rows = [
        {"sample": row["sample"], "temperature_k": row["temperature_k"], **excitation}
        for row in matched_rows(results) or []
        for excitation in row["excitations"]
    ]
    title = "η of absorptances beside photothermal η; scattered: part of the beam that would explain the difference"
    return from_rows("matched", title, COLUMNS, rows)


MATCHED = Exported("matched", "Matched intensities", matched_rows, matched_section, (("matched", _table),))
