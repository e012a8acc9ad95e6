"""Scans that were recorded in several pieces: which scan is a piece of which repeat, and repeats on one axis."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.experiment import Scan
from asplab.core.problems import Problem, join_places
from asplab.core.scans.sets import repeat_name
from asplab.core.units import FloatArray

_SAME_NM = 0.02
_ALIKE = 0.02
"""Part of a range by which the ends of like scans may differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What every repeat recorded over one range: ``scans``, one per repeat, are to be read on ``axis_nm``."""

    axis_nm: FloatArray
    scans: tuple[Scan, ...]

    def on_axis(self, scan: Scan, values: FloatArray) -> FloatArray:
        """Return values of a scan on the common axis, interpolated where its own steps differ."""
        if is_same(scan.excitation_nm, self.axis_nm):
            return values
        return np.asarray(np.interp(self.axis_nm, scan.excitation_nm, values), dtype=np.float64)


def find_pieces(scans: Sequence[Scan], problems: list[Problem]) -> tuple[Piece, ...]:
    """Return the pieces of the scans of one temperature, by rising wavelength; one where each scan is whole.

    Scans are pieces where files of one repeat cover different ranges, or where no scan covers what all of them
    cover together. Scans that fit nowhere are left out and named.
    """
    kinds = _of_like_range(scans)
    if len(kinds) == 1 or not (_share_repeats(kinds) or not _one_covers_all(kinds)):
        return (_on_one_axis(scans, problems),)
    kinds = sorted(kinds, key=lambda kind: float(kind[0].excitation_nm[0]))
    return tuple(Piece(_common_axis(kind), tuple(kind)) for kind in _complete(kinds, problems))


def names_of(piece: Piece) -> tuple[str, ...]:
    """Return the name of the repeat of each scan."""
    return tuple(repeat_name(s.condition.pair, s.condition.repeat, i) for i, s in enumerate(piece.scans))


def is_same(axis: FloatArray, other: FloatArray) -> bool:
    """Return whether two axes are the same within what a readback scatters."""
    return axis.shape == other.shape and bool(np.allclose(axis, other, rtol=0.0, atol=_SAME_NM))


def _step(axis: FloatArray) -> float:
    return float(np.max(np.diff(axis))) if axis.size > 1 else 0.0


def _covers(own: FloatArray, other: FloatArray, within_nm: float) -> bool:
    return bool(own[0] <= other[0] + within_nm and own[-1] >= other[-1] - within_nm)


def _of_like_range(scans: Sequence[Scan]) -> list[list[Scan]]:
    """Return the scans in groups that cover each other, in the order of their first members."""
    kinds: list[list[Scan]] = []
    for scan in scans:
        own = scan.excitation_nm
        for kind in kinds:
            other = kind[0].excitation_nm
            within = max(_step(own), _step(other), _ALIKE * float(np.ptp(other)))
            if _covers(own, other, within) and _covers(other, own, within):
                kind.append(scan)
                break
        else:
            kinds.append([scan])
    return kinds


def _label(scan: Scan) -> str | None:
    """Return what names the repeat of a scan; None where nothing does."""
    condition = scan.condition
    return None if not condition.pair and condition.repeat is None else repeat_name(condition.pair, condition.repeat, 0)


def _share_repeats(kinds: Sequence[Sequence[Scan]]) -> bool:
    """Return whether files of one repeat have different ranges."""
    labels = [{label for scan in kind if (label := _label(scan)) is not None} for kind in kinds]
    return any(a & b for i, a in enumerate(labels) for b in labels[:i])


def _one_covers_all(kinds: Sequence[Sequence[Scan]]) -> bool:
    ends = np.array([(kind[0].excitation_nm[0], kind[0].excitation_nm[-1]) for kind in kinds])
    whole = np.array([ends[:, 0].min(), ends[:, 1].max()])
    return any(_covers(kind[0].excitation_nm, whole, _step(kind[0].excitation_nm)) for kind in kinds)


def _complete(kinds: Sequence[Sequence[Scan]], problems: list[Problem]) -> list[list[Scan]]:
    """Return the pieces with the scans of each repeat in the same place; name what is left over.

    The label of a repeat decides where the pieces share labels; else the first scan of each piece is taken to belong
    together, the second, and so on.
    """
    by_label = [{_label(scan) or f"place {i}": scan for i, scan in enumerate(kind)} for kind in kinds]
    common = [label for label in by_label[0] if all(label in own for own in by_label)]
    if common:
        found = [[own[label] for label in common] for own in by_label]
    else:
        count = min(len(kind) for kind in kinds)
        found = [list(kind[:count]) for kind in kinds]
    kept = {id(scan) for kind in found for scan in kind}
    left = [scan for kind in kinds for scan in kind if id(scan) not in kept]
    if left:
        message = (
            f"it belongs to a repeat whose other pieces are missing: the scans here are recorded in {len(kinds)} "
            "ranges. It is left out. Add the other pieces with the same repeat number, or remove it."
        )
        problems.append(Problem("error", join_places([scan.where for scan in left]), message))
    return found


def _common_axis(scans: Sequence[Scan]) -> FloatArray:
    """Return the points of the first scan that all others reach."""
    axis = scans[0].excitation_nm
    first, last = max(s.excitation_nm[0] for s in scans), min(s.excitation_nm[-1] for s in scans)
    common: FloatArray = axis[(axis >= first - _SAME_NM) & (axis <= last + _SAME_NM)]
    return common


def _on_one_axis(scans: Sequence[Scan], problems: list[Problem]) -> Piece:
    """Return the scans that cover the first one's axis, and say which are interpolated or left out."""
    axis = scans[0].excitation_nm
    step = _step(axis)
    kept = []
    for scan in scans:
        own = scan.excitation_nm
        covers = _covers(own, axis, step)
        if covers:
            kept.append(scan)
        if not is_same(own, axis):
            what = "it is interpolated onto them" if covers else "it does not cover them and is left out"
            message = (
                f"its steps ({own.size} points, {own[0]:.1f}-{own[-1]:.1f} nm) differ from the first scan's "
                f"({axis.size} points, {axis[0]:.1f}-{axis[-1]:.1f} nm); {what}. Scan the repeats alike."
            )
            problems.append(Problem("info" if covers else "error", scan.where, message))
    return Piece(axis, tuple(kept))
