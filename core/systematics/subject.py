"""Results made ready for shifts: what is shifted, and how the chain goes on from there in a few milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import AnalysisError
from asplab.core.photothermal.absorption import photothermal
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.responses.stage import Responses
from asplab.core.settings import Settings
from asplab.core.systematics.measured import left_of, measured_effects
from asplab.core.systematics.model_shifts import change_eta, ensemble_change, tail_energies
from asplab.core.systematics.nuisances import NUISANCES, checked, priors
from asplab.core.systematics.places import ages, electron_gains, inner_filters, neutral_densities
from asplab.core.systematics.shifts import Context, HiddenBands, lowest_responses, shift, shifted_temperatures
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.pipeline import Results

QUANTITIES = ("quantum_yield", "eta", "g_mev", "phonon_mev", "polaron_energy_mev", "huang_rhys")
"""Results that have a systematic error, the fields of `Outcome`."""


_COLD = 4.0
"""Standard deviations of the temperature below which a temperature is not moved: by two it would come near to 0 K."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Results, or their errors or changes.

    Attributes
    ----------
    quantum_yield : ndarray, shape (…, n_temperatures)
    eta : ndarray, shape (…, n_temperatures, n_anti)
    g_mev, phonon_mev, polaron_energy_mev, huang_rhys : ndarray, shape (…, n_temperatures + 1)
        Of Eq. 9 for each temperature, and for all jointly in the last entry; NaN where they are not determined.
    """

    quantum_yield: FloatArray
    eta: FloatArray
    g_mev: FloatArray
    phonon_mev: FloatArray
    polaron_energy_mev: FloatArray
    huang_rhys: FloatArray

    @classmethod
    def of(cls, efficiency: EfficiencyFit, polaron: PolaronFit) -> "Outcome":
        """Return the values of a fit."""
        return cls(
            efficiency.quantum_yield,
            efficiency.eta,
            *(getattr(polaron, name) for name in QUANTITIES[2:]),
        )

    @classmethod
    def errors_of(cls, efficiency: EfficiencyFit, polaron: PolaronFit) -> "Outcome":
        """Return the statistical standard errors of a fit."""
        names = ("g_error_mev", "phonon_error_mev", "polaron_energy_error_mev", "huang_rhys_error")
        return cls(efficiency.quantum_yield_error, efficiency.eta_error, *(getattr(polaron, name) for name in names))

    @classmethod
    def stacked(cls, outcomes: "list[Outcome]", like: "Outcome") -> "Outcome":
        """Return outcomes stacked in a new first dimension; ``like`` gives the shape where there is none."""

        def column(name: str) -> FloatArray:
            rows = [getattr(outcome, name) for outcome in outcomes]
            return np.array(rows) if rows else np.zeros((0, *getattr(like, name).shape))

        return cls(*(column(field.name) for field in fields(cls)))

    def minus(self, other: "Outcome") -> "Outcome":
        """Return the differences."""
        return Outcome(*(getattr(self, name) - getattr(other, name) for name in QUANTITIES))


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Results made ready for shifts by `prepare`.

    Attributes
    ----------
    settings : Settings
    efficiency, polaron : EfficiencyFit, PolaronFit
        The unshifted fits.
    context : Context
    prior : dict of str to float
        Standard deviations of the nuisances that can be shifted here and are switched on.
    left_out : tuple of (str, str)
        Name of each other nuisance, and why it is left out.
    leak_bound_ppm : float or None
        Largest leak that the weakest anti-Stokes emission leaves room for; infinite without a bound, None where
        a leak can't be shifted.
    """

    settings: Settings
    efficiency: EfficiencyFit
    polaron: PolaronFit
    context: Context
    prior: dict[str, float]
    left_out: tuple[tuple[str, str], ...]
    leak_bound_ppm: float | None

    @property
    def central(self) -> Outcome:
        """The unshifted results."""
        return Outcome.of(self.efficiency, self.polaron)

    def shifted(self, values: Mapping[str, float]) -> tuple[EfficiencyFit, EfficiencyFit]:
        """Return η with the effects added, as it is reported, and as the single-gap model is fitted to it."""
        values = checked(values)
        if not values:
            return self.efficiency, self.efficiency
        if self.efficiency.responses is not None:
            moved = shift(self.efficiency.responses, values, self.context)
            efficiency = fit_efficiency(moved, self.settings.efficiency)
        else:
            efficiency = _shifted_table(self.efficiency, values, self.context)
        width, tail = values.get("ensemble_mev", 0.0), self.context.tail_mev
        if width == 0.0 or tail is None:
            return efficiency, efficiency
        single = self.polaron if len(values) == 1 else fit_polaron(efficiency, self.settings.polaron)
        change = ensemble_change(efficiency, single, width, tail)
        if efficiency.responses is None:
            return efficiency, replace(efficiency, numerator=efficiency.numerator + efficiency.denominator * change)
        return efficiency, fit_efficiency(change_eta(efficiency, change), self.settings.efficiency)

    def under(self, values: Mapping[str, float]) -> Outcome:
        """Return the results with the effects added, the sizes in the units of the nuisances."""
        efficiency, fitted = self.shifted(values)
        return Outcome.of(efficiency, fit_polaron(fitted, self.settings.polaron))


