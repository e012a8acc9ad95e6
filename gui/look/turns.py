"""Work of the window's own thread in pieces: between two of them the window answers."""

from collections import deque
from collections.abc import Callable
from time import thread_time

from PySide6.QtCore import QObject, QTimer, Signal

_SLICE_S = 0.01
_PAINT_MS = 10


class Turns(QObject):
    """Pieces of work, done a few in each turn of the event loop; what is seen comes first.

    Notes
    -----
    ``seen_changed`` tells that nothing that is seen waits any more.
    """

    seen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: deque[Callable[[], object]] = deque()
        self._hidden: deque[Callable[[], object]] = deque()
        self._is_told = True
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._take_turn)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits."""
        return not self._seen and not self._hidden and self._is_told

    def add(self, act: Callable[[], object], *, is_seen: bool) -> None:
        """Do something soon; after all that is seen where it is not."""
        (self._seen if is_seen else self._hidden).append(act)
        if is_seen:
            self._is_told = False
        if not self._timer.isActive():
            self._timer.start(0)

    def clear(self) -> None:
        """Forget what waits."""
        self._seen.clear()
        self._hidden.clear()

    def _take_turn(self) -> None:
        end_s = thread_time() + _SLICE_S
        # What follows would have to wait if this fails.
        self._timer.start(0)
        while thread_time() < end_s and (self._seen or self._hidden):
            if not self._seen and not self._is_told:
                break
            (self._seen or self._hidden).popleft()()
        if not self._seen and not self._is_told:
            self._is_told = True
            self.seen_changed.emit()
            # What is seen is painted in a turn of its own.
            self._timer.start(_PAINT_MS)
        if self.is_idle:
            self._timer.stop()


def after_paint(owner: QObject, act: Callable[[], object]) -> None:
    """Do something as soon as what has just changed is painted: two turns of the event loop from now."""
    QTimer.singleShot(0, owner, lambda: QTimer.singleShot(0, owner, act))
