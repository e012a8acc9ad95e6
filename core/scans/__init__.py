"""Photothermal scans on one axis, in one phase, and how each excitation reads them."""

from asplab.core.scans.alignment import Alignment, align_scans
from asplab.core.scans.sets import Scans, ScanSet, Seam, repeat_name
from asplab.core.scans.stage import read_scans

__all__ = ["Alignment", "ScanSet", "Scans", "Seam", "align_scans", "read_scans", "repeat_name"]
