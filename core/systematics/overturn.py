"""The referee: how large each effect would have to be to overturn a conclusion."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.progress import Progress
from asplab.core.systematics.nuisances import NUISANCES
from asplab.core.systematics.subject import Subject, prepare

if TYPE_CHECKING:
    from asplab.core.pipeline import Results

Kind = Literal["phonon_error", "phonon_interval", "eta_error", "verdict"]

_LADDER = (0.25, 0.5, 1.0, 2.0, 4.0, 7.0, 10.0)
_COARSE_LADDER = (1.0, 3.0, 10.0)
"""Sizes in prior standard deviations at which conclusions are looked at before the crossing is narrowed down; the
coarse ones for the verdict between two laws, which takes a hundred times longer than a fit of Eq. 9."""
_RELATIVE = 0.01
"""Relative width at which a crossing is known well enough."""
_RIVALS = ("eq9", "exponential")


@dataclass(frozen=True, slots=True)
class Claim:
    """A conclusion that an effect may overturn.

    Attributes
    ----------
    kind : str
        ``phonon_error``: ħω stays within one statistical standard error; ``phonon_interval``: it stays within its 68 %
        interval; ``eta_error``: one η stays within one statistical standard error; ``verdict``: AICc prefers the same
        of Eq. 9 and the exponential law.
    row : int
        Temperature, n_temperatures for the joint fit.
    column : int
        Anti-Stokes place of an η; without meaning for the others.
    """

    kind: Kind
    row: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Overturn:
    """At which size of one nuisance a claim falls.

    Attributes
    ----------
    nuisance, unit : str
    claim : Claim
    above, below : float
        Smallest sizes found at which the claim falls, in the unit: above 0, and below 0 (negative). NaN where it holds
        within ``limit`` prior standard deviations, and below 0 for a one-sided nuisance. ``above`` of a one-sided one
        is the size that the data would have to hold: the result is moved the other way than adding it does (first
        order); of the verdict between laws, which has no other way, it is the size added.
    above_sigmas, below_sigmas : float
        The same in prior standard deviations.
    limit : float
        How far was looked, in prior standard deviations.
    text : str
        All that in words.
    """

    nuisance: str
    unit: str
    claim: Claim
    above: float
    below: float
    above_sigmas: float
    below_sigmas: float
    limit: float
    text: str


@dataclass(frozen=True, slots=True)
class Refereed:
    """What `referee` found.

    Attributes
    ----------
    claims : tuple of Claim
    texts : tuple of str
        What each claim says.
    overturns : tuple of Overturn
        One for each nuisance and claim, nuisances first.
    left_out : tuple of (str, str)
        Nuisances that were not tried, and why.
    """

    claims: tuple[Claim, ...]
    texts: tuple[str, ...]
    overturns: tuple[Overturn, ...]
    left_out: tuple[tuple[str, str], ...]


def default_claims(results: "Results") -> tuple[Claim, ...]:
    """Return the claims that a paper would make: ħω, the η with the largest determined ΔE, and the better law.

    ħω and the law of the joint fit; without one, of the temperature whose ħω has the smallest relative error.
    """
    efficiency, polaron = results.efficiency, results.polaron
    if efficiency is None or polaron is None:
        return ()
    claims: list[Claim] = []
    row = _row_of_phonon(polaron)
    if row is not None:
        claims.append(Claim("phonon_error", row))
        if results.intervals is not None and np.isfinite(_interval(results, row)).any():
            claims.append(Claim("phonon_interval", row))
    # η within two standard errors of its lowest bound says nothing that could be overturned.
    determined = efficiency.fitted & ~efficiency.flag_table[..., 0] & (efficiency.eta > 2.0 * efficiency.eta_error)
    if determined.any():
        largest = np.argmax(np.where(determined, efficiency.detuning_mev, -np.inf))
        t, j = np.unravel_index(int(largest), determined.shape)
        claims.append(Claim("eta_error", int(t), int(j)))
    if row is not None:
        claims.append(Claim("verdict", row))
    return tuple(claims)


def referee(
    results: "Results",
    claims: tuple[Claim, ...] | None = None,
    *,
    limit: float = _LADDER[-1],
    progress: Progress | None = None,
) -> Refereed:
    """Find the size of each nuisance at which each claim falls, on the exact shift of the data.

    Where the data hold an effect, the truth lies the other way than adding it leads. Both ways are tried, and for
    one-sided effects the change is mirrored; the verdict between laws shows what adding them does.
    Sizes grow in steps up to ``limit`` prior standard deviations, both ways; the first crossing is narrowed down to a
    hundredth. A claim that falls and stands again between two steps is not seen to fall.

    Parameters
    ----------
    results : Results
    claims : tuple of Claim, optional
        `default_claims` without.
    limit : float
        How far to look, in prior standard deviations, above 0.

    Raises
    ------
    AnalysisError
        Where there is nothing to claim, a claim does not fit the results, or ``limit`` is not above 0.
    Cancelled
        When stopped through ``progress``.
    """
    progress = progress or Progress()
    if not limit > 0.0:
        raise AnalysisError(f"limit is {limit:g} prior standard deviations; it must be above 0.")
    subject = prepare(results)
    chosen = default_claims(results) if claims is None else claims
    if not chosen:
        raise AnalysisError("neither an η nor ħω is determined, so there is no conclusion to overturn.")
    tests = [_test(results, subject, claim) for claim in chosen]
    overturns = []
    for k, (name, sigma) in enumerate(subject.prior.items()):
        title = NUISANCES[name].title
        progress.step(k, len(subject.prior), f"referee: {title}")
        search = _Search(subject, name, sigma, limit, progress, (k, len(subject.prior)))
        overturns += [_overturn(search, claim, test) for claim, test in zip(chosen, tests, strict=True)]
    progress.step(1, 1, "referee")
    texts = tuple(_claim_text(subject, claim) for claim in chosen)
    return Refereed(chosen, texts, tuple(overturns), subject.left_out)


_Fits = tuple[EfficiencyFit, EfficiencyFit, PolaronFit]
_Test = Callable[[_Fits, bool], bool]
"""Whether a claim holds for fits of shifted data; True mirrors the change, as for an effect that the data hold."""


class _Search:
    """Fits along one nuisance, each size once."""

    def __init__(
        self, subject: Subject, name: str, sigma: float, limit: float, progress: Progress, place: tuple[int, int]
    ) -> None:
        self.subject, self.name, self.sigma, self.limit = subject, name, sigma, limit
        self._progress, self._place = progress, place
        self._fits: dict[float, _Fits | None] = {}

    def holds(self, test: _Test, sigmas: float) -> bool:
        """Return whether a claim holds at a size in prior standard deviations."""
        if sigmas not in self._fits:
            self._progress.step(*self._place, f"referee: {NUISANCES[self.name].title}")
            self._fits[sigmas] = self._fit(sigmas)
        found = self._fits[sigmas]
        return found is not None and test(found, NUISANCES[self.name].is_one_sided)

    def _fit(self, sigmas: float) -> _Fits | None:
        try:
            efficiency, fitted = self.subject.shifted({self.name: sigmas * self.sigma})
        except AnalysisError:
            # A shift that the data can't bear at all leaves no conclusion standing.
            return None
        return efficiency, fitted, fit_polaron(fitted, self.subject.settings.polaron)

    def crossing(self, test: _Test, sign: float, ladder: tuple[float, ...]) -> float:
        """Return the smallest size found on one side at which a claim falls, in sigmas; NaN where it holds."""
        inner = 0.0
        for size in (*(step for step in ladder if step < self.limit), self.limit):
            if self.holds(test, sign * size):
                inner = size
                continue
            outer = size
            while outer - inner > _RELATIVE * outer:
                middle = 0.5 * (inner + outer)
                if self.holds(test, sign * middle):
                    inner = middle
                else:
                    outer = middle
            return sign * outer
        return float("nan")


def _overturn(search: _Search, claim: Claim, test: _Test) -> Overturn:
    nuisance = NUISANCES[search.name]
    ladder = _COARSE_LADDER if claim.kind == "verdict" else _LADDER
    above = search.crossing(test, 1.0, ladder)
    below = float("nan") if nuisance.is_one_sided else search.crossing(test, -1.0, ladder)
    return Overturn(
        nuisance=search.name,
        unit=nuisance.unit,
        claim=claim,
        above=above * search.sigma,
        below=below * search.sigma,
        above_sigmas=above,
        below_sigmas=below,
        limit=search.limit,
        text=_overturn_text(search, above, below),
    )


def _overturn_text(search: _Search, above: float, below: float) -> str:
    nuisance = NUISANCES[search.name]
    ends = [
        f"{size * search.sigma:+.3g} {nuisance.unit} ({abs(size):.2g} prior σ)"
        for size in (above, below)
        if np.isfinite(size)
    ]
    sign = "+" if nuisance.is_one_sided else "±"
    beyond = f"{sign}{search.limit:g} prior σ ({sign}{search.limit * search.sigma:.3g} {nuisance.unit})"
    return f"{nuisance.title}: " + (f"falls at {' and '.join(ends)}" if ends else f"not within {beyond}")


def _test(results: "Results", subject: Subject, claim: Claim) -> _Test:
    """Return the function that says whether a claim holds for fits of shifted data."""
    efficiency, polaron = subject.efficiency, subject.polaron
    n_t, n = efficiency.eta.shape
    most = n_t if claim.kind == "eta_error" else n_t + 1
    if not 0 <= claim.row < most or not 0 <= claim.column < max(n, 1):
        raise AnalysisError(f"the claim {claim} names a place that the results don't have.")
    if claim.kind == "eta_error":
        return _stays(
            float(efficiency.eta[claim.row, claim.column]),
            float(efficiency.eta_error[claim.row, claim.column]),
            lambda fits: float(fits[0].eta[claim.row, claim.column]),
            claim,
        )
    if claim.kind == "phonon_error":
        return _stays(
            float(polaron.phonon_mev[claim.row]),
            float(polaron.phonon_error_mev[claim.row]),
            lambda fits: float(fits[2].phonon_mev[claim.row]),
            claim,
        )
    if claim.kind == "phonon_interval":
        low, high = _interval(results, claim.row)
        if not (np.isfinite(low) or np.isfinite(high)):
            raise AnalysisError(f"the claim {claim} needs a 68 % interval of ħω; both of its ends are open.")
        central = float(polaron.phonon_mev[claim.row])
        return lambda fits, is_mirrored: _within(
            _mirrored(float(fits[2].phonon_mev[claim.row]), central, is_mirrored), low, high
        )
    sign = _preference(subject, efficiency, claim.row)
    if not np.isfinite(sign):
        raise AnalysisError(f"the claim {claim} needs an AICc of both laws there; five points are the least.")
    return lambda fits, _: _preference(subject, fits[1], claim.row) * sign > 0.0


def _stays(value: float, error: float, of: Callable[[_Fits], float], claim: Claim) -> _Test:
    if not (np.isfinite(value) and np.isfinite(error)):
        raise AnalysisError(f"the claim {claim} is about a result that is not determined.")
    return lambda fits, _: abs(of(fits) - value) <= error


def _mirrored(value: float, central: float, is_mirrored: bool) -> float:
    """Return a value, or its mirror image about the central one; that of ħω beyond all bounds lies below all."""
    if not is_mirrored:
        return value
    return 2.0 * central - value if np.isfinite(value) else -np.inf


def _within(value: float, low: float, high: float) -> bool:
    # ħω that is no longer determined has grown beyond any bound: an open upper end holds it.
    if np.isnan(value):
        return not np.isfinite(high)
    return not (value < low or value > high)


def _interval(results: "Results", row: int) -> tuple[float, float]:
    if results.intervals is None:
        return float("nan"), float("nan")
    return float(results.intervals.phonon_low_mev[row]), float(results.intervals.phonon_high_mev[row])


def _row_of_phonon(polaron: PolaronFit) -> int | None:
    value, error = polaron.phonon_mev, polaron.phonon_error_mev
    if np.isfinite(value[-1]) and np.isfinite(error[-1]):
        return len(value) - 1
    known = np.isfinite(value[:-1]) & np.isfinite(error[:-1])
    if not known.any():
        return None
    return int(np.argmin(np.where(known, error[:-1] / np.where(known, value[:-1], 1.0), np.inf)))


def _preference(subject: Subject, efficiency: EfficiencyFit, row: int) -> float:
    """Return AICc of the exponential law less that of Eq. 9; NaN where one of them has none."""
    # Rate models may read the effects of nuisances: they load when a verdict is asked for.
    from asplab.core.polaron.comparison import ModelOptions, compare_models

    settings = subject.settings.polaron
    options = ModelOptions(detuning_range_mev=settings.detuning_range_mev, joint_scale=settings.joint_scale)
    aicc = compare_models(efficiency, _RIVALS, options).aicc
    return float(aicc[1, row] - aicc[0, row])


def _claim_text(subject: Subject, claim: Claim) -> str:
    temperatures = subject.efficiency.temperatures_k
    place = "all temperatures" if claim.row == len(temperatures) else f"{temperatures[claim.row]:.0f} K"
    if claim.kind == "eta_error":
        detuning = subject.efficiency.detuning_mev[claim.row, claim.column]
        return f"η at {detuning:.0f} meV, {place}, stays within one statistical standard error"
    if claim.kind == "phonon_error":
        return f"ħω of {place} stays within one statistical standard error"
    if claim.kind == "phonon_interval":
        return f"ħω of {place} stays within its 68 % interval"
    sign = _preference(subject, subject.efficiency, claim.row)
    better, worse = ("Eq. 9", "the exponential law") if sign > 0 else ("the exponential law", "Eq. 9")
    return f"AICc prefers {better} to {worse} at {place}"
