"""Systematic errors of one rate model of a comparison."""

from dataclasses import dataclass

import numpy as np

from asplab.core.systematics.nuisances import NUISANCES
from asplab.core.systematics.sides import mean_square
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ModelSystematics:
    """Systematic errors of one rate model beside its statistical ones; rows as in `ModelFit`, the joint fit last.

    Attributes
    ----------
    model : str
    quantities : tuple of str
        Free parameters of the model; then ``polaron_energy_mev`` and ``huang_rhys`` where it has g and ħω.
    names, titles, units : tuple of str, length K
        Nuisances that were moved.
    sigma : ndarray, shape (K,)
        By how much, in the unit of each: one prior standard deviation, or the bound that the data set.
    is_one_sided : ndarray of bool, shape (K,)
    central : ndarray, shape (n_rows, n_quantities)
        The fit itself; NaN where a parameter stopped at the end of its range.
    up, down : ndarray, shape (K, n_rows, n_quantities)
        Changes with nuisances added at +σ and −σ, refitted; NaN where the shifted data do not determine the result. Of
        a one-sided nuisance the lower one is 0.
    above, below : ndarray, shape (K, n_rows, n_quantities)
        How far above and below each result each nuisance lets the truth lie, as in `Systematics`.
    plus, minus : ndarray, shape (n_rows, n_quantities)
        Total systematic error upwards and downwards, both positive, on the sides where the truth may lie, as in
        `Systematics`; NaN is an open end.
    left_out : tuple of (str, str)
        Nuisances that were not moved, and why.
    """

    model: str
    quantities: tuple[str, ...]
    names: tuple[str, ...]
    titles: tuple[str, ...]
    units: tuple[str, ...]
    sigma: FloatArray
    is_one_sided: np.ndarray
    central: FloatArray
    up: FloatArray
    down: FloatArray
    above: FloatArray
    below: FloatArray
    plus: FloatArray
    minus: FloatArray
    left_out: tuple[tuple[str, str], ...] = ()

    def error(self, quantity: str, row: int) -> tuple[float, float]:
        """Return the systematic error of one result, (minus, plus), both positive."""
        at = self.quantities.index(quantity)
        return float(self.minus[row, at]), float(self.plus[row, at])

    def shares(self, quantity: str, row: int) -> tuple[tuple[str, float], ...]:
        """Return the nuisances and their shares of the systematic variance of one result, the largest first.

        Empty where one of them leaves the result undetermined, or none moves it.
        """
        at = self.quantities.index(quantity)
        nuisances = [NUISANCES[name] for name in self.names]
        variance = mean_square((self.above[:, row, at], self.below[:, row, at]), nuisances)
        total = float(variance.sum())
        if not total > 0.0:
            return ()
        found = [(name, float(part) / total) for name, part in zip(self.names, variance, strict=True) if part > 0.0]
        return tuple(sorted(found, key=lambda share: -share[1]))
