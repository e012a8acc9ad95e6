"""The grids of choices, each with what the data allow of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_type_hints

import numpy as np

from asplab.core.corrections.transmitted import cutoff_nm
from asplab.core.document import Document
from asplab.core.errors import AnalysisError
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.core.sensitivity.records import ChoiceAxis
from asplab.core.settings import BackgroundSettings, BaselineSettings, IntegrationSettings, MovedCutoff
from asplab.core.units import FloatArray

_INTO_THE_BAND = 0.5
"""How far the edges go into the band, as part of the way to its centre: beyond what is reasonable, to show why."""
_CLEARANCE_STEPS = 7
_LEAST_CLEARANCE_NM = 12.0
_FIRST_START_MEV = 50.0
_SHORTEST_REGION_MEV = 40.0
_SAME = 0.25
"""Part of a grid step within which a grid value gives way to the one in use."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A grid of documents; ``document(i, j)`` raises `SettingsError` for a choice that contradicts itself."""

    name: str
    x: ChoiceAxis
    y: ChoiceAxis
    document: Callable[[int, int], Document]


def window_grid(document: Document, results: Results, points: tuple[int, int] | None) -> Grid:
    """Lower × upper edge of the integration window, from the whole axis into the band."""
    if results.bands is None:
        raise AnalysisError("there are no emission spectra, so there is no window to move.")
    shapes = [shape for shape in results.bands.templates if shape is not None]
    if not shapes:
        raise AnalysisError("no temperature shows a band, so there is no window to move.")
    settings = document.settings.integration
    first = min(float(shape.wavelength_nm[0]) for shape in shapes)
    last = max(float(shape.wavelength_nm[-1]) for shape in shapes)
    low, high = min(s.extent_nm[0] for s in shapes), max(s.extent_nm[1] for s in shapes)
    centre = float(np.mean([s.wavelength_nm[int(np.argmax(s.values))] for s in shapes]))
    n_x, n_y = points or (13, 13)
    x = _axis("lower edge", "nm", np.linspace(first, low + _INTO_THE_BAND * (centre - low), n_x), settings.window_nm[0])
    y = _axis(
        "upper edge", "nm", np.linspace(high - _INTO_THE_BAND * (high - centre), last, n_y), settings.window_nm[1]
    )

    def of(i: int, j: int) -> Document:
        return document.with_settings(integration=replace(settings, window_nm=(float(x.values[i]), float(y.values[j]))))

    return Grid("window", x, y, of)


def cutoff_grid(document: Document, results: Results, points: tuple[int, int] | None) -> Grid:
    """Clearance from the longpass × clearance from the shortpass edges; one for both where filters are not told."""
    if results.corrected is None:
        raise AnalysisError("there are no emission spectra, so there is no cutoff to move.")
    stacks = results.corrected.stacks
    settings = document.settings.transmission
    guard = settings.cutoff_guard_nm
    n_x, n_y = points or (_CLEARANCE_STEPS, _CLEARANCE_STEPS)
    reach = max(2.0 * guard, _LEAST_CLEARANCE_NM)
    if not _have_filters(stacks):
        x = _axis("clearance", "nm", np.linspace(0.0, reach, n_x), guard)
        y = ChoiceAxis("both sides", "", np.zeros(1), ("both sides",), 0)
        return Grid("cutoffs", x, y, lambda i, j: _guarded(document, float(x.values[i])))
    x = _axis("longpass clearance", "nm", np.linspace(0.0, reach, n_x), guard)
    y = _axis("shortpass clearance", "nm", np.linspace(0.0, reach, n_y), guard)
    edges = _edges(stacks, document)

    def of(i: int, j: int) -> Document:
        further = {"longpass": float(x.values[i]) - guard, "shortpass": guard - float(y.values[j])}
        moved = tuple(replace(edge, cutoff_nm=edge.cutoff_nm + further[edge.side]) for edge in edges)
        return document.with_settings(transmission=replace(settings, moved_cutoffs=moved))

    return Grid("cutoffs", x, y, of)


def baseline_grid(document: Document, results: Results, points: tuple[int, int] | None) -> Grid:
    """Start × end of the photothermal baseline region, in meV below the gap, with the shape in use."""
    settings = document.settings.baseline
    if settings.shape not in ("constant", "line", "urbach"):
        raise AnalysisError(
            f"the baseline {settings.shape!r} has no region; choose constant, line or urbach to map one."
        )
    furthest = _furthest(results)
    n_x, n_y = points or (11, 5)
    start, end = _start(settings), furthest if settings.to_mev is None else settings.to_mev
    x = _axis("start", "meV", _starts(furthest, n_x), start)
    first_end = max(settings.from_mev, start) + _SHORTEST_REGION_MEV
    y = _axis("end", "meV", np.linspace(min(first_end, end), furthest, n_y), end)

    def of(i: int, j: int) -> Document:
        own_end = settings.to_mev if j == y.reference else float(y.values[j])
        return document.with_settings(baseline=_region(settings, settings.shape, float(x.values[i]), own_end))

    return Grid("baseline", x, y, of)


