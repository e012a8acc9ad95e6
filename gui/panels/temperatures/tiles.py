"""What each tile shows, in data coordinates, and the axes that all tiles share."""

from dataclasses import dataclass

import numpy as np

from asplab.core.appraisal.checks import logit_eta, polaron_residuals
from asplab.core.appraisal.outliers import find_outliers
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.polaron.curves import eta_curves
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.panels.temperatures.words import Verdict, numbers, verdict
from asplab.gui.widgets.numerals import plain
from asplab.gui.words.reading import temperature_name, temperature_specs

_CURVE_POINTS, _SHORTEST_MEV = 90, 0.1
_LEAST_SIGMAS, _ROOM = 3.3, 1.12
_LEAST_ETA, _MOST_ETA = -0.4, 1.6
_LEAST_LOGIT, _MOST_LOGIT = -16.0, 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One temperature.

    Attributes
    ----------
    name, color : str
    verdict : Verdict
    lines : tuple of str
        Numbers below the plots.
    tip : str
        Rich text.
    x, y, low, high, pull : ndarray, shape (n_points,)
        ΔE, η (or its logit) with the ends of its error bar, and residual in σ; NaN where there is none.
    excluded : ndarray of bool, same shape
    curve_x, curve, band_low, band_high : ndarray, shape (n_curve,)
        The fit with its 68 % band; empty without a fit.
    """

    name: str
    color: str
    verdict: Verdict
    lines: tuple[str, ...]
    tip: str
    x: FloatArray
    y: FloatArray
    low: FloatArray
    high: FloatArray
    pull: FloatArray
    excluded: np.ndarray
    curve_x: FloatArray
    curve: FloatArray
    band_low: FloatArray
    band_high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """All tiles, and the ranges of ΔE, of η (or its logit) and of residuals that they share."""

    tiles: tuple[Tile, ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    pull_range: tuple[float, float]
    is_logit: bool
    has_common: bool = True

    @property
    def odd(self) -> int:
        """Number of temperatures that are to be looked at."""
        return sum(tile.verdict.is_odd for tile in self.tiles)


def board_of(fit: EfficiencyFit, polaron: PolaronFit, intervals: PolaronIntervals | None, *, is_logit: bool) -> Board:
    """Return the tiles of all temperatures on common axes."""
    longest = 1.06 * float(np.max(np.where(fit.valid, np.nan_to_num(fit.detuning_mev), 0.0), initial=10.0))
    # Denser towards the gap, where the curve bends.
    curve_x = _SHORTEST_MEV + (longest - _SHORTEST_MEV) * np.linspace(0.0, 1.0, _CURVE_POINTS) ** 2
    curves = eta_curves(polaron, curve_x)
    pull, outliers = polaron_residuals(polaron), find_outliers(polaron)
    specs = temperature_specs(fit.temperatures_k)
    tiles = []
    for t, kelvin in enumerate(fit.temperatures_k):
        y, low, high = _points(fit, t, is_logit=is_logit)
        has_curve = bool(np.isfinite(curves[0][t]).all())
        lines = [_scaled(part[t], is_logit=is_logit) if has_curve else np.empty(0) for part in curves]
        told, found = verdict(fit, polaron, intervals, outliers, t), numbers(polaron, intervals, t)
        tiles.append(
            Tile(
                name=temperature_name(float(kelvin)),
                color=specs[t],
                verdict=told,
                lines=_lines(found),
                tip=_tip(fit, polaron, intervals, t, told, (int(outliers.largest[t]), float(outliers.largest_pull[t]))),
                x=fit.detuning_mev[t],
                y=y,
                low=low,
                high=high,
                pull=pull[t],
                excluded=~fit.fitted[t],
                curve_x=curve_x if has_curve else np.empty(0),
                curve=lines[0],
                band_low=lines[1],
                band_high=lines[2],
            )
        )
    largest = float(np.max(np.abs(pull[np.isfinite(pull)]), initial=0.0))
    half = max(_LEAST_SIGMAS, _ROOM * largest)
    return Board(
        tuple(tiles), (0.0, longest), _range(tiles, is_logit=is_logit), (-half, half), is_logit, outliers.has_common
    )


def _points(fit: EfficiencyFit, t: int, *, is_logit: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return η (or its logit) where it is determined, and the ends of its error bars."""
    known = np.isfinite(fit.eta_low[t]) & np.isfinite(fit.eta_high[t]) & fit.valid[t]
    eta = np.where(known, fit.eta[t], np.nan)
    if is_logit:
        value, error = logit_eta(eta, fit.eta_error[t])
        return value, value - error, value + error
    return eta, np.where(known, fit.eta_low[t], np.nan), np.where(known, fit.eta_high[t], np.nan)


def _scaled(eta: FloatArray, *, is_logit: bool) -> FloatArray:
    if not is_logit:
        return eta
    # Beyond ±37 the complement of η is lost in rounding.
    inside = np.clip(eta, 1e-16, 1.0 - 1e-16)
    return np.asarray(np.log(inside / (1.0 - inside)))


def _range(tiles: list[Tile], *, is_logit: bool) -> tuple[float, float]:
    """Return a range that holds the points of all temperatures, and for η 0 and 1."""
    values = np.concatenate([tile.y for tile in tiles]) if tiles else np.empty(0)
    values = values[np.isfinite(values)]
    if is_logit:
        low, high = (float(values.min()), float(values.max())) if values.size else (-5.0, 3.0)
        return max(low - 1.0, _LEAST_LOGIT), min(high + 1.0, _MOST_LOGIT)
    low, high = float(np.min(values, initial=0.0)), float(np.max(values, initial=1.0))
    margin = 0.06 * (high - low)
    return max(low - margin, _LEAST_ETA), min(high + margin, _MOST_ETA)


def _lines(found: tuple[str, str, str]) -> tuple[str, ...]:
    misfit, g, phonon = found
    if (misfit, g, phonon) == ("—", "—", "—"):
        return ()
    return (
        tr("χ²/dof {misfit}", misfit=misfit),
        *(f"{name} {x}{'' if x == '—' else ' meV'}" for name, x in (("g", g), ("ħω", phonon))),
    )


def _tip(
    fit: EfficiencyFit,
    polaron: PolaronFit,
    intervals: PolaronIntervals | None,
    t: int,
    told: Verdict,
    largest: tuple[int, float],
) -> str:
    lines = [f"<b>{temperature_name(float(fit.temperatures_k[t]))}</b> {told.sign} {told.sentence}"]
    lines += _lines(numbers(polaron, intervals, t))
    if largest[0] >= 0:
        place = plain(float(fit.detuning_mev[t, largest[0]]), 0)
        lines.append(tr("largest residual {pull}σ at ΔE {place} meV", pull=plain(largest[1], 1), place=place))
    joint = numbers(polaron, intervals, len(fit.temperatures_k))
    if joint[1] != "—":
        lines.append(tr("joint fit: g {g}, ħω {phonon} meV", g=joint[1], phonon=joint[2]))
    return "<br>".join(lines)
