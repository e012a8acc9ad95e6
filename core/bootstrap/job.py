"""The bootstrap as a job: drawn block by block, so that it can be stopped and its memory stays small."""

from dataclasses import dataclass

import numpy as np

from asplab.core.bootstrap.chain import EnergyDraws, EtaDraws, YieldChain
from asplab.core.bootstrap.fits import DrawnPoints, fit_joint, fit_separate, scaled_points
from asplab.core.bootstrap.intervals import Resampled, resampled
from asplab.core.bootstrap.repeats import RepeatPlan, plan_repeats
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.progress import Progress
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings
from asplab.core.units import FloatArray

_BLOCK = 250
MINIMUM_DRAWS = 100
"""With fewer draws the ends of a 95 % interval rest on two or three of them."""


@dataclass(frozen=True, slots=True)
class BootstrapRecord:
    """How a bootstrap was made: the same record on the same document gives the same numbers.

    ``n_repeats`` is the smallest and the largest number of repeats of a condition in use; ``systematics`` tells
    whether what repeats do not show was drawn too, ``small_sample`` whether the size of their scatter was.
    """

    seed: int
    draws: int
    systematics: bool
    small_sample: bool
    n_repeats: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """Percentile intervals of everything that follows from the repeats.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n_temperatures,)
    quantum_yield : Resampled, (n_temperatures,)
    eta : Resampled, (n_temperatures, n_anti)
        Places that are not valid, or have one repeat only (excluded ones may), hold NaN. Ends are open where η is
        not determined, as those of the fit are.
    g_mev, phonon_mev, polaron_energy_mev, huang_rhys : Resampled, (n_temperatures + 1,)
        The joint fit stands last. A draw with 1/ħω ≤ 0 counts as ħω = ∞; its g, E_p and S count as ∞ or as 0, to
        which they tend where 1/ħω goes to zero.
    unbound : ndarray, shape (n_temperatures + 1,)
        Fraction of the draws with 1/ħω ≤ 0; NaN where there is no fit.
    record : BootstrapRecord
    """

    temperatures_k: FloatArray
    quantum_yield: Resampled
    eta: Resampled
    g_mev: Resampled
    phonon_mev: Resampled
    polaron_energy_mev: Resampled
    huang_rhys: Resampled
    unbound: FloatArray
    record: BootstrapRecord


def bootstrap(
    results: Results,
    *,
    draws: int,
    seed: int,
    progress: Progress | None = None,
    systematics: bool = True,
    small_sample: bool = True,
) -> Bootstrap:
    """Resample whole repeats through the chain, from band intensities and photothermal readings to g and ħω.

    Parameters
    ----------
    results : Results
        Of a document with raw spectra and scans.
    draws : int
        1000 suffice for 68 %; at least 100.
    seed : int
        Zero or more.
    progress : Progress, optional
    systematics : bool
        Draw also what repeats do not show: mean dark frame, band shape, photothermal baseline, energies, a fixed
        quantum yield. Without it the intervals hold the scatter of the repeats only.
    small_sample : bool
        Draw also how little the repeats tell about the size of their own scatter (Student's t): without it, 68 %
        intervals hold 65 to 67 % at ten repeats and 59 to 65 % at three.

    Raises
    ------
    AnalysisError
        When repeats or a stage of the analysis are missing.
    SettingsError
        When ``draws`` or ``seed`` can't be used, or η comes from the R lines.
    Cancelled
        When ``progress`` was cancelled.
    """
    _check(results, draws, seed)
    responses, efficiency = results.responses, results.efficiency
    needed = (results.corrected, results.layout, results.scans, results.emission, results.absorbed)
    if responses is None or efficiency is None or any(product is None for product in needed):
        raise AnalysisError(
            "the bootstrap resamples repeats of spectra and scans; these results have none, or a stage before η "
            "failed. Mend the problems told for it. For tables of responses or of η, use profile intervals."
        )
    plan = plan_repeats(*needed, responses, results.document.settings.responses)  # type: ignore[arg-type]
    return resample(
        plan,
        responses,
        efficiency,
        results.polaron,
        results.document.settings.efficiency,
        draws=draws,
        seed=seed,
        progress=progress,
        systematics=systematics,
        small_sample=small_sample,
    )


def _check(results: Results, draws: int, seed: int) -> None:
    if draws < MINIMUM_DRAWS:
        raise SettingsError(f"{draws} bootstrap draws; at least {MINIMUM_DRAWS} are needed, better 1000. Ask for more.")
    if seed < 0:
        raise SettingsError(f"the seed of the bootstrap is {seed}; it must be zero or a positive whole number.")
    if results.document.settings.efficiency.estimator == "ratio":
        raise SettingsError(
            "the bootstrap follows the component estimator, but η comes from the R lines (estimator is ratio). Choose "
            "the component estimator for the bootstrap."
        )


