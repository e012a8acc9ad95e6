"""Analyse several experiments, two at a time, each into a folder of its own; one that fails stops no other."""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from asplab.core.errors import AsplabError, Cancelled, InputError
from asplab.core.inference import Asked
from asplab.core.jobs.batch.comparison import write_comparison
from asplab.core.jobs.batch.rows import SampleRows, sample_rows
from asplab.core.jobs.batch.standing import Signs, Standing
from asplab.core.progress import Progress

PROCESSES = 2
_LOOK_S = 0.2
_NOT_IN_NAMES = '/\\:*?"<>|'


@dataclass(frozen=True, slots=True)
class Options:
    """How every experiment is analysed: the options of `asplab.core.jobs.analyze.analyze`."""

    force: bool = False
    settings_file: Path | None = None
    asked: Asked | None = None
    preset: str | None = None
    corrections: bool = False
    scenario: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One experiment of several.

    Attributes
    ----------
    name : str
        Of its results folder; unique among the samples.
    source : Path
    rows : SampleRows or None
        What is compared; None where the analysis failed.
    failure : str
        Why it failed; empty where it did not.
    is_complete : bool
        False where a result is missing.
    """

    name: str
    source: Path
    rows: SampleRows | None
    failure: str = ""
    is_complete: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """All samples in the order in which they were named, and the folder of their comparison."""

    folder: Path
    samples: tuple[Sample, ...]

    @property
    def is_complete(self) -> bool:
        """True where every sample was analysed and misses nothing."""
        return all(not one.failure and one.is_complete for one in self.samples)


def analyze_all(
    sources: Sequence[Path],
    folder: Path,
    *,
    options: Options | None = None,
    detunings_mev: Sequence[float] = (),
    processes: int = PROCESSES,
    progress: Progress | None = None,
    told: Callable[[int, Standing], None] = lambda sample, standing: None,
) -> Batch:
    """Analyse ``sources`` into ``folder/<name>`` and write their comparison into ``folder``.

    Parameters
    ----------
    sources : sequence of Path
        Folders, manifests or projects.
    detunings_mev : sequence of float
        Detunings at which η is compared; empty for those that most samples have.
    processes : int
        How many run at the same time.
    told : callable
        Hears of each change of a sample, by its place in ``sources``.

    Raises
    ------
    InputError
        When a source is named twice, or ``folder`` is a file.
    Cancelled
        When ``progress`` was cancelled; samples that were finished stay, there is no comparison.
    """
    progress = progress or Progress()
    _refuse(sources, folder)
    names = _names(sources)
    with tempfile.TemporaryDirectory(prefix="asplab-batch-") as place:
        signs = Signs(Path(place))
        jobs = [
            (source, folder / name, options or Options(), signs, k)
            for k, (source, name) in enumerate(zip(sources, names, strict=True))
        ]
        answers = _run(jobs, processes, signs, progress.part(0.0, 0.95), told)
    samples = tuple(Sample(name, source, *answer) for name, source, answer in zip(names, sources, answers, strict=True))
    write_compared(samples, folder, detunings_mev=detunings_mev, progress=progress)
    return Batch(folder, samples)


def write_compared(
    samples: Sequence[Sample], folder: Path, *, detunings_mev: Sequence[float], progress: Progress
) -> None:
    """Write the comparison beside its place first, so that a cancel leaves none that is half written."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".asplab-", dir=folder) as place:
        compared = [(one.name, one.rows, one.failure) for one in samples]
        write_comparison(compared, Path(place), detunings_mev=detunings_mev)
        progress.step(99, 100, "comparing")
        for path in sorted(Path(place).iterdir()):
            path.replace(folder / path.name)
    progress.report(1.0, "compared")


Answer = tuple[SampleRows | None, str, bool]


def _run(
    jobs: list[tuple[Any, ...]],
    processes: int,
    signs: Signs,
    progress: Progress,
    told: Callable[[int, Standing], None],
) -> list[Answer]:
    """Return one answer of each job; a process that ends badly fails its own job only."""
    answers: dict[int, Answer] = {}
    known = dict.fromkeys(range(len(jobs)), Standing("waiting"))
    # A new interpreter has none of the threads and locks of a window.
    with ProcessPoolExecutor(max(1, min(processes, len(jobs))), mp_context=get_context("spawn")) as pool:
        waiting: dict[Future[Answer], int] = {pool.submit(_analyze_one, *job): k for k, job in enumerate(jobs)}
        try:
            while waiting:
                share = sum(standing.fraction for standing in known.values()) / len(jobs)
                progress.step(round(1000 * share), 1000, f"{len(answers)} of {len(jobs)} samples analysed")
                done, _ = wait(waiting, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
                for future in done:
                    answers[waiting.pop(future)] = _answer(future)
                for k, before in known.items():
                    known[k] = _standing(before, answers.get(k), signs.told(k))
                    if known[k] != before:
                        told(k, known[k])
        except Cancelled:
            signs.ask_to_stop()
            for future in waiting:
                future.cancel()
            raise
    return [answers[k] for k in range(len(jobs))]


def _standing(before: Standing, answer: Answer | None, fraction: float | None) -> Standing:
    if answer is None:
        return before if fraction is None else Standing("running", fraction)
    _, failure, is_complete = answer
    return Standing("failed" if failure else "done" if is_complete else "incomplete", 1.0, failure)


def _answer(future: "Future[Answer]") -> Answer:
    error = future.exception()
    if error is None:
        return future.result()
    return None, f"the analysis broke off ({type(error).__name__}: {error}). Analyse it alone to see more.", False


def _analyze_one(source: Path, folder: Path, options: Options, signs: Signs, k: int) -> Answer:
    """Analyse one experiment in a process of its own; ``signs`` say how far sample ``k`` is, and whether to stop."""
    from asplab.core.jobs.analyze import analyze

    def report(fraction: float, _text: str) -> None:
        signs.tell(k, fraction)
        if signs.is_to_stop:
            progress.cancelled.set()

    progress = Progress(report)
    report(0.0, "")
    try:
        outcome = analyze(
            source,
            folder,
            force=options.force,
            settings_file=options.settings_file,
            asked=options.asked,
            preset=options.preset,
            corrections=options.corrections,
            scenario=options.scenario,
            progress=progress,
        )
    except AsplabError as error:
        return None, str(error), False
    except OSError as error:
        return None, f"{error.filename or folder}: {error.strerror or error}. Check rights and free space.", False
    return sample_rows(outcome.results), "", outcome.is_complete


def _refuse(sources: Sequence[Path], folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for the results of all samples.")
    seen: set[Path] = set()
    for source in sources:
        place = source.resolve()
        if place in seen:
            raise InputError(f"{source}: this experiment is named twice. Name each one once.")
        seen.add(place)


def _names(sources: Sequence[Path]) -> list[str]:
    """Return names for the results of each source: its own, numbered where two are the same."""
    names: list[str] = []
    for source in sources:
        place = source.resolve()
        stem = place.name if place.is_dir() else place.parent.name if place.name == "manifest.csv" else place.stem
        stem = "".join("-" if character in _NOT_IN_NAMES else character for character in stem).strip(" .") or "sample"
        name, count = stem, 1
        while name.lower() in (taken.lower() for taken in names):
            count += 1
            name = f"{stem}-{count}"
        names.append(name)
    return names
