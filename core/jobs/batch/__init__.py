"""Several experiments with one set of settings, and their results side by side."""

from asplab.core.jobs.batch.run import Batch, Options, Sample, analyze_all
from asplab.core.jobs.batch.standing import Standing

__all__ = ["Batch", "Options", "Sample", "Standing", "analyze_all"]
