"""The instruments of the virtual experiment: raw camera counts and lock-in volts of a virtual sample.

Everything is simulated; every number is explained in ``resources/guide/virtual-experiment.md``. Nothing here
is shared with the analysis except the constants of `asplab.core.units` and the formula of Eq. 9.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray
from asplab.core.virtual.camera import IntArray, dark_frames, detect
from asplab.core.virtual.emission import (
    Condition,
    band_electrons,
    conditions,
    filter_transmission,
    stray_electrons,
    throughput,
    transmitted_fraction,
)
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.light import pump_power_uw
from asplab.core.virtual.scans import Piece, baseline_volts, heat_volts, measure_scans, scan_wavelengths_nm
from asplab.core.virtual.spectra import Extra, extra_spectra, spectra
from asplab.core.virtual.states import States, effect_streams, true_states

__all__ = [
    "Condition",
    "RawTemperature",
    "band_electrons",
    "baseline_volts",
    "conditions",
    "dark_frames",
    "detect",
    "filter_transmission",
    "heat_volts",
    "measured_response",
    "pump_power_uw",
    "scan_wavelengths_nm",
    "simulate_arrays",
    "stray_electrons",
    "throughput",
    "transmitted_fraction",
]


@dataclass(frozen=True, slots=True, eq=False)
class RawTemperature:
    """The raw data of one temperature, read-only.

    ``counts`` is (condition, repeat, pixel), ``power_uw`` (condition, repeat) and the lock-in channels and
    ``scan_power_uw`` (repeat, point). ``drift`` is the true common factor of each repeat, which no
    instrument tells. ``states`` are true and told values, ``pieces`` the parts of the scans where they were
    recorded in parts, ``extras`` the spectra beside the conditions.
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
    states: States
    pieces: tuple[Piece, ...] = ()
    extras: tuple[Extra, ...] = ()

    def __post_init__(self) -> None:
        """Make every array read-only."""
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False


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
    streams = effect_streams(rng)
    points = scan_wavelengths_nm(experiment, temperature_k).size
    states = true_states(experiment, measured, temperature_k, streams, scan_points=points)
    drift = rng.normal(1.0, experiment.drift, size=experiment.repeats)
    shape = (len(measured), experiment.repeats)
    own = rng.normal(1.0, experiment.independent_drift, size=shape)
    power = np.array([condition.power_uw for condition in measured]).reshape(-1, 1)
    scan_drift = drift
    if experiment.effects.unpaired:
        scan_drift = streams["scan_drift"].normal(1.0, experiment.drift, size=experiment.repeats)
    scans = measure_scans(experiment, rng, states, scan_drift, temperature_k=temperature_k, streams=streams)
    brightness = drift * own * states.emission_share
    return RawTemperature(
        temperature_k=temperature_k,
        wavelength_nm=experiment.wavelength_nm,
        conditions=measured,
        counts=spectra(experiment, rng, measured, states, brightness),
        power_uw=power * rng.normal(1.0, experiment.power_noise, size=shape),
        scan_nm=scans.scan_nm,
        lockin_x_v=scans.lockin_x_v,
        lockin_y_v=scans.lockin_y_v,
        scan_power_uw=scans.power_uw,
        drift=drift,
        states=states,
        pieces=scans.pieces,
        extras=extra_spectra(experiment, measured, temperature_k, streams, drift=drift),
    )
