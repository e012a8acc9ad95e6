"""Names of rate-model parameters as people write them, and the values at which a fit can hold or bound them."""

from collections.abc import Mapping

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates import PARAMETERS, Parameter
from asplab.core.polaron.rates.registry import INHOMOGENEOUS

WIDTH, OFFSET = "inhomogeneous_mev", "temperature_offset_k"
NUISANCE_PARAMETERS = (WIDTH, OFFSET)
"""Parameters of the sample beside those of a rate model: fixed unless a range or a prior sets them free."""
SHARPEST_MEV = 0.1
"""Width of an ensemble below which η is that of a single gap."""

DESCRIBED: Mapping[str, Parameter] = {
    **PARAMETERS,
    WIDTH: INHOMOGENEOUS,
    OFFSET: Parameter(OFFSET, "δT", "K", "what is added to all temperatures", low=-np.inf),
}
"""Every parameter that a fit can have, with symbol and unit."""

ALLOWED: Mapping[str, tuple[float, float]] = {
    "g_mev": (1e-3, 1e5),
    "phonon_mev": (1e-2, 5000.0),
    "broadening_mev": (1e-9, 1e4),
    "slope_per_mev": (-10.0, 10.0),
    "urbach_mev": (1e-2, 1e6),
    "background_urbach_mev": (1e-2, 1e6),
    WIDTH: (0.0, 1000.0),
    OFFSET: (-200.0, 200.0),
}
"""Values that bounds and fixed values may take: far beyond real samples, and within the range of floating point."""


def kind_of(name: str) -> str:
    """Return the parameter that a name stands for: the couplings of single modes are couplings."""
    return name if name in DESCRIBED else "g_mev"


def symbol_of(name: str) -> str:
    """Return the symbol of a parameter, for example ħω; couplings of single modes carry their number."""
    if name in DESCRIBED:
        return DESCRIBED[name].symbol
    number = name.removeprefix("g_").removesuffix("_mev")
    return f"g of mode {number}" if number.isdecimal() else name


def unit_of(name: str) -> str:
    """Return the unit of a parameter."""
    return DESCRIBED[kind_of(name)].unit


def check_held(name: str, value: float, what: str) -> None:
    """Raise `AnalysisError` where a fixed value, or the end of a range, is none that a fit can work with.

    Parameters
    ----------
    name : str
        A parameter of a rate model.
    value : float
    what : str
        What the value is, for example "lower bound".
    """
    low, high = ALLOWED[kind_of(name)]
    if low <= value <= high:
        return
    # An infinite Urbach energy is a flat background.
    open_end = DESCRIBED[kind_of(name)].high_included
    if open_end and what == "fixed value" and value == np.inf:
        return
    unit = unit_of(name)
    raise AnalysisError(
        f"the {what} of {symbol_of(name)} ({name}) is {value:g} {unit}; it must lie between {low:g} and {high:g} {unit}"
        f"{', or be infinite' if open_end and what == 'fixed value' else ''}. Give another {what}."
    )
