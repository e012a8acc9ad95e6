"""What the pages of companion measurements have in common: two plots above a table, or why there are none."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from asplab.core.pipeline import Results
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import StudyPanel
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.plot_card import PlotCard
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.table import Column, DataTable, TableRow

Words = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What a page shows.

    Attributes
    ----------
    left, right : sequence of Series
    rows : sequence of TableRow
    subtitles : (left, right, table), str or tuple of str
        Rich text beside the titles of the cards; of several the first that has room.
    reasons : (left, right), str
        Why a plot is empty, and what would fill it.
    heights : (left, right), tuple of float or None
        Range of y at first; None is that of the points.
    """

    left: Sequence[Series]
    right: Sequence[Series]
    rows: Sequence[TableRow]
    subtitles: tuple[Words, Words, Words] = ("", "", "")
    reasons: tuple[str, str] = ("", "")
    heights: tuple[tuple[float, float] | None, tuple[float, float] | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is nothing to show, and what to add."""

    title: str
    text: str


class CompanionPage(StudyPanel):
    """Two plots above a table; what they show follows from the results alone, and stays while something is dragged.

    Parameters
    ----------
    theme : Theme
    plots : (SeriesPlot, SeriesPlot)
    titles : (left, right, table), str
    columns : sequence of Column
    """

    def __init__(
        self,
        theme: Theme,
        plots: tuple[SeriesPlot, SeriesPlot],
        titles: tuple[str, str, str],
        columns: Sequence[Column],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drawn: tuple[object, ...] = ()
        self._framed: object = None
        self.plots = plots
        self.table = DataTable(theme, columns)
        self.table.setAccessibleName(titles[2])
        self.cards = tuple(PlotCard(title, plot) for title, plot in zip(titles[:2], plots, strict=True))
        self.table_card = Card(titles[2])
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        for plot in plots:
            plot.hint_changed.connect(self.hint_changed)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return what there is to show."""
        raise TypeError(f"{type(self).__name__} must define picture()")

    # --- Panel -------------------------------------------------------------------------------------------
    def display(self, results: Results, view: ViewState) -> None:
        """Show what the results hold; results of a drag, which leave these measurements out, change nothing."""
        if not results.is_at_rest or (results, view.temperature) == self._drawn:
            return
        self._drawn = (results, view.temperature)
        found = self.picture(results, view)
        if isinstance(found, Missing):
            self.deck.display_missing(found.title, found.text)
            return
        self.deck.display_content()
        self._show(found)
        frame = (results.document.experiment, view.temperature)
        if frame != self._framed:
            self._framed = frame
            for plot, height in zip(self.plots, found.heights, strict=True):
                plot.set_home(y=height)
                plot.view_all()

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._framed, self._drawn = None, ()

    def forget_picture(self) -> None:
        """Let the next display ask for the picture anew, the axes as they are."""
        self._drawn = ()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme; the next display paints the dots beside the titles anew."""
        self._theme, self._drawn = theme, ()
        for plot in self.plots:
            plot.restyle(theme)
        self.table.restyle(theme)

    # --- building and showing ----------------------------------------------------------------------------
    def _content(self) -> QWidget:
        content, above = QWidget(), QWidget()
        places = row(above, GAP)
        for card in self.cards:
            places.addWidget(card, 1)
        self.table_card.add(scrolled(self.table), 1)
        lines = column(content, GAP)
        lines.addWidget(above, 3)
        lines.addWidget(self.table_card, 2)
        return content

    def _show(self, found: Picture) -> None:
        shown = zip(self.cards, self.plots, (found.left, found.right), found.reasons, found.subtitles, strict=False)
        for card, plot, series, reason, subtitle in shown:
            plot.display(series)
            title, _, text = reason.partition("\n")
            card.display_reason("" if series else title, text)
            card.display_subtitle(*_texts(subtitle))
        self.table.display(found.rows)
        self.table_card.display_subtitle(*_texts(found.subtitles[2]))


def _texts(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words
