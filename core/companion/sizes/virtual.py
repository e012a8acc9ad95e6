"""Virtual particles, and the table that ImageJ would write of them, whose truth is known."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from asplab.core.experiment import frozen_array
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class SizeTruth:
    """Cubes as of the paper's Fig. S1: 957 of 6.8 ± 0.7 nm; ``merged`` pairs and ``specks`` are added."""

    kind: Literal["normal", "lognormal"] = "normal"
    mean_nm: float = 6.8
    spread_nm: float = 0.7
    particles: int = 957
    merged: int = 0
    specks: int = 0
    outline_error_nm: float = 0.0


def virtual_areas(rng: np.random.Generator, truth: SizeTruth) -> FloatArray:
    """Return areas in nm² (n,), in random order."""
    edges = _edges(rng, truth, truth.particles)
    edges = np.abs(edges + truth.outline_error_nm * rng.standard_normal(edges.size))
    pairs = _edges(rng, truth, truth.merged) ** 2 + _edges(rng, truth, truth.merged) ** 2
    specks = rng.uniform(0.2, 1.5, truth.specks)
    areas = np.concatenate([edges**2, pairs, specks])
    return frozen_array(rng.permutation(areas))


def _edges(rng: np.random.Generator, truth: SizeTruth, n: int) -> FloatArray:
    if truth.kind == "normal":
        return np.abs(rng.normal(truth.mean_nm, truth.spread_nm, n))
    variance = np.log1p((truth.spread_nm / truth.mean_nm) ** 2)
    return np.asarray(rng.lognormal(np.log(truth.mean_nm) - 0.5 * variance, np.sqrt(variance), n))


def results_table(area_nm2: FloatArray, *, delimiter: str = "\t", decimal: str = ".", index: bool = True) -> bytes:
    """Return the table of ImageJ with these areas in nm²."""
    rows = [delimiter.join([*([" "] if index else []), "Area", "Mean"])]
    for k, area in enumerate(area_nm2, 1):
        cells = [f"{area:.3f}".replace(".", decimal), f"{128.5:.3f}".replace(".", decimal)]
        rows.append(delimiter.join([*([str(k)] if index else []), *cells]))
    return ("\n".join(rows) + "\n").encode()
