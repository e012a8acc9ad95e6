"""The numbers that a map follows, out of the results of one analysis."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.sensitivity.records import QUANTITIES
from asplab.core.units import FloatArray

_LARGEST_ERROR = 2.0
"""A choice whose statistical error exceeds this many times that in use throws too much away to be reasonable."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Which numbers are followed, fixed by the reference.

    Attributes
    ----------
    column : ndarray of int, shape (n_temperatures,)
        Anti-Stokes place whose η is followed; −1 where there is none.
    weight : ndarray, shape (n_temperatures,)
        Of the quantum yields in their mean.
    eta_error : ndarray, shape (n_temperatures, n_anti)
        Errors of the determined η of the reference, else NaN.
    """

    column: np.ndarray
    detuning_mev: FloatArray
    weight: FloatArray
    eta_error: FloatArray
    values: FloatArray
    errors: FloatArray

    @classmethod
    def of(cls, results: Results, detuning_mev: float) -> "Followed":
        """Choose what to follow from the results of the document as it is."""
        efficiency = results.efficiency
        if efficiency is None or results.polaron is None:
            told = next((p.message for p in results.problems if p.severity == "error"), "a stage before η failed.")
            raise AnalysisError(f"the document has no result to start from: {told}")
        away = np.where(efficiency.fitted, np.abs(efficiency.detuning_mev - detuning_mev), np.inf)
        column = np.where(np.isfinite(away).any(axis=1), np.argmin(away, axis=1), -1)
        rows = np.arange(len(column))
        reached = np.where(column >= 0, efficiency.detuning_mev[rows, column], np.nan)
        weight = np.nan_to_num(efficiency.quantum_yield_error**-2.0, posinf=0.0)
        if efficiency.is_shared:
            weight = np.where(np.arange(len(column)) == 0, 1.0, 0.0)
        determined = efficiency.fitted & ~efficiency.flag_table[:, :, 0]
        eta_error = np.where(determined, efficiency.eta_error, np.nan)
        plain = cls(column, reached, weight, eta_error, np.empty(0), np.empty(0))
        return replace(plain, values=plain.read(results), errors=plain.read_errors(results))

    def read(self, results: Results) -> FloatArray:
        """Return the numbers of one analysis, (n_quantities, n_temperatures + 1)."""
        efficiency, polaron = results.efficiency, results.polaron
        n, rows = len(self.column), np.arange(len(self.column))
        table = np.full((len(QUANTITIES), n + 1), np.nan)
        if efficiency is None or polaron is None:
            return table
        table[0, :n], table[0, n] = efficiency.quantum_yield, self._mean(efficiency.quantum_yield)
        table[1, :n] = np.where(self.column >= 0, efficiency.eta[rows, self.column], np.nan)
        table[2], table[3], table[4] = polaron.g_mev, polaron.phonon_mev, polaron.polaron_energy_mev
        return table

    def too_blurred(self, results: Results) -> np.ndarray:
        """Return at which temperatures (n_temperatures,) η has more than twice the statistical error of the reference.

        The median over the excitations decides; one that is no longer determined counts as infinitely blurred.
        """
        efficiency = results.efficiency
        if efficiency is None:
            return np.ones(len(self.column), dtype=bool)
        known = np.isfinite(self.eta_error) & (self.eta_error > 0)
        lost = ~np.isfinite(efficiency.eta_error) | efficiency.flag_table[:, :, 0]
        ratio = np.where(lost, np.inf, np.nan_to_num(efficiency.eta_error)) / np.where(known, self.eta_error, 1.0)
        return np.array(
            [
                bool(of.any()) and float(np.median(row[of])) > _LARGEST_ERROR
                for row, of in zip(ratio, known, strict=True)
            ]
        )

    def _mean(self, values: FloatArray) -> float:
        used = self.weight > 0
        return float(np.sum(self.weight[used] * values[used]) / np.sum(self.weight)) if used.any() else float("nan")

    def read_errors(self, results: Results) -> FloatArray:
        """Return first-order statistical errors, (n_quantities, n_temperatures + 1)."""
        efficiency, polaron = results.efficiency, results.polaron
        n, rows = len(self.column), np.arange(len(self.column))
        table = np.full((len(QUANTITIES), n + 1), np.nan)
        if efficiency is None or polaron is None:
            return table
        own, used = efficiency.quantum_yield_error, self.weight > 0
        table[0, :n] = own
        # With fixed weights; a shared yield has the weight of one temperature only.
        if used.any():
            table[0, n] = np.sqrt(np.sum((self.weight[used] * own[used]) ** 2)) / self.weight.sum()
        table[1, :n] = np.where(self.column >= 0, efficiency.eta_error[rows, self.column], np.nan)
        table[2], table[3] = polaron.g_error_mev, polaron.phonon_error_mev
        table[4] = polaron.polaron_energy_error_mev
        return table
