"""Intervals of one fit by all ways side by side, as rows of a table."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import decimals_of, measured, plain
from asplab.gui.widgets.table import Column, TableRow

if TYPE_CHECKING:
    from asplab.core.bootstrap import Bootstrap, Resampled
    from asplab.core.sampling import Posterior

COLUMNS = (
    Column(tr("Quantity")),
    Column("fit", "", tr("Value ± standard error of first order, from the covariance; 68 %"), is_spare=True),
    Column("profile", "", tr("Where χ² has risen by one; of QY and η the interval of a ratio (Fieller); 68 %")),
    Column("bootstrap", "", tr("Percentiles of resampled repeats, taken through the whole chain; 68 %")),
    Column(tr("bootstrap 95 %"), "", tr("The same, 95 %"), is_spare=True, rank=1),
    Column("sampled", "", tr("Posterior given the responses, with priors and ranges of the settings; central 68 %")),
)
NONE = "—"
_NAMES = (
    ("ħω", "phonon_mev", "meV"),
    ("g", "g_mev", "meV"),
    ("Eₚ", "polaron_energy_mev", "meV"),
    ("S", "huang_rhys", ""),
)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the studies have found; None where there is nothing, or nothing that belongs to this document."""

    bootstrap: "Bootstrap | None" = None
    posterior: "Posterior | None" = None


def interval_rows(results: Results, found: Found, t: int, *, is_joint: bool) -> list[TableRow]:
    """Return the intervals of ħω, g, E_p, S and, of one temperature, of QY and every η."""
    polaron = results.polaron
    rows: list[TableRow] = []
    row = -1 if is_joint else t
    if polaron is not None and math.isfinite(polaron.chi2[row]):
        rows += _polaron_rows(results, found, row)
    if not is_joint and results.efficiency is not None:
        rows += _efficiency_rows(results, found, t)
    return rows


def _polaron_rows(results: Results, found: Found, row: int) -> Iterator[TableRow]:
    fit, limits, boot, posterior = results.polaron, results.intervals, found.bootstrap, found.posterior
    if fit is None:
        return
    for label, name, unit in _NAMES:
        error_name = name.replace("_mev", "_error_mev") if unit else f"{name}_error"
        value = float(getattr(fit, name)[row]), float(getattr(fit, error_name)[row])
        ends = (math.nan, math.nan)
        has_profile = limits is not None and name in ("phonon_mev", "g_mev")
        if has_profile:
            stem = name.removesuffix("_mev")
            low, high = (float(getattr(limits, f"{stem}_{side}_mev")[row]) for side in ("low", "high"))
            ends = (low, high)
        sampled = None if posterior is None else _sampled(posterior, name)
        yield _row(
            f"{label} ({unit})" if unit else label,
            value,
            _interval(*ends) if has_profile else NONE,
            None if boot is None else getattr(boot, name),
            row,
            sampled,
        )


def _efficiency_rows(results: Results, found: Found, t: int) -> Iterator[TableRow]:
    fit, boot, posterior = results.efficiency, found.bootstrap, found.posterior
    if fit is None:
        return
    place = None if posterior is None else np.flatnonzero(posterior.rows == t)
    here = None if place is None or not place.size else int(place[0])
    if fit.responses is not None:
        sampled = None if posterior is None or here is None else _of(posterior.quantum_yield, here)
        value = (float(fit.quantum_yield[t]), float(fit.quantum_yield_error[t]))
        ends = _interval(float(fit.quantum_yield_low[t]), float(fit.quantum_yield_high[t]))
        yield _row("QY", value, ends, None if boot is None else boot.quantum_yield, t, sampled)
    for j in np.flatnonzero(fit.valid[t]).tolist():
        sampled = None if posterior is None or here is None else _of(posterior.eta, (here, j))
        value = (float(fit.eta[t, j]), float(fit.eta_error[t, j]))
        ends = _interval(float(fit.eta_low[t, j]), float(fit.eta_high[t, j]))
        name = f"η ({plain(fit.detuning_mev[t, j], 0)} meV)"
        yield _row(name, value, ends, None if boot is None else boot.eta, (t, j), sampled)


def _row(
    name: str,
    value: tuple[float, float],
    profile: str,
    bootstrap: "Resampled | None",
    at: int | tuple[int, int],
    sampled: tuple[float, float] | None,
) -> TableRow:
    best, error = value
    is_known = math.isfinite(best) and math.isfinite(error) and error > 0
    boot = (
        (NONE, NONE)
        if bootstrap is None
        else (
            _interval(float(bootstrap.low_68[at]), float(bootstrap.high_68[at])),
            _interval(float(bootstrap.low_95[at]), float(bootstrap.high_95[at])),
        )
    )
    cells = (
        name,
        measured(Estimate(best, error)) if is_known else NONE,
        profile,
        *boot,
        NONE if sampled is None else _interval(*sampled),
    )
    return TableRow(cells)


def _of(resampled: "Resampled", at: int | tuple[int, int]) -> tuple[float, float]:
    return float(resampled.low_68[at]), float(resampled.high_68[at])


def _sampled(posterior: "Posterior", name: str) -> tuple[float, float] | None:
    known = {"polaron_energy_mev": posterior.polaron_energy_mev, "huang_rhys": posterior.huang_rhys}
    resampled = known.get(name, posterior.parameters.get(name))
    return None if resampled is None else (float(resampled.low_68), float(resampled.high_68))


def _interval(low: float, high: float) -> str:
    """Return both ends, or the one there is: an open end is told, never a number."""
    if math.isfinite(low) and math.isfinite(high):
        decimals = min(decimals_of(0.5 * (high - low)), 6) if high > low else 3
        return f"{plain(low, decimals)} … {plain(high, decimals)}"
    if math.isfinite(low):
        return f"> {plain(low, _digits(low))}"
    return f"< {plain(high, _digits(high))}" if math.isfinite(high) else "open"


def _digits(value: float) -> int:
    return max(0, 2 - math.floor(math.log10(abs(value)))) if value else 3
