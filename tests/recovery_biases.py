"""What effects of the virtual experiment do to I, PA and photon energies where nothing mends them, by formula."""

from dataclasses import replace

import numpy as np
from recovery_level import GUARD_NM, QUIET, Bias, Day
from toy_experiment import change_spectra, with_condition

from asplab.core.experiment import Experiment, Spectrum, frozen_array
from asplab.core.units import HC_MEV_NM, air_index, energy_from_wavelength
from asplab.core.virtual.camera import LARGEST_COUNT
from asplab.core.virtual.effects import Effects
from asplab.core.virtual.emission import (
    Condition,
    band_electrons,
    band_per_pixel,
    conditions,
    overexposure_s,
    passed,
    stray_electrons,
    throughput,
)
from asplab.core.virtual.light import inner_filter
from asplab.core.virtual.scans import baseline_volts, scan_wavelengths_nm
from asplab.core.virtual.truth import absorptance, band_sigma_mev, emission_mev

HIT_NM, HIT_COUNTS, HIT_PIXELS = 496.0, 20000.0, 2
BAND_NM = (470.0, 545.0)
BASELINE_FROM_MEV = 220.0
WARMER_K = 5.0


# --- what is left of frames and curves -----------------------------------------------------------------------
def seen_pixels(day: Day, condition: Condition) -> np.ndarray:
    """Return which pixels of the band lie between the cutoffs."""
    axis = day.experiment.wavelength_nm
    low = max(BAND_NM[0], (condition.longpass_nm or 0.0) + GUARD_NM)
    high = min(BAND_NM[1], (condition.shortpass_nm or np.inf) - GUARD_NM)
    return (axis > low) & (axis < high)


def counts_of(day: Day, condition: Condition) -> np.ndarray:
    """Return what the band alone reads in one exposure, per pixel."""
    own = day.experiment
    gain = (condition.em_gain or own.em_gain) / own.e_per_count
    return gain * band_electrons(own, condition, day.temperature_k)


def summed(day: Day, condition: Condition, counts: np.ndarray) -> float:
    """Return counts over the response, summed over the pixels that are seen."""
    return float(np.sum((counts / throughput(day.experiment.wavelength_nm))[seen_pixels(day, condition)]))


def hit(spectrum: Spectrum) -> Spectrum:
    """Return a spectrum with a cosmic ray, if it is the first repeat of a weak condition."""
    if spectrum.kind != "aspl" or spectrum.condition.repeat != 1:
        return spectrum
    counts = np.array(spectrum.counts, dtype=float)
    first = int(np.searchsorted(spectrum.wavelength_nm, HIT_NM))
    counts[first : first + HIT_PIXELS] += HIT_COUNTS
    return replace(spectrum, counts=frozen_array(counts))


def hits_left(day: Day) -> Bias:
    """One repeat of each ASPL holds the hit."""
    axis, n = day.experiment.wavelength_nm, day.experiment.repeats
    extra = np.where(np.arange(axis.size) - np.searchsorted(axis, HIT_NM) < HIT_PIXELS, HIT_COUNTS, 0.0)
    extra[axis < HIT_NM] = 0.0

    def light(c: Condition) -> float:
        return 1.0 + summed(day, c, extra) / n / summed(day, c, counts_of(day, c)) if c.kind == "aspl" else 1.0

    return Bias(light=day.each(light))


def response_left(day: Day) -> Bias:
    """The band is weighted with the throughput T: its centre moves by σ² d ln T/dE, all intensities by one factor."""
    axis = day.experiment.wavelength_nm
    band = band_per_pixel(day.experiment, day.temperature_k)
    mean = float(np.sum(band * throughput(axis)) / band.sum())
    gap, sigma = emission_mev(day.temperature_k), band_sigma_mev(day.temperature_k)
    per_mev = float(np.diff(throughput(HC_MEV_NM / (gap + np.array([-0.5, 0.5]))))[0] / throughput(HC_MEV_NM / gap))
    return Bias(light=mean / throughput(axis).max(), emission_mev=sigma**2 * per_mev)


