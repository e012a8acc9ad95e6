"""η against detuning and against temperature."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from asplab.core.checks import logit_eta
from asplab.core.efficiency import EfficiencyFit
from asplab.core.experiment import Experiment
from asplab.core.fixed_laser import FixedDetuning, follow
from asplab.core.pipeline import Results
from asplab.core.polaron.curves import eta_curves
from asplab.core.units import thermal_energy_mev
from asplab.gui.panels.base import EXCLUDES, Panel
from asplab.gui.plots.detuning import detuning_label
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.phonon_axis import ScaledAxis
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.reading import (
    efficiency_at,
    selected_temperature,
    temperature_name,
    temperature_specs,
    why_missing,
)
from asplab.gui.theme import Theme, detuning_spec, detuning_symbol
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.legend import TemperatureLegend
from asplab.gui.widgets.numerals import measured, plain

HINT = f"Click a point to select its condition · {EXCLUDES} · wheel zooms · A shows all"
Curves = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Detunings, and η with the ends of its band, (temperatures, points)."""
_SHORTEST_MEV, _CURVE_POINTS = 5.0, 81
_ETA_RANGE = (-0.08, 1.12)
_LINES = 6
_MEV_PER_EV = 1e3


class EfficiencyPanel(Panel):
    """η(ΔE) of all temperatures with the fitted model, and η against 1/k_BT."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[tuple[str, ...]] = []
        self._thermal_places: list[np.ndarray] = []
        self._subject: Experiment | None = None
        self._results: Results | None = None
        self._view = ViewState()
        self.legend = TemperatureLegend(theme)
        self.plot = SeriesPlot(theme, x_label="ΔE (meV)", y_label="η")
        self.plot.display_hint(HINT)
        self._guides = Guides(theme)
        self.plot.add_layer(self._guides, z=-5)
        self.top_axis = ScaledAxis(self.plot)
        self.card = Card("Up-conversion efficiency")
        self.card.add(self.legend)
        self.card.add(self.plot, 1)
        self.scale = ChoiceField((("eta", "η"), ("logit", "ln η/(1 − η)")))
        self.scale.setFixedWidth(118)
        self.thermal = SeriesPlot(theme, x_label="1/k<sub>B</sub>T (eV<sup>−1</sup>)", y_label="η")
        self.thermal.display_hint(f"Dashes join the points · a straight ln η/(1 − η) means Arrhenius odds · {EXCLUDES}")
        self._thermal_guides = Guides(theme)
        self.thermal.add_layer(self._thermal_guides, z=-5)
        self.thermal_card = Card("η(T)")
        self.thermal_card.header.addWidget(self.scale)
        self.thermal_card.add(self.thermal, 1)
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show η of all temperatures, the selected one in front."""
        self._results, self._view = results, view
        fit, t = results.efficiency, selected_temperature(results, view)
        if fit is None or t is None or not fit.valid.any():
            reason = "η needs PL, ASPL and photothermal scans of one temperature, and two Stokes excitations."
            self.deck.display_missing("No efficiency yet", why_missing(results, reason))
            return
        self.deck.display_content()
        specs = temperature_specs(fit.temperatures_k)
        self.legend.display([plain(k, 0) for k in fit.temperatures_k], specs, t)
        curves = self._curves(results)
        self._show_detuning(fit, curves, specs, t)
        self._show_thermal(fit)
        self.plot.display_labels(detuning_label(results), "η")
        self._show_phonon_axis(results, t)
        self._fit_ranges(results)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.plot, self.thermal, self.legend, self.top_axis):
            part.restyle(theme)

    def _content(self) -> QWidget:
        content = QWidget()
        cards = row(content, GAP)
        cards.addWidget(self.card, 3)
        cards.addWidget(self.thermal_card, 2)
        return content

    def _connect(self) -> None:
        self.legend.temperature_chosen.connect(self.temperature_chosen)
        self.plot.point_clicked.connect(self._choose)
        self.thermal.point_clicked.connect(self._choose_thermal)
        self.plot.hint_changed.connect(self.hint_changed)
        self.thermal.hint_changed.connect(self.hint_changed)
        self.scale.chosen.connect(self._rescale)

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
        if self._results is not None and self._results.efficiency is not None:
            label = "ln η/(1 − η)" if self.scale.key == "logit" else "η"
            self.thermal.display_labels("1/k<sub>B</sub>T (eV<sup>−1</sup>)", label)
            self._show_thermal(self._results.efficiency)
            self._fit_thermal()

    def _fit_ranges(self, results: Results) -> None:
        if self._subject is not results.document.experiment:
            self._subject = results.document.experiment
            self.plot.set_home(x=(0.0, self._longest()), y=_ETA_RANGE)
            self.plot.view_all()
            self._fit_thermal()

    def _fit_thermal(self) -> None:
        self.thermal.set_home(y=_ETA_RANGE if self.scale.key == "eta" else None)
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
        for other in [*(i for i in range(len(specs)) if i != t), t]:
            series.append(_temperature_series(fit, curves, specs, other, is_front=other == t))
            self._keys.append(fit.keys[other])
        series[:0] = _open_series(fit, t)
        self._keys[:0] = [fit.keys[t], fit.keys[t]]
        self.plot.display(series)
        self._guides.display([Guide("y", 1.0, label="η = 1")])
        point = fit.keys[t].index(self._view.stack) if self._view.stack and self._view.stack in fit.keys[t] else None
        self._ring(series, point)
        self.card.display_subtitle(_counted(fit, t))

    def _ring(self, series: list[Series], point: int | None) -> None:
        """Mark the selected excitation where it is drawn: among the open symbols or the determined points."""
        places = [i for i in (1, len(series) - 1) if point is not None and np.isfinite(np.asarray(series[i].y)[point])]
        self.plot.display_selected(places[0] if places else None, point)

    def _show_phonon_axis(self, results: Results, t: int) -> None:
        phonon = float("nan") if results.polaron is None else float(results.polaron.phonon_mev[t])
        known = results.intervals is None or bool(results.intervals.identified[t])
        self.top_axis.display(1.0 / phonon if np.isfinite(phonon) and known else None, "N = ΔE/ħω")

    # --- η(1/kT) -----------------------------------------------------------------------------------------
    def _show_thermal(self, fit: EfficiencyFit) -> None:
        is_logit = self.scale.key == "logit"
        self.thermal.display_labels("1/k<sub>B</sub>T (eV<sup>−1</sup>)", "ln η/(1 − η)" if is_logit else "η")
        inverse = _MEV_PER_EV / thermal_energy_mev(fit.temperatures_k)
        followed = follow(fit, _LINES)
        series = [
            one
            for found, index in zip(followed, _colour_indices(fit, followed), strict=True)
            for one in _thermal_series(fit, found, index, inverse, is_logit=is_logit)
        ]
        self._thermal_places = [_nearer(fit, found) for found in followed for _ in range(2)]
        self.thermal.display(series)
        self._thermal_guides.display([] if is_logit else [Guide("y", 1.0)])
        between = any(found.interpolated.any() for found in followed)
        self.thermal_card.display_subtitle("open: interpolated between two lasers" if between else "")
        # With fewer than two temperatures there is no trend, and η(ΔE) takes the whole width.
        if self.thermal_card.isHidden() == bool(followed):
            self.thermal_card.setVisible(bool(followed))


