"""The sensitivity page: what other reasonable choices of the analysis make of the results."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from asplab.core.document import Document
from asplab.core.errors import AsplabError
from asplab.core.pipeline import Results
from asplab.gui.jobs.study import Outcome, Study, StudyState, has_same_inputs
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.page import Page, unbroken
from asplab.gui.panels.polaron.sensitivity_picture import MapView
from asplab.gui.panels.polaron.sensitivity_studies import DETUNING_MEV, MAPS, SPREAD, VARIED, settings_at
from asplab.gui.panels.polaron.sensitivity_told import (
    QUANTITIES,
    Look,
    cell_words,
    point_name,
    spread_columns,
    spread_rows,
    spread_words,
    values_name,
)
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, grid, row, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField, NumberField, Numeric
from asplab.gui.widgets.table import DataTable
from asplab.gui.widgets.text import TextLine, escaped
from asplab.gui.words.reading import selected_temperature, temperature_name, temperature_specs, why_missing

if TYPE_CHECKING:
    from asplab.core.sensitivity import ChoiceSpread, SensitivityMap

FITS = (("joint", tr("joint fit")), ("here", tr("each alone")))
_JOINT_WORDS = {"quantum_yield": tr("mean of all temperatures")}
_EARLIER = tr("! of earlier settings")
_NOT_MAPPED = tr("Press “Run” to analyse the document at every point of a grid of this choice; it takes a few seconds.")
_NOT_SUMMED = tr(
    "Press “Run all” to vary every choice: each result then has a systematic error beside its "
    "statistical one, and you see which choice matters. It takes about ten seconds."
)
_HINT = tr(
    "Click a cell, or walk with the arrow keys · Enter uses it · hatched: not counted · wheel zooms · A shows all"
)


class SensitivityPage(Page):
    """A map of one result over two choices, slices along both, and the systematic error from all choices."""

    studies = (*MAPS.values(), SPREAD)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._states: Mapping[str, StudyState] = {study.key: StudyState() for study in self.studies}
        self._shown: tuple[Results, ViewState] | None = None
        self._asked: dict[str, tuple[Document, float]] = {}
        self._detuning = DETUNING_MEV
        self._chosen: tuple[int, int] | None = None
        self._drawn: tuple[object, ...] = ()
        self._summed: tuple[object, ...] = ()
        self.varied = ChoiceField(VARIED)
        self.quantity = ChoiceField([(key, symbol) for key, symbol, _ in QUANTITIES])
        self.fits = ChoiceField(FITS)
        self.detuning = NumberField(Numeric("meV", 0, 0.1, 500.0, 1.0))
        self.run_button, self.sum_button = QPushButton(tr("Run")), QPushButton(tr("Run all"))
        self.use_button = QPushButton(tr("Use this choice"))
        self.picture = MapView(theme)
        self.cell_name, self.cell_line, self.verdict = TextLine(), TextLine(muted=True), QLabel(_NOT_SUMMED)
        self.table = DataTable(theme, spread_columns(()))
        self.map_card, self.slice_card = (
            Card(tr("Change of the result"), short_title=tr("Change")),
            Card(tr("Along each choice")),
        )
        self.sum_card = Card(tr("Systematic error from all choices"), short_title=tr("All choices"))
        self.maps = Deck(self._map_content())
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    # --- Page --------------------------------------------------------------------------------------------
    def request(self, key: str) -> Any:
        """Return the ΔE in meV at which η is followed."""
        return self._detuning

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what was found."""
        self._states = states

    def display(self, results: Results, view: ViewState) -> None:
        """Show the map that is chosen, and the sum; what belongs to earlier settings is grey."""
        self._shown = (results, view)
        t, polaron = selected_temperature(results, view), results.polaron
        if polaron is None or t is None or results.efficiency is None:
            reason = tr("Choices are varied once there are results. Load PL, ASPL and photothermal scans.")
            self.deck.display_missing(tr("No result to follow"), why_missing(results, reason))
            return
        if results.emission is None or results.absorbed is None:
            words = tr("These data enter half-way, as tables: what was chosen before them was chosen elsewhere.")
            self.deck.display_missing(tr("Nothing to vary"), tr("{words} Open the raw spectra and scans.", words=words))
            return
        self.deck.display_content()
        self._show_map(results, t)
        self._show_sum(results, t)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._drawn = ()
        self.picture.forget_frame()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.picture.restyle(theme)
        self.table.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        for field, width, name in (
            (self.varied, 148, tr("What is varied")),
            (self.quantity, 64, tr("Result")),
            (self.fits, 112, tr("Fit shown")),
            (self.detuning, 84, tr("ΔE at which η is followed")),
        ):
            field.setFixedWidth(width)
            field.setAccessibleName(name)
            field.setToolTip(name)
        self.table.setAccessibleName(tr("Systematic errors from all choices"))
        self.run_button.setToolTip(tr("Analyse the document at every point of this choice’s grid"))
        self.sum_button.setToolTip(tr("Map all choices and sum them up"))
        self.verdict.setProperty("role", "muted")
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head = QWidget()
        places = row(head, GAP)
        self._of, self._at = QLabel("of"), QLabel(tr("at ΔE"))
        for label, field in (
            (QLabel(tr("Vary")), self.varied),
            (QLabel(tr("look at")), self.quantity),
            (self._of, self.fits),
            (self._at, self.detuning),
        ):
            label.setProperty("role", "muted")
            places.addWidget(label)
            places.addWidget(field)
        places.addStretch(1)
        places.addWidget(self.run_button)
        self.sum_card.header.addWidget(self.sum_button)
        self.sum_card.add(self.verdict)
        self._rows = scrolled(self.table)
        self._rows.hide()
        self.sum_card.add(self._rows, 1)
        self.sum_card.body.addStretch(0)
        content = QWidget()
        lines = column(content, GAP)
        lines.addWidget(head)
        lines.addWidget(self.maps, 5)
        lines.addWidget(self.sum_card, 3)
        return content

    def _map_content(self) -> QWidget:
        self.map_card.add(self.picture.map_row, 1)
        foot = QWidget()
        places = row(foot, GAP)
        lines = QWidget()
        both = column(lines)
        both.addWidget(self.cell_name)
        both.addWidget(self.cell_line)
        places.addWidget(lines, 1)
        places.addWidget(self.use_button)
        self.map_card.add(foot)
        self.slice_card.add(self.picture.slices, 1)
        content = QWidget()
        cards = grid(content, (1,))
        cards.addWidget(self.map_card, 0, 0)
        cards.addWidget(self.slice_card, 0, 1)
        cards.setColumnStretch(0, 6)
        cards.setColumnStretch(1, 4)
        return content

    def _connect(self) -> None:
        self.detuning.display(self._detuning)
        self.use_button.setEnabled(False)
        self.use_button.setToolTip(tr("Set the document to the chosen cell; one step to undo"))
        self.varied.chosen.connect(self._look_elsewhere)
        self.quantity.chosen.connect(self._look_again)
        self.fits.chosen.connect(self._look_again)
        self.detuning.committed.connect(self._choose_detuning)
        self.detuning.refused.connect(self.hint_changed)
        self.run_button.clicked.connect(lambda: self._run(self._map_study))
        self.sum_button.clicked.connect(lambda: self._run(SPREAD))
        self.use_button.clicked.connect(self._use)
        self.picture.cell_chosen.connect(self._choose_cell)
        self.picture.cell_used.connect(self._use)
        self.picture.display_hint(_HINT)
        self.picture.hint_changed.connect(self.hint_changed)

    # --- choosing ----------------------------------------------------------------------------------------
    @property
    def _map_study(self) -> Study:
        return MAPS[str(self.varied.key)]

    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    def _look_elsewhere(self) -> None:
        self._chosen = None
        self._look_again()

    def _choose_detuning(self, value: float) -> None:
        self._detuning = value
        self.request_changed.emit()

    def _run(self, study: Study) -> None:
        if self._shown is not None:
            self._asked[study.key] = (self._shown[0].document, self._detuning)
            self.study_requested.emit(study.key)

    def _choose_cell(self, i: int, j: int) -> None:
        self._chosen = (i, j)
        self._look_again()

    def _use(self) -> None:
        """Wish for the settings of the chosen cell, unless the map is of earlier ones."""
        if self._shown is None or self._chosen is None or not self.use_button.isEnabled():
            return
        found = self._map(self._shown[0])[0]
        try:
            wanted = settings_at(self._shown[0], str(self.varied.key), *self._chosen)
        except AsplabError as error:
            self.hint_changed.emit(str(error))
            return
        if found is not None:
            self.settings_offered.emit(wanted, point_name(found, *self._chosen).lower())

    # --- showing -----------------------------------------------------------------------------------------
    def _holds(self, outcome: Outcome, study: Study, document: Document, quantity: str) -> bool:
        """Return whether an outcome belongs to a document; the chosen ΔE matters to η alone."""
        return has_same_inputs(outcome.document, document, study.ignores) and (
            quantity != "eta" or outcome.request == self._detuning
        )

    def _map(self, results: Results) -> "tuple[SensitivityMap | None, bool]":
        """Return the map of what is varied, by itself or among all, and whether it holds now."""
        choice, quantity = str(self.varied.key), str(self.quantity.key)
        stale = None
        for study in (self._map_study, SPREAD):
            outcome = self._states[study.key].outcome
            if outcome is None:
                continue
            maps = outcome.value.maps if study is SPREAD else (outcome.value,)
            found = next((one for one in maps if one.choice == choice), None)
            if found is not None and self._holds(outcome, study, results.document, quantity):
                return found, True
            stale = stale or found
        return stale, False

    def _look(self, results: Results, t: int, found: "SensitivityMap | None" = None) -> Look:
        key = str(self.quantity.key)
        if key == "eta" or self.fits.key == "here":
            at = temperature_name(results.polaron.temperatures_k[t]) if results.polaron is not None else ""
            if key == "eta" and found is not None and t < len(found.detuning_mev):
                at = f"{at}, ΔE = {found.detuning_mev[t]:.0f} meV"
            colors = temperature_specs(results.polaron.temperatures_k) if results.polaron is not None else []
            return Look(key, t, at, colors[t] if t < len(colors) else "text")
        return Look(key, -1, _JOINT_WORDS.get(key, tr("joint fit")))

    def _show_map(self, results: Results, t: int) -> None:
        self._show_fields()
        found, holds = self._map(results)
        state = self._states[self._map_study.key]
        self._show_button(self.run_button, self._map_study, results, holds=holds)
        if found is None or (self._row(t) >= 0 and t >= len(found.temperatures_k)):
            title = tr("Mapping …") if state.is_running else tr("Not mapped yet")
            self.maps.display_missing(title, f"! {state.failure}" if state.failure else _NOT_MAPPED)
            return
        self.maps.display_content()
        if self._chosen is not None and not _is_in(found, self._chosen):
            self._chosen = None
        look = self._look(results, t, found)
        key = (found, holds, look, self._chosen, state.is_running, state.failure)
        if key == self._drawn:
            return
        self._drawn = key
        self.picture.display(found, look, self._chosen, is_stale=not holds)
        self._show_words(found, look, state, holds=holds)

    def _show_words(self, found: "SensitivityMap", look: Look, state: StudyState, *, holds: bool) -> None:
        place = f"{look.symbol} · {look.place}"
        self.map_card.display_title(tr("Change of {symbol} in σ", symbol=look.symbol))
        words = tr("mapping …") if state.is_running else f"! {state.failure}" if state.failure else ""
        if not words and not holds:
            words = _EARLIER
        if not words and found.problems:
            words = f"! {found.problems[0].message}"
        self.map_card.display_subtitle(
            words or look.place, *((tr("! see the tooltip"),) if words.startswith("!") else ())
        )
        self.map_card.setToolTip("\n".join(problem.message for problem in found.problems))
        self.slice_card.display_subtitle(place, look.symbol)
        cell = self._chosen or (found.x.reference, found.y.reference)
        result, why = cell_words(found, look, *cell)
        name = point_name(found, *cell)
        self.cell_name.display(f"{name} · {escaped(why)}", name, values_name(found, *cell))
        self.cell_line.display(result)
        for line in (self.cell_name, self.cell_line):
            line.setToolTip(f"<b>{name}</b><br>{result}<br>{escaped(why)}")
        self.picture.heat.setAccessibleDescription(f"{name}: {result}, {why}")
        is_other = self._chosen is not None and cell != (found.x.reference, found.y.reference)
        self.use_button.setEnabled(holds and is_other and not found.failed[cell])

    def _show_button(self, button: QPushButton, study: Study, results: Results, *, holds: bool) -> None:
        asked = self._asked.get(study.key)
        is_asked = asked is not None and asked[1] == self._detuning
        is_asked = is_asked and has_same_inputs(asked[0], results.document, study.ignores)  # type: ignore[index]
        waits = self._states[study.key].is_running and is_asked
        button.setEnabled(not waits and not (holds and self._is_exact(study, results)))

    def _is_exact(self, study: Study, results: Results) -> bool:
        """Return whether what is known was also asked with the present ΔE, by itself or among all."""
        outcomes = (self._states[one.key].outcome for one in (study, SPREAD))
        return any(
            outcome is not None
            and outcome.request == self._detuning
            and has_same_inputs(outcome.document, results.document, study.ignores)
            for outcome in outcomes
        )

    def _show_fields(self) -> None:
        is_eta = self.quantity.key == "eta"
        for part, is_wanted in ((self._of, not is_eta), (self.fits, not is_eta), (self._at, is_eta)):
            part.setVisible(is_wanted)
        self.detuning.setVisible(is_eta)

    def _row(self, t: int) -> int:
        return t if self.quantity.key == "eta" or self.fits.key == "here" else -1

    def _show_sum(self, results: Results, t: int) -> None:
        state = self._states[SPREAD.key]
        found: ChoiceSpread | None = state.value
        outcome, look = state.outcome, self._look(results, t)
        holds = outcome is not None and self._holds(outcome, SPREAD, results.document, look.quantity)
        self._show_button(self.sum_button, SPREAD, results, holds=holds)
        key = (outcome, holds, look, state.is_running, state.failure)
        if key == self._summed:
            return
        self._summed = key
        words = tr("varying all choices …") if state.is_running else f"! {state.failure}" if state.failure else ""
        if not words and found is not None:
            words = look.place if holds else _EARLIER
        self.sum_card.display_subtitle(words)
        if found is None or (look.row >= 0 and look.row >= len(found.temperatures_k)):
            return
        self.sum_card.setToolTip("\n".join(problem.message for problem in found.problems))
        self.table.display_columns(spread_columns(found.choices))
        rows = spread_rows(found, look.row, is_muted=not holds)
        at = next((k for k, one in enumerate(rows) if one.cells[0].split(" ")[0] == look.symbol), None)
        self.table.display(rows, selected=at)
        self._rows.show()
        self.verdict.setText(
            unbroken(spread_words(found, look))
            or tr("{symbol} is not determined: {place}.", symbol=look.symbol, place=look.place)
        )
        self.verdict.setProperty("role", "" if holds else "muted")
        self.verdict.style().polish(self.verdict)


def _is_in(found: "SensitivityMap", cell: tuple[int, int]) -> bool:
    shape: tuple[int, ...] = found.failed.shape
    return cell[0] < shape[0] and cell[1] < shape[1]
