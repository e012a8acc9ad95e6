"""What an analysis can be asked for beyond the chain: rate models to compare, and how 68 % intervals are found.

The chain gives profile-likelihood intervals of Eq. 9. A `Method` asks for more; `infer` returns results that hold it,
and that every export and the project know how to write. The same method on the same document gives the same numbers.
Systematic errors, sources of variances and consistency checks are found beside every result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from asplab.core.document import Document
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.pipeline import Analysis, Results
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.settings import ModelSettings, Settings
from asplab.core.units import FloatArray

# Opening and saving a project need this module, but none of what it computes with.
if TYPE_CHECKING:
    from asplab.core.appraisal.correction_effects import CorrectionEffect
    from asplab.core.appraisal.stage import Appraisal
    from asplab.core.polaron.comparison import Comparison, ModelOptions
    from asplab.core.polaron.comparison.profiles import Profile
    from asplab.core.sampling import Posterior

IntervalMethod = Literal["profile", "bootstrap", "mcmc"]
METHODS: tuple[IntervalMethod, ...] = get_args(IntervalMethod)

DRAWS: Mapping[str, int] = {"profile": 1000, "bootstrap": 1000, "mcmc": 2000}
"""How many draws, or steps of each walker, are taken where no number is given."""

MAIN_MODEL = "eq9"
"""The model that the chain fits whatever else is asked for."""
APPRAISAL_STEPS = ("systematics", "budget", "consistency")
"""Steps of a project that hold what stands beside the results."""
_CURVE = 5
"""Points of the curves of profiles, of which only the ends are kept: the fewest."""
_HIGHEST_SEED = 2**53
"""A project keeps numbers in double precision, in which whole numbers are exact up to here."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a document is analysed beyond its settings.

    Attributes
    ----------
    models : tuple of str
        Rate models to compare; Eq. 9 alone is what the chain does anyway.
    intervals : {"profile", "bootstrap", "mcmc"}
        How the 68 % intervals of QY, η, g, ħω are found.
    draws, seed : int
        Draws of the bootstrap, or steps of each walker.
    appraises : bool
        Find systematic errors, sources of variances and consistency checks; a project saved without them is
        replayed without them.
    """

    models: tuple[str, ...] = (MAIN_MODEL,)
    intervals: IntervalMethod = "profile"
    draws: int = DRAWS["bootstrap"]
    seed: int = 1
    appraises: bool = True

    def __post_init__(self) -> None:
        if self.compares:
            check_names(self.models)
        if not 0 <= self.seed <= _HIGHEST_SEED:
            raise SettingsError(f"the seed is {self.seed}; it must be a whole number from 0 to {_HIGHEST_SEED}.")

    @property
    def compares(self) -> bool:
        """True where there is more to fit than what the chain fits."""
        return self.models != (MAIN_MODEL,)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a `Method` was asked for; None leaves it to the project or settings file, and then to the default."""

    models: tuple[str, ...] | None = None
    intervals: IntervalMethod | None = None
    draws: int | None = None
    seed: int | None = None


