"""The headless core of ASPLab: raw spectra in; quantum yield, η and polaron parameters out.

Submodules load when they are first used, so that importing this package costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asplab.core.document import Document
    from asplab.core.io import read
    from asplab.core.loading import load_experiment
    from asplab.core.pipeline import Analysis, Results, analyse
    from asplab.core.project.file import open_project, save_project
    from asplab.core.settings import Settings

_HOMES = {
    "Document": "document",
    "Settings": "settings",
    "Analysis": "pipeline",
    "Results": "pipeline",
    "analyse": "pipeline",
    "load_experiment": "loading",
    "open_project": "project.file",
    "read": "io",
    "save_project": "project.file",
}
_SUBMODULES = (
    "arena",
    "bootstrap",
    "consistency",
    "cooling",
    "efficiency",
    "experiment",
    "polaron",
    "sampling",
    "sensitivity",
    "settings",
    "systematics",
    "units",
    "virtual",
)

__all__ = [
    "Analysis",
    "Document",
    "Results",
    "Settings",
    "analyse",
    "load_experiment",
    "open_project",
    "read",
    "save_project",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"asplab.core.{_HOMES[name]}"), name)
    if name in _SUBMODULES:
        return importlib.import_module(f"asplab.core.{name}")
    raise AttributeError(f"module 'asplab.core' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_SUBMODULES})
