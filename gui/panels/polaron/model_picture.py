"""η of the data and of all compared models as series, along ΔE or along 1/kT; no widgets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from asplab.core.appraisal.checks import logit_eta
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.polaron.rates import MODELS
from asplab.core.units import FloatArray, thermal_energy_mev
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.comparing import Picture
from asplab.gui.panels.polaron.model_rows import model_color
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.result_pictures import faded
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.words.reading import temperature_name, temperature_specs

SAME_DETUNING_MEV = 5.0
_PER_EV = 1000.0
_Line = tuple[FloatArray, FloatArray | None, FloatArray | None]
_LOWEST, _ETA_MARGIN, _TOP, _HIGHEST = -0.3, 0.05, 1.08, 1.6
_LONGEST, _MARGIN = 1.06, 0.05
_DASHED_FROM = 7
"""Colours repeat from this model on; dashes tell it from the first ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is to be drawn.

    Attributes
    ----------
    fit : EfficiencyFit
        The present data.
    t : int
        Selected temperature.
    pictures : mapping of model to Picture
        Empty where nothing was compared; of earlier settings where ``is_stale``.
    detuning_mev : ndarray
        Where the pictures were drawn.
    order : tuple of str
        All compared models: their order gives the colours.
    front : str
        The model in front, with its band and pulls; may be empty.
    scale : str
        ``"eta"``, ``"log"`` or ``"logit"``.
    has_chosen : bool
        Whether the user has chosen the model in front: all others stand back then.
    """

    fit: EfficiencyFit
    t: int
    pictures: Mapping[str, Picture]
    detuning_mev: FloatArray
    order: tuple[str, ...]
    front: str
    scale: str
    theme: Theme
    has_chosen: bool = False
    is_stale: bool = False

    def sees(self, model: str) -> bool:
        """Return whether a picture fits the present temperatures."""
        return len(self.pictures[model].eta) == len(self.fit.temperatures_k)


def along_detuning(scene: Scene, in_use: np.ndarray) -> list[Series]:
    """Return the points of the selected temperature, then the curves, the one in front last."""
    fit, t = scene.fit, scene.t
    y, error = _measured(scene, fit.eta[t], fit.eta_error[t], fit.eta_low[t])
    points = Series(
        color=temperature_specs(fit.temperatures_k)[t],
        x=fit.detuning_mev[t],
        y=y,
        error=error,
        excluded=~in_use[t],
        tips=LazyTips(y.size, partial(_tip, fit, t)),
    )
    return [
        points,
        *_curves(scene, scene.detuning_mev, lambda picture: (picture.eta[t], picture.low[t], picture.high[t])),
    ]


def along_inverse(scene: Scene, near: np.ndarray) -> list[Series]:
    """Return one point a temperature over 1/kT, then the models at these points."""
    fit = scene.fit
    x = inverse_temperature(fit.temperatures_k)
    series = []
    for t, spec in enumerate(temperature_specs(fit.temperatures_k)):
        j = int(near[t])
        at = slice(j, j + 1) if j >= 0 else slice(0, 0)
        y, error = _measured(scene, fit.eta[t, at], fit.eta_error[t, at], fit.eta_low[t, at])
        tips = LazyTips(y.size, partial(_tip_with_temperature, fit, t, j))
        series.append(Series(color=spec, x=x[t : t + 1][: y.size], y=y, error=error, tips=tips))

    def line(picture: Picture) -> _Line:
        known = near < picture.at_points.shape[1]
        at = np.where((near >= 0) & known, near, 0)
        values = np.take_along_axis(picture.at_points, at[:, None], axis=1)[:, 0]
        return np.where((near >= 0) & known, values, np.nan), None, None

    return [*series, *_curves(scene, x, line)]


def pulls(scene: Scene) -> list[Series]:
    """Return the pulls of the model in front at the selected temperature."""
    picture = scene.pictures.get(scene.front)
    if picture is None or not scene.sees(scene.front) or picture.pull.shape[1] != scene.fit.eta.shape[1]:
        return [Series(color="muted")]
    pull, t = picture.pull[scene.t], scene.t
    color = "muted" if scene.is_stale else model_color(scene.front, scene.order)
    tips = LazyTips(pull.size, lambda j: f"ΔE = {plain(scene.fit.detuning_mev[t, j], 1)} meV<br>{plain(pull[j], 2)} σ")
    return [Series(color=color, x=scene.fit.detuning_mev[t], y=pull, tips=tips)]


def eta_home(fit: EfficiencyFit) -> tuple[float, float]:
    """Return a range of η that holds all points, as far as they are not beyond belief."""
    known = fit.eta[fit.valid & np.isfinite(fit.eta)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    return max(min(low, 0.0), _LOWEST) - _ETA_MARGIN, min(max(high + _ETA_MARGIN, _TOP), _HIGHEST)


def longest(fit: EfficiencyFit) -> float:
    """Return where the axis of ΔE ends."""
    return _LONGEST * float(np.max(np.where(fit.valid, fit.detuning_mev, 0.0), initial=10.0))


def range_end(fit: EfficiencyFit) -> float:
    """Return where a fit range ends that reaches beyond all data: inside the picture, where it can be grabbed."""
    return longest(fit) - 0.01 * longest(fit)


def middle_point(fit: EfficiencyFit, t: int) -> int:
    """Return the point of a temperature that stands in the middle of its detunings."""
    known = np.flatnonzero(fit.valid[t])
    order = known[np.argsort(fit.detuning_mev[t, known])]
    return int(order[len(order) // 2]) if order.size else 0


def inverse_home(fit: EfficiencyFit) -> tuple[float, float]:
    """Return the range of 1/kT of all temperatures, with a margin."""
    x = inverse_temperature(fit.temperatures_k)
    margin = _MARGIN * max(float(np.ptp(x)), 1.0)
    return float(x.min()) - margin, float(x.max()) + margin


def nearest_points(fit: EfficiencyFit, t: int, j: int) -> np.ndarray:
    """Return for every temperature the point whose ΔE is nearest to that of point j at t; -1 where none is near."""
    distance = np.where(fit.valid, np.abs(fit.detuning_mev - fit.detuning_mev[t, j]), np.inf)
    best = np.argmin(distance, axis=1)
    return np.where(distance[np.arange(len(best)), best] <= SAME_DETUNING_MEV, best, -1)


def inverse_temperature(temperatures_k: FloatArray) -> FloatArray:
    """Return 1/kT in 1/eV."""
    return np.asarray(_PER_EV / thermal_energy_mev(temperatures_k))


def logit(eta: FloatArray) -> FloatArray:
    """Return ln η/(1 − η), NaN outside 0 to 1."""
    inside = (eta > 0.0) & (eta < 1.0)
    safe = np.where(inside, eta, 0.5)
    return np.where(inside, np.log(safe / (1.0 - safe)), np.nan)


def _curves(scene: Scene, x: FloatArray, line: Callable[[Picture], _Line]) -> list[Series]:
    shown = [name for name in scene.order if name in scene.pictures and scene.sees(name) and name != scene.front]
    if scene.front in scene.pictures and scene.sees(scene.front):
        shown.append(scene.front)
    series = []
    for name in shown:
        eta, *ends = line(scene.pictures[name])
        low, high = (None if part is None else _scaled(scene.scale, part) for part in ends)
        color = "muted" if scene.is_stale else model_color(name, scene.order)
        series.append(
            Series(
                color=faded(color, scene.theme) if scene.has_chosen and name != scene.front else color,
                label=MODELS[name].title if name in MODELS else "",
                label_at="corner",
                line_x=x,
                line_y=_scaled(scene.scale, eta),
                band_low=low if name == scene.front else None,
                band_high=high if name == scene.front else None,
                is_dashed=scene.is_stale or scene.order.index(name) >= _DASHED_FROM if name in scene.order else True,
            )
        )
    return series


def _scaled(scale: str, eta: FloatArray) -> FloatArray:
    return logit(eta) if scale == "logit" else eta


def _measured(scene: Scene, eta: FloatArray, error: FloatArray, low: FloatArray) -> tuple[FloatArray, FloatArray]:
    if scene.scale == "logit":
        return logit_eta(np.where(np.isfinite(low), eta, np.nan), error)
    return eta, error


def _tip_with_temperature(fit: EfficiencyFit, t: int, j: int, _point: int) -> str:
    return f"{temperature_name(float(fit.temperatures_k[t]))}<br>{_tip(fit, t, j)}"


def _tip(fit: EfficiencyFit, t: int, j: int) -> str:
    eta = Estimate(fit.eta[t, j], fit.eta_error[t, j])
    return f"ΔE = {plain(fit.detuning_mev[t, j], 1)} meV<br>η = {measured(eta)}"
