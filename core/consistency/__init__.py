"""Consistency checks: what fitted or reported parameters must agree with besides the η that they were fitted to."""

from asplab.core.consistency.fits import check_consistency, check_fit, check_model
from asplab.core.consistency.parameters import check_parameters
from asplab.core.consistency.records import CONFLICT, Check, Number, Observed, Status

__all__ = [
    "CONFLICT",
    "Check",
    "Number",
    "Observed",
    "Status",
    "check_consistency",
    "check_fit",
    "check_model",
    "check_parameters",
]
