"""Open the window with an experiment, go through its steps, and print every text that has not the room it needs.

    python tests/cut_words.py EXPERIMENT SCRATCH

The first line is the density of the screen, as QT_SCALE_FACTOR makes it.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QToolButton, QWidget

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.gui.bindings import Bindings
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import Appearance
from asplab.gui.preferences import Preferences
from asplab.gui.step_list import STEPS
from asplab.gui.widgets.text import TextLine
from asplab.gui.window import Window

PATIENCE_S = 30.0
PAINTED = ("?",)
"""Signs that are painted in the middle of a button of fixed size, whatever its style asks for."""


def main(experiment: Path, scratch: Path) -> None:
    """Print the density, then what is cut."""
    application = QApplication([])
    window, jobs = Window(), Jobs()
    window.build()
    preferences = Preferences(QSettings(str(scratch / "preferences.ini"), QSettings.Format.IniFormat))
    bindings = Bindings(window, jobs, Appearance(application, "light"), preferences, str)
    window.resize(1280, 800)
    window.show()
    print(window.devicePixelRatioF())
    bindings.session.begin(Document(load_experiment(experiment)))
    end = time.monotonic() + PATIENCE_S
    while not bindings.session.is_settled and time.monotonic() < end:
        application.processEvents()
    for key, _ in STEPS:
        bindings.looking.choose_step(key)
        for _ in range(12):
            application.processEvents()
        for text in sorted(set(_cut(window))):
            print(f"{key}: {text}")
    window.may_close = True
    window.close()


def _cut(window: QWidget) -> Iterator[str]:
    for kind in (QLabel, QPushButton, QToolButton, QCheckBox):
        for widget in window.findChildren(kind):
            wraps = isinstance(widget, QLabel) and (widget.wordWrap() or not widget.pixmap().isNull())
            is_text = widget.isVisible() and not wraps and widget.text() not in ("", *PAINTED)
            if is_text and widget.minimumSizeHint().width() > widget.width():
                yield widget.text()
    for line in window.findChildren(TextLine):
        if line.isVisible() and line.html and not line.fitting():
            yield line.html


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
