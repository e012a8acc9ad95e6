"""What stands around the pictures of the overview: words, ranges, and what stands back."""

from collections.abc import Callable, Sequence

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.plots.crowd import Crowd
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.literature import literature_bands
from asplab.gui.plots.result_pictures import CrowdPicture, temperature_color
from asplab.gui.plots.spectra_picture import stack_words, temperatures_of
from asplab.gui.widgets.numerals import measured, plain

Range = tuple[float, float]
_REACH = 0.5
"""Parts of the range of ħω by which it may be widened for what was published."""


# --- words: the whole of them, then what stands in where there is less room --------------------------------
def spectra_words(results: Results, t: int, stack: Stack | None) -> tuple[str, ...]:
    """Return temperature and reference energy, and whether what is seen is excluded."""
    temperatures = temperatures_of(results)
    if not 0 <= t < temperatures.size:
        return ("",)
    name = f"{plain(temperatures[t], 0)} K"
    energy = ""
    if results.energies is not None:
        value, error = results.energies.reference_mev[t], results.energies.reference_error_mev[t]
        energy = f"E<sub>g</sub> = {measured(Estimate(float(value), float(error), 'meV'))} meV"
    excluded = (
        tr("{stack_words} is excluded", stack_words=stack_words(stack))
        if stack is not None and stack.excluded is not None
        else ""
    )
    whole = " · ".join(words for words in (name, energy, excluded) if words)
    return (whole, excluded, "excluded") if excluded else (whole, energy or name, name)


def yield_words(fit: EfficiencyFit | None, t: int) -> tuple[str, ...]:
    """Return the quantum yield of a temperature with its 68 % interval."""
    if fit is None or fit.responses is None or t >= fit.quantum_yield.size:
        return ("",)
    columns = (fit.quantum_yield, fit.quantum_yield_error, fit.quantum_yield_low, fit.quantum_yield_high)
    value, error, low, high = (float(column[t]) for column in columns)
    closed = np.isfinite(low) and np.isfinite(high)
    number = measured(Estimate(value, error, "", low if closed else None, high if closed else None))
    return f"QY = {number}" + (tr(" · shared") if fit.is_shared else ""), f"QY = {number}", number


def temperature_words(temperatures_k: FloatArray, t: int, theme: Theme) -> tuple[str, ...]:
    """Return the colours of the first, the chosen and the last temperature."""
    marks: dict[int, tuple[str, str]] = {}
    for other in sorted({0, t, temperatures_k.size - 1} & set(range(temperatures_k.size))):
        dot, number = _dot(temperatures_k, other, theme), plain(temperatures_k[other], 0)
        marks[other] = tuple(f"{dot} <b>{w}</b>" if other == t else f"{dot} {w}" for w in (f"{number} K", number))
    whole, bare = (" &nbsp; ".join(mark[i] for mark in marks.values()) for i in (0, 1))
    return whole, f"{bare} K", marks[t][0] if t in marks else ""


def polaron_words(fit: PolaronFit | None, t: int, theme: Theme) -> tuple[str, ...]:
    """Return what the symbols in the plane of g and ħω are."""
    if fit is None or t >= len(fit.temperatures_k):
        return ("",)
    name = f"{_dot(fit.temperatures_k, t, theme)} {plain(fit.temperatures_k[t], 0)} K"
    named = tr("{name} &nbsp; ◆ joint", name=name) if np.isfinite(fit.phonon_mev[-1]) else name
    return f"{named} &nbsp; Eq. 9", named, name


def _dot(temperatures_k: FloatArray, t: int, theme: Theme) -> str:
    return f'<span style="color:{temperature_color(temperatures_k, t, theme)}">●</span>'


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
    return _with_literature(ranges[0]), ranges[1]


def _with_literature(phonon_mev: Range) -> Range:
    """Widen a range of ħω so that it holds the published bands close by, for comparison."""
    low, high = phonon_mev
    reach = _REACH * (high - low)
    for guide in literature_bands("phonon_energy", "x"):
        start, end = guide.low, guide.low if guide.high is None else guide.high
        if low - reach < start and end < high + reach:
            low, high = min(low, start - 0.1 * reach), max(high, end + 0.1 * reach)
    return low, high


# --- temperatures that stand back ------------------------------------------------------------------------
def display_crowd(
    layer: Crowd, crowd: CrowdPicture, lines_x: FloatArray | None, tip: Callable[[int, int], str]
) -> None:
    """Show the series of all temperatures that stand back; ``tip`` tells of the point of a series."""
    layer.display(
        crowd.x,
        crowd.y,
        crowd.colors,
        across=crowd.across,
        along=crowd.along,
        lines_x=lines_x,
        lines_y=crowd.lines_y,
        tip=tip,
    )
