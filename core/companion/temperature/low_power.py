"""Emission at a power that heats nothing, corrected as all other emission is."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.calibration import calibrate
from asplab.core.corrections import Corrected, correct, mean_frames
from asplab.core.corrections.axes import correct_axes
from asplab.core.corrections.filters import find_filters
from asplab.core.corrections.saturation import find_flat_tops, find_saturated
from asplab.core.document import Exclusions
from asplab.core.emission.band import BandShapes, Template, find_shapes, find_stokes_transmitted
from asplab.core.emission.laser_line import find_laser_lines, keep_out_laser
from asplab.core.errors import AsplabError
from asplab.core.experiment import Experiment
from asplab.core.graph import Graph
from asplab.core.grouping.medium import main_part
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
    own = [one for one in main.spectra_of((KIND,)) if exclusions.reason(one.source) is None]
    if not own:
        return LowPower(np.empty(0), (), np.nan)
    settings = (grouping, corrections, calibration, transmission, background, energies)
    graph = Graph(_STAGES).put(_alone(main), exclusions, *settings)
    powers = [one.condition.power_uw for one in own if one.condition.power_uw is not None]
    power = float(np.median(powers)) if powers else np.nan
    try:
        shapes, corrected = graph.get(BandShapes), graph.get(Corrected)
    except AsplabError as lack:
        problem = Problem("warning", f"kind {KIND}", str(lack))
        return LowPower(np.empty(0), (), power, str(lack), (problem,))
    return LowPower(corrected.temperatures_k, shapes.templates, power)


def _alone(experiment: Experiment) -> Experiment:
    """Return the experiment with these spectra as its only emission."""
    beside = [one for one in experiment.spectra if one.kind in ("dark", "background", "emission_blank", "lamp")]
    light = [replace(one, kind="pl") for one in experiment.spectra_of((KIND,))]
    return replace(experiment, spectra=(*beside, *light), scans=(), tables=(), kept=(), problems=())
