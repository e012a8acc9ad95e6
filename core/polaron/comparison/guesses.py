"""Where the search for the parameters of a rate model begins."""

from typing import TYPE_CHECKING

import numpy as np

from asplab.core.polaron.comparison.allowed import NUISANCE_PARAMETERS, OFFSET, WIDTH
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.polaron.comparison.options import Plan

# Phonon energies, and slopes d ln w/dΔE per meV at 50 meV or polaron energies, at which searches begin.
_PHONONS_MEV = (3.0, 6.0, 12.0, 24.0, 48.0, 150.0)
_SLOPES = (-0.2, -0.12, -0.07, -0.04, -0.02, 0.0, 0.04)
_ENERGIES_MEV = (3.0, 10.0, 25.0, 50.0, 100.0, 200.0, 500.0, 1500.0)
_EXPONENTS = (-300.0, 12.0)
"""Range of ln(E_p/E₀) at the starts, so that none leaves the range of floating point."""
_WIDTHS_MEV = (4.0, 15.0)
"""Widths of an ensemble at which searches begin where no prior names one."""
_LINE_SLOPES = (0.003, 0.01, 0.02, 0.04, 0.08, 0.15)


def guesses(plan: "Plan", thermal_mev: FloatArray) -> dict[str, FloatArray]:
    """Return trial values of the free parameters, (n_starts, n_fits) each, on one grid."""
    found = _rate_guesses(plan, thermal_mev)
    if OFFSET in plan.names:
        found[OFFSET] = np.full_like(next(iter(found.values()), thermal_mev[None]), _prior_value(plan, OFFSET, 0.0))
    if WIDTH not in plan.names:
        return found
    known = _prior_value(plan, WIDTH, 0.0)
    widths = (known,) if known > 0.0 else _WIDTHS_MEV
    like = next(iter(found.values()), thermal_mev[None])
    repeated = {name: np.concatenate([values] * len(widths)) for name, values in found.items()}
    return repeated | {WIDTH: np.concatenate([np.full_like(like, width) for width in widths])}


def _prior_value(plan: "Plan", name: str, otherwise: float) -> float:
    return next((prior.value for prior in plan.options.priors if prior.parameter == name), otherwise)


def _rate_guesses(plan: "Plan", thermal_mev: FloatArray) -> dict[str, FloatArray]:
    one = np.ones_like(thermal_mev)
    names = [name for name in plan.names if name not in NUISANCE_PARAMETERS]
    if plan.model.lines is not None:
        modes = dict(zip((f"g_{i + 1}_mev" for i in range(9)), plan.options.modes_mev, strict=False))
        roots = np.sqrt([0.3, 1.0, 3.0, 8.0])[:, None]
        return {key: modes[key] * roots * one if key in modes else 1.0 + 0.0 * roots * one for key in names}
    if "phonon_mev" not in plan.model.parameters:
        slope = np.array(_LINE_SLOPES)[:, None] * one
        return {key: slope if key == "slope_per_mev" else 1.0 / slope for key in names}
    phonon = np.array([plan.fixed["phonon_mev"]] if "phonon_mev" in plan.fixed else _PHONONS_MEV)[:, None, None]
    if plan.model.name == "thermal":
        energy = np.array(_ENERGIES_MEV)[:, None] * one
    else:
        energy = CENTRE_MEV * np.exp(np.clip((np.array(_SLOPES)[:, None] + 1.0 / thermal_mev) * phonon, *_EXPONENTS))
    g = np.sqrt(energy * phonon)
    found = {"g_mev": g, "phonon_mev": phonon + 0.0 * g, "broadening_mev": 1.0 + 0.0 * g}
    return {key: value.reshape(-1, len(thermal_mev)) for key, value in found.items()}
