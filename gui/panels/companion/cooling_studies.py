"""Net cooling as studies: its map over temperature and ΔE, and its systematic errors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.companion.cooling.chance import CoolingMap
    from asplab.core.companion.cooling.systematic import CoolingSystematics
    from asplab.core.sampling import Posterior

SEED = 1


@dataclass(frozen=True, slots=True)
class Source:
    """Whether the map is drawn from a posterior, and from which; None: not sampled yet."""

    is_posterior: bool = False
    posterior: "Posterior | None" = None


def map_cooling(results: Results, request: Source, progress: Progress) -> "CoolingMap | None":
    """Return the map from repeats or a posterior; None before there is one."""
    from asplab.core.companion.cooling.study import DRAWS, map_of_posterior, map_of_repeats

    if not request.is_posterior:
        return map_of_repeats(results, draws=DRAWS, seed=SEED, progress=progress)
    return None if request.posterior is None else map_of_posterior(results, request.posterior)


def draw_posterior(results: Results, _request: Any, progress: Progress) -> "Posterior":
    """Sample Eq. 9 at all temperatures together, or at the only one, with the document's priors and ranges."""
    from asplab.core.sampling import sample

    return sample(results, seed=SEED, progress=progress)


def follow_effects(results: Results, _request: Any, progress: Progress) -> "CoolingSystematics | None":
    """Return the systematic errors of net cooling; None where there is no heat balance."""
    from asplab.core.companion.cooling.systematic import cooling_systematics
    from asplab.core.systematics import prepare

    return None if results.cooling is None else cooling_systematics(prepare(results), progress=progress)


COOLING_MAP = Study(
    "cooling_map", tr("Chance of net cooling"), map_cooling, ignores=("models", "systematics"), follows=True
)
COOLING_ERRORS = Study(
    "cooling_errors", tr("Systematic errors of net cooling"), follow_effects, ignores=("models",), follows=True
)
COOLING_POSTERIOR = Study("cooling_posterior", tr("Sampling the posterior"), draw_posterior, ignores=("systematics",))
