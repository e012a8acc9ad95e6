"""What the matrix can show: names, units, how a number is written, and how far it is from its limit."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from asplab.core.appraisal.health import FINE, FLAGGED, LOST, TOLD, UNKNOWN, Measure
from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import plain

SIGNS = {UNKNOWN: "·", FINE: "✓", FLAGGED: "◇", TOLD: "!", LOST: "✕"}
_PALEST, _QUIETEST = -0.06, -0.5
"""Colours of what is fine, close to its limit and far from it: quiet, so that the rest stands out."""
_THOUSAND = 1000.0


def _number(value: float) -> str:
    size = abs(value)
    if size >= _THOUSAND:
        return f"{plain(value / _THOUSAND, 0 if size >= 10 * _THOUSAND else 1)}k"
    return plain(value, 0 if size >= 10 else 1)


def _percent(value: float) -> str:
    return f"{plain(100.0 * value, 1 if 0.0 < abs(value) < 0.095 else 0)}%"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity as it is shown.

    Attributes
    ----------
    name : str
        That of `Measure`.
    title, short : str
        In tables, and in a cell of the matrix that shows the worst of all.
    unit : str
        Of the number in a cell.
    write : callable
        A value as it stands in a cell.
    is_better_high : bool
        Large values are good.
    """

    name: str
    title: str
    short: str
    unit: str
    write: Callable[[float], str] = _number
    is_better_high: bool = False


QUANTITIES = {
    one.name: one
    for one in (
        Quantity("light_snr", tr("Signal / noise, emission"), tr("S/N"), "σ", is_better_high=True),
        Quantity("heat_snr", tr("Signal / noise, photothermal"), tr("PA"), "σ", is_better_high=True),
        Quantity("light_saturation", tr("Saturated repeats"), tr("sat"), "%", _percent),
        Quantity("heat_saturation", tr("Overloaded scans"), tr("ovl"), "%", _percent),
        Quantity("light_drift", tr("Drift, emission"), tr("drf"), "σ"),
        Quantity("heat_drift", tr("Drift, photothermal"), tr("drf"), "σ"),
        Quantity("hidden", tr("Hidden part of the band"), tr("cut"), "%", _percent),
        Quantity("shape", tr("Shape test"), tr("shp"), "σ"),
        Quantity("leak", tr("Leak bound, part of η"), tr("leak"), "%", _percent),
        Quantity("required_od", tr("Rejection that excludes a leak"), tr("OD"), "OD"),
    )
}
WORST = "worst"
CHOICES = (
    (WORST, tr("Worst of all")),
    ("snr", tr("Signal / noise")),
    ("saturation", tr("Saturation")),
    ("drift", tr("Drift")),
    ("hidden", tr("Hidden part")),
    ("shape", tr("Shape test")),
    ("leak", tr("Leak bound")),
)
"""Key and name of what the matrix can be coloured by."""
SIGNALS = (("light", tr("emission")), ("heat", tr("photothermal")))
_OF_BOTH = ("snr", "saturation", "drift")


def has_signals(choice: str) -> bool:
    """Return whether a choice is measured of emission and of heat."""
    return choice in _OF_BOTH


def name_of(choice: str, signal: str) -> str:
    """Return the name of the quantity that a choice means."""
    return f"{signal}_{choice}" if has_signals(choice) else choice


def severity(measure: Measure) -> FloatArray:
    """Return how bad each cell is, −1 (far within its limit) to 1 (lost); NaN where nothing is known.

    Levels never mix: what is fine lies below 0, what is flagged, and in the errors, is a tint between 0.03
    and 0.1, what is told stands out above 0.6.
    """
    far = _beyond_limit(measure)
    fine = _PALEST + np.clip(-far, 0.0, 1.0) * (_QUIETEST - _PALEST)
    return np.select(
        [measure.level == LOST, measure.level == TOLD, measure.level == FLAGGED, measure.level == FINE],
        [1.0, 0.6 + 0.3 * np.clip(far, 0.0, 1.0), 0.03 + 0.07 * np.clip(far, 0.0, 1.0), fine],
        np.nan,
    )


def _beyond_limit(measure: Measure) -> FloatArray:
    """Return by how many decades each value is beyond its limit; saturation has none and counts by itself."""
    size = np.nan_to_num(np.abs(measure.value))
    limit = np.nan_to_num(measure.limit)
    if measure.name in ("light_saturation", "heat_saturation"):
        return np.where(size > 0.0, size, -1.0)
    with np.errstate(divide="ignore"):
        ratio = np.log10(np.where((size > 0.0) & (limit > 0.0), size, 1e-9) / np.where(limit > 0.0, limit, 1.0))
    return np.asarray(-ratio if QUANTITIES[measure.name].is_better_high else ratio)
