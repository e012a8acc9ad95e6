"""What stands around the pictures of the overview: the words above them, and the ranges that they open with."""

from collections.abc import Sequence

import numpy as np

from asplab.core.efficiency import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.grouping import Stack
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.units import FloatArray
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.result_pictures import CrowdPicture, temperature_color
from asplab.gui.plots.spectra_picture import stack_words, temperatures_of
from asplab.gui.theme import Theme
from asplab.gui.widgets.numerals import measured, plain

Range = tuple[float, float]


# --- words -------------------------------------------------------------------------------------------------
def spectra_words(results: Results, t: int, stack: Stack | None) -> str:
    """Return temperature and reference energy, and whether what is seen is excluded."""
    temperatures = temperatures_of(results)
    if not 0 <= t < temperatures.size:
        return ""
    words = [f"{plain(temperatures[t], 0)} K"]
    if results.energies is not None:
        value, error = results.energies.reference_mev[t], results.energies.reference_error_mev[t]
        words.append(f"E<sub>g</sub> = {measured(Estimate(float(value), float(error), 'meV'))} meV")
    if stack is not None and stack.excluded is not None:
        words.append(f"{stack_words(stack)} is excluded")
    return " · ".join(words)


def yield_words(fit: EfficiencyFit | None, t: int) -> str:
    """Return the quantum yield of a temperature with its 68 % interval."""
    if fit is None or t >= fit.quantum_yield.size:
        return ""
    columns = (fit.quantum_yield, fit.quantum_yield_error, fit.quantum_yield_low, fit.quantum_yield_high)
    value, error, low, high = (float(column[t]) for column in columns)
    closed = np.isfinite(low) and np.isfinite(high)
    found = Estimate(value, error, "", low if closed else None, high if closed else None)
    return f"QY = {measured(found)}" + (" · shared" if fit.is_shared else "")


def temperature_words(temperatures_k: FloatArray, t: int, theme: Theme) -> str:
    """Return the colours of the first, the chosen and the last temperature."""
    marks = []
    for other in sorted({0, t, temperatures_k.size - 1} & set(range(temperatures_k.size))):
        color = temperature_color(temperatures_k, other, theme)
        words = f"{plain(temperatures_k[other], 0)} K"
        marks.append(f'<span style="color:{color}">●</span> ' + (f"<b>{words}</b>" if other == t else words))
    return " &nbsp; ".join(marks)


def polaron_words(fit: PolaronFit | None, t: int, theme: Theme) -> str:
    """Return what the symbols in the plane of g and ħω are."""
    if fit is None or t >= len(fit.temperatures_k):
        return ""
    color = temperature_color(fit.temperatures_k, t, theme)
    joint = "◆ joint &nbsp; " if np.isfinite(fit.phonon_mev[-1]) else ""
    return f'<span style="color:{color}">●</span> {plain(fit.temperatures_k[t], 0)} K &nbsp; {joint}Eq. 9'


# --- ranges ------------------------------------------------------------------------------------------------
def spectra_range(band_nm: Range | None, window_nm: Range | None) -> Range | None:
    """Return wavelengths around band and window; a window far beyond the band must not squeeze it."""
    if band_nm is None or window_nm is None:
        return None
    low, high = min(band_nm[0] - 50.0, window_nm[0] - 8.0), max(band_nm[1] + 45.0, window_nm[1] + 8.0)
    return max(low, band_nm[0] - 160.0), min(high, band_nm[1] + 120.0)


def largest_detuning(fit: EfficiencyFit | None) -> float:
    """Return the right end of the axis of ΔE, in meV."""
    values = fit.detuning_mev[np.isfinite(fit.detuning_mev)] if fit is not None else np.empty(0)
    return 1.06 * float(np.max(values, initial=20.0))


def eta_range(fit: EfficiencyFit | None) -> Range:
    """Return the range of η that holds what is known."""
    if fit is None:
        return -0.1, 1.15
    sure = fit.valid & np.isfinite(fit.eta) & (fit.eta_error < 0.5)
    low, high = (float(f(fit.eta[sure], initial=start)) for f, start in ((np.min, -0.1), (np.max, 1.12)))
    return max(low, -0.4), min(high, 2.0)


def polaron_range(series: Sequence[Series], crowd: CrowdPicture | None) -> tuple[Range | None, Range | None]:
    """Return ranges of ħω and g that hold contours and intervals, unless one of them runs far away."""
    owned = [one for one in series if not one.is_dashed]
    if not owned or crowd is None:
        return None, None
    ranges = []
    for name, others in (("x", crowd.x), ("y", crowd.y)):
        points = np.concatenate([np.asarray(getattr(one, name), float) for one in owned])
        lines = [np.asarray(getattr(one, f"line_{name}"), float) for one in owned]
        values = np.concatenate([points, *lines, others.ravel()])
        values = values[np.isfinite(values)]
        low, high = max(float(values.min()), 0.0), min(float(values.max()), 3.0 * float(np.median(points)))
        ranges.append((low - 0.15 * (high - low), high + 0.3 * (high - low)))
    return ranges[0], ranges[1]
