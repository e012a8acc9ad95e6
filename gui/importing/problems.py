"""All that is doubtful about an import, one entry a cause, each place a link to its row."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from asplab.core.problems import Problem
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.problem_list import Cause, causes_of
from asplab.gui.widgets.arrange import scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.checks import SIGNS
from asplab.gui.widgets.text import breakable

_MOST_PLACES = 6
_MOST_CAUSES = 40
_WORDS = {
    "temperature_k": "T",
    "excitation_nm": "excitation",
    "power_uw": "power",
    "exposure_s": "exposure",
    "longpass_nm": "long-pass",
    "shortpass_nm": "short-pass",
}


class ProblemsCard(Card):
    """Problems in words; ``place_chosen`` carries the place of a clicked one."""

    place_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Doubts"), parent=parent)
        self._theme = theme
        self.causes: tuple[Cause, ...] = ()
        self._area = scrolled(QWidget())
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.add(self._area, 1)

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._fill()

    def display(self, problems: Sequence[Problem]) -> None:
        """Show these problems."""
        self.causes = tuple(causes_of(problems, ""))
        count = sum(cause.tone != "info" for cause in self.causes)
        self.display_subtitle(tr("{count} to look at", count=count) if count else "")
        self._fill()

    def _fill(self) -> None:
        content = QWidget()
        content.setProperty("role", "page")
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        if not self.causes:
            grid.addWidget(_sign("good"), 0, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(QLabel(tr("Nothing doubtful was found.")), 0, 1)
        for row, cause in enumerate(self.causes[:_MOST_CAUSES]):
            grid.addWidget(_sign(cause.tone), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._label(row, cause), row, 1)
        rest = len(self.causes) - _MOST_CAUSES
        if rest > 0:
            grid.addWidget(QLabel(tr("… and {rest} more kinds of doubts", rest=rest)), _MOST_CAUSES, 1)
        grid.setRowStretch(_MOST_CAUSES + 1, 1)
        self._area.setWidget(content)
        self._area.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)

    def _label(self, row: int, cause: Cause) -> QLabel:
        label = QLabel(breakable(_html(row, cause, self._theme)))
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        label.linkActivated.connect(self._choose)
        return label

    def _choose(self, link: str) -> None:
        cause, place = (int(number) for number in link.split("."))
        self.place_chosen.emit(self.causes[cause].places[place][0])


def _sign(tone: str) -> QLabel:
    label = QLabel(SIGNS[tone])
    label.setProperty("tone", tone)
    label.setFixedWidth(12)
    return label


def _html(row: int, cause: Cause, theme: Theme) -> str:
    links = []
    for index, (where, own) in enumerate(cause.places[:_MOST_PLACES]):
        link = f'<a href="{row}.{index}" style="color:{theme.accent}">{_plain(where)}</a>'
        links.append(f"{link}: {_plain(own)}" if own else link)
    rest = len(cause.places) - _MOST_PLACES
    if rest > 0:
        links.append(tr("… and {rest} more", rest=rest))
    if not cause.text:
        return "<br>".join(links)
    return f"{_plain(cause.text)}<br>{'<br>'.join(links)}"


def _plain(text: str) -> str:
    for name, word in _WORDS.items():
        text = text.replace(name, word)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
