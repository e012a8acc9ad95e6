"""Analyses of virtual experiments at the level of (I, PA), ready to be sampled; how often intervals hold the truth."""

from dataclasses import replace

import numpy as np
from response_level import DETUNING_MEV, Truth, draw

from asplab.core.bootstrap.intervals import Resampled
from asplab.core.document import Document
from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import fit_polaron
from asplab.core.responses.stage import Responses
from asplab.core.sampling import Posterior

CASES = {
    "250 K": (Truth(250.0, urbach_mev=28.0), 2e-4),
    "250 K, noisy": (Truth(250.0, urbach_mev=28.0), 6e-4),
    "120 K": (Truth(120.0, urbach_mev=13.5), 1e-4),
    "80 K, 250 K set": (Truth(80.0, urbach_mev=9.0), 1e-4),
    "80 K, 80 K set": (Truth(80.0, 21.4, 5.17, 0.75, urbach_mev=9.0), 1e-4),
}
QUANTITIES = ("quantum yield", "η to 90 meV", "η", "g", "ħω", "E_p", "S")


def analysed(responses: Responses, **settings: object) -> Results:
    """Return what follows from responses; ``settings`` are whole records by stage."""
    document = Document(Experiment("virtual")).with_settings(**settings)
    efficiency = fit_efficiency(responses, document.settings.efficiency)
    polaron = fit_polaron(efficiency, document.settings.polaron)
    return Results(document, responses=responses, efficiency=efficiency, polaron=polaron)


def experiment(case: str, seed: int = 1, **settings: object) -> Results:
    """Return one virtual experiment on a truth of `CASES`."""
    truth, noise = CASES[case]
    return analysed(draw(truth, n=1, noise=noise, rng=np.random.default_rng(seed)), **settings)


def stacked(truths: list[Truth], *, noise: float, seed: int) -> Responses:
    """Return one experiment over several temperatures."""
    rng = np.random.default_rng(seed)
    parts = [draw(truth, n=1, noise=noise, rng=rng) for truth in truths]
    arrays = [name for name in parts[0].__slots__ if isinstance(getattr(parts[0], name), np.ndarray)]
    both = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
    return replace(parts[0], **both, keys=parts[0].keys * len(parts))


def holds(found: Resampled, truth: np.ndarray | float) -> np.ndarray:
    """Return whether the 68 and the 95 % interval hold the truth, (2, …); an open end holds whatever lies beyond."""
    ends = ((found.low_68, found.high_68), (found.low_95, found.high_95))
    return np.array(
        [(np.isnan(low) | (low <= truth)) & (np.isnan(high) | (high >= truth)) for low, high in ends], dtype=float
    )


def held(posterior: Posterior, truth: Truth) -> np.ndarray:
    """Return shares of the intervals of one posterior that hold the truth, (n_quantities, 2)."""
    g, phonon = truth.g_mev, truth.phonon_mev
    assert posterior.polaron_energy_mev is not None
    assert posterior.huang_rhys is not None
    eta = holds(posterior.eta, truth.eta)[:, 0]
    return np.array(
        [
            holds(posterior.quantum_yield, truth.quantum_yield)[:, 0],
            eta[:, DETUNING_MEV <= 90.0].mean(axis=1),
            eta.mean(axis=1),
            holds(posterior.parameters["g_mev"], g),
            holds(posterior.parameters["phonon_mev"], phonon),
            holds(posterior.polaron_energy_mev, g**2 / phonon),
            holds(posterior.huang_rhys, (g / phonon) ** 2),
        ]
    )
