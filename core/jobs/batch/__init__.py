"""Several experiments with one set of settings, and their results side by side."""

from asplab.core.jobs.batch.run import Batch, Options, Sample, analyze_all

__all__ = ["Batch", "Options", "Sample", "analyze_all"]
