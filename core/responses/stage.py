"""(I, PA) of every excitation with their joint covariance: where statistics meets physics.

Repeats show three things apart: drift common to a whole repeat (it cancels in every ratio), drift of a single
spectrum, and detection noise, which is known from the pixels much better than from ten repeats. What repeats
do not show is added: mean dark frame, band shape, photothermal baseline.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.emission.integration import Emission
from asplab.core.energies.stage import Energies, Excitations
from asplab.core.grouping.block_scatter import Blocks, BlockScatter, centre_within, scatter_between
from asplab.core.grouping.layout import Layout
from asplab.core.grouping.pairing import Pairs
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.problems import Problem
from asplab.core.responses.repeat_scatter import Moments, Repeats, components, weights
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
    interpolated : ndarray of bool
        PA was read between the points of a scan with coarse steps.
    misread : ndarray
        What the error of a photon energy does to PA; see `Absorbed`. Its square is part of the covariance.
    keys : tuple of tuple of str
        Name of the stack at each place, empty where there is none.
    drift : ndarray, shape (n_temperatures, 3)
        Relative variance of single-spectrum drift of I and PA, and their covariance.
    common_drift : ndarray, shape (n_temperatures, 3), or None
        The same for the drift of whole repeats.
    common_reference_error_mev : float
        Part of ``reference_error_mev`` that is one and the same error at all temperatures.
    lasting : ndarray, shape (n_temperatures, 2 n_columns, 2 n_columns), or None
        Part of the covariance from light that was subtracted (a leak, two-photon emission), which no repeat shows.
    leak_error : ndarray, shape (n_temperatures, 2 n_columns), or None
        What one standard error of a measured leak does to (I, PA): the part of ``lasting`` that is one and the same
        error at all temperatures.
    unverified : ndarray of bool, shape (n_temperatures, n_columns), or None
        Far below the gap, where no power series shows that one photon makes the emission.
    blue_shift_mev : ndarray, shape (n_temperatures, n_columns), or None
        By how much photon energies were raised to those absorbed, because excitations have a width.
    blur_mev : ndarray, shape (n_temperatures, n_columns), or None
        By how much the photon energy whose η is the average over that width lies above the mean absorbed one.
    remeasured : ndarray, shape (n_temperatures, 2 n_columns, 2 n_columns), or None
        Part of ``covariance`` that comes from differences between the times of measuring one condition.
    of_power : ndarray, shape (n_temperatures, n_columns), or None
        What PA holds, per unit, of heat that is proportional to the pump power along the whole scan, as that of a leak
        is; see `Absorbed`. None where no baseline was subtracted here.
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
    interpolated: np.ndarray
    misread: FloatArray
    keys: tuple[tuple[str, ...], ...]
    drift: FloatArray
    common_reference_error_mev: float = 0.0
    lasting: FloatArray | None = None
    leak_error: FloatArray | None = None
    unverified: np.ndarray | None = None
    blue_shift_mev: FloatArray | None = None
    blur_mev: FloatArray | None = None
    remeasured: FloatArray | None = None
    common_drift: FloatArray | None = None
    of_power: FloatArray | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def detuning_mev(self) -> FloatArray:
        """ΔE = reference − excitation of each place, positive below the gap; shape (n_temperatures, n_columns)."""
        detuning: FloatArray = self.reference_mev[:, None] - self.excitation_mev
        return detuning if self.blur_mev is None else detuning - self.blur_mev


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
    drifts_alike : bool
        Emission and scan of one repeat are taken to share all of their drift.
    between : BlockScatter or None
        What scans that were measured again differ by.
    """

    repeats: Repeats
    single: FloatArray
    common: FloatArray
    matched: FloatArray
    is_matched: np.ndarray
    drifts_alike: bool
    between: BlockScatter | None = None


