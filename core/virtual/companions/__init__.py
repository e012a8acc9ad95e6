"""Data sets of the measurements around the main one, with their truth."""

from asplab.core.virtual.companions.registry import NAMES, companion_truth, write_companions

__all__ = ["NAMES", "companion_truth", "write_companions"]
