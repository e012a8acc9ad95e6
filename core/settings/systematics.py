"""Priors of effects that no repeat shows."""

from dataclasses import dataclass

from asplab.core.settings.limits import between

NOMINAL_OD_PERCENT = 5.0
"""Standard error of a neutral filter's optical density, in % of it, where only its nominal value is known."""


@dataclass(frozen=True, slots=True)
class SystematicsSettings:
    """What is known of effects that no repeat shows: one prior standard deviation of each; 0 switches one off.

    None of them changes a result: they make the systematic errors beside it.

    Attributes
    ----------
    yield_slope_percent : float
        Change of the quantum yield, in % of it, per 300 meV of excitation energy above the gap.
    yield_step_percent : float
        Quantum yield of light absorbed below the gap against that of the lowest Stokes excitation, in % of it.
    gain_slope_percent : float
        Change of the emission signal against the heat, in %, per 300 meV of excitation energy.
    path_mismatch_percent : float
        Transmission of the anti-Stokes path against the Stokes path, in %.
    leak_ppm : float
        Part of the pump, in 10⁻⁶, that leaves the laser above the gap; never below 0.
    wavelength_nm : float
        Offset of the excitation wavelengths against the spectrometer.
    scan_wavelength_nm : float
        Offset of the photothermal scans against the excitations of the spectra.
    reference_mev : float
        Offset of the energy from which ΔE counts.
    temperature_k : float
        Offset of all temperatures.
    pa_baseline_fraction : float
        Part of the difference between the photothermal baseline in use and its alternative.
    band_shift_mev : float
        Shift of the anti-Stokes band against the shape that supplies what the filters hide of it.
    ensemble_mev : float
        Standard deviation of the gaps of an ensemble that a single-gap model does not know of; never below 0.
    nd_percent : float
        Optical density of the neutral filters that some of the spectra went through, in % of it.
    em_gain_percent : float
        Electron gain of the spectra with the largest one against that of those with the smallest, in %.
    bandwidth_mev : float
        Full width at half maximum of the excitation that is not stated; never below 0.
    drift_percent : float
        Change of the emission from the first to the last condition of a temperature, in %.
    inner_filter_part : float
        Part of the inner filter of a cuvette that a sample of known absorption may have.
    """

    yield_slope_percent: float = 1.0
    yield_step_percent: float = 0.6
    gain_slope_percent: float = 0.0
    path_mismatch_percent: float = 2.0
    leak_ppm: float = 10.0
    wavelength_nm: float = 0.2
    scan_wavelength_nm: float = 0.05
    reference_mev: float = 2.0
    temperature_k: float = 2.0
    pa_baseline_fraction: float = 0.5
    band_shift_mev: float = 0.5
    ensemble_mev: float = 5.0
    nd_percent: float = NOMINAL_OD_PERCENT
    em_gain_percent: float = 5.0
    bandwidth_mev: float = 5.0
    drift_percent: float = 1.0
    inner_filter_part: float = 0.7

    def __post_init__(self) -> None:
        between("yield_slope_percent", self.yield_slope_percent, 0.0, 50.0)
        between("yield_step_percent", self.yield_step_percent, 0.0, 50.0)
        between("gain_slope_percent", self.gain_slope_percent, 0.0, 50.0)
        between("path_mismatch_percent", self.path_mismatch_percent, 0.0, 50.0)
        between("leak_ppm", self.leak_ppm, 0.0, 1e5)
        between("wavelength_nm", self.wavelength_nm, 0.0, 20.0)
        between("scan_wavelength_nm", self.scan_wavelength_nm, 0.0, 20.0)
        between("reference_mev", self.reference_mev, 0.0, 200.0)
        between("temperature_k", self.temperature_k, 0.0, 100.0)
        between("pa_baseline_fraction", self.pa_baseline_fraction, 0.0, 10.0)
        between("band_shift_mev", self.band_shift_mev, 0.0, 100.0)
        between("ensemble_mev", self.ensemble_mev, 0.0, 200.0)
        between("nd_percent", self.nd_percent, 0.0, 100.0)
        between("em_gain_percent", self.em_gain_percent, 0.0, 50.0)
        between("bandwidth_mev", self.bandwidth_mev, 0.0, 200.0)
        between("drift_percent", self.drift_percent, 0.0, 50.0)
        between("inner_filter_part", self.inner_filter_part, 0.0, 2.0)
