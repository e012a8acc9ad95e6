"""Pieces of scans joined where they overlap, with a factor whose error the further side shares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.grouping.repeats import additive_variance
from asplab.core.photothermal.coarse_steps import interpolate
from asplab.core.problems import Problem
from asplab.core.scans.matching import Match, match, spline_weights
from asplab.core.scans.power import NOISE_POINTS, PowerReadings, pooled
from asplab.core.scans.sets import Seam
from asplab.core.units import FloatArray, energy_from_wavelength

_SAME_NM = 0.02
_FEWEST_POINTS = 2
"""Points of an overlap: coarse steps leave no more, strong signal tells the factor by few, and two check each other."""
_POOREST = 0.2
"""Relative error of a factor beyond which the overlap is taken to tell nothing."""
_OTHER_POWER = 0.05
"""Difference of the powers from which a pick-up, which does not follow the power, needs an offset."""
_DIFFERS = 5.0
"""Standard deviations of χ² per degree of freedom from which two pieces are said to differ by more than a factor."""
_OFFSET_IS_SEEN = 9.0
"""Gain in χ² beyond which an offset is taken to be there."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What all repeats recorded over one range, or over several that were joined.

    Attributes
    ----------
    axis_nm : ndarray, shape (n_points,)
    volts : ndarray, shape (n_scans, n_points)
    quadrature : ndarray, same shape, or None
    power : PowerReadings or None
        None where nothing is divided by it.
    noise : ndarray, shape (n_points,)
        Variance of one scan's voltage.
    sensitivities_v : tuple of float or None
        Full scale of the lock-in in each scan; of the furthest piece where several are joined.
    cuts : tuple of int
        Where a further piece begins.
    errors_v, power_errors : ndarray, shape (rank, n_points)
        What the factors leave uncertain of the mean signal and of the power.
    """

    axis_nm: FloatArray
    volts: FloatArray
    quadrature: FloatArray | None
    power: PowerReadings | None
    noise: FloatArray
    sensitivities_v: tuple[float | None, ...]
    cuts: tuple[int, ...]
    errors_v: FloatArray
    power_errors: FloatArray
    seams: tuple[Seam, ...] = ()


def trace(
    axis_nm: FloatArray,
    volts: FloatArray,
    quadrature: FloatArray | None,
    power: PowerReadings | None,
    sensitivities_v: tuple[float | None, ...],
) -> Trace:
    """Return the trace of one piece."""
    none = np.zeros((0, axis_nm.size))
    noise = pooled(additive_variance(volts))
    return Trace(axis_nm, volts, quadrature, power, noise, sensitivities_v, (), none, none)


def join(pieces: Sequence[Trace], place: str, problems: list[Problem], *, stitch: bool) -> Trace:
    """Join pieces by rising wavelength, each to what is joined already; without ``stitch`` as they are.

    Pieces whose overlap does not tell the factor are not joined: the longer side stays and the other is named.
    """
    whole = pieces[0]
    for piece in pieces[1:]:
        joined = _stitched(whole, piece, place, problems) if stitch else _abutted(whole, piece)
        if joined is None:
            longer, left = (whole, piece) if np.ptp(whole.axis_nm) >= np.ptp(piece.axis_nm) else (piece, whole)
            problems.append(_apart(left, longer, place))
            joined = longer
        whole = joined
    return whole


def _apart(left: Trace, kept: Trace, place: str) -> Problem:
    message = (
        f"the pieces {_range(kept.axis_nm)} and {_range(left.axis_nm)} of the scans have no overlap of "
        f"{_FEWEST_POINTS} points with signal, so their scales can't be compared; {_range(left.axis_nm)} is left out. "
        "Record pieces that overlap where there is signal, or switch off the stitching to join them as they are."
    )
    return Problem("error", place, message)


def _range(axis_nm: FloatArray) -> str:
    return f"{axis_nm[0]:.1f}-{axis_nm[-1]:.1f} nm"


def _abutted(first: Trace, further: Trace) -> Trace:
    """Join two pieces as they are, in the middle of their overlap."""
    at = 0.5 * (first.axis_nm[-1] + further.axis_nm[0])
    seam = Seam(float(at), (float(further.axis_nm[0]), float(first.axis_nm[-1])))
    return _joined(first, further, at, seam)


def _stitched(first: Trace, further: Trace, place: str, problems: list[Problem]) -> Trace | None:
    """Scale the further piece to the first in their overlap and join them; None where the overlap tells nothing."""
    low, high = further.axis_nm[0] - _SAME_NM, first.axis_nm[-1] + _SAME_NM
    here = np.flatnonzero(first.axis_nm >= low)
    there = np.flatnonzero(further.axis_nm <= high)
    if here.size < _FEWEST_POINTS or there.size < _FEWEST_POINTS:
        return None
    read = spline_weights(further.axis_nm, np.clip(first.axis_nm[here], further.axis_nm[0], further.axis_nm[-1]))
    ratio, ratio_error = _power_ratio(first, further, here, read)
    scaled, rows, seams = further.volts.copy(), [], []
    quadrature = None if further.quadrature is None else further.quadrature.copy()
    for mine in _like_gain(first, further):
        found = _match(first, further, here, mine, abs(ratio - 1.0) > _OTHER_POWER)
        relative = float(np.sqrt(found.covariance[0, 0])) / abs(found.factor)
        if not relative < _POOREST:
            return None
        found = _widened(found, first, further, place, problems)
        scaled[mine] = found.factor * further.volts[mine] + found.offset_v
        if quadrature is not None and first.quadrature is not None:
            quadrature[mine] *= found.factor
            if found.offset_v:
                rest = first.quadrature[mine][:, here].mean(axis=0) - read @ quadrature[mine].mean(axis=0)
                quadrature[mine] += float(np.mean(rest))
        share = mine.size / len(first.volts)
        rows.append(share * _error_rows(found, further.volts[mine].mean(axis=0)))
        seams.append(_seam(found, first, further, mine[0], ratio, ratio_error))
    gain = float(np.mean([seam.factor for seam in seams])) * ratio
    moved = replace(
        further,
        volts=scaled,
        quadrature=quadrature,
        noise=gain**2 * further.noise,
        power=_scaled_power(further.power, ratio),
        errors_v=np.concatenate(rows),
        power_errors=_power_row(further, ratio_error),
    )
    at = further.axis_nm[0] if moved.noise[there].mean() < first.noise[here].mean() else first.axis_nm[-1] + _SAME_NM
    return _joined(first, moved, float(at) - 0.5 * _SAME_NM, *seams)


def _power_ratio(first: Trace, further: Trace, here: np.ndarray, read: FloatArray) -> tuple[float, float]:
    """Return the power of the first piece over that of the further one in their overlap, and its standard error."""
    if first.power is None or further.power is None:
        return 1.0, 0.0
    ours, theirs = first.power.mean_uw[here], read @ further.power.mean_uw
    ratio = float(ours.sum() / theirs.sum())
    over = np.sum(read, axis=0)
    noise = first.power.variance[here].sum() / ours.sum() ** 2
    noise += (over**2) @ further.power.variance / theirs.sum() ** 2
    return ratio, ratio * float(np.sqrt(noise))


def _scaled_power(power: PowerReadings | None, ratio: float) -> PowerReadings | None:
    return None if power is None else PowerReadings(ratio * power.mean_uw, ratio**2 * power.variance)


def _power_row(further: Trace, error: float) -> FloatArray:
    """Return the error that the ratio of the powers leaves of the further piece's power, (1, n_points) or none."""
    if further.power is None or error == 0.0:
        return np.zeros((0, further.axis_nm.size))
    row: FloatArray = (error * further.power.mean_uw)[None, :]
    return row


