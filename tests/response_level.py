"""Virtual experiments at the level of (I, PA), drawn from known truths with known covariance, thousands at once.

Shares nothing with the analysis but constants: photon energies, absorptances, heat and noise are written here.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.responses.stage import Responses
from asplab.core.units import BOLTZMANN_MEV_PER_K, HC_MEV_NM

STOKES_MEV = np.array([170.0, 220.0, 270.0, 320.0, 370.0, 425.0, 480.0])
DETUNING_MEV = np.array([20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0, 120.0, 132.0, 153.0])


@dataclass(frozen=True, slots=True)
class Truth:
    """One temperature's sample: Eq. 9 with scale pinned by η at 23 meV, gap, Urbach energy, quantum yield."""

    temperature_k: float
    g_mev: float = 41.1
    phonon_mev: float = 23.4
    eta_at_23: float = 0.95
    quantum_yield: float = 0.84
    gap_mev: float = 2440.0
    urbach_mev: float = 20.0

    def log_rate(self, detuning_mev: np.ndarray) -> np.ndarray:
        w, e = self.phonon_mev, detuning_mev
        thermal = BOLTZMANN_MEV_PER_K * self.temperature_k
        return -e / thermal - 0.5 * np.log(e) + e / w * (1.0 - np.log(e * w / self.g_mev**2))

    @property
    def eta(self) -> np.ndarray:
        pinned = np.log(self.eta_at_23 / (1.0 - self.eta_at_23)) - self.log_rate(np.array(23.0))
        return 1.0 / (1.0 + np.exp(-(pinned + self.log_rate(DETUNING_MEV))))

    def means(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return photon energies, I and PA of all excitations, per pump power."""
        energy = self.gap_mev + np.concatenate([STOKES_MEV, -DETUNING_MEV])
        absorbed = np.concatenate([np.ones(7) + 0.001 * STOKES_MEV, np.exp(-DETUNING_MEV / self.urbach_mev)])
        efficiency = np.concatenate([np.ones(7), self.eta])
        light = absorbed / energy * self.quantum_yield * efficiency * 2500.0
        heat = absorbed / energy * (energy - efficiency * self.quantum_yield * self.gap_mev)
        return energy, light, heat


def covariance(light: np.ndarray, heat: np.ndarray, *, noise: float, drift: float = 0.003) -> np.ndarray:
    """Return the covariance (2 n, 2 n): drift of pairs, detection noise, a baseline common to all PA."""
    n = light.size
    result = np.zeros((2 * n, 2 * n))
    result[:n, :n] = np.diag((drift * light) ** 2 + noise**2)
    result[n:, n:] = np.diag((drift * heat) ** 2 + noise**2)
    result[:n, n:] = np.diag(0.5 * drift**2 * light * heat)
    result[n:, :n] = result[:n, n:]
    x = np.concatenate([STOKES_MEV, -DETUNING_MEV]) / 100.0
    for column in (np.ones(n), x):
        result[n:, n:] += (0.3 * noise) ** 2 * np.outer(column, column)
    return result


def draw(truth: Truth, *, n: int, noise: float, rng: np.random.Generator) -> Responses:
    """Return ``n`` virtual experiments on one truth, each in a row where a temperature would stand."""
    energy, light, heat = truth.means()
    spread = covariance(light, heat, noise=noise)
    sample = rng.multivariate_normal(np.concatenate([light, heat]), spread, size=n, method="cholesky")
    columns = energy.size
    table = np.broadcast_to(energy, (n, columns))
    valid = np.ones((n, columns), dtype=bool)
    return Responses(
        temperatures_k=np.full(n, truth.temperature_k),
        mean_photon_mev=np.full(n, truth.gap_mev),
        mean_photon_error_mev=np.zeros(n),
        reference_mev=np.full(n, truth.gap_mev),
        reference_error_mev=np.zeros(n),
        excitation_nm=HC_MEV_NM / table,
        excitation_mev=table,
        excitation_error_mev=np.zeros((n, columns)),
        intensity=sample[:, :columns],
        absorbed=sample[:, columns:],
        covariance=np.broadcast_to(spread, (n, 2 * columns, 2 * columns)),
        valid=valid,
        fitted=valid,
        n_stokes=STOKES_MEV.size,
        truncation=np.ones((n, columns)),
        interpolated=np.zeros((n, columns), dtype=bool),
        misread=np.zeros((n, columns)),
        keys=tuple(("",) * columns for _ in range(n)),
        drift=np.zeros((n, 3)),
    )
