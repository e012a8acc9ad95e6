"""Settings of the comparison of rate models."""

from dataclasses import dataclass
from math import inf, isfinite, isnan

from asplab.core.errors import SettingsError
from asplab.core.settings.limits import between


@dataclass(frozen=True, slots=True)
class ParameterLimit:
    """A range within which a parameter of the rate models is sought; equal ends fix it.

    The name is that of the model's parameter, for example ``phonon_mev``; models without it are not touched.
    """

    parameter: str
    low: float
    high: float

    def __post_init__(self) -> None:
        for end, value in (("lower", self.low), ("upper", self.high)):
            if isnan(value):
                raise SettingsError(
                    f"the {end} end of the range of {self.parameter} is no number (nan). Give both ends as numbers; "
                    "equal ends fix the parameter."
                )
        if not self.low <= self.high:
            raise SettingsError(
                f"the range of {self.parameter} is {self.low:g} to {self.high:g}; its first end must not lie above its "
                "second one."
            )


@dataclass(frozen=True, slots=True)
class ParameterPrior:
    """What is known of a parameter from elsewhere: a normal distribution, and where it comes from."""

    parameter: str
    value: float
    error: float
    source: str = ""

    def __post_init__(self) -> None:
        if not isfinite(self.value):
            raise SettingsError(f"the prior of {self.parameter} stands at {self.value:g}; it must be a finite number.")
        if not 0.0 < self.error < inf:
            raise SettingsError(
                f"the prior of {self.parameter} has the standard deviation {self.error:g}; it must be above 0 and "
                "finite. To fix the parameter, give it a range with equal ends; to know nothing of it, give no prior."
            )


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which rate models are compared on η(ΔE, T), and what is known or fixed of their parameters.

    ``modes_mev`` are phonon energies of the multi-mode models. With ``inhomogeneous_mev`` above 0, η is averaged over
    an ensemble of gaps with that standard deviation, selected by the laser with the Urbach energy ``selection_mev``.
    With ``nuisances``, fits of the comparison take the systematic effects of `SystematicsSettings` as nuisances with
    their priors. Detunings and the scale of the joint fit are those of `PolaronSettings`.
    """

    compared: tuple[str, ...] = ("eq9", "resonant", "kramers-heisenberg", "thermal", "arrhenius", "exponential")
    limits: tuple[ParameterLimit, ...] = ()
    priors: tuple[ParameterPrior, ...] = ()
    modes_mev: tuple[float, ...] = ()
    inhomogeneous_mev: float = 0.0
    selection_mev: float | None = None
    nuisances: bool = False

    def __post_init__(self) -> None:
        between("inhomogeneous_mev", self.inhomogeneous_mev, 0.0, 1000.0)
        if self.selection_mev is not None:
            between("selection_mev", self.selection_mev, 0.01, 10000.0)
