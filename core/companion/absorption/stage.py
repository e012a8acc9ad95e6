"""Absorption curves of all media, the emission beside them, and film against suspension."""

import math
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.companion.absorption.media import MediaComparison, compare_media
from asplab.core.companion.absorption.other_medium import emission_in
from asplab.core.companion.absorption.spectra import Emitting, absorption_of_curve, emission_of
from asplab.core.companion.absorption.tail import Sample, Tail, read_tail
from asplab.core.companion.temperature.band import Band, measure_band
from asplab.core.document import Exclusions
from asplab.core.emission.band import BandShapes
from asplab.core.energies.references import SAME_TEMPERATURE_K
from asplab.core.energies.stage import Energies
from asplab.core.errors import AsplabError
from asplab.core.experiment import EMISSION_KINDS, Curve, Experiment
from asplab.core.grouping.conditions import kept
from asplab.core.grouping.medium import analysed_medium, is_of_emission, other_media
from asplab.core.problems import Problem
from asplab.core.settings import (
    BackgroundSettings,
    CalibrationSettings,
    CorrectionSettings,
    EnergySettings,
    GroupingSettings,
    TailSettings,
    TransmissionSettings,
)
from asplab.core.units import FloatArray, Medium

_METHOD = "direct"
"""Film and suspension need no common line shape."""


