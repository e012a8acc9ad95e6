"""Spectra of lines on a spectrometer whose axis is off by a known function, as records of an experiment."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from asplab.core.calibration import Calibration, calibrate
from asplab.core.calibration.lamps import lines_of
from asplab.core.document import Exclusions
from asplab.core.experiment import Condition, Experiment, Spectrum, frozen_array
from asplab.core.grouping.stage import gather
from asplab.core.settings import CalibrationSettings, EnergySettings, GroupingSettings
from asplab.core.units import Medium

FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))
EVERYTHING, VACUUM = Exclusions(), EnergySettings()
AXIS_NM = np.linspace(400.0, 620.0, 1101)


def line_counts(
    true_nm: np.ndarray,
    lines: Iterable[tuple[float, float]],
    rng: np.random.Generator,
    *,
    fwhm_nm: float = 0.8,
    background: float = 200.0,
    read_counts: float = 4.0,
    gain: float = 1.0,
) -> np.ndarray:
    """Return counts of Gaussian lines (centre, height) where pixels truly stand at ``true_nm``, with shot noise."""
    sigma = fwhm_nm / FWHM_PER_SIGMA
    light = sum((height * np.exp(-0.5 * ((true_nm - at) / sigma) ** 2) for at, height in lines), np.zeros(true_nm.size))
    signal = light + background
    counts: np.ndarray = gain * rng.poisson(signal / gain) + read_counts * rng.standard_normal(true_nm.size) + 100.0
    return counts


def line_spectrum(
    kind: str, axis_nm: np.ndarray, counts: np.ndarray, source: str = "", **condition: object
) -> Spectrum:
    return Spectrum(
        kind=kind,
        source=source or f"{kind}.csv",
        line=None,
        condition=Condition(**condition),  # type: ignore[arg-type]
        wavelength_nm=frozen_array(axis_nm),
        counts=frozen_array(counts),
    )


def lamp_spectrum(
    off_nm: Callable[[np.ndarray], np.ndarray],
    seed: int = 0,
    *,
    lamp: str = "HgAr",
    elements: tuple[str, ...] = ("Hg", "Ar"),
    medium: Medium = "vacuum",
    axis_nm: np.ndarray = AXIS_NM,
    height: float = 300.0,
    fwhm_nm: float = 0.8,
) -> Spectrum:
    """Return a lamp on an axis that reads ``axis_nm`` where the truth is ``axis_nm + off_nm(axis_nm)``."""
    lines = [(line.wavelength_nm(medium), height * line.strength) for line in lines_of(elements)]
    rng = np.random.default_rng(seed)
    return line_spectrum(
        "lamp", axis_nm, line_counts(axis_nm + off_nm(axis_nm), lines, rng, fwhm_nm=fwhm_nm), note=lamp
    )


def with_spectra(experiment: Experiment, *more: Spectrum) -> Experiment:
    return replace(experiment, spectra=(*experiment.spectra, *more))


def calibrated(
    experiment: Experiment, exclusions: Exclusions = EVERYTHING, energies: EnergySettings = VACUUM, **settings: object
) -> Calibration:
    grouping = GroupingSettings()
    gathered = gather(experiment, exclusions, grouping)
    return calibrate(gathered, exclusions, grouping, energies, CalibrationSettings(**settings))  # type: ignore[arg-type]
