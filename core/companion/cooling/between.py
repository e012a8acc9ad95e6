"""Values of measured temperatures at others."""

import numpy as np

from asplab.core.units import FloatArray


def between_temperatures(values: FloatArray, known_k: FloatArray, temperature_k: FloatArray) -> FloatArray:
    """Return values (n_draws, n_known) at other temperatures, linear between them and constant beyond."""
    order = np.argsort(known_k)
    place = np.interp(temperature_k, known_k[order], np.arange(known_k.size, dtype=np.float64))
    below = np.minimum(place.astype(int), max(known_k.size - 2, 0))
    part, above = place - below, np.minimum(below + 1, known_k.size - 1)
    ordered = values[:, order]
    return np.asarray(ordered[:, below] * (1.0 - part) + ordered[:, above] * part)
