"""Quantum yields: that of R, of power series above the gap and of integrating spheres, side by side."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.quantum_yield.comparison import OF_RATIO, YieldComparison, YieldRow
from asplab.core.companion.quantum_yield.curve import yield_curve
from asplab.core.companion.quantum_yield.every_yield import OF_POWER, OF_SPHERE
from asplab.core.companion.quantum_yield.sphere_stage import SphereReading
from asplab.core.companion.quantum_yield.stage import AbcReading
from asplab.core.companion.reading import Reading
from asplab.core.export.companion.yields import compared_yields
from asplab.core.pipeline import Results
from asplab.core.settings import YieldSettings
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec
from asplab.gui.panels.companion.page import CompanionPage, Missing, Picture
from asplab.gui.plots.handles import RegionHandle
from asplab.gui.plots.plot_card import PlotCard
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, row
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import selected_temperature, temperature_name, temperatures_of

_COLUMNS = (
    Column(tr("Method")),
    Column(tr("Medium"), align="left", is_spare=True),
    Column("T"),
    Column(tr("Yield"), "", tr("With its 68 % interval, or a 95 % limit")),
    Column(tr("What it means"), align="left", gives_way=True, is_spare=True, rank=1),
)
_METHODS = {OF_RATIO: "R", OF_POWER: tr("ABC law"), OF_SPHERE: tr("integrating sphere")}
_COLORS = {OF_RATIO: "accent", OF_POWER: detuning_spec(0), OF_SPHERE: detuning_spec(2)}
_SYMBOLS = {OF_RATIO: "circle", OF_POWER: "square", OF_SPHERE: "diamond"}
_WINDOWS = {"laser_nm": tr("laser"), "emission_nm": tr("emission")}
_SPHERES = (
    ("empty", tr("empty sphere"), "muted"),
    ("beside", tr("beside the beam"), detuning_spec(0)),
    ("inside", tr("in the beam"), detuning_spec(2)),
)
_NEAR_K = 1.0
_AIR, _NAMES = 0.1, 0.5
"""Room below and above the bars of all yields, in units of their range."""


class YieldPage(CompanionPage):
    """The yield over pump power, all yields over temperature, and the spectra of the sphere with their windows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        growth = SeriesPlot(theme, x_label=tr("Pump power (µW)"), y_label=tr("Quantum yield"), log_x=True)
        growth.display_hint(
            tr("Points: βI/P of each reading · curve and 68 % band: ABC law · wheel zooms · A shows all")
        )
        every = SeriesPlot(theme, x_label="T (K)", y_label=tr("Quantum yield"))
        every.display_hint(tr("Bars hold 68 % · triangles: 95 % limits · wheel zooms · A shows all"))
        titles = (tr("Yield over power"), tr("All quantum yields"), tr("Quantum yields"))
        super().__init__(theme, (growth, every), titles, _COLUMNS, parent)
        self.sphere = SeriesPlot(theme, x_label=tr("Wavelength (nm)"), y_label=tr("Photons per nm"), log_y=True)
        self.sphere.display_hint(tr("Drag an edge to move a window · wheel zooms · A shows all"))
        self.sphere_card = PlotCard(tr("Integrating sphere"), self.sphere)
        self.windows = {
            name: RegionHandle(theme, label=label, scope=tr("all three spectra")) for name, label in _WINDOWS.items()
        }
        self._at_rest: Results | None = None
        self._sphere_frame: object = None
        self._place_sphere()
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show what the results hold; while a window of the sphere is dragged, its yield follows."""
        rest = self._at_rest
        if results.is_at_rest:
            self._at_rest = results
        elif rest is not None and results.sphere_yields not in (None, rest.sphere_yields):
            results = replace(results, abc_yields=rest.abc_yields, is_at_rest=True)
        super().display(results, view)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        super().forget_frame()
        self._sphere_frame = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        super().restyle(theme)
        self.sphere.restyle(theme)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the yield over power nearest to the selected temperature, and all yields."""
        abc = () if results.abc_yields is None else results.abc_yields.readings
        sphere = () if results.sphere_yields is None else results.sphere_yields.readings
        if not abc and not sphere:
            return Missing(
                tr("No yield beside that of R"),
                tr(
                    "Add a power series (kind power) excited above the gap, or spectra of an integrating sphere "
                    "(kinds sphere_blank, sphere_out and sphere_in)."
                ),
            )
        found = compared_yields(results)
        series = _nearest_series(abc, results, view)
        self._show_sphere(results, sphere[0] if sphere else None)
        return Picture(
            _growth(series),
            _every(found),
            _rows(found, abc, sphere),
            (_series_words(series), "", "" if found is None else _notes(found)),
            (_why_no_growth(series), tr("No yield\nWhy stands in the table.")),
            (_height(series), _span(found)),
        )

    # --- the sphere --------------------------------------------------------------------------------------
    def _place_sphere(self) -> None:
        lines = self.table_card.parentWidget().layout()
        below = QWidget()
        places = row(below, GAP)
        lines.replaceWidget(self.table_card, below)
        places.addWidget(self.sphere_card, 1)
        places.addWidget(self.table_card, 1)
        lines.setStretch(0, 1)
        lines.setStretch(1, 1)

    def _connect(self) -> None:
        self.sphere.hint_changed.connect(self.hint_changed)
        for k, (name, handle) in enumerate(self.windows.items()):
            self.sphere.add_layer(handle, z=20 + k)
            handle.dragged.connect(partial(self._tell_window, name))
            handle.drag_finished.connect(self.drag_finished)

    def _tell_window(self, name: str, low: float, high: float) -> None:
        self.setting_dragged.emit("yields", name, ((low, high),))

    def _show_sphere(self, results: Results, one: SphereReading | None) -> None:
        spectra = None if one is None else one.spectra
        if one is None or spectra is None:
            why = tr("Add spectra of kinds sphere_blank, sphere_out and sphere_in.") if one is None else one.reason
            self.sphere_card.display_reason(tr("No spectra of a sphere"), why)
            self.sphere_card.display_subtitle("")
            return
        self.sphere_card.display_reason("")
        self.sphere.display(
            [
                Series(color, label, "corner", line_x=spectra.wavelength_nm, line_y=getattr(spectra, name).mean(axis=0))
                for name, label, color in _SPHERES
            ]
        )
        for name, handle in self.windows.items():
            window = _window(results.document.settings.yields, name) or getattr(one, name)
            handle.setVisible(window is not None)
            if window is not None:
                handle.display(*window)
        self.sphere_card.display_subtitle(_sphere_words(one))
        if self._sphere_frame is not results.document.experiment:
            self._sphere_frame = results.document.experiment
            self.sphere.view_all()


