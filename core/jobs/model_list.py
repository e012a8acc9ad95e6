"""The rate models and their parameters as texts for the command line, all of them from the registry."""

import math
from typing import Any

from asplab.core.polaron.rates import MODELS, PARAMETERS, Parameter, RateModel
from asplab.core.polaron.rates.query import DEFAULT_BROADENING_MEV
from asplab.core.polaron.rates.registry import INHOMOGENEOUS, TEMPERATURE

ENSEMBLE = INHOMOGENEOUS.name
SELECTION = "urbach_mev"
BROADENING = "broadening_mev"
COUPLING = ("g_mev", "phonon_mev")
"""One number per phonon mode."""

OPTIONAL = (*PARAMETERS.values(), INHOMOGENEOUS)
"""What a model can take besides ΔE and T."""

_SUFFIXES = ("_per_mev", "_mev", "_k")


def option_name(keyword: str) -> str:
    """Return the option of a keyword of `log_rate`: ``--urbach`` for ``urbach_mev``."""
    suffix = next((suffix for suffix in _SUFFIXES if keyword.endswith(suffix)), "")
    return "--" + keyword.removesuffix(suffix).replace("_", "-")


def range_text(parameter: Parameter) -> str:
    """Return the values that a parameter can take, such as "> 0"."""
    low = f"{'≥' if parameter.low_included else '>'} {parameter.low:g}" if math.isfinite(parameter.low) else ""
    if math.isfinite(parameter.high):
        high = f"{'≤' if parameter.high_included else '<'} {parameter.high:g}"
    else:
        high = "inf allowed" if parameter.high_included else ""
    return ", ".join(text for text in (low, high) if text) or "any number"


def option_helps() -> dict[str, str]:
    """Return the help of every option that stands for a quantity of the registry, by keyword."""
    helps = {"name": f"One or more of: {', '.join(MODELS)}. They are explained by --list."}
    for parameter in (next(iter(MODELS.values())).detuning, TEMPERATURE):
        helps[parameter.name] = f"{_symbol(parameter)}: {parameter.meaning}. A list, or first:last:step with both ends."
    for parameter in OPTIONAL:
        helps[parameter.name] = f"{_symbol(parameter)}, {range_text(parameter)}: {parameter.meaning}.{_uses(parameter)}"
    return helps


def model_options(model: RateModel) -> list[str]:
    """Return the options that a model needs; the broadening alone may be left out."""
    ensemble = [option_name(ENSEMBLE)] if model.lines is not None else []
    return [option_name(keyword) for keyword in model.parameters] + ensemble


def list_document() -> dict[str, Any]:
    """Return all models and parameters for JSON."""
    models = [
        {
            "name": model.name,
            "title": model.title,
            "log_rate": model.equation,
            "options": model_options(model),
            "options_with_default": [option_name(BROADENING)] if BROADENING in model.parameters else [],
            "valid": model.valid,
            "link": model.link,
            "reference": model.reference,
        }
        for model in MODELS.values()
    ]
    parameters = [
        {
            "option": option_name(parameter.name),
            "symbol": parameter.symbol,
            "unit": parameter.unit,
            "range": range_text(parameter),
            "meaning": parameter.meaning,
        }
        for parameter in OPTIONAL
    ]
    return {"models": models, "parameters": parameters}


def _symbol(parameter: Parameter) -> str:
    return f"{parameter.symbol} in {parameter.unit}"


def _uses(parameter: Parameter) -> str:
    """Say which models have the parameter, and what is special about it."""
    if parameter.name == ENSEMBLE:
        needing = ", ".join(model.name for model in MODELS.values() if model.lines is not None)
        return f" Every model takes it; {needing} need it."
    names = ", ".join(model.name for model in MODELS.values() if parameter.name in model.parameters)
    if parameter.name in COUPLING:
        return f" One number per mode: 5,9.5. For {names}."
    if parameter.name == SELECTION:
        return f" For {names}; with {option_name(ENSEMBLE)}, the selection by the laser in every model."
    default = f" {DEFAULT_BROADENING_MEV:g} meV where not given." if parameter.name == BROADENING else ""
    return f"{default} For {names}."
