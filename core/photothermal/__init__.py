"""Absorption at each excitation from photothermal scans, and the baseline below it."""
