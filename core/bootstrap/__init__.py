"""Whole-repeat bootstrap through the entire chain: intervals from resampled repeats."""

from asplab.core.bootstrap.intervals import Resampled
from asplab.core.bootstrap.job import Bootstrap, BootstrapRecord, bootstrap

__all__ = ["Bootstrap", "BootstrapRecord", "Resampled", "bootstrap"]
