"""The comparison of both η with the systematic errors of the photothermal one."""

import numpy as np

from asplab.core.companion.matched.scattering import MatchedComparison, compare_with_photothermal
from asplab.core.companion.matched.stage import MatchedReading, chosen_efficiency
from asplab.core.errors import AsplabError
from asplab.core.settings import MatchedSettings
from asplab.core.systematics.uncertainty import Systematics
from asplab.core.units import FloatArray


def with_systematics(one: MatchedReading, found: Systematics, settings: MatchedSettings) -> MatchedComparison | None:
    """Compare once more, the covariance of photothermal η widened by what one standard deviation of each effect does.

    Both η may use the same emission, whose effects would then cancel: the error is too large there, never too small.

    Returns
    -------
    MatchedComparison or None
        None where nothing was compared, or an effect leaves one of the η undetermined.
    """
    if one.comparison is None or one.temperature is None:
        return None
    added = systematic_covariance(found, one.temperature, one.columns)
    if not np.isfinite(added).all():
        return None
    try:
        return compare_with_photothermal(
            chosen_efficiency(one.table, one.shared, settings),
            one.photothermal,
            eta_covariance=one.photothermal_covariance + added,
            exponent=one.comparison.exponent,
            is_total=True,
        )
    except AsplabError:
        return None


def systematic_covariance(found: Systematics, t: int, columns: np.ndarray) -> FloatArray:
    """Return the systematic covariance (n, n) of η of one temperature; NaN where a shift leaves none.

    An effect moves all η together. Of one that can be added and taken away the mean of both shifts counts.
    """
    up, down = found.up.eta[:, t, columns], found.down.eta[:, t, columns]
    moved = np.where(found.is_one_sided[:, None], up, 0.5 * (up - down))
    return np.asarray(moved.T @ moved)
