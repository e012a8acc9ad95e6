"""A card with a plot, or with the reason why there is none."""

from PySide6.QtWidgets import QStackedLayout

from asplab.gui.plots.base import Plot
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.empty import EmptyState


class PlotCard(Card):
    """A plot under a title, or the reason why there is none."""

    def __init__(self, title: str, plot: Plot, short_title: str = "") -> None:
        super().__init__(title, short_title=short_title)
        self.plot = plot
        self._reason = EmptyState("")
        self._pile = QStackedLayout()
        self._pile.addWidget(plot)
        self._pile.addWidget(self._reason)
        self.body.addLayout(self._pile, 1)

    def display_reason(self, title: str, text: str = "") -> None:
        """Show why there is nothing to plot; an empty title shows the plot."""
        if title:
            self._reason.display(title, text)
        index = 1 if title else 0
        if index != self._pile.currentIndex():
            self._pile.setCurrentIndex(index)
