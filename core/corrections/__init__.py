"""From raw counts to intensities per second and µW: one module per correction, applied in the order of `chain`."""

from asplab.core.corrections.chain import correct
from asplab.core.corrections.frames import mean_frames
from asplab.core.corrections.records import Block, Corrected, Treatment

__all__ = ["Block", "Corrected", "Treatment", "correct", "mean_frames"]
