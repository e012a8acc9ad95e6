"""Emission at matched intensities, with absorptances that hold what the film scatters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.companion.matched.scattering import RAYLEIGH
from asplab.core.units import FloatArray, energy_from_wavelength
from asplab.core.virtual.companions.simulated import Row, Simulated
from asplab.core.virtual.emission import Condition, true_excitation_nm
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.instruments import conditions
from asplab.core.virtual.light import emission_rate, ensemble

_FILE = "matched.csv"
_HEADER = "excitation_nm,power_uw,power_error_uw,intensity,intensity_error,absorptance,absorptance_error"
_EDGE, _SCATTERED = 0.12, 0.004
"""Absorptance at the absorption edge; part of the beam that is scattered at the Stokes excitation."""
_OWN_ERROR, _COMMON_ERROR = 2e-4, 1e-4
_STOKES_UW, _MISMATCH, _NOISE = 5.0, 0.03, 0.01
_CLEAR_NM = np.arange(650.0, 801.0, 10.0)


def _chosen(experiment: VirtualExperiment) -> list[Condition]:
    """Return the Stokes excitation of largest wavelength, and all anti-Stokes ones, at the warmest temperature."""
    found = conditions(experiment, experiment.temperatures_k[-1])
    stokes = [condition for condition in found if condition.kind == "pl"]
    anti = [condition for condition in found if condition.kind == "aspl"]
    return [max(stokes, key=lambda one: one.excitation_nm), *anti] if stokes and anti else []


def _write(folder: Path, experiment: VirtualExperiment, rng: np.random.Generator) -> Iterator[Row]:
    chosen = _chosen(experiment)
    if not chosen:
        return
    kelvin = experiment.temperatures_k[-1]
    told = np.array([one.excitation_nm for one in chosen])
    true_nm = np.array([true_excitation_nm(experiment, one) for one in chosen])
    rate = np.array([emission_rate(experiment, float(nm), kelvin, power_uw=1.0) for nm in true_nm])
    power = _STOKES_UW * rate[0] / rate * rng.normal(1.0, _MISMATCH, size=rate.size)
    light = 1e5 * power * rate / (_STOKES_UW * rate[0])
    offset = _COMMON_ERROR * rng.standard_normal()
    deep = _missing(experiment, true_nm, true_nm[0]) + offset + _OWN_ERROR * rng.standard_normal(rate.size)
    told_power = power * rng.normal(1.0, _NOISE, size=rate.size)
    told_light = light * rng.normal(1.0, _NOISE, size=rate.size)
    columns = (told, told_power, _NOISE * power, told_light, _NOISE * light, deep, np.full(rate.size, _OWN_ERROR))
    rows = [
        f"{nm:.2f},{p:.5g},{q:.3g},{i:.6g},{j:.4g},{a:.6f},{e:.1e}"
        for nm, p, q, i, j, a, e in zip(*columns, strict=True)
    ]
    clear = _missing(experiment, _CLEAR_NM, true_nm[0]) + offset + _OWN_ERROR * rng.standard_normal(_CLEAR_NM.size)
    rows += [f"{nm:.2f},nan,nan,nan,nan,{a:.6f},{_OWN_ERROR:.1e}" for nm, a in zip(_CLEAR_NM, clear, strict=True)]
    (folder / _FILE).write_text("\n".join([_HEADER, *rows]) + "\n", encoding="utf-8", newline="\n")
    yield {"file": _FILE, "kind": "matched", "temperature_k": f"{kelvin:g}"}


def _missing(experiment: VirtualExperiment, true_nm: FloatArray, stokes_nm: float) -> FloatArray:
    """Return the part of the beam that is missing behind the film."""
    absorbed, _ = ensemble(experiment, energy_from_wavelength(true_nm), experiment.temperatures_k[-1])
    return np.asarray(_EDGE * absorbed + _SCATTERED * (stokes_nm / true_nm) ** RAYLEIGH)


def _truth(experiment: VirtualExperiment) -> dict[str, Any]:
    return {"scattered": _SCATTERED if _chosen(experiment) else None, "exponent": RAYLEIGH}


MATCHED = Simulated("matched", 4, _write, _truth)
