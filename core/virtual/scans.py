"""Photothermal scans of the virtual experiment: lock-in volts, whole or in pieces."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.units import FloatArray, energy_from_wavelength, wavelength_from_energy
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.light import PHOTON_MEV, changes_excitation, excited, pump_power_uw, vacuum_nm
from asplab.core.virtual.states import States, Streams
from asplab.core.virtual.truth import absorptance, emission_mev

_BOUNDARIES_MEV = (-20.0, -90.0)
_OVERLAP_MEV = 20.0
_LADDER = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A part of all scans of one temperature at one sensitivity; channels are (repeat, point)."""

    scan_nm: FloatArray
    lockin_x_v: FloatArray
    lockin_y_v: FloatArray
    power_uw: FloatArray
    sensitivity_v: float


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """All scans of one temperature; ``pieces`` is empty where each was recorded in one go."""

    scan_nm: FloatArray
    lockin_x_v: FloatArray
    lockin_y_v: FloatArray
    power_uw: FloatArray
    pieces: tuple[Piece, ...]


def heat_volts(experiment: VirtualExperiment, scan_nm: ArrayLike, temperature_k: float) -> FloatArray:
    """Return the true photothermal signal, signed: power x absorptance x fraction of it that heats [Eqs 3, 4].

    Above the gap the fraction QY of the absorbed photons leaves as light of the mean emission energy,
    below it the fraction eta QY. ``scan_nm`` are told wavelengths.
    """
    effects = experiment.effects
    true_nm = vacuum_nm(np.asarray(scan_nm, dtype=np.float64) + effects.scan_offset_nm, in_air=effects.in_air)
    energy_mev = energy_from_wavelength(true_nm)
    gap_mev = emission_mev(temperature_k)
    power = pump_power_uw(scan_nm, pump_uw=experiment.pump_uw) / experiment.pump_uw
    if changes_excitation(experiment, bandwidth_nm=effects.scan_bandwidth_nm):
        found = excited(experiment, true_nm, temperature_k, bandwidth_nm=effects.scan_bandwidth_nm)
        return np.asarray(experiment.pa_scale_v * power * (found.power - found.emitted * gap_mev / PHOTON_MEV))
    emitted = experiment.quantum_yield * experiment.truth.eta(gap_mev - energy_mev, temperature_k)
    heat = (energy_mev - emitted * gap_mev) / energy_mev
    return np.asarray(experiment.pa_scale_v * power * absorptance(energy_mev, temperature_k) * heat)


def baseline_volts(experiment: VirtualExperiment, scan_nm: ArrayLike, temperature_k: float) -> FloatArray:
    """Return the additive baseline of a PA scan: a constant with a gentle slope in energy, and what follows power."""
    above_mev = energy_from_wavelength(scan_nm) - emission_mev(temperature_k)
    volts = np.asarray(experiment.pa_scale_v * experiment.pa_baseline * (1.0 + 0.3 * above_mev / 300.0))
    power = pump_power_uw(scan_nm, pump_uw=experiment.pump_uw) / experiment.pump_uw
    return np.asarray(volts + experiment.pa_scale_v * experiment.effects.power_baseline * power)


def scan_wavelengths_nm(experiment: VirtualExperiment, temperature_k: float) -> FloatArray:
    """Return the wavelengths of a PA scan on a regular grid, ascending, to 0.01 nm."""
    gap_mev = emission_mev(temperature_k)
    first, last = wavelength_from_energy([gap_mev + experiment.pa_above_mev, gap_mev - experiment.pa_below_mev])
    points = int((last - first) / experiment.pa_step_nm) + 2
    start = math.floor(first / 0.1) * 0.1
    return np.asarray(np.round(start + experiment.pa_step_nm * np.arange(points), 2))