def _like_gain(first: Trace, further: Trace) -> list[np.ndarray]:
    """Return the places of the repeats that share one factor: those with the same full scales in both pieces."""
    keys = list(zip(first.sensitivities_v, further.sensitivities_v, strict=True))
    return [np.flatnonzero([key == one for key in keys]) for one in dict.fromkeys(keys)]


def _match(first: Trace, further: Trace, here: np.ndarray, mine: np.ndarray, needs_offset: bool) -> Match:
    """Compare two pieces where the first one has its points; steps too coarse to read between them add to the noise."""
    level, error = further.volts[mine].mean(axis=0), np.sqrt(further.noise / mine.size)
    at = np.clip(first.axis_nm[here], further.axis_nm[0], further.axis_nm[-1])
    read = interpolate(energy_from_wavelength(further.axis_nm), level, error, energy_from_wavelength(at))
    ours, theirs = first.volts[mine][:, here].mean(axis=0), read.weights @ level
    noise = first.noise[here] / mine.size, read.weights**2 @ error**2 + read.lack**2
    plain = match(ours, noise[0], theirs, noise[1], with_offset=needs_offset)
    if needs_offset:
        return plain
    lifted = match(ours, noise[0], theirs, noise[1], with_offset=True)
    return lifted if plain.chi2 - lifted.chi2 > _OFFSET_IS_SEEN else plain


