"""The explanations that meet in the arena.

A hypothesis is a rate model, and light that is added to it at the level of the responses. With N = hν I and
D = PA/s + hν₀ I, η = N/D, light from elsewhere adds to both:

    laser leak        a part ε of the pump lies above the gap and is absorbed there like a Stokes excitation:
                      D grows by ε D_S, N by ε D_S hν/hν_S, with D_S and hν_S the means over the Stokes excitations
    two-photon share  photons absorbed in pairs, as many at every ΔE: with emission c I_S, I_S the mean Stokes
                      intensity, N grows by c I_S hν, D by 2 c I_S hν; the pump power is taken to be the same
                      at every ΔE

The size ε or c is fitted at every temperature, between 0 and a bound that is given or that the weakest emission sets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from asplab.core.counting import counted
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.polaron.comparison import ModelOptions
from asplab.core.polaron.rates import MODELS
from asplab.core.settings import Settings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A rate model with its options, and the light added to it.

    Attributes
    ----------
    name : str
    model : str
        A rate model of a single gap or an ensemble; not one of several modes.
    options : ModelOptions
    light : {"none", "leak", "two-photon"}
    largest : float, optional
        Bound of ε or c; without one the data set it.
    """

    name: str
    model: str
    options: ModelOptions = field(default_factory=ModelOptions)
    light: Literal["none", "leak", "two-photon"] = "none"
    largest: float | None = None


def default_hypotheses(settings: Settings, *, has_stokes: bool = True) -> tuple[Hypothesis, ...]:
    """Return polaron (Eq. 9), thermal, ensemble, parasitic, leak and two-photon.

    The ensemble has the width of the model settings, else that of the systematic errors, and is left out where both are
    zero. Leak and two-photon share come on top of an Arrhenius law, and are left out without Stokes responses.
    """
    models, span = settings.models, settings.polaron.detuning_range_mev
    plain = ModelOptions(detuning_range_mev=span)
    found = [
        Hypothesis("polaron", "eq9", plain),
        Hypothesis("thermal", "thermal", plain),
        Hypothesis("parasitic", "parasitic", plain),
    ]
    width = models.inhomogeneous_mev or settings.systematics.ensemble_mev
    if width > 0.0:
        wide = ModelOptions(detuning_range_mev=span, inhomogeneous_mev=width, selection_mev=models.selection_mev)
        found.insert(2, Hypothesis("ensemble", "eq9", wide))
    if has_stokes:
        found += [
            Hypothesis("leak", "arrhenius", plain, "leak"),
            Hypothesis("two-photon", "arrhenius", plain, "two-photon"),
        ]
    return tuple(found)


def check_hypotheses(hypotheses: Sequence[Hypothesis], efficiency: EfficiencyFit) -> None:
    """Raise `AnalysisError` where hypotheses can't meet."""
    names = [one.name for one in hypotheses]
    if len(names) < 2:
        raise AnalysisError(
            f"{counted(len(names), 'hypothesis', 'hypotheses')}; a contest needs at least two. Name another."
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AnalysisError(f"two hypotheses are called {twice[0]!r}; give each a name of its own.")
    for one in hypotheses:
        model = MODELS.get(one.model)
        if model is None:
            raise AnalysisError(f"rate model {one.model!r} is not known; choose one of: {', '.join(sorted(MODELS))}.")
        if model.lines is not None:
            raise AnalysisError(
                f"hypothesis {one.name!r} has the model {one.model!r} of several modes, which the arena does not draw "
                "from. Choose a model of one mode."
            )
        if one.light not in ("none", "leak", "two-photon"):
            raise AnalysisError(f"hypothesis {one.name!r} adds {one.light!r}; choose none, leak or two-photon.")
        if one.largest is not None and not (np.isfinite(one.largest) and one.largest > 0.0):
            raise AnalysisError(f"the bound of {one.light} of {one.name!r} is {one.largest}; it must be above 0.")
        if one.options.detuning_range_mev != hypotheses[0].options.detuning_range_mev:
            raise AnalysisError(
                f"hypotheses {hypotheses[0].name!r} and {one.name!r} use different ranges of ΔE; they can be compared "
                "on the same points only. Give them one range."
            )
        if one.light != "none" and efficiency.responses is None:
            raise AnalysisError(
                f"hypothesis {one.name!r} needs the Stokes responses, and these η came from a table. Leave it out."
            )


def pattern(efficiency: EfficiencyFit, light: str) -> tuple[FloatArray, FloatArray]:
    """Return what a unit of added light does to N and D, (n_temperatures, n_anti) each; zero where none is added."""
    nothing = np.zeros_like(efficiency.numerator)
    responses = efficiency.responses
    if light == "none" or responses is None:
        return nothing, nothing
    ns = responses.n_stokes
    used = responses.fitted[:, :ns]
    count = np.maximum(used.sum(axis=1), 1)
    photon, emitted = responses.excitation_mev[:, :ns], responses.intensity[:, :ns]
    mean_photon = np.sum(photon * used, axis=1) / count
    own = np.where(efficiency.valid, responses.excitation_mev[:, ns:], 0.0)
    if light == "leak":
        absorbed = (np.sum(photon * emitted * used, axis=1) / count)[:, None] * efficiency.valid
        return absorbed * own / np.where(mean_photon > 0, mean_photon, 1.0)[:, None], absorbed
    emission = (np.sum(emitted * used, axis=1) / count)[:, None]
    return emission * own, 2.0 * emission * own
