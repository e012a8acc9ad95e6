"""Errors that several temperatures share, integrated out: Woodbury's identity for residuals of all temperatures.

Residuals of unit variance w, of all temperatures in one column, move by X e with e of unit variance: their covariance
is 1 + X Xᵀ, so that with G = 1 + Xᵀ X

    χ² = wᵀ w − (Xᵀ w)ᵀ G⁻¹ (Xᵀ w),    |1 + X Xᵀ| = |G|.

Arrays have shape (n_sets, n_temperatures, …).
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """What errors of unit variance, each one number for all temperatures, do to residuals of unit variance.

    Attributes
    ----------
    moves : ndarray, shape (n_sets, n_temperatures · n_places, n_errors)
        X.
    normal : ndarray, shape (n_sets, n_errors, n_errors)
        Xᵀ X.
    pull : ndarray, shape (n_sets, n_errors)
        Xᵀ w.
    """

    moves: FloatArray
    normal: FloatArray
    pull: FloatArray

    @classmethod
    def of(cls, root: FloatArray, moves: FloatArray, white: FloatArray) -> "Common":
        """Whiten what errors do to the residuals, (n_sets, n_temperatures, n_places, n_errors), by ``root``."""
        flat = solve_lower(root, moves).reshape(len(moves), -1, moves.shape[-1])
        across = flat.transpose(0, 2, 1)
        return cls(flat, across @ flat, (across @ white.reshape(len(white), -1, 1))[:, :, 0])

    def gain(self) -> tuple[FloatArray, FloatArray]:
        """Return by how much χ² falls, and half of ln |1 + X Xᵀ|, (n_sets,) each."""
        n = self.pull.shape[1]
        with_unit = self.normal + np.eye(n)
        _, determinant = np.linalg.slogdet(with_unit)
        solved = np.linalg.solve(with_unit, self.pull[:, :, None])[:, :, 0]
        return np.sum(self.pull * solved, axis=1), 0.5 * determinant

    def whitened(self, white: FloatArray) -> FloatArray:
        """Return (1 + X Xᵀ)^(−½) w, shaped as ``white``."""
        values, axes = np.linalg.eigh(self.normal)
        root = np.sqrt(1.0 + np.maximum(values, 0.0))
        along = (axes.transpose(0, 2, 1) @ self.pull[:, :, None])[:, :, 0] / (root * (1.0 + root))
        less = self.moves @ (axes @ along[:, :, None])
        return np.asarray(white - less.reshape(white.shape))


def solve_lower(root: FloatArray, right: FloatArray) -> FloatArray:
    """Solve with lower triangular matrices (…, n, n) for columns (…, n, k), all matrices at once."""
    result = np.empty_like(right)
    for i in range(root.shape[-1]):
        row = right[..., i, :]
        if i:
            row = row - (root[..., i : i + 1, :i] @ result[..., :i, :])[..., 0, :]
        np.divide(row, root[..., i, i, None], out=result[..., i, :])
    return result
