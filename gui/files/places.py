"""Where the data of the open document were read from, as long as a file holds them as they are."""

from pathlib import Path

from asplab.core.experiment import Experiment


class Places:
    """The place of one experiment: a project, a folder or a manifest that gives the same data again."""

    def __init__(self) -> None:
        self._known: tuple[Experiment, Path | None] | None = None

    def note(self, experiment: Experiment, path: Path | None) -> None:
        """Remember where an experiment can be read again; None where it can't."""
        self._known = (experiment, path)

    def of(self, experiment: Experiment) -> Path | None:
        """Return where an experiment can be read again, None where that is not known."""
        return self._known[1] if self._known is not None and self._known[0] is experiment else None
