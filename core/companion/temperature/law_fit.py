"""The fit of one law to energies or widths: parameters with intervals, or the reason why they have none."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc
from scipy.stats import norm
from scipy.stats import t as student

from asplab.core.arena.records import aicc_of
from asplab.core.companion.checks import positive_array, same_shape
from asplab.core.companion.reading import LIMIT_CHANCE, Reading, undetermined
from asplab.core.companion.temperature.laws import Law, Parameter
from asplab.core.companion.temperature.projection import Surface, free_columns, project
from asplab.core.errors import AnalysisError, InputError, SettingsError
from asplab.core.units import FloatArray

ONE_SIGMA = 0.8413447460685429
"""Chance below one standard deviation of a normal distribution."""
_OPEN_CHANCE = 0.975
"""Where an interval with this chance beyond neither end is open, only a limit is told."""
TELLS_TOGETHER = 0.99
"""Correlation from which two parameters act as one."""
_MISSES = 1e-4
"""Chance of a χ² below which a law misses the data; above it errors are widened, as temperatures have errors too."""
_ELSEWHERE = "Prefer another law, or look for points that are off."
_STEP = 1e-4
_ROUNDING = 1e-9
"""Relative size of scatter below which it is that of rounded numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class LawFit:
    """A law with the data that it was fitted to.

    Attributes
    ----------
    law : Law
    temperatures_k : tuple of float
        Lowest and highest of the data.
    parameters : dict of str to Reading
        By name, fixed ones among them (with an error of 0).
    fixed : dict of str to float
    chi2 : float
        NaN where the errors follow from the scatter.
    dof : int
    misfit : float
        χ² per degree of freedom; NaN likewise.
    aicc : float
        NaN with too few points.
    correlation : float
        The largest of two free parameters, by magnitude, and their ``correlated`` names.
    is_scattered : bool
        The scatter about the law sets the errors, since it is larger than the given ones, or none were given.
    rise : float
        Of χ² at the ends of a 68 % interval.
    surface : Surface
    """

    law: Law
    temperatures_k: tuple[float, float]
    parameters: Mapping[str, Reading]
    fixed: Mapping[str, float]
    chi2: float
    dof: int
    misfit: float
    aicc: float
    correlation: float
    correlated: tuple[str, ...]
    is_scattered: bool
    rise: float
    surface: Surface

    @property
    def is_degenerate(self) -> bool:
        """Whether these data do not determine all parameters of a law that describes them."""
        free = [reading for name, reading in self.parameters.items() if name not in self.fixed]
        return not self.is_misfit and any(not reading.is_determined for reading in free)

    @property
    def is_misfit(self) -> bool:
        """Whether chance does not make the law miss the data as it does; never without errors.

        Its parameters are then not determined.
        """
        return _misses(self.chi2, self.dof)

    @property
    def sentence(self) -> str:
        """What a reader of the parameters must know; empty where there is nothing."""
        if self.is_misfit:
            return f"{self._name} {_missed(self.chi2, self.dof)}: its parameters mean nothing here. {_ELSEWHERE}"
        lost = [p.symbol for p in self.law.parameters if not self.parameters[p.name].is_determined]
        pair = f" ({' and '.join(self.correlated)} act as one, correlation {self.correlation:.3f})"
        pair = pair if abs(self.correlation) > TELLS_TOGETHER else ""
        low, high = self.temperatures_k
        where = f"{low:.0f} to {high:.0f} K"
        if lost:
            told = f"{where} are not enough for {', '.join(lost)}{pair}"
            return f"{self._name} is degenerate: {told}. {self.law.remedy}"
        return f"{self._name}: determined over {where}{pair}." if pair else ""

    @property
    def _name(self) -> str:
        """The title as a sentence begins with it."""
        return self.law.title[0].upper() + self.law.title[1:]

    def at(self, temperature_k: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the law and the ends of its 68 % interval at temperatures (n,), in meV."""
        return self._functional(np.atleast_1d(temperature_k), is_slope=False)

    def slope_at(self, temperature_k: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the change per K of the law and the ends of its 68 % interval at temperatures (n,), in meV/K."""
        return self._functional(np.atleast_1d(temperature_k), is_slope=True)

    def _functional(self, t: FloatArray, *, is_slope: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        def columns(at: FloatArray) -> tuple[FloatArray, FloatArray]:
            free, left = free_columns(self.law, at, self.surface.shapes, np.zeros_like(at), self.fixed)
            return free, -left

        if is_slope:
            step = _STEP * np.maximum(t, 1.0)
            (above, given_above), (below, given_below) = columns(t + step), columns(t - step)
            free, given = (above - below) / (2.0 * step)[:, None], (given_above - given_below) / (2.0 * step)
        else:
            free, given = columns(t)
        best = self.surface.best
        value = given[best] + free[best] @ self.surface.coefficients()
        # What the fixed parameters add depends on the shape as well, so it goes in as one more column of weight one.
        ends = [self._ends(free[:, k], given[:, k]) for k in range(t.size)]
        low, high = np.array(ends).T
        if self.law.is_squared and not is_slope:
            return np.sqrt(np.maximum(value, 0.0)), np.sqrt(np.maximum(low, 0.0)), np.sqrt(np.maximum(high, 0.0))
        if self.law.is_squared:
            width = 2.0 * self.at(t)[0]
            return value / width, low / width, high / width
        return value, low, high

    def _ends(self, free: FloatArray, given: FloatArray) -> tuple[float, float]:
        low, high, *_ = self.surface.ends(free, self.rise, given=given)
        return low, high


def fit_law(
    law: Law,
    temperature_k: FloatArray,
    values_mev: FloatArray,
    *,
    error_mev: FloatArray | None,
    fixed: Mapping[str, float] | None = None,
) -> LawFit:
    """Fit a law to energies or widths.

    Parameters
    ----------
    law : Law
    temperature_k, values_mev : ndarray, shape (n,)
    error_mev : ndarray, shape (n,), or None
        Standard errors; None where they follow from the scatter about the law. Errors are widened where the scatter
        is larger than they say.
    fixed : dict of str to float, optional
        Parameters that are not fitted, by name.

    Raises
    ------
    InputError, SettingsError
        For values that no measurement has, and names that the law lacks.
    AnalysisError
        For fewer temperatures than the law has parameters and, without errors, as many.
    """
    held = dict(fixed or {})
    t, y, sigma = _checked(law, temperature_k, values_mev, error_mev, held)
    target, spread = (y**2, 2.0 * y * sigma) if law.is_squared else (y, sigma)
    n_free = sum(p.name not in held for p in law.parameters)
    is_given = error_mev is not None
    surface = _surface(law, t, target, spread, held, dof=t.size - n_free, is_given=is_given)
    scatter = _scatter(surface, target, dof=t.size - n_free, is_given=is_given)
    rises = (scatter.rise(ONE_SIGMA), scatter.rise(_OPEN_CHANCE), scatter.rise(LIMIT_CHANCE))
    correlation, pair = _correlation(law, t, spread, surface, held)
    readings = {p.name: _reading(law, p, surface, held, rises) for p in law.parameters}
    if is_given and _misses(scatter.chi2, scatter.dof):
        readings |= {p.name: _lost(p, scatter) for p in law.parameters if p.name not in held}
    return LawFit(
        law=law,
        temperatures_k=(float(t.min()), float(t.max())),
        parameters=readings,
        fixed=held,
        chi2=scatter.chi2 if is_given else math.nan,
        dof=scatter.dof,
        misfit=scatter.misfit if is_given else math.nan,
        aicc=_aicc(scatter, t.size, n_free, is_given=is_given),
        correlation=correlation,
        correlated=pair,
        is_scattered=scatter.sets_errors,
        rise=rises[0],
        surface=surface,
    )


@dataclass(frozen=True, slots=True)
class _Scatter:
    """χ² at the optimum, and whether the scatter about the law sets the errors."""

    chi2: float
    dof: int
    sets_errors: bool

    @property
    def misfit(self) -> float:
        return self.chi2 / self.dof if self.dof > 0 else math.nan

    def rise(self, chance: float) -> float:
        """Return by how much χ² rises where ``chance`` lies to one side."""
        if self.sets_errors:
            found = float(student.ppf(chance, self.dof)) ** 2 * self.misfit
        else:
            found = float(norm.ppf(chance)) ** 2
        return max(found, float(np.finfo(float).tiny))


def _misses(chi2: float, dof: int) -> bool:
    """Tell whether χ² is beyond chance; a law with as many parameters as points has one left, as those have bounds."""
    return math.isfinite(chi2) and float(chdtrc(max(dof, 1), chi2)) < _MISSES


def _missed(chi2: float, dof: int) -> str:
    return f"misses the data (χ² {chi2:.3g} for {dof} degrees of freedom)"


def _lost(parameter: Parameter, scatter: _Scatter) -> Reading:
    """Return the place of a parameter of a law that misses the data: neither a value nor a limit."""
    why = f"{parameter.symbol} is not determined: the law {_missed(scatter.chi2, scatter.dof)}. {_ELSEWHERE}"
    return undetermined(why, parameter.unit)


def _surface(
    law: Law,
    t: FloatArray,
    target: FloatArray,
    spread: FloatArray,
    held: Mapping[str, float],
    *,
    dof: int,
    is_given: bool,
) -> Surface:
    """Return χ² over the shape of the law, fine as far as the widened intervals go."""
    loose = max(20.0, 4.0 * student.ppf(_OPEN_CHANCE, max(dof, 1)) ** 2)
    surface = project(law, t, target, spread, fixed=held, rise=loose)
    if dof <= 0:
        return surface
    scatter = float(surface.chi2.min()) / dof
    if scatter > 0.0 and (not is_given or scatter > 1.0):
        return project(law, t, target, spread, fixed=held, rise=loose * scatter)
    return surface


def _scatter(surface: Surface, target: FloatArray, *, dof: int, is_given: bool) -> _Scatter:
    chi2 = float(surface.chi2.min())
    if not is_given:
        # What rounding leaves is no scatter.
        chi2 = max(chi2, target.size * (_ROUNDING * float(np.abs(target).max())) ** 2)
    return _Scatter(chi2, dof, not is_given or (dof > 0 and chi2 > dof))


def _aicc(scatter: _Scatter, n: int, n_free: int, *, is_given: bool) -> float:
    misfit = scatter.chi2 if is_given else n * math.log(scatter.chi2 / n)
    # Without errors the scatter is one more parameter.
    return float(aicc_of(np.array(misfit), np.array(n), np.array(n_free if is_given else n_free + 1)))


def _checked(
    law: Law, temperature_k: FloatArray, values_mev: FloatArray, error_mev: FloatArray | None, held: Mapping[str, float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    t = positive_array(temperature_k, name="temperature_k")
    y = positive_array(values_mev, name="values_mev")
    same_shape(t, y, names=("temperature_k", "values_mev"))
    sigma = np.ones_like(y) if error_mev is None else positive_array(error_mev, name="error_mev")
    same_shape(y, sigma, names=("values_mev", "error_mev"))
    known = {p.name for p in law.parameters}
    wrong = sorted(set(held) - known)
    if wrong:
        raise SettingsError(f"{law.title} has no parameter {wrong[0]!r}. Use one of {', '.join(sorted(known))}.")
    for p in law.shape:
        if p.name in held and not held[p.name] > 0.0:
            raise SettingsError(f"{law.title}: {p.symbol} is fixed to {held[p.name]:g}. Give a value above 0.")
    free = len(known) - len(held)
    if not free:
        raise SettingsError(f"{law.title}: all parameters are fixed. Leave at least one free.")
    need = free + (error_mev is None)
    different = np.unique(t).size
    if different < need:
        raise AnalysisError(
            f"{law.title} has {free} free parameters, but there are {different} different temperatures. "
            f"Measure at {need} or more, or fix some."
        )
    if law.is_squared and error_mev is not None and np.any(sigma > 0.5 * y):
        worst = int(np.argmax(sigma / y))
        raise InputError(
            f"width at {t[worst]:g} K is {y[worst]:.3g} ± {sigma[worst]:.3g} meV, too uncertain for its square. Leave "
            "it out."
        )
    return t, y, sigma


def _reading(
    law: Law, parameter: Parameter, surface: Surface, held: Mapping[str, float], rises: tuple[float, float, float]
) -> Reading:
    """Return a parameter with its interval, with the limit that is left of it, or with nothing."""
    name, unit = parameter.name, parameter.unit
    if name in held:
        return Reading(held[name], 0.0, unit, held[name], held[name])
    names = [p.name for p in law.linear if p.name not in held]
    if name in names:
        place = names.index(name)
        at = np.zeros(len(names))
        at[place] = 1.0
        value = float(surface.coefficients()[place])
        found = [surface.ends(at, rise) for rise in rises]
    else:
        k = [p.name for p in law.shape].index(name)
        value = float(surface.shapes[surface.best, k])
        found = [surface.shape_ends(k, rise) for rise in rises]
    (low, high, *_), (wide_low, _, low_open, high_open), (lower, upper, *_) = found
    if parameter.is_bounded and wide_low <= 0.0 and not high_open:
        why = f"{parameter.symbol} is zero within its error, and can't be negative, so only a limit is known."
        return Reading(value, math.nan, unit, None, None, None, upper, f"{why} {law.remedy}")
    if low_open or high_open:
        at_bound = parameter.is_bounded and lower <= 0.0
        lower_limit, upper_limit = None if low_open or at_bound else lower, None if high_open else upper
        return Reading(
            value, math.nan, unit, None, None, lower_limit, upper_limit, _reason(law, parameter, low_open, high_open)
        )
    return Reading(value, 0.5 * (high - low), unit, low, high)


def _reason(law: Law, parameter: Parameter, low_open: bool, high_open: bool) -> str:
    told = "any value" if low_open and high_open else "any lower value" if low_open else "any higher value"
    return f"{parameter.symbol} is not determined: {told} fits as well with the others adapted. {law.remedy}"


def _correlation(
    law: Law, t: FloatArray, spread: FloatArray, surface: Surface, held: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """Return the largest correlation of two free parameters at the optimum, and their symbols."""
    best = surface.shapes[surface.best]
    linear = [p for p in law.linear if p.name not in held]
    shape = [k for k, p in enumerate(law.shape) if p.name not in held]

    def curve(shapes: FloatArray) -> FloatArray:
        free, left = free_columns(law, t, shapes[None, :], np.zeros_like(t), held)
        return np.asarray(free[0] @ surface.coefficients() - left[0])

    columns = [*free_columns(law, t, best[None, :], np.zeros_like(t), held)[0][0].T]
    for k in shape:
        step = np.zeros_like(best)
        step[k] = _STEP * best[k]
        columns.append((curve(best + step) - curve(best - step)) / (2.0 * step[k]))
    design = np.column_stack(columns) / spread[:, None]
    if design.shape[1] < 2:
        return 0.0, ()
    length = np.sqrt(np.sum(design**2, axis=0))
    unit = design / np.where(length > 0.0, length, 1.0)
    covariance = np.linalg.pinv(unit.T @ unit, rcond=1e-14)
    error = np.sqrt(np.maximum(np.diag(covariance), np.finfo(float).tiny))
    matrix = covariance / np.outer(error, error)
    symbols = [*(p.symbol for p in linear), *(law.shape[k].symbol for k in shape)]
    i, j = np.triu_indices(len(symbols), 1)
    worst = int(np.argmax(np.abs(matrix[i, j])))
    return float(np.clip(matrix[i[worst], j[worst]], -1.0, 1.0)), (symbols[i[worst]], symbols[j[worst]])
