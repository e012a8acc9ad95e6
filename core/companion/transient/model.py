"""The model of a transient: shapes shared by all probe wavelengths, amplitudes of each their own.

The amplitudes enter linearly and are solved for at every step [variable projection; Golub & Pereyra 1973], with the
derivative of Kaufman [1975].
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.transient.shapes import Term, artefact_terms, exponential_term
from asplab.core.errors import SettingsError
from asplab.core.units import FloatArray

MOST_ARTEFACTS = 3


@dataclass(frozen=True, slots=True)
class TransientShape:
    """What a transient is made of beside its rise.

    Attributes
    ----------
    artefact_terms : int
        0 without a coherent artefact; 1 a Gaussian as wide as the response, 2 and 3 also its derivatives.
    has_decay : bool
        The state that was reached decays within the delays.
    has_offset : bool
        There is a signal before time zero.
    """

    artefact_terms: int
    has_decay: bool
    has_offset: bool

    def __post_init__(self) -> None:
        if self.artefact_terms not in range(MOST_ARTEFACTS + 1):
            raise SettingsError(f"artefact_terms is {self.artefact_terms}; choose 0 to {MOST_ARTEFACTS}.")

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of what all wavelengths share, in the order of the fit."""
        return ("rise_fs", "zero_fs", "sigma_fs", *(("decay_fs",) if self.has_decay else ()))

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the amplitudes, in the order of the fit."""
        artefacts = tuple(f"artefact {k + 1}" for k in range(self.artefact_terms))
        return ("rise", *artefacts, *(("offset",) if self.has_offset else ()))


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Shapes over the delays (n_delays, n_terms) and their derivatives (n_parameters, n_delays, n_terms)."""

    values: FloatArray
    slopes: FloatArray


def basis(shape: TransientShape, delay_fs: FloatArray, parameters: FloatArray) -> Basis:
    """Return the shapes at the parameters named by ``shape.parameters``."""
    tau, zero, sigma = parameters[:3]
    t = delay_fs - zero
    loss = 1.0 / parameters[3] if shape.has_decay else 0.0
    slow = exponential_term(t, rate_per_fs=loss, sigma_fs=sigma)
    fast = exponential_term(t, rate_per_fs=loss + 1.0 / tau, sigma_fs=sigma)
    artefacts = artefact_terms(t, sigma_fs=sigma, count=shape.artefact_terms)
    rise = Term(
        slow.value - fast.value,
        slow.by_delay - fast.by_delay,
        slow.by_sigma - fast.by_sigma,
        slow.by_rate - fast.by_rate,
    )
    columns, nothing = (rise, *artefacts), np.zeros_like(t)
    values = [one.value for one in columns]
    slopes = [
        [fast.by_rate / tau**2, *(nothing for _ in artefacts)],
        [-one.by_delay for one in columns],
        [one.by_sigma for one in columns],
    ]
    if shape.has_decay:
        slopes.append([-rise.by_rate * loss**2, *(nothing for _ in artefacts)])
    if shape.has_offset:
        values.append(np.ones_like(t))
        slopes = [[*row, nothing] for row in slopes]
    return Basis(np.stack(values, axis=-1), np.stack([np.stack(row, axis=-1) for row in slopes]))


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """Traces (n_probes, n_delays) times their weights, and the weights of the shapes.

    ``weight`` is (1, n_delays) where all traces share the course of their weights, so that one decomposition serves
    all; ``scale`` (n_probes,) is what their amplitudes are then to be divided by.
    """

    delay_fs: FloatArray
    traces: FloatArray
    weight: FloatArray
    scale: FloatArray


def weighted(delay_fs: FloatArray, traces: FloatArray, weight: FloatArray) -> Weighted:
    """Return traces with weights, both (n_probes, n_delays); where a weight is 0 the trace does not count."""
    known = np.where(weight > 0.0, traces, 0.0) * weight
    scale = weight.max(axis=1)
    course = weight / scale[:, None]
    if np.allclose(course, course[0], rtol=1e-9, atol=0.0):
        return Weighted(delay_fs, known, course[:1], scale)
    return Weighted(delay_fs, known, weight, np.ones(len(scale)))


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """What is left of the traces beside the best amplitudes.

    Attributes
    ----------
    residual : ndarray, shape (n_probes, n_delays)
    jacobian : ndarray, shape (n_parameters, n_probes, n_delays)
    amplitudes : ndarray, shape (n_probes, n_terms)
    amplitude_slopes : ndarray, shape (n_parameters, n_probes, n_terms)
    amplitude_variances : ndarray, shape (n_probes, n_terms)
        With the parameters held.
    """

    residual: FloatArray
    jacobian: FloatArray
    amplitudes: FloatArray
    amplitude_slopes: FloatArray
    amplitude_variances: FloatArray


def project(data: Weighted, shape: TransientShape, parameters: FloatArray) -> Projection:
    """Return residual and derivative with the best amplitudes at the given parameters."""
    shapes = basis(shape, data.delay_fs, parameters)
    weight = data.weight[:, :, None]
    q, r = np.linalg.qr(weight * shapes.values)
    inverse = np.linalg.inv(r)
    along = _times(data.traces, q)
    found = _back(along, inverse)
    residual = data.traces - _back(along, q)
    moved = np.stack([_back(found, weight * slope) for slope in shapes.slopes])
    shares = np.stack([_times(one, q) for one in moved])
    across = moved - np.stack([_back(one, q) for one in shares])
    variances = np.broadcast_to(np.sum(inverse**2, axis=-1), found.shape)
    unit = data.scale[:, None]
    return Projection(
        residual,
        -across,
        found / unit,
        -np.stack([_back(one, inverse) for one in shares]) / unit,
        variances / unit**2,
    )


def _times(traces: FloatArray, q: FloatArray) -> FloatArray:
    """Return the coordinates (n_probes, k) of traces (n_probes, n) along columns q (1 or n_probes, n, k)."""
    return np.asarray(traces @ q[0] if len(q) == 1 else np.einsum("wt,wtk->wk", traces, q))


def _back(coordinates: FloatArray, q: FloatArray) -> FloatArray:
    """Return the traces (n_probes, n) of coordinates (n_probes, k) along columns q (1 or n_probes, n, k)."""
    return np.asarray(coordinates @ q[0].T if len(q) == 1 else np.einsum("wk,wtk->wt", coordinates, q))
