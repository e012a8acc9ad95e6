"""What a consistency check is, and when two numbers conflict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from asplab.core.errors import AnalysisError
from asplab.core.rounding import number_with_error

Status = Literal["agrees", "marginal", "conflicts", "not applicable"]
Relation = Literal["=", "≤", "≥", ""]

CONFLICT = 3.0
"""Standard errors beyond which numbers conflict; where no error is known, any breach of a bound does."""
LOOSE = 1.0
"""Relative error from which on a number is not determined, so that agreement with it says nothing."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a check; ``error`` is its standard error, 0 for an exact one and NaN for an unknown one."""

    name: str
    value: float
    error: float
    unit: str

    @property
    def text(self) -> str:
        """The number with its error and unit."""
        return f"{number_with_error(self.value, self.error)} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Check:
    """One consistency check of one fit.

    Attributes
    ----------
    name, title : str
        Key, and what people read.
    place : str
        The fit: a temperature, or the joint fit.
    temperature_k : float
        NaN for the joint fit.
    numbers : tuple of Number
        The first is compared with the second by ``relation``; further ones stand beside them.
    relation : {"=", "≤", "≥", ""}
        What should hold; empty where nothing is compared.
    pull : float
        First minus second number in standard errors of the difference; NaN where no error is known.
    status : {"agrees", "marginal", "conflicts", "not applicable"}
        "marginal" where the best value passes a bound, but within its error.
    meaning : str
        What it says, in words; why, where a check is not applicable.
    """

    name: str
    title: str
    place: str
    temperature_k: float
    numbers: tuple[Number, ...]
    relation: Relation
    pull: float
    status: Status
    meaning: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a check belongs: its name, and the temperature, NaN for the joint fit."""

    name: str
    temperature_k: float


@dataclass(frozen=True, slots=True)
class Observed:
    """What was measured on the sample at one temperature; NaN or empty where it is not known.

    Attributes
    ----------
    detuning_mev : tuple of float
        ΔE of the η that the parameters describe, above 0.
    eta, eta_error : tuple of float
        Beside them; empty where only the range of ΔE is known.
    stokes_shift_mev, stokes_shift_error_mev : float
        Maximum of absorption minus maximum of emission.
    fwhm_mev, fwhm_error_mev : float
        Of the emission.
    rise_fs : tuple of (float, float)
        ΔE in meV and rise time in fs of transients, read as 1/w_uc.
    """

    detuning_mev: tuple[float, ...] = ()
    eta: tuple[float, ...] = ()
    eta_error: tuple[float, ...] = ()
    stokes_shift_mev: float = math.nan
    stokes_shift_error_mev: float = math.nan
    fwhm_mev: float = math.nan
    fwhm_error_mev: float = math.nan
    rise_fs: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        wrong = [energy for energy in self.detuning_mev if not energy > 0.0]
        if wrong:
            raise AnalysisError(f"detuning_mev holds {wrong[0]:g}; Eq. 9 needs ΔE above 0 meV. Leave it out.")
        if len(self.eta) not in (0, len(self.detuning_mev)) or len(self.eta_error) != len(self.eta):
            raise AnalysisError(
                f"there are {len(self.detuning_mev)} detunings, {len(self.eta)} η and {len(self.eta_error)} errors of "
                "η; give as many of each, or no η."
            )
        if any(not (de > 0.0 and time > 0.0) for de, time in self.rise_fs):
            raise AnalysisError(f"rise_fs holds {self.rise_fs}; ΔE and times must be above 0.")


def judge(excess: float, error: float, relation: Relation) -> tuple[float, Status]:
    """Return pull and status of a difference (first minus second number) with its standard error.

    A bound is broken where it is passed by more than `CONFLICT` standard errors, or at all without an error. An
    equality cannot be judged without one.
    """
    has_error = math.isfinite(error) and error > 0.0
    pull = excess / error if has_error else math.nan
    if not math.isfinite(excess) or (relation == "=" and not has_error):
        return math.nan, "not applicable"
    beyond = {"=": abs(excess), "≤": excess, "≥": -excess}[relation]
    broken = beyond > (CONFLICT * error if has_error else 0.0)
    return pull, "conflicts" if broken else "agrees"


def judge_bound(excess: float, error: float, relation: Relation) -> tuple[float, Status]:
    """Return pull and status as `judge` does, "marginal" where a bound is passed by no more than its error allows."""
    pull, status = judge(excess, error, relation)
    is_passed = (excess if relation == "≤" else -excess) > 0.0
    return pull, "marginal" if status == "agrees" and is_passed else status


def not_applicable(name: str, title: str, place: Place, why: str, numbers: Sequence[Number] = ()) -> Check:
    """Return a check that cannot be made, with the reason."""
    return Check(name, title, place.name, place.temperature_k, tuple(numbers), "", math.nan, "not applicable", why)


def made(
    name: str,
    title: str,
    place: Place,
    numbers: Sequence[Number],
    relation: Relation,
    verdict: tuple[float, Status],
    meaning: str,
) -> Check:
    """Return a check that was made; ``verdict`` is what `judge` or `judge_bound` says."""
    return Check(name, title, place.name, place.temperature_k, tuple(numbers), relation, *verdict, meaning)


def loose(error: float, size: float) -> bool:
    """Return whether an error is known and as large as what it should be compared with."""
    return math.isfinite(error) and error >= LOOSE * abs(size)


def quadrature(*errors: float) -> float:
    """Return the error of a difference: unknown errors are left out; NaN where none is known."""
    known = [error for error in errors if math.isfinite(error)]
    return math.hypot(*known) if known and any(known) else math.nan
