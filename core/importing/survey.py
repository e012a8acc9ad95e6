"""Look at an import as a whole before it is used: repeats, holes, laser lines, files that nothing uses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from asplab.core.counting import counted
from asplab.core.experiment import EMISSION_KINDS, SPHERE_KINDS
from asplab.core.grouping.clusters import cluster, nearest
from asplab.core.importing.plain_words import column_words, kind_words
from asplab.core.importing.refusals import READ_ALIKE
from asplab.core.importing.table import ImportTable
from asplab.core.importing.write import unused_rows
from asplab.core.problems import Problem

__all__ = ["Grid", "Group", "Survey", "survey"]

# A line of a laser is as wide as the spectrometer makes it, and calibrations differ by less than that.
_LINE_WIDTH_NM = 6.0
_LINE_OFFSET_NM = 3.0
_LINE_STEPS = 4.0
_SCANS = ("pa", "pa_blank")
_LIT = (*EMISSION_KINDS, "power", "reference", "low_power", *SPHERE_KINDS)
_SHOWN = 5
_COMPARED = ("power_uw", "exposure_s", "em_gain", "nd_od")
"""What the counts of two spectra must share, or tell, before they can be compared."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one condition, and how many repeats they hold, frames included.

    Numbers are middles of what was read; None where nothing is said.
    """

    kind: str
    sample: str
    series: str
    medium: str
    temperature_k: float | None
    excitation_nm: float | None
    longpass_nm: float | None
    shortpass_nm: float | None
    rows: tuple[int, ...]
    repeats: int = 0

    @property
    def label(self) -> str:
        """Such as ``ASPL 80 K, 535 nm``."""
        numbers = ((self.temperature_k, "K"), (self.excitation_nm, "nm"))
        said = [f"{value:.4g} {unit}" for value, unit in numbers if value is not None]
        return " ".join(
            [kind_words(self.kind), ", ".join([*said, *filter(None, (self.sample, self.series, self.medium))])]
        ).strip()


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """How often each condition of one kind was measured, each repeat and frame counted.

    Attributes
    ----------
    kind : str
    temperatures_k : tuple of float
        All temperatures of the import.
    excitations_nm : tuple of float
        All excitations of the kind; empty for kinds that have none.
    counts : ndarray of int, shape (n_temperatures, n_excitations), one column without excitations
    """

    kind: str
    temperatures_k: tuple[float, ...]
    excitations_nm: tuple[float, ...]
    counts: NDArray[np.int_]

    @property
    def holes(self) -> tuple[tuple[int, int], ...]:
        """The conditions that are missing: indices of temperature and excitation.

        Where the excitations follow the gap, each has a temperature of its own, and only temperatures without any are
        holes.
        """
        empty = self.counts == 0
        holes = empty if self.is_regular else empty.all(axis=1)[:, np.newaxis] & empty
        return tuple((int(i), int(j)) for i, j in np.argwhere(holes))

    @property
    def is_regular(self) -> bool:
        """Whether most excitations were measured at more than one temperature."""
        shared = np.count_nonzero(self.counts, axis=0) > 1
        return bool(2 * np.count_nonzero(shared) > shared.size)

    @property
    def missing(self) -> tuple[str, ...]:
        """The holes in words: ``80 K`` where there is nothing at all, else ``80 K, 535 nm``."""
        words = []
        for i, j in self.holes:
            all_of_it = not self.excitations_nm or not self.counts[i].any()
            excitation = "" if all_of_it else f", {self.excitations_nm[j]:.4g} nm"
            words.append(f"{self.temperatures_k[i]:.4g} K{excitation}")
        return tuple(dict.fromkeys(words))


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What the check page shows.

    Attributes
    ----------
    groups : tuple of Group
        All conditions with their repeats.
    grids : tuple of Grid
        One per kind that has temperatures.
    laser_rows : tuple of int
        Emission whose highest value lies at its own excitation.
    unused_files : tuple of str
        Readable files that no row in use takes anything from.
    duplicates : tuple of tuple of str
        Files with the same content.
    problems : tuple of Problem
        All of that in words, with conflicts, blank cells and open questions.
    """

    groups: tuple[Group, ...]
    grids: tuple[Grid, ...]
    laser_rows: tuple[int, ...]
    unused_files: tuple[str, ...]
    duplicates: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...]


