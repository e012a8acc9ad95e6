"""The referee page: what effects of any size would do to the results, and which size overturns a conclusion."""

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from asplab.core.document import Document
from asplab.core.errors import AsplabError
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.core.systematics import NUISANCES, prior_sizes
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES
from asplab.gui.panels.polaron.model_picture import eta_home
from asplab.gui.panels.polaron.page import Page
from asplab.gui.panels.polaron.referee_moved import (
    COLUMNS,
    OVERTURN_COLUMNS,
    Fits,
    change_rows,
    changes,
    claim_names,
    eta_changes,
    longest,
    move,
    overturn_rows,
    overturns_of,
    reach_of,
    series,
    sizes_of,
    told,
)
from asplab.gui.panels.polaron.referee_slider import EffectRows
from asplab.gui.panels.polaron.referee_study import REFEREE, SUBJECT
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.settings_catalogue import EFFECTS
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import DataTable
from asplab.gui.words.reading import selected_temperature, temperature_name, why_missing

if TYPE_CHECKING:
    from asplab.core.systematics import Refereed, Subject

_SHARES = (13, 12)
_ROOM = 1.25
_EXPLORES = tr("For trying out only: nothing here is saved.")
_ASK = tr("“Ask” looks for the size of each effect at which a conclusion falls; about twenty seconds.")
_HINT = tr("Pale: as measured · in front: with the effects, as Eq. 9 is fitted to it · {excludes}", excludes=EXCLUDES)
_CHANGE_HINT = tr("Change of each η in its own statistical error, the grey band is ±1 · {excludes}", excludes=EXCLUDES)
_ROW_HINT = tr("Click a row to try the effect alone at that size, again for the other side")


