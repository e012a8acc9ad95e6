"""Absorption of film and suspension, and the emission of the suspension, which is in detailed balance."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.units import FWHM_PER_SIGMA, FloatArray, energy_from_wavelength
from asplab.core.virtual.camera import detect
from asplab.core.virtual.companions.simulated import Row, Simulated
from asplab.core.virtual.emission import Condition, conditions, passed, reference_condition, throughput, true_axis_nm
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.light import vacuum_nm
from asplab.core.virtual.suspension import Suspension, suspension
from asplab.core.virtual.truth import absorptance, absorption_edge_mev, band_sigma_mev, emission_mev, urbach_mev

_FOLDER = "absorption"
_CURVE_NM = np.arange(380.0, 720.5, 0.5)
_FILM_OD, _SUSPENSION_OD = 0.08, 0.3
"""Optical density of the film at its edge and of the suspension at its highest."""
_NOISE, _FLOOR = 0.01, 1e-4
"""Relative noise of a point, and that which does not fall with the signal, of the largest value."""
_OFFSET_OD = 0.003
"""What a spectrometer shows without any absorption."""
_PEAK_E = 5000.0
_REPEATS = 5


def _write(folder: Path, experiment: VirtualExperiment, rng: np.random.Generator) -> Iterator[Row]:
    if not experiment.temperatures_k:
        return
    (folder / _FOLDER).mkdir()
    coldest, warmest = experiment.temperatures_k[0], experiment.temperatures_k[-1]
    for kelvin in sorted({coldest, warmest}):
        energy = energy_from_wavelength(_true_nm(experiment))
        yield _curve(folder, "film", kelvin, _FILM_OD * absorptance(energy, kelvin), rng)
    sample = suspension(experiment, warmest)
    energy = energy_from_wavelength(_true_nm(experiment))
    total = np.interp(energy, sample.energy_mev, sample.total)
    yield _curve(folder, "suspension", warmest, _SUSPENSION_OD * total / total.max(), rng)
    yield from _emission(folder, experiment, sample, rng)


def _true_nm(experiment: VirtualExperiment) -> FloatArray:
    return vacuum_nm(_CURVE_NM, in_air=experiment.effects.in_air)


def _curve(folder: Path, medium: str, kelvin: float, density: FloatArray, rng: np.random.Generator) -> Row:
    error = np.hypot(_NOISE * density, _FLOOR * density.max())
    values = density + _OFFSET_OD + error * rng.standard_normal(density.size)
    lines = [f"{w:.1f},{a:.7f}" for w, a in zip(_CURVE_NM, values, strict=True)]
    file = f"{_FOLDER}/{medium}_{kelvin:g}K.csv"
    (folder / file).write_text("\n".join(["wavelength_nm,absorbance", *lines]) + "\n", encoding="utf-8", newline="\n")
    return {"file": file, "kind": "absorption", "temperature_k": f"{kelvin:g}", "medium": medium}


def _emission(
    folder: Path, experiment: VirtualExperiment, sample: Suspension, rng: np.random.Generator
) -> Iterator[Row]:
    """Write spectra of the suspension with the exposure of the first condition, so that its dark frames serve."""
    kelvin = sample.temperature_k
    condition = replace(
        reference_condition(experiment, kelvin),
        kind="pl",
        exposure_s=conditions(experiment, kelvin)[0].exposure_s,
        nd_od=0.0,
        em_gain=None,
        accumulations=1,
    )
    light = np.broadcast_to(_electrons(experiment, condition, sample), (_REPEATS, experiment.pixels))
    shown = [f"{wavelength:.3f}" for wavelength in experiment.wavelength_nm]
    for repeat, counts in enumerate(detect(experiment, rng, light), start=1):
        file = f"{_FOLDER}/suspension_pl_r{repeat:02d}.csv"
        lines = [f"{wavelength},{count}" for wavelength, count in zip(shown, counts.tolist(), strict=True)]
        text = "\n".join(["wavelength_nm,counts", *lines]) + "\n"
        (folder / file).write_text(text, encoding="utf-8", newline="\n")
        yield {
            "file": file,
            "kind": "pl",
            "temperature_k": f"{kelvin:g}",
            "excitation_nm": f"{condition.excitation_nm:.2f}",
            "longpass_nm": f"{condition.longpass_nm:.1f}",
            "power_uw": f"{condition.power_uw:.3f}",
            "exposure_s": f"{condition.exposure_s:g}",
            "repeat": str(repeat),
            "medium": "suspension",
        }


def _electrons(experiment: VirtualExperiment, condition: Condition, sample: Suspension) -> FloatArray:
    wavelength = true_axis_nm(experiment)
    energy = energy_from_wavelength(wavelength)
    density = np.interp(energy, sample.energy_mev, sample.emission, left=0.0, right=0.0)
    # Photons per nm are photons per meV x |dE/dlambda|.
    band = density * energy / wavelength * throughput(experiment.wavelength_nm)
    return np.asarray(_PEAK_E * band / band.max() * passed(experiment, condition, wavelength))


def _truth(experiment: VirtualExperiment) -> dict[str, Any]:
    if not experiment.temperatures_k:
        return {}
    coldest, warmest = experiment.temperatures_k[0], experiment.temperatures_k[-1]
    sample = suspension(experiment, warmest)
    film_fwhm = FWHM_PER_SIGMA * band_sigma_mev(warmest)
    return {
        "film": [
            {"temperature_k": kelvin, "maximum_mev": _film_maximum_mev(kelvin), "urbach_mev": urbach_mev(kelvin)}
            for kelvin in sorted({coldest, warmest})
        ],
        "suspension": {
            "temperature_k": warmest,
            "maximum_mev": sample.maximum_mev,
            "emission_peak_mev": sample.peak_mev,
            "emission_fwhm_mev": sample.fwhm_mev,
        },
        "film_less_suspension_mev": emission_mev(warmest) - sample.peak_mev,
        "film_over_suspension_width": film_fwhm / sample.fwhm_mev,
    }


def _film_maximum_mev(kelvin: float) -> float:
    above = absorption_edge_mev(kelvin) + np.arange(0.0, 60.0, 0.02)
    return float(above[int(np.argmax(absorptance(above, kelvin)[:2000]))])


ABSORPTION = Simulated("absorption", 7, _write, _truth)
