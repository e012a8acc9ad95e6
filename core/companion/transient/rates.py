"""The rates of up-conversion and of loss, from the rise of a transient and the efficiency at the same excitation.

What rises is the state above, fed by the one below that is left with its total rate 1/τ = w_uc + w_nr, of which the
part η leads up: w_uc = η/τ and w_nr = (1 − η)/τ. Reading 1/τ as w_uc alone, as the paper does, gives w_nr =
(1 − η)/(η τ), which is larger by 1/η [Zhang 2024, p. 6].
"""

import math
from dataclasses import dataclass

from scipy.stats import norm

from asplab.core.companion.reading import LIMIT_CHANCE, Reading, undetermined
from asplab.core.errors import InputError

_PER_PS = 1e3
"""Rate in 1/ps of a time of 1 fs."""
_LIMIT_Z = float(norm.ppf(LIMIT_CHANCE))


@dataclass(frozen=True, slots=True)
class UpconversionRates:
    """The rates at one detuning, in 1/ps.

    Attributes
    ----------
    detuning_mev : float
    rise_fs : Reading
    eta, eta_error : float
    total_per_ps, upconversion_per_ps, loss_per_ps : Reading
        1/τ, η/τ and (1 − η)/τ.
    paper_upconversion_per_ps, paper_loss_per_ps : Reading
        1/τ and (1 − η)/(η τ): the paper's reading of the same numbers.
    """

    detuning_mev: float
    rise_fs: Reading
    eta: float
    eta_error: float
    total_per_ps: Reading
    upconversion_per_ps: Reading
    loss_per_ps: Reading
    paper_upconversion_per_ps: Reading
    paper_loss_per_ps: Reading


def find_rates(rise_fs: Reading, *, detuning_mev: float, eta: float, eta_error: float) -> UpconversionRates:
    """Find the rates at one detuning; where τ is only limited, so are they.

    Parameters
    ----------
    rise_fs : Reading
    detuning_mev : float
    eta, eta_error : float
        Efficiency at the same excitation, and its standard error.

    Raises
    ------
    InputError
        For an efficiency that is not a number with an error.
    """
    if not (math.isfinite(eta) and math.isfinite(eta_error) and eta_error >= 0.0):
        raise InputError(f"η at {detuning_mev:.0f} meV is {eta:g} ± {eta_error:g}; a number with an error is needed.")
    total = _times_part(rise_fs, 1.0, 0.0, "")
    odds, odds_error = ((1.0 - eta) / eta, eta_error / eta**2) if eta > 0.0 else (math.nan, math.nan)
    return UpconversionRates(
        detuning_mev=detuning_mev,
        rise_fs=rise_fs,
        eta=eta,
        eta_error=eta_error,
        total_per_ps=total,
        upconversion_per_ps=_times_part(rise_fs, eta, eta_error, "η"),
        loss_per_ps=_times_part(rise_fs, 1.0 - eta, eta_error, "1 − η"),
        paper_upconversion_per_ps=total,
        paper_loss_per_ps=_times_part(rise_fs, odds, odds_error, "(1 − η)/η"),
    )


def time_of(rate: Reading) -> Reading:
    """Return 1/w in fs of a rate in 1/ps; limits change sides, and an interval that reaches 0 is open above."""
    value = _inverse(rate.value)
    return Reading(
        math.nan if value is None else value,
        math.nan if value is None else value * rate.error / rate.value,
        "fs",
        _inverse(rate.high),
        _inverse(rate.low),
        _inverse(rate.upper_limit),
        _inverse(rate.lower_limit),
        rate.reason,
    )


def _inverse(value: float | None) -> float | None:
    return _PER_PS / value if value is not None and value > 0.0 else None


def _times_part(rise: Reading, part: float, error: float, name: str) -> Reading:
    """Return part/τ in 1/ps, with the errors of both."""
    if math.isnan(part) or math.isnan(rise.value):
        why = rise.reason or f"η is not above 0, so {name} is not defined. Measure η better there."
        return undetermined(why, "1/ps")
    rate = _PER_PS / rise.value
    value = part * rate
    if rise.is_limit:
        return _limited(rise, part, error, name)
    if not rise.is_determined:
        return undetermined(rise.reason, "1/ps")
    slowest = 0.0 if rise.high is None else _PER_PS / rise.high
    fastest = None if rise.low is None or rise.low <= 0.0 else _PER_PS / rise.low
    size = abs(part)
    spread = math.hypot(error * rate, part * rate * rise.error / rise.value)
    low = value - math.hypot(error * rate, size * (rate - slowest))
    high = None if fastest is None else value + math.hypot(error * rate, size * (fastest - rate))
    if part > _LIMIT_Z * error:
        return Reading(value, spread, "1/ps", low, high)
    reason = f"{name} = {part:.2f} ± {error:.2f} can't be told from 0. Measure η better there."
    return Reading(value, spread, "1/ps", low, high, None, max(value, 0.0) + _LIMIT_Z * spread, reason)


def _limited(rise: Reading, part: float, error: float, name: str) -> Reading:
    """Return the limit of part/τ that a limit of τ and the 95 % end of the part set together."""
    value = part * _PER_PS / rise.value
    least, most = max(part - _LIMIT_Z * error, 0.0), max(part, 0.0) + _LIMIT_Z * error
    slowest, fastest = _inverse(rise.upper_limit), _inverse(rise.lower_limit)
    lower = least * slowest if slowest is not None and least > 0.0 else None
    upper = most * fastest if fastest is not None else None
    if lower is None and upper is None:
        reason = f"{name} = {part:.2f} ± {error:.2f} can't be told from 0, and {rise.reason}"
        return undetermined(reason, "1/ps")
    return Reading(value, math.nan, "1/ps", None, None, lower, upper, rise.reason)
