"""η against detuning and against temperature."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedLayout, QToolButton, QWidget

from asplab.core.efficiency.fixed_laser import follow
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.core.polaron.curves import eta_curves
from asplab.core.pump.purity import PurityBound
from asplab.core.units import thermal_energy_mev
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES, Panel
from asplab.gui.plots.compared import compared_temperature
from asplab.gui.plots.detuning import detuning_label
from asplab.gui.plots.eta_series import (
    ETA_RANGE,
    Curves,
    closed,
    colour_indices,
    doubt_marks,
    nearer,
    open_series,
    temperature_series,
    thermal_series,
)
from asplab.gui.plots.ghost import add_ghost
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.hatch import HatchedRegion, HatchKey
from asplab.gui.plots.marks import PointMarks
from asplab.gui.plots.phonon_axis import ScaledAxis
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.reference import Reference
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.legend import TemperatureLegend
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import DataTable
from asplab.gui.widgets.text import TextLine
from asplab.gui.words.change import change_words, eta_changes, shorter_words
from asplab.gui.words.eta import COLUMNS, doubt_words, eta_row, leak_tip
from asplab.gui.words.reading import (
    selected_temperature,
    temperature_name,
    temperature_specs,
    why_missing,
)

HINT = tr("Click a point to select its condition · {excludes} · wheel zooms · A shows all", excludes=EXCLUDES)
_SHORTEST_MEV, _CURVE_POINTS = 5.0, 81
_LINES = 6
_SHARES = (2, 3)
"""Parts of the width of the second card, while it shows a plot or a table, beside 3 of the first."""
_MEV_PER_EV = 1e3


class EfficiencyPanel(Panel):
    """η(ΔE) of all temperatures with the fitted model, and η against 1/k_BT."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[tuple[str, ...]] = []
        self._thermal_places: list[np.ndarray] = []
        self._subject: Experiment | None = None
        self._results: Results | None = None
        self._purity: PurityBound | None = None
        self._view = ViewState()
        self._reference: Reference | None = None
        self._haunted: tuple[object, ...] = ()
        self._rows: tuple[str, ...] = ()
        self.legend = TemperatureLegend(theme)
        self.plot = SeriesPlot(theme, x_label="ΔE (meV)", y_label="η")
        self.plot.display_hint(HINT)
        self._guides = Guides(theme)
        self.plot.add_layer(self._guides, z=-5)
        self.hatch, self.marks = HatchedRegion(theme), PointMarks(theme)
        self.plot.add_layer(self.hatch, z=-4)
        self.plot.add_layer(self.marks, z=12)
        self.ghost = add_ghost(self.plot)
        self.top_axis = ScaledAxis(self.plot)
        self.card = Card(tr("Up-conversion efficiency"))
        self.card.add(self.legend)
        self.card.add(self.plot, 1)
        self.table_button = QToolButton()
        self.table_button.setText(tr("Table"))
        self.table_button.setCheckable(True)
        self.table_button.setProperty("role", "page")
        self.table_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.table_button.setToolTip(tr("List η of the selected temperature with all that is to be said of it"))
        self.card.header.addWidget(self.table_button)
        self.hatch_key, self.words = HatchKey(theme), TextLine(muted=True)
        foot = QWidget()
        below = row(foot, GAP)
        below.addWidget(self.hatch_key)
        below.addWidget(self.words, 1)
        self.card.add(foot)
        self.scale = ChoiceField((("eta", "η"), ("logit", tr("ln η/(1 − η)"))))
        self.scale.setFixedWidth(118)
        self.scale.setAccessibleName(tr("Scale of η"))
        self.thermal = SeriesPlot(theme, x_label="1/k<sub>B</sub>T (eV<sup>−1</sup>)", y_label="η")
        self.thermal.display_hint(
            tr("Dashes join the points · a straight ln η/(1 − η) means Arrhenius odds · {excludes}", excludes=EXCLUDES)
        )
        self._thermal_guides = Guides(theme)
        self.thermal.add_layer(self._thermal_guides, z=-5)
        self.thermal_card = Card("η(T)")
        self.thermal_card.header.addWidget(self.scale)
        self.table = DataTable(theme, COLUMNS)
        self.table.setAccessibleName(tr("η of the selected temperature"))
        holder = QWidget()
        self._pages = QStackedLayout(holder)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.addWidget(self.thermal)
        self._pages.addWidget(scrolled(self.table))
        self.thermal_card.add(holder, 1)
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show η of all temperatures, the selected one in front."""
        is_other = self._results is None or self._results.document.experiment is not results.document.experiment
        if results.purity is not None or is_other:
            # What a leak could do waits for the end of a drag; until then that before it is shown.
            self._purity = results.purity
        self._results, self._view = results, view
        fit, t = results.efficiency, selected_temperature(results, view)
        if fit is None or t is None or not fit.valid.any():
            reason = tr("η needs PL, ASPL and photothermal scans of one temperature, and two Stokes excitations.")
            self.deck.display_missing(tr("No efficiency yet"), why_missing(results, reason, view))
            return
        self.deck.display_content()
        specs = temperature_specs(fit.temperatures_k)
        self.legend.display([plain(k, 0) for k in fit.temperatures_k], specs, t)
        curves = self._curves(results)
        self._show_detuning(fit, curves, specs, t)
        self._show_ghost(fit, specs[t], t)
        self._show_second(fit, t)
        self._show_doubts(results, fit, t)
        self.plot.display_labels(detuning_label(results), "η")
        self._show_phonon_axis(results, t)
        self._fit_ranges(results)

    def display_reference(self, reference: Reference | None) -> None:
        """Take over what the results are compared with; :meth:`display` follows."""
        self._reference = reference

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.plot, self.thermal, self.legend, self.top_axis, self.table, self.hatch_key):
            part.restyle(theme)

    def _content(self) -> QWidget:
        content = QWidget()
        cards = self._cards = row(content, GAP)
        cards.addWidget(self.card, 3)
        cards.addWidget(self.thermal_card, _SHARES[0])
        return content

    def _connect(self) -> None:
        self.legend.temperature_chosen.connect(self.temperature_chosen)
        self.legend.comparison_chosen.connect(self.comparison_chosen)
        self.plot.point_clicked.connect(self._choose)
        self.thermal.point_clicked.connect(self._choose_thermal)
        self.plot.hint_changed.connect(self.hint_changed)
        self.thermal.hint_changed.connect(self.hint_changed)
        self.scale.chosen.connect(self._rescale)
        self.table_button.toggled.connect(self._show_again)
        self.table.row_chosen.connect(lambda index: self.stack_chosen.emit(self._rows[index]))

    def _show_again(self) -> None:
        if self._results is not None:
            self.display(self._results, self._view)

    def _choose(self, series: int, point: int, button: Qt.MouseButton) -> None:
        key = self._keys[series][point]
        if key:
            self.stack_chosen.emit(key)

    def _choose_thermal(self, series: int, point: int, button: Qt.MouseButton) -> None:
        fit = self._results.efficiency if self._results is not None else None
        place = self._thermal_places[series][point]
        if fit is not None and place >= 0 and (key := fit.keys[point][place]):
            self.stack_chosen.emit(key)

    def _rescale(self) -> None:
        if self._results is not None and self._results.efficiency is not None and not self.table_button.isChecked():
            label = tr("ln η/(1 − η)") if self.scale.key == "logit" else "η"
            self.thermal.display_labels("1/k<sub>B</sub>T (eV<sup>−1</sup>)", label)
            self._show_thermal(self._results.efficiency)
            self._fit_thermal()

    def _fit_ranges(self, results: Results) -> None:
        if self._subject is not results.document.experiment:
            self._subject = results.document.experiment
            self.plot.set_home(x=(0.0, self._longest()), y=ETA_RANGE)
            self.plot.view_all()
            self._fit_thermal()

    def _fit_thermal(self) -> None:
        self.thermal.set_home(y=ETA_RANGE if self.scale.key == "eta" else None)
        self.thermal.view_all()

    def _longest(self) -> float:
        fit = self._results.efficiency if self._results is not None else None
        return (
            10.0 if fit is None else 1.06 * float(np.nanmax(np.where(fit.valid, fit.detuning_mev, 0.0), initial=10.0))
        )

    def _curves(self, results: Results) -> Curves | None:
        if results.polaron is None:
            return None
        detuning = np.linspace(_SHORTEST_MEV, self._longest(), _CURVE_POINTS)
        return (detuning, *eta_curves(results.polaron, detuning))

    # --- η(ΔE) -------------------------------------------------------------------------------------------
    def _show_detuning(self, fit: EfficiencyFit, curves: Curves | None, specs: list[str], t: int) -> None:
        series: list[Series] = []
        self._keys = []
        compared = None if self._results is None else compared_temperature(self._results, self._view)
        behind = [i for i in range(len(specs)) if i not in (t, compared)]
        for other in [*behind, *(() if compared is None else (compared,)), t]:
            is_compared = other == compared
            one = temperature_series(fit, curves, specs, other, self._purity, is_front=other == t or is_compared)
            series.append(replace(one, is_open=True, is_dashed=True, is_dotted=True) if is_compared else one)
            self._keys.append(fit.keys[other])
        series[:0] = open_series(fit, t, self._purity)
        self._keys[:0] = [fit.keys[t], fit.keys[t]]
        self.plot.display(series)
        self._guides.display([Guide("y", 1.0, label="η = 1")])
        point = fit.keys[t].index(self._view.stack) if self._view.stack and self._view.stack in fit.keys[t] else None
        self._ring(series, point)
        told: list[str] = []
        if self._reference is not None and self._results is not None:
            found = eta_changes(self._reference, self._results, t, self._view.stack)
            changes = [change_words(change) for change in found]
            told = [" · ".join(changes[:count]) for count in range(len(changes), 1, -1)]
            told += shorter_words(found[0]) if found else ()
        self.card.display_subtitle(*(told or _counted(fit, t)))

    def _show_ghost(self, fit: EfficiencyFit, color: str, t: int) -> None:
        """Show where η of this temperature stood in the reference; it changes with no frame of a drag."""
        reference = self._reference
        then = None if reference is None else reference.temperature(float(fit.temperatures_k[t]))
        haunted = (None if reference is None else reference.results, then, color)
        if haunted == self._haunted:
            return
        self._haunted = haunted
        old = None if reference is None else reference.results.efficiency
        if reference is None or then is None or old is None:
            self.ghost.display([])
        else:
            curves = self._curves(reference.results)
            self.ghost.display([temperature_series(old, curves, [color] * (then + 1), then, is_front=False)])

    def _ring(self, series: list[Series], point: int | None) -> None:
        """Mark the selected excitation where it is drawn: among the open symbols or the determined points."""
        places = [i for i in (1, len(series) - 1) if point is not None and np.isfinite(np.asarray(series[i].y)[point])]
        self.plot.display_selected(places[0] if places else None, point)

    def _show_phonon_axis(self, results: Results, t: int) -> None:
        phonon = float("nan") if results.polaron is None else float(results.polaron.phonon_mev[t])
        known = results.intervals is None or bool(results.intervals.identified[t])
        self.top_axis.display(1.0 / phonon if np.isfinite(phonon) and known else None, "N = ΔE/ħω")

    # --- what could be something else --------------------------------------------------------------------
    def _show_doubts(self, results: Results, fit: EfficiencyFit, t: int) -> None:
        purity = self._purity
        od = results.document.settings.pump.rejection_od
        has_curve = purity is not None and purity.leak is not None and t < len(purity.curve_eta)
        if purity is not None and has_curve and np.isfinite(purity.curve_eta[t]).any():
            self.hatch.display(purity.curve_mev, purity.curve_eta[t], tip=leak_tip(od, fit.temperatures_k[t]))
        else:
            self.hatch.clear()
        self.marks.display(doubt_marks(fit, purity, t))
        if self.hatch_key.isHidden() == self.hatch.is_shown:
            self.hatch_key.setVisible(self.hatch.is_shown)
        self.words.display(*doubt_words(results, purity, [mark.sign for mark in self.marks.marks]))

    # --- η(1/kT), or the table ---------------------------------------------------------------------------
    def _show_second(self, fit: EfficiencyFit, t: int) -> None:
        is_table = self.table_button.isChecked()
        self._pages.setCurrentIndex(int(is_table))
        if self.scale.isHidden() != is_table:
            self.scale.setVisible(not is_table)
        share = _SHARES[is_table]
        if self._cards.stretch(1) != share:
            self._cards.setStretch(1, share)
        if not is_table:
            self._show_thermal(fit)
            return
        places = np.flatnonzero(fit.valid[t]).tolist()
        self._rows = tuple(fit.keys[t][j] for j in places)
        chosen = self._rows.index(self._view.stack) if self._view.stack in self._rows else None
        self.table.display([eta_row(fit, self._purity, t, j) for j in places], selected=chosen)
        self.thermal_card.display_title(
            tr("η at {temperature_name}", temperature_name=temperature_name(fit.temperatures_k[t]))
        )
        self.thermal_card.display_subtitle("")
        if self.thermal_card.isHidden():
            self.thermal_card.show()

    def _show_thermal(self, fit: EfficiencyFit) -> None:
        is_logit = self.scale.key == "logit"
        self.thermal_card.display_title("η(T)")
        self.thermal.display_labels("1/k<sub>B</sub>T (eV<sup>−1</sup>)", tr("ln η/(1 − η)") if is_logit else "η")
        inverse = _MEV_PER_EV / thermal_energy_mev(fit.temperatures_k)
        followed = follow(fit, _LINES)
        series = [
            one
            for found, index in zip(followed, colour_indices(fit, followed), strict=True)
            for one in thermal_series(fit, found, index, inverse, is_logit=is_logit)
        ]
        self._thermal_places = [nearer(fit, found) for found in followed for _ in range(2)]
        self.thermal.display(series)
        self._thermal_guides.display([] if is_logit else [Guide("y", 1.0)])
        between = any(found.interpolated.any() for found in followed)
        self.thermal_card.display_subtitle(tr("open: interpolated between two lasers") if between else "")
        # With fewer than two temperatures there is no trend, and η(ΔE) takes the whole width.
        if self.thermal_card.isHidden() == bool(followed):
            self.thermal_card.setVisible(bool(followed))


def _counted(fit: EfficiencyFit, t: int) -> tuple[str, ...]:
    if not fit.valid[t].any():
        return tr("{temperature_name}: no η", temperature_name=temperature_name(fit.temperatures_k[t])), tr("no η")
    count = int((fit.valid & ~closed(fit))[t].sum())
    return (tr("▽ {count} not determined", count=count), f"▽ {count}") if count else (tr("68 % intervals"), "68 %")
