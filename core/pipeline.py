"""The chain from a document to its results: memoised pure stages, wired by their types."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, fields

import numpy as np

from asplab.core.calibration import Calibration, calibrate
from asplab.core.companion.absorption.heat_stage import HeatFindings, find_heat_tails
from asplab.core.companion.absorption.stage import AbsorptionFindings, find_tails
from asplab.core.companion.cooling.points import CoolingPoints, measured_cooling
from asplab.core.companion.kept import KeptRecords, keep_records
from asplab.core.companion.left_out import left_out
from asplab.core.companion.matched.stage import MatchedFindings, find_matched
from asplab.core.companion.power_law.stage import PowerFindings, find_power_dependence
from asplab.core.companion.quantum_yield.sphere_stage import SphereFindings, find_sphere_yields
from asplab.core.companion.quantum_yield.stage import AbcFindings, find_abc_yields
from asplab.core.companion.sizes.stage import SizeFindings, find_sizes
from asplab.core.companion.temperature.absorption_tops import find_absorption_tops
from asplab.core.companion.temperature.emission import measure_emission
from asplab.core.companion.temperature.low_power import find_low_power
from asplab.core.companion.temperature.overlay import Overlays, find_overlays
from asplab.core.companion.temperature.stage import TemperatureTrends, find_trends
from asplab.core.companion.transient.stage import Transients, find_transients
from asplab.core.companion.transient.upconversion import Upconversions, find_upconversion
from asplab.core.corrections import Corrected, correct, mean_frames
from asplab.core.corrections.axes import correct_axes
from asplab.core.corrections.filters import find_filters
from asplab.core.corrections.saturation import Saturated, find_flat_tops, find_saturated
from asplab.core.corrections.switched_off import SwitchedOff, find_switched_off
from asplab.core.document import Document
from asplab.core.drift.records import DriftTrends
from asplab.core.drift.trends import check_drift, find_heat_trends, find_light_trends, follow_heat, measure_heat
from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.efficiency.stokes_curvature import StokesCurvature, find_curvature
from asplab.core.emission.band import (
    Bands,
    StokesTransmitted,
    find_bands,
    find_shapes,
    find_stokes_transmitted,
)
from asplab.core.emission.integration import Background, Emission, integrate, read_background
from asplab.core.emission.laser_line import LaserLines, find_laser_lines, keep_out_laser
from asplab.core.emission.running_sums import Cumulative, accumulate
from asplab.core.emission.sloping_background import BackgroundCheck, check_background, find_slopes
from asplab.core.energies.absorbed import respond_to_absorbed
from asplab.core.energies.excitations import Excitations, find_excitations
from asplab.core.energies.stage import Energies, find_energies
from asplab.core.errors import AsplabError, Cancelled
from asplab.core.experiment import Experiment
from asplab.core.graph import Graph
from asplab.core.grouping.block_scatter import Blocks, find_blocks
from asplab.core.grouping.layout import Layout, arrange
from asplab.core.grouping.pairing import Pairs, pair_repeats
from asplab.core.grouping.stage import Gathered, gather
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.polaron.profiles import PolaronIntervals, find_intervals
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.pump.linear_regime import LinearRegime, find_linear_regime
from asplab.core.pump.power_series import find_power_series
from asplab.core.pump.pump_powers import find_powers
from asplab.core.pump.pure_responses import as_measured, no_power_series, purify
from asplab.core.pump.purity import PurityBound, bound_leak
from asplab.core.pump.two_photon import TwoPhoton, find_two_photon, read_series
from asplab.core.responses.halfway import fit_from_table, responses_from_tables
from asplab.core.responses.stage import Responses, scatter_of_heat
from asplab.core.scans import Alignment, Scans, align_scans, read_scans
from asplab.core.shape.check import ShapeTest, check_shapes
from asplab.core.shape.moved import MovedShapes

_FROM_RAW = (
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
    arrange,
    accumulate,
    find_stokes_transmitted,
    find_shapes,
    find_bands,
    read_background,
    check_shapes,
    find_light_trends,
    integrate,
    find_slopes,
    check_background,
    find_excitations,
    find_energies,
    align_scans,
    read_scans,
    measure_heat,
    find_heat_trends,
    follow_heat,
    check_drift,
    pair_repeats,
    find_blocks,
    scatter_of_heat,
    as_measured(respond_to_absorbed),
    find_powers,
    find_power_series,
    read_series,
    find_two_photon,
    purify,
)
_SETTLING = (Calibration, Saturated, Alignment, Blocks, Energies, StokesTransmitted, KeptRecords)
_TO_RESULTS = (fit_efficiency, bound_leak, find_curvature, fit_polaron, find_intervals)
_OF_MEASUREMENTS = (find_linear_regime, find_switched_off)
_FROM_RESPONSES = (measured_cooling,)
_COMPANIONS = (
    keep_records,
    find_transients,
    find_upconversion,
    find_sizes,
    find_power_dependence,
    find_abc_yields,
    find_sphere_yields,
    find_matched,
    measure_emission,
    find_absorption_tops,
    find_low_power,
    find_trends,
    find_overlays,
    find_tails,
    find_heat_tails,
)
_RAW_STAGES = (*_FROM_RAW, *_TO_RESULTS, *_OF_MEASUREMENTS, *_FROM_RESPONSES, *_COMPANIONS)


def raw_graph() -> Graph:
    """Return the stages from raw data on without inputs, for those who need a product of other inputs.

    No band is moved unless `MovedShapes` are put.
    """
    return Graph(_RAW_STAGES, settling=_SETTLING).put(MovedShapes())


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Everything that follows from a document; a product is None where its stage failed.

    ``problems`` holds what went wrong (severity error), what is doubtful (warning) and what is worth knowing.
    """

    document: Document
    gathered: Gathered | None = None
    laser_lines: LaserLines | None = None
    calibration: Calibration | None = None
    corrected: Corrected | None = None
    layout: Layout | None = None
    bands: Bands | None = None
    background: Background | None = None
    excitations: Excitations | None = None
    energies: Energies | None = None
    emission: Emission | None = None
    switched_off: SwitchedOff | None = None
    shape_test: ShapeTest | None = None
    background_check: BackgroundCheck | None = None
    scans: Scans | None = None
    absorbed: Absorbed | None = None
    drift: DriftTrends | None = None
    pairs: Pairs | None = None
    two_photon: TwoPhoton | None = None
    responses: Responses | None = None
    efficiency: EfficiencyFit | None = None
    purity: PurityBound | None = None
    stokes_curvature: StokesCurvature | None = None
    linear_regime: LinearRegime | None = None
    power_dependence: PowerFindings | None = None
    abc_yields: AbcFindings | None = None
    sphere_yields: SphereFindings | None = None
    matched: MatchedFindings | None = None
    trends: TemperatureTrends | None = None
    overlays: Overlays | None = None
    cooling: CoolingPoints | None = None
    transients: Transients | None = None
    upconversion: Upconversions | None = None
    sizes: SizeFindings | None = None
    absorption: AbsorptionFindings | None = None
    heat_tails: HeatFindings | None = None
    polaron: PolaronFit | None = None
    intervals: PolaronIntervals | None = None
    problems: tuple[Problem, ...] = ()
    is_at_rest: bool = True
    """False while what waits for the end of a drag is left out."""

    @property
    def is_complete(self) -> bool:
        """True when η was found and a polaron fit was possible."""
        return self.polaron is not None and bool(self.polaron.fitted.any())


