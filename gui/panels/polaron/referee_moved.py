"""Results under effects of given sizes, before and after: fits, series and rows; no widgets."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.polaron.curves import eta_curves
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.referee_slider import unit_of
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.result_pictures import temperature_color
from asplab.gui.settings_catalogue import EFFECTS
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import decimals_of, measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import temperature_name, temperature_specs

if TYPE_CHECKING:
    from asplab.core.systematics import Overturn, Refereed, Subject

_ADDED = tr(
    "As measured, and with effects of these sizes added to the data and all fitted again. If the data hold such "
    "effects, the truth lies the other way."
)
_UP = tr(
    "Smallest size above 0 at which the conclusion falls. Of a leak or an ensemble width: the size "
    "that the data would have to hold; for the law, the size added to them."
)
COLUMNS = (
    Column(tr("Quantity")),
    Column(tr("stat. error"), "", tr("One statistical standard error, as measured"), is_spare=True),
    Column(tr("without → with"), "", _ADDED),
    Column("unit", is_spare=True),
    Column("Δ", "σ", tr("Change in statistical standard errors")),
)
OVERTURN_COLUMNS = (
    Column(tr("Effect")),
    Column("up", "", _UP),
    Column("down", "", tr("The same below 0")),
    Column("unit", is_spare=True),
    Column(
        tr("prior σ"),
        "",
        tr("The smaller size in prior standard deviations: below 1, the effect may well be that large"),
    ),
)
SHORTEST_MEV, LONGEST, POINTS = 4.0, 1.06, 81
_REACHES = (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
_NONE, _LOST = "—", tr("not determined")
_SYMBOLS = (("phonon_mev", "ħω"), ("g_mev", "g"), ("polaron_energy_mev", "Eₚ"))
_CLAIMS = {
    "phonon_error": tr("ħω by 1 σ"),
    "phonon_interval": tr("ħω leaves 68 %"),
    "eta_error": tr("η by 1 σ"),
    "verdict": tr("best law"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """η as it is reported, η as the single-gap model is fitted to it, and that fit."""

    efficiency: EfficiencyFit
    fitted: EfficiencyFit
    polaron: PolaronFit


@dataclass(frozen=True, slots=True)
class Change:
    """One result without and with the effects, and its statistical standard error."""

    name: str
    unit: str
    before: float
    error: float
    after: float

    @property
    def sigmas(self) -> float:
        """The change in standard errors; NaN where one of the values or the error is not known."""
        return (self.after - self.before) / self.error if self.error > 0.0 else math.nan


def move(subject: "Subject", sizes: Mapping[str, float]) -> Fits:
    """Return the fits with the effects added, their sizes in their units.

    Raises
    ------
    AsplabError
        For sizes that the data can't bear.
    """
    efficiency, fitted = subject.shifted(sizes)
    return Fits(efficiency, fitted, fit_polaron(fitted, subject.settings.polaron))


def changes(before: Fits, after: Fits, t: int) -> list[Change]:
    """Return QY and the parameters of a temperature, then those of the joint fit where there is one."""
    temperature = temperature_name(before.efficiency.temperatures_k[t])
    found = []
    if before.efficiency.responses is not None:
        ends = (float(fits.efficiency.quantum_yield[t]) for fits in (before, after))
        old, new = ends
        error = float(before.efficiency.quantum_yield_error[t])
        found.append(Change(f"QY {temperature}", "", old, error, new))
    rows = [(t, temperature)]
    if math.isfinite(before.polaron.chi2[-1]) or math.isfinite(after.polaron.chi2[-1]):
        rows.append((-1, "joint"))
    for row, place in rows:
        for key, symbol in _SYMBOLS:
            error = float(getattr(before.polaron, key.replace("_mev", "_error_mev"))[row])
            old, new = (float(getattr(fits.polaron, key)[row]) for fits in (before, after))
            found.append(Change(f"{symbol} {place}", "meV", old, error, new))
    return found


def change_rows(found: list[Change], *, is_stale: bool) -> list[TableRow]:
    """Return the changes as rows; what belongs to earlier settings is grey."""
    return [TableRow(_change_cells(one), is_muted=is_stale) for one in found]


def told(one: Change) -> tuple[str, ...]:
    """Return a change in one line, as for a title, then in fewer words."""
    if not math.isfinite(one.after):
        return tr("{name} {lost} any more", name=one.name, lost=_LOST), tr("{name} lost", name=one.name)
    ends, sigmas = f"{_shown(one.before, one)} → {_shown(one.after, one)}", f"{signed(one.sigmas)} σ"
    unit = f" {one.unit}" if one.unit else ""
    return f"{one.name}: {ends}{unit}, {sigmas}", f"{one.name}: {ends}", f"{one.name}: {sigmas}"


def signed(sigmas: float) -> str:
    """Return a number of standard errors with its sign, in tenths."""
    if not math.isfinite(sigmas):
        return _NONE
    words = plain(abs(sigmas), 1)
    if not float(round(sigmas, 1)):
        return words
    return f"+{words}" if sigmas > 0.0 else f"−{words}"


def series(before: Fits, after: Fits | None, t: int, theme: Theme, *, is_stale: bool) -> list[Series]:
    """Return η as measured, pale where there is something after it, and η with the effects in front."""
    temperatures = before.efficiency.temperatures_k
    detuning = np.linspace(SHORTEST_MEV, longest(before.efficiency), POINTS)
    if after is None:
        return [_series(before, before, detuning, t, temperature_specs(temperatures)[t], has_errors=True)]
    pale = temperature_color(temperatures, t, theme, faded=True)
    front = "muted" if is_stale else temperature_specs(temperatures)[t]
    return [
        _series(before, before, detuning, t, pale, has_errors=False),
        _series(before, after, detuning, t, front, has_errors=True),
    ]


def eta_changes(before: Fits, after: Fits | None, t: int, *, is_stale: bool) -> list[Series]:
    """Return the change of every η of a temperature in statistical standard errors."""
    if after is None:
        return [Series("muted")]
    error = before.fitted.eta_error[t]
    is_known = np.isfinite(error) & (error > 0.0)
    change = (_eta(after.fitted, t) - _eta(before.fitted, t)) / np.where(is_known, error, np.nan)
    return [
        Series(
            color="muted" if is_stale else temperature_specs(before.efficiency.temperatures_k)[t],
            x=after.fitted.detuning_mev[t],
            y=change,
            excluded=~after.fitted.fitted[t],
            tips=LazyTips(change.size, partial(_tip, before.fitted, after.fitted, t)),
        )
    ]


def reach_of(shown: list[Series]) -> float:
    """Return how far an axis of changes has to reach: one of a few steps, so that it stays while a slider moves."""
    sizes = np.abs(np.concatenate([np.asarray(one.y, dtype=float) for one in shown]))
    largest = float(np.max(sizes, where=np.isfinite(sizes), initial=0.0))
    return next((reach for reach in _REACHES if largest <= reach), largest)


def longest(fit: EfficiencyFit) -> float:
    """Return where the axis of ΔE ends."""
    return LONGEST * float(np.max(np.where(fit.valid, fit.detuning_mev, 0.0), initial=10.0))


# --- the referee ---------------------------------------------------------------------------------------------
def claim_names(found: "Refereed") -> list[tuple[int, str]]:
    """Return the conclusions by their place, in a few words."""
    return [(k, _CLAIMS[claim.kind]) for k, claim in enumerate(found.claims)]


def overturns_of(found: "Refereed", k: int) -> list["Overturn"]:
    """Return what overturns a conclusion, the effect that needs the fewest prior deviations first."""
    return sorted((one for one in found.overturns if one.claim == found.claims[k]), key=_nearest)


def overturn_rows(found: "Refereed", k: int, *, is_stale: bool) -> list[TableRow]:
    """Return a row for each effect, in the order of `overturns_of`, then the ones that were not tried."""
    rows = []
    for one in overturns_of(found, k):
        name = EFFECTS[one.nuisance]
        if not math.isfinite(_nearest(one)):
            words = tr("not within {value}{limit:g} prior σ", value="+" if _is_one_sided(one) else "±", limit=one.limit)
            rows.append(TableRow((name, "", "", "", ""), is_muted=is_stale, tip=one.text, words=words))
            continue
        sides = ((one.above, one.above_sigmas), (one.below, one.below_sigmas))[: 1 if _is_one_sided(one) else 2]
        sizes = [
            f"{'−' if size < 0 else '+'}{_short(abs(size))}" if math.isfinite(size) else _NONE for size, _ in sides
        ]
        cells = (name, sizes[0], sizes[1] if len(sizes) > 1 else "", unit_of(one.nuisance), _short(_nearest(one)))
        rows.append(TableRow(cells, is_muted=is_stale, tip=one.text))
    for name, why in found.left_out:
        rows.append(TableRow((EFFECTS[name], "", "", "", ""), is_muted=True, words=tr("not tried: {why}", why=why)))
    return rows


def sizes_of(one: "Overturn") -> list[float]:
    """Return the sizes at which an effect overturns a conclusion, the smaller one first."""
    return sorted((size for size in (one.above, one.below) if math.isfinite(size)), key=abs)


def _nearest(one: "Overturn") -> float:
    sizes = [abs(size) for size in (one.above_sigmas, one.below_sigmas) if math.isfinite(size)]
    return min(sizes, default=math.inf)


def _is_one_sided(one: "Overturn") -> bool:
    from asplab.core.systematics import NUISANCES

    return NUISANCES[one.nuisance].is_one_sided


def _short(size: float) -> str:
    return plain(size, max(0, 1 - math.floor(math.log10(size)))) if size > 0 else "0"


# --- cells and points ----------------------------------------------------------------------------------------
def _change_cells(one: Change) -> tuple[str, ...]:
    is_known = math.isfinite(one.error) and one.error > 0.0 and math.isfinite(one.before)
    error = f"± {_shown(one.error, one)}" if is_known else _NONE
    old, new = (_shown(value, one) if math.isfinite(value) else _LOST for value in (one.before, one.after))
    return one.name, error, _LOST if old == new == _LOST else f"{old} → {new}", one.unit, signed(one.sigmas)


def _shown(value: float, one: Change) -> str:
    return plain(value, max(decimals_of(one.error), 0) if math.isfinite(one.error) and one.error > 0.0 else 2)


def _eta(fit: EfficiencyFit, t: int) -> FloatArray:
    # The effect of an ensemble on a table of η stands in N alone.
    known = fit.valid[t] & (fit.denominator[t] != 0.0)
    return np.where(known, fit.numerator[t] / np.where(known, fit.denominator[t], 1.0), np.nan)


def _series(before: Fits, fits: Fits, detuning: FloatArray, t: int, color: str, *, has_errors: bool) -> Series:
    curve, low, high = (part[t] for part in eta_curves(fits.polaron, detuning))
    fit, eta = fits.fitted, _eta(fits.fitted, t)
    has_curve = bool(np.isfinite(curve).all())
    return Series(
        color=color,
        x=fit.detuning_mev[t],
        y=eta,
        error=fit.eta_error[t] if has_errors else None,
        excluded=~fit.fitted[t] if has_errors else None,
        tips=LazyTips(eta.size, partial(_tip, before.fitted, fits.fitted, t)),
        line_x=detuning if has_curve else (),
        line_y=curve if has_curve else (),
        band_low=low if has_curve and has_errors else None,
        band_high=high if has_curve and has_errors else None,
    )


def _tip(before: EfficiencyFit, after: EfficiencyFit, t: int, j: int) -> str:
    old, new, error = float(_eta(before, t)[j]), float(_eta(after, t)[j]), float(before.eta_error[t, j])
    place = f"ΔE = {plain(after.detuning_mev[t, j], 1)} meV"
    if before is after:
        return f"{place}<br>η = {measured(Estimate(old, error))}"
    return f"{place}<br>{told(Change('η', '', old, error, new))[0]}"
