"""Follow a folder while it is being measured: which files are finished, what they bring, and what to say about it."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from asplab.core.appraisal.more_repeats import plan_repeats
from asplab.core.counting import counted
from asplab.core.drift.trends import BEYOND_SIGMA, DRIFT
from asplab.core.energies.words import SINGLE_GAP
from asplab.core.errors import InputError
from asplab.core.experiment import Experiment
from asplab.core.importing.batch import load_with_preset
from asplab.core.importing.columns import MappedFiles
from asplab.core.importing.preset import load_preset, preset_folder
from asplab.core.io.manifest import read_manifest
from asplab.core.io.order import natural_key
from asplab.core.loading import MANIFEST_NAME, Memory, find_manifest, load_rows
from asplab.core.pipeline import Results
from asplab.core.problems import Problem, by_cause, cause_of
from asplab.core.progress import Progress

MOST_FILES = 100_000
_CHANGED = 0.05
"""Relative change of an error below which it is not news."""

_LIST_LINE = re.compile(r" \(manifest line \d+\)$")

Load = Callable[[Path, Collection[str], Progress | None], Experiment]
"""Reads a folder, without the files that are unfinished."""


def by_manifest() -> Load:
    """Return what reads a folder as its manifest says, which may grow too; unchanged files are read once."""
    memory = Memory()

    def load(folder: Path, unfinished: Collection[str], progress: Progress | None) -> Experiment:
        path = _manifest_of(folder)
        manifest = read_manifest(path)
        return load_rows(manifest, path.resolve(), progress=progress, memory=memory, unfinished=unfinished)

    return load


def _manifest_of(folder: Path) -> Path:
    """Return the manifest of a watched folder; raise `InputError` that tells the two ways to go on without one."""
    if any(entry.name.lower() == MANIFEST_NAME for entry in folder.iterdir()):
        return find_manifest(folder)
    raise InputError(
        f"{folder}: there is no {MANIFEST_NAME}, which says what the files are. Write it first (asplab analyze "
        "drafts one, the import window saves one), or watch by an import preset: --preset NAME."
    )


def by_preset(name: str, presets: Path | None = None) -> Load:
    """Return what reads a folder as an import preset says, named as for `load_with_preset`; files are read once."""
    folder_of_presets = preset_folder() if presets is None else presets
    memory = MappedFiles(maps=load_preset(name, folder_of_presets).columns)

    def load(folder: Path, unfinished: Collection[str], progress: Progress | None) -> Experiment:
        return load_with_preset(
            folder, name, presets=folder_of_presets, progress=progress, memory=memory, unfinished=unfinished
        )

    return load


@dataclass(frozen=True, slots=True)
class Look:
    """The files of a folder at one moment: size and time of change by name relative to the folder."""

    files: dict[str, tuple[int, int]] = field(default_factory=dict)

    def unfinished(self, before: "Look") -> frozenset[str]:
        """Return the files that were not there before, or were different: they may still be written."""
        return frozenset(name for name, stamp in self.files.items() if before.files.get(name) != stamp)


def look(folder: Path) -> Look:
    """Return the files of ``folder`` and its folders as they are now.

    Raises
    ------
    InputError
        When the folder isn't there any more, or holds too many files to be watched.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: the folder to be watched isn't there. Check the path, or the network drive.")
    found: dict[str, tuple[int, int]] = {}
    for path in folder.rglob("*"):
        try:
            stat = path.stat()
        except OSError:
            continue  # gone or renamed since the folder was listed: the next look sees how it ended
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = (stat.st_size, stat.st_mtime_ns)
        if len(found) > MOST_FILES:
            raise InputError(f"{folder}: more than {MOST_FILES} files. Watch the folder of one experiment.")
    return Look(dict(sorted(found.items(), key=lambda item: natural_key(item[0]))))


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """A folder that is followed.

    Attributes
    ----------
    folder : Path
    load : callable
        How it is read.
    seen : Look
        The last look.
    loaded : Look
        The look that ``experiment`` was read at, without what was unfinished then.
    experiment : Experiment or None
        What the finished files hold.
    """

    folder: Path
    load: Load = field(default_factory=by_manifest)
    seen: Look = field(default_factory=Look)
    loaded: Look = field(default_factory=Look)
    experiment: Experiment | None = None

    def again(self, *, progress: Progress | None = None) -> "Watch":
        """Look at the folder again, and load it if a file was finished, changed or removed since.

        A file is finished when two looks in a row see it with one size and one time of change.

        Raises
        ------
        InputError
            When the folder or its manifest is gone or can't be understood.
        Cancelled
            When ``progress`` was cancelled.
        """
        now = look(self.folder)
        waiting = now.unfinished(self.seen)
        finished = Look({name: stamp for name, stamp in now.files.items() if name not in waiting})
        if finished == self.loaded:
            return replace(self, seen=now)
        experiment = self.load(self.folder, waiting, progress)
        return replace(self, seen=now, loaded=finished, experiment=experiment)


def report(before: Results | None, after: Results) -> list[str]:
    """Return the news, what temperatures lack beside others, and which repeats would help most, in lines."""
    return [
        *news(before, after),
        *(f"missing: {line}" for line in missing_conditions(after)),
        *repeats_that_help(after),
    ]


def repeats_that_help(results: Results) -> list[str]:
    """Return which repeats would shrink the error of ħω most; nothing while there is no fit."""
    if results.polaron is None or not results.polaron.fitted.any() or results.absorbed is None:
        return []
    return plan_repeats(results).words()


def news(before: Results | None, after: Results) -> list[str]:
    """Return in short lines what new files brought: conditions and their repeats, new doubts, drift, η and ħω.

    Parameters
    ----------
    before : Results or None
        Of the experiment as it was; None at the first time.
    after : Results
    """
    return [
        *_arrived(before, after),
        *_new_problems(before, after),
        *_drift_lines(before, after),
        *_phonon_lines(before, after),
    ]


