"""The Corrections step: what is done to the raw data, switch by switch, and what each correction changes."""

from asplab.gui.panels.corrections.panel import CorrectionsPanel

__all__ = ["CorrectionsPanel"]
