"""Power series of every anti-Stokes excitation at the warmest temperature, where all of them are bright."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.virtual.companions.simulated import Row, Simulated
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.instruments import conditions
from asplab.core.virtual.light import emission_rate

_FOLDER = "power"
_RELATIVE_POWERS = np.logspace(-1.5, 0.5, 12)
_NOISE = 0.03


def _write(folder: Path, experiment: VirtualExperiment, rng: np.random.Generator) -> Iterator[Row]:
    if experiment.effects.power_series or not experiment.temperatures_k:
        # Every temperature has its own series already.
        return
    temperature_k = experiment.temperatures_k[-1]
    (folder / _FOLDER).mkdir()
    for condition in conditions(experiment, temperature_k):
        if condition.kind != "aspl":
            continue
        powers = condition.power_uw * _RELATIVE_POWERS
        excitation_nm = condition.excitation_nm
        rates = [emission_rate(experiment, excitation_nm, temperature_k, power_uw=float(power)) for power in powers]
        read = np.array(rates) * rng.normal(1.0, _NOISE, size=powers.size)
        lines = [f"{p:.3f},{i:.6g},{_NOISE * i:.3g}" for p, i in zip(powers, read, strict=True)]
        file = f"{_FOLDER}/power_{excitation_nm:.2f}nm.csv"
        text = "\n".join(["power_uw,intensity,intensity_error", *lines]) + "\n"
        (folder / file).write_text(text, encoding="utf-8", newline="\n")
        yield {
            "file": file,
            "kind": "power",
            "temperature_k": f"{temperature_k:g}",
            "excitation_nm": f"{excitation_nm:.2f}",
        }


def _truth(experiment: VirtualExperiment) -> dict[str, Any]:
    effects = experiment.effects
    crossover = effects.two_photon_crossover_uw or None
    return {"photons": "one" if crossover is None else "both", "crossover_uw": crossover}


POWER = Simulated("power", 1, _write, _truth)
