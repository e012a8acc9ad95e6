"""From raw counts to intensities per second and µW: one module per correction, applied in the order of `chain`."""

from asplab.core.corrections.chain import correct
from asplab.core.corrections.records import Block, Corrected

__all__ = ["Block", "Corrected", "correct"]
