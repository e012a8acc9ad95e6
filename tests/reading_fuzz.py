"""Damage files of every format and tell what the readers make of them. Run by hand:

    python tests/reading_fuzz.py --cases 3000 --seed 0 [reader name ...]

Each reader gets so many damaged copies of its sample files: cut, bits flipped, bytes and lines inserted or removed,
numbers and fields replaced. Each copy is read by the reader of the format, and by `read_bytes`, which may hand it to
another reader. The cases run in a process of their own, which is ended when one takes more than ``--seconds``, and has
no more than ``--megabytes``. The table says for each reader

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
from itertools import islice
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent / "core" / "io"))

from fuzz import Mutation, assert_keeps_the_contract, mutations, same_numbers
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


class Verdict(NamedTuple):
    """A column of the report, and why a case belongs there."""

    kind: str
    text: str = ""


class Outcome(NamedTuple):
    """What came of one case: by its reader, and by another where it is handed over; and how long that took."""

    place: str
    verdicts: tuple[Verdict, ...]
    seconds: float


@dataclass
class Tally:
    """What came of the cases of one reader."""

    name: str
    cases: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count a case, and keep the first few of each kind for the report."""
        self.cases += 1
        self.slowest_s = max(self.slowest_s, outcome.seconds)
        for kind, text in outcome.verdicts:
            self.counts[kind] += 1
            if kind == "errors":
                self.errors[text.partition(":")[0]] += 1
            if sum(note.startswith(kind) for note in self.notes) < SHOWN:
                self.notes.append(f"{kind}: {outcome.place}: {text}")


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


def study(reader: Reader, *, seed: int, count: int, seconds: float) -> Tally:
    """Read ``count`` damaged copies of the samples of ``reader``; begin anew behind a case that hangs."""
    tally = Tally(reader.name)
    samples = sample_files(reader.name)
    if not samples:
        tally.notes.append("no sample")
    places = [str(case) for case in cases(samples, seed=seed, count=count)] if samples else []
    while tally.cases < len(places):
        here, there = Pipe(duplex=False)
        child = Process(target=judge_all, args=(there, reader.name, seed, count, tally.cases))
        child.start()
        there.close()
        while tally.cases < len(places):
            outcome = received(here, seconds)
            tally.add(outcome or Outcome(places[tally.cases], (Verdict("errors", "hang or crash"),), seconds))
            if outcome is None:
                break
        child.kill()
        child.join()
    return tally


def received(connection: Connection, seconds: float) -> Outcome | None:
    """Return the next outcome, None where none comes in time."""
    try:
        outcome: Outcome | None = connection.recv() if connection.poll(seconds) else None
    except EOFError:
        return None
    return outcome


def judge_all(connection: Connection, name: str, seed: int, count: int, first: int) -> None:
    """Send the outcomes of the cases from number ``first`` on."""
    reader = next(reader for reader in readers() if reader.name == name)
    samples = sample_files(name)
    whole = [reader.read(raw, "whole") for raw in samples]
    for case in islice(cases(samples, seed=seed, count=count), first, None):
        connection.send(judge(reader, whole[case.sample], case))


def judge(reader: Reader, whole: DataFile, case: Case) -> Outcome:
    """Return what a reader, and `read_bytes` where the reader doesn't recognise it, make of a case."""
    begin = time.perf_counter()
    found = attempt(reader.read, case)
    own = found if isinstance(found, Verdict) else verdict(whole, found, case)
    verdicts = (own, *handed_over(reader, whole, case))
    return Outcome(str(case), verdicts, time.perf_counter() - begin)


def attempt(read: Callable[[bytes, str], DataFile], case: Case) -> DataFile | Verdict:
    """Return what ``read`` makes of a case, or the verdict where it refuses it or fails."""
    try:
        found = read(case.mutation.raw, "damaged")
        for part in found.parts:
            assert_keeps_the_contract(part)
    except FileError:
        return Verdict("refused")
    except Exception as error:  # noqa: BLE001  (whatever a reader raises is what the study counts)
        return Verdict("errors", f"{type(error).__name__}: {str(error)[:120]}")
    return found


def handed_over(reader: Reader, whole: DataFile, case: Case) -> tuple[Verdict, ...]:
    """Return the verdict on a case that `read_bytes` gives to another reader, which reads other numbers from it."""
    try:
        if reader.recognises(case.mutation.raw):
            return ()
    except Exception as error:  # noqa: BLE001  (recognising must never raise)
        return (Verdict("errors", f"{type(error).__name__}: recognises raised it: {error}"),)
    found = attempt(read_bytes, case)
    if isinstance(found, Verdict):
        return (found,) if found.kind == "errors" else ()
    if same_numbers(whole, found) or not is_ordered(found):
        return ()
    sizes = f"{[part_size(part) for part in found.parts]} instead of {[part_size(part) for part in whole.parts]}"
    return (Verdict("foreign", f"read as {found.reader}, {sizes}; {found.warnings}"),)


def part_size(file: DataFile) -> tuple[int, int]:
    """Return the numbers of rows and columns."""
    return file.columns[0].values.size, len(file.columns)


def verdict(whole: DataFile, found: DataFile, case: Case) -> Verdict:
    """Return the column of the report that a case which was read belongs to, and why."""
    if same_numbers(whole, found):
        return Verdict("same")
    if is_ordered(whole) and not is_ordered(found):
        return Verdict("disorder")
    crossed = sum(crossed_rows(a, b) for a, b in zip(whole.parts, found.parts, strict=False))
    if crossed > PAIRS_ALLOWED:
        return Verdict("suspect", f"{crossed} rows have the values of another x")
    sizes, expected = ([part_size(part) for part in file.parts] for file in (found, whole))
    if sizes == expected:
        return Verdict("changed")
    if {*all_warnings(found)} - {*all_warnings(whole)}:
        return Verdict("warned")
    if case.mutation.kind == "remove":
        return Verdict("changed")
    new = [part_size(part)[0] - known_rows(known, part) for known, part in zip(whole.parts, found.parts, strict=False)]
    return Verdict("suspect", f"{sizes} instead of {expected}, {sum(new)} of the rows have other numbers")


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
        classes = ", ".join(f"{name} {count}" for name, count in tally.errors.items())
        counts = "".join(f"{tally.counts[name]:>9}" for name in COLUMNS)
        lines.append(f"{tally.name:<27}{tally.cases:>7}{counts}{1e3 * tally.slowest_s:>8.0f} ms  {classes}")
    notes = [f"{tally.name}: {note}" for tally in tallies for note in tally.notes if note.startswith(REPORTED)]
    return "\n".join([*lines, "", *notes])


def main() -> None:
    """Read the options, run the study and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="readers to study; all without any")
    parser.add_argument("--cases", type=int, default=3000, help="damaged copies for each reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10.0, help="longest time for a case")
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
