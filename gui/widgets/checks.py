"""Consistency checks: a sign, a colour and a sentence each."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from asplab.gui.widgets.text import breakable

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
    """

    tone: str
    text: str
    note: str = ""


class CheckList(QWidget):
    """Checks below one another, wrapped, the signs in a column of their own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checks: tuple[Check, ...] = ()
        self._labels: list[tuple[QLabel, QLabel]] = []
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
        text.setToolTip(check.note)


def check_summary(checks: Sequence[Check]) -> str:
    """Return how many checks bear which sign, the worst first."""
    counts = ((sum(check.tone == tone for check in checks), SIGNS[tone]) for tone in ("bad", "warn", "info", "good"))
    return "   ".join(f"{count} {sign}" for count, sign in counts if count)
