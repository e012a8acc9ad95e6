"""Checks of g and ħω, fitted or reported, against what else is known of the sample."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.appraisal.checks import eq9_peak_mev
from asplab.core.consistency.couplings import (
    Couplings,
    Slopes,
    eq9_slopes,
    from_mev,
    linewidth,
    phonon_numbers,
    stokes_shift,
)
from asplab.core.consistency.records import (
    Check,
    Number,
    Observed,
    Place,
    judge_bound,
    loose,
    made,
    not_applicable,
    quadrature,
)
from asplab.core.consistency.reported import reported_checks
from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates import PARAMETERS
from asplab.core.units import FloatArray, thermal_energy_mev

TITLES = {
    "rate_bound": "Fall of the rate with ΔE",
    "monotone": "Rate falls at every ΔE used",
    "few_phonons": "At least one phonon",
    "stokes_shift": "Stokes shift and 2Sħω",
    "linewidth": "PL width and that of one particle",
}
_NOT_DETERMINED = "The fit does not determine g and a positive ħω here."
_LOOSE_SLOPE = "The fit does not determine how fast the rate falls: the error of the slope is as large as the bound."
_LOOSE_VALUE = "The fit does not determine it: its error is as large as itself."


def check_parameters(
    g_mev: float,
    phonon_mev: float,
    temperature_k: float,
    observed: Observed | None = None,
    *,
    covariance_mev2: ArrayLike | None = None,
    is_ensemble: bool = False,
) -> tuple[Check, ...]:
    """Check bare parameters of Eq. 9, such as published ones.

    Parameters
    ----------
    g_mev, phonon_mev, temperature_k : float
        Above 0.
    observed : Observed, optional
    covariance_mev2 : array_like, shape (2, 2), optional
        Of (g, ħω) in meV². Quoted errors without a correlation give a diagonal one. None where no errors are known:
        then a bound is judged plainly and an equality not at all.
    is_ensemble : bool
        The parameters describe an average over many gaps; what holds for a single gap only is left out.

    Raises
    ------
    AnalysisError
        For parameters that are not above 0, and a covariance that is none.
    """
    g, phonon = PARAMETERS["g_mev"].check(g_mev), PARAMETERS["phonon_mev"].check(phonon_mev)
    if not (math.isfinite(temperature_k) and temperature_k > 0.0):
        raise AnalysisError(f"temperature_k is {temperature_k:g}; it must be above 0 K.")
    couplings = from_mev(
        np.array([float(temperature_k)]), g.reshape(1), phonon.reshape(1), _covariance(covariance_mev2)[None]
    )
    observed = observed or Observed()
    place = Place(f"{temperature_k:.0f} K", float(temperature_k))
    table = coupling_checks(couplings, [place], [observed], is_ensemble=is_ensemble)
    return (*table[0], *reported_checks(couplings, place, observed, is_ensemble=is_ensemble))


def _covariance(given: ArrayLike | None) -> FloatArray:
    if given is None:
        return np.full((2, 2), np.nan)
    found = np.asarray(given, dtype=np.float64)
    if found.shape != (2, 2) or not np.allclose(found, found.T) or np.linalg.eigvalsh(found).min() < 0.0:
        raise AnalysisError(
            f"covariance_mev2 is {found.tolist()}; it must be a symmetric 2 × 2 table of (g, ħω) in meV² without "
            "negative eigenvalues."
        )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """What the checks of the couplings need, plain numbers of one fit after another, energies in meV.

    ``steepest_at`` is the ΔE used at which ln w rises most, or falls least, and ``slope`` that of ln w there; ``edge``
    the ΔE below which Eq. 9 breaks the bound of a sharp mode and ``peak`` that of its highest rate. NaN where no ΔE
    is known, the fit does not determine g and ħω, or the number does not exist.
    """

    places: Sequence[Place]
    observed: Sequence[Observed]
    is_eq9: bool
    is_ensemble: bool
    phonon_is_open: Sequence[bool]
    log_g: list[float]
    phonon: list[float]
    lowest: list[float]
    steepest_at: list[float]
    slope: list[float]
    slope_error: list[float]
    bound: list[float]
    edge: list[float]
    peak: list[float]
    phonons: list[float]
    phonons_error: list[float]
    shift: list[float]
    shift_error: list[float]
    width: list[float]
    width_error: list[float]


def coupling_checks(
    couplings: Couplings,
    places: Sequence[Place],
    observed: Sequence[Observed],
    *,
    slopes: Slopes = eq9_slopes,
    is_ensemble: bool = False,
    phonon_is_open: Sequence[bool] | None = None,
) -> list[list[Check]]:
    """Return the checks of every row of ``couplings``, in the order of `TITLES`.

    ``phonon_is_open`` says where the 68 % interval of ħω has an open end; False where None is given.
    """
    rows = _rows(couplings, places, observed, slopes, is_ensemble, phonon_is_open or [False] * len(places))
    return [[make(rows, i) for make in _MAKERS] for i in range(len(places))]


def worst_checks(
    couplings: Couplings,
    place: Place,
    temperatures: Sequence[Place],
    observed: Sequence[Observed],
    *,
    slopes: Slopes = eq9_slopes,
    is_ensemble: bool = False,
    phonon_is_open: bool = False,
) -> list[Check]:
    """Return each check of a fit that several temperatures share, at the temperature where it agrees least."""
    n = len(temperatures)
    rows = _rows(couplings, [place] * n, observed, slopes, is_ensemble, [phonon_is_open] * n)
    found = []
    for make, excess in zip(_MAKERS, _excesses(rows), strict=True):
        i = max(range(len(temperatures)), key=lambda k: excess[k] if math.isfinite(excess[k]) else -math.inf)
        check = make(rows, i)
        if check.status != "not applicable" and len(temperatures) > 1:
            check = replace(check, meaning=f"At {temperatures[i].name}, where it agrees least: {check.meaning}")
        found.append(check)
    return found


def _excesses(rows: _Rows) -> tuple[list[float], ...]:
    """Return by how much every row passes its bound, in standard errors where they are known, check by check."""
    seen = rows.observed
    pairs = (
        [(s - b, e) for s, b, e in zip(rows.slope, rows.bound, rows.slope_error, strict=True)],
        list(zip(rows.slope, rows.slope_error, strict=True)),
        [(1.0 - n, e) for n, e in zip(rows.phonons, rows.phonons_error, strict=True)],
        [
            (s - o.stokes_shift_mev, quadrature(e, o.stokes_shift_error_mev))
            for s, e, o in zip(rows.shift, rows.shift_error, seen, strict=True)
        ],
        [
            (w - o.fwhm_mev, quadrature(e, o.fwhm_error_mev))
            for w, e, o in zip(rows.width, rows.width_error, seen, strict=True)
        ],
    )
    return tuple([gap / error if error > 0.0 else gap for gap, error in column] for column in pairs)


def _rows(
    couplings: Couplings,
    places: Sequence[Place],
    observed: Sequence[Observed],
    slopes: Slopes,
    is_ensemble: bool,
    phonon_is_open: Sequence[bool],
) -> _Rows:
    used = np.full((len(places), max(1, *(len(seen.detuning_mev) for seen in observed))), np.inf)
    for i, seen in enumerate(observed):
        used[i, : len(seen.detuning_mev)] = seen.detuning_mev
    lowest = used.min(axis=1)
    is_known = np.isfinite(lowest)
    # Places without points take part with a number that no check reads.
    filled = np.where(np.isfinite(used), used, np.where(is_known, lowest, 1.0)[:, None])
    lowest = np.where(is_known, lowest, np.nan)
    value, gradient = slopes(couplings, filled)
    at = np.arange(len(places)), np.argmax(np.where(np.isfinite(value), value, -np.inf), axis=1)
    temperature, phonon = couplings.temperature_k, couplings.phonon_mev
    # Eq. 9 turns at −1/(2 k_BT) where it would have its maximum at twice the temperature.
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        turns = eq9_peak_mev(np.exp(couplings.log_polaron_energy), phonon, np.stack([2.0 * temperature, temperature]))
    pairs = (phonon_numbers(couplings, lowest), stokes_shift(couplings), linewidth(couplings))
    columns = (
        couplings.log_g,
        phonon,
        lowest,
        filled[at],
        np.where(is_known, value[at], np.nan),
        couplings.error(gradient[at]),
        -0.5 / thermal_energy_mev(temperature),
        *turns,
        *(part for pair in pairs for part in pair),
    )
    lists = (column.tolist() for column in columns)
    return _Rows(places, observed, slopes is eq9_slopes, is_ensemble, phonon_is_open, *lists)


def _why_not(rows: _Rows, i: int) -> str:
    """Return why nothing can be said of the rate of a row; empty where it can."""
    if not math.isfinite(rows.log_g[i]):
        return _NOT_DETERMINED
    return "" if math.isfinite(rows.lowest[i]) else "No ΔE is given at which the rate is used."


def _rate_bound(rows: _Rows, i: int) -> Check:
    """d ln W/dΔE ≤ −1/(2 k_BT): a sharp mode with all initial and final levels [Huang & Rhys 1950; Pekar 1950]."""
    name, title, place = "rate_bound", TITLES["rate_bound"], rows.places[i]
    why = "The bound holds for a single gap; here gaps are spread." if rows.is_ensemble else _why_not(rows, i)
    if why:
        return not_applicable(name, title, place, why)
    numbers = [
        Number(f"d ln w/dΔE at {rows.steepest_at[i]:.0f} meV", rows.slope[i], rows.slope_error[i], "/meV"),
        Number("−1/(2 k_BT)", rows.bound[i], 0.0, "/meV"),
    ]
    where = ""
    if rows.is_eq9 and math.isfinite(rows.edge[i]):
        numbers.append(Number("broken below ΔE", rows.edge[i], math.nan, "meV"))
        where = f"below {rows.edge[i]:.0f} meV "
    verdict = judge_bound(rows.slope[i] - rows.bound[i], rows.slope_error[i], "≤")
    if verdict[1] != "conflicts" and loose(rows.slope_error[i], rows.bound[i]):
        return not_applicable(name, title, place, _LOOSE_SLOPE, numbers[:2])
    if rows.slope[i] <= rows.bound[i]:
        told = (
            "At every ΔE used the rate falls at least as fast as one sharp mode in thermal equilibrium makes it fall."
        )
    elif verdict[1] == "marginal":
        told = "The rate falls more slowly than one sharp mode in equilibrium can, but by less than its error allows."
    else:
        told = (
            f"One sharp mode in thermal equilibrium cannot give this rate {where}at any g and ħω: with all initial and "
            "final levels it falls at least that fast. A rate to one final level alone, or spread gaps, can give it."
        )
    return made(name, title, place, numbers, "≤", verdict, told)


def _monotone(rows: _Rows, i: int) -> Check:
    name, title, place = "monotone", TITLES["monotone"], rows.places[i]
    why = _why_not(rows, i)
    if why:
        return not_applicable(name, title, place, why)
    numbers = [
        Number(f"d ln w/dΔE at {rows.steepest_at[i]:.0f} meV", rows.slope[i], rows.slope_error[i], "/meV"),
        Number("no change", 0.0, 0.0, "/meV"),
    ]
    verdict = judge_bound(rows.slope[i], rows.slope_error[i], "≤")
    if verdict[1] != "conflicts" and loose(rows.slope_error[i], rows.bound[i]):
        return not_applicable(name, title, place, _LOOSE_SLOPE, numbers)
    if rows.slope[i] <= 0.0:
        return made(name, title, place, numbers, "≤", verdict, "w_uc falls with ΔE over the range used.")
    if rows.is_eq9:
        numbers.append(Number("maximum of w_uc", rows.peak[i], math.nan, "meV"))
    top = f"up to {rows.peak[i]:.0f} meV" if rows.is_eq9 else f"at {rows.steepest_at[i]:.0f} meV"
    told = f"w_uc rises with ΔE {top}, although more phonons are needed; η must rise there too if w_nr is the same."
    if verdict[1] == "marginal":
        told += " Within its error it may as well fall."
    return made(name, title, place, numbers, "≤", verdict, told)


def _few_phonons(rows: _Rows, i: int) -> Check:
    name, title, place = "few_phonons", TITLES["few_phonons"], rows.places[i]
    why = _why_not(rows, i)
    if why:
        return not_applicable(name, title, place, why)
    count, error = rows.phonons[i], rows.phonons_error[i]
    numbers = [
        Number(f"N = ΔE/ħω at {rows.lowest[i]:.0f} meV", count, error, ""),
        Number("one phonon", 1.0, 0.0, ""),
        Number("ħω", rows.phonon[i], rows.phonon[i] * error / count, "meV"),
    ]
    if rows.phonon_is_open[i] or loose(error, count):
        return not_applicable(
            name,
            title,
            place,
            "ħω is not determined here: its 68 % interval is open, or its error as large as itself.",
            numbers,
        )
    verdict = judge_bound(count - 1.0, error, "≥")
    below = sum(1 for energy in rows.observed[i].detuning_mev if energy < rows.phonon[i])
    told = "Every point used needs at least one phonon."
    if below:
        points = "1 point lies" if below == 1 else f"{below} points lie"
        told = f"{points} less than one phonon below the gap, where a sharp mode has no level."
        if verdict[1] == "marginal":
            told += " Within its error ħω may be smaller, so that none does."
        if rows.is_eq9:
            told += f" Stirling's formula makes Eq. 9 {_stirling_percent(count):.0f} % too large there."
    return made(name, title, place, numbers, "≥", verdict, told)


def _stirling_percent(count: float) -> float:
    """Return by how many per cent 1/N! is too large with Stirling's formula."""
    stirling = 0.5 * math.log(2.0 * math.pi * count) + count * math.log(count) - count
    return 100.0 * math.expm1(math.lgamma(count + 1.0) - stirling)


