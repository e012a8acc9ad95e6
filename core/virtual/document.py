"""What ``truth.json`` says of a virtual experiment."""

import dataclasses
from importlib.metadata import version

import numpy as np

from asplab.core.units import FloatArray, energy_from_wavelength
from asplab.core.virtual.companions import companion_truth
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.instruments import Condition, conditions, scan_wavelengths_nm, transmitted_fraction
from asplab.core.virtual.light import true_eta
from asplab.core.virtual.states import States, effect_streams, temperature_generator, true_states
from asplab.core.virtual.truth import Eq9Truth, emission_mev


def truth_document(experiment: VirtualExperiment, *, seed: int) -> dict[str, object]:
    """Return the true values under the keys of ``results.json``; what a truth does not have is None.

    ``truncation`` is the fraction of the emitted photons that the filter passes, without any guard band.
    """
    temperatures = experiment.temperatures_k
    states = {t: _states(experiment, t, seed=seed) for t in temperatures}
    return {
        "schema": "asplab-truth/1",
        "simulated": True,
        "software": {"name": "asplab", "version": version("asplab")},
        "sources": [],
        "settings": {},
        "gap": [_gap_row(t, states[t]) for t in temperatures],
        "quantum_yield": [_quantum_yield_row(experiment, t) for t in temperatures],
        "efficiency": [
            _efficiency_row(experiment, t, condition, _of_condition(states[t], index))
            for t in temperatures
            for index, condition in enumerate(conditions(experiment, t))
            if condition.kind == "aspl"
        ],
        "polaron": _polaron_rows(experiment),
        "companion": companion_truth(experiment),
        "problems": [],
        "simulation": {"seed": seed, "experiment": _knobs(experiment)},
    }


def _knobs(experiment: VirtualExperiment) -> dict[str, object]:
    """Return all knobs; effects and companions only where there is one."""
    knobs = dataclasses.asdict(experiment)
    if experiment.effects.are_off:
        del knobs["effects"]
    if not experiment.companions:
        del knobs["companions"]
    return knobs


def _states(experiment: VirtualExperiment, temperature_k: float, *, seed: int) -> States:
    streams = effect_streams(temperature_generator(seed, temperature_k))
    points = scan_wavelengths_nm(experiment, temperature_k).size
    return true_states(experiment, conditions(experiment, temperature_k), temperature_k, streams, scan_points=points)


def _of_condition(states: States, index: int) -> tuple[float, float]:
    """Return the true temperature and excitation of a condition, averaged over its repeats."""
    return _mean(states.temperature_k[index]), _mean(states.excitation_nm[index])


def _mean(values: FloatArray) -> float:
    """Return a mean that gives equal values back to the last digit."""
    first = float(values.flat[0])
    return first + float(np.mean(values - first))


def _gap_row(temperature_k: float, states: States) -> dict[str, object]:
    gap_mev = emission_mev(_mean(states.temperature_k) if states.temperature_k.size else temperature_k)
    return {"temperature_k": temperature_k, "gap_mev": gap_mev, "gap_mev_error": None, "mean_photon_mev": gap_mev}


def _quantum_yield_row(experiment: VirtualExperiment, temperature_k: float) -> dict[str, object]:
    return {
        "temperature_k": temperature_k,
        "quantum_yield": experiment.quantum_yield,
        "quantum_yield_error": None,
        "quantum_yield_interval68": [None, None],
    }


def _efficiency_row(
    experiment: VirtualExperiment, temperature_k: float, condition: Condition, true: tuple[float, float]
) -> dict[str, object]:
    true_k, true_nm = true
    gap_mev = emission_mev(true_k)
    detuning_mev = gap_mev - float(energy_from_wavelength(true_nm))
    eta = float(true_eta(experiment, true_nm, true_k))
    heat_mev = gap_mev - detuning_mev - eta * experiment.quantum_yield * gap_mev
    return {
        "temperature_k": temperature_k,
        "excitation_nm": condition.excitation_nm,
        "detuning_mev": detuning_mev,
        "detuning_mev_error": None,
        "eta": eta,
        "eta_error": None,
        "eta_interval68": [None, None],
        "ratio_slope_per_mev": eta / heat_mev if heat_mev else None,
        "truncation": transmitted_fraction(experiment, condition, temperature_k),
        "flags": ["net_cooling"] if heat_mev < 0 else [],
    }


def _polaron_rows(experiment: VirtualExperiment) -> list[dict[str, object]]:
    truth = experiment.truth
    if not isinstance(truth, Eq9Truth):
        return []
    rows = [_polaron_row(truth, t, scope="temperature") for t in experiment.temperatures_k]
    if truth.is_shared:
        rows.append(_polaron_row(truth, experiment.temperatures_k[0], scope="joint"))
    return rows


def _polaron_row(truth: Eq9Truth, temperature_k: float, *, scope: str) -> dict[str, object]:
    g_mev, phonon_mev, log_scale = truth.parameters(temperature_k)
    return {
        "scope": scope,
        "temperature_k": temperature_k if scope == "temperature" else None,
        "model": "eq9",
        "g_mev": g_mev,
        "g_mev_error": None,
        "g_mev_interval68": [None, None],
        "phonon_mev": phonon_mev,
        "phonon_mev_error": None,
        "phonon_mev_interval68": [None, None],
        "huang_rhys": (g_mev / phonon_mev) ** 2,
        "polaron_energy_mev": g_mev**2 / phonon_mev,
        "log_scale": log_scale,
        "identified": True,
        "chi2": None,
        "dof": None,
        "aicc": None,
    }
