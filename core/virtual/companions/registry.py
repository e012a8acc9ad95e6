"""The companion measurements of the virtual experiment: one is a file beside this one, and one line here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asplab.core.errors import SettingsError
from asplab.core.virtual.companions.absorption import ABSORPTION
from asplab.core.virtual.companions.low_power import LOW_POWER
from asplab.core.virtual.companions.matched import MATCHED
from asplab.core.virtual.companions.power import POWER
from asplab.core.virtual.companions.simulated import Row, Simulated
from asplab.core.virtual.companions.sizes import SIZES
from asplab.core.virtual.companions.transients import TRANSIENTS
from asplab.core.virtual.companions.yields import ABC, SPHERE
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.states import generator

_ALL: tuple[Simulated, ...] = (
    POWER,
    ABC,
    SPHERE,
    MATCHED,
    TRANSIENTS,
    SIZES,
    LOW_POWER,
    ABSORPTION,
)
NAMES = tuple(one.name for one in _ALL)
"""Names of all data sets."""

_COMPANION = 6


def write_companions(folder: Path, experiment: VirtualExperiment, *, seed: int) -> Iterator[Row]:
    """Write the data sets that the experiment asks for; yields the manifest rows of their files."""
    for one in _chosen(experiment):
        yield from one.write(folder, experiment, generator(seed, _COMPANION, one.stream))


def companion_truth(experiment: VirtualExperiment) -> dict[str, Any]:
    """Return what is true of the data sets that the experiment asks for."""
    return {one.name: one.truth(experiment) for one in _chosen(experiment)}


def _chosen(experiment: VirtualExperiment) -> list[Simulated]:
    unknown = [name for name in experiment.companions if name not in NAMES]
    if unknown:
        raise SettingsError(f"companions: {unknown[0]!r} is not known. Choose from {', '.join(NAMES)}.")
    return [one for one in _ALL if one.name in experiment.companions]
