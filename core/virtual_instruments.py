"""The instruments of the virtual experiment: raw camera counts and lock-in volts of a virtual sample.

Everything is simulated; every number is explained in ``resources/guide/virtual-experiment.md``. Nothing here
is shared with the analysis except the constants of `asplab.core.units` and the formula of Eq. 9.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asplab.core.errors import SettingsError
from asplab.core.units import FloatArray, energy_from_wavelength, wavelength_from_energy
from asplab.core.virtual_experiment import VirtualExperiment
from asplab.core.virtual_truth import absorptance, band_density, emission_mev

IntArray = NDArray[np.int64]

_LARGEST_COUNT = 65535
_PHOTON_MEV = 2450.0  # photon energy at which `emission_e_per_s` is quoted
_LEAK_SIGMA_NM = 2.5 / 2.3548200450309493
_LONGPASS_OFFSET_NM, _SHORTPASS_OFFSET_NM, _FILTER_WIDTH_NM = 8.0, 6.0, 0.6


@dataclass(frozen=True, slots=True)
class Condition:
    """One emission measurement: excitation, filter and exposure, as set and known to the experimenter.

    ``detuning_mev`` is the true distance of the excitation below the emission energy (negative above it);
    ``power_uw`` the true pump power.
    """

    kind: str
    excitation_nm: float
    detuning_mev: float
    longpass_nm: float | None
    shortpass_nm: float | None
    power_uw: float
    exposure_s: float


@dataclass(frozen=True, slots=True, eq=False)
class RawTemperature:
    """The raw data of one temperature, read-only.

    ``counts`` is (condition, repeat, pixel), ``power_uw`` (condition, repeat) and the lock-in channels and
    ``scan_power_uw`` (repeat, point). ``drift`` is the true common factor of each repeat, which no
    instrument tells.
    """

    temperature_k: float
    wavelength_nm: FloatArray
    conditions: tuple[Condition, ...]
    counts: IntArray
    power_uw: FloatArray
    scan_nm: FloatArray
    lockin_x_v: FloatArray
    lockin_y_v: FloatArray
    scan_power_uw: FloatArray
    drift: FloatArray

    def __post_init__(self) -> None:
        """Make every array read-only."""
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False


def pump_power_uw(wavelength_nm: ArrayLike, *, pump_uw: float) -> FloatArray:
    """Return the true pump power: 0.6 to 1.2 times ``pump_uw``, smooth in wavelength."""
    phase = 2.0 * np.pi * (np.asarray(wavelength_nm, dtype=np.float64) - 512.0) / 132.0
    return np.asarray(pump_uw * (0.9 + 0.3 * np.cos(phase)))


def throughput(wavelength_nm: ArrayLike) -> FloatArray:
    """Return the true relative response of grating and camera, blazed in the red."""
    return 0.22 + 0.0016 * (np.asarray(wavelength_nm, dtype=np.float64) - 450.0)


def filter_transmission(
    wavelength_nm: ArrayLike, *, longpass_nm: float | None, shortpass_nm: float | None
) -> FloatArray:
    """Return the transmission of the edge filters: sigmoids in wavelength, 0.6 nm wide."""
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    passed = np.ones_like(wavelength)
    if longpass_nm is not None:
        passed = passed * _sigmoid((wavelength - longpass_nm) / _FILTER_WIDTH_NM)
    if shortpass_nm is not None:
        passed = passed * _sigmoid((shortpass_nm - wavelength) / _FILTER_WIDTH_NM)
    return passed


def _sigmoid(z: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def conditions(experiment: VirtualExperiment, temperature_k: float) -> tuple[Condition, ...]:
    """Return the emission measurements at one temperature, above the gap first.

    Raises
    ------
    SettingsError
        Where two detunings fall on the same laser wavelength.
    """
    above = [-detuning for detuning in experiment.stokes_detuning_mev]
    found = tuple(_condition(experiment, temperature_k, d) for d in (*above, *experiment.detuning_mev))
    wavelengths = [condition.excitation_nm for condition in found]
    for wavelength in wavelengths:
        if wavelengths.count(wavelength) > 1:
            raise SettingsError(
                f"two detunings need the same excitation of {wavelength:.2f} nm at {temperature_k:g} K; "
                "keep them 0.05 meV or more apart."
            )
    return found


def _condition(experiment: VirtualExperiment, temperature_k: float, detuning_mev: float) -> Condition:
    gap_mev = emission_mev(temperature_k)
    excitation_nm = round(float(wavelength_from_energy(gap_mev - detuning_mev)), 2)
    is_stokes = detuning_mev < 0
    draft = Condition(
        kind="pl" if is_stokes else "aspl",
        excitation_nm=excitation_nm,
        detuning_mev=gap_mev - float(energy_from_wavelength(excitation_nm)),
        longpass_nm=round(excitation_nm + _LONGPASS_OFFSET_NM, 1) if is_stokes else None,
        shortpass_nm=None if is_stokes else round(excitation_nm - _SHORTPASS_OFFSET_NM, 1),
        power_uw=float(pump_power_uw(excitation_nm, pump_uw=experiment.pump_uw)),
        exposure_s=1.0,
    )
    # an experimenter exposes as long as the band (and the leak, against saturation) allows
    band = float(np.max(band_electrons(experiment, draft, temperature_k)))
    everything = float(np.max(stray_electrons(experiment, draft))) + band
    full_well = 0.8 * _LARGEST_COUNT * experiment.e_per_count / experiment.em_gain
    allowed = [
        exposure
        for exposure in experiment.exposures_s
        if exposure * band <= experiment.peak_target_e and exposure * everything <= full_well
    ]
    exposure_s = max(allowed, default=experiment.exposures_s[0])
    return replace(draft, exposure_s=exposure_s)


def band_electrons(experiment: VirtualExperiment, condition: Condition, temperature_k: float) -> FloatArray:
    """Return the expected photoelectrons per pixel of the emission band, without drift.

    Photons absorbed per second are power x absorptance / photon energy, so that Eq. 5 holds for the
    quotient of this and `heat_volts`.
    """
    wavelength = experiment.wavelength_nm
    excitation_mev = float(energy_from_wavelength(condition.excitation_nm))
    absorbed = float(absorptance(excitation_mev, temperature_k)) * _PHOTON_MEV / excitation_mev
    eta = float(experiment.truth.eta(condition.detuning_mev, temperature_k))
    rate = experiment.emission_e_per_s * condition.power_uw / experiment.pump_uw
    energy_mev = energy_from_wavelength(wavelength)
    # photons per pixel = photons per meV x |dE/dlambda| x pixel width
    per_pixel = band_density(energy_mev, temperature_k) * energy_mev / wavelength * experiment.pixel_nm
    emitted = rate * absorbed * eta * experiment.quantum_yield * condition.exposure_s
    return np.asarray(emitted * per_pixel * throughput(wavelength) * _passed(condition, wavelength))


def stray_electrons(experiment: VirtualExperiment, condition: Condition) -> FloatArray:
    """Return the expected photoelectrons per pixel of stray light and laser leak."""
    wavelength = experiment.wavelength_nm
    line = np.exp(-0.5 * ((wavelength - condition.excitation_nm) / _LEAK_SIGMA_NM) ** 2)
    leak = experiment.leak_e_per_s * condition.power_uw / experiment.pump_uw * line
    light = experiment.background_e_per_s + leak * _passed(condition, wavelength)
    return np.asarray(condition.exposure_s * light * throughput(wavelength))


def _passed(condition: Condition, wavelength_nm: FloatArray) -> FloatArray:
    return filter_transmission(wavelength_nm, longpass_nm=condition.longpass_nm, shortpass_nm=condition.shortpass_nm)


def transmitted_fraction(condition: Condition, temperature_k: float) -> float:
    """Return the fraction of the emitted photons that the filter of a condition lets through."""
    energy_mev = emission_mev(temperature_k) + np.linspace(-500.0, 500.0, 20001)
    density = band_density(energy_mev, temperature_k)
    passed = _passed(condition, wavelength_from_energy(energy_mev))
    return float(np.sum(density * passed) / np.sum(density))


def heat_volts(experiment: VirtualExperiment, scan_nm: ArrayLike, temperature_k: float) -> FloatArray:
    """Return the true photothermal signal, signed: power x absorptance x fraction of it that heats [Eqs 3, 4].

    Above the gap the fraction QY of the absorbed photons leaves as light of the mean emission energy,
    below it the fraction eta QY.
    """
    energy_mev = energy_from_wavelength(scan_nm)
    gap_mev = emission_mev(temperature_k)
    emitted = experiment.quantum_yield * experiment.truth.eta(gap_mev - energy_mev, temperature_k)
    heat = (energy_mev - emitted * gap_mev) / energy_mev
    power = pump_power_uw(scan_nm, pump_uw=experiment.pump_uw) / experiment.pump_uw
    return np.asarray(experiment.pa_scale_v * power * absorptance(energy_mev, temperature_k) * heat)


def baseline_volts(experiment: VirtualExperiment, scan_nm: ArrayLike, temperature_k: float) -> FloatArray:
    """Return the additive baseline of a PA scan: a constant with a gentle slope in energy."""
    above_mev = energy_from_wavelength(scan_nm) - emission_mev(temperature_k)
    return np.asarray(experiment.pa_scale_v * experiment.pa_baseline * (1.0 + 0.3 * above_mev / 300.0))


def scan_wavelengths_nm(experiment: VirtualExperiment, temperature_k: float) -> FloatArray:
    """Return the wavelengths of a PA scan on a regular grid, ascending, to 0.01 nm."""
    gap_mev = emission_mev(temperature_k)
    first, last = wavelength_from_energy([gap_mev + experiment.pa_above_mev, gap_mev - experiment.pa_below_mev])
    points = int((last - first) / experiment.pa_step_nm) + 2
    start = math.floor(first / 0.1) * 0.1
    return np.asarray(np.round(start + experiment.pa_step_nm * np.arange(points), 2))


def detect(experiment: VirtualExperiment, rng: np.random.Generator, electrons: FloatArray) -> IntArray:
    """Return the counts of an electron-multiplying CCD for expected photoelectrons per pixel.

    Shot noise, clock-induced charge, the gamma-distributed gain register (excess noise factor 2
    [Hirsch 2013]), read noise, offset, and a 16-bit converter that saturates.
    """
    collected = rng.poisson(electrons + experiment.clock_charge_e)
    amplified = rng.gamma(collected, experiment.em_gain)
    read = rng.normal(0.0, experiment.read_noise_e, size=amplified.shape)
    counts = experiment.offset_counts + (amplified + read) / experiment.e_per_count
    return np.asarray(np.clip(np.rint(counts), 0, _LARGEST_COUNT).astype(np.int64))


def dark_frames(experiment: VirtualExperiment, rng: np.random.Generator) -> IntArray:
    """Return frames with the shutter closed, (repeat, pixel): no light and, for clarity, no cosmic rays."""
    return detect(experiment, rng, np.zeros((experiment.repeats, experiment.pixels)))


def measured_response(experiment: VirtualExperiment, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return wavelengths every 2 nm over the camera and the response measured there, 1 at its maximum."""
    axis = experiment.wavelength_nm
    wavelength = np.arange(np.floor(axis[0]) - 2.0, axis[-1] + 4.0, 2.0)
    relative = throughput(wavelength) / np.max(throughput(wavelength))
    return wavelength, relative * rng.normal(1.0, experiment.response_noise, size=wavelength.shape)


