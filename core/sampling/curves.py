"""η of a rate model for many parameter sets at once, for a single gap or averaged over an ensemble of any width."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from asplab.core.polaron.comparison.options import Plan
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.polaron.rates.averages import mean_log_efficiency
from asplab.core.units import FloatArray, thermal_energy_mev

_STEP_MEV = 0.01
_SHARPEST_MEV = 1e-3
"""Widths below this stand for a single gap: the mean no longer changes, but its nodes would."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelCurve:
    """Where a rate model is to be evaluated: z = L + ln w(ΔE, T) − ln w(E₀, T₀) with E₀ = 50 meV.

    Attributes
    ----------
    plan : Plan
    detuning_mev : ndarray, shape (n_temperatures, n_anti)
    temperature_k, anchor_k : ndarray, shape (n_temperatures,)
        T and T₀: the same, or one anchor where a scale ln A is shared.
    """

    plan: Plan
    detuning_mev: FloatArray
    temperature_k: FloatArray
    anchor_k: FloatArray

    def efficiency(
        self, level: FloatArray, shape: FloatArray, width_mev: FloatArray | None, offset_mev: FloatArray | None
    ) -> FloatArray:
        """Return η (n_sets, n_temperatures, n_anti).

        Parameters
        ----------
        level : ndarray, shape (n_sets, n_temperatures)
        shape : ndarray, shape (n_sets, n_free)
            Coordinates of the plan; (κ, u) of `asplab.core.polaron.logit` for Eq. 9 with g and ħω free.
        width_mev : ndarray, shape (n_sets,), or None
            Standard deviation of the gaps; None for a single gap.
        offset_mev : ndarray, shape (n_sets, n_temperatures), or None
            What is added to every ΔE.
        """
        energy = self.detuning_mev if offset_mev is None else self.detuning_mev + offset_mev[..., None]
        with np.errstate(all="ignore"):  # what is not finite has no likelihood
            if width_mev is not None:
                return self._averaged(level, shape, energy, width_mev)
            if self._is_straight:
                return np.asarray(expit(self._straight(level, shape, energy)))
            z = level[..., None] + self.log_rate(shape, energy, self.temperature_k[:, None])
            z = z - self.log_rate(shape, np.full((1, 1), CENTRE_MEV), self.anchor_k[:, None])
            return np.asarray(np.exp(z) if self.plan.model.link == "ratio" else expit(z))

    def derivative(
        self, level: FloatArray, shape: FloatArray, width_mev: FloatArray | None, offset_mev: FloatArray | None
    ) -> FloatArray:
        """Return dη/dΔE per meV, same shape: written out for Eq. 9 with g and ħω free, else by central differences."""
        if width_mev is None and self._is_straight:
            energy = self.detuning_mev if offset_mev is None else self.detuning_mev + offset_mev[..., None]
            eta = np.asarray(expit(self._straight(level, shape, energy)))
            return np.asarray(eta * (1.0 - eta) * self._steepness(shape, energy))
        offset = np.zeros_like(level) if offset_mev is None else offset_mev
        above, below = (self.efficiency(level, shape, width_mev, offset + step) for step in (_STEP_MEV, -_STEP_MEV))
        return np.asarray((above - below) / (2.0 * _STEP_MEV))

    @property
    def _is_straight(self) -> bool:
        """True where logit η is linear in what is sampled."""
        return self.plan.model.name == "eq9" and self.plan.bent

    def _steepness(self, shape: FloatArray, energy: FloatArray) -> FloatArray:
        """Return d logit η/dΔE of Eq. 9."""
        thermal = thermal_energy_mev(self.temperature_k)[:, None]
        kappa, u = shape[:, 0, None, None], shape[:, 1, None, None]
        return np.asarray(kappa - 1.0 / thermal - 0.5 / energy - u * np.log(energy / CENTRE_MEV))

    def _straight(self, level: FloatArray, shape: FloatArray, energy: FloatArray) -> FloatArray:
        """Return logit η of Eq. 9, linear in (L, κ, u)."""
        thermal = thermal_energy_mev(self.temperature_k)[:, None]
        anchor = thermal_energy_mev(self.anchor_k)[:, None]
        step, logarithm = energy - CENTRE_MEV, np.log(energy / CENTRE_MEV)
        fixed = -0.5 * logarithm - energy / thermal + CENTRE_MEV / anchor
        kappa, u = shape[:, 0, None, None], shape[:, 1, None, None]
        return np.asarray(level[..., None] + fixed + kappa * step + u * (step - energy * logarithm))

    def log_rate(self, shape: FloatArray, energy: FloatArray, temperature_k: FloatArray) -> FloatArray:
        """Return ln w (n_sets, n_temperatures, n_points) for a single gap."""
        values = {key: value[:, None, None] for key, value in self.plan.values(self.coordinates(shape)).items()}
        single_gap = self.plan.model.single_gap
        assert single_gap is not None
        return single_gap(energy, temperature_k, **values)

    def coordinates(self, shape: FloatArray) -> FloatArray:
        """Return coordinates of the plan; (ln g, ln ħω) from (κ, u) where those are sampled."""
        if not self.plan.bent:
            return shape
        kappa, u = shape[:, 0], shape[:, 1]
        with np.errstate(all="ignore"):
            log_phonon = -np.log(u)
            log_g = 0.5 * (kappa / u + np.log(CENTRE_MEV) + log_phonon)
        return np.stack([log_g, log_phonon], axis=1)

    def _averaged(self, level: FloatArray, shape: FloatArray, energy: FloatArray, width_mev: FloatArray) -> FloatArray:
        """Return η = ∫ ρ A η dE / ∫ ρ A dE, all energies in units of the width of their own set."""
        n_sets = len(level)
        full = (*level.shape, energy.shape[-1])
        width = np.maximum(width_mev, _SHARPEST_MEV)
        values = self.plan.values(self.coordinates(shape))
        sharp = self.log_rate(shape, np.full((1, 1), CENTRE_MEV), self.anchor_k[:, None])
        log_scale = (level[..., None] - sharp)[..., 0]

        def lane(array: FloatArray) -> FloatArray:
            return np.broadcast_to(array.reshape(array.shape + (1,) * (3 - array.ndim)), full).ravel()

        sigma, scale = lane(width), lane(log_scale)
        temperature = np.broadcast_to(self.temperature_k[:, None], full).ravel()
        named = {key: lane(value) for key, value in values.items()}
        selection = self.plan.options.selection_mev or np.inf
        centre = np.broadcast_to(energy, full).ravel()
        able = np.isfinite(centre) & np.isfinite(scale)
        for value in named.values():
            able &= np.isfinite(value)
        rows = np.flatnonzero(able)
        result = np.full(n_sets * full[1] * full[2], np.nan)
        if rows.size:
            log_eta = mean_log_efficiency(
                self.plan.model,
                centre[rows],
                temperature[rows],
                log_scale=scale[rows],
                values={key: value[rows] for key, value in named.items()},
                sigma_mev=sigma[rows],
                urbach_mev=float(selection),
            )
            result[rows] = np.exp(log_eta)
        return result.reshape(full)
