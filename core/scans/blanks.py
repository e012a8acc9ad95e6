"""The bare substrate: its mean signal in the phase, scale and power of the scans, with its errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from asplab.core.experiment import Scan
from asplab.core.grouping.repeats import additive_variance, follow
from asplab.core.problems import Problem
from asplab.core.scans.pieces import Piece, find_pieces
from asplab.core.scans.power import power_on_axis, read_power, smooth_power
from asplab.core.scans.sets import Seam
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """Mean blank (n_points,), its variance from noise, and errors that all points share (rank, n_points)."""

    volts: FloatArray
    variance: FloatArray
    common: FloatArray


def read_blank(
    blanks: Sequence[Scan],
    axis_nm: FloatArray,
    energy_mev: FloatArray,
    power_uw: FloatArray,
    phase_rad: float,
    seams: Sequence[Seam],
    problems: list[Problem],
    *,
    per_power: bool,
) -> Blank | None:
    """Bring the blank onto the axis of the scans; None where there is none or it does not reach.

    It is turned by the phase of the scans and brought to their power, as heat and scatter of the substrate follow it.
    A blank that was recorded in pieces as well takes the factors of the scans beyond their seams. How the repeats of
    the blank differ as wholes, in offset and height, is an error that all points share.
    """
    if not blanks:
        return None
    pieces = find_pieces(blanks, problems)
    step = float(np.max(np.diff(axis_nm), initial=0.0))
    if pieces[0].axis_nm[0] > axis_nm[0] + step or pieces[-1].axis_nm[-1] < axis_nm[-1] - step:
        message = (
            f"the blank ({pieces[0].axis_nm[0]:.1f}-{pieces[-1].axis_nm[-1]:.1f} nm) does not cover the scans "
            f"({axis_nm[0]:.1f}-{axis_nm[-1]:.1f} nm) and is left out. Record it over their range."
        )
        problems.append(Problem("warning", blanks[0].where, message))
        return None
    cuts = [0, *_cuts(pieces, axis_nm, seams), axis_nm.size]
    spans = zip(pieces, cuts[:-1], cuts[1:], strict=True)
    parts = [_part(piece, axis_nm[a:b], energy_mev[a:b], phase_rad, per_power) for piece, a, b in spans if b > a]
    volts = np.concatenate([part[0] for part in parts], axis=1)
    scale = np.ones(axis_nm.size)
    if per_power and all(part[1] is not None for part in parts):
        scale = power_uw / np.concatenate([part[1] for part in parts if part[1] is not None])
    if len(pieces) > 1:
        for seam in seams:
            scale = np.where(axis_nm >= seam.at_nm, seam.factor * scale, scale)
    mean, n = volts.mean(axis=0), len(volts)
    common = np.zeros((0, axis_nm.size))
    if n > 1:
        common = (follow(volts, mean) - mean) / np.sqrt(n * (n - 1.0)) * scale
    return Blank(mean * scale, additive_variance(volts) / n * scale**2, common)


def _cuts(pieces: Sequence[Piece], axis_nm: FloatArray, seams: Sequence[Seam]) -> list[int]:
    """Return where each further piece of the blank begins: at a seam of the scans within its overlap, else midway."""
    cuts = []
    for first, further in pairwise(pieces):
        low, high = further.axis_nm[0], first.axis_nm[-1]
        at = next((seam.at_nm for seam in seams if low <= seam.at_nm <= high), 0.5 * (low + high))
        cuts.append(int(np.searchsorted(axis_nm, at)))
    return cuts


def _part(
    piece: Piece, axis_nm: FloatArray, energy_mev: FloatArray, phase_rad: float, per_power: bool
) -> tuple[FloatArray, FloatArray | None]:
    """Return one piece of the blank on a range of the axis, in phase, and its smoothed power where all carry it."""
    own = Piece(axis_nm, piece.scans)
    volts = np.array([own.on_axis(s, s.lockin_x_v) for s in own.scans]) * np.cos(phase_rad)
    quadrature = [own.on_axis(s, s.lockin_y_v) for s in own.scans if s.lockin_y_v is not None]
    if len(quadrature) == len(own.scans):
        volts = volts + np.array(quadrature) * np.sin(phase_rad)
    powers = power_on_axis(own)
    if not per_power or all(power is None for power in powers):
        return volts, None
    readings = read_power(powers)
    return volts, smooth_power(readings, energy_mev, (), np.zeros((0, axis_nm.size))).value_uw
