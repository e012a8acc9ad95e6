"""Eq. 9 in logit form, fitted to ratios of normal quantities by batched Gauss-Newton steps.

With odds η/(1 − η) = A w(ΔE, T) and w of [Zhang 2024, Eq. 9, natural log], logit η is linear in three numbers:

    z = L₀ − ½ ln(ΔE/E₀) + (κ − 1/kT)(ΔE − E₀) − u [ΔE ln(ΔE/E₀) − (ΔE − E₀)],
    u = 1/ħω,  κ = u ln(g² u/E₀),  E₀ = 50 meV,

so that ħω = 1/u and g² = E₀ exp(κ/u)/u. η enters as r = N − η D, which is normal however weak the signal
is; the misfit is χ² = rᵀ C(η)⁻¹ r with C the covariance of r. Its gradient is exact when D is replaced by its
least-squares estimate given r [York 1969]. Leading dimension of all arrays: independent fits done at once.
"""

from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol

import numpy as np
from scipy.special import expit

from asplab.core.units import FloatArray

CENTRE_MEV = 50.0
_MAX_STEPS = 40
_FRESH_SCALES, _FRESH_SLOPES, _FRESH_U = (-4.0, -2.0, 0.0, 2.0, 4.0), (-0.15, -0.08, -0.04, 0.0, 0.04), (0.0, 0.03, 0.1)
"""Logit η and its slope per meV at E₀, and 1/ħω per meV, from which poor fits start again."""
_FRESH_TRIALS = 4
_CONVERGED = 1e-5
"""Predicted gain in χ² (relative to 1 + χ²) at which the last step is taken without another look."""
_DAMPING_START, _DAMPING_MAX = 1e-3, 1e8


@dataclass(frozen=True, slots=True, eq=False)
class LogitProblem:
    """Data and design of independent fits: one per temperature, with parameters (L₀, κ, u).

    Attributes
    ----------
    numerator, denominator : ndarray, shape (n_fits, n_points)
    covariance : ndarray, shape (n_fits, 2 n_points, 2 n_points)
        Of (numerator, denominator).
    use : ndarray of bool, shape (n_fits, n_points)
    design : ndarray, shape (n_fits, n_points, 3)
        z = offset + design · parameters.
    offset : ndarray, shape (n_fits, n_points)
    slope_design, slope_offset : ndarray
        The same for d z / dΔE.
    own_error_mev, common_error_mev : ndarray, shape (n_fits, n_points)
        Standard error of each ΔE by itself, and the one that all points of a fit share.
    sensitivity : ndarray, shape (n_fits, n_points)
        Change of ``denominator`` with one standard error of a quantum yield that all fits share.
    """

    numerator: FloatArray
    denominator: FloatArray
    covariance: FloatArray
    use: np.ndarray
    design: FloatArray
    offset: FloatArray
    slope_design: FloatArray
    slope_offset: FloatArray
    own_error_mev: FloatArray
    common_error_mev: FloatArray
    sensitivity: FloatArray

    @property
    def has_energy_errors(self) -> bool:
        """True when any ΔE carries an error."""
        return bool(self.own_error_mev.any() or self.common_error_mev.any())

    @property
    def unused(self) -> FloatArray:
        """One where a point is not in use, else zero; keeps the covariance of the residuals regular."""
        return 1.0 - self.use

    def lanes(self, chosen: np.ndarray) -> "LogitProblem":
        """Return the problem of the chosen fits, which may repeat."""
        return LogitProblem(*(getattr(self, name)[chosen] for name in self.__slots__))

    def without_shared(self) -> "LogitProblem":
        """Return the problem whose covariance leaves out what the shared quantum yield adds."""
        if not np.any(self.sensitivity):
            return self
        n = self.numerator.shape[1]
        covariance = self.covariance.copy()
        covariance[:, n:, n:] -= self.sensitivity[:, :, None] * self.sensitivity[:, None, :]
        return replace(self, covariance=covariance)


