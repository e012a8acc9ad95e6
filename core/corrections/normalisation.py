"""What counts are divided by because more light or more time gives more of them: exposure and pump power."""

import numpy as np

from asplab.core.grouping import Gathered
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings
from asplab.core.units import FloatArray


def normalisations(gathered: Gathered, settings: CorrectionSettings, problems: list[Problem]) -> list[FloatArray]:
    """Return what the counts of each repeat are divided by; exposure and power only where all carry them."""
    stacks = gathered.stacks
    scale = [np.ones(len(stack.members)) for stack in stacks]
    for name, wanted in (
        ("exposure_s", settings.divide_by_exposure),
        ("power_uw", settings.divide_by_power and gathered.has_power),
    ):
        values = [[getattr(s.condition, name) for s in stack.members] for stack in stacks]
        missing = [stack for stack, row in zip(stacks, values, strict=True) if None in row]
        if not wanted or len(missing) == len(stacks):
            continue
        if missing:
            message = (
                f"{name} is missing for {len(missing)} of {len(stacks)} conditions, so no spectrum is divided by it. "
                "Fill the column in the manifest for all, or for none."
            )
            problems.append(Problem("warning", missing[0].members[0].where, message))
            continue
        scale = [s * np.array(row, dtype=float) for s, row in zip(scale, values, strict=True)]
    return scale
