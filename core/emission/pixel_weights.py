"""Band intensities as explicit weights per pixel: any estimator and background that is linear in the spectrum."""

import numpy as np

from asplab.core.corrections import Block, Corrected
from asplab.core.emission.band import Bands, Template
from asplab.core.emission.prefix_sums import range_weights
from asplab.core.grouping.layout import Layout
from asplab.core.settings import IntegrationSettings
from asplab.core.units import FloatArray


def pixel_weights(bands: Bands, window: FloatArray, settings: IntegrationSettings) -> list[FloatArray]:
    """Return the weights per pixel of each stack for the estimator and background that are set."""
    corrected = bands.corrected
    weights = []
    for k, stack in enumerate(corrected.stacks):
        block = corrected.blocks[corrected.place[k, 0]]
        template = bands.templates[stack.temperature]
        inside = (block.wavelength_nm >= window[k, 0]) & (block.wavelength_nm <= window[k, 1])
        if settings.estimator == "template" and template is not None and inside.sum() > 5:
            weights.append(_template_weights(block, template, inside, settings))
        else:
            weights.append(_line_weights(block, bands, k, window[k]))
    return weights


def _template_weights(
    block: Block, template: Template, inside: np.ndarray, settings: IntegrationSettings
) -> FloatArray:
    """Return the least-squares amplitude of band shape + line, times the area of the band that is inside."""
    axis = block.wavelength_nm[inside]
    shape = np.interp(axis, template.wavelength_nm, template.values)
    centred = (axis - axis.mean()) / max(float(np.ptp(axis)), 1e-9)
    design = np.column_stack([shape, np.ones(axis.size), centred])
    weights = np.zeros(block.wavelength_nm.size)
    area = float(np.sum(shape * np.gradient(block.wavelength_nm)[inside]))
    weights[inside] = np.linalg.pinv(design)[0] * area
    return weights


def _line_weights(block: Block, bands: Bands, k: int, window: FloatArray) -> FloatArray:
    """Return window weights minus what they take from the fitted background line or constant."""
    axis = block.wavelength_nm
    weights = range_weights(axis, window)
    regions = bands.background_nm[k]
    chosen = np.any([(axis >= low) & (axis <= high) for low, high in regions if high > low] or [axis < -1.0], axis=0)
    if bands.settings.baseline == "none" or not chosen.any():
        return weights
    centre = axis[chosen].mean()
    columns = [np.ones(axis.size)] + ([axis - centre] if bands.settings.baseline == "line" else [])
    design = np.column_stack(columns)
    weights[chosen] -= (weights @ design) @ np.linalg.pinv(design[chosen])
    return weights


def weighted_sums(
    corrected: Corrected, layout: Layout, weights: list[FloatArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return weighted sums per repeat, their noise variance, and the dark covariance by temperature."""
    n_t, n = layout.index.shape
    per_repeat = np.zeros(corrected.present.shape)
    noise = np.zeros(len(corrected.stacks))
    spread: list[FloatArray] = []
    for k, weight in enumerate(weights):
        block = corrected.blocks[corrected.place[k, 0]]
        row = corrected.place[k, 1]
        per_repeat[k] = weight @ block.intensity[row]
        noise[k] = weight**2 @ block.variance[row]
        spread.append(weight * np.sqrt(block.dark_variance[row]))
    covariance = np.zeros((n_t, n, n))
    common = corrected.frame_correlation
    for t in range(n_t):
        for i in np.flatnonzero(layout.valid[t]):
            for j in np.flatnonzero(layout.valid[t]):
                a, b = layout.index[t, i], layout.index[t, j]
                if common[a, b]:
                    covariance[t, i, j] = common[a, b] * (spread[a] @ spread[b])
    return per_repeat, noise, covariance


def seen_by_weights(
    bands: Bands, layout: Layout, weights: list[FloatArray], settings: IntegrationSettings
) -> tuple[FloatArray, FloatArray]:
    """Return what the weights see of the band, as fraction of the window, and its relative covariance."""
    corrected = bands.corrected
    n_t, n = layout.index.shape
    seen = np.ones(len(weights))
    covariance = np.zeros((n_t, n, n))
    for t, template in enumerate(bands.templates):
        columns = np.flatnonzero(layout.valid[t])
        if template is None or not columns.size:
            continue
        axis = template.wavelength_nm
        ends = np.clip(settings.window_nm, axis[0], axis[-1])
        whole = range_weights(axis, ends)
        area = whole @ template.values
        relative = []
        for k in layout.index[t, columns]:
            own = np.interp(axis, corrected.blocks[corrected.place[k, 0]].wavelength_nm, weights[k])
            part = own @ template.values
            seen[k] = part / area if area > 0 else np.nan
            relative.append(own / part - whole / area if part > 0 and area > 0 else np.zeros(axis.size))
        rows = np.array(relative)
        covariance[t][np.ix_(columns, columns)] = (rows * template.variance) @ rows.T
    return seen, covariance