def prepare(results: "Results") -> Subject:
    """Collect what shifts of a document's results need.

    Raises
    ------
    AnalysisError
        Where the results hold no η, or no fit of Eq. 9.
    """
    efficiency, polaron, settings = results.efficiency, results.polaron, results.document.settings
    if efficiency is None or polaron is None:
        raise AnalysisError("there is no η, so no systematic error of it. Mend the problems of the analysis first.")
    on = left_of(priors(settings), results)
    if "temperature_k" in on:
        on["temperature_k"] = max(on["temperature_k"], _told_temperature_error(results))
    context = Context(
        line=efficiency.line,
        baseline_change=_baseline_change(results),
        hidden=_hidden(results),
        tail_mev=tail_energies(efficiency),
        steady=np.asarray(efficiency.temperatures_k < _COLD * on.get("temperature_k", 0.0)),
        neutral_od=neutral_densities(results),
        electron_gain=electron_gains(results),
        age=ages(results),
        inner_filter=inner_filters(results),
    )
    known = settings.pump.subtracted_leak_ppm is not None
    missing = {name: _missing(name, efficiency, context, is_leak_known=known) for name in NUISANCES}
    left_out = measured_effects(results) | {name: reason for name, reason in missing.items() if reason}
    left_out |= {name: "switched off: its prior is 0" for name in NUISANCES if name not in on}
    bound = _leak_bound(efficiency.responses)
    prior = {name: sigma for name, sigma in on.items() if name not in left_out}
    return Subject(settings, efficiency, polaron, context, prior, tuple(left_out.items()), bound)


def under(results: "Results | Subject", values: Mapping[str, float]) -> Outcome:
    """Return QY, η, g, ħω, E_p and S with effects of the given sizes added to the data.

    Parameters
    ----------
    results : Results or Subject
        A `Subject` saves what is the same for every size: use it for live sliders.
    values : mapping of str to float
        Name of a nuisance to its size in its unit.

    Raises
    ------
    SettingsError, AnalysisError
        As `asplab.core.systematics.shift` and `prepare`.
    """
    subject = results if isinstance(results, Subject) else prepare(results)
    return subject.under(values)


def _told_temperature_error(results: "Results") -> float:
    """Return the largest standard error of a temperature in the manifest, in K; 0 where none is told."""
    if results.gathered is None:
        return 0.0
    records = [member for stack in results.gathered.stacks for member in stack.members]
    told = [record.condition.temperature_error_k for record in (*records, *chain(*results.gathered.scans))]
    return max((error for error in told if error is not None), default=0.0)


