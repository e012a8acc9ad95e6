"""Sizes of every sample of an experiment, and the spread of gaps that follows."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.kept import KeptRecords
from asplab.core.companion.sizes.gap_spread import GapSpread, gap_spread
from asplab.core.companion.sizes.histogram import Histogram, size_histogram
from asplab.core.companion.sizes.particles import Sizes, measure_sizes
from asplab.core.companion.sizes.table import AREA
from asplab.core.errors import AsplabError
from asplab.core.experiment import Record, Table, frozen_array
from asplab.core.problems import Problem
from asplab.core.settings import SizeSettings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class SampleSizes:
    """The particles of one sample, of all its files together.

    Attributes
    ----------
    sample : str
        As the manifest has it; empty where it names none.
    sources : tuple of str
    edge_nm : ndarray, shape (n,)
        √area of every particle, those below the cut included.
    sizes : Sizes or None
    histogram : Histogram or None
    gap : GapSpread or None
        None where dE/dl is not given.
    reason : str
        Why there are no sizes; empty where there are.
    """

    sample: str
    sources: tuple[str, ...]
    edge_nm: FloatArray
    sizes: Sizes | None
    histogram: Histogram | None
    gap: GapSpread | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class SizeFindings:
    """All samples whose particles were measured, in the order of the manifest."""

    samples: tuple[SampleSizes, ...]
    problems: tuple[Problem, ...] = ()


def find_sizes(kept: KeptRecords, settings: SizeSettings) -> SizeFindings:
    """Measure the particles of every sample; areas of several files of one sample are taken together."""
    by_sample: dict[str, list[Record]] = {}
    for record in kept.of("sizes"):
        by_sample.setdefault(record.condition.sample, []).append(record)
    found = tuple(_read(sample, records, settings) for sample, records in by_sample.items())
    problems = [
        Problem("warning", ", ".join(one.sources[:3]), f"these sizes are not used: {one.reason}")
        for one in found
        if one.reason
    ]
    return SizeFindings(found, tuple(problems))


def _read(sample: str, records: list[Record], settings: SizeSettings) -> SampleSizes:
    areas = np.concatenate([_areas(record) for record in records])
    place = (sample, tuple(record.source for record in records), frozen_array(np.sqrt(areas)))
    try:
        sizes = measure_sizes(
            areas,
            minimum_nm=settings.minimum_nm,
            merged=settings.merged,
            scale_error=settings.scale_error_percent / 100.0,
        )
        histogram = size_histogram(sizes, bin_nm=settings.bin_nm)
    except AsplabError as error:
        return SampleSizes(*place, None, None, None, str(error))
    return SampleSizes(*place, sizes, histogram, _gap(sizes, settings))


def _areas(record: Record) -> FloatArray:
    found = record.column(AREA) if isinstance(record, Table) else None
    return np.empty(0) if found is None else found


def _gap(sizes: Sizes, settings: SizeSettings) -> GapSpread | None:
    if settings.slope_mev_per_nm is None:
        return None
    return gap_spread(
        sizes.spread,
        slope_mev_per_nm=settings.slope_mev_per_nm,
        slope_error_mev_per_nm=settings.slope_error_mev_per_nm,
        outline_error_nm=settings.outline_error_nm,
    )
