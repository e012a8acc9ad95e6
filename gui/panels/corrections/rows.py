"""Rows of the Corrections step: one for each correction, and one for each condition."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.ledger import Step
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.switch_list import SwitchRow
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.widgets.text import breakable, escaped
from asplab.gui.words.findings import typeset
from asplab.gui.words.reading import stack_name

if TYPE_CHECKING:
    from asplab.core.appraisal.correction_effects import CorrectionEffect, Shift

NONE = "—"
SAMPLE = "−0.000 (10\u202fσ)"
HEADS = ("Correction", "What is done", "File")
EFFECT_COLUMNS = (
    Column("ΔQY", "", "Change of the quantum yield by the correction, median over the temperatures"),
    Column("Δη", "", "Largest change of an η with ΔE up to 102 meV"),
    Column("Δ<i>ħω</i>", "meV", "Change of ħω of the joint fit"),
)
CONDITIONS = (
    Column("Condition", "", "Kind and excitation wavelength"),
    Column("Repeats"),
    Column("Exposure", "s"),
    Column("Power", "µW", "Mean pump power at the sample"),
    Column("Dark", "", "Whether a mean dark frame was subtracted"),
    Column("Replaced", "px", "Pixels that stood out against the other repeats"),
)
_CELLS = (("quantum_yield", 3), ("eta_largest", 3), ("phonon_mev", 2))
_STATES = {"on": "", "off": "Switched off. ", "no data": "Nothing to correct with. ", "not needed": ""}
_NOTHING = 0.05
"""Change in standard errors below which it is none."""
_SEEN = 1.0
"""Change in standard errors from which on a number is not painted muted."""


# --- corrections -----------------------------------------------------------------------------------------
def switch_rows(
    steps: Sequence[Step],
    k: int,
    kind: str,
    effects: "Mapping[str, CorrectionEffect]",
    asked: Mapping[str, bool],
    *,
    is_current: bool,
) -> list[SwitchRow]:
    """Return a row for each correction.

    Parameters
    ----------
    k, kind : int, str
        The selected condition and its kind; corrections that change it have a dot.
    effects : mapping of str to CorrectionEffect
    asked : mapping of str to bool
        Switches that were just thrown and whose results are not there yet.
    is_current : bool
        Whether the effects belong to the present results.
    """
    return [_switch_row(step, k, kind, effects.get(step.name), asked, is_current=is_current) for step in steps]


def _switch_row(
    step: Step, k: int, kind: str, effect: "CorrectionEffect | None", asked: Mapping[str, bool], *, is_current: bool
) -> SwitchRow:
    is_on = asked.get(step.name, step.state == "on")
    shifts = [] if effect is None or effect.why else [(getattr(effect, name), digits) for name, digits in _CELLS]
    return SwitchRow(
        title=step.title,
        words=typeset(step.brief),
        file=step.sources[0] if len(step.sources) == 1 else f"{len(step.sources)} files" if step.sources else "",
        cells=tuple(_cell(shift, digits) for shift, digits in shifts) or (NONE,) * len(_CELLS),
        is_on=is_on if step.can_switch else None,
        color=("pa" if step.subject == "scan" else kind) if step.acts_on(k) else "",
        is_muted=not is_on,
        faint=tuple(not is_current or not abs(shift.sigmas) >= _SEEN for shift, _ in shifts) or (True,) * len(_CELLS),
        tip=_tip(step, effect, acts=step.acts_on(k)),
    )


def _cell(shift: "Shift", digits: int) -> str:
    if not math.isfinite(shift.value):
        return NONE
    if abs(shift.sigmas) < _NOTHING:
        return "0"
    value = signed(shift.value, digits if abs(shift.value) < 10.0 else min(digits, 1))
    return f"{value} ({sigmas(shift)})" if math.isfinite(shift.sigmas) else value


def signed(value: float, digits: int) -> str:
    """Return a change with its sign; one that rounds to nothing has none."""
    text = plain(value, digits)
    return text if value < 0 or float(f"{value:.{digits}f}") == 0.0 else f"+{text}"


def sigmas(shift: "Shift") -> str:
    """Return the size of a change in standard errors."""
    size = abs(shift.sigmas)
    return f"{plain(size, 1 if size < 9.95 else 0)}\u202fσ"


def _tip(step: Step, effect: "CorrectionEffect | None", *, acts: bool) -> str:
    lines = [f"<b>{escaped(step.title)}</b>", f"{_STATES[step.state]}{escaped(typeset(step.told))}"]
    if acts:
        lines.append("● It changes the selected condition.")
    if step.sources:
        shown = ", ".join(escaped(name) for name in step.sources[:3])
        lines.append(breakable(shown + (f" … and {len(step.sources) - 3} more" if len(step.sources) > 3 else "")))
    if effect is not None:
        lines.append(effect_words(effect))
    return "<br>".join(lines)


def effect_words(effect: "CorrectionEffect") -> str:
    """Return all that is known of an effect, as rich text."""
    if effect.why:
        return escaped(effect.why[0].upper() + effect.why[1:])
    place = ""
    if effect.eta_place:
        place = f" at {plain(effect.eta_place[0], 0)} K, ΔE = {plain(effect.eta_place[1], 0)} meV"
    parts = [
        f"QY {_cell(effect.quantum_yield, 4)}, median over the temperatures",
        f"η {_cell(effect.eta_median, 4)} in the median, {_cell(effect.eta_largest, 3)} at most{place}",
        f"ħω {_cell(effect.phonon_mev, 2)} and g {_cell(effect.g_mev, 2)} in meV",
    ]
    for count, when in ((effect.only_with, "with"), (effect.only_without, "without")):
        if count:
            parts.append(f"{count} η determined only {when} it")
    return "What it changes: " + "; ".join(parts) + ". σ: standard errors of the results."


# --- conditions ------------------------------------------------------------------------------------------
def condition_row(corrected: Corrected, k: int) -> TableRow:
    """Return a row about one condition."""
    stack = corrected.stacks[k]
    conditions = [member.condition for member in stack.members]
    cells = (
        stack_name(stack),
        str(len(stack.members)),
        _mean_of([condition.exposure_s for condition in conditions], 1),
        _mean_of([condition.power_uw for condition in conditions], 1),
        "subtracted" if corrected.dark_group[k] >= 0 else "none",
        str(int(corrected.replaced_pixels[k])),
    )
    tip = stack.key if stack.excluded is None else f"excluded: {stack.excluded}"
    return TableRow(cells, stack.kind, is_muted=stack.excluded is not None, tip=tip)


def _mean_of(values: Sequence[float | None], decimals: int) -> str:
    known = [value for value in values if value is not None]
    return plain(float(np.mean(known)), decimals) if known else NONE