def _window(settings: YieldSettings, name: str) -> tuple[float, float] | None:
    given: tuple[tuple[float, float], ...] = getattr(settings, name)
    return given[0] if given else None


def _sphere_words(one: SphereReading) -> str:
    if one.found is None:
        return one.reason
    counted = tr("photons") if one.spectra is None or one.spectra.unit == "photons" else tr("power")
    return f"{one.quantum_yield.text} · A {plain(one.found.absorptance.value, 3)} · {counted}"


# --- over power ------------------------------------------------------------------------------------------
def _nearest_series(abc: Sequence[AbcReading], results: Results, view: ViewState) -> AbcReading | None:
    """Return the series nearest to the selected temperature, one that tells a law before others."""
    t = selected_temperature(results, view)
    kelvin = float("nan") if t is None else float(temperatures_of(results)[t])

    def rank(one: AbcReading) -> tuple[bool, float]:
        return one.found is None, float(np.nan_to_num(abs(one.series.temperature_k - kelvin)))

    return min(abc, key=rank) if abc else None


def _growth(one: AbcReading | None) -> list[Series]:
    if one is None or one.found is None or _is_unknown(one.found.peak_yield):
        return []
    curve = yield_curve(one.found)
    color = _COLORS[OF_POWER]
    points = Series(
        color,
        x=curve.read_uw,
        y=curve.read_yield,
        error=curve.read_error,
        tips=[
            f"{plain(power, 2)} µW: {plain(value, 3)}"
            for power, value in zip(curve.read_uw, curve.read_yield, strict=True)
        ],
        symbol=_SYMBOLS[OF_POWER],
        symbol_px=6,
    )
    law = Series(color, line_x=curve.power_uw, line_y=curve.quantum_yield, band_low=curve.low, band_high=curve.high)
    return [law, points]


def _is_unknown(reading: Reading) -> bool:
    return not reading.is_determined and not reading.is_limit


def _height(one: AbcReading | None) -> tuple[float, float] | None:
    """Return a range from 0, so that a flat curve looks flat."""
    return (0.0, 1.05) if one is not None and one.found is not None else None


def _span(found: YieldComparison | None) -> tuple[float, float] | None:
    """Return a range that holds all bars, with room for the names above."""
    readings = [] if found is None else [one.reading for one in found.rows if one.reading.is_determined]
    if not readings:
        return None
    arms = [_arms(reading) for reading in readings]
    low = min(reading.value - arm[0] for reading, arm in zip(readings, arms, strict=True))
    high = max(reading.value + arm[1] for reading, arm in zip(readings, arms, strict=True))
    return low - _AIR * (high - low), high + _NAMES * (high - low)


def _series_words(one: AbcReading | None) -> str:
    if one is None or one.found is None:
        return ""
    place = temperature_name(one.series.temperature_k)
    told = one.found.peak_yield.text
    at = plain(one.found.peak_power_uw, 0)
    return tr("{place}: {told} at {at} µW", place=place, told=told, at=at)


