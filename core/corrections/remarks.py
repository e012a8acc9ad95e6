"""What is doubtful about the corrected spectra as a whole."""

from collections.abc import Iterator, Sequence

from asplab.core.corrections.frames import Frames
from asplab.core.corrections.subtraction import Subtraction
from asplab.core.grouping.stage import Stack
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings


def dark_problems(stacks: Sequence[Stack], choices: Sequence[Subtraction], frames: Frames) -> list[Problem]:
    """Return a warning for the first stack that found no dark frame of its exposure, gain and axis."""
    if not any(frame.kind == "dark" for frame in frames.items):
        return []
    for stack, choice in zip(stacks, choices, strict=True):
        if choice.takes_offset and not choice.is_inexact:
            continue
        is_used = choice.dark_fit != "none"
        found = "of another exposure is used" if is_used else "fits its wavelength axis and gain, so none is subtracted"
        none = "" if is_used else "no "
        message = (
            f"{stack.label} was taken with {stack.members[0].condition.exposure_s} s, for which there is no dark "
            f"frame; {none or 'a '}dark {found}. Its level is taken from the signal-free part all the same. Add dark "
            "frames of that exposure."
        )
        return [Problem("warning", stack.members[0].where, message)]
    return []


def frame_problems(stacks: Sequence[Stack], choices: Sequence[Subtraction], frames: Frames) -> Iterator[Problem]:
    """Yield where no background or blank could be subtracted though there are some, and those that none needs.

    A bare substrate matters where the emission is weak: PL without one is no reason to warn.
    """
    for kind, name in (("background", "background"), ("emission_blank", "blank")):
        if not any(frame.kind == kind for frame in frames.items):
            continue
        parts = [choice.background if kind == "background" else choice.blank for choice in choices]
        used = {number for part in parts for number in part.weights}
        weak = {part.reason for stack, part in zip(stacks, parts, strict=True) if stack.kind == "aspl"}
        for stack, part in zip(stacks, parts, strict=True):
            if part.reason:
                is_minor = kind == "emission_blank" and part.reason not in weak
                message = f"no {name} is subtracted: {part.reason}."
                yield Problem("info" if is_minor else "warning", stack.label, message)
        idle = [frame for frame in frames.items if frame.kind == kind and frame.number not in used]
        # Where none is used and the reason has been told, that is why.
        if idle and (used or not any(part.reason for part in parts)):
            message = (
                f"{sum(len(frame.sources) for frame in idle)} files of kind {kind} are subtracted from no spectrum: "
                "temperature, wavelengths, path, probe power or gain fit none, or another one fits better."
            )
            yield Problem("info", idle[0].sources[0], message)


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
