"""Tables of responses and of η with systematic effects of known size, from the heat and light of Eqs. 1-4.

Shares nothing with the analysis but constants: what an effect does to a measurement is written here once more.
"""

from dataclasses import replace

import numpy as np
from response_level import DETUNING_MEV, STOKES_MEV, Truth

from asplab.core import Document, Results, analyse
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.settings import SystematicsSettings
from asplab.core.systematics import NUISANCES
from asplab.core.units import HC_MEV_NM

TRUTHS = (Truth(200.0, eta_at_23=0.9, urbach_mev=18.0, gap_mev=2430.0), Truth(250.0, eta_at_23=0.95, urbach_mev=22.0))
OFF = SystematicsSettings(**dict.fromkeys(NUISANCES, 0.0))
LEAK_PPM = 30.0


def measured(truth: Truth, *, eta: np.ndarray | None = None, **effects: float) -> dict[str, np.ndarray]:
    """Return a table of responses with effects of given sizes, from heat and light of Eqs. 1-4 per absorbed photon."""
    energy = truth.gap_mev + np.concatenate([STOKES_MEV, -DETUNING_MEV])
    side = np.arange(energy.size) < STOKES_MEV.size
    reading = energy * HC_MEV_NM / (HC_MEV_NM - energy * effects.get("scan_wavelength_nm", 0.0))
    efficiency = np.where(side, 1.0, np.concatenate([np.ones(7), truth.eta if eta is None else eta]))
    above = np.where(side, energy - energy[:7].min(), 0.0)
    quantum_yield = truth.quantum_yield * (1.0 + 0.01 * effects.get("yield_slope_percent", 0.0) * above / 300.0)
    quantum_yield = quantum_yield * np.where(side, 1.0, 1.0 + 0.01 * effects.get("yield_step_percent", 0.0))

    def absorbed(at: np.ndarray) -> np.ndarray:
        below = truth.gap_mev - at
        return np.where(side, 1.0 + 1e-3 * (energy - truth.gap_mev), np.exp(-below / truth.urbach_mev)) / energy

    light = absorbed(energy) * quantum_yield * efficiency
    heat = absorbed(reading) * (energy - efficiency * quantum_yield * truth.gap_mev)
    leak = 1e-6 * effects.get("leak_ppm", 0.0)
    light, heat = np.where(side, light, light + leak * light[0]), np.where(side, heat, heat + leak * heat[0])
    gain = 1.0 + 0.01 * effects.get("gain_slope_percent", 0.0) * (energy - energy[0]) / 300.0
    light = light * gain * np.where(side, 1.0, 1.0 + 0.01 * effects.get("path_mismatch_percent", 0.0))
    same = np.ones(energy.size)
    # Errors as they would be without the effects, which must not change the weights.
    usual = np.where(side, 1.0, np.concatenate([np.ones(7), truth.eta]))
    error = 2e-3 * absorbed(energy)
    return {
        "temperature_k": (truth.temperature_k + effects.get("temperature_k", 0.0)) * same,
        "excitation_nm": HC_MEV_NM / energy + effects.get("wavelength_nm", 0.0),
        "is_stokes": side.astype(float),
        "intensity": 2500.0 * light,
        "intensity_error": 2500.0 * error * truth.quantum_yield * usual,
        "pa": heat,
        "pa_error": error * (energy - usual * truth.quantum_yield * truth.gap_mev),
        "gap_mev": (truth.gap_mev + effects.get("reference_mev", 0.0)) * same,
        "mean_photon_mev": truth.gap_mev * same,
    }


def table(kind: str, values: dict[str, np.ndarray]) -> Table:
    columns = tuple((name, frozen_array(column)) for name, column in values.items())
    return Table(kind, f"{kind}.csv", None, Condition(), columns=columns)


def analysed(tables: list[dict[str, np.ndarray]], kind: str = "responses", **settings: object) -> Results:
    document = Document(Experiment("x", tables=tuple(table(kind, values) for values in tables)))
    return analyse(document.with_settings(**settings))


def with_effects(**effects: float) -> Results:
    return analysed([measured(truth, **effects) for truth in TRUTHS])


def without_effects() -> Results:
    """Return results without any effect, every nuisance that tables can show switched on."""
    settings = replace(SystematicsSettings(), gain_slope_percent=1.0, leak_ppm=LEAK_PPM)
    return analysed([measured(truth) for truth in TRUTHS], systematics=settings)
