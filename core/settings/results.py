"""Settings of quantum yield, η and the fit of Eq. 9."""

from dataclasses import dataclass
from typing import Literal

from asplab.core.settings.limits import ascending, between


@dataclass(frozen=True, slots=True)
class EfficiencySettings:
    """How quantum yield and η follow from the responses.

    ``estimator``: ``components`` (full covariance) or ``ratio`` (the paper's R lines, whose errors treat
    points that share noise as independent).
    """

    estimator: Literal["components", "ratio"] = "components"
    quantum_yield: Literal["temperature", "shared", "fixed"] = "temperature"
    fixed_quantum_yield: float | None = None
    fixed_quantum_yield_error: float = 0.0

    def __post_init__(self) -> None:
        between("fixed_quantum_yield_error", self.fixed_quantum_yield_error, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class PolaronSettings:
    """Which model is fitted to η(ΔE, T), over which detunings, and what the joint fit shares."""

    model: Literal["eq9"] = "eq9"
    detuning_range_mev: tuple[float, float] = (0.0, 1000.0)
    joint_scale: Literal["temperature", "shared"] = "temperature"

    def __post_init__(self) -> None:
        ascending("detuning_range_mev", self.detuning_range_mev)
