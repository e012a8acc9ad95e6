"""Up-conversion rates: how fast a polaron takes ΔE from the phonons, up to a constant factor.

One module per physical family; `MODELS` lists all of them with equation, parameters and validity.
"""

from asplab.core.polaron.rates.evaluation import log_rate, upconversion_efficiency
from asplab.core.polaron.rates.records import Parameter, RateModel
from asplab.core.polaron.rates.registry import MODELS, PARAMETERS

__all__ = ["MODELS", "PARAMETERS", "Parameter", "RateModel", "log_rate", "upconversion_efficiency"]
