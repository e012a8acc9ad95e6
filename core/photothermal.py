"""Photothermal absorption at each excitation, baseline removed, with everything that blurs it."""

from dataclasses import dataclass

import numpy as np

from asplab.core.coarse_steps import interpolate
from asplab.core.energies import Energies, Excitations
from asplab.core.layout import Layout
from asplab.core.problems import Problem
from asplab.core.scans import Scans, ScanSet
from asplab.core.settings import BaselineSettings
from asplab.core.units import FloatArray, thermal_energy_mev

_MINIMUM_POINTS = 6
_COARSE_POINTS, _COARSE_RANGE_MEV = 4, 40.0
"""Coarse steps: so many points over such a range hold a line as well, for their noise is known from the scans."""
_SCALE_MEV = 100.0
_URBACH_RANGE_MEV = (4.0, 60.0)
_URBACH_STEPS = 24
_HEAT_CHANGES = 6.0
"""Detuning in kT up to which the light that leaves still changes the heat per absorbed photon."""
_HEAT_TOLD_MEV = 120.0
"""A tail that is fitted from further below the gap can't tell that change from its own exponential."""
_TELLS_FROM_LINE = 0.99
"""Part of the largest Urbach energy from which a tail can't be told from the line beside it."""
_SLOPE_POINTS = 9
"""Points nearest to an excitation that tell the slope of the scan there."""
_TAIL_IS_SEEN = 12.0
"""Gain in χ² beyond which an Urbach tail (two parameters) is taken to be there."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedBaseline:
    """The baseline of one temperature, in volts along the scan.

    Attributes
    ----------
    volts, error_v : ndarray, shape (n_points,)
        Baseline and its standard error.
    region_mev : tuple of float
        Range of detuning that was used.
    chi2, dof : float, int
        Misfit of the mean scan in the region.
    urbach_mev : float or None
        Urbach energy, where a tail was fitted beside the line.
    """

    volts: FloatArray
    error_v: FloatArray
    region_mev: tuple[float, float]
    chi2: float
    dof: int
    urbach_mev: float | None = None


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
    """

    per_scan: tuple[FloatArray | None, ...]
    mean: FloatArray
    noise: FloatArray
    shared: FloatArray
    lasting: FloatArray
    misread: FloatArray
    baselines: tuple[FittedBaseline | None, ...]
    interpolated: np.ndarray
    problems: tuple[Problem, ...] = ()


