"""The quantum yield of every power series that was excited above the gap."""

from dataclasses import dataclass

from asplab.core.companion.power_law.placed import Placed, place_series
from asplab.core.companion.quantum_yield.abc_law import AbcYield, fit_abc
from asplab.core.energies.stage import Energies
from asplab.core.errors import AsplabError
from asplab.core.grouping.layout import Layout
from asplab.core.grouping.stage import Gathered
from asplab.core.problems import Problem
from asplab.core.pump.power_series import PowerSeries
from asplab.core.pump.two_photon import TwoPhoton


@dataclass(frozen=True, slots=True, eq=False)
class AbcReading:
    """What one power series above the gap says.

    Attributes
    ----------
    series : PowerSeries
    medium : str
        As its file says, empty where it does not.
    temperature : int or None
        Index of the temperature of the spectra that it belongs to; None where there is none.
    detuning_mev : float
        E_g − E_exc, below 0; NaN where no temperature of the spectra is that of the series.
    found : AbcYield or None
    reason : str
        Why there is no law; empty where there is one.
    """

    series: PowerSeries
    medium: str
    temperature: int | None
    detuning_mev: float
    found: AbcYield | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AbcFindings:
    """Power series above the gap, by temperature, then by wavelength; files that say nothing are among the problems."""

    readings: tuple[AbcReading, ...]
    problems: tuple[Problem, ...] = ()


def find_abc_yields(two_photon: TwoPhoton, energies: Energies, layout: Layout, gathered: Gathered) -> AbcFindings:
    """Fit the ABC law to every power series above the gap, of files and of repeats at several powers."""
    media = {record.where: record.condition.medium for record in gathered.experiment.kept}
    placed = [(series, place_series(series, energies, layout)) for series, _ in two_photon.fits]
    found = [_read(series, place, media) for series, place in placed if place.is_stokes]
    found.sort(key=lambda one: (one.series.temperature_k, one.series.excitation_nm))
    # Repeats at several powers were not meant for a law of three rates.
    refused = [one for one in found if one.found is None and one.series.source in media]
    problems = [Problem("warning", one.series.source, f"no yield by the ABC law: {one.reason}") for one in refused]
    return AbcFindings(tuple(found), tuple(problems))


def _read(series: PowerSeries, place: Placed, media: dict[str, str]) -> AbcReading:
    at = media.get(series.source, ""), place.temperature, place.detuning_mev
    if series.stack is None and not series.intensity.any():
        reason = "its spectra belong to no PL that was measured, whose band they would need. Give intensities instead."
        return AbcReading(series, *at, None, reason)
    try:
        return AbcReading(series, *at, fit_abc(series.power_uw, series.intensity, error=series.error))
    except AsplabError as error:
        return AbcReading(series, *at, None, str(error))
