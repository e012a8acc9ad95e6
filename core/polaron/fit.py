"""Polaron parameters from η(ΔE, T): per temperature and joint."""

from dataclasses import dataclass

import numpy as np

from asplab.core.counting import counted
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.polaron.failures import failed, misfit_problems
from asplab.core.polaron.gauss_newton import minimise
from asplab.core.polaron.lasers import shared_lasers
from asplab.core.polaron.leak import leak_sensitivity
from asplab.core.polaron.logit import CENTRE_MEV, LogitProblem, build_problem
from asplab.core.polaron.objectives import JointFit, SeparateFits, joint_fit
from asplab.core.polaron.residuals import Shared
from asplab.core.polaron.starts import minimise_anew, start
from asplab.core.problems import Problem
from asplab.core.settings import PolaronSettings
from asplab.core.units import FloatArray, thermal_energy_mev

N_PARAMETERS = 3
_POOR = 2.0
"""Standard deviations of χ² above its mean at which a fit is tried from other starts."""
_BURIED, _BURIED_SHARE, _LOOSE = 2.0, 0.4, 0.07
"""So is one in which at least this share of the points absorbs less than so many standard errors, if ħω has a larger
relative error."""


@dataclass(frozen=True, slots=True, eq=False)
class PolaronFit:
    """Eq. 9 fitted to each temperature, and to all of them jointly in the last entry.

    Arrays have shape (n_temperatures + 1,); NaN where a fit is not possible. The joint entry is NaN unless two
    temperatures could be fitted.

    Attributes
    ----------
    g_mev, g_error_mev, phonon_mev, phonon_error_mev : ndarray
        Coupling g and phonon energy ħω with first-order standard errors; NaN where the data do not determine
        a positive 1/ħω.
    polaron_energy_mev, polaron_energy_error_mev : ndarray
        E_p = g²/ħω.
    huang_rhys, huang_rhys_error : ndarray
        S = (g/ħω)².
    log_scale : ndarray
        ln A with rates in meV units; of the joint fit the mean over its temperatures.
    chi2, dof, n_points, aicc : ndarray
    parameters : ndarray, shape (n_temperatures, 3)
        (L₀, κ, u) of `asplab.core.polaron.logit`.
    parameter_covariance : ndarray, shape (n_temperatures, 3, 3)
    joint_parameters : ndarray, shape (n_scales + 3,) or None
        Scales, shared-yield deviation, κ, u.
    joint_covariance : ndarray or None
    problem : LogitProblem
    joint_objective : JointFit or None
        What was fitted; intervals and profiles continue from them.
    fitted : ndarray of bool, shape (n_temperatures,)
    """

    temperatures_k: FloatArray
    g_mev: FloatArray
    g_error_mev: FloatArray
    phonon_mev: FloatArray
    phonon_error_mev: FloatArray
    polaron_energy_mev: FloatArray
    polaron_energy_error_mev: FloatArray
    huang_rhys: FloatArray
    huang_rhys_error: FloatArray
    log_scale: FloatArray
    chi2: FloatArray
    dof: np.ndarray
    n_points: np.ndarray
    aicc: FloatArray
    parameters: FloatArray
    parameter_covariance: FloatArray
    joint_parameters: FloatArray | None
    joint_covariance: FloatArray | None
    problem: LogitProblem
    joint_objective: JointFit | None
    fitted: np.ndarray
    problems: tuple[Problem, ...] = ()

    @property
    def is_misfit(self) -> np.ndarray:
        """Where χ² is beyond chance, so that parameters mean nothing, (n_temperatures + 1,); the last is joint."""
        return failed(self.chi2, self.dof)


