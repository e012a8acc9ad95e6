"""The polaron model: logit η, residuals, what the data determine of g and ħω, and all parameters in a table."""

import math
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from asplab.core.efficiency import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.core.polaron.curves import contour, eta_curves
from asplab.core.polaron.fit import PolaronFit, PolaronIntervals
from asplab.gui.panels.base import Panel
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.reading import selected_temperature, temperature_name, temperature_specs, why_missing
from asplab.gui.theme import Theme
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.card import GAP, Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, DataTable, TableRow

COLUMNS = (
    Column("T"),
    Column("g", "meV", "Electron-phonon coupling; profile-likelihood interval, 68 %"),
    Column("ħω", "meV", "Phonon energy; profile-likelihood interval, 68 %"),
    Column("E<sub>p</sub>", "meV", "Polaron energy g²/ħω; better determined than g or ħω alone"),
    Column("S", "", "Huang-Rhys factor (g/ħω)²"),
    Column("ln A", "", "Free scale of the rate, energies counted in meV"),
    Column("χ²/dof", "", "Misfit with the full covariance of η"),
    Column("AICc", "", "Akaike's criterion for small samples; lower is better, compare within one row only"),
)
NOT_IDENTIFIED = "Not identified: the data set no upper limit of ħω. More points with η well below 0.5 would."
_SHORTEST_MEV, _CURVE_POINTS = 5.0, 81
_LOGIT_LIMIT = 7.0
_PULL_RANGE = (-3.3, 3.3)


