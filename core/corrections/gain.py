"""What multiplies the counts between the light and the file: neutral filters, electron gain, accumulated exposures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.experiment import Condition
from asplab.core.grouping.stage import Stack
from asplab.core.problems import Problem
from asplab.core.settings import NOMINAL_OD_PERCENT, CorrectionSettings
from asplab.core.units import FloatArray

SAME_OD = 0.005
"""Difference up to which two optical densities count as one."""


@dataclass(frozen=True, slots=True)
class Gain:
    """Which of the factors between light and counts are undone."""

    neutral: bool
    em_gain: bool
    accumulations: bool

    def neutral_factor(self, condition: Condition) -> float:
        """Return 10^OD, what the light was weakened by in front of the detector."""
        return 10.0 ** (condition.nd_od or 0.0) if self.neutral else 1.0

    def electron_gain(self, condition: Condition) -> float:
        """Return the electron-multiplying gain."""
        return condition.em_gain or 1.0 if self.em_gain else 1.0

    def exposures(self, condition: Condition) -> float:
        """Return how many exposures the counts are the sum of."""
        return float(condition.accumulations or 1) if self.accumulations else 1.0

    def light(self, condition: Condition) -> float:
        """Return what counts are multiplied with to become light on the detector during one exposure."""
        return self.neutral_factor(condition) / (self.electron_gain(condition) * self.exposures(condition))


def gain_in_use(stacks: Sequence[Stack], settings: CorrectionSettings) -> Gain:
    """Return which factors are undone: the electron gain only where all spectra carry it."""
    known = [member.condition.em_gain is not None for stack in stacks for member in stack.members]
    return Gain(
        settings.undo_neutral_density, settings.divide_by_em_gain and all(known), settings.divide_by_accumulations
    )


def gain_problems(stacks: Sequence[Stack], settings: CorrectionSettings) -> list[Problem]:
    """Return what is doubtful about gain and neutral filters."""
    problems = []
    missing = [stack for stack in stacks if any(member.condition.em_gain is None for member in stack.members)]
    if settings.divide_by_em_gain and missing and len(missing) < len(stacks):
        message = (
            f"em_gain is missing for {len(missing)} of {len(stacks)} conditions, so no spectrum is divided by it. "
            "Fill the column in the manifest for all, or for none."
        )
        problems.append(Problem("warning", missing[0].members[0].where, message))
    return problems + _neutral_problems(stacks, settings)


def _neutral_problems(stacks: Sequence[Stack], settings: CorrectionSettings) -> list[Problem]:
    """Tell the error of an optical density that PL and ASPL do not share, once."""
    density = neutral_od(stacks)
    is_stokes = np.array([stack.kind == "pl" for stack in stacks], dtype=bool)
    if not settings.undo_neutral_density or not is_stokes.any() or is_stokes.all():
        return []
    stokes, anti = density[is_stokes], density[~is_stokes]
    largest = float(max(abs(stokes.max() - anti.min()), abs(stokes.min() - anti.max())))
    if largest < SAME_OD:
        return []
    side = "PL" if stokes.max() > anti.max() else "ASPL"
    percent = 100.0 * (10.0 ** (0.01 * NOMINAL_OD_PERCENT * largest) - 1.0)
    first = next(stack for stack in stacks if (stack.kind == "pl") == (side == "PL"))
    message = (
        f"{side} went through neutral filters of up to OD {density.max():.2g} that the other side did not see. A "
        f"nominal OD is known to {NOMINAL_OD_PERCENT:g} %: that is {percent:.0f} % of the ratio of ASPL to PL, common "
        "to all. Measure the transmission of the filter at the band, give its OD and make the systematic effect "
        "Neutral filter smaller."
    )
    return [Problem("info", first.members[0].where, message)]


def neutral_od(stacks: Sequence[Stack]) -> FloatArray:
    """Return the optical density of the neutral filters of each stack, (n_stacks,), mean over the repeats."""
    return np.array([np.mean([member.condition.nd_od or 0.0 for member in stack.members]) for stack in stacks])
