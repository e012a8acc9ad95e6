"""The ranges that the pictures of one fit open with."""

import numpy as np

from asplab.gui.plots.series import Series

_LOGIT_MARGIN = 1.0
_LEAST_SIGMAS, _ROOM = 3.3, 1.12


def logit_home(series: Series) -> tuple[float, float] | None:
    """Return a view that holds the points; the model falls far below them where η is nearly zero."""
    points = np.asarray(series.y, dtype=float)
    known = points[np.isfinite(points)]
    return (float(known.min()) - _LOGIT_MARGIN, float(known.max()) + _LOGIT_MARGIN) if known.size else None


def pull_home(series: Series) -> tuple[float, float]:
    """Return a view that holds all residuals, in σ; never a narrower one than usual, or noise would look large."""
    pulls = np.asarray(series.y, dtype=float)
    largest = float(np.max(np.abs(pulls[np.isfinite(pulls)]), initial=0.0))
    half = max(_LEAST_SIGMAS, _ROOM * largest)
    return -half, half
