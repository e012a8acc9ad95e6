"""Posterior distributions by Markov chain Monte Carlo, from (I, PA) to quantum yield, η and the rate parameters."""

from asplab.core.sampling.job import sample
from asplab.core.sampling.posterior import Convergence, Posterior, SampleRecord

__all__ = ["Convergence", "Posterior", "SampleRecord", "sample"]
