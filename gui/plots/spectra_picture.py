"""What of the spectra stands in the overview: series, the selected condition and words, no widgets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray, wavelength_from_energy
from asplab.gui.language import tr
from asplab.gui.plots.series import Series
from asplab.gui.widgets.numerals import plain

_KNOWN_TO = 0.1
_SEEN = 0.5
_MOST_POINTS = 160
_LARGE_ERROR = 0.12
"""In units of the height of the band: more than this, and more is averaged for a point."""


# --- selection -----------------------------------------------------------------------------------------------
def temperatures_of(results: Results) -> FloatArray:
    """Return the temperatures that a selection counts through, empty where there are none."""
    for product in (results.gathered, results.efficiency, results.responses):
        if product is not None:
            return product.temperatures_k
    return np.empty(0)


def stack_index(results: Results, temperature: int, key: str) -> int | None:
    """Return the selected stack of a temperature, else one worth showing, else None."""
    corrected = results.corrected
    if corrected is None:
        return None
    here = [k for k, stack in enumerate(corrected.stacks) if stack.temperature == temperature]
    chosen = next((k for k in here if corrected.stacks[k].key == key), None)
    return chosen if chosen is not None else _deepest_seen(results, here)


def _deepest_seen(results: Results, here: Sequence[int]) -> int | None:
    """Return the deepest anti-Stokes stack that is clearly there, else any anti-Stokes one, else any."""
    stacks = results.corrected.stacks if results.corrected is not None else ()
    anti = [k for k in here if stacks[k].kind == "aspl" and stacks[k].excluded is None]
    known = _clearly_seen(results)
    clear = [k for k in anti if stacks[k].key in known]
    candidates = clear or anti[:1] or list(here)[:1]
    return max(candidates, key=lambda k: stacks[k].excitation_nm, default=None)


def _clearly_seen(results: Results) -> set[str]:
    responses = results.responses
    if responses is None:
        return set()
    n = responses.intensity.shape[1]
    error = np.sqrt(np.maximum(np.einsum("tii->ti", responses.covariance)[:, :n], 0.0))
    clear = responses.valid & (error < _KNOWN_TO * responses.intensity) & (responses.truncation > _SEEN)
    return {responses.keys[t][j] for t, j in zip(*np.nonzero(clear), strict=True)}


def stack_words(stack: Stack) -> str:
    """Return a condition in words: side and excitation."""
    return f"{stack.kind.upper()} {plain(stack.excitation_nm, 1)} nm"


# --- spectra -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class SpectraPicture:
    """Normalised spectra of one temperature: series to draw, the stack among them, and the range worth seeing."""

    series: tuple[Series, ...]
    stack: Stack | None
    band_nm: tuple[float, float] | None


def spectra_picture(results: Results, temperature: int, key: str) -> SpectraPicture:
    """Return the PL band, the selected condition scaled onto it, and the photothermal absorption."""
    k = stack_index(results, temperature, key)
    stack = results.corrected.stacks[k] if results.corrected is not None and k is not None else None
    template = results.bands.templates[temperature] if results.bands is not None else None
    series: list[Series] = []
    if template is not None:
        height = template.values / template.values.max()
        series.append(Series(color="pl", line_x=template.wavelength_nm, line_y=height, base=0.0))
        # A label without a curve: on the rising flank, where no handle's label stands.
        series.append(
            Series(color="pl", label="PL", label_at="peak", line_x=[template.extent_nm[0] - 14.0], line_y=[0.82])
        )
    band = template.extent_nm if template is not None else None
    series.extend(_photothermal_series(results, temperature, band))
    if k is not None:
        series.extend(_stack_series(results, temperature, k))
    if stack is not None and band is not None:
        # Beside the falling flank; the condition itself has no room for a label among its points.
        color = "aspl" if stack.kind == "aspl" else "pl"
        words = f"{stack.kind.upper()} {plain(stack.excitation_nm, 0)} nm"
        series.append(Series(color=color, label=words, label_at="start", line_x=[band[1]], line_y=[0.37]))
    return SpectraPicture(tuple(series), stack, band)


def _stack_series(results: Results, temperature: int, k: int) -> list[Series]:
    """Return the mean of one condition, averaged over a few pixels, scaled onto the band where it is seen."""
    corrected, bands = results.corrected, results.bands
    if corrected is None or bands is None:
        return []
    stack, (block_index, row) = corrected.stacks[k], corrected.place[k]
    block = corrected.blocks[block_index]
    level = 0.0
    if results.background is not None:
        level = float(np.mean(results.background.level[k, corrected.present[k]]))
    repeats = max(int(corrected.present[k].sum()), 1)
    low, high = bands.transmitted_nm[k]
    size = max(1, block.wavelength_nm.size // _MOST_POINTS)
    for bin_size in (size, 2 * size, 4 * size):
        x, y, error = _binned(block.wavelength_nm, block.mean[row] - level, block.variance[row] / repeats, bin_size)
        seen = (x >= low) & (x <= high)
        scale = _scale_onto_band(results, temperature, x, y, seen)
        # A weak signal shows in wider bins; in narrow ones its error bars fill the plot.
        if not seen.any() or np.median(error[seen]) * abs(scale) < _LARGE_ERROR:
            break
    words, width = stack_words(stack), float(np.ptp(block.wavelength_nm)) / max(x.size, 1)
    return [
        Series(
            color="aspl" if stack.kind == "aspl" else "pl",
            label="",
            x=x,
            y=y * scale,
            error=error * abs(scale),
            excluded=~seen,
            is_open=True,
            symbol_px=5.0,
            tips=[
                tr("{words} · {nm} nm · mean over {width} nm", words=words, nm=plain(value, 1), width=plain(width, 1))
                for value in x
            ],
        )
    ]


def _binned(x: FloatArray, y: FloatArray, variance: FloatArray, size: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    count = x.size // size
    folded = [part[: count * size].reshape(count, size) for part in (x, y, variance)]
    return folded[0].mean(1), folded[1].mean(1), np.sqrt(folded[2].sum(1)) / size


def _scale_onto_band(results: Results, t: int, x: FloatArray, y: FloatArray, seen: np.ndarray) -> float:
    """Return the factor that lays a spectrum onto the band of height 1; for noise, the one that makes it small."""
    template = results.bands.templates[t] if results.bands is not None else None
    shown = y[seen] if seen.any() else y
    largest = float(np.max(np.abs(shown), initial=0.0)) or 1.0
    if template is None or not seen.any():
        return 1.0 / largest
    shape = np.interp(x, template.wavelength_nm, template.values / template.values.max(), 0.0, 0.0) * seen
    weight = float(shape @ shape)
    height = float(shape @ np.where(seen, y, 0.0)) / weight if weight > 0 else 0.0
    noise = float(np.std(y[seen] - height * shape[seen])) / np.sqrt(weight) if weight > 0 else np.inf
    return 1.0 / height if height > 3.0 * noise else 0.5 / largest


def _photothermal_series(results: Results, t: int, band: tuple[float, float] | None) -> list[Series]:
    scans, absorbed = results.scans, results.absorbed
    scan = scans.sets[t] if scans is not None else None
    baseline = absorbed.baselines[t] if absorbed is not None else None
    if scan is None:
        return []
    volts = scan.volts.mean(axis=0) - (baseline.volts if baseline is not None else 0.0)
    signal = volts / scan.power_uw
    medium = results.document.settings.energies.medium
    wavelength = np.asarray(wavelength_from_energy(scan.energy_mev, medium=medium))
    inside = wavelength > (band[0] - 60.0 if band is not None else 0.0)
    highest = float(np.max(signal[inside], initial=0.0))
    if highest <= 0:
        return []
    order = np.argsort(wavelength)
    order = order[inside[order]]
    x, y = wavelength[order], signal[order] / highest
    # Where the curve is falling, the place right above it is free.
    place = order.size // 6
    return [
        Series(color="pa", line_x=x, line_y=y),
        Series(color="pa", label="PA", label_at="peak", line_x=[x[place]], line_y=[y[place]]),
    ]
