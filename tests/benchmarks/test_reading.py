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

HEADS = {
    "plain": "",
    "named": "wavelength_nm,counts\n",
    "commented": "# recorded 2024-03-05 17:26:{:02d}\n# temperature {:.1f} K\n# wavelength_nm,counts\n",
    "described": "Spectrometer: Kymera 193i\nDate: 2024-03-05 17:26:{:02d}\nTemperature (K): {:.1f}\n"
    "Exposure (s): 0.1\nwavelength (nm),counts\n",
    "mixed": "",
}
"""What stands above the numbers."""

Way = Callable[[Path], np.ndarray]


def with_asplab(path: Path) -> np.ndarray:
    return np.stack([column.values for column in read(path).columns], axis=1)


def with_numpy(path: Path) -> np.ndarray:
    return np.loadtxt(path, delimiter=",", skiprows=lines_above(path))


def with_pandas(path: Path) -> np.ndarray:
    reader = pytest.importorskip("pandas").read_csv
    return reader(path, header=None, skiprows=lines_above(path), engine="c").to_numpy(float)


def lines_above(path: Path) -> int:
    """Return how many lines the others are told to pass over."""
    return HEADS[path.name.partition("_")[0]].count("\n")


WAYS = {"asplab": read, "np.loadtxt": with_numpy, "pandas": with_pandas}


def write_files(folder: Path, count: int, kind: str = "plain") -> list[Path]:
    """Write spectra: ``plain`` as Andor Solis exports them, five decimals of a nanometre and counts.

    ``named`` ones have a header, ``commented`` and ``described`` ones more lines, which differ from file to file;
    ``mixed`` ones have as few digits as needed, and counts below zero.
    """
    draw = np.random.default_rng(4)
    paths = [folder / f"{kind}_{k:04d}.csv" for k in range(count)]
    row = "{:.6g},{:.5g}\n" if kind == "mixed" else "{:.5f},{}\n"
    for number, path in enumerate(paths):
        counts = draw.poisson(2000.0 + 9e5 * np.exp(-(((AXIS - 645.0) / 18.0) ** 2)))
        values = 0.1 * (counts % 9999 - 2000) if kind == "mixed" else counts
        head = HEADS[kind].format(number % 60, 80 + 0.1 * number)
        path.write_text(head + "".join(map(row.format, AXIS, values)), encoding="ascii")
    return paths


KINDS = tuple(HEADS)


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
    """Load by turns and take the processor time, whatever else the computer does; the ratios are the extra info."""
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(ROUNDS):
        for name, way in WAYS.items():
            start = time.process_time()
            load(way, paths)
            times[name].append(time.process_time() - start)
    best = {name: min(found) for name, found in times.items()}
    benchmark.extra_info |= {f"to {name}": round(best["asplab"] / best[name], 3) for name in WAYS}
    print(
        paths[0].name,
        {name: f"{1e6 * seconds / FILES:.0f} µs per file" for name, seconds in best.items()},
        benchmark.extra_info,
    )
    benchmark.pedantic(load, (read, paths[:100]), rounds=1)
