"""Refrigeration: the heat balance of every excitation, and what the nearest would need to cool."""

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from asplab.core.companion.cooling.balance import MeasuredSigns, measured_signs, nearest_needs
from asplab.core.companion.cooling.systematic import CoolingSystematics, cooling_systematics
from asplab.core.errors import AnalysisError
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.readings import reading_row
from asplab.core.export.error_rows import appraisal_of
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number
from asplab.core.systematics import prepare

Row = dict[str, Any]
COLUMNS = (
    "temperature_k", "excitation_mev", "detuning_from_mean_mev", "eta_times_yield", "eta_times_yield_error", "needed",
    "cooling_efficiency", "cooling_efficiency_error", "cooling_efficiency_systematic_minus",
    "cooling_efficiency_systematic_plus", "chance_of_cooling", "pa_standard_errors_below_zero",
)  # fmt: skip
_MOST_TOLD = 3
"""Signals below zero of which the report tells."""


def known_places(results: Results) -> list[tuple[int, int]]:
    """Return temperature and excitation of every heat balance that is known."""
    found = results.cooling
    if found is None or results.efficiency is None:
        return []
    return [(int(t), int(j)) for t, j in np.argwhere(np.isfinite(found.product))]


def found_systematics(results: Results) -> CoolingSystematics | None:
    """Return the systematic errors of net cooling where those of the analysis were asked for."""
    appraisal = appraisal_of(results)
    if appraisal is None or appraisal.systematics is None or not known_places(results):
        return None
    try:
        return cooling_systematics(prepare(results))
    except AnalysisError:
        # The appraisal tells why.
        return None


def cooling_rows(results: Results) -> list[Row] | None:
    """Return the heat balance of every excitation below the gap whose η is known."""
    found, fit, places = results.cooling, results.efficiency, known_places(results)
    if found is None or fit is None or not places:
        return None
    signs, moved = measured_signs(results), found_systematics(results)
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
            "cooling_efficiency_systematic": None
            if moved is None
            else [number(moved.minus[t, j]), number(moved.plus[t, j])],
            "chance_of_cooling": number(found.chance[t, j]),
            **_sign(signs, (t, j)),
        }
        for t, j in places
    ]


def _sign(signs: MeasuredSigns | None, place: tuple[int, int]) -> Row:
    k = None if signs is None else signs.at(place)
    if signs is None or k is None:
        return {"pa_standard_errors_below_zero": None, "pa_says": ""}
    return {"pa_standard_errors_below_zero": number(signs.found.significance[k]), "pa_says": signs.found.sentences[k]}


def needs_row(results: Results) -> Row | None:
    """Return what the place that is nearest to cooling would need."""
    needs, found, fit = nearest_needs(results), results.cooling, results.efficiency
    if needs is None or found is None or fit is None:
        return None
    t, j = found.nearest
    return {
        "temperature_k": number(fit.temperatures_k[t]),
        "detuning_from_mean_mev": number(found.detuning_mev[t, j]),
        "needed": number(needs.threshold),
        **reading_row("quantum_yield", needs.quantum_yield),
        **reading_row("eta", needs.eta),
        "chance_with_full_yield": number(needs.chance_with_full_yield),
        "chance_with_full_eta": number(needs.chance_with_full_eta),
        "least_detuning_from_mean_mev": number(needs.least_detuning_mev),
        "says": needs.sentence,
    }


def cooling_section(results: Results) -> Iterator[str]:
    """Say how far the nearest place is from net cooling, what it would need, and what was seen below zero."""
    found, fit = results.cooling, results.efficiency
    if found is None or fit is None or not known_places(results):
        return
    nearest = found.nearest
    kelvin = f"{fit.temperatures_k[nearest[0]]:.0f} K"
    yield f"<p>Nearest to net cooling, at {kelvin}: {escape(found.sentence(nearest))}</p>"
    moved, needs, signs = found_systematics(results), nearest_needs(results), measured_signs(results)
    if moved is not None:
        yield f"<p>There {escape(moved.sentence(found, nearest))}</p>"
    if needs is not None:
        yield f"<p>{escape(needs.sentence)}</p>"
    if signs is None:
        return
    for k in signs.below_zero[:_MOST_TOLD]:
        t, j = signs.rows[k], signs.columns[k]
        place = f"{fit.temperatures_k[t]:.0f} K, ΔE = {fit.detuning_mev[t, j]:.0f} meV"
        yield f"<p>{place}: {escape(signs.found.sentences[k])}</p>"


def _cooling_table(results: Results) -> Table:
    title = "heat balance: energy from the mean of the emission; needed: η·QY above which light takes heat away"
    return from_rows("cooling", title, COLUMNS, cooling_rows(results) or [])


COOLING = Exported("cooling", "Refrigeration", cooling_rows, cooling_section, (("cooling", _cooling_table),))
NEEDS = Exported("cooling_needs", "What cooling needs", needs_row, lambda _: iter(()))
"""Beside the list of places, whose form others read; the report tells it with them."""
