"""A page whose table has a few sentences below it: why something is not a number, and what would help."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from asplab.gui.look.theme import Theme
from asplab.gui.panels.companion.page import CompanionPage, Picture
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.widgets.table import Column


@dataclass(frozen=True, slots=True, eq=False)
class NotedPicture(Picture):
    """A picture with sentences below its table, one a line."""

    notes: tuple[str, ...] = ()


class NotedPage(CompanionPage):
    """A page that shows the sentences of its picture, for which no column has room."""

    def __init__(
        self,
        theme: Theme,
        plots: tuple[SeriesPlot, SeriesPlot],
        titles: tuple[str, str, str],
        columns: Sequence[Column],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, plots, titles, columns, parent)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setProperty("role", "small")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.hide()
        self.table_card.add(self.note)

    def _show(self, found: Picture) -> None:
        super()._show(found)
        notes = found.notes if isinstance(found, NotedPicture) else ()
        self.note.setText("\n".join(notes))
        self.note.setVisible(bool(notes))
