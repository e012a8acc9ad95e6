"""Whether a spectrum was excited above or below the gap: as stated, by its filter, or by where its band lies."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import median_filter

from asplab.core.errors import AnalysisError
from asplab.core.experiment import Spectrum

_LASER_NM = 10.0


def kinds_of(spectra: Sequence[Spectrum], temperature: Sequence[int]) -> list[str]:
    """Return the kind of each spectrum; ``emission`` is told apart by its filter, else by where the band lies."""
    bands: dict[int, float] = {}
    kinds = []
    for spectrum, t in zip(spectra, temperature, strict=True):
        condition = spectrum.condition
        has_longpass, has_shortpass = condition.longpass_nm is not None, condition.shortpass_nm is not None
        if spectrum.kind != "emission":
            kinds.append(spectrum.kind)
        elif has_longpass != has_shortpass:
            kinds.append("pl" if has_longpass else "aspl")
        else:
            if t not in bands:
                bands[t] = _band_nm([s for s, own in zip(spectra, temperature, strict=True) if own == t])
            kinds.append("pl" if bands[t] > excitation_of(spectrum) else "aspl")
    return kinds


def _band_nm(spectra: Sequence[Spectrum]) -> float:
    """Return where the emission of one temperature peaks, from the median of what is far from each laser line."""
    axis = spectra[0].wavelength_nm
    shapes = []
    for spectrum in spectra:
        excess = np.interp(axis, spectrum.wavelength_nm, spectrum.counts) - np.median(spectrum.counts)
        excess[np.abs(axis - excitation_of(spectrum)) < _LASER_NM] = np.nan
        noise = float(np.nanmedian(np.abs(excess - np.nanmedian(excess))))
        shapes.append(median_filter(excess, size=9, mode="nearest") / max(noise, np.finfo(float).tiny))
    stacked = np.array(shapes)
    seen = np.isfinite(stacked).any(axis=0)
    level = np.full(axis.size, -np.inf)
    level[seen] = np.nanmean(stacked[:, seen], axis=0)
    return float(axis[int(np.argmax(level))])


def excitation_of(spectrum: Spectrum) -> float:
    """Return the excitation wavelength of a spectrum in nm.

    Raises
    ------
    AnalysisError
        When the manifest does not say it.
    """
    excitation = spectrum.condition.excitation_nm
    if excitation is None:
        raise AnalysisError(f"{spectrum.where}: excitation_nm is missing. Fill it in the manifest.")
    return excitation
