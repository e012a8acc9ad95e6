"""Problems: what a user must know about a result, with the place and the remedy."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to tell the user.

    Attributes
    ----------
    severity : {"error", "warning", "info"}
        ``error``: a result is missing; ``warning``: a result is doubtful; ``info``: worth knowing.
    where : str
        File and line, condition, or stage that the message is about.
    message : str
        What was found and what to do about it.
    """

    severity: Severity
    where: str
    message: str