def scatter_of_heat(
    absorbed: Absorbed, layout: Layout, pairs: Pairs, blocks: Blocks, settings: ResponseSettings
) -> HeatScatter:
    """Describe the scatter of the photothermal readings; it does not depend on the emission window."""
    valid = layout.valid & ~np.isnan(absorbed.mean[layout.index])
    values, present = _heat_readings(layout, pairs, absorbed)
    noise = np.einsum("tii->ti", absorbed.noise)
    repeats = _relative(values, present, noise, valid, layout.fitted, blocks.heat)
    single, common = components(repeats)
    between = None if blocks.heat is None else _between(values, repeats, single, common, blocks.heat)
    together = np.zeros_like(pairs.together) if settings.pairing == "unpaired" else pairs.together
    matched = np.einsum("tcs,tcrs->tcr", repeats.value * repeats.present, together)
    is_matched = (together.sum(axis=-1) > 0) & repeats.strong[..., None]
    return HeatScatter(repeats, single, common, matched, is_matched, settings.pairing == "paired", between)


def respond(
    corrected: Corrected,
    layout: Layout,
    excitations: Excitations,
    energies: Energies,
    emission: Emission,
    absorbed: Absorbed,
    blocks: Blocks,
    scatter: HeatScatter,
) -> Responses:
    """Combine band intensities and photothermal signals into responses with their joint covariance."""
    index = layout.index
    measured = ~np.isnan(emission.mean) & ~np.isnan(absorbed.mean) & ~np.isnan(excitations.energy_mev)
    valid = layout.valid & measured[index] & ~np.isnan(energies.reference_mev)[:, None]
    intensity = np.where(valid, emission.mean[index], 0.0)
    heat = np.where(valid, absorbed.mean[index], 0.0)
    present = corrected.present[index] & layout.valid[..., None]
    values = emission.per_repeat[index]
    light = _relative(values, present, emission.noise_variance[index], valid, layout.fitted, blocks.light)
    drift, common = _drift(light, scatter)
    covariance = _covariance(layout, emission, absorbed, intensity, heat, light, scatter.repeats, drift, common)
    between = None if blocks.light is None else _between(values, light, drift[:, 0], common[:, 0], blocks.light)
    remeasured = _remeasured(intensity, heat, between, scatter.between)
    if remeasured is not None:
        covariance += remeasured
    if not valid.all():
        both = np.concatenate([valid, valid], axis=1)
        covariance *= both[:, :, None] & both[:, None, :]
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
        covariance=covariance,
        valid=valid,
        fitted=valid & layout.fitted,
        n_stokes=layout.n_stokes,
        truncation=np.where(valid, emission.truncation[index], 0.0),
        interpolated=valid & absorbed.interpolated[index],
        misread=np.where(valid, absorbed.misread[index], 0.0),
        keys=layout.keys,
        drift=drift,
        common_reference_error_mev=energies.common_reference_error_mev,
        remeasured=remeasured,
        common_drift=common,
        of_power=absorbed.of_power[index],
        problems=_problems(between, scatter.between),
    )


def _between(
    values: FloatArray, repeats: Repeats, single: FloatArray, common: FloatArray, blocks: FloatArray
) -> BlockScatter:
    """Describe what blocks differ by, from the columns that stand clear of their noise."""
    variance = np.where(repeats.strong, repeats.noise + (single + common)[:, None], np.inf)
    return scatter_between(values, repeats.present, blocks, variance, common)


def _remeasured(
    intensity: FloatArray, heat: FloatArray, light: BlockScatter | None, warm: BlockScatter | None
) -> FloatArray | None:
    """Return the covariance of (I, PA) from differences between blocks; None where nothing was measured again."""
    if light is None and warm is None:
        return None
    n = intensity.shape[1]
    result = np.zeros((len(intensity), 2 * n, 2 * n))
    for scatter, mean, part in ((light, intensity, slice(0, n)), (warm, heat, slice(n, None))):
        if scatter is not None:
            result[:, part, part] = scatter.covariance * (mean[:, :, None] * mean[:, None, :])
    return result


def _problems(light: BlockScatter | None, warm: BlockScatter | None) -> tuple[Problem, ...]:
    found = (
        None if scatter is None else scatter.problem(what, "measured again")
        for scatter, what in ((light, "the emission"), (warm, "the photothermal signal"))
    )
    return tuple(problem for problem in found if problem is not None)


