"""Quantum yields beside that of R: a power series above the gap, and spectra of an integrating sphere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.companion.quantum_yield.sphere_spectra import SphereSpectra
from asplab.core.companion.quantum_yield.virtual import (
    AbcTruth,
    SphereTruth,
    virtual_abc,
    virtual_dilute,
    virtual_sphere,
)
from asplab.core.units import FloatArray
from asplab.core.virtual.companions.simulated import Row, Simulated
from asplab.core.virtual.emission import Condition
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.instruments import conditions

_FOLDER = "yields"
_RELATIVE_POWERS = np.geomspace(1e-3, 20.0, 21)
_COUNTS = 1e6
_ROOM_K, _SPHERE_NM = 295.0, 450.0
_BRIGHTER = 0.03
"""By how much a suspension yields more than the film, up to 1."""
_PHOTONS, _REPEATS = 2e6, 5
_EDGE_NM = 505.0
"""Absorption edge of the suspension."""


def abc_truth(quantum_yield: float, power_uw: float) -> AbcTruth:
    """Return rates whose largest yield is reached at a pump power."""
    density = np.sqrt(quantum_yield * power_uw)
    trapping = 0.5 * (1.0 - quantum_yield) * power_uw / density
    return AbcTruth(float(trapping), 1.0, float(trapping / density**2))


def _stokes(experiment: VirtualExperiment) -> Condition | None:
    """Return the middle Stokes excitation at the warmest temperature; None where there is none."""
    warmest = experiment.temperatures_k[-1]
    found = [condition for condition in conditions(experiment, warmest) if condition.kind == "pl"]
    return found[len(found) // 2] if found else None


def _write_abc(folder: Path, experiment: VirtualExperiment, rng: np.random.Generator) -> Iterator[Row]:
    condition = _stokes(experiment)
    if condition is None:
        return
    truth = abc_truth(experiment.quantum_yield, condition.power_uw)
    data = virtual_abc(rng, truth, power_uw=condition.power_uw * _RELATIVE_POWERS, counts=_COUNTS)
    columns = np.column_stack([data.power_uw, data.intensity, data.error])
    file = _table(folder, f"abc_{condition.excitation_nm:.2f}nm.csv", "power_uw,intensity,intensity_error", columns)
    yield {
        "file": file,
        "kind": "power",
        "temperature_k": f"{experiment.temperatures_k[-1]:g}",
        "excitation_nm": f"{condition.excitation_nm:.2f}",
        "medium": "film",
    }


def _abc_truth(experiment: VirtualExperiment) -> dict[str, Any] | None:
    condition = _stokes(experiment)
    if condition is None:
        return None
    truth = abc_truth(experiment.quantum_yield, condition.power_uw)
    return {"peak_yield": experiment.quantum_yield, "peak_power_uw": truth.peak_power_uw}


def _sphere_truth(experiment: VirtualExperiment) -> SphereTruth:
    return SphereTruth(0.4, min(experiment.quantum_yield + _BRIGHTER, 1.0), edge_nm=_EDGE_NM)


def _write_sphere(folder: Path, experiment: VirtualExperiment, rng: np.random.Generator) -> Iterator[Row]:
    truth = _sphere_truth(experiment)
    spectra = virtual_sphere(rng, truth, photons=_PHOTONS, repeats=_REPEATS)
    dilute = virtual_dilute(rng, truth, photons=_PHOTONS, repeats=_REPEATS)
    for kind, values in (
        ("sphere_blank", spectra.empty),
        ("sphere_out", spectra.beside),
        ("sphere_in", spectra.inside),
        ("sphere_dilute", dilute),
    ):
        yield {
            "file": _spectra(folder, f"{kind}.csv", spectra, values),
            "kind": kind,
            "temperature_k": f"{_ROOM_K:g}",
            "excitation_nm": f"{_SPHERE_NM:g}",
            "medium": "" if kind == "sphere_blank" else "suspension",
        }


def _spectra(folder: Path, name: str, spectra: SphereSpectra, values: FloatArray) -> str:
    header = ",".join(["wavelength_nm", *(f"counts_{k}" for k in range(1, len(values) + 1))])
    return _table(folder, name, header, np.vstack([spectra.wavelength_nm, values]).T)


def _table(folder: Path, name: str, header: str, columns: FloatArray) -> str:
    (folder / _FOLDER).mkdir(exist_ok=True)
    lines = [",".join(f"{value:.6g}" for value in row) for row in columns]
    file = f"{_FOLDER}/{name}"
    (folder / file).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8", newline="\n")
    return file


def _told_sphere(experiment: VirtualExperiment) -> dict[str, Any]:
    truth = _sphere_truth(experiment)
    return {
        "absorptance": truth.absorptance,
        "quantum_yield": truth.quantum_yield,
        "reabsorbed": truth.reabsorbed,
    }


ABC = Simulated("abc", 2, _write_abc, _abc_truth)
SPHERE = Simulated("sphere", 3, _write_sphere, _told_sphere)