def simulate_arrays(experiment: VirtualExperiment, rng: np.random.Generator, temperature_k: float) -> RawTemperature:
    """Return the raw data of one temperature in memory.

    Parameters
    ----------
    experiment : VirtualExperiment
        Its ``temperatures_k`` are not looked at.
    rng : numpy.random.Generator
        Source of all noise.
    temperature_k : float
        Sample temperature.

    Raises
    ------
    SettingsError
        Where the truth does not reach this temperature or two detunings share a laser wavelength.
    """
    measured = conditions(experiment, temperature_k)
    drift = rng.normal(1.0, experiment.drift, size=experiment.repeats)
    shape = (len(measured), experiment.repeats)
    own = rng.normal(1.0, experiment.independent_drift, size=shape)
    power = np.array([condition.power_uw for condition in measured]).reshape(-1, 1)
    scan_nm = scan_wavelengths_nm(experiment, temperature_k)
    x, y, scan_power = _scans(experiment, rng, scan_nm, temperature_k, drift)
    return RawTemperature(
        temperature_k=temperature_k,
        wavelength_nm=experiment.wavelength_nm,
        conditions=measured,
        counts=_spectra(experiment, rng, measured, temperature_k, drift * own),
        power_uw=power * rng.normal(1.0, experiment.power_noise, size=shape),
        scan_nm=scan_nm,
        lockin_x_v=x,
        lockin_y_v=y,
        scan_power_uw=scan_power,
        drift=drift,
    )