def _stokes_shift(rows: _Rows, i: int) -> Check:
    """2 S ħω ≤ measured shift: linear coupling parts the maxima by 2 E_p, sizes and fine structure by more."""
    name, title, place, seen = "stokes_shift", TITLES["stokes_shift"], rows.places[i], rows.observed[i]
    if not math.isfinite(rows.shift[i]):
        return not_applicable(name, title, place, _NOT_DETERMINED)
    expected = Number("2Sħω", rows.shift[i], rows.shift_error[i], "meV")
    if loose(expected.error, expected.value):
        return not_applicable(name, title, place, _LOOSE_VALUE, [expected])
    if not math.isfinite(seen.stokes_shift_mev):
        why = "No maximum of absorption or of emission is known at this temperature; give both to compare."
        return not_applicable(name, title, place, why, [expected])
    measured = Number("measured shift", seen.stokes_shift_mev, seen.stokes_shift_error_mev, "meV")
    verdict = judge_bound(expected.value - measured.value, quadrature(expected.error, measured.error), "≤")
    told = (
        f"A mode with this g and ħω emits {expected.value:.0f} meV below where it absorbs; {measured.value:.0f} meV is "
        "measured. "
    )
    if verdict[1] == "conflicts":
        told += "So strong a coupling would show in the spectra."
    elif verdict[1] == "marginal":
        told += "By its error it may be as small as measured."
    else:
        told += "What is left may come from sizes and fine structure."
    return made(name, title, place, [expected, measured], "≤", verdict, told)


