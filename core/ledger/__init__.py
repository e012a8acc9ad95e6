"""What is done to the raw data, correction by correction: what acts, with which files and numbers, and what it does."""

from asplab.core.ledger.chain import ledger
from asplab.core.ledger.step import Step, Switch

__all__ = ["Step", "Switch", "ledger"]
