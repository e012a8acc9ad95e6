"""Corrections as rows of a table and as a section of the report: what acts, and what it does to the results."""

from collections.abc import Iterator
from html import escape
from typing import Any

from asplab.core.appraisal.correction_effects import ETA_LIMIT_MEV, CorrectionEffect, Shift
from asplab.core.export.markup import table
from asplab.core.inference import inference_of
from asplab.core.ledger import Step, ledger
from asplab.core.pipeline import Results
from asplab.core.rounding import number, two_digits

Row = dict[str, Any]

COLUMNS = (
    "correction", "title", "state", "setting", "value", "conditions", "files", "first_file", "told",
    "quantum_yield_change", "quantum_yield_sigmas", "eta_median_change", "eta_median_sigmas", "eta_largest_change",
    "eta_largest_sigmas", "eta_largest_temperature_k", "eta_largest_detuning_mev", "phonon_change_mev",
    "phonon_sigmas", "g_change_mev", "g_sigmas", "eta_only_with", "eta_only_without", "reason",
)  # fmt: skip
_SHIFTS = (
    ("quantum_yield", "quantum_yield_change", "quantum_yield_sigmas"),
    ("eta_median", "eta_median_change", "eta_median_sigmas"),
    ("eta_largest", "eta_largest_change", "eta_largest_sigmas"),
    ("phonon_mev", "phonon_change_mev", "phonon_sigmas"),
    ("g_mev", "g_change_mev", "g_sigmas"),
)


def correction_rows(results: Results) -> list[Row]:
    """Return a row for each correction; changes are None where they were not looked for, or are not known."""
    effects = {effect.name: effect for effect in inference_of(results).effects or ()}
    return [_row(results, step, effects.get(step.name)) for step in ledger(results)]


def _row(results: Results, step: Step, effect: CorrectionEffect | None) -> Row:
    row: Row = dict.fromkeys(COLUMNS)
    row |= {
        "correction": step.name,
        "title": step.title,
        "state": step.state,
        "conditions": len(step.stacks),
        "files": len(step.sources),
        "first_file": step.sources[0] if step.sources else "",
        "told": step.told,
    }
    if step.switch is not None:
        record, field = step.switch.record, step.switch.field
        row["setting"] = f"{record}.{field}"
        row["value"] = str(getattr(getattr(results.document.settings, record), field))
    return row if effect is None else row | _changes(effect)


def _changes(effect: CorrectionEffect) -> Row:
    row: Row = {"eta_only_with": effect.only_with, "eta_only_without": effect.only_without, "reason": effect.why}
    for name, change, sigmas in _SHIFTS:
        shift: Shift = getattr(effect, name)
        row[change], row[sigmas] = number(shift.value), number(shift.sigmas)
    if effect.eta_place:
        row["eta_largest_temperature_k"], row["eta_largest_detuning_mev"] = effect.eta_place
    return row


def correction_section(results: Results) -> Iterator[str]:
    """Yield a table of the corrections that act or could act, and how many others there are."""
    rows = correction_rows(results)
    if not rows:
        yield "<p>The data entered as a table: there is nothing to correct.</p>"
        return
    shown = [row for row in rows if row["state"] in ("on", "off")]
    is_compared = inference_of(results).effects is not None
    header = ("correction", "state", "what is done", "files", *(("ΔQY", "Δη", "Δħω / meV") if is_compared else ()))
    yield table(header, [_cells(row, is_compared=is_compared) for row in shown], kind="text")
    idle = [row for row in rows if row not in shown]
    if idle:
        yield f"<details><summary>{len(idle)} others had nothing to do, or nothing to do it with</summary>"
        yield table(("correction", "why"), [(row["title"], row["told"]) for row in idle], kind="text") + "</details>"
    yield f'<p class="muted">{escape(_explained(is_compared=is_compared))}</p>'


def _explained(*, is_compared: bool) -> str:
    if not is_compared:
        return (
            "In the order in which they act. What each does to the results: asplab analyze --corrections, or the "
            "Corrections step of the window."
        )
    return (
        "In the order in which they act. Changes are with the correction less without it, in brackets in standard "
        f"errors: of QY the median over the temperatures, of η the largest for ΔE up to {ETA_LIMIT_MEV:.0f} meV, of ħω "
        "that of the joint fit. More: tables/corrections.csv."
    )


def _cells(row: Row, *, is_compared: bool) -> tuple[str, ...]:
    files = {0: "", 1: row["first_file"]}.get(row["files"], f"{row['files']} files")
    cells = (row["title"], row["state"], row["told"], files)
    if not is_compared:
        return cells
    shifts = [shift for shift in _SHIFTS if shift[0] in ("quantum_yield", "eta_largest", "phonon_mev")]
    return (*cells, *(_change(row[change], row[sigmas]) for _, change, sigmas in shifts))


def _change(value: float | None, sigmas: float | None) -> str:
    if value is None:
        return "–"
    text = f"{'−' if value < 0.0 else '+'}{two_digits(abs(value))}" if value else "0"
    return text if sigmas is None else f"{text} ({abs(sigmas):.1f} σ)"