_PRODUCTS: dict[str, type] = {
    "gathered": Gathered,
    "laser_lines": LaserLines,
    "calibration": Calibration,
    "corrected": Corrected,
    "layout": Layout,
    "bands": Bands,
    "background": Background,
    "excitations": Excitations,
    "energies": Energies,
    "emission": Emission,
    "switched_off": SwitchedOff,
    "shape_test": ShapeTest,
    "background_check": BackgroundCheck,
    "scans": Scans,
    "absorbed": Absorbed,
    "drift": DriftTrends,
    "pairs": Pairs,
    "two_photon": TwoPhoton,
    "responses": Responses,
    "efficiency": EfficiencyFit,
    "purity": PurityBound,
    "stokes_curvature": StokesCurvature,
    "linear_regime": LinearRegime,
    "power_dependence": PowerFindings,
    "abc_yields": AbcFindings,
    "sphere_yields": SphereFindings,
    "matched": MatchedFindings,
    "trends": TemperatureTrends,
    "overlays": Overlays,
    "cooling": CoolingPoints,
    "transients": Transients,
    "upconversion": Upconversions,
    "sizes": SizeFindings,
    "absorption": AbsorptionFindings,
    "heat_tails": HeatFindings,
    "polaron": PolaronFit,
    "intervals": PolaronIntervals,
}

_AT_REST = (
    "shape_test",
    "background_check",
    "intervals",
    "purity",
    "stokes_curvature",
    "linear_regime",
    "power_dependence",
    "abc_yields",
    "matched",
    "trends",
    "overlays",
    "cooling",
    "transients",
    "upconversion",
    "absorption",
    "heat_tails",
)
"""Products that wait for the end of a drag."""

_TYPICAL_S: dict[type, float] = {ShapeTest: 0.65, Corrected: 0.58, Cumulative: 0.42, Gathered: 0.17, Scans: 0.12}
_SHORT_S = 0.01
"""How long stages take with eleven temperatures, for the progress of those that never ran."""