def photothermal(
    scans: Scans, excitations: Excitations, energies: Energies, layout: Layout, settings: BaselineSettings
) -> Absorbed:
    """Fit the baseline of each temperature in raw volts, subtract it, and divide by the pump power."""
    n_t, n = layout.index.shape
    mean = np.full(len(excitations.energy_mev), np.nan)
    interpolated, misread = np.zeros(mean.size, dtype=bool), np.zeros(mean.size)
    noise, shared, lasting = (np.zeros((n_t, n, n)) for _ in range(3))
    per_scan: list[FloatArray | None] = []
    baselines: list[FittedBaseline | None] = []
    problems: list[Problem] = []
    for t, scan_set in enumerate(scans.sets):
        if scan_set is None or np.isnan(energies.reference_mev[t]):
            per_scan.append(None)
            baselines.append(None)
            continue
        place = f"{energies.temperatures_k[t]:.0f} K"
        detuning = energies.reference_mev[t] - scan_set.energy_mev
        kt_mev = float(thermal_energy_mev(energies.temperatures_k[t]))
        found = _baseline(scan_set, detuning, kt_mev, settings, place, problems)
        fitted = found.fitted
        reached = ~np.isnan(scan_set.weights).any(axis=1)
        weights, missed = _weights(scan_set, fitted)
        readings = (scan_set.volts - fitted.volts) @ weights.T
        mean[scan_set.stacks] = np.where(reached, np.mean(readings, axis=0), np.nan)
        interpolated[scan_set.stacks] = scan_set.between
        per_scan.append(readings)
        baselines.append(fitted)
        columns = np.flatnonzero(layout.valid[t])
        own = (weights * scan_set.noise) @ weights.T
        noise[t][np.ix_(columns, columns)] = own
        misread[scan_set.stacks] = off = _misread(scan_set, fitted, excitations.scan_error_mev[scan_set.stacks])
        stays = _power_covariance(scan_set, fitted, weights) + missed + np.diag(off**2) + found.blur(weights)
        lasting[t][np.ix_(columns, columns)] = stays
        shared[t][np.ix_(columns, columns)] = stays + found.noise(weights, own, scan_set)
    return Absorbed(
        tuple(per_scan), mean, noise, shared, lasting, misread, tuple(baselines), interpolated, tuple(problems)
    )


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
    if not error_mev.any():
        return np.zeros(error_mev.size)
    signal = (scans.volts.mean(axis=0) - baseline.volts) / scans.power_uw
    slopes = np.zeros(error_mev.size)
    for row, at in enumerate(scans.excitation_mev):
        near = np.argsort(np.abs(scans.energy_mev - at))[:_SLOPE_POINTS]
        slopes[row] = np.polyfit(scans.energy_mev[near] - at, signal[near], 1)[0]
    return np.asarray(-slopes * error_mev)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A baseline as a linear function of the scan, ``line @ hat @ volts``, and what blurs it beyond the noise.

    ``extra`` (n_points, rank): its product with its transpose is added to the covariance of the baseline.
    """

    fitted: FittedBaseline
    line: FloatArray
    hat: FloatArray
    extra: FloatArray

    def noise(self, weights: FloatArray, own: FloatArray, scans: ScanSet) -> FloatArray:
        """Return what the noise of the baseline adds to the covariance of the readings ``weights @ volts``."""
        net = weights - (weights @ self.line) @ self.hat
        added: FloatArray = ((net * scans.noise) @ net.T - own) / len(scans.volts)
        return added

    def blur(self, weights: FloatArray) -> FloatArray:
        """Return what the baseline adds beyond its noise."""
        blur = weights @ self.extra
        result: FloatArray = blur @ blur.T
        return result


def _baseline(
    scans: ScanSet,
    detuning: FloatArray,
    kt_mev: float,
    settings: BaselineSettings,
    place: str,
    problems: list[Problem],
) -> _Found:
    """Return the baseline that the settings ask for."""
    volts = scans.volts.mean(axis=0)
    zero = np.zeros(volts.size)
    if settings.shape == "none":
        return _given(FittedBaseline(zero, zero, (np.nan, np.nan), 0.0, 0))
    if settings.shape == "blank":
        if scans.blank_volts is not None and scans.blank_variance is not None:
            fitted = FittedBaseline(scans.blank_volts, np.sqrt(scans.blank_variance), (np.nan, np.nan), 0.0, 0)
            return _given(fitted)
        message = (
            "there is no pa_blank scan, so a line is fitted as baseline. Add the blank, or choose another baseline."
        )
        problems.append(Problem("warning", place, message))
    region, chosen = _region(detuning, settings, place, problems)
    return _fit(scans, detuning, kt_mev, volts, chosen, region, settings, place, problems)


def _given(fitted: FittedBaseline) -> _Found:
    """Return a baseline that does not follow from the scan itself."""
    n = fitted.volts.size
    return _Found(fitted, np.zeros((n, 1)), np.zeros((1, n)), np.diag(fitted.error_v))


def _region(
    detuning: FloatArray, settings: BaselineSettings, place: str, problems: list[Problem]
) -> tuple[tuple[float, float], np.ndarray]:
    """Return the baseline region in meV below the gap; the lowest quarter where the scan does not reach it."""
    high = detuning.max() if settings.to_mev is None else settings.to_mev
    chosen = (detuning >= settings.from_mev) & (detuning <= high)
    is_wide = chosen.sum() >= _COARSE_POINTS and np.ptp(detuning[chosen]) >= _COARSE_RANGE_MEV
    if chosen.sum() >= _MINIMUM_POINTS or is_wide:
        return (settings.from_mev, float(high)), chosen
    low = float(detuning.max() - 0.25 * np.ptp(detuning))
    message = (
        f"the scan has {chosen.sum()} points in the baseline region {settings.from_mev:.0f} to {high:.0f} meV "
        f"below the gap; its lowest quarter ({low:.0f} to {detuning.max():.0f} meV) is used, which may still hold "
        "signal. Scan to 300 meV below the gap."
    )
    problems.append(Problem("warning", place, message))
    return (low, float(detuning.max())), detuning >= low


def _fit(
    scans: ScanSet,
    detuning: FloatArray,
    kt_mev: float,
    volts: FloatArray,
    chosen: np.ndarray,
    region: tuple[float, float],
    settings: BaselineSettings,
    place: str,
    problems: list[Problem],
) -> _Found:
    x = (detuning - np.mean(detuning[chosen])) / _SCALE_MEV
    factor = scans.power_uw if settings.unit == "power" else np.ones(volts.size)
    columns = [factor] if settings.shape == "constant" else [factor, factor * x]
    design, urbach, n_line = np.column_stack(columns), None, len(columns)
    sigma2 = float(np.mean(scans.noise[chosen])) / len(scans.volts)
    wide = (detuning >= min(settings.tail_from_mev, region[0])) & (detuning <= region[1])
    tail = _tail(scans, detuning, kt_mev, volts, wide, design, sigma2) if settings.shape == "urbach" else None
    if tail is not None:
        urbach, chosen, region = tail[0], wide, (float(settings.tail_from_mev), region[1])
        design = np.column_stack([design, *tail[1]])
    solve = np.linalg.pinv(design[chosen])
    inverse, coefficients = solve @ solve.T, solve @ volts[chosen]
    residual = volts[chosen] - design[chosen] @ coefficients
    dof = int(chosen.sum()) - design.shape[1]
    chi2 = float(residual @ residual / sigma2) if sigma2 > 0 else 0.0
    excess = chi2 / dof if dof > 0 and chi2 > dof + 3.0 * np.sqrt(2.0 * dof) else 1.0
    if excess > 1.0:
        message = (
            f"the scan does not follow its baseline within {region[0]:.0f}-{region[1]:.0f} meV below the gap "
            f"(χ²/dof {chi2 / dof:.1f}); the error of the baseline is widened. It may still hold signal: start lower."
        )
        problems.append(Problem("warning", place, message))
    line = design[:, :n_line]
    size, axes = np.linalg.eigh(sigma2 * excess * inverse[:n_line, :n_line])
    spread = line @ (axes * np.sqrt(np.maximum(size, 0.0)))
    fitted = FittedBaseline(
        volts=line @ coefficients[:n_line],
        error_v=np.sqrt(np.sum(spread**2, axis=1)),
        region_mev=region,
        chi2=chi2,
        dof=dof,
        urbach_mev=urbach,
    )
    hat = np.zeros((n_line, volts.size))
    hat[:, chosen] = solve[:n_line]
    return _Found(fitted, line, hat, spread * np.sqrt(1.0 - 1.0 / excess))


def _tail(
    scans: ScanSet,
    detuning: FloatArray,
    kt_mev: float,
    volts: FloatArray,
    chosen: np.ndarray,
    line: FloatArray,
    sigma2: float,
) -> tuple[float, list[FloatArray]] | None:
    """Return the Urbach energy, and the shapes of the tail along the scan; None where no tail is seen.

    The shapes are the exponential, its derivative by the Urbach energy and, where the tail begins close to the
    gap, the exponential times exp(−ΔE/kT): the light that takes heat away falls off like that.
    """
    if chosen.sum() < _MINIMUM_POINTS or sigma2 <= 0.0:
        return None
    start = float(detuning[chosen].min())
    further = detuning - start
    if start < min(_HEAT_CHANGES * kt_mev, _HEAT_TOLD_MEV):
        found = _tail_beside(scans, further, volts, chosen, line, sigma2, cooled=np.exp(-further / kt_mev))
        if found is not None:
            return found
    return _tail_beside(scans, further, volts, chosen, line, sigma2, cooled=None)


def _tail_beside(
    scans: ScanSet,
    further: FloatArray,
    volts: FloatArray,
    chosen: np.ndarray,
    line: FloatArray,
    sigma2: float,
    *,
    cooled: FloatArray | None,
) -> tuple[float, list[FloatArray]] | None:
    """Return the tail that fits best beside the line; None where none is seen, or none that differs from a line."""

    def misfits(urbach_mev: FloatArray) -> FloatArray:
        tails = scans.power_uw[chosen] * np.exp(-further[chosen] / urbach_mev[:, None])
        shapes = [tails] if cooled is None else [tails * cooled[chosen], tails]
        plain = np.broadcast_to(line[chosen], (urbach_mev.size, *line[chosen].shape))
        design = np.concatenate([plain, *(shape[..., None] / tails.max() for shape in shapes)], axis=-1)
        right = np.swapaxes(design, 1, 2) @ volts[chosen]
        normal = np.swapaxes(design, 1, 2) @ design
        amplitudes = np.linalg.solve(normal, right[..., None])[..., 0]
        left: FloatArray = volts[chosen] @ volts[chosen] - np.sum(right * amplitudes, axis=1)
        return np.where(amplitudes[:, -1] > 0, left, np.inf)

    grid = np.geomspace(*_URBACH_RANGE_MEV, _URBACH_STEPS)
    best = int(np.argmin(misfits(grid)))
    fine = np.geomspace(grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)], _URBACH_STEPS)
    values = misfits(fine)
    without = float(np.linalg.lstsq(line[chosen], volts[chosen], rcond=None)[1].sum())
    if without - values.min() < _TAIL_IS_SEEN * sigma2:
        return None
    urbach = float(fine[np.argmin(values)])
    if urbach > _TELLS_FROM_LINE * _URBACH_RANGE_MEV[1]:
        return None
    tail = scans.power_uw * np.exp(-further / urbach)
    shapes = [tail, tail * further / urbach]
    return urbach, shapes if cooled is None else [*shapes, tail * cooled]
