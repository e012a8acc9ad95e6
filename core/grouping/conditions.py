"""What grouping asks of single records, and what it has to tell in the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from asplab.core.document import Exclusions
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Record
from asplab.core.grouping.remeasured import R, apart_problem, remeasured_problem
from asplab.core.problems import Problem
from asplab.core.settings import GroupingSettings


@dataclass(slots=True)
class Notes:
    """What is to be told once the grouping is done."""

    problems: list[Problem] = field(default_factory=list)
    again: dict[str, int] = field(default_factory=dict)
    apart: list[str] = field(default_factory=list)

    def remeasured_problems(self, settings: GroupingSettings) -> list[Problem]:
        """Tell what was measured again."""
        found = []
        if self.again:
            found.append(remeasured_problem(list(self.again), list(self.again.values()), settings))
        if self.apart:
            found.append(apart_problem(self.apart))
        return found


def kept(records: Sequence[R], exclusions: Exclusions) -> list[R]:
    """Return the records that are not excluded."""
    return [record for record in records if exclusions.reason(record.source) is None]


def temperature_of(record: Record) -> float:
    """Return the temperature of a record in K.

    Raises
    ------
    AnalysisError
        Where it is missing.
    """
    temperature = record.condition.temperature_k
    if temperature is None:
        raise AnalysisError(f"{record.where}: temperature_k is missing. Fill it in the manifest.")
    return temperature


def repeat_order(record: Record) -> tuple[int, str]:
    """Return what repeats are sorted by."""
    repeat = record.condition.repeat
    return (repeat if repeat is not None else 0, record.source)
