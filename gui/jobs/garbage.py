"""When Python's collector of cyclic garbage may work: never for long while somebody waits for the window.

A full collection looks at everything that lives, 120 ms with all pages built. Here it happens when the user has
gone to another program; the small collections, of what is new, stay as they are.
"""

import gc

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

_NEVER = 1_000_000_000
_FEW = 5_000


class Collector(QObject):
    """Collects garbage each time that the application loses the keyboard; nothing is collected in full before."""

    def __init__(self, application: QGuiApplication) -> None:
        super().__init__(application)
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, _NEVER)
        application.applicationStateChanged.connect(self._follow)

    def _follow(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            gc.collect()


def resume() -> None:
    """Let the collector work again after a pause in which much may have been made.

    What came meanwhile counts as old at once: most of it are results that stay, and looking at each would take 40 ms.
    """
    if gc.get_count()[0] > _FEW and not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()
    gc.enable()
