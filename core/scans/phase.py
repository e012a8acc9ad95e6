"""Phase of the lock-in: heating above the gap in phase and positive, what is left in quadrature kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from asplab.core.grouping.repeats import additive_variance
from asplab.core.problems import Problem
from asplab.core.scans.pieces import Piece
from asplab.core.settings import ScanSettings
from asplab.core.units import FloatArray

_JUMP_RAD = 0.1
"""Difference of a scan's phase from the others' beyond which it is turned by its own: the mean would lose 0.5 %."""
_NO_CHANCE = 7.0
"""Negative readings that noise should bring; none at all then happens by chance in one of a thousand scans."""
_RICE_FLOOR, _RICE_SPREAD = 1.2533, 0.6551
"""Mean and standard deviation of a magnitude without signal, in units of the noise of each channel [Rice 1944]."""
_NEAR_POINTS = 15
_END_PART = 10
"""The last tenth of a piece is its end."""
_ENOUGH = 0.5
"""Part of the strong signal that must be left once that end is subtracted."""
_SEEN = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """Signals of all pieces after the rotation.

    Attributes
    ----------
    volts : tuple of ndarray, shape (n_scans, n_points) for each piece
        In phase with heating above the gap.
    quadrature : tuple of ndarray, or None
        The rest; None where a scan has no second channel or nothing is turned.
    phase_rad : ndarray, shape (n_scans,)
        By how much each scan was turned; all alike but where phases jump between scans.
    error_rad : float
        Standard error of their mean.
    """

    volts: tuple[FloatArray, ...]
    quadrature: tuple[FloatArray, ...] | None
    phase_rad: FloatArray
    error_rad: float


def turn(
    pieces: Sequence[Piece], above: Sequence[np.ndarray], settings: ScanSettings, problems: list[Problem]
) -> Turned:
    """Rotate (X, Y) so that heating above the gap is in phase and positive.

    Parameters
    ----------
    above : sequence of ndarray of bool, one for each piece
        Points well above the gap, where every photon heats: they tell phase and sign.
    """
    x = [_channel(piece, "lockin_x_v") for piece in pieces]
    has_y = all(scan.lockin_y_v is not None for piece in pieces for scan in piece.scans)
    strong_x = np.concatenate([volts[:, strong] for volts, strong in zip(x, above, strict=True)], axis=1)
    n = len(strong_x)
    if strong_x.shape[1] == 0:
        return Turned(tuple(x), None, np.zeros(n), 0.0)
    if settings.rotate_phase and has_y:
        y = [_channel(piece, "lockin_y_v") for piece in pieces]
        strong_y = np.concatenate([volts[:, strong] for volts, strong in zip(y, above, strict=True)], axis=1)
        far = _far_end(x, y, above)
        phase, error = _phases(strong_x - far[0], strong_y - far[1], pieces[0].scans[0].where, problems)
        cosine, sine = np.cos(phase)[:, None], np.sin(phase)[:, None]
        return Turned(
            tuple(a * cosine + b * sine for a, b in zip(x, y, strict=True)),
            tuple(b * cosine - a * sine for a, b in zip(x, y, strict=True)),
            phase,
            error,
        )
    where = pieces[0].scans[0].where
    if np.mean(strong_x) < 0:
        message = "the lock-in signal above the gap is negative; its sign is turned so that heating is positive."
        problems.append(Problem("warning", where, message))
        return Turned(tuple(-volts for volts in x), None, np.full(n, np.pi), 0.0)
    if not has_y:
        problems += _magnitude_problem(x, where)
    return Turned(tuple(x), None, np.zeros(n), 0.0)


def _channel(piece: Piece, name: str) -> FloatArray:
    return np.array([piece.on_axis(scan, getattr(scan, name)) for scan in piece.scans])


def _far_end(x: Sequence[FloatArray], y: Sequence[FloatArray], above: Sequence[np.ndarray]) -> FloatArray:
    """Return mean (X, Y) at the red end of the piece that holds the points above the gap, (2, n_scans, 1).

    Pick-up of another phase would turn the strong points; a rest of the signal there has their phase and turns
    nothing. Zeros where too little would be left of the strong points, or where the pick-up turns nothing beyond the
    noise of this mean.
    """
    piece = int(np.argmax([strong.sum() for strong in above]))
    strong = above[piece]
    end = slice(-max(strong.size // _END_PART, 1), None)
    far = np.array([volts[piece][:, end].mean(axis=1, keepdims=True) for volts in (x, y)])
    near = np.array([volts[piece][:, strong].mean(axis=1, keepdims=True) for volts in (x, y)])
    (near_x, near_y), (far_x, far_y) = near.mean(axis=(1, 2)), far.mean(axis=(1, 2))
    size = max(float(np.hypot(near_x, near_y)), float(np.finfo(float).tiny))
    across = (far_y * near_x - far_x * near_y) / size
    noise = np.sqrt(np.mean(additive_variance(y[piece][:, end])) / (len(y[piece]) * -end.start))
    is_enough = np.hypot(near_x - far_x, near_y - far_y) > _ENOUGH * size
    return far if is_enough and abs(across) > _SEEN * noise else np.zeros_like(far)


def _phases(x: FloatArray, y: FloatArray, where: str, problems: list[Problem]) -> tuple[FloatArray, float]:
    """Return the phase of every scan and the standard error of their mean, from points above the gap."""
    own = np.arctan2(y.mean(axis=1), x.mean(axis=1))
    middle = float(np.angle(np.mean(np.exp(1j * own))))
    apart = np.angle(np.exp(1j * (own - middle)))
    size = float(np.mean(np.hypot(x.mean(axis=1), y.mean(axis=1))))
    across = y * np.cos(own)[:, None] - x * np.sin(own)[:, None]
    noise = float(np.sqrt(np.mean(additive_variance(across)) / across.shape[1])) / max(size, np.finfo(float).tiny)
    if np.ptp(apart) > max(_JUMP_RAD, 5.0 * noise):
        message = (
            f"the lock-in phase differs between the scans by up to {np.degrees(np.ptp(apart)):.0f}°, so each is turned "
            "by its own. Keep the phase of the lock-in while the scans of one temperature are taken."
        )
        problems.append(Problem("warning", where, message))
        return own, noise / np.sqrt(len(own))
    phase = float(np.arctan2(np.mean(y), np.mean(x)))
    spread = float(np.std(apart, ddof=1)) if len(own) > 1 else 0.0
    return np.full(len(own), phase), max(spread, noise) / np.sqrt(len(own))


def _magnitude_problem(x: Sequence[FloatArray], where: str) -> list[Problem]:
    """Say that a channel without any negative reading, where noise should bring some, is a magnitude."""
    expected, least, sigma = 0.0, np.inf, 0.0
    for volts in x:
        noise = np.sqrt(np.maximum(_smooth(additive_variance(volts)), np.finfo(float).tiny))
        level = _smooth(volts.mean(axis=0))
        expected += float(np.sum(ndtr(-level / noise))) * len(volts)
        least = min(least, float(volts.min()))
        sigma = max(sigma, float(noise[np.argmin(level)]) / _RICE_SPREAD)
    if expected < _NO_CHANCE or least < 0.0:
        return []
    message = (
        f"the signal never falls below zero where its noise should bring {expected:.0f} negative readings: it is a "
        f"magnitude. Without any signal it reads {1e9 * _RICE_FLOOR * sigma:.3g} nV, its noise alone, which a baseline "
        "fitted there takes away from every reading; and net cooling looks like heating. Record X, or X and Y."
    )
    return [Problem("warning", where, message)]


def _smooth(values: FloatArray) -> FloatArray:
    size = min(_NEAR_POINTS, values.size)
    return np.convolve(np.pad(values, (size // 2, size - 1 - size // 2), mode="edge"), np.ones(size) / size, "valid")