def survey(table: ImportTable, *, temperature_tolerance_k: float = 2.0, wavelength_tolerance_nm: float = 0.2) -> Survey:
    """Look at all rows in use; tolerances decide what is one condition, as in the analysis."""
    rows = _usable(table)
    groups = _groups(table, rows, temperature_tolerance_k, wavelength_tolerance_nm)
    grids = _grids(groups, wavelength_tolerance_nm)
    laser = tuple(k for k in rows if _shows_laser(table, k))
    used = {table.rows[k].file for k in rows}
    unused = tuple(file.name for file in table.files if not file.error and file.name not in used)
    duplicates = _duplicates(table)
    problems = (
        *_untold_problems(table, rows),
        *_row_problems(table),
        *_laser_problems(table, groups, frozenset(laser)),
        *_repeat_problems(table, groups),
        *_sample_problems(table, rows),
        *_file_problems(table, unused, duplicates),
        *_hole_problems(grids),
    )
    return Survey(groups, grids, laser, unused, duplicates, problems)


def _usable(table: ImportTable) -> list[int]:
    return [k for k, row in enumerate(table.rows) if row.is_included and table.value(k, "kind")]


def _number(table: ImportTable, k: int, column: str) -> float | None:
    text = table.value(k, column)
    return float(text) if text else None


def _groups(table: ImportTable, rows: Sequence[int], tolerance_k: float, tolerance_nm: float) -> tuple[Group, ...]:
    """Group rows into conditions; wavelengths are compared among those of one kind and temperature."""
    temperature = _middles(table, rows, "temperature_k", tolerance_k)
    alike: dict[tuple[str, float | None], list[int]] = {}
    for k in rows:
        alike.setdefault((table.value(k, "kind"), temperature[k]), []).append(k)
    found: dict[Group, list[int]] = {}
    for (kind, t), members in alike.items():
        scales = [_middles(table, members, c, tolerance_nm) for c in ("excitation_nm", "longpass_nm", "shortpass_nm")]
        for k in members:
            exc, longpass, shortpass = (scale[k] for scale in scales)
            sample, series, medium = (table.value(k, name) for name in ("sample", "series", "medium"))
            condition = Group(kind, sample, series, medium, t, exc, longpass, shortpass, rows=())
            found.setdefault(condition, []).append(k)
    groups = [
        replace(condition, rows=tuple(members), repeats=sum(_repeats(table, k) for k in members))
        for condition, members in found.items()
    ]
    return tuple(sorted(groups, key=lambda g: (g.kind, g.temperature_k or 0.0, g.excitation_nm or 0.0, g.sample)))


def _repeats(table: ImportTable, k: int) -> int:
    """Return how many measurements the file of a row becomes: one, or one for each frame that isn't averaged."""
    row, choice = table.rows[k], table.value(k, "frames")
    if not row.part.is_stack or row.frame or choice in ("mean", "sum"):
        return 1
    if choice in ("", "repeats"):
        return row.part.frames if choice or row.part.layout == "frames" else 1
    ends = [[int(end) for end in part.split("-")] for part in choice.split(",")]
    return sum(part[-1] - part[0] + 1 for part in ends)


def _middles(table: ImportTable, rows: Sequence[int], column: str, tolerance: float) -> dict[int, float | None]:
    """Return for each row the middle of the cluster that its value belongs to."""
    values = {k: _number(table, k, column) for k in rows}
    centres = cluster((value for value in values.values() if value is not None), tolerance)
    return {k: None if value is None else centres[nearest(centres, value)] for k, value in values.items()}