class PolaronPanel(Panel):
    """What Eq. 9 makes of η(ΔE, T), and how well."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: tuple[str, ...] = ()
        self._subject: Experiment | None = None
        self.logit = SeriesPlot(theme, y_label="ln η/(1 − η)")
        self.pulls = SeriesPlot(theme, x_label="ΔE (meV)", y_label="residual (σ)")
        self.plane = SeriesPlot(theme, x_label="ħω (meV)", y_label="g (meV)")
        self._guides = Guides(theme)
        self.pulls.add_layer(self._guides, z=-5)
        self._guides.display([Guide("y", -1.0, 1.0), Guide("y", 0.0)])
        self.logit.display_hint("Eq. 9 in logit form · points that are not determined stand in the residuals only")
        self.pulls.display_hint("Residuals in units of each point's own σ; points of one temperature share errors")
        self.plane.display_hint("Crosses: 68 % intervals of ħω and g alone · contours: 68 % of both together")
        self.table = DataTable(theme, COLUMNS)
        self._logit_card = Card("Model and data")
        self._plane_card, self._table_card = Card("What the data determine"), Card("Eq. 9 at every temperature")
        self.deck = Deck(self._content())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.deck)
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show the fit of the selected temperature beside all others and the joint one."""
        fit, polaron, t = results.efficiency, results.polaron, selected_temperature(results, view)
        if fit is None or polaron is None or t is None or not polaron.fitted.any():
            reason = "The fit of Eq. 9 needs η at three detunings of one temperature at least, better six."
            self.deck.display_missing("No polaron fit yet", why_missing(results, reason))
            return
        self.deck.display_content()
        specs = temperature_specs(polaron.temperatures_k)
        self._keys = fit.keys[t]
        self._show_model(fit, polaron, specs, t, view)
        self._show_plane(polaron, results.intervals, specs, t)
        self._show_table(polaron, results.intervals, specs, t)
        self._fit_ranges(results, t)

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.logit, self.pulls, self.plane, self.table):
            part.restyle(theme)

    def _content(self) -> QWidget:
        self._logit_card.add(self.logit, 1)
        self._logit_card.add(self.pulls, 1)
        self._plane_card.add(self.plane, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.table)
        for area in (scroll.viewport(), self.table):
            area.setAutoFillBackground(False)
        self._table_card.add(scroll, 1)
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        grid.addWidget(self._logit_card, 0, 0)
        grid.addWidget(self._plane_card, 0, 1)
        grid.addWidget(self._table_card, 1, 0, 1, 2)
        for row, share in enumerate((5, 3)):
            grid.setRowStretch(row, share)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return content

    def _connect(self) -> None:
        self.table.row_chosen.connect(self._choose_row)
        self.plane.point_clicked.connect(self._choose_in_plane)
        for plot in (self.logit, self.pulls):
            plot.point_clicked.connect(self._choose_point)
        for plot in (self.logit, self.pulls, self.plane):
            plot.hint_changed.connect(self.hint_changed)

    def _choose_row(self, row: int) -> None:
        if row < len(self.table.rows) - 1:
            self.temperature_chosen.emit(row)

    def _choose_in_plane(self, series: int, point: int, button: Qt.MouseButton) -> None:
        self._choose_row(series)

    def _choose_point(self, series: int, point: int, button: Qt.MouseButton) -> None:
        if self._keys[point]:
            self.stack_chosen.emit(self._keys[point])

    def _fit_ranges(self, results: Results, t: int) -> None:
        if self._subject is not results.document.experiment:
            self._subject = results.document.experiment
            longest = _longest(results.efficiency)
            self.logit.set_home(x=(0.0, longest))
            self.pulls.set_home(x=(0.0, longest), y=_PULL_RANGE)
            self.plane.set_home(*_plane_home(results.polaron, results.intervals))
            for plot in (self.logit, self.pulls, self.plane):
                plot.view_all()

    # --- one temperature ---------------------------------------------------------------------------------
    def _show_model(self, fit: EfficiencyFit, polaron: PolaronFit, specs: list[str], t: int, view: ViewState) -> None:
        eta, error = fit.eta[t], fit.eta_error[t]
        inside = fit.valid[t] & (eta > 0) & (eta < 1) & np.isfinite(fit.eta_low[t]) & (error < eta * (1 - eta))
        safe = np.where(inside, eta, 0.5)
        detuning, curve, low, high = _model(fit, polaron, t)
        self.logit.display(
            [
                Series(
                    color=specs[t],
                    x=fit.detuning_mev[t],
                    y=np.where(inside, _logit_of(safe), np.nan),
                    error=np.where(inside, error / (safe * (1 - safe)), np.nan),
                    excluded=~fit.fitted[t],
                    tips=LazyTips(eta.size, partial(_point_tip, fit, t)),
                    line_x=detuning,
                    line_y=curve,
                    band_low=low,
                    band_high=high,
                )
            ]
        )
        pull = _pulls(fit, polaron)
        self.pulls.display(
            [
                Series(
                    color=specs[t],
                    x=fit.detuning_mev[t],
                    y=np.clip(pull[t], *_PULL_RANGE),
                    tips=LazyTips(eta.size, partial(_pull_tip, fit, pull, t)),
                )
            ]
        )
        point = fit.keys[t].index(view.stack) if view.stack and view.stack in fit.keys[t] else None
        for plot in (self.logit, self.pulls):
            plot.display_selected(None if point is None else 0, point)
        self._logit_card.display_subtitle(f"{temperature_name(fit.temperatures_k[t])} · {_misfit(polaron, t)}")

    # --- all temperatures --------------------------------------------------------------------------------
    def _show_plane(self, polaron: PolaronFit, intervals: PolaronIntervals | None, specs: list[str], t: int) -> None:
        count = len(specs)
        name = temperature_name(polaron.temperatures_k[t])
        series = [_cross(polaron, intervals, index, spec, has_bars=index == t) for index, spec in enumerate(specs)]
        if math.isfinite(polaron.phonon_mev[count]):
            series.append(_cross(polaron, intervals, count, "text", has_bars=True))
            series.append(_bar(polaron, intervals, count, "text", "joint"))
        series.append(_bar(polaron, intervals, t, specs[t], name))
        series += [_ellipse(polaron, index, spec) for index, spec in enumerate([*specs, "text"])]
        self.plane.display(series)
        self._plane_card.display_subtitle("contours: 68 % of both")

    def _show_table(self, polaron: PolaronFit, intervals: PolaronIntervals | None, specs: list[str], t: int) -> None:
        rows = [
            _row(polaron, intervals, index, temperature_name(k), specs[index])
            for index, k in enumerate(polaron.temperatures_k)
        ]
        rows.append(_row(polaron, intervals, len(rows), "joint", "text"))
        self.table.display(rows, selected=t)
        open_ = 0 if intervals is None else int(((~intervals.identified) & np.isfinite(polaron.chi2)).sum())
        self._table_card.display_subtitle(f"68 % intervals · {open_} not identified" if open_ else "68 % intervals")


def _longest(fit: EfficiencyFit | None) -> float:
    return 10.0 if fit is None else 1.06 * float(np.max(np.where(fit.valid, fit.detuning_mev, 0.0), initial=10.0))


def _logit_of(eta: np.ndarray) -> np.ndarray:
    # Beyond ±37 the complement of η is lost in rounding, and the curve would jump to infinity.
    inside = np.clip(eta, 1e-16, 1.0 - 1e-16)
    result: np.ndarray = np.log(inside / (1.0 - inside))
    return result


