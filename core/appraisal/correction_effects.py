"""What each correction does to the final numbers: everything analysed once more with that one switched over."""

import math
from dataclasses import dataclass

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.ledger import Step, ledger
from asplab.core.ledger.rerun import switched
from asplab.core.pipeline import Analysis, Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.progress import Progress
from asplab.core.units import FloatArray

ETA_LIMIT_MEV = 102.0
"""Detuning up to which changes of η are told: further below the gap η is often not determined at all."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Change of a number, with the correction less without it, and the same in standard errors; NaN if unknown."""

    value: float = math.nan
    sigmas: float = math.nan


UNKNOWN = Shift()


@dataclass(frozen=True, slots=True)
class CorrectionEffect:
    """What one correction does to the results.

    Attributes
    ----------
    name : str
        That of the `Step`.
    quantum_yield : Shift
        Median over the temperatures.
    eta_median, eta_largest : Shift
        Over all η with ΔE up to `ETA_LIMIT_MEV`: the median, and the change that is largest in size.
    eta_place : tuple of float
        Temperature in K and ΔE in meV of the largest change; empty where there is none.
    phonon_mev, g_mev : Shift
        Of the joint fit; of the only fitted temperature where there is none.
    only_with, only_without : int
        Number of η that are determined only with the correction, or only without it.
    why : str
        Why nothing could be compared; empty where it could.
    """

    name: str
    quantum_yield: Shift = UNKNOWN
    eta_median: Shift = UNKNOWN
    eta_largest: Shift = UNKNOWN
    eta_place: tuple[float, ...] = ()
    phonon_mev: Shift = UNKNOWN
    g_mev: Shift = UNKNOWN
    only_with: int = 0
    only_without: int = 0
    why: str = ""


def correction_effects(results: Results, *, progress: Progress | None = None) -> tuple[CorrectionEffect, ...]:
    """Switch every correction over, one at a time, and compare; those that can't change anything are left out.

    Errors are the statistical ones of ``results``.

    Raises
    ------
    Cancelled
        When ``progress`` was cancelled.
    """
    progress = progress or Progress()
    steps = [step for step in ledger(results) if step.can_switch]
    analysis, found = Analysis(), []
    for done, step in enumerate(steps):
        progress.step(done, len(steps), f"without “{step.title}”" if step.state == "on" else f"with “{step.title}”")
        # At rest: some products wait for the end of a drag, and would be those of the step before.
        other = analysis.update(switched(results.document, [(step, step.state == "off")]))
        found.append(_effect(step, results, other))
    progress.step(1, 1, "effects of corrections found")
    return tuple(found)


def _effect(step: Step, results: Results, other: Results) -> CorrectionEffect:
    here, there = results.efficiency, other.efficiency
    if here is None:
        return CorrectionEffect(step.name, why="there is no η to compare")
    if there is None:
        errors = [problem.message for problem in other.problems if problem.severity == "error"]
        how = "without it" if step.state == "on" else "with it"
        return CorrectionEffect(step.name, why=f"{how} there is no η: {errors[0] if errors else 'a stage failed'}")
    sign = 1.0 if step.state == "on" else -1.0
    at, known, change, sigmas = _eta_changes(here, there, sign)
    place = int(np.argmax(np.abs(change))) if change.size else None
    lost = [int(np.sum(a & ~b)) for a, b in ((known[0], known[1]), (known[1], known[0]))]
    only_with, only_without = lost if step.state == "on" else lost[::-1]
    return CorrectionEffect(
        step.name,
        quantum_yield=_median(*_yield_changes(here, there, sign)),
        eta_median=_median(change, sigmas),
        eta_largest=UNKNOWN if place is None else Shift(float(change[place]), float(sigmas[place])),
        eta_place=() if place is None else (float(at[place, 0]), float(at[place, 1])),
        phonon_mev=_fit_change(results.polaron, other.polaron, "phonon", sign),
        g_mev=_fit_change(results.polaron, other.polaron, "g", sign),
        only_with=only_with,
        only_without=only_without,
    )


def _eta_changes(
    here: EfficiencyFit, there: EfficiencyFit, sign: float
) -> tuple[FloatArray, tuple[np.ndarray, np.ndarray], FloatArray, FloatArray]:
    """Return place (T, ΔE), which are known on either side, change and change in errors of all η known on both."""
    twins = {key: (t, j) for t, row in enumerate(there.keys) for j, key in enumerate(row) if key}
    pairs = [
        (t, j, *twins[key])
        for t, row in enumerate(here.keys)
        for j, key in enumerate(row)
        if key in twins and here.valid[t, j] and 0.0 <= here.detuning_mev[t, j] <= ETA_LIMIT_MEV
    ]
    t, j, t2, j2 = np.array(pairs, dtype=int).reshape(-1, 4).T
    known_here = np.isfinite(here.eta_low[t, j]) & np.isfinite(here.eta_high[t, j])
    known_there = there.valid[t2, j2] & np.isfinite(there.eta_low[t2, j2]) & np.isfinite(there.eta_high[t2, j2])
    both = known_here & known_there
    change = sign * (here.eta[t, j] - there.eta[t2, j2])[both]
    at = np.column_stack([here.temperatures_k[t], here.detuning_mev[t, j]])[both]
    return at, (known_here, known_there), change, change / here.eta_error[t, j][both]


def _yield_changes(here: EfficiencyFit, there: EfficiencyFit, sign: float) -> tuple[FloatArray, FloatArray]:
    if here.quantum_yield.shape != there.quantum_yield.shape:
        return np.empty(0), np.empty(0)
    change = sign * (here.quantum_yield - there.quantum_yield)
    error = here.quantum_yield_error
    known = np.isfinite(change) & (error > 0.0)
    return change[known], change[known] / error[known]


def _median(change: FloatArray, sigmas: FloatArray) -> Shift:
    return Shift(float(np.median(change)), float(np.median(sigmas))) if change.size else UNKNOWN


def _fit_change(here: PolaronFit | None, there: PolaronFit | None, name: str, sign: float) -> Shift:
    """Return the change of a parameter of the joint fit, or of the only fit that there is."""
    if here is None or there is None or here.chi2.shape != there.chi2.shape:
        return UNKNOWN
    known = np.flatnonzero(np.isfinite(here.chi2) & np.isfinite(there.chi2))
    is_joint = known.size and known[-1] == here.chi2.size - 1
    if not (is_joint or known.size == 1):
        return UNKNOWN
    row = int(known[-1])
    change = sign * float(getattr(here, f"{name}_mev")[row] - getattr(there, f"{name}_mev")[row])
    error = float(getattr(here, f"{name}_error_mev")[row])
    return Shift(change, change / error if error > 0.0 else math.nan)
