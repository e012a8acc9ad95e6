"""Work that may lag behind a drag by a blink, and catches up exactly when the drag ends."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

BLINK_MS = 60
_GRACE_MS = 30
"""The next frame of a drag is waited for: what acts within it is painted together with it."""


class Throttle(QObject):
    """Do something at most once per interval; the latest request is never lost.

    Parameters
    ----------
    act : callable
        What is done.
    interval_ms : int
        Shortest time from the end of one act to the next while requests are hurried.
    half : int, optional
        In which half of every interval, 0 or 1, requests are answered at once: two that lag behind one drag share
        it out, so that no frame has to carry both.
    """

    def __init__(
        self,
        act: Callable[[], None],
        parent: QObject | None = None,
        *,
        interval_ms: int = BLINK_MS,
        half: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._act, self._interval_ms, self._half = act, interval_ms, half
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.act_now)

    @property
    def is_waiting(self) -> bool:
        """Whether a request is still to be answered."""
        return self._timer.isActive()

    def request(self) -> None:
        """Act now where the last time is long enough ago, or else as soon as it is."""
        passed = self._since.elapsed() if self._since.isValid() else self._interval_ms
        if passed >= self._interval_ms and self._is_turn():
            self.act_now()
        elif not self._timer.isActive():
            self._timer.start(max(self._interval_ms - passed, 0) + _GRACE_MS)

    def act_now(self) -> None:
        """Act without waiting."""
        self._timer.stop()
        self._act()
        self._since.start()

    def flush(self) -> None:
        """Act now if a request is waiting."""
        if self.is_waiting:
            self.act_now()

    def _is_turn(self) -> bool:
        return self._half is None or int(2e3 * monotonic() / self._interval_ms) % 2 == self._half
