"""What the inspector says about results: numbers with their errors, consistency checks, facts of the selection."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from asplab.core.checks import Misfit, common_yield, eq9_peak_mev, joint_rise
from asplab.core.efficiency import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.core.problems import grouped
from asplab.core.systematics import Budget, eta_budget, yield_budget
from asplab.gui.reading import (
    efficiency_at,
    quantum_yield,
    selected_stack,
    selected_temperature,
    stack_name,
    temperature_name,
)
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.checks import Check
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.results import ResultRow

TONES = {"error": "bad", "warning": "warn", "info": "info"}
RATIO_NOTE = "From the paper’s R lines: points that share noise count as independent, so this error is too small."
NOT_IDENTIFIED = "The data set no upper limit of ħω, so this number follows from the best fit only."
SOURCES = {
    "emission_noise": "PL, ASPL noise",
    "band_shape": "band shape, dark",
    "pa_noise": "PA noise",
    "pa_baseline": "PA baseline",
    "drift": "drift",
    "energy": "photon energies",
    "quantum_yield": "QY",
}
RATIO_HAS_NONE = "The paper’s R lines leave out what points share. Choose the component estimator."
NO_RAW_DATA = "The tables give errors, but not where they come from."
_MOST_PROBLEMS = 6


# --- numbers ---------------------------------------------------------------------------------------------
def temperature_rows(results: Results, view: ViewState) -> list[ResultRow]:
    """Return the results of the selected temperature."""
    t = selected_temperature(results, view)
    if t is None:
        return []
    rows = list(_energy_rows(results, t))
    if results.efficiency is not None:
        rows += _efficiency_rows(results, results.efficiency, view, t)
    if results.polaron is not None and math.isfinite(results.polaron.chi2[t]):
        rows += _polaron_rows(results.polaron, results.intervals, t)
    return rows


def joint_rows(results: Results) -> list[ResultRow]:
    """Return the results of the joint fit; none where fewer than two temperatures could be fitted."""
    fit = results.polaron
    if fit is None or not math.isfinite(fit.chi2[-1]):
        return []
    return list(_polaron_rows(fit, results.intervals, len(fit.temperatures_k)))


def _energy_rows(results: Results, t: int) -> Iterator[ResultRow]:
    energies = results.energies
    if energies is not None and np.isfinite(energies.reference_mev[t]):
        gap = Estimate(energies.reference_mev[t], energies.reference_error_mev[t], "meV")
        yield ResultRow("E<sub>g</sub>", gap, "Reference of ΔE")
        mean = Estimate(energies.mean_photon_mev[t], energies.mean_photon_error_mev[t], "meV")
        yield ResultRow("⟨E⟩", mean, "Mean energy of an emitted photon, for the heat balance")


def _efficiency_rows(results: Results, fit: EfficiencyFit, view: ViewState, t: int) -> Iterator[ResultRow]:
    is_ratio = results.document.settings.efficiency.estimator == "ratio"
    note = RATIO_NOTE if is_ratio else "Statistical, 68 %"
    value = quantum_yield(fit, t)
    is_open = value.low is None
    note_of_yield = note if not is_open else "Its 68 % interval is open: the slope of the Stokes line is not determined"
    if fit.responses is not None:
        # A table of η says nothing of the quantum yield.
        yield ResultRow("QY", value, note_of_yield, doubtful=is_ratio or is_open)
    for j in _shown_detunings(fit, view, t):
        eta = efficiency_at(fit, t, j)
        is_known = math.isfinite(eta.value)
        why = note if is_known else "Neither emission nor absorption stands out of its noise"
        name = f"η ({plain(fit.detuning_mev[t, j], 0)} meV)"
        yield ResultRow(name, eta, why, doubtful=is_ratio or not is_known)


def _shown_detunings(fit: EfficiencyFit, view: ViewState, t: int) -> list[int]:
    """Return the selected excitation, else the smallest and the largest determined one."""
    if view.stack and view.stack in fit.keys[t]:
        j = fit.keys[t].index(view.stack)
        return [j] if fit.valid[t, j] else []
    known = np.flatnonzero(fit.valid[t] & np.isfinite(fit.eta_low[t]) & np.isfinite(fit.eta_high[t]))
    return [int(known[0]), int(known[-1])] if known.size > 1 else known.tolist()


def _polaron_rows(fit: PolaronFit, intervals: PolaronIntervals | None, index: int) -> Iterator[ResultRow]:
    is_open = intervals is not None and not bool(intervals.identified[index])
    for symbol, name in (("g", "g"), ("ħω", "phonon")):
        low = high = None
        if intervals is not None:
            low, high = (_end(getattr(intervals, f"{name}_{side}_mev")[index]) for side in ("low", "high"))
        value, error = getattr(fit, f"{name}_mev")[index], getattr(fit, f"{name}_error_mev")[index]
        note = "Not identified: the data set one limit only" if is_open else "Profile likelihood, 68 %"
        yield ResultRow(symbol, Estimate(float(value), float(error), "meV", low, high), note, doubtful=is_open)
    note = NOT_IDENTIFIED if is_open else "First-order error"
    energy = Estimate(float(fit.polaron_energy_mev[index]), float(fit.polaron_energy_error_mev[index]), "meV")
    yield ResultRow("E<sub>p</sub> = g²/ħω", energy, note, doubtful=is_open)
    huang_rhys = Estimate(float(fit.huang_rhys[index]), float(fit.huang_rhys_error[index]))
    yield ResultRow("S = (g/ħω)²", huang_rhys, note, doubtful=is_open)


def _end(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


# --- checks ----------------------------------------------------------------------------------------------
def checks(results: Results, view: ViewState) -> list[Check]:
    """Return what speaks for and against the results, the selected temperature's first."""
    t = selected_temperature(results, view)
    found: list[Check] = []
    if t is not None:
        if results.efficiency is not None:
            found += _efficiency_checks(results, results.efficiency, t)
        if results.absorbed is not None:
            found += _baseline_checks(results, t)
        if results.polaron is not None and results.efficiency is not None:
            found += _polaron_checks(results.efficiency, results.polaron, t)
    return found + _problem_checks(results)


