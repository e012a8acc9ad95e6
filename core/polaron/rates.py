"""Up-conversion rates: how fast a polaron takes ΔE from the phonons, up to a constant factor."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.errors import AnalysisError
from asplab.core.units import FloatArray, thermal_energy_mev


def log_rate(
    model: str,
    detuning_mev: ArrayLike,
    temperature_k: ArrayLike,
    *,
    g_mev: ArrayLike,
    phonon_mev: ArrayLike,
    broadening_mev: float = 1.0,
    inhomogeneous_mev: float = 0.0,
) -> FloatArray:
    """Return the natural logarithm of the up-conversion rate of a model, up to its free scale.

    Parameters
    ----------
    model : str
        Name of the model. ``eq9``: Eq. 9 as printed, with the natural logarithm [Zhang 2024, Eq. 9].
    detuning_mev : array_like
        ΔE of the excitation below the gap, in meV; above 0 for ``eq9``.
    temperature_k : array_like
        Temperature in K, above 0; broadcasts against the detuning.
    g_mev, phonon_mev : array_like
        Electron-phonon coupling g and phonon energy ħω in meV, above 0; they broadcast too.
    broadening_mev : float
        Broadening ζ of the intermediate state in meV. ``eq9`` has lost it in its constant factor.
    inhomogeneous_mev : float
        Standard deviation of the ensemble's gaps in meV. ``eq9`` describes a single gap.

    Returns
    -------
    FloatArray
        ln w_uc, with energies counted in meV, of the broadcast shape.

    Raises
    ------
    AnalysisError
        For an unknown model, an argument outside its domain, or a broadening the model does not have.
    """
    formula = _FORMULAS.get(model)
    if formula is None:
        raise AnalysisError(f"rate model {model!r} is not known; choose one of: {', '.join(sorted(_FORMULAS))}.")
    if broadening_mev != 1.0 or inhomogeneous_mev != 0.0:
        raise AnalysisError(
            f"rate model {model!r} has no broadening (found broadening_mev={broadening_mev:g}, "
            f"inhomogeneous_mev={inhomogeneous_mev:g}); leave them at 1 and 0."
        )
    return formula(
        _positive(detuning_mev, name="detuning_mev"),
        _positive(temperature_k, name="temperature_k"),
        _positive(g_mev, name="g_mev"),
        _positive(phonon_mev, name="phonon_mev"),
    )


def _positive(values: ArrayLike, *, name: str) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    valid = np.isfinite(array) & (array > 0)
    if not np.all(valid):
        worst = np.ravel(array)[np.argmin(np.ravel(valid))]
        raise AnalysisError(f"{name} holds {worst:g}; the rate needs finite values above 0.")
    return array


def _eq9(detuning_mev: FloatArray, temperature_k: FloatArray, g_mev: FloatArray, phonon_mev: FloatArray) -> FloatArray:
    """Return ln w_uc of Eq. 9: Boltzmann factor times the Stirling form of a Poisson weight."""
    # np.log(g)*2 rather than log(g**2): no overflow for an extreme trial value in a fit
    log_ratio = np.log(detuning_mev) + np.log(phonon_mev) - 2.0 * np.log(g_mev)
    return np.asarray(
        -detuning_mev / thermal_energy_mev(temperature_k)
        - 0.5 * np.log(detuning_mev)
        + detuning_mev / phonon_mev * (1.0 - log_ratio)
    )


_FORMULAS: dict[str, Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]] = {"eq9": _eq9}
