"""Why a condition tells no trend of its own."""

import numpy as np

from asplab.core.appraisal.measured_health import by_stack, size_of
from asplab.core.drift.fit import FEWEST, SEEN, Trends
from asplab.core.pipeline import Results


def why_no_trend(results: Results, trends: Trends) -> list[str]:
    """Return for each condition what would be said if its trend is not known, (n_stacks,)."""
    corrected = results.corrected
    count = np.nan_to_num(by_stack(results, trends.present.sum(axis=2).astype(float)))
    error = by_stack(results, trends.error)
    excluded = [False] * size_of(results) if corrected is None else [s.excluded is not None for s in corrected.stacks]
    return [
        "it is excluded"
        if out
        else f"it has fewer than {FEWEST} repeats"
        if n < FEWEST
        else f"one repeat is known to worse than {100 * SEEN:.0f} %"
        if not e < SEEN
        else "no other condition of its temperature tells what is common"
        for out, n, e in zip(excluded, count, error, strict=True)
    ]
