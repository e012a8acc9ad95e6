"""A process that draws: in a thread matplotlib would keep the window from its turn for seconds. No Qt in here."""

import traceback
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from asplab.core.document import Document
from asplab.core.errors import AsplabError, Cancelled, InputError
from asplab.core.pipeline import Results, analyse
from asplab.core.progress import Progress
from asplab.gui.language import tr

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_LOOK_S, _END_S = 0.03, 2.0
Source = Document | Results
"""What is drawn: complete results, or a document that is analysed first."""


class Press:
    """Does one piece of work after the other in a process that starts with the first and keeps what it was given.

    Parameters
    ----------
    patience_s : float
        How long work that was cancelled may go on before its process is ended.
    """

    def __init__(self, *, patience_s: float) -> None:
        self._patience_s = patience_s
        self._lock = Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._given: Source | None = None

    def run(self, source: Source, act: Callable[..., Any], *args: Any, progress: Progress) -> Any:
        """Return ``act(results, *args, progress)``, worked out in the process.

        Raises
        ------
        Cancelled
            When ``progress`` was cancelled.
        InputError
            When the work was refused, or the process came to an end.
        """
        with self._lock:
            pipe = self._started()
            new, self._given = (None if source is self._given else source), source
            try:
                pipe.send((act, new, args))
                kind, value = self._answer(pipe, progress)
            except (EOFError, OSError) as error:
                self._end()
                raise InputError(tr("The process that draws came to an end. Try again.")) from error
        if progress.cancelled.is_set():
            raise Cancelled("drawing")
        if kind == "refused":
            raise InputError(value)
        if kind == "failed":
            raise RuntimeError(value)
        return value

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _answer(self, pipe: Connection, progress: Progress) -> tuple[str, Any]:
        cancelled_s: float | None = None
        while True:
            if pipe.poll(_LOOK_S):
                kind, value = pipe.recv()
                if kind != "progress":
                    return kind, value
                progress.report(*value)
            if progress.cancelled.is_set():
                cancelled_s = monotonic() if cancelled_s is None else cancelled_s
                if monotonic() - cancelled_s >= self._patience_s:
                    self._end()
                    raise Cancelled("drawing")

    def _started(self) -> Connection:
        if self._pipe is None or self._process is None or not self._process.is_alive():
            self._end()
            # A new interpreter has none of the threads and locks of a window.
            context = get_context("spawn")
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other,), name="asplab-figures", daemon=True)
            self._process.start()
            other.close()
        return self._pipe

    def _end(self) -> None:
        process, pipe = self._process, self._pipe
        self._process = self._pipe = self._given = None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.terminate()
            process.join(_END_S)


def _serve(pipe: Connection) -> None:
    """Answer one piece of work after the other until the window is gone."""
    results: Results | None = None
    while True:
        try:
            act, source, args = pipe.recv()
        except EOFError:
            return
        try:
            if source is not None:
                results = analyse(source) if isinstance(source, Document) else source
            progress = Progress(lambda fraction, text: pipe.send(("progress", (fraction, text))))
            answer = ("done", act(results, *args, progress))
        except AsplabError as error:
            answer = ("refused", str(error))
        except Exception:  # noqa: BLE001  (whatever goes wrong in a job belongs on the banner)
            answer = ("failed", traceback.format_exc())
        pipe.send(answer)
