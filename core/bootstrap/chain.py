"""From drawn (I, PA) to quantum yield and η, all draws at once, with the weights of the full sample.

For fixed weights the Stokes line is linear in its points PA_S/I_S, so one matrix product serves all draws. Arrays
have shape (n_temperatures, n_draws, …).
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.efficiency.stokes_line import StokesLine, fit_stokes_line
from asplab.core.polaron.lasers import laser_numbers
from asplab.core.polaron.logit import own_part
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class EnergyDraws:
    """Deviations of the energies of each draw from their values, in meV.

    Attributes
    ----------
    mean_photon_mev, reference_mev : ndarray, shape (n_temperatures, n_draws)
    excitation_mev : ndarray, shape (n_temperatures, n_draws, n_columns), or None where they carry no error
    fixed_yield : ndarray, shape (n_draws,)
        In standard errors of a quantum yield that is set from outside.
    """

    mean_photon_mev: FloatArray
    reference_mev: FloatArray
    excitation_mev: FloatArray | None
    fixed_yield: FloatArray

    @classmethod
    def of(cls, responses: Responses, n_draws: int, rng: np.random.Generator, *, systematics: bool) -> "EnergyDraws":
        """Draw the errors of the energies; zeros without ``systematics``."""
        n_t = len(responses.temperatures_k)
        if not systematics:
            zero = np.zeros((n_t, n_draws))
            return cls(zero, zero, None, np.zeros(n_draws))
        shared = responses.common_reference_error_mev
        photon, reference = (
            np.nan_to_num(error)[:, None] * rng.standard_normal((n_t, n_draws))
            for error in (responses.mean_photon_error_mev, own_part(responses.reference_error_mev, shared))
        )
        if shared > 0.0:
            reference = reference + shared * rng.standard_normal(n_draws)
        return cls(photon, reference, _excitation_mev(responses, n_draws, rng), rng.standard_normal(n_draws))

    def detuning_mev(self, n_stokes: int) -> FloatArray | None:
        """Return by how much ΔE of each anti-Stokes place moves, broadcast to (…, n_anti); None where it does not."""
        if self.excitation_mev is None:
            return self.reference_mev[:, :, None] if self.reference_mev.any() else None
        return self.reference_mev[:, :, None] - self.excitation_mev[:, :, n_stokes:]


def _excitation_mev(responses: Responses, n_draws: int, rng: np.random.Generator) -> FloatArray | None:
    """Draw the errors of the wavelengths: one laser errs alike at all temperatures that it serves."""
    error = np.where(responses.valid, responses.excitation_error_mev, 0.0)
    if not error.any():
        return None
    laser = laser_numbers(responses.excitation_nm, responses.valid)
    each = rng.standard_normal((int(laser.max()) + 1, n_draws))
    # Places without a laser have no error either.
    return np.asarray(error[:, None] * each[laser].transpose(0, 2, 1))


@dataclass(frozen=True, slots=True, eq=False)
class EtaDraws:
    """Quantum yield (n_temperatures, n_draws), and N, D of η = N/D (n_temperatures, n_draws, n_anti)."""

    quantum_yield: FloatArray
    numerator: FloatArray
    denominator: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """Slope and intercept of drawn points; ``slope_row`` and ``height_row`` are their weights."""

    line: StokesLine
    centre_mev: FloatArray
    slope_row: FloatArray
    height_row: FloatArray

    @classmethod
    def of(cls, line: StokesLine, responses: Responses) -> "_Line":
        ns, n = responses.n_stokes, responses.valid.shape[1]
        use = ~np.isnan(line.points)
        # d(s, hν₀)/dPA is d(s, hν₀)/dq divided by I: back to what each point weighs.
        light = np.where(use, responses.intensity[:, :ns], 0.0)
        weights = np.nan_to_num(line.gradient[:, :, n : n + ns] * light[:, None])
        energy = responses.excitation_mev[:, :ns]
        centre = (energy * use).sum(axis=1) / np.maximum(use.sum(axis=1), 1)
        slope, intercept = np.nan_to_num(line.slope)[:, None], np.nan_to_num(line.intercept_mev)
        # The height s (E − hν₀) at a given energy E is linear in the points; hν₀ is not.
        height = (centre - intercept)[:, None] * weights[:, 0] - slope * weights[:, 1]
        return cls(line, centre, weights[:, 0], height)

    def points(self, light: FloatArray, heat: FloatArray, energies: EnergyDraws) -> FloatArray:
        """Return PA_S/I_S of each draw, moved along the line by the errors of the energies; zero where not in use."""
        ns = self.line.points.shape[1]
        use = ~np.isnan(self.line.points)[:, None]
        value = np.where(use, heat[:, :, :ns], 0.0) / np.where(use, light[:, :, :ns], 1.0)
        if energies.excitation_mev is not None:
            slope = np.nan_to_num(self.line.slope)[:, None, None]
            value = value - np.where(use, slope * energies.excitation_mev[:, :, :ns], 0.0)
        return value

    def slope(self, points: FloatArray) -> FloatArray:
        slope = (points @ self.slope_row[:, :, None])[:, :, 0]
        return np.where(self.line.usable[:, None] & (slope != 0.0), slope, np.nan)

    def intercept_mev(self, points: FloatArray, slope: FloatArray) -> FloatArray:
        height = (points @ self.height_row[:, :, None])[:, :, 0]
        result: FloatArray = self.centre_mev[:, None] - height / slope
        return result


class YieldChain:
    """The chain from (I, PA) to η of one analysis, prepared once for all draws."""

    def __init__(self, responses: Responses, efficiency: EfficiencyFit, settings: EfficiencySettings) -> None:
        self._responses, self._efficiency, self._settings = responses, efficiency, settings
        self.n_stokes = responses.n_stokes
        error = responses.excitation_error_mev
        self._misread_per_mev = responses.misread / np.where(error > 0.0, error, 1.0)
        self._free = _Line.of(fit_stokes_line(responses), responses)
        # With a quantum yield set from outside, the line of the fit has its slope alone.
        self._fit = _Line.of(efficiency.line, responses) if efficiency.line is not None else self._free

    def __call__(self, light: FloatArray, heat: FloatArray, energies: EnergyDraws) -> EtaDraws:
        """Return quantum yield, N and D of every draw."""
        responses = self._responses
        ns = responses.n_stokes
        if energies.excitation_mev is not None:
            # An excitation that is stated too high is read too high on a rising scan.
            heat = heat - energies.excitation_mev * self._misread_per_mev[:, None]
        if self._settings.quantum_yield == "temperature":
            points = self._free.points(light, heat, energies)
            slope = self._free.slope(points)
            intercept = self._free.intercept_mev(points, slope)
            yields = intercept / (responses.mean_photon_mev[:, None] + energies.mean_photon_mev)
        else:
            yields = np.broadcast_to(self._outside(light, heat, energies), light.shape[:2])
            intercept = yields * responses.mean_photon_mev[:, None]
            line, points = self._fit.line, self._fit.points(light, heat, energies)
            follows = line.slope_follows[:, None] * (intercept - line.intercept_mev[:, None])
            slope = self._fit.slope(points) + follows
        light, heat = light[:, :, ns:], heat[:, :, ns:]
        return EtaDraws(
            quantum_yield=yields,
            numerator=responses.excitation_mev[:, None, ns:] * light,
            denominator=heat / slope[:, :, None] + intercept[:, :, None] * light,
        )

    def _outside(self, light: FloatArray, heat: FloatArray, energies: EnergyDraws) -> FloatArray:
        """Return the shared or fixed quantum yield of each draw, (n_draws,)."""
        responses, settings = self._responses, self._settings
        if settings.quantum_yield == "fixed":
            fixed = float(self._efficiency.quantum_yield[0])
            return fixed + settings.fixed_quantum_yield_error * energies.fixed_yield
        points = self._free.points(light, heat, energies)
        photon = responses.mean_photon_mev[:, None]
        own = self._free.intercept_mev(points, self._free.slope(points)) / (photon + energies.mean_photon_mev)
        line = self._free.line
        value = line.intercept_mev / photon[:, 0]
        extra = value * responses.mean_photon_error_mev / photon[:, 0]
        variance = line.covariance[:, 1, 1] / photon[:, 0] ** 2 + extra**2
        weight = np.where(np.isfinite(variance), 1.0 / variance, 0.0)
        result: FloatArray = weight @ np.where(weight[:, None] > 0, own, 0.0) / weight.sum()
        return result
