"""The power dependence of every excitation that has a power series, and the range of a single photon."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.power_law.dependence import PowerDependence, read_power_dependence, two_photon_share
from asplab.core.companion.power_law.photon_range import PhotonRange, find_photon_range
from asplab.core.companion.reading import Reading
from asplab.core.energies.stage import Energies
from asplab.core.errors import AsplabError
from asplab.core.grouping.layout import Layout
from asplab.core.pump.power_series import PowerSeries
from asplab.core.pump.pump_powers import PumpPowers
from asplab.core.pump.two_photon import TwoPhoton
from asplab.core.units import energy_from_wavelength


@dataclass(frozen=True, slots=True, eq=False)
class SeriesReading:
    """What one power series says.

    Attributes
    ----------
    series : PowerSeries
    detuning_mev : float
        E_g − E_exc; NaN where no temperature of the spectra is that of the series.
    dependence : PowerDependence or None
    share : Reading or None
        Part of two photons at the pump power of the spectra; None where that power is not known.
    reason : str
        Why there is no dependence; empty where there is one.
    """

    series: PowerSeries
    detuning_mev: float
    dependence: PowerDependence | None
    share: Reading | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PowerFindings:
    """All power series and, for each temperature, up to which detuning one photon is enough.

    Attributes
    ----------
    readings : tuple of SeriesReading
        By temperature, then by detuning.
    ranges : tuple of (temperature_k, PhotonRange)
    """

    readings: tuple[SeriesReading, ...]
    ranges: tuple[tuple[float, PhotonRange], ...]


def find_power_dependence(
    two_photon: TwoPhoton, energies: Energies, powers: PumpPowers, layout: Layout
) -> PowerFindings:
    """Read every power series of files and of repeats at several powers."""
    found = [_read(series, energies, powers, layout) for series, _ in two_photon.fits]
    found.sort(key=lambda one: (one.series.temperature_k, one.detuning_mev))
    return PowerFindings(tuple(found), _ranges(found))


def _read(series: PowerSeries, energies: Energies, powers: PumpPowers, layout: Layout) -> SeriesReading:
    place = _place(series, layout)
    detuning = float("nan")
    if place is not None:
        excitation = float(energy_from_wavelength(series.excitation_nm))
        detuning = float(energies.reference_mev[place[0]]) - excitation
    try:
        dependence = read_power_dependence(series.power_uw, series.intensity, error=series.error)
        working = float("nan") if place is None else float(powers.light_uw[place])
        share = two_photon_share(dependence, working) if np.isfinite(working) else None
    except AsplabError as error:
        return SeriesReading(series, detuning, None, None, str(error))
    return SeriesReading(series, detuning, dependence, share)


def _place(series: PowerSeries, layout: Layout) -> tuple[int, int] | None:
    if series.stack is None:
        return None
    found = np.argwhere(layout.valid & (layout.index == series.stack))
    return (int(found[0, 0]), int(found[0, 1])) if len(found) else None


def _ranges(found: list[SeriesReading]) -> tuple[tuple[float, PhotonRange], ...]:
    ranges = []
    for temperature in sorted({one.series.temperature_k for one in found}):
        own = [one for one in found if one.series.temperature_k == temperature and np.isfinite(one.detuning_mev)]
        known = [(one.detuning_mev, one.dependence) for one in own if one.dependence is not None]
        # A single photon is asked of excitations below the gap only.
        below = [(detuning, dependence) for detuning, dependence in known if detuning > 0.0]
        if below:
            detunings, dependences = zip(*below, strict=True)
            ranges.append((temperature, find_photon_range(np.array(detunings), dependences)))
    return tuple(ranges)
