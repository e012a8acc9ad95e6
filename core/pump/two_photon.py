"""The part of the anti-Stokes emission that takes two photons at once, which no rate of up-conversion describes.

A power series tells it: of I = c₁P + c₂P² the part c₂P² takes two. A pair of photons also heats, by 2hν − hν₀ where it
emits hν₀ with the quantum yield of the Stokes side [Zhang 2024, Eqs. 1-4]. That hardly depends on hν, and a baseline
fitted to the scan far below the gap takes it away already; only beside a measured blank, or none, is it left in PA.
"""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.corrections.gain import SAME_OD
from asplab.core.integration import Emission
from asplab.core.layout import Layout
from asplab.core.problems import Problem
from asplab.core.pump.power_law import PowerLaw, fit_power_law
from asplab.core.pump.power_series import PowerSeries, PowerSeriesFound
from asplab.core.pump.pump_powers import PumpPowers
from asplab.core.settings import NOMINAL_OD_PERCENT, BaselineSettings, PumpSettings
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
    """

    share: FloatArray
    error: FloatArray
    heat_ratio: FloatArray
    is_known: np.ndarray
    is_subtracted: bool
    fits: tuple[tuple[PowerSeries, PowerLaw | None], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_single(self) -> np.ndarray:
        """Where a series shows one photon, or what is left after the part of two was subtracted."""
        found: np.ndarray = self.is_known & (self.error <= _VERIFIED_WITHIN)
        return found if self.is_subtracted else found & (self.share <= _SEEN * self.error)


def find_two_photon(
    found: PowerSeriesFound,
    powers: PumpPowers,
    emission: Emission,
    layout: Layout,
    settings: PumpSettings,
    baseline: BaselineSettings,
) -> TwoPhoton:
    """Fit every power series, and read it at the power of the spectra of its excitation."""
    shape = layout.index.shape
    share, error, known = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    if not found.series and not found.repeats:
        return TwoPhoton(share, error, np.zeros(shape), known, settings.subtract_two_photon, problems=found.problems)
    fits = [(one, fit_power_law(one.power_uw, one.intensity, one.error)) for one in _all_series(found, emission)]
    problems = list(found.problems)
    for t, c in np.argwhere(layout.valid[:, layout.n_stokes :]):
        place = (t, c + layout.n_stokes)
        own = [(series, law) for series, law in fits if law is not None and series.stack == layout.index[place]]
        if not own:
            continue
        if np.isnan(powers.light_uw[place]):
            problems.append(_no_power(layout.keys[t][place[1]]))
            continue
        shares = [_share(series, law, float(powers.light_uw[place])) for series, law in own]
        share[place], error[place] = min(shares, key=lambda pair: pair[1])
        known[place] = True
    ratio = powers.heat_uw / powers.light_uw
    ratio = np.where(np.isfinite(ratio), ratio, 1.0) * (baseline.shape in _LEAVES_PAIRS)
    return TwoPhoton(share, error, ratio, known, settings.subtract_two_photon, tuple(fits), tuple(problems))


def _share(series: PowerSeries, law: PowerLaw, power_uw: float) -> tuple[float, float]:
    """Return the share at a power; neutral filters that not all points have add the error of their nominal OD."""
    share, error = law.share(power_uw)
    density = series.neutral_od
    if np.ptp(density) < SAME_OD:
        return share, error
    brighter = 10.0 ** (0.01 * NOMINAL_OD_PERCENT * density)
    moved = [fit_power_law(series.power_uw, series.intensity * factor) for factor in (brighter, 1.0 / brighter)]
    changes = [abs(other.share(power_uw)[0] - share) for other in moved if other is not None]
    return share, float(np.hypot(error, max(changes, default=0.0)))


def _all_series(found: PowerSeriesFound, emission: Emission) -> list[PowerSeries]:
    # Repeats are per pump power: times their own, they are what was emitted.
    repeats = [(one, emission.per_repeat[one.stack, : one.power_uw.size]) for one in found.repeats]
    return [*found.series, *(replace(one, intensity=per_power * one.power_uw) for one, per_power in repeats)]


def _no_power(place: str) -> Problem:
    return Problem(
        "warning",
        place,
        "there is a power series, but the spectra carry no pump power, so their two-photon share is unknown. Fill "
        "power_uw of the spectra.",
    )
