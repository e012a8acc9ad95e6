"""Small windows that explain and go away by themselves: the list of problems, the keys, a page of the guide."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QLabel, QScrollArea, QTextBrowser, QVBoxLayout, QWidget

from asplab.core.problems import Problem
from asplab.gui.widgets.checks import Check, CheckList

_TONES = {"error": "bad", "warning": "warn", "info": "info"}
_WIDTH_PX, _TALLEST_PX = 520, 420

KEYS = (
    ("1 – 7", "steps"),
    ("PgUp, PgDown", "colder, warmer"),
    ("A", "view all; also a double-click on a plot"),
    ("X", "exclude the selected condition or file, or bring it back"),
    ("Tab, ← →", "reach and move a window edge or cutoff; Shift ×10"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("Ctrl+I, Ctrl+O", "import a folder, open a project"),
    ("Ctrl+S, Ctrl+Shift+S", "save, save as"),
    ("F5", "recompute everything"),
    ("?", "this list"),
)


def problem_checks(problems: Sequence[Problem]) -> list[Check]:
    """Return problems as checks, the gravest first."""
    order = list(_TONES)
    ranked = sorted(problems, key=lambda problem: order.index(problem.severity))
    return [Check(_TONES[one.severity], f"<b>{_plain(one.where)}</b>: {_plain(one.message)}") for one in ranked]


class ProblemList(QFrame):
    """All problems of the results, above the button that asked for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.list = CheckList()
        self.list.setProperty("role", "page")
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(scroll)

    def open_above(self, place: QPoint, problems: Sequence[Problem]) -> None:
        """Show these problems with the lower right corner at a global place."""
        self.list.display(problem_checks(problems))
        height = min(_TALLEST_PX, self.list.heightForWidth(_WIDTH_PX - 40) + 40)
        self.resize(_WIDTH_PX, max(height, 80))
        self.move(place.x() - _WIDTH_PX, place.y() - self.height())
        self.show()


class KeyList(QDialog):
    """Every key and what it does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        grid = QGridLayout(self)
        grid.setContentsMargins(20, 16, 20, 16)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for row, (key, words) in enumerate(KEYS):
            name, text = QLabel(key), QLabel(words)
            name.setProperty("role", "title")
            text.setProperty("role", "muted")
            grid.addWidget(name, row, 0)
            grid.addWidget(text, row, 1)


class GuidePage(QDialog):
    """One page of the guide."""

    def __init__(self, title: str, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(720, 760)
        browser = QTextBrowser()
        browser.setOpenExternalLinks(True)
        browser.setMarkdown(path.read_text(encoding="utf-8"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(browser)


def guide_pages(folder: Path) -> list[tuple[str, Path]]:
    """Return title and path of every page of the guide, titles from their first lines."""
    pages = sorted(folder.glob("*.md"))
    return [(path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ").strip(), path) for path in pages]


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