def asked_for(model: str | None, intervals: str | None, draws: int | None, seed: int | None) -> Asked:
    """Return what options of the command line ask for.

    Raises
    ------
    SettingsError
        Where ``model``, names with commas between them, or ``intervals`` is not known.
    """
    models = None if model is None else tuple(name.strip() for name in model.split(","))
    if models is not None:
        check_names(models)
    method = next((known for known in METHODS if known == intervals), None)
    if intervals is not None and method is None:
        raise SettingsError(f"--intervals: {intervals!r} is not known; choose from: {', '.join(METHODS)}.")
    return Asked(models, method, draws, seed)


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Ends of the 68 % intervals of one quantity, of one shape; NaN marks an open one."""

    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """What a method added to the results.

    Attributes
    ----------
    method : Method
    n_repeats : (int, int) or None
        Smallest and largest number of repeats of a condition that the bootstrap resampled.
    polaron_energy_mev, huang_rhys : Ends, (n_temperatures + 1,), or None
        Intervals of E_p and S, which profiles do not have.
    posteriors : mapping of int to Posterior
        By row of the fit, the joint one after the temperatures.
    comparison : Comparison or None
    profiles : mapping of (str, str) to Profile
        By model and parameter, of all compared models but that of the chain.
    appraisal : Appraisal or None
        Systematic errors, sources of variances and consistency checks, where they were asked for.
    effects : tuple of CorrectionEffect or None
        What each correction does to the results, where that was asked for.
    """

    method: Method = field(default_factory=Method)
    n_repeats: tuple[int, int] | None = None
    polaron_energy_mev: Ends | None = None
    huang_rhys: Ends | None = None
    posteriors: "Mapping[int, Posterior]" = field(default_factory=dict)
    comparison: "Comparison | None" = None
    profiles: "Mapping[tuple[str, str], Profile]" = field(default_factory=dict)
    appraisal: "Appraisal | None" = None
    effects: "tuple[CorrectionEffect, ...] | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class InferredResults(Results):
    """Results of a chain with what a method found: its intervals stand in place of the chain's own."""

    inference: Inference = field(default_factory=Inference)


def inference_of(results: Results) -> Inference:
    """Return what was asked for; plain results of the chain have profile intervals of Eq. 9 and nothing more."""
    return results.inference if isinstance(results, InferredResults) else Inference()


def check_names(models: tuple[str, ...]) -> None:
    """Raise `SettingsError` where rate models are unknown, named twice, or none at all."""
    from asplab.core.polaron.rates import MODELS

    known = f"choose from: {', '.join(MODELS)}"
    if not models:
        raise SettingsError(f"no rate model is named; {known}.")
    for name in models:
        if name not in MODELS:
            raise SettingsError(f"rate model {name!r} is not known; {known}.")
        if models.count(name) > 1:
            raise SettingsError(f"rate model {name!r} is named twice, which would split its weight. Name it once.")


def check_method(document: Document, method: Method) -> None:
    """Raise `SettingsError` or `AnalysisError` where a method can't be used on a document, before anything is computed.

    The bootstrap resamples repeats, which no table has; MCMC begins at the responses, which a table of η lacks.
    """
    from asplab.core.bootstrap.job import MINIMUM_DRAWS
    from asplab.core.polaron.comparison.allowed import WIDTH
    from asplab.core.polaron.comparison.options import plan_model
    from asplab.core.polaron.rates import MODELS
    from asplab.core.sampling.job import MINIMUM_STEPS

    experiment = document.experiment
    kinds = {table.kind for table in experiment.tables}
    least = {"profile": 0, "bootstrap": MINIMUM_DRAWS, "mcmc": MINIMUM_STEPS}[method.intervals]
    if method.draws < least:
        raise SettingsError(f"{method.draws} draws; at least {least} are needed, better 1000 or more. Ask for more.")
    is_raw = bool(experiment.scans or experiment.spectra)
    if method.intervals == "bootstrap" and not is_raw:
        raise AnalysisError(
            f"{experiment.name}: bootstrap intervals need repeats of spectra and scans, but the data entered as a "
            "table. Use profile intervals."
        )
    if method.intervals == "mcmc" and not is_raw and "responses" not in kinds:
        raise AnalysisError(
            f"{experiment.name}: MCMC intervals begin at intensities and absorption, but the data entered as a table "
            "of η. Use profile intervals."
        )
    if method.intervals == "mcmc" and document.settings.efficiency.quantum_yield == "shared":
        raise SettingsError(
            "MCMC intervals are found temperature by temperature, but quantum_yield is shared by all. Set it to "
            "temperature or fixed under [efficiency], or use bootstrap intervals."
        )
    for name in method.models if _compares(document, method) else ():
        model = MODELS[name]
        models = document.settings.models
        modes, spread = models.modes_mev, models.inhomogeneous_mev
        named = [item.parameter for item in models.limits] + [item.parameter for item in models.priors]
        is_spread = spread > 0.0 or WIDTH in named
        if model.lines is not None and not (modes and is_spread):
            raise SettingsError(
                f"rate model {name!r} needs the phonon energies of its modes and an ensemble of gaps, which the "
                f"settings lack (modes_mev {list(modes)}, inhomogeneous_mev {spread:g}). Write them under [models] in "
                "a settings file, such as modes_mev = [5.2, 9.5] and inhomogeneous_mev = 2.0."
            )
        plan_model(name, options_of(document.settings, name))


