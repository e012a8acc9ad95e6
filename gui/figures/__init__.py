"""Figures for print from the window: chosen, seen as they will be, and written; the summary slide."""
