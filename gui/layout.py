"""Where the panels stand around the step that is shown: by default, as the user put them, and between two starts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from asplab.gui.widgets.dock import Dock

_WIDTHS = {"left": (190, 244), "right": (292, 300)}
"""Least and usual width of a side."""
_SHARES = {"left": 0.19, "right": 0.24}
"""Part of the window that a side takes where there is no room for the usual width."""
_VERSION = 1
_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dock stands by default.

    Attributes
    ----------
    side : str
        ``"left"``, ``"right"`` or ``"bottom"``; docks of one side stand below one another.
    least_px : int
        Height that it gets before others get all they want.
    is_first : bool
        It gets all it wants before those that are not first.
    is_steady : bool
        It wants ``least_px`` whatever it holds, so that nothing around it moves when that changes.
    is_open : bool
        Whether it is shown before anybody asked for it.
    """

    side: str
    least_px: int
    is_first: bool = False
    is_steady: bool = False
    is_open: bool = True


PLACES = {
    "experiment": Place("left", 200),
    "history": Place("left", 200, is_first=True, is_steady=True, is_open=False),
    "selected": Place("left", 236, is_first=True, is_steady=True),
    "settings": Place("right", 196),
    "results": Place("right", 146, is_first=True),
    "errors": Place("right", 164, is_first=True),
    "checks": Place("right", 140),
    "problems": Place("bottom", 168, is_steady=True, is_open=False),
}
"""Where every dock stands by default, by its key; those of one side from the top."""