def options_of(settings: Settings, model: str) -> "ModelOptions":
    """Return what the settings say about the fit of one rate model."""
    from asplab.core.polaron.comparison import ModelOptions

    return ModelOptions.from_settings(settings.models, settings.polaron, model)


def infer(document: Document, method: Method, *, progress: Progress | None = None) -> InferredResults:
    """Run the chain and what ``method`` asks for.

    Raises
    ------
    SettingsError, AnalysisError
        Where the method can't be used on this document.
    Cancelled
        When ``progress`` was cancelled.
    """
    progress = progress or Progress()
    check_method(document, method)
    progress.step(0, 10, "analysing")
    of_chain = Analysis().update(document)
    if method.intervals != "profile" and of_chain.intervals is not None:
        # Those that are drawn take their place, and what they tell that of their problems.
        told = of_chain.intervals.problems
        left = tuple(problem for problem in of_chain.problems if problem not in told)
        of_chain = replace(of_chain, intervals=None, problems=left)
    results = _with_inference(of_chain, Inference(method))
    if results.efficiency is not None and method.intervals != "profile":
        from asplab.core.appraisal.drawn_intervals import bootstrapped, sampled

        drawn = bootstrapped if method.intervals == "bootstrap" else sampled
        results = drawn(results, progress=progress.part(0.1, 0.5))
    if results.efficiency is not None and _compares(document, method):
        results = _compared(results, progress=progress.part(0.5, 0.9))
    if method.appraises:
        results = appraised(results, progress=progress.part(0.9, 1.0))
    progress.step(10, 10, "analysed")
    return results


def _compares(document: Document, method: Method) -> bool:
    """Return whether models are fitted beside the chain: several, or Eq. 9 with what the settings know of it."""
    models = document.settings.models
    knows = models.limits or models.priors or models.inhomogeneous_mev > 0.0 or models.nuisances
    return method.compares or bool(knows)


def _with_inference(results: Results, inference: Inference) -> InferredResults:
    products = {item.name: getattr(results, item.name) for item in fields(Results)}
    return InferredResults(**products, inference=inference)


def appraised(results: Results, *, progress: Progress | None = None) -> InferredResults:
    """Return results that hold systematic errors, sources of variances and consistency checks.

    Results that hold them already come back as they are.

    Raises
    ------
    Cancelled
        When ``progress`` was cancelled.
    """
    if isinstance(results, InferredResults) and results.inference.appraisal is not None:
        return results
    from asplab.core.appraisal.stage import appraise, appraise_models

    progress, inference = progress or Progress(), inference_of(results)
    found = appraise(results, progress=progress.part(0.0, 0.6))
    comparison, problems = inference.comparison, found.problems
    if comparison is not None and not comparison.systematics:
        comparison, more = appraise_models(results, comparison, progress=progress.part(0.6, 1.0))
        problems = (*problems, *more)
    held = _with_inference(results, replace(inference, appraisal=found, comparison=comparison))
    return replace(held, problems=(*results.problems, *problems))


def with_correction_effects(results: Results, *, progress: Progress | None = None) -> InferredResults:
    """Return results that say what each correction does to them: everything is analysed once more without each.

    Raises
    ------
    Cancelled
        When ``progress`` was cancelled.
    """
    from asplab.core.appraisal.correction_effects import correction_effects

    effects = correction_effects(results, progress=progress)
    return _with_inference(results, replace(inference_of(results), effects=effects))


