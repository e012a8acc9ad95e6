"""The records of companion measurements that are in use."""

from dataclasses import dataclass

from asplab.core.document import Exclusions
from asplab.core.experiment import Experiment, Record
from asplab.core.grouping.conditions import kept


@dataclass(frozen=True, slots=True)
class KeptRecords:
    """Records in the order of the manifest; equal to those of before unless one of them was taken out or added."""

    records: tuple[Record, ...]

    def of(self, kind: str) -> tuple[Record, ...]:
        """Return those of one kind."""
        return tuple(record for record in self.records if record.kind == kind)


def keep_records(experiment: Experiment, exclusions: Exclusions) -> KeptRecords:
    """Leave out what the user excluded."""
    return KeptRecords(tuple(kept(experiment.kept, exclusions)))
