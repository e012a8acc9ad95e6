"""Virtual experiments at the level of (I, PA) whose lasers are off: by one error each, at all temperatures.

The scan's axis is right. Emission follows the wavelength that the laser has, and PA is read from the scan at the one it
should have.
"""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from response_level import DETUNING_MEV, STOKES_MEV, Truth, covariance

from asplab.core.responses.stage import Responses
from asplab.core.units import HC_MEV_NM

_STEP_MEV = 0.5


def signals(truth: Truth, energy_mev: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return I and PA at photon energies, Stokes in the first seven of the last axis."""
    above = energy_mev - truth.gap_mev
    stokes = np.arange(energy_mev.shape[-1]) < STOKES_MEV.size
    absorbed = np.where(stokes, 1.0 + 0.001 * above, np.exp(np.minimum(above, 0.0) / truth.urbach_mev))
    pinned = np.log(truth.eta_at_23 / (1.0 - truth.eta_at_23)) - truth.log_rate(np.array(23.0))
    below = np.where(stokes, 23.0, -above)
    efficiency = np.where(stokes, 1.0, 1.0 / (1.0 + np.exp(-pinned - truth.log_rate(below))))
    light = absorbed / energy_mev * truth.quantum_yield * efficiency * 2500.0
    return light, absorbed / energy_mev * (energy_mev - efficiency * truth.quantum_yield * truth.gap_mev)


def draw_with_lasers_off(
    truths: Sequence[Truth], off: np.ndarray, *, error_nm: float, noise: float, rng: np.random.Generator
) -> Responses:
    """Return one row for each truth; ``off`` (n_truths, n_columns) in standard errors of the wavelengths."""
    rows = [_row(truth, one, error_nm, noise, rng) for truth, one in zip(truths, off, strict=True)]
    arrays = [field.name for field in fields(Responses) if isinstance(getattr(rows[0], field.name), np.ndarray)]
    joined = {name: np.concatenate([getattr(row, name) for row in rows]) for name in arrays}
    return replace(rows[0], **joined, keys=tuple(row.keys[0] for row in rows))


def _row(truth: Truth, off: np.ndarray, error_nm: float, noise: float, rng: np.random.Generator) -> Responses:
    energy = truth.gap_mev + np.concatenate([STOKES_MEV, -DETUNING_MEV])
    error = error_nm * energy**2 / HC_MEV_NM
    light, heat = signals(truth, energy + off * error)[0], signals(truth, energy)[1]
    ends = [signals(truth, energy + side * _STEP_MEV)[1] for side in (1.0, -1.0)]
    misread = -(ends[0] - ends[1]) / (2.0 * _STEP_MEV) * error
    n = energy.size
    spread = covariance(*signals(truth, energy), noise=noise)
    sample = rng.multivariate_normal(np.concatenate([light, heat]), spread, method="cholesky")
    spread[n:, n:] += np.diag(misread**2)
    one, there = np.ones(1), np.ones((1, n), dtype=bool)
    return Responses(
        temperatures_k=truth.temperature_k * one,
        mean_photon_mev=truth.gap_mev * one,
        mean_photon_error_mev=0.0 * one,
        reference_mev=truth.gap_mev * one,
        reference_error_mev=0.0 * one,
        excitation_nm=HC_MEV_NM / energy[None],
        excitation_mev=energy[None],
        excitation_error_mev=error[None],
        intensity=sample[None, :n],
        absorbed=sample[None, n:],
        covariance=spread[None],
        valid=there,
        fitted=there,
        n_stokes=STOKES_MEV.size,
        truncation=1.0 * there,
        interpolated=~there,
        misread=misread[None],
        keys=(("",) * n,),
        drift=np.zeros((1, 3)),
    )
