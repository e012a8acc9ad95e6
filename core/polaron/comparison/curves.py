"""logit η of a rate model, many fits at once, with derivatives by central differences.

    z = L + ln w(ΔE, T) − ln w(E₀, T₀),   E₀ = 50 meV,

and η = 1/(1 + e^(−z)), or e^z for the models whose link is "ratio". T₀ is the temperature of the fit itself where
every temperature has a scale of its own, and one temperature for all where the scale is shared.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit

from asplab.core.polaron.comparison.allowed import OFFSET, WIDTH
from asplab.core.polaron.comparison.options import Plan
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.polaron.rates import ensemble, log_rate
from asplab.core.polaron.rates.averages import mean_log_efficiency
from asplab.core.units import FloatArray

_STEP = 1e-5
"""Step of difference quotients in a coordinate, and relative step in ΔE."""
_HIGHEST_LOG_RATIO = 30.0
"""ln η beyond which a trial of a ratio model is refused; nothing measured comes near."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Where a rate model is to be evaluated.

    Attributes
    ----------
    plan : Plan
    detuning_mev : ndarray, shape (n_fits, n_points)
        ΔE, above 0.
    temperature_k, anchor_k : ndarray, shape (n_fits,)
        T and T₀.
    """

    plan: Plan
    detuning_mev: FloatArray
    temperature_k: FloatArray
    anchor_k: FloatArray

    def lanes(self, chosen: np.ndarray) -> "Curves":
        """Return the curves of the chosen fits, which may repeat."""
        return replace(
            self,
            detuning_mev=self.detuning_mev[chosen],
            temperature_k=self.temperature_k[chosen],
            anchor_k=self.anchor_k[chosen],
        )

    def log_scale(self, level: FloatArray, shape: FloatArray) -> FloatArray:
        """Return ln A, with rates in meV units, of levels L (n_fits,) and coordinates (n_fits, n_free)."""
        centre, anchor = np.full((len(level), 1), CENTRE_MEV), self.anchor_k[:, None] + self._offset(shape)
        return np.asarray(level - _log_rates(self.plan, centre, anchor, shape, sharp=True)[:, 0])

    def logit(self, level: FloatArray, shape: FloatArray) -> FloatArray:
        """Return z (n_fits, n_points)."""
        offset = self._offset(shape)
        temperature = np.broadcast_to(self.temperature_k[:, None] + offset, self.detuning_mev.shape)
        if self.plan.is_averaged:
            return self._averaged(self.log_scale(level, shape), temperature, shape)
        energy = np.concatenate([self.detuning_mev, np.full((len(level), 1), CENTRE_MEV)], axis=1)
        both = np.concatenate([temperature, self.anchor_k[:, None] + offset], axis=1)
        rate = _log_rates(self.plan, energy, both, shape, sharp=False)
        return np.asarray(level[:, None] + rate[:, :-1] - rate[:, -1:])

    def _offset(self, shape: FloatArray) -> FloatArray:
        """Return what is added to the temperatures, (n_fits, 1)."""
        return self.plan.values(shape).get(OFFSET, np.zeros(len(shape)))[:, None]

    def derivatives(self, level: FloatArray, shape: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return z (n_fits, n_points), dz/d(L, coordinates) (n_fits, n_points, 1 + n_free), and dz/dΔE."""
        m, s = shape.shape
        first = 0 if self.plan.is_averaged else 1  # else dz/dL = 1
        moves = np.zeros((2 + s, 1 + s))
        moves[: 1 + s] = _STEP * np.eye(1 + s)
        moves = np.concatenate([np.zeros((1, 1 + s)), moves[first:], -moves[first:]])
        stretch = np.zeros(len(moves))
        half = 2 + s - first
        stretch[half], stretch[2 * half] = _STEP, -_STEP
        count = len(moves)
        both = (np.concatenate([level[:, None], shape], axis=1) + moves[:, None, :]).reshape(count * m, 1 + s)
        again = self.lanes(np.tile(np.arange(m), count))
        energy = (self.detuning_mev * (1.0 + stretch[:, None, None])).reshape(count * m, -1)
        z = replace(again, detuning_mev=energy).logit(both[:, 0], both[:, 1:]).reshape(count, m, -1)
        quotient = (z[1 : 1 + half] - z[1 + half :]) / (2.0 * _STEP)
        gradient = np.ones((m, z.shape[2], 1 + s))
        gradient[:, :, first:] = np.moveaxis(quotient[:-1], 0, 2)
        return z[0], gradient, quotient[-1] / self.detuning_mev

    def efficiency(self, logit: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return η and dη/dz."""
        if self.plan.model.link == "odds":
            eta = expit(logit)
            return eta, eta * (1.0 - eta)
        eta = np.exp(np.minimum(logit, _HIGHEST_LOG_RATIO))
        return eta, eta

    def possible(self, logit: FloatArray) -> np.ndarray:
        """Return which fits (n_fits,) hold values that a fit can work with."""
        refused = self.plan.model.link == "ratio" and _HIGHEST_LOG_RATIO
        return np.asarray(np.isfinite(logit).all(axis=1) & ((logit < refused).all(axis=1) if refused else True))

    def _averaged(self, log_scale: FloatArray, temperature_k: FloatArray, shape: FloatArray) -> FloatArray:
        full, values = self.detuning_mev.shape, self.plan.values(shape)

        def spread(array: FloatArray) -> FloatArray:
            return np.broadcast_to(array[:, None], full).ravel()

        width = spread(values.pop(WIDTH))
        values.pop(OFFSET, None)
        with np.errstate(all="ignore"):  # what is not finite is no possible curve
            log_eta = mean_log_efficiency(
                self.plan.model,
                self.detuning_mev.ravel(),
                temperature_k.ravel(),
                log_scale=spread(log_scale),
                values={key: spread(value) for key, value in values.items()},
                sigma_mev=width,
                urbach_mev=self.plan.options.selection_mev or np.inf,
                accuracy=ensemble.FOR_FITS,
            ).reshape(full)
            if self.plan.model.link == "ratio":
                return log_eta
            # One rounding error below 1, where logit η would be infinite.
            return np.asarray(log_eta - np.log(np.maximum(-np.expm1(log_eta), np.finfo(float).eps)))


def _log_rates(
    plan: Plan, energy_mev: FloatArray, temperature_k: FloatArray, shape: FloatArray, *, sharp: bool
) -> FloatArray:
    """Return ln w (n_fits, n_points); ``sharp`` leaves the ensemble out where the model has a single gap."""
    values, options = plan.values(shape), plan.options
    width = values.pop(WIDTH, np.zeros(len(shape)))
    values.pop(OFFSET, None)
    if plan.model.lines is None:
        assert sharp or not plan.is_averaged
        columns: dict[str, Any] = {key: value[:, None] for key, value in values.items()}
        return log_rate(plan.model.name, energy_mev, temperature_k, **columns)
    result = np.empty(energy_mev.shape)
    alike, which = np.unique(shape, axis=0, return_inverse=True)
    for number in range(len(alike)):
        rows = np.flatnonzero(np.ravel(which) == number)
        named = {key: float(value[rows[0]]) for key, value in values.items()}
        g = [named.pop(f"g_{i + 1}_mev") for i in range(len(options.modes_mev))]
        result[rows] = log_rate(
            plan.model.name,
            energy_mev[rows],
            temperature_k[rows],
            g_mev=g,
            phonon_mev=options.modes_mev,
            inhomogeneous_mev=float(width[rows[0]]),
            urbach_mev=options.selection_mev,
            **named,
        )
    return result
