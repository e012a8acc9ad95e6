"""Open the window in an invented language and print every text on screen that did not pass through ``tr``.

    python tests/pseudo_language.py EXPERIMENT SCRATCH

Each translated text stands in double brackets. What the computation itself says (warnings, advice), names of files and
samples, symbols and numbers are of no language of the window and are left out.
"""

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QSettings, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QDockWidget, QLabel, QLineEdit, QWidget

import asplab.core
import asplab.resources

PATIENCE_S = 60.0
MARKS = "⟦⟧"
WORDS = re.compile(r"[A-Za-z]{3,}")
QTS = ("Float", "Close", "Export...", "Export")
"""Words of the toolkits' own parts."""
SYMBOLS = re.compile(r"<[^>]*>|&\w+;|\b(?:meV|QY|PL|PA|ASPL|CsPbBr3|Ctrl|simulated|ASPLab)\b")


class Invented(QTranslator):
    """Puts every text into double brackets."""

    def isEmpty(self) -> bool:
        """Say that there are translations."""
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """Return the text in brackets, if it is of this program."""
        return f"{MARKS[0]}{text}{MARKS[1]}" if context == "ASPLab" else None


def main(experiment: Path, scratch: Path) -> None:
    """Print the step and the text of each fault."""
    application = QApplication([])
    translator = Invented()
    QCoreApplication.installTranslator(translator)

    from asplab.core.document import Document
    from asplab.core.loading import load_experiment
    from asplab.gui.bindings import Bindings
    from asplab.gui.jobs.runner import Jobs
    from asplab.gui.look.theme import Appearance
    from asplab.gui.preferences import Preferences
    from asplab.gui.step_list import MORE, STEPS
    from asplab.gui.window import Window

    window, jobs = Window(), Jobs()
    window.build()
    preferences = Preferences(QSettings(str(scratch / "preferences.ini"), QSettings.Format.IniFormat))
    bindings = Bindings(window, jobs, Appearance(application, "light"), preferences, str)
    window.resize(1440, 900)
    window.show()
    bindings.session.begin(Document(load_experiment(experiment)))
    end = time.monotonic() + PATIENCE_S
    while not bindings.session.is_settled and time.monotonic() < end:
        application.processEvents()
    told: set[str] = set()
    for key, _ in (*STEPS, *MORE):
        bindings.looking.choose_step(key)
        for _ in range(12):
            application.processEvents()
        for text in _plain(window):
            if text not in told:
                told.add(text)
                print(f"{key}: {text}")
    window.may_close = True
    window.close()


def _plain(window: QWidget) -> Iterator[str]:
    computed = _computed()
    for text in _texts(window):
        left = " ".join(SYMBOLS.sub(" ", text).split())
        parts = [part.strip()[:20] for part in re.split(r"[0-9·…:]", left)]
        if (
            MARKS[0] not in text
            and WORDS.search(left)
            and text not in QTS
            and not any(len(part) > 5 and part in computed for part in parts)
        ):
            yield text


def _computed() -> str:
    """Return all that the core and its tables can say."""
    package = Path(asplab.core.__file__).parent
    files = (*package.rglob("*.py"), *Path(asplab.resources.__file__).parent.glob("*.toml"))
    return " ".join(" ".join(path.read_text("utf-8") for path in files).split())


def _texts(window: QObject) -> Iterator[str]:
    for label in window.findChildren(QLabel):
        yield from (label.text(), label.toolTip())
    for button in window.findChildren(QAbstractButton):
        yield from (button.text(), button.toolTip(), button.accessibleName())
    for field in window.findChildren(QLineEdit):
        yield from (field.placeholderText(), field.toolTip(), field.accessibleName())
    for action in window.findChildren(QAction):
        yield from (action.text(), action.toolTip())
    for dock in window.findChildren(QDockWidget):
        yield dock.windowTitle()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
