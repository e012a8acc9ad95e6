"""Where a power series belongs: temperature, detuning, and on which side of the gap it was excited."""

import math
from dataclasses import dataclass

import numpy as np

from asplab.core.energies.stage import Energies
from asplab.core.grouping.layout import Layout
from asplab.core.pump.power_series import PowerSeries
from asplab.core.units import energy_from_wavelength


@dataclass(frozen=True, slots=True)
class Placed:
    """Place of one power series.

    Attributes
    ----------
    temperature, column : int or None
        Where its excitation stands among the spectra; None where it was not measured there.
    detuning_mev : float
        E_g − E_exc at that temperature; NaN where there is none.
    is_stokes : bool
        Excited above the gap, as the spectra have it, else by the gap of the temperature nearest to its own.
    """

    temperature: int | None
    column: int | None
    detuning_mev: float
    is_stokes: bool


def place_series(series: PowerSeries, energies: Energies, layout: Layout) -> Placed:
    """Find the place of a power series."""
    photon = float(energy_from_wavelength(series.excitation_nm))
    if series.stack is not None:
        found = np.argwhere(layout.valid & (layout.index == series.stack))
        if len(found):
            t, column = int(found[0, 0]), int(found[0, 1])
            return Placed(t, column, float(energies.reference_mev[t]) - photon, column < layout.n_stokes)
    apart = np.where(
        np.isfinite(energies.reference_mev), np.abs(energies.temperatures_k - series.temperature_k), np.inf
    )
    if not np.isfinite(apart).any():
        return Placed(None, None, math.nan, False)
    gap = float(energies.reference_mev[int(np.argmin(apart))])
    return Placed(None, None, math.nan, photon > gap)
