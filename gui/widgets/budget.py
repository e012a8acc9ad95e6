"""Where the error comes from: the sources of a variance as bars."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from asplab.core.export.table_text import TextTable
from asplab.gui.language import tr
from asplab.gui.widgets.copy_menu import open_copy_menu
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

ROW_PX = 22
_LEAST_NAME_PX, _GAP_PX, _PERCENT_PX, _BAR_PX, _LEAST_BAR_PX = 84, 10, 44, 6, 2


class BudgetBars(QWidget):
    """Names, bars and percentages of shares that add up to one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[tuple[str, float], ...] = ()
        self._percents: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """The shares as displayed."""
        return self._shares

    def display(self, shares: Sequence[tuple[str, float]]) -> None:
        """Show these sources, each with a rich-text name and its fraction of the variance, 0 to 1."""
        changed = len(shares) != len(self._shares)
        self._shares = tuple(shares)
        self._percents = percents([share for _, share in shares])
        named = zip(self._shares, self._percents, strict=True)
        words = "; ".join(f"{without_markup(name)} {percent}" for (name, _), percent in named)
        self.setAccessibleDescription(words)
        if changed:
            self.updateGeometry()
        self.update()

    def text_table(self) -> TextTable:
        """Return the sources for other programs."""
        named = zip(self._shares, self._percents, strict=True)
        return TextTable((tr("source"), tr("share")), tuple((without_markup(name), part) for (name, _), part in named))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the sources."""
        self.menu = open_copy_menu(self, self.text_table, event.globalPos())

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(220, ROW_PX * len(self._shares))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names_px = max([_LEAST_NAME_PX, *(rich_width(name, painter.font()) for name, _ in self._shares)]) + _GAP_PX
        for index, ((name, share), percent) in enumerate(zip(self._shares, self._percents, strict=True)):
            row = QRectF(0, index * ROW_PX, self.width(), ROW_PX)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            paint_rich(painter, row, name)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent)
            track = QRectF(names_px, row.center().y() - _BAR_PX / 2, row.width() - names_px - _PERCENT_PX, _BAR_PX)
            self._paint_bar(painter, track, share)

    def _paint_bar(self, painter: QPainter, track: QRectF, share: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(track, _BAR_PX / 2, _BAR_PX / 2)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Highlight))
        filled = QRectF(track.topLeft(), track.bottomRight())
        filled.setWidth(max(track.width() * share, _LEAST_BAR_PX))
        painter.drawRoundedRect(filled, min(_BAR_PX, filled.width()) / 2, _BAR_PX / 2)


def percents(shares: Sequence[float]) -> tuple[str, ...]:
    """Return shares that add up to one as whole percentages that add up to a hundred, by largest remainders."""
    whole = [int(100.0 * share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: whole[i] - 100.0 * shares[i])
    for i in by_remainder[: 100 - sum(whole)]:
        whole[i] += 1
    return tuple(f"{number} %" if number else "< 1 %" for number in whole)
