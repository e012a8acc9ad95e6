"""Sensitivity maps and their sum as studies."""

from functools import partial
from typing import TYPE_CHECKING, Any

from asplab.core.errors import SettingsError
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.settings import Settings
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.sensitivity import ChoiceSpread, SensitivityMap

VARIED = (
    ("window", tr("window edges")),
    ("cutoffs", tr("filter clearances")),
    ("baseline", tr("baseline region")),
    ("baseline-shape", tr("baseline shape")),
    ("estimator", "estimator"),
)
DETUNING_MEV = 23.0
_NOT_INPUTS = ("models", "systematics")


def map_choice(choice: str, results: Results, request: Any, progress: Progress) -> "SensitivityMap":
    """Analyse the document at every point of a grid; the request is the ΔE in meV at which η is followed."""
    from asplab.core.sensitivity import sensitivity

    return sensitivity(results.document, choice, detuning_mev=request, progress=progress)


def sum_up(results: Results, request: Any, progress: Progress) -> "ChoiceSpread":
    """Map all choices and sum up what the reasonable ones make of the results."""
    from asplab.core.sensitivity import choice_spread

    return choice_spread(results.document, detuning_mev=request, progress=progress)


def settings_at(results: Results, choice: str, i: int, j: int) -> Settings:
    """Return the settings of one point of the map of these results.

    Raises
    ------
    AsplabError
        The point contradicts itself, or there is nothing of that choice.
    """
    from asplab.core.sensitivity import choices

    grids = {
        "window": choices.window_grid,
        "cutoffs": choices.cutoff_grid,
        "baseline": choices.baseline_grid,
        "baseline-shape": choices.shape_grid,
        "estimator": choices.estimator_grid,
    }
    grid = grids[choice](results.document, results, None)
    if not (i < grid.x.values.size and j < grid.y.values.size):
        raise SettingsError("This point belongs to a map of earlier settings. Run the map again.")
    return grid.document(i, j).settings


MAPS = {
    choice: Study(
        tr("map {choice}", choice=choice),
        tr("Sensitivity to {words}", words=words),
        partial(map_choice, choice),
        ignores=_NOT_INPUTS,
    )
    for choice, words in VARIED
}
SPREAD = Study(tr("choice spread"), tr("Sensitivity to all choices"), sum_up, ignores=_NOT_INPUTS)
