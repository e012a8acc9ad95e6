"""What takes too long for a frame: the effect of every correction on the final numbers, and some pictures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asplab.core.errors import AsplabError
from asplab.core.ledger import Step, ledger
from asplab.core.ledger.around import Around, around
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.appraisal.correction_effects import CorrectionEffect

Request = tuple[str, int]
"""Name of a correction and place of a condition."""


def compare(results: Results, _request: Any, progress: Progress) -> "dict[str, CorrectionEffect]":
    """Return what each correction does to the results, by its name."""
    from asplab.core.appraisal.correction_effects import correction_effects

    return {effect.name: effect for effect in correction_effects(results, progress=progress)}


def look(results: Results, request: Request, steps: Sequence[Step]) -> Around | str:
    """Return the data before and after a correction, or why there are none."""
    try:
        return around(results, steps, *request)
    except AsplabError as error:
        return str(error)


def _picture(results: Results, request: Request, _progress: Progress) -> Around | str:
    return look(results, request, ledger(results))


_UNSEEN = ("models", "systematics")
EFFECTS = Study("corrections", tr("Effects of the corrections"), compare, ignores=_UNSEEN, follows=True)
PICTURE = Study("correction", tr("Before and after a correction"), _picture, ignores=_UNSEEN)
