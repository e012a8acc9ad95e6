"""What is known of the recent places: looked up in a job, since a drive may be slow or gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asplab.core.errors import ProjectError
from asplab.core.progress import Progress
from asplab.core.project.glance import Glance, glance_at

_PROJECT_SUFFIX = ".nxs"


@dataclass(frozen=True, slots=True)
class RecentPlace:
    """A folder, manifest or project that was open lately.

    Attributes
    ----------
    changed : datetime, optional
        When it was changed last; None where it is gone.
    glance : Glance, optional
        Key numbers of a project.
    """

    path: Path
    changed: datetime | None = None
    glance: Glance | None = None

    @property
    def is_there(self) -> bool:
        """Whether it still exists."""
        return self.changed is not None


def look_up(paths: Sequence[Path], progress: Progress) -> tuple[RecentPlace, ...]:
    """Return what is known of places, in their order."""
    found = []
    for count, path in enumerate(paths):
        progress.step(count, len(paths), path.name)
        found.append(_place(path))
    return tuple(found)


def _place(path: Path) -> RecentPlace:
    try:
        changed = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except OSError:
        return RecentPlace(path)
    return RecentPlace(path, changed, _glance(path))


def _glance(path: Path) -> Glance | None:
    if path.suffix.lower() != _PROJECT_SUFFIX:
        return None
    try:
        return glance_at(path)
    except ProjectError:
        # What is wrong with it is told when it is opened.
        return None