def _relative(
    values: FloatArray,
    present: np.ndarray,
    noise: FloatArray,
    valid: np.ndarray,
    fitted: np.ndarray,
    blocks: FloatArray | None,
) -> Repeats:
    """Return deviations of the repeats from their mean, in units of it, with the noise expected in them.

    Where conditions were measured again, the mean is that of the block.
    """
    count = present.sum(axis=2)
    mean = (values * present).sum(axis=2) / np.maximum(count, 1)
    usable = valid & (count > 1) & (mean != 0.0)
    inverse = np.where(usable, 1.0 / np.where(usable, mean, 1.0), 0.0)
    if blocks is None:
        deviation = (values - mean[:, :, None]) * inverse[:, :, None] * present
    else:
        centre, stretch = centre_within(values, present, blocks)
        deviation = (values - centre) * (inverse * stretch)[:, :, None] * present
    relative_noise = noise * inverse**2
    used = present & usable[:, :, None]
    strong = usable & fitted & (relative_noise < _STRONG**2)
    return Repeats(deviation, used, relative_noise, strong, used.sum(axis=2))


def _heat_readings(layout: Layout, pairs: Pairs, absorbed: Absorbed) -> tuple[FloatArray, np.ndarray]:
    """Return the reading of each scan at each excitation, and where there is one."""
    values = np.zeros((*layout.index.shape, pairs.n_scans))
    present = np.zeros(values.shape, dtype=bool)
    for t, readings in enumerate(absorbed.per_scan):
        if readings is not None:
            columns = np.flatnonzero(layout.valid[t])
            values[t, columns, : len(readings)] = readings.T
            present[t, columns, : len(readings)] = True
    return values, present


def _drift(light: Repeats, heat: HeatScatter) -> tuple[FloatArray, FloatArray]:
    """Return the relative variances of drift, (n_temperatures, 3) each: I, PA, and their covariance.

    The first result is the drift of single spectra, the second that common to all columns of a repeat.
    Moments of a two-way layout (columns × repeats), detection noise subtracted; a variance that comes out
    negative is none.
    """
    single, common = components(light)
    both = light.present & heat.is_matched & light.strong[..., None]
    if heat.drifts_alike:
        cross = np.where(both.any(axis=(1, 2)), np.inf, 0.0)
        return _with_cross(single, heat.single, cross), _with_cross(common, heat.common, cross)
    weight = np.sqrt(weights(light, single) * weights(heat.repeats, heat.single))
    cross, common_cross = Moments.of(light.value, heat.matched, both).both(weight, np.zeros_like(weight))
    return _with_cross(single, heat.single, cross), _with_cross(common, heat.common, common_cross)


def _with_cross(light: FloatArray, heat: FloatArray, cross: FloatArray) -> FloatArray:
    """Return (n_temperatures, 3): two variances and their covariance, which can't exceed full correlation."""
    bound = np.sqrt(light * heat)
    result: FloatArray = np.array([light, heat, np.where(np.isnan(cross), 0.0, np.clip(cross, -bound, bound))]).T
    return result


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
    gain = np.nan_to_num(emission.factor)[layout.index]
    n_light, n_heat = np.maximum(light.count, 1), np.maximum(warm.count, 1)
    light_noise = emission.noise_variance[layout.index] * gain**2 / n_light
    root_light, root_heat = np.sqrt(n_light), np.sqrt(n_heat)
    # Drift is relative: it acts on each mean in proportion, and falls with the number of repeats.
    size = np.concatenate([intensity / root_light, heat / root_heat], axis=1)
    blocks: FloatArray = size[:, :, None] * size[:, None, :]
    quarters = ((slice(0, n), slice(0, n), 0), (slice(n, None), slice(n, None), 1), (slice(0, n), slice(n, None), 2))
    for rows, columns, kind in quarters:
        block = blocks[:, rows, columns]
        diagonal = np.einsum("tii->ti", block)
        single = diagonal * drift[:, kind, None]
        block *= common[:, kind, None, None]
        diagonal += single
    np.einsum("tii->ti", blocks[:, :n, :n])[...] += light_noise
    blocks[:, :n, :n] += emission.shared
    blocks[:, n:, n:] += absorbed.noise / (root_heat[:, :, None] * root_heat[:, None, :]) + absorbed.shared
    blocks[:, n:, :n] = blocks[:, :n, n:].transpose(0, 2, 1)
    return blocks
