"""The chance of net cooling over temperature and ΔE, where a bootstrap or a posterior was asked for."""

from collections.abc import Iterator
from html import escape
from typing import Any

from asplab.core.companion.cooling.chance import CoolingMap
from asplab.core.companion.cooling.study import DRAWS, map_of_posterior, map_of_repeats
from asplab.core.errors import AsplabError
from asplab.core.export.companion.cooling import known_places
from asplab.core.export.companion.exported import Exported
from asplab.core.inference import inference_of
from asplab.core.pipeline import Results
from asplab.core.rounding import number
from asplab.core.units import FloatArray

Row = dict[str, Any]
_DIGITS = 5


def sampled_map(results: Results) -> CoolingMap | None:
    """Return the map from the posterior of all temperatures, else from the bootstrap; None where neither was drawn."""
    if not known_places(results):
        return None
    inference = inference_of(results)
    method = inference.method
    joint = inference.posteriors.get(len(results.efficiency.temperatures_k)) if results.efficiency else None
    posterior = joint or next(iter(inference.posteriors.values()), None)
    try:
        if posterior is not None:
            return map_of_posterior(results, posterior)
        if method.intervals == "bootstrap":
            return map_of_repeats(results, draws=min(method.draws, DRAWS), seed=method.seed)
    except AsplabError:
        # A model without a smooth η, or data without repeats: there is no map of it.
        return None
    return None


def map_row(results: Results) -> Row | None:
    """Return the map, rows by temperature; None where nothing was drawn."""
    found = sampled_map(results)
    if found is None:
        return None
    chance, efficiency = found.found.chance, found.found.efficiency
    return {
        "temperature_k": [number(one) for one in found.temperature_k],
        "detuning_from_mean_mev": [number(one) for one in found.detuning_mev],
        "chance_of_cooling": _grid(chance),
        "cooling_efficiency_median": _grid(efficiency),
        "is_extrapolated": found.is_extrapolated.tolist(),
        "n_draws": found.found.n_draws,
        "says": found.sentence,
    }


def _grid(values: FloatArray) -> list[list[float | None]]:
    """Return rows of numbers, rounded far below what the draws tell."""
    return [[number(round(float(one), _DIGITS)) for one in row] for row in values]


def map_section(results: Results) -> Iterator[str]:
    """Say where within the map the sample is nearest to cooling."""
    found = sampled_map(results)
    if found is not None:
        yield f"<p>{escape(found.sentence[:1].upper() + found.sentence[1:])}</p>"


COOLING_MAP = Exported("cooling_map", "Chance of net cooling", map_row, map_section)
