"""Transients: rise times, and the rates of up-conversion and of loss."""

import math
from collections.abc import Iterator
from typing import Any

from asplab.core.companion.reading import Reading
from asplab.core.companion.transient.rates import UpconversionRates, time_of
from asplab.core.companion.transient.stage import TransientReading
from asplab.core.companion.transient.upconversion import Upconversion
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.rate_errors import (
    OF_ETA,
    Pair,
    eta_pair,
    rate_pair,
    time_pair,
    told_rates,
    with_arms,
)
from asplab.core.export.companion.readings import reading_row, reading_text
from asplab.core.export.markup import table
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number, number_with_error

Row = dict[str, Any]
RATES = ("total", "upconversion", "loss", "paper_upconversion", "paper_loss")
_BOTH = ("_systematic_minus", "_systematic_plus")
_LIMITED = ("rise_fs", *(f"{name}_per_ps" for name in RATES))
COLUMNS = (
    "sample", "temperature_k", "excitation_nm", "detuning_mev", "source", "eta", "eta_error",
    "eta_systematic_minus", "eta_systematic_plus",
    *(
        f"{name}{ending}"
        for name in _LIMITED
        for ending in ("", "_error", "_low", "_high", *(_BOTH if name in OF_ETA else ()), "_lower_limit95",
                       "_upper_limit95")
    ),
    "limits95_hold", "reason",
)  # fmt: skip


def transient_rows(results: Results) -> list[Row] | None:
    """Return what every transient says; without E_g or η of the main analysis, its rise alone."""
    found = results.transients
    if found is None or not found.readings:
        return None
    if results.upconversion is None:
        why = "η is not available: the main analysis did not get there."
        bare = [Upconversion(one, None, math.nan, math.nan, None, one.reason or why) for one in found.readings]
        return [upconversion_row(results, one) for one in bare]
    return [upconversion_row(results, one) for one in results.upconversion.rows]


def upconversion_row(results: Results, one: Upconversion) -> Row:
    """Return what one transient says, with the rates of both readings."""
    rates, pair = told_rates(results, one), eta_pair(results, one)
    return {
        **_reading_row(one.reading),
        "detuning_mev": number(one.detuning_mev),
        "eta": None if rates is None else number(rates.eta),
        "eta_error": None if rates is None else number(rates.eta_error),
        "eta_detuning_mev": number(one.eta_detuning_mev),
        "eta_systematic": pair,
        **_rates_row(rates, pair),
        "limits95_hold": None if rates is None else limits_hold(pair),
        "reason": one.reason,
    }


def _reading_row(one: TransientReading) -> Row:
    fit = one.fit
    return {
        "sample": one.sample,
        "temperature_k": number(one.temperature_k),
        "excitation_nm": number(one.excitation_nm),
        "source": one.source,
        "probes": len(one.probe_nm),
        "response_source": one.response_source,
        **reading_row("rise_fs", None if fit is None else fit.rise_fs),
        **reading_row("fwhm_fs", None if fit is None else fit.fwhm_fs),
        **reading_row("zero_fs", None if fit is None else fit.zero_fs),
        **reading_row("decay_fs", None if fit is None else fit.decay_fs),
        "chi2": None if fit is None else number(fit.chi2),
        "dof": None if fit is None else fit.dof,
        "widened": None if fit is None else number(fit.widened),
    }


def limits_hold(pair: Pair | None) -> str:
    """Say which errors of η limits at 95 % hold."""
    return "statistical errors" if pair is None else "statistical errors and the systematic one of η"


def _rates_row(rates: UpconversionRates | None, pair: Pair | None) -> Row:
    row: Row = {}
    for name in RATES:
        rate: Reading | None = None if rates is None else getattr(rates, f"{name}_per_ps")
        row |= reading_row(f"{name}_per_ps", rate)
        row |= reading_row(f"{name}_fs", None if rate is None else time_of(rate))
        moved = rate_pair(rates, f"{name}_per_ps", pair)
        row[f"{name}_per_ps_systematic"] = None if moved is None else [_end(arm) for arm in moved]
        times = None if rate is None else time_pair(rate, moved)
        row[f"{name}_fs_systematic"] = None if times is None else [_end(arm) for arm in times]
    return row


def _end(arm: float | None) -> float | None:
    return None if arm is None else number(arm)


def transient_section(results: Results) -> Iterator[str]:
    """Say for each transient its rise, and what follows with η."""
    found = results.transients
    if found is None or not found.readings:
        return
    header = ("T (K)", "ΔE (meV)", "τ", "η", "η/τ", "(1 − η)/τ", "as 1/τ = w_uc: (1 − η)/(η τ)", "why")
    rows = results.upconversion.rows if results.upconversion is not None else ()
    yield table(header, [_cells(results, one) for one in rows] or [_bare_cells(one) for one in found.readings])
    yield (
        "<p>A rise is the total rate of the state that is left, 1/τ = w<sub>uc</sub> + w<sub>nr</sub>, so that "
        "w<sub>uc</sub> = η/τ and w<sub>nr</sub> = (1 − η)/τ. The paper reads 1/τ as w<sub>uc</sub> alone. "
        "In brackets: the systematic error of η, which moves w<sub>uc</sub> and w<sub>nr</sub> against each other. "
        "Limits at 95 % hold it where it is known; else they are statistical.</p>"
    )


def _cells(results: Results, one: Upconversion) -> tuple[str, ...]:
    rates, pair, fit = told_rates(results, one), eta_pair(results, one), one.reading.fit
    rise = reading_text(None if fit is None else fit.rise_fs)
    place = _kelvin(one.reading), f"{one.detuning_mev:.1f}" if number(one.detuning_mev) is not None else "–"
    if rates is None:
        return (*place, rise, "–", "–", "–", "–", one.reason)
    told = (f"{getattr(rates, name).text}{with_arms(rate_pair(rates, name, pair))}" for name in OF_ETA)
    eta = f"{number_with_error(rates.eta, rates.eta_error)}{with_arms(pair)}"
    return (*place, rise, eta, *told, rates.rise_fs.reason)


def _bare_cells(one: TransientReading) -> tuple[str, ...]:
    rise = reading_text(None if one.fit is None else one.fit.rise_fs)
    return (_kelvin(one), "–", rise, "–", "–", "–", "–", one.reason)


def _kelvin(one: TransientReading) -> str:
    return "–" if one.temperature_k is None else f"{one.temperature_k:.1f}"


def _transient_table(results: Results) -> Table:
    title = "rise times of transients, 1/w_total = τ, w_uc = η/τ, w_nr = (1 − η)/τ; paper_: 1/τ read as w_uc alone"
    return from_rows("transients", title, COLUMNS, transient_rows(results) or [])


_TABLES = (("transients", _transient_table),)
TRANSIENTS = Exported("transients", "Transients", transient_rows, transient_section, _TABLES)
