"""What scenarios find, side by side: every result with its error, and how far it moves in units of that error."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.document import Document
from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.estimate import Estimate, stated_error
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Analysis, Results
from asplab.core.progress import Progress
from asplab.core.scenarios import State
from asplab.core.units import FloatArray

_UNSURE = FLAGS.index("not_determined")
_FIT_QUANTITIES = ("g_mev", "phonon_mev", "polaron_energy_mev")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One result of several states.

    Attributes
    ----------
    quantity : str
        ``quantum_yield``, ``eta``, ``g_mev``, ``phonon_mev``, ``polaron_energy_mev`` or ``chi2``.
    temperature_k : float or None
        None for the joint fit, and for a quantum yield that serves all temperatures.
    detuning_mev : float
        ΔE of an η, in the first state that has it; NaN for all other quantities.
    values : tuple of Estimate or None
        One of each state, in the unit of its name; None where the state has no such result. χ² has no error.
    shifts_sigma : tuple of float
        Value less that of the reference, in standard errors of the reference; NaN where one of the two is not
        determined. All states share their data, so this is no test: it says what a choice does against the error that
        is stated anyway.
    dofs : tuple of int or None
        Degrees of freedom of each χ²; empty for all other quantities.
    is_fitted : tuple of bool
        Whether each η takes part in the fits: not where it is excluded or out of range; empty for other quantities.
    """

    quantity: str
    temperature_k: float | None
    detuning_mev: float
    values: tuple[Estimate | None, ...]
    shifts_sigma: tuple[float, ...]
    dofs: tuple[int | None, ...] = ()
    is_fitted: tuple[bool, ...] = ()


def find_results(
    experiment: Experiment, states: Sequence[State], *, progress: Progress | None = None
) -> tuple[Results, ...]:
    """Analyse an experiment at each of several states; of each, only what is compared is kept.

    Raises
    ------
    Cancelled
        When ``progress`` was cancelled.
    """
    progress = progress or Progress()
    analysis, found = Analysis(), dict[int, Results]()
    for done, place in enumerate(_in_groups(states)):
        progress.step(done, len(states), f"analysing {done + 1} of {len(states)}")
        found[place] = brief(analysis.update(Document(experiment, *states[place])))
    progress.step(len(states), len(states), "analysed")
    return tuple(found[place] for place in range(len(states)))


def brief(results: Results) -> Results:
    """Return results without the products that hold spectra."""
    return Results(
        results.document,
        efficiency=results.efficiency,
        polaron=results.polaron,
        intervals=results.intervals,
        problems=results.problems,
    )


def _in_groups(states: Sequence[State]) -> list[int]:
    """Return the order in which states that share the work on raw data follow one another."""
    raw = [(exclusions, settings.grouping, settings.corrections) for settings, exclusions in states]
    return sorted(range(len(states)), key=lambda place: (raw.index(raw[place]), place))


# --- side by side --------------------------------------------------------------------------------------------
def result_rows(
    found: Sequence[Results | None], temperature_k: float | None, *, reference: int = 0
) -> tuple[ResultRow, ...]:
    """Return the results of several states side by side: the joint fit, then those of one temperature.

    Parameters
    ----------
    found : sequence of Results or None
        Of one experiment; None where a state is not analysed yet.
    temperature_k : float or None
        In K; None leaves the rows of a temperature out.
    reference : int
        The state that others are compared with.
    """
    joint = [None if one is None or one.polaron is None else len(one.polaron.temperatures_k) for one in found]
    rows = _fit_rows(found, joint, None, reference)
    if temperature_k is None:
        return tuple(rows)
    places = [temperature_place(one, temperature_k) for one in found]
    rows += _yield_rows(found, places, temperature_k, reference)
    rows += _fit_rows(found, places, temperature_k, reference)
    rows += _eta_rows(found, places, temperature_k, reference)
    return tuple(rows)


def temperature_place(results: Results | None, temperature_k: float) -> int | None:
    """Return the index of a temperature in results, None where they have none within their tolerance."""
    if results is None or results.efficiency is None:
        return None
    apart = np.abs(results.efficiency.temperatures_k - temperature_k)
    nearest = int(np.argmin(apart)) if apart.size else -1
    tolerance = results.document.settings.grouping.temperature_tolerance_k
    return nearest if nearest >= 0 and apart[nearest] <= tolerance else None


def _yield_rows(
    found: Sequence[Results | None], places: Sequence[int | None], temperature_k: float, reference: int
) -> list[ResultRow]:
    values: list[Estimate | None] = []
    for results, t in zip(found, places, strict=True):
        fit = None if results is None else results.efficiency
        if fit is None or t is None:
            values.append(None)
            continue
        low, high = _end(fit.quantum_yield_low[t]), _end(fit.quantum_yield_high[t])
        values.append(Estimate(float(fit.quantum_yield[t]), float(fit.quantum_yield_error[t]), "", low, high))
    return _row("quantum_yield", temperature_k, values, reference)


