"""All conditions of an experiment, those with excluded records among them."""

from functools import lru_cache

from asplab.core.document import Document, Exclusions
from asplab.core.errors import AsplabError
from asplab.core.experiment import Experiment
from asplab.core.grouping.stage import Gathered, gather
from asplab.core.settings import GroupingSettings


def everything(document: Document) -> Gathered | None:
    """Return all conditions of a document; None where there is nothing to gather.

    The latest answer is kept: what analyses a document with exclusions asks beside the window, which then finds it.
    """
    return _everything(document.experiment, document.settings.grouping)


@lru_cache(maxsize=1)
def _everything(experiment: Experiment, grouping: GroupingSettings) -> Gathered | None:
    try:
        return gather(experiment, Exclusions(), grouping)
    except AsplabError:
        # The results carry the message.
        return None
