"""The wavelength axis of a spectrometer against the lines of a lamp: a constant, linear or quadratic correction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, stdtrit

from asplab.core.calibration.lamps import LampLine
from asplab.core.calibration.lines import FittedLine
from asplab.core.units import FloatArray, Medium

ENOUGH_LINES = 3
"""Lines that a correction other than a constant needs."""

_RESOLVED_WIDTHS = 2.0
"""Distance of neighbours, in widths, from which they don't move each other's centre."""
_WEAK = 0.1
"""Strength against a neighbour's below which a line does not move it."""
_STRONG = 0.15
"""Height, of the highest line's, from which a line must be one of the lamp's."""
_TOLERANCE_NM = 0.3
_PATTERN_LINES = 4
"""Lines from which the pattern of a lamp tells its own place."""
_LINES_PER_STRANGER = 5
"""Known lines for each strong one that may be strange, such as a cosmic ray."""
_RIVAL = 0.5
"""What another offset may explain of a pattern, at most; right lamps stay below, for wrong ones it is 0.56 to 1."""
_OUTLIER = 4.0
_MISTAKEN_NM = 0.1
"""What lies nearer to the polynomial belongs to its scatter, not to another line."""
_KEPT = 0.75
"""Least part of the lines that stays: a correction must not choose the lines that suit it."""
_BENT = 0.01
"""Chance of so large a gain in χ² without curvature, below which the correction is quadratic."""
_QUADRATIC_LINES = 5
_SCALE_NM = 100.0
_HALVINGS = 40
_UNKNOWN_SLOPE_NM = 0.05
"""What a constant from one or two lines may be off by at 100 nm from them."""
_ONE_SIGMA = 0.8413447460685429


@dataclass(frozen=True, slots=True)
class Match:
    """A line of the lamp, and where the axis shows it."""

    line: LampLine
    true_nm: float
    found: FittedLine

    @property
    def offset_nm(self) -> float:
        """What must be added to the axis here."""
        return self.true_nm - self.found.centre_nm


@dataclass(frozen=True, slots=True)
class AxisCorrection:
    """What must be added to a wavelength axis, as a polynomial in (λ − centre)/100 nm.

    Attributes
    ----------
    range_nm : tuple of float
        Ends of the axis on which the lamp was measured.
    pixels : int
    centre_nm : float
    coefficients : tuple of float
        In nm, ascending powers.
    covariance : tuple of tuple of float
        Of the coefficients.
    scatter_nm : float
        Standard deviation of the lines about the polynomial, widened for few lines; of a constant from one line, the
        error of that line.
    matches : tuple of Match
        Lines in use.
    fwhm_nm, fwhm_error_nm : float
        Width of the lines: that of the spectrometer.
    sources : tuple of str
        Files of the lamp.
    """

    range_nm: tuple[float, float]
    pixels: int
    centre_nm: float
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    scatter_nm: float
    matches: tuple[Match, ...]
    fwhm_nm: float
    fwhm_error_nm: float
    sources: tuple[str, ...]

    @property
    def order(self) -> int:
        """Order of the polynomial: 0 is a constant offset."""
        return len(self.coefficients) - 1

    def covers(self, wavelength_nm: FloatArray) -> bool:
        """Return whether an axis lies within that of the lamp, to a pixel."""
        step = (self.range_nm[1] - self.range_nm[0]) / max(self.pixels - 1, 1)
        low, high = float(wavelength_nm[0]), float(wavelength_nm[-1])
        return low >= self.range_nm[0] - step and high <= self.range_nm[1] + step

    def offset_nm(self, wavelength_nm: FloatArray) -> FloatArray:
        """Return what must be added at wavelengths of the axis as it is."""
        return np.asarray(self._powers(wavelength_nm) @ np.array(self.coefficients))

    def error_nm(self, wavelength_nm: FloatArray) -> FloatArray:
        """Return the standard error of a corrected wavelength: of the polynomial, and what it leaves of the lines."""
        powers = self._powers(wavelength_nm)
        variance = np.einsum("...i,ij,...j->...", powers, np.array(self.covariance), powers)
        if self.order == 0:
            variance = variance + (_UNKNOWN_SLOPE_NM * (np.asarray(wavelength_nm) - self.centre_nm) / _SCALE_NM) ** 2
        return np.asarray(np.sqrt(np.maximum(variance, 0.0) + self.scatter_nm**2))

    def _powers(self, wavelength_nm: FloatArray) -> FloatArray:
        x = (np.asarray(wavelength_nm, dtype=np.float64) - self.centre_nm) / _SCALE_NM
        result: FloatArray = x[..., None] ** np.arange(len(self.coefficients))
        return result


