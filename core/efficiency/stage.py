"""Quantum yield and up-conversion efficiency from the responses.

The Stokes side gives one line, PA_S/I_S = s (hν_S − hν₀), whose intercept is hν₀ = QY ⟨E⟩ with ⟨E⟩ the mean
emitted photon energy. Each anti-Stokes excitation then has η = hν_AS I / (PA/s + hν₀ I). Both follow from
[Zhang 2024, Eqs. 1-5] and are regular for weak signals and for PA of either sign.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.counting import counted
from asplab.core.efficiency.ratio_lines import fit_ratio_lines, ratio_points
from asplab.core.efficiency.ratio_lines import invert_line as invert_line
from asplab.core.efficiency.ratio_lines import ratio as ratio
from asplab.core.efficiency.stokes_line import StokesLine, fit_slope, fit_stokes_line
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.problems import Problem
from asplab.core.responses.components import Components, find_components
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings
from asplab.core.statistics.fieller import fieller_interval
from asplab.core.statistics.misfit import is_misfit
from asplab.core.units import FloatArray

TRUNCATED_BELOW = 0.9
"""Part of the band that is seen, below which η is flagged as truncated."""
SIGNIFICANT = 3.0
"""Standard errors from which a signal is more than its noise."""
_DETERMINED = 2.0
"""Standard errors by which D must exceed zero for η = N/D to have a closed interval (97.7 %, one-sided)."""

FLAGS = (
    "not_determined",
    "net_cooling",
    "eta_above_1",
    "eta_below_0",
    "truncated",
    "interpolated",
    "excluded",
    "single_photon_not_verified",
)
"""What a flag of η says, in the order of `EfficiencyFit.flag_table`."""


@dataclass(frozen=True, slots=True, eq=False)
class EfficiencyFit:
    """Quantum yield and η of every temperature, with their covariance.

    Arrays of η have shape (n_temperatures, n_anti); places that are not ``valid`` hold NaN. ``numerator`` and
    ``denominator`` are N = hν_AS I and D = PA/s + hν₀ I with η = N/D; they stay normally distributed where η
    does not, and later fits use them.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n_temperatures,)
    quantum_yield, quantum_yield_error : ndarray, shape (n_temperatures,)
    quantum_yield_low, quantum_yield_high : ndarray, shape (n_temperatures,)
        68 % interval: Fieller's where the yield is the intercept of a line; NaN marks an open end.
    is_shared : bool
        True when one quantum yield serves all temperatures.
    slope, intercept_mev : ndarray, shape (n_temperatures,)
        s and hν₀ of the Stokes line.
    line_covariance : ndarray, shape (n_temperatures, 2, 2)
        Of (s, hν₀).
    chi2, dof : ndarray, shape (n_temperatures,)
        Of the Stokes line.
    stokes_mev, stokes_ratio, stokes_ratio_error : ndarray, shape (n_temperatures, n_stokes)
        Points of the Stokes line, PA_S/I_S; NaN where there is none.
    detuning_mev, detuning_error_mev, reference_error_mev : ndarray
        ΔE of each anti-Stokes excitation; the error of its own wavelength; the error common to a temperature.
    excitation_nm : ndarray, shape (n_temperatures, n_anti)
    eta, eta_error : ndarray
    eta_covariance : ndarray, shape (n_temperatures, n_anti, n_anti)
    eta_low, eta_high : ndarray
        68 % Fieller interval; NaN marks an open end. Where ``denominator`` is within two standard errors of
        zero η is not determined: a clear emission signal then leaves a lower limit, none leaves nothing.
    ratio_slope_per_mev : ndarray
        Slope of R against ΔE_S.
    numerator, denominator : ndarray
    covariance : ndarray, shape (n_temperatures, 2 n_anti, 2 n_anti)
        Of (numerator, denominator) within a temperature.
    shared_sensitivity : ndarray, shape (n_temperatures, 2 n_anti)
        Change of (numerator, denominator) with one standard error of a shared quantum yield; zero otherwise.
    own_sensitivity : ndarray, shape (n_temperatures, 2 n_anti)
        Change of (numerator, denominator) of each place when its photon energy is one standard error above the stated
        one; part of ``covariance``. ΔE is then too large by ``detuning_error_mev``.
    valid, fitted : ndarray of bool
    truncation : ndarray
    flag_table : ndarray of bool, shape (n_temperatures, n_anti, n_flags)
        Which of `FLAGS` hold.
    keys : tuple of tuple of str
        Stack of each anti-Stokes place.
    stokes_keys : tuple of tuple of str
    responses, line : Responses and StokesLine, or None
        Where it came from; None when η was given.
    common_reference_error_mev : float
        Part of ``reference_error_mev`` that is one and the same error at all temperatures.
    """

    temperatures_k: FloatArray
    quantum_yield: FloatArray
    quantum_yield_error: FloatArray
    quantum_yield_low: FloatArray
    quantum_yield_high: FloatArray
    is_shared: bool
    slope: FloatArray
    intercept_mev: FloatArray
    line_covariance: FloatArray
    chi2: FloatArray
    dof: np.ndarray
    stokes_mev: FloatArray
    stokes_ratio: FloatArray
    stokes_ratio_error: FloatArray
    detuning_mev: FloatArray
    detuning_error_mev: FloatArray
    reference_error_mev: FloatArray
    excitation_nm: FloatArray
    eta: FloatArray
    eta_error: FloatArray
    eta_covariance: FloatArray
    eta_low: FloatArray
    eta_high: FloatArray
    ratio_slope_per_mev: FloatArray
    numerator: FloatArray
    denominator: FloatArray
    covariance: FloatArray
    shared_sensitivity: FloatArray
    own_sensitivity: FloatArray
    valid: np.ndarray
    fitted: np.ndarray
    truncation: FloatArray
    flag_table: np.ndarray
    keys: tuple[tuple[str, ...], ...]
    stokes_keys: tuple[tuple[str, ...], ...]
    responses: Responses | None = None
    line: StokesLine | None = None
    common_reference_error_mev: float = 0.0
    problems: tuple[Problem, ...] = ()

    @property
    def ratio(self) -> FloatArray:
        """The paper's R (n_temperatures, n_anti, n_stokes), for the eye: see `ratio_points`."""
        return self._ratio_points()[0]

    @property
    def ratio_error(self) -> FloatArray:
        """Error of each R by itself, same shape; it says nothing about a line through the points."""
        return self._ratio_points()[1]

    def _ratio_points(self) -> tuple[FloatArray, FloatArray]:
        if self.responses is None or self.line is None:
            nothing = np.full((*self.eta.shape, 0), np.nan)
            return nothing, nothing
        return ratio_points(self.responses, self.line)

    @property
    def flags(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Names of the flags that hold at each place."""
        return tuple(
            tuple(tuple(name for name, on in zip(FLAGS, cell, strict=True) if on) for cell in row)
            for row in self.flag_table.tolist()
        )


def fit_efficiency(responses: Responses, settings: EfficiencySettings) -> EfficiencyFit:
    """Determine the quantum yield and η of every temperature.

    Raises
    ------
    SettingsError
        When a fixed quantum yield is wanted and none, or one outside 0 to 1, is given.
    AnalysisError
        When no temperature has two Stokes excitations with emission and photothermal signal.
    """
    line = fit_stokes_line(responses)
    if not line.usable.any() and settings.quantum_yield != "fixed":
        raise AnalysisError(
            "no temperature has two Stokes excitations (kind pl) with both emission and photothermal signal; "
            "the quantum yield needs at least two. Mend the problems told before this one; if there are none, add PL "
            "at further excitations, or fix the quantum yield."
        )
    line, yields, yield_errors, shared_error = _apply_yield_mode(responses, line, settings)
    if settings.estimator == "ratio":
        return _from_ratio_lines(responses, line, settings, yields, yield_errors)
    return _assemble(responses, line, settings, yields, yield_errors, find_components(responses, line, shared_error))


def _apply_yield_mode(
    responses: Responses, line: StokesLine, settings: EfficiencySettings
) -> tuple[StokesLine, FloatArray, FloatArray, float]:
    """Return line, quantum yields, their errors, and the error of a shared or fixed yield (zero when free)."""
    photon = responses.mean_photon_mev
    yields = line.intercept_mev / photon
    own_variance = line.covariance[:, 1, 1] / photon**2
    errors = np.sqrt(own_variance + (yields * responses.mean_photon_error_mev / photon) ** 2)
    if settings.quantum_yield == "temperature":
        return line, yields, errors, 0.0
    if settings.quantum_yield == "fixed":
        value = settings.fixed_quantum_yield
        if value is None or not 0.0 < value <= 1.0:
            raise SettingsError(
                f"fixed_quantum_yield is {value}; it must lie between 0 and 1. Give the measured value."
            )
        shared, error = value, settings.fixed_quantum_yield_error
    else:
        weight = np.where(np.isfinite(errors), errors, np.inf) ** -2.0
        shared = float(np.nansum(weight * yields) / np.sum(weight))
        error = float(np.sum(weight) ** -0.5)
    everywhere = np.full(len(yields), shared)
    return fit_slope(responses, shared * photon), everywhere, np.full(len(yields), error), error


@dataclass(frozen=True, slots=True, eq=False)
class _Quotients:
    """η = N/D with first-order error and covariance, and the 68 % interval; NaN where not valid."""

    eta: FloatArray
    error: FloatArray
    covariance: FloatArray
    low: FloatArray
    high: FloatArray
    determined: np.ndarray


def _divide(numerator: FloatArray, denominator: FloatArray, covariance: FloatArray, valid: np.ndarray) -> _Quotients:
    na = numerator.shape[1]
    safe = np.where(valid, denominator, 1.0)
    eta = np.where(valid, numerator / safe, np.nan)
    value = np.where(valid, eta, 0.0)
    variances = np.einsum("tii->ti", covariance)
    cross = np.einsum("tii->ti", covariance[:, :na, na:])
    # To first order, Cov(η) is Cov(N − η D) / (D D).
    residual = covariance[:, :na] - value[:, :, None] * covariance[:, na:]
    eta_covariance = (residual[:, :, :na] - residual[:, :, na:] * value[:, None]) / (safe[:, :, None] * safe[:, None])
    low, high = fieller_interval(numerator, denominator, variances[:, :na], variances[:, na:], cross)
    # 1/D is far from normal unless D stands well clear of its noise: then only a lower limit, or none, is known.
    determined = valid & (denominator > _DETERMINED * np.sqrt(variances[:, na:]))
    bright = valid & (denominator > 0) & (numerator > SIGNIFICANT * np.sqrt(variances[:, :na]))
    return _Quotients(
        eta=eta,
        error=np.where(valid, np.sqrt(np.einsum("tii->ti", eta_covariance)), np.nan),
        covariance=eta_covariance,
        low=np.where(determined | bright, low, np.nan),
        high=np.where(determined, high, np.nan),
        determined=determined,
    )


def _assemble(
    responses: Responses,
    line: StokesLine,
    settings: EfficiencySettings,
    yields: FloatArray,
    yield_errors: FloatArray,
    found: Components,
) -> EfficiencyFit:
    ns = responses.n_stokes
    numerator, denominator = found.numerator, found.denominator
    valid = responses.valid[:, ns:] & np.isfinite(denominator) & (denominator != 0.0)
    covariance = np.where(np.isfinite(found.covariance), found.covariance, 0.0)
    ratios = _divide(numerator, denominator, covariance, valid)
    yield_low, yield_high = _yield_interval(responses, line, settings, yields, yield_errors)
    measured = valid & (responses.absorbed[:, ns:] != 0.0)
    heat = np.where(measured, responses.absorbed[:, ns:], np.nan)
    return EfficiencyFit(
        temperatures_k=responses.temperatures_k,
        quantum_yield=yields,
        quantum_yield_error=yield_errors,
        quantum_yield_low=yield_low,
        quantum_yield_high=yield_high,
        is_shared=settings.quantum_yield != "temperature",
        slope=line.slope,
        intercept_mev=line.intercept_mev,
        line_covariance=line.covariance,
        chi2=line.chi2,
        dof=line.dof,
        stokes_mev=responses.excitation_mev[:, :ns],
        stokes_ratio=line.points,
        stokes_ratio_error=line.point_errors,
        detuning_mev=np.where(responses.valid, responses.detuning_mev, np.nan)[:, ns:],
        detuning_error_mev=responses.excitation_error_mev[:, ns:],
        reference_error_mev=responses.reference_error_mev,
        excitation_nm=responses.excitation_nm[:, ns:],
        eta=ratios.eta,
        eta_error=ratios.error,
        eta_covariance=ratios.covariance,
        eta_low=ratios.low,
        eta_high=ratios.high,
        ratio_slope_per_mev=responses.intensity[:, ns:] / heat * line.slope[:, None],
        numerator=np.where(valid, numerator, 0.0),
        denominator=np.where(valid, denominator, 1.0),
        covariance=covariance,
        shared_sensitivity=found.shared_sensitivity,
        own_sensitivity=np.nan_to_num(found.own_sensitivity),
        valid=valid,
        fitted=valid & responses.fitted[:, ns:],
        truncation=responses.truncation[:, ns:],
        flag_table=_flags(responses, ratios.eta, ratios.determined, valid),
        keys=tuple(row[ns:] for row in responses.keys),
        stokes_keys=tuple(row[:ns] for row in responses.keys),
        responses=responses,
        line=line,
        common_reference_error_mev=responses.common_reference_error_mev,
        problems=_problems(responses, line, settings, yields, yield_errors),
    )


def _yield_interval(
    responses: Responses, line: StokesLine, settings: EfficiencySettings, yields: FloatArray, errors: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the 68 % interval of the quantum yield; what the photon energy adds joins in quadrature."""
    if settings.quantum_yield != "temperature" or settings.estimator == "ratio":
        return yields - errors, yields + errors
    photon = responses.mean_photon_mev
    extra = yields * responses.mean_photon_error_mev / photon
    below, above = yields - line.intercept_low_mev / photon, line.intercept_high_mev / photon - yields
    return yields - np.hypot(below, extra), yields + np.hypot(above, extra)


def _flags(responses: Responses, eta: FloatArray, determined: np.ndarray, valid: np.ndarray) -> np.ndarray:
    ns, n = responses.n_stokes, responses.valid.shape[1]
    heat_error = np.sqrt(np.einsum("tii->ti", responses.covariance)[:, n + ns :])
    tests = (
        ~determined,
        responses.absorbed[:, ns:] < -SIGNIFICANT * heat_error,
        eta > 1.0,
        eta < 0.0,
        responses.truncation[:, ns:] < TRUNCATED_BELOW,
        responses.interpolated[:, ns:],
        ~responses.fitted[:, ns:],
        np.zeros_like(determined) if responses.unverified is None else responses.unverified[:, ns:],
    )
    table: np.ndarray = np.stack(tests, axis=-1) & valid[..., None]
    return table


def _problems(
    responses: Responses, line: StokesLine, settings: EfficiencySettings, yields: FloatArray, errors: FloatArray
) -> tuple[Problem, ...]:
    problems = []
    few = ~line.usable & ~np.isnan(responses.reference_mev)
    outside = line.usable & ((yields - 1.0 > SIGNIFICANT * errors) | (yields < -SIGNIFICANT * errors))
    bent = is_misfit(line.chi2, line.dof, tests=max(int(line.usable.sum()), 1))
    empty = line.usable & ~responses.valid[:, responses.n_stokes :].any(axis=1)
    for t in np.flatnonzero(few | outside | bent | empty):
        place = f"{responses.temperatures_k[t]:.0f} K"
        if few[t]:
            count = int(responses.fitted[t, : responses.n_stokes].sum())
            message = (
                f"{counted(count, 'Stokes excitation')} with emission and photothermal signal; the quantum yield and "
                "η need at least two. Add PL at further excitations above the gap."
            )
            problems.append(Problem("error", place, message))
        if empty[t]:
            message = (
                "there is no anti-Stokes excitation with emission and photothermal signal, so there is neither η nor a "
                "fit of Eq. 9 here. Add ASPL at this temperature."
            )
            problems.append(Problem("warning", place, message))
        if outside[t]:
            message = (
                f"the quantum yield comes out as {yields[t]:.3f} ± {errors[t]:.3f}, outside 0 to 1. Check the "
                "photothermal baseline, the response curve and the Stokes excitations of this temperature."
            )
            problems.append(Problem("warning", place, message))
        if bent[t] and not few[t]:
            message = (
                f"the Stokes points do not lie on one line (χ² {line.chi2[t]:.1f} for {line.dof[t]} degrees of "
                "freedom): quantum yield or collection may depend on the excitation. Inspect R & QY."
            )
            problems.append(Problem("warning", place, message))
    if settings.estimator == "ratio":
        message = (
            "the paper's R lines are in use: their points share the Stokes noise of a temperature, so the errors shown "
            "are not standard errors. Use the component estimator for numbers to publish."
        )
        problems.append(Problem("warning", "R & QY", message))
    return tuple(problems)


def _from_ratio_lines(
    responses: Responses, line: StokesLine, settings: EfficiencySettings, yields: FloatArray, errors: FloatArray
) -> EfficiencyFit:
    """Take η, and unless it is shared or fixed the quantum yield, from the paper's lines."""
    lines = fit_ratio_lines(responses, line)
    if settings.quantum_yield == "temperature":
        usable = responses.fitted[:, responses.n_stokes :] & (lines.quantum_yield_variance > 0)
        weights = np.where(usable, 1.0 / lines.quantum_yield_variance, 0.0)
        total = weights.sum(axis=1)
        total = np.where(total > 0, total, np.nan)
        yields, errors = np.sum(weights * np.nan_to_num(lines.quantum_yield), axis=1) / total, total**-0.5
    na = lines.eta.shape[1]
    covariance = np.zeros((len(lines.eta), 2 * na, 2 * na))
    diagonal = np.arange(na)
    covariance[:, diagonal, diagonal] = np.nan_to_num(lines.eta_variance)
    ones = np.where(np.isfinite(lines.eta), 1.0, np.nan)
    none = np.zeros((len(lines.eta), 2 * na))
    parts = Components(np.nan_to_num(lines.eta), ones, covariance, none, none)
    return _assemble(responses, line, settings, yields, errors, parts)
