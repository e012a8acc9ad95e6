"""Sizes of nanocrystals, and the spread of gaps that follows."""

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from asplab.core.companion.sizes.distribution import TITLES
from asplab.core.companion.sizes.stage import SampleSizes
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.readings import reading_row, unknown_rows
from asplab.core.export.table import Table, from_rows
from asplab.core.pipeline import Results
from asplab.core.rounding import number

Row = dict[str, Any]
COLUMNS = ("sample", "from_nm", "to_nm", "particles", "particles_error")
_PARTICLE_KEYS = ("n", "n_cut", "n_merged", "mean_scale_error_nm", "verdict")


def size_rows(results: Results) -> list[Row] | None:
    """Return what the particles of every sample say."""
    found = results.sizes
    return [size_row(one) for one in found.samples] if found is not None and found.samples else None


def size_row(one: SampleSizes) -> Row:
    """Return what the particles of one sample say."""
    row: Row = {"sample": one.sample, "sources": list(one.sources)}
    sizes = one.sizes
    if sizes is None:
        unknown = {**dict.fromkeys(_PARTICLE_KEYS), **unknown_rows("mean_nm", "spread_nm", "gap_spread_mev")}
        return {**row, **unknown, "distributions": [], "notes": [], "reason": one.reason}
    return {
        **row,
        "n": sizes.n,
        "n_cut": int(np.sum(sizes.is_cut)),
        "n_merged": int(np.sum(sizes.is_merged)),
        **reading_row("mean_nm", sizes.mean),
        **reading_row("spread_nm", sizes.spread),
        "mean_scale_error_nm": number(sizes.scale_error_nm),
        "distributions": [
            {
                "kind": TITLES[fit.kind],
                "delta_aicc": number(fit.delta_aicc),
                **reading_row("mean_nm", fit.mean),
                **reading_row("spread_nm", fit.spread),
            }
            for fit in sizes.distributions
        ],
        "verdict": sizes.verdict,
        "notes": list(sizes.notes),
        **reading_row("gap_spread_mev", None if one.gap is None else one.gap.spread),
        "reason": "" if one.gap is not None else "dE/dl is not given, so the spread of gaps is not computed.",
    }


def size_section(results: Results) -> Iterator[str]:
    """Say for each sample mean and spread, which distribution, and the spread of gaps."""
    for one in results.sizes.samples if results.sizes is not None else ():
        name = f"{escape(one.sample)}: " if one.sample else ""
        yield f"<p>{name}{escape(' '.join(size_sentences(one)))}</p>"


def size_sentences(one: SampleSizes) -> list[str]:
    """Return what is known of the particles of a sample."""
    sizes = one.sizes
    if sizes is None:
        return [one.reason]
    scale = f", and {sizes.scale_error_nm:.2g} nm common to all by the scale" if sizes.scale_error_nm else ""
    told = (
        f"{sizes.mean.value:.1f} ± {sizes.spread.value:.1f} nm (mean and standard deviation of {sizes.n} edges √area); "
        f"standard error of the mean {sizes.mean.error:.2g} nm{scale}."
    )
    return [told, sizes.verdict, *sizes.notes, *([one.gap.sentence] if one.gap is not None else [])]


def _histogram_table(results: Results) -> Table:
    rows = [
        {"sample": one.sample, "from_nm": low, "to_nm": high, "particles": count, "particles_error": error}
        for one in (results.sizes.samples if results.sizes is not None else ())
        if (h := one.histogram) is not None
        for low, high, count, error in zip(h.edges_nm[:-1], h.edges_nm[1:], h.counts, h.error, strict=True)
    ]
    return from_rows("sizes", "histogram of the edges √area of particles", COLUMNS, rows)


SIZES = Exported("sizes", "Sizes", size_rows, size_section, (("sizes", _histogram_table),))
