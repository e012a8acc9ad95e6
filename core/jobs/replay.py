"""The job of ``asplab replay``: recompute a project from its raw data and compare every stored number."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asplab.core.errors import ProjectError
from asplab.core.inference import infer, stored_method
from asplab.core.progress import Progress
from asplab.core.project.file import final_numbers, open_project, stored_results
from asplab.core.units import FloatArray

# On the same machine numbers are found again to the last bit. Another processor or library rounds differently: within
# 5e-11 of the largest number of an array where that was tried.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Replayed:
    """How the numbers of a project were found again.

    Attributes
    ----------
    differences : tuple of str
        One line for each array that differs beyond rounding.
    compared, identical : int
        How many numbers were compared, and how many of them are the same to the last bit.
    """

    differences: tuple[str, ...]
    compared: int
    identical: int


def replay(project: Path, *, progress: Progress | None = None) -> Replayed:
    """Recompute a project from its stored raw data, by the method that found what it holds.

    Raises
    ------
    ProjectError
        When the file is no project, or holds no results to compare with.
    """
    progress = progress or Progress()
    stored = stored_results(project)
    if not stored:
        raise ProjectError(f"{project}: the project was saved without results, so there is nothing to compare.")
    document = open_project(project, progress=progress.part(0.0, 0.4))
    method = stored_method(stored, document.settings)
    found = final_numbers(infer(document, method, progress=progress.part(0.4, 1.0)))
    return Replayed(
        tuple(compare_numbers(stored, found)),
        sum(int(values.size) for values in stored.values()),
        sum(_identical(values, found[name]) for name, values in stored.items() if name in found),
    )


def _identical(old: FloatArray, new: FloatArray) -> int:
    if old.shape != new.shape:
        return 0
    return int(((old == new) | (np.isnan(old) & np.isnan(new))).sum())


def compare_numbers(stored: Mapping[str, FloatArray], found: Mapping[str, FloatArray]) -> list[str]:
    """Return one line for each array that is missing, new, of another shape, or differs beyond rounding."""
    differences = [f"{name}: stored, but not found again" for name in stored if name not in found]
    differences += [f"{name}: found, but not stored" for name in found if name not in stored]
    for name in stored.keys() & found.keys():
        old, new = stored[name], found[name]
        if old.shape != new.shape:
            differences.append(f"{name}: stored with shape {old.shape}, found with {new.shape}")
            continue
        size = np.max(np.abs(old[np.isfinite(old)]), initial=0.0)
        equal = np.isclose(new, old, rtol=_ROUNDING, atol=_ROUNDING * size, equal_nan=True)
        if not equal.all():
            worst = np.unravel_index(int(np.argmin(equal)), old.shape) if old.shape else ()
            place = f"[{', '.join(map(str, worst))}]" if worst else ""
            count = f"{(~equal).sum()} of {old.size} differ"
            differences.append(f"{name}{place}: stored {old[worst]:.10g}, found {new[worst]:.10g} ({count})")
    return sorted(differences)
