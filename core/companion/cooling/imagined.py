"""What a sample of other numbers would do: the quantum yield and Eq. 9 set by hand, over the map of net cooling."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from asplab.core.companion.cooling.needs import least_detuning_mev, required_yield
from asplab.core.companion.cooling.study import MapAxes
from asplab.core.cooling import cooling_efficiency
from asplab.core.polaron.rates.single_mode import eq9
from asplab.core.units import FloatArray

_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class ImaginedSample:
    """Quantum yield, and g, ħω and ln A of Eq. 9, the same at all temperatures."""

    quantum_yield: float
    g_mev: float
    phonon_mev: float
    log_scale: float

    def eta(self, axes: MapAxes) -> FloatArray:
        """Return η (n_temperatures, n_detunings); NaN at ΔE ≤ 0."""
        detuning = np.where(axes.from_reference_mev > 0.0, axes.from_reference_mev, np.nan)
        rate = eq9(
            detuning, axes.temperature_k[:, None], g_mev=np.asarray(self.g_mev), phonon_mev=np.asarray(self.phonon_mev)
        )
        return np.asarray(expit(self.log_scale + rate))

    def cooling(self, axes: MapAxes) -> FloatArray:
        """Return η_c (n_temperatures, n_detunings); NaN at ΔE ≤ 0."""
        return cooling_efficiency(self.eta(axes), self.quantum_yield, axes.detuning_mev, axes.photon_mev[:, None])

    def sentence(self, axes: MapAxes, temperature_k: float) -> str:
        """Say where such a sample would cool at the temperature of the map that is nearest, and what it would lack."""
        row = int(np.argmin(np.abs(axes.temperature_k - temperature_k)))
        efficiency, detuning = self.cooling(axes)[row], axes.detuning_mev
        if not np.isfinite(efficiency).any():
            return "Eq. 9 holds at no ΔE of this map."
        best = int(np.nanargmax(efficiency))
        least = float(least_detuning_mev(self.quantum_yield, photon_mev=axes.photon_mev[row]))
        limit = f" With this yield no η cools below ⟨E⟩ − hν = {least:.0f} meV."
        at, place = f"at {temperature_k:.0f} K", f"⟨E⟩ − hν = {detuning[best]:.0f} meV"
        told = f"η_c = {_PERCENT * efficiency[best]:+.2f} %"
        if efficiency[best] > 0.0:
            cools = detuning[np.nan_to_num(efficiency, nan=-1.0) > 0.0]
            between = f"from {cools[0]:.0f} to {cools[-1]:.0f} meV"
            return f"Such a sample would cool {at} {between}, best at {place} ({told}).{limit}"
        eta = float(self.eta(axes)[row, best])
        needed = float(required_yield(eta, detuning_mev=detuning[best], photon_mev=axes.photon_mev[row]))
        lacks = f"a yield of {needed:.4f} would do" if needed <= 1.0 else "no yield up to 1 would do"
        heats = f"Such a sample would heat {at} wherever it is excited, least at {place} ({told})"
        return f"{heats}; with η = {eta:.4f} {lacks}.{limit}"
