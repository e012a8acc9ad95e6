"""The base case of all measurements: 11 temperatures × 16 excitations × 10 repeats × 1600 pixels."""

from dataclasses import replace
from pathlib import Path

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.virtual import experiment_with_truth, simulate

DETUNING_MEV = (20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0)


def base_document(folder: Path) -> Document:
    """Simulate the base case into ``folder`` and load it."""
    experiment = replace(
        experiment_with_truth("eq9"), companions=(), pixels=1600, pixel_nm=0.185, detuning_mev=DETUNING_MEV
    )
    simulate(folder, experiment, seed=3)
    return Document(load_experiment(folder))


def with_edge(document: Document, low_nm: float) -> Document:
    """Return the document after its window edge was dragged."""
    return document.with_settings(integration=replace(document.settings.integration, window_nm=(low_nm, 600.0)))
