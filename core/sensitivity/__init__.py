"""How much the results depend on choices of the analysis that a reasonable analyst could make otherwise."""

from asplab.core.sensitivity.mapping import CHOICES, sensitivity
from asplab.core.sensitivity.records import QUANTITIES, ChoiceAxis, EdgeSlice, SensitivityMap, Spread
from asplab.core.sensitivity.total import ChoiceSpread, choice_spread

__all__ = [
    "CHOICES",
    "QUANTITIES",
    "ChoiceAxis",
    "ChoiceSpread",
    "EdgeSlice",
    "SensitivityMap",
    "Spread",
    "choice_spread",
    "sensitivity",
]
