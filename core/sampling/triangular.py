"""Cholesky factors of many small matrices at once, and what follows from them."""

import numpy as np

from asplab.core.units import FloatArray

HUGE = 1e300
"""Last pivot of a bordered matrix: far above every χ², it takes no part in the factors before it."""


def factors(matrices: FloatArray) -> FloatArray:
    """Return Cholesky factors; NaN where a matrix is not positive definite."""
    try:
        return np.asarray(np.linalg.cholesky(matrices))
    except np.linalg.LinAlgError:
        flat = matrices.reshape(-1, *matrices.shape[-2:])
        result = np.full_like(flat, np.nan)
        for i, matrix in enumerate(flat):
            try:
                result[i] = np.linalg.cholesky(matrix)
            except np.linalg.LinAlgError:
                continue
        return result.reshape(matrices.shape)


def solve_lower(root: FloatArray, right: FloatArray) -> FloatArray:
    """Solve with lower triangular matrices (…, n, n) for one column each, (…, n)."""
    result = np.empty_like(right)
    for i in range(root.shape[-1]):
        known = np.einsum("...k,...k->...", root[..., i, :i], result[..., :i])
        result[..., i] = (right[..., i] - known) / root[..., i, i]
    return result


def solve_lasers(root: FloatArray, own: FloatArray, laser: FloatArray) -> FloatArray:
    """Solve for what errors of lasers do, place by place.

    Matrices stand last here: each step then runs along all of them, and a laser takes part from its first place on.

    Parameters
    ----------
    root : ndarray, shape (n_sets, n_temperatures, n_places, n_places)
        Lower triangular.
    own : ndarray, shape (n_sets, n_temperatures, n_places)
        What one standard error of the photon energy of a place does to it.
    laser : ndarray, shape (n_temperatures, n_places, n_lasers)
        1 where a laser excites a place; lasers in the order of the first place of each.

    Returns
    -------
    ndarray, shape (n_sets, n_temperatures, n_places, n_lasers)
    """
    n_sets, n_t, n, _ = root.shape
    lower = np.ascontiguousarray(root.reshape(-1, n, n).transpose(1, 2, 0))
    moves = np.ascontiguousarray(own.transpose(2, 0, 1))
    excites = laser.transpose(1, 2, 0)
    reach = np.maximum.accumulate(laser.any(axis=0), axis=0).sum(axis=1)
    result = np.zeros((n, laser.shape[2], n_sets * n_t))
    for i, count in enumerate(reach.tolist()):
        row = (excites[i, :count, None] * moves[i]).reshape(count, -1)
        if i:
            row -= np.einsum("kb,klb->lb", lower[i, :i], result[:i, :count])
        np.divide(row, lower[i, i], out=result[i, :count])
    return np.ascontiguousarray(result.transpose(2, 0, 1)).reshape(n_sets, n_t, n, -1)