class Workbench(QMainWindow):
    """The step in the middle, docks around it.

    Sizes follow what the docks hold until the user moves a border; from then on they are the user's.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self.pages = QStackedWidget()
        self.docks: dict[str, Dock] = {}
        self._remembered = ""
        self._is_arranged = self._has_own_sizes = False
        self._floating: list[Dock] = []
        self._pressed: tuple[tuple[int, int], ...] | None = None
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self.balance)
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        # What stands below the step leaves the sides their height.
        self.setCorner(Qt.Corner.BottomLeftCorner, _AREAS["left"])
        self.setCorner(Qt.Corner.BottomRightCorner, _AREAS["right"])
        self.setCentralWidget(self.pages)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def add(self, dock: Dock) -> None:
        """Take in a dock where :data:`PLACES` says; ``View > Panels`` is filled from :attr:`docks`."""
        place = PLACES[dock.key]
        self.docks[dock.key] = dock
        self.addDockWidget(_AREAS[place.side], dock, Qt.Orientation.Vertical)
        dock.setVisible(place.is_open)
        dock.topLevelChanged.connect(self.balance_soon)
        dock.dockLocationChanged.connect(self.balance_soon)
        dock.toggleViewAction().triggered.connect(self.balance_soon)

    def reveal(self, key: str) -> None:
        """Show a dock that may be closed or behind another."""
        self.docks[key].show()
        self.docks[key].raise_()
        self.balance_soon()

    # --- between two starts --------------------------------------------------------------------------------
    def remember(self) -> str:
        """Return the layout as text."""
        if not self._is_arranged:
            return self._remembered
        state = bytes(self.saveState(_VERSION).toBase64().data()).decode("ascii")
        return json.dumps({"docks": sorted(self.docks), "own_sizes": self._has_own_sizes, "state": state})

    def recall(self, remembered: str) -> None:
        """Take up a layout of an earlier start as soon as there is room for it; the default one where it has none."""
        self._remembered = remembered
        if self._is_arranged:
            self._arrange()

    def reset(self) -> None:
        """Put every dock where it stands by default."""
        self._has_own_sizes = False
        for key, dock in self.docks.items():
            dock.setFloating(False)
            self.removeDockWidget(dock)
            self.addDockWidget(_AREAS[PLACES[key].side], dock, Qt.Orientation.Vertical)
            dock.setVisible(PLACES[key].is_open)
        self.balance_soon()

    def _arrange(self) -> None:
        self._is_arranged = True
        if not self._recalled():
            self.reset()
        self.balance_soon()

    def _recalled(self) -> bool:
        try:
            found = json.loads(self._remembered)
            # A layout that knows other docks would leave the new ones without a place.
            if found["docks"] != sorted(self.docks):
                return False
            state, self._has_own_sizes = QByteArray.fromBase64(found["state"].encode()), bool(found["own_sizes"])
        except (ValueError, KeyError, TypeError, AttributeError):
            # Nothing remembered, or not by this program: the default will do.
            return False
        return bool(self.restoreState(state, _VERSION))

    # --- sizes ---------------------------------------------------------------------------------------------
    def balance_soon(self, *_: object) -> None:
        """Give the docks their sizes when the event loop turns."""
        self._turn.start(0)

    def balance(self) -> None:
        """Give the docks of each side their width, and heights after what they hold, unless the user has chosen."""
        self._turn.stop()
        if self._has_own_sizes or not self.isVisible():
            return
        below = self._stacked("bottom")
        self.resizeDocks(below, [PLACES[dock.key].least_px for dock in below], Qt.Orientation.Vertical)
        for side in _WIDTHS:
            docks = self._stacked(side)
            least, usual = _WIDTHS[side]
            width = min(max(round(_SHARES[side] * self.width()), least), usual)
            self.resizeDocks(docks[:1], [width], Qt.Orientation.Horizontal)
            if len(docks) > 1:
                room = sum(dock.height() for dock in docks)
                places = [PLACES[dock.key] for dock in docks]
                wanted = [p.least_px if p.is_steady else d.wanted_height() for d, p in zip(docks, places, strict=True)]
                self.resizeDocks(docks, shared_heights(wanted, places, room), Qt.Orientation.Vertical)

    def _stacked(self, side: str) -> list[Dock]:
        """Return the docks of a side that stand below one another; none where they stand otherwise."""
        area = _AREAS[side]
        docks = [d for d in self.docks.values() if self.dockWidgetArea(d) == area and d.isVisible()]
        docks = sorted((dock for dock in docks if not dock.isFloating()), key=lambda dock: dock.y())
        is_column = len({dock.x() for dock in docks}) == 1 and len({dock.y() for dock in docks}) == len(docks)
        return docks if is_column else []

    # --- events --------------------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        """Notice that the user moves a border."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = self._sizes()
        handled = super().event(event)
        if event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            self._has_own_sizes = self._has_own_sizes or self._sizes() != self._pressed
            self._pressed = None
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the new height."""
        super().resizeEvent(event)
        if self._is_arranged:
            self.balance_soon()

    def showEvent(self, event: QShowEvent) -> None:
        """Arrange everything once there is a size; bring back what floated."""
        super().showEvent(event)
        if not self._is_arranged:
            self._arrange()
        for dock in self._floating:
            dock.show()
        self._floating = []
        self.balance_soon()

    def hideEvent(self, event: QHideEvent) -> None:
        """Take what floats away too; it would stay on the screen alone."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._floating = [dock for dock in self.docks.values() if dock.isFloating() and dock.isVisible()]
            for dock in self._floating:
                dock.hide()

    def _sizes(self) -> tuple[tuple[int, int], ...]:
        return tuple(dock.size().toTuple() for dock in self.docks.values())


def shared_heights(wanted_px: Sequence[int], places: Sequence[Place], room_px: int) -> list[int]:
    """Share out a height: the least to all, then to the first what they want, then to the others in equal parts.

    What nobody wants goes to the last one that is not first, or to the last.
    """
    heights = [min(wanted, place.least_px) for wanted, place in zip(wanted_px, places, strict=True)]
    if sum(heights) > room_px:
        return [height * room_px // sum(heights) for height in heights]
    rest = room_px - sum(heights)
    for is_first in (True, False):
        turn = [i for i, place in enumerate(places) if place.is_first == is_first]
        # Those who want least are served first, so that what they leave goes to the others.
        for served, i in enumerate(sorted(turn, key=lambda i: wanted_px[i] - heights[i])):
            more = min(wanted_px[i] - heights[i], rest // (len(turn) - served))
            heights[i] += more
            rest -= more
    taker = max((i for i, place in enumerate(places) if not place.is_first), default=len(places) - 1)
    heights[taker] += rest
    return heights