def _efficiency_checks(results: Results, fit: EfficiencyFit, t: int) -> Iterator[Check]:
    name = temperature_name(fit.temperatures_k[t])
    if fit.dof[t] > 0 and np.isfinite(fit.chi2[t]):
        misfit = Misfit(float(fit.chi2[t]), int(fit.dof[t]))
        text = f"Stokes points on one line at {name} ({_per_dof(misfit)})"
        yield Check(_tone(misfit), text, "A bend means that QY or the collection depends on the excitation.")
    mean = common_yield(fit)
    if mean is not None:
        verb = "agrees" if mean.misfit.is_likely else "differs"
        text = f"QY {verb} between temperatures ({_per_dof(mean.misfit)})"
        yield Check(_tone(mean.misfit), text, "Share QY only when the temperatures agree.")
    closed = np.isfinite(fit.eta_low[t]) & np.isfinite(fit.eta_high[t])
    count = int((fit.valid[t] & ~closed).sum())
    if count:
        noun = "detuning" if count == 1 else "detunings"
        yield Check("warn", f"{count} {noun} not determined at {name}", "Signals below their noise; kept in the fit.")
    above = fit.valid[t] & closed & (fit.eta_low[t] > 1.0)
    if above.any():
        text = f"η &gt; 1 at {name}: ΔE = {_listed(fit.detuning_mev[t, above])} meV"
        yield Check("warn", text, "Light that leaks in, a wrong PA baseline, or emission of something else.")


def _baseline_checks(results: Results, t: int) -> Iterator[Check]:
    baseline = None if results.absorbed is None else results.absorbed.baselines[t]
    if baseline is not None and baseline.dof > 0:
        misfit = Misfit(baseline.chi2, baseline.dof)
        text = f"PA {'follows' if misfit.is_likely else 'leaves'} its baseline ({_per_dof(misfit)})"
        yield Check(_tone(misfit), text, "The baseline is the largest systematic of η and QY.")


