"""The Polaron step: a bar of pages, the state of what the page has computed, and the page."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from asplab.core.pipeline import Results
from asplab.gui.panels.base import Panel
from asplab.gui.panels.polaron.page import Page
from asplab.gui.panels.polaron.registry import PAGES
from asplab.gui.study import StudyState
from asplab.gui.theme import Theme
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row
from asplab.gui.widgets.steps import StepBar
from asplab.gui.widgets.text import TextLine

STALE = "! of earlier settings"
RUNNING = "computing …"
_LEAST_WORDS_PX = 90


class PolaronPanel(Panel):
    """Pages that are built when they are first wanted.

    ``page_added`` carries a new page, ``page_chosen`` the key of the page that is shown now, ``run_requested`` follows
    the wish to compute the studies of the page again.
    """

    page_added = Signal(object)
    page_chosen = Signal(str)
    run_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries = {entry.key: entry for entry in PAGES}
        self._pages: dict[str, Page] = {}
        self._key = PAGES[0].key
        self._shown: tuple[Results, ViewState] | None = None
        self.bar = StepBar([(entry.key, entry.title) for entry in PAGES], role="page")
        self.bar.setAccessibleName("Pages of the Polaron step")
        self.bar.setMaximumWidth(self.bar.sizeHint().width())
        self.words, self.run_button = TextLine(muted=True), QPushButton("Run again")
        self.words.setMinimumWidth(_LEAST_WORDS_PX)
        self._stack = QStackedWidget()
        head = QWidget()
        places = row(head, GAP)
        places.addWidget(self.bar, 2)
        places.addWidget(self.words, 1)
        places.addWidget(self.run_button)
        lines = column(self, GAP)
        lines.addWidget(head)
        lines.addWidget(self._stack, 1)
        kept = self.run_button.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.run_button.setSizePolicy(kept)
        self.run_button.hide()
        self.bar.display(self._key)
        self.bar.step_chosen.connect(self.choose)
        self.run_button.clicked.connect(self.run_requested)

    @property
    def page_key(self) -> str:
        """The key of the page that is shown."""
        return self._key

    @property
    def page(self) -> Page:
        """The page that is shown; it is built when it is first wanted."""
        if self._key not in self._pages:
            page = self._pages[self._key] = self._entries[self._key].load()(self._theme)
            self._stack.addWidget(page)
            self.page_added.emit(page)
        return self._pages[self._key]

    def choose(self, key: str) -> None:
        """Show another page; a key that no page has is no choice."""
        if key not in self._entries or key == self._key:
            return
        self._key = key
        self.bar.display(key)
        self._stack.setCurrentWidget(self.page)
        if self._shown is not None:
            self.display(*self._shown)
        self.page_chosen.emit(key)

    def display(self, results: Results, view: ViewState) -> None:
        """Show results and selection on the page; the other pages cost nothing."""
        self._shown = (results, view)
        self.page.display(results, view)
        self._stack.setCurrentWidget(self.page)

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Say whether what the page has computed still holds, and hand it on."""
        self.page.display_studies(states)
        # Studies that wait for the user are told about by the page itself.
        follows = {study.key for study in self.page.studies if study.follows}
        words, can_run = _said({key: state for key, state in states.items() if key in follows})
        self.words.display(words)
        self.words.setToolTip(words if len(words) > len(STALE) else "")
        if self.run_button.isVisibleTo(self) != can_run:
            self.run_button.setVisible(can_run)

    def forget_frame(self) -> None:
        """Let all pages choose their axes anew."""
        for page in self._pages.values():
            page.forget_frame()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for page in self._pages.values():
            page.restyle(theme)


def _said(states: Mapping[str, StudyState]) -> tuple[str, bool]:
    """Return what is said about the studies of a page, and whether they can be run by hand."""
    if not states:
        return "", False
    if any(state.is_running for state in states.values()):
        stale = any(state.outcome is not None and not state.is_current for state in states.values())
        return f"{STALE} · {RUNNING}" if stale else RUNNING, False
    failures = [state.failure for state in states.values() if state.failure]
    if failures:
        return f"! {failures[0]}", True
    if any(state.outcome is not None and not state.is_current for state in states.values()):
        return STALE, True
    return "", not all(state.is_current for state in states.values())
