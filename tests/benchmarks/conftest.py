"""The base case, simulated, loaded and analysed once for all measurements of a process."""

import pytest
from benchmarks.base_case import base_document

from asplab.core.document import Document
from asplab.core.pipeline import Analysis, Results


@pytest.fixture(scope="session")
def base_experiment(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return base_document(tmp_path_factory.mktemp("base") / "data")


@pytest.fixture(scope="session")
def analysed_base(base_experiment: Document) -> tuple[Analysis, Results]:
    """The analysis, of which each module takes a fork, and its results."""
    analysis = Analysis()
    return analysis, analysis.update(base_experiment)
