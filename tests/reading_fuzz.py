"""Damage files of every format and tell what the readers make of them. Run by hand:

    python tests/reading_fuzz.py --cases 3000 --seed 0 [reader name ...]

Each reader gets so many damaged copies of its sample files: cut, bits flipped, bytes and lines inserted or removed,
numbers and fields replaced. Each copy is read by the reader of the format, and by `read_bytes`, which may hand it to
another reader. A case may take ``--seconds`` and ``--megabytes``. The table says for each reader

refused    copies refused by `FileError`
same       copies read with all the numbers of the whole file
changed    copies read with as many numbers, of which some differ; a damaged digit can't be seen
disorder   copies read with an axis that doesn't run in one direction, where that of the whole file does; loading
           refuses such an axis, and naming the line is its task
warned     copies read with fewer or more numbers, and a warning that the whole file doesn't have
suspect    copies read without one that lack rows though no line was removed, or have the values of another x
foreign    copies that another reader read, with other numbers in order
errors     anything else that was raised, hangs and broken contracts

and below it the first few of the last three columns, with what repeats them.
"""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent / "core" / "io"))

from fuzz import Mutation, assert_keeps_the_contract, mutations, no_longer_than, same_numbers
from samples import SAMPLES
from table_samples import FURTHER, TABLES

from asplab.core.io import DataFile, FileError, Reader, read_bytes, readers

SHOWN = 6
PAIRS_ALLOWED = 2
COLUMNS = ("refused", "same", "changed", "disorder", "warned", "suspect", "foreign", "errors")
REPORTED = ("suspect", "foreign", "errors", "no sample")


class Case(NamedTuple):
    """One damaged copy: which sample of the reader, which seed, which number, and the damage."""

    sample: int
    seed: int
    number: int
    mutation: Mutation

    def __str__(self) -> str:
        kind, at, _ = self.mutation
        return f"sample {self.sample}, seed {self.seed}, case {self.number}: {kind} at byte {at}"


