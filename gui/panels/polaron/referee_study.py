"""The referee as a study: how large each effect must be to overturn what the analysis claims, and what is moved."""

from typing import TYPE_CHECKING, Any

from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.systematics import Refereed, Subject


def ask_referee(results: Results, request: Any, progress: Progress) -> "Refereed":
    """Search for the size of every effect at which each conclusion falls."""
    from asplab.core.systematics import referee

    return referee(results, progress=progress)


def make_ready(results: Results, _request: Any, _progress: Progress) -> "Subject | None":
    """Collect what the sliders need; None where there is no fit that they could move."""
    from asplab.core.systematics import prepare

    return None if results.efficiency is None or results.polaron is None else prepare(results)


REFEREE = Study("referee", tr("Asking the referee"), ask_referee, ignores=("models",))
SUBJECT = Study(tr("referee subject"), tr("Making the effects ready"), make_ready, follows=True)
