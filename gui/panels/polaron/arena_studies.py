"""The arena as a study: what is asked, what comes back, and how long it will take."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import plain

if TYPE_CHECKING:
    from asplab.core.arena import Arena, Hypothesis

LEAST_HYPOTHESES, LONG_S = 2, 60.0
_ROW_S: Mapping[str, float] = {
    "polaron": 0.0012,
    "thermal": 0.0042,
    "ensemble": 0.21,
    "parasitic": 0.0003,
    "leak": 0.0019,
    "two-photon": 0.0020,
}
"""Seconds in which a hypothesis is fitted to one draw at one temperature, twelve detunings, measured on one core."""
_OTHER_S = 0.004
_PLANNED = 4.0
"""Fits of the search for one more measurement, in fits of one hypothesis to the draws of one."""
_MINUTE_S, _EXACT_S = 60.0, 10.0


@dataclass(frozen=True, slots=True)
class Contest:
    """Who meets, with how many draws of which seed, and at which temperature (None for all).

    Hypotheses carry the settings that they depend on, so that an outcome belongs to them.
    """

    hypotheses: "tuple[Hypothesis, ...]" = ()
    draws: int = 100
    seed: int = 1
    row: int | None = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those who meet."""
        return tuple(one.name for one in self.hypotheses)


@dataclass(frozen=True, slots=True, eq=False)
class Fought:
    """An arena and the seconds that it took."""

    arena: "Arena"
    seconds: float


def fight(results: Results, request: Contest, progress: Progress) -> Fought:
    """Simulate each hypothesis as the data allow it, and count how often each is found.

    Raises
    ------
    AnalysisError
        Without η, and where the hypotheses can't meet on these data.
    """
    from asplab.core.arena import run_arena

    efficiency = results.efficiency
    if efficiency is None:
        raise AnalysisError("there is no η to explain yet. Mend the problems told for the stages before.")
    begin = perf_counter()
    wanted = None if request.row is None else [float(efficiency.temperatures_k[request.row])]
    arena = run_arena(
        efficiency,
        request.hypotheses,
        draws=request.draws,
        seed=request.seed,
        temperatures_k=wanted,
        progress=progress,
    )
    return Fought(arena, perf_counter() - begin)


ARENA = Study("arena", tr("Arena"), fight, ignores=("models", "systematics"))


def offered(results: Results) -> "tuple[Hypothesis, ...]":
    """Return the hypotheses that these data and settings have."""
    from asplab.core.arena import default_hypotheses

    efficiency = results.efficiency
    has_stokes = efficiency is not None and efficiency.responses is not None
    return default_hypotheses(results.document.settings, has_stokes=has_stokes)


def seconds_of(names: Sequence[str], draws: int, temperatures: int) -> float:
    """Return how long a contest takes on one usual core, with the search for one more measurement."""
    costs = [_ROW_S.get(name, _OTHER_S) for name in names]
    if not costs:
        return 0.0
    return draws * temperatures * sum(costs) * (len(costs) + _PLANNED / len(costs))


def slowest(names: Sequence[str]) -> tuple[str, float]:
    """Return the hypothesis that takes most of the time, and its share."""
    costs = {name: _ROW_S.get(name, _OTHER_S) for name in names}
    name = max(costs, key=lambda one: costs[one])
    return name, costs[name] / sum(costs.values())


def duration(seconds: float) -> str:
    """Return a time in words, no more exact than it is known."""
    if seconds < _EXACT_S:
        return f"{plain(max(math.ceil(seconds), 1), 0)} s"
    if seconds < _MINUTE_S:
        return f"{plain(10 * math.ceil(seconds / 10), 0)} s"
    return tr("{minutes} min", minutes=plain(math.ceil(seconds / _MINUTE_S), 0))