def _widened(found: Match, first: Trace, further: Trace, place: str, problems: list[Problem]) -> Match:
    """Widen the errors of a factor where the two pieces differ by more than their noise, and say so."""
    excess = found.chi2 / max(found.dof, 1)
    # The noise itself is known from few repeats.
    known_by = min(NOISE_POINTS, further.axis_nm.size) * max(len(first.volts) - 1, 1)
    if found.dof <= 0 or excess <= 1.0 + _DIFFERS * np.sqrt(2.0 / found.dof + 2.0 / known_by):
        return found
    message = (
        f"the pieces {_range(first.axis_nm)} and {_range(further.axis_nm)} of the scans differ in their overlap by "
        f"more than a factor (χ²/dof {excess:.1f}); the error of the factor is widened. "
        f"{_why_different(first, further)}"
    )
    problems.append(Problem("warning", place, message))
    return replace(found, covariance=excess * found.covariance)


def _why_different(first: Trace, further: Trace) -> str:
    """Return what to do where two pieces differ by more than a factor; one is read between its points, or on them."""
    at = first.axis_nm[first.axis_nm >= further.axis_nm[0] - _SAME_NM]
    if np.abs(at[:, None] - further.axis_nm).min(axis=1).max() > _SAME_NM:
        return "Record both on the same wavelengths: at an edge the scan is hard to read between its points."
    return "Compare their wavelengths and the time constant of the lock-in."


def _error_rows(found: Match, volts: FloatArray) -> FloatArray:
    """Return the errors of the scaled piece, (2, n_points), whose squares add up to the variance of the match."""
    size, axes = np.linalg.eigh(found.covariance)
    roots = (axes * np.sqrt(np.maximum(size, 0.0))).T
    rows: FloatArray = roots @ np.array([volts, np.ones_like(volts)])
    return rows


def _seam(found: Match, first: Trace, further: Trace, r: int, ratio: float, ratio_error: float) -> Seam:
    error = abs(found.factor / ratio) * float(
        np.hypot(np.sqrt(found.covariance[0, 0]) / abs(found.factor), ratio_error / ratio)
    )
    return Seam(
        at_nm=float(further.axis_nm[0]),
        overlap_nm=(float(further.axis_nm[0]), float(first.axis_nm[-1])),
        factor=found.factor / ratio,
        factor_error=error,
        offset_v=found.offset_v,
        offset_error_v=float(np.sqrt(found.covariance[1, 1])),
        chi2=found.chi2,
        dof=found.dof,
        same_gain=first.sensitivities_v[r] == further.sensitivities_v[r],
    )


