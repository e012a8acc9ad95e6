"""Temperature trends: energies, widths, methods, Stokes shift and heating, one view at a time."""

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import StudyPanel
from asplab.gui.panels.companion.page import CompanionPage
from asplab.gui.panels.companion.trend_bands import HeatingView, MethodView, StokesView
from asplab.gui.panels.companion.trend_laws import LawView
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column
from asplab.gui.widgets.steps import StepBar

_VIEWS: dict[str, tuple[str, Callable[[Theme], CompanionPage]]] = {
    "energies": (tr("Energies"), LawView),
    "widths": (tr("Widths"), lambda theme: LawView(theme, of_width=True)),
    "methods": (tr("Methods"), MethodView),
    "stokes": (tr("Stokes shift"), StokesView),
    "heating": (tr("Heating"), HeatingView),
}


class TrendsPage(StudyPanel):
    """A switch above the views; each is built when it is first chosen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[Results, ViewState] | None = None
        self._views: dict[str, CompanionPage] = {}
        self._key = next(iter(_VIEWS))
        self.bar = StepBar([(key, title) for key, (title, _) in _VIEWS.items()], role="page")
        self.bar.setAccessibleName(tr("Views of the temperature trends"))
        self.bar.setMaximumWidth(self.bar.sizeHint().width())
        self._stack = QStackedWidget()
        lines = column(self, GAP)
        lines.addWidget(self.bar)
        lines.addWidget(self._stack, 1)
        self.bar.step_chosen.connect(self.choose)
        self.choose(self._key)

    @property
    def view(self) -> CompanionPage:
        """The view that is shown."""
        return self._views[self._key]

    def choose(self, key: str) -> None:
        """Show another view; a key that no view has is no choice."""
        if key not in _VIEWS:
            return
        self._key = key
        self.bar.display(key)
        if key not in self._views:
            made = self._views[key] = _VIEWS[key][1](self._theme)
            made.hint_changed.connect(self.hint_changed)
            self._stack.addWidget(made)
        self._stack.setCurrentWidget(self.view)
        if self._shown is not None:
            self.view.display(*self._shown)

    def display(self, results: Results, view: ViewState) -> None:
        """Show what the results hold in the view that is seen; the others follow when they are."""
        if results.is_at_rest:
            self._shown = (results, view)
        self.view.display(results, view)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        for view in self._views.values():
            view.forget_frame()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for view in self._views.values():
            view.restyle(theme)
