"""The power dependence of every excitation that has a power series, and the range of a single photon."""

import math
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.companion.power_law.dependence import PowerDependence, read_power_dependence, two_photon_share
from asplab.core.companion.power_law.photon_range import PhotonRange, find_photon_range
from asplab.core.companion.power_law.placed import Placed, place_series
from asplab.core.companion.reading import Reading
from asplab.core.energies.stage import Energies
from asplab.core.errors import AsplabError
from asplab.core.grouping.layout import Layout
from asplab.core.pump.power_series import PowerSeries
from asplab.core.pump.pump_powers import PumpPowers
from asplab.core.pump.two_photon import TwoPhoton, share_at


@dataclass(frozen=True, slots=True, eq=False)
class SeriesReading:
    """What one power series says.

    Attributes
    ----------
    series : PowerSeries
    temperature : int or None
        Index of the temperature of the spectra that it belongs to; None where there is none.
    detuning_mev : float
        E_g − E_exc; NaN where no temperature of the spectra is that of the series.
    dependence : PowerDependence or None
    share : Reading or None
        Part of two photons at the pump power of the spectra; None where that power is not known.
    reason : str
        Why there is no dependence; empty where there is one.
    """

    series: PowerSeries
    temperature: int | None
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
    ranges : tuple of (int, PhotonRange)
        Index of the temperature and what its series say.
    """

    readings: tuple[SeriesReading, ...]
    ranges: tuple[tuple[int, PhotonRange], ...]


def find_power_dependence(
    two_photon: TwoPhoton, energies: Energies, powers: PumpPowers, layout: Layout
) -> PowerFindings:
    """Read every power series below the gap, of files and of repeats at several powers.

    Above the gap a slope counts no photons; what such a series tells is a quantum yield.
    """
    placed = [(series, place_series(series, energies, layout)) for series, _ in two_photon.fits]
    below = [(series, place) for series, place in placed if not place.is_stokes]
    together = Counter(_family(series, place) for series, place in below)
    found = [_read(series, place, powers, together[_family(series, place)]) for series, place in below]
    found.sort(
        key=lambda one: (
            one.series.temperature_k if one.temperature is None else energies.temperatures_k[one.temperature],
            np.nan_to_num(one.detuning_mev, nan=np.inf),
        )
    )
    return PowerFindings(tuple(found), _ranges(found))


def _family(series: PowerSeries, place: Placed) -> tuple[object, ...]:
    """Return what series that are read together have in common: their temperature, and their sample."""
    return (place.temperature,) if place.temperature is not None else (series.sample, series.temperature_k)


def _read(series: PowerSeries, place: Placed, powers: PumpPowers, together: int) -> SeriesReading:
    t, detuning = place.temperature, place.detuning_mev
    try:
        dependence = read_power_dependence(series.power_uw, series.intensity, error=series.error, together=together)
        working = math.nan if t is None else float(powers.light_uw[t, place.column])
        share = _share(series, dependence, working) if math.isfinite(working) else None
    except AsplabError as error:
        return SeriesReading(series, t, detuning, None, None, str(error))
    return SeriesReading(series, t, detuning, dependence, share)


def _share(series: PowerSeries, dependence: PowerDependence, power_uw: float) -> Reading:
    """Return the share with the error of neutral filters that not all points have, as the chain subtracts it."""
    found = two_photon_share(dependence, power_uw)
    _, error = share_at(series, dependence.law, power_uw)
    beside = math.sqrt(max(error**2 - found.error**2, 0.0)) if math.isfinite(found.error) else 0.0
    if beside == 0.0:
        return found
    low = None if found.low is None else found.value - math.hypot(found.value - found.low, beside)
    high = None if found.high is None else found.value + math.hypot(found.high - found.value, beside)
    return replace(found, error=error, low=low, high=high)


def _ranges(found: list[SeriesReading]) -> tuple[tuple[int, PhotonRange], ...]:
    ranges = []
    for t in sorted({one.temperature for one in found if one.temperature is not None}):
        # A single photon is asked of excitations below the gap only, wherever that was put.
        own = [one for one in found if one.temperature == t and one.detuning_mev > 0.0]
        known = [(one.detuning_mev, one.dependence) for one in own if one.dependence is not None]
        if known:
            detunings, dependences = zip(*known, strict=True)
            ranges.append((t, find_photon_range(np.array(detunings), dependences)))
    return tuple(ranges)