@dataclass(frozen=True, slots=True, eq=False)
class MediumPair:
    """The emission bands of film and suspension at one temperature.

    ``comparison`` is None, with a reason, where they can't be compared.
    """

    temperature_k: float
    film: Emitting
    suspension: Emitting
    comparison: MediaComparison | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AbsorptionFindings:
    """All absorption curves by medium and temperature, and pairs of film and suspension."""

    tails: tuple[Tail, ...]
    media: tuple[MediumPair, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Emission:
    """The emission of one medium at its temperatures (n,)."""

    medium: str
    temperatures_k: FloatArray
    bands: tuple[Emitting | None, ...]

    def at(self, temperature_k: float | None) -> int | None:
        """Return the place of a temperature; the only one there is where none is told."""
        if temperature_k is None:
            return 0 if len(self.temperatures_k) == 1 else None
        near = np.abs(self.temperatures_k - temperature_k)
        return int(np.argmin(near)) if near.size and near.min() <= SAME_TEMPERATURE_K else None


def find_tails(
    experiment: Experiment,
    exclusions: Exclusions,
    shapes: BandShapes,
    energies: Energies,
    grouping: GroupingSettings,
    corrections: CorrectionSettings,
    transmission: TransmissionSettings,
    background: BackgroundSettings,
    calibration: CalibrationSettings,
    axis: EnergySettings,
    settings: TailSettings,
) -> AbsorptionFindings:
    """Read every absorption curve beside the emission of its medium and temperature, and compare the media."""
    problems: list[Problem] = []
    main = _emission(analysed_medium(experiment), shapes, energies, axis.medium)
    records = (grouping, corrections, transmission, background, calibration, _own_energies(axis))
    emission = {main.medium: main}
    for medium in other_media(experiment):
        emission[medium] = _other(medium, experiment, exclusions, records, axis.medium, problems)
    curves = [curve for curve in experiment.curves if curve.kind == "absorption"]
    tails = []
    for curve in kept(curves, exclusions):
        own = [one for one in experiment.spectra if one.condition.medium in ("", curve.condition.medium or main.medium)]
        # Emission, gap and η of another sample say nothing about this one.
        is_own = is_of_emission(curve, own)
        if not is_own:
            problems.append(_of_other_sample(curve))
        known = (emission, main) if is_own else ({}, _Emission(main.medium, np.zeros(0), ()))
        try:
            tails.append(_tail_of(curve, *known, axis.medium, settings))
        except AsplabError as error:
            problems.append(Problem("warning", curve.where, str(error)))
    tails.sort(key=lambda one: (one.sample.medium, np.nan_to_num(one.sample.temperature_k)))
    others = [emission[medium] for medium in emission if medium != main.medium]
    pairs = [pair for other in others for pair in _pairs(main, other, settings)]
    return AbsorptionFindings(tuple(tails), tuple(pairs), tuple(problems))


def _of_other_sample(curve: Curve) -> Problem:
    message = (
        f"this absorption is of sample {curve.condition.sample!r} and the emission of another one, so that it has no "
        "temperature, gap or η beside it. Check the column sample."
    )
    return Problem("warning", curve.where, message)


def _own_energies(axis: EnergySettings) -> EnergySettings:
    """Return the settings of another medium: the energies that were given are of the analysed one."""
    return replace(
        axis, reference="peak", reference_offset_mev=0.0, given_reference=(), given_mean_photon=(), given_absorption=()
    )


def _emission(medium: str, shapes: BandShapes, energies: Energies, axis: Medium) -> _Emission:
    bands = [
        None
        if template is None or not math.isfinite(reference)
        else emission_of(template, reference_mev=float(reference), mean_mev=float(mean), medium=axis)
        for template, reference, mean in zip(
            shapes.templates, energies.reference_mev, energies.mean_photon_mev, strict=True
        )
    ]
    return _Emission(medium, energies.temperatures_k, tuple(bands))


def _other(
    medium: str,
    experiment: Experiment,
    exclusions: Exclusions,
    records: tuple[object, ...],
    axis: Medium,
    problems: list[Problem],
) -> _Emission:
    spectra = [s for s in experiment.spectra_of(EMISSION_KINDS) if s.condition.medium == medium]
    if not kept(spectra, exclusions):
        return _Emission(medium, np.zeros(0), ())
    try:
        shapes, energies = emission_in(medium, experiment, exclusions, records)
    except AsplabError as error:
        problems.append(Problem("warning", f"emission of the {medium}", str(error)))
        return _Emission(medium, np.zeros(0), ())
    problems.extend(
        replace(problem, where=f"{medium}, {problem.where}") for problem in (*shapes.problems, *energies.problems)
    )
    return _emission(medium, shapes, energies, axis)


def _tail_of(
    curve: Curve, emission: dict[str, _Emission], main: _Emission, axis: Medium, settings: TailSettings
) -> Tail:
    own = emission.get(curve.condition.medium or main.medium, main)
    place = own.at(curve.condition.temperature_k)
    emitting = None if place is None or not own.bands else own.bands[place]
    told = curve.condition.temperature_k
    kelvin = told if told is not None else math.nan if place is None else float(own.temperatures_k[place])
    error = curve.condition.temperature_error_k
    sample = Sample(
        source=curve.source,
        medium=curve.condition.medium or own.medium,
        temperature_k=kelvin,
        temperature_error_k=settings.temperature_error_k if error is None else error,
        temperature=main.at(told),
    )
    reference = math.nan if emitting is None else emitting.reference_mev
    absorbing = absorption_of_curve(curve, reference_mev=reference, level_from_mev=settings.level_from_mev, medium=axis)
    return read_tail(sample, absorbing, emitting=emitting, heating=None, settings=settings)


def _pairs(main: _Emission, other: _Emission, settings: TailSettings) -> list[MediumPair]:
    found = []
    for kelvin, band in zip(other.temperatures_k, other.bands, strict=True):
        place = main.at(float(kelvin))
        own = None if place is None else main.bands[place]
        if band is None or own is None:
            continue
        film, suspension = (band, own) if other.medium == "film" else (own, band)
        try:
            comparison = compare_media(_band(film), _band(suspension), axis_error_mev=settings.axis_error_mev)
        except AsplabError as error:
            found.append(MediumPair(float(kelvin), film, suspension, None, str(error)))
        else:
            found.append(MediumPair(float(kelvin), film, suspension, comparison))
    return found


def _band(one: Emitting) -> Band:
    (band,) = measure_band(one.energy_mev, one.emission, error=one.error, background="none", methods=(_METHOD,)).bands
    return band
