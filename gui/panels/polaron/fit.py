"""The fit of Eq. 9: logit η, residuals, what the data determine of g and ħω, and all parameters in a table."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from asplab.core.appraisal.checks import polaron_residuals
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.energies.words import SINGLE_GAP
from asplab.core.estimate import Estimate
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES
from asplab.gui.panels.polaron.fit_curves import (
    bar,
    contour_series,
    cross,
    limits_of,
    logit_series,
    longest_mev,
    rim,
)
from asplab.gui.panels.polaron.fit_frame import logit_home, pull_home
from asplab.gui.panels.polaron.page import Page
from asplab.gui.plots.compared import as_compared, compared_temperature
from asplab.gui.plots.detuning import detuning_label
from asplab.gui.plots.ghost import add_ghost
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.literature import literature_guides
from asplab.gui.plots.result_pictures import temperature_color
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.reference import Reference
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, grid, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, DataTable, TableRow
from asplab.gui.words.change import change_words, polaron_changes
from asplab.gui.words.reading import selected_temperature, temperature_name, temperature_specs, why_missing

COLUMNS = (
    Column("T"),
    Column("g", "meV", tr("Electron-phonon coupling; profile-likelihood interval, 68 %")),
    Column(
        "ħω",
        "meV",
        tr(
            "Phonon energy, {single_gap}: too large where gaps scatter; profile-likelihood interval, 68 %",
            single_gap=SINGLE_GAP,
        ),
    ),
    Column("E<sub>p</sub>", "meV", tr("Polaron energy g²/ħω; better determined than g or ħω alone")),
    Column("S", "", tr("Huang-Rhys factor (g/ħω)²")),
    Column(tr("ln A"), "", tr("Free scale of the rate, energies counted in meV"), is_spare=True),
    Column("χ²/dof", "", tr("Misfit with the full covariance of η")),
    Column(
        "AICc",
        "",
        tr("Akaike's criterion for small samples; lower is better, compare within one row only"),
        is_spare=True,
    ),
)
NOT_IDENTIFIED = tr("Not identified: the data set no upper limit of ħω. More points with η well below 0.5 would.")
_PLANE_MARGIN = 0.12
_MOST_USUAL = 3.0
"""Multiple of the median ħω or g beyond which a contour leaves the view: it would squeeze all others."""


class FitPage(Page):
    """What Eq. 9 makes of η(ΔE, T), and how well."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: tuple[str, ...] = ()
        self._count = 0
        self._theme = theme
        self._subject: tuple[Experiment, int] | None = None
        self._reference: Reference | None = None
        self._haunted: tuple[object, ...] = ()
        self.logit = SeriesPlot(theme, y_label=tr("ln η/(1 − η)"))
        self.pulls = SeriesPlot(theme, x_label="ΔE (meV)", y_label=tr("residual (σ)"))
        self.plane = SeriesPlot(theme, x_label="ħω (meV)", y_label="g (meV)")
        self.ghosts = {"logit": add_ghost(self.logit), "plane": add_ghost(self.plane)}
        self._guides, self.published = Guides(theme), Guides(theme)
        self.literature = QCheckBox(tr("literature"))
        self.plane.add_layer(self.published, z=-5)
        self.published.display([*literature_guides("phonon_energy", "x"), *literature_guides("coupling_g", "y")])
        self.pulls.add_layer(self._guides, z=-5)
        self._guides.display([Guide("y", -1.0, 1.0), Guide("y", 0.0)])
        self.logit.display_hint(
            tr("Eq. 9 in logit form · undetermined points stand in the residuals only · {excludes}", excludes=EXCLUDES)
        )
        self.pulls.display_hint(
            tr("In units of each point’s own σ; points of one temperature share errors · {excludes}", excludes=EXCLUDES)
        )
        self.plane.display_hint(
            tr("Crosses: 68 % intervals of ħω and g alone · contours: 68 % of both · grey: published values")
        )
        self.table = DataTable(theme, COLUMNS)
        self.table.setAccessibleName(tr("Fits of all temperatures"))
        self._logit_card = Card(tr("Model and data"))
        self._plane_card = Card(tr("What the data determine"), short_title=tr("g and ħω"))
        self._table_card = Card(tr("Eq. 9 at every temperature"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show the fit of the selected temperature beside all others and the joint one."""
        fit, polaron, t = results.efficiency, results.polaron, selected_temperature(results, view)
        if fit is None or polaron is None or t is None or not polaron.fitted.any():
            reason = tr("The fit of Eq. 9 needs η at three detunings of one temperature at least, better six.")
            self.deck.display_missing(tr("No polaron fit yet"), why_missing(results, reason))
            return
        self.deck.display_content()
        specs = temperature_specs(polaron.temperatures_k)
        self._keys, self._count = fit.keys[t], len(specs)
        self._show_model(results, fit, polaron, t, view)
        self._show_plane(polaron, results.intervals, specs, t)
        self._show_ghosts(polaron, specs[t], t)
        self._tell_changes(results, t)
        self._show_table(polaron, results.intervals, specs, t)
        self._fit_ranges(results, t)

    def display_reference(self, reference: Reference | None) -> None:
        """Take over what the results are compared with; :meth:`display` follows."""
        self._reference = reference

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for part in (self.logit, self.pulls, self.plane, self.table):
            part.restyle(theme)

    def _content(self) -> QWidget:
        model = QWidget()
        plots = column(model, GAP)
        plots.addWidget(self.logit, 1)
        plots.addWidget(self.pulls, 1)
        self.model_deck = Deck(model)
        self._logit_card.add(self.model_deck, 1)
        self.literature.setChecked(True)
        self.literature.setToolTip(tr("Published ħω and g behind the fits; point at one for its source"))
        self._plane_card.header.addWidget(self.literature)
        self._plane_card.add(self.plane, 1)
        self._table_card.add(scrolled(self.table), 1)
        content = QWidget()
        places = grid(content, (5, 3))
        places.addWidget(self._logit_card, 0, 0)
        places.addWidget(self._plane_card, 0, 1)
        places.addWidget(self._table_card, 1, 0, 1, 2)
        return content

    def _connect(self) -> None:
        self.literature.toggled.connect(self.published.setVisible)
        self.table.row_chosen.connect(self._choose_row)
        self.plane.point_clicked.connect(self._choose_in_plane)
        for plot in (self.logit, self.pulls):
            plot.point_clicked.connect(self._choose_point)
        for plot in (self.logit, self.pulls, self.plane):
            plot.hint_changed.connect(self.hint_changed)

    def _choose_row(self, row: int) -> None:
        if row < self._count:
            self.temperature_chosen.emit(row)

    def _choose_in_plane(self, series: int, point: int, button: Qt.MouseButton) -> None:
        self._choose_row(series)

    def _choose_point(self, series: int, point: int, button: Qt.MouseButton) -> None:
        if series == 0 and self._keys[point]:
            self.stack_chosen.emit(self._keys[point])

    def _fit_ranges(self, results: Results, t: int) -> None:
        subject = (results.document.experiment, t)
        self.pulls.display_labels(detuning_label(results), tr("residual (σ)"))
        residuals = pull_home(self.pulls.series[0])
        if self._subject is None or self._subject[0] is not subject[0] or self._subject[1] != t:
            self._subject = subject
            longest = longest_mev(results.efficiency)
            self.logit.set_home(x=(0.0, longest), y=logit_home(self.logit.series[0]))
            self.pulls.set_home(x=(0.0, longest), y=residuals)
            self.plane.set_home(*_plane_home(results.polaron, t))
            for plot in (self.logit, self.pulls, self.plane):
                plot.view_all()
            return
        if self.plane.is_at_home and _has_left(self.plane, results.polaron, t):
            self.plane.set_home(*_plane_home(results.polaron, t))
        if self.pulls.is_at_home and residuals[1] > self.pulls.view[1][1]:
            self.pulls.set_home(x=(0.0, longest_mev(results.efficiency)), y=residuals)

    # --- one temperature ---------------------------------------------------------------------------------
    def _show_model(self, results: Results, fit: EfficiencyFit, polaron: PolaronFit, t: int, view: ViewState) -> None:
        specs = temperature_specs(polaron.temperatures_k)
        if polaron.fitted[t]:
            self.model_deck.display_content()
        else:
            words = tr(
                "Fewer than three usable detunings at {temperature_name}.",
                temperature_name=temperature_name(polaron.temperatures_k[t]),
            )
            self.model_deck.display_missing(tr("Not fitted at this temperature"), words)
        own = logit_series(fit, polaron, specs[t], t)
        logit = np.asarray(own.y)
        other = compared_temperature(results, view)
        beside = [] if other is None else [logit_series(fit, polaron, specs[other], other)]
        self.logit.display([own, *as_compared(beside, results, other or 0, label_at="flank")])
        pull = polaron_residuals(polaron)
        self.pulls.display(
            [
                Series(
                    color=specs[t],
                    x=fit.detuning_mev[t],
                    y=pull[t],
                    tips=LazyTips(logit.size, partial(_pull_tip, fit, pull, t)),
                )
            ]
        )
        point = fit.keys[t].index(view.stack) if view.stack and view.stack in fit.keys[t] else None
        for plot, shown in ((self.logit, logit), (self.pulls, pull[t])):
            is_shown = point is not None and bool(np.isfinite(shown[point]))
            plot.display_selected(0 if is_shown else None, point)
        # A point without a logarithm leaves no gap that one could see.
        below = int(np.sum(np.isfinite(pull[t]) & ~np.isfinite(logit))) if polaron.fitted[t] else 0
        self._logit_card.display_subtitle(*_model_words(_misfit(polaron, t), below) if polaron.fitted[t] else ("",))

    # --- all temperatures --------------------------------------------------------------------------------
    def _show_plane(self, polaron: PolaronFit, intervals: PolaronIntervals | None, specs: list[str], t: int) -> None:
        """Show the fits of all temperatures, pale but for the selected one and the joint one in front."""
        joint, temperatures = len(specs), polaron.temperatures_k
        colors = [temperature_color(temperatures, i, self._theme, faded=i != t) for i in range(joint)] + ["text"]
        names = {t: temperature_name(temperatures[t]), joint: "joint"}
        # The first series are the points, in the order of the temperatures: clicks count on it.
        series = [cross(polaron, intervals, i, colors[i], has_bars=i in names) for i in range(joint + 1)]
        series += [contour_series(polaron, i, colors[i]) for i in range(joint) if i != t]
        for i in (joint, t):
            series.append(contour_series(polaron, i, colors[i]))
            if math.isfinite(polaron.phonon_mev[i]):
                series.append(bar(polaron, intervals, i, colors[i], names[i]))
        self.plane.display(series)
        is_open = intervals is not None and bool(polaron.fitted[t]) and not bool(intervals.identified[t])
        self._plane_card.display_subtitle(tr("ħω has no upper limit") if is_open else "68 %")

    # --- what it was before ------------------------------------------------------------------------------
    def _show_ghosts(self, polaron: PolaronFit, color: str, t: int) -> None:
        """Show where curve and contour stood in the reference; it changes with no frame of a drag."""
        reference = self._reference
        then = None if reference is None else reference.temperature(float(polaron.temperatures_k[t]))
        haunted = (None if reference is None else reference.results, then, color)
        if haunted == self._haunted:
            return
        self._haunted = haunted
        old = None if reference is None else reference.results
        if old is None or then is None or old.efficiency is None or old.polaron is None:
            for ghost in self.ghosts.values():
                ghost.display([])
            return
        self.ghosts["logit"].display([logit_series(old.efficiency, old.polaron, color, then)])
        joint = len(old.polaron.temperatures_k)
        points = [cross(old.polaron, old.intervals, i, c, has_bars=False) for i, c in ((then, color), (joint, "text"))]
        rims = [contour_series(old.polaron, i, c) for i, c in ((then, color), (joint, "text"))]
        self.ghosts["plane"].display([*points, *rims])

    def _tell_changes(self, results: Results, t: int) -> None:
        changes = [] if self._reference is None else polaron_changes(self._reference, results, t)[::-1]
        if changes:
            told = [change_words(change) for change in changes]
            self._logit_card.display_subtitle(" · ".join(told), told[0])

    def _show_table(self, polaron: PolaronFit, intervals: PolaronIntervals | None, specs: list[str], t: int) -> None:
        rows = [
            _row(polaron, intervals, index, temperature_name(k), specs[index])
            for index, k in enumerate(polaron.temperatures_k)
        ]
        if len(rows) > 1:
            rows.append(replace(_row(polaron, intervals, len(rows), "joint", "text"), is_last=True))
        self.table.display(rows, selected=t)
        self._table_card.limit_content(self.table.sizeHint().height())
        open_ = 0 if intervals is None else int(((~intervals.identified) & np.isfinite(polaron.chi2)).sum())
        told = tr(" · {open} not identified", open=open_) if open_ else ""
        self._table_card.display_subtitle(tr("{single_gap} · 68 % intervals{told}", single_gap=SINGLE_GAP, told=told))


def _row(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int, name: str, color: str) -> TableRow:
    if not math.isfinite(polaron.chi2[index]):
        reason = (
            tr("fewer than three usable detunings") if name != "joint" else tr("fewer than two temperatures fitted")
        )
        return TableRow(
            (name, *("—",) * (len(COLUMNS) - 1)), color, is_muted=True, tip=tr("Not fitted: {reason}.", reason=reason)
        )
    limits = limits_of(polaron, intervals, index)
    energy = Estimate(polaron.polaron_energy_mev[index], polaron.polaron_energy_error_mev[index])
    huang_rhys = Estimate(polaron.huang_rhys[index], polaron.huang_rhys_error[index])
    is_open = intervals is not None and not intervals.identified[index]
    cells = (
        name,
        _cell(limits["g"]),
        _cell(limits["phonon"]),
        "—" if is_open else _cell(energy),
        "—" if is_open else _cell(huang_rhys),
        _number(polaron.log_scale[index], 2),
        _number(polaron.chi2[index] / max(int(polaron.dof[index]), 1), 2) if polaron.dof[index] > 0 else "—",
        _number(polaron.aicc[index], 1),
    )
    return TableRow(cells, color, tip=NOT_IDENTIFIED if is_open else "")


def _cell(estimate: Estimate) -> str:
    words = measured(estimate)
    return "—" if words == "not determined" else words


def _number(value: float, decimals: int) -> str:
    return plain(value, decimals) if math.isfinite(value) else "—"


def _has_left(plane: SeriesPlot, polaron: PolaronFit | None, t: int) -> bool:
    """Whether the selected fit is out of view, so that the axes have to follow it."""
    return (
        polaron is not None
        and bool(polaron.fitted[t])
        and not plane.holds(float(polaron.phonon_mev[t]), float(polaron.g_mev[t]))
    )


def _plane_home(polaron: PolaronFit | None, t: int) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return a view that holds the selected and the joint contour, up to three times the usual g and ħω."""
    if polaron is None:
        return None, None
    rims = [rim(polaron, index) for index in (t, len(polaron.temperatures_k))]
    ranges: list[tuple[float, float] | None] = []
    for axis, best in enumerate((polaron.phonon_mev, polaron.g_mev)):
        usual = best[np.isfinite(best)]
        values = np.concatenate([*(rim[axis] for rim in rims), best[[t, -1]]])
        values = values[np.isfinite(values)]
        if not usual.size or not values.size:
            ranges.append(None)
            continue
        low, high = float(values.min()), min(float(values.max()), _MOST_USUAL * float(np.median(usual)))
        margin = _PLANE_MARGIN * max(high - low, 0.1 * high)
        ranges.append((max(low - margin, 0.0), high + margin))
    return ranges[0], ranges[1]


def _misfit(polaron: PolaronFit, t: int) -> str:
    dof = int(polaron.dof[t])
    if not math.isfinite(polaron.chi2[t]) or dof < 1:
        return tr("no degree of freedom left")
    return tr("χ²/dof {chi2}", chi2=plain(polaron.chi2[t] / dof, 2))


def _model_words(misfit: str, below: int) -> tuple[str, ...]:
    """Return how well the model fits and how many points the upper picture can't hold, then in fewer words."""
    if not below:
        return (misfit,)
    return tr("{misfit} · {points} in residuals only", misfit=misfit, points=counted(below, "point")), misfit


def _pull_tip(fit: EfficiencyFit, pull: np.ndarray, t: int, j: int) -> str:
    return f"ΔE = {plain(fit.detuning_mev[t, j], 1)} meV<br>{plain(pull[t, j], 2)} σ"
