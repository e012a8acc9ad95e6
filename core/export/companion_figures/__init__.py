"""Figures of the measurements around the main one; apart from their rows, for matplotlib loads slowly."""

from asplab.core.export.companion_figures.registry import COMPANION_FIGURES

__all__ = ["COMPANION_FIGURES"]
