"""Emission measurements of the virtual experiment: conditions, filters, and the light that falls on the camera."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.errors import SettingsError
from asplab.core.units import (
    FWHM_PER_SIGMA,
    FloatArray,
    air_index,
    energy_from_wavelength,
    thermal_energy_mev,
    wavelength_from_energy,
)
from asplab.core.virtual.camera import LARGEST_COUNT
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.light import emission_rate, pump_power_uw, vacuum_nm
from asplab.core.virtual.truth import band_density, emission_mev

_LEAK_SIGMA_NM = 2.5 / FWHM_PER_SIGMA
_WING_HALF_NM = 10.0
_LONGPASS_OFFSET_NM, _SHORTPASS_OFFSET_NM, _FILTER_WIDTH_NM = 8.0, 6.0, 0.6
_CATALOGUE_STEP_NM = 2.0
_LONGPASS_RIPPLE_NM, _SHORTPASS_RIPPLE_NM = 37.0, 29.0
_SUBSTRATE_DECAY_MEV = 200.0
_REFERENCE_NM = 450.0
_OVER_FULL_SCALE = 1.3
"""A band whose maximum would reach so many times full scale is flat over more than half of its width."""
_OVEREXPOSURES_S = (50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 3600.0)


@dataclass(frozen=True, slots=True)
class Condition:
    """One emission measurement: excitation, filter and exposure, as set and known to the experimenter.

    ``detuning_mev`` is the true distance of the excitation below the emission energy (negative above it);
    ``power_uw`` the true pump power. ``em_gain`` None is that of the camera.
    """

    kind: str
    excitation_nm: float
    detuning_mev: float
    longpass_nm: float | None
    shortpass_nm: float | None
    power_uw: float
    exposure_s: float
    nd_od: float = 0.0
    em_gain: float | None = None
    accumulations: int = 1
    series: str = ""

    @property
    def path(self) -> str:
        """Name of the filter in the optical path."""
        if self.longpass_nm is not None:
            return f"LP {self.longpass_nm:g}"
        return "" if self.shortpass_nm is None else f"SP {self.shortpass_nm:g}"


def throughput(wavelength_nm: ArrayLike) -> FloatArray:
    """Return the true relative response of grating and camera, blazed in the red."""
    return 0.22 + 0.0016 * (np.asarray(wavelength_nm, dtype=np.float64) - 450.0)


def true_axis_nm(experiment: VirtualExperiment) -> FloatArray:
    """Return the vacuum wavelengths of the pixels, whatever the spectrometer shows."""
    effects, shown = experiment.effects, experiment.wavelength_nm
    if effects.axis_offset_nm or effects.axis_stretch_nm:
        stretch = effects.axis_stretch_nm / 100.0
        shown = (shown - effects.axis_offset_nm + 500.0 * stretch) / (1.0 + stretch)
    return vacuum_nm(shown, in_air=effects.in_air)


def true_excitation_nm(experiment: VirtualExperiment, condition: Condition) -> float:
    """Return the vacuum wavelength of the laser at the told excitation of a condition."""
    effects = experiment.effects
    told = condition.excitation_nm + effects.laser_offset_nm
    return float(vacuum_nm(told, in_air=effects.in_air))


def filter_transmission(
    wavelength_nm: ArrayLike, *, longpass_nm: float | None, shortpass_nm: float | None
) -> FloatArray:
    """Return the transmission of the edge filters: sigmoids in wavelength, 0.6 nm wide."""
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    passed = np.ones_like(wavelength)
    if longpass_nm is not None:
        passed = passed * _sigmoid((wavelength - longpass_nm) / _FILTER_WIDTH_NM)
    if shortpass_nm is not None:
        passed = passed * _sigmoid((shortpass_nm - wavelength) / _FILTER_WIDTH_NM)
    return passed


def _sigmoid(z: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def passed(experiment: VirtualExperiment, condition: Condition, wavelength_nm: FloatArray) -> FloatArray:
    """Return the transmission of the optical path of a condition at vacuum wavelengths."""
    effects = experiment.effects
    if effects.in_air:
        # cutoffs are told as the laser is
        wavelength_nm = wavelength_nm / air_index(wavelength_nm)
    edges = filter_transmission(wavelength_nm, longpass_nm=condition.longpass_nm, shortpass_nm=condition.shortpass_nm)
    period = _LONGPASS_RIPPLE_NM if condition.shortpass_nm is None else _SHORTPASS_RIPPLE_NM
    if effects.filter_ripple:
        edges = edges * (1.0 - 0.5 * effects.filter_ripple * (1.0 + np.sin(2.0 * np.pi * wavelength_nm / period)))
    if effects.path_mismatch and condition.shortpass_nm is not None:
        edges = edges * (1.0 - effects.path_mismatch)
    return np.asarray(edges)


def conditions(experiment: VirtualExperiment, temperature_k: float) -> tuple[Condition, ...]:
    """Return the emission measurements at one temperature, above the gap first.

    Raises
    ------
    SettingsError
        Where two detunings fall on the same laser wavelength.
    """
    above = [-detuning for detuning in experiment.stokes_detuning_mev]
    found = tuple(_condition(experiment, temperature_k, d) for d in (*above, *experiment.detuning_mev))
    wavelengths = [condition.excitation_nm for condition in found]
    for wavelength in wavelengths:
        if wavelengths.count(wavelength) > 1:
            raise SettingsError(
                f"two detunings need the same excitation of {wavelength:.2f} nm at {temperature_k:g} K; "
                "keep them 0.05 meV or more apart."
            )
    return found


def reference_condition(experiment: VirtualExperiment, temperature_k: float) -> Condition:
    """Return the PL measurement at 450 nm that is revisited with every repeat."""
    detuning_mev = emission_mev(temperature_k) - float(energy_from_wavelength(_REFERENCE_NM))
    return replace(_condition(experiment, temperature_k, detuning_mev), kind="reference")


def _condition(experiment: VirtualExperiment, temperature_k: float, detuning_mev: float) -> Condition:
    gap_mev = emission_mev(temperature_k)
    effects = experiment.effects
    excitation_nm = round(float(wavelength_from_energy(gap_mev - detuning_mev)), 2)
    is_stokes = detuning_mev < 0
    longpass_nm, shortpass_nm = _cutoffs(experiment, excitation_nm)
    draft = Condition(
        kind="pl" if is_stokes else "aspl",
        excitation_nm=excitation_nm,
        detuning_mev=gap_mev - float(energy_from_wavelength(excitation_nm)),
        longpass_nm=longpass_nm if is_stokes else None,
        shortpass_nm=None if is_stokes else shortpass_nm,
        power_uw=float(pump_power_uw(excitation_nm, pump_uw=experiment.pump_uw)),
        exposure_s=1.0,
        nd_od=effects.pl_nd_od if is_stokes else 0.0,
        em_gain=(effects.pl_em_gain or None) if is_stokes else None,
        accumulations=1 if is_stokes else effects.accumulations,
        series="day 1" if effects.remeasured_factor else "",
    )
    true_nm = true_excitation_nm(experiment, draft)
    draft = replace(draft, detuning_mev=gap_mev - float(energy_from_wavelength(true_nm)))
    return replace(draft, exposure_s=_exposure_s(experiment, draft, temperature_k))


def _cutoffs(experiment: VirtualExperiment, excitation_nm: float) -> tuple[float, float]:
    longpass_nm, shortpass_nm = excitation_nm + _LONGPASS_OFFSET_NM, excitation_nm - _SHORTPASS_OFFSET_NM
    if not experiment.effects.filters_written:
        return round(longpass_nm, 1), round(shortpass_nm, 1)
    # real filters come in steps, so that a curve serves several excitations
    step = _CATALOGUE_STEP_NM
    return math.ceil(longpass_nm / step) * step, math.floor(shortpass_nm / step) * step


def _exposure_s(experiment: VirtualExperiment, draft: Condition, temperature_k: float) -> float:
    """Return the exposure of an experimenter: as long as the band (and the leak, against saturation) allows."""
    band = float(np.max(band_electrons(experiment, draft, temperature_k)))
    everything = float(np.max(stray_electrons(experiment, draft))) + band
    full_well = 0.8 * LARGEST_COUNT * experiment.e_per_count / (draft.em_gain or experiment.em_gain)
    allowed = [
        exposure
        for exposure in experiment.exposures_s
        if exposure * band <= experiment.peak_target_e and exposure * everything <= full_well
    ]
    return max(allowed, default=experiment.exposures_s[0])


def overexposure_s(experiment: VirtualExperiment, condition: Condition, temperature_k: float) -> float:
    """Return an exposure at which the band of a condition is flat at full scale: the longest one, or longer.

    Raises
    ------
    SettingsError
        Where the band is too weak for that within an hour.
    """
    gain = condition.em_gain or experiment.em_gain
    one_second = replace(condition, exposure_s=1.0)
    counts_per_s = float(np.max(band_electrons(experiment, one_second, temperature_k))) * gain / experiment.e_per_count
    longer = (step for step in _OVEREXPOSURES_S if step > experiment.exposures_s[-1])
    for exposure in (experiment.exposures_s[-1], *longer):
        if exposure * counts_per_s >= _OVER_FULL_SCALE * LARGEST_COUNT:
            return exposure
    raise SettingsError(
        f"effect saturated_repeats: the band at {condition.excitation_nm:g} nm and {temperature_k:g} K gives "
        f"{counts_per_s:.2g} counts per s, too few to saturate. Take a smaller pl_nd_od, or leave the effect out."
    )


def band_electrons(
    experiment: VirtualExperiment, condition: Condition, temperature_k: float, *, true_nm: float | None = None
) -> FloatArray:
    """Return the expected photoelectrons per pixel of the emission band, without drift.

    ``true_nm`` is the vacuum wavelength of the laser, where it is not what the condition implies.
    """
    laser_nm = true_excitation_nm(experiment, condition) if true_nm is None else true_nm
    rate = emission_rate(experiment, laser_nm, temperature_k, power_uw=condition.power_uw)
    shift_mev = experiment.effects.band_shift_mev if condition.kind == "aspl" else 0.0
    band = band_per_pixel(experiment, temperature_k, shift_mev=shift_mev)
    emitted = rate * condition.exposure_s
    shown = experiment.wavelength_nm
    return np.asarray(emitted * band * throughput(shown) * _seen(experiment, condition))


def band_per_pixel(experiment: VirtualExperiment, temperature_k: float, *, shift_mev: float = 0.0) -> FloatArray:
    """Return the share of the emitted photons that falls on each pixel."""
    wavelength = true_axis_nm(experiment)
    energy_mev = energy_from_wavelength(wavelength)
    pixel_nm = experiment.pixel_nm / (1.0 + experiment.effects.axis_stretch_nm / 100.0)
    # photons per pixel = photons per meV x |dE/dlambda| x pixel width
    return np.asarray(band_density(energy_mev - shift_mev, temperature_k) * energy_mev / wavelength * pixel_nm)


def _seen(experiment: VirtualExperiment, condition: Condition) -> FloatArray:
    """Return what the filters in front of the spectrometer pass at each pixel."""
    density = condition.nd_od + experiment.effects.nd_error_od if condition.nd_od else 0.0
    through = passed(experiment, condition, true_axis_nm(experiment))
    return np.asarray(through * 10.0**-density) if density else through


def stray_electrons(experiment: VirtualExperiment, condition: Condition, *, true_nm: float | None = None) -> FloatArray:
    """Return the expected photoelectrons per pixel of stray light and laser leak."""
    wavelength = true_axis_nm(experiment)
    effects = experiment.effects
    laser_nm = true_excitation_nm(experiment, condition) if true_nm is None else true_nm
    line = np.exp(-0.5 * ((wavelength - laser_nm) / _LEAK_SIGMA_NM) ** 2)
    if effects.laser_wing:
        line = line + effects.laser_wing / (1.0 + ((wavelength - laser_nm) / _WING_HALF_NM) ** 2)
    leak = experiment.leak_e_per_s * condition.power_uw / experiment.pump_uw * line
    light = experiment.background_e_per_s + leak * _seen(experiment, condition)
    return np.asarray(condition.exposure_s * light * throughput(experiment.wavelength_nm))


def room_electrons(experiment: VirtualExperiment, condition: Condition) -> FloatArray:
    """Return the expected photoelectrons per pixel of white stray light alone: pump and probe off."""
    return np.asarray(condition.exposure_s * experiment.background_e_per_s * throughput(experiment.wavelength_nm))


def probe_electrons(experiment: VirtualExperiment, condition: Condition, temperature_k: float) -> FloatArray:
    """Return the expected photoelectrons per pixel of the emission that the probe excites."""
    rate = experiment.effects.probe_pl_e_per_s * condition.exposure_s
    band = band_per_pixel(experiment, temperature_k)
    return np.asarray(rate * band * throughput(experiment.wavelength_nm) * _seen(experiment, condition))


def substrate_electrons(
    experiment: VirtualExperiment, condition: Condition, temperature_k: float, *, true_nm: float | None = None
) -> FloatArray:
    """Return the expected photoelectrons per pixel of the bare substrate.

    From the laser to the red it falls by 1/e in 200 meV, to the blue as thermally excited scattering does.
    """
    laser_nm = true_excitation_nm(experiment, condition) if true_nm is None else true_nm
    above = energy_from_wavelength(true_axis_nm(experiment)) - float(energy_from_wavelength(laser_nm))
    decay = np.where(above > 0, float(thermal_energy_mev(temperature_k)), -_SUBSTRATE_DECAY_MEV)
    rate = experiment.effects.substrate_e_per_s * condition.power_uw / experiment.pump_uw * condition.exposure_s
    shape = np.exp(-above / decay)
    return np.asarray(rate * shape * throughput(experiment.wavelength_nm) * _seen(experiment, condition))


def transmitted_fraction(experiment: VirtualExperiment, condition: Condition, temperature_k: float) -> float:
    """Return the fraction of the emitted photons that the filter of a condition lets through."""
    energy_mev = emission_mev(temperature_k) + np.linspace(-500.0, 500.0, 20001)
    density = band_density(energy_mev, temperature_k)
    through = passed(experiment, condition, wavelength_from_energy(energy_mev))
    return float(np.sum(density * through) / np.sum(density))
