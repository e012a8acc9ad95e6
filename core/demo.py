"""The job of ``asplab demo``: simulate, analyse, and hold the result against the truth."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from asplab.core.analyze import Outcome, check_results_folder, finish, part_of, staged
from asplab.core.document import Document
from asplab.core.export.drawing import number_with_error
from asplab.core.export.results_json import efficiency_rows, polaron_rows, quantum_yield_rows
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.summary import place_text
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
        When the folder holds something else, or simulated data that were changed since.
    """
    progress = progress or Progress()
    check_results_folder(folder, force=force)
    with staged(folder) as staging:
        # Data that are there already are renewed in place, under the rules that `simulate` has for them.
        there = (folder / DATA_NAME).exists()
        data = folder / DATA_NAME if there else staging / DATA_NAME
        simulate(data, experiment_with_truth(_TRUTH), seed=seed, force=force, progress=part_of(progress, 0.0, 0.2))
        experiment = replace(load_experiment(data, progress=part_of(progress, 0.2, 0.5)), name=EXPERIMENT_NAME)
        return finish(Document(experiment), staging, folder, progress=part_of(progress, 0.5, 1.0))


def comparison(results: Results, *, seed: int) -> list[str]:
    """Return a table of quantum yield, η near 23 meV, g and ħω beside their true values, in lines."""
    truth: Any = truth_document(experiment_with_truth(_TRUTH), seed=seed)
    lines = [f"{'':>7}  {'quantity':<15} {'result':>18}  {'truth':>8}  deviation/error"]
    for row in quantum_yield_rows(results):
        lines += _line(row, truth["quantum_yield"], "quantum_yield", "QY")
    for row in efficiency_rows(results):
        if abs(row["detuning_mev"] - _DETUNING_MEV) < 1.0:
            lines += _line(row, _same_detuning(truth["efficiency"], row), "eta", f"η({row['detuning_mev']:.1f} meV)")
    for row in polaron_rows(results):
        same_scope = [true for true in truth["polaron"] if true["scope"] == row["scope"]]
        lines += _line(row, same_scope, "g_mev", "g / meV")
        lines += _line(row, same_scope, "phonon_mev", "ħω / meV")
    return lines


def _same_detuning(truth: list[Row], row: Row) -> list[Row]:
    return [true for true in truth if abs(true["excitation_nm"] - row["excitation_nm"]) < 0.5]


def _line(row: Row, truth: list[Row], key: str, name: str) -> list[str]:
    """Return the line of one number, or none where there is no truth for it."""
    found = [true for true in truth if _same_temperature(true["temperature_k"], row["temperature_k"])]
    if not found:
        return []
    value, error, true = row[key], row[f"{key}_error"], found[0][key]
    known = value is not None and error is not None
    result = number_with_error(value, error) if known else "not determined"
    deviation = f"{(value - true) / error:+.1f}" if known and error > 0 else ""
    return [f"{place_text(row):>7}  {name:<15} {result:>18}  {true:>8.4g}  {deviation}".rstrip()]


def _same_temperature(a: float | None, b: float | None) -> bool:
    return a is b or (a is not None and b is not None and math.isclose(a, b, abs_tol=2.0))
