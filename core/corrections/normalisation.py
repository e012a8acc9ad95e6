"""What counts are divided by because more light or more time gives more of them: exposure and pump power."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.grouping.stage import Stack
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Normalisation:
    """What the counts of each repeat are divided by, (n_repeats,) for each stack; ones where nothing is."""

    exposure_s: list[FloatArray]
    power_uw: list[FloatArray]


def normalisations(
    stacks: Sequence[Stack], settings: CorrectionSettings, problems: list[Problem], *, has_power: bool
) -> Normalisation:
    """Return exposures and powers; each only where all spectra carry it, power where all scans do too."""
    found = {}
    for name, wanted in (
        ("exposure_s", settings.divide_by_exposure),
        ("power_uw", settings.divide_by_power and has_power),
    ):
        values = [[getattr(s.condition, name) for s in stack.members] for stack in stacks]
        missing = [stack for stack, row in zip(stacks, values, strict=True) if None in row]
        found[name] = [np.ones(len(stack.members)) for stack in stacks]
        if wanted and not missing:
            found[name] = [np.array(row, dtype=float) for row in values]
        if wanted and 0 < len(missing) < len(stacks):
            message = (
                f"{name} is missing for {len(missing)} of {len(stacks)} conditions, so no spectrum is divided by it. "
                "Fill the column in the manifest for all, or for none."
            )
            problems.append(Problem("warning", missing[0].members[0].where, message))
    return Normalisation(**found)
