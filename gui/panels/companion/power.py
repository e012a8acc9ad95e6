"""How the emission grows with the pump: log-log series of a temperature, and slopes over detuning."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.power_law.stage import PowerFindings, SeriesReading
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec
from asplab.gui.panels.companion.page import CompanionPage, Missing, Picture
from asplab.gui.plots.overview_frame import temperature_words
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import selected_temperature, temperature_name, temperature_specs, temperatures_of

_COLUMNS = (
    Column("T"),
    Column("ΔE", "meV", tr("E<sub>g</sub> minus the photon energy of the excitation")),
    Column("λ<sub>exc</sub>", "nm"),
    Column(tr("Slope"), "", tr("Slope of log I against log P with its 95 % interval")),
    Column(tr("Photons"), "", tr("One, two or both, by the evidence for c₁P and c₂P²"), align="left"),
    Column("c₁/c₂", "", tr("Power at which both parts are equal, or its 95 % limit")),
    Column(tr("Two-photon share"), "", tr("At the pump power of the spectra"), is_spare=True),
    Column(tr("Why"), "", tr("What this rests on, and what would help"), align="left", gives_way=True, is_spare=True),
)
_CURVE_POINTS = 60


class PowerPage(CompanionPage):
    """Power series and the range of a single photon."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        growth = SeriesPlot(
            theme, x_label=tr("Pump power (µW)"), y_label=tr("Emission / that at the start"), log_x=True, log_y=True
        )
        growth.display_hint(
            tr("Each series is divided by its curve at the lowest power · curves: c₁P + c₂P² · A shows all")
        )
        slopes = SeriesPlot(theme, x_label="ΔE (meV)", y_label=tr("Slope of log I against log P"))
        slopes.display_hint(tr("Bars hold 95 % · 1: one photon, 2: two · wheel zooms · A shows all"))
        titles = (tr("Growth with pump power"), tr("Photons over detuning"), tr("Power series"))
        super().__init__(theme, (growth, slopes), titles, _COLUMNS, parent)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the series of the selected temperature, the slopes of all, and a row for each series."""
        found, t = results.power_dependence, selected_temperature(results, view)
        if found is None or not found.readings or t is None:
            return Missing(
                tr("No power series"),
                tr(
                    "Add tables of power_uw and intensity (kind power) with temperature_k and excitation_nm, "
                    "or measure a condition at several powers."
                ),
            )
        kelvins = temperatures_of(results)
        kelvin = float(kelvins[t])
        own = [one for one in found.readings if one.temperature == t]
        missing = tr("No series at {temperature}\nChoose another temperature.", temperature=temperature_name(kelvin))
        return Picture(
            _growth(own),
            _slopes(results, found),
            [_row(one) for one in found.readings],
            (temperature_name(kelvin), temperature_words(kelvins, t, self._theme), _range_words(found, t)),
            (missing, tr("No slope\nA slope needs three powers over a factor of two.")),
        )


def _growth(own: Sequence[SeriesReading]) -> list[Series]:
    found = []
    for k, one in enumerate(own):
        dependence = one.dependence
        if dependence is None:
            continue
        power, law = dependence.power_uw, dependence.law
        axis = np.geomspace(power.min(), power.max(), _CURVE_POINTS)
        growth = law.linear * axis + law.quadratic * axis**2
        # From one start the curves fan out to their names.
        scale = float(growth[0]) if growth[0] > 0.0 else float(np.mean(dependence.intensity))
        name = f"{plain(one.detuning_mev, 0)} meV"
        found.append(
            Series(
                detuning_spec(k),
                name,
                x=power,
                y=dependence.intensity / scale,
                error=dependence.error / scale,
                tips=[f"{name}: {plain(value, 1)} µW" for value in power],
                line_x=axis,
                line_y=growth / scale,
            )
        )
    return found


def _slopes(results: Results, found: PowerFindings) -> list[Series]:
    temperatures = temperatures_of(results)
    specs = temperature_specs(temperatures)
    series = []
    for t, one in found.ranges:
        name = temperature_name(temperatures[t])
        series.append(
            Series(
                specs[t],
                x=one.detuning_mev,
                y=one.slope,
                error=np.vstack([one.slope - one.low, one.high - one.slope]),
                tips=[
                    f"{name}, {plain(detuning, 0)} meV: {plain(slope, 2)}"
                    for detuning, slope in zip(one.detuning_mev, one.slope, strict=True)
                ],
            )
        )
    return series


def _range_words(found: PowerFindings, t: int) -> str:
    reasons = [one.reason for at, one in found.ranges if at == t]
    return reasons[0] if reasons else ""


def _row(one: SeriesReading) -> TableRow:
    series, dependence = one.series, one.dependence
    head = (
        temperature_name(series.temperature_k),
        plain(one.detuning_mev, 1) if np.isfinite(one.detuning_mev) else "—",
        plain(series.excitation_nm, 2),
    )
    if dependence is None:
        return TableRow((*head, "—", "—", "—", "—", one.reason), is_muted=True, tip=one.reason)
    slope = dependence.slope
    cells = (
        f"{plain(slope.slope, 2)} ({plain(slope.low, 2)}–{plain(slope.high, 2)})",
        _ORDERS[dependence.order],
        dependence.crossover_uw.text,
        "—" if one.share is None else one.share.text,
        dependence.reason,
    )
    return TableRow((*head, *cells), tip=dependence.reason)


_ORDERS = {
    "one photon": tr("one"),
    "two photons": tr("two"),
    "one and two photons": tr("one and two"),
    "saturation": tr("saturates"),
    "not determined": tr("not determined"),
}
