"""A step of several pages: their bar, the state of what the page has computed, and the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStackedWidget, QWidget

from asplab.core.pipeline import Results
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import Panel, StudyPanel
from asplab.gui.reference import Reference
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row
from asplab.gui.widgets.steps import StepBar
from asplab.gui.widgets.text import TextLine

STALE = tr("! of earlier settings")
RUNNING = tr("computing …")
_LEAST_WORDS_PX = 90
_BAR_SHARE = 8
"""Of the width for the names of the pages; what is said beside them has a tooltip where it is cut."""


@dataclass(frozen=True, slots=True)
class PageEntry:
    """Key and name of a page, and the class that is loaded when it is first wanted."""

    key: str
    title: str
    module: str
    kind: str

    def load(self) -> Callable[[Theme], StudyPanel]:
        """Import the page."""
        found: Callable[[Theme], StudyPanel] = getattr(import_module(f"asplab.gui.panels.{self.module}"), self.kind)
        return found


class PagedPanel(Panel):
    """Pages that are built when they are first wanted.

    A page that is chosen is loaded, built and filled in turns of the event loop of their own, so that none of them
    holds the window up; :attr:`page` builds at once what somebody can't wait for.

    ``page_added`` carries a new page, ``page_chosen`` the key of the page that is shown now, ``run_requested`` follows
    the wish to compute the studies of the page again.

    Parameters
    ----------
    step : str
        Key of the step, under which the page that was seen last is remembered.
    pages : sequence of PageEntry
    name : str
        What the bar is called by screen readers.
    """

    page_added = Signal(object)
    page_chosen = Signal(str)
    run_requested = Signal()

    def __init__(
        self, theme: Theme, step: str, pages: Sequence[PageEntry], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.step = step
        self._theme = theme
        self._entries = {entry.key: entry for entry in pages}
        self._kinds: dict[str, Callable[[Theme], StudyPanel]] = {}
        self._built: dict[str, StudyPanel] = {}
        self._pages: dict[str, StudyPanel] = {}
        self._key = pages[0].key
        self._shown: tuple[Results, ViewState] | None = None
        self.bar = StepBar([(entry.key, entry.title) for entry in pages], role="page")
        self.bar.setAccessibleName(name)
        self.bar.setMaximumWidth(self.bar.sizeHint().width())
        self.words, self.run_button = TextLine(muted=True), QPushButton(tr("Run again"))
        self.words.setMinimumWidth(_LEAST_WORDS_PX)
        # What is said comes and goes: no page may move into the menu and out of it meanwhile.
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._stack, self._blank = QStackedWidget(), QWidget()
        self._stack.addWidget(self._blank)
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._make_page)
        head = QWidget()
        places = row(head, GAP)
        places.addWidget(self.bar, _BAR_SHARE)
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
    def page_keys(self) -> tuple[str, ...]:
        """The keys of all pages."""
        return tuple(self._entries)

    @property
    def page_key(self) -> str:
        """The key of the page that is shown."""
        return self._key

    @property
    def page(self) -> StudyPanel:
        """The page that is shown; it is built when it is first wanted."""
        if not self.has_page:
            if self._key not in self._built:
                self._build()
            self._take()
        return self._pages[self._key]

    @property
    def has_page(self) -> bool:
        """Whether the page that is shown is built."""
        return self._key in self._pages

    def choose(self, key: str) -> None:
        """Show another page; a key that no page has is no choice."""
        if key not in self._entries or key == self._key:
            return
        self._key = key
        self.bar.display(key)
        if self.has_page:
            self._reveal()
        else:
            self.words.display("")
            self.run_button.hide()
            self._stack.setCurrentWidget(self._blank)
            self._turn.start(0)

    def display_reference(self, reference: Reference | None) -> None:
        """Hand on what the results are compared with; :meth:`display` follows."""
        if self.has_page:
            self.page.display_reference(reference)

    def display(self, results: Results, view: ViewState) -> None:
        """Show results and selection on the page; the other pages cost nothing."""
        self._shown = (results, view)
        if self.has_page:
            self.page.display(results, view)
            self._stack.setCurrentWidget(self.page)
        else:
            self._turn.start(0)

    def _make_page(self) -> None:
        """Do the next of what there is to do until the page can be seen."""
        if self.has_page:
            self._reveal()
            return
        if self._key in self._built:
            self._take()
        elif self._key in self._kinds:
            self._build()
        else:
            self._load()
        self._turn.start(0)

    def _load(self) -> None:
        self._kinds[self._key] = self._entries[self._key].load()

    def _build(self) -> None:
        if self._key not in self._kinds:
            self._load()
        self._built[self._key] = self._kinds[self._key](self._theme)

    def _take(self) -> None:
        """Take a page that is built into the window, which styles it."""
        page = self._pages[self._key] = self._built.pop(self._key)
        self._stack.addWidget(page)
        self.page_added.emit(page)

    def _reveal(self) -> None:
        self._stack.setCurrentWidget(self.page)
        self.page_chosen.emit(self._key)

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Say whether what the page has computed still holds, and hand it on; one not built yet is told later."""
        if not self.has_page:
            return
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
        for page in (*self._pages.values(), *self._built.values()):
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
