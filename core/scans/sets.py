"""What the scans of one temperature become: one axis, one phase, and how each excitation reads them."""

import math
from dataclasses import dataclass

import numpy as np

from asplab.core.experiment import Scan
from asplab.core.problems import Problem
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class Seam:
    """Where two pieces of a scan were joined.

    Attributes
    ----------
    at_nm : float
        First wavelength that is taken from the further piece.
    overlap_nm : tuple of float
        Range that both pieces measured.
    factor, factor_error : float
        What the further piece is multiplied by at equal power, and its standard error; 1 and 0 where the pieces were
        joined as they are.
    offset_v, offset_error_v : float
        What is added to the further piece besides; 0 where none was needed.
    chi2, dof : float, int
        Misfit of the two pieces in the overlap.
    same_gain : bool
        Both pieces state the same sensitivity of the lock-in, or none.
    """

    at_nm: float
    overlap_nm: tuple[float, float]
    factor: float = 1.0
    factor_error: float = 0.0
    offset_v: float = 0.0
    offset_error_v: float = 0.0
    chi2: float = 0.0
    dof: int = 0
    same_gain: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ScanSet:
    """All scans of one temperature on one axis, and how each excitation reads them.

    Attributes
    ----------
    energy_mev : ndarray, shape (n_points,)
        Photon energy, moved by ``shift_mev``.
    volts : ndarray, shape (n_scans, n_points)
        Signed in-phase lock-in voltage, heating positive.
    noise : ndarray, shape (n_points,)
        Variance of one scan's voltage.
    power_uw : ndarray, shape (n_points,)
        Smoothed pump power, ones where none is divided out.
    power_places : ndarray of int, shape (n_places,)
        Points whose power enters a reading.
    power_covariance : ndarray, shape (n_places, n_places)
        Of the smoothed power at those points, from the scatter of its readings; 0 where the emission was divided by
        the same reading.
    weights : ndarray, shape (n_stacks_here, n_points)
        ``volts @ weights.T`` is the photothermal signal per power at each excitation.
    between : ndarray of bool, shape (n_stacks_here,)
        Excitations between coarse steps: their rows of ``weights`` are zero, because they can be read only once
        the baseline is known.
    excitation_mev : ndarray, shape (n_stacks_here,)
    stacks : ndarray of int
        Stack of each row of ``weights``; rows of NaN where the scan does not reach.
    repeats : tuple of str
        Name of the repeat (or pair) of each scan.
    phase_rad, phase_error_rad : float
        By how much (X, Y) was turned, and the standard error of that angle.
    blank_volts, blank_variance : ndarray, shape (n_points,) or None
        Mean signal of the bare substrate at the same power, and its variance from noise.
    blank_common : ndarray, shape (rank, n_points) or None
        Errors of the blank that all points share, one row for each independent cause.
    members : tuple of Scan
        The scans in the order of ``volts``; of a scan that was recorded in pieces, the first one.
    quadrature_v : ndarray, shape (n_scans, n_points), or None
        What is in quadrature after the rotation; None without the second channel.
    quadrature_noise : ndarray, shape (n_points,), or None
        Variance of one scan's quadrature.
    stitching : ndarray, shape (rank, n_points), or None
        Errors of the mean scan that the factors between its pieces bring, in volts, one row for each cause.
    seams : tuple of Seam
    overloaded_nm : tuple of (float, float)
        Ranges that are left out because the lock-in was at its full scale.
    shift_mev, shift_error_mev : float
        By how much the scan was moved to where it would lie at the temperature of the emission, and the standard
        error of that, common to all readings.
    scanned_k, apart_k : float
        Mean temperature of the scans, and by how much they were moved from above that of the emission.
    """

    energy_mev: FloatArray
    volts: FloatArray
    noise: FloatArray
    power_uw: FloatArray
    power_places: np.ndarray
    power_covariance: FloatArray
    weights: FloatArray
    between: np.ndarray
    excitation_mev: FloatArray
    stacks: np.ndarray
    repeats: tuple[str, ...]
    phase_rad: float
    blank_volts: FloatArray | None = None
    blank_variance: FloatArray | None = None
    blank_common: FloatArray | None = None
    members: tuple[Scan, ...] = ()
    phase_error_rad: float = 0.0
    quadrature_v: FloatArray | None = None
    quadrature_noise: FloatArray | None = None
    stitching: FloatArray | None = None
    seams: tuple[Seam, ...] = ()
    overloaded_nm: tuple[tuple[float, float], ...] = ()
    shift_mev: float = 0.0
    shift_error_mev: float = 0.0
    scanned_k: float = math.nan
    apart_k: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """One `ScanSet` per temperature; None where there is no scan."""

    sets: tuple[ScanSet | None, ...]
    problems: tuple[Problem, ...] = ()


def repeat_name(record_pair: str, repeat: int | None, position: int) -> str:
    """Name a repeat so that PL and PA can be paired: its pair, else its number, else its place."""
    if record_pair:
        return f"pair {record_pair}"
    return f"repeat {position + 1 if repeat is None else repeat}"
