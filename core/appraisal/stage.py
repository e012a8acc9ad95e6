"""What every result is shown with: systematic errors, the sources of its variance, and consistency checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from asplab.core.consistency import Check, check_consistency
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AsplabError, Cancelled
from asplab.core.pipeline import Results
from asplab.core.polaron.comparison.compare import Comparison
from asplab.core.polaron.fit import PolaronFit
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.systematics import (
    Budget,
    Systematics,
    eta_budget,
    parameter_budget,
    systematic_errors,
    with_nuisances,
    with_systematics,
    yield_budget,
)
from asplab.core.systematics.budget import is_from_components

_T = TypeVar("_T")

PARAMETERS = ("phonon_mev", "g_mev", "polaron_energy_mev")
"""Parameters of Eq. 9 whose variance is split up."""

_FAULTS = (AsplabError, ArithmeticError, ValueError)
"""What degenerate numbers raise; a singular matrix is a ValueError."""


@dataclass(frozen=True, slots=True, eq=False)
class ResultBudget:
    """Where the variance of one result comes from.

    Attributes
    ----------
    quantity : str
        A field of `asplab.core.systematics.Outcome`.
    place : tuple of int
        Where it stands in its array there; empty where one reason holds for all results of the quantity.
    statistical, total : Budget
        Without the nuisances, and with them; each says why where it can't be split up.
    """

    quantity: str
    place: tuple[int, ...]
    statistical: Budget
    total: Budget


@dataclass(frozen=True, slots=True, eq=False)
class Appraisal:
    """What stands beside the results of an analysis; none of it changes them.

    Attributes
    ----------
    systematics : Systematics or None
    budgets : tuple of ResultBudget
    checks : tuple of Check
    problems : tuple of Problem
        What could not be found, and why; empty where there was nothing to look at.
    """

    systematics: Systematics | None = None
    budgets: tuple[ResultBudget, ...] = ()
    checks: tuple[Check, ...] = ()
    problems: tuple[Problem, ...] = ()


def appraise(results: Results, *, progress: Progress | None = None) -> Appraisal:
    """Find systematic errors, budgets and consistency checks of the results of a chain.

    A part that fails leaves the others and the results as they are; a problem says so.

    Raises
    ------
    Cancelled
        When ``progress`` was cancelled.
    """
    progress = progress or Progress()
    efficiency, polaron = results.efficiency, results.polaron
    if efficiency is None or polaron is None:
        return Appraisal()
    problems: list[Problem] = []

    def attempt(what: str, find: Callable[[], _T]) -> _T | None:
        try:
            return find()
        except Cancelled:
            raise
        except _FAULTS as error:
            why = str(error).rstrip(".")
            message = f"{what} could not be found: {why}. The results and their statistical errors stand without them."
            problems.append(Problem("warning", results.document.experiment.name, message))
            return None

    moved, split = progress.part(0.0, 0.3), progress.part(0.3, 0.9)
    systematics = attempt("systematic errors", lambda: systematic_errors(results, progress=moved))
    budgets = attempt(
        "the sources of the errors", lambda: tuple(_budgets(results, efficiency, polaron, systematics, split))
    )
    progress.step(9, 10, "checking consistency")
    checks = attempt("consistency checks", lambda: check_consistency(results))
    return Appraisal(systematics, budgets or (), checks or (), tuple(problems))


def appraise_models(
    results: Results, comparison: Comparison, *, progress: Progress | None = None
) -> tuple[Comparison, tuple[Problem, ...]]:
    """Return a comparison with the systematic errors of its models, or as it is with the reason why there are none.

    Raises
    ------
    Cancelled
        When ``progress`` was cancelled.
    """
    try:
        return with_systematics(comparison, results, progress=progress), ()
    except Cancelled:
        raise
    except _FAULTS as error:
        why = str(error).rstrip(".")
        message = f"systematic errors of the rate models could not be found: {why}. Their fits stand without them."
        return comparison, (Problem("warning", "rate models", message),)


def _budgets(
    results: Results,
    efficiency: EfficiencyFit,
    polaron: PolaronFit,
    systematics: Systematics | None,
    progress: Progress,
) -> Iterator[ResultBudget]:
    for quantity, place, found in (
        *_yield_budgets(results, efficiency),
        *_eta_budgets(results, efficiency),
        *_parameter_budgets(results, polaron, progress),
    ):
        total = found
        if systematics is not None and place and not found.why:
            total = with_nuisances(found, systematics, quantity, place)
        yield ResultBudget(quantity, place, found, total)


Found = tuple[str, tuple[int, ...], Budget]


def _yield_budgets(results: Results, fit: EfficiencyFit) -> Iterator[Found]:
    why = ""
    if results.responses is None:
        why = "the data begin with a table of η"
    elif results.document.settings.efficiency.quantum_yield == "fixed":
        why = "it is given by a setting, with its error"
    elif fit.is_shared:
        why = "one value serves all temperatures; its error is that of their common fit"
    elif fit.valid.any() and not is_from_components(fit):
        why = "it comes from R lines, whose points share noise: its error has no known sources"
    if why:
        yield "quantum_yield", (), Budget(np.nan, (), why=why)
        return
    # Budgets of responses from a table do without the stages before them: they split by I, PA and what both share.
    of: Any = results
    for t in range(len(fit.temperatures_k)):
        found = yield_budget(fit, of.corrected, of.layout, of.emission, of.absorbed, t)
        yield "quantum_yield", (t,), _or_undetermined(found)


def _eta_budgets(results: Results, fit: EfficiencyFit) -> Iterator[Found]:
    if fit.valid.any() and not is_from_components(fit):
        why = "η was given, or taken from R lines: its errors have no known sources"
        yield "eta", (), Budget(np.nan, (), why=why)
        return
    of: Any = results
    for t, row in enumerate(fit.keys):
        for j, key in enumerate(row):
            if key:
                found = eta_budget(fit, of.corrected, of.layout, of.emission, of.absorbed, t, j)
                yield "eta", (t, j), _or_undetermined(found)


def _or_undetermined(found: Budget | None) -> Budget:
    return Budget(np.nan, (), why="the data do not determine it") if found is None else found


def _parameter_budgets(results: Results, fit: PolaronFit, progress: Progress) -> Iterator[Found]:
    n = len(fit.temperatures_k)
    rows = [row for row in range(n + 1) if row < n or np.isfinite(fit.chi2[n])]
    for done, row in enumerate(rows):
        progress.step(done, len(rows), "sources of the errors")
        for quantity in PARAMETERS:
            yield quantity, (row,), _parameter_budget(results, fit, quantity, row)


def _parameter_budget(results: Results, fit: PolaronFit, quantity: str, row: int) -> Budget:
    if not np.isfinite(fit.chi2[row]):
        return Budget(np.nan, (), why="there is no fit")
    try:
        return parameter_budget(results, quantity, row)
    except np.linalg.LinAlgError:
        return Budget(np.nan, (), why="χ² is flat at the best fit, so errors have no first order")
