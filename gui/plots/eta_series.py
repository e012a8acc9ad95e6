"""η against detuning and against temperature as series, with what their points say under the mouse."""

from functools import partial

import numpy as np

from asplab.core.appraisal.checks import logit_eta
from asplab.core.efficiency.fixed_laser import FixedDetuning
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.pump.purity import PurityBound
from asplab.gui.language import tr
from asplab.gui.look.theme import detuning_spec, detuning_symbol
from asplab.gui.plots.marks import Mark
from asplab.gui.plots.series import Series
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.words.flags import flag_lines, leak_possible, single_photon_open
from asplab.gui.words.reading import efficiency_at, temperature_name

Curves = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Detunings, and η with the ends of its band, (temperatures, points)."""
ETA_RANGE = (-0.08, 1.12)
LEAK, PHOTONS = "!", "?"


def temperature_series(
    fit: EfficiencyFit,
    curves: Curves | None,
    specs: list[str],
    t: int,
    purity: PurityBound | None = None,
    *,
    is_front: bool,
) -> Series:
    """Return the determined η of one temperature, with the model; the selected one in front has its band."""
    eta = np.where(closed(fit)[t], fit.eta[t], np.nan)
    arms = np.stack([eta - fit.eta_low[t], fit.eta_high[t] - eta])
    model = None if curves is None or not np.isfinite(curves[1][t]).all() else curves
    return Series(
        color=specs[t],
        x=fit.detuning_mev[t],
        y=eta,
        error=np.maximum(arms, 0.0),
        excluded=~fit.fitted[t],
        tips=_tips(fit, purity, t),
        keys=fit.keys[t],
        symbol_px=9 if is_front else 5,
        line_x=() if model is None else model[0],
        line_y=() if model is None else model[1][t],
        band_low=None if model is None or not is_front else model[2][t],
        band_high=None if model is None or not is_front else model[3][t],
    )


def open_series(fit: EfficiencyFit, t: int, purity: PurityBound | None = None) -> tuple[Series, Series]:
    """Return points whose 68 % interval is open: quiet bars through the whole view, and open symbols."""
    is_open = fit.valid[t] & ~closed(fit)[t]
    low, high = ETA_RANGE
    place = np.clip(np.where(is_open, fit.eta[t], np.nan), low + 0.04, high - 0.04)
    bars = Series(
        color="line",
        x=fit.detuning_mev[t],
        y=np.where(is_open, 0.5, np.nan),
        error=np.full(place.size, 9.0),
        symbol_px=0.1,
    )
    symbols = Series(
        color="muted",
        x=fit.detuning_mev[t],
        y=place,
        tips=_tips(fit, purity, t),
        keys=fit.keys[t],
        symbol="wedge",
        symbol_px=8,
        is_open=True,
    )
    return bars, symbols


def doubt_marks(fit: EfficiencyFit, purity: PurityBound | None, t: int) -> list[Mark]:
    """Return signs beside the determined points that a leak could make, or where two photons are not excluded."""
    leak, photons, known = leak_possible(fit, purity)[t], single_photon_open(fit)[t], closed(fit)[t]
    found = []
    for j in np.flatnonzero(known & (leak | photons)).tolist():
        sign, color = (LEAK, "warn") if leak[j] else (PHOTONS, "muted")
        found.append(Mark(float(fit.detuning_mev[t, j]), float(fit.eta[t, j]), sign, color))
    return found


def closed(fit: EfficiencyFit) -> np.ndarray:
    """Return which η have a closed 68 % interval."""
    found: np.ndarray = fit.valid & np.isfinite(fit.eta_low) & np.isfinite(fit.eta_high)
    return found


def _tips(fit: EfficiencyFit, purity: PurityBound | None, t: int) -> LazyTips:
    return LazyTips(fit.eta.shape[1], partial(_tip, fit, purity, t))


def _tip(fit: EfficiencyFit, purity: PurityBound | None, t: int, j: int) -> str:
    if not fit.valid[t, j]:
        return ""
    head = f"<b>{temperature_name(fit.temperatures_k[t])}, ΔE = {plain(fit.detuning_mev[t, j], 1)} meV</b>"
    flags = flag_lines(fit, purity, t, j)
    if not closed(fit)[t, j]:
        return tr(
            "{head}<br>not determined: neither emission nor absorption stands out of its noise{flags}",
            head=head,
            flags=flags,
        )
    return f"{head}<br>η = {measured(efficiency_at(fit, t, j))} (68 %){flags}"


def colour_indices(fit: EfficiencyFit, followed: list[FixedDetuning]) -> list[int]:
    """Return the excitation that each detuning goes by, or its rank where lasers don't follow the gap."""
    with np.errstate(all="ignore"):
        typical = np.array([np.median(column[ok]) if ok.any() else np.inf for column, ok in zip(
            fit.detuning_mev.T, fit.valid.T, strict=True)])  # fmt: skip
    indices = [int(np.argmin(np.abs(typical - found.detuning_mev))) for found in followed]
    return indices if len(set(indices)) == len(indices) else list(range(len(followed)))


def nearer(fit: EfficiencyFit, found: FixedDetuning) -> np.ndarray:
    """Return the place nearest to the detuning at each temperature, -1 where η is not known."""
    rows = np.arange(len(found.eta))[:, None]
    distance = np.abs(fit.detuning_mev[rows, found.places] - found.detuning_mev)
    return found.places[rows[:, 0], np.argmin(distance, axis=1)]


def thermal_series(
    fit: EfficiencyFit, found: FixedDetuning, index: int, inverse: np.ndarray, *, is_logit: bool
) -> tuple[Series, Series]:
    """Return η at one detuning against temperature: measured points with a line, and open interpolated ones."""
    eta, error = found.eta, found.eta_error
    if is_logit:
        eta, error = logit_eta(eta, error)
    good = np.isfinite(eta)
    tips = LazyTips(eta.size, partial(_thermal_tip, fit, found))
    keys = [fit.keys[t][j] if j >= 0 else "" for t, j in enumerate(nearer(fit, found).tolist())]
    style = {
        "color": detuning_spec(index),
        "symbol": detuning_symbol(index),
        "symbol_px": 7,
        "x": inverse,
        "keys": keys,
    }
    measured_here, between = good & ~found.interpolated, good & found.interpolated
    points = Series(
        **style,
        label=f"{plain(found.detuning_mev, 0)} meV",
        y=np.where(measured_here, eta, np.nan),
        error=np.where(measured_here, error, np.nan),
        tips=tips,
        line_x=inverse[good],
        line_y=eta[good],
        is_dashed=True,
    )
    open_points = Series(
        **style,
        y=np.where(between, eta, np.nan),
        error=np.where(between, error, np.nan),
        tips=tips,
        is_open=True,
    )
    return points, open_points


def _thermal_tip(fit: EfficiencyFit, found: FixedDetuning, t: int) -> str:
    if not np.isfinite(found.eta[t]):
        return ""
    head = f"<b>{temperature_name(found.temperatures_k[t])}, ΔE = {plain(found.detuning_mev, 1)} meV</b>"
    value = f"{head}<br>η = {plain(found.eta[t], 3)} ± {plain(found.eta_error[t], 3)}"
    if not found.interpolated[t]:
        return value
    first, last = (plain(fit.detuning_mev[t, j], 1) for j in found.places[t])
    scale = "η" if found.is_straight_in_eta[t] else tr("ln η/(1 − η)")
    return tr(
        "{value}<br>interpolated between {first} and {last} meV, straight in {scale}",
        value=value,
        first=first,
        last=last,
        scale=scale,
    )
