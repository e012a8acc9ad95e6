"""What sampling gives: draws, intervals, and how far they can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from asplab.core.bootstrap.intervals import Resampled
from asplab.core.problems import Problem
from asplab.core.sampling.diagnostics import Pile, follows, interval
from asplab.core.sampling.space import LEVEL, YIELD, Space, flat_coordinates
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """How a posterior was sampled: the same record on the same document gives the same numbers.

    Attributes
    ----------
    model : str
    joint : bool
    seed, walkers, steps, burn_in, thin : int
        Of ``steps`` steps, ``burn_in`` were left out and one in ``thin`` of the others kept.
    sampler : str
        Name and version.
    prior : str
        What the prior is flat in, within which bounds, and the normal priors with their sources.
    absorption : str
        Measure of the true absorbed light: ``reference`` or ``flat``, see `asplab.core.sampling.likelihood`.
    """

    model: str
    joint: bool
    seed: int
    walkers: int
    steps: int
    burn_in: int
    thin: int
    sampler: str
    prior: str
    absorption: str


@dataclass(frozen=True, slots=True, eq=False)
class Convergence:
    """Diagnostics of the chains after burn-in.

    Attributes
    ----------
    names : tuple of str
        Coordinates that were sampled.
    autocorrelation_steps, effective_draws, split_rhat : ndarray, shape (n_coordinates,)
    acceptance : float
        Share of the proposals that were taken.
    converged : bool
    """

    names: tuple[str, ...]
    autocorrelation_steps: FloatArray
    effective_draws: FloatArray
    split_rhat: FloatArray
    acceptance: float
    converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Posterior of one temperature, or of several with one set of rate parameters.

    Every `Resampled` holds draws along its first axis, the same ones in the same order, and the central 68 and 95 %
    intervals, in which NaN marks an end that the bound of the prior sets and not the data.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n_temperatures,)
    rows : ndarray of int, shape (n_temperatures,)
        Which temperatures of the analysis they are.
    quantum_yield : Resampled, (n_temperatures,)
    eta : Resampled, (n_temperatures, n_anti)
        The model's curve at the detunings in use; NaN elsewhere.
    log_scale_level : Resampled, (n_temperatures,)
        logit η at 50 meV (ln η of the ratio models), for a single gap.
    parameters : mapping of str to Resampled, each ()
        Free parameters of the rate model by name, in their units; ``inhomogeneous_mev`` where it is free.
    polaron_energy_mev, huang_rhys : Resampled or None
        E_p = g²/ħω and S = (g/ħω)²; None for a model without them.
    at_bound : mapping of str to (float, float)
        Share of the draws that lie next to the lower and to the upper bound of a parameter: within a twelfth of the
        central 95 % of what the prior is flat in.
    correlation_names, correlation : tuple of str and ndarray
        Rank correlation of the scalar quantities: quantum yields, parameters, E_p, S.
    chain : ndarray, shape (n_draws, n_coordinates)
    convergence : Convergence
    record : SampleRecord
    """

    temperatures_k: FloatArray
    rows: np.ndarray
    quantum_yield: Resampled
    eta: Resampled
    log_scale_level: Resampled
    parameters: Mapping[str, Resampled]
    polaron_energy_mev: Resampled | None
    huang_rhys: Resampled | None
    at_bound: Mapping[str, tuple[float, float]]
    correlation_names: tuple[str, ...]
    correlation: FloatArray
    chain: FloatArray
    convergence: Convergence
    record: SampleRecord
    problems: tuple[Problem, ...] = ()

    @property
    def median(self) -> dict[str, float]:
        """Medians of the scalar quantities by name."""
        known = dict(self.parameters)
        if self.polaron_energy_mev is not None and self.huang_rhys is not None:
            known |= {"polaron_energy_mev": self.polaron_energy_mev, "huang_rhys": self.huang_rhys}
        return {name: float(np.median(quantity.draws)) for name, quantity in known.items()}