def _spectra(
    experiment: VirtualExperiment,
    rng: np.random.Generator,
    measured: tuple[Condition, ...],
    temperature_k: float,
    brightness: FloatArray,
) -> IntArray:
    """Return counts (condition, repeat, pixel); ``brightness`` is (condition, repeat)."""
    counts = np.zeros((*brightness.shape, experiment.pixels), dtype=np.int64)
    for index, condition in enumerate(measured):
        band = band_electrons(experiment, condition, temperature_k)
        light = brightness[index][:, np.newaxis] * band + stray_electrons(experiment, condition)
        counts[index] = detect(experiment, rng, light)
    _strike(experiment, rng, counts)
    return counts


def _strike(experiment: VirtualExperiment, rng: np.random.Generator, counts: IntArray) -> None:
    """Add cosmic rays, 1 to 3 pixels wide, to (condition, repeat, pixel) counts in place."""
    flat = counts.reshape(-1, counts.shape[-1])
    for row, hits in enumerate(rng.poisson(experiment.cosmic_rays, size=len(flat))):
        for _ in range(hits):
            first, width = rng.integers(flat.shape[1]), rng.integers(1, 4)
            struck = flat[row, first : first + width]
            heights = np.rint(rng.exponential(experiment.cosmic_counts, size=struck.shape))
            struck[:] = np.minimum(struck + heights.astype(np.int64), _LARGEST_COUNT)


def _scans(
    experiment: VirtualExperiment,
    rng: np.random.Generator,
    scan_nm: FloatArray,
    temperature_k: float,
    drift: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return lock-in X, Y and the power readings, each (repeat, point)."""
    shape = (experiment.repeats, scan_nm.size)
    own = rng.normal(1.0, experiment.independent_drift, size=experiment.repeats)
    signal = (drift * own)[:, np.newaxis] * heat_volts(experiment, scan_nm, temperature_k)
    phase = math.radians(experiment.pa_phase_deg)
    baseline = baseline_volts(experiment, scan_nm, temperature_k)
    x = signal * math.cos(phase) + baseline + rng.normal(0.0, experiment.pa_noise_v, size=shape)
    y = signal * math.sin(phase) + rng.normal(0.0, experiment.pa_noise_v, size=shape)
    reading = rng.normal(1.0, experiment.scan_power_noise, size=shape)
    return x, y, pump_power_uw(scan_nm, pump_uw=experiment.pump_uw) * reading
