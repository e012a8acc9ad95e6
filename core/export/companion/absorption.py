"""Absorption: exciton, tail, what detailed balance makes of it, and film against suspension."""

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from asplab.core.companion.absorption.agreement import Agreement, agreement
from asplab.core.companion.absorption.stage import MediumPair
from asplab.core.companion.absorption.tail import Tail
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.readings import reading_row, reading_text, unknown_rows
from asplab.core.export.markup import table
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number, number_with_error

Row = dict[str, Any]
COLUMNS = (
    "source", "medium", "temperature_k", "maximum_mev", "maximum_mev_error", "exciton_mev", "exciton_mev_error",
    "exciton_fwhm_mev", "exciton_fwhm_mev_error", "urbach_mev", "urbach_mev_error", "urbach_from_mev", "urbach_to_mev",
    "star_k", "star_k_error", "detailed_balance",
)  # fmt: skip
ETA_COLUMNS = ("source", "medium", "temperature_k", "detuning_mev", "eta", "eta_error", "eta_noise_error")
_MEDIA = ("film_less_suspension_peak_mev", "film_less_suspension_mean_mev", "film_over_suspension_width")
_BOTH = ("ΔE (meV)", "η by detailed balance", "photothermal η")


def all_tails(results: Results) -> tuple[Tail, ...]:
    """Return what every absorption curve says, then what the heat of every temperature does."""
    curves = () if results.absorption is None else results.absorption.tails
    heat = () if results.heat_tails is None else results.heat_tails.tails
    return (*curves, *heat)


def agreement_of(results: Results, tail: Tail) -> Agreement | None:
    """Return how η by detailed balance compares with that of the main analysis; None where there is no such η."""
    return None if results.efficiency is None else agreement(tail, results.efficiency)


def media_pairs(results: Results) -> tuple[MediumPair, ...]:
    """Return the emission of film and suspension at the temperatures of both."""
    return () if results.absorption is None else results.absorption.media


def absorption_rows(results: Results) -> Row | None:
    """Return what every absorption spectrum says, and film against suspension."""
    tails, media = all_tails(results), media_pairs(results)
    if not tails and not media:
        return None
    return {
        "spectra": [{**tail_row(one), "eta": eta_rows(one), **_agreement(results, one)} for one in tails],
        "media": [_media_row(one) for one in media],
    }


def tail_row(one: Tail) -> Row:
    """Return what one absorption spectrum says; energies of ranges are ΔE, in meV below the emission."""
    sample, exciton, urbach, star = one.sample, one.exciton, one.urbach, one.star
    ends = (np.nan, np.nan) if urbach is None else urbach.range_mev
    return {
        "source": sample.source,
        "medium": sample.medium,
        "temperature_k": number(sample.temperature_k),
        "emission_mev": number(one.reference_mev),
        **reading_row("maximum_mev", one.maximum),
        **reading_row("exciton_mev", None if exciton is None else exciton.peak),
        **reading_row("exciton_fwhm_mev", None if exciton is None else exciton.fwhm),
        **reading_row("urbach_mev", None if urbach is None else urbach.urbach),
        "urbach_from_mev": number(one.reference_mev - ends[1]),
        "urbach_to_mev": number(one.reference_mev - ends[0]),
        "urbach_is_chosen": None if urbach is None else urbach.is_chosen,
        **reading_row("steepness", None if urbach is None else urbach.steepness),
        **reading_row("star_k", None if star is None else star.wing),
        "detailed_balance": None if star is None else star.agrees,
        "reasons": {name: told for name, told in one.reasons.items() if told},
    }


def eta_rows(one: Tail) -> list[Row]:
    """Return η by detailed balance along the wing."""
    found = one.eta
    if found is None:
        return []
    return [
        {
            "detuning_mev": number(one.reference_mev - found.energy_mev[k]),
            "eta": number(found.eta[k]),
            "eta_error": number(found.error[k]),
            "eta_noise_error": number(found.noise_error[k]),
        }
        for k in range(found.eta.size)
    ]


