"""The ledger: every correction of an analysis, in the order in which it acts."""

from asplab.core.ledger.choice import remeasured_step
from asplab.core.ledger.emission import emission_steps, hidden_part
from asplab.core.ledger.energies import axis_steps, energy_steps
from asplab.core.ledger.light import light_steps
from asplab.core.ledger.photothermal import scan_steps
from asplab.core.ledger.step import Step
from asplab.core.pipeline import Results

_PARTS = (remeasured_step, axis_steps, emission_steps, hidden_part, light_steps, energy_steps, scan_steps)


def ledger(results: Results) -> tuple[Step, ...]:
    """Return one step per correction, those that do not act included; none where the data entered as a table."""
    return tuple(step for part in _PARTS for step in part(results))
