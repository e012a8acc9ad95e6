"""How fast a dragged window edge becomes QY, η, g and ħω, beside the same chain as people write it.

Run by hand: ``python -m pytest tests/benchmarks -m benchmark``. The smoke test runs in the ordinary suite.
"""

import itertools

import numpy as np
import pytest
from benchmarks.base_case import base_document, with_edge
from benchmarks.reference import prepare, with_numpy, with_pandas

from asplab.core.pipeline import Analysis

EDGE_NM = 440.7


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    document = base_document(tmp_path_factory.mktemp("base") / "data")
    analysis = Analysis()
    return document, analysis, analysis.update(document)


def test_the_reference_chain_and_asplab_find_the_same_parameters(base):
    document, analysis, results = base
    plain = with_numpy(prepare(results), (EDGE_NM, 600.0))
    moved = analysis.update(with_edge(document, EDGE_NM), intervals=False)
    assert np.abs(plain[:-1, 0] - moved.efficiency.quantum_yield).max() < 0.01
    assert np.abs(plain[-1, 1] - moved.polaron.g_mev[-1]) < 1.0
    assert np.abs(plain[-1, 2] - moved.polaron.phonon_mev[-1]) < 1.0


@pytest.mark.benchmark
def test_a_dragged_edge_in_asplab(base, benchmark):
    document, analysis, _ = base
    edges = itertools.count(0)
    benchmark(lambda: analysis.update(with_edge(document, 440.0 + 0.01 * (next(edges) % 1000)), intervals=False))


@pytest.mark.benchmark
def test_a_dragged_edge_with_profile_intervals(base, benchmark):
    document, analysis, _ = base
    edges = itertools.count(0)
    benchmark(lambda: analysis.update(with_edge(document, 450.0 + 0.01 * (next(edges) % 1000))))


@pytest.mark.benchmark
def test_a_dragged_edge_with_vectorised_numpy_and_lmfit(base, benchmark):
    benchmark.pedantic(with_numpy, args=(prepare(base[2]), (EDGE_NM, 600.0)), rounds=5)


@pytest.mark.benchmark
def test_a_dragged_edge_with_pandas_and_lmfit_loops(base, benchmark):
    pytest.importorskip("pandas", reason="pandas is only needed for this comparison")
    benchmark.pedantic(with_pandas, args=(prepare(base[2]), (EDGE_NM, 600.0)), rounds=2)
