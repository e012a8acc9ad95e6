"""Bands by every method, the Stokes shift, and the heating by the laser."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.reading import Reading
from asplab.core.companion.temperature.band import Band, BandTable
from asplab.core.companion.temperature.laser_heating import LaserHeating
from asplab.core.companion.temperature.stage import TemperatureTrends, Thermometer
from asplab.core.companion.temperature.stokes_shift import StokesShift
from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec
from asplab.gui.panels.companion.page import CompanionPage, Missing, Picture
from asplab.gui.panels.companion.trend_laws import (
    ABSORPTION,
    EMISSION,
    NO_BANDS,
    absorption_series,
    minus,
    room,
    shown,
)
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import selected_temperature, temperature_name

_METHOD_COLUMNS = (
    Column(tr("Method")),
    Column(tr("Peak"), "meV"),
    Column(tr("Mean"), "meV", tr("Mean over the photons of the band")),
    Column("FWHM", "meV"),
    Column("χ²/ν", "", tr("Misfit per degree of freedom; near 1 where errors and law are right")),
    Column("ΔAICc", "", tr("AICc less that of the best line shape")),
    Column(tr("What it means"), align="left", gives_way=True, is_spare=True),
)
_STOKES_COLUMNS = (
    Column("T"),
    Column(tr("Absorption"), "meV", tr("First maximum")),
    Column(tr("Emission"), "meV", tr("Peak of PL")),
    Column(tr("Stokes shift"), "meV"),
    Column(tr("Why"), align="left", gives_way=True, is_spare=True),
)
_HEATING_COLUMNS = (
    Column("T"),
    Column(tr("By energy"), "K", tr("How much warmer than the stage the energy says the sample is")),
    Column(tr("By width"), "K", tr("How much warmer than the stage the width says the sample is")),
    Column(tr("Energy, less low power"), "meV", "", is_spare=True),
    Column(tr("Width, less low power"), "meV", "", is_spare=True),
)
_LEGEND, _FEW = 0.4, 0.15
"""Room for a legend of six names, and of two."""
_SIDE_BY_SIDE = 0.1
"""Of the distance of temperatures, by which methods are drawn apart."""
_MUCH_WORSE = 20.0
"""χ² in units of that of the best line shape from which a shape is not drawn."""
_SOURCES = {"curves": tr("absorption curves"), "scans": tr("PA scans, heat divided out"), "none": ""}


class MethodView(CompanionPage):
    """Peaks and widths by every method."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        peaks = SeriesPlot(theme, x_label="T (K)", y_label=tr("Peak, less that of the laws (meV)"))
        peaks.display_hint(tr("How far methods disagree, which no bar holds; side by side for sight · A shows all"))
        widths = SeriesPlot(theme, x_label="T (K)", y_label=tr("FWHM, less that of the laws (meV)"))
        widths.display_hint(tr("Shapes that miss the bands are not drawn · wheel zooms · A shows all"))
        titles = (tr("Peaks by method"), tr("Widths by method"), tr("The band by every method"))
        super().__init__(theme, (peaks, widths), titles, _METHOD_COLUMNS, parent)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return peaks and widths of all temperatures, and the methods at the selected one."""
        found, t = results.trends, selected_temperature(results, view)
        if found is None or not found.emission.method or t is None:
            return NO_BANDS
        table = found.emission.tables[t]
        methods = _drawn_methods(found)
        left_out = len(_methods(found)) - len(methods)
        note = tr("{count} that miss the bands not drawn", count=left_out) if left_out else ""
        peaks, widths = (_compared(found, methods, quantity) for quantity in ("peak", "fwhm"))
        return Picture(
            peaks,
            widths,
            [] if table is None else _method_rows(table),
            ("", note, temperature_name(found.emission.temperatures_k[t])),
            (tr("No peak\nNo method tells one."), tr("No width\nNo method tells one.")),
            (room(peaks, above=_LEGEND), room(widths, above=_LEGEND)),
        )


class StokesView(CompanionPage):
    """Absorption less emission."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        shift = SeriesPlot(theme, x_label="T (K)", y_label=tr("Stokes shift (meV)"))
        shift.display_hint(tr("Dashed: the mean · wheel zooms · A shows all"))
        both = SeriesPlot(theme, x_label="T (K)", y_label=tr("Energy (meV)"))
        both.display_hint(tr("Maximum of absorption and peak of PL · wheel zooms · A shows all"))
        titles = (tr("Stokes shift over temperature"), tr("Absorption and emission"), tr("Stokes shift"))
        super().__init__(theme, (shift, both), titles, _STOKES_COLUMNS, parent)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the shift, what it is made of, and a row for each temperature."""
        found = results.trends
        if found is None or not found.emission.method:
            return NO_BANDS
        stokes = found.stokes
        if stokes is None:
            return Missing(tr("No Stokes shift"), found.stokes_reason)
        mean = tr("mean {value}", value=shown(stokes.mean))
        peaks = [_peak_of(found, t) for t in range(len(found.emission.tables))]
        return Picture(
            _shift(stokes),
            [_emission(found, peaks), *absorption_series(found)],
            [_stokes_row(found, t, peak) for t, peak in enumerate(peaks)],
            (mean, _SOURCES[found.absorption.source], minus(stokes.sentence)),
            heights=(room(_shift(stokes)), None),
        )


class HeatingView(CompanionPage):
    """How much the band says the laser warms the sample."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        heating = SeriesPlot(theme, x_label="T (K)", y_label=tr("Heating (K)"))
        heating.display_hint(tr("Above 0 the sample is warmer than the stage · wheel zooms · A shows all"))
        offset = SeriesPlot(theme, x_label="T (K)", y_label=tr("Less the low-power line (meV)"))
        offset.display_hint(tr("Energy and width at the working power, less the law at low power"))
        titles = (tr("Heating by the laser"), tr("Against low power"), tr("The band as a thermometer"))
        super().__init__(theme, (heating, offset), titles, _HEATING_COLUMNS, parent)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the heating by both thermometers, and a row for each temperature."""
        found = results.trends
        if found is None or not found.emission.method:
            return NO_BANDS
        meters = (found.by_energy, found.by_width)
        if all(meter.heating is None for meter in meters):
            return Missing(tr("No line at low power"), found.by_energy.reason)
        power = (
            ""
            if not np.isfinite(found.low_power_uw)
            else tr("low power: {power} µW", power=f"{found.low_power_uw:.3g}")
        )
        kelvin, offsets = (_meter_series(meters, in_kelvin=one) for one in (True, False))
        return Picture(
            kelvin,
            offsets,
            _heating_rows(found),
            (_told(found.by_energy, tr("by energy")), power, _told(found.by_width, tr("by width"))),
            heights=(room(kelvin, above=_FEW), room(offsets, above=_FEW)),
        )


# --- methods ---------------------------------------------------------------------------------------------
def _methods(found: TemperatureTrends) -> Sequence[str]:
    table = next(table for table in found.emission.tables if table is not None)
    return [band.method for band in table.bands]


def _drawn_methods(found: TemperatureTrends) -> Sequence[str]:
    """Return the methods without those line shapes that miss the bands by far more than the best one."""
    totals = {
        method: sum(table.of(method).chi2 for table in found.emission.tables if table is not None)
        for method in _methods(found)
    }
    least = min((value for value in totals.values() if np.isfinite(value)), default=np.nan)
    return [method for method, value in totals.items() if not value > _MUCH_WORSE * least]


def _readings(found: TemperatureTrends, method: str, quantity: str) -> tuple[FloatArray, list[Reading], str]:
    """Return temperatures and values where they are determined, and the title of the method."""
    known = [(t, table.of(method)) for t, table in enumerate(found.emission.tables) if table is not None]
    told = [(t, getattr(band, quantity)) for t, band in known if getattr(band, quantity).is_determined]
    kelvin = found.emission.temperatures_k[[t for t, _ in told]]
    return kelvin, [reading for _, reading in told], known[0][1].title


def _compared(found: TemperatureTrends, methods: Sequence[str], quantity: str) -> list[Series]:
    """Return a quantity by every method, less that by the method of the laws."""
    base_k, base, _ = _readings(found, found.emission.method, quantity)
    of_base = {float(t): one.value for t, one in zip(base_k, base, strict=True)}
    apart = _SIDE_BY_SIDE * float(np.min(np.diff(base_k), initial=10.0))
    series = []
    for k, method in enumerate(methods):
        kelvin, readings, title = _readings(found, method, quantity)
        told = [(float(t), one) for t, one in zip(kelvin, readings, strict=True) if float(t) in of_base]
        if told:
            beside = (k - 0.5 * (len(methods) - 1)) * apart
            series.append(
                Series(
                    detuning_spec(k),
                    title,
                    "corner",
                    x=[t + beside for t, _ in told],
                    y=[one.value - of_base[t] for t, one in told],
                    error=[one.error for _, one in told],
                    tips=[f"{title}, {temperature_name(t)}: {shown(one)}" for t, one in told],
                )
            )
    return series


def _method_rows(table: BandTable) -> list[TableRow]:
    best = table.best
    return [_method_row(band, np.nan if best is None else best.aicc) for band in table.bands]


def _method_row(band: Band, least: float) -> TableRow:
    misfit = plain(band.chi2 / band.dof, 2) if band.dof > 0 and np.isfinite(band.chi2) else "—"
    delta = plain(band.aicc - least, 1) if np.isfinite(band.aicc) else "—"
    numbers = [_cell(one) for one in (band.peak, band.mean, band.fwhm)]
    return TableRow((band.title, *numbers, misfit, delta, band.sentence), tip=band.sentence)


def _cell(reading: Reading) -> str:
    return measured(Estimate(reading.value, reading.error)) if reading.is_determined else "—"


# --- Stokes shift ----------------------------------------------------------------------------------------
def _peak_of(found: TemperatureTrends, t: int) -> Reading | None:
    table = found.emission.tables[t]
    return None if table is None else table.of(found.emission.method).peak


def _shift(stokes: StokesShift) -> list[Series]:
    t = stokes.temperature_k
    tips = [f"{temperature_name(k)}: {plain(y, 1)} meV" for k, y in zip(t, stokes.shift_mev, strict=True)]
    points = Series(ABSORPTION, "", x=t, y=stokes.shift_mev, error=stokes.error_mev, tips=tips)
    if t.size < 2:
        return [points]
    ends = np.array([t.min(), t.max()])
    mean, error = np.full(2, stokes.mean.value), stokes.mean.error
    line = Series("muted", tr("mean"), line_x=ends, line_y=mean, band_low=mean - error, band_high=mean + error,
                  is_dashed=True)  # fmt: skip
    return [line, points]


def _emission(found: TemperatureTrends, peaks: Sequence[Reading | None]) -> Series:
    told = [(t, one) for t, one in enumerate(peaks) if one is not None and one.is_determined]
    return Series(
        EMISSION,
        tr("emission"),
        x=found.emission.temperatures_k[[t for t, _ in told]],
        y=[one.value for _, one in told],
        error=[one.error for _, one in told],
    )


def _stokes_row(found: TemperatureTrends, t: int, peak: Reading | None) -> TableRow:
    top, stokes, kelvin = found.absorption.tops[t], found.stokes, found.emission.temperatures_k[t]
    at = np.flatnonzero(stokes.temperature_k == kelvin) if stokes is not None else np.empty(0, dtype=int)
    shift = "—"
    if stokes is not None and at.size:
        shift = measured(Estimate(float(stokes.shift_mev[at[0]]), float(stokes.error_mev[at[0]])))
    emission = "—" if peak is None else _cell(peak)
    why = top.reason or ("" if peak is None else peak.reason)
    return TableRow((temperature_name(kelvin), _cell(top), emission, shift, why), is_muted=shift == "—", tip=why)


# --- heating ---------------------------------------------------------------------------------------------
def _told(meter: Thermometer, name: str) -> tuple[str, ...]:
    """Return what a thermometer says, and its mean alone for where there is less room."""
    if meter.heating is None:
        return (f"{name}: {meter.reason}", tr("{name}: not known", name=name))
    return (f"{name}: {minus(meter.heating.sentence)}", f"{name}: {shown(meter.heating.mean)}")


def _meter_series(meters: Sequence[Thermometer], *, in_kelvin: bool) -> list[Series]:
    names, colors, symbols = (tr("by energy"), tr("by width")), (EMISSION, ABSORPTION), ("circle", "square")
    series = [Series("muted", "", line_x=_span(meters), line_y=np.zeros(2), is_dashed=True)]
    for meter, name, color, symbol in zip(meters, names, colors, symbols, strict=True):
        found = meter.heating
        if found is not None:
            y = found.heating_k if in_kelvin else found.offset_mev
            error = found.heating_error_k if in_kelvin else found.offset_error_mev
            series.append(Series(color, name, "corner", x=found.temperature_k, y=y, error=error, symbol=symbol))
    return series


def _span(meters: Sequence[Thermometer]) -> FloatArray:
    found = np.concatenate([meter.heating.temperature_k for meter in meters if meter.heating is not None])
    return np.array([found.min(), found.max()])


def _heating_rows(found: TemperatureTrends) -> list[TableRow]:
    rows = []
    for kelvin in found.emission.temperatures_k:
        own = [_at(meter.heating, float(kelvin)) for meter in (found.by_energy, found.by_width)]
        cells = [measured(one[0]) if one is not None else "—" for one in own]
        offsets = [measured(one[1]) if one is not None else "—" for one in own]
        rows.append(TableRow((temperature_name(kelvin), *cells, *offsets)))
    return rows


def _at(heating: LaserHeating | None, kelvin: float) -> tuple[Estimate, Estimate] | None:
    if heating is None:
        return None
    at = np.flatnonzero(np.abs(heating.temperature_k - kelvin) < 1e-6)
    if not at.size:
        return None
    k = int(at[0])
    return (
        Estimate(float(heating.heating_k[k]), float(heating.heating_error_k[k])),
        Estimate(float(heating.offset_mev[k]), float(heating.offset_error_mev[k])),
    )
