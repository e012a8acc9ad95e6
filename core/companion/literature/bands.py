"""Published numbers as bands behind a fitted g or ħω, and how a fitted number stands to them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from asplab.core.companion.literature.table import LiteratureValue, literature_values
from asplab.core.errors import InputError
from asplab.core.rounding import arms, number_with_error

Sides = Sequence[float | None]

WIDE_MEV = 10.0
"""Width from which on a range says little about any one place."""
_AWAY = 2.0
"""Standard errors outside a band up to which a number is compatible with it."""


@dataclass(frozen=True, slots=True)
class Band:
    """One published number along an axis.

    Attributes
    ----------
    low, high : float
        Ends; equal for a number without an error.
    is_context : bool
        Found from up-conversion itself, or a range so wide that it says little: for the edge of a plot only.
    value : LiteratureValue
        With label, source, kind, sample and method.
    """

    low: float
    high: float
    is_context: bool
    value: LiteratureValue


def phonon_bands() -> tuple[Band, ...]:
    """Return the bands behind ħω, by energy."""
    return bands("phonon_energy")


def coupling_bands() -> tuple[Band, ...]:
    """Return the bands behind g: values of g alone. S, Γ_LO and α are other things and never drawn on that axis."""
    return bands("coupling_g")


def bands(kind: str) -> tuple[Band, ...]:
    """Return the bands of one kind, ascending; raises `SettingsError` for an unknown kind."""
    found = (
        Band(value.low, value.high, not value.is_independent or value.high - value.low > WIDE_MEV, value)
        for value in literature_values(kind)
    )
    return tuple(sorted(found, key=lambda band: (band.low, band.high)))


@dataclass(frozen=True, slots=True)
class BandMatch:
    """How a fitted number stands to a band: ``distance`` outside it, negative below, and in errors of that side."""

    band: Band
    distance: float
    significance: float

    @property
    def is_compatible(self) -> bool:
        """Whether the number lies in the band, or outside by no more than two standard errors."""
        return abs(self.significance) <= _AWAY


@dataclass(frozen=True, slots=True)
class LiteratureComparison:
    """A fitted number against all bands of its kind that are independent of up-conversion and say something.

    Attributes
    ----------
    matches : tuple of BandMatch
        Nearest first.
    chance_of_match : float
        Share of the axis, from the lowest to the highest of these bands, that would have been compatible with one of
        them: where many bands and a large error leave little room, agreement proves little.
    sentence : str
    """

    matches: tuple[BandMatch, ...]
    chance_of_match: float
    sentence: str


def compare_with_literature(
    value: float, *, error: float, kind: str, systematic: Sides | None = None
) -> LiteratureComparison:
    """Compare a fitted number with like ones of the literature.

    Parameters
    ----------
    value, error : float
        In the unit of the kind, with the statistical error.
    kind : str
        One of `asplab.core.companion.literature.table.KINDS`.
    systematic : (float or None, float or None), optional
        Systematic error [minus, plus], None an open end: that towards the published number counts, in squares. Without
        any the comparison says that its error is the statistical one only.

    Raises
    ------
    InputError
        For a value that is not finite or an error that is not above 0.
    SettingsError
        For an unknown kind.
    """
    if not (math.isfinite(value) and math.isfinite(error) and error > 0.0):
        raise InputError(f"the fitted number is {value:g} ± {error:g}; give finite ones, with an error above 0.")
    known = [band for band in bands(kind) if not band.is_context]
    unit = "meV" if bands(kind) and bands(kind)[0].value.unit else ""
    of_both = "" if systematic is None else f" (stat) {arms(systematic)} (syst)"
    shown = f"{number_with_error(value, error)}{of_both} {unit}".rstrip()
    if not known:
        return LiteratureComparison((), math.nan, f"{shown}: the table has no independent value of this kind.")
    below, above = (_total(error, side) for side in systematic or (0.0, 0.0))
    matches = sorted(
        (_match(band, value, (below, above)) for band in known),
        key=lambda one: (abs(one.distance), one.band.high - one.band.low),
    )
    chance = _covered(known, (_AWAY * above, _AWAY * below))
    which = "statistical error only" if systematic is None else "total error"
    compatible = [one for one in matches if one.is_compatible]
    if not compatible:
        nearest = matches[0]
        sentence = (
            f"{shown}: no published value is compatible; the nearest is {nearest.band.value.text} "
            f"({nearest.band.value.label}), {abs(nearest.significance):.1f} standard errors away ({which})."
        )
    else:
        names = "; ".join(f"{one.band.value.text} ({one.band.value.label})" for one in compatible)
        sentence = f"{shown}: compatible with {names} ({which})."
        if chance > 0.5:
            sentence += f" With this error {chance:.0%} of the range would have been, so that it proves little."
    return LiteratureComparison(tuple(matches), chance, sentence)


def significance(value: LiteratureValue, fitted: float, *, error: float, systematic: Sides | None = None) -> float:
    """Return how many errors a fitted number lies outside a published one, negative below; 0 inside its range."""
    below, above = (_total(error, side) for side in systematic or (0.0, 0.0))
    return _match(Band(value.low, value.high, False, value), fitted, (below, above)).significance


def _total(error: float, systematic: float | None) -> float:
    """Return both errors of one side in quadrature; an open end is infinite."""
    return math.inf if systematic is None else math.hypot(error, systematic)


def _match(band: Band, value: float, errors: tuple[float, float]) -> BandMatch:
    """Return how a number stands to a band; ``errors`` are its own, downwards and upwards."""
    distance = min(value - band.low, 0.0) + max(value - band.high, 0.0)
    return BandMatch(band, distance, distance / errors[0 if distance > 0.0 else 1])


def _covered(known: list[Band], reach: tuple[float, float]) -> float:
    """Return the share of the axis between the outermost bands from where a number reaches one, up- or downwards."""
    first, last = min(band.low for band in known), max(band.high for band in known)
    if last <= first:
        return math.nan
    covered, end = 0.0, first
    for band in sorted(known, key=lambda one: one.low):
        low, high = max(band.low - reach[0], end), min(band.high + reach[1], last)
        covered += max(high - low, 0.0)
        end = max(end, high)
    return covered / (last - first)
