"""How good the photothermal signal of each condition is."""

import numpy as np

from asplab.core.appraisal.measured_health import FLAGGED, Found, by_stack, found, size_of, unknown
from asplab.core.appraisal.trend_words import why_no_trend
from asplab.core.drift.reference_lines import BEYOND_SIGMA
from asplab.core.efficiency.stage import SIGNIFICANT
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.core.scans.overload import overloaded_points
from asplab.core.statistics.chance import told_from
from asplab.core.units import HC_MEV_NM

_SNR = (
    "Photothermal signal above its baseline in units of the standard error that noise, baseline and power leave in its "
    f"mean; negative is net cooling. Within ±{SIGNIFICANT:g} it is not told from zero."
)
_SATURATED = (
    "Part of the scans in which the lock-in was at its full scale in the points that are read at the excitation. "
    "Any is told as a problem."
)
_DRIFT = (
    "Significance of a trend from scan to scan beside what all excitations of the temperature share, which cancels. "
    f"Told where chance alone would bring one in the whole experiment with the probability of {BEYOND_SIGMA:g}σ."
)
_NO_SCAN = "there is no photothermal scan at its temperature"


def heat_snr(results: Results) -> Found:
    """Return the mean photothermal signal at each excitation over its standard error."""
    absorbed = results.absorbed
    if absorbed is None:
        return unknown(results, _SNR, "the photothermal signal was not read")
    scans = np.array([1 if part is None else len(part) for part in absorbed.per_scan])[:, None]
    variance = by_stack(results, np.einsum("tii->ti", absorbed.noise) / scans + np.einsum("tii->ti", absorbed.shared))
    safe = np.sqrt(np.where(variance > 0.0, variance, np.nan))
    value, is_hidden = absorbed.mean / safe, np.zeros(size_of(results), dtype=bool)
    why = [""] * size_of(results)
    for k, stack in enumerate(_stacks(results)):
        is_there = absorbed.per_scan[stack.temperature] is not None
        is_hidden[k] = is_there and bool(np.isnan(absorbed.mean[k]))
        why[k] = "no scan can be read there" if is_hidden[k] else "its scans show no noise" if is_there else _NO_SCAN
    return found(
        value,
        _SNR,
        why=why,
        beyond=np.abs(np.nan_to_num(value, nan=np.inf)) < SIGNIFICANT,
        level_beyond=FLAGGED,
        is_lost=is_hidden,
        limit=SIGNIFICANT,
        detail=absorbed.mean,
        detail_error=safe,
    )


def heat_saturation(results: Results) -> Found:
    """Return the part of the scans that are at full scale where an excitation reads them."""
    gathered, settings = results.gathered, results.document.settings.scans
    if gathered is None:
        return unknown(results, _SATURATED, "there are no scans")
    hits = [[(scan.excitation_nm, overloaded_points(scan, settings)) for scan in own] for own in gathered.scans]
    value, why = np.full(size_of(results), np.nan), [_NO_SCAN] * size_of(results)
    for k, stack in enumerate(_stacks(results)):
        half_nm = settings.half_width_mev * stack.excitation_nm**2 / HC_MEV_NM
        read = [
            (hit, np.abs(axis - stack.excitation_nm) <= max(half_nm, float(np.median(np.diff(axis)))))
            for axis, hit in hits[stack.temperature]
        ]
        there = [bool((hit & near).any()) for hit, near in read if near.any()]
        if there:
            value[k] = sum(there) / len(there)
        elif read:
            why[k] = "no scan reaches it"
    return found(value, _SATURATED, why=why, beyond=value > 0.0, limit=0.0)


def heat_drift(results: Results) -> Found:
    """Return the significance of the trend from scan to scan that each excitation has of its own."""
    drift, absorbed = results.drift, results.absorbed
    if drift is None or absorbed is None:
        return unknown(results, _DRIFT, "trends were not looked for")
    trends, tested = drift.heat.trends, int(np.isfinite(drift.heat.trends.own_sigma).sum())
    words = why_no_trend(results, trends)
    for k, stack in enumerate(_stacks(results)):
        if absorbed.per_scan[stack.temperature] is None:
            words[k] = _NO_SCAN
    return found(
        by_stack(results, trends.own_sigma),
        _DRIFT,
        why=words,
        beyond=by_stack(results, drift.heat.is_beyond.astype(float)) == 1.0,
        limit=told_from(tested),
        detail=by_stack(results, trends.own),
        detail_error=by_stack(results, trends.own_error),
    )


def _stacks(results: Results) -> tuple[Stack, ...]:
    return () if results.corrected is None else results.corrected.stacks
