"""What the jobs of the batch window do: look for samples, and analyse them. No Qt in here.

Heavy libraries load inside the functions, in the job's thread, so that the window never waits for them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from asplab.core.document import Document
from asplab.core.loading import MANIFEST_NAME
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.files import jobs as file_jobs
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.jobs.batch import Batch, Standing
    from asplab.gui.batch.comparison import Compared

PROJECT_NAME = "project.nxs"
USUAL_FOLDER = "samples-results"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be analysed, and how.

    Attributes
    ----------
    sources : tuple of Path
        Folders, manifests and projects.
    folder : Path
        Where the results go.
    settings_file : Path or None
        A TOML file, or a project whose settings are taken over; None leaves each sample its own.
    detunings_mev : tuple of float
        Where η is compared; empty for the usual ones.
    force : bool
        Replace results that a person saved; they are kept beside.
    """

    sources: tuple[Path, ...]
    folder: Path
    settings_file: Path | None = None
    detunings_mev: tuple[float, ...] = ()
    force: bool = False


def find_samples(paths: Sequence[Path], progress: Progress) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the samples that are, or lie in, ``paths``, and the paths that hold none."""
    found: list[Path] = []
    empty: list[Path] = []
    for done, path in enumerate(paths):
        progress.step(done, len(paths), tr("Looking at {name}", name=path.name))
        inside = [one.parent if one.name == MANIFEST_NAME else one for one in _samples_in(path)]
        found += inside
        empty += [] if inside else [path]
    return tuple(dict.fromkeys(path.resolve() for path in found)), tuple(empty)


def _samples_in(path: Path) -> Iterator[Path]:
    """Yield a sample itself, or those directly in a folder that is none."""
    if _is_sample(path):
        yield path
    elif path.is_dir():
        yield from (inside for inside in sorted(path.iterdir()) if _is_sample(inside))


def _is_sample(path: Path) -> bool:
    return file_jobs.is_project(path) or file_jobs.is_ready(path)


def analyse_samples(
    request: Request,
    lent: tuple[Document, Results | None] | None,
    told: Callable[[int, "Standing"], None],
    progress: Progress,
) -> tuple["Batch", "Compared"]:
    """Analyse all samples; the settings are those of ``lent``, a document with its results, where it is given."""
    from asplab.core.jobs.batch import Options, analyze_all
    from asplab.gui.batch.comparison import compared

    with TemporaryDirectory(prefix="asplab-settings-") as place:
        settings = request.settings_file
        if lent is not None:
            # As a project it brings the way of analysing along, and says what was set by hand for another sample.
            settings = file_jobs.save(*lent, Path(place) / PROJECT_NAME, None, progress.part(0.0, 0.05))
        batch = analyze_all(
            request.sources,
            request.folder,
            options=Options(force=request.force, settings_file=settings),
            detunings_mev=request.detunings_mev,
            progress=progress.part(0.05, 1.0),
            told=told,
        )
    return batch, compared(batch, request.detunings_mev)
