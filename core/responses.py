"""(I, PA) of every excitation with their joint covariance: where statistics meets physics.

Repeats show three things apart: drift common to a whole repeat (it cancels in every ratio), drift of a single
spectrum, and detection noise, which is known from the pixels much better than from ten repeats. What repeats
do not show is added: mean dark frame, band shape, photothermal baseline.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.energies import Energies, Excitations
from asplab.core.integration import Emission
from asplab.core.layout import Layout
from asplab.core.photothermal import Absorbed
from asplab.core.problems import Problem
from asplab.core.scans import Scans, repeat_name
from asplab.core.settings import ResponseSettings
from asplab.core.units import FloatArray

_STRONG = 0.05
"""Relative detection noise of one repeat up to which a stack takes part in the estimate of drift."""


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """Emission and photothermal response of every excitation.

    Arrays of shape (n_temperatures, n_columns) hold the Stokes excitations in the first ``n_stokes`` columns;
    places that are not ``valid`` hold zero. The covariance orders all intensities before all absorptions.

    Attributes
    ----------
    temperatures_k, mean_photon_mev, mean_photon_error_mev, reference_mev, reference_error_mev : ndarray
        Shape (n_temperatures,).
    excitation_nm, excitation_mev, excitation_error_mev : ndarray
    intensity, absorbed : ndarray
        I and PA, per exposure and power; either may be negative within its noise, PA also by net cooling.
    covariance : ndarray, shape (n_temperatures, 2 n_columns, 2 n_columns)
    valid, fitted : ndarray of bool
        Measured; and measured and not excluded.
    truncation : ndarray
        Fraction of the band that was seen.
    keys : tuple of tuple of str
        Name of the stack at each place, empty where there is none.
    drift : ndarray, shape (n_temperatures, 3)
        Relative variance of single-spectrum drift of I and PA, and their covariance.
    """

    temperatures_k: FloatArray
    mean_photon_mev: FloatArray
    mean_photon_error_mev: FloatArray
    reference_mev: FloatArray
    reference_error_mev: FloatArray
    excitation_nm: FloatArray
    excitation_mev: FloatArray
    excitation_error_mev: FloatArray
    intensity: FloatArray
    absorbed: FloatArray
    covariance: FloatArray
    valid: np.ndarray
    fitted: np.ndarray
    n_stokes: int
    truncation: FloatArray
    keys: tuple[tuple[str, ...], ...]
    drift: FloatArray
    problems: tuple[Problem, ...] = ()

    @property
    def detuning_mev(self) -> FloatArray:
        """ΔE = reference − excitation of each place, positive below the gap; shape (n_temperatures, n_columns)."""
        detuning: FloatArray = self.reference_mev[:, None] - self.excitation_mev
        return detuning


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Relative deviations of single repeats, of shape (n_temperatures, n_columns, n_repeats); 0 where absent."""

    value: FloatArray
    present: np.ndarray
    noise: FloatArray
    strong: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Which emission repeat was taken together with which scan.

    ``together`` is 1 there and 0 elsewhere, of shape (n_temperatures, n_columns, n_repeats, n_scans).
    """

    together: FloatArray
    n_scans: int


@dataclass(frozen=True, slots=True, eq=False)
class HeatScatter:
    """How single photothermal scans scatter about their mean.

    Attributes
    ----------
    repeats : Repeats
    single, common : ndarray, shape (n_temperatures,)
        Relative variance of drift of single readings, and of whole scans.
    matched : ndarray, shape (n_temperatures, n_columns, n_repeats)
        Deviation of the scan that was taken together with each emission repeat, zero where there is none.
    is_matched : ndarray of bool, same shape
    """

    repeats: Repeats
    single: FloatArray
    common: FloatArray
    matched: FloatArray
    is_matched: np.ndarray


def scatter_of_heat(absorbed: Absorbed, layout: Layout, pairs: Pairs, settings: ResponseSettings) -> HeatScatter:
    """Describe the scatter of the photothermal readings; it does not depend on the emission window."""
    repeats = _heat_repeats(layout, pairs, absorbed, layout.valid & ~np.isnan(absorbed.mean[layout.index]))
    single, common = _components(repeats)
    together = pairs.together if settings.pairing == "estimated" else np.zeros_like(pairs.together)
    matched = np.einsum("tcs,tcrs->tcr", repeats.value * repeats.present, together)
    is_matched = (together.sum(axis=-1) > 0) & repeats.strong[..., None]
    return HeatScatter(repeats, single, common, matched, is_matched)


def pair_repeats(corrected: Corrected, layout: Layout, scans: Scans) -> Pairs:
    """Pair repeats by their ``pair`` label, else by their number."""
    n_t, n = layout.index.shape
    n_scans = max((len(s.repeats) for s in scans.sets if s is not None), default=1)
    together = np.zeros((n_t, n, corrected.present.shape[1], n_scans))
    for t, scan_set in enumerate(scans.sets):
        place = {} if scan_set is None else {name: i for i, name in enumerate(scan_set.repeats)}
        for column in np.flatnonzero(layout.valid[t]):
            for r, spectrum in enumerate(corrected.stacks[layout.index[t, column]].members):
                name = repeat_name(spectrum.condition.pair, spectrum.condition.repeat, r)
                if name in place:
                    together[t, column, r, place[name]] = 1.0
    return Pairs(together, n_scans)


def respond(
    corrected: Corrected,
    layout: Layout,
    excitations: Excitations,
    energies: Energies,
    emission: Emission,
    absorbed: Absorbed,
    scatter: HeatScatter,
) -> Responses:
    """Combine band intensities and photothermal signals into responses with their joint covariance."""
    index = layout.index
    measured = ~np.isnan(emission.mean) & ~np.isnan(absorbed.mean) & ~np.isnan(excitations.energy_mev)
    valid = layout.valid & measured[index] & ~np.isnan(energies.reference_mev)[:, None]
    intensity = np.where(valid, emission.mean[index], 0.0)
    heat = np.where(valid, absorbed.mean[index], 0.0)
    light = _light_repeats(corrected, layout, emission, valid)
    drift, common = _drift(light, scatter)
    covariance = _covariance(layout, emission, absorbed, intensity, heat, light, scatter.repeats, drift, common)
    return Responses(
        temperatures_k=energies.temperatures_k,
        mean_photon_mev=energies.mean_photon_mev,
        mean_photon_error_mev=energies.mean_photon_error_mev,
        reference_mev=energies.reference_mev,
        reference_error_mev=energies.reference_error_mev,
        excitation_nm=excitations.wavelength_nm[index],
        excitation_mev=excitations.energy_mev[index],
        excitation_error_mev=excitations.error_mev[index],
        intensity=intensity,
        absorbed=heat,
        covariance=covariance * _both(valid)[:, :, None] * _both(valid)[:, None, :],
        valid=valid,
        fitted=valid & layout.fitted,
        n_stokes=layout.n_stokes,
        truncation=np.where(valid, emission.truncation[index], 0.0),
        keys=layout.keys,
        drift=drift,
    )


def _both(mask: np.ndarray) -> np.ndarray:
    return np.concatenate([mask, mask], axis=1)


def _relative(
    values: FloatArray, present: np.ndarray, noise: FloatArray, valid: np.ndarray, fitted: np.ndarray
) -> Repeats:
    """Return deviations of the repeats from their mean, in units of it, with the noise expected in them."""
    count = present.sum(axis=-1)
    mean = np.sum(values * present, axis=-1) / np.maximum(count, 1)
    usable = valid & (count > 1) & (mean != 0.0)
    size = np.where(usable, mean, np.inf)
    deviation = np.where(present, (values - mean[..., None]) / size[..., None], 0.0)
    relative_noise = noise / size**2
    return Repeats(
        deviation, present & usable[..., None], relative_noise, usable & fitted & (relative_noise < _STRONG**2)
    )


def _light_repeats(corrected: Corrected, layout: Layout, emission: Emission, valid: np.ndarray) -> Repeats:
    index = layout.index
    present = corrected.present[index] & layout.valid[..., None]
    return _relative(emission.per_repeat[index], present, emission.noise_variance[index], valid, layout.fitted)


def _heat_repeats(layout: Layout, pairs: Pairs, absorbed: Absorbed, valid: np.ndarray) -> Repeats:
    values = np.zeros((*layout.index.shape, pairs.n_scans))
    present = np.zeros(values.shape, dtype=bool)
    for t, readings in enumerate(absorbed.per_scan):
        if readings is not None:
            columns = np.flatnonzero(layout.valid[t])
            values[t, columns, : len(readings)] = readings.T
            present[t, columns, : len(readings)] = True
    return _relative(values, present, np.einsum("tii->ti", absorbed.noise), valid, layout.fitted)


def _drift(light: Repeats, heat: HeatScatter) -> tuple[FloatArray, FloatArray]:
    """Return the relative variances of drift, (n_temperatures, 3) each: I, PA, and their covariance.

    The first result is the drift of single spectra, the second that common to all columns of a repeat.
    Moments of a two-way layout (columns × repeats), detection noise subtracted; a variance that comes out
    negative is none.
    """
    single, common = _components(light)
    both = light.present & heat.is_matched & light.strong[..., None]
    weight = np.sqrt(_weights(light, single) * _weights(heat.repeats, heat.single))
    cross, common_cross = (np.nan_to_num(x) for x in _moments(light.value, heat.matched, both, weight))
    bound, common_bound = np.sqrt(single * heat.single), np.sqrt(common * heat.common)
    return (
        np.stack([single, heat.single, np.clip(cross, -bound, bound)], axis=-1),
        np.stack([common, heat.common, np.clip(common_cross, -common_bound, common_bound)], axis=-1),
    )


def _components(repeats: Repeats) -> tuple[FloatArray, FloatArray]:
    """Return single and common drift variance per temperature; those without enough repeats take the pooled value."""
    use = repeats.present & repeats.strong[..., None]
    noise = np.where(repeats.strong, repeats.noise, 0.0)
    single = np.zeros(len(noise))
    # Columns weigh by what their noise leaves to be seen of the drift, which is known better each time.
    for _ in range(3):
        weight = _weights(repeats, np.nan_to_num(np.maximum(single, 0.0)))
        single, common = _moments(repeats.value, repeats.value, use, weight, noise)
    known, count = ~np.isnan(single), use.sum(axis=(1, 2))
    pooled = float(np.sum(single[known] * count[known]) / max(np.sum(count[known]), 1))
    single = np.where(known, single, pooled)
    return np.maximum(single, 0.0), np.maximum(np.where(np.isnan(common), 0.0, common), 0.0)


def _weights(repeats: Repeats, single: FloatArray) -> FloatArray:
    """Return weights of the columns, 1/(drift + noise)² and one for the best, (n_temperatures, n_columns)."""
    noise = np.where(repeats.strong, repeats.noise, np.inf)
    best = noise.min(axis=1, initial=np.inf)
    best = np.where(np.isfinite(best), best, 1.0) + single + np.finfo(float).tiny
    result: FloatArray = (best[:, None] / (noise + single[:, None] + np.finfo(float).tiny)) ** 2
    return result


def _moments(
    a: FloatArray, b: FloatArray, use: np.ndarray, weight: FloatArray, noise: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return the (co)variance within columns beyond ``noise``, and that of the mean of each repeat over columns.

    Expectation of the weighted sum of squares about the weighted mean of each repeat, for independent columns
    with variance v_j: Σ_j w_j v_j (1 − w_j/W) per degree of freedom of the repeats.
    """
    w = weight[..., None] * use
    total = np.maximum(w.sum(axis=1), np.finfo(float).tiny)
    mean_a, mean_b = np.sum(w * a, axis=1) / total, np.sum(w * b, axis=1) / total
    rest = np.sum(w * (a - mean_a[:, None]) * (b - mean_b[:, None]), axis=(1, 2))
    repeats = use.sum(axis=2)
    kept = np.sum(w * (1.0 - w / total[:, None]), axis=2) * np.where(
        repeats > 1, 1.0 - 1.0 / np.maximum(repeats, 1), 0.0
    )
    strength = kept.sum(axis=1)
    enough = (np.any(use, axis=2).sum(axis=1) > 1) & (strength > 0)
    known = rest if noise is None else rest - np.sum(kept * noise, axis=1)
    single = np.where(enough, known / np.where(enough, strength, 1.0), np.nan)
    seen = np.any(use, axis=1)
    between = np.sum(mean_a * mean_b * seen, axis=1) / np.maximum(seen.sum(axis=1) - 1, 1)
    per_column = np.nan_to_num(single)[:, None] + (0.0 if noise is None else noise)
    whole = np.where(enough, np.mean(total, axis=1), 1.0)
    share = np.mean(w**2, axis=2) / whole[:, None] ** 2
    common = np.where(enough, between - np.sum(share * per_column, axis=1), np.nan)
    return single, common


