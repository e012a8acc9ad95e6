"""All checks of a fit: per temperature, and of the joint fit."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from asplab.core.appraisal.checks import joint_rise
from asplab.core.consistency.activation import activation_checks
from asplab.core.consistency.bounds import Bounds, bounds_of_eq9, bounds_of_model
from asplab.core.consistency.couplings import Couplings, Slopes, eq9_slopes, from_kappa_u, slopes_of
from asplab.core.consistency.measured import efficiency_checks
from asplab.core.consistency.parameters import coupling_checks, worst_checks
from asplab.core.consistency.records import LOOSE, Check, Number, Observed, Place, made, not_applicable
from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.energies.stage import Energies, take_given
from asplab.core.errors import AnalysisError
from asplab.core.polaron.failures import UNSHARED
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.core.polaron.resolved import SILENT, levels_of
from asplab.core.settings import GivenEnergy, PolaronSettings
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.pipeline import Results
    from asplab.core.polaron.comparison import ModelFit

JOINT = Place("joint fit", math.nan)
_UNLIKELY = 1e-3
"""Probability below which a misfit or a difference between temperatures is a conflict."""


def check_consistency(results: "Results", *, absorption: Sequence[GivenEnergy] | None = None) -> tuple[Check, ...]:
    """Check the fit of Eq. 9 of an analysis; empty where there is none.

    Parameters
    ----------
    results : Results
    absorption : sequence of GivenEnergy, optional
        Energy of the first maximum of absorption by temperature, for the Stokes shift; it counts within ±2 K. None
        takes those of the settings, and where there is none the maxima that temperature trends found.
    """
    if results.polaron is None or results.efficiency is None:
        return ()
    return check_fit(
        results.polaron,
        results.efficiency,
        results.energies,
        detuning_range_mev=results.document.settings.polaron.detuning_range_mev,
        absorption=_known_absorption(results) if absorption is None else absorption,
        intervals=results.intervals,
        width_mev=results.document.settings.models.inhomogeneous_mev,
        selection_mev=results.document.settings.models.selection_mev,
    )


def _known_absorption(results: "Results") -> tuple[GivenEnergy, ...]:
    """Return the maxima of absorption of temperature trends, then the given ones, which come first where both are."""
    trends = results.trends
    found = () if trends is None else zip(trends.absorption.temperatures_k, trends.absorption.tops, strict=True)
    measured = tuple(GivenEnergy(float(t), top.value, top.error) for t, top in found if top.is_determined)
    return (*measured, *results.document.settings.energies.given_absorption)


def check_fit(
    fit: PolaronFit,
    efficiency: EfficiencyFit,
    energies: Energies | None = None,
    *,
    detuning_range_mev: tuple[float, float] = PolaronSettings().detuning_range_mev,
    absorption: Sequence[GivenEnergy] = (),
    intervals: PolaronIntervals | None = None,
    width_mev: float = 0.0,
    selection_mev: float | None = None,
) -> tuple[Check, ...]:
    """Check a fit of Eq. 9: every temperature in turn, then the joint fit.

    Parameters
    ----------
    energies : Energies, optional
        For PL maximum and width; None where η comes from a table.
    detuning_range_mev : (low, high)
        That of the fit. Points at temperatures with too few for a fit are checked by themselves.
    absorption : sequence of GivenEnergy
        See `check_consistency`.
    intervals : PolaronIntervals, optional
        Of the fit: where an end of ħω is open, nothing is said of the number of phonons.
    width_mev, selection_mev : float
        Standard deviation of the gaps that are known to be spread, and the Urbach energy by which the laser selects
        among them: what holds for a single gap is replaced by what holds for such an ensemble.
    """
    separate = from_kappa_u(
        fit.temperatures_k, fit.parameters[:, 1], fit.parameters[:, 2], fit.parameter_covariance[:, 1:, 1:]
    )
    joint = None
    if fit.joint_parameters is not None and fit.joint_covariance is not None:
        n = len(fit.temperatures_k)
        kappa, u = fit.joint_parameters[-2:]
        spread = np.broadcast_to(fit.joint_covariance[-2:, -2:], (n, 2, 2))
        joint = from_kappa_u(fit.temperatures_k, np.full(n, kappa), np.full(n, u), spread)
    problem, use = fit.problem, _use(efficiency, detuning_range_mev)
    at = np.nan_to_num(fit.parameters)
    slope = problem.slope_offset + np.einsum("tpk,tk->tp", problem.slope_design, at)
    rise = joint_rise(fit)
    bounds = None
    if width_mev > 0.0:
        bounds = bounds_of_eq9(fit, efficiency, use, width_mev, selection_mev or math.inf)
    return _all_checks(
        separate,
        joint,
        efficiency,
        use,
        np.where(fit.fitted[:, None], slope, np.nan),
        fit.chi2,
        fit.dof,
        None if rise is None else (rise.chi2, rise.dof),
        _observed(efficiency, use, energies, absorption),
        eq9_slopes,
        bounds=bounds,
        phonon_is_open=None if intervals is None else _phonon_is_open(intervals),
    )


def _phonon_is_open(intervals: PolaronIntervals) -> np.ndarray:
    return ~(np.isfinite(intervals.phonon_low_mev) & np.isfinite(intervals.phonon_high_mev))


def check_model(
    fit: "ModelFit",
    efficiency: EfficiencyFit,
    energies: Energies | None = None,
    *,
    absorption: Sequence[GivenEnergy] = (),
) -> tuple[Check, ...]:
    """Check the fit of any rate model that has one g and ħω; arguments and order as in `check_fit`.

    Raises
    ------
    AnalysisError
        For a model without one g and one ħω: there is nothing to compare.
    """
    plan = fit.plan
    if not {"g_mev", "phonon_mev"} <= {*plan.names, *plan.fixed}:
        raise AnalysisError(f"{plan.model.title} has no single g and ħω, so there is nothing to check it against.")
    n = len(fit.temperatures_k)
    rows = [_row_couplings(fit, t, t) for t in range(n)]
    joint_rows = [_row_couplings(fit, n, t) for t in range(n)] if fit.joint is not None else []
    others = {name: fit.value(name)[:n] for name in plan.model.parameters if name not in ("g_mev", "phonon_mev")}
    use, detuning = _use(efficiency, plan.options.detuning_range_mev), efficiency.detuning_mev
    slopes = slopes_of(plan.model.name, {name: np.where(np.isfinite(v), v, 1.0) for name, v in others.items()})
    separate = _stacked(rows)
    is_ensemble = plan.is_averaged
    known = np.isfinite(separate.log_g)[:, None] & use & (not is_ensemble)
    local = np.where(known, slopes(separate, np.where(use, detuning, 50.0))[0], np.nan)
    rise = float(fit.chi2[-1] - np.sum(fit.chi2[:-1][fit.joined]))
    saved = int(fit.dof[-1] - np.sum(fit.dof[:-1][fit.joined]))
    return _all_checks(
        separate,
        _stacked(joint_rows) if joint_rows else None,
        efficiency,
        use,
        local,
        fit.chi2,
        fit.dof,
        (rise, saved) if math.isfinite(rise) else None,
        _observed(efficiency, use, energies, absorption),
        slopes,
        bounds=bounds_of_model(fit, efficiency, use) if is_ensemble else None,
    )


def _use(efficiency: EfficiencyFit, detuning_range_mev: tuple[float, float]) -> np.ndarray:
    low, high = detuning_range_mev
    detuning = efficiency.detuning_mev
    with np.errstate(invalid="ignore"):
        return np.asarray(efficiency.fitted & (detuning > 0.0) & (detuning >= low) & (detuning <= high))


def _row_couplings(fit: "ModelFit", row: int, t: int) -> Couplings:
    """Return g and ħω of one row of a fit, at a temperature; NaN where one of them stopped at a bound."""
    plan = fit.plan
    covariance = np.zeros((2, 2))
    full = fit.covariance[row, 1:, 1:] if row < len(fit.temperatures_k) else None
    if full is None and fit.joint is not None:
        full = fit.joint.shape_covariance
    places = [plan.names.index(name) if name in plan.names else None for name in ("g_mev", "phonon_mev")]
    for a, i in enumerate(places):
        for b, k in enumerate(places):
            if full is not None and i is not None and k is not None:
                covariance[a, b] = full[i, k]
    held = any(i is not None and fit.at_bound[row, i] for i in places)
    values = [math.nan if held else math.log(fit.value(name)[row]) for name in ("g_mev", "phonon_mev")]
    return Couplings(fit.temperatures_k[[t]], np.array(values[:1]), np.array(values[1:]), covariance[None])


def _stacked(rows: Sequence[Couplings]) -> Couplings:
    return Couplings(
        np.concatenate([row.temperature_k for row in rows]),
        np.concatenate([row.log_g for row in rows]),
        np.concatenate([row.log_phonon for row in rows]),
        np.concatenate([row.covariance for row in rows]),
    )


def _observed(
    efficiency: EfficiencyFit, use: np.ndarray, energies: Energies | None, absorption: Sequence[GivenEnergy]
) -> list[Observed]:
    temperatures = efficiency.temperatures_k
    n = len(temperatures)
    nothing = np.full(n, np.nan)
    edge, edge_error = take_given(nothing, nothing, temperatures, tuple(absorption))
    peak, peak_error, width, width_error = (nothing,) * 4
    if energies is not None:
        peak, peak_error = energies.peak_mev, energies.peak_error_mev
        width, width_error = energies.fwhm_mev, energies.fwhm_error_mev
    shift, shift_error = (edge - peak).tolist(), np.hypot(edge_error, np.nan_to_num(peak_error)).tolist()
    return [
        Observed(
            detuning_mev=tuple(efficiency.detuning_mev[t, use[t]].tolist()),
            stokes_shift_mev=shift[t],
            stokes_shift_error_mev=shift_error[t],
            fwhm_mev=float(width[t]),
            fwhm_error_mev=float(width_error[t]),
        )
        for t in range(n)
    ]


def _all_checks(
    separate: Couplings,
    joint: Couplings | None,
    efficiency: EfficiencyFit,
    use: np.ndarray,
    local_slope: FloatArray,
    chi2: FloatArray,
    dof: np.ndarray,
    rise: tuple[float, int] | None,
    observed: Sequence[Observed],
    slopes: Slopes,
    *,
    bounds: Bounds | None,
    phonon_is_open: np.ndarray | None = None,
) -> tuple[Check, ...]:
    is_ensemble = bounds is not None
    places = [Place(f"{temperature:.0f} K", float(temperature)) for temperature in separate.temperature_k]
    saturated = _saturated(efficiency, use)
    separate = _only(separate, ~saturated)
    if joint is not None and saturated.all():
        joint = _only(joint, ~saturated)
    is_open = [False] * (len(places) + 1) if phonon_is_open is None else phonon_is_open.tolist()
    of_fit = coupling_checks(
        separate, places, observed, slopes=slopes, is_ensemble=is_ensemble, phonon_is_open=is_open[:-1]
    )
    spread = None if bounds is None else [(float(width), bounds.urbach_mev) for width in bounds.width_mev]
    of_data = efficiency_checks(efficiency, use, places, spread_mev=spread)
    found: list[Check] = []
    if bounds is not None:
        for t, check in enumerate(bounds.checks(places, saturated)):
            of_fit[t][0] = check
    for t, place in enumerate(places):
        misfit = _misfit(float(chi2[t]), int(dof[t]), place, is_saturated=bool(saturated[t]))
        found += [misfit, *of_fit[t], *of_data[t]]
    phonon = math.nan
    if joint is not None:
        phonon = float(joint.phonon_mev[0])
        found.append(_misfit(float(chi2[-1]), int(dof[-1]), JOINT, is_saturated=bool(saturated.all())))
        worst = worst_checks(
            joint, JOINT, places, observed, slopes=slopes, is_ensemble=is_ensemble, phonon_is_open=is_open[-1]
        )
        if bounds is not None:
            worst[0] = bounds.joint_check(JOINT, places, saturated)
        found += worst
    able = int((np.isfinite(chi2[:-1]) & ~saturated).sum())
    found += [_shared(rise if able > 1 else None), _polaron_energies(separate)]
    found += activation_checks(efficiency, use, local_slope, phonon, JOINT)
    return tuple(found)


def _saturated(efficiency: EfficiencyFit, use: np.ndarray) -> np.ndarray:
    """Return at which temperatures (n_temperatures,) η is 0 or 1 within its errors throughout."""
    # Where D may be zero, N/D says nothing of η.
    clear = use & ~efficiency.flag_table[:, :, FLAGS.index("not_determined")]
    levels, _ = levels_of(efficiency.numerator, efficiency.denominator, efficiency.covariance, clear)
    return np.array([level in SILENT for level in levels])


def _only(couplings: Couplings, rows: np.ndarray) -> Couplings:
    """Return the couplings with those of other rows left undetermined."""
    return replace(
        couplings,
        log_g=np.where(rows, couplings.log_g, np.nan),
        log_phonon=np.where(rows, couplings.log_phonon, np.nan),
    )


def _misfit(chi2: float, dof: int, place: Place, *, is_saturated: bool) -> Check:
    """χ² of the fit: a parameter of a model that misses the data means nothing."""
    name, title = "misfit", "Fit and data"
    if not math.isfinite(chi2):
        return not_applicable(name, title, place, "There is no fit: too few points.")
    numbers = [Number("χ²", chi2, math.nan, ""), Number("degrees of freedom", float(dof), math.nan, "")]
    if dof <= 0:
        return not_applicable(name, title, place, "There are as many parameters as points; any curve fits.", numbers)
    p = float(chdtrc(dof, chi2))
    if is_saturated and p >= _UNLIKELY:
        why = "η is 0 or 1 within its errors at every point: any slow or fast enough rate describes that."
        return not_applicable(name, title, place, why, numbers)
    pull = (chi2 - dof) / math.sqrt(2.0 * dof)
    told = (
        f"The model misses the data ({_chance(p)}): its parameters mean nothing here."
        if p < _UNLIKELY
        else f"The model describes the data within their errors ({_chance(p)})."
    )
    return made(name, title, place, numbers, "≤", (pull, "conflicts" if p < _UNLIKELY else "agrees"), told)


def _shared(rise: tuple[float, int] | None) -> Check:
    """One g and ħω at all temperatures: the rise of χ² when they are shared."""
    name, title = "shared_parameters", "One g and ħω at all temperatures"
    if rise is None or rise[1] <= 0:
        return not_applicable(name, title, JOINT, "Two fitted temperatures are needed at which η is not saturated.")
    chi2, dof = rise
    p = float(chdtrc(dof, max(chi2, 0.0)))
    numbers = [Number("rise of χ²", chi2, math.nan, ""), Number("parameters saved", float(dof), math.nan, "")]
    told = (
        f"g and ħω differ between temperatures ({_chance(p)}), so they are not those of one phonon."
        if p < UNSHARED
        else f"One g and one ħω serve all temperatures ({_chance(p)})."
    )
    pull = (chi2 - dof) / math.sqrt(2.0 * dof)
    return made(name, title, JOINT, numbers, "≤", (pull, "conflicts" if p < UNSHARED else "agrees"), told)


def _polaron_energies(separate: Couplings) -> Check:
    """E_p = g²/ħω, the best determined combination, from every temperature by itself."""
    name, title = "polaron_energy", "One E_p at all temperatures"
    energy = np.exp(separate.log_polaron_energy)
    error = separate.error(np.broadcast_to([2.0, -1.0], (len(energy), 2)))
    known = np.isfinite(energy) & (error > 0.0) & (error < LOOSE)
    if known.sum() < 2:
        return not_applicable(name, title, JOINT, "E_p is determined at fewer than two temperatures.")
    # In ln E_p: its errors are nearer to normal than those of E_p.
    weight, level = error[known] ** -2.0, separate.log_polaron_energy[known]
    mean = float(np.sum(weight * level) / np.sum(weight))
    chi2, dof = float(np.sum(weight * (level - mean) ** 2)), int(known.sum()) - 1
    p = float(chdtrc(dof, chi2))
    numbers = [
        Number("χ²", chi2, math.nan, ""),
        Number("degrees of freedom", float(dof), math.nan, ""),
        Number("mean E_p", math.exp(mean), math.exp(mean) * float(np.sum(weight)) ** -0.5, "meV"),
        Number(
            "lowest E_p", float(energy[known].min()), float((energy * error)[known][np.argmin(energy[known])]), "meV"
        ),
        Number(
            "highest E_p", float(energy[known].max()), float((energy * error)[known][np.argmax(energy[known])]), "meV"
        ),
    ]
    told = (
        f"E_p differs between temperatures ({_chance(p)}), though the model has one."
        if p < _UNLIKELY
        else f"E_p is the same at all temperatures within its errors ({_chance(p)})."
    )
    pull = (chi2 - dof) / math.sqrt(2.0 * dof)
    return made(name, title, JOINT, numbers, "≤", (pull, "conflicts" if p < _UNLIKELY else "agrees"), told)


def _chance(p: float) -> str:
    return "p < 0.001" if p < 1e-3 else f"p = {p:.2g}"
