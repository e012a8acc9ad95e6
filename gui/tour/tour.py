"""Leads through the window, stop by stop; the window goes on working all the while."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from asplab.gui.tour.bubble import Bubble, Ring
from asplab.gui.tour.stops import Stop, stops
from asplab.gui.window import Window

_FOLLOW_MS = 150


class Tour(QObject):
    """The tour of one window; ``ended`` follows when it was finished or left.

    Parameters
    ----------
    show : callable
        Takes a step and a page of it ("" for the one that is there), and shows them.
    """

    ended = Signal()

    def __init__(self, window: Window, show: Callable[[str, str], None]) -> None:
        super().__init__(window)
        self._window, self._show = window, show
        self._stops: tuple[Stop, ...] = ()
        self._at = -1
        self._is_awaited = False
        self._ring: Ring | None = None
        self.bubble: Bubble | None = None
        # Panels are scrolled, dragged, redrawn and rearranged; looking where the target is costs microseconds.
        self._follow = QTimer(self, interval=_FOLLOW_MS)
        self._follow.timeout.connect(self._place)

    @property
    def is_running(self) -> bool:
        """Whether a bubble is shown."""
        return self._at >= 0

    @property
    def stop(self) -> Stop | None:
        """The stop that is shown."""
        return self._stops[self._at] if self.is_running else None

    def begin(self, *, is_ready: bool) -> None:
        """Begin at the first stop, at once or as soon as :meth:`take_results` tells that there is something to show."""
        self._is_awaited = not is_ready
        if is_ready:
            self._prepare()
            self._go(0)

    def take_results(self) -> None:
        """Begin if that was waited for."""
        if self._is_awaited:
            self.begin(is_ready=True)

    def forget(self) -> None:
        """Wait for nothing any more; what was to come first was cancelled."""
        self._is_awaited = False

    def leave(self) -> None:
        """End the tour, wherever it is."""
        self._is_awaited = False
        if not self.is_running:
            return
        self._at = -1
        self._follow.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        for part in (self.bubble, self._ring):
            if part is not None:
                part.hide()
        page = self._window.pages.currentWidget()
        if page is not None:
            page.setFocus()
        self.ended.emit()

    # --- going on ------------------------------------------------------------------------------------------
    def _prepare(self) -> None:
        self._stops = stops()
        if self.bubble is None:
            self._ring, self.bubble = Ring(self._window), Bubble(self._window)
            self.bubble.forward.connect(lambda: self._go(self._at + 1))
            self.bubble.backward.connect(lambda: self._go(max(self._at - 1, 0)))
            self.bubble.left.connect(self.leave)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def _go(self, place: int) -> None:
        if place >= len(self._stops):
            self.leave()
            return
        assert self.bubble is not None
        self._at = place
        stop = self._stops[place]
        if stop.step:
            self._show(stop.step, stop.page)
        self.bubble.display(stop.title, stop.text, place + 1, len(self._stops))
        self._place()
        self.bubble.show()
        self.bubble.next.setFocus(Qt.FocusReason.OtherFocusReason)
        self._follow.start()
        # A page that is shown for the first time finds its place with the next events, and takes the keyboard then.
        QTimer.singleShot(0, self, self._settle)

    def _settle(self) -> None:
        if self.is_running and self.bubble is not None:
            self._place()
            self.bubble.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> None:
        stop = self.stop
        if stop is None or self.bubble is None or self._ring is None:
            return
        target = stop.find(self._window)
        self._ring.setVisible(target is not None)
        if target is not None:
            self._ring.display(target)
            self._ring.raise_()
        self.bubble.point_at(target)
        self.bubble.raise_()

    # --- events --------------------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the window; leave with Esc wherever the keyboard is in it."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._place)
        if event.type() == QEvent.Type.KeyPress and isinstance(watched, QWidget) and self._is_leaving(watched, event):
            self.leave()
            return True
        return False

    def _is_leaving(self, watched: QWidget, event: QEvent) -> bool:
        return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and watched.window() is self._window
