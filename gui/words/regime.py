"""Whether excitations meet in one crystal, in words."""

import math

import numpy as np

from asplab.core.pump.linear_regime import LINEAR_TO, LinearRegime
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import plain

_BRIEF = {"lifetime, or repetition rate": "lifetime", "pump power of the spectra": "power"}


def regime_words(regime: LinearRegime | None, t: int) -> tuple[str, ...]:
    """Return the largest number of excitations per crystal of a temperature, or what is missing for it; then less."""
    if regime is None or t >= len(regime.light):
        return ("",)
    if regime.missing:
        wanted = "; ".join(regime.missing)
        brief = missing_words(regime)
        return (
            tr("⟨N⟩ per crystal not known: fill in {wanted} (Pump light)", wanted=wanted),
            tr("⟨N⟩ not known: {wanted}", wanted=wanted),
            tr("excitations per crystal ⟨N⟩: fill in {brief}", brief=brief),
            tr("⟨N⟩: fill in {brief}", brief=brief),
            tr("⟨N⟩ not known"),
        )
    largest = [_largest(part[t]) for part in (regime.light, regime.heat)]
    known = [(name, value) for name, value in zip(("PL", "PA"), largest, strict=True) if math.isfinite(value)]
    if not known:
        return (tr("⟨N⟩ not known at this temperature"), tr("⟨N⟩ not known"))
    is_high = max(value for _, value in known) > LINEAR_TO
    said = ", ".join(f"{small(value)} ({name})" for name, value in known)
    verdict = tr("! above {linear_to}", linear_to=plain(LINEAR_TO, 1)) if is_high else "linear"
    return (
        tr("⟨N⟩ per crystal up to {said} · {verdict}", said=said, verdict=verdict),
        f"⟨N⟩ ≤ {said} · {verdict}",
        f"⟨N⟩ {verdict}",
    )


def missing_words(regime: LinearRegime) -> str:
    """Return what is missing in a few words."""
    return ", ".join(_BRIEF.get(name, name) for name in regime.missing)


def small(value: float) -> str:
    """Return a positive number with two digits."""
    if not value > 0.0:
        return plain(value, 0)
    return plain(value, max(1 - math.floor(math.log10(value)), 0))


def _largest(values: np.ndarray) -> float:
    return float(np.nanmax(values)) if np.isfinite(values).any() else math.nan
