"""Unsaved work is kept beside the window, and offered at the next start where the program ended without asking."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QDateTime, QLocale, QLockFile, QObject, QTimer
from PySide6.QtWidgets import QMessageBox

from asplab.core.document import Document
from asplab.core.experiment import Experiment
from asplab.core.progress import Progress
from asplab.gui.files import kept_work
from asplab.gui.files.filing import Files
from asplab.gui.files.kept_work import KeptWork, Restored
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import tr
from asplab.gui.messages import Messages
from asplab.gui.session import Session
from asplab.gui.window import Window

KEEP_MS = 30_000
"""No more than this much work is lost."""
FIRST_MS = 5_000
"""From the first change on, which is often one of many in a row."""
_REST_MS = 500
"""Nothing is written while a hand drags: it would have to wait for the disk."""
KEEPING, FINDING = "keeping", tr("finding kept work")
_LOCK = "lock"


class Recovery(QObject):
    """Keeps the unsaved document of one window and offers what windows before it left behind.

    Parameters
    ----------
    folder : Path
        Where all windows keep their work, each in a folder of its own.
    keep_ms : int
        From the first change that is not kept to when it is; where nothing is kept yet `FIRST_MS` at most.
    """

    def __init__(
        self,
        folder: Path,
        window: Window,
        session: Session,
        jobs: Jobs,
        files: Files,
        messages: Messages,
        *,
        keep_ms: int = KEEP_MS,
    ) -> None:
        super().__init__(window)
        self._all, self._own = folder, folder / uuid4().hex[:12]
        self._window, self._session, self._jobs, self._files = window, session, jobs, files
        self._messages = messages
        self._lock: QLockFile | None = None
        self._kept: Document | None = None
        self._data_of: Experiment | None = None
        self._left: list[KeptWork] = []
        self._orphans: dict[Path, QLockFile] = {}
        self._taken_over: list[Path] = []
        self.prompt: QMessageBox | None = None
        self._keep_ms = keep_ms
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.keep)
        for changed in (session.document_changed, session.saved_changed):
            changed.connect(self._follow)
        window.closed.connect(self.close)

    @property
    def own_folder(self) -> Path:
        """Where the work of this window is kept."""
        return self._own

    # --- keeping -------------------------------------------------------------------------------------------
    def _follow(self, *_: object) -> None:
        """Start to wait at the first change that is not kept; what is saved elsewhere is not kept here."""
        if not self._session.is_modified:
            self._timer.stop()
            if self._kept is not None:
                self._kept = None
                (self._own / kept_work.STATE).unlink(missing_ok=True)
        elif not self._timer.isActive():
            self._timer.start(min(FIRST_MS, self._keep_ms) if self._kept is None else self._keep_ms)

    def keep(self) -> None:
        """Keep the document as it is now, in a job."""
        document = self._session.document
        if document is None or not self._session.is_modified or document is self._kept:
            return
        self._timer.stop()
        if self._session.is_dragging or self._jobs.is_running(KEEPING):
            self._timer.start(min(_REST_MS, self._keep_ms))
            return
        if not self._claim():
            return
        origin = self._files.places.of(document.experiment)
        work = partial(
            _keep, self._own, document, origin, has_data=self._data_of is document.experiment and origin is None
        )
        done = partial(self._note_kept, document)
        self._jobs.start(KEEPING, tr("Keeping unsaved work"), work, done=done, failed=self._tell)

    def _note_kept(self, document: Document, has_data: bool) -> None:
        self._kept = document
        if has_data:
            self._data_of = document.experiment
        for folder in self._taken_over:
            self._forget(folder)
        self._taken_over.clear()
        self._follow()

    def _claim(self) -> bool:
        """Mark the folder as that of a living window; False where nothing can be written."""
        if self._lock is not None:
            return True
        try:
            self._own.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._tell(error)
            return False
        lock = QLockFile(str(self._own / _LOCK))
        lock.setStaleLockTime(0)
        self._lock = lock if lock.tryLock(0) else None
        return self._lock is not None

    def _tell(self, error: Exception) -> None:
        words = tr("Unsaved work can't be kept for the case of a crash. Save soon. {reason}", reason=str(error))
        self._messages.tell("warn", words, cause=KEEPING)

    def close(self) -> None:
        """Forget what was kept: the user was asked, and the window closes."""
        self._timer.stop()
        for folder in self._taken_over:
            self._forget(folder)
        for lock in self._orphans.values():
            lock.unlock()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None
            shutil.rmtree(self._own, ignore_errors=True)

    # --- offering ------------------------------------------------------------------------------------------
    def offer(self) -> None:
        """Look for work of windows that ended without asking, and offer it."""
        places = sorted(self._all.iterdir()) if self._all.is_dir() else []
        for place in places:
            if place == self._own or not place.is_dir():
                continue
            lock = QLockFile(str(place / _LOCK))
            # Not after some time: a lock is stale when its program is gone.
            lock.setStaleLockTime(0)
            if lock.tryLock(0):
                self._orphans[place] = lock
        if self._orphans:
            work = partial(kept_work.find_all, tuple(self._orphans))
            self._jobs.start(FINDING, tr("Looking for unsaved work"), work, done=self._take, failed=self._tell)

    def _take(self, found: tuple[KeptWork, ...]) -> None:
        self._left = list(found)
        for place in set(self._orphans) - {one.folder for one in found}:
            self._forget(place)
        self._ask_next()

    def _ask_next(self) -> None:
        if not self._left:
            return
        kept = self._left.pop(0)
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("ASPLab")
        made, locale = QDateTime.fromSecsSinceEpoch(int(kept.kept_at.timestamp())), QLocale()
        # Nobody has to guess which of two numbers is the month.
        day = locale.toString(made.date(), QLocale.FormatType.LongFormat)
        when = f"{day} {locale.toString(made.time(), QLocale.FormatType.ShortFormat)}"
        box.setText(tr("Recover unsaved work on {name}?", name=kept.document.experiment.name))
        box.setInformativeText(
            tr(
                "The program ended without saving. Kept on {when}: {contents}. {place}",
                when=when,
                contents=kept_work.contents_words(kept),
                place=tr("The data are kept with them.")
                if kept.has_own_data
                else tr("The data are in {place}", place=kept.origin),
            )
        )
        recover = box.addButton(tr("Recover"), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(tr("Discard"), QMessageBox.ButtonRole.DestructiveRole)
        later = box.addButton(tr("Later"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(recover)
        box.setEscapeButton(later)
        acts = {recover: self._recover, discard: self._discard, later: self._leave}
        box.buttonClicked.connect(lambda button: self._decide(acts[button], kept))
        self.prompt = box
        box.open()

    def _decide(self, act: Callable[[KeptWork], None], kept: KeptWork) -> None:
        self.prompt = None
        act(kept)

    def _discard(self, kept: KeptWork) -> None:
        self._forget(kept.folder)
        self._ask_next()

    def _leave(self, kept: KeptWork) -> None:
        """Offer it again at the next start."""
        self._orphans.pop(kept.folder).unlock()
        self._ask_next()

    def _recover(self, kept: KeptWork) -> None:
        self._files.unless_modified(partial(self._restore, kept))

    def _restore(self, kept: KeptWork) -> None:
        text = tr("Recovering {name}", name=kept.document.experiment.name)
        work, done = partial(kept_work.restore, kept), partial(self._begin, kept)
        self._jobs.start(FINDING, text, work, done=done, failed=self._tell_lost)

    def _begin(self, kept: KeptWork, restored: Restored) -> None:
        name = tr("Recover unsaved work")
        if kept.has_own_data:
            self._files.begin_unsaved(name, restored.document)
        else:
            self._session.begin(restored.base, restored.path)
            self._files.places.note(restored.base.experiment, kept.origin)
            self._session.edit(name, restored.document)
        if restored.doubts:
            words = tr("These files are not as they were: {files}", files=", ".join(restored.doubts[:5]))
            self._messages.tell("warn", words)
        self._taken_over.append(kept.folder)
        # Only what is kept anew may be forgotten there.
        self.keep()
        self._left.clear()

    def _tell_lost(self, error: Exception) -> None:
        words = tr("The unsaved work can't be recovered now; it stays kept. {reason}", reason=str(error))
        self._messages.tell("bad", words)

    def _forget(self, folder: Path) -> None:
        lock = self._orphans.pop(folder, None)
        if lock is not None:
            lock.unlock()
        shutil.rmtree(folder, ignore_errors=True)


def _keep(folder: Path, document: Document, origin: Path | None, progress: Progress, *, has_data: bool) -> bool:
    """Keep a document; return whether its data are kept with it."""
    kept_work.keep(folder, document, origin, progress, has_data=has_data)
    return origin is None
