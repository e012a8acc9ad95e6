"""What the axis of detuning says: from where ΔE counts."""

from asplab.core.energies.references import detuning_label as named_label
from asplab.core.pipeline import Results


def detuning_label(results: Results) -> str:
    """Return the label of an axis of ΔE; without a reference where ΔE was given."""
    return named_label(None if results.energies is None else results.document.settings.energies)
