"""Tables of η for tests that begin half-way, drawn from Eq. 9 or written out."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, logit

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.polaron.rates import log_rate
from asplab.core.responses.halfway import fit_from_table
from asplab.core.settings import EnergySettings, GroupingSettings

TEN_MEV = (20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0, 120.0)
SIX_MEV = (20.0, 33.0, 46.0, 55.0, 77.0, 102.0)

Rows = tuple[float, Sequence[float], Sequence[float], Sequence[float]]


def eta_table(*rows: Rows) -> EfficiencyFit:
    """Return η of (temperature in K, ΔE in meV, η, errors of η) for each temperature."""
    named = {
        "temperature_k": np.concatenate([np.full(len(row[1]), row[0]) for row in rows]),
        "detuning_mev": np.concatenate([row[1] for row in rows]),
        "eta": np.concatenate([row[2] for row in rows]),
        "eta_error": np.concatenate([row[3] for row in rows]),
    }
    columns = tuple((name, frozen_array(values)) for name, values in named.items())
    table = Table(kind="efficiency", source="eta.csv", line=None, condition=Condition(), columns=columns)
    return fit_from_table(Experiment("table", tables=(table,)), GroupingSettings(), EnergySettings())


def eq9_row(
    temperature_k: float, *, relative: float = 0.03, seed: int = 1, g_mev: float = 41.1, phonon_mev: float = 23.4
) -> Rows:
    """Return η of Eq. 9 at ten detunings with relative errors, scaled to 0.95 at 23 meV."""
    energy = np.array(TEN_MEV)
    rate = log_rate("eq9", np.append(energy, 23.0), temperature_k, g_mev=g_mev, phonon_mev=phonon_mev)
    eta = expit(logit(0.95) + rate[:-1] - rate[-1])
    error = relative * eta
    drawn = eta + error * np.random.default_rng(seed).standard_normal(eta.size)
    return temperature_k, TEN_MEV, drawn.tolist(), error.tolist()


def level_row(temperature_k: float, eta: float, error: float) -> Rows:
    """Return the same η at six detunings."""
    return temperature_k, SIX_MEV, [eta] * 6, [error] * 6
