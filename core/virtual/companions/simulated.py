"""What a companion measurement of the virtual experiment is made of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.virtual.experiment import VirtualExperiment

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Simulated:
    """A data set: ``write(folder, experiment, rng)`` yields the manifest rows of its files, ``truth`` what is true.

    Attributes
    ----------
    name : str
        Key in ``VirtualExperiment.companions`` and, in truth.json, under ``companion``.
    stream : int
        Number of its own stream of random numbers; never given to another.
    """

    name: str
    stream: int
    write: Callable[[Path, VirtualExperiment, np.random.Generator], Iterator[Row]]
    truth: Callable[[VirtualExperiment], Any]