def build_problem(
    numerator: FloatArray,
    denominator: FloatArray,
    covariance: FloatArray,
    use: np.ndarray,
    detuning_mev: FloatArray,
    thermal_mev: FloatArray,
    own_error_mev: FloatArray,
    common_error_mev: FloatArray,
    sensitivity: FloatArray,
) -> LogitProblem:
    """Set up Eq. 9 for the points of each fit; arrays as in `LogitProblem`, ``thermal_mev`` (n_fits,) is k_B T."""
    n_points = numerator.shape[1]
    # Rows scaled to unit size: intensities fall by many decades along ΔE.
    variance = np.einsum("fii->fi", covariance)
    size = np.sqrt(numerator**2 + denominator**2 + variance[:, :n_points] + variance[:, n_points:])
    scale = np.where(use & (size > 0), 1.0 / np.where(size > 0, size, 1.0), 0.0)
    both = np.concatenate([scale, scale], axis=1)
    energy = np.where(use, detuning_mev, CENTRE_MEV)
    step, logarithm = energy - CENTRE_MEV, np.log(energy / CENTRE_MEV)
    one, zero, inverse = np.ones_like(step), np.zeros_like(step), 1.0 / thermal_mev[:, None]
    return LogitProblem(
        numerator=numerator * scale,
        denominator=denominator * scale,
        covariance=covariance * both[:, :, None] * both[:, None, :],
        use=use,
        design=np.stack([one, step, -(energy * logarithm - step)], axis=-1),
        offset=-0.5 * logarithm - step * inverse,
        slope_design=np.stack([zero, one, -logarithm], axis=-1),
        slope_offset=-0.5 / energy - inverse,
        own_error_mev=np.where(use, own_error_mev, 0.0),
        common_error_mev=np.where(use, common_error_mev, 0.0),
        sensitivity=sensitivity * scale,
    )


def start(problem: LogitProblem) -> FloatArray:
    """Return closed-form starting parameters (n_fits, 3) from a weighted line through logit η."""
    n = problem.numerator.shape[1]
    eta = problem.numerator / np.where(problem.use & (problem.denominator != 0), problem.denominator, 1.0)
    variance = np.einsum("fii->fi", problem.covariance)
    error = np.sqrt(variance[:, :n] + eta**2 * variance[:, n:]) / np.maximum(np.abs(problem.denominator), 1e-12)
    inside = np.clip(eta, 0.01, 0.99)
    weight = np.where(problem.use, inside * (1 - inside) / np.maximum(error, 1e-9), 0.0)
    target = np.log(inside / (1 - inside)) - problem.offset
    rows = problem.design * weight[..., None]
    normal = np.swapaxes(rows, 1, 2) @ rows
    right = np.swapaxes(rows, 1, 2) @ (target * weight)[..., None]
    ridge = 1e-15 * np.einsum("fpp->fp", normal).max(axis=1) + 1e-300
    solution: FloatArray = np.linalg.solve(normal + ridge[:, None, None] * np.eye(normal.shape[1]), right)[..., 0]
    return solution


Evaluation = tuple[FloatArray, FloatArray, FloatArray]


class Objective(Protocol):
    """χ² (n_fits,), Jᵀr (n_fits, n_parameters) and JᵀJ of whitened residuals at parameters (n_fits, n_parameters)."""

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Evaluate all fits."""


@dataclass(frozen=True, slots=True, eq=False)
class SeparateFits:
    """Every temperature by itself."""

    problem: LogitProblem

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Evaluate all fits; parameters are (L₀, κ, u)."""
        return _evaluate(self.problem, parameters, None)


