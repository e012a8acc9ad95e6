"""How often a window of the tests paints."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication, QWidget


@contextmanager
def painted_once(window: QWidget) -> Iterator[None]:
    """Paint what a window shows at the end, and not each state that it passes through on the way there.

    Twice, as a shown window would: axes learn in the first picture how much room their numbers take.
    """
    window.setUpdatesEnabled(False)
    yield
    window.setUpdatesEnabled(True)
    QApplication.processEvents()
    window.grab()
