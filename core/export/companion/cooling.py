"""Refrigeration: the heat balance of every excitation."""

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from asplab.core.export.companion.exported import Exported
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number

Row = dict[str, Any]
COLUMNS = (
    "temperature_k", "excitation_mev", "detuning_from_mean_mev", "eta_times_yield", "eta_times_yield_error", "needed",
    "cooling_efficiency", "cooling_efficiency_error", "chance_of_cooling",
)  # fmt: skip


def cooling_rows(results: Results) -> list[Row] | None:
    """Return the heat balance of every excitation below the gap whose η is known."""
    found, fit = results.cooling, results.efficiency
    if found is None or fit is None or not np.isfinite(found.product).any():
        return None
    return [
        {
            "temperature_k": number(fit.temperatures_k[t]),
            "excitation_mev": number(found.photon_mev[t, j] - found.detuning_mev[t, j]),
            "detuning_from_mean_mev": number(found.detuning_mev[t, j]),
            "eta_times_yield": number(found.product[t, j]),
            "eta_times_yield_error": number(found.product_error[t, j]),
            "needed": number(found.threshold[t, j]),
            "cooling_efficiency": number(found.efficiency[t, j]),
            "cooling_efficiency_error": number(found.efficiency_error[t, j]),
            "chance_of_cooling": number(found.chance[t, j]),
        }
        for t, j in np.argwhere(np.isfinite(found.product))
    ]


def cooling_section(results: Results) -> Iterator[str]:
    """Say how far the nearest place is from net cooling."""
    found, fit = results.cooling, results.efficiency
    if found is None or fit is None or not np.isfinite(found.product).any():
        return
    nearest = found.nearest
    yield f"<p>Nearest to net cooling, at {fit.temperatures_k[nearest[0]]:.0f} K: {escape(found.sentence(nearest))}</p>"


def _cooling_table(results: Results) -> Table:
    title = "heat balance: energy from the mean of the emission; needed: η·QY above which light takes heat away"
    return from_rows("cooling", title, COLUMNS, cooling_rows(results) or [])


COOLING = Exported("cooling", "Refrigeration", cooling_rows, cooling_section, (("cooling", _cooling_table),))
