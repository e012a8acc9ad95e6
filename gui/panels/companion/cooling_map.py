"""The chance of net cooling over temperature and ΔE, and what another sample would need to cool."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from asplab.core.companion.cooling.imagined import ImaginedSample
from asplab.core.companion.cooling.needs import least_detuning_mev
from asplab.core.companion.cooling.study import MapAxes, map_axes
from asplab.core.contours import contour_lines
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec
from asplab.gui.panels.base import StudyPanel
from asplab.gui.panels.companion.cooling_studies import COOLING_MAP, COOLING_POSTERIOR, Source
from asplab.gui.panels.companion.knob import Knob
from asplab.gui.plots.chance_map import ChanceMap
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.plot_card import PlotCard
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField, Numeric
from asplab.gui.widgets.numerals import plain
from asplab.gui.words.reading import selected_temperature, temperature_name, temperatures_of, why_missing

if TYPE_CHECKING:
    from asplab.core.companion.cooling.chance import CoolingMap

SOURCES = (("repeats", tr("repeats")), ("posterior", tr("posterior")))
_HEATS = (-0.05, -0.1, -0.2, -0.5)
_PERCENT = 100.0
_OWN = detuning_spec(0)
"""Colour of the sample that is set by hand, which stands out on the blue of cooling."""
_LEAST_YIELD = 0.5
_GUESS = ImaginedSample(0.99, 40.0, 20.0, 5.0)
"""Where the sliders begin where nothing was fitted: numbers as those of CsPbBr₃, with a yield near cooling."""
_KNOBS = (
    ("quantum_yield", "QY", tr("Quantum yield"), Numeric("", 4, 0.0, 1.0, 0.001)),
    ("g_mev", "g", tr("Coupling g"), Numeric("meV", 2, 0.01, 1000.0, 0.5)),
    ("phonon_mev", "ħω", tr("Phonon energy ħω"), Numeric("meV", 2, 0.01, 1000.0, 0.5)),
    (
        "log_scale",
        tr("ln A"),
        tr("ln A: up-conversion against loss"),
        Numeric("", 2, -100.0, 100.0, 0.1),
    ),
)


class CoolingMapPage(StudyPanel):
    """Map of the chance of net cooling, and a sample of other numbers beside it; nothing here changes the document."""

    studies = (COOLING_MAP, COOLING_POSTERIOR)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._states: Mapping[str, StudyState] = {study.key: StudyState() for study in self.studies}
        self._shown: tuple[Results, ViewState] | None = None
        self._framed: object = None
        self._axes: tuple[Results | None, MapAxes | None] = (None, None)
        self._is_moved = False
        self._lines: list[Series] = []
        self._points: list[Series] = []
        self.sources = ChoiceField(SOURCES)
        self.sample_button, self.reset_button = QPushButton(tr("Sample")), QPushButton(tr("As measured"))
        self.plot = SeriesPlot(theme, x_label="⟨E⟩ − hν (meV)", y_label=tr("Temperature (K)"))
        self.chances, self._least = ChanceMap(theme), Guides(theme)
        self.plot.add_layer(self.chances, z=-10)
        self.plot.add_layer(self._least, z=-5)
        self.knobs = {key: Knob(name, words, numeric) for key, name, words, numeric in _KNOBS}
        self.map_card = PlotCard(tr("Chance of net cooling"), self.plot)
        self.sample_card = Card(tr("What would a sample need to cool?"), short_title=tr("Sample"))
        self.told, self.imagined = (QLabel() for _ in range(2))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    # --- StudyPanel --------------------------------------------------------------------------------------
    def request(self, key: str) -> Any:
        """Return where the map is drawn from."""
        if key == COOLING_POSTERIOR.key:
            return None
        is_posterior = self.sources.key == "posterior"
        return Source(is_posterior, self._posterior() if is_posterior else None)

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what was found."""
        before = self._posterior()
        self._states = states
        if self.sources.key == "posterior" and self._posterior() is not before:
            self.request_changed.emit()

    def display(self, results: Results, view: ViewState) -> None:
        """Show the map; one of earlier settings is grey. A drag, which leaves the heat balance out, changes nothing."""
        if not results.is_at_rest:
            return
        self._shown = (results, view)
        t = selected_temperature(results, view)
        axes = self._find_axes(results)
        if axes is None or t is None:
            reason = tr("The map needs the heat balance, which follows from η and QY of one temperature or more.")
            self.deck.display_missing(tr("No heat balance yet"), why_missing(results, reason, view))
            return
        self.deck.display_content()
        self._show_map(results, axes)
        self._show_sample(results, axes, float(temperatures_of(results)[t]))
        if self._framed is not results.document.experiment:
            self._framed = results.document.experiment
            self.plot.set_home(*(_ends(axis) for axis in (axes.detuning_mev, axes.temperature_k)))
            self.plot.view_all()

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._framed = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.plot.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        self.sources.setFixedWidth(112)
        self.sources.setAccessibleName(tr("Draws that the chance is counted in"))
        self.sources.setToolTip(tr("Draws that the chance is counted in"))
        self.sample_button.setToolTip(tr("Sample the posterior of all temperatures together: it may take minutes"))
        self.reset_button.setToolTip(tr("Set all values to those of the fit"))
        self.map_card.header.addWidget(self.sources)
        self.map_card.header.addWidget(self.sample_button)
        self.sample_card.header.addWidget(self.reset_button)
        for label in (self.imagined, self.told):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told.setProperty("role", "muted")
        for knob in self.knobs.values():
            self.sample_card.add(knob)
        self.sample_card.add(self.imagined)
        self.sample_card.add(self.told)
        self.sample_card.body.addStretch(1)
        content = QWidget()
        places = row(content, GAP)
        places.addWidget(self.map_card, 5)
        places.addWidget(self.sample_card, 3)
        return content

    def _connect(self) -> None:
        self.sources.chosen.connect(lambda _: self.request_changed.emit())
        self.sample_button.clicked.connect(lambda: self.study_requested.emit(COOLING_POSTERIOR.key))
        self.reset_button.clicked.connect(self._reset)
        for knob in self.knobs.values():
            knob.moved.connect(self._imagine)
            knob.refused.connect(self.hint_changed)
        self.plot.display_hint(
            tr("Colour: chance of net cooling · hatched: beyond what was measured · wheel zooms · A shows all")
        )
        self.plot.hint_changed.connect(self.hint_changed)

    def _reset(self) -> None:
        self._is_moved = False
        self._look_again()

    def _imagine(self) -> None:
        self._is_moved = True
        self._look_again()

    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    # --- showing -----------------------------------------------------------------------------------------
    def _posterior(self) -> Any:
        """Return the posterior of all temperatures, None where it is not of these settings."""
        state = self._states[COOLING_POSTERIOR.key]
        return state.value if state.is_current else None

    def _find_axes(self, results: Results) -> MapAxes | None:
        if self._axes[0] is not results:
            known = results.cooling is not None and bool(np.isfinite(results.cooling.product).any())
            self._axes = (results, map_axes(results) if known and results.responses is not None else None)
        return self._axes[1]

    def _show_map(self, results: Results, axes: MapAxes) -> None:
        state, sampling = self._states[COOLING_MAP.key], self._states[COOLING_POSTERIOR.key]
        is_posterior = self.sources.key == "posterior"
        self.sample_button.setVisible(is_posterior)
        self.sample_button.setEnabled(not sampling.is_running and self._posterior() is None)
        found: CoolingMap | None = state.value
        self._lines = [] if found is None else _levels(found)
        if found is None:
            self.chances.clear()
        else:
            self.chances.display(
                found.detuning_mev, found.temperature_k, found.found.chance, hatched=found.is_extrapolated,
                tip=lambda i, j: _cell(found, i, j), is_stale=not state.is_current,
            )  # fmt: skip
        self.map_card.display_subtitle(*_said(state, sampling, is_posterior=is_posterior, posterior=self._posterior()))
        self.told.setText("" if found is None else found.sentence[:1].upper() + found.sentence[1:])
        self._points = _places(results)

    def _show_sample(self, results: Results, axes: MapAxes, kelvin: float) -> None:
        fitted = _fitted(results)
        start = fitted or _GUESS
        self.reset_button.setEnabled(self._is_moved)
        if not self._is_moved:
            for key, knob in self.knobs.items():
                knob.display(getattr(start, key), *_reach(key, getattr(start, key)))
        sample = ImaginedSample(**{key: float(knob.field.value or 0.0) for key, knob in self.knobs.items()})
        efficiency = sample.cooling(axes)
        x, y = _line(axes.detuning_mev, axes.temperature_k, efficiency, 0.0)
        is_fit = fitted is not None and not self._is_moved
        name = tr("η<sub>c</sub> = 0 of the fit") if is_fit else tr("cools from here")
        self._draw([Series(_OWN, name, "corner", line_x=x, line_y=y)] if np.isfinite(x).any() else [])
        photon = float(np.interp(kelvin, axes.temperature_k, axes.photon_mev))
        least = float(least_detuning_mev(sample.quantum_yield, photon_mev=photon))
        tip = tr("With this yield no η cools to the left")
        self._least.display([Guide("x", least, label=tr("no η cools to the left"), tip=tip)])
        told = sample.sentence(axes, kelvin)
        if fitted is None:
            told = tr("ħω and g are not determined here: these values are a start, no fit. {told}", told=told)
        self.imagined.setText(told)
        self.sample_card.display_subtitle(temperature_name(kelvin))

    def _draw(self, own: list[Series]) -> None:
        self.plot.display([*self._lines, *own, *self._points] or [Series("muted")])