def _model(fit: EfficiencyFit, polaron: PolaronFit, t: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    detuning = np.linspace(_SHORTEST_MEV, _longest(fit), _CURVE_POINTS)
    eta, low, high = eta_curves(polaron, detuning)
    if not np.isfinite(eta[t]).all():
        return (np.empty(0),) * 4
    return detuning, _logit_of(eta[t]), _logit_of(low[t]), _logit_of(high[t])


def _pulls(fit: EfficiencyFit, polaron: PolaronFit) -> np.ndarray:
    """Return (N − η D)/σ against the model of each temperature; NaN where a point is not fitted."""
    problem = polaron.problem
    logit = problem.offset + np.einsum("tpk,tk->tp", problem.design, polaron.parameters)
    eta = 0.5 + 0.5 * np.tanh(0.5 * logit)
    n = eta.shape[1]
    variance = np.einsum("tii->ti", problem.covariance)
    cross = problem.covariance[:, np.arange(n), n + np.arange(n)]
    total = variance[:, :n] - 2.0 * eta * cross + eta**2 * variance[:, n:]
    usable = problem.use & fit.valid & (total > 0)
    pull = (problem.numerator - eta * problem.denominator) / np.sqrt(np.where(usable, total, 1.0))
    result: np.ndarray = np.where(usable, pull, np.nan)
    return result


def _limits(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int) -> dict[str, Estimate]:
    """Return g and ħω with their profile intervals; while they are not computed, with first-order errors."""
    result = {}
    for name in ("g", "phonon"):
        value = float(getattr(polaron, f"{name}_mev")[index])
        error = float(getattr(polaron, f"{name}_error_mev")[index])
        low = high = None
        if intervals is not None and math.isfinite(polaron.chi2[index]):
            low, high = (_end(getattr(intervals, f"{name}_{side}_mev")[index]) for side in ("low", "high"))
        result[name] = Estimate(value, error, "meV", low, high)
    return result


def _end(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _row(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int, name: str, color: str) -> TableRow:
    if not math.isfinite(polaron.chi2[index]):
        reason = "fewer than three usable detunings" if name != "joint" else "fewer than two temperatures fitted"
        return TableRow((name, *("—",) * (len(COLUMNS) - 1)), color, is_muted=True, tip=f"Not fitted: {reason}.")
    limits = _limits(polaron, intervals, index)
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


def _cross(
    polaron: PolaronFit, intervals: PolaronIntervals | None, index: int, color: str, *, has_bars: bool
) -> Series:
    """The best fit with the interval of g as its error bar."""
    limits = _limits(polaron, intervals, index)
    g, phonon = limits["g"], limits["phonon"]
    low, high = _arms(g)
    return Series(
        color=color,
        x=[phonon.value],
        y=[g.value],
        error=[[low], [high]] if has_bars else None,
        symbol="cross" if color == "text" else "circle",
        symbol_px=10 if has_bars else 5,
    )


def _ellipse(polaron: PolaronFit, index: int, color: str) -> Series:
    """The range that holds g and ħω together at 68 %."""
    if index < len(polaron.temperatures_k):
        centre, covariance = polaron.parameters[index], polaron.parameter_covariance[index]
    elif polaron.joint_parameters is not None and polaron.joint_covariance is not None:
        centre, covariance = polaron.joint_parameters, polaron.joint_covariance
    else:
        return Series(color=color)
    if not np.isfinite(centre).all():
        return Series(color=color)
    phonon, g = contour(float(centre[-2]), float(centre[-1]), covariance[-2:, -2:])
    return Series(color=color, line_x=phonon, line_y=g)


def _bar(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int, color: str, label: str) -> Series:
    """The interval of ħω as a level line; an open end runs out of the picture."""
    limits = _limits(polaron, intervals, index)
    low, high = _arms(limits["phonon"])
    value = limits["phonon"].value
    return Series(color=color, label=label, line_x=[value - low, value + high], line_y=[limits["g"].value] * 2)


def _arms(estimate: Estimate) -> tuple[float, float]:
    if estimate.low is None and estimate.high is None:
        return estimate.error, estimate.error
    low = estimate.value if estimate.low is None else estimate.value - estimate.low
    high = 1e3 if estimate.high is None else estimate.high - estimate.value
    return low, high


def _plane_home(
    polaron: PolaronFit | None, intervals: PolaronIntervals | None
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return a view that holds the intervals of most fits, so that one open interval does not empty the picture."""
    if polaron is None:
        return None, None
    ranges: list[tuple[float, float] | None] = []
    for name in ("phonon", "g"):
        value = getattr(polaron, f"{name}_mev")
        error = np.minimum(getattr(polaron, f"{name}_error_mev"), value)
        good = np.isfinite(value) & np.isfinite(error)
        if not good.any():
            ranges.append(None)
            continue
        low, high = np.percentile((value - 1.6 * error)[good], 10), np.percentile((value + 1.6 * error)[good], 90)
        centre = float(np.median(value[good]))
        ranges.append((max(0.0, float(min(low, 0.85 * centre))), float(max(high, 1.15 * centre))))
    return ranges[0], ranges[1]


def _misfit(polaron: PolaronFit, t: int) -> str:
    dof = int(polaron.dof[t])
    if not math.isfinite(polaron.chi2[t]) or dof < 1:
        return "no degree of freedom is left"
    return f"χ²/dof = {plain(polaron.chi2[t], 1)}/{dof}"


def _point_tip(fit: EfficiencyFit, t: int, j: int) -> str:
    eta = Estimate(fit.eta[t, j], fit.eta_error[t, j])
    return f"ΔE = {plain(fit.detuning_mev[t, j], 1)} meV<br>η = {measured(eta)}"


def _pull_tip(fit: EfficiencyFit, pull: np.ndarray, t: int, j: int) -> str:
    return f"ΔE = {plain(fit.detuning_mev[t, j], 1)} meV<br>{plain(pull[t, j], 2)} σ"