def measure_scans(
    experiment: VirtualExperiment,
    rng: np.random.Generator,
    states: States,
    drift: FloatArray,
    *,
    temperature_k: float,
    streams: Streams,
) -> Scans:
    """Return the scans of one temperature; ``drift`` (repeat,) is the factor of each of them."""
    scan_nm = scan_wavelengths_nm(experiment, temperature_k)
    shape = (experiment.repeats, scan_nm.size)
    own = rng.normal(1.0, experiment.independent_drift, size=experiment.repeats)
    brightness = (drift * own * states.heat_share)[:, np.newaxis]
    heat = np.array([heat_volts(experiment, scan_nm, t) for t in np.unique(states.scan_temperature_k)])
    signal = brightness * heat[np.searchsorted(np.unique(states.scan_temperature_k), states.scan_temperature_k)]
    phase = math.radians(states.phase_deg)
    clean_x = signal * math.cos(phase) + baseline_volts(experiment, scan_nm, temperature_k)
    clean_y = signal * math.sin(phase) + experiment.pa_scale_v * experiment.effects.pickup_y
    x = clean_x + rng.normal(0.0, experiment.pa_noise_v, size=shape)
    y = clean_y + rng.normal(0.0, experiment.pa_noise_v, size=shape)
    power = pump_power_uw(scan_nm, pump_uw=experiment.pump_uw) * rng.normal(
        1.0, experiment.scan_power_noise, size=shape
    )
    whole = Scans(scan_nm, x, y, power, ())
    return Scans(scan_nm, x, y, power, _pieces(experiment, whole, clean_x, clean_y, temperature_k, streams["overlap"]))


def _pieces(
    experiment: VirtualExperiment,
    whole: Scans,
    clean_x: FloatArray,
    clean_y: FloatArray,
    temperature_k: float,
    rng: np.random.Generator,
) -> tuple[Piece, ...]:
    """Cut scans 20 and 90 meV below the gap; what two pieces hold is measured twice."""
    effects = experiment.effects
    if effects.scan_segments == 1 and not effects.overload:
        return ()
    above_mev = energy_from_wavelength(whole.scan_nm) - emission_mev(temperature_k)
    edges = (math.inf, *_BOUNDARIES_MEV[: effects.scan_segments - 1], -math.inf)
    gains = (1.0, 1.0 + effects.segment_gain_error, 1.0 - effects.segment_gain_error)
    pieces = []
    for number in range(effects.scan_segments):
        inside = (above_mev < edges[number] + _OVERLAP_MEV) & (above_mev > edges[number + 1] - _OVERLAP_MEV)
        x, y, power = whole.lockin_x_v.copy(), whole.lockin_y_v.copy(), whole.power_uw.copy()
        again = above_mev > edges[number] - _OVERLAP_MEV
        shape = (experiment.repeats, int(again.sum()))
        x[:, again] = clean_x[:, again] + rng.normal(0.0, experiment.pa_noise_v, size=shape)
        y[:, again] = clean_y[:, again] + rng.normal(0.0, experiment.pa_noise_v, size=shape)
        power[:, again] *= rng.normal(1.0, experiment.scan_power_noise, size=shape)
        x, y = gains[number] * x[:, inside], gains[number] * y[:, inside]
        largest = float(max(np.abs(x).max(), np.abs(y).max()))
        full_scale = _full_scale_v(1.2 * largest)
        if effects.overload and number == 0:
            full_scale = float(f"{effects.overload * largest:.4g}")
            x, y = np.clip(x, -full_scale, full_scale), np.clip(y, -full_scale, full_scale)
        pieces.append(Piece(whole.scan_nm[inside], x, y, power[:, inside], full_scale))
    return tuple(pieces)


def _full_scale_v(volts: float) -> float:
    """Return the next sensitivity of a lock-in, in steps of 1, 2 and 5."""
    decade = 10.0 ** math.floor(math.log10(volts))
    return float(f"{min(step * decade for step in _LADDER if step * decade >= volts):.3g}")
