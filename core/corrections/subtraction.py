"""What is subtracted from a spectrum: its dark, the background with the pump off, the light of the bare substrate.

Every part is a sum of mean frames with weights. Of a background B with its own dark D_B, taken with exposure t_B, a
spectrum of exposure t takes r (B − D_B) with r = t/t_B; of the blank L r (L − D_L − B_L) with r = t P/(t_L P_L), B_L
only if it holds a background too. Factors of gain, accumulations and neutral filters enter r likewise. Frames
that are in a sum twice with opposite weights, such as the dark of a background of equal exposure, cancel with their
noise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

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
    """The mean frames on one wavelength axis: darks and blanks, and the search among backgrounds and blanks.

    ``lit`` are the numbers of the blanks that hold the background too.
    """

    darks: tuple[MeanFrame, ...]
    blanks: tuple[MeanFrame, ...]
    background: Finder
    blank: Finder
    lit: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """Weights of mean frames by their number, and why there are none; empty where nothing was to be found.

    ``offsets`` tells how many times the weights hold the electronic offset of the spectrum.
    """

    weights: Weights
    reason: str = ""
    offsets: int = 0


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
    def offsets(self) -> int:
        """How many times the electronic offset is subtracted, with a dark or with a frame in its place: 0 or 1."""
        return self.dark.offsets + self.background.offsets + self.blank.offsets

    @property
    def takes_offset(self) -> bool:
        """Whether the electronic offset is subtracted."""
        return self.offsets > 0

    @property
    def is_inexact(self) -> bool:
        """Whether a dark of another exposure is part of it."""
        total = self.total
        return self.dark_fit == "other exposure" and any(number in total for number in self.dark.weights)


def subtraction(condition: Condition, shelf: Shelf, gain: Gain) -> Subtraction:
    """Choose what is subtracted from a spectrum of this condition; its offset is so once at most."""
    dark, fit = _dark(condition, shelf, gain)
    background = _background(condition, shelf, gain)
    blank = _blank(condition, shelf, gain)
    if dark.offsets + background.offsets + blank.offsets > 1:
        blank = Part({}, _no_dark(shelf))
    return Subtraction(dark, fit, background, blank)


def frames_of_blank(blank: MeanFrame, shelf: Shelf, gain: Gain) -> tuple[Part, Part]:
    """Return the dark of a blank, and the background as it would be taken out of it."""
    return _dark(blank.condition, shelf, gain)[0], _background(blank.condition, shelf, gain)


def _no_dark(shelf: Shelf) -> str:
    what = "no dark frame fits the blank" if shelf.darks else "there are no dark frames"
    return (
        f"{what}: background and blank both hold the electronic offset, which can be taken once only, so the light of "
        "the bare substrate stays in. Add dark frames of all exposures in use"
    )


def _dark(condition: Condition, shelf: Shelf, gain: Gain) -> tuple[Part, DarkFit]:
    dark = dark_for(condition, shelf.darks, gain)
    if dark.frame is None:
        return Part({}), dark.fit
    return Part({dark.frame.number: dark.times}, offsets=1), dark.fit


def _background(condition: Condition, shelf: Shelf, gain: Gain) -> Part:
    frame, reason = shelf.background(condition)
    if frame is None:
        return Part({}, reason)
    dark, fit = _dark(frame.condition, shelf, gain)
    own = Part(less({frame.number: 1.0}, dark.weights), offsets=1 - dark.offsets)
    return _scaled(own, condition, frame, gain, is_free=fit == "exact", by_power=False)


def _blank(condition: Condition, shelf: Shelf, gain: Gain) -> Part:
    frame, reason = shelf.blank(condition)
    if frame is None:
        return Part({}, reason)
    dark, fit = _dark(frame.condition, shelf, gain)
    background = _background(frame.condition, shelf, gain) if frame.number in shelf.lit else Part({})
    other = Subtraction(dark, fit, background, Part({}))
    own = Part(less({frame.number: 1.0}, other.total), offsets=1 - other.offsets)
    return _scaled(own, condition, frame, gain, is_free=other.takes_offset and not other.is_inexact, by_power=True)


def _scaled(own: Part, condition: Condition, frame: MeanFrame, gain: Gain, *, is_free: bool, by_power: bool) -> Part:
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
    return Part({number: scale * weight for number, weight in own.weights.items()}, offsets=own.offsets)


def less(weights: Weights, taken: Weights) -> Weights:
    """Return weights less others; frames that cancel are left out."""
    return _sum(weights, {number: -weight for number, weight in taken.items()})


def _sum(*parts: Weights) -> Weights:
    total: dict[int, float] = {}
    for part in parts:
        for number, weight in part.items():
            total[number] = total.get(number, 0.0) + weight
    return {number: weight for number, weight in total.items() if abs(weight) > 1e-12}
