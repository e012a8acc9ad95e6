"""The summary slide: copied in one keystroke, or saved."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from asplab.core.progress import Progress
from asplab.gui.figures import work
from asplab.gui.figures.figures import Figures
from asplab.gui.figures.titles import SLIDE
from asplab.gui.files.filing import Files
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import tr
from asplab.gui.messages import Messages
from asplab.gui.session import Session
from asplab.gui.window import Window

COPYING = "slide"
_FORMATS = ("png", "pdf", "svg", "tiff")


class Slides(QObject):
    """Draws the slide of the document as it is when it is asked for, in the preset of the figures."""

    def __init__(
        self, host: Window, session: Session, jobs: Jobs, figures: Figures, files: Files, messages: Messages
    ) -> None:
        super().__init__(host)
        self._host, self._session, self._jobs, self._figures = host, session, jobs, figures
        self._files, self._messages = files, messages
        self.dialog: QFileDialog | None = None

    def copy(self) -> None:
        """Put the summary slide on the clipboard as a picture."""
        document = self._session.document
        if document is None:
            return
        source, preset = work.source_of(document, self._session.results), self._figures.preset

        def draw(progress: Progress) -> QImage | None:
            drawn = self._figures.press.run(source, work.draw_slide, preset, progress=progress)
            return None if drawn is None else QImage.fromData(drawn.png)

        self._run(COPYING, tr("Drawing the summary slide"), draw, self._take)

    def _take(self, image: QImage | None) -> None:
        if image is None:
            self._messages.tell("warn", tr("There are neither spectra nor η to show on a slide."))
            return
        QGuiApplication.clipboard().setImage(image)
        size = tr("{width} × {height} pixels", width=image.width(), height=image.height())
        self._messages.tell("info", tr("The summary slide is on the clipboard, {size}.", size=size))

    def ask(self) -> None:
        """Ask where the summary slide is saved."""
        document = self._session.document
        if document is None:
            return
        dialog = QFileDialog(self._host, tr("Save the summary slide"), str(self._files.folder))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(tr("Pictures (*.png *.pdf *.svg *.tiff)"))
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{SLIDE}.png")
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        self.dialog = dialog
        dialog.open()

    def save(self, path: Path) -> None:
        """Save the summary slide."""
        document = self._session.document
        if document is None:
            return
        suffix = path.suffix.lower().removeprefix(".")
        if suffix not in _FORMATS:
            told = tr("{name}: a slide is saved as {endings}.", name=path.name, endings=", ".join(_FORMATS))
            self._messages.tell("bad", told, cause=COPYING)
            return
        source, preset = work.source_of(document, self._session.results), self._figures.preset

        def write(progress: Progress) -> Path:
            with TemporaryDirectory(prefix=".asplab-", dir=path.parent) as place:
                self._figures.press.run(source, work.write_slide, preset, Path(place), suffix, progress=progress)
                return (Path(place) / f"{SLIDE}.{suffix}").replace(path)

        self._run(COPYING, tr("Saving the summary slide"), write, self._saved)

    def _saved(self, path: Path) -> None:
        told = tr("Written to {place}", place=path)
        self._messages.tell("info", told, action=tr("Open folder"), act=partial(_open_folder, path.parent))

    def _run(self, key: str, text: str, act: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        self._jobs.start(key, text, act, done=done, failed=self._fail, is_answer=True, most=1)

    def _fail(self, error: Exception) -> None:
        self._messages.tell("bad", self._files.words_for(error), cause=COPYING)


def _open_folder(place: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))