def _covariance(
    layout: Layout,
    emission: Emission,
    absorbed: Absorbed,
    intensity: FloatArray,
    heat: FloatArray,
    light: Repeats,
    warm: Repeats,
    drift: FloatArray,
    common: FloatArray,
) -> FloatArray:
    """Assemble the covariance of the means, (n_temperatures, 2 n_columns, 2 n_columns)."""
    n = layout.index.shape[1]
    eye = np.eye(n)
    n_light = np.maximum(light.present.sum(axis=-1), 1)
    n_heat = np.maximum(warm.present.sum(axis=-1), 1)
    gain = np.where(np.isnan(emission.factor[layout.index]), 0.0, emission.factor[layout.index])
    noise = emission.noise_variance[layout.index] * gain**2 / np.maximum(_repeat_count(layout, light), 1)
    blocks = np.zeros((*intensity.shape[:1], 2 * n, 2 * n))
    spread = drift[:, :, None, None] * eye + common[:, :, None, None]
    ii, pp = intensity[:, :, None] * intensity[:, None, :], heat[:, :, None] * heat[:, None, :]
    ip = intensity[:, :, None] * heat[:, None, :]
    count_i, count_p = (
        np.sqrt(n_light[:, :, None] * n_light[:, None, :]),
        np.sqrt(n_heat[:, :, None] * n_heat[:, None, :]),
    )
    blocks[:, :n, :n] = spread[:, 0] * ii / count_i + noise[:, :, None] * eye + emission.shared
    blocks[:, n:, n:] = spread[:, 1] * pp / count_p + absorbed.noise / count_p + absorbed.shared
    blocks[:, :n, n:] = spread[:, 2] * ip / np.sqrt(n_light[:, :, None] * n_heat[:, None, :])
    blocks[:, n:, :n] = np.swapaxes(blocks[:, :n, n:], 1, 2)
    return blocks


def _repeat_count(layout: Layout, light: Repeats) -> np.ndarray:
    count: np.ndarray = light.present.sum(axis=-1)
    return np.where(layout.valid, np.maximum(count, 1), 1)