@dataclass
class Tally:
    """What came of the cases of one reader."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def note(self, kind: str, case: Case, text: str) -> None:
        """Count a case of ``kind`` and keep the first few for the report."""
        self.counts[kind] += 1
        if sum(note.startswith(kind) for note in self.notes) < SHOWN:
            self.notes.append(f"{kind}: {case}: {text}")


def sample_files(name: str) -> list[bytes]:
    """Return the sample files of a reader: short ones, longer ones, other layouts."""
    builders = [table[name] for table in (SAMPLES, TABLES, FURTHER) if name in table]
    return [build() for build in builders]


def cases(samples: list[bytes], *, seed: int, count: int) -> Iterator[Case]:
    """Yield ``count`` damaged copies, shared among ``samples``."""
    share = -(-count // len(samples))
    for index, raw in enumerate(samples):
        for number, mutation in enumerate(mutations(raw, seed=seed, count=share)):
            yield Case(index, seed, number, mutation)


def study(reader: Reader, *, seed: int, count: int, seconds: int) -> Tally:
    """Read ``count`` damaged copies of the samples of ``reader``."""
    tally = Tally(reader.name)
    samples = sample_files(reader.name)
    if not samples:
        tally.notes.append("no sample")
        return tally
    whole = [reader.read(raw, "whole") for raw in samples]
    for case in cases(samples, seed=seed, count=count):
        found = attempt(reader.read, case, tally, seconds)
        if found is not None:
            kind, text = verdict(whole[case.sample], found, case)
            tally.note(kind, case, text)
        handed_over(reader, whole[case.sample], case, tally, seconds)
    return tally


def attempt(
    read: Callable[[bytes, str], DataFile], case: Case, tally: Tally, seconds: int, *, counted: bool = True
) -> DataFile | None:
    """Return what ``read`` makes of a case, None where it refuses it or fails."""
    begin = time.perf_counter()
    found = None
    try:
        with no_longer_than(seconds):
            found = read(case.mutation.raw, "damaged")
        for part in found.parts:
            assert_keeps_the_contract(part)
    except FileError:
        tally.counts["refused"] += counted
    except Exception as error:  # noqa: BLE001  (whatever a reader raises is what the study counts)
        found = None
        tally.errors[type(error).__name__] += 1
        tally.note("errors", case, f"{type(error).__name__}: {str(error)[:120]}")
    tally.slowest_s = max(tally.slowest_s, time.perf_counter() - begin)
    return found


def handed_over(reader: Reader, whole: DataFile, case: Case, tally: Tally, seconds: int) -> None:
    """Count a case that `read_bytes` gives to another reader, which reads other numbers from it."""
    try:
        if reader.recognises(case.mutation.raw):
            return
    except Exception as error:  # noqa: BLE001  (recognising must never raise)
        tally.errors[type(error).__name__] += 1
        tally.note("errors", case, f"recognises raised {type(error).__name__}: {error}")
        return
    found = attempt(read_bytes, case, tally, seconds, counted=False)
    if found is not None and not same_numbers(whole, found) and is_ordered(found):
        sizes = f"{[part_size(part) for part in found.parts]} instead of {[part_size(part) for part in whole.parts]}"
        tally.note("foreign", case, f"read as {found.reader}, {sizes}; {found.warnings}")


def part_size(file: DataFile) -> tuple[int, int]:
    """Return the numbers of rows and columns."""
    return file.columns[0].values.size, len(file.columns)


def verdict(whole: DataFile, found: DataFile, case: Case) -> tuple[str, str]:
    """Return the column of the report that a case which was read belongs to, and why."""
    if same_numbers(whole, found):
        return "same", ""
    if is_ordered(whole) and not is_ordered(found):
        return "disorder", ""
    crossed = sum(crossed_rows(a, b) for a, b in zip(whole.parts, found.parts, strict=False))
    if crossed > PAIRS_ALLOWED:
        return "suspect", f"{crossed} rows have the values of another x"
    sizes, expected = ([part_size(part) for part in file.parts] for file in (found, whole))
    if sizes == expected:
        return "changed", ""
    if {*all_warnings(found)} - {*all_warnings(whole)}:
        return "warned", ""
    if case.mutation.kind == "remove":
        return "changed", ""
    new = [part_size(part)[0] - known_rows(known, part) for known, part in zip(whole.parts, found.parts, strict=False)]
    return "suspect", f"{sizes} instead of {expected}, {sum(new)} of the rows have other numbers"


def is_ordered(file: DataFile) -> bool:
    """Whether the axes of all data sets run in one direction."""
    steps = [np.diff(part.columns[0].values) for part in file.parts]
    return all(bool((step > 0.0).all() or (step < 0.0).all()) for step in steps)


def known_rows(whole: DataFile, found: DataFile) -> int:
    """Return how many rows of ``found`` the whole file has, too."""
    return len({*table(whole)} & {*table(found)})


def all_warnings(file: DataFile) -> list[str]:
    """Return the warnings of all data sets."""
    return [text for part in file.parts for text in part.warnings]


def crossed_rows(whole: DataFile, found: DataFile) -> int:
    """Return how many rows pair an x of the whole file with values that stand at other x there."""
    if len(whole.columns) != len(found.columns):
        return 0
    rows = {row[0]: row[1:] for row in table(whole)}
    values = {row[1:] for row in table(whole)}
    return sum(x in rows and rows[x] != rest and rest in values for x, *tail in table(found) for rest in (tuple(tail),))


def table(file: DataFile) -> list[tuple[float, ...]]:
    """Return the rows of a file; NaN as a number that equals itself."""
    stack = np.array([np.nan_to_num(column.values, nan=-9.75e99) for column in file.columns])
    return [tuple(row) for row in stack.T.tolist()]


def report(tallies: list[Tally]) -> str:
    """Return the table and the notes below it."""
    lines = [f"{'reader':<27}{'cases':>7}" + "".join(f"{name:>9}" for name in COLUMNS) + f"{'slowest':>11}  classes"]
    for tally in tallies:
        total = sum(tally.counts[name] for name in COLUMNS[:6]) + tally.counts["errors"]
        classes = ", ".join(f"{name} {count}" for name, count in tally.errors.items())
        counts = "".join(f"{tally.counts[name]:>9}" for name in COLUMNS)
        lines.append(f"{tally.name:<27}{total:>7}{counts}{1e3 * tally.slowest_s:>8.0f} ms  {classes}")
    notes = [f"{tally.name}: {note}" for tally in tallies for note in tally.notes if note.startswith(REPORTED)]
    return "\n".join([*lines, "", *notes])


def main() -> None:
    """Read the options, run the study and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="readers to study; all without any")
    parser.add_argument("--cases", type=int, default=3000, help="damaged copies for each reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=10, help="longest time for a case")
    parser.add_argument("--megabytes", type=int, default=4000, help="largest memory of the process")
    options = parser.parse_args()
    limit = options.megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    wanted = [reader for reader in readers() if not options.names or reader.name in options.names]
    tallies = []
    for reader in wanted:
        tallies.append(study(reader, seed=options.seed, count=options.cases, seconds=options.seconds))
        print(".", end="", file=sys.stderr, flush=True)
    print(f"\n{report(tallies)}")


if __name__ == "__main__":
    main()
