"""68 % intervals from draws in place of those of the chain: bootstrap of whole repeats, or MCMC.

Values and standard errors stay those of the fits.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from asplab.core.bootstrap import Bootstrap, Resampled, bootstrap
from asplab.core.errors import AnalysisError
from asplab.core.inference import Ends, InferredResults
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.sampling import Posterior, sample
from asplab.core.sampling.job import steps_to_settle
from asplab.core.units import FloatArray

_WALKERS, _WALKERS_PER_TEMPERATURE = 64, 8
"""An ensemble needs two walkers per coordinate, of which a joint fit has three for each temperature and two more."""


def bootstrapped(results: InferredResults, *, progress: Progress) -> InferredResults:
    """Return results with the intervals of QY, η, g, ħω, E_p and S that the bootstrap finds; raises as it does."""
    method, fit, efficiency = results.inference.method, results.polaron, results.efficiency
    assert efficiency is not None
    found = bootstrap(results, draws=method.draws, seed=method.seed, progress=progress)
    intervals = None if fit is None else _bootstrap_intervals(fit, found)
    return replace(
        results,
        efficiency=replace(
            efficiency,
            quantum_yield_low=found.quantum_yield.low_68,
            quantum_yield_high=found.quantum_yield.high_68,
            eta_low=found.eta.low_68,
            eta_high=found.eta.high_68,
        ),
        intervals=intervals,
        problems=(*results.problems, *(() if intervals is None else intervals.problems)),
        inference=replace(
            results.inference,
            n_repeats=found.record.n_repeats,
            polaron_energy_mev=Ends(found.polaron_energy_mev.low_68, found.polaron_energy_mev.high_68),
            huang_rhys=Ends(found.huang_rhys.low_68, found.huang_rhys.high_68),
        ),
    )


def _bootstrap_intervals(fit: PolaronFit, found: Bootstrap) -> PolaronIntervals:
    ends = np.array([found.phonon_mev.low_68, found.phonon_mev.high_68, found.g_mev.low_68, found.g_mev.high_68])
    identified = np.isfinite(ends).all(axis=0) & np.isfinite(fit.chi2)
    problems = []
    for i in np.flatnonzero(~identified & np.isfinite(fit.chi2)):
        bound = f"ħω > {ends[0, i]:.3g} meV" if np.isfinite(ends[0, i]) else "no limit of ħω"
        message = (
            f"ħω and g are not identified at 68 % by the bootstrap: {bound}; {100.0 * found.unbound[i]:.2g} % of the "
            "draws have no positive ħω at all."
        )
        problems.append(Problem("info", _place(fit, int(i)), message))
    return _intervals(ends, identified, problems)


def _intervals(ends: FloatArray, identified: np.ndarray, problems: list[Problem]) -> PolaronIntervals:
    """Return intervals of ends (4, n_fits): lower and upper ones of ħω, then of g."""
    return PolaronIntervals(
        phonon_low_mev=ends[0],
        phonon_high_mev=ends[1],
        g_low_mev=ends[2],
        g_high_mev=ends[3],
        identified=identified,
        problems=tuple(problems),
    )


def sampled(results: InferredResults, *, progress: Progress) -> InferredResults:
    """Return results with the intervals of QY, g, ħω, E_p and S of the posterior of each fit of Eq. 9.

    Those of η stay Fieller's: in the posterior, η is the curve of the model. A fit that can't be sampled has open
    intervals, and a warning says why.
    """
    fit, efficiency = results.polaron, results.efficiency
    assert efficiency is not None
    if fit is None:
        return results
    posteriors, problems = _posteriors(results, fit, progress)
    yields = np.stack([efficiency.quantum_yield_low, efficiency.quantum_yield_high])
    n = len(fit.temperatures_k)
    table = np.full((4, 2, n + 1), np.nan)
    for i, posterior in posteriors.items():
        quantities = (*map(posterior.parameters.get, ("phonon_mev", "g_mev")), posterior.polaron_energy_mev)
        for row, quantity in zip(table, (*quantities, posterior.huang_rhys), strict=True):
            row[:, i] = _ends(quantity)
        if i < n:
            yields[:, i] = posterior.quantum_yield.low_68[0], posterior.quantum_yield.high_68[0]
        problems.extend(posterior.problems)
    identified = np.isfinite(table[:2]).all(axis=(0, 1))
    return replace(
        results,
        efficiency=replace(efficiency, quantum_yield_low=yields[0], quantum_yield_high=yields[1]),
        intervals=_intervals(table[:2].reshape(4, n + 1), identified, problems),
        problems=(*results.problems, *problems),
        inference=replace(
            results.inference, posteriors=posteriors, polaron_energy_mev=Ends(*table[2]), huang_rhys=Ends(*table[3])
        ),
    )


def _posteriors(
    results: InferredResults, fit: PolaronFit, progress: Progress
) -> tuple[dict[int, Posterior], list[Problem]]:
    """Return the posterior of every fit by its row, and why there is none."""
    method, found, problems = results.inference.method, {}, []
    fits = list(_fits(fit))
    has_offset = results.efficiency is not None and results.efficiency.common_reference_error_mev > 0.0
    for done, (i, index) in enumerate(fits):
        count = int(fit.fitted.sum()) if index == "joint" else 1
        least = steps_to_settle(3 * count + 2, has_shared_offset=has_offset) if index == "joint" else 0
        try:
            found[i] = sample(
                results,
                temperature_index=index,
                walkers=max(_WALKERS, _WALKERS_PER_TEMPERATURE * count),
                steps=max(method.draws, least),
                seed=method.seed,
                progress=progress.part(done / len(fits), (done + 1) / len(fits)),
            )
        except AnalysisError as error:
            problems.append(Problem("warning", _place(fit, i), f"it could not be sampled: {error}"))
    return found, problems


def _fits(fit: PolaronFit) -> Iterator[tuple[int, int | Literal["joint"]]]:
    yield from ((int(t), int(t)) for t in np.flatnonzero(fit.fitted))
    if fit.joint_objective is not None:
        yield len(fit.temperatures_k), "joint"


def _ends(quantity: Resampled | None) -> tuple[float, float]:
    return (np.nan, np.nan) if quantity is None else (float(quantity.low_68), float(quantity.high_68))


def _place(fit: PolaronFit, i: int) -> str:
    return "joint fit" if i == len(fit.temperatures_k) else f"{fit.temperatures_k[i]:.0f} K"
