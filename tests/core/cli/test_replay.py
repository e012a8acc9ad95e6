"""``asplab replay``: a project against its own raw data."""

from pathlib import Path

import h5py
import numpy as np
from command_line import Run, run

from asplab.core.jobs.replay import compare_numbers


def test_replay_of_an_untouched_project_finds_every_number_again(analyzed: tuple[Run, Path]) -> None:
    done = run("replay", analyzed[1] / "project.nxs")
    assert done.code == 0
    assert done.out.strip().endswith("stored numbers recomputed, all equal")


def test_replay_names_the_number_that_differs_and_ends_with_code_1(earlier: Path) -> None:
    project = earlier / "project.nxs"
    with h5py.File(project, "r+") as file:
        found: list[str] = []
        file.visititems(lambda name, item: found.append(name) if name.endswith("efficiency/eta") else None)
        if not found:
            file.visititems(lambda name, item: found.append(name) if name.endswith("/eta") else None)
        dataset = file[found[0]]
        values = dataset[()]
        values[0, 0] *= 1.001
        dataset[...] = values
    done = run("replay", project)
    assert done.code == 1
    assert "efficiency/eta[0, 0]: stored" in done.err


def test_numbers_within_rounding_are_equal_and_beyond_it_are_not() -> None:
    stored = {"efficiency/eta": np.array([0.9, 0.01, np.nan])}
    assert compare_numbers(stored, {"efficiency/eta": stored["efficiency/eta"] + 5e-10}) == []
    (line,) = compare_numbers(stored, {"efficiency/eta": stored["efficiency/eta"] + 5e-9})
    assert line.startswith("efficiency/eta[0]: stored 0.9, found 0.900000005 (2 of 3 differ)")


def test_replay_of_something_else_is_bad_input(table: Path) -> None:
    done = run("replay", table / "eta.csv")
    assert done.code == 2
    assert "no ASPLab project" in done.err
