"""Emission at a power that heats nothing, corrected as all other emission is."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.calibration import calibrate
from asplab.core.corrections import Corrected, correct, mean_frames
from asplab.core.corrections.axes import correct_axes
from asplab.core.corrections.filters import find_filters
from asplab.core.corrections.saturation import find_flat_tops, find_saturated
from asplab.core.counting import counted
from asplab.core.document import Exclusions
from asplab.core.emission.band import BandShapes, Template, find_shapes, find_stokes_transmitted
from asplab.core.emission.laser_line import find_laser_lines, keep_out_laser
from asplab.core.errors import AsplabError
from asplab.core.experiment import Experiment, Spectrum
from asplab.core.graph import Graph
from asplab.core.grouping.medium import is_of_emission, main_part
from asplab.core.grouping.stage import gather
from asplab.core.problems import Problem
from asplab.core.settings import (
    BackgroundSettings,
    CalibrationSettings,
    CorrectionSettings,
    EnergySettings,
    GroupingSettings,
    TransmissionSettings,
)
from asplab.core.units import FloatArray

KIND = "low_power"
_STAGES = (
    gather, calibrate, correct_axes, mean_frames, find_filters, find_laser_lines, keep_out_laser, find_flat_tops,
    find_saturated, correct, find_stokes_transmitted, find_shapes,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class LowPower:
    """Band shapes at low power.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n,)
    templates : tuple of Template or None
    power_uw : float
        Median pump power of the spectra; NaN where none is told.
    reason : str
        Why there are none; empty where the experiment holds no such spectra.
    """

    temperatures_k: FloatArray
    templates: tuple[Template | None, ...]
    power_uw: float
    reason: str = ""
    problems: tuple[Problem, ...] = ()


def find_low_power(
    experiment: Experiment,
    exclusions: Exclusions,
    grouping: GroupingSettings,
    corrections: CorrectionSettings,
    calibration: CalibrationSettings,
    transmission: TransmissionSettings,
    background: BackgroundSettings,
    energies: EnergySettings,
) -> LowPower:
    """Find the band shapes of the spectra of kind ``low_power``, as those of PL are found."""
    main = main_part(experiment)
    there = [one for one in main.spectra_of((KIND,)) if exclusions.reason(one.source) is None]
    own, told = _of_sample(there, main)
    if not own:
        return LowPower(np.empty(0), (), np.nan, told[0].message if told else "", told)
    main = replace(main, spectra=tuple(one for one in main.spectra if one.kind != KIND or one in own))
    settings = (grouping, corrections, calibration, transmission, background, energies)
    graph = Graph(_STAGES).put(_alone(main), exclusions, *settings)
    powers = [one.condition.power_uw for one in own if one.condition.power_uw is not None]
    power = float(np.median(powers)) if powers else np.nan
    try:
        shapes, corrected = graph.get(BandShapes), graph.get(Corrected)
    except AsplabError as lack:
        problem = Problem("warning", f"kind {KIND}", str(lack))
        return LowPower(np.empty(0), (), power, str(lack), (*told, problem))
    return LowPower(corrected.temperatures_k, shapes.templates, power, problems=told)


def _of_sample(spectra: list[Spectrum], main: Experiment) -> tuple[list[Spectrum], tuple[Problem, ...]]:
    """Return the spectra of the sample of the other emission, and tell of those that are of another one."""
    own = [one for one in spectra if is_of_emission(one, main.spectra)]
    others = [one for one in spectra if one not in own]
    if not others:
        return own, ()
    samples = ", ".join(repr(name) for name in sorted({one.condition.sample for one in others}))
    message = (
        f"{counted(len(others), 'spectrum', 'spectra')} of kind {KIND} {'is' if len(others) == 1 else 'are'} not used: "
        f"{samples} is another sample than that of the emission. Check the column sample."
    )
    return own, (Problem("warning", others[0].where, message),)


def _alone(experiment: Experiment) -> Experiment:
    """Return the experiment with these spectra as its only emission."""
    beside = [one for one in experiment.spectra if one.kind in ("dark", "background", "emission_blank", "lamp")]
    light = [replace(one, kind="pl") for one in experiment.spectra_of((KIND,))]
    return replace(experiment, spectra=(*beside, *light), scans=(), tables=(), kept=(), problems=())
