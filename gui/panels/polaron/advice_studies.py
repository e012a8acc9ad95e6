"""What single points do to the fit of Eq. 9, as a study; and what one more point would do, told from its outcome."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.units import FloatArray
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import decimals_of, plain
from asplab.gui.words.reading import temperature_name

if TYPE_CHECKING:
    from asplab.core.polaron.comparison import ModelFit
    from asplab.core.polaron.comparison.influence import Influence

MODEL = "eq9"
PARAMETERS = (("phonon_mev", "ħω"), ("g_mev", "g"))
SYMBOLS = dict(PARAMETERS)
_BEYOND, _CANDIDATES = 1.2, 121


@dataclass(frozen=True, slots=True, eq=False)
class Advised:
    """The fit of Eq. 9, and its repetitions without one point each; ``joint`` is None where there is no joint fit."""

    fit: "ModelFit"
    alone: "Influence"
    joint: "Influence | None"


def leave_out(results: Results, request: Any, progress: Progress) -> Advised:
    """Fit Eq. 9 and repeat each fit without each of its points."""
    from asplab.core.polaron.comparison import ModelOptions, fit_model
    from asplab.core.polaron.comparison.influence import leave_one_out

    if results.efficiency is None or results.polaron is None or not results.polaron.fitted.any():
        raise AnalysisError("there is no fit of Eq. 9 to give advice on. Look at the problems of the results.")
    polaron = results.document.settings.polaron
    fit = fit_model(results.efficiency, MODEL, ModelOptions(polaron.detuning_range_mev, polaron.joint_scale))
    progress.step(1, 3, tr("leaving out points of each temperature"))
    alone = leave_one_out(fit)
    progress.step(2, 3, tr("leaving out points of the joint fit"))
    return Advised(fit, alone, None if fit.joint is None else leave_one_out(fit, joint=True))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The error of a parameter after one more η.

    Attributes
    ----------
    symbol : str
    temperatures_k : ndarray, shape (n_temperatures,)
    detuning_mev : ndarray, shape (n_candidates,)
    eta : ndarray, shape (n_temperatures, n_candidates)
        What Eq. 9 expects there.
    now : ndarray, shape (n_temperatures,)
        Error in meV of the fit that the point is added to; NaN where it has none.
    after : ndarray, shape (n_temperatures, n_candidates)
        Error in meV with one η more, at each temperature and ΔE.
    """

    symbol: str
    temperatures_k: FloatArray
    detuning_mev: FloatArray
    eta: FloatArray
    now: FloatArray
    after: FloatArray

    @property
    def left(self) -> FloatArray:
        """Part of the error that is left, 0 to 1."""
        return np.asarray(self.after / self.now[:, None])

    def best_at(self, t: int) -> int | None:
        """Return the candidate that is best at one temperature."""
        return int(np.nanargmin(self.left[t])) if np.isfinite(self.left[t]).any() else None

    @property
    def best(self) -> tuple[int, int] | None:
        """Temperature and candidate of the place that is best of all."""
        if not np.isfinite(self.left).any():
            return None
        t, c = np.unravel_index(np.nanargmin(self.left), self.left.shape)
        return int(t), int(c)


def plan(advised: Advised, parameter: str, eta_error: float, *, is_joint: bool) -> Plan:
    """Return what one more η of this standard error would bring; takes about a millisecond.

    Candidates reach from the smallest ΔE of the fit, below which nothing was tried, to a little beyond the largest.
    """
    from asplab.core.polaron.comparison.advice import plan_measurement

    found = plan_measurement(
        advised.fit, eta_error=eta_error, parameter=parameter, detuning_mev=_candidates(advised.fit)
    )
    now = np.full(found.error_now.shape, found.joint_error_now) if is_joint else found.error_now
    return Plan(
        SYMBOLS[parameter],
        found.temperatures_k,
        found.detuning_mev,
        found.eta,
        now,
        found.joint_error_after if is_joint else found.error_after,
    )


def _candidates(fit: "ModelFit") -> FloatArray:
    objective = fit.objective
    assert objective is not None
    used = objective.curves.detuning_mev[objective.problem.use]
    return np.linspace(float(used.min()), _BEYOND * float(used.max()), _CANDIDATES)


def sentence(found: Plan, at: tuple[int, int] | None, eta_error: float, *, is_joint: bool) -> str:
    """Say in words what a point at one temperature and candidate would bring."""
    if at is None:
        return tr("{symbol} has no error to make smaller: it stopped at a bound.", symbol=found.symbol)
    t, c = at
    before, after = float(found.now[t]), float(found.after[t, c])
    fit = tr(" of the joint fit") if is_joint else ""
    return tr(
        "One more η at {temperature_name} and ΔE = {detuning_mev} meV, known to ± "
        "{eta_error:g}, would bring the error of {symbol}{fit} from {shown_error} to "
        "{shown_error2} meV ({fall_percent} % less).",
        temperature_name=temperature_name(found.temperatures_k[t]),
        detuning_mev=plain(found.detuning_mev[c], 0),
        eta_error=eta_error,
        symbol=found.symbol,
        fit=fit,
        shown_error=shown_error(before),
        shown_error2=shown_error(after),
        fall_percent=fall_percent(found.left[t, c]),
    )


def shown_error(error: float) -> str:
    """Return an error in meV with three digits."""
    return plain(error, decimals_of(error) + 1) if math.isfinite(error) and error > 0 else "—"


def fall_percent(left: float) -> str:
    """Return by how much an error falls, in percent."""
    fall = 100.0 * (1.0 - float(left))
    return "< 0.1" if fall < 0.1 else plain(fall, 1 if fall < 10 else 0)


LEFT_OUT = Study(tr("left out"), tr("Leaving out points"), leave_out, ignores=("models", "systematics"), follows=True)
