"""All problems of the results: one entry a cause, with the places it was found at."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from asplab.core.problems import Problem, by_cause
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.checks import SIGNS
from asplab.gui.widgets.text import breakable
from asplab.gui.words.findings import TONES

_NUMBER = re.compile(r"[-−+]?\d+(?:[.,]\d+)*")
_WIDEST_PX, _SHARE, _EDGE_PX, _LEAST_PX = 760, 0.7, 12, 72


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, and everywhere it is.

    Attributes
    ----------
    tone : str
        ``"bad"``, ``"warn"`` or ``"info"``.
    text : str
        The message; a number that differs from place to place is left out (…). Empty where more differs.
    places : tuple of (where, words)
        What is said of each place alone: its numbers, its whole message, or nothing.
    """

    tone: str
    text: str
    places: tuple[tuple[str, str], ...]


def causes_of(problems: Sequence[Problem], experiment: str) -> list[Cause]:
    """Return problems by cause, the gravest first; the name of the experiment tells what concerns all of it."""
    return [_cause(same) for same in by_cause(problems, experiment=experiment)]


def _cause(same: Sequence[Problem]) -> Cause:
    """Say once what all messages share, and at every place what is its own."""
    tone, first = TONES[same[0].severity], same[0].message
    if len({_NUMBER.sub("…", problem.message) for problem in same}) > 1:
        return Cause(tone, "", tuple((problem.where, problem.message) for problem in same))
    numbers = [_NUMBER.findall(problem.message) for problem in same]
    differs = [len(set(column)) > 1 for column in zip(*numbers, strict=True)]
    shown = iter("…" if differ else number for differ, number in zip(differs, numbers[0], strict=True))
    places = tuple(
        (problem.where, ", ".join(number for differ, number in zip(differs, own, strict=True) if differ))
        for problem, own in zip(same, numbers, strict=True)
    )
    return Cause(tone, _NUMBER.sub(lambda _: next(shown), first), places)


class ProblemList(QFrame):
    """Every problem above the button that asked for them; a click on a place goes there.

    ``place_chosen`` carries the place as the problem names it.
    """

    place_chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.causes: tuple[Cause, ...] = ()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(_EDGE_PX, _EDGE_PX, _EDGE_PX, _EDGE_PX)
        column.addWidget(self._scroll)

    def open_above(self, corner: QRect, causes: Sequence[Cause], theme: Theme, can_show: Callable[[str], bool]) -> None:
        """Show these causes.

        Parameters
        ----------
        corner : QRect
            Global place of the window's contents; the list takes as much of their lower right as it needs.
        can_show : callable
            Whether a place can be gone to.
        """
        self.causes = tuple(causes)
        content = QWidget()
        content.setProperty("role", "page")
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 6, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        for row, cause in enumerate(self.causes):
            grid.addWidget(_sign(cause), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._words(_html(row, cause, theme, can_show)), row, 1)
        grid.setRowStretch(len(self.causes), 1)
        self._scroll.setWidget(content)
        self.resize(self._room(content, corner))
        self.move(corner.right() - self.width(), corner.bottom() - self.height())
        self.show()

    def _room(self, content: QWidget, corner: QRect) -> QSize:
        width = min(_WIDEST_PX, round(_SHARE * corner.width()))
        inside = width - 2 * _EDGE_PX - 16
        wanted = content.layout().totalHeightForWidth(inside) + 2 * _EDGE_PX + 4
        return QSize(width, min(max(wanted, _LEAST_PX), round(_SHARE * corner.height())))

    def _words(self, html: str) -> QLabel:
        label = QLabel(breakable(html))
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        label.linkActivated.connect(self._choose)
        return label

    def _choose(self, link: str) -> None:
        self.close()
        cause, place = (int(number) for number in link.split("."))
        self.place_chosen.emit(self.causes[cause].places[place][0])


def _sign(cause: Cause) -> QLabel:
    label = QLabel(SIGNS[cause.tone])
    label.setProperty("tone", cause.tone)
    label.setFixedWidth(12)
    return label


def _html(row: int, cause: Cause, theme: Theme, can_show: Callable[[str], bool]) -> str:
    names = [
        f'<a href="{row}.{index}" style="color:{theme.accent}">{_plain(where)}</a>'
        if can_show(where)
        else f"<b>{_plain(where)}</b>"
        for index, (where, _) in enumerate(cause.places)
    ]
    if len(names) == 1:
        return f"{names[0]}: {_plain(cause.text)}"
    found = [f"{name}: {_plain(own)}" if own else name for name, (_, own) in zip(names, cause.places, strict=True)]
    if not cause.text:
        return "<br>".join(found)
    return f"{_plain(cause.text)}<br>{' · '.join(found)}"


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
