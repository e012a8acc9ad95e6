"""Sampling as a job: from an analysis to a posterior."""

import contextlib
from collections.abc import Sequence
from typing import Literal

import numpy as np

from asplab.core.errors import SettingsError
from asplab.core.pipeline import Results
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.sampling.diagnostics import split_rhat
from asplab.core.sampling.likelihood import AbsorptionPrior
from asplab.core.sampling.posterior import Convergence, Posterior, SampleRecord, summarise
from asplab.core.sampling.setup import Prepared, prepare, told_prior
from asplab.core.sampling.space import FlatIn, Space
from asplab.core.sampling.start import best_set, scattered
from asplab.core.settings import ParameterLimit, ParameterPrior
from asplab.core.units import FloatArray

MINIMUM_STEPS = 200
_WALKERS, _STEPS, _STEPS_PER_COORDINATE = 64, 2000, 300
_WITH_OFFSET = 2
"""How many times as many steps a joint fit takes whose temperatures share one offset of ΔE: the others bend with it."""
_REPORT = 25
_LENGTHS = 50.0
"""Autocorrelation times that a chain must hold to be trusted, as the authors of emcee advise."""
_RHAT = 1.1
_KEPT = 4.0
"""Draws kept per autocorrelation time."""
_BURN_IN = 4
_DE_SHARE = 0.8


def sample(
    results: Results,
    model: str = "eq9",
    *,
    temperature_index: int | Literal["joint"] | None = None,
    walkers: int | None = None,
    steps: int | None = None,
    burn_in: int | None = None,
    seed: int = 1,
    priors: Sequence[ParameterPrior] | None = None,
    limits: Sequence[ParameterLimit] | None = None,
    flat_in: FlatIn | None = None,
    absorption: AbsorptionPrior = "reference",
    progress: Progress | None = None,
) -> Posterior:
    """Sample the posterior of quantum yield, η and the parameters of a rate model, given (I, PA).

    The sampler is emcee [Foreman-Mackey et al. 2013] with differential evolution moves and, one in five, stretch moves.

    Parameters
    ----------
    results : Results
        Of a document with spectra and scans, or with a table of responses.
    model : str
        Name of a rate model with a single gap.
    temperature_index : int, "joint" or None
        One temperature by itself, or all that can be fitted with one set of rate parameters. None takes the joint
        fit where two temperatures or more can be fitted, else the one that can.
    walkers : int, optional
        An even number, at least twice that of the coordinates; by default 64, or three per coordinate.
    steps, burn_in : int, optional
        Steps of each walker, by default 2000, or 300 per coordinate, twice that with one offset of ΔE for several
        temperatures; and how many of them are left out, by default a quarter.
    seed : int
        Zero or more.
    priors, limits : sequence of ParameterPrior and of ParameterLimit, optional
        Normal priors and ranges; those of the document's model settings where None. A prior or a range of
        ``inhomogeneous_mev`` makes the width of the ensemble a free parameter.
    flat_in : {"line", "logarithm"}, optional
        What the prior is flat in: κ and u = 1/ħω, the slope and the curvature of logit η(ΔE), or ln g and ln ħω. None
        takes ``line`` where the model has g and ħω free and the line (``eq9``, ``resonant``, ``kramers-heisenberg``),
        else the logarithms of the parameters.
    absorption : {"reference", "flat"}
        Measure of the true absorbed light, see `asplab.core.sampling.likelihood`.
    progress : Progress, optional

    Raises
    ------
    AnalysisError
        When responses or points are missing, and for an unknown model or impossible value.
    SettingsError
        When a setting of the sampler, a prior or a limit can't be used.
    Cancelled
        When ``progress`` was cancelled.
    """
    progress = progress or Progress()
    if seed < 0:
        raise SettingsError(f"the seed of the sampler is {seed}; it must be zero or a positive whole number.")
    progress.step(0, 1, "sampling: finding where to begin")
    prepared = prepare(
        results,
        model,
        temperature_index=temperature_index,
        priors=priors,
        limits=limits,
        flat_in=flat_in,
        absorption=absorption,
    )
    return _sampled(prepared, walkers, steps, burn_in, seed, progress)


