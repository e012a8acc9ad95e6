"""Tables, report, script and bundle written into a folder, as jobs."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from asplab.gui.files import jobs as file_jobs
from asplab.gui.files.filing import Files
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import tr
from asplab.gui.messages import Messages
from asplab.gui.session import Session
from asplab.gui.window import Window

EXPORTING = "exporting"
_EXPORTS = {
    "tables": file_jobs.export_tables,
    "report": file_jobs.export_report,
    "script": file_jobs.export_script,
}


class Exports(QObject):
    """What is written for others to read, of the document as it is when it is asked for."""

    def __init__(self, window: Window, session: Session, jobs: Jobs, files: Files, messages: Messages) -> None:
        super().__init__(window)
        self._window, self._session, self._jobs = window, session, jobs
        self._files, self._messages = files, messages
        self.dialog: QFileDialog | None = None

    def ask(self, what: str) -> None:
        """Ask for a folder, then export tables, report, script or bundle into it."""
        self.dialog = QFileDialog(self._window, tr("Export {what} into", what=what), str(self._files.folder))
        self.dialog.setFileMode(QFileDialog.FileMode.Directory)
        self.dialog.fileSelected.connect(lambda name: self.export(what, Path(name)))
        self.dialog.open()

    def export(self, what: str, folder: Path) -> None:
        """Export tables, report, script or bundle of the document as it is now."""
        document = self._session.document
        if document is not None:
            # Raw files are packed from where the experiment was opened.
            bundle = partial(file_jobs.export_bundle, raw=self._files.folder)
            work = partial((_EXPORTS | {"bundle": bundle})[what], document, folder)
            words = tr("Exporting {what}", what=what)
            self._jobs.start(EXPORTING, words, work, done=self._exported_to, failed=self._tell)

    def _exported_to(self, place: Path) -> None:
        document, act = self._session.document, partial(_open_folder, place)
        # What was written shows the document as it was then.
        self._messages.tell(
            "info",
            tr("Written to {place}", place=place),
            holds=lambda: self._session.document is document,
            action=tr("Open folder"),
            act=act,
        )

    def _tell(self, error: Exception) -> None:
        self._messages.tell("bad", self._files.words_for(error), cause=EXPORTING)


def _open_folder(place: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))
