"""What is subtracted from a spectrum: its dark, the background with the pump off, the light of the bare substrate.

Every part is a sum of mean frames with weights. Of a background B with its own dark D_B, taken with exposure t_B, a
spectrum of exposure t takes r (B − D_B) with r = t/t_B; of the blank L, which holds a background B_L too,
r (L − D_L − B_L) with r = t P/(t_L P_L). Factors of gain, accumulations and neutral filters enter r likewise. Frames
that are in a sum twice with opposite weights, such as the dark of a background of equal exposure, cancel with their
noise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from asplab.core.corrections.darks import DarkFit, dark_for
from asplab.core.corrections.frames import MeanFrame
from asplab.core.corrections.gain import Gain
from asplab.core.corrections.matching import NAMES, Finder
from asplab.core.experiment import Condition

Weights = Mapping[int, float]

_WHOLE = 0.02
"""A frame that still holds its offset is subtracted whole, where its scale differs from one by less."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The mean frames on one wavelength axis: darks, and the search among backgrounds and blanks."""

    darks: tuple[MeanFrame, ...]
    background: Finder
    blank: Finder


@dataclass(frozen=True, slots=True)
class Part:
    """Weights of mean frames by their number, and why there are none; empty where nothing was to be found."""

    weights: Weights
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Subtraction:
    """What one spectrum takes: its dark, background and blank, and how well the dark fits."""

    dark: Part
    dark_fit: DarkFit
    background: Part
    blank: Part

    @property
    def total(self) -> Weights:
        """Weights of all parts; frames that cancel are left out."""
        return _sum(self.dark.weights, self.background.weights, self.blank.weights)

    @property
    def takes_offset(self) -> bool:
        """Whether the electronic offset is subtracted, with a dark or with a frame in its place."""
        return sum(self.total.values()) > 0.5

    @property
    def is_inexact(self) -> bool:
        """Whether a dark of another exposure is part of it."""
        total = self.total
        return self.dark_fit == "other exposure" and any(number in total for number in self.dark.weights)


def subtraction(condition: Condition, shelf: Shelf, gain: Gain) -> Subtraction:
    """Choose what is subtracted from a spectrum of this condition."""
    dark = dark_for(condition, shelf.darks, gain)
    own: Weights = {} if dark.frame is None else {dark.frame.number: dark.times}
    background = _background(condition, shelf, gain)
    return Subtraction(Part(own), dark.fit, background, _blank(condition, shelf, gain))


def _background(condition: Condition, shelf: Shelf, gain: Gain) -> Part:
    frame, reason = shelf.background(condition)
    if frame is None:
        return Part({}, reason)
    dark = dark_for(frame.condition, shelf.darks, gain)
    own: Weights = {frame.number: 1.0}
    if dark.frame is not None:
        own = _sum(own, {dark.frame.number: -dark.times})
    return _scaled(own, condition, frame, gain, is_free=dark.fit == "exact", by_power=False)


def _blank(condition: Condition, shelf: Shelf, gain: Gain) -> Part:
    frame, reason = shelf.blank(condition)
    if frame is None:
        return Part({}, reason)
    other = subtraction(frame.condition, replace(shelf, blank=_nothing), gain)
    own = _sum({frame.number: 1.0}, {number: -weight for number, weight in other.total.items()})
    is_free = other.takes_offset and not other.is_inexact
    return _scaled(own, condition, frame, gain, is_free=is_free, by_power=True)


def _nothing(_: Condition) -> tuple[None, str]:
    """Find no frame: a blank takes no blank."""
    return None, ""


def _scaled(own: Weights, condition: Condition, frame: MeanFrame, gain: Gain, *, is_free: bool, by_power: bool) -> Part:
    """Scale what a frame shows to the exposure, gain and power of a spectrum; one with its offset only whole."""
    scale = gain.light(frame.condition) / gain.light(condition)
    for name in ("exposure_s", "power_uw") if by_power else ("exposure_s",):
        wanted, found = getattr(condition, name), getattr(frame.condition, name)
        if (wanted is None) != (found is None):
            what = "spectrum" if found is None else NAMES[frame.kind]
            return Part({}, f"{name} is given for the {what} alone. Fill the column for both, or for none")
        if wanted is not None and found is not None:
            scale *= wanted / found
    if not is_free and abs(scale - 1.0) <= _WHOLE:
        scale = 1.0
    elif not is_free:
        return Part(
            {},
            f"the {NAMES[frame.kind]} was taken with another exposure or power and holds an electronic offset that "
            f"must not be scaled. Add dark frames of the exposure of the {NAMES[frame.kind]}",
        )
    return Part({number: scale * weight for number, weight in own.items()})


def _sum(*parts: Weights) -> Weights:
    total: dict[int, float] = {}
    for part in parts:
        for number, weight in part.items():
            total[number] = total.get(number, 0.0) + weight
    return {number: weight for number, weight in total.items() if abs(weight) > 1e-12}
