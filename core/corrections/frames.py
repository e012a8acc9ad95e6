"""Mean frames of what is there without the sample's light: dark, background with the pump off, bare substrate."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.document import Exclusions
from asplab.core.experiment import BLANK_KINDS, Condition, Experiment, Spectrum
from asplab.core.grouping.repeats import additive_variance, replace_cosmic_rays
from asplab.core.settings import CorrectionSettings, GroupingSettings
from asplab.core.units import FloatArray

FRAME_KINDS = ("dark", *BLANK_KINDS)

_DETECTOR = ("exposure_s", "em_gain", "accumulations")
"""What frames of one mean share in any case: their electronic offset and dark signal depend on nothing else."""
_EXACT = {
    "dark": _DETECTOR,
    "background": (*_DETECTOR, "nd_od", "probe_mw", "path", "sample"),
    "emission_blank": (*_DETECTOR, "nd_od", "probe_mw", "path"),
}
_NEARLY = {
    "dark": (),
    "background": ("temperature_k", "longpass_nm", "shortpass_nm"),
    "emission_blank": ("temperature_k", "excitation_nm", "longpass_nm", "shortpass_nm"),
}


@dataclass(frozen=True, slots=True, eq=False)
class MeanFrame:
    """The mean of frames taken under one condition.

    Attributes
    ----------
    kind : {"dark", "background", "emission_blank"}
    number : int
        Its column in `Corrected.frame_noise`.
    condition : Condition
        That of the first frame, with the mean pump power.
    wavelength_nm, counts : ndarray, shape (n_pixels,)
    error : float
        Standard deviation of a pixel of ``counts``, pooled over the pixels.
    sources : tuple of str
    """

    kind: str
    number: int
    condition: Condition
    wavelength_nm: FloatArray
    counts: FloatArray
    error: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """All mean frames of an experiment, by `MeanFrame.number`."""

    items: tuple[MeanFrame, ...]

    def of(self, kind: str, axis: FloatArray) -> list[MeanFrame]:
        """Return the mean frames of one kind on a wavelength axis."""
        return [frame for frame in self.items if frame.kind == kind and same_axis(frame.wavelength_nm, axis)]


def same_axis(axis: FloatArray, other: FloatArray) -> bool:
    """Whether two wavelength axes agree within 0.001 nm."""
    return axis is other or (axis.shape == other.shape and bool(np.abs(axis - other).max(initial=0.0) <= 1e-3))


def mean_frames(
    experiment: Experiment, exclusions: Exclusions, settings: CorrectionSettings, tolerances: GroupingSettings
) -> Frames:
    """Average the frames of each kind and condition; those that the user excluded are left out."""
    wanted = {
        "dark": settings.subtract_dark,
        "background": settings.subtract_background,
        "emission_blank": settings.subtract_emission_blank,
    }
    groups: list[list[Spectrum]] = []
    for spectrum in experiment.spectra_of(kind for kind in FRAME_KINDS if wanted[kind]):
        if exclusions.reason(spectrum.source) is not None:
            continue
        for group in groups:
            if _is_alike(spectrum, group[0], tolerances):
                group.append(spectrum)
                break
        else:
            groups.append([spectrum])
    return Frames(tuple(_mean(group, number, settings) for number, group in enumerate(groups)))


def _is_alike(one: Spectrum, other: Spectrum, tolerances: GroupingSettings) -> bool:
    if one.kind != other.kind or not same_axis(one.wavelength_nm, other.wavelength_nm):
        return False
    first, second = one.condition, other.condition
    if any(getattr(first, name) != getattr(second, name) for name in _EXACT[one.kind]):
        return False
    return all(is_near(first, second, name, tolerances) for name in _NEARLY[one.kind])


def is_near(one: Condition, other: Condition, name: str, tolerances: GroupingSettings) -> bool:
    """Whether a temperature or wavelength of two conditions agrees within the tolerances, or is missing in both."""
    first, second = getattr(one, name), getattr(other, name)
    if first is None or second is None:
        return first is second
    width = tolerances.temperature_tolerance_k if name == "temperature_k" else tolerances.wavelength_tolerance_nm
    return bool(abs(first - second) <= width)


def _mean(group: list[Spectrum], number: int, settings: CorrectionSettings) -> MeanFrame:
    """Average frames; where there are three, pixels that stand out in one of them are replaced before."""
    counts = np.array([spectrum.counts for spectrum in group])
    if len(counts) > 2:
        counts, _ = replace_cosmic_rays(counts, threshold=settings.cosmic_threshold)
    error = float(np.sqrt(np.mean(additive_variance(counts)) / len(counts)))
    first = group[0]
    return MeanFrame(
        kind=first.kind,
        number=number,
        condition=_with_mean_power(group),
        wavelength_nm=first.wavelength_nm,
        counts=counts.mean(axis=0),
        error=error,
        sources=tuple(spectrum.source for spectrum in group),
    )


def _with_mean_power(group: list[Spectrum]) -> Condition:
    powers = [spectrum.condition.power_uw for spectrum in group]
    known = [power for power in powers if power is not None]
    # Readbacks of one pump power differ a little; a power that some frames don't carry is not known at all.
    return replace(group[0].condition, power_uw=float(np.mean(known)) if len(known) == len(powers) else None)
