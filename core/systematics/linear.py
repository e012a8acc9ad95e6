"""The nuisances as small changes of the data of η, for fits that let them vary within their priors."""

from typing import TYPE_CHECKING

import numpy as np

from asplab.core.systematics.effects import NuisanceEffects
from asplab.core.systematics.nuisances import NUISANCES
from asplab.core.systematics.subject import Subject, prepare
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.pipeline import Results


def effects_of(results: "Results | Subject") -> NuisanceEffects:
    """Return what one prior standard deviation of each nuisance does to N, D and ΔE of every η.

    Half the difference between a shift up and one down, of a one-sided nuisance the shift up. Temperature and ensemble
    width act on the model, not on these data, and are left out; so is what can't be shifted here or is switched off.

    Raises
    ------
    AnalysisError
        Where the results hold no η or no fit.
    """
    subject = results if isinstance(results, Subject) else prepare(results)
    prior = capped_prior(subject)
    names = tuple(n for n in prior if n != "temperature_k" and NUISANCES[n].stage != "model")
    changes = [_change(subject, name, prior[name]) for name in names]
    shape = (len(names), *subject.efficiency.eta.shape)
    stacked = [np.array([change[i] for change in changes]).reshape(shape) for i in range(3)]
    return NuisanceEffects(
        names=names,
        sigma=np.array([prior[name] for name in names]),
        unit=tuple(NUISANCES[name].unit for name in names),
        numerator=stacked[0],
        denominator=stacked[1],
        detuning_mev=stacked[2],
    )


def nuisances_for(results: "Results") -> NuisanceEffects | None:
    """Return the effects that fits of rate models take as nuisances; None where the settings leave them out.

    None also where no effect is switched on that acts on the data of η. Pass the result to `fit_model` and
    `compare_models`.

    Raises
    ------
    AnalysisError
        As `effects_of`.
    """
    if not results.document.settings.models.nuisances:
        return None
    found = effects_of(results)
    return found if found.names else None


def capped_prior(subject: Subject) -> dict[str, float]:
    """Return the priors with the leak no larger than the data leave room for."""
    bound = subject.leak_bound_ppm
    if bound is None or subject.prior.get("leak_ppm", 0.0) <= bound:
        return dict(subject.prior)
    return subject.prior | {"leak_ppm": bound}


def _change(subject: Subject, name: str, sigma: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    def data(size: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        found = subject.shifted({name: size})[0]
        return found.numerator, found.denominator, found.detuning_mev

    is_one_sided = NUISANCES[name].is_one_sided
    up, down = data(sigma), data(0.0 if is_one_sided else -sigma)
    steps = 1.0 if is_one_sided else 2.0
    valid = subject.efficiency.valid
    numerator, denominator, detuning = (
        np.where(valid, np.nan_to_num(a - b) / steps, 0.0) for a, b in zip(up, down, strict=True)
    )
    return numerator, denominator, detuning