def _temperature_series(
    fit: EfficiencyFit, curves: Curves | None, specs: list[str], t: int, *, is_front: bool
) -> Series:
    closed = _closed(fit)[t]
    eta = np.where(closed, fit.eta[t], np.nan)
    arms = np.stack([eta - fit.eta_low[t], fit.eta_high[t] - eta])
    model = None if curves is None or not np.isfinite(curves[1][t]).all() else curves
    return Series(
        color=specs[t],
        x=fit.detuning_mev[t],
        y=eta,
        error=np.maximum(arms, 0.0),
        excluded=~fit.fitted[t],
        tips=_tips(fit, t),
        symbol_px=9 if is_front else 5,
        line_x=() if model is None else model[0],
        line_y=() if model is None else model[1][t],
        band_low=None if model is None or not is_front else model[2][t],
        band_high=None if model is None or not is_front else model[3][t],
    )


def _open_series(fit: EfficiencyFit, t: int) -> tuple[Series, Series]:
    """Points whose 68 % interval is open: quiet bars through the whole view, and open symbols."""
    is_open = fit.valid[t] & ~_closed(fit)[t]
    low, high = _ETA_RANGE
    place = np.clip(np.where(is_open, fit.eta[t], np.nan), low + 0.04, high - 0.04)
    bars = Series(
        color="line",
        x=fit.detuning_mev[t],
        y=np.where(is_open, 0.5, np.nan),
        error=np.full(place.size, 9.0),
        symbol_px=0.1,
    )
    symbols = Series(
        color="muted", x=fit.detuning_mev[t], y=place, tips=_tips(fit, t), symbol="wedge", symbol_px=8, is_open=True
    )
    return bars, symbols


