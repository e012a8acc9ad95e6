"""Optical refrigeration: what this sample does, and what it would need to cool."""