def shape_grid(document: Document, results: Results, points: tuple[int, int] | None) -> Grid:
    """Start × shape of the photothermal baseline."""
    settings = document.settings.baseline
    furthest = _furthest(results)
    x = _axis("start", "meV", _starts(furthest, (points or (11, 3))[0]), _start(settings))
    y = _words("shape", ("constant", "line", "urbach"), settings.shape)

    def of(i: int, j: int) -> Document:
        if j == y.reference and i == x.reference:
            return document
        return document.with_settings(baseline=_region(settings, y.labels[j], float(x.values[i]), settings.to_mev))

    return Grid("baseline-shape", x, y, of)


def estimator_grid(document: Document, results: Results, points: tuple[int, int] | None) -> Grid:
    """Sum over the window or least squares of the band's shape × background under the band."""
    if results.emission is None:
        raise AnalysisError("there are no emission spectra, so there is no estimator to change.")
    if points is not None:
        raise AnalysisError("the choices of the estimator are words; leave the number of points out.")
    integration, background = document.settings.integration, document.settings.background
    x = _words("estimator", get_args(get_type_hints(IntegrationSettings)["estimator"]), integration.estimator)
    usual = [word for word in get_args(get_type_hints(BackgroundSettings)["baseline"]) if word != "none"]
    y = _words("background", tuple(usual), background.baseline)

    def of(i: int, j: int) -> Document:
        estimator: Any = x.labels[i]
        baseline: Any = y.labels[j]
        return document.with_settings(
            integration=replace(integration, estimator=estimator), background=replace(background, baseline=baseline)
        )

    return Grid("estimator", x, y, of)


def _axis(name: str, unit: str, values: FloatArray, reference: float) -> ChoiceAxis:
    """Return the values with that in use among them, in place of a grid value that is nearly the same."""
    step = np.ptp(values) / max(values.size - 1, 1)
    kept = values[np.abs(values - reference) > _SAME * step]
    merged = np.sort(np.append(kept, reference))
    return ChoiceAxis(name, unit, merged, (), int(np.searchsorted(merged, reference)))


def _words(name: str, words: tuple[str, ...], reference: str) -> ChoiceAxis:
    labels = words if reference in words else (*words, reference)
    return ChoiceAxis(name, "", np.arange(float(len(labels))), labels, labels.index(reference))


def _have_filters(stacks: tuple[Stack, ...]) -> bool:
    return all((s.longpass_nm if s.kind == "pl" else s.shortpass_nm) is not None for s in stacks)


def _guarded(document: Document, guard_nm: float) -> Document:
    return document.with_settings(transmission=replace(document.settings.transmission, cutoff_guard_nm=guard_nm))


def _edges(stacks: tuple[Stack, ...], document: Document) -> list[MovedCutoff]:
    """Return every nominal cutoff once, where it stands now."""
    found: list[MovedCutoff] = []
    sides: tuple[Literal["longpass", "shortpass"], ...] = ("longpass", "shortpass")
    for side in sides:
        for stack in stacks:
            nominal = stack.longpass_nm if side == "longpass" else stack.shortpass_nm
            now = cutoff_nm(stack, side, document.settings.transmission)
            if nominal is None or now is None or any(e.side == side and e.nominal_nm == nominal for e in found):
                continue
            found.append(MovedCutoff(side, nominal, now))
    # The first entry within the tolerance of a nominal cutoff counts, so the exact one must stand before its likes.
    return sorted(found, key=lambda edge: (edge.side, edge.nominal_nm))


def _furthest(results: Results) -> float:
    """Return how far below the gap all scans reach, in meV."""
    if results.scans is None or results.energies is None:
        raise AnalysisError("there are no photothermal scans, so there is no baseline region to move.")
    reach = [
        float(reference - found.energy_mev.min())
        for reference, found in zip(results.energies.reference_mev, results.scans.sets, strict=True)
        if found is not None and np.isfinite(reference)
    ]
    if not reach or min(reach) < _FIRST_START_MEV + _SHORTEST_REGION_MEV:
        raise AnalysisError(
            f"no scan reaches {_FIRST_START_MEV + _SHORTEST_REGION_MEV:.0f} meV below the gap, so there is no baseline "
            "region to move. Scan to 300 meV below the gap."
        )
    return min(reach)


def _starts(furthest_mev: float, n: int) -> FloatArray:
    return np.linspace(_FIRST_START_MEV, furthest_mev - _SHORTEST_REGION_MEV, n)


def _start(settings: BaselineSettings) -> float:
    return settings.tail_from_mev if settings.shape == "urbach" else settings.from_mev


def _region(settings: BaselineSettings, shape: str, start_mev: float, end_mev: float | None) -> BaselineSettings:
    """Return the baseline of a shape and region; that of a tail keeps where the line alone begins, if it can."""
    chosen: Any = shape
    if shape == "urbach":
        begin = max(settings.from_mev, start_mev)
        return replace(settings, shape=chosen, tail_from_mev=start_mev, from_mev=begin, to_mev=end_mev)
    return replace(settings, shape=chosen, from_mev=start_mev, to_mev=end_mev)
