"""Errors that several temperatures share, integrated out: Woodbury's identity for residuals of all temperatures.

Residuals of unit variance w, of all temperatures in one column, move by X e with e of unit variance: their covariance
is 1 + X Xᵀ, so that with G = 1 + Xᵀ X

    χ² = wᵀ w − (Xᵀ w)ᵀ G⁻¹ (Xᵀ w),    |1 + X Xᵀ| = |G|.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.sampling.triangular import HUGE, factors
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
    def of(cls, moves: FloatArray, white: FloatArray) -> "Common":
        """Take X, (n_sets, n_temperatures, n_places, n_errors), and w, (n_sets, n_temperatures, n_places)."""
        flat = moves.reshape(len(moves), -1, moves.shape[-1])
        across = flat.transpose(0, 2, 1)
        return cls(flat, across @ flat, (across @ white.reshape(len(white), -1, 1))[:, :, 0])

    def gain(self) -> tuple[FloatArray, FloatArray]:
        """Return by how much χ² falls, and half of ln |1 + X Xᵀ|, (n_sets,) each."""
        n_sets, n = self.pull.shape
        border = np.zeros((n_sets, n + 1, n + 1))
        border[:, :n, :n], border[:, n, :n], border[:, n, n] = self.normal + np.eye(n), self.pull, HUGE
        root = factors(border)
        return np.sum(root[:, n, :n] ** 2, axis=1), np.log(np.einsum("wii->wi", root)[:, :n]).sum(axis=1)

    def whitened(self, white: FloatArray) -> FloatArray:
        """Return (1 + X Xᵀ)^(−½) w, shaped as ``white``."""
        values, axes = np.linalg.eigh(self.normal)
        root = np.sqrt(1.0 + np.maximum(values, 0.0))
        along = (axes.transpose(0, 2, 1) @ self.pull[:, :, None])[:, :, 0] / (root * (1.0 + root))
        less = self.moves @ (axes @ along[:, :, None])
        return np.asarray(white - less.reshape(white.shape))
