"""Rows of the Corrections step: one for each correction, and one for each condition."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.ledger import Step
from asplab.gui.language import tr
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
HEADS = (tr("Correction"), tr("What is done"), tr("File"))
EFFECT_COLUMNS = (
    Column("ΔQY", "", tr("Change of the quantum yield by the correction, median over the temperatures")),
    Column("Δη", "", tr("Largest change of an η with ΔE up to 102 meV")),
    Column("Δ<i>ħω</i>", "meV", tr("Change of ħω of the joint fit")),
)
CONDITIONS = (
    Column(tr("Condition"), "", tr("Kind and excitation wavelength")),
    Column(tr("Repeats")),
    Column(tr("Exposure"), "s"),
    Column(tr("Power"), "µW", tr("Mean pump power at the sample")),
    Column(tr("Dark"), "", tr("Whether a mean dark frame was subtracted")),
    Column(tr("Replaced"), "px", tr("Pixels that stood out against the other repeats")),
)
_CELLS = (("quantum_yield", 3), ("eta_largest", 3), ("phonon_mev", 2))
_STATES = {"on": "", "off": tr("Switched off. "), "no data": tr("Nothing to correct with. "), "not needed": ""}
_LARGEST_PLAIN, _MOST_SIGMAS = 1e4, 999
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
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
        file=step.sources[0]
        if len(step.sources) == 1
        else tr("{sources} files", sources=len(step.sources))
        if step.sources
        else "",
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
    if abs(value) >= _LARGEST_PLAIN:
        power = math.floor(math.log10(abs(value)))
        text = f"{plain(value / 10.0**power, 0)}·10{str(power).translate(_SUPERSCRIPTS)}"
        return text if value < 0 else f"+{text}"
    text = plain(value, digits)
    return text if value < 0 or float(f"{value:.{digits}f}") == 0.0 else f"+{text}"


def sigmas(shift: "Shift") -> str:
    """Return the size of a change in standard errors."""
    size = abs(shift.sigmas)
    if size > _MOST_SIGMAS:
        return f"> {_MOST_SIGMAS}\u202fσ"
    return f"{plain(size, 1 if size < 9.95 else 0)}\u202fσ"


def _tip(step: Step, effect: "CorrectionEffect | None", *, acts: bool) -> str:
    lines = [f"<b>{escaped(step.title)}</b>", f"{_STATES[step.state]}{escaped(typeset(step.told))}"]
    if acts:
        lines.append(tr("● It changes the selected condition."))
    if step.sources:
        shown = ", ".join(escaped(name) for name in step.sources[:3])
        lines.append(
            breakable(
                shown + (tr(" … and {sources} more", sources=len(step.sources) - 3) if len(step.sources) > 3 else "")
            )
        )
    if effect is not None:
        lines.append(effect_words(effect))
    return "<br>".join(lines)


def effect_words(effect: "CorrectionEffect") -> str:
    """Return all that is known of an effect, as rich text."""
    if effect.why:
        return escaped(effect.why[0].upper() + effect.why[1:])
    place = ""
    if effect.eta_place:
        place = tr(
            " at {eta_place} K, ΔE = {eta_place2} meV",
            eta_place=plain(effect.eta_place[0], 0),
            eta_place2=plain(effect.eta_place[1], 0),
        )
    parts = [
        tr("QY {cell}, median over the temperatures", cell=_cell(effect.quantum_yield, 4)),
        tr(
            "η {cell} in the median, {cell2} at most{place}",
            cell=_cell(effect.eta_median, 4),
            cell2=_cell(effect.eta_largest, 3),
            place=place,
        ),
        tr("ħω {cell} and g {cell2} in meV", cell=_cell(effect.phonon_mev, 2), cell2=_cell(effect.g_mev, 2)),
    ]
    for count, when in ((effect.only_with, "with"), (effect.only_without, "without")):
        if count:
            parts.append(tr("{count} η determined only {when} it", count=count, when=when))
    return tr("What it changes: ") + "; ".join(parts) + tr(". σ: standard errors of the results.")


def effect_line(effect: "CorrectionEffect | None") -> tuple[str, ...]:
    """Return what a correction does to QY, η, ħω and g on one line, the longest text first; empty where unknown."""
    if effect is None:
        return ("",)
    if effect.why:
        return (escaped(effect.why[0].upper() + effect.why[1:]),)
    place = ""
    if effect.eta_place:
        place = tr(
            " ({temperature} K, ΔE {detuning} meV)",
            temperature=plain(effect.eta_place[0], 0),
            detuning=plain(effect.eta_place[1], 0),
        )
    numbers = {
        "quantum_yield": _cell(effect.quantum_yield, 3),
        "eta": _cell(effect.eta_largest, 3),
        "phonon": _cell(effect.phonon_mev, 2),
        "g": _cell(effect.g_mev, 2),
    }
    return (
        tr(
            "Δ QY {quantum_yield} · η {eta}{place} · <i>ħω</i> {phonon} meV · <i>g</i> {g} meV",
            place=place,
            **numbers,
        ),
        tr("Δ QY {quantum_yield} · η {eta} · <i>ħω</i> {phonon} · <i>g</i> {g} meV", **numbers),
    )


def sources_line(step: Step) -> tuple[str, ...]:
    """Return the files that a correction takes its numbers from, the longest text first; empty where it takes none."""
    names = [escaped(name) for name in step.sources]
    if not names:
        return ("",)
    if len(names) == 1:
        return (tr("From {file}", file=names[0]), names[0].rsplit("/", 1)[-1])
    count, (folder, slash, last) = plain(len(names), 0), names[-1].rpartition("/")
    shown = last if names[0].startswith(folder + slash) else names[-1]
    return (
        tr("From {count} files, {first} to {last}", count=count, first=names[0], last=shown),
        tr("From {count} files, {first} …", count=count, first=names[0]),
        tr("From {count} files", count=count),
    )


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
        tr("subtracted") if corrected.dark_group[k] >= 0 else tr("none"),
        str(int(corrected.replaced_pixels[k])),
    )
    tip = stack.key if stack.excluded is None else tr("excluded: {excluded}", excluded=stack.excluded)
    return TableRow(cells, stack.kind, is_muted=stack.excluded is not None, tip=tip)


def _mean_of(values: Sequence[float | None], decimals: int) -> str:
    known = [value for value in values if value is not None]
    return plain(float(np.mean(known)), decimals) if known else NONE
