"""What is sampled: coordinates, their bounds, and the prior.

In order: ln s per temperature (counted from the fitted line), quantum yields, levels L = logit η at 50 meV, coordinates
of the rate model, and where they are free the width of the ensemble and an offset of ΔE.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from asplab.core.polaron.comparison.options import Plan
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.sampling.curves import ModelCurve
from asplab.core.sampling.likelihood import Likelihood
from asplab.core.settings import ParameterPrior
from asplab.core.units import FloatArray

FlatIn = Literal["line", "logarithm"]

WIDTH = "inhomogeneous_mev"
YIELD, LEVEL = "quantum_yield", "level"
YIELD_RANGE = (0.0, 2.0)
"""Above 1 is not excluded: an error of calibration shall show, not hide."""
LEVEL_RANGE = (-60.0, 60.0)
_YIELD_CENTRE, _YIELD_REACH = 0.5 * (YIELD_RANGE[0] + YIELD_RANGE[1]), 0.5 * (YIELD_RANGE[1] - YIELD_RANGE[0])
_LEVEL_CENTRE, _LEVEL_REACH = 0.5 * (LEVEL_RANGE[0] + LEVEL_RANGE[1]), 0.5 * (LEVEL_RANGE[1] - LEVEL_RANGE[0])


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Parameters of many sets: slope, hν₀, quantum yield, level (n_sets, n_temperatures); shape (n_sets, n_free)."""

    slope: FloatArray
    intercept_mev: FloatArray
    quantum_yield: FloatArray
    level: FloatArray
    shape: FloatArray
    width_mev: FloatArray | None
    offset_mev: FloatArray | None


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Coordinates of a posterior and its density.

    Attributes
    ----------
    likelihood, curve : Likelihood and ModelCurve
    n_yields, n_levels : int
        One, or one per temperature; no yield where it is fixed.
    fixed_yield : float
    yield_error : float
        Standard deviation of a normal prior about ``fixed_yield``; zero for none.
    width_range_mev : (low, high) or None
        Where the width of the ensemble is free.
    fixed_width_mev : float
    offset_error_mev : float
        Standard deviation of the prior of an offset that moves every ΔE: the error of the reference energy of one
        temperature, or that of all; zero for none.
    flat_in : {"line", "logarithm"}
        Density that is flat: in (κ, u), the slope and the curvature of logit η(ΔE), or in the logarithms of the
        parameters.
    priors : sequence of ParameterPrior
        Normal densities that multiply it.
    """

    likelihood: Likelihood
    curve: ModelCurve
    n_yields: int
    n_levels: int
    fixed_yield: float
    yield_error: float
    width_range_mev: tuple[float, float] | None
    fixed_width_mev: float
    offset_error_mev: float
    flat_in: FlatIn
    priors: Sequence[ParameterPrior]

    @property
    def has_offset(self) -> bool:
        """True where ΔE may be moved."""
        return self.offset_error_mev > 0.0

    @property
    def plan(self) -> Plan:
        """The rate model with what is free in it."""
        return self.curve.plan

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates."""
        kelvin = [f" {temperature:.0f} K" for temperature in self.likelihood.data.temperatures_k]
        shape = ("kappa_per_mev", "inverse_phonon_per_mev") if self.plan.bent else self._shape_names
        return (
            *(f"ln slope{place}" for place in kelvin),
            *(f"quantum yield{place}" for place in (kelvin if self.n_yields > 1 else [""])[: self.n_yields]),
            *(f"logit η at 50 meV{place}" for place in (kelvin if self.n_levels > 1 else [""])),
            *shape,
            *((WIDTH,) if self.width_range_mev else ()),
            *(("offset_mev",) if self.has_offset else ()),
        )

    @property
    def _shape_names(self) -> tuple[str, ...]:
        return tuple(f"ln {name}" if log else name for name, log in zip(self.plan.names, self.plan.is_log, strict=True))

    @property
    def n_temperatures(self) -> int:
        """How many temperatures take part."""
        return len(self.likelihood.data.temperatures_k)

    @property
    def size(self) -> int:
        """How many coordinates there are."""
        extra = (self.width_range_mev is not None) + self.has_offset
        return self.n_temperatures + self.n_yields + self.n_levels + len(self.plan.names) + extra

    @property
    def first_of_shape(self) -> int:
        """Place of the first coordinate of the rate model."""
        return self.n_temperatures + self.n_yields + self.n_levels

    def sets(self, theta: FloatArray) -> Sets:
        """Return parameters from coordinates (n_sets, n_coordinates)."""
        data, n_t, first = self.likelihood.data, self.n_temperatures, self.first_of_shape
        yields = theta[:, n_t : n_t + self.n_yields] if self.n_yields else np.full((len(theta), 1), self.fixed_yield)
        yields = np.broadcast_to(yields, (len(theta), n_t))
        after = first + len(self.plan.names)
        if self.width_range_mev is not None:
            width: FloatArray | None = theta[:, after]
        else:
            width = np.full(len(theta), self.fixed_width_mev) if self.fixed_width_mev > 0.0 else None
        return Sets(
            slope=data.slope * np.exp(theta[:, :n_t]),
            intercept_mev=yields * data.photon_mev,
            quantum_yield=yields,
            level=np.broadcast_to(theta[:, first - self.n_levels : first], (len(theta), n_t)),
            shape=theta[:, first:after],
            width_mev=width,
            offset_mev=theta[:, -1:] if self.has_offset else None,
        )

    def efficiency(self, sets: Sets) -> tuple[FloatArray, FloatArray | None]:
        """Return η (n_sets, n_temperatures, n_anti), and dη/dΔE where the likelihood needs it."""
        arguments = (sets.level, sets.shape, sets.width_mev, sets.offset_mev)
        slope = self.curve.derivative(*arguments) if self.likelihood.has_energy_errors else None
        return self.curve.efficiency(*arguments), slope

    def physical(self, shape: FloatArray) -> dict[str, FloatArray]:
        """Return all parameters of the rate model by name, each (n_sets,)."""
        return self.plan.values(self.curve.coordinates(shape))

    def log_prior(self, theta: FloatArray, sets: Sets) -> FloatArray:
        """Return ln of the prior density of the coordinates, up to a constant; −∞ out of bounds."""
        plan, first, n_t = self.plan, self.first_of_shape, self.n_temperatures
        yields, level = theta[:, n_t : n_t + self.n_yields], theta[:, first - self.n_levels : first]
        inside = np.asarray((np.abs(level - _LEVEL_CENTRE) <= _LEVEL_REACH).all(axis=1))
        inside &= (np.abs(yields - _YIELD_CENTRE) <= _YIELD_REACH).all(axis=1)
        coordinates = self.curve.coordinates(sets.shape)
        inside &= ((coordinates >= plan.low) & (coordinates <= plan.high)).all(axis=1)
        if self.width_range_mev is not None and sets.width_mev is not None:
            inside &= (sets.width_mev >= self.width_range_mev[0]) & (sets.width_mev <= self.width_range_mev[1])
        result = np.zeros(len(theta))
        if plan.bent and self.flat_in == "logarithm":
            # d(κ, u) = u² d(ln g², ln ħω)
            result -= 2.0 * np.log(np.maximum(sets.shape[:, 1], np.finfo(float).tiny))
        pulls = self.prior_pulls(sets)
        if pulls.shape[1]:
            result -= 0.5 * np.sum(pulls**2, axis=1)
        if plan.model.name not in ("eq9", "arrhenius", "exponential"):
            inside &= plan.feasible(np.where(inside[:, None], coordinates, plan.low))
        return np.where(inside & np.isfinite(result), result, -np.inf)

    def prior_pulls(self, sets: Sets) -> FloatArray:
        """Return how far each set lies from what the normal priors say, in standard errors, (n_sets, n_priors)."""
        pulls = []
        if self.yield_error > 0.0:
            pulls.append((sets.quantum_yield[:, 0] - self.fixed_yield) / self.yield_error)
        if sets.offset_mev is not None:
            pulls.append(sets.offset_mev[:, 0] / self.offset_error_mev)
        if self.priors:
            values = self.physical(sets.shape)
            for prior in self.priors:
                if prior.parameter == YIELD:
                    apart = list(sets.quantum_yield[:, : max(self.n_yields, 1)].T)
                else:
                    width = sets.width_mev if sets.width_mev is not None else np.zeros(len(sets.level))
                    apart = [width if prior.parameter == WIDTH else values[prior.parameter]]
                pulls += [(value - prior.value) / prior.error for value in apart]
        return np.stack(pulls, axis=1) if pulls else np.zeros((len(sets.level), 0))

    def __call__(self, theta: FloatArray) -> FloatArray:
        """Return ln of the posterior density (n_sets,), up to a constant; −∞ where there is none."""
        with np.errstate(all="ignore"):
            sets = self.sets(theta)
            result = self.log_prior(theta, sets)
            inside = np.asarray(np.isfinite(result))
            if not inside.all():
                if not inside.any():
                    return result
                sets = self.sets(theta[inside])
            eta, slope = self.efficiency(sets)
            result[inside] += self.likelihood(sets.slope, sets.intercept_mev, eta, slope)
        return np.where(np.isnan(result), -np.inf, result)

    def residuals(self, theta: FloatArray) -> FloatArray:
        """Return residuals of unit variance (n_sets, n_residuals), those of the normal priors last."""
        with np.errstate(all="ignore"):
            sets = self.sets(theta)
            eta, slope = self.efficiency(sets)
            white = self.likelihood.whitened(sets.slope, sets.intercept_mev, eta, slope)
            return np.concatenate([white.reshape(len(theta), -1), self.prior_pulls(sets)], axis=1)