class RefereePage(Page):
    """Sliders for the effects that no repeat shows, live on the results, and the sizes that overturn a conclusion."""

    studies = (REFEREE, SUBJECT)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._state = theme, StudyState()
        self._shown: tuple[Results, ViewState] | None = None
        self._framed: tuple[Experiment, int] | None = None
        self._reach = 0.0
        self._experiment: Experiment | None = None
        self._subject: Subject | None = None
        self._subject_of: Document | None = None
        self._after: Fits | None = None
        self._after_of: Document | None = None
        self._sizes: dict[str, float] = {}
        self._failure = ""
        self._keys: tuple[str, ...] = ()
        self._rows = EffectRows()
        self.effects = self._rows.by_name
        self.reset_button, self.ask_button = QPushButton(tr("Reset")), QPushButton(tr("Ask"))
        self.plot = SeriesPlot(theme, y_label="η")
        self.change = SeriesPlot(theme, x_label="ΔE (meV)", y_label="Δη (σ)")
        self._guides = Guides(theme)
        self.change.add_layer(self._guides, z=-5)
        self.table, self.overturns = DataTable(theme, COLUMNS), DataTable(theme, OVERTURN_COLUMNS)
        self.claims, self.claim = ChoiceField(), QLabel()
        self._sliders, self._plot_card = Card(tr("Effects")), Card(tr("η with the effects"), short_title="η")
        self._changes, self._referee = (
            Card(tr("What they change"), short_title=tr("Change")),
            Card(tr("What would overturn it"), short_title=tr("Overturn")),
        )
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        # One answer a turn of the event loop, to the newest sizes.
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self._answer)
        self._connect()

    @property
    def sizes(self) -> Mapping[str, float]:
        """The sizes that differ from 0, by the name of the effect and in its unit."""
        return dict(self._sizes)

    # --- Page --------------------------------------------------------------------------------------------
    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what the referee found, and what the sliders move."""
        self._state, ready = states[REFEREE.key], states[SUBJECT.key].outcome
        if ready is not None and ready.value is not self._subject:
            self._subject, self._subject_of = ready.value, ready.document
            self._turn.start(0)

    def display(self, results: Results, view: ViewState) -> None:
        """Show results without and with the effects; those of earlier settings are grey until the hand rests."""
        self._shown = (results, view)
        polaron, t = results.polaron, selected_temperature(results, view)
        if results.document.experiment is not self._experiment:
            self._experiment, self._subject = results.document.experiment, None
            self._sizes, self._after, self._failure = {}, None, ""
        if polaron is None or t is None or not polaron.fitted.any():
            reason = tr(
                "Effects are tried on fits of Eq. 9: η at three detunings of one temperature at least, better six."
            )
            self.deck.display_missing(tr("No fit to try effects on"), why_missing(results, reason))
            return
        self.deck.display_content()
        self._show(results, view, t)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._framed = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for part in (self.plot, self.change, self.table, self.overturns):
            part.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        words = QLabel(_EXPLORES)
        for label in (words, self.claim):
            label.setProperty("role", "muted")
            label.setWordWrap(True)
        self.reset_button.setToolTip(tr("Bring all effects back to 0"))
        self.ask_button.setToolTip(tr("Search for the size of every effect at which a conclusion falls"))
        self.claims.setAccessibleName(tr("Conclusion"))
        self.claims.setToolTip(tr("Conclusion that is to be overturned"))
        self.claims.setFixedWidth(136)
        self.claims.hide()
        self.table.setAccessibleName(tr("Results without and with the effects"))
        self.overturns.setAccessibleName(tr("Sizes that overturn the conclusion"))
        self._sliders.header.addWidget(self.reset_button)
        self._sliders.add(words)
        self._sliders.add(_yielding(self._rows), 1)
        self._sliders.limit_content(self._rows.sizeHint().height() + 2 * GAP + words.sizeHint().height())
        self._referee.header.addWidget(self.claims)
        self._referee.header.addWidget(self.ask_button)
        asked = QWidget()
        lines = column(asked, GAP)
        lines.addWidget(self.claim)
        lines.addWidget(_yielding(self.overturns), 1)
        self.asked = Deck(asked)
        self._referee.add(self.asked, 1)
        self._plot_card.add(self.plot, 5)
        self._plot_card.add(self.change, 3)
        self._changes.add(scrolled(self.table), 1)
        return _two_columns((self._sliders, 5, self._referee, 4), (self._plot_card, 3, self._changes, 2))

    def _connect(self) -> None:
        for name, effect in self.effects.items():
            effect.slider.moved.connect(partial(self._take_size, name))
            effect.slider.hint_changed.connect(self.hint_changed)
            effect.field.committed.connect(partial(self._take_size, name))
            effect.field.refused.connect(self.hint_changed)
        self.reset_button.clicked.connect(lambda: self._take_sizes({}))
        self.ask_button.clicked.connect(lambda: self.study_requested.emit(REFEREE.key))
        self.claims.chosen.connect(self._look_again)
        self.overturns.row_chosen.connect(self._try_overturn)
        for plot, hint in ((self.plot, _HINT), (self.change, _CHANGE_HINT)):
            plot.display_hint(hint)
            plot.hint_changed.connect(self.hint_changed)
            plot.point_clicked.connect(self._choose_point)

    # --- trying out --------------------------------------------------------------------------------------
    def _take_size(self, name: str, size: float) -> None:
        sizes = {other: known for other, known in self._sizes.items() if other != name}
        self._take_sizes(sizes | ({name: size} if size else {}))

    def _take_sizes(self, sizes: dict[str, float]) -> None:
        self._sizes = sizes
        self._show_effects()
        self._turn.start(0)

    def _try_overturn(self, index: int) -> None:
        """Try one effect alone at a size that overturns the conclusion; the second time, at the other one."""
        found: Refereed | None = self._state.value
        if found is None:
            return
        listed = overturns_of(found, self._claim_index)
        sizes = sizes_of(listed[index]) if index < len(listed) else []
        if not sizes:
            self.hint_changed.emit(tr("No size that was looked at overturns this conclusion."))
            return
        name = listed[index].nuisance
        is_again = self._sizes == {name: sizes[0]}
        self._take_sizes({name: sizes[-1] if is_again else sizes[0]})
        self.hint_changed.emit(_ROW_HINT)

    def _choose_point(self, _series: int, point: int, _button: Qt.MouseButton) -> None:
        if point < len(self._keys) and self._keys[point]:
            self.stack_chosen.emit(self._keys[point])

    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    # --- answering ---------------------------------------------------------------------------------------
    def _answer(self) -> None:
        """Fit everything with the present sizes; where the data can't bear them, say so."""
        if self._subject is None or self._shown is None:
            return
        self._turn.stop()
        self._after, self._after_of, self._failure = None, self._subject_of, ""
        if self._sizes:
            try:
                self._after = move(self._subject, self._sizes)
            except AsplabError as error:
                self._failure = str(error)
        results, view = self._shown
        t = selected_temperature(results, view)
        if t is not None and results.polaron is not None:
            self._show(results, view, t)

    # --- showing -----------------------------------------------------------------------------------------
    @property
    def _claim_index(self) -> int:
        return self.claims.key if isinstance(self.claims.key, int) else 0

    def _show(self, results: Results, view: ViewState, t: int) -> None:
        self._show_effects()
        self._show_referee()
        if results.efficiency is None or results.polaron is None:
            return
        before, after = Fits(results.efficiency, results.efficiency, results.polaron), self._after
        is_stale = bool(self._sizes) and self._after_of is not results.document
        if after is not None and after.efficiency.eta.shape != before.efficiency.eta.shape:
            after = None  # of other measurements
        name = temperature_name(before.efficiency.temperatures_k[t])
        self._keys = before.efficiency.keys[t]
        shown = series(before, after, t, self._theme, is_stale=is_stale)
        self.plot.display(shown)
        point = self._keys.index(view.stack) if view.stack and view.stack in self._keys else None
        self.plot.display_selected(None if point is None else len(shown) - 1, point)
        moved = eta_changes(before, after, t, is_stale=is_stale)
        self.change.display(moved)
        self.change.display_selected(None if point is None or after is None else 0, point)
        self._plot_card.display_subtitle(name)
        self._show_changes(before, after, t, is_stale=is_stale)
        self._frame(results, t, reach_of(moved))

    def _show_changes(self, before: Fits, after: Fits | None, t: int, *, is_stale: bool) -> None:
        has_answer = after is not None or not self._sizes
        found = changes(before, after or before, t) if has_answer else []
        self.table.display(change_rows(found, is_stale=is_stale))
        self._changes.limit_content(self.table.sizeHint().height())
        known = [one for one in found if math.isfinite(one.sigmas)]
        largest = max(known, key=lambda one: abs(one.sigmas), default=None)
        if self._failure:
            words: tuple[str, ...] = (f"! {self._failure}",)
        elif is_stale:
            words = (tr("! of earlier settings"),)
        else:
            words = told(largest) if self._sizes and largest is not None else (tr("all effects are 0"),)
        self._changes.display_subtitle(*words)

    def _show_effects(self) -> None:
        if self._subject is None:
            return
        missing = _impossible(self._subject)
        priors = prior_sizes(self._subject.settings) | self._subject.prior
        for name, effect in self.effects.items():
            effect.display(self._sizes.get(name, 0.0), priors[name], missing.get(name, ""))
        self.reset_button.setEnabled(bool(self._sizes))
        count = len(self._sizes)
        self._sliders.display_subtitle(tr("{count} at work", count=plain(count, 0)) if count else "")

    def _show_referee(self) -> None:
        state = self._state
        found: Refereed | None = state.value
        words = tr("asking …") if state.is_running else f"! {state.failure}" if state.failure else ""
        if not words and found is not None and not state.is_current:
            words = tr("! of earlier settings")
        self._referee.display_subtitle(words)
        self.ask_button.setText(tr("Ask again") if found is not None and not state.is_current else tr("Ask"))
        self.ask_button.setEnabled(not state.is_running and not state.is_current)
        if found is None:
            self._show_no_answer()
            return
        names = claim_names(found)
        if [self.claims.itemText(k) for k in range(self.claims.count())] != [text for _, text in names]:
            self.claims.offer(names)
        self.claims.show()
        self.asked.display_content()
        k = min(self._claim_index, len(names) - 1)
        self.claim.setText(tr("{texts}, up to these sizes. Click a row to try one.", texts=found.texts[k]))
        rows = overturn_rows(found, k, is_stale=not state.is_current)
        at = [one.nuisance for one in overturns_of(found, k) if self._sizes.keys() == {one.nuisance}]
        places = [index for index, one in enumerate(rows) if at and one.cells[0] == EFFECTS[at[0]]]
        self.overturns.display(rows, selected=places[0] if places else None)
        self._referee.limit_content(self.overturns.sizeHint().height() + 80)

    def _show_no_answer(self) -> None:
        if self._state.is_running:
            self.asked.display_missing(
                tr("Asking the referee …"), tr("The status line shows how far it is, and can cancel.")
            )
        elif self._state.failure:
            self.asked.display_missing(tr("No answer"), self._state.failure)
        else:
            self.asked.display_missing(tr("Not asked yet"), _ASK)

    def _frame(self, results: Results, t: int, reach: float) -> None:
        """Choose the axes once for every experiment and temperature, and that of the changes as far as they reach."""
        fit = results.efficiency
        is_known = self._framed is not None and self._framed[0] is results.document.experiment and self._framed[1] == t
        if fit is None or (is_known and reach == self._reach):
            return
        x = (0.0, longest(fit))
        self.change.set_home(x=x, y=(-_ROOM * reach, _ROOM * reach))
        self._reach = reach
        # One label for both ends: above the upper one there is no room in a low window.
        ends = [Guide("y", reach), Guide("y", -reach, label=f"±{plain(reach, 0)} σ", is_right=True)]
        self._guides.display([Guide("y", -1.0, 1.0), Guide("y", 0.0), *ends])
        if not is_known:
            self._framed = (results.document.experiment, t)
            self.plot.set_home(x=x, y=eta_home(fit))
            self.plot.view_all()
            self.change.view_all()


def _impossible(subject: "Subject") -> dict[str, str]:
    """Return why effects can't be tried on these data."""
    off = {name for name in NUISANCES if not getattr(subject.settings.systematics, name)}
    found = {name: why for name, why in subject.left_out if name not in off}
    if subject.efficiency.responses is None:
        table = tr("the data begin with a table of η")
        found |= {name: table for name, one in NUISANCES.items() if one.stage == "responses"}
    return found


def _yielding(content: QWidget) -> QWidget:
    """Return a scroll area that leaves it to the cards around it how high it is."""
    area = scrolled(content)
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    return area


def _two_columns(*columns: tuple[Card, int, Card, int]) -> QWidget:
    """Return two columns of two cards, each with its part of the height."""
    content = QWidget()
    places = row(content, GAP)
    for (upper, high, lower, low), share in zip(columns, _SHARES, strict=True):
        side = QWidget()
        cards = column(side, GAP)
        cards.addWidget(upper, high)
        cards.addWidget(lower, low)
        side.setMinimumWidth(1)
        places.addWidget(side, share)
    return content
