"""Virtual experiments with one effect: η against the truth, and against what a formula says where nothing mends it.

The truth and the formulas come from the virtual experiment, which shares no code with the analysis. A formula states
what happens to I, to PA and to photon energies; what that does to η follows by the fit of the responses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr
from scipy.stats import chi2

from asplab.core.document import Document
from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.experiment import Experiment
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Analysis, Results
from asplab.core.responses.stage import Responses
from asplab.core.units import wavelength_from_energy
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.core.virtual.emission import Condition, conditions, true_excitation_nm
from asplab.core.virtual.light import emission_rate, pump_power_uw, true_eta
from asplab.core.virtual.scans import heat_volts
from asplab.core.virtual.truth import band_sigma_mev, emission_mev

LARGEST_MEV = 78.0
GUARD_NM = 6.0
NO_CHANGE = 2.0
"""How many standard errors η may change by where the effect cancels: other noise."""
Choices = Mapping[str, Mapping[str, object]]
QUIET = VirtualExperiment(
    temperatures_k=(180.0,),
    stokes_detuning_mev=(170.0, 270.0, 370.0, 480.0),
    detuning_mev=(23.0, 33.0, 55.0, 77.0),
    repeats=5,
    pixels=512,
    pixel_nm=0.578,
    pa_noise_v=1e-8,
)
"""Few conditions, and little noise in PA, so that small effects stand out."""


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """What is true of one temperature; arrays are in the order of the responses, (n_columns,)."""

    experiment: VirtualExperiment
    temperature_k: float
    conditions: tuple[Condition, ...]
    read_nm: np.ndarray
    """Where the analysis takes the lasers to be."""

    def each(self, value: Callable[[Condition], float]) -> np.ndarray:
        """Return a number of each condition."""
        return np.array([value(condition) for condition in self.conditions])

    @property
    def is_stokes(self) -> np.ndarray:
        return np.array([condition.kind == "pl" for condition in self.conditions])

    @property
    def told_nm(self) -> np.ndarray:
        return self.each(lambda c: c.excitation_nm)

    @property
    def true_nm(self) -> np.ndarray:
        return self.each(lambda c: true_excitation_nm(self.experiment, c))

    @property
    def rate(self) -> np.ndarray:
        """Emitted photons per second, as electrons."""
        return self.each(
            lambda c: emission_rate(
                self.experiment, true_excitation_nm(self.experiment, c), self.temperature_k, power_uw=c.power_uw
            )
        )

    def power_at(self, at_nm: ArrayLike) -> np.ndarray:
        """Return the pump power at told wavelengths, in µW."""
        return pump_power_uw(at_nm, pump_uw=self.experiment.pump_uw)

    def heat(self, at_nm: ArrayLike, *, warmer_k: float = 0.0) -> np.ndarray:
        """Return what the scans show at told wavelengths, in V."""
        return heat_volts(self.experiment, at_nm, self.temperature_k + warmer_k)

    def seen(self, *, shift_mev: float = 0.0, guard_nm: float = GUARD_NM) -> np.ndarray:
        """Return the part of the band between the cutoffs, the guard included."""
        centre, sigma = emission_mev(self.temperature_k) + shift_mev, band_sigma_mev(self.temperature_k)

        def part(c: Condition) -> float:
            if c.longpass_nm is not None:
                return float(ndtr((wavelength_from_energy(1.0) / (c.longpass_nm + guard_nm) - centre) / sigma))
            assert c.shortpass_nm is not None
            return float(ndtr((centre - wavelength_from_energy(1.0) / (c.shortpass_nm - guard_nm)) / sigma))

        return self.each(part)


@dataclass(frozen=True, slots=True, eq=False)
class Bias:
    """What an effect does where nothing mends it; all but the last may differ between conditions.

    ``light`` and ``heat`` multiply I and PA, ``heat_added`` (V per µW) is added to PA; ``excitation_mev`` is added to
    photon energies, ``emission_mev`` to those of the band. ``is_sharp``: the width of the lines is left out of ΔE.
    """

    light: ArrayLike = 1.0
    heat: ArrayLike = 1.0
    heat_added: ArrayLike = 0.0
    excitation_mev: ArrayLike = 0.0
    emission_mev: float = 0.0
    is_sharp: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One effect: how it is mended, how it is left, and what it then does.

    Attributes
    ----------
    corrections : tuple of str
        Names of the steps of the ledger that mend it.
    virtual : VirtualExperiment
    on, off : choices of settings
        ``off`` None: there is nothing to switch off.
    bias : callable, optional
        What is left without the correction.
    measured, unmended : callable, optional
        What is done to the data before both analyses, and before the one without the correction.
    matters : bool
        Without the correction η misses the truth; else the effect cancels in η, up to noise.
    least : float
        How far off η is without the correction, at the least, in standard errors.
    tolerance, slack : float
        What formula and analysis may differ by: relative to the largest change of η, and in standard errors, for PA
        that is read elsewhere has other noise.
    is_cautious : bool
        Errors are larger than the pulls need, on purpose.
    """

    corrections: tuple[str, ...]
    virtual: VirtualExperiment
    bias: Callable[[Day], Bias] | None = None
    on: Choices = field(default_factory=dict)
    off: Choices | None = None
    measured: Callable[[Experiment], Experiment] | None = None
    unmended: Callable[[Experiment], Experiment] | None = None
    matters: bool = True
    least: float = 3.0
    tolerance: float = 0.15
    slack: float = 0.5
    is_cautious: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Recovery:
    """One simulated experiment: analysed with the correction, and without."""

    case: Case
    with_it: Results
    without: Results | None

    @property
    def pulls(self) -> np.ndarray:
        """Deviations from the true curve of η, decorrelated and in standard errors; up to 78 meV, all temperatures.

        The errors are those of η and, times the slope of the curve, those of ΔE.
        """
        return np.concatenate([self._pulls(t) for t in range(len(self._on.temperatures_k))])

    def _pulls(self, t: int) -> np.ndarray:
        near = np.isfinite(self._on.eta[t]) & (self._on.detuning_mev[t] < LARGEST_MEV)
        miss = self._on.eta[t] - true_eta_of(self.case.virtual, self._on)[t]
        ends = (true_eta_of(self.case.virtual, self._on, further_mev=step)[t] for step in (-0.5, 0.5))
        slope = np.diff(np.array(list(ends)), axis=0)[0]
        moved = self._on.reference_error_mev[t] ** 2 * np.outer(slope, slope)
        moved += np.diag((slope * self._on.detuning_error_mev[t]) ** 2)
        root = np.linalg.cholesky((self._on.eta_covariance[t] + moved)[np.ix_(near, near)])
        return np.asarray(np.linalg.solve(root, miss[near]))

    @property
    def yield_pulls(self) -> np.ndarray:
        """Deviations of the quantum yields from the truth, in standard errors."""
        return (self._on.quantum_yield - self.case.virtual.quantum_yield) / self._on.quantum_yield_error

    @property
    def _on(self) -> EfficiencyFit:
        assert self.with_it.efficiency is not None
        return self.with_it.efficiency

    @property
    def _off(self) -> EfficiencyFit:
        assert self.without is not None
        assert self.without.efficiency is not None
        return self.without.efficiency

    @property
    def errors(self) -> np.ndarray:
        """Standard errors of η up to 78 meV, the smaller ones of both analyses."""
        error = np.fmin(self._on.eta_error, self._off.eta_error)
        return np.where(self._on.detuning_mev < LARGEST_MEV, error, np.nan)

    @property
    def bias(self) -> np.ndarray:
        """How much further than with the correction η lies off the truth without it."""
        return self._miss(self._off) - self._miss(self._on)

    @property
    def predicted_bias(self) -> np.ndarray:
        """The same as the formula has it."""
        assert self.case.bias is not None
        assert self._on.responses is not None
        fit = fit_efficiency(self._biased(self._on.responses), self.with_it.document.settings.efficiency)
        return self._miss(fit) - self._miss(self._on)

    @property
    def sizes(self) -> tuple[np.ndarray, np.ndarray]:
        """Of a typical condition I and PA without the correction over those with it, and meV by which the band moves.

        Found, and by formula.
        """
        on, off = self._on.responses, self._off.responses
        assert on is not None
        assert off is not None
        found, by_formula = (
            np.array(
                [
                    np.median(one.intensity / on.intensity),
                    np.median(one.absorbed / on.absorbed),
                    np.mean(one.reference_mev - on.reference_mev),
                ]
            )
            for one in (off, self._biased(on))
        )
        return found, by_formula

    def _miss(self, fit: EfficiencyFit) -> np.ndarray:
        return np.where(fit.detuning_mev < LARGEST_MEV, fit.eta - true_eta_of(self.case.virtual, fit), np.nan)

    def _biased(self, told: Responses) -> Responses:
        """Return the responses with what the formula does to them."""
        assert self.case.bias is not None
        found = [self.case.bias(day) for day in days(self.case.virtual, told)]

        def table(name: str) -> np.ndarray:
            columns = told.intensity.shape[1]
            return np.array([np.broadcast_to(np.asarray(getattr(one, name), float), columns) for one in found])

        light, heat, moved = table("light"), table("heat"), np.array([one.emission_mev for one in found])
        absorbed = told.absorbed * heat + table("heat_added")
        louder = np.divide(absorbed, told.absorbed, out=np.ones_like(absorbed), where=told.absorbed != 0.0)
        scale = np.concatenate([light, np.abs(louder)], axis=1)
        return replace(
            told,
            intensity=told.intensity * light,
            absorbed=absorbed,
            covariance=told.covariance * scale[:, :, None] * scale[:, None, :],
            excitation_mev=told.excitation_mev + table("excitation_mev"),
            reference_mev=told.reference_mev + moved,
            mean_photon_mev=told.mean_photon_mev + moved,
            blur_mev=None if any(one.is_sharp for one in found) else told.blur_mev,
        )


