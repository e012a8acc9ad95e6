"""What scenarios set and find, as rows of tables."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from asplab.core.estimate import Estimate
from asplab.core.grouping.stage import Gathered
from asplab.core.pipeline import Results
from asplab.core.scenarios import Difference, State, differences
from asplab.core.scenarios.findings import ResultRow, result_rows
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import stack_name, temperature_name
from asplab.gui.words.settings import setting_label, setting_value

_LONGEST = 30
_NONE = "—"


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A state that is looked at: the present one first, then those of scenarios.

    Attributes
    ----------
    name : str
    state : (Settings, Exclusions)
    color, symbol : str
        How it is drawn.
    results : Results or None
        None while they are not known.
    """

    name: str
    state: State
    color: str
    symbol: str
    results: Results | None


def columns(variants: Sequence[Variant], first: str) -> list[Column]:
    """Return a column of names and one for each variant."""
    return [Column(first), *(Column(shortened(one.name, 24), tip=_column_tip(one)) for one in variants)]


def _column_tip(variant: Variant) -> str:
    if variant.results is None:
        return tr("{name}: not computed yet", name=variant.name)
    errors = [problem for problem in variant.results.problems if problem.severity == "error"]
    return "\n".join([variant.name, *(f"! {problem.where}: {problem.message}" for problem in errors[:3])])


# --- what they set -------------------------------------------------------------------------------------------
def setting_rows(variants: Sequence[Variant], gathered: Gathered | None) -> list[TableRow]:
    """Return a row for every setting and exclusion that is not the same in all variants."""
    return [_setting_row(one, gathered) for one in differences([variant.state for variant in variants])]


def _setting_row(difference: Difference, gathered: Gathered | None) -> TableRow:
    record, field = difference.record, difference.field
    if record == "exclusions":
        label = _target_name(field, gathered)
        cells = [tr("used") if one is None else tr("excluded: {reason}", reason=one) for one in difference.values]
    else:
        label = setting_label(record, field)
        cells = [setting_value(record, field, value) for value in difference.values]
    tip = "\n".join([label, *dict.fromkeys(cells)])
    first = cells[0]
    tones = ("", "", *("accent" if cell != first else "" for cell in cells[1:]))
    return TableRow((shortened(label), *(shortened(cell) for cell in cells)), tip=tip, tones=tones)


def _target_name(target: str, gathered: Gathered | None) -> str:
    """Return what a condition is called; a file is called by its path."""
    stacks = () if gathered is None else gathered.stacks
    found = next((stack for stack in stacks if stack.key == target), None)
    return target if found is None else f"{temperature_name(found.temperature_k)} · {stack_name(found)}"


def shortened(text: str, longest: int = _LONGEST) -> str:
    """Return a text that is cut in its middle where it is too long for a cell."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half].rstrip()}…{text[-half:].lstrip()}"


# --- what they find ------------------------------------------------------------------------------------------
def finding_rows(variants: Sequence[Variant], temperature_k: float | None) -> list[TableRow]:
    """Return the results of all variants side by side, under a heading for the joint fit and one for a temperature."""
    found = result_rows([one.results for one in variants], temperature_k)
    rows: list[TableRow] = []
    heading: float | str | None = ""
    for row in found:
        if row.temperature_k != heading:
            heading = row.temperature_k
            title = tr("Joint fit") if row.temperature_k is None else temperature_name(row.temperature_k)
            rows.append(TableRow((title, *("" for _ in variants)), is_muted=True))
        rows.append(_finding_row(row, variants))
    return rows


def _finding_row(row: ResultRow, variants: Sequence[Variant]) -> TableRow:
    label = _label(row)
    cells = [_cell(row, place, is_known=one.results is not None) for place, one in enumerate(variants)]
    tip = "\n".join([f"{one.name}: {cell}" for one, cell in zip(variants, cells, strict=True)])
    return TableRow((label, *cells), tip=tip)


def _label(row: ResultRow) -> str:
    if row.quantity == "eta":
        return tr("η at {detuning} meV", detuning=plain(row.detuning_mev, 1))
    names = {
        "quantum_yield": "QY",
        "g_mev": "g (meV)",
        "phonon_mev": "ħω (meV)",
        "polaron_energy_mev": "Eₚ (meV)",
        "chi2": tr("χ² / dof"),
    }
    return names[row.quantity]


def _cell(row: ResultRow, place: int, *, is_known: bool) -> str:
    value = row.values[place]
    if value is None:
        return _NONE if is_known else "…"
    if row.quantity == "chi2":
        return f"{plain(value.value, 1)} / {row.dofs[place]}"
    words = _estimate(value)
    if row.is_fitted and not row.is_fitted[place]:
        words = f"({words})"
    shift = row.shifts_sigma[place]
    if place == 0 or not math.isfinite(shift):
        return words
    return f"{words}   {tr('same') if shift == 0.0 else signed_sigma(shift)}"


def _estimate(value: Estimate) -> str:
    words = measured(value)
    return tr("not determined") if words == "not determined" else words


def signed_sigma(shift: float) -> str:
    """Return a shift in standard errors with its sign."""
    if abs(shift) < 0.05:
        return "< 0.1 σ"
    return f"{'+' if shift > 0 else ''}{plain(shift, 1)} σ"
