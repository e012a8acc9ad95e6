"""Theory values on a grid of detunings and temperatures, from texts such as ``20:153:1``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.jobs.model_list import BROADENING, COUPLING, ENSEMBLE, OPTIONAL, SELECTION, option_name
from asplab.core.polaron.rates import MODELS, RateModel, log_rate
from asplab.core.polaron.rates.query import DEFAULT_BROADENING_MEV
from asplab.core.units import FloatArray

Given = Mapping[str, float | list[float]]

_MOST_VALUES = 1_000_000
# 20:153:0.1 must reach 153 although 0.1 is no binary number.
_ROUNDING = 1e-9
_AXES = {"temperature_k": "K", "detuning_mev": "meV"}
_KEYWORD = re.compile(rf"\b({'|'.join((*_AXES, *(parameter.name for parameter in OPTIONAL)))})\b")


@dataclass(frozen=True, slots=True)
class ModelTable:
    """Rates of one or more models for every pair of temperature and detuning, temperatures outermost.

    Attributes
    ----------
    parameters : dict
        By model, the keywords and values that it was evaluated with, the default of the broadening among them.
    columns, units : tuple of str
        temperature_k, detuning_mev, then a natural logarithm of the rate per model: log_rate where there is one model,
        else log_rate_NAME.
    rows : tuple of tuple of float
    given : dict
        Keywords and values as they were asked for.
    """

    parameters: Mapping[str, Given]
    columns: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    given: Given


def model_table(models: str, detunings: str, temperatures: str, given: Mapping[str, str]) -> ModelTable:
    """Evaluate models, named like ``eq9,thermal``; each takes those of the given parameters that it has.

    Parameters
    ----------
    given : dict
        Keywords of `log_rate` with a number each as text; g_mev and phonon_mev with one per mode, such as 5,9.5.

    Raises
    ------
    SettingsError
        For an unknown model, a text that is no list of numbers, a parameter that none of the models has or that one
        of them needs, and values outside the domain; the message names the option.
    """
    names = _names(models)
    detuning_mev = read_range(detunings, name="--detuning")
    temperature_k = read_range(temperatures, name="--temperature")
    count = len(names) * len(detuning_mev) * len(temperature_k)
    if count > _MOST_VALUES:
        raise SettingsError(
            f"--detuning and --temperature ask for {count} values, more than {_MOST_VALUES}; take wider steps."
        )
    numbers = {key: _value(text, key) for key, text in given.items()}
    _refuse_superfluous(names, numbers)
    parameters = {name: _own(MODELS[name], numbers) for name in names}
    rates = [_evaluated(name, detuning_mev, temperature_k, parameters[name]) for name in names]
    rows = tuple(
        (temperature, detuning, *(float(rate[t, j]) for rate in rates))
        for t, temperature in enumerate(temperature_k)
        for j, detuning in enumerate(detuning_mev)
    )
    columns = ["log_rate"] if len(names) == 1 else [f"log_rate_{name}" for name in names]
    return ModelTable(parameters, (*_AXES, *columns), (*_AXES.values(), *["ln"] * len(names)), rows, numbers)


def model_document(table: ModelTable) -> dict[str, Any]:
    """Return a table for JSON; the given parameters stand at the top by keyword, None for infinity."""
    names = list(table.parameters)
    return {
        **({"model": names[0]} if len(names) == 1 else {"models": names}),
        **_finite_or_none(table.given),
        "parameters": {name: _finite_or_none(own) for name, own in table.parameters.items()},
        "units": dict(zip(table.columns, table.units, strict=True)),
        "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
    }


def text_lines(table: ModelTable) -> list[str]:
    """Return a table to read: names, units and numbers in columns apart by blanks."""
    axes = len(_AXES)
    cells = [[*map(repr, row[:axes]), *(f"{value:.12f}" for value in row[axes:])] for row in table.rows]
    lines = [table.columns, table.units, *cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]


def csv_lines(table: ModelTable) -> list[str]:
    """Return a table as CSV: models and their parameters as comments, names, units, numbers at full precision."""
    comments = [f"# {name}: {_told(own) or 'no parameters'}" for name, own in table.parameters.items()]
    numbers = (",".join(map(repr, row)) for row in table.rows)
    return [*comments, ",".join(table.columns), ",".join(table.units), *numbers]


def notes(table: ModelTable) -> list[str]:
    """Return what a reader of the bare numbers must know: where the default of the broadening was taken."""
    names = [name for name, own in table.parameters.items() if BROADENING in own and BROADENING not in table.given]
    option = option_name(BROADENING)
    return (
        [f"note: {option} was not given; {DEFAULT_BROADENING_MEV:g} meV is taken for {', '.join(names)}"]
        if names
        else []
    )


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


def _names(models: str) -> list[str]:
    names = [name.strip() for name in models.split(",")]
    for name in names:
        if name not in MODELS:
            raise SettingsError(f"--model: {name!r} is not known; choose from: {', '.join(MODELS)}.")
        if names.count(name) > 1:
            raise SettingsError(f"--model: {name!r} is named {names.count(name)} times; once is enough.")
    return names


def _value(text: str, keyword: str) -> float | list[float]:
    """Return the number of ``21.4``, or for g and ħω the numbers of ``5,9.5``, one per mode."""
    several = keyword in COUPLING
    try:
        values = [float(piece) for piece in (text.split(",") if several else [text])]
    except ValueError:
        hint = "21.4, or 5,9.5 for two modes" if several else "one such as 12.5"
        raise SettingsError(f"{option_name(keyword)}: {text!r} is no number; write {hint}.") from None
    return values if len(values) > 1 else values[0]


def _takes(model: RateModel, keyword: str, given: Given) -> bool:
    if keyword in model.parameters or keyword == ENSEMBLE:
        return True
    return keyword == SELECTION and given.get(ENSEMBLE, 0.0) != 0.0


def _refuse_superfluous(names: Sequence[str], given: Given) -> None:
    for keyword in given:
        if any(_takes(MODELS[name], keyword, given) for name in names):
            continue
        option = option_name(keyword)
        if keyword == SELECTION:
            raise SettingsError(
                f"{option} selects within an ensemble; give {option_name(ENSEMBLE)} above 0 too, or leave it out."
            )
        having = ", ".join(name for name, model in MODELS.items() if keyword in model.parameters)
        told = f"model {names[0]!r} has no such parameter" if len(names) == 1 else "no model named has this parameter"
        raise SettingsError(f"{option}: {told}; leave it out. Models that have it: {having}.")


def _own(model: RateModel, given: Given) -> dict[str, float | list[float]]:
    """Return what the model is evaluated with; raises `SettingsError` where a parameter of it is missing."""
    missing = [key for key in model.parameters if key not in given and key != BROADENING]
    if model.lines is not None and ENSEMBLE not in given:
        missing.append(ENSEMBLE)
    if missing:
        symbols = {parameter.name: f"{parameter.symbol} in {parameter.unit}" for parameter in OPTIONAL}
        told = " and ".join(f"{option_name(key)} ({symbols[key]})" for key in missing)
        raise SettingsError(f"model {model.name!r} needs {told}.")
    _check_modes(model, given)
    own = {BROADENING: DEFAULT_BROADENING_MEV, **given}
    keys = [parameter.name for parameter in OPTIONAL if parameter.name in own]
    return {key: own[key] for key in keys if _takes(model, key, given)}


def _check_modes(model: RateModel, given: Given) -> None:
    counts = {key: np.size(given[key]) for key in COUPLING if key in model.parameters}
    told = " and ".join(f"{option_name(key)} {count}" for key, count in counts.items())
    if model.lines is None and max(counts.values(), default=1) > 1:
        several = ", ".join(name for name, other in MODELS.items() if other.lines is not None)
        raise SettingsError(
            f"model {model.name!r} has one phonon mode; numbers found: {told}. Models of several modes: {several}."
        )
    if len(set(counts.values())) > 1:
        raise SettingsError(f"model {model.name!r} needs g and ħω of every mode; numbers found: {told}.")


def _evaluated(name: str, detuning_mev: list[float], temperature_k: list[float], own: dict[str, Any]) -> FloatArray:
    try:
        return log_rate(name, np.array(detuning_mev), np.array(temperature_k)[:, None], **own)
    except AnalysisError as error:
        text = _KEYWORD.sub(lambda found: option_name(found[0]), str(error))
        raise SettingsError(text if repr(name) in text else f"model {name!r}: {text}") from None


def _finite_or_none(values: Given) -> dict[str, float | list[float] | None]:
    return {key: value if np.all(np.isfinite(value)) else None for key, value in values.items()}


def _told(own: Given) -> str:
    known = {parameter.name: parameter for parameter in OPTIONAL}
    pieces = []
    for key, value in own.items():
        numbers = " ".join(f"{number:.15g}" for number in np.atleast_1d(value))
        pieces.append(f"{known[key].symbol} {numbers} {known[key].unit}")
    return ", ".join(pieces)


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
