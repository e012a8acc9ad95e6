"""Consistency checks: a sign, a colour and a sentence each; a click goes to what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from asplab.core.export.table_text import TextTable
from asplab.gui.language import tr
from asplab.gui.widgets.copy_menu import open_copy_menu
from asplab.gui.widgets.text import breakable, without_markup

SIGNS = {"good": "✓", "warn": "!", "bad": "✕", "info": "·"}


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check.

    Attributes
    ----------
    tone : str
        ``"good"``, ``"warn"``, ``"bad"`` or ``"info"``.
    text : str
        Rich text.
    note : str
        The tooltip.
    place : str
        What it is about, as problems name places; empty where there is nothing to go to.
    """

    tone: str
    text: str
    note: str = ""
    place: str = ""


class CheckList(QWidget):
    """Checks below one another, wrapped, the signs in a column of their own.

    ``place_chosen`` carries the place of a check that was clicked, or chosen with Enter; the arrow keys walk.
    """

    place_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checks: tuple[Check, ...] = ()
        self._labels: list[tuple[QLabel, QLabel]] = []
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Checks"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks as displayed."""
        return self._checks

    def display(self, checks: Sequence[Check]) -> None:
        """Show these checks; labels are kept and only their changes are set."""
        self._checks = tuple(checks)
        while len(self._labels) < len(checks):
            self._append()
        for index, (sign, text) in enumerate(self._labels):
            shown = index < len(checks)
            if shown:
                self._fill(sign, text, checks[index])
            if sign.isVisibleTo(self) != shown:
                sign.setVisible(shown)
                text.setVisible(shown)
        self._current = min(self._current, max(len(checks) - 1, 0))

    def text_table(self) -> TextTable:
        """Return the checks for other programs."""
        rows = ((SIGNS[check.tone], without_markup(check.text)) for check in self._checks)
        return TextTable((tr("sign"), tr("check")), tuple(rows))

    def check_box(self, index: int) -> QRect:
        """Return where a check stands, in pixels."""
        sign, text = self._labels[index]
        return (sign.geometry() | text.geometry()).adjusted(-3, -2, 2, 2) & self.rect()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to what the check under the mouse is about."""
        if event.button() == Qt.MouseButton.LeftButton:
            place = event.position().toPoint()
            hits = (index for index in range(len(self._checks)) if self.check_box(index).contains(place))
            self._choose(next(hits, None))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the checks, go with Enter."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and 0 <= self._current + step < len(self._checks):
            self._current += step
            self.setAccessibleDescription(without_markup(self._checks[self._current].text))
            self.update()
        elif Qt.Key(event.key()) in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._current if self._checks else None)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the checks."""
        self.menu = open_copy_menu(self, self.text_table, event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring around the check that the keys are on."""
        if self.hasFocus() and self._checks:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.drawRoundedRect(self.check_box(self._current).adjusted(0, 0, -1, -1), 4, 4)

    def _choose(self, index: int | None) -> None:
        if index is None:
            return
        self._current = index
        self.update()
        if self._checks[index].place:
            self.place_chosen.emit(self._checks[index].place)

    def _append(self) -> None:
        sign, text = QLabel(self), QLabel(self)
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        # A name without a blank must not widen the column: it goes on in the next line.
        text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        sign.setFixedWidth(12)
        row = len(self._labels)
        self._grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(text, row, 1)
        self._labels.append((sign, text))

    def _fill(self, sign: QLabel, text: QLabel, check: Check) -> None:
        for label, words in ((sign, SIGNS[check.tone]), (text, breakable(check.text))):
            if label.property("tone") != check.tone:
                label.setProperty("tone", check.tone)
                label.style().polish(label)
            if label.text() != words:
                label.setText(words)
        text.setToolTip(
            "\n".join(part for part in (check.note, tr("Click to go there") if check.place else "") if part)
        )
        shape = Qt.CursorShape.PointingHandCursor if check.place else Qt.CursorShape.ArrowCursor
        for label in (sign, text):
            if label.cursor().shape() != shape:
                label.setCursor(shape)


def check_summary(checks: Sequence[Check]) -> str:
    """Return how many checks bear which sign, the worst first."""
    counts = ((sum(check.tone == tone for check in checks), SIGNS[tone]) for tone in ("bad", "warn", "info", "good"))
    return "   ".join(f"{count} {sign}" for count, sign in counts if count)
