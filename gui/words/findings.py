"""What the inspector says about results: numbers with their errors, and checks."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.appraisal.checks import Misfit, common_yield
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.energies.words import SINGLE_GAP
from asplab.core.estimate import Estimate, is_systematic_told, stated_error
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.core.problems import by_cause, grouped
from asplab.gui.language import tr
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.checks import Check
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.results import ResultRow
from asplab.gui.widgets.text import escaped, first_sentence
from asplab.gui.words.reading import (
    efficiency_at,
    quantum_yield,
    selected_temperature,
    temperature_name,
)
from asplab.gui.words.systematic import NO_SYSTEMATIC, Systematic

if TYPE_CHECKING:
    from asplab.core import consistency

TONES = {"error": "bad", "warning": "warn", "info": "info"}
RATIO_NOTE = tr("From the paper’s R lines: points that share noise count as independent, so this error is too small.")
NOT_IDENTIFIED = tr("The data set no upper limit of ħω, so this number follows from the best fit only.")
MODEL_FAILS = tr("Eq. 9 does not describe η here, so this number means nothing.")
_RATES = (
    ("g", "g_mev"),
    (f"ħω ({SINGLE_GAP})", "phonon_mev"),
    ("E<sub>p</sub> = g²/ħω", "polaron_energy_mev"),
    ("S = (g/ħω)²", "huang_rhys"),
)
_PROFILED = ("g_mev", "phonon_mev")
_MOST_PROBLEMS = 6
JOINT = tr("joint fit")
_ALWAYS_TOLD = ("misfit", "shared_parameters")
_IN_WORDS = (*_ALWAYS_TOLD, "polaron_energy")
RATIO, EFFICIENCY, ABSORPTION = "R & QY", tr("Efficiency"), tr("Absorption")
ALL_CHECKS, PROBLEMS = tr("Polaron › checks"), "problems"
"""Where checks lead to: names of steps, a page, and the list of problems."""
_COLON, _AWAITED = ": ", " …"
_ALL_CHECKS = tr("The page “Consistency” of the Polaron step has all of them.")
_AWAITED_NOTE = tr("Checked as soon as the data rest.")
_MINUS = re.compile(r"(?<![\w-])-(?=\d)")


# --- numbers ---------------------------------------------------------------------------------------------
def temperature_rows(results: Results, view: ViewState, systematic: Systematic = NO_SYSTEMATIC) -> list[ResultRow]:
    """Return the results of the selected temperature."""
    t = selected_temperature(results, view)
    if t is None:
        return []
    rows = list(_energy_rows(results, t))
    if results.efficiency is not None:
        rows += _efficiency_rows(results, results.efficiency, view, t, systematic)
    if results.polaron is not None and math.isfinite(results.polaron.chi2[t]):
        rows += _polaron_rows(results.polaron, results.intervals, t, systematic)
    return _aged(rows, systematic)


def joint_rows(results: Results, systematic: Systematic = NO_SYSTEMATIC) -> list[ResultRow]:
    """Return the results of the joint fit; none where fewer than two temperatures could be fitted."""
    fit = results.polaron
    if fit is None or not math.isfinite(fit.chi2[-1]):
        return []
    return _aged(list(_polaron_rows(fit, results.intervals, len(fit.temperatures_k), systematic)), systematic)


def _aged(rows: list[ResultRow], systematic: Systematic) -> list[ResultRow]:
    """Return the rows, marked where their systematic errors are of earlier settings."""
    return [replace(row, is_earlier=True) for row in rows] if systematic.is_earlier else rows


def _energy_rows(results: Results, t: int) -> Iterator[ResultRow]:
    energies = results.energies
    if energies is not None and np.isfinite(energies.reference_mev[t]):
        gap = Estimate(energies.reference_mev[t], energies.reference_error_mev[t], "meV")
        yield ResultRow("E<sub>g</sub>", gap, tr("Reference of ΔE"))
        mean = Estimate(energies.mean_photon_mev[t], energies.mean_photon_error_mev[t], "meV")
        yield ResultRow("⟨E⟩", mean, tr("Mean energy of an emitted photon, for the heat balance"))


def _efficiency_rows(
    results: Results, fit: EfficiencyFit, view: ViewState, t: int, systematic: Systematic
) -> Iterator[ResultRow]:
    is_ratio = results.document.settings.efficiency.estimator == "ratio"
    note = RATIO_NOTE if is_ratio else tr("Statistical, 68 %")
    value = quantum_yield(fit, t)
    is_open = value.low is None
    note_of_yield = (
        note if not is_open else tr("Its 68 % interval is open: the slope of the Stokes line is not determined")
    )
    if fit.responses is not None:
        # A table of η says nothing of the quantum yield.
        told = systematic.words("quantum_yield", t)
        yield ResultRow(
            "QY", value, note_of_yield, doubtful=is_ratio or is_open, systematic=told, quantity="quantum_yield"
        )
    for j in _shown_detunings(fit, view, t):
        eta = efficiency_at(fit, t, j)
        is_known = math.isfinite(eta.value)
        why = note if is_known else tr("Neither emission nor absorption stands out of its noise")
        below = plain(fit.detuning_mev[t, j], 0)
        told = systematic.words("eta", (t, j)) if is_known else ""
        yield ResultRow(
            f"η ({below} meV)",
            eta,
            tr("{why} · ΔE = {below} meV", why=why, below=below),
            doubtful=is_ratio or not is_known,
            systematic=told,
            short=f"η({below})",
            quantity="eta",
            stack=fit.keys[t][j],
        )


def _shown_detunings(fit: EfficiencyFit, view: ViewState, t: int) -> list[int]:
    """Return the selected excitation, else the smallest and the largest determined one."""
    if view.stack and view.stack in fit.keys[t]:
        j = fit.keys[t].index(view.stack)
        return [j] if fit.valid[t, j] else []
    return outer_detunings(fit, t)


def outer_detunings(fit: EfficiencyFit, t: int) -> list[int]:
    """Return the places of the smallest and the largest ΔE at which η is determined."""
    known = np.flatnonzero(fit.valid[t] & np.isfinite(fit.eta_low[t]) & np.isfinite(fit.eta_high[t]))
    return [int(known[0]), int(known[-1])] if known.size > 1 else known.tolist()


def _polaron_rows(
    fit: PolaronFit, intervals: PolaronIntervals | None, index: int, systematic: Systematic
) -> Iterator[ResultRow]:
    is_open, is_misfit = intervals is not None and not bool(intervals.identified[index]), bool(fit.is_misfit[index])
    for symbol, name in _RATES:
        note = NOT_IDENTIFIED if is_open else tr("First-order error")
        if name in _PROFILED:
            note = tr("Not identified: the data set one limit only") if is_open else tr("Profile likelihood, 68 %")
        if is_misfit:
            note = f"{MODEL_FAILS} {note}"
        value = parameter_estimate(fit, intervals, name, index)
        is_told = is_systematic_told(name, value.value, value.error, is_identified=not is_open)
        told = systematic.words(name, index) if is_told else ""
        yield ResultRow(symbol, value, note, doubtful=is_open or is_misfit, systematic=told, quantity=name)


def parameter_estimate(fit: PolaronFit, intervals: PolaronIntervals | None, name: str, index: int) -> Estimate:
    """Return a parameter of Eq. 9, with its profile where it has one.

    Parameters
    ----------
    name : str
        ``g_mev``, ``phonon_mev``, ``polaron_energy_mev`` or ``huang_rhys``.
    index : int
        The temperature; the last entry is the joint fit.
    """
    stem, unit = name.removesuffix("_mev"), "meV" if name.endswith("_mev") else ""
    tail = "_mev" if unit else ""
    low = high = None
    if intervals is not None and name in _PROFILED:
        low, high = (_end(getattr(intervals, f"{stem}_{side}_mev")[index]) for side in ("low", "high"))
    value, error = float(getattr(fit, name)[index]), float(getattr(fit, f"{stem}_error{tail}")[index])
    is_identified = intervals is None or bool(intervals.identified[index])
    return Estimate(value, stated_error(value, error, is_identified=is_identified), unit, low, high)


def _end(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


# --- checks ----------------------------------------------------------------------------------------------
def checks(results: Results, view: ViewState, consistent: Sequence[Check]) -> list[Check]:
    """Return what speaks for and against the results, the selected temperature's first.

    ``consistent`` is what :func:`consistency_checks` found.
    """
    t = selected_temperature(results, view)
    found: list[Check] = []
    if t is not None:
        if results.efficiency is not None:
            found += _efficiency_checks(results, results.efficiency, t)
        if results.absorbed is not None:
            found += _baseline_checks(results, t)
    return [*found, *consistent, *_problem_checks(results)]


def _efficiency_checks(results: Results, fit: EfficiencyFit, t: int) -> Iterator[Check]:
    name = temperature_name(fit.temperatures_k[t])
    if fit.dof[t] > 0 and np.isfinite(fit.chi2[t]):
        misfit = Misfit(float(fit.chi2[t]), int(fit.dof[t]))
        verb = "lie" if misfit.is_likely else tr("do not lie")
        text = tr(
            "Stokes points {verb} on one line at {name} ({per_dof})", verb=verb, name=name, per_dof=_per_dof(misfit)
        )
        yield Check(_tone(misfit), text, tr("A bend means that QY or the collection depends on the excitation."), RATIO)
    mean = common_yield(fit)
    if mean is not None:
        verb = "agrees" if mean.misfit.is_likely else "differs"
        text = tr("QY {verb} between temperatures ({per_dof})", verb=verb, per_dof=_per_dof(mean.misfit))
        yield Check(_tone(mean.misfit), text, tr("Share QY only when the temperatures agree."), RATIO)
    closed = np.isfinite(fit.eta_low[t]) & np.isfinite(fit.eta_high[t])
    count = int((fit.valid[t] & ~closed).sum())
    if count:
        noun = "detuning" if count == 1 else "detunings"
        text = tr("{count} {noun} not determined at {name}", count=count, noun=noun, name=name)
        yield Check("warn", text, tr("Signals below their noise; kept in the fit."), EFFICIENCY)


def _baseline_checks(results: Results, t: int) -> Iterator[Check]:
    baseline = None if results.absorbed is None else results.absorbed.baselines[t]
    if baseline is not None and baseline.dof > 0:
        misfit = Misfit(baseline.chi2, baseline.dof)
        text = tr(
            "PA {value} its baseline ({per_dof})",
            value="follows" if misfit.is_likely else "leaves",
            per_dof=_per_dof(misfit),
        )
        yield Check(_tone(misfit), text, tr("The baseline is the largest systematic of η and QY."), ABSORPTION)


def consistency_checks(results: Results, view: ViewState, before: Sequence[Check] = ()) -> list[Check]:
    """Return what the fits of Eq. 9 must agree with: every conflict, and how much agrees.

    These checks take milliseconds, so they wait for the end of a drag: until then those ``before`` are told without
    their outcome.
    """
    t, fit = selected_temperature(results, view), results.polaron
    if t is None or fit is None:
        return []
    if results.intervals is None and fit.fitted.any():
        return [
            Check("info", check.text.split(_COLON)[0].removesuffix(_AWAITED) + _AWAITED, _AWAITED_NOTE, check.place)
            for check in before
        ]
    from asplab.core.consistency import check_consistency

    here = (temperature_name(fit.temperatures_k[t]), JOINT)
    made = [one for one in check_consistency(results) if one.place in here and one.status != "not applicable"]
    told = [one for one in made if one.status == "conflicts" or one.name in _ALWAYS_TOLD]
    marginal = sum(one.status == "marginal" for one in made)
    rest = len(made) - len(told) - marginal
    found = [
        Check("warn" if one.status == "conflicts" else "good", _told(one), typeset(one.meaning), ALL_CHECKS)
        for one in told
    ]
    if marginal:
        found.append(
            Check(
                "info",
                tr("Consistency: {marginal} marginal", marginal=marginal),
                tr("A bound is passed, but by less than the error allows."),
                ALL_CHECKS,
            )
        )
    if rest:
        verb = "agrees" if rest == 1 else "agree"
        found.append(
            Check(
                "good",
                tr("Consistency: {rest} more {verb}", rest=rest, verb=verb),
                tr("The page “Consistency” of the Polaron step has all."),
                ALL_CHECKS,
            )
        )
    return found


def _told(one: "consistency.Check") -> str:
    place, title = f"<b>{JOINT}</b>, " if one.place == JOINT else "", escaped(typeset(one.title))
    if one.name in _IN_WORDS or len(one.numbers) < 2:
        return f"{place}{title}{_COLON}{escaped(typeset(first_sentence(one.meaning)).removesuffix('.'))}"
    relation = "" if one.relation == "=" else f"{escaped(one.relation)} "
    found, wanted = (escaped(typeset(number.text)) for number in one.numbers[:2])
    return tr(
        "{place}{title}{colon}{found} instead of {relation}{wanted}",
        place=place,
        title=title,
        colon=_COLON,
        found=found,
        relation=relation,
        wanted=wanted,
    )


def typeset(words: str) -> str:
    """Return words with true minus signs and subscripts; tables have plain text only."""
    return _MINUS.sub("−", words).replace("E_p", "Eₚ").replace("k_BT", "kT")


def _problem_checks(results: Results) -> list[Check]:
    name = results.document.experiment.name
    causes = by_cause(results.problems, experiment=name)
    shown = [
        Check(
            TONES[problem.severity],
            f"<b>{escaped(problem.where)}</b>: {escaped(first_sentence(problem.message))}",
            problem.message,
            same[0].where if len(same) == 1 else PROBLEMS,
        )
        for problem, same in zip(grouped(results.problems, experiment=name), causes, strict=True)
    ][:_MOST_PROBLEMS]
    rest = len(causes) - len(shown)
    return [*shown, Check("info", tr("and {rest} more problems", rest=rest), "", PROBLEMS)] if rest > 0 else shown


def _tone(misfit: Misfit) -> str:
    return "good" if misfit.is_likely else "warn"


def _per_dof(misfit: Misfit) -> str:
    return tr("χ²/dof {chi2}", chi2=plain(misfit.chi2 / misfit.dof, 2))