def _why_no_growth(one: AbcReading | None) -> str:
    if one is None:
        return tr("No series above the gap\nAdd powers and intensities (kind power) of an excitation above the gap.")
    reason = one.reason if one.found is None else one.found.peak_yield.reason
    return tr("Not determined\n{reason}", reason=reason)


# --- all of them -----------------------------------------------------------------------------------------
def _every(found: YieldComparison | None) -> list[Series]:
    series = []
    for method in (OF_RATIO, OF_POWER, OF_SPHERE):
        own = [] if found is None else [one for one in found.rows if one.method == method]
        series += [*_known(method, own), *_limits(method, own)]
        series += [_level(one, found) for one in own if one.temperature_k is None and one.reading.is_determined]
    return series


def _known(method: str, rows: Sequence[YieldRow]) -> list[Series]:
    known = [one for one in rows if one.temperature_k is not None and one.reading.is_determined]
    if not known:
        return []
    arms = [_arms(one.reading) for one in known]
    return [
        Series(
            _COLORS[method],
            _METHODS[method],
            "corner",
            x=[one.temperature_k for one in known],
            y=[one.reading.value for one in known],
            error=np.array(arms).T,
            tips=[f"{one.label}: {one.reading.text}" for one in known],
            symbol=_SYMBOLS[method],
            symbol_px=7 if method == OF_RATIO else 10,
            is_open=method != OF_RATIO,
        )
    ]


def _arms(reading: Reading) -> tuple[float, float]:
    low, high = reading.low, reading.high
    if low is None or high is None:
        return reading.error, reading.error
    return reading.value - low, high - reading.value


def _limits(method: str, rows: Sequence[YieldRow]) -> list[Series]:
    found = []
    for is_lower, symbol in ((True, "triangle"), (False, "wedge")):
        ends = [(one, one.reading.lower_limit if is_lower else one.reading.upper_limit) for one in rows]
        told = [(one, end) for one, end in ends if end is not None and one.reading.is_limit and one.temperature_k]
        if told:
            found.append(
                Series(
                    _COLORS[method],
                    x=[one.temperature_k for one, _ in told],
                    y=[end for _, end in told],
                    tips=[f"{one.label}: {one.reading.text}" for one, _ in told],
                    symbol=symbol,
                    is_open=True,
                )
            )
    return found


def _level(one: YieldRow, found: YieldComparison | None) -> Series:
    """Return a yield without a temperature as a line through all of them."""
    kelvins = [row.temperature_k for row in (() if found is None else found.rows) if row.temperature_k is not None]
    ends = np.array([min(kelvins, default=0.0), max(kelvins, default=300.0) + _NEAR_K])
    low, high = _arms(one.reading)
    value = np.full(2, one.reading.value)
    return Series(
        _COLORS[one.method],
        _METHODS[one.method],
        line_x=ends,
        line_y=value,
        band_low=value - low,
        band_high=value + high,
        is_dashed=True,
    )


def _rows(found: YieldComparison | None, abc: Sequence[AbcReading], sphere: Sequence[SphereReading]) -> list[TableRow]:
    known = () if found is None else found.rows
    # The yields of R stand elsewhere too, so they come last.
    return [
        *(_row(one, _reabsorbed_words(one, sphere)) for one in known if one.method != OF_RATIO),
        *(_refused(OF_POWER, one.medium, one.series.temperature_k, one.reason) for one in abc if one.found is None),
        *(_refused(OF_SPHERE, one.medium, one.temperature_k, one.reason) for one in sphere if one.found is None),
        *(_row(one) for one in known if one.method == OF_RATIO),
    ]


def _row(one: YieldRow, note: str = "") -> TableRow:
    kelvin = "—" if one.temperature_k is None else temperature_name(one.temperature_k)
    cells = (_METHODS[one.method], one.medium or "—", kelvin, one.reading.text, one.reading.reason or note)
    return TableRow(cells, color=_COLORS[one.method], tip=one.reading.reason or note)


def _reabsorbed_words(one: YieldRow, sphere: Sequence[SphereReading]) -> str:
    """Return what was made up for in the yield of a sphere; empty for other ways."""
    own = next((reading for reading in sphere if reading.quantum_yield is one.reading), None)
    if own is None or one.method != OF_SPHERE:
        return ""
    if own.reabsorbed is None:
        return tr("Not made up for what is absorbed again; may be too low.")
    return tr("{part} of the emission is absorbed again, and made up for.", part=own.reabsorbed.text)


def _refused(method: str, medium: str, kelvin: float | None, reason: str) -> TableRow:
    told = "—" if kelvin is None else temperature_name(kelvin)
    return TableRow((_METHODS[method], medium or "—", told, "—", reason), is_muted=True, tip=reason)


def _notes(found: YieldComparison) -> str:
    return " ".join(found.notes)
