"""The job of ``asplab replay``: recompute a project from its raw data and compare every stored number."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from asplab.core.errors import ProjectError
from asplab.core.inference import infer, stored_method
from asplab.core.progress import Progress
from asplab.core.project.file import final_numbers, open_project, stored_results
from asplab.core.units import FloatArray

# Other processors and libraries round differently; a number that means something else differs by far more.
_ROUNDING = 1e-6


def replay(project: Path, *, progress: Progress | None = None) -> tuple[list[str], int]:
    """Recompute a project from its stored raw data, by the method that found what it holds.

    Returns
    -------
    tuple
        One line for each array that differs, and how many numbers were compared.

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
    return compare_numbers(stored, found), sum(int(values.size) for values in stored.values())


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
        equal = np.isclose(new, old, rtol=_ROUNDING, atol=_ROUNDING**2 * size, equal_nan=True)
        if not equal.all():
            worst = np.unravel_index(int(np.argmin(equal)), old.shape) if old.shape else ()
            place = f"[{', '.join(map(str, worst))}]" if worst else ""
            count = f"{(~equal).sum()} of {old.size} differ"
            differences.append(f"{name}{place}: stored {old[worst]:.10g}, found {new[worst]:.10g} ({count})")
    return sorted(differences)
