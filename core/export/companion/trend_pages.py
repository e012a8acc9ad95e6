"""Temperature trends in the report and as tables."""

from collections.abc import Iterator
from html import escape
from typing import Any

from asplab.core.companion.temperature.law_fit import LawFit
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.readings import reading_text
from asplab.core.export.companion.trends import band_rows, fitted, thermometers, trend_rows
from asplab.core.export.markup import table
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number

Row = dict[str, Any]
BAND_COLUMNS = (
    "temperature_k", "method", "peak_mev", "peak_mev_error", "mean_mev", "mean_mev_error", "fwhm_mev", "fwhm_mev_error",
    "chi2", "dof", "aicc", "absorption_mev", "absorption_mev_error", "stokes_shift_mev", "stokes_shift_mev_error",
    "heating_k", "heating_k_error", "says",
)  # fmt: skip
LAW_COLUMNS = (
    "quantity", "law", "chi2", "dof", "aicc", "delta_aicc", "weight", "parameter", "unit", "value", "error", "low68",
    "high68", "lower_limit95", "upper_limit95", "is_fixed", "remark",
)  # fmt: skip
_WORDS = {"energy": "Energy", "fwhm": "Width"}


def _section(results: Results) -> Iterator[str]:
    """Say which law the data prefer, its parameters, and what Stokes shift, heating and overlays tell."""
    found = results.trends
    if found is None or not found.emission.method:
        return
    for name, one in fitted(found):
        trend = one.trend
        yield f"<p>{_WORDS[name]}: {escape(one.reason if trend is None else trend.verdict)}</p>"
        if trend is not None and trend.fits:
            rows = [law_cells(trend.fits[row.law]) for row in trend.rows if row.law in trend.fits]
            yield table(("law", "χ²", "degrees of freedom", "AICc", "parameters", "says"), rows)
    stokes = found.stokes
    if stokes is None:
        yield f"<p>Stokes shift: {escape(found.stokes_reason)}</p>"
    else:
        mean = reading_text(stokes.mean)
        yield f"<p>Stokes shift, mean {escape(mean)} ({found.absorption.source}): {escape(stokes.sentence)}</p>"
    for name, meter in thermometers(found):
        told = meter.reason if meter.heating is None else meter.heating.sentence
        yield f"<p>Heating by the laser, by {_WORDS[name].lower()}: {escape(told)}</p>"
    said: dict[str, list[str]] = {}
    for shapes in () if results.overlays is None else results.overlays.of:
        said.setdefault(shapes.sentence, []).append(f"{shapes.temperature_k:.0f}")
    for sentence, kelvin in said.items():
        yield f"<p>Shapes at {', '.join(kelvin)} K: {escape(sentence)}</p>"


def law_cells(fit: LawFit) -> tuple[str, ...]:
    """Return how well a law does and its parameters, as the report tells them."""
    parts = []
    for parameter in fit.law.parameters:
        reading = fit.parameters[parameter.name]
        fixed = parameter.name in fit.fixed
        shown = f"{reading.value:g} {reading.unit} (held)" if fixed else reading.text
        parts.append(f"{parameter.symbol} {shown}")
    # AICc needs more points than the law has parameters.
    aicc = "–" if number(fit.aicc) is None else f"{fit.aicc:.1f}"
    return (fit.law.title, f"{fit.chi2:.3g}", str(fit.dof), aicc, "; ".join(parts), fit.sentence)


def _band_table(results: Results) -> Table:
    title = "emission bands by every method; the method that the laws take has absorption, Stokes shift and heating"
    rows = [] if results.trends is None or not results.trends.emission.method else band_rows(results.trends)
    return from_rows("bands", title, BAND_COLUMNS, rows)


def _law_table(results: Results) -> Table:
    title = "laws of energies and widths, one row for each parameter; low68 and high68 are the 68 % interval"
    found = results.trends
    rows = []
    for name, one in () if found is None else fitted(found):
        for law in () if one.trend is None else one.trend.rows:
            fit = one.trend.fits.get(law.law) if one.trend is not None else None
            head = {
                "quantity": name, "law": law.law, "chi2": number(law.chi2), "dof": law.dof, "aicc": number(law.aicc),
                "delta_aicc": number(law.delta_aicc), "weight": number(law.weight),
            }  # fmt: skip
            rows += [{**head, **row} for row in _parameter_rows(fit, law.why_not)]
    return from_rows("laws", title, LAW_COLUMNS, rows)


def _parameter_rows(fit: LawFit | None, why_not: str) -> list[Row]:
    if fit is None:
        return [{**dict.fromkeys(LAW_COLUMNS[7:]), "remark": why_not}]
    found = []
    for name, one in fit.parameters.items():
        is_known = one.is_determined
        ends = (one.low, one.high) if is_known else (None, None)
        found.append(
            {
                "parameter": name,
                "unit": one.unit,
                "value": number(one.value) if is_known else None,
                "error": number(one.error) if is_known else None,
                "low68": _end(ends[0]),
                "high68": _end(ends[1]),
                "lower_limit95": _end(one.lower_limit),
                "upper_limit95": _end(one.upper_limit),
                "is_fixed": name in fit.fixed,
                "remark": one.reason or fit.sentence,
            }
        )
    return found


def _end(value: float | None) -> float | None:
    return None if value is None else number(value)


TRENDS = Exported(
    "temperature_trends",
    "Temperature trends",
    trend_rows,
    _section,
    (("bands", _band_table), ("laws", _law_table)),
)
