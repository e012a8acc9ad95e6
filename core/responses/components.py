"""Numerator and denominator of η = N/D from the responses, with everything that blurs them."""

from dataclasses import dataclass

import numpy as np

from asplab.core.efficiency.stokes_line import StokesLine
from asplab.core.responses.stage import Responses
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """N = hν_AS I, D = PA/s + hν₀ I, their covariance and what moves them; arrays as in `EfficiencyFit`."""

    numerator: FloatArray
    denominator: FloatArray
    covariance: FloatArray
    shared_sensitivity: FloatArray
    own_sensitivity: FloatArray


def find_components(responses: Responses, line: StokesLine, shared_error: float) -> Components:
    """Return N and D of every anti-Stokes place; ``shared_error`` is that of a quantum yield set from outside."""
    ns, n = responses.n_stokes, responses.valid.shape[1]
    light, heat = responses.intensity[:, ns:], responses.absorbed[:, ns:]
    energy = responses.excitation_mev[:, ns:]
    na = light.shape[1]
    slope, intercept = line.slope[:, None], line.intercept_mev[:, None]
    numerator = energy * light
    denominator = heat / slope + intercept * light
    gradient = np.zeros((len(light), 2 * na, 2 * n))
    rows, columns = np.arange(na), ns + np.arange(na)
    gradient[:, na:] = (
        -(heat / slope**2)[:, :, None] * line.gradient[:, None, 0] + light[:, :, None] * line.gradient[:, None, 1]
    )
    gradient[:, rows, columns] = energy
    gradient[:, na + rows, columns] += intercept
    gradient[:, na + rows, n + columns] += 1.0 / slope
    covariance = gradient @ line.response_covariance @ gradient.transpose(0, 2, 1)
    sensitivity = np.zeros((len(light), 2 * na))
    if shared_error > 0:
        with_intercept = light - heat / slope**2 * line.slope_follows[:, None]
        sensitivity[:, na:] = with_intercept * responses.mean_photon_mev[:, None] * shared_error
        covariance = covariance + sensitivity[:, :, None] * sensitivity[:, None, :]
    own = np.concatenate([-light * responses.excitation_error_mev[:, ns:], responses.misread[:, ns:] / slope], axis=1)
    if own.any():
        _add_wavelengths(covariance, own[:, :na], own[:, na:])
    return Components(numerator, denominator, covariance, sensitivity, own)


def _add_wavelengths(covariance: FloatArray, of_n: FloatArray, of_d: FloatArray) -> None:
    """Add what errors of the wavelengths do to N; the part of D is in the covariance of PA already."""
    na = of_n.shape[1]
    rows = np.arange(na)
    covariance[:, rows, rows] += of_n**2
    covariance[:, rows, na + rows] += of_n * of_d
    covariance[:, na + rows, rows] += of_n * of_d
