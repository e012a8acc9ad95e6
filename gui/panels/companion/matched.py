"""η of absorptances at matched intensities beside the photothermal one, and the scattering between them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.matched.stage import MatchedReading
from asplab.core.companion.reading import Reading
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec
from asplab.gui.panels.companion.page import CompanionPage, Missing, Picture
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import selected_temperature, temperature_name, temperatures_of

_COLUMNS = (
    Column("T"),
    Column("ΔE", "meV", tr("E<sub>g</sub> minus the photon energy of the excitation")),
    Column(tr("η of absorptances"), "", tr("With its 68 % interval, or a 95 % limit")),
    Column(tr("Photothermal η"), "", tr("Of the main analysis, at the same excitation")),
    Column(tr("Off by"), "σ", tr("Their difference in its standard error"), is_spare=True),
    Column(tr("Scattered"), "%", tr("Part of the beam that must be scattered for both to agree")),
    Column(tr("Of what is missing"), "%", tr("That part of the apparent absorptance"), is_spare=True),
)
_PERCENT = 100.0
_MATCHED, _HEAT, _BELOW = detuning_spec(0), "accent", "muted"
_CURVE_POINTS = 60


class MatchedPage(CompanionPage):
    """Both η over ΔE, and what must be scattered over wavelength."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        eta = SeriesPlot(theme, x_label="ΔE (meV)", y_label="η")
        eta.display_hint(tr("Bars hold 68 % · triangles: 95 % limits · wheel zooms · A shows all"))
        scattered = SeriesPlot(theme, x_label=tr("Wavelength (nm)"), y_label=tr("Scattered (% of the beam)"))
        scattered.display_hint(
            tr("Curve: λ<sup>−p</sup> through the points, told at the Stokes wavelength · wheel zooms · A shows all")
        )
        titles = (tr("η by two ways"), tr("Scattered"), tr("Excitations"))
        super().__init__(theme, (eta, scattered), titles, _COLUMNS, parent)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the table nearest to the selected temperature, and a row for each excitation of all."""
        found = () if results.matched is None else results.matched.readings
        if not found:
            return Missing(
                tr("No matched intensities"),
                tr(
                    "Add a table of kind matched with the columns excitation_nm, power_uw, intensity, intensity_error, "
                    "absorptance and absorptance_error; the shortest wavelength is the Stokes side."
                ),
            )
        one = _nearest(found, results, view)
        name = temperature_name(one.table.temperature_k)
        says = one.reason or ("" if one.comparison is None else one.comparison.sentence)
        return Picture(
            _etas(one),
            _scattering(one),
            [row for reading in found for row in _rows(reading)],
            (name, _scattered_words(one), says),
            (tr("No η\n{reason}", reason=one.reason), tr("No comparison\n{reason}", reason=one.reason)),
        )


def _nearest(found: Sequence[MatchedReading], results: Results, view: ViewState) -> MatchedReading:
    t = selected_temperature(results, view)
    kelvin = 0.0 if t is None else float(temperatures_of(results)[t])
    return min(found, key=lambda one: abs(one.table.temperature_k - kelvin))


def _etas(one: MatchedReading) -> list[Series]:
    series = []
    if one.shared.size:
        series.append(
            Series(
                _HEAT,
                tr("photothermal"),
                "corner",
                x=one.detuning_mev[one.shared],
                y=one.photothermal,
                error=one.photothermal_error,
            )
        )
    readings = () if one.found is None else one.found.readings
    known = [k for k, reading in enumerate(readings) if reading.is_determined]
    if known:
        arms = np.array([_arms(readings[k]) for k in known]).T
        series.append(
            Series(
                _MATCHED,
                tr("absorptances"),
                "corner",
                x=one.detuning_mev[known],
                y=[readings[k].value for k in known],
                error=arms,
                tips=[readings[k].text for k in known],
                symbol="square",
            )
        )
    limits = [(k, reading.lower_limit) for k, reading in enumerate(readings) if reading.lower_limit is not None]
    if limits:
        series.append(
            Series(
                _MATCHED,
                x=[one.detuning_mev[k] for k, _ in limits],
                y=[limit for _, limit in limits],
                tips=[readings[k].text for k, _ in limits],
                symbol="triangle",
                is_open=True,
            )
        )
    return series


def _arms(reading: Reading) -> tuple[float, float]:
    low, high = reading.low, reading.high
    if low is None or high is None or not np.isfinite([low, high]).all():
        return reading.error, reading.error
    return reading.value - low, high - reading.value


def _scattering(one: MatchedReading) -> list[Series]:
    comparison, table = one.comparison, one.table
    if comparison is None:
        return []
    stokes, clear = float(table.stokes.wavelength_nm[0]), table.clear_nm
    wavelength = table.anti.wavelength_nm[one.shared]
    ends = np.concatenate([[stokes], wavelength, clear])
    axis = np.linspace(float(ends.min()), float(ends.max()), _CURVE_POINTS)
    fall = (stokes / axis) ** comparison.exponent
    series = [
        Series(
            _MATCHED,
            tr("for both η to agree"),
            "corner",
            x=wavelength,
            y=_PERCENT * comparison.scattered,
            error=_PERCENT * comparison.scattered_error,
            symbol="square",
        )
    ]
    reading = comparison.scattering
    if np.isfinite(reading.value):
        low, high = (fall * _PERCENT * (reading.value + side * reading.error) for side in (-1.0, 1.0))
        line = fall * _PERCENT * reading.value
        series.append(Series(_MATCHED, line_x=axis, line_y=line, band_low=low, band_high=high))
    if clear.size:
        series.append(
            Series(
                _BELOW,
                tr("measured far below the gap"),
                "corner",
                x=clear,
                y=_PERCENT * table.clear_absorptance,
                error=_PERCENT * table.clear_error,
                symbol_px=6,
            )
        )
    return series


def _scattered_words(one: MatchedReading) -> str:
    if one.comparison is None:
        return ""
    if one.below_gap is None:
        return _percent(one.comparison.scattering)
    told, below = _percent(one.comparison.scattering), _percent(one.below_gap)
    return tr("{told}, from below the gap {below}", told=told, below=below)


def _percent(reading: Reading) -> str:
    if not reading.is_determined:
        return tr("not determined")
    return f"{plain(_PERCENT * reading.value, 2)} ± {plain(_PERCENT * reading.error, 2)} %"


def _rows(one: MatchedReading) -> list[TableRow]:
    name = temperature_name(one.table.temperature_k)
    if one.found is None:
        return [TableRow((name, *("—" for _ in _COLUMNS[1:])), is_muted=True, tip=one.reason)]
    return [_row(one, k, name) for k in range(one.found.eta.size)]


def _row(one: MatchedReading, k: int, name: str) -> TableRow:
    reading = Reading(float("nan"), float("nan")) if one.found is None else one.found.readings[k]
    detuning = float(one.detuning_mev[k])
    head = (name, plain(detuning, 1) if np.isfinite(detuning) else "—", reading.text)
    places, comparison = np.flatnonzero(one.shared == k), one.comparison
    if not places.size or comparison is None:
        return TableRow((*head, "—", "—", "—", "—"), tip=reading.reason)
    j = int(places[0])
    heat = Reading(float(one.photothermal[j]), float(one.photothermal_error[j]))
    scattered = float(comparison.scattered[j])
    cells = (
        f"{plain(heat.value, 3)} ± {plain(heat.error, 3)}",
        plain(float(comparison.difference[j] / comparison.difference_error[j]), 1),
        f"{plain(_PERCENT * scattered, 2)} ± {plain(_PERCENT * float(comparison.scattered_error[j]), 2)}"
        if np.isfinite(scattered)
        else "—",
        plain(_PERCENT * float(comparison.share[j]), 0) if np.isfinite(scattered) else "—",
    )
    return TableRow((*head, *cells), tip=reading.reason)
