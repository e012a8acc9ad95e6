"""Transients below the gap at the warmest temperature, one of them a matrix over probe wavelengths, and the response.

What rises is left with its total rate, so that the rise time is free beside η: it takes the paper's range.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.companion.transient.virtual import TransientTruth, virtual_response, virtual_transient
from asplab.core.units import FloatArray, wavelength_from_energy
from asplab.core.virtual.companions.simulated import Row, Simulated
from asplab.core.virtual.emission import Condition, conditions
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.light import true_eta
from asplab.core.virtual.truth import emission_mev

_FOLDER = "transients"
_FASTEST, _SLOWEST = (33.0, 52.0), (100.0, 220.0)
"""ΔE in meV and rise time in fs [Zhang 2024, Table S5]."""
_FROM_MEV, _TO_MEV = 30.0, 105.0
_MOST = 4
_MATRIX = 1
"""Which of the transients is a matrix."""
_FWHM_FS, _ZERO_FS = 100.0, 15.0
_PROBES = 12
_NOISE = 0.02
_DELAYS_FS = np.arange(-300.0, 1200.0, 15.0)
_RESPONSE_FS = np.arange(-300.0, 300.0, 15.0)


def rise_fs(detuning_mev: float) -> float:
    """Return the true rise time: exponential in ΔE between the ends of the paper's range."""
    (low, fast), (high, slow) = _FASTEST, _SLOWEST
    return fast * math.exp((detuning_mev - low) / (high - low) * math.log(slow / fast))


def _chosen(experiment: VirtualExperiment) -> list[Condition]:
    """Return up to four excitations of the warmest temperature, spread over the paper's range."""
    below = {c.excitation_nm: c for c in conditions(experiment, experiment.temperatures_k[-1]) if c.kind == "aspl"}
    fitting = [c for c in below.values() if _FROM_MEV <= c.detuning_mev <= _TO_MEV]
    places = np.linspace(0, len(fitting) - 1, min(_MOST, len(fitting)))
    return [fitting[round(float(place))] for place in places]


def _write(folder: Path, experiment: VirtualExperiment, rng: np.random.Generator) -> Iterator[Row]:
    chosen = _chosen(experiment)
    if not chosen:
        return
    (folder / _FOLDER).mkdir()
    response = TransientTruth(0.0, _ZERO_FS, _FWHM_FS)
    measured = virtual_response(rng, response, delay_fs=_RESPONSE_FS)
    yield _written(folder, "irf.csv", ["delay_fs", "signal"], [_RESPONSE_FS, measured], kind="irf")
    for k, condition in enumerate(chosen):
        truth = TransientTruth(rise_fs(condition.detuning_mev), _ZERO_FS, _FWHM_FS)
        probes = _PROBES if k == _MATRIX else 1
        found = virtual_transient(rng, truth, delay_fs=_DELAYS_FS, probes=probes, noise=_NOISE)
        header, columns = ["delay_fs", "signal", "signal_error"], [_DELAYS_FS, found.signal[:, 0], found.error[:, 0]]
        if probes > 1:
            header, columns = ["delay_fs", *(f"{nm:.1f} nm" for nm in found.probe_nm)], [_DELAYS_FS, *found.signal.T]
        name = f"transient_{condition.excitation_nm:.2f}nm.csv"
        yield _written(folder, name, header, columns, kind="transient") | {
            "temperature_k": f"{experiment.temperatures_k[-1]:g}",
            "excitation_nm": f"{condition.excitation_nm:.2f}",
        }


def _written(folder: Path, name: str, header: list[str], columns: list[FloatArray], *, kind: str) -> dict[str, str]:
    lines = [",".join(f"{value:.6g}" for value in row) for row in zip(*columns, strict=True)]
    file = f"{_FOLDER}/{name}"
    (folder / file).write_text("\n".join([",".join(header), *lines]) + "\n", encoding="utf-8", newline="\n")
    return {"file": file, "kind": kind}


def _truth(experiment: VirtualExperiment) -> dict[str, Any]:
    found = []
    kelvin = experiment.temperatures_k[-1]
    for condition in _chosen(experiment):
        # As told: an ensemble takes another η than its mean gap.
        vacuum_nm = wavelength_from_energy(emission_mev(kelvin) - condition.detuning_mev)
        eta = float(true_eta(experiment, vacuum_nm, kelvin))
        rate = 1e3 / rise_fs(condition.detuning_mev)
        found.append(
            {
                "excitation_nm": round(condition.excitation_nm, 2),
                "detuning_mev": round(condition.detuning_mev, 3),
                "rise_fs": rise_fs(condition.detuning_mev),
                "upconversion_per_ps": eta * rate,
                "loss_per_ps": (1.0 - eta) * rate,
            }
        )
    return {"response_fwhm_fs": _FWHM_FS, "zero_fs": _ZERO_FS, "transients": found}


TRANSIENTS = Simulated("transients", 5, _write, _truth)