def _grids(groups: Sequence[Group], tolerance_nm: float) -> tuple[Grid, ...]:
    kinds = [kind for kind in (*EMISSION_KINDS, *_SCANS) if any(group.kind == kind for group in groups)]
    measured = [group for group in groups if group.kind in kinds and group.temperature_k is not None]
    temperatures = tuple(sorted({group.temperature_k for group in measured if group.temperature_k is not None}))
    grids = (_grid(kind, temperatures, [g for g in measured if g.kind == kind], tolerance_nm) for kind in kinds)
    return tuple(grid for grid in grids if grid.counts.any())


def _grid(kind: str, temperatures: tuple[float, ...], groups: Sequence[Group], tolerance_nm: float) -> Grid:
    is_scan = kind in _SCANS
    # One excitation lies in slightly different places at each temperature.
    centres = [] if is_scan else cluster((g.excitation_nm for g in groups if g.excitation_nm is not None), tolerance_nm)
    counts = np.zeros((len(temperatures), max(len(centres), 1)), dtype=int)
    for group in groups:
        if group.temperature_k is not None and (is_scan or group.excitation_nm is not None):
            j = 0 if is_scan or group.excitation_nm is None else nearest(centres, group.excitation_nm)
            counts[temperatures.index(group.temperature_k), j] += group.repeats
    counts.flags.writeable = False
    return Grid(kind, temperatures, tuple(centres), counts)


def _shows_laser(table: ImportTable, k: int) -> bool:
    """Whether the highest value of an emission spectrum is a narrow line where it was excited, and no filter is."""
    excitation, part = _number(table, k, "excitation_nm"), table.rows[k].part
    if excitation is None or not np.isfinite(part.peak_nm) or table.value(k, "kind") not in _LIT:
        return False
    longpass, shortpass = _number(table, k, "longpass_nm"), _number(table, k, "shortpass_nm")
    if (longpass is not None and part.peak_nm < longpass) or (shortpass is not None and part.peak_nm > shortpass):
        # Only what the filters let through is taken for emission.
        return False
    is_line = part.peak_width_nm <= max(_LINE_WIDTH_NM, _LINE_STEPS * part.step_nm)
    return is_line and abs(part.peak_nm - excitation) <= max(_LINE_OFFSET_NM, 0.5 * part.peak_width_nm)


def _duplicates(table: ImportTable) -> tuple[tuple[str, ...], ...]:
    by_content: dict[str, list[str]] = {}
    for file in table.files:
        if file.sha256:
            by_content.setdefault(file.sha256, []).append(file.name)
    return tuple(tuple(names) for names in by_content.values() if len(names) > 1)


def untold_columns(table: ImportTable, rows: Sequence[int] | None = None) -> tuple[str, ...]:
    """Return which of power, exposure, gain and attenuation no emission spectrum tells, unless one of the first two."""
    used = _usable(table) if rows is None else rows
    own = [k for k in used if table.value(k, "kind") in EMISSION_KINDS]
    untold = tuple(column for column in _COMPARED if not any(table.value(k, column) for k in own))
    return untold if own and untold[:2] == _COMPARED[:2] else ()


def _untold_problems(table: ImportTable, rows: Sequence[int]) -> list[Problem]:
    """Return a warning where no emission spectrum tells under which power and exposure it was taken."""
    untold = untold_columns(table, rows)
    if not untold:
        return []
    names = ", ".join(column_words(column) for column in untold)
    text = (
        f"no emission spectrum tells its {names}, so counts are compared "
        "as they are: quantum yield, η, g and ħω come out wrong unless all were taken at equal ones. Fill them in."
    )
    return [Problem("warning", "power, exposure", text, is_leading=True)]


def _row_problems(table: ImportTable) -> list[Problem]:
    problems = [Problem("warning", table.rows[c.row].label, f"sources differ: {c.text}") for c in table.conflicts]
    for k, column in table.missing:
        row = table.rows[k]
        if column != "kind":
            kind = kind_words(table.value(k, "kind")) or "a file of several frames or rows"
            text = f"the {column_words(column)} is blank, but {kind} needs it. Fill it in, or take the row out."
            problems.append(Problem("error", row.label, text))
    problems += _refusals(table)
    text = "the kind isn't known, so it won't be used. Choose what it is, or take it out."
    problems += [Problem("warning", row.label, text) for row in unused_rows(table)]
    return problems + [
        Problem("info", row.label, doubt)
        for k, row in enumerate(table.rows)
        if row.is_included
        for doubt in table.doubts(k)
    ]


