"""Systematic errors of one rate model of a comparison."""

from dataclasses import dataclass

import numpy as np

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
        weight = np.where(self.is_one_sided, 1.0, 0.5)
        variance = weight * (self.up[:, row, at] ** 2 + self.down[:, row, at] ** 2)
        total = float(variance.sum())
        if not total > 0.0:
            return ()
        found = [(name, float(part) / total) for name, part in zip(self.names, variance, strict=True) if part > 0.0]
        return tuple(sorted(found, key=lambda share: -share[1]))
