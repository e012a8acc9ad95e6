"""Systematic errors: every nuisance moved by one prior standard deviation, and everything fitted again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.progress import Progress
from asplab.core.systematics.linear import capped_prior
from asplab.core.systematics.nuisances import NUISANCES
from asplab.core.systematics.sides import FAR, RUN_AWAY, in_quadrature, mean_square, towards_truth
from asplab.core.systematics.subject import QUANTITIES, Outcome, Subject, prepare
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.pipeline import Results


@dataclass(frozen=True, slots=True, eq=False)
class Systematics:
    """Systematic errors beside the statistical ones.

    Attributes
    ----------
    names, titles, units : tuple of str, length K
        Nuisances that were moved.
    sigma : ndarray, shape (K,)
        By how much, in the unit of each: one prior standard deviation, or the bound that the data set.
    is_one_sided : ndarray of bool, shape (K,)
    temperatures_k : ndarray, shape (n_temperatures,)
    detuning_mev : ndarray, shape (n_temperatures, n_anti)
    central, statistical : Outcome
        Results, and their statistical standard errors.
    up, down : Outcome, with K leading rows
        Change of each result with each nuisance added at +σ and at −σ, refitted. The down row of a one-sided nuisance
        is 0. NaN where the shifted data do not determine the result.
    above, below : Outcome, with K leading rows
        How far above and below the result each nuisance lets the truth lie, both positive: of the shifts by one
        standard deviation and of the halves of those by two, the larger (`asplab.core.systematics.sides`).
    plus, minus : Outcome
        Total systematic error upwards and downwards, both positive: ``above`` and ``below`` added in quadrature. A
        one-sided nuisance that raises a result by x when it is added puts the truth x below it: x is
        part of ``minus``. NaN where one of the changes is not determined: an open end. g and ħω that the shifted data
        do not determine grow beyond all bounds, which leaves the lower end closed, of one-sided nuisances the upper.
    left_out : tuple of (str, str)
        Nuisances that were not moved, and why.
    notes : tuple of str
        What to know about how they were moved.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    units: tuple[str, ...]
    sigma: FloatArray
    is_one_sided: np.ndarray
    temperatures_k: FloatArray
    detuning_mev: FloatArray
    central: Outcome
    statistical: Outcome
    up: Outcome
    down: Outcome
    above: Outcome
    below: Outcome
    plus: Outcome
    minus: Outcome
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    def variance(self, quantity: str) -> FloatArray:
        """Return the mean square of what each nuisance brings on its sides; (K, …) as `Outcome`."""
        sides = getattr(self.above, quantity), getattr(self.below, quantity)
        return mean_square(sides, [NUISANCES[name] for name in self.names])


def systematic_errors(results: "Results | Subject", *, progress: Progress | None = None) -> Systematics:
    """Move every nuisance by plus and minus one prior standard deviation and fit again.

    Statistical errors stay as they are and are not part of the systematic ones.

    Raises
    ------
    AnalysisError
        Where the results hold no η or no fit.
    Cancelled
        When stopped through ``progress``.
    """
    progress = progress or Progress()
    subject = results if isinstance(results, Subject) else prepare(results)
    central, prior = subject.central, capped_prior(subject)
    near, far = _moved(subject, prior, progress)
    above, below = _sides(near, far, prior)
    return Systematics(
        names=tuple(prior),
        titles=tuple(NUISANCES[name].title for name in prior),
        units=tuple(NUISANCES[name].unit for name in prior),
        sigma=np.array(list(prior.values())),
        is_one_sided=np.array([NUISANCES[name].is_one_sided for name in prior], dtype=bool),
        temperatures_k=subject.efficiency.temperatures_k,
        detuning_mev=subject.efficiency.detuning_mev,
        central=central,
        statistical=Outcome.errors_of(subject.efficiency, subject.polaron),
        up=near[0],
        down=near[1],
        above=above,
        below=below,
        plus=_total(above, central),
        minus=_total(below, central),
        left_out=subject.left_out,
        notes=_notes(subject),
    )


