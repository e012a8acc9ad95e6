"""The corrections in the order in which they act, and what the chosen one changes for the selected condition."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QStackedLayout, QWidget

from asplab.core.corrections import Corrected
from asplab.core.document import Document
from asplab.core.ledger import Step, ledger
from asplab.core.ledger.around import Around, takes_long
from asplab.core.pipeline import Results
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import StudyPanel
from asplab.gui.panels.corrections.drawn import condition_points, scan_curves, spectrum_curves
from asplab.gui.panels.corrections.picture import StepPicture
from asplab.gui.panels.corrections.rows import (
    CONDITIONS,
    EFFECT_COLUMNS,
    HEADS,
    SAMPLE,
    condition_row,
    effect_line,
    sources_line,
    switch_rows,
)
from asplab.gui.panels.corrections.studies import EFFECTS, PICTURE, Request, look
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.switch_list import SwitchList
from asplab.gui.widgets.table import DataTable
from asplab.gui.widgets.text import escaped
from asplab.gui.words.findings import typeset
from asplab.gui.words.reading import selected_stack, stack_name, temperature_name, why_missing

VIEWS = (("mean", tr("Mean")), ("repeats", tr("Repeats")), ("conditions", tr("All conditions")))
STALE, RUNNING = tr("! effects of earlier settings"), tr("comparing …")

if TYPE_CHECKING:
    from asplab.core.appraisal.correction_effects import CorrectionEffect


class CorrectionsPanel(StudyPanel):
    """A list with a switch for each correction above; before and after, or the table of conditions, below."""

    studies = (EFFECTS, PICTURE)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self._view = ViewState()
        self._steps: tuple[Step, ...] = ()
        self._listed: tuple[Step, ...] = ()
        self._name = ""
        self._asked: dict[str, bool] = {}
        self._kinds: dict[str, Any] = {}
        self._state, self._pictured = StudyState(), StudyState()
        self._wanted: Request | None = None
        self._asked_for: tuple[Document, Request] | None = None
        self._drawn: tuple[object, ...] = ()
        self._keys: tuple[str, ...] = ()
        self.list = SwitchList(theme, HEADS, EFFECT_COLUMNS, sample=SAMPLE)
        self.list.setAccessibleName(tr("Corrections"))
        self.run_button, self.more_button = QPushButton(tr("Compare again")), QPushButton()
        self.more_button.setCheckable(True)
        self.more_button.setToolTip(tr("Show corrections for which there is nothing to do, or no files and numbers"))
        self.views = ChoiceField(VIEWS)
        self.picture = StepPicture(theme)
        self.table = DataTable(theme, CONDITIONS)
        self.table.setAccessibleName(tr("What the correction does to every condition"))
        self._list_card, self._picture_card = Card(tr("Corrections")), Card("")
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    # --- StudyPanel --------------------------------------------------------------------------------------
    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what the corrections do to the results, and the picture of one that takes long."""
        self._state, self._pictured = states[EFFECTS.key], states[PICTURE.key]

    def request(self, key: str) -> Any:
        """Return which correction of which condition is to be pictured."""
        return self._wanted if key == PICTURE.key else None

    def display(self, results: Results, view: ViewState) -> None:
        """Show the corrections and the selected condition; nothing here moves while a window is dragged."""
        k = selected_stack(results, view)
        if results.corrected is None or k is None:
            reason = tr("Add emission spectra (kind pl or aspl), or choose a temperature that has some.")
            self.deck.display_missing(tr("Nothing to correct"), why_missing(results, reason, view))
            return
        if results is not self._results:
            self._steps, self._asked = ledger(results), {}
            self._keep_kinds(results.document)
        is_first = self._results is None
        self._results, self._view = results, view
        self.deck.display_content()
        if self._name not in {step.name for step in self._steps}:
            self._name = next((step.name for step in self._steps if step.state == "on"), self._steps[0].name)
        self._show_list(results, k)
        self._show_words()
        if is_first:
            # List and picture together would hold up the turn in which the step is shown for the first time.
            QTimer.singleShot(0, self, self._look_again)
            return
        if self.views.key == "conditions":
            self._show_table(results.corrected, k)
        else:
            self._show_picture(results, k)
        self._below.setCurrentIndex(1 if self.views.key == "conditions" else 0)
        self.picture.display_record(view.record)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._drawn = ()
        self.picture.forget_frame()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.list, self.picture, self.table):
            part.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        kept = self.run_button.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.run_button.setSizePolicy(kept)
        self.run_button.hide()
        self._list_card.header.insertWidget(1, self.run_button)
        self._list_card.header.addWidget(self.more_button)
        self._list_card.add(scrolled(self.list), 1)
        self.views.setFixedWidth(132)
        self.views.setAccessibleName(tr("What is shown of the correction"))
        self._picture_card.header.addWidget(self.views)
        below = QWidget()
        self._below = QStackedLayout(below)
        self._below.setContentsMargins(0, 0, 0, 0)
        self._below.addWidget(self.picture)
        self._below.addWidget(scrolled(self.table))
        self._picture_card.add(below, 1)
        content = QWidget()
        cards = column(content, GAP)
        cards.addWidget(self._list_card, 5)
        cards.addWidget(self._picture_card, 6)
        return content

    def _connect(self) -> None:
        self.list.row_chosen.connect(self._choose_step)
        self.list.switch_toggled.connect(self._toggle)
        self.list.hint_changed.connect(self.hint_changed)
        self.more_button.toggled.connect(self._look_again)
        self.run_button.clicked.connect(lambda: self.study_requested.emit(EFFECTS.key))
        self.views.chosen.connect(self._look_again)
        self.table.row_chosen.connect(lambda row: self.stack_chosen.emit(self._keys[row]))
        self.picture.stack_chosen.connect(self.stack_chosen)
        self.picture.record_chosen.connect(self.record_chosen)
        self.picture.hint_changed.connect(self.hint_changed)

    def _choose_step(self, row: int) -> None:
        self._name = self._listed[row].name
        self._look_again()

    def _toggle(self, row: int) -> None:
        """Throw a switch; what follows from it comes with the results."""
        step = self._listed[row]
        if step.switch is None:
            return
        is_on = not self._asked.get(step.name, step.state == "on")
        self._name, self._asked = step.name, {**self._asked, step.name: is_on}
        on = self._kinds.get(step.name, step.switch.on)
        self.setting_edited.emit(step.switch.record, step.switch.field, on if is_on else step.switch.off)
        self._look_again()

    def _keep_kinds(self, document: Document) -> None:
        """Remember what kind of each correction was on, so that off and on again changes nothing."""
        if self._results is None or document.experiment is not self._results.document.experiment:
            self._kinds = {}
        switches = {step.name: step.switch for step in self._steps if step.switch is not None}
        self._kinds |= {name: one.value(document) for name, one in switches.items() if one.is_on(document)}

    def _look_again(self) -> None:
        if self._results is not None:
            self.display(self._results, self._view)

    # --- showing -----------------------------------------------------------------------------------------
    @property
    def step(self) -> Step:
        """The correction that is shown."""
        return next(step for step in self._steps if step.name == self._name)

    def _show_list(self, results: Results, k: int) -> None:
        effects = self._state.value or {}
        is_current = self._state.is_current and not self._asked
        kind = results.corrected.stacks[k].kind if results.corrected is not None else ""
        self._listed = tuple(step for step in self._steps if step.can_switch or self._shows(step))
        rows = switch_rows(self._listed, k, kind, effects, self._asked, is_current=is_current)
        self.list.display(rows, selected=self._listed.index(self.step))
        self._list_card.limit_content(self.list.sizeHint().height())

    def _shows(self, step: Step) -> bool:
        """Whether a correction that can't change anything is listed: where all are, and while it is looked at."""
        return self.more_button.isChecked() or step.name == self._name

    def _show_words(self) -> None:
        idle = sum(not step.can_switch for step in self._steps)
        self.more_button.setText(tr("{idle} more", idle=idle))
        self.more_button.setVisible(bool(idle))
        words, can_run = _said(self._state)
        self._list_card.display_subtitle(words)
        if self.run_button.isHidden() == can_run:
            self.run_button.setVisible(can_run)

    def _show_picture(self, results: Results, k: int) -> None:
        assert results.gathered is not None
        step, stack = self.step, results.gathered.stacks[k]
        place = temperature_name(results.gathered.temperatures_k[stack.temperature])
        is_one = step.subject == "spectrum" or step.name == "laser_line"
        name = f"{place} · {stack_name(stack)}" if is_one else place
        self._picture_card.display_title(escaped(step.title))
        told = escaped(typeset(step.told))
        self._picture_card.display_subtitle(f"{told} · {name}", told, f"{escaped(typeset(step.brief))} · {name}", name)
        self.picture.display_facts(sources_line(step), effect_line(self._effect(step)))
        products = (results.gathered, results.corrected, results.scans, results.absorbed, results.emission)
        slow = self._found(results, step, k) if takes_long(step) else None
        if takes_long(step) and slow is None:
            if not self._drawn or self._drawn[0] != step.name:
                self._drawn = (step.name,)
                self.picture.display_words(step.title, tr("Computing …"))
            return
        drawn = (step.name, slow, *map(id, products), results.document.settings.energies, step, k, self.views.key)
        if drawn != self._drawn:
            self._drawn = drawn
            self._draw(results, step, k, slow)

    def _effect(self, step: Step) -> "CorrectionEffect | None":
        return (self._state.value or {}).get(step.name) if self._state.is_current else None

    def _found(self, results: Results, step: Step, k: int) -> Around | str | None:
        """Return what a thread has found of a correction, or why it found nothing; None while it is awaited."""
        assert results.gathered is not None
        stacks = results.gathered.stacks
        # What is shown of scans and points is the same for all conditions of a temperature.
        first = next(i for i, stack in enumerate(stacks) if stack.temperature == stacks[k].temperature)
        if self._wanted != (step.name, first):
            self._wanted, self._pictured = (step.name, first), StudyState()
        if self._pictured.is_current or self._pictured.failure:
            return self._pictured.value if self._pictured.is_current else self._pictured.failure
        # By its parts: another document with the same ones has the same picture.
        document = results.document
        asked = (id(document.experiment), document.settings, document.exclusions, self._wanted)
        if asked != self._asked_for and results.is_at_rest:
            self._asked_for = asked
            QTimer.singleShot(0, self, self._ask)
        return None

    def _ask(self) -> None:
        """Have the picture made that is wanted, or shown where it was made before."""
        self.study_requested.emit(PICTURE.key)
        self.request_changed.emit()

    def _draw(self, results: Results, step: Step, k: int, slow: Around | str | None) -> None:
        if not step.can_switch:
            self.picture.display_words(step.title, typeset(step.told))
            return
        found = look(results, (step.name, k), self._steps) if slow is None else slow
        if isinstance(found, str):
            self.picture.display_words(step.title, found)
            return
        subject = (results.document.experiment, step.name, k)
        if found.stacks:
            key = results.gathered.stacks[k].key if results.gathered is not None else ""
            points = condition_points(results, step, found)
            self.picture.display_points(points, key, subject=(*subject[:2], found.stacks))
            return
        make = scan_curves if step.subject == "scan" else spectrum_curves
        drawn = make(results, self._steps, step, found, k)
        self.picture.display_curves(drawn, shows_repeats=self.views.key == "repeats", subject=subject)

    def _show_table(self, corrected: Corrected, k: int) -> None:
        t = corrected.stacks[k].temperature
        members = [i for i, stack in enumerate(corrected.stacks) if stack.temperature == t]
        self._keys = tuple(corrected.stacks[i].key for i in members)
        self.table.display([condition_row(corrected, i) for i in members], selected=members.index(k))
        total = int(sum(corrected.replaced_pixels[i] for i in members))
        name = temperature_name(corrected.temperatures_k[t])
        self._picture_card.display_title(tr("Conditions at {name}", name=name))
        self._picture_card.display_subtitle(
            tr("{members} conditions · {total} pixels replaced", members=len(members), total=total)
        )


def _said(state: StudyState) -> tuple[str, bool]:
    """Return what is said about the effects, and whether they can be found by hand."""
    if state.is_running:
        return f"{STALE} · {RUNNING}" if state.outcome is not None and not state.is_current else RUNNING, False
    if state.failure:
        return f"! {escaped(state.failure)}", True
    if state.outcome is not None and not state.is_current:
        return STALE, True
    return tr("Δ = with − without the correction") if state.is_current else "", not state.is_current