def _polaron_checks(efficiency: EfficiencyFit, fit: PolaronFit, t: int) -> Iterator[Check]:
    if not math.isfinite(fit.chi2[t]):
        return
    misfit = Misfit(float(fit.chi2[t]), int(fit.dof[t]))
    if misfit.dof > 0:
        text = f"Eq. 9 {'describes' if misfit.is_likely else 'misses'} η(ΔE) ({_per_dof(misfit)})"
        yield Check(_tone(misfit), text)
    if math.isfinite(fit.phonon_mev[t]):
        yield from _shape_checks(efficiency, fit, t)
    rise = joint_rise(fit)
    if rise is not None:
        verb = "serve" if rise.is_likely else "do not serve"
        text = f"one g and ħω {verb} all T (Δχ² {plain(rise.chi2, 1)} for {rise.dof})"
        yield Check(_tone(rise), text, "Rise of χ² when all temperatures share g and ħω.")


def _shape_checks(efficiency: EfficiencyFit, fit: PolaronFit, t: int) -> Iterator[Check]:
    phonon, energy = float(fit.phonon_mev[t]), float(fit.polaron_energy_mev[t])
    used = efficiency.fitted[t] & (efficiency.detuning_mev[t] > 0)
    detuning = efficiency.detuning_mev[t, used]
    peak = float(eq9_peak_mev(energy, phonon, efficiency.temperatures_k[t]))
    if detuning.size and peak > detuning.min():
        text = f"Eq. 9 rises up to ΔE ≈ {plain(peak, 0)} meV, inside the data"
        yield Check("warn", text, "It keeps one phonon level only; the full thermal sum always falls with ΔE.")
    few = detuning[detuning < phonon]
    if few.size:
        text = f"N = ΔE/ħω &lt; 1 at ΔE = {_listed(few)} meV"
        yield Check("warn", text, "Less than one phonon: Eq. 9 is stretched beyond its meaning there.")


def _problem_checks(results: Results) -> list[Check]:
    problems = grouped(results.problems, experiment=results.document.experiment.name)
    shown = [
        Check(TONES[problem.severity], f"<b>{problem.where}</b>: {_short(problem.message)}", problem.message)
        for problem in problems[:_MOST_PROBLEMS]
    ]
    rest = len(problems) - len(shown)
    return [*shown, Check("info", f"and {rest} more; see Problems below")] if rest > 0 else shown


def _short(message: str) -> str:
    """Return the first sentence of a message; the tooltip holds the rest."""
    head, dot, _ = message.partition(". ")
    return head + dot.strip()


def _tone(misfit: Misfit) -> str:
    return "good" if misfit.is_likely else "warn"


def _per_dof(misfit: Misfit) -> str:
    return f"χ²/dof {plain(misfit.chi2 / misfit.dof, 2)}"


def _listed(values: np.ndarray) -> str:
    return ", ".join(plain(value, 0) for value in values)


# --- where an error comes from ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ErrorSources:
    """Where the error of one result comes from.

    Attributes
    ----------
    name : str
        The result: η of the selected condition, else QY, the quantum yield of the temperature; empty for none.
    shares : tuple of (str, float)
        Sources with their fractions of the variance, the largest first; empty where it can't be split up.
    why : str
        Why it can't.
    """

    name: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    why: str = ""