def _sampled(
    prepared: Prepared, walkers: int | None, steps: int | None, burn_in: int | None, seed: int, progress: Progress
) -> Posterior:
    space = prepared.space
    walkers = walkers if walkers is not None else max(_WALKERS, 2 * (3 * space.size // 2))
    if steps is None:
        steps = max(_STEPS, steps_to_settle(space.size, has_shared_offset=prepared.joint and space.has_offset))
    burn = steps // _BURN_IN if burn_in is None else burn_in
    _check(space.size, walkers, steps, burn)
    rng = np.random.default_rng(seed)
    centre, covariance = best_set(space, prepared.begin, prepared.scale)
    begin = scattered(space, centre, covariance, walkers, rng)
    chain, acceptance, sampler = _run(space, begin, steps, seed, progress)
    kept, convergence, thin = _judged(space, chain[burn:], acceptance)
    record = SampleRecord(
        model=space.plan.model.name,
        joint=prepared.joint,
        seed=seed,
        walkers=walkers,
        steps=steps,
        burn_in=burn,
        thin=thin,
        sampler=sampler,
        prior=told_prior(space),
        absorption=space.likelihood.absorption,
    )
    problems = (*prepared.problems, *_not_converged(prepared, convergence, steps - burn, burn))
    return summarise(space, kept, prepared.rows, prepared.n_anti, convergence, record, problems, rng)


def steps_to_settle(n_coordinates: int, *, has_shared_offset: bool) -> int:
    """Return how many steps chains of so many coordinates take: the more there are the more slowly they settle.

    ``has_shared_offset`` tells whether one offset of ΔE serves several temperatures.
    """
    return (_WITH_OFFSET if has_shared_offset else 1) * _STEPS_PER_COORDINATE * n_coordinates


def _check(size: int, walkers: int, steps: int, burn_in: int) -> None:
    if walkers < 2 * size or walkers % 2:
        raise SettingsError(
            f"{walkers} walkers for {size} coordinates; an ensemble needs an even number, at least {2 * size}. Ask for "
            "another number."
        )
    if steps < MINIMUM_STEPS or not 0 <= 2 * burn_in <= steps:
        raise SettingsError(
            f"{steps} steps of which {burn_in} are left out; at least {MINIMUM_STEPS} are needed, better 2000, and no "
            "more than half of them can be left out. Ask for other numbers."
        )


def _run(space: Space, begin: FloatArray, steps: int, seed: int, progress: Progress) -> tuple[FloatArray, float, str]:
    """Return the chain (steps, walkers, n_coordinates), the share of moves taken, and what the sampler is."""
    import emcee

    moves = [(emcee.moves.DEMove(), _DE_SHARE), (emcee.moves.StretchMove(), 1.0 - _DE_SHARE)]
    sampler = emcee.EnsembleSampler(*begin.shape, space, vectorize=True, moves=moves)
    state = emcee.State(begin, random_state=np.random.RandomState(seed).get_state())
    with contextlib.closing(sampler.sample(state, iterations=steps, skip_initial_state_check=True)) as moves_on:
        for step, _ in enumerate(moves_on):
            if step % _REPORT == 0:
                progress.step(step, steps, f"sampling: step {step} of {steps}")
    progress.step(1, 1, f"sampling: step {steps} of {steps}")
    return sampler.get_chain(), float(np.mean(sampler.acceptance_fraction)), f"emcee {emcee.__version__}"


def _judged(space: Space, chain: FloatArray, acceptance: float) -> tuple[FloatArray, Convergence, int]:
    """Return thinned draws (n_draws, n_coordinates), diagnostics, and one in how many steps was kept."""
    from emcee.autocorr import integrated_time

    n_steps, walkers, size = chain.shape
    moving = np.ptp(chain, axis=(0, 1)) > 0.0
    length = np.full(size, float(n_steps))
    length[moving] = integrated_time(chain[:, :, moving], tol=0, quiet=True)
    length = np.where(np.isfinite(length), np.maximum(length, 1.0), float(n_steps))
    rhat = split_rhat(chain)
    worst = float(length.max())
    thin = max(1, int(worst / _KEPT))
    converged = bool(n_steps >= _LENGTHS * worst and rhat.max() < _RHAT)
    found = Convergence(space.names, length, n_steps * walkers / length, rhat, acceptance, converged)
    return chain[::thin].reshape(-1, size), found, thin


def _not_converged(prepared: Prepared, found: Convergence, kept: int, burn_in: int) -> list[Problem]:
    if found.converged:
        return []
    worst = int(np.argmax(found.autocorrelation_steps))
    length = found.autocorrelation_steps[worst]
    message = (
        f"the chains have not converged: {kept} steps hold {kept / length:.0f} autocorrelation times of "
        f"{found.names[worst]} ({length:.0f} steps), split-R̂ is {found.split_rhat.max():.2f}; "
        f"{_LENGTHS:.0f} times and R̂ < {_RHAT} are needed. Take {round(1.3 * _LENGTHS * length, -2) + burn_in:.0f} "
        "steps or more; intervals of this run are too rough."
    )
    return [Problem("warning", prepared.place, message)]
