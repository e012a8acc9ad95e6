"""The virtual experiment: simulated raw data with known truth, which shares no code with the analysis."""

from asplab.core.virtual.document import truth_document
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.instruments import simulate_arrays
from asplab.core.virtual.simulation import experiment_with_truth, simulate

__all__ = ["VirtualExperiment", "experiment_with_truth", "simulate", "simulate_arrays", "truth_document"]
