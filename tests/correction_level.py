"""Band intensities of small experiments against their truth, in units of the errors that the chain states."""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
from toy_experiment import Toy

from asplab.core.corrections import Corrected
from asplab.core.document import Document, Exclusions
from asplab.core.emission.integration import Emission
from asplab.core.experiment import Condition, Curve, Experiment, Spectrum, frozen_array
from asplab.core.graph import Graph
from asplab.core.grouping.layout import Layout
from asplab.core.pipeline import raw_graph
from asplab.core.settings import CorrectionSettings, Settings

WINDOW_NM = (470.0, 545.0)
SMALL = Toy(axis_nm=(400.0, 620.0, 441), repeats=5, noise_counts=2.0, dark_counts=60.0, offset_counts=0.0, counts=4e5)
"""A toy of few pixels: its band stands well inside the window, and detection noise is all that scatters."""


def graph_of(experiment: Experiment, **settings: object) -> Graph:
    """Return the chain of an experiment with its corrections set."""
    chosen = replace(Settings(), corrections=CorrectionSettings(**settings))  # type: ignore[arg-type]
    document = Document(experiment, chosen)
    return raw_graph().put(
        experiment, Exclusions(), *(getattr(document.settings, field.name) for field in fields(Settings))
    )


def corrected(experiment: Experiment, **settings: object) -> Corrected:
    """Return the corrected spectra."""
    return graph_of(experiment, **settings).get(Corrected)


def spectrum(kind: str, source: str, toy: Toy, counts: np.ndarray, **condition: object) -> Spectrum:
    """Return a further spectrum on the axis of the toy."""
    return Spectrum(
        kind=kind,
        source=source,
        line=None,
        condition=Condition(**condition),  # type: ignore[arg-type]
        wavelength_nm=frozen_array(toy.wavelength_nm),
        counts=frozen_array(counts),
    )


def curve(kind: str, source: str, wavelength_nm: np.ndarray, values: np.ndarray, **condition: object) -> Curve:
    """Return a curve as a record."""
    return Curve(
        kind=kind,
        source=source,
        line=None,
        condition=Condition(**condition),  # type: ignore[arg-type]
        wavelength_nm=frozen_array(wavelength_nm),
        values=frozen_array(values),
    )


def changed(experiment: Experiment, change: Callable[[Spectrum], np.ndarray]) -> Experiment:
    """Return the experiment with new counts in every emission spectrum."""
    spectra = tuple(
        replace(s, counts=frozen_array(change(s))) if s.kind in ("pl", "aspl") else s for s in experiment.spectra
    )
    return replace(experiment, spectra=spectra)


def misses(experiment: Experiment, toy: Toy, **settings: object) -> np.ndarray:
    """Return found less true band intensity of each condition, over the true one, (n_stacks,)."""
    emission, truth = graph_of(experiment, **settings).get(Emission), _truth(toy)
    return np.asarray(emission.mean / truth - 1.0)


def pulls(experiment: Experiment, toy: Toy, **settings: object) -> np.ndarray:
    """Return deviations from the truth, decorrelated and in standard errors by the chain's covariance, (n_stacks,)."""
    graph = graph_of(experiment, **settings)
    emission, layout, shown = graph.get(Emission), graph.get(Layout), graph.get(Corrected)
    own = emission.noise_variance * emission.factor**2 / shown.present.sum(axis=1)
    covariance = np.diag(own[layout.index[0]]) + emission.shared[0]
    miss = (emission.mean - _truth(toy))[layout.index[0]]
    return np.asarray(np.linalg.solve(np.linalg.cholesky(covariance), miss))


def _truth(toy: Toy) -> np.ndarray:
    """Return the true band intensities in the order of the stacks: Stokes first, then by rising wavelength."""
    energies = toy.excitations_mev
    ordered = np.concatenate([np.sort(part)[::-1] for part in np.split(energies, [len(toy.stokes_mev)])])
    return toy.light(ordered)


def spread(values: np.ndarray) -> float:
    """Return the root mean square of pulls."""
    return float(np.sqrt(np.mean(np.asarray(values) ** 2)))
