"""Energies or widths against temperature, and the laws that they follow."""

import re
from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.reading import Reading
from asplab.core.companion.temperature.law_fit import LawFit
from asplab.core.companion.temperature.series import BandSeries
from asplab.core.companion.temperature.stage import TemperatureTrends
from asplab.core.companion.temperature.trend import LawRow, Trend
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.companion.page import CompanionPage, Missing, Picture
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import temperature_name

_COLUMNS = (
    Column(tr("Law")),
    Column("χ²/ν", "", tr("Misfit per degree of freedom; near 1 where errors and law are right")),
    Column("ΔAICc", "", tr("AICc less that of the best law; beyond 4 a law is clearly worse")),
    Column(tr("Verdict"), "", tr("Whether the data determine all parameters of the law"), align="left"),
    Column(tr("Parameters"), "", tr("With 68 % intervals, or 95 % limits"), align="left", gives_way=True),
    Column(tr("What it means"), align="left", gives_way=True, is_spare=True),
)
_POINTS = 120
_AIR = 0.06
_INDEX = re.compile(r"_(LO|inh)")
_NEGATIVE = re.compile(r"(?<![\w.])-(?=\d)")
EMISSION, ABSORPTION = "pl", "pa"
NO_BANDS = Missing(tr("No emission band"), tr("Add PL spectra (kind pl) at one temperature or more."))


class LawView(CompanionPage):
    """One quantity of the bands with its laws; a click on a law draws it.

    Parameters
    ----------
    theme : Theme
    of_width : bool
        Widths instead of energies.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, of_width: bool = False) -> None:
        name = tr("FWHM (meV)") if of_width else tr("Energy (meV)")
        trend = SeriesPlot(theme, x_label="T (K)", y_label=name)
        trend.display_hint(tr("Curve and 68 % band: the law chosen in the table · wheel zooms · A shows all"))
        rest = SeriesPlot(theme, x_label="T (K)", y_label=tr("Less the law (meV)"))
        rest.display_hint(tr("What the law chosen in the table leaves · wheel zooms · A shows all"))
        titles = (
            tr("Width over temperature") if of_width else tr("Energy over temperature"),
            tr("Less the law"),
            tr("Laws of the width") if of_width else tr("Laws of the gap"),
        )
        super().__init__(theme, (trend, rest), titles, _COLUMNS, parent)
        self._of_width = of_width
        self._law = ""
        self._shown: tuple[Results, ViewState] | None = None
        self.table.cell_chosen.connect(self._choose)

    @property
    def law(self) -> str:
        """Name of the law that is drawn; empty for the best one."""
        return self._law

    def display(self, results: Results, view: ViewState) -> None:
        """Show what the results hold."""
        if results.is_at_rest:
            self._shown = (results, view)
        super().display(results, view)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return points, the chosen law and what it leaves, and a row for each law."""
        found = results.trends
        if found is None or not found.emission.method:
            return NO_BANDS
        one = found.emission.widths if self._of_width else found.emission.energies
        series, trend = one.series, one.trend
        if series is None or trend is None:
            return Missing(tr("No trend"), one.reason)
        law = self._chosen(trend)
        beside = [] if self._of_width else absorption_series(found)
        rest = [] if law is None else _rest(series, law)
        told = "" if law is None else rich(minus(law.sentence))
        verdict = rich(trend.verdict)
        return Picture(
            [*_points(series, trend, law), *beside],
            rest,
            [_row(row, trend.fits.get(row.law)) for row in trend.rows],
            (
                series_words(found, series),
                "" if law is None else rich(law.law.title),
                (f"{verdict} {told}".strip(), told or verdict, verdict),
            ),
            ("", tr("No law\nMeasure more temperatures.")),
            (None, room(rest)),
        )

    def _show(self, found: Picture) -> None:
        super()._show(found)
        trend = self._trend()
        law = None if trend is None else self._chosen(trend)
        if trend is not None and law is not None:
            selected = [row.law for row in trend.rows].index(law.law.name)
            self.table.display(found.rows, selected)

    def _trend(self) -> Trend | None:
        found = None if self._shown is None else self._shown[0].trends
        if found is None:
            return None
        return (found.emission.widths if self._of_width else found.emission.energies).trend

    def _chosen(self, trend: Trend) -> LawFit | None:
        return trend.fits.get(self._law) or trend.best or next(iter(trend.fits.values()), None)

    def _choose(self, row: int, _column: int) -> None:
        trend = self._trend()
        if trend is None or self._shown is None or not 0 <= row < len(trend.rows):
            return
        self._law = trend.rows[row].law
        self._drawn = ()
        self.display(*self._shown)


def _bars(one: Series) -> np.ndarray:
    return np.zeros(1) if one.error is None else np.nan_to_num(np.asarray(one.error, dtype=np.float64))


