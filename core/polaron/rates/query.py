"""The arguments of one evaluation of a rate model, checked."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates.records import RateModel
from asplab.core.polaron.rates.registry import INHOMOGENEOUS, MODELS, PARAMETERS, TEMPERATURE
from asplab.core.units import FloatArray

DEFAULT_BROADENING_MEV = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A rate model with arguments of its domain.

    Attributes
    ----------
    values : dict
        The model's parameters by keyword; they broadcast against ΔE and T, except those of the multi-mode models.
    sigma_mev, selection_mev : float
        Standard deviation of the gaps (0 for a single gap) and Urbach energy by which the laser selects (infinite for
        no selection).
    """

    model: RateModel
    detuning_mev: FloatArray
    temperature_k: FloatArray
    values: dict[str, FloatArray]
    sigma_mev: float
    selection_mev: float

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the result."""
        return np.broadcast_shapes(self.detuning_mev.shape, self.temperature_k.shape, *self._shapes_of_values())

    def flat(self) -> "Query":
        """Return the query with all that broadcasts spread out to one dimension."""

        def spread(array: FloatArray) -> FloatArray:
            return np.broadcast_to(array, self.shape).ravel()

        smooth = self.model.single_gap is not None
        values = {key: spread(value) if smooth else value for key, value in self.values.items()}
        return Query(
            self.model,
            spread(self.detuning_mev),
            spread(self.temperature_k),
            values,
            self.sigma_mev,
            self.selection_mev,
        )

    def _shapes_of_values(self) -> list[tuple[int, ...]]:
        return [value.shape for value in self.values.values()] if self.model.single_gap is not None else []


def checked_query(
    name: str,
    detuning_mev: ArrayLike,
    temperature_k: ArrayLike,
    inhomogeneous_mev: float,
    **given: ArrayLike | None,
) -> Query:
    """Return the arguments as a query; ``given`` holds every parameter of the registry, None where it is left out.

    Raises
    ------
    AnalysisError
        For an unknown model, a missing, superfluous or impossible argument, and shapes that do not broadcast.
    """
    model = MODELS.get(name)
    if model is None:
        raise AnalysisError(f"rate model {name!r} is not known; choose one of: {', '.join(sorted(MODELS))}.")
    detuning, temperature = model.detuning.check(detuning_mev), TEMPERATURE.check(temperature_k)
    sigma = float(_one_number(INHOMOGENEOUS.check(inhomogeneous_mev), "inhomogeneous_mev"))
    _refuse_superfluous(model, given, sigma)
    values = {key: _required(model, key, given[key]) for key in model.parameters}
    selection = np.inf
    if sigma > 0.0 and given["urbach_mev"] is not None:
        selection = _one_number(PARAMETERS["urbach_mev"].check(given["urbach_mev"]), "urbach_mev")
    query = Query(model, detuning, temperature, values, sigma, selection)
    if model.lines is not None:
        _check_modes(query)
    try:
        query.shape  # noqa: B018
    except ValueError:
        shapes = {"detuning_mev": detuning, "temperature_k": temperature, **values}
        told = ", ".join(f"{key} {array.shape}" for key, array in shapes.items())
        raise AnalysisError(f"the arguments do not broadcast: {told}.") from None
    return query


def _refuse_superfluous(model: RateModel, given: Mapping[str, ArrayLike | None], sigma_mev: float) -> None:
    for key, value in given.items():
        if value is None or key in model.parameters:
            continue
        if key == "broadening_mev" and np.all(np.asarray(value) == DEFAULT_BROADENING_MEV):
            continue
        if key != "urbach_mev":
            raise AnalysisError(f"rate model {model.name!r} has no {key} (found {value}); leave it out.")
        if sigma_mev == 0.0:
            raise AnalysisError(
                f"urbach_mev (found {value}) selects within an ensemble; give inhomogeneous_mev above 0 or leave "
                "it out."
            )


def _required(model: RateModel, key: str, value: ArrayLike | None) -> FloatArray:
    if value is None:
        raise AnalysisError(f"rate model {model.name!r} needs {key}; its parameters are {', '.join(model.parameters)}.")
    return PARAMETERS[key].check(value)


def _one_number(array: FloatArray, name: str) -> float:
    if array.size != 1:
        raise AnalysisError(f"{name} holds {array.size} values; an ensemble has one.")
    return float(array.ravel()[0])


def _check_modes(query: Query) -> None:
    name = query.model.name
    if query.sigma_mev == 0.0:
        raise AnalysisError(
            f"rate model {name!r} is a set of sharp lines; give inhomogeneous_mev above 0, the width over which they "
            "are averaged."
        )
    shapes = {key: value.shape for key, value in query.values.items()}
    modes = {np.size(query.values[key]) for key in ("g_mev", "phonon_mev")}
    if len(modes) > 1 or any(len(shape) > 1 for shape in shapes.values()):
        told = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
        raise AnalysisError(f"rate model {name!r} needs one number of g_mev and phonon_mev per mode; found {told}.")
    if shapes.get("broadening_mev"):
        raise AnalysisError(
            f"broadening_mev has shape {shapes['broadening_mev']}; rate model {name!r} has one broadening."
        )
