"""PL of every temperature at a power that heats nothing: the thermometer of the heating by the laser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.units import FWHM_PER_SIGMA
from asplab.core.virtual.camera import detect
from asplab.core.virtual.companions.simulated import Row, Simulated
from asplab.core.virtual.emission import Condition, band_electrons, stray_electrons
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.instruments import conditions
from asplab.core.virtual.truth import absorptance, absorption_edge_mev, band_sigma_mev, emission_mev

_FOLDER = "low_power"
_PART = 0.05
"""Of the pump power of the main measurement."""
_REPEATS = 2


def low_condition(experiment: VirtualExperiment, temperature_k: float) -> Condition | None:
    """Return the middle Stokes excitation at low power, as long exposed as a dark frame serves; None without one."""
    measured = conditions(experiment, temperature_k)
    stokes = [condition for condition in measured if condition.kind == "pl"]
    if not stokes:
        return None
    middle = replace(stokes[len(stokes) // 2], kind="low_power", power_uw=_PART * stokes[len(stokes) // 2].power_uw)
    one_second = float(np.max(band_electrons(experiment, replace(middle, exposure_s=1.0), temperature_k)))
    camera = (middle.em_gain, middle.accumulations)
    known = {one.exposure_s for one in measured if (one.em_gain, one.accumulations) == camera}
    fitting = [exposure for exposure in known if exposure * one_second <= experiment.peak_target_e]
    return replace(middle, exposure_s=max(fitting, default=min(known)))


def _write(folder: Path, experiment: VirtualExperiment, rng: np.random.Generator) -> Iterator[Row]:
    for temperature_k in experiment.temperatures_k:
        condition = low_condition(experiment, temperature_k)
        if condition is None:
            return
        (folder / _FOLDER).mkdir(exist_ok=True)
        light = band_electrons(experiment, condition, temperature_k) + stray_electrons(experiment, condition)
        counts = detect(
            experiment,
            rng,
            np.broadcast_to(light, (_REPEATS, light.size)),
            em_gain=condition.em_gain,
            accumulations=condition.accumulations,
        )
        for repeat, row in enumerate(counts.tolist(), start=1):
            file = f"{_FOLDER}/T{temperature_k:03.0f}K_{condition.excitation_nm:.2f}nm_r{repeat:02d}.csv"
            lines = [f"{nm:.3f},{count}" for nm, count in zip(experiment.wavelength_nm, row, strict=True)]
            text = "\n".join(["wavelength_nm,counts", *lines]) + "\n"
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
            yield {"file": file, **_cells(condition, temperature_k, repeat)}


def _cells(condition: Condition, temperature_k: float, repeat: int) -> Row:
    return {
        "kind": condition.kind,
        "temperature_k": f"{temperature_k:g}",
        "excitation_nm": f"{condition.excitation_nm:.2f}",
        "power_uw": f"{condition.power_uw:.3f}",
        "exposure_s": f"{condition.exposure_s:g}",
        "repeat": str(repeat),
        "longpass_nm": "" if condition.longpass_nm is None else f"{condition.longpass_nm:.1f}",
        "nd_od": f"{condition.nd_od:g}" if condition.nd_od else "",
        "em_gain": "" if condition.em_gain is None else f"{condition.em_gain:g}",
        "accumulations": str(condition.accumulations) if condition.accumulations > 1 else "",
    }


def _truth(experiment: VirtualExperiment) -> dict[str, Any]:
    """Return the laws of the emission, which is not heated, and where absorption is highest."""
    return {
        "heating_k": 0.0,
        "varshni": {"gap_mev": 2400.0, "slope_mev_per_k": -0.24, "debye_k": 120.0},
        "phonon_width": {"residual_mev": 45.0, "acoustic_mev_per_k": 0.01, "optical_mev": 45.0, "phonon_mev": 16.0},
        "by_temperature": [_truth_at(temperature_k) for temperature_k in experiment.temperatures_k],
    }


def _truth_at(temperature_k: float) -> dict[str, float]:
    edge = absorption_edge_mev(temperature_k)
    fine = edge + np.linspace(0.0, 40.0, 4001)
    top = float(fine[np.argmax(absorptance(fine, temperature_k))])
    peak = emission_mev(temperature_k)
    return {
        "temperature_k": temperature_k,
        "peak_mev": peak,
        "fwhm_mev": FWHM_PER_SIGMA * band_sigma_mev(temperature_k),
        "stokes_shift_mev": top - peak,
    }


LOW_POWER = Simulated("low_power", 8, _write, _truth)
