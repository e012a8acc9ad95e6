"""The sensitivity map as a job: one analysis for every point of the grid, only its stale stages each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from asplab.core.document import Document
from asplab.core.errors import AnalysisError, AsplabError, SettingsError
from asplab.core.pipeline import Analysis, Results
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.sensitivity.choices import (
    Grid,
    baseline_grid,
    cutoff_grid,
    estimator_grid,
    shape_grid,
    window_grid,
)
from asplab.core.sensitivity.judges import Judgement, Strips, baseline_is_free, holds_band, smallest_clearance
from asplab.core.sensitivity.quantities import Followed
from asplab.core.sensitivity.records import QUANTITIES, SensitivityMap
from asplab.core.units import FloatArray

_GRIDS: dict[str, Callable[[Document, Results, tuple[int, int] | None], Grid]] = {
    "window": window_grid,
    "cutoffs": cutoff_grid,
    "baseline": baseline_grid,
    "baseline-shape": shape_grid,
    "estimator": estimator_grid,
}
CHOICES = tuple(_GRIDS)
"""Choices that can be mapped."""


def sensitivity(
    document: Document,
    choice: str = "window",
    *,
    detuning_mev: float = 23.0,
    points: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> SensitivityMap:
    """Analyse a document at every point of a grid of two choices.

    Parameters
    ----------
    document : Document
        With raw spectra and scans.
    choice : str
        One of `CHOICES`: edges of the window, clearances from the filter edges, start and end of the photothermal
        baseline region, start and shape of that baseline, or estimator and background of the emission.
    detuning_mev : float
        ΔE above 0 near which η is followed.
    points : (int, int), optional
        Size of the grid before the choice in use joins it, at least 2 each.
    progress : Progress, optional

    Raises
    ------
    SettingsError
        For an unknown choice, or numbers that can't be used.
    AnalysisError
        When the document has no result, or nothing of that choice.
    Cancelled
        When ``progress`` was cancelled.
    """
    _check(choice, detuning_mev, points)
    progress = progress or Progress()
    analysis = Analysis()
    base = analysis.update(document, intervals=False)
    followed = Followed.of(base, detuning_mev)
    if base.emission is None or base.absorbed is None:
        raise AnalysisError(
            "this document enters the analysis half-way, with tables: the choices before them were made elsewhere. "
            "Open the raw spectra and scans to map them."
        )
    grid = _GRIDS[choice](document, base, points)
    run = _Run(grid, followed, analysis, base)
    n_x, n_y = run.allowed.shape[:2]
    for i in range(n_x):
        for j in range(n_y):
            done = i * n_y + j
            progress.step(done, n_x * n_y, f"sensitivity to {choice}: {done} of {n_x * n_y} choices")
            run.evaluate(i, j)
    if choice == "cutoffs":
        run.judge_cutoffs()
    progress.step(1, 1, f"sensitivity to {choice}: {n_x * n_y} of {n_x * n_y} choices")
    return run.finish(document)


def _check(choice: str, detuning_mev: float, points: tuple[int, int] | None) -> None:
    if choice not in _GRIDS:
        raise SettingsError(f"choice {choice!r} can't be mapped; choose one of: {', '.join(_GRIDS)}.")
    if not (np.isfinite(detuning_mev) and detuning_mev > 0.0):
        raise SettingsError(f"detuning_mev is {detuning_mev:g}; η is followed at a ΔE above 0. Give one in meV.")
    if points is not None and min(points) < 2:
        raise SettingsError(f"points is {points}; a grid needs at least 2 by 2. Ask for more.")


@dataclass(slots=True, eq=False)
class _Tables:
    """What the points of a grid give, filled in one by one."""

    values: FloatArray
    errors: FloatArray
    failed: np.ndarray
    reasons: list[list[str]]


class _Run:
    """One pass over a grid."""

    def __init__(self, grid: Grid, followed: Followed, analysis: Analysis, base: Results) -> None:
        n_x, n_y, n_t = grid.x.values.size, grid.y.values.size, len(followed.column)
        self.grid, self.followed, self.analysis, self.base = grid, followed, analysis, base
        self.allowed = np.zeros((n_x, n_y, n_t), dtype=bool)
        self.tables = _Tables(
            np.full((len(QUANTITIES), n_x, n_y, n_t + 1), np.nan),
            np.full((len(QUANTITIES), n_x, n_y, n_t + 1), np.nan),
            np.zeros((n_x, n_y), dtype=bool),
            [[""] * n_y for _ in range(n_x)],
        )
        self.strips: dict[tuple[int, int], Strips] = {}
        # A second analysis keeps the stages that the test of a baseline region needs beside those of the map.
        self.second = Analysis()

    def evaluate(self, i: int, j: int) -> None:
        """Analyse one point and judge it."""
        try:
            document = self.grid.document(i, j)
            results = self.analysis.update(document, intervals=False)
            if results.efficiency is None or results.polaron is None:
                raise AnalysisError(next(p.message for p in results.problems if p.severity == "error"))
            judged = self._judge(i, j, document, results)
        except AsplabError as error:
            self.tables.failed[i, j], self.tables.reasons[i][j] = True, str(error)
            return
        self.tables.values[:, i, j] = self.followed.read(results)
        self.tables.errors[:, i, j] = self.followed.read_errors(results)
        blurred = self.followed.too_blurred(results)
        self.allowed[i, j] = judged.allowed & ~blurred
        why = judged.reason or ("the errors of η are more than twice those in use" if blurred.any() else "")
        self.tables.reasons[i][j] = why
        if self.grid.name == "cutoffs":
            self.strips[i, j] = Strips.of(results)

    def _judge(self, i: int, j: int, document: Document, results: Results) -> Judgement:
        name = self.grid.name
        if name == "window":
            return holds_band(self.base, float(self.grid.x.values[i]), float(self.grid.y.values[j]))
        if name in ("baseline", "baseline-shape"):
            return baseline_is_free(document, results, lambda other: self.second.update(other, intervals=False))
        return Judgement(np.ones(len(self.followed.column), dtype=bool))

    def judge_cutoffs(self) -> None:
        """Keep out, by temperature and side, the clearances at which something else than the band is seen."""
        assert self.base.corrected is not None
        stacks = self.base.corrected.stacks
        temperature = np.array([stack.temperature for stack in stacks])
        is_stokes = np.array([stack.kind == "pl" for stack in stacks])
        used = np.array([stack.excluded is None for stack in stacks])
        x, y = self.grid.x, self.grid.y
        along_x = [self.strips[i, y.reference] for i in range(x.values.size) if (i, y.reference) in self.strips]
        along_y = [self.strips[x.reference, j] for j in range(y.values.size) if (x.reference, j) in self.strips]
        for t in range(self.allowed.shape[2]):
            here = used & (temperature == t)
            both = y.values.size == 1
            first = len(x.values) - len(along_x) + smallest_clearance(along_x, here if both else here & is_stokes)
            second = 0
            if not both:
                second = len(y.values) - len(along_y) + smallest_clearance(along_y, here & ~is_stokes)
            for i, j in np.ndindex(self.allowed.shape[:2]):
                if (i < first or j < second) and self.allowed[i, j, t]:
                    self.allowed[i, j, t] = False
                    self.tables.reasons[i][j] = "light other than the band is seen beside a filter edge"

    def finish(self, document: Document) -> SensitivityMap:
        """Return the map with what it has to tell."""
        base, grid, failed = self.base, self.grid, self.tables.failed
        assert base.efficiency is not None
        reasonable = np.concatenate([self.allowed, self.allowed.all(axis=2, keepdims=True)], axis=2)
        reasonable &= ~failed[:, :, None]
        return SensitivityMap(
            choice=grid.name,
            x=grid.x,
            y=grid.y,
            temperatures_k=base.efficiency.temperatures_k,
            detuning_mev=self.followed.detuning_mev,
            values=self.tables.values,
            errors=self.tables.errors,
            reference=self.followed.values,
            reference_error=self.followed.errors,
            reasonable=reasonable,
            failed=failed,
            reasons=tuple(tuple(row) for row in self.tables.reasons),
            settings=document.settings,
            problems=tuple(_problems(grid, reasonable, failed, self.tables.reasons)),
        )


def _problems(grid: Grid, reasonable: np.ndarray, failed: np.ndarray, reasons: list[list[str]]) -> list[Problem]:
    found, place = [], f"sensitivity to {grid.name}"
    if failed.any():
        i, j = (int(k) for k in np.argwhere(failed)[0])
        message = (
            f"{failed.sum()} of {failed.size} choices give no result; the first ({_told(grid, i, j)}): {reasons[i][j]}"
        )
        found.append(Problem("warning", place, message))
    centre = (grid.x.reference, grid.y.reference)
    if not reasonable[..., -1].any():
        message = (
            "no choice is allowed by the data of all temperatures, so there is no systematic error of the joint "
            f"result. At the choice in use: {reasons[centre[0]][centre[1]] or 'nothing is wrong'}."
        )
        found.append(Problem("warning", place, message))
    elif not reasonable[(*centre, -1)]:
        message = (
            f"the choice in use ({_told(grid, *centre)}) is itself outside what the data allow: "
            f"{reasons[centre[0]][centre[1]]}."
        )
        found.append(Problem("warning", place, message))
    return found


def _told(grid: Grid, i: int, j: int) -> str:
    return f"{grid.x.name} {grid.x.told(i)}, {grid.y.name} {grid.y.told(j)}"
