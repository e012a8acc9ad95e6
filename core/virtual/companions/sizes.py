"""The particles of the paper's micrographs, as a table of ImageJ."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.companion.sizes.virtual import SizeTruth, results_table, virtual_areas
from asplab.core.virtual.companions.simulated import Row, Simulated
from asplab.core.virtual.experiment import VirtualExperiment

_FILE = "sizes/particles.csv"
_PARTICLES = SizeTruth()


def _write(folder: Path, experiment: VirtualExperiment, rng: np.random.Generator) -> Iterator[Row]:
    path = folder / _FILE
    path.parent.mkdir()
    path.write_bytes(results_table(virtual_areas(rng, _PARTICLES), delimiter=","))
    yield {"file": _FILE, "kind": "sizes"}


def _truth(experiment: VirtualExperiment) -> dict[str, Any]:
    return asdict(_PARTICLES)


SIZES = Simulated("sizes", 6, _write, _truth)
