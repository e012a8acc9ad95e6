"""A small virtual experiment and a table of η, analysed once for all tests of exports."""

from pathlib import Path

import pytest
from halfway_tables import halfway

from asplab.core.document import Document
from asplab.core.experiment import Experiment
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.virtual import VirtualExperiment, simulate

SMALL = VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=4)


@pytest.fixture(scope="session")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return load_experiment(simulate(tmp_path_factory.mktemp("export") / "small", SMALL, seed=1))


@pytest.fixture(scope="session")
def results(experiment: Experiment) -> Results:
    return analyse(Document(experiment))


@pytest.fixture
def from_efficiency(tmp_path: Path) -> Results:
    eta = (0.90, 0.86, 0.74, 0.49, 0.31, 0.14, 0.05)
    detuning = (20, 23, 33, 46, 55, 65, 77)
    rows = [f"120,{d},{e},0.01" for d, e in zip(detuning, eta, strict=True)]
    return halfway(tmp_path, "efficiency", ["temperature_k,detuning_mev,eta,eta_error", *rows])