def flat_coordinates(space: Space, theta: FloatArray) -> dict[str, tuple[FloatArray, float, float]]:
    """Return what the prior is flat in, by parameter: draws and bounds, ascending with the parameter.

    For ħω with the prior flat in (κ, u) that is −u; g then has no bound of its own to come up against.
    """
    first, plan = space.first_of_shape, space.plan
    shape = theta[:, first : first + len(plan.names)]
    coordinates = space.curve.coordinates(shape)
    found = {}
    for i, name in enumerate(plan.names):
        if plan.bent and space.flat_in == "line":
            if name == "phonon_mev":
                low, high = -np.exp(-plan.low[i]), -np.exp(-plan.high[i])
                found[name] = (-shape[:, 1], float(low), float(high))
            continue
        found[name] = (coordinates[:, i], float(plan.low[i]), float(plan.high[i]))
    if space.width_range_mev is not None:
        found[WIDTH] = (theta[:, first + len(plan.names)], *space.width_range_mev)
    n_t = space.n_temperatures
    for i in range(space.n_yields):
        found[f"{YIELD} {i}"] = (theta[:, n_t + i], *YIELD_RANGE)
    for i in range(first - space.n_levels, first):
        found[f"{LEVEL} {i}"] = (theta[:, i], *LEVEL_RANGE)
    return found


def level_at_anchor(curve: ModelCurve, level: FloatArray, shape: FloatArray) -> FloatArray:
    """Return the one level (1,) that stands best for levels (n_temperatures,) of temperatures by themselves."""
    centre = np.full((1, 1), CENTRE_MEV)
    own = curve.log_rate(shape[None], centre, curve.temperature_k[:, None])[0, :, 0]
    anchor = curve.log_rate(shape[None], centre, curve.anchor_k[:, None])[0, :, 0]
    return np.array([np.mean(level - own + anchor)])
