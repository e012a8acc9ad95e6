"""From manifest rows to the files they mean: globs, doubles, files that aren't there."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asplab.core.errors import InputError
from asplab.core.io.manifest import ManifestRow
from asplab.core.io.order import natural_key
from asplab.core.io.selection import Selection
from asplab.core.problems import Problem, Severity

WILDCARDS = re.compile(r"[*?\[]")
REPEAT_IN_NAME = re.compile(r"rep(?:eat)?[_-]?(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """One file to read: ``name`` relative to the manifest's folder, its row, and the number of the repeat."""

    name: str
    row: ManifestRow
    repeat: int | None


def list_files(
    rows: Sequence[ManifestRow], root: Path, manifest: Path, *, awaits: bool = False
) -> tuple[list[Listed], list[Problem]]:
    """Return the files that ``rows`` mean, each once, and a problem per row or file that can't be used.

    A row whose files aren't there is no problem where ``awaits`` says that they are still to come.
    """
    listed: list[Listed] = []
    problems: list[Problem] = []
    lines: dict[tuple[Path, Selection], int] = {}
    named = frozenset(row.pattern for row in rows)
    for row in rows:
        where = f"{manifest.name}, line {row.line}"
        try:
            names = matching(row, root, manifest, named)
        except UnusableRow as reason:
            if awaits and isinstance(reason, MissingFile):
                continue
            problems.append(Problem("error", where, str(reason)))
            continue
        for name, repeat in zip(names, repeats(names, row.condition.repeat), strict=True):
            path = (root / name).resolve()
            refusal = refused(name, (path, row.selection), root, lines)
            if refusal is None:
                lines[path, row.selection] = row.line
                listed.append(Listed(name, row, repeat))
            else:
                problems.append(Problem(refusal[0], f"{where}: {name}", refusal[1]))
    return listed, problems


class UnusableRow(InputError):
    """A row names no file, or more than it can mean; the message says why."""


class MissingFile(UnusableRow):
    """A row names no file that is there."""


def refused(
    name: str, wanted: tuple[Path, Selection], root: Path, lines: dict[tuple[Path, Selection], int]
) -> tuple[Severity, str] | None:
    """Return severity and text of what forbids to read what a row wants of a file, or None."""
    if not wanted[0].is_relative_to(root):
        return "error", f"{name} links to a file outside the manifest's folder. Copy the file into the folder."
    if wanted in lines:
        return "warning", f"the file is already listed in line {lines[wanted]}; it was loaded once. Remove one row."
    return None


def matching(row: ManifestRow, root: Path, manifest: Path, named: frozenset[str]) -> list[str]:
    """Return the files, relative to ``root``, that ``row`` means; raise `UnusableRow` where there are none.

    ``named`` is what all rows name: none of these can be what a misspelt row means.
    """
    try:
        names = named_or_globbed(row.pattern, root, manifest)
    except (ValueError, OSError) as error:
        raise UnusableRow(f"{row.pattern!r} is no usable file name or glob ({error}). Correct it.") from error
    if not names:
        raise MissingFile(missing(row.pattern, root, named))
    if len(names) > 1 and row.condition.repeat is not None:
        raise UnusableRow(
            f"repeat {row.condition.repeat} is given for {row.pattern!r}, which matches {len(names)} files. "
            "Leave repeat blank to number them in order."
        )
    return names


def named_or_globbed(pattern: str, root: Path, manifest: Path) -> list[str]:
    """Return the files, relative to ``root`` and in natural order, that ``pattern`` names or matches."""
    if (root / pattern).is_file():
        return [pattern]
    if not WILDCARDS.search(pattern):
        return []
    found = (path for path in root.glob(pattern) if path.is_file() and path != manifest)
    return sorted((path.relative_to(root).as_posix() for path in found), key=natural_key)


def repeats(names: Sequence[str], given: int | None) -> list[int | None]:
    """Return the number of the repeat of each file.

    Without a given one, the files of a glob are numbered by ``rep<number>`` in their names where all names have
    one and they differ, else in natural order from 1.
    """
    if given is not None or len(names) == 1:
        return [given] * len(names)
    matches = [REPEAT_IN_NAME.findall(name.rpartition("/")[2]) for name in names]
    told = [int(match[-1]) for match in matches if match]
    if len(set(told)) == len(names):
        return list(told)
    return list(range(1, len(names) + 1))


def missing(pattern: str, root: Path, named: frozenset[str]) -> str:
    """Return the message for a pattern that names no file, with the most similar file that no row names."""
    if WILDCARDS.search(pattern):
        return f"{pattern!r} matches no file. Correct the pattern or add the files."
    folder = (root / pattern).parent
    place = pattern.rpartition("/")[0] + "/" if "/" in pattern else ""
    names = [path.name for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    names = [name for name in names if place + name not in named]
    close = difflib.get_close_matches(pattern.rpartition("/")[2], names, n=1, cutoff=0.6)
    hint = f"; did you mean {place}{close[0]}?" if close else "."
    return f"the file {pattern!r} isn't there{hint} Correct the name or add the file."