class Analysis:
    """Keep the stages of one document after another, so that an edit costs only what it made stale.

    A document with raw spectra or scans takes the whole chain; one with a ``responses`` or an ``efficiency``
    table enters half-way.
    """

    def __init__(self) -> None:
        self._graph = raw_graph()
        self._route = "raw"
        self._tested: Experiment | None = None

    def fork(self) -> "Analysis":
        """Return an analysis for another thread; what one of the two has made, the other need not make again."""
        other = copy(self)
        other._graph = self._graph.fork()
        return other

    def update(self, document: Document, *, intervals: bool = True, progress: Progress | None = None) -> Results:
        """Return the results of ``document``; ``intervals`` False leaves out what waits for the end of a drag.

        ``progress`` is told before every stage that has to run, with the part of the time that all of them need.

        Raises
        ------
        Cancelled
            When ``progress`` was cancelled; stages that have ended are kept, and the next update is as good as a first.
        """
        self._put(document)
        asked = self._asked(intervals=intervals)
        tell = None if progress is None else _Watched(self._graph, asked.values(), progress).tell
        if self._graph.provides(ShapeTest) and (intervals or self._tested is not document.experiment):
            self._move_shapes(document.experiment, tell)
        products: dict[str, object] = {}
        problems: list[Problem] = list(document.experiment.problems)
        for name, kind in asked.items():
            try:
                product: object = self._graph.get(kind, before=tell)
            except Cancelled:
                raise
            except AsplabError as error:
                message = str(error).removeprefix(f"{document.experiment.name}: ")
                problems.append(Problem("error", document.experiment.name, message))
            except np.linalg.LinAlgError:
                message = f"the numbers that lead to the {name} are degenerate: a channel without signal or noise?"
                problems.append(Problem("error", document.experiment.name, f"{message} Look at its inputs."))
            else:
                products[name] = product
                problems.extend(getattr(product, "problems", ()))
        problems.extend(left_out(document.experiment, asked.keys() - products.keys()))
        found = tuple(_unique(problems))
        return Results(document, **products, problems=found, is_at_rest=intervals)  # type: ignore[arg-type]

    def cost_s(self, document: Document, *, intervals: bool = True) -> float:
        """Return about how long :meth:`update` takes, in s, from how long its stale stages took before."""
        self._put(document)
        return sum(self._graph.stale(*self._asked(intervals=intervals).values()).values())

    def _put(self, document: Document) -> None:
        self._choose_route(document)
        settings = document.settings
        records = [getattr(settings, field.name) for field in fields(settings)]
        self._graph.put(document.experiment, document.exclusions, *records)

    def _asked(self, *, intervals: bool) -> dict[str, type]:
        return {
            name: kind
            for name, kind in _PRODUCTS.items()
            if (intervals or name not in _AT_REST) and self._graph.provides(kind)
        }

    def _move_shapes(self, experiment: Experiment, before: Callable[[], None] | None) -> None:
        """Find the bands that are moved: at rest and in new data; while something is dragged, they stay."""
        try:
            moved = self._graph.get(ShapeTest, before=before).moved
        except Cancelled:
            raise
        except (AsplabError, np.linalg.LinAlgError):
            moved = MovedShapes()
        self._graph.put(moved)
        self._tested = experiment

    def _choose_route(self, document: Document) -> None:
        kinds = {table.kind for table in document.experiment.tables}
        has_raw = bool(document.experiment.scans or document.experiment.spectra)
        route = "raw" if has_raw or not kinds else "efficiency" if kinds == {"efficiency"} else "responses"
        if route == self._route:
            return
        stages = {
            "raw": _RAW_STAGES,
            "responses": (as_measured(responses_from_tables), no_power_series, purify, *_TO_RESULTS, *_FROM_RESPONSES),
            "efficiency": (fit_from_table, fit_polaron, find_intervals),
        }
        self._route, self._graph = route, Graph(stages[route], settling=_SETTLING).put(MovedShapes())
        self._tested = None


class _Watched:
    """Progress over the stages that an update has to run; each counts with the time it took before."""

    def __init__(self, graph: Graph, asked: Iterable[type], progress: Progress) -> None:
        self._graph, self._asked, self._progress = graph, tuple(asked), progress
        self._whole_s = self._left_s()

    def tell(self) -> None:
        """Report what is done, and raise `Cancelled` where the user wants no more."""
        left = self._left_s()
        # What is found on the way, such as bands that are moved, may make more stages stale.
        self._whole_s = max(self._whole_s, left)
        self._progress.step(round(1e6 * (self._whole_s - left)), round(1e6 * self._whole_s), "analysing")

    def _left_s(self) -> float:
        stale = self._graph.stale(*self._asked)
        return sum(seconds or _TYPICAL_S.get(made, _SHORT_S) for made, seconds in stale.items())


def _unique(problems: list[Problem]) -> Iterator[Problem]:
    seen: set[Problem] = set()
    for problem in problems:
        if problem not in seen:
            seen.add(problem)
            yield problem


def analyse(document: Document) -> Results:
    """Run the whole chain on a document, once.

    Returns
    -------
    Results
        Products of all stages that succeeded, and a problem for each that did not.
    """
    return Analysis().update(document)
