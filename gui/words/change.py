"""How results differ from a reference: before → after, in units of the reference's own error."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.reference import Reference
from asplab.gui.widgets.numerals import decimals_of, measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.widgets.text import without_markup
from asplab.gui.words.findings import outer_detunings, parameter_estimate
from asplab.gui.words.reading import efficiency_at, quantum_yield, temperatures_of

CHANGE_COLUMNS = (
    Column(""),
    Column("reference"),
    Column("now"),
    Column("Δ", "σ", tr("The change in units of the reference’s own 68 % error; both come from the same data")),
)
_MOST_SIGMAS = 999.0
_MUCH = 2.0
"""So many times the reference's error the present one is told, too: σ of the reference alone would mislead."""
_PARAMETERS = (("g", "g_mev"), ("ħω", "phonon_mev"))


@dataclass(frozen=True, slots=True)
class Change:
    """One number before and after.

    Attributes
    ----------
    symbol : str
        Rich text.
    before, after : Estimate
    """

    symbol: str
    before: Estimate
    after: Estimate

    @property
    def sigmas(self) -> float:
        """The change in units of the reference's error, NaN where either is not known.

        Both numbers come from the same data, so that their errors share nearly everything, and the error of the
        difference would say nothing of how much a choice matters. The arm of the reference's 68 % interval on the side
        of the change is the measure; its first-order error where that side has no limit.
        """
        step = self.after.value - self.before.value
        arm = _arm(self.before, is_upward=step > 0)
        return step / arm if arm > 0 and math.isfinite(arm) else math.nan


def _arm(estimate: Estimate, *, is_upward: bool) -> float:
    end = estimate.high if is_upward else estimate.low
    arm = math.nan if end is None else abs(end - estimate.value)
    return arm if arm > 0 and math.isfinite(arm) else estimate.error


def change_words(change: Change) -> str:
    """Return symbol, both values and the change, for instance ``ħω 23.4 → 22.9, −0.2σ``."""
    before, after = value_words(change)
    told = sigma_words(change.sigmas)
    return f"{change.symbol} {before} → {after}" + (f", {told}" if told else "")


def shorter_words(change: Change) -> tuple[str, ...]:
    """Return `change_words`, then the same for less and less room: the new number is the last to go."""
    before, after = value_words(change)
    return change_words(change), f"{change.symbol} {before} → {after}", f"{before} → {after}", f"→ {after}"


def is_much_less_sure(change: Change) -> bool:
    """Whether the present error is so much larger that the reference's alone says little of the change."""
    return math.isfinite(change.after.error) and change.after.error > _MUCH * change.before.error > 0


def value_words(change: Change) -> tuple[str, str]:
    """Return both values with the digits that the smaller of their errors allows; a much larger error is told, too."""
    errors = [one.error for one in (change.before, change.after) if math.isfinite(one.error) and one.error > 0]
    decimals = decimals_of(min(errors)) if errors else 3
    values = (change.before.value, change.after.value)
    before, after = (plain(value, decimals) if math.isfinite(value) else "—" for value in values)
    if is_much_less_sure(change) and math.isfinite(change.after.value):
        after = measured(Estimate(change.after.value, change.after.error))
    return before, after


def sigma_words(sigmas: float) -> str:
    """Return a change in units of σ with its sign; empty where it is not known."""
    if not math.isfinite(sigmas):
        return ""
    if abs(sigmas) > _MOST_SIGMAS:
        return f"{'−' if sigmas < 0 else '+'}>{plain(_MOST_SIGMAS, 0)}σ"
    number = plain(sigmas, 1 if abs(sigmas) < 10 else 0)
    return f"{number}σ" if number.startswith("−") or float(round(sigmas, 1)) == 0 else f"+{number}σ"


def change_rows(changes: Sequence[Change]) -> list[TableRow]:
    """Return changes as rows of a table with `CHANGE_COLUMNS`."""
    return [
        TableRow((without_markup(one.symbol), *value_words(one), sigma_words(one.sigmas).removesuffix("σ") or "—"))
        for one in changes
    ]


def yield_change(reference: Reference, results: Results, t: int) -> Change | None:
    """Return the change of the quantum yield of a temperature."""
    then = _place(reference, results, t)
    old, new = reference.results.efficiency, results.efficiency
    if then is None or old is None or new is None or old.responses is None or new.responses is None:
        return None
    return Change("QY", quantum_yield(old, then), quantum_yield(new, t))


def eta_changes(reference: Reference, results: Results, t: int, key: str = "") -> list[Change]:
    """Return the changes of η of a condition, else of the smallest and the largest ΔE that the reference determines."""
    then = _place(reference, results, t)
    old, new = reference.results.efficiency, results.efficiency
    if then is None or old is None or new is None:
        return []
    has_key = bool(key) and key in old.keys[then] and key in new.keys[t]
    places = [old.keys[then].index(key)] if has_key else outer_detunings(old, then)
    shared = [j for j in places if old.keys[then][j] in new.keys[t]]
    found = [
        Change(
            f"η ({plain(old.detuning_mev[then, j], 0)} meV)",
            efficiency_at(old, then, j),
            efficiency_at(new, t, new.keys[t].index(old.keys[then][j])),
        )
        for j in shared
    ]
    # Two numbers that are not known say nothing of a change.
    return [one for one in found if math.isfinite(one.before.value) or math.isfinite(one.after.value)]


def polaron_changes(reference: Reference, results: Results, t: int | None) -> list[Change]:
    """Return the changes of g and ħω of one temperature, or of the joint fit for None."""
    old, new = reference.results.polaron, results.polaron
    then = -1 if t is None else _place(reference, results, t)
    if then is None or old is None or new is None:
        return []
    row = -1 if t is None else t
    rows = (then if then >= 0 else len(old.temperatures_k), row if row >= 0 else len(new.temperatures_k))
    if not (math.isfinite(old.chi2[rows[0]]) and math.isfinite(new.chi2[rows[1]])):
        return []
    return [
        Change(
            symbol,
            parameter_estimate(old, reference.results.intervals, name, rows[0]),
            parameter_estimate(new, results.intervals, name, rows[1]),
        )
        for symbol, name in _PARAMETERS
    ]


def all_changes(reference: Reference, results: Results, t: int, key: str = "") -> list[Change]:
    """Return what has changed at a temperature: QY, η, g and ħω, then g and ħω of the joint fit."""
    quantum = yield_change(reference, results, t)
    joint = [
        Change(tr("{symbol}, joint", symbol=one.symbol), one.before, one.after)
        for one in polaron_changes(reference, results, None)
    ]
    own = [*eta_changes(reference, results, t, key), *polaron_changes(reference, results, t)]
    return [*([] if quantum is None else [quantum]), *own, *joint]


def _place(reference: Reference, results: Results, t: int) -> int | None:
    known = temperatures_of(results)
    return reference.temperature(float(known[t])) if 0 <= t < len(known) else None


def changed_words(changes: Sequence[Change], otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """Return what has changed against the reference, fewer of it where there is less room, else what else is said."""
    # What is known before and after comes first.
    ordered = sorted(changes, key=lambda change: math.isnan(change.sigmas))
    if not ordered:
        return otherwise
    told, first = [change_words(change) for change in ordered], ordered[0]
    return (*(" · ".join(told[:count]) for count in range(len(told), 1, -1)), *shorter_words(first))
