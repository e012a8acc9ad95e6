"""Quantum yield and up-conversion efficiency from responses."""

from asplab.core.efficiency.ratio_lines import invert_line, ratio

__all__ = ["invert_line", "ratio"]