def _joined(first: Trace, further: Trace, at_nm: float, *seams: Seam) -> Trace:
    """Take the first piece below ``at_nm`` and the further one from there on.

    What is uncertain of the first piece's end, on which the further one stands, is uncertain of it as well.
    """
    ours, theirs = first.axis_nm < at_nm, further.axis_nm >= at_nm

    def both(a: FloatArray, b: FloatArray) -> FloatArray:
        return np.concatenate([a[..., ours], b[..., theirs]], axis=-1)

    carried = _carried(first, further.volts.mean(axis=0))
    carried_power = np.zeros((len(first.power_errors), further.axis_nm.size))
    power = None
    if first.power is not None and further.power is not None:
        power = PowerReadings(
            both(first.power.mean_uw, further.power.mean_uw), both(first.power.variance, further.power.variance)
        )
        carried_power = first.power_errors[:, -1:] / first.power.mean_uw[-1] * further.power.mean_uw
    quadrature = None
    if first.quadrature is not None and further.quadrature is not None:
        quadrature = both(first.quadrature, further.quadrature)

    def beyond(rows: FloatArray) -> FloatArray:
        return np.concatenate([np.zeros((len(rows), int(ours.sum()))), rows[:, theirs]], axis=1)

    return Trace(
        axis_nm=both(first.axis_nm, further.axis_nm),
        volts=both(first.volts, further.volts),
        quadrature=quadrature,
        power=power,
        noise=both(first.noise, further.noise),
        sensitivities_v=further.sensitivities_v,
        cuts=(*first.cuts, int(ours.sum())),
        errors_v=np.concatenate([both(first.errors_v, carried), beyond(further.errors_v)]),
        power_errors=np.concatenate([both(first.power_errors, carried_power), beyond(further.power_errors)]),
        seams=(*first.seams, *(replace(seam, at_nm=float(further.axis_nm[theirs][0])) for seam in seams)),
    )


def _carried(first: Trace, further: FloatArray) -> FloatArray:
    """Return what the factors of earlier seams leave uncertain of a piece that is scaled to the last one.

    Each error is a multiple of the signal and a constant; both go on beyond the seam.
    """
    last = slice(first.cuts[-1] if first.cuts else 0, None)
    level = first.volts.mean(axis=0)[last]
    design = np.column_stack([level, np.ones_like(level)])
    size = np.abs(design).max(axis=0)
    size[size == 0.0] = 1.0
    parts = np.linalg.lstsq(design / size, first.errors_v[:, last].T, rcond=None)[0] / size[:, None]
    carried: FloatArray = parts.T @ np.array([further, np.ones_like(further)])
    return carried


def seam_problems(seams: Sequence[tuple[str, Seam]], *, stitch: bool) -> list[Problem]:
    """Say once how the pieces of all temperatures were joined, and once which offsets that took."""
    if not seams:
        return []
    places = list(dict.fromkeys(place for place, _ in seams))
    where = ", ".join(places) if len(places) <= 4 else f"{', '.join(places[:4])} … and {len(places) - 4} more"
    if not stitch:
        message = (
            f"{where}: the pieces of the scans are joined as they are; a factor between them stays in PA and in η. "
            "Switch on the stitching where they overlap."
        )
        return [Problem("warning", "photothermal scans", message)]
    factors = [(seam.factor, seam.factor_error) for _, seam in seams]
    low, high = min(factors), max(factors)
    worst = max(error / abs(factor) for factor, error in factors)
    text = f"{low[0]:.4g}" if low == high else f"{low[0]:.4g} to {high[0]:.4g}"
    moved = sum(seam.offset_v != 0.0 for _, seam in seams)
    shifted = f" {moved} of them needed an offset besides." if moved else ""
    message = (
        f"{where}: the scans were recorded in pieces and are stitched where they overlap, the further piece times "
        f"{text} at equal power (error up to {100 * worst:.2g} %, common to all readings beyond the seam).{shifted}"
    )
    problems = [Problem("info", "photothermal scans", message)]
    odd = [
        (place, seam)
        for place, seam in seams
        if seam.same_gain and abs(seam.factor - 1.0) > max(0.05, 5.0 * seam.factor_error)
    ]
    if odd:
        message = (
            f"{', '.join(dict.fromkeys(place for place, _ in odd))}: pieces of one stated sensitivity differ by a "
            f"factor of {odd[0][1].factor:.3g}. It is applied; check sensitivity_v, the power readings, and whether "
            "the probe or the focus was changed between the pieces."
        )
        problems.append(Problem("warning", "photothermal scans", message))
    return problems
