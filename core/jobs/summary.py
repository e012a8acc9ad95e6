"""The core of the results as lines to read in a terminal."""

import math
from collections.abc import Callable, Iterator, Mapping
from textwrap import wrap
from typing import Any

from asplab.core.energies.words import SINGLE_GAP, energy_words
from asplab.core.export.error_rows import appraisal_of, conflicts
from asplab.core.export.model_rows import comparison_rows, intervals_text
from asplab.core.export.results_json import polaron_rows, quantum_yield_rows
from asplab.core.jobs.analyze import Outcome
from asplab.core.pipeline import Results
from asplab.core.problems import shortened
from asplab.core.rounding import (
    arms,
    named_interval,
    named_with_systematic,
    number_with_error,
    number_with_interval,
)
from asplab.core.scenarios import scenario_words

Row = Mapping[str, Any]

_GAPS = {"single": SINGLE_GAP, "ensemble": "ensemble"}


def summary(outcome: Outcome) -> list[str]:
    """Return where the results are, quantum yields and polaron parameters with their errors, conflicts, and models."""
    results = outcome.results
    return [
        *place_lines(outcome),
        f"68 % intervals: {intervals_text(results)}",
        *wrap(energy_words(results), width=106, subsequent_indent="  "),
        *_yield_lines(outcome),
        *_polaron_lines(polaron_rows(results)),
        *_check_lines(results),
        *_comparison_lines(comparison_rows(results)),
    ]


def place_lines(outcome: Outcome) -> list[str]:
    """Return where the results are, by which scenario, and where a project that had to give way is kept."""
    simulated = " (simulated data)" if outcome.results.document.experiment.simulated else ""
    lines = [f"results: {outcome.folder}{simulated}"]
    told = scenario_words(outcome.results.document)
    if told:
        lines.append(f"scenario: {told}")
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
        return number_with_interval(value, low, high) + _systematic_text(row)
    text = number_with_error(value, math.nan if error is None else error)
    return f"{text}{_systematic_text(row)}, its 68 % interval is open"


def _systematic_text(row: Row) -> str:
    systematic = row["quantum_yield_systematic"]
    return "" if systematic is None else f" (stat) {arms(systematic)} (syst)"


def _polaron_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line per fit, and one for all temperatures that have none.

    Systematic errors stand in the joint fit, or in the fits where there is no joint one: it is not missing where
    fewer than two temperatures could be fitted.
    """
    has_joint = any(row["scope"] == "joint" and row["chi2"] is not None for row in rows)
    for row in rows:
        if row["chi2"] is None:
            continue
        if row["scope"] == "joint" or not has_joint:
            yield f"{place_text(row):>12}  {polaron_text(row, named_with_systematic)}"
            if row["polaron_energy_mev"] is not None:
                yield f"{'':14}{_energy_text(row)}"
        else:
            yield f"{place_text(row):>12}  {polaron_text(row)}"
    unfitted = [place_text(row) for row in rows if row["chi2"] is None and row["scope"] == "temperature"]
    if unfitted:
        yield f"no polaron fit at {shortened(unfitted)}"


def _energy_text(row: Row) -> str:
    """Return E_p, which is known where g and ħω are not identified, and S where they are."""
    value, error = row["polaron_energy_mev"], row["polaron_energy_mev_error"]
    if error is None or error >= value:
        return "E_p not determined"
    found = [named_with_systematic("E_p", row, "polaron_energy_mev", "meV")]
    if row["identified"]:
        found.append(named_with_systematic("S", row, "huang_rhys", ""))
    return ", ".join(found)


def polaron_text(row: Row, named: Callable[[str, Row, str, str], str] = named_interval) -> str:
    """Return g and ħω of a row of results.json with their intervals, or what bounds ħω where it is not identified.

    With `named_interval` E_p and S stand with them where the method gives intervals of both.
    """
    phonon = named("ħω", row, "phonon_mev", "meV")
    if row["gap_model"] == "single":
        phonon += f" ({SINGLE_GAP})"
    if row["identified"]:
        found = [named("g", row, "g_mev", "meV"), phonon]
        if row["polaron_energy_mev_interval68"] is not None and named is named_interval:
            found.append(named("E_p", row, "polaron_energy_mev", "meV"))
            found.append(named("S", row, "huang_rhys", ""))
        return ", ".join(found)
    return "g and ħω not identified" + (f", {phonon}" if "ħω >" in phonon or "ħω <" in phonon else "")


def _check_lines(results: Results) -> Iterator[str]:
    """Yield a line for each kind of consistency check that conflicts, or one that says that none does."""
    appraisal = appraisal_of(results)
    if appraisal is None or all(check.status == "not applicable" for check in appraisal.checks):
        return
    found = conflicts(results)
    if not found:
        yield "consistency: no check conflicts"
    for check, others in found:
        first, second = check.numbers[:2]
        places = f"{check.place} and {len(others)} more" if others else check.place
        yield f"conflict: {check.title} ({places}): {first.name}: {first.text}, against {second.name}: {second.text}"


def _comparison_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield how rate models compare: on all temperatures where there is a joint fit, else on each."""
    joint = [row for row in rows if row["scope"] == "joint" and _has_chi2(row)]
    for row in joint or [row for row in rows if row["scope"] == "temperature" and _has_chi2(row)]:
        yield f"{place_text(row):>12}  rate models, best first:"
        ranked = sorted(row["models"], key=lambda model: (model["aicc"] is None, model["aicc"] or 0.0))
        width = max(len(model["model"]) for model in ranked)
        for model in ranked:
            yield f"{'':14}{model['model']:<{width}}  {_standing_text(model)}"
        yield from wrap(row["verdict"], width=106, initial_indent=" " * 14, subsequent_indent=" " * 14)


def _has_chi2(row: Row) -> bool:
    return any(model["chi2"] is not None for model in row["models"])


def _standing_text(model: Row) -> str:
    if model["aicc"] is None:
        return f"not judged: {model['reason']}"
    return (
        f"ΔAICc {model['delta_aicc']:9.2f}  weight {100.0 * model['weight']:5.1f} %  "
        f"χ² {model['chi2']:.1f} for {model['dof']} degrees of freedom  {_GAPS[model['gap_model']]}"
    )
