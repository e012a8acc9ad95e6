"""Draws of η over a map, from resampled repeats: Eq. 9 fitted to each draw, the same draws for the quantum yield."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from asplab.core.bootstrap.chain import EnergyDraws, YieldChain
from asplab.core.bootstrap.fits import DrawnPoints, fit_joint_full, fit_separate, scaled_points
from asplab.core.bootstrap.repeats import plan_repeats
from asplab.core.companion.cooling.between import between_temperatures
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.progress import Progress
from asplab.core.units import FloatArray, thermal_energy_mev

_BLOCK = 200


@dataclass(frozen=True, slots=True, eq=False)
class DrawnModel:
    """Eq. 9 in logit form (`asplab.core.polaron.logit`) of every draw.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n_temperatures,)
        That were fitted.
    level : ndarray, shape (n_draws, n_temperatures)
        ln A but for what does not depend on temperature: L₀ + E₀/kT.
    kappa, inverse_phonon : ndarray, shape (n_draws,)
        κ and u = 1/ħω of the joint fit; of the only temperature, where there is one.
    quantum_yield : ndarray, shape (n_draws, n_temperatures)
    """

    temperatures_k: FloatArray
    level: FloatArray
    kappa: FloatArray
    inverse_phonon: FloatArray
    quantum_yield: FloatArray

    def eta(self, detuning_mev: FloatArray, temperature_k: FloatArray) -> FloatArray:
        """Return η (n_draws, n_map_temperatures, n_detunings); ΔE (n_map_temperatures, n_detunings) from the reference.

        NaN at ΔE ≤ 0, where Eq. 9 does not hold. Between two temperatures ln A is interpolated, beyond them that of the
        nearest one holds.
        """
        thermal = thermal_energy_mev(temperature_k)
        with np.errstate(all="ignore"):
            energy = np.where(detuning_mev > 0.0, detuning_mev, np.nan)
            step, logarithm = energy - CENTRE_MEV, np.log(energy / CENTRE_MEV)
        level = between_temperatures(self.level, self.temperatures_k, temperature_k) - CENTRE_MEV / thermal
        z = level[:, :, None] - 0.5 * logarithm - step / thermal[:, None] + self.kappa[:, None, None] * step
        return np.asarray(expit(z + self.inverse_phonon[:, None, None] * (step - energy * logarithm)))

    def grows_again(self, detuning_mev: FloatArray, temperature_k: FloatArray) -> np.ndarray:
        """Return where η of a draw rises with ΔE as no phonon energy makes it, shape as `eta`.

        A draw whose 1/ħω came out below zero describes the measured range, and runs back to 1 beyond it.
        """
        with np.errstate(all="ignore"):
            energy = np.where(detuning_mev > 0.0, detuning_mev, np.nan)
            known = -0.5 / energy - 1.0 / thermal_energy_mev(temperature_k)[:, None]
            slope = known + self.kappa[:, None, None] - self.inverse_phonon[:, None, None] * np.log(energy / CENTRE_MEV)
            return np.asarray((slope > 0.0) & (self.inverse_phonon[:, None, None] < 0.0))

    def yields(self, temperature_k: FloatArray) -> FloatArray:
        """Return the quantum yield (n_draws, n_map_temperatures), interpolated likewise."""
        return between_temperatures(self.quantum_yield, self.temperatures_k, temperature_k)


def resampled_model(results: Results, *, draws: int, seed: int, progress: Progress) -> DrawnModel:
    """Resample whole repeats up to quantum yield, η and Eq. 9, as `asplab.core.bootstrap` does.

    Raises
    ------
    AnalysisError, SettingsError
        Where there are no repeats to resample, or no fit of Eq. 9.
    Cancelled
        When ``progress`` was cancelled.
    """
    responses, efficiency, polaron = results.responses, results.efficiency, results.polaron
    needed = (results.corrected, results.layout, results.scans, results.emission, results.absorbed)
    if responses is None or efficiency is None or any(product is None for product in needed):
        raise AnalysisError(
            "the map resamples repeats of spectra and scans, and these results have none. Sample the posterior instead."
        )
    if polaron is None or not polaron.fitted.any():
        raise AnalysisError("there is no fit of Eq. 9 that tells η between the excitations. Measure three ΔE or more.")
    if results.document.settings.efficiency.estimator == "ratio":
        raise SettingsError("the map follows the component estimator, but η comes from the R lines. Choose components.")
    plan = plan_repeats(*needed, responses, results.document.settings.responses)  # type: ignore[arg-type]
    chain = YieldChain(responses, efficiency, results.document.settings.efficiency)
    rows = np.flatnonzero(polaron.fitted)
    parts: list[tuple[FloatArray, ...]] = []
    for block, source in enumerate(np.random.SeedSequence(seed).spawn(-(-draws // _BLOCK))):
        progress.step(block * _BLOCK, draws, f"net cooling: {block * _BLOCK} of {draws} draws")
        size, rng = min(_BLOCK, draws - block * _BLOCK), np.random.default_rng(source)
        light, heat = plan.draw(size, rng, systematics=True, small_sample=True)
        energies = EnergyDraws.of(responses, size, rng, systematics=True)
        found = chain(light, heat, energies)
        moved = energies.detuning_mev(chain.n_stokes)
        moved = None if moved is None else np.where(polaron.problem.use[:, None], moved, 0.0)
        scaled = scaled_points(polaron.problem, efficiency, found.numerator, found.denominator)
        parts.append((*_fitted(polaron, rows, DrawnPoints(*scaled, moved)), found.quantum_yield[rows].T))
    level, kappa, inverse, yields = (np.concatenate(column) for column in zip(*parts, strict=True))
    kelvin = efficiency.temperatures_k[rows]
    return DrawnModel(kelvin, level + CENTRE_MEV / thermal_energy_mev(kelvin), kappa, inverse, yields)


def _fitted(polaron: PolaronFit, rows: np.ndarray, points: DrawnPoints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return L₀ (n_draws, n_fitted), κ and u (n_draws,) of the joint fit, or of the only temperature."""
    joint = polaron.joint_objective
    if joint is None or polaron.joint_parameters is None:
        own = fit_separate(polaron, points)[rows[0]]
        return own[:, :1], own[:, 1], own[:, 2]
    found = fit_joint_full(polaron, points)
    return found[:, joint.scale] + joint.scale_offset, found[:, -2], found[:, -1]
