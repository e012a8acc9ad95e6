"""The models page: all compared rate models over the data, their ranking, and what the data say in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QPushButton, QStackedLayout, QWidget

from asplab.core.document import Scenario
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.gui.jobs.study import Study, StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES
from asplab.gui.panels.polaron.comparing import COMPARISON, MODEL_ERRORS, Compared, shown_pictures
from asplab.gui.panels.polaron.fit_frame import pull_home
from asplab.gui.panels.polaron.history import History, summary_of
from asplab.gui.panels.polaron.model_picture import (
    Scene,
    along_detuning,
    along_inverse,
    eta_home,
    inverse_home,
    longest,
    middle_point,
    nearest_points,
    pulls,
    range_end,
)
from asplab.gui.panels.polaron.model_rows import (
    COLUMNS,
    MODEL_NAMES,
    best_model,
    columns_of,
    model_rows,
    paragraphs,
    prior_lines,
    systematic_words,
)
from asplab.gui.panels.polaron.page import Page
from asplab.gui.panels.polaron.recent import remember
from asplab.gui.plots.detuning import detuning_label
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.handles import RegionHandle
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, grid, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.scroll import FadingScroll
from asplab.gui.widgets.table import DataTable
from asplab.gui.words.reading import selected_temperature, temperature_name, why_missing

SCALES = (("eta", "η"), ("log", tr("log η")), ("logit", tr("logit η")))
AXES = (("detuning", tr("over ΔE")), ("inverse", tr("over 1/kT")))
FITS = (("here", tr("each alone")), ("joint", tr("joint fit")))
_LABELS = {"eta": "η", "log": "η", "logit": tr("ln η/(1 − η)")}
_X_LABELS = {"detuning": "ΔE (meV)", "inverse": "1/k<sub>B</sub>T (eV⁻¹)"}
_HOME = {"log": (-4.2, 0.25), "logit": (-8.0, 4.0)}
_HINT = tr("Click a row to bring a model to the front, its box to compare it or not · {excludes}", excludes=EXCLUDES)


class ModelsPage(Page):
    """Which rate models describe η(ΔE, T), and how well."""

    studies: tuple[Study, ...] = (COMPARISON,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._state, self._errors = theme, StudyState(), StudyState()
        self._shown: tuple[Results, ViewState] | None = None
        self._subject: tuple[Experiment, int, str] | None = None
        self._table_key: tuple[object, ...] = ()
        self._recent: tuple[Scenario, ...] = ()
        self._front = ""
        self._keys: tuple[tuple[str, ...], ...] = ()
        self._near = np.empty(0, dtype=int)
        self.scale, self.axis, self.fits = ChoiceField(SCALES), ChoiceField(AXES), ChoiceField(FITS)
        self.plots: dict[str, SeriesPlot] = {}
        self.pulls = SeriesPlot(theme, x_label=_X_LABELS["detuning"], y_label=tr("pull (σ)"))
        self._guides = Guides(theme)
        self.pulls.add_layer(self._guides, z=-5)
        self._guides.display([Guide("y", -1.0, 1.0), Guide("y", 0.0)])
        self.regions: dict[str, RegionHandle] = {}
        self.table, self.history = DataTable(theme, COLUMNS), History()
        self.table.setAccessibleName(tr("Models side by side"))
        self.parameters_button = QPushButton(tr("Parameters…"))
        self.verdict, self.priors = QLabel(), QLabel()
        self._plot_card, self._verdict_card = (
            Card(tr("Models and data"), short_title=tr("Models")),
            Card(tr("What the data say")),
        )
        self._table_card = Card(tr("Rate models"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    @property
    def plot(self) -> SeriesPlot:
        """The plot of η in the chosen scale; it is built when it is first wanted."""
        key = str(self.scale.key)
        if key not in self.plots:
            self._add_plot(key)
        return self.plots[key]

    # --- Page --------------------------------------------------------------------------------------------
    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over the comparison."""
        self._state = states[COMPARISON.key]
        outcome = self._state.outcome
        if self._state.is_current and outcome is not None and outcome.value.comparison is not None:
            self._recent = remember(self._recent, outcome.document, summary_of(outcome.value))
            self._errors = states.get(MODEL_ERRORS.key, StudyState())
            wanted: tuple[Study, ...] = (COMPARISON, MODEL_ERRORS)
        else:
            self._errors, wanted = StudyState(), (COMPARISON,)
        if wanted != self.studies:
            # Systematic errors are those of one comparison: they follow once it is there.
            self.studies = wanted
            QTimer.singleShot(0, self, self.request_changed.emit)

    def request(self, key: str) -> Any:
        """Return the comparison whose systematic errors are asked for."""
        compared: Compared | None = self._state.value
        return compared.comparison if key == MODEL_ERRORS.key and compared is not None else None

    def display(self, results: Results, view: ViewState) -> None:
        """Show data and models of the selected temperature; during a drag the models stay as they were, greyed."""
        if self._shown is not None and self._shown[0].document.experiment is not results.document.experiment:
            self._recent = ()
        self._shown = (results, view)
        self.history.display(results.document, self._recent)
        fit, t = results.efficiency, selected_temperature(results, view)
        if fit is None or t is None or not fit.valid.any():
            reason = tr("Rate models are compared on η at several detunings. Load PL, ASPL and photothermal scans.")
            self.deck.display_missing(tr("No η to compare models on"), why_missing(results, reason))
            return
        self.deck.display_content()
        self._keys = fit.keys
        row = self._row(fit, t)
        self._show_table(results, row, temperature_name(fit.temperatures_k[t]))
        self._show_plots(results, fit, view, t)
        self._show_region(results, fit)
        self._fit_ranges(results, t)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for plot in (*self.plots.values(), self.pulls):
            plot.restyle(theme)
        self.table.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        for field, words in (
            (self.scale, tr("Scale of η")),
            (self.axis, tr("Horizontal axis")),
            (self.fits, tr("Fit shown")),
        ):
            field.setAccessibleName(words)
            field.setToolTip(words)
        self.scale.setFixedWidth(86)
        self.axis.setFixedWidth(104)
        self.fits.setFixedWidth(112)
        self._plot_card.header.addWidget(self.scale)
        self._plot_card.header.addWidget(self.axis)
        self._table_card.header.addWidget(self.fits)
        self._table_card.header.addWidget(self.parameters_button)
        self.parameters_button.setToolTip(
            tr(
                "Fix a parameter, bound it, take a published value or let the spread of the gaps and the "
                "temperature be fitted: in the settings at the right"
            )
        )
        holder = QWidget()
        self._scales = QStackedLayout(holder)
        self._plot_card.add(holder, 5)
        self._plot_card.add(self.pulls, 3)
        self.verdict.setWordWrap(True)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.priors.setWordWrap(True)
        self.priors.setProperty("role", "muted")
        self.priors.setToolTip(tr("Known from elsewhere: each adds the square of its pull to χ²"))
        self.priors.hide()
        said = QWidget()
        told = column(said, GAP)
        told.addWidget(self.priors)
        told.addWidget(self.verdict)
        told.addStretch(1)
        verdict = FadingScroll(said)
        verdict.setAccessibleName(tr("What the comparison says"))
        self._verdict_card.add(verdict, 1)
        self._table_card.add(scrolled(self.table), 1)
        side = QWidget()
        places = column(side, GAP)
        places.addWidget(self._verdict_card, 3)
        places.addWidget(self.history, 2)
        content = QWidget()
        cards = grid(content, (5, 3))
        cards.addWidget(self._plot_card, 0, 0)
        cards.addWidget(side, 0, 1)
        cards.addWidget(self._table_card, 1, 0, 1, 2)
        cards.setColumnStretch(0, 3)
        cards.setColumnStretch(1, 2)
        return content

    def _connect(self) -> None:
        for field in (self.scale, self.axis, self.fits):
            field.chosen.connect(self._look_again)
        self.table.row_chosen.connect(self._choose_row)
        self.table.check_toggled.connect(self._toggle)
        self.parameters_button.clicked.connect(lambda: self.setting_wanted.emit("models", "limits"))
        self.history.kept.connect(self.fit_kept)
        self.history.restored.connect(self.fit_restored)
        self.history.renamed.connect(self.fit_renamed)
        self.history.deleted.connect(self.fit_deleted)
        self.pulls.point_clicked.connect(self._choose_pull)
        self.pulls.display_hint(
            tr("Distance from the model in front, in units of each point’s own σ · {excludes}", excludes=EXCLUDES)
        )
        self.pulls.hint_changed.connect(self.hint_changed)

    def _add_plot(self, key: str) -> None:
        plot = self.plots[key] = SeriesPlot(self._theme, y_label=_LABELS[key], log_y=key == "log")
        region = self.regions[key] = RegionHandle(
            self._theme, label=tr("fit range"), scope=tr("all models, all temperatures"), unit="meV", step=1.0
        )
        plot.point_clicked.connect(self._choose_point)
        plot.display_hint(_HINT)
        plot.hint_changed.connect(self.hint_changed)
        plot.add_layer(region, z=20)
        region.dragged.connect(self._drag_range)
        region.drag_finished.connect(self.drag_finished)
        self._scales.addWidget(plot)

    # --- choosing ----------------------------------------------------------------------------------------
    def _look_again(self) -> None:
        self._subject = None
        if self._shown is not None:
            self.display(*self._shown)

    def _choose_row(self, row: int) -> None:
        name = MODEL_NAMES[row]
        self._front = "" if name == self._front else name
        if self._shown is not None:
            self.display(*self._shown)

    def _toggle(self, row: int) -> None:
        if self._shown is None:
            return
        name, chosen = MODEL_NAMES[row], self._shown[0].document.settings.models.compared
        wanted = tuple(one for one in chosen if one != name) if name in chosen else (*chosen, name)
        if not wanted:
            self.hint_changed.emit(tr("One model at least has to be compared."))
            return
        self.setting_edited.emit("models", "compared", tuple(one for one in MODEL_NAMES if one in wanted))

    def _choose_point(self, series: int, point: int, button: Qt.MouseButton) -> None:
        if self._shown is None:
            return
        if self.axis.key == "inverse":
            t, j = series, int(self._near[series]) if series < self._near.size else -1
        else:
            t, j = selected_temperature(*self._shown) or 0, point
        if 0 <= t < len(self._keys) and 0 <= j < len(self._keys[t]) and self._keys[t][j]:
            self.stack_chosen.emit(self._keys[t][j])

    def _choose_pull(self, series: int, point: int, button: Qt.MouseButton) -> None:
        t = None if self._shown is None else selected_temperature(*self._shown)
        if t is not None and point < len(self._keys[t]) and self._keys[t][point]:
            self.stack_chosen.emit(self._keys[t][point])

    def _drag_range(self, low: float, high: float) -> None:
        if self._shown is None or self._shown[0].efficiency is None:
            return
        before = self._shown[0].document.settings.polaron.detuning_range_mev
        end = range_end(self._shown[0].efficiency)
        # An end beyond the data stands at the end of the picture; it stays what it is until it is moved itself.
        kept = before[1] if before[1] > end and abs(high - end) < 1e-6 else high
        self.detuning_range_dragged.emit(max(low, 0.0), max(kept, 0.1))

    # --- showing -----------------------------------------------------------------------------------------
    def _row(self, fit: EfficiencyFit, t: int) -> int | None:
        """Return the row of the comparison that is told; None where it knows no such temperature."""
        compared: Compared | None = self._state.value
        if compared is None or compared.comparison is None:
            return None
        known = compared.comparison.temperatures_k
        if self.fits.key == "joint":
            return len(known)
        return t if len(known) == len(fit.temperatures_k) else None

    def _front_model(self, row: int | None, chosen: tuple[str, ...]) -> str:
        return self._front if self._front in chosen else best_model(self._state.value, row)

    def _show_table(self, results: Results, row: int | None, here: str) -> None:
        chosen, compared = results.document.settings.models.compared, self._state.value
        front = self._front_model(row, chosen)
        errors = self._errors.value if self._errors.is_current else ()
        key = (chosen, self._state.outcome, row, here, self._state.is_current, front, errors)
        if key == self._table_key:
            return
        self._table_key = key
        is_stale = not self._state.is_current
        self.table.display_columns(columns_of(compared))
        rows = model_rows(chosen, compared, row, is_stale=is_stale, systematics=errors)
        self.table.display(rows, selected=MODEL_NAMES.index(front) if front in MODEL_NAMES else None)
        self._table_card.limit_content(self.table.sizeHint().height())
        where = tr("all temperatures") if self.fits.key == "joint" else here
        self._table_card.display_subtitle(where)
        comparison = None if compared is None else compared.comparison
        words = "" if comparison is None or row is None else comparison.verdicts[row]
        told = []
        if comparison is not None and row is not None and front in comparison.models:
            fit = comparison.fits[comparison.models.index(front)]
            told = [systematic_words(one, fit, row) for one in errors if one.model == front]
        words = " ".join([words, *told])
        self.verdict.setText(paragraphs(words) or tr("Not compared yet."))
        used = "<br>".join(prior_lines(compared, front, row))
        self.priors.setText(tr("<b>Priors of this fit</b><br>{used}", used=used) if used else "")
        self.priors.setVisible(bool(used))
        self.verdict.setProperty("role", "muted" if is_stale else "")
        self.verdict.style().polish(self.verdict)
        self._verdict_card.display_subtitle(where, tr("all T") if self.fits.key == "joint" else here)

    def _show_plots(self, results: Results, fit: EfficiencyFit, view: ViewState, t: int) -> None:
        compared: Compared | None = self._state.value
        is_joint, settings = self.fits.key == "joint", results.document.settings
        pictures = {} if compared is None else shown_pictures(compared, is_joint=is_joint)
        scene = Scene(
            fit=fit,
            t=t,
            pictures=pictures,
            detuning_mev=np.empty(0) if compared is None else compared.detuning_mev,
            order=settings.models.compared,
            front=self._front_model(self._row(fit, t), settings.models.compared),
            scale=str(self.scale.key),
            theme=self._theme,
            has_chosen=self._front in settings.models.compared,
            is_stale=not self._state.is_current,
        )
        point = fit.keys[t].index(view.stack) if view.stack and view.stack in fit.keys[t] else None
        name, ring = temperature_name(fit.temperatures_k[t]), None if point is None else (0, point)
        if self.axis.key == "inverse":
            at = point if point is not None else middle_point(fit, t)
            self._near = nearest_points(fit, t, at)
            self.plot.display(along_inverse(scene, self._near))
            ring = (t, 0)
            name = f"ΔE ≈ {plain(fit.detuning_mev[t, at], 0)} meV"
        else:
            low, high = settings.polaron.detuning_range_mev
            in_use = fit.fitted & (fit.detuning_mev > 0.0) & (fit.detuning_mev >= low) & (fit.detuning_mev <= high)
            self.plot.display(along_detuning(scene, in_use))
        self.plot.display_selected(*(ring if ring is not None else (None, None)))
        self.pulls.display(pulls(scene))
        residuals = pull_home(self.pulls.series[0])
        if self.pulls.is_at_home and residuals[1] > self.pulls.view[1][1]:
            self.pulls.set_home(x=(0.0, longest(fit)), y=residuals)
        self._plot_card.display_subtitle(name)

    def _show_region(self, results: Results, fit: EfficiencyFit) -> None:
        low, high = results.document.settings.polaron.detuning_range_mev
        end = range_end(fit)
        for region in self.regions.values():
            region.setVisible(self.axis.key == "detuning" and low < end)
            if low < end:
                region.display(low, min(high, end))

    def _fit_ranges(self, results: Results, t: int) -> None:
        self.pulls.display_labels(detuning_label(results), tr("pull (σ)"))
        if self._scales.currentWidget() is not self.plot:
            self._scales.setCurrentWidget(self.plot)
        key = (results.document.experiment, t, str(self.axis.key))
        if self._subject is not None and self._subject[0] is key[0] and self._subject[1:] == key[1:]:
            return
        self._subject = key
        fit = results.efficiency
        if fit is None:
            return
        is_inverse = self.axis.key == "inverse"
        self.pulls.setVisible(not is_inverse)
        x = inverse_home(fit) if is_inverse else (0.0, longest(fit))
        for name, plot in self.plots.items():
            plot.display_labels(_X_LABELS["inverse"] if is_inverse else "", _LABELS[name])
            plot.set_home(x=x, y=eta_home(fit) if name == "eta" else _HOME[name])
            plot.view_all()
        self.pulls.set_home(x=(0.0, longest(fit)), y=pull_home(self.pulls.series[0]))
        self.pulls.view_all()