@dataclass(frozen=True, slots=True, eq=False)
class JointFit:
    """All temperatures with one κ and u: parameters are scales, the shared-yield deviation δ, κ, u.

    ``scale`` (n_temperatures,) says which scale each temperature has, ``scale_offset`` what is added to it to
    give L₀: a scale ln A that temperatures share needs −E₀/kT. δ is in standard errors with a normal prior; it
    only matters where a quantum yield is shared.
    """

    problem: LogitProblem
    scale: np.ndarray
    scale_offset: FloatArray

    @property
    def n_scales(self) -> int:
        """Number of free scales."""
        return int(self.scale.max()) + 1

    def start(self, separate: FloatArray, normal: FloatArray) -> FloatArray:
        """Return starting parameters (1, n_scales + 3): the separate ones combined by their normal matrices."""
        place = self._place()[:, :, [0, 2, 3]]
        total = np.einsum("fap,fpq,fbq->ab", place, normal, place)
        own = separate - self.scale_offset[:, None] * np.array([1.0, 0.0, 0.0])
        right = np.einsum("fap,fpq,fq->a", place, normal, own)
        total[-3, -3] = 1.0
        return np.linalg.solve(_regular(total[None])[0], right)[None]

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Evaluate the fit; one fit at a time."""
        n_fits = len(self.scale)
        scales, deviation, common = parameters[0, : self.n_scales], parameters[0, -3], parameters[0, -2:]
        own = np.empty((n_fits, 3))
        own[:, 0], own[:, 1:] = scales[self.scale] + self.scale_offset, common
        chi2, gradient, normal = _evaluate(self.problem, own, float(deviation))
        place = self._place()
        full = np.einsum("fap,fp->a", place, gradient)[None]
        curvature = np.sum(place @ normal @ np.swapaxes(place, 1, 2), axis=0)[None]
        full[0, -3] += deviation
        curvature[0, -3, -3] += 1.0
        return np.array([chi2.sum() + deviation**2]), full, curvature

    def _place(self) -> FloatArray:
        """Return where (L₀, δ, κ, u) of each temperature stand among the parameters, (n_fits, n_parameters, 4)."""
        place = np.zeros((len(self.scale), self.n_scales + 3, 4))
        place[np.arange(len(self.scale)), self.scale, 0] = 1.0
        place[:, [-3, -2, -1], [1, 2, 3]] = 1.0
        return place


def _evaluate(problem: LogitProblem, parameters: FloatArray, deviation: float | None) -> Evaluation:
    """Return χ², gradient and curvature of (L₀, κ, u), or of (L₀, δ, κ, u) where there is a deviation δ."""
    n = problem.numerator.shape[1]
    diagonal = np.arange(n)
    eta = expit(problem.offset + (problem.design @ parameters[..., None])[..., 0])
    observed = problem.denominator if deviation is None else problem.denominator + deviation * problem.sensitivity
    c = problem.covariance
    mixed = c[:, :n, n:] * eta[:, None, :]
    spread_d = c[:, n:, n:] * eta[:, None, :]
    spread = c[:, :n, :n] - mixed
    spread -= np.swapaxes(mixed, 1, 2)
    spread += eta[:, :, None] * spread_d
    slope = eta * (1.0 - eta)
    if problem.has_energy_errors:
        dz = problem.slope_offset + (problem.slope_design @ parameters[..., None])[..., 0]
        lever = slope * dz * observed
        moved = problem.common_error_mev * lever
        spread += moved[:, :, None] * moved[:, None, :]
        spread[:, diagonal, diagonal] += (lever * problem.own_error_mev) ** 2
    spread[:, diagonal, diagonal] += problem.unused
    inverse = np.linalg.inv(spread)
    residual = (problem.numerator - eta * observed)[..., None]
    weighted = inverse @ residual
    chi2 = np.sum(residual * weighted, axis=(1, 2))
    # Best estimate of D given the residual r: D − Cov(D, r) C⁻¹ r.
    best = observed - ((np.swapaxes(c[:, :n, n:], 1, 2) - spread_d) @ weighted)[..., 0]
    jacobian = -(slope * best)[..., None] * problem.design
    if deviation is not None:
        shift = -(eta * problem.sensitivity)[..., None]
        jacobian = np.concatenate([jacobian[..., :1], shift, jacobian[..., 1:]], axis=-1)
    across = np.swapaxes(jacobian, 1, 2)
    return chi2, (across @ weighted)[..., 0], across @ (inverse @ jacobian)


@dataclass(frozen=True, slots=True)
class Constraint:
    """Which combination of parameters is held: ``none``, ``u`` (ħω), or ``g`` (through γ = ln g²)."""

    kind: str = "none"
    value: FloatArray | None = None

    def project(self, parameters: FloatArray) -> FloatArray:
        """Return the parameters moved onto the constraint."""
        if self.value is None:
            return parameters
        result = parameters.copy()
        if self.kind == "u":
            result[:, -1] = self.value
        else:
            result[:, -1] = np.maximum(result[:, -1], 1e-6)
            result[:, -2] = result[:, -1] * (self.value + np.log(result[:, -1] / CENTRE_MEV))
        return result

    def reduce(
        self, parameters: FloatArray, gradient: FloatArray, normal: FloatArray
    ) -> tuple[FloatArray | None, FloatArray, FloatArray]:
        """Return d parameters / d free ones (None where all are free), and gradient and curvature of the free ones."""
        if self.value is None:
            return None, gradient, normal
        tangent = self._tangent(parameters)
        across = np.swapaxes(tangent, 1, 2)
        return tangent, (across @ gradient[..., None])[..., 0], across @ normal @ tangent

    def _tangent(self, parameters: FloatArray) -> FloatArray:
        n_fits, n = parameters.shape
        identity = np.broadcast_to(np.eye(n), (n_fits, n, n))
        if self.kind == "u" or self.value is None:
            return identity[..., :-1]
        free = np.concatenate([identity[..., :-2], identity[..., -1:]], axis=-1).copy()
        free[:, -2, -1] = self.value + np.log(parameters[:, -1] / CENTRE_MEV) + 1.0
        return free


def minimise(
    objective: Objective, parameters: FloatArray, constraint: Constraint | None = None, *, max_steps: int = _MAX_STEPS
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Minimise χ² by damped Gauss-Newton steps, all fits at once.

    Returns
    -------
    parameters : ndarray, shape (n_fits, n_parameters)
    chi2 : ndarray, shape (n_fits,)
    normal : ndarray, shape (n_fits, n_free, n_free)
        JᵀJ at the minimum; its inverse is the covariance of the free parameters.
    """
    constraint = constraint or Constraint()
    parameters = constraint.project(parameters)
    chi2, gradient, normal = objective(parameters)
    damping = np.full(len(parameters), _DAMPING_START)
    active = np.ones(len(parameters), dtype=bool)
    for _ in range(max_steps):
        tangent, slope, curvature = constraint.reduce(parameters, gradient, normal)
        step = -np.linalg.solve(_regular(curvature, damping), slope[..., None])[..., 0]
        move = step if tangent is None else (tangent @ step[..., None])[..., 0]
        trial = constraint.project(parameters + move)
        gain = -np.sum(step * slope, axis=1)
        last = active & (gain <= _CONVERGED * (1.0 + chi2))
        if last.any():
            parameters = np.where(last[:, None], trial, parameters)
            chi2 = np.where(last, chi2 - np.maximum(gain, 0.0), chi2)
            active &= ~last
            if not active.any():
                break
        new_chi2, new_gradient, new_normal = objective(trial)
        better = active & (new_chi2 <= chi2 * (1 + 1e-14))
        damping = np.where(better, damping * 0.01, damping * 10.0)
        active &= damping < _DAMPING_MAX
        parameters = np.where(better[:, None], trial, parameters)
        chi2 = np.where(better, new_chi2, chi2)
        gradient = np.where(better[:, None], new_gradient, gradient)
        normal = np.where(better[:, None, None], new_normal, normal)
    return parameters, chi2, constraint.reduce(parameters, gradient, normal)[2]


