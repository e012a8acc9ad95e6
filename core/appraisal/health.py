"""How good each measurement is: signal over noise, saturation, drift, hidden part, shape, leak; cell by cell.

Nothing here is judged anew: a limit is that at which the analysis flags a result or tells a problem.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from asplab.core.appraisal.excitation_columns import Column, match_columns
from asplab.core.appraisal.health_of_heat import heat_drift, heat_saturation, heat_snr
from asplab.core.appraisal.health_of_light import hidden, light_drift, light_saturation, light_snr, shape
from asplab.core.appraisal.health_of_pump import leak, required_od
from asplab.core.appraisal.measured_health import FINE, FLAGGED, LOST, TOLD, UNKNOWN, Found
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray

__all__ = ["FINE", "FLAGGED", "LOST", "TOLD", "UNKNOWN", "Column", "Health", "Measure", "find_health"]

_FIND: tuple[tuple[str, Callable[[Results], Found]], ...] = (
    ("light_snr", light_snr),
    ("heat_snr", heat_snr),
    ("light_saturation", light_saturation),
    ("heat_saturation", heat_saturation),
    ("light_drift", light_drift),
    ("heat_drift", heat_drift),
    ("hidden", hidden),
    ("shape", shape),
    ("leak", leak),
    ("required_od", required_od),
)
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One quantity of every cell; arrays of shape (n_temperatures, n_columns).

    Attributes
    ----------
    name : str
        ``light_snr``, ``heat_snr``: signal in units of its standard error, drift between repeats apart.
        ``light_saturation``, ``heat_saturation``: part of the repeats, or scans, at the full scale of the detector.
        ``light_drift``, ``heat_drift``: significance of a trend over the repeats of the condition's own, in σ.
        ``hidden``: part of the band that the filters hide. ``shape``: significance of a difference in shape, in σ.
        ``leak``: part of η that a leak of the stated rejection could fake. ``required_od``: rejection that excludes it.
    value, error : ndarray
        NaN where not known, or where a value has no error.
    detail, detail_error : ndarray
        What stands behind a significance: relative change per repeat (drift), shift in meV (shape); NaN elsewhere.
    limit : ndarray
        Value at which the analysis begins to flag; NaN where it does not.
    level : ndarray of int
        `UNKNOWN`, `FINE`, `FLAGGED`, `TOLD` or `LOST`.
    why : tuple of tuple of str
        Why a value is not known; empty where it is.
    meaning : str
        What is measured and what the limit stands for.
    """

    name: str
    value: FloatArray
    error: FloatArray
    detail: FloatArray
    detail_error: FloatArray
    limit: FloatArray
    level: np.ndarray
    why: tuple[tuple[str, ...], ...]
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """All measurements of emission as cells, temperatures × excitations.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n_temperatures,)
    columns : tuple of Column
    keys, excluded : tuple of tuple of str
        Name of the condition in each cell, empty where there is none, and why it is left out of the fits.
    files : tuple of tuple of tuple of str
        Sources of the repeats in use.
    measures : tuple of Measure
    """

    temperatures_k: FloatArray
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    excluded: tuple[tuple[str, ...], ...]
    files: tuple[tuple[tuple[str, ...], ...], ...]
    measures: tuple[Measure, ...]

    @property
    def is_measured(self) -> np.ndarray:
        """Which cells hold a condition, (n_temperatures, n_columns)."""
        return np.array([[bool(key) for key in row] for row in self.keys]).reshape(self.shape)

    @property
    def is_excluded(self) -> np.ndarray:
        """Which conditions are left out of the fits, (n_temperatures, n_columns)."""
        return np.array([[bool(reason) for reason in row] for row in self.excluded]).reshape(self.shape)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of temperatures and columns."""
        return len(self.temperatures_k), len(self.columns)

    @property
    def worst(self) -> np.ndarray:
        """Highest level of all quantities in each cell, (n_temperatures, n_columns)."""
        levels: np.ndarray = np.max([measure.level for measure in self.measures], axis=0)
        return levels

    def measure(self, name: str) -> Measure:
        """Return a quantity by its name.

        Raises
        ------
        KeyError
            There is no such quantity.
        """
        return {measure.name: measure for measure in self.measures}[name]


def find_health(results: Results) -> Health | None:
    """Return how good each measurement is; None where no emission spectra were corrected."""
    corrected, layout = results.corrected, results.layout
    if corrected is None or layout is None or not corrected.stacks:
        return None
    stacks = corrected.stacks
    unknown = np.full(len(stacks), np.nan)
    energy = unknown if results.excitations is None else results.excitations.energy_mev
    detuning = unknown
    if results.energies is not None:
        detuning = results.energies.reference_mev[[stack.temperature for stack in stacks]] - energy
    tolerance_nm = results.document.settings.grouping.wavelength_tolerance_nm
    columns, place = match_columns(stacks, energy, detuning, tolerance_nm=tolerance_nm)
    index = np.full((len(corrected.temperatures_k), len(columns)), -1)
    for k, stack in enumerate(stacks):
        index[stack.temperature, place[k]] = k
    return Health(
        temperatures_k=corrected.temperatures_k,
        columns=columns,
        keys=_spread_words(index, [stack.key for stack in stacks], ""),
        excluded=_spread_words(index, [stack.excluded or "" for stack in stacks], ""),
        files=tuple(
            tuple(() if k < 0 else tuple(member.source for member in stacks[k].members) for k in row)
            for row in index.tolist()
        ),
        measures=tuple(_measure(name, find(results), index) for name, find in _FIND),
    )


def _measure(name: str, found: Found, index: np.ndarray) -> Measure:
    return Measure(
        name=name,
        value=_spread(index, found.value),
        error=_spread(index, found.error),
        detail=_spread(index, found.detail),
        detail_error=_spread(index, found.detail_error),
        limit=_spread(index, found.limit),
        level=np.where(index >= 0, found.level[index], UNKNOWN),
        why=_spread_words(index, found.why, NOT_MEASURED),
        meaning=found.meaning,
    )


def _spread(index: np.ndarray, values: FloatArray) -> FloatArray:
    cells: FloatArray = np.where(index >= 0, values[index], np.nan)
    cells.flags.writeable = False
    return cells


def _spread_words(index: np.ndarray, words: list[str], otherwise: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(words[k] if k >= 0 else otherwise for k in row) for row in index.tolist())