def fit_polaron(efficiency: EfficiencyFit, settings: PolaronSettings) -> PolaronFit:
    """Fit Eq. 9 as printed (natural log, odds form, free scale) to every temperature and to all jointly.

    Points with ΔE ≤ 0 lie outside Eq. 9 and points outside the chosen range are not used; η of 1 or more and
    of 0 or less are kept, because the fit works on η D = N, not on logit η.

    Raises
    ------
    AnalysisError
        For a temperature that is not above 0 K.
    """
    _check_temperatures(efficiency.temperatures_k)
    counts, fitted, use = _used(efficiency, settings)
    thermal = thermal_energy_mev(efficiency.temperatures_k)
    problem = _problem_of(efficiency, use, thermal)
    parameters, chi2, normal = _fit_separate(problem, counts, fitted)
    shared = Shared(shared_lasers(efficiency, use), efficiency.common_reference_error_mev)
    joint = _fit_joint(problem, thermal, parameters, normal, fitted, shared, settings)
    separate = _Separate(parameters, _inverse(normal, fitted), chi2, counts, fitted)
    return _told(efficiency, problem, separate, joint, thermal)


def _used(efficiency: EfficiencyFit, settings: PolaronSettings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how many points each temperature has, which temperatures are fitted, and which points they use."""
    low, high = settings.detuning_range_mev
    detuning = efficiency.detuning_mev
    with np.errstate(invalid="ignore"):
        use = efficiency.fitted & (detuning > 0.0) & (detuning >= low) & (detuning <= high)
    counts = use.sum(axis=1)
    fitted = counts >= N_PARAMETERS
    return counts, fitted, use & fitted[:, None]


def _check_temperatures(temperatures_k: FloatArray) -> None:
    for temperature in temperatures_k[~(temperatures_k > 0.0)]:
        raise AnalysisError(
            f"a temperature is {temperature:g} K; Eq. 9 needs temperatures above 0 K. Mend the temperature of these "
            "data."
        )


def _problem_of(efficiency: EfficiencyFit, use: np.ndarray, thermal_mev: FloatArray) -> LogitProblem:
    n = efficiency.detuning_mev.shape[1]
    return build_problem(
        efficiency.numerator,
        efficiency.denominator,
        efficiency.covariance,
        use,
        efficiency.detuning_mev,
        thermal_mev,
        efficiency.detuning_error_mev,
        np.nan_to_num(efficiency.reference_error_mev)[:, None],
        efficiency.shared_sensitivity[:, n:],
        efficiency.own_sensitivity,
        leak_sensitivity(efficiency),
    )


def _fit_separate(
    problem: LogitProblem, counts: np.ndarray, fitted: np.ndarray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return parameters, χ² and curvature of every temperature by itself."""
    parameters, chi2, normal = minimise(SeparateFits(problem), start(problem))
    dof = counts - N_PARAMETERS
    poor = (chi2 > dof + _POOR * np.sqrt(2.0 * np.maximum(dof, 1))) | (parameters[:, -1] <= 0.0)
    poor |= _is_buried(problem, counts) & (_inverse(normal, fitted)[:, -1, -1] > (_LOOSE * parameters[:, -1]) ** 2)
    return minimise_anew(problem, parameters, chi2, normal, fitted & poor)


def _is_buried(problem: LogitProblem, counts: np.ndarray) -> np.ndarray:
    """Return in which fits (n_fits,) many points absorb hardly more than nothing.

    η may take any value at them, so that χ² can have several minima.
    """
    n = problem.numerator.shape[1]
    error = np.sqrt(np.einsum("fii->fi", problem.covariance)[:, n:])
    buried = (problem.use & (problem.denominator < _BURIED * error)).sum(axis=1)
    return np.asarray(buried >= _BURIED_SHARE * counts)


@dataclass(frozen=True, slots=True, eq=False)
class _Joint:
    """The joint fit; None and NaN where there are fewer than two temperatures."""

    objective: JointFit | None = None
    parameters: FloatArray | None = None
    covariance: FloatArray | None = None
    chi2: float = np.nan
    log_scale: float = np.nan

    @property
    def n_parameters(self) -> int:
        # The deviation of a shared quantum yield comes with a prior of its own, which is one point more.
        return 0 if self.parameters is None else self.parameters.size - 1

    @property
    def kappa_u(self) -> FloatArray:
        return np.full(2, np.nan) if self.parameters is None else self.parameters[-2:]

    @property
    def kappa_u_covariance(self) -> FloatArray:
        return np.full((2, 2), np.nan) if self.covariance is None else self.covariance[-2:, -2:]


@dataclass(frozen=True, slots=True, eq=False)
class _Separate:
    """Fits of single temperatures; fields as in `PolaronFit`, ``counts`` are points of each temperature."""

    parameters: FloatArray
    covariance: FloatArray
    chi2: FloatArray
    counts: np.ndarray
    fitted: np.ndarray


def _told(
    efficiency: EfficiencyFit, problem: LogitProblem, separate: _Separate, joint: _Joint, thermal_mev: FloatArray
) -> PolaronFit:
    """Return the fits of single temperatures and the joint one in physical quantities, with what is doubtful."""
    parameters, covariance, fitted = separate.parameters, separate.covariance, separate.fitted
    able = np.append(fitted, joint.objective is not None)
    n_points = np.append(separate.counts, separate.counts[fitted].sum())
    n_parameters = np.append(np.full(len(fitted), N_PARAMETERS), joint.n_parameters)
    scales = _log_scale(parameters[:, 0], parameters[:, 1], parameters[:, 2], thermal_mev)
    table = _physical(
        np.concatenate([parameters[:, -2:], joint.kappa_u[None]]),
        np.concatenate([covariance[:, -2:, -2:], joint.kappa_u_covariance[None]]),
        able,
    )
    chi2 = np.where(able, np.append(separate.chi2, joint.chi2), np.nan)
    problems = (
        *_problems(efficiency, separate.counts, fitted),
        *misfit_problems(efficiency.temperatures_k, chi2, n_points - n_parameters, able),
    )
    return PolaronFit(
        temperatures_k=efficiency.temperatures_k,
        g_mev=table[0],
        g_error_mev=table[1],
        phonon_mev=table[2],
        phonon_error_mev=table[3],
        polaron_energy_mev=table[4],
        polaron_energy_error_mev=table[5],
        huang_rhys=table[6],
        huang_rhys_error=table[7],
        log_scale=np.where(able, np.append(scales, joint.log_scale), np.nan),
        chi2=chi2,
        dof=np.where(able, n_points - n_parameters, 0),
        n_points=n_points,
        aicc=_aicc(chi2, n_points, n_parameters),
        parameters=np.where(fitted[:, None], parameters, np.nan),
        parameter_covariance=covariance,
        joint_parameters=joint.parameters,
        joint_covariance=joint.covariance,
        problem=problem,
        joint_objective=joint.objective,
        fitted=fitted,
        problems=problems,
    )


def _fit_joint(
    problem: LogitProblem,
    thermal_mev: FloatArray,
    separate: FloatArray,
    normal: FloatArray,
    fitted: np.ndarray,
    shared: Shared,
    settings: PolaronSettings,
) -> _Joint:
    """Fit all temperatures with one (g, ħω); the scale is free per temperature or shared."""
    rows = np.flatnonzero(fitted)
    if rows.size < 2:
        return _Joint()
    thermal = thermal_mev[rows]
    if settings.joint_scale == "temperature":
        scale, offset = np.arange(rows.size), np.zeros(rows.size)
    else:
        scale, offset = np.zeros(rows.size, dtype=int), -CENTRE_MEV / thermal
    shared = shared._replace(laser=None if shared.laser is None else shared.laser[rows])
    objective = joint_fit(problem if rows.size == len(fitted) else problem.lanes(rows), scale, offset, shared)
    found, chi2, curvature = minimise(objective, objective.start(separate[rows], normal[rows]))
    parameters = found[0]
    scales = _log_scale(parameters[scale] + offset, parameters[-2], parameters[-1], thermal)
    covariance = _inverse(curvature, np.ones(1, dtype=bool))[0]
    return _Joint(objective, parameters, covariance, float(chi2[0]), float(scales.mean()))


def _inverse(normal: FloatArray, fitted: np.ndarray) -> FloatArray:
    size = np.sqrt(np.einsum("fpp->fp", normal))
    scale = 1.0 / np.where(size > 0, size, 1.0)
    both = scale[:, :, None] * scale[:, None, :]
    scaled = normal * both
    diagonal = np.einsum("fpp->fp", scaled)
    diagonal += 1e-13
    return np.where(fitted[:, None, None], np.linalg.inv(scaled) * both, np.nan)


def _physical(parameters: FloatArray, covariance: FloatArray, fitted: np.ndarray) -> FloatArray:
    """Return g, ħω, E_p, S, each followed by its first-order error, (8, n_fits), from (κ, u) and their covariance."""
    kappa, u = parameters[:, 0], parameters[:, 1]
    u = np.where(fitted & (u > 0.0), u, np.nan)
    phonon = 1.0 / u
    with np.errstate(over="ignore", invalid="ignore"):
        energy = CENTRE_MEV * np.exp(kappa * phonon)
        g = np.sqrt(energy * phonon)
        # d ln E_p = (dκ − κ du/u)/u; ln g² = ln E_p − ln u; ln S = ln E_p + ln u.
        bend = kappa * phonon
        of_u = covariance[:, 1, 1] * phonon**2
        cross = covariance[:, 0, 1] * phonon**2 - bend * of_u
        of_energy = covariance[:, 0, 0] * phonon**2 - bend * (covariance[:, 0, 1] * phonon**2 + cross)
        of_g2, of_s = of_energy + of_u - 2.0 * cross, of_energy + of_u + 2.0 * cross
        values = np.array([g, phonon, energy, energy * u])
        errors = values * np.sqrt(np.array([0.25 * of_g2, of_u, of_energy, of_s]))
    table = np.empty((8, len(u)))
    table[0::2], table[1::2] = values, errors
    table[~np.isfinite(table)] = np.nan
    return table


def _log_scale(scale: FloatArray, kappa: FloatArray, u: FloatArray, thermal_mev: FloatArray) -> FloatArray:
    """Return ln A of η/(1 − η) = A w with w as printed in Eq. 9 and energies in meV."""
    value: FloatArray = scale + 0.5 * np.log(CENTRE_MEV) - u * CENTRE_MEV - (kappa - 1.0 / thermal_mev) * CENTRE_MEV
    return value


def _aicc(chi2: FloatArray, n_points: np.ndarray, n_parameters: np.ndarray) -> FloatArray:
    """Return Akaike's criterion for small samples; NaN where it is undefined (n ≤ k + 1)."""
    spare = n_points - n_parameters - 1
    penalty = 2.0 * n_parameters * (n_parameters + 1) / np.where(spare > 0, spare, 1)
    return np.where(spare > 0, chi2 + 2.0 * n_parameters + penalty, np.nan)


def _problems(efficiency: EfficiencyFit, counts: np.ndarray, fitted: np.ndarray) -> list[Problem]:
    problems = []
    with np.errstate(invalid="ignore"):
        above = (efficiency.fitted & (efficiency.detuning_mev <= 0.0)).sum(axis=1)
    few = ~fitted & efficiency.valid.any(axis=1)
    for t in np.flatnonzero(few | (above > 0)):
        place = f"{efficiency.temperatures_k[t]:.0f} K"
        if few[t]:
            message = (
                f"{counted(int(counts[t]), 'usable detuning')}; Eq. 9 with a free scale has {N_PARAMETERS} "
                f"parameters and needs at least {N_PARAMETERS} points, better 6. "
                "Measure more detunings, or widen the range of ΔE."
            )
            problems.append(Problem("warning", place, message))
        if above[t]:
            message = (
                f"{counted(int(above[t]), 'anti-Stokes excitation lies', 'anti-Stokes excitations lie')} at or above "
                "the reference energy; Eq. 9 leaves them out."
            )
            problems.append(Problem("info", place, message))
    return problems
