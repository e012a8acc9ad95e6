"""The ways to an interval as studies: profiles, the bootstrap, and the sampler."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.bootstrap import Bootstrap
    from asplab.core.polaron.comparison import ModelFit
    from asplab.core.polaron.comparison.profiles import Profile
    from asplab.core.sampling import Posterior

MODEL = "eq9"
_NOT_INPUTS = ("models", "systematics")


@dataclass(frozen=True, slots=True)
class Draws:
    """How many draws, and the seed that makes them the same again."""

    draws: int = 1000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Chains:
    """Which fit is sampled (the index of a temperature, or None for the joint one), and the seed."""

    row: int | None = None
    seed: int = 1


def _fit(results: Results) -> "ModelFit":
    from asplab.core.polaron.comparison import ModelOptions, fit_model

    if results.efficiency is None or results.polaron is None or not results.polaron.fitted.any():
        raise AnalysisError("there is no fit of Eq. 9 to take intervals of. Look at the problems of the results.")
    polaron = results.document.settings.polaron
    return fit_model(results.efficiency, MODEL, ModelOptions(polaron.detuning_range_mev, polaron.joint_scale))


def find_profiles(results: Results, request: Any, progress: Progress) -> "Profile":
    """Return the profile of ħω of every fit of Eq. 9."""
    from asplab.core.polaron.comparison.profiles import profile

    return profile(_fit(results), "phonon_mev", progress=progress)


def resample(results: Results, request: Draws, progress: Progress) -> "Bootstrap":
    """Resample whole repeats through the chain."""
    from asplab.core.bootstrap import bootstrap

    return bootstrap(results, draws=request.draws, seed=request.seed, progress=progress)


def draw_posterior(results: Results, request: Chains, progress: Progress) -> "Posterior":
    """Sample the posterior of Eq. 9 at one temperature, or of the joint fit, with the document's priors and ranges."""
    from asplab.core.sampling import sample

    return sample(
        results,
        MODEL,
        temperature_index="joint" if request.row is None else request.row,
        seed=request.seed,
        progress=progress,
    )


PROFILE = Study("profile", tr("Profile of ħω"), find_profiles, ignores=_NOT_INPUTS, follows=True)
BOOTSTRAP = Study("bootstrap", tr("Bootstrap of repeats"), resample, ignores=_NOT_INPUTS, follows=True)
SAMPLING = Study("sampling", tr("Sampling the posterior"), draw_posterior, ignores=("systematics",))