def minimise_anew(
    problem: LogitProblem, parameters: FloatArray, chi2: FloatArray, normal: FloatArray, poor: np.ndarray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Start the poor fits again from the best of a coarse grid and keep whatever is better.

    Where strong points are few, buried ones can lead the first start astray.
    """
    if not poor.any():
        return parameters, chi2, normal
    rows = np.flatnonzero(poor)
    objective = SeparateFits(problem.lanes(rows))
    parameters, chi2, normal = parameters.copy(), chi2.copy(), normal.copy()
    inverse_thermal = -(problem.slope_offset[rows, 0] + 0.5 / (CENTRE_MEV + problem.design[rows, 0, 1]))
    grid = np.array(list(product(_FRESH_SCALES, _FRESH_SLOPES, _FRESH_U)))
    starts = grid[:, None] + inverse_thermal[:, None] * np.array([0.0, 1.0, 0.0])
    order = np.argsort([objective(trial)[0] for trial in starts], axis=0)
    for best in order[:_FRESH_TRIALS]:
        trial, trial_chi2, trial_normal = minimise(objective, starts[best, np.arange(rows.size)])
        better = trial_chi2 < chi2[rows]
        chosen = rows[better]
        parameters[chosen], chi2[chosen], normal[chosen] = trial[better], trial_chi2[better], trial_normal[better]
    return parameters, chi2, normal


def _regular(normal: FloatArray, damping: FloatArray | float = 0.0) -> FloatArray:
    """Return a damped copy in which a singular direction can't stop the other fits of the batch."""
    result = normal.copy()
    diagonal = np.einsum("fpp->fp", result)
    floor = 1e-14 * diagonal.max(axis=1, keepdims=True) + 1e-300
    diagonal += np.reshape(damping, (-1, 1)) * diagonal + floor
    return result


def profile_limit(
    objective: Objective,
    parameters: FloatArray,
    chi2: FloatArray,
    constraint_kind: str,
    centre: FloatArray,
    width: FloatArray,
    *,
    rise: float = 1.0,
    bound: float = np.inf,
) -> FloatArray:
    """Return where the profile of χ² has risen by ``rise`` on the side to which ``width`` points.

    Parameters
    ----------
    centre, width : ndarray, shape (n_fits,)
        Best value of the held quantity, and a first guess of the signed distance.
    bound : float
        End of the held quantity's range on that side; a profile that has not risen there returns NaN, an open
        limit.

    Notes
    -----
    The square root of the rise is nearly linear in the distance, so secant steps on it settle quickly; a
    bracket keeps them safe.
    """
    goal = np.sqrt(rise)
    inner, outer = np.zeros_like(width), np.full_like(width, np.nan)
    inner_root, outer_root = np.zeros_like(width), np.full_like(width, np.nan)
    distance = np.where(np.isfinite(width) & (width != 0), width, np.copysign(1e-3, width))
    furthest = np.abs(bound - centre)
    open_ = np.zeros(len(width), dtype=bool)
    warm = parameters
    done = np.zeros(len(width), dtype=bool)
    for _ in range(40):
        distance = np.clip(distance, -furthest, furthest)
        warm, value, _ = minimise(objective, warm, Constraint(constraint_kind, centre + distance), max_steps=12)
        root = np.sqrt(np.maximum(value - chi2, 0.0))
        open_ |= ~done & (np.abs(distance) >= furthest) & (root < goal)
        done |= open_ | (np.abs(root - goal) < 2e-4)
        if done.all():
            break
        inside = root < goal
        inner = np.where(~done & inside, distance, inner)
        inner_root = np.where(~done & inside, root, inner_root)
        outer = np.where(~done & ~inside, distance, outer)
        outer_root = np.where(~done & ~inside, root, outer_root)
        bracketed = np.isfinite(outer)
        share = (goal - inner_root) / np.where(bracketed, outer_root - inner_root, 1.0)
        within = inner + np.clip(share, 0.05, 0.95) * (np.where(bracketed, outer, 0.0) - inner)
        beyond = distance * np.clip(goal / np.maximum(root, 0.1 * goal), 1.1, 4.0)
        runaway = ~bracketed & (np.abs(distance) > 1e6 * np.abs(np.where(width == 0, 1.0, width)))
        open_ |= ~done & runaway
        done |= open_
        distance = np.where(done, distance, np.where(bracketed, within, beyond))
    return np.where(open_ | ~done, np.nan, centre + distance)
