"""The job of ``asplab diff``: what differs between two analyses, in files, settings and results."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asplab.core.document import Document
from asplab.core.estimate import Estimate
from asplab.core.jobs.opening import load_document
from asplab.core.pipeline import Results, analyse
from asplab.core.progress import Progress
from asplab.core.rounding import number_with_error
from asplab.core.scenarios import Difference, differences, state_of
from asplab.core.scenarios.findings import ResultRow, result_rows

_SAME = 1e-9
_NAMES = {
    "quantum_yield": "QY", "eta": "η", "g_mev": "g", "phonon_mev": "ħω", "polaron_energy_mev": "Ep", "chi2": "χ²",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What differs between two analyses.

    Attributes
    ----------
    files : tuple of (str, str)
        Name of a file, and which of the two has it (``first``, ``second``); names of both differ in their bytes.
    choices : tuple of Difference
        Settings and exclusions.
    results : tuple of ResultRow
        Results that are not equal to 1e-9, each with its shift in standard errors of the first.
    compared : int
        How many results were compared.
    """

    files: tuple[tuple[str, str], ...]
    choices: tuple[Difference, ...]
    results: tuple[ResultRow, ...]
    compared: int

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.files or self.choices or self.results)


def compare(first: Path, second: Path, *, progress: Progress | None = None) -> Compared:
    """Analyse two projects or folders and compare them.

    Raises
    ------
    InputError, ProjectError
        When one of them can't be used.
    """
    progress = progress or Progress()
    parts = (progress.part(0.0, 0.5), progress.part(0.5, 1.0))
    documents = [load_document(path, progress=part) for path, part in zip((first, second), parts, strict=True)]
    return compare_results(analyse(documents[0]), analyse(documents[1]))


def compare_results(first: Results, second: Results) -> Compared:
    """Compare two analyses; temperatures are the same within the tolerance of the grouping of each."""
    rows = list(result_rows((first, second), None))
    for temperature_k in _temperatures(first, second):
        rows += [row for row in result_rows((first, second), temperature_k) if row.temperature_k is not None]
    documents = first.document, second.document
    return Compared(
        tuple(_files(*documents)),
        differences([state_of(document) for document in documents]),
        tuple(row for row in rows if not _is_equal(row)),
        len(rows),
    )


def difference_lines(found: Compared) -> list[str]:
    """Return what differs, a line each."""
    lines = [f"file      {name}: {_WHOSE[whose]}" for name, whose in found.files]
    lines += [f"setting   {_choice_text(one)}" for one in found.choices]
    lines += [f"result    {_result_text(one)}" for one in found.results]
    return lines


def difference_rows(found: Compared) -> dict[str, Any]:
    """Return what differs as plain JSON values."""
    return {
        "files": [{"path": name, "in": whose} for name, whose in found.files],
        "settings": [
            {"name": f"{one.record}.{one.field}", "first": repr(one.values[0]), "second": repr(one.values[1])}
            for one in found.choices
        ],
        "results": [_result_row(one) for one in found.results],
        "compared": found.compared,
    }


_WHOSE = {"first": "only in the first", "second": "only in the second", "both": "not the same bytes"}


def _temperatures(*analyses: Results) -> list[float]:
    """Return the temperatures of the first, and those of the second that the first does not have."""
    found: list[float] = []
    for results in analyses:
        if results.efficiency is None:
            continue
        tolerance = results.document.settings.grouping.temperature_tolerance_k
        known = list(found)
        for kelvin in results.efficiency.temperatures_k:
            if all(abs(float(kelvin) - other) > tolerance for other in known):
                found.append(float(kelvin))
    return sorted(found)


def _files(first: Document, second: Document) -> Iterator[tuple[str, str]]:
    """Yield files by their bytes, so that a folder that was moved or a file of another name is the same."""
    ours, theirs = ({source.sha256: source.path for source in one.experiment.sources} for one in (first, second))
    mine = {path for digest, path in ours.items() if digest not in theirs}
    yours = {path for digest, path in theirs.items() if digest not in ours}
    for name in sorted(mine | yours):
        yield name, "both" if name in mine and name in yours else "first" if name in mine else "second"


def _is_equal(row: ResultRow) -> bool:
    one, other = row.values
    if one is None or other is None:
        return one is other
    return all(
        _is_close(a, b) for a, b in ((one.value, other.value), (one.error, other.error))
    ) and (one.low is None) == (other.low is None)  # fmt: skip


def _is_close(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=_SAME, abs_tol=_SAME**2)


def _choice_text(one: Difference) -> str:
    first, second = one.values
    if one.record == "exclusions":
        told = ["not excluded" if reason is None else f"excluded ({reason})" for reason in (first, second)]
        return f"{one.field}: {told[0]} → {told[1]}"
    return f"{one.record}.{one.field}: {first!r} → {second!r}"


def _result_text(row: ResultRow) -> str:
    place = "joint fit" if row.temperature_k is None else f"{row.temperature_k:.1f} K"
    if math.isfinite(row.detuning_mev):
        place += f", ΔE {row.detuning_mev:.1f} meV"
    first, second = (_value_text(one) for one in row.values)
    shift = row.shifts_sigma[1]
    return f"{place}: {_NAMES[row.quantity]} {first} → {second}" + (f" ({shift:+.2g}σ)" if shift == shift else "")


def _value_text(one: Estimate | None) -> str:
    if one is None:
        return "none"
    return number_with_error(one.value, one.error) if math.isfinite(one.value) else "not determined"


def _result_row(row: ResultRow) -> dict[str, Any]:
    def plain(value: float | None) -> float | None:
        return value if value is not None and math.isfinite(value) else None

    sides = dict(zip(("first", "second"), row.values, strict=True))
    return {
        "quantity": row.quantity,
        "temperature_k": row.temperature_k,
        "detuning_mev": plain(row.detuning_mev),
        **{side: None if one is None else plain(one.value) for side, one in sides.items()},
        **{f"{side}_error": None if one is None else plain(one.error) for side, one in sides.items()},
        "shift_sigma": plain(row.shifts_sigma[1]),
    }
