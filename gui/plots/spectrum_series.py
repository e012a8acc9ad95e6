"""One condition as series over wavelength: its data, the shape of the band, what is hidden, the background."""

import numpy as np

from asplab.core.appraisal.checks import FittedBand, fit_band, transmitted
from asplab.core.corrections import Corrected
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.plots.series import Series

_STRIP = 0.035


def stack_data(corrected: Corrected, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return axis, mean and repeats (n_repeats, n_pixels) of a stack."""
    block, row = corrected.blocks[corrected.place[k, 0]], corrected.place[k, 1]
    return block.wavelength_nm, block.mean[row], block.intensity[row][:, corrected.present[k]].T


def within(axis: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return which places of an axis lie between two ends."""
    inside: np.ndarray = (axis >= low) & (axis <= high)
    return inside


def band_height(results: Results, mean: np.ndarray, k: int) -> float:
    """Return the height of the whole band, hidden part included, in the units of the spectrum."""
    fitted = None if results.bands is None else fit_band(results.bands, k)
    if fitted is not None and fitted.is_seen:
        return fitted.height
    inside = mean if results.bands is None else mean[transmitted(results.bands, k)]
    return float(np.percentile(inside, 99.5)) if inside.size and inside.max() > 0 else 1.0


def scaled_mean(results: Results, corrected: Corrected, k: int) -> np.ndarray | None:
    """Return the mean spectrum in units of its band's height, level removed; None where the band is too weak."""
    fitted = None if results.bands is None else fit_band(results.bands, k)
    if results.bands is None or fitted is None or not fitted.is_seen:
        return None
    mean = stack_data(corrected, k)[1]
    result: np.ndarray = np.where(transmitted(results.bands, k), (mean - fitted.level) / fitted.height, np.nan)
    return result


def shape_series(
    results: Results, fitted: FittedBand, axis: np.ndarray, extent: np.ndarray, k: int, *, is_single: bool
) -> list[Series]:
    """The band's shape as a dashed line, what a cutoff hides of it inside the window shaded."""
    if not is_single:
        shape = (fitted.curve - fitted.level) / (fitted.height or 1.0)
        return [Series(color="muted", line_x=axis[extent], line_y=shape[extent], is_dashed=True)]
    series = [Series(color="muted", line_x=axis[extent], line_y=fitted.curve[extent], is_dashed=True)]
    if results.bands is None or fitted.height <= 0:
        return series
    low, high = results.document.settings.integration.window_nm
    open_low, open_high = results.bands.transmitted_nm[k]
    for start, end in ((low, min(open_low, high)), (max(open_high, low), high)):
        hidden = extent & within(axis, start, end)
        if hidden.sum() > 1:
            x, y = axis[hidden], fitted.curve[hidden]
            floor = np.full(x.size, fitted.level)
            series.append(Series("warn", tr("hidden part"), "peak", line_x=x, line_y=y, band_low=floor, band_high=y))
    return series


def background_series(results: Results, axis: np.ndarray, mean: np.ndarray, k: int) -> list[Series]:
    """Where the background is read without the user's windows: a quiet strip at its level."""
    settings = results.document.settings.background
    if results.bands is None or settings.windows_nm or settings.baseline == "none":
        return []
    height = _STRIP * band_height(results, mean, k)
    series: list[Series] = []
    for low, high in results.bands.background_nm[k]:
        inside = (axis >= low) & (axis <= high)
        if inside.any():
            level = float(mean[inside].mean())
            x, y = np.array([low, high]), np.full(2, level)
            label = "" if series else "background"
            series.append(
                Series("muted", label, "start", line_x=x, line_y=y, band_low=y - height, band_high=y + height)
            )
    return series
