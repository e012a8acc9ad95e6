"""Problems: what a user must know about a result, with the place and the remedy."""

import re
from collections.abc import Sequence
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
    is_leading : bool
        Every result hangs on it, so that it is told before all others, errors included.
    """

    severity: Severity
    where: str
    message: str
    is_leading: bool = False


_ORDER: tuple[Severity, ...] = ("error", "warning", "info")
_MOST_NAMES = 3
_MOST_TEMPERATURES = 4

# What may differ between two messages about one cause: numbers, file names and the guess that goes with them.
_GUESS = re.compile(r"; did you mean [^?]*\?")
_FILE_NAME = re.compile(r"'[^']*[./\\*][^']*'|\S*/\S*")
_NUMBER = re.compile(r"[−-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?")

_TEMPERATURE = re.compile(r"\d+ K")
_CONDITION = re.compile(r"(\d+ K), (.+)")
_LINE = re.compile(r"(.+), line (\d+)")
_RECORD = re.compile(r"(.+) \(manifest line (\d+)\)")


def grouped(problems: Sequence[Problem], *, experiment: str = "") -> tuple[Problem, ...]:
    """Return problems as they are to be read: one per cause, in the order of `by_cause`.

    Places are joined and shortened, such as ``120 K: ASPL 516.0 nm, ASPL 532.0 nm, ASPL 535.0 nm … and 9 more``;
    where the messages of a cause are not all equal, the first one stands as an example.
    """
    return tuple(_joined(group) for group in by_cause(problems, experiment=experiment))


def by_cause(problems: Sequence[Problem], *, experiment: str = "") -> tuple[tuple[Problem, ...], ...]:
    """Return problems in groups of one cause, the gravest first, causes before what follows from them.

    Problems of one severity have one cause where their messages differ by numbers and file names only.

    Parameters
    ----------
    problems : sequence of Problem
        In the order of the chain.
    experiment : str
        Name of the experiment. What concerns the whole of it follows from its parts and comes after them.
    """
    groups: dict[tuple[Severity, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.severity, cause_of(problem.message)), []).append(problem)
    ranked = sorted(groups.values(), key=lambda group: _rank(group[0], experiment))
    return tuple(tuple(group) for group in ranked)


def cause_of(message: str) -> str:
    """Return what is common to all messages about one cause."""
    return _NUMBER.sub("#", _FILE_NAME.sub("'…'", _GUESS.sub(".", message)))


def _rank(problem: Problem, experiment: str) -> tuple[bool, int, bool]:
    return not problem.is_leading, _ORDER.index(problem.severity), bool(experiment) and problem.where == experiment


def _joined(group: Sequence[Problem]) -> Problem:
    first = group[0]
    if len(group) == 1:
        return first
    is_example = any(problem.message != first.message for problem in group)
    message = f"for example, {first.message}" if is_example else first.message
    return Problem(
        first.severity, join_places(dict.fromkeys(problem.where for problem in group)), message, first.is_leading
    )


def join_places(places: Sequence[str] | dict[str, None]) -> str:
    """Return several places as one short text: temperatures, conditions, lines of a file, or files."""
    names = list(places)
    for pattern, join in ((_TEMPERATURE, _temperatures), (_CONDITION, _conditions), (_RECORD, _records)):
        matches = [pattern.fullmatch(name) for name in names]
        if all(matches):
            return join([match for match in matches if match is not None])
    lines = [match for name in names if (match := _LINE.fullmatch(name)) is not None]
    if len(lines) == len(names) and len({match[1] for match in lines}) == 1:
        return f"{lines[0][1]}, {_line_numbers([int(match[2]) for match in lines])}"
    return shortened(names)


def shortened(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    """Return the first names and how many more there are; one that would be left over is named instead."""
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} … and {len(names) - most} more"


def _temperatures(matches: Sequence[re.Match[str]]) -> str:
    return shortened([match[0] for match in matches], _MOST_TEMPERATURES)


def _conditions(matches: Sequence[re.Match[str]]) -> str:
    temperatures = list(dict.fromkeys(match[1] for match in matches))
    if len(temperatures) == 1:
        return f"{temperatures[0]}: {shortened([match[2] for match in matches])}"
    return f"{len(matches)} conditions at {shortened(temperatures, _MOST_TEMPERATURES)}"


def _records(matches: Sequence[re.Match[str]]) -> str:
    count = len(matches) - 1
    rows = _line_numbers([int(match[2]) for match in matches])
    return f"{matches[0][1]} and {count} more file{'s' if count > 1 else ''} (manifest {rows})"


def _line_numbers(numbers: Sequence[int]) -> str:
    """Return lines of a file as text, neighbours as a range: ``lines 43-78, 91``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    texts = ["-".join(map(str, run)) for run in runs]
    return f"line{'s' if len(set(numbers)) > 1 else ''} {shortened(texts)}"
