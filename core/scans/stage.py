"""Photothermal scans of every temperature brought onto one axis, in phase, and made ready for their reading."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from asplab.core.energies.stage import Excitations
from asplab.core.grouping.repeats import additive_variance
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.scans.alignment import Alignment
from asplab.core.scans.blanks import read_blank
from asplab.core.scans.overload import Overloaded, leave_out, overload_problem
from asplab.core.scans.phase import Turned, turn
from asplab.core.scans.pieces import Piece, find_pieces, names_of
from asplab.core.scans.power import Power, pooled, power_on_axis, read_power, smooth_power, without_power
from asplab.core.scans.reading import reading, reading_problems
from asplab.core.scans.sets import Scans, ScanSet, Seam
from asplab.core.scans.shared_power import counted_once
from asplab.core.scans.stitching import Trace, join, seam_problems, trace
from asplab.core.settings import EnergySettings, ScanSettings
from asplab.core.units import FloatArray, energy_from_wavelength

_HOLE = 2.5
"""Steps from which a gap in the axis is a hole, over which no power is smoothed."""


@dataclass(slots=True)
class _Told:
    """What is to be said once for all temperatures."""

    problems: list[Problem] = field(default_factory=list)
    overloaded: list[Overloaded] = field(default_factory=list)
    seams: list[tuple[str, Seam]] = field(default_factory=list)


def read_scans(
    gathered: Gathered,
    excitations: Excitations,
    alignment: Alignment,
    energy_settings: EnergySettings,
    settings: ScanSettings,
) -> Scans:
    """Bring the scans of each temperature onto one axis and prepare their reading at every excitation."""
    told = _Told(list(alignment.problems))
    sets: list[ScanSet | None] = []
    for t, temperature in enumerate(gathered.temperatures_k):
        members = [(k, stack) for k, stack in enumerate(gathered.stacks) if stack.temperature == t]
        if not gathered.scans[t]:
            if members:
                message = "there is no photothermal scan, so neither quantum yield nor η follows. Add files of kind pa."
                told.problems.append(Problem("error", f"{temperature:.0f} K", message))
            sets.append(None)
            continue
        place = f"{temperature:.0f} K"
        shift, error = float(alignment.shift_mev[t]), float(alignment.error_mev[t])
        energies_of = _Energies(
            excitations, energy_settings, shift, error, float(alignment.scanned_k[t]), float(alignment.apart_k[t])
        )
        sets.append(_scan_set(gathered, t, place, members, energies_of, settings, told))
    problems = [*told.problems, *seam_problems(told.seams, stitch=settings.stitch_segments)]
    overload = overload_problem(told.overloaded, settings)
    if overload is not None:
        problems.append(overload)
    return Scans(tuple(sets), (*problems, *reading_problems(gathered.stacks, sets, settings)))


@dataclass(frozen=True, slots=True, eq=False)
class _Energies:
    """What makes a photon energy from the wavelength of a scan, and those of the excitations."""

    excitations: Excitations
    settings: EnergySettings
    shift_mev: float
    error_mev: float
    scanned_k: float
    apart_k: float

    def of(self, axis_nm: FloatArray) -> FloatArray:
        return energy_from_wavelength(axis_nm, medium=self.settings.medium) + self.shift_mev


def _scan_set(
    gathered: Gathered,
    t: int,
    place: str,
    members: Sequence[tuple[int, Stack]],
    energies: _Energies,
    settings: ScanSettings,
    told: _Told,
) -> ScanSet:
    pieces, overloaded = _usable(find_pieces(gathered.scans[t], told.problems), settings, place, told)
    at = energies.excitations.scan_mev[np.array([k for k, _ in members], dtype=int)]
    stokes = [float(energy) for energy, (_, stack) in zip(at, members, strict=True) if stack.kind == "pl"]
    above = [energies.of(piece.axis_nm) >= min(stokes, default=np.inf) for piece in pieces]
    turned = turn(pieces, above, settings, told.problems)
    wanted = settings.divide_by_power and gathered.has_power
    whole = join(_traces(pieces, turned, wanted), place, told.problems, stitch=settings.stitch_segments)
    told.seams.extend((place, seam) for seam in whole.seams)
    energy = energies.of(whole.axis_nm)
    power = _power(whole, energy)
    stacks = [stack for _, stack in members]
    weights, between = _weights(whole, energy, at, stacks, settings, has_holes=bool(overloaded))
    places = np.arange(energy.size) if between.any() else np.flatnonzero(np.nan_to_num(weights).any(axis=0))
    noise = power.covariance(places)
    if whole.power is not None and len(pieces) == 1 and power.runs[0][2] == 1 and not between.any():
        once = counted_once(pieces[0], stacks, weights)[places]
        noise[once, :] = noise[:, once] = 0.0
    phase = float(np.angle(np.mean(np.exp(1j * turned.phase_rad))))
    blank = read_blank(
        gathered.blanks[t], whole.axis_nm, energy, power.value_uw, phase, whole.seams, told.problems,
        per_power=wanted,
    )  # fmt: skip
    return ScanSet(
        energy_mev=energy,
        volts=whole.volts,
        noise=whole.noise,
        power_uw=power.value_uw,
        power_places=places,
        power_covariance=noise,
        weights=weights / power.value_uw,
        between=between,
        excitation_mev=at,
        stacks=np.array([k for k, _ in members], dtype=int),
        repeats=names_of(pieces[0]),
        phase_rad=phase,
        blank_volts=None if blank is None else blank.volts,
        blank_variance=None if blank is None else blank.variance,
        blank_common=None if blank is None else blank.common,
        members=pieces[0].scans,
        phase_error_rad=turned.error_rad,
        quadrature_v=whole.quadrature,
        quadrature_noise=None if whole.quadrature is None else pooled(additive_variance(whole.quadrature)),
        stitching=whole.errors_v if len(whole.errors_v) else None,
        seams=whole.seams,
        overloaded_nm=tuple(one.range_nm for one in overloaded),
        shift_mev=energies.shift_mev,
        shift_error_mev=energies.error_mev,
        scanned_k=energies.scanned_k,
        apart_k=energies.apart_k,
    )


def _weights(
    whole: Trace,
    energy_mev: FloatArray,
    at_mev: FloatArray,
    stacks: Sequence[Stack],
    settings: ScanSettings,
    *,
    has_holes: bool,
) -> tuple[FloatArray, np.ndarray]:
    """Return what reads volts at every excitation, (n_stacks_here, n_points), and which lie between coarse steps."""
    rows = [
        reading(whole.axis_nm, energy_mev, at, settings, stack, has_holes=has_holes)
        for at, stack in zip(at_mev, stacks, strict=True)
    ]
    weights = np.array([np.zeros(energy_mev.size) if row is None else row for row in rows])
    return weights.reshape(-1, energy_mev.size), np.array([row is None for row in rows], dtype=bool)


def _usable(
    pieces: Sequence[Piece], settings: ScanSettings, place: str, told: _Told
) -> tuple[tuple[Piece, ...], tuple[Overloaded, ...]]:
    """Return the pieces without their overloaded points, and the ranges of these."""
    kept: list[Piece] = []
    found: list[Overloaded] = []
    for piece in pieces:
        usable, ranges = leave_out(piece, settings, place, told.problems, is_whole=len(pieces) == 1)
        kept.append(usable)
        found += ranges
    told.overloaded += found
    holes = tuple(one for one in found if not one.are_dropped)
    return tuple(kept), holes if settings.leave_out_overload else ()


def _traces(pieces: Sequence[Piece], turned: Turned, wanted: bool) -> list[Trace]:
    return [
        trace(
            piece.axis_nm,
            turned.volts[i],
            None if turned.quadrature is None else turned.quadrature[i],
            read_power(power_on_axis(piece)) if wanted else None,
            tuple(scan.condition.sensitivity_v for scan in piece.scans),
        )
        for i, piece in enumerate(pieces)
    ]


def _power(whole: Trace, energy_mev: FloatArray) -> Power:
    if whole.power is None:
        return without_power(energy_mev.size)
    steps = np.abs(np.diff(energy_mev))
    holes = np.flatnonzero(steps > _HOLE * np.median(steps)) + 1 if steps.size else np.zeros(0, dtype=int)
    cuts = sorted({*whole.cuts, *holes.tolist()})
    return smooth_power(whole.power, energy_mev, cuts, whole.power_errors)
