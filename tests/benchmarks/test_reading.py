"""How fast two thousand text files of two columns load, beside np.loadtxt and pandas.

Run by hand: ``python -m pytest tests/benchmarks/test_reading.py -m benchmark``; pandas is in the extra ``benchmark``.
The unmarked tests run in the ordinary suite, on a few files: all ways give the same numbers.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from asplab.core.io import read

FILES = 2000
ROUNDS = 5
AXIS = np.linspace(495.72971, 920.49084, 1024)

Way = Callable[[Path], np.ndarray]


def with_asplab(path: Path) -> np.ndarray:
    return np.stack([column.values for column in read(path).columns], axis=1)


def with_numpy(path: Path) -> np.ndarray:
    return np.loadtxt(path, delimiter=",")


def with_pandas(path: Path) -> np.ndarray:
    return pytest.importorskip("pandas").read_csv(path, header=None, engine="c").to_numpy(float)


WAYS = {"asplab": read, "np.loadtxt": with_numpy, "pandas": with_pandas}


def write_files(folder: Path, count: int) -> list[Path]:
    """Write spectra as Andor Solis exports them without header: five decimals of a nanometre, and counts."""
    draw = np.random.default_rng(4)
    paths = [folder / f"spectrum_{k:04d}.csv" for k in range(count)]
    for path in paths:
        counts = draw.poisson(2000.0 + 9e5 * np.exp(-(((AXIS - 645.0) / 18.0) ** 2)))
        path.write_text("".join(f"{w:.5f},{c}\n" for w, c in zip(AXIS, counts, strict=True)), encoding="ascii")
    return paths


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("files"), FILES)


def test_all_ways_give_the_same_numbers(tmp_path):
    for path in write_files(tmp_path, 3):
        np.testing.assert_array_equal(with_asplab(path), with_numpy(path))


def load(way: Way, paths: list[Path]) -> None:
    for path in paths:
        way(path)


@pytest.mark.benchmark
@pytest.mark.parametrize("name", WAYS)
def test_two_thousand_files(paths, benchmark, name):
    benchmark.pedantic(load, (WAYS[name], paths), rounds=ROUNDS, warmup_rounds=1)


@pytest.mark.benchmark
def test_time_of_asplab_in_parts_of_the_others(paths, benchmark):
    """Load by turns, so that what else the computer does falls on all alike; the ratios stand in the extra info."""
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(ROUNDS):
        for name, way in WAYS.items():
            start = time.perf_counter()
            load(way, paths)
            times[name].append(time.perf_counter() - start)
    best = {name: min(found) for name, found in times.items()}
    benchmark.extra_info |= {f"to {name}": round(best["asplab"] / best[name], 3) for name in WAYS}
    print({name: f"{1e6 * seconds / FILES:.0f} µs per file" for name, seconds in best.items()}, benchmark.extra_info)
    benchmark.pedantic(load, (read, paths[:100]), rounds=1)
