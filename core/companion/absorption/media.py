"""One band in two media, such as film and suspension: what moved, what widened, and what that may mean."""

from dataclasses import dataclass

from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.band import Band
from asplab.core.statistics.chance import told_from


@dataclass(frozen=True, slots=True)
class MediaComparison:
    """Film less suspension.

    Attributes
    ----------
    peak_shift, mean_shift : Reading
        In meV; positive where the film is to the blue.
    width_ratio : Reading
        Width in the film over that in suspension.
    sentence : str
    """

    peak_shift: Reading
    mean_shift: Reading
    width_ratio: Reading
    sentence: str


def compare_media(film: Band, suspension: Band, *, axis_error_mev: float = 0.0) -> MediaComparison:
    """Compare a band of two media, measured by the same method.

    ``axis_error_mev`` is the standard error between the energy axes of two instruments, 0 on the same one.
    """
    peak = _difference(film.peak, suspension.peak, axis_error_mev)
    mean = _difference(film.mean, suspension.mean, axis_error_mev)
    ratio = _ratio(film.fwhm, suspension.fwhm)
    return MediaComparison(peak, mean, ratio, _told(peak, mean, ratio))


def _difference(film: Reading, suspension: Reading, axis_error_mev: float) -> Reading:
    for reading in (film, suspension):
        if not reading.is_determined:
            return undetermined(reason=reading.reason, unit="meV")
    error = (film.error**2 + suspension.error**2 + axis_error_mev**2) ** 0.5
    return measured(film.value - suspension.value, error, "meV")


def _ratio(film: Reading, suspension: Reading) -> Reading:
    for reading in (film, suspension):
        if not reading.is_determined:
            return undetermined(reason=reading.reason)
    value = film.value / suspension.value
    error = value * ((film.error / film.value) ** 2 + (suspension.error / suspension.value) ** 2) ** 0.5
    return measured(value, error)


def _told(peak: Reading, mean: Reading, ratio: Reading) -> str:
    if not peak.is_determined or not ratio.is_determined:
        return peak.reason or ratio.reason
    limit = told_from(2)
    moved = peak.value / peak.error
    wider = (ratio.value - 1.0) / ratio.error
    if abs(moved) < limit and abs(wider) < limit:
        return "Film and suspension have one band within its errors: what is measured in one serves for the other."
    parts = []
    if abs(moved) >= limit:
        parts.append(f"lies {peak.text.lstrip('-')} to the {'blue' if moved > 0.0 else 'red'}")
    if abs(wider) >= limit:
        parts.append(f"is {'wider' if wider > 0.0 else 'narrower'} by a factor of {ratio.text}")
    told = f"The band of the film {' and '.join(parts)}."
    if moved <= -limit and wider < limit:
        told += " A red shift without more width is what reabsorption or energy transfer do: compare a thinner film."
    return told
