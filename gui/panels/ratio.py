"""Quantum yield: the Stokes line with its intercept, the paper's R lines for the eye, QY at every temperature."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from asplab.core.appraisal.checks import common_yield, stokes_line_at
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.core.responses.stage import Responses
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec, detuning_symbol
from asplab.gui.panels.base import EXCLUDES, Panel
from asplab.gui.plots.compared import as_compared, compared_temperature
from asplab.gui.plots.ghost import add_ghost
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.plots.wavelength_axis import WavelengthAxis
from asplab.gui.reference import Reference
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import column, grid
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.text import TextLine
from asplab.gui.words.change import change_words, yield_change
from asplab.gui.words.reading import (
    quantum_yield,
    selected_temperature,
    temperature_name,
    temperature_specs,
    why_missing,
)
from asplab.gui.words.regime import regime_words

COMPONENTS_NOTE = tr(
    "For the eye: the bars of R hold for single points only. All points of one ΔE share the noise of "
    "I<sub>AS</sub>/PA<sub>AS</sub>, and all lines share that of the Stokes points, so every line "
    "meets the axis at the same place. QY and η come from the line at the left, with the full "
    "covariance."
)
RATIO_NOTE = tr(
    "<b>The paper’s R lines are in use.</b> They treat points that share noise as independent: their "
    "68 % intervals cover the truth only 30–40 % of the time. Choose the component estimator for "
    "numbers to publish."
)
_MOST_LINES = 12
_SHARES = (5, 4)
_RATIO_MARGIN = 0.06
_LINE_POINTS = 61


class RatioPanel(Panel):
    """R and QY."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject: tuple[Experiment, int] | None = None
        self._keys: list[tuple[str, ...]] = []
        self._stokes_keys: tuple[str, ...] = ()
        self._reference: Reference | None = None
        self._haunted: tuple[object, ...] = ()
        self.line = SeriesPlot(
            theme, x_label="hν<sub>S</sub> (meV)", y_label=tr("PA<sub>S</sub>/I<sub>S</sub> (relative)")
        )
        self.line.display_hint(
            tr(
                "It meets zero at hν₀ = QY·⟨E⟩, where all absorbed energy leaves as light · {excludes}",
                excludes=EXCLUDES,
            )
        )
        self.ratio = SeriesPlot(theme, x_label="ΔE<sub>S</sub> (meV)", y_label="R")
        self.ratio.display_hint(
            tr("Click a line’s point to select its condition · {excludes} · A shows all", excludes=EXCLUDES)
        )
        self.yields = SeriesPlot(theme, x_label="T (K)", y_label="QY")
        self.yields.display_hint(tr("Click a point to select its temperature"))
        self.nm_axes = {plot: WavelengthAxis(plot) for plot in (self.line, self.ratio)}
        self._line_guides, self._yield_guides = Guides(theme), Guides(theme)
        self.line.add_layer(self._line_guides, z=-5)
        self.yields.add_layer(self._yield_guides, z=-5)
        self.ghosts = {"line": add_ghost(self.line), "ratio": add_ghost(self.ratio)}
        self._intercept, self.regime = TextLine(muted=True), TextLine(muted=True)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setProperty("role", "small")
        self.line_card = Card(tr("Stokes line"))
        self._ratio_card = Card("R(ΔE<sub>S</sub>)")
        self.yield_card = Card("QY(T)")
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show the Stokes line and R of the selected temperature, and QY of all."""
        fit, t = results.efficiency, selected_temperature(results, view)
        if fit is None or t is None or not np.isfinite(fit.quantum_yield).any():
            reason = tr(
                "The quantum yield needs PL and photothermal signal at two Stokes excitations of a temperature."
            )
            self.deck.display_missing(tr("No quantum yield yet"), why_missing(results, reason, view))
            return
        self.deck.display_content()
        specs = temperature_specs(fit.temperatures_k)
        self._leave_room(has_yields=int(np.isfinite(fit.quantum_yield).sum()) > 1)
        self._show_line(fit, results, specs[t], t, view)
        self._show_regime(results, t)
        self._show_ratio(fit, results, t, view)
        self._show_yield(fit, specs, t)
        self._show_ghosts(fit, specs[t], t)
        self._show_wavelengths(results, t)
        is_ratio = results.document.settings.efficiency.estimator == "ratio"
        self.note.setText(RATIO_NOTE if is_ratio else COMPONENTS_NOTE)
        self._fit_ranges(fit, results.document.experiment, t)

    def display_reference(self, reference: Reference | None) -> None:
        """Take over what the results are compared with; :meth:`display` follows."""
        self._reference = reference

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for plot in (self.line, self.ratio, self.yields):
            plot.restyle(theme)

    def _content(self) -> QWidget:
        self.line_card.add(self.line, 1)
        self.line_card.add(self._intercept)
        self.line_card.add(self.regime)
        self._ratio_card.add(self.ratio, 1)
        self._ratio_card.add(self.note)
        self.yield_card.add(self.yields, 1)
        content = QWidget()
        self._places = grid(content, _SHARES)
        self._places.addWidget(self.line_card, 0, 0)
        self._places.addWidget(self._ratio_card, 0, 1, 2, 1)
        self._places.addWidget(self.yield_card, 1, 0)
        return content

    def _leave_room(self, *, has_yields: bool) -> None:
        # One quantum yield is no trend: it stands above the Stokes line, which then takes the whole height.
        if self.yield_card.isHidden() == has_yields:
            self.yield_card.setVisible(has_yields)
            self._places.setRowStretch(1, _SHARES[1] if has_yields else 0)

    def _connect(self) -> None:
        self.line.point_clicked.connect(self._choose_stokes)
        self.ratio.point_clicked.connect(self._choose_anti)
        self.yields.point_clicked.connect(self._choose_temperature)
        for plot in (self.line, self.ratio, self.yields):
            plot.hint_changed.connect(self.hint_changed)

    def _choose_stokes(self, series: int, point: int, button: Qt.MouseButton) -> None:
        if series == 0 and point < len(self._stokes_keys) and self._stokes_keys[point]:
            self.stack_chosen.emit(self._stokes_keys[point])

    def _choose_anti(self, series: int, point: int, button: Qt.MouseButton) -> None:
        self.stack_chosen.emit(self._keys[series][point])

    def _choose_temperature(self, series: int, point: int, button: Qt.MouseButton) -> None:
        self.temperature_chosen.emit(series)

    def _fit_ranges(self, fit: EfficiencyFit, experiment: Experiment, t: int) -> None:
        if self._subject is not None and self._subject[0] is experiment and self._subject[1] == t:
            return
        self._subject = (experiment, t)
        low, high = fit.quantum_yield_low, fit.quantum_yield_high
        margin = 0.08 * float(np.nanmax(high) - np.nanmin(low)) or 0.01
        kelvin = fit.temperatures_k
        beside = 0.05 * float(np.ptp(kelvin)) or 1.0
        self.yields.set_home(
            x=(float(kelvin.min()) - beside, float(kelvin.max()) + beside),
            y=(float(np.nanmin(low)) - margin, float(np.nanmax(high)) + margin),
        )
        self.ratio.set_home(y=_ratio_home(self.ratio.series))
        for plot in (self.line, self.ratio, self.yields):
            plot.view_all()

    # --- Stokes line -------------------------------------------------------------------------------------
    def _show_line(self, fit: EfficiencyFit, results: Results, color: str, t: int, view: ViewState) -> None:
        responses = results.responses
        self._stokes_keys = fit.stokes_keys[t] if fit.stokes_keys else ()
        series = _stokes_series(fit, responses, color, t)
        other = compared_temperature(results, view)
        beside = [] if other is None else _stokes_series(fit, responses, color, other)[:1]
        self.line.display([*series, *as_compared(beside, results, other or 0)] if series else [])
        if not series:
            self._line_guides.display([])
            self._intercept.display("")
            self.line_card.display_subtitle(tr("fewer than two Stokes points"))
            return
        chosen = self._stokes_keys.index(view.stack) if view.stack and view.stack in self._stokes_keys else None
        self.line.display_selected(None if chosen is None else 0, chosen)
        photon = np.nan if responses is None else responses.mean_photon_mev[t]
        intercept = Estimate(float(fit.intercept_mev[t]), float(np.sqrt(fit.line_covariance[t, 1, 1])))
        guides = [Guide("y", 0.0), Guide("x", intercept.value)]
        if np.isfinite(photon):
            guides.append(Guide("x", float(photon), label="⟨E⟩", label_row=0))
        self._line_guides.display(guides)
        dof = int(fit.dof[t])
        misfit = tr(" · χ²/dof {chi2}", chi2=plain(fit.chi2[t] / dof, 2)) if dof > 0 else ""
        self._intercept.display(f"hν<sub>0</sub> = {measured(intercept)} meV{misfit}")
        change = None if self._reference is None else yield_change(self._reference, results, t)
        own = f"QY = {measured(quantum_yield(fit, t))}"
        self.line_card.display_subtitle(own if change is None else change_words(change), own)

    def _show_wavelengths(self, results: Results, t: int) -> None:
        medium = results.document.settings.energies.medium
        reference = None if results.responses is None else float(results.responses.reference_mev[t])
        self.nm_axes[self.line].display(0.0, medium)
        self.nm_axes[self.ratio].display(reference, medium)

    def _show_regime(self, results: Results, t: int) -> None:
        if results.linear_regime is None and results.intervals is None and self.regime.html:
            # It waits for the end of a drag, and does not depend on what is dragged.
            return
        self.regime.display(*regime_words(results.linear_regime, t))

    # --- R -----------------------------------------------------------------------------------------------
    def _show_ratio(self, fit: EfficiencyFit, results: Results, t: int, view: ViewState) -> None:
        responses, known = results.responses, _known(fit, t)
        if responses is None or not fit.ratio[t].size or not known.any():
            self.ratio.display([])
            self._ratio_card.display_subtitle(tr("no ΔE is determined"))
            return
        series, chosen = _ratio_lines(fit, responses, t)
        series[0] = replace(series[0], label=f"ΔE = {series[0].label}")
        self._keys = [(fit.keys[t][j],) * fit.stokes_mev[t].size for j in chosen]
        other = compared_temperature(results, view)
        if other is not None and _known(fit, other).any():
            beside, places = _ratio_lines(fit, responses, other)
            series += as_compared(beside, results, other)
            self._keys += [(fit.keys[other][j],) * fit.stokes_mev[other].size for j in places]
        self.ratio.display(series)
        hidden = int((fit.valid[t] & ~known).sum())
        rest = tr("{chosen} of {sum} ΔE", chosen=len(chosen), sum=int(fit.valid[t].sum())) + (
            tr(" · {hidden} not determined", hidden=hidden) if hidden else ""
        )
        self._ratio_card.display_subtitle(rest)

    # --- what it was before ------------------------------------------------------------------------------
    def _show_ghosts(self, fit: EfficiencyFit, color: str, t: int) -> None:
        """Show where the lines of this temperature stood in the reference; it changes with no frame of a drag."""
        reference = self._reference
        then = None if reference is None else reference.temperature(float(fit.temperatures_k[t]))
        haunted = (None if reference is None else reference.results, then, color)
        if haunted == self._haunted:
            return
        self._haunted = haunted
        old = None if reference is None else reference.results.efficiency
        if reference is None or then is None or old is None:
            lines: tuple[list[Series], list[Series]] = ([], [])
        else:
            responses = reference.results.responses
            drawn = [] if responses is None or not _known(old, then).any() else _ratio_lines(old, responses, then)[0]
            lines = (_stokes_series(old, responses, color, then), drawn)
        for ghost, series in zip(self.ghosts.values(), lines, strict=True):
            ghost.display(series)

    # --- QY(T) -------------------------------------------------------------------------------------------
    def _show_yield(self, fit: EfficiencyFit, specs: list[str], t: int) -> None:
        series = []
        for index, temperature in enumerate(fit.temperatures_k):
            estimate = quantum_yield(fit, index)
            tip = f"<b>{temperature_name(temperature)}</b><br>QY = {measured(estimate)}"
            series.append(Series(specs[index], x=[temperature], y=[estimate.value], error=_arms(estimate), tips=[tip]))
        self.yields.display(series)
        self.yields.display_selected(t, 0)
        mean = common_yield(fit)
        if mean is None:
            self._yield_guides.display([])
            self.yield_card.display_subtitle(tr("one value for all temperatures") if fit.is_shared else "")
            return
        self._yield_guides.display([Guide("y", mean.mean - mean.error, mean.mean + mean.error)])
        self.yield_card.display_subtitle(tr("mean {estimate}", estimate=measured(Estimate(mean.mean, mean.error))))


def _known(fit: EfficiencyFit, t: int) -> np.ndarray:
    """Return at which anti-Stokes excitations η is determined, so that R has a line."""
    known: np.ndarray = fit.valid[t] & fit.fitted[t] & np.isfinite(fit.eta_low[t]) & np.isfinite(fit.eta_high[t])
    return known


def _stokes_series(fit: EfficiencyFit, responses: Responses | None, color: str, t: int) -> list[Series]:
    """Return the Stokes points with their line, and its intercept; nothing where there is no line."""
    points, errors = fit.stokes_ratio[t], fit.stokes_ratio_error[t]
    good = np.isfinite(points)
    scale = float(np.mean(points[good])) if good.any() else 0.0
    if not np.isfinite(fit.slope[t]) or scale == 0:
        return []
    x = _line_grid(fit, t)
    y, spread = stokes_line_at(fit, t, x)
    used = None if responses is None else ~responses.fitted[t, : responses.n_stokes]
    line = Series(
        color,
        x=fit.stokes_mev[t],
        y=points / scale,
        error=errors / abs(scale),
        excluded=used,
        tips=LazyTips(points.size, partial(_stokes_tip, fit, scale, t)),
        keys=fit.stokes_keys[t] if fit.stokes_keys else (),
        line_x=x,
        line_y=y / scale,
        band_low=(y - spread) / scale,
        band_high=(y + spread) / scale,
    )
    return [line, _intercept(fit, t)]


def _ratio_lines(fit: EfficiencyFit, responses: Responses, t: int) -> tuple[list[Series], np.ndarray]:
    """Return R of the determined detunings, of as many as can be told apart, and their places."""
    chosen = _spread_over(np.flatnonzero(_known(fit, t)), _MOST_LINES)
    reference = float(responses.reference_mev[t])
    above = fit.stokes_mev[t] - reference
    ratio, error = fit.ratio[t], fit.ratio_error[t]
    return [_ratio_series(fit, ratio[j], error[j], above, reference, t, int(j)) for j in chosen], chosen


def _arms(estimate: Estimate) -> list[list[float]]:
    if estimate.low is None or estimate.high is None:
        return [[estimate.error], [estimate.error]]
    return [[estimate.value - estimate.low], [estimate.high - estimate.value]]


def _line_grid(fit: EfficiencyFit, t: int) -> np.ndarray:
    """Return photon energies from a little below the intercept to the last point."""
    start, end = float(fit.intercept_mev[t]), float(np.nanmax(fit.stokes_mev[t]))
    margin = 0.06 * (end - start)
    return np.linspace(start - margin, end + margin, _LINE_POINTS)


def _intercept(fit: EfficiencyFit, t: int) -> Series:
    """The intercept as a cross on the zero line, its standard error as a level bar."""
    place, error = float(fit.intercept_mev[t]), float(np.sqrt(fit.line_covariance[t, 1, 1]))
    return Series(
        "text",
        "hν<sub>0</sub>",
        x=[place],
        y=[0.0],
        tips=[f"hν<sub>0</sub> = QY·⟨E⟩ = {measured(Estimate(place, error))} meV"],
        symbol="cross",
        line_x=[place - error, place + error],
        line_y=[0.0, 0.0],
    )


def _stokes_tip(fit: EfficiencyFit, scale: float, t: int, j: int) -> str:
    value = Estimate(fit.stokes_ratio[t, j] / scale, fit.stokes_ratio_error[t, j] / abs(scale))
    return f"hν<sub>S</sub> = {plain(fit.stokes_mev[t, j], 1)} meV<br>PA<sub>S</sub>/I<sub>S</sub> = {measured(value)}"


def _ratio_series(
    fit: EfficiencyFit, ratio: np.ndarray, error: np.ndarray, above: np.ndarray, reference: float, t: int, j: int
) -> Series:
    slope = float(fit.ratio_slope_per_mev[t, j])
    x = np.array([0.0, 1.03 * float(np.nanmax(above))])
    name = f"{plain(fit.detuning_mev[t, j], 0)} meV"
    tips = [f"<b>ΔE = {name}</b><br>R = {measured(Estimate(r, e))}" for r, e in zip(ratio, error, strict=True)]
    return Series(
        detuning_spec(j),
        name,
        x=above,
        y=ratio,
        error=error,
        tips=tips,
        keys=(fit.keys[t][j],) * above.size,
        partner_keys=fit.stokes_keys[t] if fit.stokes_keys else (),
        symbol=detuning_symbol(j),
        symbol_px=8,
        line_x=x,
        line_y=slope * (x + reference - fit.intercept_mev[t]),
    )


def _ratio_home(series: Sequence[Series]) -> tuple[float, float] | None:
    """Return a view from zero to the ends of the error bars."""
    ends = [np.asarray(one.y) + sign * np.asarray(one.error) for one in series for sign in (-1.0, 1.0)]
    values = np.concatenate([np.zeros(1), *ends])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (low - _RATIO_MARGIN * (high - low), high + _RATIO_MARGIN * (high - low)) if high > low else None


def _spread_over(columns: np.ndarray, most: int) -> np.ndarray:
    if columns.size <= most:
        return columns
    spread: np.ndarray = columns[np.round(np.linspace(0, columns.size - 1, most)).astype(int)]
    return spread
