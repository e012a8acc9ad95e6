"""Systematic errors and budgets as a study."""

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, eq=False)
class Accounted:
    """Systematic errors of everything, and budgets of the parameters of one fit by quantity."""

    systematics: "Systematics"
    budgets: Mapping[str, "Budget"]


def account(results: Results, row: Any, progress: Progress) -> Accounted:
    """Move every effect by its prior deviation, and split up the variances of one fit; row None is the joint one."""
    from asplab.core.systematics import parameter_budget, systematic_errors, with_nuisances

    systematics = systematic_errors(results, progress=progress)
    at = len(systematics.temperatures_k) if row is None else int(row)
    budgets = {}
    for number, (quantity, _, _) in enumerate(QUANTITIES):
        progress.step(number, len(QUANTITIES), tr("splitting up variances"))
        budgets[quantity] = with_nuisances(parameter_budget(results, quantity, at), systematics, quantity, (at,))
    return Accounted(systematics, budgets)


ACCOUNT = Study("account", tr("Systematic errors"), account, ignores=("models",), follows=True)