def match_lines(
    found: Sequence[FittedLine], lamp: Sequence[LampLine], medium: Medium, *, farthest_nm: float
) -> tuple[Match, ...]:
    """Assign lines of the lamp to lines of the spectrum: those that one offset within ``farthest_nm`` explains best.

    Lines that the spectrometer may not resolve from a neighbour are left out.
    """
    return max(_candidates(found, lamp, medium, farthest_nm), key=_rank, default=())


def match_beyond_doubt(
    found: Sequence[FittedLine], lamp: Sequence[LampLine], medium: Medium, *, farthest_nm: float
) -> tuple[Match, ...]:
    """Return the lines of `match_lines` where no other offset could be meant; empty where it could, or lines are few.

    The pattern of a lamp tells its place by itself: four lines at least stand in it, next to none of the strong lines
    of the spectrum is strange to it, and any other offset explains half as much at most.
    """
    candidates = _candidates(found, lamp, medium, farthest_nm)
    best = max(candidates, key=_rank, default=())
    if len(best) < _PATTERN_LINES or unexplained(found, best, lamp, medium) > len(best) // _LINES_PER_STRANGER:
        return ()
    at = typical_offset_nm(best)
    rivals = (each for each in candidates if abs(typical_offset_nm(each) - at) > 2.0 * _TOLERANCE_NM)
    return best if max(map(_score, rivals), default=0.0) <= _RIVAL * _score(best) else ()


def typical_offset_nm(matches: Sequence[Match]) -> float:
    """Return the median of what must be added to the axis at the lines."""
    return float(np.median([match.offset_nm for match in matches]))


def _candidates(
    found: Sequence[FittedLine], lamp: Sequence[LampLine], medium: Medium, farthest_nm: float
) -> list[tuple[Match, ...]]:
    """Return what each offset explains that brings one line of the lamp upon one of the spectrum."""
    if not found:
        return []
    wanted = _resolved(lamp, medium, float(np.median([line.fwhm_nm for line in found])))
    true = np.array([wavelength for _, wavelength in wanted])
    pairs = true[:, None] - np.array([line.centre_nm for line in found])
    return [_assigned(pairs, float(offset), wanted, found) for offset in pairs[np.abs(pairs) <= farthest_nm]]


def _score(matches: Sequence[Match]) -> float:
    """Strong lines of a lamp must be seen before weak ones: each counts with the root of its strength."""
    return float(sum(match.line.strength**0.5 for match in matches))


def _rank(matches: Sequence[Match]) -> tuple[float, float]:
    return _score(matches), -abs(typical_offset_nm(matches))


def _resolved(lamp: Sequence[LampLine], medium: Medium, fwhm_nm: float) -> list[tuple[LampLine, float]]:
    placed = [(line, line.wavelength_nm(medium)) for line in lamp]
    return [
        (line, at)
        for line, at in placed
        if not any(
            other is not line
            and abs(at - there) < _RESOLVED_WIDTHS * fwhm_nm
            and other.strength > _WEAK * line.strength
            for other, there in placed
        )
    ]


def _assigned(
    pairs: FloatArray, offset: float, wanted: Sequence[tuple[LampLine, float]], found: Sequence[FittedLine]
) -> tuple[Match, ...]:
    """Return the pairs nearest to one offset, each line of either side once; of rivals the higher one counts."""
    chosen: dict[int, Match] = {}
    for i, (line, true) in enumerate(wanted):
        near = [j for j in range(len(found)) if abs(pairs[i, j] - offset) <= _TOLERANCE_NM]
        if near:
            j = max(near, key=lambda k: found[k].height)
            if j not in chosen or abs(pairs[i, j] - offset) < abs(chosen[j].offset_nm - offset):
                chosen[j] = Match(line, true, found[j])
    return tuple(sorted(chosen.values(), key=lambda match: match.true_nm))


def unexplained(found: Sequence[FittedLine], matches: Sequence[Match], lamp: Sequence[LampLine], medium: Medium) -> int:
    """Return how many of the strong lines of a spectrum are none of the lamp's."""
    if not found or not matches:
        return len(found)
    offset = typical_offset_nm(matches)
    known = np.array([line.wavelength_nm(medium) for line in lamp])
    highest = max(line.height for line in found)
    strong = [line for line in found if line.height >= _STRONG * highest]
    off = [float(np.min(np.abs(known - line.centre_nm - offset))) for line in strong]
    return sum(distance > _TOLERANCE_NM + 0.5 * line.fwhm_nm for line, distance in zip(strong, off, strict=True))


