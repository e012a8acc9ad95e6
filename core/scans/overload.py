"""Points at which the lock-in was at its full scale: what it shows there is not the signal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import binary_closing

from asplab.core.experiment import Scan
from asplab.core.problems import Problem
from asplab.core.scans.pieces import Piece
from asplab.core.settings import ScanSettings
from asplab.core.units import FloatArray

_FLAT_POINTS = 5
"""Equal readings in a row at the extreme of a scan that make a flat top."""
_CHANCE_POINTS = 3
"""Equal readings in a row elsewhere: the resolution of the file is so coarse that a run at the top tells nothing."""
_BETWEEN = 4
"""Twice as many points between overloaded ones leave with them: there only the noise kept below the full scale."""
_ROUNDING = 1e-9
_FEWEST_POINTS = 10


@dataclass(frozen=True, slots=True)
class Overloaded:
    """One range of one temperature: how many of its scans were at full scale there, and whether these were dropped."""

    place: str
    range_nm: tuple[float, float]
    scans: int
    of_scans: int
    points: int
    are_dropped: bool = False


def leave_out(
    piece: Piece, settings: ScanSettings, place: str, problems: list[Problem], *, is_whole: bool
) -> tuple[Piece, tuple[Overloaded, ...]]:
    """Return a piece without the points at which any of its scans was overloaded, and the ranges of these.

    They leave all scans alike, so that the mean and its noise are those of the same repeats everywhere. Of whole scans
    (``is_whole``) less than half of which were overloaded, these are dropped instead, where two remain.
    """
    hits = [overloaded_points(scan, settings).astype(float) for scan in piece.scans]
    masks = np.array([piece.on_axis(scan, hit) > 0.0 for scan, hit in zip(piece.scans, hits, strict=True)])
    if not masks.any():
        return piece, ()
    struck = np.asarray(masks.any(axis=1))
    drops = bool(is_whole and settings.leave_out_overload and 2 * struck.sum() < struck.size and (~struck).sum() > 1)
    hit = binary_closing(np.pad(masks.any(axis=0), _BETWEEN), iterations=_BETWEEN)[_BETWEEN:-_BETWEEN]
    if np.count_nonzero(~hit) < _FEWEST_POINTS and not drops:
        message = (
            f"{np.count_nonzero(hit)} of {hit.size} points of the photothermal scans are at the full scale of the "
            "lock-in, so nothing would be left; they are kept. Check sensitivity_v, which is in volts, where it is "
            "stated; else measure with a larger full scale."
        )
        problems.append(Problem("warning", place, message))
        return piece, ()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], hit.astype(int), [0]])))
    found = tuple(
        Overloaded(
            place,
            (float(piece.axis_nm[a]), float(piece.axis_nm[b - 1])),
            int(masks[:, a:b].any(axis=1).sum()),
            len(masks),
            int(b - a),
            drops,
        )
        for a, b in edges.reshape(-1, 2)
    )
    if not settings.leave_out_overload:
        return piece, found
    if drops:
        kept = (scan for scan, is_struck in zip(piece.scans, struck, strict=True) if not is_struck)
        return replace(piece, scans=tuple(kept)), found
    return replace(piece, axis_nm=piece.axis_nm[~hit]), found


def overload_problem(found: Sequence[Overloaded], settings: ScanSettings) -> Problem | None:
    """Say once where scans were overloaded; None where none was."""
    if not found:
        return None
    places = [f"{one.place} {one.range_nm[0]:.1f}-{one.range_nm[1]:.1f} nm" for one in found]
    few = [one for one in found if 2 * one.scans <= one.of_scans and not one.are_dropped]
    some = f" At some of them only {few[0].scans} of {few[0].of_scans} scans: exclude those." if few else ""
    what = "they are left out of all scans" if settings.leave_out_overload else "they are kept, as the settings say"
    dropped = max((one for one in found if one.are_dropped), key=lambda one: one.scans, default=None)
    if dropped is not None:
        what = f"up to {dropped.scans} of {dropped.of_scans} scans are left out as a whole"
        what += "" if all(one.are_dropped for one in found) else ", elsewhere these points of all scans"
    message = (
        f"{_some(places)}: the lock-in is at its full scale, or its signal has a flat top ("
        f"{sum(one.points for one in found)} points); {what}.{some} Measure with a larger full scale."
    )
    return Problem("warning", "photothermal scans", message)


def _some(names: Sequence[str], most: int = 4) -> str:
    return "; ".join(names) if len(names) <= most else f"{'; '.join(names[:most])} … and {len(names) - most} more"


def overloaded_points(scan: Scan, settings: ScanSettings) -> np.ndarray:
    """Return which points of a scan are at or beyond the full scale, in either channel."""
    channels = [scan.lockin_x_v, *([] if scan.lockin_y_v is None else [scan.lockin_y_v])]
    limit = scan.condition.sensitivity_v
    full = np.inf if limit is None else settings.full_scale_limit * limit * (1.0 - _ROUNDING)
    return np.asarray(np.any([(np.abs(volts) >= full) | _flat_top(volts) for volts in channels], axis=0))


def _flat_top(volts: FloatArray) -> np.ndarray:
    """Return where a channel stays at its largest absolute reading for several points and nowhere else repeats."""
    size = np.abs(volts)
    top = size >= size.max(initial=0.0) * (1.0 - _ROUNDING)
    runs = _runs(top)
    longest = max((b - a for a, b in runs), default=0)
    if longest < _FLAT_POINTS or longest == volts.size:
        return np.zeros(volts.size, dtype=bool)
    repeats = np.concatenate([[False], (np.diff(volts) == 0.0) & ~top[1:]])
    if max((b - a + 1 for a, b in _runs(repeats)), default=0) >= _CHANCE_POINTS:
        return np.zeros(volts.size, dtype=bool)
    flat = np.zeros(volts.size, dtype=bool)
    for a, b in runs:
        flat[a:b] = b - a >= _FLAT_POINTS
    return flat


def _runs(chosen: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