def _moved(
    subject: Subject, prior: dict[str, float], progress: Progress
) -> tuple[tuple[Outcome, Outcome], tuple[Outcome, Outcome]]:
    """Return the changes at plus and minus one, and at plus and minus `FAR` standard deviations."""
    central = subject.central
    columns: list[list[Outcome]] = [[], [], [], []]
    for k, (name, sigma) in enumerate(prior.items()):
        progress.step(k, len(prior), f"systematic error: {NUISANCES[name].title}")
        lower = 0.0 if NUISANCES[name].is_one_sided else -sigma
        for column, size in zip(columns, (sigma, lower, FAR * sigma, FAR * lower), strict=True):
            column.append(_under(subject, name, size, may_fail=abs(size) > sigma).minus(central))
    progress.step(len(prior), len(prior), "systematic errors")
    up, down, far_up, far_down = (Outcome.stacked(column, central) for column in columns)
    return (up, down), (far_up, far_down)


def _under(subject: Subject, name: str, size: float, *, may_fail: bool) -> Outcome:
    """Return the results with one effect added; NaN where no measurement can hold so much of it and that may be."""
    try:
        return subject.under({name: size})
    except AnalysisError:
        if not may_fail:
            raise
        return Outcome(*(np.full_like(getattr(subject.central, each), np.nan) for each in QUANTITIES))


def _sides(
    near: tuple[Outcome, Outcome], far: tuple[Outcome, Outcome], prior: dict[str, float]
) -> tuple[Outcome, Outcome]:
    """Return how far above and below each result each nuisance lets the truth lie."""
    nuisances = [NUISANCES[name] for name in prior]
    found = [
        towards_truth(
            (getattr(near[0], name), getattr(near[1], name)),
            (getattr(far[0], name), getattr(far[1], name)),
            nuisances,
            runs_away=name in RUN_AWAY,
        )
        for name in QUANTITIES
    ]
    return Outcome(*(sides[0] for sides in found)), Outcome(*(sides[1] for sides in found))


def _total(parts: Outcome, central: Outcome) -> Outcome:
    return Outcome(*(in_quadrature(getattr(parts, name), getattr(central, name)) for name in QUANTITIES))


def _notes(subject: Subject) -> tuple[str, ...]:
    notes = []
    prior, bound = subject.prior.get("leak_ppm"), subject.leak_bound_ppm
    if prior is not None:
        notes.append(
            "A laser leak only adds: its error has one side, where the truth lies if there is such a leak, opposite to "
            "what adding one does."
        )
        if bound is not None and bound < prior:
            notes.append(
                f"The weakest anti-Stokes emission leaves room for a leak of {bound:.3g} ppm; that is used in place of "
                f"the prior of {prior:g} ppm."
            )
    mismatch, stated = subject.prior.get("path_mismatch_percent"), subject.settings.systematics.path_mismatch_percent
    if mismatch is not None and mismatch < stated:
        notes.append(
            f"The curves of all filters are measured: a mismatch of {mismatch:g} % is left in place of the prior of "
            f"{stated:g} %. State another one where the curves are better or worse than that."
        )
    steady, sigma = subject.context.steady, subject.prior.get("temperature_k")
    if sigma is not None and steady is not None and steady.any():
        cold = ", ".join(f"{temperature:.3g} K" for temperature in subject.efficiency.temperatures_k[steady])
        notes.append(
            f"The temperature is not moved at {cold}, less than four times its standard deviation of {sigma:g} K: its "
            "error is left out there, and of the joint fit in part."
        )
    if "ensemble_mev" in subject.prior:
        notes.append(
            "The ensemble width changes what a single-gap model reads out of η, not η itself; it can't be negative, so "
            "its error has one side, opposite to what a width added does."
        )
        if not np.isfinite(np.asarray(subject.context.tail_mev)).any():
            notes.append("The absorption tail is not determined: the laser is taken to select no part of the ensemble.")
    return tuple(notes)
