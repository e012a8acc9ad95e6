"""The core of the results as lines to read in a terminal."""

import math
from collections.abc import Mapping
from typing import Any

from asplab.core.analyze import Outcome
from asplab.core.export.drawing import number_with_error
from asplab.core.export.results_json import polaron_rows, quantum_yield_rows

Row = Mapping[str, Any]


def summary(outcome: Outcome) -> list[str]:
    """Return where the results are, quantum yields and polaron parameters."""
    lines = place_lines(outcome)
    for row in quantum_yield_rows(outcome.results):
        text = _with_error(row, "quantum_yield", "") or "not determined"
        lines.append(f"{place_text(row):>12}  quantum yield {text}")
    for row in polaron_rows(outcome.results):
        lines.append(f"{place_text(row):>12}  {polaron_text(row)}")
    return lines


def place_lines(outcome: Outcome) -> list[str]:
    """Return where the results are, and where a project that had to give way is kept."""
    simulated = " (simulated data)" if outcome.results.document.experiment.simulated else ""
    lines = [f"results: {outcome.folder}{simulated}"]
    if outcome.backup is not None:
        lines.append(f"the project saved before is kept: {outcome.backup}")
    return lines


def place_text(row: Row) -> str:
    """Return the temperature that a row of results.json stands for."""
    return "all" if row["temperature_k"] is None else f"{row['temperature_k']:.1f} K"


def _with_error(row: Row, key: str, unit: str) -> str:
    value, error = row[key], row[f"{key}_error"]
    if value is None:
        return ""
    return f"{number_with_error(value, math.nan if error is None else error)} {unit}".strip()


def polaron_text(row: Row) -> str:
    """Return a polaron row of results.json as text, or what is known where it is not identified."""
    if row["identified"]:
        return f"g = {_with_error(row, 'g_mev', 'meV')}, ħω = {_with_error(row, 'phonon_mev', 'meV')}"
    if row["chi2"] is None:
        return "no polaron fit"
    low = row["phonon_mev_interval68"][0]
    return "g and ħω not identified" + ("" if low is None else f", ħω > {low:.3g} meV")
