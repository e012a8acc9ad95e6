"""The knobs of the virtual experiment: what is measured, with which instruments and how much noise.

The reason for every default stands in ``resources/guide/virtual-experiment.md``.
"""

import math
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from asplab.core.errors import SettingsError
from asplab.core.units import FloatArray
from asplab.core.virtual.effects import Effects
from asplab.core.virtual.truth import Eq9Truth, Truth, eq9_truth


@dataclass(frozen=True, slots=True)
class VirtualExperiment:
    """What is measured, on which sample, with which instruments and how much noise.

    Attributes
    ----------
    temperatures_k : tuple of float
        Sample temperatures; each is simulated independently of which others there are.
    stokes_detuning_mev, detuning_mev : tuple of float
        Nominal excitations above and below the emission energy (the laser is set to 0.01 nm).
    repeats : int
        Spectra per condition and PA scans per temperature.
    quantum_yield : float
        True external quantum yield, above 0 and at most 1.
    truth : Eq9Truth or TableTruth
        True up-conversion efficiency.
    drift : float
        Relative spread of the factor common to all PL, ASPL and PA of one repeat at one temperature.
    independent_drift : float
        Relative spread of a factor that each spectrum and each PA scan has for itself.
    pump_uw : float
        Scale of the pump power; see `asplab.core.virtual.instruments.pump_power_uw` for its spectrum.
    power_noise, scan_power_noise : float
        Relative noise of a pump power reading: averaged for a spectrum, quick for a point of a PA scan.
    emission_e_per_s : float
        Photoelectrons per second behind an ideal spectrometer at ``pump_uw``, absorptance 1 and QY 1.
    peak_target_e : float
        The exposure is the longest of ``exposures_s`` that keeps the band below this many electrons.
    background_e_per_s : float
        White stray light per pixel behind an ideal spectrometer.
    leak_e_per_s : float
        Unfiltered laser light at its line's maximum, per pixel, at ``pump_uw``, ideal spectrometer.
    first_wavelength_nm, pixel_nm, pixels
        Wavelength axis of the camera.
    offset_counts, em_gain, e_per_count, read_noise_e, clock_charge_e : float
        Electron-multiplying CCD: offset, gain, sensitivity, read noise behind the gain, and the
        clock-induced charge per pixel before it.
    cosmic_rays, cosmic_counts : float
        Mean number of hits per spectrum and mean height of a hit.
    response_noise : float
        Relative noise of the measured response curve.
    pa_scale_v : float
        Lock-in signal at ``pump_uw`` if all light at the absorption edge became heat.
    pa_noise_v : float
        Noise of either lock-in channel per point.
    pa_baseline : float
        Additive baseline in units of ``pa_scale_v``.
    pa_phase_deg : float
        Phase of the signal on the lock-in; not 0 puts part of the signal into Y.
    pa_step_nm, pa_above_mev, pa_below_mev : float
        Step and range of the PA scan around the emission energy.
    effects : Effects
        What goes wrong; nothing by default.
    companions : tuple of str
        Measurements around the main one, of `asplab.core.virtual.companions.NAMES`; none by default.
    """

    temperatures_k: tuple[float, ...] = tuple(float(t) for t in range(80, 281, 20))
    stokes_detuning_mev: tuple[float, ...] = (170.0, 220.0, 270.0, 320.0, 370.0, 425.0, 480.0)
    detuning_mev: tuple[float, ...] = (
        20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0, 120.0, 132.0, 153.0,
    )  # fmt: skip
    repeats: int = 10
    quantum_yield: float = 0.84
    truth: Truth = field(default_factory=eq9_truth)
    drift: float = 0.01
    independent_drift: float = 0.003
    pump_uw: float = 170.0
    power_noise: float = 0.002
    scan_power_noise: float = 0.01
    emission_e_per_s: float = 5e5
    peak_target_e: float = 1000.0
    exposures_s: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
    background_e_per_s: float = 0.5
    leak_e_per_s: float = 1.5e6
    first_wavelength_nm: float = 400.0
    pixel_nm: float = 0.289
    pixels: int = 1024
    offset_counts: float = 200.0
    em_gain: float = 60.0
    e_per_count: float = 12.0
    read_noise_e: float = 50.0
    clock_charge_e: float = 0.4
    cosmic_rays: float = 0.3
    cosmic_counts: float = 4000.0
    response_noise: float = 0.002
    pa_scale_v: float = 2.5e-5
    pa_noise_v: float = 4e-8
    pa_baseline: float = 2e-4
    pa_phase_deg: float = 0.0
    pa_step_nm: float = 0.2
    pa_above_mev: float = 500.0
    pa_below_mev: float = 300.0
    effects: Effects = field(default_factory=Effects)
    companions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise `SettingsError` for a knob that makes no experiment."""
        self._require_positive()
        self._require_not_negative()
        if not 0 < self.quantum_yield <= 1:
            raise SettingsError(f"quantum_yield is {self.quantum_yield:g}; it must be above 0 and at most 1.")
        for name in ("temperatures_k", "exposures_s"):
            values = getattr(self, name)
            if any(b <= a for a, b in pairwise(values)):
                raise SettingsError(f"{name} is {values}; the values must increase without repeats.")
        self._require_possible_effects()
        if isinstance(self.truth, Eq9Truth):
            return
        deepest = max(self.detuning_mev, default=0.0)
        if deepest > self.truth.detuning_mev[-1]:
            raise SettingsError(
                f"truth {self.truth.name!r} ends at {self.truth.detuning_mev[-1]:g} meV, but a detuning of "
                f"{deepest:g} meV is to be simulated. Extend the table or leave that detuning out."
            )

    def _require_possible_effects(self) -> None:
        # linear from the gap on, 1 + slope at 310 meV above it, and the scan reaches further
        farthest = max(self.pa_above_mev, *self.stokes_detuning_mev, 0.0)
        highest = self.quantum_yield * (1.0 + self.effects.yield_slope * farthest / 310.0)
        if not 0 < highest <= 1:
            raise SettingsError(
                f"effect yield_slope is {self.effects.yield_slope:g}; with quantum_yield {self.quantum_yield:g} the "
                f"yield becomes {highest:.3g} at {farthest:g} meV. Make it smaller."
            )

    def _require_positive(self) -> None:
        for name in ("temperatures_k", "exposures_s", "stokes_detuning_mev", "detuning_mev"):
            values = getattr(self, name)
            if not all(math.isfinite(value) and value > 0 for value in values):
                raise SettingsError(f"{name} is {values}; every value must be above 0.")
            if not values and name in ("temperatures_k", "exposures_s"):
                raise SettingsError(f"{name} is empty; give at least one value.")
        for name in (
            "repeats", "pump_uw", "peak_target_e", "first_wavelength_nm", "pixel_nm", "pixels", "em_gain",
            "e_per_count", "pa_scale_v", "pa_step_nm", "pa_above_mev", "pa_below_mev",
        ):  # fmt: skip
            self._require(name, above=0.0, inclusive=False)

    def _require_not_negative(self) -> None:
        for name in (
            "drift", "independent_drift", "power_noise", "scan_power_noise", "emission_e_per_s", "background_e_per_s",
            "leak_e_per_s", "read_noise_e", "clock_charge_e", "cosmic_rays", "cosmic_counts",
            "response_noise", "pa_noise_v",
        ):  # fmt: skip
            self._require(name, above=0.0, inclusive=True)

    def _require(self, name: str, *, above: float, inclusive: bool) -> None:
        value = getattr(self, name)
        if not (math.isfinite(value) and (value > above or (inclusive and value == above))):
            bound = "at least" if inclusive else "above"
            raise SettingsError(f"{name} is {value:g}; it must be {bound} {above:g}.")

    @property
    def wavelength_nm(self) -> FloatArray:
        """Wavelengths of the pixel centres, as written to the files (three decimals)."""
        return np.round(self.first_wavelength_nm + self.pixel_nm * np.arange(self.pixels), 3)
