"""g and ħω of this sample beside published ones."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from asplab.core.companion.literature.bands import LiteratureComparison, compare_with_literature
from asplab.core.companion.literature.isotopes import isotope_shifts
from asplab.core.export.companion.exported import Exported
from asplab.core.export.error_rows import Pair, systematic_pair
from asplab.core.export.markup import table
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number

Row = dict[str, Any]
COLUMNS = (
    "temperature_k", "quantity", "value_mev", "error_mev", "systematic_minus_mev", "systematic_plus_mev",
    "published", "sample", "source", "distance_mev", "significance",
    "largest_isotope_shift_mev",
)  # fmt: skip
_PARAMETERS = {"phonon_energy": "phonon", "coupling_g": "g"}
_SYMBOLS = {"phonon_energy": "ħω", "coupling_g": "g"}


def literature_rows(results: Results) -> list[Row] | None:
    """Return the comparison of every identified fit: the sentence, and each published value with its distance."""
    rows = [_row(found) for found in _compared(results)]
    return rows or None


def literature_section(results: Results) -> Iterator[str]:
    """Say how the joint fit, or the only one, stands to what is published."""
    found = list(_compared(results))
    joint = [one for one in found if one.kelvin is None] or found[:2]
    for one in joint:
        kind, comparison = one.kind, one.comparison
        yield f"<p>{_SYMBOLS[kind]}: {escape(comparison.sentence)}</p>"
        if not comparison.matches:
            continue
        cells = [
            (match.band.value.text, match.band.value.sample, match.band.value.method, match.band.value.label,
             f"{match.significance:+.1f}")
            for match in comparison.matches
        ]  # fmt: skip
        yield table(("published", "sample", "method", "source", "off by (σ)"), cells, kind="text")


@dataclass(frozen=True, slots=True)
class _Compared:
    """A fitted number beside published ones; ``kelvin`` is None for the joint fit."""

    kelvin: float | None
    kind: str
    value: float
    error: float
    systematic: Pair | None
    comparison: LiteratureComparison


def _compared(results: Results) -> Iterator[_Compared]:
    """Yield the comparisons of every fit that is identified, with its total error where systematic ones are known."""
    fit, intervals = results.polaron, results.intervals
    if fit is None or intervals is None:
        return
    kelvins = [*(float(kelvin) for kelvin in fit.temperatures_k), None]
    for i, kelvin in enumerate(kelvins):
        if not (math.isfinite(fit.chi2[i]) and bool(intervals.identified[i])):
            continue
        for kind, stem in _PARAMETERS.items():
            value, error = float(getattr(fit, f"{stem}_mev")[i]), float(getattr(fit, f"{stem}_error_mev")[i])
            if math.isfinite(value) and math.isfinite(error) and error > 0.0:
                sides = systematic_pair(results, f"{stem}_mev", (i,))
                found = compare_with_literature(value, error=error, kind=kind, systematic=sides)
                yield _Compared(kelvin, kind, value, error, sides, found)


def _row(one: _Compared) -> Row:
    return {
        "scope": "joint" if one.kelvin is None else "temperature",
        "temperature_k": None if one.kelvin is None else number(one.kelvin),
        "kind": one.kind,
        "value_mev": number(one.value),
        "error_mev": number(one.error),
        "systematic_mev": one.systematic,
        "sentence": one.comparison.sentence,
        "chance_of_match": number(one.comparison.chance_of_match),
        "matches": [
            {
                "name": match.band.value.name,
                "source": match.band.value.label,
                "low_mev": number(match.band.low),
                "high_mev": number(match.band.high),
                "distance_mev": number(match.distance),
                "significance": number(match.significance),
            }
            for match in one.comparison.matches
        ],
    }


def _literature_table(results: Results) -> Table:
    title = (
        "fits against published values; significance: distance in errors of the fit, total ones where systematic_minus "
        "and systematic_plus are told, 0 inside a range"
    )
    rows = [
        {
            "temperature_k": one.kelvin,
            "quantity": one.kind,
            "value_mev": one.value,
            "error_mev": one.error,
            "systematic_minus_mev": None if one.systematic is None else one.systematic[0],
            "systematic_plus_mev": None if one.systematic is None else one.systematic[1],
            "published": match.band.value.text,
            "sample": match.band.value.sample,
            "source": match.band.value.label,
            "distance_mev": match.distance,
            "significance": match.significance,
            "largest_isotope_shift_mev": _largest_shift(match.band.value),
        }
        for one in _compared(results)
        for match in one.comparison.matches
    ]
    return from_rows("literature", title, COLUMNS, rows)


def _largest_shift(value: Any) -> float | None:
    shifts = isotope_shifts(value) if value.kind == "phonon_energy" else ()
    return max((one.largest_shift_mev for one in shifts), key=abs, default=None)


LITERATURE = Exported(
    "literature", "Literature", literature_rows, literature_section, (("literature", _literature_table),)
)