@dataclass(slots=True, eq=False, repr=False)
class Bench:
    """A folder of simulations, each made once, and analysed once with the correction."""

    folder: Path
    known: dict[tuple[object, ...], tuple[Experiment, Analysis, Results]] = field(default_factory=dict)

    def recover(self, case: Case, seed: int, *, without: bool = False) -> Recovery:
        """Return one experiment analysed with the correction and, if asked, without."""
        experiment, analysis, on = self._with_it(case, seed)
        if not without or case.off is None:
            return Recovery(case, on, None)
        changed = experiment if case.unmended is None else case.unmended(experiment)
        both = {name: {**case.on.get(name, {}), **case.off.get(name, {})} for name in {*case.on, *case.off}}
        return Recovery(case, on, analysis.update(chosen(Document(changed), both), intervals=False))

    def _with_it(self, case: Case, seed: int) -> tuple[Experiment, Analysis, Results]:
        key = (repr(case.virtual), repr(case.on), case.measured, seed)
        if key not in self.known:
            folder = self.folder / f"{len(self.known)}"
            experiment = load_experiment(simulate(folder, case.virtual, seed=seed).parent)
            experiment = experiment if case.measured is None else case.measured(experiment)
            analysis = Analysis()
            on = analysis.update(chosen(Document(experiment), case.on), intervals=False)
            self.known[key] = experiment, analysis, on
        return self.known[key]


