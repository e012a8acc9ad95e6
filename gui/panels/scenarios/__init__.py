"""The scenarios of an experiment, side by side."""
