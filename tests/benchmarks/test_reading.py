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
    return np.loadtxt(path, delimiter=",", skiprows=int(path.name.startswith("named")))


def with_pandas(path: Path) -> np.ndarray:
    header = 0 if path.name.startswith("named") else None
    return pytest.importorskip("pandas").read_csv(path, header=header, engine="c").to_numpy(float)


WAYS = {"asplab": read, "np.loadtxt": with_numpy, "pandas": with_pandas}


def write_files(folder: Path, count: int, kind: str = "plain") -> list[Path]:
    """Write spectra: ``plain`` as Andor Solis exports them, five decimals of a nanometre and counts.

    ``named`` ones have a header; ``mixed`` ones as few digits as needed, and counts below zero.
    """
    draw = np.random.default_rng(4)
    paths = [folder / f"{kind}_{k:04d}.csv" for k in range(count)]
    row = "{:.6g},{:.5g}\n" if kind == "mixed" else "{:.5f},{}\n"
    for path in paths:
        counts = draw.poisson(2000.0 + 9e5 * np.exp(-(((AXIS - 645.0) / 18.0) ** 2)))
        values = 0.1 * (counts % 9999 - 2000) if kind == "mixed" else counts
        head = "wavelength_nm,counts\n" if kind == "named" else ""
        path.write_text(head + "".join(map(row.format, AXIS, values)), encoding="ascii")
    return paths


KINDS = ("plain", "named", "mixed")


@pytest.fixture(scope="module", params=KINDS)
def paths(request, tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("files"), FILES, request.param)


@pytest.mark.parametrize("kind", KINDS)
def test_all_ways_give_the_same_numbers(tmp_path, kind):
    for path in write_files(tmp_path, 3, kind):
        np.testing.assert_array_equal(with_asplab(path), with_numpy(path))


def load(way: Way, paths: list[Path]) -> None:
    for path in paths:
        way(path)


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
    print(
        paths[0].name,
        {name: f"{1e6 * seconds / FILES:.0f} µs per file" for name, seconds in best.items()},
        benchmark.extra_info,
    )
    benchmark.pedantic(load, (read, paths[:100]), rounds=1)
