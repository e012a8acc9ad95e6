"""What runs, at the bottom of the window, and the button that ends it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from asplab.gui.jobs.runner import Jobs
from asplab.gui.widgets.status import StatusLine


class JobLine(QObject):
    """Shows the longest running job in a status line and cancels what may be cancelled.

    Parameters
    ----------
    keys : sequence of str
        Jobs that may be cancelled by themselves.
    prefixes, cancel_all : sequence of str, and callable
        How the keys of further ones begin, and what cancels all of these.
    """

    def __init__(
        self,
        jobs: Jobs,
        status: StatusLine,
        *,
        keys: Sequence[str],
        prefixes: Sequence[str],
        cancel_all: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._status = jobs, status
        self._keys, self._prefixes, self._cancel_all = tuple(keys), tuple(prefixes), cancel_all
        jobs.changed.connect(self._display)
        status.cancel_requested.connect(self._cancel)

    def _display(self, key: str | None, text: str | None, fraction: float | None) -> None:
        can_cancel = key is not None and (key in self._keys or key.startswith(self._prefixes))
        self._status.display_job(text, fraction, can_cancel=can_cancel)

    def _cancel(self) -> None:
        for key in self._keys:
            self._jobs.cancel(key)
        self._cancel_all()
