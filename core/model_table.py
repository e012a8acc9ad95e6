"""Theory values on a grid of detunings and temperatures, from texts such as ``20:153:1``."""

import numpy as np

from asplab.core.errors import SettingsError
from asplab.core.polaron.rates import log_rate

_MOST_VALUES = 1_000_000
# 20:153:0.1 must reach 153 although 0.1 is no binary number.
_ROUNDING = 1e-9


def model_rows(
    model: str, detunings: str, temperatures: str, *, g_mev: float, phonon_mev: float
) -> list[dict[str, float]]:
    """Return temperature_k, detuning_mev and log_rate (natural logarithm) for every pair, temperatures outermost.

    Raises
    ------
    SettingsError
        When a range is no list of numbers.
    AnalysisError
        For an unknown model or values outside its domain.
    """
    detuning_mev = read_range(detunings, name="--detuning")
    temperature_k = read_range(temperatures, name="--temperature")
    if len(detuning_mev) * len(temperature_k) > _MOST_VALUES:
        raise SettingsError(f"{len(detuning_mev) * len(temperature_k)} values are asked for; take wider steps.")
    rate = log_rate(model, np.array(detuning_mev), np.array(temperature_k)[:, None], g_mev=g_mev, phonon_mev=phonon_mev)
    return [
        {"temperature_k": temperature, "detuning_mev": detuning, "log_rate": float(rate[t, j])}
        for t, temperature in enumerate(temperature_k)
        for j, detuning in enumerate(detuning_mev)
    ]


def read_range(text: str, *, name: str) -> list[float]:
    """Return the numbers of ``a``, ``a,b,c`` or ``first:last:step`` (and mixtures); ranges include their end."""
    values: list[float] = []
    for part in text.split(","):
        numbers = [_number(piece, text, name) for piece in part.split(":")]
        if len(numbers) == 1:
            values += numbers
        elif len(numbers) in (2, 3):
            values += _span(numbers, text, name)
        else:
            raise _fault(text, name)
    return values


def _span(numbers: list[float], text: str, name: str) -> list[float]:
    first, last, step = (*numbers, 1.0)[:3]
    if step <= 0 or last < first or (last - first) / step > _MOST_VALUES:
        raise _fault(text, name)
    count = int((last - first) / step + _ROUNDING) + 1
    return [round(first + step * i, 12) for i in range(count)]


def _number(piece: str, text: str, name: str) -> float:
    try:
        value = float(piece)
    except ValueError:
        raise _fault(text, name) from None
    if not np.isfinite(value):
        raise _fault(text, name)
    return value


def _fault(text: str, name: str) -> SettingsError:
    return SettingsError(f"{name}: {text!r} is no list of numbers; write 20,32,55 or first:last:step such as 20:153:1.")
