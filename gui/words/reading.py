"""How panels read results: what is selected, what it is called, which colour it has, why something is missing."""

import math
import re

import numpy as np
from numpy.typing import NDArray

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.core.settings import CorrectionSettings
from asplab.gui.look.theme import temperature_spec
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import plain

KINDS = {"pl": "PL", "aspl": "ASPL"}
FloatArray = NDArray[np.float64]


def temperatures_of(results: Results) -> FloatArray:
    """Return the temperatures in K, shape (n_temperatures,); empty where none is known yet."""
    for product in (results.gathered, results.responses, results.efficiency):
        if product is not None:
            return product.temperatures_k
    return np.empty(0)


def selected_temperature(results: Results, view: ViewState) -> int | None:
    """Return the index of the temperature shown, None where there is none."""
    count = len(temperatures_of(results))
    return min(max(view.temperature, 0), count - 1) if count else None


def temperature_name(temperature_k: float) -> str:
    """Return a temperature as text, for instance ``80 K``."""
    return f"{plain(temperature_k, 0)} K"


def temperature_specs(temperatures_k: FloatArray) -> list[str]:
    """Return the colour name of every temperature, on one scale from the coldest to the hottest."""
    if not len(temperatures_k):
        return []
    low, high = float(np.min(temperatures_k)), float(np.max(temperatures_k))
    return [temperature_spec(float(value), low, high) for value in temperatures_k]


def selected_stack(results: Results, view: ViewState) -> int | None:
    """Return the index of the stack shown: the selected one, else the first of the selected temperature."""
    if results.gathered is None:
        return None
    t = selected_temperature(results, view)
    here = {stack.key: k for k, stack in enumerate(results.gathered.stacks) if stack.temperature == t}
    return here.get(view.stack, next(iter(here.values()), None))


def place_of(results: Results, k: int) -> tuple[int, int] | None:
    """Return temperature and column of a stack in the layout of the analysis; None where it has none."""
    if results.layout is None:
        return None
    found = np.argwhere(results.layout.valid & (results.layout.index == k))
    return (int(found[0, 0]), int(found[0, 1])) if len(found) else None


def stack_name(stack: Stack) -> str:
    """Return what a condition is called, for instance ``PL 457.0 nm``."""
    return f"{KINDS[stack.kind]} {plain(stack.excitation_nm, 1)} nm"


def stack_line(stack: Stack) -> str:
    """Return temperature, name and repeats of a condition on one line."""
    count = len(stack.members)
    noun = "repeat" if count == 1 else "repeats"
    return f"{temperature_name(stack.temperature_k)} · {stack_name(stack)} · {count} {noun}"


def why_missing(results: Results, otherwise: str, view: ViewState | None = None) -> str:
    """Return the first error of the analysis, or ``otherwise`` when it reports none.

    With a ``view``, the error is one of the selected temperature or of all of them, never of another one.
    """
    errors = [problem for problem in results.problems if problem.severity == "error"]
    t = None if view is None else selected_temperature(results, view)
    if t is not None:
        names = [temperature_name(value) for value in temperatures_of(results)]
        here = names.pop(t)
        errors = [one for one in errors if not _names_any(one.where, names)]
        errors.sort(key=lambda one: not _names_any(one.where, [here]))
    return f"{errors[0].where}: {errors[0].message}" if errors else otherwise


def _names_any(place: str, names: list[str]) -> bool:
    return any(re.search(rf"(?<!\d){re.escape(name)}(?!\w)", place) for name in names)


def intensity_unit(stacks: tuple[Stack, ...], settings: CorrectionSettings) -> str:
    """Return the unit of corrected spectra; exposure and power count only where all carry them."""
    conditions = [spectrum.condition for stack in stacks for spectrum in stack.members]
    parts = ["nm"]
    if settings.divide_by_exposure and all(condition.exposure_s is not None for condition in conditions):
        parts.append("s")
    if settings.divide_by_power and all(condition.power_uw is not None for condition in conditions):
        parts.append("µW")
    return "counts/nm" if len(parts) == 1 else f"counts/({' '.join(parts)})"


def quantum_yield(fit: EfficiencyFit, t: int) -> Estimate:
    """Return the quantum yield of a temperature with its 68 % interval, where that is closed."""
    ends = float(fit.quantum_yield_low[t]), float(fit.quantum_yield_high[t])
    low, high = ends if all(map(math.isfinite, ends)) else (None, None)
    return Estimate(float(fit.quantum_yield[t]), float(fit.quantum_yield_error[t]), "", low, high)


def efficiency_at(fit: EfficiencyFit, t: int, j: int) -> Estimate:
    """Return η of one excitation with its 68 % interval; not determined (NaN) where the interval is open."""
    ends = float(fit.eta_low[t, j]), float(fit.eta_high[t, j])
    if not all(map(math.isfinite, ends)):
        return Estimate(math.nan, math.nan)
    return Estimate(float(fit.eta[t, j]), float(fit.eta_error[t, j]), "", *ends)
