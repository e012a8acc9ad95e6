"""Photothermal absorption at each excitation, baseline removed, with everything that blurs it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.energies.stage import Energies, Excitations
from asplab.core.grouping.layout import Layout
from asplab.core.photothermal.baseline import FittedBaseline, Found, blank_problems, find_baseline, unit_problems
from asplab.core.photothermal.coarse_steps import interpolate
from asplab.core.photothermal.leak_check import blank_remedy, leak_problems, quadrature_readings
from asplab.core.photothermal.other_temperature import bring, is_elsewhere, net_curves
from asplab.core.problems import Problem
from asplab.core.scans import Scans, ScanSet
from asplab.core.settings import BaselineSettings
from asplab.core.units import FloatArray, thermal_energy_mev

_SEEN = 4.0
"""Standard errors from which a difference between two baselines is more than their noise."""
_SLOPE_POINTS = 9
"""Points nearest to an excitation that tell the slope of the scan there."""


@dataclass(frozen=True, slots=True, eq=False)
class Absorbed:
    """Photothermal signal per pump power at each excitation; negative is net cooling.

    Attributes
    ----------
    per_scan : tuple of ndarray, shape (n_scans, n_stacks_here) per temperature
        Baseline-subtracted reading of each scan.
    mean : ndarray, shape (n_stacks,)
        Mean over scans; NaN where no scan reaches.
    noise : ndarray, shape (n_temperatures, n_columns, n_columns)
        Covariance of one scan's readings from detection noise (neighbours share points).
    shared : ndarray, same shape
        What is added to the covariance of the mean and does not average over the scans as they do: the
        baseline, common to all excitations (where one lies in the baseline's region, this includes their common
        noise); the noise of the power readings; what interpolation between coarse steps may miss; and the square of
        ``misread`` of each excitation.
    misread : ndarray, shape (n_stacks,)
        What is read, less what the laser causes, where its photon energy is one standard error above the stated one.
    baselines : tuple of FittedBaseline or None
    interpolated : ndarray of bool, shape (n_stacks,)
        Read between the points of a scan with coarse steps.
    quadrature, quadrature_error : ndarray, shape (n_stacks,)
        What is read in quadrature above a line through its own baseline region, and its standard error from noise and
        from that of the phase; NaN without the second channel.
    of_power : ndarray, shape (n_stacks,)
        What is read, per unit, of heat that is proportional to the pump power along the whole scan: 1 less what the
        baseline takes of it, for it lies under the baseline's region too.
    """

    per_scan: tuple[FloatArray | None, ...]
    mean: FloatArray
    noise: FloatArray
    shared: FloatArray
    lasting: FloatArray
    misread: FloatArray
    baselines: tuple[FittedBaseline | None, ...]
    interpolated: np.ndarray
    quadrature: FloatArray
    quadrature_error: FloatArray
    of_power: FloatArray
    problems: tuple[Problem, ...] = ()


def photothermal(
    scans: Scans, excitations: Excitations, energies: Energies, layout: Layout, settings: BaselineSettings
) -> Absorbed:
    """Fit the baseline of each temperature in raw volts, subtract it, and divide by the pump power."""
    n_t, n = layout.index.shape
    size = len(excitations.energy_mev)
    mean, misread, quadrature, quadrature_error = (np.full(size, fill) for fill in (np.nan, 0.0, np.nan, np.nan))
    of_power = np.ones(size)
    interpolated = np.zeros(size, dtype=bool)
    noise, shared, lasting = (np.zeros((n_t, n, n)) for _ in range(3))
    per_scan: list[FloatArray | None] = [None] * n_t
    baselines: list[FittedBaseline | None] = [None] * n_t
    moves = [0.0] * n_t
    problems: list[Problem] = []
    for t, scan_set in enumerate(scans.sets):
        if scan_set is None or np.isnan(energies.reference_mev[t]):
            continue
        place = f"{energies.temperatures_k[t]:.0f} K"
        detuning = energies.reference_mev[t] - scan_set.energy_mev
        kt_mev = float(thermal_energy_mev(energies.temperatures_k[t]))
        found = find_baseline(scan_set, detuning, kt_mev, settings, place, problems)
        here = scan_set.stacks
        reached = ~np.isnan(scan_set.weights).any(axis=1)
        weights, missed = _weights(scan_set, found.fitted)
        per_scan[t] = readings = (scan_set.volts - found.fitted.volts) @ weights.T
        baselines[t] = found.fitted
        mean[here] = np.where(reached, np.mean(readings, axis=0), np.nan)
        interpolated[here] = scan_set.between
        of_power[here] = found.net(weights) @ scan_set.power_uw
        columns = np.ix_(*[np.flatnonzero(layout.valid[t])] * 2)
        noise[t][columns] = own = (weights * scan_set.noise) @ weights.T
        misread[here] = off = _misread(scan_set, found.fitted, excitations.scan_error_mev[here])
        stays = missed + np.diag(off**2) + _common(scan_set, found, weights)
        lasting[t][columns] = stays
        shared[t][columns] = total = stays + found.noise(weights, own, scan_set)
        errors = np.sqrt(np.diag(own / len(readings) + total))
        moves[t] = _largest_move(*found.moved_by_other_unit(weights, scan_set), errors)
        if scan_set.quadrature_v is not None and scan_set.quadrature_noise is not None:
            across = scan_set.quadrature_v, scan_set.quadrature_noise
            values, errors = quadrature_readings(*across, detuning, weights, settings)
            quadrature[here] = np.where(reached, values, np.nan)
            quadrature_error[here] = np.hypot(errors, scan_set.phase_error_rad * np.mean(readings, axis=0))
    readings_of = (mean, misread, of_power)
    _follow_tails(scans, baselines, energies, layout, per_scan, readings_of, (noise, shared, lasting))
    has_blank = any(own is not None and own.blank_volts is not None for own in scans.sets)
    problems += blank_problems(energies.temperatures_k, scans.sets, settings)
    problems += unit_problems(energies.temperatures_k, baselines, moves, settings, has_blank=has_blank)
    remedy = blank_remedy(has_blank=has_blank, is_used=settings.shape == "blank")
    problems += leak_problems(energies, excitations, scans, mean, quadrature, quadrature_error, remedy=remedy)
    return Absorbed(
        per_scan=tuple(per_scan),
        mean=mean,
        noise=noise,
        shared=shared,
        lasting=lasting,
        misread=misread,
        baselines=tuple(baselines),
        interpolated=interpolated,
        quadrature=quadrature,
        quadrature_error=quadrature_error,
        of_power=of_power,
        problems=tuple(problems),
    )


def _follow_tails(
    scans: Scans,
    baselines: Sequence[FittedBaseline | None],
    energies: Energies,
    layout: Layout,
    per_scan: list[FloatArray | None],
    readings_of: tuple[FloatArray, FloatArray, FloatArray],
    matrices: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    """Bring the readings of scans at another temperature to that of the emission, with the error of that.

    ``readings_of`` is ``mean``, ``misread`` and ``of_power`` of `Absorbed`.
    """
    if not any(map(is_elsewhere, scans.sets)):
        return
    mean, curves = readings_of[0], net_curves(scans.sets, baselines, energies.reference_mev)
    for t, scan_set in enumerate(scans.sets):
        readings, curve = per_scan[t], curves[t]
        if scan_set is None or readings is None or curve is None or not is_elsewhere(scan_set):
            continue
        brought = bring(scan_set, curve, curves, float(energies.reference_mev[t]))
        if brought is None:
            continue
        here = scan_set.stacks
        error = np.diag(np.nan_to_num(mean[here] * brought.error) ** 2)
        per_scan[t] = readings * brought.factor
        for values in readings_of:
            values[here] *= brought.factor
        columns = np.ix_(*[np.flatnonzero(layout.valid[t])] * 2)
        for matrix, added in zip(matrices, (0.0, error, error), strict=True):
            matrix[t][columns] = matrix[t][columns] * np.outer(brought.factor, brought.factor) + added


def _largest_move(moved: FloatArray, noise: FloatArray, error: FloatArray) -> float:
    """Return the largest change of a reading in its standard errors, of those beyond the noise of the change."""
    seen = (np.abs(moved) > _SEEN * noise) & (error > 0.0)
    return float(np.max(np.abs(moved[seen]) / error[seen], initial=0.0))


def _common(scans: ScanSet, found: Found, weights: FloatArray) -> FloatArray:
    """Return the covariance of what blurs all readings of a temperature together and no scan shows."""
    covariance = _power_covariance(scans, found.fitted, weights) + found.blur(weights)
    if scans.stitching is not None:
        rows = found.net(weights) @ scans.stitching.T
        covariance = covariance + rows @ rows.T
    if scans.shift_error_mev > 0.0:
        off = _slopes(scans, found.fitted) * scans.shift_error_mev
        covariance = covariance + np.outer(off, off)
    return covariance


def _weights(scans: ScanSet, baseline: FittedBaseline) -> tuple[FloatArray, FloatArray]:
    """Return the weights of all readings, and the covariance of what interpolation between coarse steps misses."""
    weights = np.nan_to_num(scans.weights)
    missed = np.zeros((len(weights), len(weights)))
    if scans.between.any():
        signal = (scans.volts.mean(axis=0) - baseline.volts) / scans.power_uw
        error = np.sqrt(scans.noise / len(scans.volts)) / scans.power_uw
        found = interpolate(scans.energy_mev, signal, error, scans.excitation_mev[scans.between])
        weights[scans.between] = found.weights / scans.power_uw
        missed[np.ix_(scans.between, scans.between)] = found.covariance
    return weights, missed


def _power_covariance(scans: ScanSet, baseline: FittedBaseline, weights: FloatArray) -> FloatArray:
    """Return the covariance that the noise of the power readings leaves in signals divided by the smoothed power."""
    places = scans.power_places
    net = (scans.volts.mean(axis=0) - baseline.volts)[places] / scans.power_uw[places]
    slope = weights[:, places] * net
    result: FloatArray = slope @ scans.power_covariance @ slope.T
    return result


def _misread(scans: ScanSet, baseline: FittedBaseline, error_mev: FloatArray) -> FloatArray:
    """Return what an excitation of a photon energy larger by its error leaves of the scan's slope in each reading."""
    return -_slopes(scans, baseline) * error_mev if error_mev.any() else np.zeros(error_mev.size)


def _slopes(scans: ScanSet, baseline: FittedBaseline) -> FloatArray:
    """Return the slope of the signal per power at each excitation, per meV."""
    signal = (scans.volts.mean(axis=0) - baseline.volts) / scans.power_uw
    off = scans.energy_mev - scans.excitation_mev[:, None]
    near = np.argsort(np.abs(off), axis=1)[:, :_SLOPE_POINTS]
    x = np.take_along_axis(off, near, axis=1)
    x = x - x.mean(axis=1, keepdims=True)
    slopes: FloatArray = np.sum(x * signal[near], axis=1) / np.sum(x**2, axis=1)
    return slopes
