"""The spread of gaps that sizes make, as what is known of the ensemble by the rate models."""

from dataclasses import replace

from asplab.core.companion.sizes.gap_spread import GapSpread
from asplab.core.errors import AnalysisError
from asplab.core.settings import ModelSettings, ParameterPrior

_SPREAD = "inhomogeneous_mev"


def with_gap_spread(models: ModelSettings, gap: GapSpread, *, source: str) -> ModelSettings:
    """Return settings whose ensemble has this spread: its width, and a prior with its error for fits.

    A prior that the spread had before gives way; those of other parameters stay.

    Raises
    ------
    AnalysisError
        Where the spread is not determined.
    """
    spread = gap.spread
    if not spread.is_determined:
        raise AnalysisError(f"the spread of gaps is not determined: {spread.reason}")
    others = tuple(prior for prior in models.priors if prior.parameter != _SPREAD)
    prior = ParameterPrior(_SPREAD, spread.value, spread.error, source)
    return replace(models, inhomogeneous_mev=spread.value, priors=(*others, prior))
