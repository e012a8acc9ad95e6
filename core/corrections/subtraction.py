"""What is subtracted from a spectrum: its dark, the background with the pump off, the light of the bare substrate.

Every part is a sum of mean frames with weights. Of a background B with its own dark D_B, taken with exposure t_B, a
spectrum of exposure t takes r (B − D_B) with r = t/t_B; of the blank L, which holds a background B_L too,
r (L − D_L − B_L) with r = t P/(t_L P_L). Factors of gain, accumulations and neutral filters enter r likewise. Frames
that are in a sum twice with opposite weights, such as the dark of a background of equal exposure, cancel with their
noise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from asplab.core.corrections.darks import SAME, DarkFit, dark_for
from asplab.core.corrections.frames import MeanFrame
from asplab.core.corrections.gain import Gain
from asplab.core.experiment import Condition
from asplab.core.settings import GroupingSettings

Weights = Mapping[int, float]

_WHOLE = 0.02
"""A frame that still holds its offset is subtracted whole, where its scale differs from one by less."""
_STATED = {
    "background": ("temperature_k", "longpass_nm", "shortpass_nm", "path", "probe_mw", "sample"),
    "emission_blank": ("temperature_k", "excitation_nm", "longpass_nm", "shortpass_nm", "path", "probe_mw"),
}
_PLAIN = {
    "temperature_k": "temperature", "excitation_nm": "excitation", "longpass_nm": "filter", "shortpass_nm": "filter",
    "path": "path", "probe_mw": "probe power", "sample": "sample", "em_gain": "gain", "nd_od": "neutral filter",
    "accumulations": "accumulations",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelf:
    """The mean frames on one wavelength axis."""

    darks: tuple[MeanFrame, ...]
    backgrounds: tuple[MeanFrame, ...]
    blanks: tuple[MeanFrame, ...]


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


def subtraction(condition: Condition, shelf: Shelf, gain: Gain, tolerances: GroupingSettings) -> Subtraction:
    """Choose what is subtracted from a spectrum of this condition."""
    dark = dark_for(condition, shelf.darks, gain)
    own: Weights = {} if dark.frame is None else {dark.frame.number: dark.times}
    background = _background(condition, shelf, gain, tolerances)
    return Subtraction(Part(own), dark.fit, background, _blank(condition, shelf, gain, tolerances))


def _background(condition: Condition, shelf: Shelf, gain: Gain, tolerances: GroupingSettings) -> Part:
    frame, reason = _choose(condition, shelf.backgrounds, gain, tolerances)
    if frame is None:
        return Part({}, reason)
    dark = dark_for(frame.condition, shelf.darks, gain)
    own: Weights = {frame.number: 1.0}
    if dark.frame is not None:
        own = _sum(own, {dark.frame.number: -dark.times})
    return _scaled(own, condition, frame, gain, is_free=dark.fit == "exact", by_power=False)


def _blank(condition: Condition, shelf: Shelf, gain: Gain, tolerances: GroupingSettings) -> Part:
    frame, reason = _choose(condition, shelf.blanks, gain, tolerances)
    if frame is None:
        return Part({}, reason)
    other = subtraction(frame.condition, Shelf(shelf.darks, shelf.backgrounds, ()), gain, tolerances)
    own = _sum({frame.number: 1.0}, {number: -weight for number, weight in other.total.items()})
    is_free = other.takes_offset and not other.is_inexact
    return _scaled(own, condition, frame, gain, is_free=is_free, by_power=True)


def _scaled(own: Weights, condition: Condition, frame: MeanFrame, gain: Gain, *, is_free: bool, by_power: bool) -> Part:
    """Scale what a frame shows to the exposure, gain and power of a spectrum; one with its offset only whole."""
    scale = gain.light(frame.condition) / gain.light(condition)
    for name in ("exposure_s", "power_uw") if by_power else ("exposure_s",):
        wanted, found = getattr(condition, name), getattr(frame.condition, name)
        if (wanted is None) != (found is None):
            what = "spectrum" if found is None else _NAMES[frame.kind]
            return Part({}, f"{name} is given for the {what} alone. Fill the column for both, or for none")
        if wanted is not None and found is not None:
            scale *= wanted / found
    if not is_free and abs(scale - 1.0) <= _WHOLE:
        scale = 1.0
    elif not is_free:
        return Part(
            {},
            f"the {_NAMES[frame.kind]} was taken with another exposure or power and holds an electronic offset that "
            f"must not be scaled. Add dark frames of the exposure of the {_NAMES[frame.kind]}",
        )
    return Part({number: scale * weight for number, weight in own.items()})


_NAMES = {"background": "background", "emission_blank": "blank"}


def _choose(
    condition: Condition, frames: tuple[MeanFrame, ...], gain: Gain, tolerances: GroupingSettings
) -> tuple[MeanFrame | None, str]:
    """Return the frame that fits best, and else why none does."""
    misfits = [_misfit(frame, condition, gain, tolerances) for frame in frames]
    fitting = [frame for frame, misfit in zip(frames, misfits, strict=True) if not misfit]
    if fitting:
        return min(fitting, key=lambda frame: _distance(frame, condition)), ""
    if not frames or (condition.probe_mw == 0.0 and frames[0].kind == "background"):
        return None, ""
    what = ", ".join(dict.fromkeys(_PLAIN[misfit] for misfit in misfits))
    kind = _NAMES[frames[0].kind]
    return None, f"none was taken with its {what}. Measure one, or blank the column of a {kind} that holds for all"


def _misfit(frame: MeanFrame, condition: Condition, gain: Gain, tolerances: GroupingSettings) -> str:
    """Return the first column in which a frame states something else than a spectrum; empty where it fits."""
    for name, is_scaled in (("em_gain", gain.em_gain), ("nd_od", gain.neutral), ("accumulations", gain.accumulations)):
        stated, own = getattr(frame.condition, name), getattr(condition, name)
        if stated != own and (not is_scaled or (name == "em_gain" and None in (stated, own))):
            return name
    for name in _STATED[frame.kind]:
        if not _fits(name, getattr(frame.condition, name), getattr(condition, name), tolerances):
            return name
    return ""


def _fits(name: str, stated: float | str | None, own: float | str | None, tolerances: GroupingSettings) -> bool:
    """Whether a spectrum agrees with what a frame states; a blank column of the frame agrees with all."""
    if name == "probe_mw" and own == 0.0:
        return stated == 0.0
    if stated is None or stated == "":
        return True
    if name == "probe_mw" and own is None:
        return True
    if isinstance(stated, str) or not isinstance(own, float | int):
        return stated == own
    widths = {"probe_mw": 10.0 * SAME * stated, "temperature_k": tolerances.temperature_tolerance_k}
    return abs(stated - own) <= widths.get(name, tolerances.wavelength_tolerance_nm)


def _distance(frame: MeanFrame, condition: Condition) -> tuple[int, bool, float]:
    """Return what orders frames that fit: the most specific first, then equal exposure, then the temperature."""
    names = _STATED[frame.kind]
    stated = sum(getattr(frame.condition, name) not in (None, "") for name in names)
    temperature = frame.condition.temperature_k
    away = 0.0 if temperature is None else abs(temperature - (condition.temperature_k or temperature))
    return -stated, frame.condition.exposure_s != condition.exposure_s, away


def _sum(*parts: Weights) -> Weights:
    total: dict[int, float] = {}
    for part in parts:
        for number, weight in part.items():
            total[number] = total.get(number, 0.0) + weight
    return {number: weight for number, weight in total.items() if abs(weight) > 1e-12}
