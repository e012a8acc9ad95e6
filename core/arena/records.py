"""What a contest gives."""

from dataclasses import dataclass

import numpy as np

from asplab.core.arena.hypotheses import Hypothesis
from asplab.core.problems import Problem
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class ArenaRecord:
    """How a contest was made: the same record on the same data gives the same numbers."""

    seed: int
    draws: int
    threshold: float
    hypotheses: tuple[Hypothesis, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FittedHypothesis:
    """A hypothesis in the version that the data allow; the last row is all temperatures together.

    Attributes
    ----------
    chi2, aicc, p_value : ndarray, shape (n_rows,)
        ``p_value``: chance of a χ² at least as large where the hypothesis is true.
    dof : ndarray of int, shape (n_rows,)
    size : ndarray, shape (n_temperatures,)
        ε or c of the added light; 0 where there is none.
    """

    name: str
    chi2: FloatArray
    dof: np.ndarray
    aicc: FloatArray
    p_value: FloatArray
    size: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class BestMeasurement:
    """The one measurement that would raise the power to tell a pair apart most.

    Attributes
    ----------
    pair : (str, str)
    temperature_k, detuning_mev : float
    eta, eta_error : (float, float), float
        What each of the pair expects there, and the error expected from the noise of this experiment.
    gain : float
        By how much the expected Δχ² of the false one grows, mean of both being true.
    power_now, power_after : (float, float)
        Power where the first and where the second of the pair is true, all temperatures together; the second from draws
        with the measurement.
    power_after_low, power_after_high : (float, float)
        68 % intervals.
    detuning_tried_mev : ndarray, shape (n_candidates,)
    gains : ndarray, shape (n_temperatures, n_candidates)
    """

    pair: tuple[str, str]
    temperature_k: float
    detuning_mev: float
    eta: tuple[float, float]
    eta_error: float
    gain: float
    power_now: tuple[float, float]
    power_after: tuple[float, float]
    power_after_low: tuple[float, float]
    power_after_high: tuple[float, float]
    detuning_tried_mev: FloatArray
    gains: FloatArray

    @property
    def advice(self) -> str:
        """What it comes to, in words."""
        first, second = self.pair
        place = f"η at {self.temperature_k:.0f} K and ΔE = {self.detuning_mev:.0f} meV, to ± {self.eta_error:.2g},"
        now, after = 0.5 * sum(self.power_now), 0.5 * sum(self.power_after)
        told = f"the mean power to tell {first} from {second} is {now:.2f} now and {after:.2f} with it"
        if 0.5 * sum(self.power_after_low) > now:
            return f"One more measurement, {place} would help most: {told}."
        return f"No single measurement helps; the best, {place} changes little: {told}."


@dataclass(frozen=True, slots=True, eq=False)
class Arena:
    """How often each hypothesis is found where each is true.

    Arrays begin with rows: one per temperature in the contest, and all of them together, every temperature with
    parameters of its own, in the last one. Then follow the true and the fitted hypothesis.

    Attributes
    ----------
    names : tuple of str
    temperatures_k : ndarray, shape (n_temperatures,)
    fitted : tuple of FittedHypothesis
        What the data themselves say.
    confusion : ndarray, shape (n_rows, n, n)
        Share of draws in which the second hypothesis has the smallest AICc; equals share a draw.
    power, power_low, power_high : ndarray, same shape
        Share of draws in which the AICc of the second lies above that of the true one by more than the threshold, and
        its 68 % interval [Wilson 1927]; NaN on the diagonal.
    wrong : ndarray, same shape
        Share of draws in which it lies below by more than the threshold: false positives.
    median_delta : ndarray, same shape
        Median of that difference.
    best_measurement : BestMeasurement or None
    record : ArenaRecord
    """

    names: tuple[str, ...]
    temperatures_k: FloatArray
    fitted: tuple[FittedHypothesis, ...]
    confusion: FloatArray
    power: FloatArray
    power_low: FloatArray
    power_high: FloatArray
    wrong: FloatArray
    median_delta: FloatArray
    best_measurement: BestMeasurement | None
    record: ArenaRecord
    problems: tuple[Problem, ...] = ()

    def told_apart(self, row: int = -1) -> FloatArray:
        """Return the mean power of each pair, (n, n): the chance to find the true one, if either may be true alike.

        Where one hypothesis contains the other, the simpler one never wins by more than its fewer parameters are worth,
        so that the mean stays below 0.5 for the usual threshold.
        """
        return np.asarray(0.5 * (self.power[row] + self.power[row].T))


def aicc_of(chi2: FloatArray, n_points: np.ndarray, n_parameters: np.ndarray) -> FloatArray:
    """Return Akaike's criterion for small samples; NaN for fewer than k + 2 points."""
    spare = n_points - n_parameters - 1
    penalty = 2.0 * n_parameters * (n_parameters + 1) / np.where(spare > 0, spare, 1)
    return np.where(spare > 0, chi2 + 2.0 * n_parameters + penalty, np.nan)


def share_interval(count: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the 68 % score interval of a share, from a count out of n [Wilson 1927]."""
    share = count / n
    centre = (share + 0.5 / n) / (1.0 + 1.0 / n)
    half = np.sqrt(share * (1.0 - share) / n + 0.25 / n**2) / (1.0 + 1.0 / n)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
