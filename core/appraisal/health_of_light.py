"""How good the emission spectra of each condition are."""

import numpy as np

from asplab.core.appraisal.checks import hidden_part
from asplab.core.appraisal.measured_health import FLAGGED, Found, by_stack, found, size_of, unknown
from asplab.core.appraisal.trend_words import why_no_trend
from asplab.core.efficiency.stage import SIGNIFICANT, TRUNCATED_BELOW
from asplab.core.pipeline import Results
from asplab.core.shape.check import BEYOND_SIGMA
from asplab.core.statistics.chance import told_from

_SNR = (
    "Emission in units of the standard error that noise, dark frames and the band's shape leave in its mean; drift "
    f"between repeats is apart. Below {SIGNIFICANT:g} it is not told from noise."
)
_SATURATED = (
    "Part of the repeats that the detector cut off between the cutoffs. Any is told as a problem; where all are, the "
    "intensity is a lower limit and the condition leaves the fits."
)
_DRIFT = (
    "Significance of a trend over the repeats beside what all excitations of the temperature share, which cancels. "
    f"Told where chance alone would bring one in the whole experiment with the probability of {BEYOND_SIGMA:g}σ."
)
_HIDDEN = (
    "Part of the band that the filters hide; it is supplied from the band's shape. η is flagged above "
    f"{100 * (1 - TRUNCATED_BELOW):.0f} %."
)
_SHAPE = (
    "Significance of a difference between the spectrum and the band's shape from (the other) PL of its temperature. "
    f"Told where chance alone would bring one in all of its kind with the probability of {BEYOND_SIGMA:g}σ."
)
_LOST = "nothing of the band lies between its cutoffs, in the window"


def light_snr(results: Results) -> Found:
    """Return the mean emission of each condition over its standard error."""
    emission, corrected = results.emission, results.corrected
    if emission is None or corrected is None:
        return unknown(results, _SNR, "the emission was not integrated")
    shared = by_stack(results, np.einsum("tii->ti", emission.shared))
    variance = emission.factor**2 * emission.noise_variance / corrected.present.sum(axis=1) + shared
    is_lost = np.isnan(emission.mean)
    safe = np.where(variance > 0.0, variance, np.nan)
    value = emission.mean / np.sqrt(safe)
    return found(
        value,
        _SNR,
        why=[_LOST if lost else "its repeats show no noise" for lost in is_lost],
        beyond=np.nan_to_num(value, nan=np.inf) < SIGNIFICANT,
        level_beyond=FLAGGED,
        is_lost=is_lost,
        limit=SIGNIFICANT,
        detail=emission.mean,
        detail_error=np.sqrt(safe),
    )


def light_saturation(results: Results) -> Found:
    """Return the part of the repeats that are saturated where the filters transmit."""
    corrected = results.corrected
    if corrected is None:
        return unknown(results, _SATURATED, "the spectra were not corrected")
    hit = np.array([len(one.left_out) + len(one.saturated) for one in corrected.treatments], dtype=float)
    every = np.array(
        [len(s.members) + len(one.left_out) for s, one in zip(corrected.stacks, corrected.treatments, strict=True)]
    )
    return found(
        hit / every, _SATURATED, why=[""] * hit.size, beyond=hit > 0, is_lost=(hit == every) & (hit > 0), limit=0.0
    )


def light_drift(results: Results) -> Found:
    """Return the significance of the trend that each condition has of its own."""
    drift = results.drift
    if drift is None:
        return unknown(results, _DRIFT, "trends were not looked for")
    trends, tested = drift.light.trends, int(np.isfinite(drift.light.trends.own_sigma).sum())
    return found(
        by_stack(results, trends.own_sigma),
        _DRIFT,
        why=why_no_trend(results, trends),
        beyond=by_stack(results, drift.light.is_beyond.astype(float)) == 1.0,
        limit=told_from(tested),
        detail=by_stack(results, trends.own),
        detail_error=by_stack(results, trends.own_error),
    )


def hidden(results: Results) -> Found:
    """Return the part of the band that the filters hide, with the error from that of the band's shape."""
    bands, emission = results.bands, results.emission
    if bands is None or emission is None:
        return unknown(results, _HIDDEN, "the emission was not integrated")
    size = size_of(results)
    value, error = np.full(size, np.nan), np.full(size, np.nan)
    why = [""] * size
    for k, stack in enumerate(bands.corrected.stacks):
        part = hidden_part(bands, emission, results.document.settings.integration, k)
        if part is not None:
            value[k], error[k] = part.fraction, part.error
        elif bands.templates[stack.temperature] is None:
            why[k] = "no PL of its temperature shows the band's shape"
        else:
            why[k] = _LOST
    return found(
        value,
        _HIDDEN,
        why=why,
        beyond=value > 1.0 - TRUNCATED_BELOW,
        limit=1.0 - TRUNCATED_BELOW,
        level_beyond=FLAGGED,
        error=error,
    )


def shape(results: Results) -> Found:
    """Return the significance of a difference in shape."""
    test, bands = results.shape_test, results.bands
    if test is None or bands is None:
        return unknown(results, _SHAPE, "the shape test has not run")
    stacks, limit = bands.corrected.stacks, np.full(size_of(results), np.nan)
    kinds = np.array([stack.kind for stack in stacks])
    for kind in ("pl", "aspl"):
        limit[kinds == kind] = told_from(int(np.isfinite(test.significance[kinds == kind]).sum()))
    why = [
        "it is excluded"
        if stack.excluded
        else "no PL of its temperature shows the band's shape"
        if bands.templates[stack.temperature] is None
        else "there are fewer than three repeats, of it or of a PL it is compared with, or too little in common"
        for stack in stacks
    ]
    return found(
        test.significance,
        _SHAPE,
        why=why,
        beyond=test.is_beyond,
        limit=limit,
        detail=test.shift_mev,
        detail_error=test.shift_error_mev,
    )