def _missing(name: str, efficiency: EfficiencyFit, context: Context, *, is_leak_known: bool) -> str:
    """Return why a nuisance can't be shifted; empty where it can."""
    if NUISANCES[name].stage == "responses" and efficiency.responses is None:
        return "the data begin with a table of η"
    if name == "leak_ppm" and is_leak_known:
        return "a measured leak is subtracted, with its error among the statistical ones"
    if name == "temperature_k" and context.steady is not None and context.steady.all():
        return f"no temperature is as large as {_COLD:g} of its prior standard deviations"
    if name == "pa_baseline_fraction" and context.baseline_change is None:
        return "there are no scans with a baseline"
    if name == "band_shift_mev" and context.hidden is None:
        return "no hidden part of a band is supplied"
    in_tail = name in ("scan_wavelength_nm", "bandwidth_mev")
    if in_tail and (context.tail_mev is None or not np.isfinite(context.tail_mev).any()):
        return "the absorption tail is not determined"
    if name == "nd_percent" and context.neutral_od is None:
        return "no spectrum went through a neutral filter that others did not see"
    if name == "em_gain_percent" and context.electron_gain is None:
        return "no spectra are divided by different electron gains"
    if name == "drift_percent" and context.age is None:
        return "the spectra have no times"
    if name == "inner_filter_part" and context.inner_filter is None:
        return "no absorption of the sample is known that is not corrected for"
    return ""


def _shifted_table(efficiency: EfficiencyFit, values: Mapping[str, float], context: Context) -> EfficiencyFit:
    """Return a table of η with the reference of ΔE and the temperatures moved."""
    for name in values:
        if NUISANCES[name].stage == "responses":
            raise AnalysisError(f"{name} can't be shifted: the data begin with a table of η. Leave it out.")
    return replace(
        efficiency,
        detuning_mev=efficiency.detuning_mev + values.get("reference_mev", 0.0),
        temperatures_k=shifted_temperatures(
            efficiency.temperatures_k, values.get("temperature_k", 0.0), context.steady
        ),
    )


def _baseline_change(results: "Results") -> FloatArray | None:
    """Return PA with the other baseline (a line for an Urbach tail, else the tail) less PA, at each place."""
    if results.scans is None or results.absorbed is None or results.excitations is None:
        return None
    if results.energies is None or results.layout is None:
        return None
    settings = results.document.settings.baseline
    other = replace(settings, shape="line" if settings.shape == "urbach" else "urbach")
    found = photothermal(results.scans, results.excitations, results.energies, results.layout, other)
    change = (found.mean - results.absorbed.mean)[results.layout.index]
    return np.where(results.layout.valid, np.nan_to_num(change), 0.0)


def _hidden(results: "Results") -> HiddenBands | None:
    """Return the running integrals of the band shapes; None where no hidden part is supplied."""
    settings = results.document.settings.integration
    if results.bands is None or results.emission is None or results.layout is None or not settings.correct_truncation:
        return None
    axes: list[FloatArray | None] = []
    sums: list[FloatArray | None] = []
    for template in results.bands.templates:
        if template is None:
            axes.append(None)
            sums.append(None)
            continue
        axis, values = template.wavelength_nm, template.values
        steps = 0.5 * (values[1:] + values[:-1]) * np.diff(axis)
        axes.append(axis)
        sums.append(np.concatenate([[0.0], np.cumsum(steps)]))
    anti = results.layout.index[:, results.layout.n_stokes :]
    return HiddenBands(tuple(axes), tuple(sums), results.emission.window_nm[anti], settings.window_nm)


def _leak_bound(responses: Responses | None) -> float | None:
    """Return the leak in ppm that accounts for the weakest anti-Stokes emission, with one standard error on top."""
    if responses is None:
        return None
    ns, n = responses.n_stokes, responses.valid.shape[1]
    error = np.sqrt(np.einsum("tii->ti", responses.covariance)[:, ns:n])
    reference = lowest_responses(responses)[0][:, None]
    use = responses.fitted[:, ns:] & (reference > 0.0)
    most = np.maximum(responses.intensity[:, ns:], 0.0) + error
    return float(1e6 * np.where(use, most / np.where(use, reference, 1.0), np.inf).min(initial=np.inf))
