"""What the fit of a rate model holds."""

from dataclasses import dataclass

import numpy as np

from asplab.core.polaron.comparison.allowed import SHARPEST_MEV, WIDTH
from asplab.core.polaron.comparison.joint import JointResult
from asplab.core.polaron.comparison.misfit import SeparateModel
from asplab.core.polaron.comparison.options import Plan
from asplab.core.problems import Problem
from asplab.core.settings import ParameterPrior
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class ScaleTest:
    """Whether one scale ln A for all temperatures is allowed: Δχ² against a scale for each.

    Attributes
    ----------
    chi2_free, chi2_shared : float
        NaN unless two temperatures could be fitted.
    dof : int
        Scales saved.
    p_value : float
        Probability of a Δχ² at least as large where the scale is one.
    """

    chi2_free: float = np.nan
    chi2_shared: float = np.nan
    dof: int = 0
    p_value: float = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class PriorPull:
    """A prior that took part in a fit, and how far the fit ended from it.

    Attributes
    ----------
    prior : ParameterPrior
    pull : ndarray, shape (n_rows,)
        (Fitted value − prior) over the standard deviation of the prior; NaN where there is no fit.
    """

    prior: ParameterPrior
    pull: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class FittedNuisances:
    """What the joint fit found about effects that no repeat shows; arrays of shape (n_nuisances,).

    Attributes
    ----------
    names, unit : tuple of str
    sigma : ndarray
        Standard deviation of each prior, whose mean is 0.
    value, error : ndarray
        Best value and first-order standard error, in the unit of each; NaN where there is no joint fit.
    """

    names: tuple[str, ...]
    unit: tuple[str, ...]
    sigma: FloatArray
    value: FloatArray
    error: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ModelFit:
    """A rate model fitted to each temperature, and to all of them jointly in the last entry.

    Arrays have n_rows = n_temperatures + 1 rows; NaN where a fit is not possible. The joint row is NaN unless two
    temperatures could be fitted.

    Attributes
    ----------
    model : str
    names : tuple of str
        Free parameters besides the scale; among them ``inhomogeneous_mev`` and ``temperature_offset_k`` where a range
        or a prior sets them free.
    temperatures_k : ndarray, shape (n_temperatures,)
    values, errors : ndarray, shape (n_rows, n_names)
        In the unit of each name; first-order standard errors, NaN at a bound.
    at_bound : ndarray of bool, shape (n_rows, n_names)
        The best value is the end of what was allowed: it is no result.
    polaron_energy_mev, polaron_energy_error_mev, huang_rhys, huang_rhys_error : ndarray, shape (n_rows,)
        E_p = g²/ħω and S = (g/ħω)²; NaN for a model without them.
    log_scale : ndarray, shape (n_rows,)
        ln A with rates in meV units; of the joint fit the mean over its temperatures.
    chi2, dof, n_points, n_parameters : ndarray, shape (n_rows,)
        χ² of the data, without what priors of parameters add; what the priors of nuisances add is in it, those of width
        and temperature too, and such nuisances are not counted among the parameters.
    prior_chi2 : ndarray, shape (n_rows,)
        What the other priors add at the best fit; zero without any. The best fit is that of the sum.
    priors : tuple of PriorPull
    nuisances : FittedNuisances or None
        None where no nuisances were given.
    scale_test : ScaleTest
    fitted, joined : ndarray of bool, shape (n_temperatures,)
        Temperatures that were fitted, and those in the joint fit.
    parameters : ndarray, shape (n_temperatures, 1 + n_names)
        Level L of `Curves` and coordinates of ``plan``.
    covariance : ndarray, shape (n_temperatures, 1 + n_names, 1 + n_names)
        Of the parameters; NaN in rows and columns of those at a bound.
    plan, objective, joint : Plan, SeparateModel, JointResult or None
        What was fitted; the objective holds the fitted temperatures only.
    """

    model: str
    names: tuple[str, ...]
    temperatures_k: FloatArray
    values: FloatArray
    errors: FloatArray
    at_bound: np.ndarray
    polaron_energy_mev: FloatArray
    polaron_energy_error_mev: FloatArray
    huang_rhys: FloatArray
    huang_rhys_error: FloatArray
    log_scale: FloatArray
    chi2: FloatArray
    prior_chi2: FloatArray
    dof: np.ndarray
    n_points: np.ndarray
    n_parameters: np.ndarray
    priors: tuple[PriorPull, ...]
    nuisances: FittedNuisances | None
    scale_test: ScaleTest
    fitted: np.ndarray
    joined: np.ndarray
    parameters: FloatArray
    covariance: FloatArray
    plan: Plan
    objective: SeparateModel | None
    joint: JointResult | None
    problems: tuple[Problem, ...] = ()

    @property
    def is_stopped(self) -> np.ndarray:
        """Rows (n_rows,) of which a parameter stopped at the end of its range, a width at a single gap left out."""
        single_gap = np.zeros_like(self.at_bound)
        if WIDTH in self.names:
            at = self.names.index(WIDTH)
            single_gap[:, at] = self.values[:, at] < 2.0 * SHARPEST_MEV
        return np.asarray((self.at_bound & ~single_gap).any(axis=1))

    def value(self, name: str) -> FloatArray:
        """Return the fitted values (n_rows,) of one parameter, or the fixed one in every row."""
        if name in self.plan.fixed:
            return np.where(np.isfinite(self.chi2), self.plan.fixed[name], np.nan)
        return self.values[:, self.names.index(name)]

    def error(self, name: str) -> FloatArray:
        """Return the errors (n_rows,) of one free parameter."""
        return self.errors[:, self.names.index(name)]

    def correlation(self, one: str, other: str) -> FloatArray:
        """Return the correlations (n_rows,) of two free parameters, in logarithms; NaN where one has no error."""
        i, k = self.names.index(one), self.names.index(other)
        last = np.full((2, 2), np.nan) if self.joint is None else self.joint.shape_covariance[np.ix_([i, k], [i, k])]
        every = np.concatenate([self.covariance[:, 1:, 1:][:, [[i], [k]], [i, k]], last[None]])
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(every[:, 0, 1] / np.sqrt(every[:, 0, 0] * every[:, 1, 1]))