def _linewidth(rows: _Rows, i: int) -> Check:
    """2.355 ħω √(S coth(ħω/2kT)) ≤ measured width: an ensemble can only be wider than its particles."""
    name, title, place, seen = "linewidth", TITLES["linewidth"], rows.places[i], rows.observed[i]
    if not math.isfinite(rows.width[i]):
        return not_applicable(name, title, place, _NOT_DETERMINED)
    expected = Number("2.355 ħω √(S coth(ħω/2kT))", rows.width[i], rows.width_error[i], "meV")
    if loose(expected.error, expected.value):
        return not_applicable(name, title, place, _LOOSE_VALUE, [expected])
    if not math.isfinite(seen.fwhm_mev):
        return not_applicable(name, title, place, "The width of the emission is not known.", [expected])
    measured = Number("measured FWHM", seen.fwhm_mev, seen.fwhm_error_mev, "meV")
    verdict = judge_bound(expected.value - measured.value, quadrature(expected.error, measured.error), "≤")
    told = (
        f"One particle with this g and ħω emits a band {expected.value:.0f} meV wide; the band measured is "
        f"{measured.value:.0f} meV wide. "
    )
    if verdict[1] == "conflicts":
        told += "No ensemble is narrower than its particles."
    elif verdict[1] == "marginal":
        told += "No ensemble is narrower than its particles, but within its error this one need not be."
    else:
        told += "The rest may be spread of the gaps and other broadening."
    return made(name, title, place, [expected, measured], "≤", verdict, told)


_MAKERS = (_rate_bound, _monotone, _few_phonons, _stokes_shift, _linewidth)
