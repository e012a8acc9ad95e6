"""Polaron models: rates of up-conversion, and their fit to η."""

import importlib
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    if name in ("comparison", "fit", "logit", "profiles", "rates"):
        return importlib.import_module(f"asplab.core.polaron.{name}")
    raise AttributeError(f"module 'asplab.core.polaron' has no attribute {name!r}")
