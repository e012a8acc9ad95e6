"""All choices together: one systematic error for every quantity, apart from the statistical one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.document import Document
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.sensitivity.mapping import CHOICES, sensitivity
from asplab.core.sensitivity.records import QUANTITIES, SensitivityMap, Spread, place_of, pooled_spread
from asplab.core.units import FloatArray

_GROUPS = {"baseline-shape": "baseline"}
"""Maps that show one choice from two sides; their choices are pooled, so that it counts once."""


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceSpread:
    """What reasonable choices make of every result.

    Attributes
    ----------
    choices : tuple of str
        Groups of maps, in the order of the first dimension of ``rms``.
    temperatures_k : ndarray, shape (n_temperatures,)
    systematic, rms : ndarray, shape (n_choices, n_quantities, n_temperatures + 1)
        Systematic error of each choice, and the spread that it is part of; quantities as in `QUANTITIES`, the joint fit
        last. NaN where the data allow no choice.
    spreads : tuple of tuple of Spread
        By choice and quantity.
    total, total_rms : ndarray, shape (n_quantities, n_temperatures + 1)
        Roots of the sums of their squares over the choices that are known; NaN where none is.
    value, statistical_error : ndarray, same shape
        Of the document as it is.
    maps : tuple of SensitivityMap
    problems : tuple of Problem
    """

    choices: tuple[str, ...]
    temperatures_k: FloatArray
    systematic: FloatArray
    rms: FloatArray
    spreads: tuple[tuple[Spread, ...], ...]
    total: FloatArray
    total_rms: FloatArray
    value: FloatArray
    statistical_error: FloatArray
    maps: tuple[SensitivityMap, ...]
    problems: tuple[Problem, ...] = ()

    def largest(self, quantity: str) -> str:
        """Return the choice that moves the joint result of a quantity most; empty where none is known."""
        column = self.systematic[:, place_of(quantity), -1]
        return self.choices[int(np.nanargmax(column))] if np.isfinite(column).any() else ""


def choice_spread(
    document: Document,
    choices: Sequence[str] = CHOICES,
    *,
    detuning_mev: float = 23.0,
    progress: Progress | None = None,
) -> ChoiceSpread:
    """Map several choices and sum up what the reasonable ones make of the results.

    A choice that the document does not have is told among the problems. Choices are taken as independent; their
    joint effect is not mapped.

    Raises
    ------
    SettingsError
        For no choice, an unknown one or one twice.
    AnalysisError
        When none can be mapped.
    Cancelled
        When ``progress`` was cancelled.
    """
    _check(choices)
    progress = progress or Progress()
    maps: list[SensitivityMap] = []
    problems: list[Problem] = []
    for number, choice in enumerate(choices):
        part = progress.part(number / len(choices), (number + 1) / len(choices))
        try:
            maps.append(sensitivity(document, choice, detuning_mev=detuning_mev, progress=part))
        except AnalysisError as error:
            problems.append(Problem("warning", f"sensitivity to {choice}", str(error)))
    if not maps:
        raise AnalysisError(f"no choice can be mapped: {problems[0].message}")
    groups: dict[str, list[SensitivityMap]] = {}
    for found in maps:
        groups.setdefault(_GROUPS.get(found.choice, found.choice), []).append(found)
    spreads = tuple(tuple(pooled_spread(group, q) for q in range(len(QUANTITIES))) for group in groups.values())
    systematic, rms = (
        np.array([[getattr(spread, name) for spread in row] for row in spreads]) for name in ("systematic", "rms")
    )
    return ChoiceSpread(
        choices=tuple(groups),
        temperatures_k=maps[0].temperatures_k,
        systematic=systematic,
        rms=rms,
        spreads=spreads,
        total=_quadrature(systematic),
        total_rms=_quadrature(rms),
        value=maps[0].reference,
        statistical_error=maps[0].reference_error,
        maps=tuple(maps),
        problems=(*problems, *(problem for found in maps for problem in found.problems)),
    )


def _check(choices: Sequence[str]) -> None:
    stray = [choice for choice in choices if choice not in CHOICES]
    if stray or not choices:
        found = repr(stray[0]) if stray else "nothing"
        raise SettingsError(f"{found} can't be mapped; choose among: {', '.join(CHOICES)}.")
    if len(set(choices)) < len(choices):
        raise SettingsError(f"a choice is named twice in {', '.join(choices)}; it would count twice. Name each once.")


def _quadrature(parts: FloatArray) -> FloatArray:
    known = np.isfinite(parts).any(axis=0)
    return np.where(known, np.sqrt(np.nansum(parts**2, axis=0)), np.nan)