def filters_left(day: Day) -> Bias:
    """Each path takes what it does not transmit, averaged over the band that is seen."""
    axis = day.experiment.wavelength_nm
    band = band_per_pixel(day.experiment, day.temperature_k)

    def light(c: Condition) -> float:
        seen = band * seen_pixels(day, c)
        return float(np.sum(seen * passed(day.experiment, c, axis)) / seen.sum())

    return Bias(light=day.each(light))


def clipped(day: Day) -> Bias:
    """Some repeats of the first condition end at full scale."""
    own = day.experiment
    first = next(c for c in conditions(own, day.temperature_k) if c.kind == "pl")
    counts = counts_of(day, first)
    longer = counts * overexposure_s(own, first, day.temperature_k) / first.exposure_s
    kept = summed(day, first, np.minimum(longer, LARGEST_COUNT - own.offset_counts)) / summed(day, first, longer)
    light = 1.0 - own.effects.saturated_repeats / own.repeats * (1.0 - kept)
    return Bias(light=day.each(lambda c: light if c.excitation_nm == first.excitation_nm else 1.0))


def told_wide(experiment: Experiment) -> Experiment:
    """Return the experiment whose short-pass filters are said to end far to the red of the laser."""

    def wide(spectrum: Spectrum) -> Spectrum:
        told = spectrum.condition
        if spectrum.kind != "aspl" or told.excitation_nm is None:
            return spectrum
        return with_condition(spectrum, shortpass_nm=told.excitation_nm + 25.0)

    return change_spectra(experiment, wide)


def laser_left(day: Day) -> Bias:
    """What the filter hides counts as seen, and the laser as emission."""
    axis, sharp = day.experiment.wavelength_nm, replace(day.experiment, background_e_per_s=0.0)

    def light(c: Condition) -> float:
        if c.kind != "aspl":
            return 1.0
        emitted = day.rate[day.conditions.index(c)] * c.exposure_s
        band = band_per_pixel(sharp, day.temperature_k)
        through = float(np.sum(band * passed(sharp, c, axis)) / band.sum())
        return through + float(np.sum(stray_electrons(sharp, c) / throughput(axis))) / emitted

    return Bias(light=day.each(light))


# --- what is left of factors ---------------------------------------------------------------------------------
def on_stokes(day: Day, factor: float) -> Bias:
    return Bias(light=np.where(day.is_stokes, factor, 1.0))


def on_anti_stokes(day: Day, factor: float) -> Bias:
    return Bias(light=np.where(day.is_stokes, 1.0, factor))


def gain_left(day: Day) -> Bias:
    return Bias(light=day.each(lambda c: c.em_gain or day.experiment.em_gain))


def absorbed_light(day: Day) -> Bias:
    """Half of the cuvette takes pump and emission alike."""
    density = inner_filter(day.experiment, day.true_nm, day.temperature_k)
    emitted = inner_filter(day.experiment, HC_MEV_NM / emission_mev(day.temperature_k), day.temperature_k)
    return Bias(light=10.0 ** (-0.5 * (density + emitted)))


def two_photons(day: Day) -> Bias:
    crossover = day.experiment.effects.two_photon_crossover_uw
    return Bias(light=day.each(lambda c: 1.0 if c.kind == "pl" else 1.0 + c.power_uw / crossover))


def leaked(day: Day) -> Bias:
    """The lowest Stokes excitation adds its light, and its heat less what the line of the baseline takes of it."""
    leak, lowest = day.experiment.effects.leak, int(np.argmin(np.where(day.is_stokes, -day.told_nm, np.inf)))
    pure = Day(replace(day.experiment, effects=Effects()), day.temperature_k, day.conditions, day.read_nm)
    power = day.each(lambda c: c.power_uw)
    light, heat = pure.rate / power, pure.heat(day.told_nm) / power
    below = np.where(day.is_stokes, 0.0, leak)
    scan_nm = scan_wavelengths_nm(pure.experiment, day.temperature_k)
    far = emission_mev(day.temperature_k) - energy_from_wavelength(scan_nm) > BASELINE_FROM_MEV
    line = np.polyfit(energy_from_wavelength(scan_nm[far]), day.power_at(scan_nm[far]), 1)
    left = 1.0 - np.polyval(line, energy_from_wavelength(day.told_nm)) / power
    return Bias(light=1.0 + below * light[lowest] / light, heat=1.0 + below * left * heat[lowest] / heat)