def fit_axis(wavelength_nm: FloatArray, matches: Sequence[Match], sources: Sequence[str]) -> AxisCorrection:
    """Fit the offsets of matched lines: a constant for one or two, else a line, a parabola where the lines ask for it.

    Parameters
    ----------
    wavelength_nm : ndarray, shape (n,)
        Axis as it is.
    matches : sequence of Match
        One at least.
    """
    centre = float(np.mean([match.found.centre_nm for match in matches]))
    kept = list(matches)
    order = 1 if len(kept) >= ENOUGH_LINES else 0
    fit = _polynomial(kept, centre, order)
    fewest = max(ENOUGH_LINES + 1, int(np.ceil(_KEPT * len(kept))))
    while order and len(kept) > fewest:
        residual = np.array([match.offset_nm for match in kept]) - fit.values
        limit = max(_OUTLIER * 1.4826 * float(np.median(np.abs(residual))), _MISTAKEN_NM)
        worst = int(np.argmax(np.abs(residual)))
        if abs(residual[worst]) <= limit or _is_bent(kept, centre):
            break
        del kept[worst]
        fit = _polynomial(kept, centre, order)
    if order and _is_bent(kept, centre):
        fit = _polynomial(kept, centre, 2)
    widths = np.array([match.found.fwhm_nm for match in kept if not match.found.is_flat])
    return AxisCorrection(
        range_nm=(float(wavelength_nm[0]), float(wavelength_nm[-1])),
        pixels=int(wavelength_nm.size),
        centre_nm=centre,
        coefficients=tuple(fit.coefficients.tolist()),
        covariance=tuple(tuple(row) for row in fit.covariance.tolist()),
        scatter_nm=fit.scatter_nm,
        matches=tuple(kept),
        fwhm_nm=float(np.median(widths)) if widths.size else 0.0,
        fwhm_error_nm=_width_error(kept, widths),
        sources=tuple(sources),
    )


def _width_error(kept: Sequence[Match], widths: FloatArray) -> float:
    if widths.size > 1:
        return float(np.std(widths, ddof=1))
    return float(kept[0].found.fwhm_error_nm)


@dataclass(frozen=True, slots=True, eq=False)
class _Polynomial:
    coefficients: FloatArray
    covariance: FloatArray
    values: FloatArray
    chi2: float
    dof: int
    scatter_nm: float
    extra_nm2: float


def _polynomial(matches: Sequence[Match], centre: float, order: int) -> _Polynomial:
    """Fit by weighted least squares; what the lines scatter beyond their errors is taken to be alike for all of them.

    That scatter is the one with which χ² is the number of degrees of freedom [Paule & Mandel 1982], 0 if it is less
    without.
    """
    x = (np.array([match.found.centre_nm for match in matches]) - centre) / _SCALE_NM
    y = np.array([match.offset_nm for match in matches])
    design = x[:, None] ** np.arange(order + 1)
    own = np.maximum(np.array([match.found.centre_error_nm for match in matches]), 1e-6) ** 2
    dof, extra = y.size - order - 1, 0.0
    coefficients, solve, chi2 = _solved(design, y, own)
    if dof > 0 and chi2 > dof:
        low, high = 0.0, 10.0 * float(np.max((y - design @ coefficients) ** 2)) + 1e-12
        for _ in range(_HALVINGS):
            extra = 0.5 * (low + high)
            low, high = (extra, high) if _solved(design, y, own + extra)[2] > dof else (low, extra)
        coefficients, solve, _ = _solved(design, y, own + extra)
    wide = float(stdtrit(dof, _ONE_SIGMA)) if dof > 0 else 1.0
    covariance = (solve * (own + extra)) @ solve.T * wide**2
    scatter = float(np.sqrt(extra)) * wide if dof > 0 else float(np.sqrt(own.mean()))
    return _Polynomial(coefficients, covariance, design @ coefficients, chi2, dof, scatter, extra)


def _solved(design: FloatArray, y: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return coefficients, the matrix that makes them from ``y``, and χ² with the given variances."""
    root = np.sqrt(variance)
    solve = np.linalg.pinv(design / root[:, None]) / root
    coefficients = solve @ y
    return coefficients, solve, float(np.sum(((y - design @ coefficients) / root) ** 2))


def _is_bent(matches: Sequence[Match], centre: float) -> bool:
    """Return whether a parabola describes the lines so much better that chance is no explanation."""
    if len(matches) < _QUADRATIC_LINES:
        return False
    bent = _polynomial(matches, centre, 2)
    x = (np.array([match.found.centre_nm for match in matches]) - centre) / _SCALE_NM
    y = np.array([match.offset_nm for match in matches])
    # Both with the weights of the parabola: what it leaves is what the line is judged by.
    own = np.array([match.found.centre_error_nm for match in matches]) ** 2
    variance = np.maximum(own, 1e-12) + bent.extra_nm2
    without = _solved(x[:, None] ** np.arange(2), y, variance)[2]
    within = _solved(x[:, None] ** np.arange(3), y, variance)[2]
    ratio = (without - within) / max(within / bent.dof, 1.0)
    return bool(fdtrc(1, bent.dof, max(ratio, 0.0)) < _BENT)