def error_sources(results: Results, view: ViewState) -> ErrorSources:
    """Return where the error of what is selected comes from."""
    fit, t = results.efficiency, selected_temperature(results, view)
    if fit is None or t is None:
        return ErrorSources()
    j = fit.keys[t].index(view.stack) if view.stack and view.stack in fit.keys[t] else None
    if j is None and fit.responses is None:
        return ErrorSources()
    # The results name the one η that is selected by its ΔE.
    name = "QY" if j is None else "η"
    products = (results.corrected, results.layout, results.emission, results.absorbed)
    if any(product is None for product in products):
        return ErrorSources(name, why=NO_RAW_DATA)
    if results.document.settings.efficiency.estimator == "ratio":
        # The budgets split up the errors of the components, which are not the ones shown.
        return ErrorSources(name, why=RATIO_HAS_NONE)
    found = _budget_of(fit, products, t, j)
    if found is None:
        return ErrorSources(name, why=_why_not_split(results, fit, has_selection=j is not None))
    shares = sorted(found.shares, key=lambda share: -share[1])
    return ErrorSources(name, tuple((SOURCES[source], part) for source, part in shares))


def _budget_of(fit: EfficiencyFit, products: tuple[Any, ...], t: int, j: int | None) -> Budget | None:
    return yield_budget(fit, *products, t) if j is None else eta_budget(fit, *products, t, j)


def _why_not_split(results: Results, fit: EfficiencyFit, *, has_selection: bool) -> str:
    if results.document.settings.efficiency.quantum_yield == "fixed" and not has_selection:
        return "QY and its error are given. Select a point to see where the error of its η comes from."
    if fit.is_shared and not has_selection:
        return "One QY serves all temperatures. Select a point to see where the error of its η comes from."
    return "Not determined here."


# --- selection -------------------------------------------------------------------------------------------
def facts(results: Results, view: ViewState) -> list[tuple[str, str]]:
    """Return name and fact of everything known about the selected condition."""
    k = selected_stack(results, view)
    if k is None or results.gathered is None or not view.stack:
        return []
    stack = results.gathered.stacks[k]
    if stack.key != view.stack:
        return []
    found = [
        ("Condition", stack_name(stack)),
        ("Temperature", f"{plain(stack.temperature_k, 2)} K"),
        ("Repeats", str(len(stack.members))),
        ("Filter", _filters(stack.longpass_nm, stack.shortpass_nm)),
    ]
    found += _shared_facts(stack.members)
    if results.energies is not None and results.excitations is not None:
        energy = float(results.excitations.energy_mev[k])
        found.append(("Excitation", f"{plain(energy, 1)} meV"))
        below = float(results.energies.reference_mev[stack.temperature]) - energy
        if math.isfinite(below):
            name = "ΔE" if below > 0 else "ΔE<sub>S</sub>"
            found.append((name, f"{plain(abs(below), 1)} meV"))
    if results.emission is not None and math.isfinite(results.emission.truncation[k]):
        found.append(("Band seen", f"{plain(100 * results.emission.truncation[k], 1)} %"))
    if results.corrected is not None:
        found.append(("Cosmic pixels", str(int(results.corrected.replaced_pixels[k]))))
    return found


def _filters(longpass_nm: float | None, shortpass_nm: float | None) -> str:
    parts = [
        f"{name} {plain(value, 1)} nm"
        for name, value in (("long-pass", longpass_nm), ("short-pass", shortpass_nm))
        if value is not None
    ]
    return ", ".join(parts) or "none"


def _shared_facts(members: tuple[object, ...]) -> list[tuple[str, str]]:
    found = []
    for name, field, unit, decimals in (("Exposure", "exposure_s", "s", 1), ("Power", "power_uw", "µW", 1)):
        known = [v for m in members if (v := getattr(getattr(m, "condition", None), field, None)) is not None]
        if known:
            spread = f" ± {plain(float(np.std(known)), decimals)}" if np.ptp(known) > 0 else ""
            found.append((name, f"{plain(float(np.mean(known)), decimals)}{spread} {unit}"))
    return found


def record_facts(results: Results, view: ViewState) -> list[tuple[str, str]]:
    """Return name and fact of the selected repeat; none where none is selected."""
    experiment = results.document.experiment
    record = next((r for r in (*experiment.spectra, *experiment.scans) if r.source == view.record), None)
    if record is None:
        return []
    repeat = "" if record.condition.repeat is None else f"{record.condition.repeat} · "
    return [("Repeat", f"{repeat}{record.source}")]
