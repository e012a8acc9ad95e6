"""What is compared of one sample, as plain values that go from one process to another."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.export.results_json import polaron_rows, quantum_yield_rows
from asplab.core.pipeline import Results

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class SampleRows:
    """Results of one sample.

    Attributes
    ----------
    experiment : str
        Name of the experiment.
    simulated : bool
    yields, fits : tuple of dict
        Rows ``quantum_yield`` and ``polaron`` of results.json.
    efficiency : EfficiencyFit or None
        From which η at any detuning follows.
    """

    experiment: str
    simulated: bool
    yields: tuple[Row, ...]
    fits: tuple[Row, ...]
    efficiency: EfficiencyFit | None

    @property
    def detunings_mev(self) -> list[float]:
        """Detunings with a determined η at any temperature."""
        fit = self.efficiency
        if fit is None:
            return []
        return [float(value) for value in np.unique(np.round(fit.detuning_mev[fit.fitted], 1))]


def sample_rows(results: Results) -> SampleRows:
    """Return what is compared of ``results``."""
    experiment = results.document.experiment
    return SampleRows(
        experiment.name,
        experiment.simulated,
        tuple(quantum_yield_rows(results)),
        tuple(polaron_rows(results)),
        results.efficiency,
    )