def _fitted(results: Results) -> ImaginedSample | None:
    """Return the values of the joint fit, or of the only temperature that has one; the mean of the yields."""
    polaron, fit = results.polaron, results.efficiency
    if polaron is None or fit is None:
        return None
    known = np.flatnonzero(np.isfinite(polaron.phonon_mev) & np.isfinite(polaron.g_mev))
    yields = fit.quantum_yield[np.isfinite(fit.quantum_yield)]
    if not known.size or not yields.size:
        return None
    k = int(known[-1])
    values = (float(one[k]) for one in (polaron.g_mev, polaron.phonon_mev, polaron.log_scale))
    return ImaginedSample(float(np.median(yields)), *values)


def _reach(key: str, value: float) -> tuple[float, float]:
    """Return how far the slider of a value goes."""
    if key == "quantum_yield":
        return min(_LEAST_YIELD, value), max(1.0, value)
    return (value - 8.0, value + 8.0) if key == "log_scale" else (value / 3.0, value * 3.0)


def _ends(axis: FloatArray) -> tuple[float, float]:
    half = 0.5 * float(axis[1] - axis[0])
    return float(axis[0]) - half, float(axis[-1]) + half


def _line(
    detuning: FloatArray, kelvin: FloatArray, efficiency: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the line of one η_c; where η_c is not known it has a gap, and does not follow the edge of that."""
    # Each row goes on as it ends, and what that adds is left out again.
    full, places = np.full(efficiency.shape, -1.0), np.arange(detuning.size)
    for k, values in enumerate(efficiency):
        known = np.isfinite(values)
        if known.any():
            full[k] = np.interp(places, places[known], values[known])
    x, y = contour_lines(detuning, kelvin, -full, -level)
    at = [
        np.clip(np.rint(np.nan_to_num((line - axis[0]) / (axis[1] - axis[0]))).astype(int), 0, axis.size - 1)
        for line, axis in ((y, kelvin), (x, detuning))
    ]
    return np.where(np.isfinite(efficiency[at[0], at[1]]), x, np.nan), y


def _levels(found: "CoolingMap") -> list[Series]:
    """Return lines of equal median η_c: the strong one where the sample neither cools nor heats."""
    series = []
    for level in (0.0, *_HEATS):
        x, y = _line(found.detuning_mev, found.temperature_k, found.found.efficiency, level)
        if np.isfinite(x).any():
            name = f"η<sub>c</sub> = {plain(_PERCENT * level, 0)} %"
            series.append(
                Series("text" if level == 0.0 else "muted", name, "corner", line_x=x, line_y=y, is_dashed=level < 0.0)
            )
    return series


def _places(results: Results) -> list[Series]:
    """Return the measured places as points that say what was found there."""
    found = results.cooling
    if found is None:
        return []
    places, kelvin = np.argwhere(np.isfinite(found.product)), temperatures_of(results)
    return [
        Series(
            "text",
            x=[float(found.detuning_mev[t, j]) for t, j in places],
            y=[float(kelvin[t]) for t, _ in places],
            tips=[f"{temperature_name(kelvin[t])}: {found.sentence((int(t), int(j)))}" for t, j in places],
            symbol_px=4.0,
        )
    ]


def _cell(found: "CoolingMap", i: int, j: int) -> str:
    """Return what one cell of the map holds."""
    place = tr(
        "{kelvin} K, ⟨E⟩ − hν = {detuning} meV",
        kelvin=plain(found.temperature_k[i], 0),
        detuning=plain(found.detuning_mev[j], 0),
    )
    if not np.isfinite(found.found.chance[i, j]):
        return tr("{place}: the model tells nothing here", place=place)
    beyond = tr(" · beyond what was measured") if found.is_extrapolated[i, j] else ""
    return tr(
        "{place}: cools with {chance} %, η<sub>c</sub> {low} to {high} % (68 %){beyond}",
        place=place,
        chance=plain(_PERCENT * found.found.chance[i, j], 1),
        low=plain(_PERCENT * found.found.efficiency_low[i, j], 1),
        high=plain(_PERCENT * found.found.efficiency_high[i, j], 1),
        beyond=beyond,
    )


def _said(state: StudyState, sampling: StudyState, *, is_posterior: bool, posterior: Any) -> tuple[str, ...]:
    """Return what stands beside the title: what the map is drawn from, or why there is none."""
    if is_posterior and posterior is None:
        if sampling.is_running:
            return (tr("sampling …"),)
        if sampling.failure:
            return (f"! {sampling.failure}",)
        return (tr("not sampled yet: press “Sample”"), tr("press “Sample”"))
    if state.failure:
        return (f"! {state.failure}",)
    if state.value is None:
        return (tr("computing …"),)
    words = tr("of {draws} draws · pale: heats · blue: cools", draws=state.value.found.n_draws)
    return (words, tr("pale: heats · blue: cools"))
