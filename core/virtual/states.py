"""What is true and what is told of every spectrum and scan of the virtual experiment."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray
from asplab.core.virtual.emission import Condition, overexposure_s
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.light import vacuum_nm

Streams = Mapping[str, np.random.Generator]

# the order decides which random numbers belong to which effect: append only
_STREAMS = (
    "temperature", "wavelength", "thermometer", "phase", "scan_drift", "overlap", "remeasured", "reference",
    "background", "blank", "lines",
)  # fmt: skip
_CHANGE_S, _POINT_S = 10.0, 0.05
_NEXT_DAY_S = 40.0 * 3600.0


_TEMPERATURE, _POWER = 1, 5


def generator(seed: int, *key: int) -> np.random.Generator:
    """Return the stream that SeedSequence(seed).spawn gives a child, here by what it is for."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def temperature_generator(seed: int, temperature_k: float) -> np.random.Generator:
    """Return the source of all noise of one temperature."""
    return generator(seed, _TEMPERATURE, round(temperature_k * 1e6))


def power_stream(seed: int, temperature_k: float) -> np.random.Generator:
    """Return the source of the noise of the power series of one temperature."""
    return generator(seed, _POWER, round(temperature_k * 1e6))


def effect_streams(rng: np.random.Generator) -> Streams:
    """Return one source of random numbers per effect, none of which touches ``rng``'s own numbers."""
    return dict(zip(_STREAMS, rng.spawn(len(_STREAMS)), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """True and told values; of spectra (condition, repeat), of scans (repeat,).

    Times are seconds since the first spectrum of the temperature; ``emission_share`` and ``heat_share`` (repeat,)
    are what bleaching leaves. Excitations are vacuum wavelengths where true.
    """

    temperature_k: FloatArray
    told_temperature_k: FloatArray
    excitation_nm: FloatArray
    told_excitation_nm: FloatArray
    exposure_s: FloatArray
    time_s: FloatArray
    scan_temperature_k: FloatArray
    told_scan_temperature_k: FloatArray
    scan_time_s: FloatArray
    phase_deg: float
    emission_share: FloatArray
    heat_share: FloatArray


def true_states(
    experiment: VirtualExperiment,
    measured: tuple[Condition, ...],
    temperature_k: float,
    streams: Streams,
    *,
    scan_points: int,
) -> States:
    """Return the states of all spectra and scans of one temperature."""
    effects, repeats = experiment.effects, experiment.repeats
    offset_k = effects.thermometer_error_k * streams["thermometer"].normal()
    set_k = np.full((len(measured) + 1, repeats), temperature_k)
    told_k = _readback(set_k, streams["temperature"], effects.temperature_readback_k)
    told_scan_k = told_k[0] + effects.temperature_mismatch_k
    set_nm = np.tile(np.array([condition.excitation_nm for condition in measured])[:, np.newaxis], (1, repeats))
    told_nm = _readback(set_nm, streams["wavelength"], effects.wavelength_readback_nm)
    exposure_s = _exposures_s(experiment, measured, temperature_k)
    time_s, scan_time_s = _times_s(experiment, measured, exposure_s, scan_points=scan_points)
    share = np.asarray((1.0 - effects.bleaching) ** (np.arange(repeats) - 0.5 * (repeats - 1)), dtype=np.float64)
    return States(
        temperature_k=told_k[1:] + offset_k,
        told_temperature_k=told_k[1:],
        excitation_nm=vacuum_nm(told_nm + effects.laser_offset_nm, in_air=effects.in_air),
        told_excitation_nm=told_nm,
        exposure_s=exposure_s,
        time_s=time_s,
        scan_temperature_k=told_scan_k + offset_k,
        told_scan_temperature_k=told_scan_k,
        scan_time_s=scan_time_s,
        phase_deg=experiment.pa_phase_deg + effects.phase_drift_deg * streams["phase"].normal(),
        emission_share=share,
        heat_share=share if effects.bleaches_heat else np.ones(repeats),
    )


def _readback(set_values: FloatArray, rng: np.random.Generator, spread: float) -> FloatArray:
    """Return values that scatter about the set ones, as they are read to two decimals."""
    scatter = spread * rng.normal(size=set_values.shape)
    return np.round(set_values + scatter, 2) if spread else set_values


def _exposures_s(experiment: VirtualExperiment, measured: tuple[Condition, ...], temperature_k: float) -> FloatArray:
    spoilt = experiment.effects.saturated_repeats
    exposures = np.array([condition.exposure_s for condition in measured])[:, np.newaxis]
    exposures = exposures + np.zeros((len(measured), experiment.repeats))
    if spoilt and measured and measured[0].kind == "pl":
        exposures[0, 1 : 1 + spoilt] = overexposure_s(experiment, measured[0], temperature_k)
    return np.asarray(exposures)


def _times_s(
    experiment: VirtualExperiment, measured: tuple[Condition, ...], exposure_s: FloatArray, *, scan_points: int
) -> tuple[FloatArray, FloatArray]:
    """Return when each spectrum and each scan began: all spectra of a repeat, then its scan, then the next.

    Unpaired, all scans follow the last spectrum. A second day begins 40 h later.
    """
    effects = experiment.effects
    counts = np.array([condition.accumulations for condition in measured])[:, np.newaxis]
    lasts = exposure_s * counts + _CHANGE_S
    scan_s = _POINT_S * scan_points + _CHANGE_S
    within = np.cumsum(lasts, axis=0) - lasts
    period = lasts.sum(axis=0) + (0.0 if effects.unpaired else scan_s)
    begins = np.cumsum(period) - period
    scans = begins + period - scan_s
    if effects.unpaired:
        scans = period.sum() + scan_s * np.arange(experiment.repeats)
    later = np.array([_NEXT_DAY_S if condition.series == "day 2" else 0.0 for condition in measured])
    return np.asarray(begins + within + later[:, np.newaxis]), np.asarray(scans)
