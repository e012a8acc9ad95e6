"""The core of the results as lines to read in a terminal."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from asplab.core.analyze import Outcome
from asplab.core.export.numbers import named_interval, number_with_error, number_with_interval
from asplab.core.export.results_json import polaron_rows, quantum_yield_rows
from asplab.core.problems import shortened

Row = Mapping[str, Any]


def summary(outcome: Outcome) -> list[str]:
    """Return where the results are, quantum yields and polaron parameters with their 68 % intervals."""
    return [*place_lines(outcome), *_yield_lines(outcome), *_polaron_lines(polaron_rows(outcome.results))]


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


def _yield_lines(outcome: Outcome) -> Iterator[str]:
    for row in quantum_yield_rows(outcome.results):
        yield f"{place_text(row):>12}  quantum yield {_yield_text(row)}"


def _yield_text(row: Row) -> str:
    value, error, (low, high) = row["quantum_yield"], row["quantum_yield_error"], row["quantum_yield_interval68"]
    if value is None:
        return "not determined"
    if low is not None and high is not None:
        return number_with_interval(value, low, high)
    return f"{number_with_error(value, math.nan if error is None else error)}, its 68 % interval is open"


def _polaron_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line per fit, and one for all temperatures that have none.

    The joint fit is not missing where fewer than two temperatures could be fitted.
    """
    for row in rows:
        if row["chi2"] is not None:
            yield f"{place_text(row):>12}  {polaron_text(row)}"
    unfitted = [place_text(row) for row in rows if row["chi2"] is None and row["scope"] == "temperature"]
    if unfitted:
        yield f"no polaron fit at {shortened(unfitted)}"


def polaron_text(row: Row) -> str:
    """Return g and ħω of a row of results.json with their intervals, or what bounds ħω where it is not identified."""
    phonon = named_interval("ħω", row, "phonon_mev", "meV")
    if row["identified"]:
        return f"{named_interval('g', row, 'g_mev', 'meV')}, {phonon}"
    return "g and ħω not identified" + (f", {phonon}" if "ħω >" in phonon or "ħω <" in phonon else "")
