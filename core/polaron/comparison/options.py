"""What is free, fixed or bounded in the fit of a rate model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.polaron.comparison.allowed import (
    NUISANCE_PARAMETERS,
    OFFSET,
    SHARPEST_MEV,
    WIDTH,
    check_held,
    kind_of,
    symbol_of,
    unit_of,
)
from asplab.core.polaron.comparison.guesses import guesses
from asplab.core.polaron.rates import MODELS, RateModel
from asplab.core.polaron.rates.kramers_heisenberg import HIGHEST_BROADENING, HIGHEST_HUANG_RHYS
from asplab.core.settings import ModelSettings, ParameterPrior, PolaronSettings
from asplab.core.units import FloatArray

DEFAULT_BOUNDS: Mapping[str, tuple[float, float]] = {
    "g_mev": (0.01, 10000.0),
    "phonon_mev": (0.5, 500.0),
    "broadening_mev": (1e-6, 100.0),
    "slope_per_mev": (-1.0, 1.0),
    "urbach_mev": (0.5, 1e4),
    "background_urbach_mev": (0.5, 1e4),
    WIDTH: (0.0, 200.0),
    OFFSET: (-50.0, 50.0),
}
"""Ranges in which free parameters are sought, far beyond those of real samples."""

WIDEST_MEV = 1000.0
"""Largest standard deviation of an ensemble's gaps."""

DEFAULT_FIXED: Mapping[str, float] = {
    "broadening_mev": 1.0,
    "background_urbach_mev": np.inf,
    WIDTH: 0.0,
    OFFSET: 0.0,
}
"""Parameters that one curve cannot tell from the others: they are free only where bounds or a prior are given."""

