"""Small raw experiments in memory with a Gaussian band and an exponential absorption tail, whose answer is known.

Written for analytic tests: no instrument, only the arithmetic of Eqs. 1-4, so that every number follows by hand.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import ndtr

from asplab.core.experiment import Condition, Curve, Experiment, Scan, Spectrum, frozen_array
from asplab.core.units import HC_MEV_NM

GUARD_NM = 6.0


@dataclass(frozen=True, slots=True)
class Toy:
    """What is measured; energies in meV, wavelengths in nm, noise in counts and volts."""

    temperatures_k: tuple[float, ...] = (250.0,)
    stokes_mev: tuple[float, ...] = (170.0, 270.0, 370.0, 480.0)
    detuning_mev: tuple[float, ...] = (20.0, 33.0, 55.0, 77.0)
    eta: tuple[float, ...] = (0.9, 0.9, 0.9, 0.9)
    quantum_yield: float = 0.84
    repeats: int = 4
    noise_counts: float = 0.5
    noise_v: float = 1e-9
    drift: float = 0.0
    scan_drift: float = 0.0
    common_drift: float = 0.0
    tail_mev: float = 40.0
    band_nm: float = 506.0
    sigma_nm: float = 9.0
    counts: float = 2e5
    offset_counts: float = 100.0
    dark_counts: float = 0.0
    phase_deg: float = 0.0
    baseline_v: float = 0.0
    power_slope: float = 0.0
    axis_nm: tuple[float, float, int] = (400.0, 620.0, 1101)
    scan_step_nm: float = 0.2
    exposure_s: float | None = 2.0
    powers_uw: float | None = 50.0
    seed: int = 1
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def wavelength_nm(self) -> np.ndarray:
        return np.linspace(*self.axis_nm[:2], self.axis_nm[2])

    @property
    def band_mev(self) -> float:
        """Mean emitted photon energy: average of hc/λ over a Gaussian in photons per nm."""
        z = np.linspace(-8.0, 8.0, 4001)
        weight = np.exp(-0.5 * z**2)
        return float(np.sum(weight * HC_MEV_NM / (self.band_nm + self.sigma_nm * z)) / weight.sum())

    @property
    def excitations_mev(self) -> np.ndarray:
        """Stokes, then anti-Stokes excitations."""
        return self.band_mev + np.concatenate([self.stokes_mev, -np.asarray(self.detuning_mev)])

    def absorptance(self, energy_mev: np.ndarray) -> np.ndarray:
        above = np.asarray(energy_mev) - self.band_mev
        return np.where(above > 0.0, 1.0 + 2e-4 * above, np.exp(np.minimum(above, 0.0) / self.tail_mev))

    def efficiency(self, energy_mev: np.ndarray) -> np.ndarray:
        detuning = self.band_mev - np.asarray(energy_mev)
        below = np.interp(detuning, self.detuning_mev, self.eta) if self.detuning_mev else np.ones_like(detuning)
        return np.where(detuning > 0.0, below, 1.0)

    def heat(self, energy_mev: np.ndarray) -> np.ndarray:
        """Return heat per photon energy times absorptance, per pump power, in volts per µW."""
        energy = np.asarray(energy_mev)
        emitted = self.efficiency(energy) * self.quantum_yield * self.band_mev
        return 1e-6 * self.absorptance(energy) * (energy - emitted) / energy

    def light(self, energy_mev: np.ndarray) -> np.ndarray:
        """Return counts of the whole band per second and µW."""
        energy = np.asarray(energy_mev)
        photons = self.absorptance(energy) * self.band_mev / energy
        return self.counts * photons * self.efficiency(energy) * self.quantum_yield / 100.0

    def experiment(self) -> Experiment:
        """Return the raw data; every call gives the same."""
        rng = np.random.default_rng(self.seed)
        spectra: list[Spectrum] = []
        scans: list[Scan] = []
        for t, temperature in enumerate(self.temperatures_k):
            common = 1.0 + self.common_drift * rng.standard_normal(self.repeats)
            spectra += self._spectra(rng, t, temperature, common)
            scans += self._scans(rng, temperature, common)
        if self.dark_counts:
            spectra += [self._dark(rng, r) for r in range(self.repeats)]
        return Experiment(name="toy", spectra=tuple(spectra), scans=tuple(scans))

    def _spectra(self, rng: np.random.Generator, t: int, temperature: float, common: np.ndarray) -> list[Spectrum]:
        axis = self.wavelength_nm
        band = np.exp(-0.5 * ((axis - self.band_nm) / self.sigma_nm) ** 2) / (self.sigma_nm * np.sqrt(2.0 * np.pi))
        pixel = float(axis[1] - axis[0])
        result = []
        for c, energy in enumerate(self.excitations_mev):
            stokes = c < len(self.stokes_mev)
            excitation = HC_MEV_NM / float(energy)
            cutoff = excitation + (8.0 if stokes else -6.0)
            passed = axis >= cutoff if stokes else axis <= cutoff
            scale = (self.exposure_s or 1.0) * (self.powers_uw or 1.0)
            for r in range(self.repeats):
                height = float(self.light(energy)) * scale * common[r] * (1.0 + self.drift * rng.standard_normal())
                counts = self.offset_counts + self.dark_counts + height * pixel * band * passed
                counts = counts + self.noise_counts * rng.standard_normal(axis.size)
                condition = Condition(
                    temperature_k=temperature,
                    excitation_nm=excitation,
                    longpass_nm=cutoff if stokes else None,
                    shortpass_nm=None if stokes else cutoff,
                    power_uw=self.powers_uw,
                    exposure_s=self.exposure_s,
                    repeat=r + 1,
                )
                result.append(
                    Spectrum(
                        kind="pl" if stokes else "aspl",
                        source=f"t{t}/e{c}_r{r + 1}.csv",
                        line=None,
                        condition=condition,
                        wavelength_nm=frozen_array(axis),
                        counts=frozen_array(counts),
                    )
                )
        return result

    def _dark(self, rng: np.random.Generator, r: int) -> Spectrum:
        axis = self.wavelength_nm
        counts = self.dark_counts + self.noise_counts * rng.standard_normal(axis.size)
        condition = Condition(exposure_s=self.exposure_s, repeat=r + 1)
        return Spectrum(
            kind="dark",
            source=f"dark_r{r + 1}.csv",
            line=None,
            condition=condition,
            wavelength_nm=frozen_array(axis),
            counts=frozen_array(counts),
        )

    def _scans(self, rng: np.random.Generator, temperature: float, common: np.ndarray) -> list[Scan]:
        first, last = HC_MEV_NM / (self.band_mev + 500.0), HC_MEV_NM / (self.band_mev - 300.0)
        axis = np.arange(first, last, self.scan_step_nm)
        energy = HC_MEV_NM / axis
        power = 100.0 * (1.0 + self.power_slope * (axis - self.band_nm) / 100.0)
        phase = np.deg2rad(self.phase_deg)
        result = []
        for r in range(self.repeats):
            height = common[r] * (1.0 + self.scan_drift * rng.standard_normal())
            signal = self.heat(energy) * power * height
            noise = self.noise_v * rng.standard_normal((2, axis.size))
            result.append(
                Scan(
                    kind="pa",
                    source=f"pa_{temperature:g}_r{r + 1}.csv",
                    line=None,
                    condition=Condition(temperature_k=temperature, repeat=r + 1),
                    excitation_nm=frozen_array(axis),
                    lockin_x_v=frozen_array(signal * np.cos(phase) + self.baseline_v + noise[0]),
                    lockin_y_v=frozen_array(signal * np.sin(phase) + noise[1]),
                    power_uw=frozen_array(power),
                )
            )
        return result

    def fraction(self, low_nm: float, high_nm: float) -> float:
        """Return the part of the band between two wavelengths."""
        return float(ndtr((high_nm - self.band_nm) / self.sigma_nm) - ndtr((low_nm - self.band_nm) / self.sigma_nm))


def response_curve(wavelength_nm: np.ndarray, values: np.ndarray) -> Curve:
    """Return a response curve as a record."""
    return Curve(
        kind="response",
        source="response.csv",
        line=None,
        condition=Condition(),
        wavelength_nm=frozen_array(wavelength_nm),
        values=frozen_array(values),
    )


def change_spectra(experiment: Experiment, change: object) -> Experiment:
    """Return the experiment with ``change(spectrum)`` in place of each spectrum; None leaves one out."""
    changed = (change(spectrum) for spectrum in experiment.spectra)  # type: ignore[operator]
    return replace(experiment, spectra=tuple(spectrum for spectrum in changed if spectrum is not None))


def change_scans(experiment: Experiment, change: object) -> Experiment:
    """Return the experiment with ``change(scan)`` in place of each scan; None leaves one out."""
    changed = (change(scan) for scan in experiment.scans)  # type: ignore[operator]
    return replace(experiment, scans=tuple(scan for scan in changed if scan is not None))


def with_condition(record: Spectrum, **values: object) -> Spectrum:
    """Return a record with fields of its condition replaced."""
    return replace(record, condition=replace(record.condition, **values))  # type: ignore[arg-type]