def resample(
    plan: RepeatPlan,
    responses: Responses,
    efficiency: EfficiencyFit,
    polaron: PolaronFit | None,
    settings: EfficiencySettings,
    *,
    draws: int,
    seed: int,
    progress: Progress | None = None,
    systematics: bool = True,
    small_sample: bool = True,
) -> Bootstrap:
    """Take a plan through the chain; parameters as for `bootstrap`."""
    progress = progress or Progress()
    chain = YieldChain(responses, efficiency, settings)
    etas: list[EtaDraws] = []
    parameters: list[FloatArray] = []
    n_blocks = -(-draws // _BLOCK)
    for block, source in enumerate(np.random.SeedSequence(seed).spawn(n_blocks)):
        progress.step(block, n_blocks, f"bootstrap: {block * _BLOCK} of {draws} draws")
        size = min(_BLOCK, draws - block * _BLOCK)
        rng = np.random.default_rng(source)
        light, heat = plan.draw(size, rng, systematics=systematics, small_sample=small_sample)
        energies = EnergyDraws.of(responses, size, rng, systematics=systematics)
        found, fitted = eta_and_parameters(chain, polaron, efficiency, light, heat, energies)
        etas.append(found)
        parameters.append(fitted)
    record = BootstrapRecord(seed, draws, systematics, small_sample, plan.n_repeats)
    result = _collect(
        efficiency, plan.enough[:, responses.n_stokes :], etas, np.concatenate(parameters, axis=1), record
    )
    progress.step(1, 1, f"bootstrap: {draws} of {draws} draws")
    return result


def eta_and_parameters(
    chain: YieldChain,
    polaron: PolaronFit | None,
    efficiency: EfficiencyFit,
    light: FloatArray,
    heat: FloatArray,
    energies: EnergyDraws,
) -> tuple[EtaDraws, FloatArray]:
    """Return quantum yield, N and D of every draw, and (κ, u) of every fit, (n_temperatures + 1, n_draws, 2)."""
    found = chain(light, heat, energies)
    n_t, n_draws = found.quantum_yield.shape
    if polaron is None:
        return found, np.full((n_t + 1, n_draws, 2), np.nan)
    moved = energies.detuning_mev(chain.n_stokes)
    if moved is not None:
        moved = np.where(polaron.problem.use[:, None], moved, 0.0)
    points = DrawnPoints(*scaled_points(polaron.problem, efficiency, found.numerator, found.denominator), moved)
    return found, np.concatenate([fit_separate(polaron, points)[:, :, 1:], fit_joint(polaron, points)[None]])


def _collect(
    efficiency: EfficiencyFit,
    enough: np.ndarray,
    etas: list[EtaDraws],
    parameters: FloatArray,
    record: BootstrapRecord,
) -> Bootstrap:
    yields = np.concatenate([part.quantum_yield for part in etas], axis=1).T
    numerator, denominator = (
        np.concatenate([getattr(part, name) for part in etas], axis=1).transpose(1, 0, 2)
        for name in ("numerator", "denominator")
    )
    # Where no absorption is left η is beyond every value, on the side of the emission.
    beyond = np.copysign(np.inf, numerator)
    eta = np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), beyond)
    eta[:, ~(efficiency.valid & enough)] = np.nan
    table = physical_draws(parameters[:, :, 0].T, parameters[:, :, 1].T)
    known = np.isfinite(parameters[:, :, 1])
    unbound = np.where(known.any(axis=1), ((parameters[:, :, 1] <= 0) & known).mean(axis=1), np.nan)
    return Bootstrap(
        temperatures_k=efficiency.temperatures_k,
        quantum_yield=resampled(yields),
        eta=resampled(eta, open_below=np.isnan(efficiency.eta_low), open_above=np.isnan(efficiency.eta_high)),
        g_mev=resampled(table[0]),
        phonon_mev=resampled(table[1]),
        polaron_energy_mev=resampled(table[2]),
        huang_rhys=resampled(table[3]),
        unbound=unbound,
        record=record,
    )


def physical_draws(kappa: FloatArray, u: FloatArray) -> FloatArray:
    """Return g, ħω, E_p, S of each draw, with what they tend to where u = 1/ħω is not positive."""
    bound = u > 0
    safe = np.where(bound, u, 1.0)
    with np.errstate(over="ignore", invalid="ignore"):
        energy = CENTRE_MEV * np.exp(kappa / safe)
        values = np.array([np.sqrt(energy / safe), 1.0 / safe, energy, energy * safe])
    # exp(κ/u) leaves every other factor behind as u goes to zero. Zero is the end of the range, as ∞ is.
    tends = np.where(kappa > 0, np.inf, -np.inf)
    limits = np.array([tends, np.full(u.shape, np.inf), tends, tends])
    return np.where(np.isnan(u), np.nan, np.where(bound, values, limits))
