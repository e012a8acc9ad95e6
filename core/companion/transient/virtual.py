"""Virtual transients whose truth is known."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.transient.model import TransientShape, basis
from asplab.core.experiment import frozen_array
from asplab.core.units import FWHM_PER_SIGMA, FloatArray


@dataclass(frozen=True, slots=True)
class TransientTruth:
    """What makes a transient; ``decay_fs`` is infinite without a decay, amplitudes are in units of the rise."""

    rise_fs: float
    zero_fs: float
    fwhm_fs: float
    decay_fs: float = float("inf")
    artefact: float = 0.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class VirtualTransient:
    """Delays (n_delays,), signals (n_delays, n_probes) and their standard errors, and the truth."""

    delay_fs: FloatArray
    probe_nm: FloatArray
    signal: FloatArray
    error: FloatArray
    truth: TransientTruth


def virtual_transient(
    rng: np.random.Generator,
    truth: TransientTruth,
    *,
    delay_fs: FloatArray,
    probes: int = 1,
    noise: float = 0.02,
    common_noise: float = 0.0,
) -> VirtualTransient:
    """Return the bleach of a band probed at several wavelengths.

    Parameters
    ----------
    delay_fs : ndarray, shape (n_delays,)
    noise : float
        Standard deviation in units of the largest rise; equal at all probe wavelengths.
    common_noise : float
        The same, of what the probe light of one delay has in common at all wavelengths.
    """
    shape = TransientShape(artefact_terms=1, has_decay=bool(np.isfinite(truth.decay_fs)), has_offset=True)
    parameters = [truth.rise_fs, truth.zero_fs, truth.fwhm_fs / FWHM_PER_SIGMA, truth.decay_fs]
    shapes = basis(shape, delay_fs, np.array(parameters[: len(shape.parameters)])).values
    probe = np.linspace(490.0, 520.0, probes) if probes > 1 else np.array([506.0])
    band = np.exp(-0.5 * ((probe - 506.0) / 7.0) ** 2)
    # The artefact has no band of its own; the offset is that of the last pulse.
    amplitudes = np.stack([band, np.full(probes, truth.artefact), truth.offset * band])
    clean = shapes @ amplitudes
    shared = common_noise * rng.standard_normal((delay_fs.size, 1))
    signal = clean + shared + noise * rng.standard_normal(clean.shape)
    error = np.full(clean.shape, np.hypot(noise, common_noise))
    return VirtualTransient(
        frozen_array(delay_fs), frozen_array(probe), frozen_array(signal), frozen_array(error), truth
    )


def virtual_response(
    rng: np.random.Generator, truth: TransientTruth, *, delay_fs: FloatArray, noise: float = 0.01
) -> FloatArray:
    """Return the cross-correlation of pump and probe, of height 1, at delays (n,)."""
    x = (delay_fs - truth.zero_fs) * FWHM_PER_SIGMA / truth.fwhm_fs
    return np.asarray(np.exp(-0.5 * x**2) + noise * rng.standard_normal(delay_fs.size))
