"""The checks page: what the fit of Eq. 9 must agree with besides the η that it was fitted to."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study, StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.page import FITS, Page, unbroken
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import column, grid, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, DataTable, TableRow
from asplab.gui.widgets.text import escaped
from asplab.gui.words.findings import typeset
from asplab.gui.words.reading import temperature_name

if TYPE_CHECKING:
    from asplab.core.consistency import Check

SIGNS = {"agrees": "✓", "marginal": "≈", "conflicts": "!", "not applicable": "·"}
_WORST = ("conflicts", "marginal", "agrees", tr("not applicable"))
COLUMNS = (
    Column(
        tr("Check"),
        "",
        tr(
            "✓ agrees · ! conflicts: by more than three standard errors, or a formula is used beyond its "
            "range · a dot: can’t be made"
        ),
    ),
    Column("found"),
    Column(tr("should be")),
    Column("unit", is_spare=True, align="left"),
    Column("pull", "σ", tr("Difference in standard errors of it"), is_spare=True, rank=1),
)
TONES = {"✓": "good", "!": "warn"}
_NONE = "—"


def check(results: Results, request: Any, progress: Progress) -> "tuple[Check, ...]":
    """Check the fit of every temperature and the joint one."""
    from asplab.core.consistency import check_consistency

    return check_consistency(results)


CHECKS = Study("checks", tr("Checking consistency"), check, ignores=("systematics",), follows=True)


class ChecksPage(Page):
    """All checks of all fits as a matrix of signs, and those of one fit with their numbers and meaning."""

    studies = (CHECKS,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = StudyState()
        self._shown: tuple[Results, ViewState] | None = None
        self._key: tuple[object, ...] = ()
        self._here: tuple[Check, ...] = ()
        self._names: tuple[str, ...] = ()
        self._chosen = ""
        self.fits = ChoiceField(FITS)
        self.matrix = DataTable(theme, (Column(tr("Check")),), sortable=False)
        self.matrix.setAccessibleName(tr("Checks of all fits"))
        self.table, self.meaning = DataTable(theme, COLUMNS, sortable=False), QLabel()
        self._top, self._left, self._right = Card(tr("Every fit")), Card(tr("One fit")), Card(tr("What it means"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self.fits.chosen.connect(self._look_again)
        self.table.row_chosen.connect(self._choose)
        self.matrix.cell_chosen.connect(self._choose_cell)
        self.matrix.row_chosen.connect(self._choose_name)

    # --- Page --------------------------------------------------------------------------------------------
    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over the checks."""
        self._state = states[CHECKS.key]

    def display(self, results: Results, view: ViewState) -> None:
        """Show the checks of the selected temperature or the joint fit."""
        self._shown = (results, view)
        here = self.look_at(self.deck, results, view, is_joint=self.fits.key == "joint", purpose="check")
        if here is None:
            return
        place = here.name
        checks: tuple[Check, ...] = self._state.value or ()
        self._here = tuple(one for one in checks if one.place == place)
        if self._here and self._chosen not in [_key(one) for one in self._here]:
            # Of another fit the same check is looked for, else the worst one stands first.
            same = [one for one in self._here if one.name == self._chosen.split("|")[0]]
            self._chosen = _key(min(same or self._here, key=lambda one: _WORST.index(one.status)))
        key = (self._state.outcome, self._state.is_current, place, self._chosen)
        if key == self._key:
            return
        self._key = key
        places = [tr("joint fit"), *(temperature_name(k) for k in here.fit.temperatures_k)]
        self._show_matrix(checks, places)
        self._show_fit(place)

    def forget_frame(self) -> None:
        """There are no axes here."""

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.matrix.restyle(theme)
        self.table.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        self.fits.setFixedWidth(112)
        self.fits.setAccessibleName(tr("Fit shown"))
        self.fits.setToolTip(tr("Fit shown"))
        self.matrix.setAccessibleName(tr("Checks of every fit"))
        self.table.setAccessibleName(tr("Checks of one fit"))
        self.meaning.setWordWrap(True)
        self.meaning.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.meaning.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._top.add(scrolled(self.matrix), 1)
        self._left.header.addWidget(self.fits)
        self._left.add(scrolled(self.table), 1)
        self._right.add(scrolled(self.meaning), 1)
        content = QWidget()
        cards = grid(content, (4, 5))
        cards.addWidget(self._top, 0, 0, 1, 2)
        cards.addWidget(self._left, 1, 0)
        cards.addWidget(self._right, 1, 1)
        cards.setColumnStretch(0, 7)
        cards.setColumnStretch(1, 3)
        return content

    # --- choosing ----------------------------------------------------------------------------------------
    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    def _choose(self, row: int) -> None:
        self._chosen = _key(self._here[row])
        self._look_again()

    def _choose_cell(self, row: int, column: int) -> None:
        """Show the fit of the column whose sign was clicked."""
        if column == 0:
            return
        self._chosen = f"{self._names[row]}|"
        self.fits.display("joint" if column == 1 else FITS[0][0])
        if column > 1:
            self.temperature_chosen.emit(column - 2)
        self._look_again()

    def _choose_name(self, row: int) -> None:
        here = [one for one in self._here if one.name == self._names[row]]
        if here:
            self._chosen = _key(min(here, key=lambda one: _WORST.index(one.status)))
            self._look_again()
        else:
            self.hint_changed.emit(
                tr("This check belongs to other fits: choose another temperature, or the joint fit.")
            )

    # --- showing -----------------------------------------------------------------------------------------
    def _show_matrix(self, checks: "Sequence[Check]", places: Sequence[str]) -> None:
        heads = [Column(name.removesuffix(" K").removesuffix(" fit"), "", name, align="center") for name in places]
        self.matrix.display_columns(
            (Column(tr("Check"), "", tr("Columns are the joint fit, and temperatures in K")), *heads)
        )
        titles = {one.name: one.title for one in checks}
        self._names = tuple(titles)
        rows = []
        for name, title in titles.items():
            of_name = [one for one in checks if one.name == name]
            found = [[one.status for one in of_name if one.place == where] for where in places]
            signs = [SIGNS[min(here, key=_WORST.index)] if here else "" for here in found]
            tones = ("", *(TONES.get(sign, "") for sign in signs))
            rows.append(TableRow((typeset(title), *signs), is_muted=not self._state.is_current, tones=tones))
        chosen = self._chosen.split("|")[0]
        self.matrix.display(rows, selected=self._names.index(chosen) if chosen in self._names else None)
        self._top.limit_content(self.matrix.sizeHint().height())
        conflicts = sum(one.status == "conflicts" for one in checks)
        words = (
            tr("! {conflicts} of {checks} conflict", conflicts=conflicts, checks=len(checks))
            if conflicts
            else tr("✓ no conflict")
        )
        self._top.display_subtitle(words if checks else "")

    def _show_fit(self, place: str) -> None:
        keys = [_key(one) for one in self._here]
        rows = [_row(one, is_muted=not self._state.is_current) for one in self._here]
        at = keys.index(self._chosen) if self._chosen in keys else None
        self.table.display(rows, selected=at)
        self._left.display_title(tr("Fit at {place}", place=place) if place.endswith("K") else tr("Joint fit"))
        self.meaning.setText("" if at is None else _words(self._here[at]))
        status = "" if at is None else self._here[at].status
        self._right.display_subtitle(f"{SIGNS[status]} {status}" if status else "", SIGNS.get(status, ""))


def _key(one: "Check") -> str:
    # The same check may be made at several detunings: its words differ then.
    return f"{one.name}|{one.meaning}"


def _row(one: "Check", *, is_muted: bool) -> TableRow:
    numbers = [*(typeset(number.text.removesuffix(number.unit).rstrip()) for number in one.numbers[:2]), _NONE, _NONE][
        :2
    ]
    pull = plain(one.pull, 1) if math.isfinite(one.pull) else _NONE
    wanted = f"{one.relation} {numbers[1]}" if one.relation else _NONE
    unit = typeset(one.numbers[0].unit) if one.numbers else ""
    sign = SIGNS[one.status]
    cells = (f"{sign}  {typeset(one.title)}", numbers[0], wanted, unit, pull)
    tones = ("warn",) if sign == "!" else ()
    return TableRow(cells, is_muted=is_muted or one.status == "not applicable", tip=typeset(one.meaning), tones=tones)


def _words(one: "Check") -> str:
    numbers = "".join(f"<br>{escaped(typeset(f'{number.name} = {number.text}'))}" for number in one.numbers)
    title, meaning = escaped(typeset(one.title)), escaped(typeset(one.meaning))
    return unbroken(f"<b>{title}</b><br><br>{meaning}<br>{numbers}")
