"""Which mean background or blank serves a spectrum: the one that agrees with it in all that it states."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from asplab.core.corrections.darks import SAME
from asplab.core.corrections.frames import MeanFrame
from asplab.core.corrections.gain import Gain
from asplab.core.experiment import Condition
from asplab.core.settings import GroupingSettings

Finder = Callable[[Condition], tuple[MeanFrame | None, str]]
"""Returns the frame that fits a condition best, and else why none does."""

NAMES = {"background": "background", "emission_blank": "blank"}
_STATED = {
    "background": ("temperature_k", "longpass_nm", "shortpass_nm", "path", "probe_mw", "sample"),
    "emission_blank": ("temperature_k", "excitation_nm", "longpass_nm", "shortpass_nm", "path", "probe_mw"),
}
_PLAIN = {
    "temperature_k": "temperature", "excitation_nm": "excitation", "longpass_nm": "filter", "shortpass_nm": "filter",
    "path": "path", "probe_mw": "probe power", "sample": "sample", "em_gain": "gain", "nd_od": "neutral filter",
    "accumulations": "accumulations",
}  # fmt: skip


def finder(frames: Sequence[MeanFrame], gain: Gain, tolerances: GroupingSettings) -> Finder:
    """Return the search among frames of one kind; what it found for a condition it remembers."""

    @cache
    def search(condition: Condition) -> tuple[MeanFrame | None, str]:
        return _choose(condition, frames, gain, tolerances)

    # Readbacks of the power differ from repeat to repeat, and no frame is chosen by them.
    return lambda condition: search(replace(condition, power_uw=None, repeat=None, pair="", time=""))


def _choose(
    condition: Condition, frames: Sequence[MeanFrame], gain: Gain, tolerances: GroupingSettings
) -> tuple[MeanFrame | None, str]:
    """Return the frame that fits best, and else why none does."""
    misfits = [_misfit(frame, condition, gain, tolerances) for frame in frames]
    fitting = [frame for frame, misfit in zip(frames, misfits, strict=True) if not misfit]
    if fitting:
        return min(fitting, key=lambda frame: _distance(frame, condition)), ""
    if not frames or (condition.probe_mw == 0.0 and frames[0].kind == "background"):
        return None, ""
    what = ", ".join(sorted({_PLAIN[misfit] for misfit in misfits}))
    kind = NAMES[frames[0].kind]
    remedy = f"Measure one, or leave that column empty for a {kind} that holds for all"
    # Whatever the order of the frames, one reason is told in one way.
    return None, f"none was taken with its {what}. {remedy}"


def _misfit(frame: MeanFrame, condition: Condition, gain: Gain, tolerances: GroupingSettings) -> str:
    """Return the first column in which a frame states something else than a spectrum; empty where it fits."""
    for name, is_scaled in (("em_gain", gain.em_gain), ("nd_od", gain.neutral), ("accumulations", gain.accumulations)):
        stated, own = getattr(frame.condition, name), getattr(condition, name)
        if stated != own and (not is_scaled or (name == "em_gain" and None in (stated, own))):
            return name
    for name in _STATED[frame.kind]:
        stated = getattr(frame.condition, name)
        # A blank without light of the probe is one of the substrate all the same.
        if name == "probe_mw" and frame.kind == "emission_blank" and stated in (None, 0.0):
            continue
        if not _fits(name, stated, getattr(condition, name), tolerances):
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
