"""The arena page: could the data of this experiment tell one explanation of η from another?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from asplab.core.pipeline import Results
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.arena_matrix import ShareMatrix
from asplab.gui.panels.polaron.arena_studies import (
    ARENA,
    LEAST_HYPOTHESES,
    LONG_S,
    Contest,
    Fought,
    duration,
    offered,
    seconds_of,
    slowest,
)
from asplab.gui.panels.polaron.arena_words import COLUMNS, PAIR_COLUMNS, explanation_rows, pair_rows, pairs, verdict
from asplab.gui.panels.polaron.page import Page, unbroken
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField, NumberField, Numeric
from asplab.gui.widgets.table import DataTable
from asplab.gui.words.reading import selected_temperature, temperature_name, why_missing

if TYPE_CHECKING:
    from asplab.core.arena import Hypothesis

PLACES = (("here", tr("selected T")), ("all", tr("all T")))
ROWS = (("all", tr("all together")), ("here", tr("selected T")))
UNASKED = ("ensemble",)
"""Left out until ticked: it takes a hundred times longer than all others together."""
_ASK = tr(
    "“Run” simulates every ticked explanation with the noise and the detunings of these data, and fits all to each."
)
_CAPTION_PX = 36
_NOTHING = tr("What the data can tell apart, and the one measurement that would help, stands here after a run.")


class ArenaPage(Page):
    """Explanations that meet, who is found where each is true, the power for each pair, and what would raise it."""

    studies = (ARENA,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = StudyState()
        self._shown: tuple[Results, ViewState] | None = None
        self._offered: tuple[Hypothesis, ...] = ()
        self._left_out: frozenset[str] = frozenset(UNASKED)
        self._contest, self._t = Contest(), 0
        self.draws = NumberField(Numeric("draws", 0, 20, 10000, 20))
        self.seed = NumberField(Numeric("seed", 0, 0, 2**31 - 1, 1))
        self.places, self.rows = ChoiceField(PLACES), ChoiceField(ROWS)
        self.run_button, self.estimate = QPushButton(tr("Run")), QLabel()
        self.table, self.pairs = DataTable(theme, COLUMNS), DataTable(theme, PAIR_COLUMNS)
        self.matrix, self.words = ShareMatrix(theme), QLabel()
        self._top, self._verdict = (
            Card(tr("Explanations that meet"), short_title=tr("Explanations")),
            Card(tr("What it comes to")),
        )
        self._found, self._power = (
            Card(tr("Who is found")),
            Card(tr("Power to tell each pair apart"), short_title=tr("Power")),
        )
        self.matrix_deck, self.pairs_deck = Deck(self._matrix_part()), Deck(_yielding(self.pairs))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    # --- Page --------------------------------------------------------------------------------------------
    def request(self, key: str) -> Any:
        """Return who meets, draws, seed and temperature."""
        return self._contest

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over the contest."""
        self._state = states[ARENA.key]

    def display(self, results: Results, view: ViewState) -> None:
        """Show who may meet, and the latest contest; one of earlier settings is grey."""
        self._shown = (results, view)
        fit, t = results.efficiency, selected_temperature(results, view)
        if fit is None or t is None or not fit.valid.any():
            reason = tr("The arena needs η at several detunings. Load PL, ASPL and photothermal scans.")
            self.deck.display_missing(tr("No η to explain"), why_missing(results, reason))
            return
        self.deck.display_content()
        self._t, self._offered = t, offered(results)
        self._ask_anew()
        self._show_controls(len(fit.temperatures_k))
        self._show_found(float(fit.temperatures_k[t]))

    def forget_frame(self) -> None:
        """There are no axes here."""

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.table, self.pairs, self.matrix):
            part.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        self._controls_part = self._controls()
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setAccessibleName(tr("What the contest comes to"))
        self.table.setAccessibleName(tr("Explanations that meet"))
        self.pairs.setAccessibleName(tr("Power to tell each pair apart"))
        self.matrix.setAccessibleName(tr("Share of draws in which each explanation is found"))
        self._top.add(_yielding(self.table), 1)
        self._top.add(self._controls_part)
        self._verdict.add(_yielding(self.words), 1)
        self._found.header.addWidget(self.rows)
        self._found.add(self.matrix_deck, 1)
        self._power.add(self.pairs_deck, 1)
        self.matrix_deck.display_missing(tr("Nobody has met yet"), _ASK)
        self.pairs_deck.display_missing(
            tr("Not known yet"), tr("The pairs stand here after a run, the hardest one first.")
        )
        content = QWidget()
        places = row(content, GAP)
        for upper, lower, share in ((self._top, self._verdict, 5), (self._found, self._power, 6)):
            side = QWidget()
            side.setMinimumWidth(1)
            cards = column(side, GAP)
            cards.addWidget(upper, 6)
            cards.addWidget(lower, 5)
            places.addWidget(side, share)
        return content

    def _controls(self) -> QWidget:
        for field, name in (
            (self.draws, tr("Draws of each explanation")),
            (self.seed, tr("Seed of the draws")),
            (self.places, tr("Temperatures that take part")),
            (self.rows, tr("Contest shown")),
        ):
            field.setAccessibleName(name)
            field.setToolTip(name)
        self.rows.setFixedWidth(118)
        self.run_button.setToolTip(tr("Simulate, fit and count; the status line shows how far it is, and can cancel"))
        self.estimate.setProperty("role", "muted")
        self.estimate.setWordWrap(True)
        controls = QWidget()
        places = QGridLayout(controls)
        places.setContentsMargins(0, 0, 0, 0)
        places.setSpacing(GAP)
        for index, widget in enumerate((self.draws, self.seed, self.places, self.run_button)):
            places.addWidget(widget, index // 2, index % 2)
        places.addWidget(self.estimate, 2, 0, 1, 2)
        return controls

    def _matrix_part(self) -> QWidget:
        part, caption = QWidget(), QLabel(tr("Row: true · column: found, in % of draws · framed: rightly so"))
        caption.setProperty("role", "muted")
        caption.setWordWrap(True)
        lines = column(part, GAP)
        lines.addWidget(_yielding(self.matrix), 1)
        lines.addWidget(caption)
        return part

    def _connect(self) -> None:
        self.draws.display(float(self._contest.draws))
        self.seed.display(float(self._contest.seed))
        for field in (self.draws, self.seed):
            field.committed.connect(self._look_again)
            field.refused.connect(self.hint_changed)
        for choice in (self.places, self.rows):
            choice.chosen.connect(self._look_again)
        self.table.check_toggled.connect(self._toggle)
        self.table.row_chosen.connect(self._toggle)
        self.run_button.clicked.connect(lambda: self.study_requested.emit(ARENA.key))

    # --- choosing ----------------------------------------------------------------------------------------
    def _toggle(self, index: int) -> None:
        name = self._offered[index].name
        left_out = self._left_out ^ {name}
        if sum(one.name not in left_out for one in self._offered) < LEAST_HYPOTHESES:
            self.hint_changed.emit(tr("Two explanations at least have to meet: tick another one first."))
            return
        self._left_out = left_out
        self._look_again()

    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    def _ask_anew(self) -> None:
        """Say so where something else is asked now: who meets carries the settings it depends on."""
        contest = Contest(
            tuple(one for one in self._offered if one.name not in self._left_out),
            round(self.draws.value or 0),
            round(self.seed.value or 0),
            None if self.places.key == "all" else self._t,
        )
        if contest != self._contest:
            self._contest = contest
            self.request_changed.emit()

    # --- showing -----------------------------------------------------------------------------------------
    @property
    def _is_current(self) -> bool:
        # For one frame after another choice the state is still that of the one before.
        outcome = self._state.outcome
        return self._state.is_current and outcome is not None and outcome.request == self._contest

    def _show_controls(self, n_temperatures: int) -> None:
        state, contest = self._state, self._contest
        has_old = state.outcome is not None and not self._is_current
        self.run_button.setText(tr("Run again") if has_old else tr("Run"))
        self.run_button.setEnabled(not state.is_running and not self._is_current)
        usual = seconds_of(contest.names, contest.draws, n_temperatures if contest.row is None else 1)
        seconds = usual * self._pace(n_temperatures)
        if state.is_running:
            words = tr("running …")
        elif state.failure:
            words = f"! {state.failure}"
        else:
            words = (
                ""
                if self._is_current
                else tr(
                    "{value}takes about {duration}", value="! " if seconds > LONG_S else "", duration=duration(seconds)
                )
            )
        self._top.display_subtitle(words)
        name, part = slowest(contest.names)
        more = state.failure
        if seconds > LONG_S and not self._is_current and not more:
            more = (
                tr("Most of the time goes to {name}: untick it.", name=name)
                if part > 0.5
                else tr("Fewer draws or one T are faster.")
            )
        self.estimate.setText(more)
        self.estimate.setVisible(bool(more))

    def _pace(self, n_temperatures: int) -> float:
        """Return how the latest contest compares with what it was thought to take."""
        outcome = self._state.outcome
        if outcome is None:
            return 1.0
        asked: Contest = outcome.request
        usual = seconds_of(asked.names, asked.draws, n_temperatures if asked.row is None else 1)
        fought: Fought = outcome.value
        return fought.seconds / usual

    def _show_found(self, temperature_k: float) -> None:
        outcome = self._state.outcome
        fought: Fought | None = self._state.value
        arena, is_stale = None if fought is None else fought.arena, not self._is_current
        chosen, words, shorter = self._contest.names, "", ""
        if outcome is not None and is_stale:
            is_asked = outcome.request == self._contest
            words, shorter = (
                (tr("! of earlier settings"), tr("! earlier"))
                if is_asked
                else (tr("! of other choices"), tr("! other"))
            )
        names = [one.name for one in self._offered]
        row_, place = (-1, "") if arena is None else self._place(arena.temperatures_k, temperature_k)
        known = arena if row_ is not None else None
        self.table.display(explanation_rows(names, chosen, known, row_ or 0, is_stale=is_stale))
        self.rows.setVisible(arena is not None and arena.temperatures_k.size > 1)
        for card in (self._found, self._power, self._verdict):
            card.display_subtitle(f"{words} · {place}" if words else place, words or place, shorter or place)
        self._limit()
        if arena is None:
            self.words.setText(_NOTHING)
        elif row_ is None:
            self._show_too_few(place)
            return
        else:
            self.matrix_deck.display_content()
            self.pairs_deck.display_content()
            self.matrix.display(arena.names, arena.confusion[row_], is_stale=is_stale)
            self.pairs.display(pair_rows(pairs(arena, row_), is_stale=is_stale))
            self.words.setText(unbroken("<br><br>".join(verdict(arena, row_, place))))
        self.words.setProperty("role", "muted" if arena is None or is_stale else "")
        self.words.style().polish(self.words)

    def _limit(self) -> None:
        """Let both upper cards be as high as the one that needs more, so that words and pairs take the rest."""
        needed = self.table.sizeHint().height() + GAP + self._controls_part.sizeHint().height() + GAP
        for card in (self._top, self._found):
            card.limit_content(max(needed, self.matrix.sizeHint().height() + 3 * GAP + _CAPTION_PX))

    def _place(self, temperatures_k: np.ndarray, here_k: float) -> tuple[int | None, str]:
        """Return the row that is shown and what it is called; None where the selected temperature took no part."""
        if temperatures_k.size == 1:
            return -1, temperature_name(float(temperatures_k[0]))
        if self.rows.key == "all":
            return -1, tr("all temperatures")
        near = np.flatnonzero(np.isclose(temperatures_k, here_k))
        return (int(near[0]) if near.size else None), temperature_name(here_k)

    def _show_too_few(self, place: str) -> None:
        words = tr("It has too few points for these explanations. Choose another temperature, or all together.")
        self.matrix_deck.display_missing(tr("{place} took no part", place=place), words)
        self.pairs_deck.display_missing(tr("{place} took no part", place=place), words)
        self.words.setText(tr("{place} took no part: {words}", place=place, words=words))


def _yielding(content: QWidget) -> QWidget:
    """Return a scroll area that leaves it to the cards around it how high it is."""
    area = scrolled(content)
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    return area
