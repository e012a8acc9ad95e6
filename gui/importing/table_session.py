"""The table that is being filled: every change is an undoable swap of two immutable values."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from asplab.core.errors import AsplabError
from asplab.core.importing.table import ImportTable
from asplab.core.progress import Progress
from asplab.gui.importing.marks import Marked, marked
from asplab.gui.jobs.runner import Jobs

EDITING = "import edit"
_MERGING, _SINGLE = 2, -1

Change = Callable[[ImportTable], ImportTable]
Rework = Callable[[Marked], Marked]


class Swap(QUndoCommand):
    """Replace one table by another; neighbours of one gesture become one step."""

    def __init__(
        self, text: str, before: Marked, after: Marked, install: Callable[[Marked], None], gesture: str
    ) -> None:
        super().__init__(text)
        self.before, self.after, self.gesture = before, after, gesture
        self._install = install

    def id(self) -> int:
        """Let Qt offer only gestures for merging."""
        return _MERGING if self.gesture else _SINGLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over where a later command of the same gesture ends."""
        if not isinstance(other, Swap) or other.gesture != self.gesture:
            return False
        self.after = other.after
        # Qt deletes the other one, but its Python half is never freed: it must not keep tables.
        vars(other).clear()
        return True

    def undo(self) -> None:
        """Put the earlier table back."""
        self._install(self.before)

    def redo(self) -> None:
        """Put the later table in place."""
        self._install(self.after)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """A change that takes too long for the window's thread."""

    text: str
    change: Rework
    gesture: str


class TableSession(QObject):
    """Table and history of one import.

    Notes
    -----
    ``changed`` carries the :class:`Marked` table, ``refused`` why a change was not possible, ``broken`` an
    exception that nobody expected, ``busy_changed`` whether a change is still being made.
    """

    changed = Signal(object)
    refused = Signal(str)
    broken = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.history = QUndoStack(self)
        self._state: Marked | None = None
        self._kept: ImportTable | None = None
        self._wishes: list[Wish] = []
        self._gesture = 0

    @property
    def state(self) -> Marked | None:
        """The table with its marks; None before files were read."""
        return self._state

    @property
    def table(self) -> ImportTable | None:
        """The table; None before files were read."""
        return self._state.table if self._state is not None else None

    @property
    def is_modified(self) -> bool:
        """Whether work would be lost: something was changed that no manifest and no experiment holds."""
        return self._state is not None and self._state.table is not self._kept

    @property
    def is_busy(self) -> bool:
        """Whether a change is still being made."""
        return bool(self._wishes)

    def begin(self, state: Marked) -> None:
        """Start over with a table; the history is forgotten."""
        self._jobs.cancel(EDITING)
        self._wishes.clear()
        self.history.clear()
        self._kept = state.table
        self._install(state)

    def mark_kept(self, table: ImportTable) -> None:
        """Remember that a table is safe outside this window."""
        self._kept = table

    def edit(self, text: str, change: Change, gesture: str = "") -> bool:
        """Change the table at once, as one undoable step; returns False where it was refused with its reason."""
        if self._state is None:
            return False
        try:
            after = change(self._state.table)
        except AsplabError as error:
            self.refused.emit(str(error))
            return False
        self._push(text, marked(after, self._state), gesture)
        return True

    def edit_beside(self, text: str, change: Change, gesture: str = "") -> None:
        """Change the table as one undoable step, in a job; a later wish of one gesture replaces the waiting one."""
        self.rework_beside(text, lambda state: marked(change(state.table), state), gesture)

    def rework_beside(self, text: str, change: Rework, gesture: str = "") -> None:
        """Change the table and what it was read with, as one undoable step, in a job."""
        waiting = [wish for wish in self._wishes[1:] if not gesture or wish.gesture != gesture]
        self._wishes = [*self._wishes[:1], *waiting, Wish(text, change, gesture)]
        if len(self._wishes) == 1:
            self.busy_changed.emit(True)
            self._start()

    def finish_gesture(self) -> None:
        """End a gesture: the next one of its name is an undo step of its own."""
        self._gesture += 1

    def close(self) -> None:
        """Stop what is still being made."""
        self._jobs.cancel(EDITING)
        self._wishes.clear()

    def _start(self) -> None:
        base, wish = self._state, self._wishes[0]
        if base is None:
            self._wishes.clear()
            return

        def work(_progress: Progress) -> tuple[Marked, Marked]:
            return base, wish.change(base)

        self._jobs.start(EDITING, wish.text, work, done=self._take, failed=self._fail)

    def _take(self, outcome: tuple[Marked, Marked]) -> None:
        base, after = outcome
        if base is not self._state:
            # Something was typed meanwhile: the change is made again, upon that.
            self._start()
            return
        wish = self._wishes[0]
        self._push(wish.text, after, wish.gesture)
        self._next()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, AsplabError):
            self.refused.emit(str(error))
        else:
            self.broken.emit(error)
        self._next()

    def _next(self) -> None:
        self._wishes = self._wishes[1:]
        if self._wishes:
            self._start()
        else:
            self.busy_changed.emit(False)

    def _push(self, text: str, after: Marked, gesture: str) -> None:
        if self._state is None or after.table is self._state.table:
            return
        name = f"{gesture} {self._gesture}" if gesture else ""
        self.history.push(Swap(text, self._state, after, self._install, name))

    def _install(self, state: Marked) -> None:
        self._state = state
        self.changed.emit(state)
