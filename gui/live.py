"""What stands on screen at every moment: the newest results, or earlier ones under a veil, beside a reference."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from asplab.core.document import Document
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.gui.edge_maps import show_edges
from asplab.gui.framing import Framing
from asplab.gui.jobs.study import has_same_inputs
from asplab.gui.jobs.theory import Theory
from asplab.gui.jobs.throttle import Throttle
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.look.turns import after_paint
from asplab.gui.panels.base import Panel
from asplab.gui.panels.inspector import Inspector
from asplab.gui.plots.veil import Veil
from asplab.gui.reference import References
from asplab.gui.view_state import ViewState

LINGER_MS = 2500
"""How long the state before a change stays in sight once the hand rests."""


@dataclass(frozen=True, slots=True, eq=False)
class Now:
    """The session at this moment.

    Attributes
    ----------
    results : Results
    document : Document
    is_dragging, is_settled : bool
    lag : str
        As `asplab.gui.session.Session.lag`.
    """

    results: Results
    document: Document
    is_dragging: bool
    is_settled: bool
    lag: str

    @property
    def shown(self) -> Results:
        """The results, with the settings of the document where they lag behind: handles and fields never do."""
        own, wanted = self.results.document, self.document
        if not self.lag or own.experiment is not wanted.experiment:
            return self.results
        # The conditions that the results know are those of their own grouping.
        settings = replace(wanted.settings, grouping=own.settings.grouping)
        return replace(self.results, document=replace(own, settings=settings))


class Live(QObject):
    """Displays the newest state on the page and in the side panels.

    Parameters
    ----------
    now : callable
        Returns the state of the session, None without results.
    page, view : callable
        Return the panel of the step, and what is selected.
    display_sides : callable
        Displays results on everything that may lag behind a drag by a blink.

    Notes
    -----
    ``reference_changed`` tells that another state is compared with, or none any more.
    """

    reference_changed = Signal()

    def __init__(
        self,
        *,
        now: Callable[[], Now | None],
        page: Callable[[], Panel],
        view: Callable[[], ViewState],
        theory: Theory,
        inspector: Inspector,
        display_sides: Callable[[Results], None],
        theme: Theme,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.references = References()
        self._now, self._page, self._view, self._theory = now, page, view, theory
        self._inspector, self._tell_sides, self._theme = inspector, display_sides, theme
        self._framing = Framing()
        self._veils: dict[QWidget, Veil] = {}
        self._awaited = ""
        self._listed: Experiment | None = None
        self._told: Experiment | None = None
        self._last: Results | None = None
        self._rested: Results | None = None
        # Nobody reads trees and lists between two frames of a drag.
        self.sides = Throttle(self._display_sides, self, half=0)
        self._refresh, self._linger = (QTimer(self, singleShot=True) for _ in range(2))
        self._refresh.timeout.connect(self.display)
        self._linger.setInterval(LINGER_MS)
        self._linger.timeout.connect(self._end_reference)

    def request(self, *_: object) -> None:
        """Display once the events at hand are done."""
        self._refresh.start(0)

    def display(self) -> None:
        """Display everything now; what nobody can read during a drag follows a blink later."""
        self._refresh.stop()
        now = self._now()
        if now is None:
            return
        page, view, shown = self._page(), self._view(), now.shown
        self._follow_change(now)
        self._theory.display(page, shown, is_settled=now.is_settled)
        show_edges(page, self._theory.studies, shown)
        page.display_reference(self.references.shown)
        self._framing.display(page, shown, view, is_dragging=now.is_dragging)
        if not getattr(page, "has_page", True):
            # It asks again when it is built, and nothing else belongs into the turns that this takes.
            return
        is_new = not self._inspector.has_form(view.step)
        if is_new and self._awaited != view.step:
            # A new form takes as long as a new page: it has a turn of the event loop of its own.
            self._awaited = view.step
            after_paint(self, self.display)
            return
        self._inspector.display_reference(self.references.shown)
        self._inspector.display_settings(shown, view)
        if is_new and self._inspector.has_form(view.step):
            after_paint(self, self.display)
            return
        words = lag_words(now.lag)
        self._pale(page, words)
        # What waits for rest is of the state before, until it follows.
        checks = words or ("" if now.results.is_at_rest else tr("of earlier settings"))
        for part, said in ((self._inspector.found, words), (self._inspector.doubted, checks)):
            for widget in part:
                self._pale(widget, said)
        if now.is_dragging:
            self.sides.request()
        elif shown.document.experiment is not self._listed:
            # A tree of two thousand files has a turn of its own, too.
            self._listed = shown.document.experiment
            after_paint(self, self.sides.act_now)
        else:
            self.sides.act_now()

    def toggle_pin(self) -> None:
        """Compare with the present results from now on, or with no pinned ones any more."""
        now = self._now()
        if self.references.is_pinned:
            self.references.unpin()
        elif now is not None and not now.lag:
            self.references.pin(self._rested or now.results)
        self._tell_reference()

    def forget(self) -> None:
        """Compare with nothing: the document is another one."""
        self._last = self._rested = None
        self.references.forget()
        self.reference_changed.emit()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme and display everything in it."""
        self._theme = theme
        for veil in self._veils.values():
            veil.restyle(theme)
        self.display()

    def _display_sides(self) -> None:
        now = self._now()
        if now is None:
            return
        view, theory = self._view(), self._theory
        known = theory.systematics(now.results), theory.split(now.results, view)
        self._inspector.display_rest(now.shown, view, *known)
        if now.shown.document.experiment is self._told:
            self._display_others()
        else:
            # So has what the inspector says of data that it has not met.
            self._told = now.shown.document.experiment
            after_paint(self, self._display_others)

    def _display_others(self) -> None:
        now = self._now()
        if now is not None:
            self._tell_sides(now.shown)

    # --- reference -----------------------------------------------------------------------------------------
    def _follow_change(self, now: Now) -> None:
        """Keep the state before a change as a reference while the hand moves, and a while longer."""
        results, last = now.results, self._last
        if results is last:
            return
        self._last = results
        if last is not None and last.document.experiment is not results.document.experiment:
            self._meet_other_data(results)
        elif self._rested is not None and last is not None and not has_same_inputs(last.document, results.document):
            self.references.begin(self._rested)
        if not now.is_dragging and self.references.shown is not None:
            self._linger.start()
        if results.is_at_rest:
            self._rested = results

    def _meet_other_data(self, results: Results) -> None:
        self.references.end()
        self._rested = None
        pinned = self.references.shown
        if pinned is not None and pinned.results.document.experiment.name != results.document.experiment.name:
            self.references.forget()
        self.reference_changed.emit()

    def _end_reference(self) -> None:
        now = self._now()
        if now is not None and now.is_dragging:
            self._linger.start()
            return
        self.references.end()
        self._tell_reference()

    def _tell_reference(self) -> None:
        self.reference_changed.emit()
        self.request()

    # --- veils ---------------------------------------------------------------------------------------------
    def _pale(self, subject: QWidget, words: str) -> None:
        if words and subject not in self._veils:
            self._veils[subject] = Veil(self._theme, subject)
        if subject in self._veils:
            self._veils[subject].display(words)


def lag_words(lag: str) -> str:
    """Return what is said of results that lag behind the document; empty where they do not."""
    if not lag:
        return ""
    if lag == "computing":
        return tr("of earlier settings · recomputing …")
    return tr("of earlier settings · F5 recomputes")
