"""The referee as a study: how large each effect must be to overturn what the analysis claims."""

from typing import TYPE_CHECKING, Any

from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study

if TYPE_CHECKING:
    from asplab.core.systematics import Refereed


def ask_referee(results: Results, request: Any, progress: Progress) -> "Refereed":
    """Search for the size of every effect at which each conclusion falls."""
    from asplab.core.systematics import referee

    return referee(results, progress=progress)


REFEREE = Study("referee", "Asking the referee", ask_referee, ignores=("models",))