def bleached(day: Day) -> Bias:
    """The mean repeat against the first one, from which the trend begins."""
    loss, n = day.experiment.effects.bleaching, day.experiment.repeats
    return Bias(light=float(np.mean((1.0 - loss) ** np.arange(n))))


def later_round(day: Day) -> Bias:
    """The second ASPL is that of the later round, not the mean of both."""
    factor = day.experiment.effects.remeasured_factor
    second = [c for c in conditions(day.experiment, day.temperature_k) if c.kind == "aspl"][1]
    light = factor / (0.5 * (1.0 + factor))
    return Bias(light=day.each(lambda c: light if c.excitation_nm == second.excitation_nm else 1.0))


# --- what is left of energies --------------------------------------------------------------------------------
def moved_axis(day: Day) -> Bias:
    """The spectrometer shows too long a wavelength: the band seems to lie to the red."""
    effects, at_nm = day.experiment.effects, HC_MEV_NM / emission_mev(day.temperature_k)
    off_nm = effects.axis_offset_nm + effects.axis_stretch_nm * (at_nm - 500.0) / 100.0
    return Bias(emission_mev=-off_nm * HC_MEV_NM / at_nm**2)


def misread(day: Day, told_nm: np.ndarray) -> Bias:
    """PA is read where the laser is thought to be, on scans that are right."""
    off_mev = energy_from_wavelength(told_nm) - energy_from_wavelength(day.read_nm)
    return Bias(heat=day.heat(told_nm) / day.heat(day.read_nm) * day.power_at(day.read_nm) / day.power_at(told_nm),
                excitation_mev=off_mev)  # fmt: skip


def both_misread(day: Day) -> Bias:
    """Spectra and scans are off alike: PA is right, the photon energy is not."""
    return Bias(excitation_mev=energy_from_wavelength(day.told_nm) - energy_from_wavelength(day.true_nm))


def in_air(day: Day) -> Bias:
    """A wavelength in air is shorter: all energies seem n times as large."""
    excess = air_index(500.0) - 1.0
    return Bias(
        excitation_mev=excess * energy_from_wavelength(day.true_nm),
        emission_mev=float(excess) * emission_mev(day.temperature_k),
    )


def wide_line(day: Day) -> Bias:
    """The energy that is absorbed is the mean over the line, weighted with the absorptance."""
    centre = energy_from_wavelength(day.true_nm)
    sigma = day.experiment.effects.bandwidth_nm / np.sqrt(8.0 * np.log(2.0)) * centre**2 / HC_MEV_NM
    z = np.linspace(-5.0, 5.0, 401)
    across = centre[:, None] + sigma[:, None] * z
    weight = np.exp(-0.5 * z**2) * absorptance(across, day.temperature_k)
    return Bias(excitation_mev=centre - np.sum(across * weight, axis=1) / weight.sum(axis=1), is_sharp=True)


def as_set(experiment: Experiment) -> Experiment:
    """Return the experiment that tells what was set, not what was read."""
    set_nm = np.array([c.excitation_nm for c in conditions(QUIET, QUIET.temperatures_k[0])])

    def nominal(spectrum: Spectrum) -> Spectrum:
        told = spectrum.condition.excitation_nm
        if spectrum.kind not in ("pl", "aspl") or told is None:
            return spectrum
        return with_condition(spectrum, excitation_nm=float(set_nm[np.argmin(np.abs(set_nm - told))]))

    return change_spectra(experiment, nominal)


# --- what is left of scans -----------------------------------------------------------------------------------
def baseline_left(day: Day) -> Bias:
    volts = baseline_volts(day.experiment, day.told_nm, day.temperature_k)
    return Bias(heat_added=volts / day.power_at(day.told_nm))


def warmer(day: Day) -> Bias:
    return Bias(heat=day.heat(day.told_nm, warmer_k=WARMER_K) / day.heat(day.told_nm))


def pieces_apart(day: Day) -> Bias:
    """The second piece begins 20 meV below the gap."""
    below = emission_mev(day.temperature_k) - energy_from_wavelength(day.told_nm)
    return Bias(heat=np.where(below > 20.0, 1.0 + day.experiment.effects.segment_gain_error, 1.0))
