"""The part of the anti-Stokes emission that takes two photons at once, which no rate of up-conversion describes.

A power series tells it: of I = c₁P + c₂P² the part c₂P² takes two. A pair of photons also heats, by 2hν − hν₀ where it
emits hν₀ with the quantum yield of the Stokes side [Zhang 2024, Eqs. 1-4]. That hardly depends on hν, and a baseline
fitted to the scan far below the gap takes it away already; only beside a measured blank, or none, is it left in PA.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.corrections.gain import SAME_OD
from asplab.core.emission.integration import Emission
from asplab.core.grouping.layout import Layout
from asplab.core.problems import Problem
from asplab.core.pump.power_law import PowerLaw, fit_power_law
from asplab.core.pump.power_series import PowerSeries, PowerSeriesFound
from asplab.core.pump.pump_powers import PumpPowers
from asplab.core.pump.saturation import LocalSlope, slope_at
from asplab.core.settings import NOMINAL_OD_PERCENT, BaselineSettings, PumpSettings
from asplab.core.statistics.chance import allowed_chance
from asplab.core.units import FloatArray

VERIFIED_TO_MEV = 120.0
"""Detuning beyond which one photon has to be shown by a power series."""

_LEAVES_PAIRS = ("blank", "none")
"""Baselines that leave the heat of pairs in PA."""

_VERIFIED_WITHIN = 0.1
"""Standard error of a share above which a series does not tell whether one photon does it."""

_SEEN = 2.0
"""Standard errors beyond which a share stands against a single photon where it is not subtracted."""


@dataclass(frozen=True, slots=True, eq=False)
class TwoPhoton:
    """The two-photon share of every excitation, at the power of its spectra.

    Attributes
    ----------
    share, error : ndarray, shape (n_temperatures, n_columns)
        Part of I and its standard error; 0 where no series tells it.
    heat_ratio : ndarray, same shape
        Pump power of the photothermal scans in units of that of the spectra, 1 where it is not known; 0 where the
        baseline took the heat of pairs away.
    is_known : ndarray of bool, same shape
    is_subtracted : bool
    fits : tuple of (PowerSeries, PowerLaw or None)
        Every series with its fit; None where it can't be fitted.
    saturated : tuple of (int, int)
        Temperature and column of excitations whose emission saturates at the power of their spectra.
    """

    share: FloatArray
    error: FloatArray
    heat_ratio: FloatArray
    is_known: np.ndarray
    is_subtracted: bool
    fits: tuple[tuple[PowerSeries, PowerLaw | None], ...] = ()
    problems: tuple[Problem, ...] = ()
    saturated: tuple[tuple[int, int], ...] = ()

    @property
    def is_single(self) -> np.ndarray:
        """Where a series shows one photon, or what is left after the part of two was subtracted.

        An emission that saturates hides how many photons it takes.
        """
        found: np.ndarray = self.is_known & (self.error <= _VERIFIED_WITHIN)
        for place in self.saturated:
            found[place] = False
        return found if self.is_subtracted else found & (self.share <= _SEEN * self.error)


@dataclass(frozen=True, slots=True, eq=False)
class SeriesRead:
    """What the power series of files tell, whatever the window: fields as in `TwoPhoton`."""

    share: FloatArray
    error: FloatArray
    is_known: np.ndarray
    fits: tuple[tuple[PowerSeries, PowerLaw | None], ...]
    problems: tuple[Problem, ...]
    saturated: tuple[tuple[int, int], ...]


def read_series(found: PowerSeriesFound, powers: PumpPowers, layout: Layout) -> SeriesRead:
    """Fit the power series of files, and read each at the power of the spectra of its excitation."""
    fits = [(one, fit_power_law(one.power_uw, one.intensity, one.error)) for one in found.series]
    return _read(fits, powers, layout, found.problems)


def find_two_photon(
    found: PowerSeriesFound,
    read: SeriesRead,
    powers: PumpPowers,
    emission: Emission,
    layout: Layout,
    settings: PumpSettings,
    baseline: BaselineSettings,
) -> TwoPhoton:
    """Add what repeats at several powers tell to the series of files; of two readings the one better known counts."""
    share, error, known, fits, problems = read.share, read.error, read.is_known, read.fits, read.problems
    saturated = read.saturated
    if found.repeats:
        # Repeats are per pump power: times their own, they are what was emitted.
        series = [
            replace(one, intensity=emission.per_repeat[one.stack, : one.power_uw.size] * one.power_uw)
            for one in found.repeats
        ]
        own = [(one, fit_power_law(one.power_uw, one.intensity, one.error)) for one in series]
        other = _read(own, powers, layout, problems)
        better = other.is_known & (~known | (other.error < error))
        share, error = np.where(better, other.share, share), np.where(better, other.error, error)
        known, fits, problems = known | other.is_known, (*fits, *other.fits), other.problems
        saturated = (*saturated, *other.saturated)
    ratio = powers.heat_uw / powers.light_uw
    ratio = np.where(np.isfinite(ratio), ratio, 1.0) * (baseline.shape in _LEAVES_PAIRS) * bool(fits)
    return TwoPhoton(share, error, ratio, known, settings.subtract_two_photon, fits, problems, saturated)


def _read(
    fits: Sequence[tuple[PowerSeries, PowerLaw | None]],
    powers: PumpPowers,
    layout: Layout,
    problems: tuple[Problem, ...],
) -> SeriesRead:
    """Return the shares at the powers of the spectra; of several series of one excitation the best known."""
    shape = layout.index.shape
    share, error, known = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    told = list(problems)
    by_stack: dict[int, list[tuple[PowerSeries, PowerLaw]]] = {}
    for series, law in fits:
        if law is not None and series.stack is not None:
            by_stack.setdefault(series.stack, []).append((series, law))
    saturated = _saturated(by_stack, powers, layout, told)
    anti = layout.valid[:, layout.n_stokes :] if by_stack else np.zeros((0, 0), dtype=bool)
    for t, c in np.argwhere(anti):
        place = (t, c + layout.n_stokes)
        own = by_stack.get(int(layout.index[place]), [])
        if not own:
            continue
        if np.isnan(powers.light_uw[place]):
            told.append(_no_power(layout.labels[t][place[1]]))
            continue
        shares = [share_at(series, law, float(powers.light_uw[place])) for series, law in own]
        share[place], error[place] = min(shares, key=lambda pair: pair[1])
        known[place] = True
    return SeriesRead(share, error, known, tuple(fits), tuple(told), saturated)


def _saturated(
    by_stack: dict[int, list[tuple[PowerSeries, PowerLaw]]], powers: PumpPowers, layout: Layout, told: list[Problem]
) -> tuple[tuple[int, int], ...]:
    """Return the places whose emission saturates at the power of the spectra, and tell of each."""
    valid = layout.valid & np.isfinite(powers.light_uw) if by_stack else np.zeros((0, 0), dtype=bool)
    own = [
        (place, series)
        for place in ((int(t), int(c)) for t, c in np.argwhere(valid))
        for series, _ in by_stack.get(int(layout.index[place]), [])
    ]
    found = [(place, slope_at(series, float(powers.light_uw[place]))) for place, series in own]
    flat = {place: at for place, at in found if at is not None and at.chance < allowed_chance(len(found))}
    for (t, c), at in flat.items():
        told.append(_too_bright(layout.labels[t][c], at, is_stokes=c < layout.n_stokes))
    return tuple(flat)


def _too_bright(place: str, at: LocalSlope, *, is_stokes: bool) -> Problem:
    off = (
        "the quantum yield holds for this power only, and η with it"
        if is_stokes
        else "η is too low unless the heat saturates alike, and one photon is not shown"
    )
    return Problem(
        "warning",
        place,
        f"the emission saturates at the pump power of the spectra: it grows as P^{at.slope:.2f} (± {at.error:.2f}) at "
        f"{at.power_uw:.3g} µW, so that {off}. Take the spectra at lower power, where it grows as P.",
    )


def share_at(series: PowerSeries, law: PowerLaw, power_uw: float) -> tuple[float, float]:
    """Return the share at a power; neutral filters that not all points have add the error of their nominal OD."""
    share, error = law.share(power_uw)
    density = series.neutral_od
    if np.ptp(density) < SAME_OD:
        return share, error
    brighter = 10.0 ** (0.01 * NOMINAL_OD_PERCENT * density)
    moved = [fit_power_law(series.power_uw, series.intensity * factor) for factor in (brighter, 1.0 / brighter)]
    changes = [abs(other.share(power_uw)[0] - share) for other in moved if other is not None]
    return share, float(np.hypot(error, max(changes, default=0.0)))


def _no_power(place: str) -> Problem:
    return Problem(
        "warning",
        place,
        "there is a power series, but the spectra carry no pump power, so their two-photon share is unknown. Fill "
        "power_uw of the spectra.",
    )