def chosen(document: Document, choices: Choices) -> Document:
    """Return the document with some fields of its settings changed."""
    settings = document.settings
    changed = {record: replace(getattr(settings, record), **fields) for record, fields in choices.items()}
    return replace(document, settings=replace(settings, **changed))


def days(virtual: VirtualExperiment, told: Responses) -> list[Day]:
    """Return what is true of each temperature, its conditions in the order of the responses."""
    found = []
    for set_k, wavelengths in zip(virtual.temperatures_k, told.excitation_nm, strict=True):
        every = conditions(virtual, set_k)
        at = np.array([condition.excitation_nm for condition in every])
        order = np.argmin(np.abs(at - wavelengths[:, None]), axis=1)
        found.append(Day(virtual, set_k, tuple(every[k] for k in order), wavelengths))
    return found


def true_eta_of(virtual: VirtualExperiment, fit: EfficiencyFit, *, further_mev: float = 0.0) -> np.ndarray:
    """Return the true η at the detunings that were found, or further away, (n_temperatures, n_anti)."""
    rows = [
        true_eta(virtual, wavelength_from_energy(emission_mev(t) - detuning - further_mev), t)
        for t, detuning in zip(fit.temperatures_k.tolist(), fit.detuning_mev, strict=True)
    ]
    return np.array(rows)


def spread_range(count: int) -> tuple[float, float]:
    """Return between what the root mean square of independent pulls lies, but for 1 in 500 times."""
    low, high = np.sqrt(chi2.ppf([1e-3, 1.0 - 1e-3], count) / count)
    return float(low), float(high)
