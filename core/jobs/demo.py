"""The job of ``asplab demo``: simulate, analyse, and hold the result against the truth."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from asplab.core.document import Document
from asplab.core.export.results_json import efficiency_rows, polaron_rows, quantum_yield_rows
from asplab.core.jobs.analyze import Outcome, check_results_folder, finish, staged
from asplab.core.jobs.summary import place_text
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.rounding import number_with_error
from asplab.core.safe_files import refuse_changed
from asplab.core.virtual import experiment_with_truth, simulate, truth_document

DATA_NAME = "data"
EXPERIMENT_NAME = "virtual experiment (demo)"
_DETUNING_MEV = 23.0
_TRUTH = "eq9"

Row = Mapping[str, Any]


def run_demo(folder: Path, *, seed: int, force: bool = False, progress: Progress | None = None) -> Outcome:
    """Simulate into ``folder/data`` and analyse into ``folder``.

    Raises
    ------
    InputError
        When the folder holds something else, or simulated data of which a file was changed since.
    """
    progress = progress or Progress()
    check_results_folder(folder, force=force)
    with staged(folder) as staging:
        data = staging / DATA_NAME
        simulate(data, experiment_with_truth(_TRUTH), seed=seed, progress=progress.part(0.0, 0.2))
        if not force:
            refuse_changed(folder / DATA_NAME, data)
        experiment = replace(load_experiment(data, progress=progress.part(0.2, 0.5)), name=EXPERIMENT_NAME)
        return finish(Document(experiment), staging, folder, progress=progress.part(0.5, 1.0))


def comparison(results: Results, *, seed: int) -> list[str]:
    """Return a table of quantum yield, η near 23 meV, g and ħω, each with its true value in brackets, in lines."""
    truth: Any = truth_document(experiment_with_truth(_TRUTH), seed=seed)
    heads = ("", "quantum yield", f"η({_DETUNING_MEV:.0f} meV)", "g / meV", "ħω / meV")
    lines = [_columns(heads)]
    for row in [*quantum_yield_rows(results), _ALL]:
        t = row["temperature_k"]
        near = [e for e in efficiency_rows(results) if abs(e["detuning_mev"] - _DETUNING_MEV) < 1.5]
        cells = (
            _cell(_at(quantum_yield_rows(results), t), _at(truth["quantum_yield"], t), "quantum_yield"),
            _cell(_at(near, t), _at(truth["efficiency"], t, near=_at(near, t)), "eta"),
            _cell(_at(polaron_rows(results), t), _at(truth["polaron"], t), "g_mev"),
            _cell(_at(polaron_rows(results), t), _at(truth["polaron"], t), "phonon_mev"),
        )
        lines.append(_columns((place_text(row), *cells)))
    return lines


_ALL: Row = {"temperature_k": None}


def _columns(cells: tuple[str, ...]) -> str:
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, (7, 24, 24, 20, 20), strict=True))


def _at(rows: Sequence[Row], temperature_k: float | None, *, near: Row | None = None) -> Row | None:
    """Return the row of a temperature, and of the excitation of ``near`` where that is given."""
    for row in rows:
        if not _same(row["temperature_k"], temperature_k, 2.0):
            continue
        if near is None or _same(row["excitation_nm"], near["excitation_nm"], 0.2):
            return row
    return None


def _same(a: float | None, b: float | None, tolerance: float) -> bool:
    return a is b or (a is not None and b is not None and math.isclose(a, b, abs_tol=tolerance))


def _cell(row: Row | None, true: Row | None, key: str) -> str:
    if row is None or true is None:
        return ""
    value, error = row[key], row[f"{key}_error"]
    result = "not determined" if value is None or error is None else number_with_error(value, error)
    return f"{result} ({true[key]:.4g})"