def series_words(found: TemperatureTrends, series: BandSeries) -> str:
    """Say what the points are."""
    table = next(table for table in found.emission.tables if table is not None)
    quantity = {"peak": tr("peak"), "mean": tr("mean energy"), "fwhm": tr("width")}[series.quantity]
    return f"{quantity} · {table.of(series.method).title}"


def shown(reading: Reading) -> str:
    """Return a number as the window writes it."""
    return minus(reading.text)


def rich(text: str) -> str:
    """Return the name of a law or a parameter with its index set low."""
    return _INDEX.sub(r"<sub>\1</sub>", text)


def minus(text: str) -> str:
    """Return a text whose negative numbers have a true minus sign."""
    return _NEGATIVE.sub("−", text)


def room(series: Sequence[Series], *, above: float = 0.0) -> tuple[float, float] | None:
    """Return a range of y that holds points with their bars, and ``above`` of it more for a legend; None without."""
    lows, highs = [], []
    for one in series:
        y, error = np.asarray(one.y, dtype=np.float64), _bars(one)
        lows += [float(np.nanmin(y - error))] if y.size else []
        highs += [float(np.nanmax(y + error))] if y.size else []
    if not lows:
        return None
    span = max(max(highs) - min(lows), 1e-9)
    return min(lows) - _AIR * span, max(highs) + (_AIR + above) * span


def absorption_series(found: TemperatureTrends) -> list[Series]:
    """Return the absorption maxima, where there are some."""
    known = [k for k, top in enumerate(found.absorption.tops) if top.is_determined]
    if not known:
        return []
    tops, t = [found.absorption.tops[k] for k in known], found.absorption.temperatures_k[known]
    return [
        Series(
            ABSORPTION,
            tr("absorption"),
            x=t,
            y=[top.value for top in tops],
            error=[top.error for top in tops],
            symbol="square",
            is_open=True,
            tips=[f"{temperature_name(k)}: {shown(top)}" for k, top in zip(t, tops, strict=True)],
        )
    ]


def _points(series: BandSeries, trend: Trend, law: LawFit | None) -> list[Series]:
    t = series.temperature_k
    known = zip(t, series.values_mev, series.error_mev, strict=True)
    tips = [f"{temperature_name(k)}: {plain(y, 2)} ± {plain(e, 2)} meV" for k, y, e in known]
    points = Series(EMISSION, "", x=t, y=series.values_mev, error=series.error_mev, tips=tips)
    if law is None or np.ptp(t) == 0.0:
        return [points]
    fine = np.linspace(t.min(), t.max(), _POINTS)
    others = [
        Series("muted", "", line_x=fine, line_y=fit.at(fine)[0], is_dashed=True)
        for fit in trend.fits.values()
        if fit is not law and not fit.is_misfit
    ]
    value, low, high = law.at(fine)
    curve = Series(EMISSION, tr("emission"), line_x=fine, line_y=value, band_low=low, band_high=high)
    return [*others, curve, points]


def _rest(series: BandSeries, law: LawFit) -> list[Series]:
    t = series.temperature_k
    value, low, high = law.at(t)
    zero = np.zeros_like(t)
    return [
        Series("muted", "", line_x=t, line_y=zero, band_low=low - value, band_high=high - value, is_dashed=True),
        Series(EMISSION, "", x=t, y=series.values_mev - value, error=series.error_mev),
    ]


def _row(row: LawRow, fit: LawFit | None) -> TableRow:
    if fit is None:
        return TableRow((rich(row.title), "—", "—", tr("not fitted"), "—", row.why_not), is_muted=True, tip=row.why_not)
    misfit = plain(fit.misfit, 2) if np.isfinite(fit.misfit) else "—"
    delta = plain(row.delta_aicc, 1) if np.isfinite(row.delta_aicc) else "—"
    parameters = " · ".join(parameter_words(fit))
    told = fit.sentence or row.why_not
    cells = (rich(row.title), misfit, delta, _verdict(fit), rich(parameters), rich(told))
    return TableRow(cells, is_muted=fit.is_misfit, tip=rich(told or parameters))


def _verdict(fit: LawFit) -> str:
    if fit.is_misfit:
        return tr("misses the data")
    return tr("degenerate") if fit.is_degenerate else tr("determined")


def parameter_words(fit: LawFit) -> Sequence[str]:
    """Return every parameter of a law as text; held ones say so."""
    words = []
    for parameter in fit.law.parameters:
        reading = fit.parameters[parameter.name]
        if parameter.name in fit.fixed:
            words.append(
                tr("{name} {value} {unit} (held)", name=parameter.symbol, value=f"{reading.value:g}", unit=reading.unit)
            )
        else:
            words.append(f"{parameter.symbol} {shown(reading)}")
    return words