def _compared(results: InferredResults, *, progress: Progress) -> InferredResults:
    """Fit the rate models of the method to the same points, and add what the fits say."""
    from asplab.core.polaron.comparison import ModelOptions, compare_models
    from asplab.core.polaron.comparison.compare import first_order
    from asplab.core.polaron.comparison.profiles import profile
    from asplab.core.systematics import nuisances_for

    efficiency, inference, settings = results.efficiency, results.inference, results.document.settings
    assert efficiency is not None
    own = {name: options_of(settings, name) for name in inference.method.models}
    shared = ModelOptions(settings.polaron.detuning_range_mev, settings.polaron.joint_scale)
    comparison = compare_models(
        efficiency,
        inference.method.models,
        shared,
        own_options=own,
        nuisances=nuisances_for(results),
        progress=progress.part(0.0, 0.2),
    )
    wanted = [
        (fit, name) for fit in comparison.fits if fit.model != MAIN_MODEL and fit.fitted.any() for name in fit.names
    ]
    profiles, profiling = {}, progress.part(0.2, 1.0)
    for done, (fit, name) in enumerate(wanted):
        share = profiling.part(done / len(wanted), (done + 1) / len(wanted))
        profiles[fit.model, name] = profile(fit, name, points=_CURVE, progress=share)
    # What the chain says about Eq. 9 is said once; a model that loses makes no result doubtful.
    found = [problem for fit in comparison.fits if fit.model != MAIN_MODEL for problem in fit.problems]
    found += [problem for curve in profiles.values() for problem in curve.problems]
    told = [Problem("info", problem.where, problem.message) for problem in found]
    told += first_order(comparison.fits)
    told += _known_beside(own.get(MAIN_MODEL), settings, inference.method)
    return replace(
        results,
        problems=(*results.problems, *told),
        inference=replace(inference, comparison=comparison, profiles=profiles),
    )


def _known_beside(main: "ModelOptions | None", settings: Settings, method: Method) -> list[Problem]:
    """Say which numbers of Eq. 9 do not know what the settings say of its parameters."""
    knows = main is not None and (main.fixed or main.bounds or main.priors or main.inhomogeneous_mev > 0.0)
    if not knows and (main is None or not settings.models.nuisances):
        return []
    begins = (
        "ranges, priors, nuisances and the ensemble of gaps under [models] act on the comparison of rate models, Eq. 9 "
        "there included; "
    )
    if method.intervals == "mcmc":
        ends = (
            "the values and standard errors told for Eq. 9 are those of the chain, which knows none of them, while its "
            "intervals are MCMC's, which knows ranges, priors and the ensemble."
        )
    else:
        ends = "the parameters told for Eq. 9 are those of the chain, which knows none of them."
    return [Problem("warning", "rate models", begins + ends)]


def with_models(document: Document, models: tuple[str, ...]) -> Document:
    """Return the document that remembers the rate models to compare."""
    return document.with_settings(models=replace(document.settings.models, compared=models))


def model_step(model: str) -> str:
    """Return the name of the step of a project that holds the fit of a rate model."""
    return f"model_{model.replace('-', '_')}"


def stored_method(numbers: Mapping[str, FloatArray], settings: Settings) -> Method:
    """Return how the final numbers of a project were found, by the steps that they belong to."""
    found: dict[str, Any] = {}
    for method in METHODS:
        if f"{method}/seed" in numbers:
            found = {"intervals": method, "draws": int(numbers[f"{method}/draws"])}
            found["seed"] = int(numbers[f"{method}/seed"])
    steps = {name.split("/")[0] for name in numbers}
    if "comparison" in steps:
        # Settings name six models of their own accord, of which Eq. 9 alone was fitted where nobody asked for more.
        fitted = tuple(name for name in settings.models.compared if model_step(name) in steps)
        found["models"] = fitted or settings.models.compared
    return Method(**found, appraises=not steps.isdisjoint(APPRAISAL_STEPS))


def asked_models(settings: Settings) -> tuple[str, ...]:
    """Return the rate models that settings name of their own accord; Eq. 9 alone where they are as they come."""
    compared = settings.models.compared
    return (MAIN_MODEL,) if compared == ModelSettings().compared else compared
