"""The systematic error of net cooling: every effect that no repeat shows, moved and followed to η_c.

η_c follows from η, the yield, ⟨E⟩ and hν together: Δη_c/(1 + η_c) = Δη/η + ΔQY/QY + Δ⟨E⟩/⟨E⟩ − Δhν/hν to first order.
Parts of it cancel, as those of ⟨E⟩ do where the yield comes from R; so each shifted analysis has its own η_c.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.cooling.points import CoolingPoints, measured_cooling
from asplab.core.errors import AnalysisError
from asplab.core.experiment import frozen_array
from asplab.core.progress import Progress
from asplab.core.systematics.linear import capped_prior
from asplab.core.systematics.nuisances import NUISANCES
from asplab.core.systematics.sides import FAR, in_quadrature, mean_square, towards_truth
from asplab.core.systematics.subject import Subject
from asplab.core.units import FloatArray

_MOST_NAMED, _WORTH_NAMING = 2, 0.1


@dataclass(frozen=True, slots=True, eq=False)
class CoolingSystematics:
    """Systematic errors of η_c beside the statistical ones; NaN where an end is open, or η_c not known.

    Attributes
    ----------
    names : tuple of str, length K
        Effects that were moved.
    above, below : ndarray, shape (K, n_temperatures, n_anti)
        How far above and below η_c each lets the truth lie.
    plus, minus : ndarray, shape (n_temperatures, n_anti)
        All of them in quadrature.
    """

    names: tuple[str, ...]
    above: FloatArray
    below: FloatArray
    plus: FloatArray
    minus: FloatArray

    def significance(self, found: CoolingPoints) -> FloatArray:
        """Return how many standard errors η_c lies from 0, with the systematic error of the side of 0."""
        towards_zero = np.where(found.efficiency > 0.0, self.minus, self.plus)
        return np.asarray(found.efficiency / np.hypot(found.efficiency_error, towards_zero))

    def dominant(self, place: tuple[int, ...]) -> tuple[tuple[str, float], ...]:
        """Return titles of the effects that bring most of the variance, and their shares, the largest first."""
        nuisances = [NUISANCES[name] for name in self.names]
        variance = np.array([part[place] for part in mean_square((self.above, self.below), nuisances)])
        total = float(variance.sum())
        if not (np.isfinite(total) and total > 0.0):
            return ()
        shares = [(NUISANCES[name].title, float(part) / total) for name, part in zip(self.names, variance, strict=True)]
        named = sorted((one for one in shares if one[1] >= _WORTH_NAMING), key=lambda one: -one[1])
        return tuple(named[:_MOST_NAMED])

    def sentence(self, found: CoolingPoints, place: tuple[int, ...]) -> str:
        """Say both errors of η_c, what the systematic one comes from, and whether the sign still stands."""
        value, error = float(found.efficiency[place]), float(found.efficiency_error[place])
        if not np.isfinite(value):
            return ""
        ends = [float(end[place]) for end in (self.plus, self.minus)]
        if not np.isfinite(ends).all():
            return "an effect that no repeat shows leaves η_c undetermined here, so that its systematic error is open."
        because = " and ".join(f"{title} ({share:.0%})" for title, share in self.dominant(place))
        stated = f"η_c is {value:+.4f} ± {error:.4f} (statistical) +{ends[0]:.4f}/−{ends[1]:.4f} (systematic)"
        away = abs(float(self.significance(found)[place]))
        side = "above" if value > 0.0 else "below"
        return f"{stated}{f', mostly {because}' if because else ''}: with both {away:.1f} standard errors {side} 0."


def cooling_systematics(subject: Subject, *, progress: Progress | None = None) -> CoolingSystematics:
    """Move every effect by one and two standard deviations to either side, and follow it to η_c.

    Raises
    ------
    AnalysisError
        Where η came as a table (`measured_cooling`), or an effect by one standard deviation leaves nothing to analyse.
    Cancelled
        When ``progress`` was cancelled.
    """
    progress = progress or Progress()
    central, prior = measured_cooling(subject.efficiency).efficiency, capped_prior(subject)
    nuisances = [NUISANCES[name] for name in prior]
    columns: list[list[FloatArray]] = [[], [], [], []]
    for k, (name, sigma) in enumerate(prior.items()):
        progress.step(k, len(prior), f"systematic error of net cooling: {NUISANCES[name].title}")
        lower = 0.0 if NUISANCES[name].is_one_sided else -sigma
        for column, size in zip(columns, (sigma, lower, FAR * sigma, FAR * lower), strict=True):
            column.append(_moved(subject, name, size, may_fail=abs(size) > sigma) - central)
    progress.step(1, 1, "systematic errors of net cooling")
    up, down, far_up, far_down = (np.array(column).reshape(-1, *central.shape) for column in columns)
    above, below = towards_truth((up, down), (far_up, far_down), nuisances)
    return CoolingSystematics(
        names=tuple(prior),
        above=frozen_array(above),
        below=frozen_array(below),
        plus=frozen_array(in_quadrature(above, central)),
        minus=frozen_array(in_quadrature(below, central)),
    )


def _moved(subject: Subject, name: str, size: float, *, may_fail: bool) -> FloatArray:
    """Return η_c with one effect added; NaN where no measurement can hold so much of it and that may be."""
    try:
        efficiency, _ = subject.shifted({name: size})
        return measured_cooling(efficiency).efficiency
    except AnalysisError:
        if not may_fail:
            raise
        return np.full_like(subject.efficiency.eta, np.nan)
