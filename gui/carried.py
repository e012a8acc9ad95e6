"""Steps that were undone and can still be redone, though something was noted meanwhile."""

from collections.abc import Callable, Sequence

from asplab.core.document import Document
from asplab.core.errors import AsplabError
from asplab.gui.session import Session
from asplab.gui.swap import Swap


class _Carried(Swap):
    """An undone step, put on the history again; that changes nothing until it is done by the user."""

    def __init__(self, of: Swap) -> None:
        super().__init__(of.text(), of.before, of.after, of._install, None)
        self.made_at = of.made_at
        self.is_live = False

    def undo(self) -> None:
        """Put the earlier document back."""
        if self.is_live:
            super().undo()

    def redo(self) -> None:
        """Put the later document in place."""
        if self.is_live:
            super().redo()


def keep_undone(session: Session, note: Callable[[], None], carry: Callable[[Document], Document]) -> None:
    """Note something in the document, and in what redo leads to, instead of forgetting that.

    Parameters
    ----------
    session : Session
    note : callable
        Changes the document by one step.
    carry : callable
        Returns an undone document with the same noted in it. Where it can't be, redo is forgotten as by any change.
    """
    # The next change deletes what was undone, so that it is copied before.
    undone, before = [_Carried(swap) for swap in session.swaps[session.history.index() :]], session.document
    note()
    if session.document is before or not undone:
        return
    try:
        later = [None if step.after is None else carry(step.after) for step in undone]
    except AsplabError:
        return
    for step, start, end in zip(undone, (session.document, *later), later, strict=False):
        step.before, step.after = start, end
    _put_back(session, undone)


def _put_back(session: Session, steps: Sequence[_Carried]) -> None:
    place = session.history.index()
    for step in steps:
        session.history.push(step)
    session.history.setIndex(place)
    for step in steps:
        step.is_live = True