def _closed(fit: EfficiencyFit) -> np.ndarray:
    closed: np.ndarray = fit.valid & np.isfinite(fit.eta_low) & np.isfinite(fit.eta_high)
    return closed


def _tips(fit: EfficiencyFit, t: int) -> LazyTips:
    return LazyTips(fit.eta.shape[1], partial(_tip, fit, t))


def _tip(fit: EfficiencyFit, t: int, j: int) -> str:
    if not fit.valid[t, j]:
        return ""
    head = f"<b>{temperature_name(fit.temperatures_k[t])}, ΔE = {plain(fit.detuning_mev[t, j], 1)} meV</b>"
    state = "" if fit.fitted[t, j] else "<br>excluded from the fits"
    if not _closed(fit)[t, j]:
        return f"{head}<br>not determined: neither emission nor absorption stands out of its noise{state}"
    return f"{head}<br>η = {measured(efficiency_at(fit, t, j))} (68 %){state}"


def _counted(fit: EfficiencyFit, t: int) -> str:
    if not fit.valid[t].any():
        return f"{temperature_name(fit.temperatures_k[t])}: no η"
    count = int((fit.valid & ~_closed(fit))[t].sum())
    return f"▽ {count} not determined" if count else "68 % intervals"


def _colour_indices(fit: EfficiencyFit, followed: list[FixedDetuning]) -> list[int]:
    """Return the excitation that each detuning goes by, or its rank where lasers don't follow the gap."""
    with np.errstate(all="ignore"):
        typical = np.array([np.median(column[ok]) if ok.any() else np.inf for column, ok in zip(
            fit.detuning_mev.T, fit.valid.T, strict=True)])  # fmt: skip
    indices = [int(np.argmin(np.abs(typical - found.detuning_mev))) for found in followed]
    return indices if len(set(indices)) == len(indices) else list(range(len(followed)))


def _nearer(fit: EfficiencyFit, found: FixedDetuning) -> np.ndarray:
    """Return the place nearest to the detuning at each temperature, -1 where η is not known."""
    rows = np.arange(len(found.eta))[:, None]
    distance = np.abs(fit.detuning_mev[rows, found.places] - found.detuning_mev)
    return found.places[rows[:, 0], np.argmin(distance, axis=1)]


def _thermal_series(
    fit: EfficiencyFit, found: FixedDetuning, index: int, inverse: np.ndarray, *, is_logit: bool
) -> tuple[Series, Series]:
    """Return η at one detuning against temperature: measured points with a line, and open interpolated ones."""
    eta, error = found.eta, found.eta_error
    if is_logit:
        eta, error = logit_eta(eta, error)
    good = np.isfinite(eta)
    tips = LazyTips(eta.size, partial(_thermal_tip, fit, found))
    style = {"color": detuning_spec(index), "symbol": detuning_symbol(index), "symbol_px": 7, "x": inverse}
    measured_here, between = good & ~found.interpolated, good & found.interpolated
    closed = Series(
        **style,
        label=f"{plain(found.detuning_mev, 0)} meV",
        y=np.where(measured_here, eta, np.nan),
        error=np.where(measured_here, error, np.nan),
        tips=tips,
        line_x=inverse[good],
        line_y=eta[good],
        is_dashed=True,
    )
    open_points = Series(
        **style,
        y=np.where(between, eta, np.nan),
        error=np.where(between, error, np.nan),
        tips=tips,
        is_open=True,
    )
    return closed, open_points


def _thermal_tip(fit: EfficiencyFit, found: FixedDetuning, t: int) -> str:
    if not np.isfinite(found.eta[t]):
        return ""
    head = f"<b>{temperature_name(found.temperatures_k[t])}, ΔE = {plain(found.detuning_mev, 1)} meV</b>"
    value = f"{head}<br>η = {plain(found.eta[t], 3)} ± {plain(found.eta_error[t], 3)}"
    if not found.interpolated[t]:
        return value
    first, last = (plain(fit.detuning_mev[t, j], 1) for j in found.places[t])
    scale = "η" if found.is_straight_in_eta[t] else "ln η/(1 − η)"
    return f"{value}<br>interpolated between {first} and {last} meV, straight in {scale}"
