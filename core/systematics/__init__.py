"""Effects that no repeat shows: exact shifts of the data, systematic errors, budgets of errors, and a referee."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asplab.core.systematics.budget import SOURCES, Budget, eta_budget, with_nuisances, yield_budget
    from asplab.core.systematics.effects import NuisanceEffects
    from asplab.core.systematics.fit_budget import parameter_budget
    from asplab.core.systematics.linear import effects_of, nuisances_for
    from asplab.core.systematics.model_errors import model_systematics, with_systematics
    from asplab.core.systematics.model_record import ModelSystematics
    from asplab.core.systematics.nuisances import NUISANCES, Nuisance, prior_sizes
    from asplab.core.systematics.overturn import Claim, Overturn, Refereed, default_claims, referee
    from asplab.core.systematics.shifts import Context, shift
    from asplab.core.systematics.subject import Outcome, Subject, prepare, under
    from asplab.core.systematics.uncertainty import Systematics, systematic_errors
    from asplab.core.systematics.words import dominant, in_words, told

_HOMES = {
    "budget": ("SOURCES", "Budget", "eta_budget", "with_nuisances", "yield_budget"),
    "effects": ("NuisanceEffects",),
    "linear": ("effects_of", "nuisances_for"),
    "model_errors": ("model_systematics", "with_systematics"),
    "model_record": ("ModelSystematics",),
    "nuisances": ("NUISANCES", "Nuisance", "prior_sizes"),
    "overturn": ("Claim", "Overturn", "Refereed", "default_claims", "referee"),
    "fit_budget": ("parameter_budget",),
    "shifts": ("Context", "shift"),
    "subject": ("Outcome", "Subject", "prepare", "under"),
    "uncertainty": ("Systematics", "systematic_errors"),
    "words": ("dominant", "in_words", "told"),
}

_MODULES = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "NUISANCES",
    "SOURCES",
    "Budget",
    "Claim",
    "Context",
    "ModelSystematics",
    "Nuisance",
    "NuisanceEffects",
    "Outcome",
    "Overturn",
    "Refereed",
    "Subject",
    "Systematics",
    "default_claims",
    "dominant",
    "effects_of",
    "eta_budget",
    "in_words",
    "model_systematics",
    "nuisances_for",
    "parameter_budget",
    "prepare",
    "prior_sizes",
    "referee",
    "shift",
    "systematic_errors",
    "told",
    "under",
    "with_nuisances",
    "with_systematics",
    "yield_budget",
]


def __getattr__(name: str) -> object:
    # Fits of rate models read the effects, and shifts call fits: modules load when they are asked for.
    if name in _MODULES:
        return getattr(importlib.import_module(f"asplab.core.systematics.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'asplab.core.systematics' has no attribute {name!r}")