def _arrived(before: Results | None, after: Results) -> Iterator[str]:
    old, new = _repeats(before), _repeats(after)
    for name, count in new.items():
        if count > old.get(name, 0):
            yield f"{name}: {counted(count, 'repeat')} ({count - old.get(name, 0):+d})"
    for name in old:
        if name not in new:
            yield f"{name}: gone"


def _repeats(results: Results | None) -> dict[str, int]:
    """Return how many repeats each condition has that is in use."""
    if results is None or results.gathered is None:
        return {}
    gathered = results.gathered
    found = {
        f"{stack.temperature_k:.0f} K {stack.kind.upper()} {stack.excitation_nm:.1f} nm": len(stack.members)
        for stack in gathered.stacks
    }
    scans = zip(gathered.temperatures_k, gathered.scans, strict=True)
    return found | {f"{temperature:.0f} K PA": len(group) for temperature, group in scans if group}


def _new_problems(before: Results | None, after: Results) -> Iterator[str]:
    """Yield every cause once: what it adds later is counted where it is a warning, and named where it is an error."""
    earlier = [] if before is None else [p for p in before.problems if _is_told_here(p)]
    places = {_place(p) for p in earlier}
    causes = {place[:2] for place in places}
    fresh = [p for p in after.problems if _is_told_here(p)]
    repeated = 0
    for group in by_cause([p for p in fresh if _place(p) not in places]):
        first = group[0]
        if first.severity == "warning" and (first.severity, cause_of(first.message)) in causes:
            repeated += len(group)
            continue
        more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
        yield f"{first.severity}: {first.where}{more}: {first.message}"
    if repeated:
        yield f"{counted(repeated, 'more warning')} of kinds that were told before"


def _is_told_here(problem: Problem) -> bool:
    """Return whether a problem is worth news; drift has lines of its own, condition by condition."""
    return problem.severity != "info" and problem.where != DRIFT


def _drift_lines(before: Results | None, after: Results) -> Iterator[str]:
    """Yield every condition once whose emission, heat or reference was found to drift."""
    known = _drifting(before)
    for name, slope in _drifting(after).items():
        if name not in known:
            yield f"drift: {name}: {100.0 * slope:+.2g} % per repeat"
    for name in known:
        if name not in _drifting(after):
            yield f"no drift any more: {name}"


def _drifting(results: Results | None) -> dict[str, float]:
    """Return what drifts beyond 3σ, by itself or in common, and its slope per repeat."""
    if results is None or results.drift is None or results.layout is None or results.gathered is None:
        return {}
    drift, stacks, found = results.drift, results.gathered.stacks, {}
    for quantity, part in (("", drift.light), (" (photothermal signal)", drift.heat)):
        for t, c in np.argwhere(part.is_beyond).tolist():
            found[f"{stacks[results.layout.index[t, c]].label}{quantity}"] = float(part.trends.slope[t, c])
    found |= {r.label: r.slope for r in drift.light.references if r.significance > BEYOND_SIGMA}
    for quantity, part in (("all emission", drift.light), ("photothermal signal", drift.heat)):
        for t in np.flatnonzero(part.is_common_beyond).tolist():
            found[f"{results.gathered.temperatures_k[t]:.0f} K, {quantity}"] = float(part.trends.common[t])
    return found


def _place(problem: Problem) -> tuple[str, str, str]:
    """Return severity, cause and place of a problem; lines of a list that grows with the folder tell nothing."""
    return problem.severity, cause_of(problem.message), _LIST_LINE.sub("", problem.where)


def _phonon_lines(before: Results | None, after: Results) -> Iterator[str]:
    """Yield ħω of Eq. 9 and its error where the error changed, per temperature and jointly."""
    if after.polaron is None:
        return
    fit = after.polaron
    places = [*(f"{temperature:.0f} K" for temperature in fit.temperatures_k), "all temperatures"]
    old = _phonon_errors(before)
    for place, value, error in zip(places, fit.phonon_mev, fit.phonon_error_mev, strict=True):
        earlier = old.get(place, np.nan)
        if not np.isfinite(error) or abs(error - earlier) < _CHANGED * earlier:
            continue
        was = f" (error was {earlier:.2g})" if np.isfinite(earlier) else ""
        yield f"{place}: ħω = {value:.1f} ± {error:.2g} meV (Eq. 9, {SINGLE_GAP}){was}"


def _phonon_errors(results: Results | None) -> dict[str, float]:
    if results is None or results.polaron is None:
        return {}
    fit = results.polaron
    places = [*(f"{temperature:.0f} K" for temperature in fit.temperatures_k), "all temperatures"]
    return dict(zip(places, fit.phonon_error_mev.tolist(), strict=True))


def missing_conditions(results: Results) -> list[str]:
    """Return what a temperature lacks beside the others, such as ``80 K: 5 of 12 ASPL excitations``.

    Numbers are compared, not wavelengths, since lasers may follow the gap.
    """
    gathered = results.gathered
    if gathered is None or len(gathered.temperatures_k) < 2:
        return []
    counts = {"PA scan": [len(group) for group in gathered.scans]}
    for kind in ("pl", "aspl"):
        own = [stack.temperature for stack in gathered.stacks if stack.kind == kind]
        counts[f"{kind.upper()} excitation"] = [own.count(t) for t in range(len(gathered.temperatures_k))]
    return [
        f"{temperature:.0f} K: {count} of {counted(max(column), name)}"
        for name, column in counts.items()
        for temperature, count in zip(gathered.temperatures_k, column, strict=True)
        if count < max(column)
    ]