def _fit_rows(
    found: Sequence[Results | None], places: Sequence[int | None], temperature_k: float | None, reference: int
) -> list[ResultRow]:
    rows = []
    for quantity in _FIT_QUANTITIES:
        values = [_fitted(results, quantity, i) for results, i in zip(found, places, strict=True)]
        rows += _row(quantity, temperature_k, values, reference)
    misfits: list[Estimate | None] = []
    dofs: list[int | None] = []
    for results, i in zip(found, places, strict=True):
        fit = None if results is None else results.polaron
        is_known = fit is not None and i is not None and bool(np.isfinite(fit.chi2[i]))
        misfits.append(Estimate(float(fit.chi2[i]), math.nan) if is_known and fit is not None else None)
        dofs.append(int(fit.dof[i]) if is_known and fit is not None else None)
    if any(one is not None for one in misfits):
        rows.append(ResultRow("chi2", temperature_k, math.nan, tuple(misfits), (math.nan,) * len(found), tuple(dofs)))
    return rows


def _fitted(results: Results | None, quantity: str, i: int | None) -> Estimate | None:
    """Return one number of a fit of Eq. 9; not determined (NaN) where neither end of its interval is closed."""
    if results is None or results.polaron is None or i is None or not np.isfinite(results.polaron.chi2[i]):
        return None
    fit, intervals = results.polaron, results.intervals
    value = float(getattr(fit, quantity)[i])
    stated = float(getattr(fit, quantity.replace("_mev", "_error_mev"))[i])
    is_identified = intervals is None or bool(intervals.identified[i])
    error = stated_error(value, stated, is_identified=is_identified)
    if quantity == "polaron_energy_mev" or intervals is None:
        return Estimate(value, error, "meV")
    name = quantity.removesuffix("_mev")
    low, high = (_end(getattr(intervals, f"{name}_{side}_mev")[i]) for side in ("low", "high"))
    if low is None and high is None:
        return Estimate(math.nan, math.nan, "meV")
    return Estimate(value, error if is_identified else math.nan, "meV", low, high)


def _eta_rows(
    found: Sequence[Results | None], places: Sequence[int | None], temperature_k: float, reference: int
) -> list[ResultRow]:
    """Return a row for each anti-Stokes excitation that any state has, by falling wavelength."""
    detunings: dict[str, float] = {}
    for results, t in zip(found, places, strict=True):
        if results is not None and results.efficiency is not None and t is not None:
            fit = results.efficiency
            for j, key in enumerate(fit.keys[t]):
                if key and key not in detunings and np.isfinite(fit.eta[t, j]):
                    detunings[key] = float(fit.detuning_mev[t, j])
    rows: list[ResultRow] = []
    for key in sorted(detunings, key=lambda key: detunings[key]):
        values = [
            None if results is None or t is None else _eta(results.efficiency, t, key)
            for results, t in zip(found, places, strict=True)
        ]
        fitted = tuple(_is_fitted(results, t, key) for results, t in zip(found, places, strict=True))
        rows += [
            replace(row, is_fitted=fitted) for row in _row("eta", temperature_k, values, reference, detunings[key])
        ]
    return rows


def _is_fitted(results: Results | None, t: int | None, key: str) -> bool:
    fit = None if results is None else results.polaron
    if results is None or results.efficiency is None or fit is None or t is None:
        return False
    keys = results.efficiency.keys[t]
    return key in keys and bool(fit.problem.use[t, keys.index(key)])


def _eta(fit: EfficiencyFit | None, t: int, key: str) -> Estimate | None:
    if fit is None or key not in fit.keys[t]:
        return None
    j = fit.keys[t].index(key)
    if not np.isfinite(fit.eta[t, j]):
        return None
    if fit.flag_table[t, j, _UNSURE]:
        low, high = _end(fit.eta_low[t, j]), _end(fit.eta_high[t, j])
        # One closed end is a limit; the best value and its first-order error say nothing then.
        return Estimate(
            float(fit.eta[t, j]) if low is not None or high is not None else math.nan, math.nan, "", low, high
        )
    return Estimate(
        float(fit.eta[t, j]), float(fit.eta_error[t, j]), "", _end(fit.eta_low[t, j]), _end(fit.eta_high[t, j])
    )


def _row(
    quantity: str,
    temperature_k: float | None,
    values: Sequence[Estimate | None],
    reference: int,
    detuning_mev: float = math.nan,
) -> list[ResultRow]:
    """Return one row with the shifts, or none where no state has the result."""
    if all(one is None for one in values):
        return []
    shifts = tuple(_shift(one, values[reference]) for one in values)
    return [ResultRow(quantity, temperature_k, detuning_mev, tuple(values), shifts)]


def _shift(value: Estimate | None, reference: Estimate | None) -> float:
    if value is None or reference is None or not (math.isfinite(value.error) and reference.error > 0.0):
        return math.nan
    return (value.value - reference.value) / reference.error


def _end(value: FloatArray | float) -> float | None:
    return float(value) if math.isfinite(value) else None