_WIDEST_OFFSET = 10.0
"""Standard deviations of its prior within which an offset of the temperatures is sought."""
_LINEAR = ("slope_per_mev", OFFSET)
"""Parameters that can be negative, which are their own coordinates."""
_WITHIN = 0.99
"""Share of the Kramers-Heisenberg limits that a fit may use, so that its difference quotients stay inside."""
_HIGHEST_HUANG_RHYS: Mapping[str, float] = {
    "kramers-heisenberg": _WITHIN * HIGHEST_HUANG_RHYS,
    "resonant": 1e6,
    "thermal": 1e6,
    "multimode": 100.0,
    "multimode-thermal": 100.0,
}
"""Largest S tried: beyond, a rate leaves the range of floating point, or needs too many lines."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Choices of a fit that change its answer.

    Attributes
    ----------
    detuning_range_mev : (low, high)
        Points used, in meV; ΔE ≤ 0 never is.
    joint_scale : {"temperature", "shared"}
        Whether each temperature has a scale ln A of its own in the joint fit.
    fixed : mapping
        Values by parameter name; those of the multi-mode models are ``g_1_mev``, ``g_2_mev``, ….
    bounds : mapping
        (low, high) by parameter name; makes a parameter of `DEFAULT_FIXED` free, among them ``inhomogeneous_mev``, the
        width of the ensemble, and ``temperature_offset_k``, which is added to all temperatures.
    priors : tuple of ParameterPrior
        Normal distributions of free parameters, known from elsewhere; they make a parameter of `DEFAULT_FIXED` free.
    modes_mev : tuple of float
        Phonon energies of the multi-mode models, which are not fitted.
    inhomogeneous_mev : float
        Standard deviation of the gaps where it is not free; above 0, η is averaged over the ensemble.
    selection_mev : float, optional
        Urbach energy by which the laser selects within the ensemble; fits refuse it where there is none.
    """

    detuning_range_mev: tuple[float, float] = (0.0, 1000.0)
    joint_scale: Literal["temperature", "shared"] = "temperature"
    fixed: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    priors: tuple[ParameterPrior, ...] = ()
    modes_mev: tuple[float, ...] = ()
    inhomogeneous_mev: float = 0.0
    selection_mev: float | None = None

    def __post_init__(self) -> None:
        low, high = self.detuning_range_mev
        if not low < high:
            raise SettingsError(f"detuning_range_mev is ({low:g}, {high:g}); the first number must be the smaller one.")
        if self.joint_scale not in ("temperature", "shared"):
            raise SettingsError(f"joint_scale is {self.joint_scale!r}; choose 'temperature' or 'shared'.")
        if not 0.0 <= self.inhomogeneous_mev <= WIDEST_MEV:
            raise SettingsError(
                f"inhomogeneous_mev is {self.inhomogeneous_mev:g} meV; the standard deviation of the gaps must lie "
                f"between 0 and {WIDEST_MEV:g} meV."
            )
        if self.selection_mev is not None and not 0.01 <= self.selection_mev <= 1e4:
            raise SettingsError(
                f"selection_mev is {self.selection_mev:g} meV; the Urbach energy by which the laser selects must lie "
                "between 0.01 and 10000 meV."
            )

    @classmethod
    def from_settings(cls, models: ModelSettings, polaron: PolaronSettings, model_name: str) -> "ModelOptions":
        """Return what the settings say about the fit of one rate model.

        A range with equal ends fixes its parameter. Ranges and priors of parameters that the model lacks are left
        out, but one of the compared models must have them.

        Raises
        ------
        SettingsError
            For a parameter that no compared model has, and one with two ranges or two priors.
        AnalysisError
            For an unknown model.
        """
        known = {name: _all_parameters(name, len(models.modes_mev)) for name in (model_name, *models.compared)}
        for kind, items in (("range", models.limits), ("prior", models.priors)):
            named = [item.parameter for item in items]
            for name in named:
                if not any(name in parameters for parameters in known.values()):
                    raise SettingsError(
                        f"there is a {kind} of {name!r}, a parameter that none of the compared models has "
                        f"({', '.join(known)}). Take it out, or compare a model that has it."
                    )
                if named.count(name) > 1:
                    raise SettingsError(f"{name} has more than one {kind}; keep one of them.")
        own = [limit for limit in models.limits if limit.parameter in known[model_name]]
        return cls(
            detuning_range_mev=polaron.detuning_range_mev,
            joint_scale=polaron.joint_scale,
            fixed={limit.parameter: limit.low for limit in own if limit.low == limit.high},
            bounds={limit.parameter: (limit.low, limit.high) for limit in own if limit.low < limit.high},
            priors=tuple(prior for prior in models.priors if prior.parameter in known[model_name]),
            modes_mev=models.modes_mev,
            inhomogeneous_mev=models.inhomogeneous_mev,
            selection_mev=models.selection_mev,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A rate model with its free parameters as coordinates: logarithms, except of a slope and an offset.

    Attributes
    ----------
    names : tuple of str
        Free parameters.
    low, high : ndarray, shape (n_free,)
        Bounds, as coordinates.
    is_log : ndarray of bool, shape (n_free,)
    fixed : dict
        Values of the others.
    bent : bool
        The last two are g and ħω of a model that is nearly linear in (κ, u) of `asplab.core.polaron.logit`.
    """

    model: RateModel
    options: ModelOptions
    names: tuple[str, ...]
    low: FloatArray
    high: FloatArray
    is_log: np.ndarray
    fixed: dict[str, float]
    bent: bool

    @property
    def is_averaged(self) -> bool:
        """True where η is a mean over an ensemble, so that ln A is no plain shift of logit η."""
        return self.model.lines is None and (WIDTH in self.names or self.fixed.get(WIDTH, 0.0) > 0.0)

    @property
    def nuisances(self) -> tuple[str, ...]:
        """Free parameters of the sample with a prior, which is one point more: they cost no degree of freedom."""
        return tuple(prior.parameter for prior in self.options.priors if prior.parameter in NUISANCE_PARAMETERS)

    @property
    def n_counted(self) -> int:
        """How many parameters a fit of one temperature has, the scale among them and nuisances with priors not."""
        return 1 + len(self.names) - len(self.nuisances)

    @property
    def lowest_offset_k(self) -> float:
        """Lowest value of what is added to all temperatures."""
        if OFFSET in self.names:
            return float(self.low[self.names.index(OFFSET)])
        return self.fixed.get(OFFSET, 0.0)

    def values(self, shape: FloatArray) -> dict[str, FloatArray]:
        """Return all parameters by name, each (n_fits,), from coordinates (n_fits, n_free)."""
        found = {name: np.full(len(shape), value) for name, value in self.fixed.items()}
        return found | dict(zip(self.names, self.physical(shape).T, strict=True))

    def physical(self, shape: FloatArray) -> FloatArray:
        """Return the free parameters in their units from coordinates (…, n_free)."""
        return np.where(self.is_log, np.exp(np.where(self.is_log, shape, 0.0)), shape)

    def feasible(self, shape: FloatArray) -> np.ndarray:
        """Return which coordinates (n_fits, n_free) lie where the model can be evaluated."""
        values, result = self.values(shape), np.ones(len(shape), dtype=bool)
        highest = _HIGHEST_HUANG_RHYS.get(self.model.name, np.inf)
        if self.model.lines is not None:
            for i, mode in enumerate(self.options.modes_mev):
                result &= (values[f"g_{i + 1}_mev"] / mode) ** 2 <= highest
        elif np.isfinite(highest):
            result &= (values["g_mev"] / values["phonon_mev"]) ** 2 <= highest
        if self.model.name == "kramers-heisenberg":
            result &= values["broadening_mev"] / values["phonon_mev"] <= _WITHIN * HIGHEST_BROADENING
        return result

    def at_single_gap(self, parameters: FloatArray) -> np.ndarray:
        """Return where parameters (n_fits, n_parameters), coordinates last, are a width that went down to a single gap.

        An ensemble ends there by nature, not by a range that could be wider.
        """
        result = np.zeros(parameters.shape, dtype=bool)
        if WIDTH in self.names:
            column = parameters.shape[1] - len(self.names) + self.names.index(WIDTH)
            result[:, column] = parameters[:, column] < np.log(2.0 * SHARPEST_MEV)
        return result

    def nuisance_chi2(self, shape: FloatArray) -> FloatArray:
        """Return the part of the priors' χ² (n_fits,) that belongs to nuisances."""
        physical, chi2 = self.physical(shape), np.zeros(len(shape))
        for prior in self.options.priors:
            if prior.parameter in NUISANCE_PARAMETERS:
                chi2 += ((physical[:, self.names.index(prior.parameter)] - prior.value) / prior.error) ** 2
        return chi2

    def prior(self, shape: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what the priors add to χ² (n_fits,), to half its gradient and to its curvature, at coordinates."""
        m, s = shape.shape
        chi2, gradient, normal = np.zeros(m), np.zeros((m, s)), np.zeros((m, s, s))
        if self.options.priors:
            physical = self.physical(shape)
        for prior in self.options.priors:
            at = self.names.index(prior.parameter)
            pull = (physical[:, at] - prior.value) / prior.error
            unit = (physical[:, at] if self.is_log[at] else 1.0) / prior.error
            chi2 += pull**2
            gradient[:, at] += pull * unit
            normal[:, at, at] += unit**2
        return chi2, gradient, normal

    def starts(self, thermal_mev: FloatArray) -> FloatArray:
        """Return coordinates from which to search, (n_starts, n_fits, n_free), for temperatures given as k_B T."""
        n_fits, columns = len(thermal_mev), dict.fromkeys(self.names, 0)
        found = guesses(self, thermal_mev)
        table = np.empty((len(next(iter(found.values()), [0])), n_fits, len(columns)))
        for i, name in enumerate(self.names):
            values = found[name]
            table[:, :, i] = np.log(values) if self.is_log[i] else values
        highest = _HIGHEST_HUANG_RHYS.get(self.model.name, np.inf)
        if {"g_mev", "phonon_mev"} <= set(self.names) and np.isfinite(highest):
            # At low temperatures all guesses may lie beyond the largest S: they begin within it instead.
            g, phonon = (self.names.index(name) for name in ("g_mev", "phonon_mev"))
            table[:, :, g] = np.minimum(table[:, :, g], table[:, :, phonon] + 0.5 * np.log(_WITHIN * highest))
        return np.clip(table, self.low, self.high)


def plan_model(name: str, options: ModelOptions) -> Plan:
    """Return what is free and what is fixed.

    Raises
    ------
    AnalysisError
        For an unknown model or parameter, an impossible value, and missing phonon energies of a multi-mode model.
    """
    model = _known(name)
    names = _parameter_names(model, options)
    with_prior = [prior.parameter for prior in options.priors]
    for key in (*options.fixed, *options.bounds, *with_prior):
        if key not in names:
            what = "that could have a prior" if key in with_prior else "to fix or bound"
            raise AnalysisError(
                f"rate model {name!r} has no parameter {key!r} {what}; it has {', '.join(names) or 'none'}."
            )
    both = sorted(set(options.fixed) & set(options.bounds))
    if both:
        raise AnalysisError(f"{both[0]} is both fixed and bounded; choose one.")
    freed = {*options.bounds, *with_prior}
    fixed = {key: DEFAULT_FIXED[key] for key in names if key in DEFAULT_FIXED and key not in freed}
    if WIDTH in fixed:
        fixed[WIDTH] = options.inhomogeneous_mev
    fixed |= {key: float(value) for key, value in options.fixed.items()}
    for key, value in fixed.items():
        check_held(key, value, "fixed value")
    free = tuple(key for key in names if key not in fixed)
    # Of a single gap at the temperatures that were read there is nothing to tell.
    fixed = {key: value for key, value in fixed.items() if key not in NUISANCE_PARAMETERS or value != 0.0}
    _check_priors(options, fixed)
    limits = np.array([_limits(key, options) for key in free]).reshape(-1, 2)
    is_log = np.array([kind_of(key) not in _LINEAR for key in free], dtype=bool)
    coordinates = np.where(is_log[:, None], np.log(np.where(is_log[:, None], limits, 1.0)), limits)
    of_rate = tuple(key for key in free if key not in NUISANCE_PARAMETERS)
    bent = of_rate == ("g_mev", "phonon_mev") and name in ("eq9", "resonant", "kramers-heisenberg")
    return Plan(model, options, free, coordinates[:, 0], coordinates[:, 1], is_log, fixed, bent)


def _known(name: str) -> RateModel:
    model = MODELS.get(name)
    if model is None:
        raise AnalysisError(f"rate model {name!r} is not known; choose one of: {', '.join(sorted(MODELS))}.")
    return model


def _all_parameters(name: str, n_modes: int) -> tuple[str, ...]:
    """Return the parameters that a model could have, whether or not its options are complete."""
    model = _known(name)
    if model.lines is None:
        return (*NUISANCE_PARAMETERS, *model.parameters)
    others = (key for key in model.parameters if key not in ("g_mev", "phonon_mev"))
    return (*NUISANCE_PARAMETERS, *others, *(f"g_{i + 1}_mev" for i in range(n_modes)))


def _check_priors(options: ModelOptions, fixed: Mapping[str, float]) -> None:
    named = [prior.parameter for prior in options.priors]
    for prior in options.priors:
        if named.count(prior.parameter) > 1:
            raise AnalysisError(f"{symbol_of(prior.parameter)} has more than one prior; keep one of them.")
        if prior.parameter in fixed:
            raise AnalysisError(
                f"{symbol_of(prior.parameter)} ({prior.parameter}) is fixed at {fixed[prior.parameter]:g} "
                f"{unit_of(prior.parameter)} and has a prior as well; choose one."
            )
        low, high = _limits(prior.parameter, options)
        if prior.parameter == WIDTH and prior.value == 0.0 and low == SHARPEST_MEV:
            continue
        if not low <= prior.value <= high:
            raise AnalysisError(
                f"the prior of {symbol_of(prior.parameter)} ({prior.parameter}) stands at {prior.value:g} "
                f"{unit_of(prior.parameter)}, outside its range {low:g} to {high:g}. Move the prior, or "
                "widen the range."
            )


def _parameter_names(model: RateModel, options: ModelOptions) -> tuple[str, ...]:
    if model.lines is None:
        # g and ħω come last: see `Plan.bent`.
        return tuple(sorted(_all_parameters(model.name, 0), key=lambda key: key in ("g_mev", "phonon_mev")))
    if not options.modes_mev or not _has_width(options):
        raise AnalysisError(
            f"rate model {model.name!r} needs modes_mev, the phonon energies of its modes (found "
            f"{options.modes_mev}), and inhomogeneous_mev above 0 (found {options.inhomogeneous_mev:g})."
        )
    return _all_parameters(model.name, len(options.modes_mev))


def _has_width(options: ModelOptions) -> bool:
    """Return whether the ensemble has a width, fixed or free."""
    is_free = WIDTH in options.bounds or any(prior.parameter == WIDTH for prior in options.priors)
    return is_free or options.fixed.get(WIDTH, options.inhomogeneous_mev) > 0.0


def _default_limits(name: str, options: ModelOptions) -> tuple[float, float]:
    """Return the range of a parameter that has none of its own; that of an offset follows its prior."""
    low, high = DEFAULT_BOUNDS[kind_of(name)]
    prior = next((prior for prior in options.priors if prior.parameter == name), None)
    if name != OFFSET or prior is None:
        return low, high
    return max(low, prior.value - _WIDEST_OFFSET * prior.error), min(high, prior.value + _WIDEST_OFFSET * prior.error)


def _limits(name: str, options: ModelOptions) -> tuple[float, float]:
    low, high = options.bounds.get(name, _default_limits(name, options))
    check_held(name, low, "lower bound")
    check_held(name, high, "upper bound")
    if name == WIDTH:
        # A logarithm has no 0; below this width an ensemble is a single gap.
        low = max(low, SHARPEST_MEV)
    if not low < high:
        raise AnalysisError(
            f"the bounds of {symbol_of(name)} ({name}) are {low:g} and {high:g} {unit_of(name)}; the first must be the "
            "smaller one. To fix the parameter, give it a fixed value."
        )
    return low, high
