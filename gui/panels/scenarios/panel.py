"""Scenarios side by side: what each sets otherwise, what it finds, and both over one another."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from asplab.core.document import Document, Scenario
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.core.scenarios import state_of
from asplab.core.scenarios.findings import brief
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec, detuning_symbol
from asplab.gui.panels.base import StudyPanel
from asplab.gui.panels.scenarios.listing import ScenarioList
from asplab.gui.panels.scenarios.picture import eta_series, plane_home, plane_series
from asplab.gui.panels.scenarios.rows import Variant, columns, finding_rows, setting_rows
from asplab.gui.panels.scenarios.studies import SCENARIOS, Wanted, result_at
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, grid, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.table import DataTable
from asplab.gui.words.reading import selected_temperature, temperature_name, temperatures_of

_MOST_SETTINGS_PX = 200
MOST_AT_FIRST, MOST = 4, 7
"""Scenarios that are compared before anybody chose, and at most: as many as there are colours."""


class ScenariosPanel(StudyPanel):
    """The scenarios of the experiment; the present state comes first, all others are compared with it."""

    scenario_created = Signal()
    scenario_updated = Signal(str)
    scenario_duplicated = Signal(str)
    scenario_renamed = Signal(str, str)
    """Name and new name."""
    scenario_deleted = Signal(str)
    scenario_chosen = Signal(str)
    """Name of the scenario to switch to."""

    studies = (SCENARIOS,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._state = theme, StudyState()
        self._shown: tuple[Results, ViewState] | None = None
        self._compared: dict[str, bool] = {}
        self._met: tuple[Results, ...] = ()
        self._experiment: Experiment | None = None
        self._latest: Document | None = None
        self._key: tuple[object, ...] = ()
        self._subject: tuple[object, ...] = ()
        self.listing = ScenarioList(theme)
        self.views = ChoiceField((("eta", "η(ΔE)"), ("here", "g, ħω"), ("joint", tr("g, ħω joint"))))
        self.eta = SeriesPlot(theme, x_label="ΔE (meV)", y_label="η")
        self.plane = SeriesPlot(theme, x_label="ħω (meV)", y_label="g (meV)")
        self.settings = DataTable(theme, columns((), tr("Setting")), sortable=False)
        self.findings = DataTable(theme, columns((), tr("Result")), sortable=False)
        self._plot_card = Card(tr("Over one another"))
        self._settings_card, self._findings_card = Card(tr("What they set otherwise")), Card(tr("What they find"))
        self.settings_deck = Deck(scrolled(self.settings))
        column(self).addWidget(self._content())
        self._connect()

    # --- StudyPanel --------------------------------------------------------------------------------------
    def request(self, key: str) -> Wanted:
        """Return the states to analyse: those that are compared, but for the present one."""
        if self._shown is None:
            return Wanted()
        document = self._shown[0].document
        here = state_of(document)
        states = tuple(state_of(one) for one in self._chosen(document) if state_of(one) != here)
        return Wanted(states, self._known)

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over the results that were found."""
        self._state = states[SCENARIOS.key]

    def display(self, results: Results, view: ViewState) -> None:
        """Show the scenarios; nothing here is computed but the words."""
        document = results.document
        if document.experiment is not self._experiment:
            self._experiment, self._compared, self._met = document.experiment, {}, ()
        before = None if self._shown is None else self._shown[0].document
        self._shown = (results, view)
        self._meet(results)
        if before is None or (before.scenarios, state_of(before)) != (document.scenarios, state_of(document)):
            # What is asked for follows the document; the studies hear of it once this display is over.
            self.request_changed.emit()
        variants = self._variants(results)
        # Results may be those of an earlier document, while the list would lead back to it.
        latest = self._latest
        listed = latest if latest is not None and latest.experiment is document.experiment else document
        self.listing.display(listed, self._colors(listed))
        t = selected_temperature(results, view)
        temperature_k = None if t is None else float(temperatures_of(results)[t])
        key = (results, t, self._state, self.views.key, tuple(one.name for one in variants), self._theme)
        if key == self._key:
            return
        self._key = key
        self._show_tables(results, variants, temperature_k)
        self._show_plot(variants, temperature_k)

    def display_document(self, document: Document | None) -> None:
        """Show at once which scenarios there are; results may still be on their way."""
        self._latest = document
        if document is not None and document.experiment is self._experiment and self.isVisible():
            self.listing.display(document, self._colors(document))

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._key, self._subject = (), ()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for part in (self.listing, self.eta, self.plane, self.settings, self.findings):
            part.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        self.views.setFixedWidth(112)
        self.views.setAccessibleName(tr("What is drawn"))
        self.views.setToolTip(tr("η of the temperature shown, or what the data determine of g and ħω"))
        self._plot_card.header.addWidget(self.views)
        self._plot_card.add(self.eta, 1)
        self._plot_card.add(self.plane, 1)
        self.plane.hide()
        self._settings_card.add(self.settings_deck, 1)
        self._findings_card.add(scrolled(self.findings), 1)
        self.settings.setAccessibleName(tr("Settings that differ"))
        self.findings.setAccessibleName(tr("Results side by side"))
        top = QWidget()
        cards = grid(top, (1,))
        cards.addWidget(self.listing, 0, 0)
        cards.addWidget(self._plot_card, 0, 1)
        cards.setColumnStretch(0, 4)
        cards.setColumnStretch(1, 5)
        content = QWidget()
        places = column(content, GAP)
        places.addWidget(top, 5)
        places.addWidget(self._settings_card, 3)
        places.addWidget(self._findings_card, 5)
        return content

    def _connect(self) -> None:
        listing = self.listing
        listing.created.connect(self.scenario_created)
        listing.updated.connect(self.scenario_updated)
        listing.duplicated.connect(self.scenario_duplicated)
        listing.renamed.connect(self.scenario_renamed)
        listing.deleted.connect(self.scenario_deleted)
        listing.switched.connect(self._switch)
        listing.toggled.connect(self._toggle)
        self.views.chosen.connect(self._look_again)
        for plot in (self.eta, self.plane):
            plot.hint_changed.connect(self.hint_changed)
        self.eta.display_hint(tr("Symbols: η with its 68 % interval · lines: Eq. 9 · dashed: other scenarios"))
        self.plane.display_hint(tr("Contours: 68 % of g and ħω together · dashed: other scenarios"))

    # --- choosing ----------------------------------------------------------------------------------------
    def _switch(self, name: str) -> None:
        document = None if self._shown is None else self._shown[0].document
        kept = document is not None and any(state_of(one) == state_of(document) for one in document.scenarios)
        self.scenario_chosen.emit(name)
        if not kept:
            self.hint_changed.emit(tr("The state before was kept under no name; Undo leads back to it"))

    def _toggle(self, name: str, is_compared: bool) -> None:
        if self._shown is None:
            return
        if is_compared and len(self._chosen(self._shown[0].document)) >= MOST:
            self.hint_changed.emit(tr("{most} scenarios can be compared at once; leave one out first", most=MOST))
        else:
            self._compared[name] = is_compared
        self.listing.forget()
        self.request_changed.emit()

    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    # --- what is compared --------------------------------------------------------------------------------
    @property
    def _known(self) -> tuple[Results, ...]:
        known: Any = self._state.value
        return (*self._met, *(() if known is None else known))

    def _meet(self, results: Results) -> None:
        """Remember what the present state finds if it is that of a scenario: it need not be found again later."""
        document, here = results.document, state_of(results.document)
        if results.intervals is None or not any(state_of(one) == here for one in document.scenarios):
            return
        if result_at(self._met, here) is None:
            kept = {state_of(one): None for one in document.scenarios}
            self._met = (brief(results), *(one for one in self._met if state_of(one.document) in kept))

    def _chosen(self, document: Document) -> list[Scenario]:
        """Return the scenarios that are compared: those with a box, of the others the latest."""
        chosen: list[Scenario] = []
        for place, one in enumerate(document.scenarios):
            if self._compared.get(one.name, place < MOST_AT_FIRST):
                chosen.append(one)
        return chosen[:MOST]

    def _colors(self, document: Document) -> dict[str, str]:
        """Return the colour of each scenario that is compared; one that is kept later changes none of them."""
        here, count = state_of(document), len(document.scenarios)
        names = [one.name for one in document.scenarios]
        return {
            one.name: "text" if state_of(one) == here else detuning_spec((count - 1 - names.index(one.name)) % MOST)
            for one in self._chosen(document)
        }

    def _variants(self, results: Results) -> list[Variant]:
        """Return the present state under its name, if it has one, and then every other that is compared."""
        document = results.document
        here = state_of(document)
        same = [one.name for one in document.scenarios if state_of(one) == here]
        name = document.scenario if document.scenario in same else same[0] if same else tr("now")
        variants = [Variant(name, here, "text", "circle", results)]
        colors, names = self._colors(document), [one.name for one in document.scenarios]
        for one in self._chosen(document):
            if state_of(one) != here:
                symbol = detuning_symbol(1 + (len(names) - 1 - names.index(one.name)) % MOST)
                known = result_at(self._known, state_of(one))
                variants.append(Variant(one.name, state_of(one), colors[one.name], symbol, known))
        return variants

    # --- showing -----------------------------------------------------------------------------------------
    def _show_tables(self, results: Results, variants: list[Variant], temperature_k: float | None) -> None:
        if len(variants) > 1:
            self.settings.display_columns(columns(variants, tr("Setting")))
            self.settings.display(setting_rows(variants, results.gathered))
            self.settings_deck.display_content()
            self._settings_card.limit_content(self.settings.sizeHint().height())
            self._settings_card.setMinimumHeight(min(self._settings_card.maximumHeight(), _MOST_SETTINGS_PX))
        else:
            self.settings_deck.display_missing(*_why_alone(results.document))
            self._settings_card.setMinimumHeight(0)
            self._settings_card.setMaximumHeight(_UNLIMITED_PX)
        self.findings.display_columns(columns(variants, tr("Result")))
        self.findings.display(finding_rows(variants, temperature_k))
        here = "" if temperature_k is None else temperature_name(temperature_k)
        meaning = tr("shifts against {name}, in its standard errors", name=variants[0].name)
        self._findings_card.display_subtitle(meaning if len(variants) > 1 else here)
        self._settings_card.display_subtitle(self._said(variants))

    def _said(self, variants: list[Variant]) -> str:
        if self._state.failure:
            return f"! {self._state.failure}"
        waits = sum(one.results is None for one in variants)
        return tr("computing {count} …", count=waits) if waits and self._state.is_running else ""

    def _show_plot(self, variants: list[Variant], temperature_k: float | None) -> None:
        is_eta = self.views.key == "eta"
        self.eta.setVisible(is_eta)
        self.plane.setVisible(not is_eta)
        place = ""
        if is_eta:
            self.eta.display([] if temperature_k is None else eta_series(variants, temperature_k))
        else:
            self.plane.display(plane_series(variants, None if self.views.key == "joint" else temperature_k))
        if self.views.key != "joint":
            place = "" if temperature_k is None else temperature_name(temperature_k)
        self._plot_card.display_subtitle(place)
        known = tuple(one.name for one in variants if one.results is not None)
        subject = (self._experiment, self.views.key, temperature_k, known)
        if subject != self._subject:
            self._subject = subject
            if is_eta:
                self.eta.set_home(y=(-0.05, 1.05))
                self.eta.view_all()
            else:
                x, y = plane_home(self.plane.series)
                self.plane.set_home(x=x, y=y)
                self.plane.view_all()


def _why_alone(document: Document) -> tuple[str, str]:
    """Return why there is nothing to compare, and what to do."""
    here = state_of(document)
    equal = [f"“{one.name}”" for one in document.scenarios if state_of(one) == here]
    if len(equal) < len(document.scenarios):
        return tr("Nothing is chosen to compare with"), tr("Tick another scenario in the list.")
    if len(equal) > 1:
        *most, last = equal
        return (
            tr("{names} and {last} are equal", names=", ".join(most), last=last),
            tr("They hold the same settings and exclusions. Change what you like: it is compared with them here."),
        )
    return (
        tr("Nothing to compare with yet"),
        tr("Keep the present settings as a scenario, then change what you like: both stand side by side here."),
    )


_UNLIMITED_PX = 16_777_215
"""What Qt takes for no limit."""
