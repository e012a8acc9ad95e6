"""Work that may lag behind a drag by a blink, and catches up exactly when the drag ends."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

BLINK_MS = 60


class Throttle(QObject):
    """Do something at most once per interval; the latest request is never lost.

    Parameters
    ----------
    act : callable
        What is done.
    interval_ms : int
        Shortest time from the end of one act to the next while requests are hurried.
    """

    def __init__(self, act: Callable[[], None], parent: QObject | None = None, *, interval_ms: int = BLINK_MS) -> None:
        super().__init__(parent)
        self._act, self._interval_ms = act, interval_ms
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
        if self._timer.isActive():
            return
        passed = self._since.elapsed() if self._since.isValid() else self._interval_ms
        if passed >= self._interval_ms:
            self.act_now()
        else:
            self._timer.start(self._interval_ms - passed)

    def act_now(self) -> None:
        """Act without waiting."""
        self._timer.stop()
        self._act()
        self._since.start()

    def flush(self) -> None:
        """Act now if a request is waiting."""
        if self.is_waiting:
            self.act_now()
