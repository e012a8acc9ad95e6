"""All problems of the results in a dock: one row a cause, with the places it was found at beside the list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from asplab.core.problems import Problem, by_cause, join_places
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.arrange import scrolled
from asplab.gui.widgets.checks import SIGNS
from asplab.gui.widgets.dock import Dock
from asplab.gui.widgets.table import Column, DataTable, TableRow
from asplab.gui.widgets.text import breakable
from asplab.gui.words.findings import TONES

_DIGITS = r"\d+(?:[.,]\d+)*(?:e[-+]?\d+)?"
# A range is one number, and a hyphen after a letter, a digit or a bracket is no minus.
_NUMBER = re.compile(rf"(?:(?<![\w)\]])[-−+])?{_DIGITS}(?:[-–]{_DIGITS})?")
_UNIT = re.compile(r"\s?(?:%|°|[µnm]?[mWsVJA]\b|[kmµ]?eV\b|K\b|σ)")
_CLAUSE_END = re.compile(r"[,;:.!?)](?=\s|$|[,;:.)])")
_CLAUSE_START = re.compile(r"(?:^|[(]|[,;:.!?)]\s)")
KEY = "problems"
_GAP = 16
_GRAVITIES = {"bad": tr("error"), "warn": tr("warning"), "info": tr("note")}
_RANKS = tuple(_GRAVITIES)
COLUMNS = (
    Column(tr("Gravity"), "", tr("✕ a result is missing · ! a result is doubtful · a dot: worth knowing")),
    Column(tr("Where"), "", tr("Where it was found; a click goes there"), align="left", gives_way=True),
    Column(tr("What"), "", tr("What was found and what to do about it"), align="left", gives_way=True),
    Column(tr("Places"), "", tr("At how many places it was found"), is_spare=True),
)


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
    places = tuple((problem.where, _own_words(problem.message, differs)) for problem in same)
    return Cause(tone, _NUMBER.sub(lambda _: next(shown), first), places)


def _own_words(message: str, differs: Sequence[bool]) -> str:
    """Return the numbers that are a message's own: with its unit where it is one, in their clauses where several."""
    found = [match for match, differ in zip(_NUMBER.finditer(message), differs, strict=True) if differ]
    if len(found) == 1:
        unit = _UNIT.match(message, found[0].end())
        return found[0].group() + (unit.group() if unit is not None else "")
    clauses = dict.fromkeys(_clause(message, match) for match in found)
    return ", ".join(message[start:end] for start, end in clauses)


def _clause(message: str, number: re.Match[str]) -> tuple[int, int]:
    """Return where the words around a number begin and end, between marks of punctuation."""
    start = max(match.end() for match in _CLAUSE_START.finditer(message, 0, number.start()))
    end = _CLAUSE_END.search(message, number.end())
    return start, len(message) if end is None else end.start()


class ProblemList(QWidget):
    """Every problem, the gravest first; a click goes to its place, and all of its places stand beside the list.

    ``place_chosen`` carries the place as the problem names it.
    """

    place_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.causes: tuple[Cause, ...] = ()
        self._theme, self._current = theme, 0
        self.table, self.told = DataTable(theme, COLUMNS), QLabel()
        self.table.setAccessibleName(tr("Problems"))
        self.told.setTextFormat(Qt.TextFormat.RichText)
        self.told.setWordWrap(True)
        self.told.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.told.setAccessibleName(tr("The chosen problem"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(scrolled(self.table), 3)
        row.addWidget(scrolled(self.told), 2)
        self.dock = Dock(KEY, tr("Problems"), scrolls=False)
        self.dock.add(self, 1)
        self.table.current_changed.connect(self._tell)
        self.table.row_chosen.connect(lambda index: self.place_chosen.emit(self.causes[index].places[0][0]))
        self.told.linkActivated.connect(self._follow)

    def display(self, causes: Sequence[Cause]) -> None:
        """Show these causes; what has not changed stays as it is."""
        wanted = tuple(causes)
        if wanted == self.causes:
            return
        before = self.causes[self._current] if self._current < len(self.causes) else None
        self.causes = wanted
        self._current = wanted.index(before) if before in wanted else 0
        counts = {tone: sum(cause.tone == tone for cause in wanted) for tone in _RANKS}
        self.dock.display_subtitle("   ".join(f"{count} {SIGNS[tone]}" for tone, count in counts.items() if count))
        self._show()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.table.restyle(theme)
        self._show()

    def _show(self) -> None:
        self.table.display([_row(cause) for cause in self.causes], selected=self._current if self.causes else None)
        has_any = self._current < len(self.causes)
        self.told.setText(
            breakable(_html(self.causes[self._current], self._theme)) if has_any else tr("Nothing is doubtful.")
        )

    def _tell(self, index: int) -> None:
        self._current = index
        self._show()

    def _follow(self, link: str) -> None:
        self.place_chosen.emit(self.causes[self._current].places[int(link)][0])


def _row(cause: Cause) -> TableRow:
    places = [where for where, _ in cause.places]
    words = cause.text or cause.places[0][1]
    where = join_places(places)
    rank = _RANKS.index(cause.tone)
    return TableRow(
        (f"{SIGNS[cause.tone]} {_GRAVITIES[cause.tone]}", where, " ".join(words.split()), str(len(places))),
        tones=(cause.tone if cause.tone != "info" else "",),
        tip=words,
        keys=((0, rank, ""), (1, 0.0, where.casefold()), (1, 0.0, words.casefold()), (0, len(places), "")),
    )


def _html(cause: Cause, theme: Theme) -> str:
    """Return a cause in words, every place a link."""
    names = [
        f'<a href="{index}" style="color:{theme.accent}">{_plain(where)}</a>'
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
