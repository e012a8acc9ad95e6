"""Emission that was measured in another medium than the analysed one, treated as the main emission is."""

from dataclasses import replace

from asplab.core.calibration import calibrate
from asplab.core.corrections import correct, mean_frames
from asplab.core.corrections.axes import correct_axes
from asplab.core.corrections.filters import find_filters
from asplab.core.corrections.saturation import find_flat_tops, find_saturated
from asplab.core.document import Exclusions
from asplab.core.emission.band import BandShapes, find_shapes, find_stokes_transmitted
from asplab.core.emission.laser_line import find_laser_lines, keep_out_laser
from asplab.core.energies.stage import Energies, find_energies
from asplab.core.experiment import EMISSION_KINDS, Experiment
from asplab.core.graph import Graph
from asplab.core.grouping.stage import gather

_STAGES = (
    gather,
    calibrate,
    correct_axes,
    mean_frames,
    find_filters,
    find_laser_lines,
    keep_out_laser,
    find_flat_tops,
    find_saturated,
    correct,
    find_stokes_transmitted,
    find_shapes,
    find_energies,
)


def emission_in(
    medium: str, experiment: Experiment, exclusions: Exclusions, settings: tuple[object, ...]
) -> tuple[BandShapes, Energies]:
    """Return bands and energies of the emission in ``medium``.

    ``settings`` are the records that the stages of the main emission take; what is said of given energies is of the
    analysed medium and does not count.

    Raises
    ------
    AsplabError
        As the stages do, such as where no emission of the medium is in use.
    """
    graph = Graph(_STAGES).put(_part(medium, experiment), exclusions, *settings)
    return graph.get(BandShapes), graph.get(Energies)


def _part(medium: str, experiment: Experiment) -> Experiment:
    """Return the experiment with the emission of ``medium`` alone, and what corrects it."""
    spectra = tuple(
        spectrum
        for spectrum in experiment.spectra
        if spectrum.condition.medium == medium
        or (spectrum.kind not in EMISSION_KINDS and spectrum.condition.medium == "")
    )
    curves = tuple(curve for curve in experiment.curves if curve.kind != "absorption")
    return replace(experiment, spectra=spectra, scans=(), curves=curves, tables=(), kept=())
