"""Systematic errors, and where statistical ones come from, as studies."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.systematics import Budget, Systematics

QUANTITIES = (
    ("phonon_mev", "ħω", "meV"),
    ("g_mev", "g", "meV"),
    ("polaron_energy_mev", "Eₚ", "meV"),
    ("huang_rhys", "S", ""),
)
QUANTUM_YIELD = ("quantum_yield", "QY", "")
Budgets = Mapping[str, "Budget"]
"""Statistical variances of one fit by source, by quantity; those of a temperature have its QY among them."""


def account(results: Results, _request: Any, progress: Progress) -> "Systematics":
    """Move every effect by its prior deviation."""
    from asplab.core.systematics import systematic_errors

    return systematic_errors(results, progress=progress)


def split_up(results: Results, row: Any, progress: Progress) -> Budgets:
    """Split up the variances of one fit; row None, or the number of temperatures, is the joint one."""
    from asplab.core.systematics import parameter_budget

    count = 0 if results.polaron is None else len(results.polaron.temperatures_k)
    at = count if row is None else int(row)
    budgets = {}
    for number, (quantity, _, _) in enumerate(QUANTITIES):
        progress.step(number, len(QUANTITIES), tr("splitting up variances"))
        budgets[quantity] = parameter_budget(results, quantity, at)
    return budgets if at == count else {**budgets, "quantum_yield": _yield_budget(results, at)}


def _yield_budget(results: Results, t: int) -> "Budget":
    from asplab.core.systematics import Budget, yield_budget

    fit, corrected, layout = results.efficiency, results.corrected, results.layout
    emission, absorbed = results.emission, results.absorbed
    if fit is None or corrected is None or layout is None or emission is None or absorbed is None:
        return Budget(math.nan, (), why=tr("the tables give errors, but not where they come from"))
    found = yield_budget(fit, corrected, layout, emission, absorbed, t)
    return found or Budget(math.nan, (), why=tr("it is not the intercept of a line of this temperature alone"))


ACCOUNT = Study("account", tr("Systematic errors"), account, ignores=("models",), follows=True)
SPLIT = Study("split", tr("Sources of errors"), split_up, ignores=("models", "systematics"), follows=True)
"""Of the fit that the page shows."""
SPLIT_HERE = replace(SPLIT, key="split_here")
"""Of the fit whose result is chosen beside whatever page is shown."""