def summarise(
    space: Space,
    chain: FloatArray,
    rows: np.ndarray,
    n_anti: int,
    convergence: Convergence,
    record: SampleRecord,
    problems: tuple[Problem, ...],
    rng: np.random.Generator,
) -> Posterior:
    """Turn draws of the coordinates (n_draws, n_coordinates) into physical quantities with their intervals."""
    data, sets = space.likelihood.data, space.sets(chain)
    with np.errstate(all="ignore"):
        physical = space.physical(sets.shape)
    flat = flat_coordinates(space, chain)
    piles = {name: Pile.of(*found) for name, found in flat.items()}
    parameters = {name: physical[name] for name in space.plan.names}
    if space.width_range_mev is not None and sets.width_mev is not None:
        parameters["inhomogeneous_mev"] = sets.width_mev
    derived = {}
    if {"g_mev", "phonon_mev"} <= set(physical):
        g, phonon = physical["g_mev"], physical["phonon_mev"]
        derived = {"polaron_energy_mev": g**2 / phonon, "huang_rhys": (g / phonon) ** 2}
    ends = {name: _open_ends(name, values, piles, flat) for name, values in {**parameters, **derived}.items()}
    found = {name: interval(values, ends[name]) for name, values in parameters.items()}
    other = {name: interval(values, ends[name]) for name, values in derived.items()}
    yields = _yields(space, sets.quantum_yield, rng)
    names, table = _scalars(data.temperatures_k, yields, parameters, derived)
    eta, full = space.efficiency(sets)[0], np.full((len(chain), len(rows), n_anti), np.nan)
    full[:, :, data.columns] = np.where(data.use[:, data.n_stokes :], eta, np.nan)
    return Posterior(
        temperatures_k=data.temperatures_k,
        rows=rows,
        quantum_yield=_yield_intervals(space, yields, piles),
        eta=interval(full),
        log_scale_level=interval(np.array(sets.level)),
        parameters=found,
        polaron_energy_mev=other.get("polaron_energy_mev"),
        huang_rhys=other.get("huang_rhys"),
        at_bound={name: piles[name].share for name in piles.keys() & parameters.keys()},
        correlation_names=names,
        correlation=_rank_correlation(table),
        chain=chain,
        convergence=convergence,
        record=record,
        problems=(*problems, *_pile_problems(space, found)),
    )


def _open_ends(
    name: str,
    values: FloatArray,
    piles: Mapping[str, Pile],
    flat: Mapping[str, tuple[FloatArray, float, float]],
) -> np.ndarray:
    """Return which ends of one quantity the data leave open: by its own bound, or by that of another.

    Where the level has no limit η is 0 or 1 all along, and says nothing of the shape: both ends are open.
    """
    result = np.zeros((2, 2), dtype=bool)
    for other, pile in piles.items():
        ends = pile.open_ends()
        if other == name:
            result |= ends
        elif other.startswith(LEVEL):
            result |= ends.any(axis=1, keepdims=True)
        elif ends.any() and not other.startswith(YIELD):
            result |= follows(values, flat[other][0], ends)
    return result


def _yields(space: Space, sampled: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return QY = hν₀/⟨E⟩ with the error of ⟨E⟩, of which hν₀ knows nothing."""
    data = space.likelihood.data
    if space.n_yields != space.n_temperatures or space.yield_error > 0.0 or not data.photon_error_mev.any():
        return np.array(sampled)
    relative = data.photon_error_mev / data.photon_mev
    return np.asarray(sampled / (1.0 + relative * rng.standard_normal(sampled.shape)))


def _yield_intervals(space: Space, yields: FloatArray, piles: Mapping[str, Pile]) -> Resampled:
    found = interval(yields)
    ends = [np.array(end) for end in (found.low_68, found.high_68, found.low_95, found.high_95)]
    for i in range(space.n_yields):
        is_open = piles[f"{YIELD} {i}"].open_ends().ravel()
        where = slice(None) if space.n_yields == 1 else i
        for end, opened in zip(ends, is_open, strict=True):
            if opened:
                end[where] = np.nan
    return Resampled(yields, *ends)


def _scalars(
    temperatures_k: FloatArray,
    yields: FloatArray,
    parameters: Mapping[str, FloatArray],
    derived: Mapping[str, FloatArray],
) -> tuple[tuple[str, ...], FloatArray]:
    names = [f"{YIELD} {temperature:.0f} K" for temperature in temperatures_k]
    columns = [*yields.T, *parameters.values(), *derived.values()]
    return (*names, *parameters, *derived), np.stack(columns, axis=1)


def _rank_correlation(table: FloatArray) -> FloatArray:
    ranks = np.argsort(np.argsort(table, axis=0), axis=0).astype(float)
    varies = np.ptp(table, axis=0) > 0.0
    result = np.full((table.shape[1], table.shape[1]), np.nan)
    result[np.ix_(varies, varies)] = np.atleast_2d(np.corrcoef(ranks[:, varies].T))
    return result


def _pile_problems(space: Space, found: Mapping[str, Resampled]) -> list[Problem]:
    temperatures = space.likelihood.data.temperatures_k
    place = f"{temperatures[0]:.0f} K" if len(temperatures) == 1 else "joint fit"
    phonon = found.get("phonon_mev")
    problems = []
    for name, quantity in found.items():
        low, high = float(quantity.low_68), float(quantity.high_68)
        if np.isfinite([low, high]).all() or (name == "g_mev" and phonon is not None and np.isnan(phonon.high_68)):
            continue
        told = f"{name} > {low:.3g}" if np.isfinite(low) else f"{name} < {high:.3g}" if np.isfinite(high) else "nothing"
        message = (
            f"the posterior of {name} piles up at the bound of its prior: at 68 % the data say {told}. Its median and "
            "what follows from it depend on the bound."
        )
        problems.append(Problem("info", place, message))
    return problems
