"""What is doubtful about the corrected spectra as a whole."""

from collections.abc import Sequence

import numpy as np

from asplab.core.grouping import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings


def dark_problems(gathered: Gathered, groups: np.ndarray, settings: CorrectionSettings) -> list[Problem]:
    """Return a warning for the first stack that found no dark frame of its exposure and axis."""
    if not gathered.darks or not settings.subtract_dark:
        return []
    known = [dark.condition.exposure_s for dark in gathered.darks]
    timed = [exposure for exposure in known if exposure is not None]
    for stack, group in zip(gathered.stacks, groups, strict=True):
        exposure = stack.members[0].condition.exposure_s
        all_timed = exposure is not None and len(timed) == len(known)
        if group >= 0 and not (all_timed and exposure and min(abs(t - exposure) for t in timed) > 1e-3 * exposure):
            continue
        found = "of another exposure is used" if group >= 0 else "fits its wavelength axis, so none is subtracted"
        message = (
            f"{stack.label} was taken with {exposure} s, for which there is no dark frame; a dark {found}. "
            "Its level is taken from the signal-free part all the same. Add dark frames of that exposure."
        )
        return [Problem("warning", stack.members[0].where, message)]
    return []


def repeat_problems(stacks: Sequence[Stack], settings: CorrectionSettings) -> list[Problem]:
    """Return a warning where conditions have fewer than three repeats."""
    few = [stack for stack in stacks if len(stack.members) < 3]
    if not few:
        return []
    what = "cosmic rays are not looked for, and " if settings.remove_cosmic_rays else ""
    single = sum(len(stack.members) == 1 for stack in few)
    alone = f", {single} of them one only" if single else ""
    message = (
        f"{len(few)} of {len(stacks)} conditions have fewer than three repeats{alone}: {what}drift "
        "between repeats is taken from the other conditions. Errors of such points are lower limits; measure three."
    )
    return [Problem("warning", few[0].label, message)]
