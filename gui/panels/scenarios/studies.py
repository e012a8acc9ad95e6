"""Results of scenarios as a study: each state is analysed once, whatever is asked for afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.scenarios import State, state_of
from asplab.core.scenarios.findings import find_results
from asplab.core.settings import Settings
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr


@dataclass(frozen=True, slots=True)
class Wanted:
    """States to analyse, and results of the same experiment that are known already."""

    states: tuple[State, ...] = ()
    known: tuple[Results, ...] = field(default=(), compare=False)


def result_at(known: Sequence[Results], state: State) -> Results | None:
    """Return the results of a state, None where they are not known."""
    return next((one for one in known if state_of(one.document) == state), None)


def find(results: Results, request: Wanted, progress: Progress) -> tuple[Results, ...]:
    """Return the results of all states asked for; those that are known are not found again."""
    missing = [state for state in dict.fromkeys(request.states) if result_at(request.known, state) is None]
    new = find_results(results.document.experiment, missing, progress=progress)
    wanted = (result_at((*request.known, *new), state) for state in dict.fromkeys(request.states))
    return tuple(one for one in wanted if one is not None)


# The states asked for say everything: what the document is at does not matter.
SCENARIOS = Study("scenarios", tr("Scenarios"), find, ignores=tuple(one.name for one in fields(Settings)), follows=True)