def _refusals(table: ImportTable) -> list[Problem]:
    """Return an error for each row whose columns aren't those of its kind, so that it won't load."""
    problems = []
    for k, row in enumerate(table.rows):
        kind = table.value(k, "kind")
        reasons = dict(row.part.refusals)
        # A choice among columns changes what is read; without one that is asked for already.
        is_chosen = row.part.layout == "columns" and (row.part.is_stack or bool(table.value(k, "frames")))
        if row.is_included and READ_ALIKE.get(kind) in reasons and not is_chosen:
            text = f"it can't be loaded as {kind_words(kind)}: {reasons[READ_ALIKE[kind]]}"
            problems.append(Problem("error", row.label, text))
    return problems


def _laser_problems(table: ImportTable, groups: Sequence[Group], laser: frozenset[int]) -> list[Problem]:
    problems = []
    for group in groups:
        rows = [k for k in group.rows if k in laser]
        if rows:
            others = f" (and {counted(len(rows) - 1, 'repeat')})" if len(rows) > 1 else ""
            text = (
                "the highest value is a narrow line at the excitation wavelength: the laser, not the emission. State "
                "the filter, or keep the line outside the window."
            )
            problems.append(Problem("warning", f"{table.rows[rows[0]].label}{others}", text))
    return problems


def _repeat_problems(table: ImportTable, groups: Sequence[Group]) -> list[Problem]:
    """Return a warning for each condition in which one number of a repeat stands more than once."""
    problems = []
    for group in groups:
        if group.kind not in (*EMISSION_KINDS, *_SCANS):
            continue
        numbers = [(table.value(k, "pair"), table.value(k, "repeat"), table.value(k, "frames")) for k in group.rows]
        twice = next((number for number in numbers if number[1] and numbers.count(number) > 1), None)
        if twice is not None:
            shown = [table.rows[k].label for k, number in zip(group.rows, numbers, strict=True) if number == twice]
            text = (
                f"{counted(len(shown), 'file')} are repeat {twice[1]} of {group.label}: {', '.join(shown[:_SHOWN])}. "
                "Was it measured again? Take all but one out, number them, or give them a series."
            )
            problems.append(Problem("warning", shown[0], text))
    return problems


def _sample_problems(table: ImportTable, rows: Sequence[int]) -> list[Problem]:
    """Return a warning where nearly each file has a sample of its own, which no two conditions could share."""
    named = [
        k for k in rows if table.value(k, "sample") and table.cell(k, "sample").source in ("folder name", "file name")
    ]
    samples = list(dict.fromkeys(table.value(k, "sample") for k in named))
    if len(samples) < 3 or 2 * len(samples) <= len(named):
        return []
    text = (
        f"{len(samples)} different samples for {len(named)} files, such as {', '.join(samples[:3])}. Samples separate "
        "conditions: clear the column if these words are no samples, or leave them out by a template."
    )
    return [Problem("warning", "sample", text)]


def _file_problems(table: ImportTable, unused: Sequence[str], duplicates: Sequence[tuple[str, ...]]) -> list[Problem]:
    problems = [Problem("warning", file.name, f"can't be read: {file.error}") for file in table.failures]
    open_kind = {row.file for row in unused_rows(table)}
    problems += [
        Problem("info", name, "no row in use takes anything from it.") for name in unused if name not in open_kind
    ]
    for names in duplicates:
        shown = ", ".join(names[1:_SHOWN])
        text = (
            f"has the same content as {shown}: counted twice, a copy makes errors look smaller. Take all but one out."
        )
        problems.append(Problem("warning", names[0], text))
    return problems


def _hole_problems(grids: Sequence[Grid]) -> list[Problem]:
    problems = []
    for grid in grids:
        places = grid.missing
        if places:
            more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
            text = f"not measured: {'; '.join(places[:_SHOWN])}{more}."
            problems.append(Problem("info", kind_words(grid.kind), text))
    return problems
