"""Scenarios over one another: η of a temperature, or what the data determine of g and ħω."""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.polaron.curves import contour, eta_curves
from asplab.core.polaron.fit import PolaronFit
from asplab.core.scenarios.findings import temperature_place
from asplab.core.units import FloatArray
from asplab.gui.panels.scenarios.rows import Variant, shortened
from asplab.gui.plots.drawn import Series
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.text import escaped
from asplab.gui.words.reading import efficiency_at

CURVE_MEV = np.linspace(2.0, 200.0, 67)


def eta_series(variants: Sequence[Variant], temperature_k: float) -> list[Series]:
    """Return η of one temperature of each variant, with its curve of Eq. 9; the present one in front."""
    series = []
    for variant in reversed(variants):
        t = temperature_place(variant.results, temperature_k)
        if variant.results is None or variant.results.efficiency is None or t is None:
            continue
        series.append(_eta(variant, variant.results.efficiency, variant.results.polaron, t))
    return series


def _eta(variant: Variant, fit: EfficiencyFit, polaron: PolaronFit | None, t: int) -> Series:
    shown = np.flatnonzero(fit.valid[t] & np.isfinite(fit.eta_low[t]) & np.isfinite(fit.eta_high[t]))
    arms = np.maximum([fit.eta[t] - fit.eta_low[t], fit.eta_high[t] - fit.eta[t]], 0.0)[:, shown]
    curve = np.empty(0) if polaron is None or not polaron.fitted[t] else eta_curves(polaron, CURVE_MEV)[0][t]
    return Series(
        color=variant.color,
        label=escaped(shortened(variant.name, 22)),
        symbol=variant.symbol,
        x=fit.detuning_mev[t, shown],
        y=fit.eta[t, shown],
        error=arms,
        excluded=~fit.fitted[t, shown],
        tips=LazyTips(len(shown), partial(_eta_tip, variant.name, fit, t, shown)),
        line_x=CURVE_MEV if curve.size else (),
        line_y=curve,
        is_dashed=variant.color != "text",
    )


def _eta_tip(name: str, fit: EfficiencyFit, t: int, shown: np.ndarray, point: int) -> str:
    j = int(shown[point])
    return f"{escaped(name)}<br>η = {measured(efficiency_at(fit, t, j))}<br>ΔE = {plain(fit.detuning_mev[t, j], 1)} meV"


def plane_series(variants: Sequence[Variant], temperature_k: float | None) -> list[Series]:
    """Return (ħω, g) of each variant with its 68 % contour, of one temperature or of the joint fit (None)."""
    series = []
    for variant in reversed(variants):
        fit = None if variant.results is None else variant.results.polaron
        if fit is None:
            continue
        joint = len(fit.temperatures_k)
        i = joint if temperature_k is None else temperature_place(variant.results, temperature_k)
        if i is None or not math.isfinite(fit.phonon_mev[i]):
            continue
        x, y = _rim(fit, i)
        series.append(Series(color=variant.color, line_x=x, line_y=y, is_dashed=variant.color != "text"))
        series.append(
            Series(
                color=variant.color,
                label=escaped(shortened(variant.name, 22)),
                symbol=variant.symbol,
                x=[fit.phonon_mev[i]],
                y=[fit.g_mev[i]],
                tips=[f"{escaped(variant.name)}<br>{_pair_words(fit, i)}"],
            )
        )
    return series


def _pair_words(fit: PolaronFit, i: int) -> str:
    return f"ħω = {plain(fit.phonon_mev[i], 1)} meV, g = {plain(fit.g_mev[i], 1)} meV"


def _rim(fit: PolaronFit, i: int) -> tuple[FloatArray, FloatArray]:
    if i < len(fit.temperatures_k):
        centre, covariance = fit.parameters[i], fit.parameter_covariance[i]
    elif fit.joint_parameters is not None and fit.joint_covariance is not None:
        centre, covariance = fit.joint_parameters, fit.joint_covariance
    else:
        return np.empty(0), np.empty(0)
    if not (np.isfinite(centre).all() and np.isfinite(covariance).all()):
        return np.empty(0), np.empty(0)
    return contour(float(centre[-2]), float(centre[-1]), covariance[-2:, -2:])


def plane_home(series: Sequence[Series]) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return ranges that hold all contours, at most to twice the largest best value."""
    ranges: list[tuple[float, float] | None] = []
    for axis in ("x", "y"):
        best = np.concatenate([np.asarray(getattr(one, axis), float) for one in series] or [np.empty(0)])
        rims = np.concatenate([np.asarray(getattr(one, f"line_{axis}"), float) for one in series] or [np.empty(0)])
        best, rims = best[np.isfinite(best)], rims[np.isfinite(rims)]
        if not best.size:
            ranges.append(None)
            continue
        low = float(min(best.min(), rims.min(initial=best.min())))
        high = min(float(max(best.max(), rims.max(initial=best.max()))), 2.0 * float(best.max()))
        margin = 0.12 * max(high - low, 0.1 * high)
        ranges.append((max(low - margin, 0.0), high + margin))
    return ranges[0], ranges[1]
