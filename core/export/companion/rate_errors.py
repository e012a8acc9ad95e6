"""What the systematic error of η does to the rates of a transient: w_uc = η/τ and w_nr = (1 − η)/τ move against."""

import math

import numpy as np

from asplab.core.companion.reading import Reading
from asplab.core.companion.transient.rates import UpconversionRates, find_rates
from asplab.core.companion.transient.upconversion import Upconversion
from asplab.core.export.error_rows import systematic_pair
from asplab.core.pipeline import Results
from asplab.core.rounding import arms

Pair = list[float | None]
OF_ETA = ("upconversion_per_ps", "loss_per_ps", "paper_loss_per_ps")
"""Rates that rest on η."""


def eta_pair(results: Results, one: Upconversion) -> Pair | None:
    """Return the systematic error [minus, plus] of the η that a transient takes; None where it is not known."""
    fit, t = results.efficiency, one.temperature
    if one.rates is None or fit is None or t is None:
        return None
    at = np.flatnonzero(fit.detuning_mev[t] == one.eta_detuning_mev)
    return systematic_pair(results, "eta", (t, int(at[0]))) if at.size else None


def told_rates(results: Results, one: Upconversion) -> UpconversionRates | None:
    """Return the rates; where systematic errors of η are known, limits at 95 % take them with the statistical ones."""
    rates, pair = one.rates, eta_pair(results, one)
    if rates is None or pair is None:
        return rates
    known = [arm for arm in pair if arm is not None]
    total = math.hypot(rates.eta_error, max(known, default=0.0))
    wide = find_rates(rates.rise_fs, detuning_mev=rates.detuning_mev, eta=rates.eta, eta_error=total)
    kept = {name: _wider(getattr(rates, name), getattr(wide, name)) for name in OF_ETA}
    return UpconversionRates(
        detuning_mev=rates.detuning_mev,
        rise_fs=rates.rise_fs,
        eta=rates.eta,
        eta_error=rates.eta_error,
        total_per_ps=rates.total_per_ps,
        paper_upconversion_per_ps=rates.paper_upconversion_per_ps,
        **kept,
    )


def _wider(own: Reading, wide: Reading) -> Reading:
    """Return the number where it is one, else what the larger error of η leaves of its limit."""
    return own if own.is_determined else wide


def rate_pair(rates: UpconversionRates | None, name: str, pair: Pair | None) -> Pair | None:
    """Return the systematic error [minus, plus] of a rate in 1/ps; None for a limit and for 1/τ, which takes no η.

    An open end is None.
    """
    if rates is None or pair is None or name not in OF_ETA or not getattr(rates, name).is_determined:
        return None
    low, high = (None if arm is None else rates.eta + side * arm for side, arm in zip((-1.0, 1.0), pair, strict=True))
    own = _part(name, rates.eta)
    ends = [None if eta is None else _part(name, eta) for eta in (low, high)]
    if name != "upconversion_per_ps":
        ends.reverse()
    rate = rates.total_per_ps.value
    return [None if end is None or not math.isfinite(end) else abs(end - own) * rate for end in ends]


def time_pair(rate: Reading, pair: Pair | None) -> Pair | None:
    """Return the systematic error [minus, plus] of 1/w in fs; a rate that may be 0 leaves the upper end open."""
    if pair is None or not rate.value > 0.0:
        return None
    time, (down, up) = 1e3 / rate.value, pair
    longest = None if down is None or down >= rate.value else 1e3 / (rate.value - down)
    return [None if up is None else time - 1e3 / (rate.value + up), None if longest is None else longest - time]


def with_arms(pair: Pair | None) -> str:
    """Return a systematic error behind its number, in brackets; empty where there is none."""
    return "" if pair is None else f" ({arms(pair)})"


def _part(name: str, eta: float) -> float:
    """Return by what 1/τ is multiplied."""
    if name == "upconversion_per_ps":
        return eta
    if name == "loss_per_ps":
        return 1.0 - eta
    return (1.0 - eta) / eta if eta > 0.0 else math.nan
