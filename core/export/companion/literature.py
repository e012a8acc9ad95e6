"""g and ħω of this sample beside published ones."""

import math
from collections.abc import Iterator
from html import escape
from typing import Any

from asplab.core.companion.literature.bands import LiteratureComparison, compare_with_literature
from asplab.core.companion.literature.isotopes import isotope_shifts
from asplab.core.export.companion.exported import Exported
from asplab.core.export.markup import table
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number

Row = dict[str, Any]
COLUMNS = (
    "temperature_k", "quantity", "value_mev", "error_mev", "published", "sample", "source", "distance_mev",
    "significance", "largest_isotope_shift_mev",
)  # fmt: skip
_PARAMETERS = {"phonon_energy": "phonon", "coupling_g": "g"}
_SYMBOLS = {"phonon_energy": "ħω", "coupling_g": "g"}


def literature_rows(results: Results) -> list[Row] | None:
    """Return the comparison of every identified fit: the sentence, and each published value with its distance."""
    rows = [_row(*found) for found in _compared(results)]
    return rows or None


def literature_section(results: Results) -> Iterator[str]:
    """Say how the joint fit, or the only one, stands to what is published."""
    found = list(_compared(results))
    joint = [one for one in found if one[0] is None] or found[:2]
    for _, kind, _, _, comparison in joint:
        yield f"<p>{_SYMBOLS[kind]}: {escape(comparison.sentence)}</p>"
        if not comparison.matches:
            continue
        cells = [
            (one.band.value.text, one.band.value.sample, one.band.value.method, one.band.value.label,
             f"{one.significance:+.1f}")
            for one in comparison.matches
        ]  # fmt: skip
        yield table(("published", "sample", "method", "source", "off by (σ)"), cells, kind="text")


def _compared(results: Results) -> Iterator[tuple[float | None, str, float, float, LiteratureComparison]]:
    """Yield temperature (None: joint fit), kind, value, error and comparison of every fit that is identified."""
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
                yield kelvin, kind, value, error, compare_with_literature(value, error=error, kind=kind)


def _row(kelvin: float | None, kind: str, value: float, error: float, found: LiteratureComparison) -> Row:
    return {
        "scope": "joint" if kelvin is None else "temperature",
        "temperature_k": None if kelvin is None else number(kelvin),
        "kind": kind,
        "value_mev": number(value),
        "error_mev": number(error),
        "sentence": found.sentence,
        "chance_of_match": number(found.chance_of_match),
        "matches": [
            {
                "name": one.band.value.name,
                "source": one.band.value.label,
                "low_mev": number(one.band.low),
                "high_mev": number(one.band.high),
                "distance_mev": number(one.distance),
                "significance": number(one.significance),
            }
            for one in found.matches
        ],
    }


def _literature_table(results: Results) -> Table:
    title = "fits against published values; significance: distance in standard errors of the fit, 0 inside a range"
    rows = [
        {
            "temperature_k": kelvin,
            "quantity": kind,
            "value_mev": value,
            "error_mev": error,
            "published": one.band.value.text,
            "sample": one.band.value.sample,
            "source": one.band.value.label,
            "distance_mev": one.distance,
            "significance": one.significance,
            "largest_isotope_shift_mev": _largest_shift(one.band.value),
        }
        for kelvin, kind, value, error, found in _compared(results)
        for one in found.matches
    ]
    return from_rows("literature", title, COLUMNS, rows)


def _largest_shift(value: Any) -> float | None:
    shifts = isotope_shifts(value) if value.kind == "phonon_energy" else ()
    return max((one.largest_shift_mev for one in shifts), key=abs, default=None)


LITERATURE = Exported(
    "literature", "Literature", literature_rows, literature_section, (("literature", _literature_table),)
)
