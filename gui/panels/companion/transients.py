"""How fast a state below the gap is left, and what of that leads up: transients, and times over detuning."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.reading import Reading
from asplab.core.companion.transient.fit import TransientFit
from asplab.core.companion.transient.rates import UpconversionRates, time_of
from asplab.core.companion.transient.shapes import convolved_exponential
from asplab.core.companion.transient.stage import TransientReading
from asplab.core.companion.transient.upconversion import Upconversion
from asplab.core.estimate import Estimate
from asplab.core.export.companion.rate_errors import (
    OF_ETA,
    Pair,
    eta_pair,
    rate_pair,
    time_pair,
    told_rates,
    with_arms,
)
from asplab.core.pipeline import Results
from asplab.core.units import FWHM_PER_SIGMA
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec
from asplab.gui.panels.companion.noted import NotedPage, NotedPicture
from asplab.gui.panels.companion.page import Missing, Picture
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import selected_temperature, temperature_name, temperatures_of

_COLUMNS = (
    Column("T"),
    Column("ΔE", "meV", tr("E<sub>g</sub> minus the photon energy of the excitation")),
    Column("τ", "fs", tr("Rise time behind the response, or its 95 % limit")),
    Column(
        "FWHM", "fs", tr("Width of the response, as its own file and the transient have it together"), is_spare=True
    ),
    Column("η", "", tr("Of the nearest excitation at the nearest temperature of the main analysis")),
    Column("1/w<sub>uc</sub>", "fs", tr("τ/η: the part η of the rate 1/τ leads up")),
    Column("1/w<sub>nr</sub>", "fs", tr("τ/(1 − η): the rest of the rate is lost")),
    Column(
        tr("Paper: 1/w<sub>nr</sub>"), "fs", tr("ητ/(1 − η): 1/τ read as w<sub>uc</sub> alone, 1/w<sub>uc</sub> = τ")
    ),
    Column("χ²/dof", is_spare=True),
    Column(tr("Why"), "", tr("What this rests on, and what would help"), align="left", gives_way=True, is_spare=True),
)
_TIMES = (
    ("upconversion_per_ps", "accent", tr("up"), False),
    ("loss_per_ps", "bad", tr("lost"), False),
    ("paper_upconversion_per_ps", "accent", tr("up (paper)"), True),
    ("paper_loss_per_ps", "bad", tr("lost (paper)"), True),
)
_POINT_PX = 4.0
_MOST_NOTES = 2
_HEIGHT = (-0.15, 1.65)
"""Of traces whose rise is 1, with room for their names above."""


class TransientsPage(NotedPage):
    """Transients with their fits, and the times of up-conversion and loss in both readings."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        traces = SeriesPlot(theme, x_label=tr("Delay (fs)"), y_label=tr("Signal / its rise"))
        traces.display_hint(tr("Dashed: what the response makes of no rise at all · wheel zooms · A shows all"))
        times = SeriesPlot(theme, x_label="ΔE (meV)", y_label=tr("Time (fs)"), log_y=True)
        times.display_hint(
            tr("Filled: up τ/η, lost τ/(1 − η) · open: the paper's reading, τ and ητ/(1 − η) · triangles: 95 % limits")
        )
        titles = (tr("Transients"), tr("Times of up-conversion and loss"), tr("Rise times and rates"))
        super().__init__(theme, (traces, times), titles, _COLUMNS, parent)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the transients of the selected temperature, else all; times over ΔE; a row for each."""
        found = results.transients
        if found is None or not found.readings:
            return Missing(
                tr("No transients"),
                tr(
                    "Add tables of delay_fs and signal, or matrices over probe wavelengths (kind transient), with "
                    "temperature_k and excitation_nm, and the cross-correlation of pump and probe (kind irf)."
                ),
            )
        rows = _rows_of(results)
        own, words = _shown(results, view, rows)
        return NotedPicture(
            _traces(own),
            _times([(one.detuning_mev, one.rates) for one in own if one.rates is not None]),
            [_row(results, one) for one in rows],
            (words, words, ""),
            (
                tr("No transient could be read\nThe table says why."),
                tr("No rates\nThey need η of the same excitation: the table says what is missing."),
            ),
            (_HEIGHT, None),
            _notes(rows),
        )


def _rows_of(results: Results) -> tuple[Upconversion, ...]:
    """Return all transients; where the main analysis has no η, without rates."""
    if results.upconversion is not None:
        return results.upconversion.rows
    why = tr("η is not available: the main analysis did not get there.")
    readings = () if results.transients is None else results.transients.readings
    return tuple(Upconversion(one, None, np.nan, np.nan, None, one.reason or why) for one in readings)


def _notes(rows: Sequence[Upconversion]) -> tuple[str, ...]:
    """Return why the first rises are limits or have no rates, and how many more there are."""
    told = [(_name(one), _why(one)) for one in rows if _why(one)]
    lines = [tr("{place}: {reason}", place=place, reason=reason) for place, reason in told[:_MOST_NOTES]]
    if len(told) > _MOST_NOTES:
        lines.append(tr("{count} more under the mouse, a row each", count=len(told) - _MOST_NOTES))
    return tuple(lines)


def _why(one: Upconversion) -> str:
    """Return why a rise or its rates are no numbers; empty where all are."""
    if one.reading.fit is None:
        return one.reason
    of_rise = one.reading.fit.rise_fs.reason
    if one.rates is None:
        return " ".join(part for part in (of_rise, one.reason) if part)
    return of_rise or one.rates.loss_per_ps.reason


def _shown(results: Results, view: ViewState, rows: Sequence[Upconversion]) -> tuple[list[Upconversion], str]:
    """Return the transients of the selected temperature, or all where it has none, and which these are in words."""
    t = selected_temperature(results, view)
    here = [one for one in rows if t is not None and one.temperature == t]
    if t is not None and here:
        return here, temperature_name(float(temperatures_of(results)[t]))
    kelvins = dict.fromkeys(_kelvin(one.reading) for one in rows)
    return list(rows), ", ".join(kelvins)


def _kelvin(one: TransientReading) -> str:
    return "—" if one.temperature_k is None else temperature_name(one.temperature_k)


def _name(one: Upconversion) -> str:
    if np.isfinite(one.detuning_mev):
        return f"{plain(one.detuning_mev, 0)} meV"
    excitation = one.reading.excitation_nm
    return one.reading.source.rpartition("/")[2] if excitation is None else f"{plain(excitation, 1)} nm"


def _traces(own: Sequence[Upconversion]) -> list[Series]:
    known = [(one, one.reading.fit) for one in own if one.reading.fit is not None]
    found = [_trace(one, fit, k) for k, (one, fit) in enumerate(known) if fit is not None]
    if known and known[0][1] is not None:
        found.append(_step(known[0][1]))
    return found


def _best(fit: TransientFit) -> int:
    """Return the probe wavelength whose rise stands out most."""
    return int(np.argmax(np.abs(fit.amplitudes[:, 0]) / fit.amplitude_errors[:, 0]))


def _trace(one: Upconversion, fit: TransientFit, k: int) -> Series:
    best = _best(fit)
    scale, name, probes = float(fit.amplitudes[best, 0]), _name(one), one.reading.probe_nm
    of = f", {plain(probes[best], 0)} nm" if np.isfinite(probes[best]) else ""
    return Series(
        detuning_spec(k),
        name,
        label_at="corner",
        x=fit.delay_fs,
        y=fit.signal[:, best] / scale,
        tips=[tr("{name}{of}: {delay} fs", name=name, of=of, delay=plain(delay, 0)) for delay in fit.delay_fs],
        symbol_px=_POINT_PX,
        line_x=fit.delay_fs,
        line_y=fit.fitted[:, best] / scale,
    )


def _step(fit: TransientFit) -> Series:
    """Return what the response makes of a rise that takes no time."""
    sigma = fit.fwhm_fs.value / FWHM_PER_SIGMA
    axis = np.linspace(fit.delay_fs[0], fit.delay_fs[-1], 8 * fit.delay_fs.size)
    step = convolved_exponential(axis - fit.zero_fs.value, rate_per_fs=0.0, sigma_fs=sigma)
    return Series("muted", tr("no rise"), label_at="corner", line_x=axis, line_y=step, is_dashed=True)


def _times(known: Sequence[tuple[float, UpconversionRates]]) -> list[Series]:
    found = []
    for field, color, label, is_open in _TIMES:
        times = [(x, time_of(getattr(rates, field))) for x, rates in known]
        sure = [(x, time) for x, time in times if time.is_determined]
        found.append(_points(sure, color, label, is_open=is_open))
        found += [
            Series(
                color, x=[x for x, _ in limits], y=[getattr(time, side) for _, time in limits], symbol=symbol,
                is_open=is_open, tips=[f"{label}: {time.text}<br>{time.reason}" for _, time in limits],
            )
            for side, symbol in (("upper_limit", "wedge"), ("lower_limit", "triangle"))
            if (limits := [(x, time) for x, time in times if time.is_limit and getattr(time, side) is not None])
        ]  # fmt: skip
    return [one for one in found if np.size(one.x)]


def _points(sure: Sequence[tuple[float, Reading]], color: str, label: str, *, is_open: bool) -> Series:
    arms = np.array([_arms(time) for _, time in sure]).reshape(-1, 2).T
    return Series(
        color,
        label if sure else "",
        x=[x for x, _ in sure],
        y=[time.value for _, time in sure],
        error=arms,
        tips=[f"{label}: {time.text}" for _, time in sure],
        symbol="square" if color == "bad" else "circle",
        is_open=is_open,
    )


def _arms(time: Reading) -> tuple[float, float]:
    low = time.value - time.error if time.low is None else time.low
    high = time.value + time.error if time.high is None else time.high
    return time.value - low, high - time.value


def _row(results: Results, one: Upconversion) -> TableRow:
    fit, rates, pair = one.reading.fit, told_rates(results, one), eta_pair(results, one)
    head = (_kelvin(one.reading), plain(one.detuning_mev, 1) if np.isfinite(one.detuning_mev) else "—")
    if fit is None:
        return TableRow((*head, *("—",) * 7, one.reason), is_muted=True, tip=one.reason)
    why = _why(one)
    told = ("—",) * 4
    if rates is not None:
        times = (_time_cell(rates, name, pair) for name in OF_ETA)
        told = (f"{measured(Estimate(rates.eta, rates.eta_error))}{with_arms(pair)}", *times)
    cells = (*head, _in_fs(fit.rise_fs), _in_fs(fit.fwhm_fs), *told, plain(fit.chi2 / fit.dof, 2), why)
    return TableRow(cells, tip="<br>".join(part for part in (one.reading.source, _response(one), why) if part))


def _time_cell(rates: UpconversionRates, name: str, pair: Pair | None) -> str:
    """Return the time of a rate, and in brackets what the systematic error of η does to it."""
    rate: Reading = getattr(rates, name)
    return f"{_in_fs(time_of(rate))}{with_arms(time_pair(rate, rate_pair(rates, name, pair)))}"


def _in_fs(time: Reading) -> str:
    """Return a time without its unit, which the column tells, nor the chance of a limit."""
    return time.text.removesuffix(" (95 %)").removesuffix(" fs")


def _response(one: Upconversion) -> str:
    source = one.reading.response_source
    return tr("response: {source}", source=source) if source else tr("response: not measured apart")