def _agreement(results: Results, one: Tail) -> Row:
    found = agreement_of(results, one)
    unknown = dict.fromkeys(("matched_eta", "matched_eta_error", "chance_of_photothermal", "says"))
    if one.eta is None:
        return unknown
    match = one.eta.match
    row: Row = {"matched_eta": number(match.eta), "matched_eta_error": number(match.eta_error)}
    if found is None:
        return {**unknown, **row}
    return {**row, "chance_of_photothermal": number(found.chance), "says": found.sentence}


def _media_row(one: MediumPair) -> Row:
    row: Row = {"temperature_k": number(one.temperature_k), "reason": one.reason}
    comparison = one.comparison
    if comparison is None:
        return {**row, **unknown_rows(*_MEDIA), "says": None}
    return {
        **row,
        **reading_row("film_less_suspension_peak_mev", comparison.peak_shift),
        **reading_row("film_less_suspension_mean_mev", comparison.mean_shift),
        **reading_row("film_over_suspension_width", comparison.width_ratio),
        "says": comparison.sentence,
    }


def absorption_section(results: Results) -> Iterator[str]:
    """Say for each spectrum its exciton, tail and T*, then η by detailed balance beside the photothermal one."""
    tails = all_tails(results)
    if tails:
        header = ("source", "medium", "T (K)", "first maximum", "E_U", "fitted at ΔE (meV)", "T*", "detailed balance")
        yield table(header, [_cells(one) for one in tails])
    for one in tails:
        found = agreement_of(results, one)
        if one.eta is not None:
            place = " ".join(part for part in (one.sample.medium, f"{one.sample.temperature_k:.0f} K") if part)
            yield f"<p>{escape(place)}: {escape(one.eta.sentence)}</p>"
        if found is not None:
            yield f"<p>{escape(found.sentence)}</p>"
            yield table(_BOTH, [_pair(found, k) for k in range(found.eta.size)])
    for pair in media_pairs(results):
        says = pair.reason if pair.comparison is None else pair.comparison.sentence
        yield f"<p>Emission at {pair.temperature_k:.0f} K: {escape(says)}</p>"


def _cells(one: Tail) -> tuple[str, ...]:
    sample, urbach, star = one.sample, one.urbach, one.star
    row = tail_row(one)
    start, end = row["urbach_from_mev"], row["urbach_to_mev"]
    holds = "–" if star is None else "holds" if star.agrees else "fails"
    return (
        sample.source,
        sample.medium or "–",
        f"{sample.temperature_k:.1f}",
        one.maximum.text,
        reading_text(None if urbach is None else urbach.urbach),
        "–" if start is None or end is None else f"{start:.0f} to {end:.0f}",
        reading_text(None if star is None else star.wing),
        holds,
    )


def _pair(found: Agreement, k: int) -> tuple[str, ...]:
    return (
        f"{found.detuning_mev[k]:.1f}",
        number_with_error(float(found.eta[k]), float(found.eta_error[k])),
        number_with_error(float(found.photothermal[k]), float(found.photothermal_error[k])),
    )


def _table(results: Results) -> Table:
    title = "absorption: first maximum, exciton, Urbach tail with the range of ΔE where it was fitted, T*"
    return from_rows("absorption", title, COLUMNS, [tail_row(one) for one in all_tails(results)])


def _eta_table(results: Results) -> Table:
    rows = [{**tail_row(one), **row} for one in all_tails(results) for row in eta_rows(one)]
    title = "η by detailed balance, coupled over total absorption, relative to η at the match"
    return from_rows("reciprocity", title, ETA_COLUMNS, rows)


ABSORPTION = Exported(
    "absorption",
    "Absorption",
    absorption_rows,
    absorption_section,
    (("absorption", _table), ("reciprocity", _eta_table)),
)
