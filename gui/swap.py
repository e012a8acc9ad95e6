"""One undoable step: an immutable document takes the place of another."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtGui import QUndoCommand

from asplab.core.document import Document

_MERGING, _SINGLE = 1, -1


class Swap(QUndoCommand):
    """Replace one document by another; neighbours of one gesture become one step."""

    def __init__(
        self,
        text: str,
        before: Document | None,
        after: Document | None,
        install: Callable[[Document | None], None],
        gesture: str | None,
    ) -> None:
        super().__init__(text)
        self.before, self.after, self.gesture = before, after, gesture
        self.made_at = datetime.now().astimezone()
        self._install = install

    def id(self) -> int:
        """Let Qt offer only gestures for merging."""
        return _SINGLE if self.gesture is None else _MERGING

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over where a later command of the same gesture ends."""
        if not isinstance(other, Swap) or other.gesture != self.gesture:
            return False
        self.after, self.made_at = other.after, other.made_at
        self.setText(other.text())
        # Qt deletes the other one, but its Python half is never freed: it must not keep documents, and with them data.
        vars(other).clear()
        return True

    def undo(self) -> None:
        """Put the earlier document back."""
        self._install(self.before)

    def redo(self) -> None:
        """Put the later document in place."""
        self._install(self.after)
