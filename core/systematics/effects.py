"""What one prior standard deviation of each nuisance does to the data of η and of the rate models."""

from dataclasses import dataclass

from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class NuisanceEffects:
    """Changes of the data of a model for a shift of +1 prior standard deviation of each of K nuisances.

    Attributes
    ----------
    names : tuple of str, length K
        Names of `asplab.core.systematics.NUISANCES`; those whose prior is 0 are left out.
    sigma : ndarray, shape (K,)
        Prior standard deviation of each, in its unit.
    unit : tuple of str, length K
    numerator, denominator, detuning_mev : ndarray, shape (K, n_temperatures, n_anti)
        Change of N and D of η = N/D (`asplab.core.efficiency.stage.EfficiencyFit`) and of ΔE in meV; 0 where a point is
        not valid.
    """

    names: tuple[str, ...]
    sigma: FloatArray
    unit: tuple[str, ...]
    numerator: FloatArray
    denominator: FloatArray
    detuning_mev: FloatArray
