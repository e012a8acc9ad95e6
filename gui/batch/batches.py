"""Several samples analysed beside the window: what was chosen, the job that runs, and what it brings."""

from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from asplab.gui.batch import work
from asplab.gui.batch.form import FILE, OPEN
from asplab.gui.batch.sample_table import SampleLine
from asplab.gui.files.dialogs import PROJECTS
from asplab.gui.files.filing import Files
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Appearance, Theme
from asplab.gui.messages import Messages
from asplab.gui.session import Session
from asplab.gui.window import Window

if TYPE_CHECKING:
    from asplab.core.jobs.batch import Batch, Standing
    from asplab.gui.batch.comparison import Compared
    from asplab.gui.batch.window import BatchWindow

ANALYSING, LOOKING = "batch", "samples"
_EVERY_MS = 100


class Batches(QObject):
    """Opens the one batch window; the analysis goes on while that is closed, and can be cancelled from either."""

    def __init__(
        self, host: Window, session: Session, jobs: Jobs, appearance: Appearance, files: Files, messages: Messages
    ) -> None:
        super().__init__(host)
        self._host, self._session, self._jobs = host, session, jobs
        self._appearance, self._files, self._messages = appearance, files, messages
        self.window: BatchWindow | None = None
        self.dialog: QFileDialog | None = None
        self.lines: tuple[SampleLine, ...] = ()
        self.batch: Batch | None = None
        self._heard: SimpleQueue[tuple[int, Standing]] = SimpleQueue()
        self._is_running, self._words = False, ""
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._look)
        appearance.changed.connect(self._restyle)
        session.document_changed.connect(lambda _document: self._display_document())

    def open(self) -> None:
        """Show the window."""
        if self.window is None:
            self.window = self._new_window()
        self._display_document()
        self._display()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    # --- samples -------------------------------------------------------------------------------------------
    def add(self, paths: list[Path]) -> None:
        """Add samples, or those that lie in a folder."""
        self._jobs.start(
            LOOKING,
            tr("Looking for samples"),
            partial(work.find_samples, tuple(paths)),
            done=self._take_samples,
            failed=self._fail,
            is_answer=True,
        )

    def remove(self, place: int) -> None:
        """Take a sample off the list."""
        self.lines = tuple(line for k, line in enumerate(self.lines) if k != place)
        self._start_over()

    def _take_samples(self, found: tuple[tuple[Path, ...], tuple[Path, ...]]) -> None:
        samples, empty = found
        known = {line.source for line in self.lines}
        new = tuple(SampleLine(path) for path in samples if path not in known)
        if self.window is not None:
            self.window.banner.clear()
            if empty:
                names = ", ".join(path.name for path in empty[:3])
                told = tr("{names}: no manifest.csv and no project. Import the files once, then add them.", names=names)
                self.window.banner.report("warn", told)
            if new and not self.window.form.folder.text():
                self.window.form.display_folder(new[0].source.parent / work.USUAL_FOLDER)
        if new:
            self.lines += new
            self._start_over()

    def _start_over(self) -> None:
        """Forget what became of the samples of another list."""
        self.lines = tuple(SampleLine(line.source) for line in self.lines)
        self.batch, self._words = None, ""
        if self.window is not None:
            self.window.display_comparison(None)
        self._display()

    # --- analysis ------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Analyse the samples as chosen."""
        request, window = self._request(), self.window
        if request is None or window is None:
            return
        self._start_over()
        window.banner.clear()
        self.lines = tuple(SampleLine(line.source, "waiting") for line in self.lines)
        self._heard = SimpleQueue()
        document, results = self._session.document, self._session.results
        lent = (document, results) if window.form.choice == OPEN and document is not None else None
        heard = self._heard
        self._is_running = True
        self._jobs.start(
            ANALYSING,
            tr("Analysing {count}", count=counted(len(self.lines), "sample")),
            partial(work.analyse_samples, request, lent, lambda k, standing: heard.put((k, standing))),
            done=self._take,
            failed=self._fail,
            is_answer=True,
            most=1,
        )
        self._timer.start()
        self._display()

    def cancel(self) -> None:
        """Stop the analysis; samples that are finished stay in the folder, and there is no comparison."""
        self._jobs.cancel(ANALYSING)
        self._look()

    def _request(self) -> work.Request | None:
        window = self.window
        if window is None or not self.lines or not window.form.folder.text().strip():
            return None
        form = window.form
        if form.choice == FILE and not form.file.text().strip():
            return None
        detunings = form.read_detunings()
        if detunings is None:
            return None
        return work.Request(
            sources=tuple(line.source for line in self.lines),
            folder=Path(form.folder.text().strip()).expanduser(),
            settings_file=Path(form.file.text().strip()).expanduser() if form.choice == FILE else None,
            detunings_mev=detunings,
            force=form.force.isChecked(),
        )

    def _look(self) -> None:
        """Hear what processes told; notice that the analysis was cancelled, be it from the main window."""
        self._hear()
        if self._is_running and not self._jobs.is_running(ANALYSING):
            self._end(tr("Cancelled. Samples that were finished are in the folder; there is no comparison."))
            lines = (line if line.is_over else SampleLine(line.source) for line in self.lines)
            self.lines = tuple(lines)
        self._display()

    def _hear(self) -> None:
        lines = list(self.lines)
        while True:
            try:
                k, standing = self._heard.get_nowait()
            except Empty:
                break
            lines[k] = SampleLine(lines[k].source, standing.state, standing.fraction, standing.reason)
        self.lines = tuple(lines)

    def _end(self, words: str) -> None:
        self._is_running, self._words = False, words
        self._timer.stop()

    def _take(self, outcome: "tuple[Batch, Compared]") -> None:
        self._hear()
        batch, found = outcome
        self.batch = batch
        good = sum(not one.failure for one in batch.samples)
        failed = len(batch.samples) - good
        words = tr("{count} analysed", count=counted(good, "sample"))
        if failed:
            words += tr(", {failed} failed: choose one to read why", failed=failed)
        self._end(words)
        self._display()
        if self.window is not None and good:
            is_simulated = any(one.rows is not None and one.rows.simulated for one in batch.samples)
            self.window.display_comparison(found, tr("simulated data") if is_simulated else "")
        if self.window is None or not self.window.isVisible():
            self._messages.tell("info", words, action=tr("Show"), act=self.open)

    def _fail(self, error: Exception) -> None:
        self._end("")
        self.lines = tuple(SampleLine(line.source) for line in self.lines)
        self._display()
        if self.window is not None and self.window.isVisible():
            self.window.banner.report("bad", self._files.words_for(error))
        else:
            self._messages.tell("bad", self._files.words_for(error))

    # --- window --------------------------------------------------------------------------------------------
    def _new_window(self) -> "BatchWindow":
        from asplab.gui.batch.window import BatchWindow

        window = BatchWindow(self._appearance.theme, self._host)
        commands = {
            "add_folder": self._ask_folder,
            "add_files": self._ask_files,
            "start": self.start,
            "cancel": self.cancel,
            "open_folder": self._open_folder,
        }
        window.commanded.connect(lambda key: commands[key]())
        window.paths_dropped.connect(self.add)
        window.removal_wanted.connect(self.remove)
        window.sample_opened.connect(self._open_sample)
        window.form.changed.connect(self._display)
        window.form.file_wanted.connect(self._ask_settings)
        window.form.folder_wanted.connect(self._ask_results)
        window.banner.action_chosen.connect(lambda _key: window.banner.clear())
        return window

    def _display(self) -> None:
        if self.window is None:
            return
        self.window.display_samples(self.lines)
        request = self._request()
        words = self._words if self._words or self._is_running else self._missing()
        if self._is_running:
            over = sum(line.is_over for line in self.lines)
            words = tr("{over} of {count} analysed", over=over, count=counted(len(self.lines), "sample"))
        fraction = self._jobs.fraction(ANALYSING)
        self.window.display_state(
            is_running=self._is_running, words=words, fraction=fraction, can_start=request is not None
        )

    def _missing(self) -> str:
        """Return what keeps the analysis from starting, empty where nothing does."""
        form = self.window.form if self.window is not None else None
        if form is None or not self.lines:
            return ""
        if form.choice == FILE and not form.file.text().strip():
            return tr("Choose the file with the settings.")
        if not form.folder.text().strip():
            return tr("Choose a folder for the results.")
        return "" if form.read_detunings() is not None else tr("Give ΔE as numbers in meV, such as 23, 46.")

    def _display_document(self) -> None:
        if self.window is not None and not self._is_running:
            self.window.form.display_document(has_document=self._session.document is not None)

    def _restyle(self, theme: Theme) -> None:
        if self.window is not None:
            self.window.restyle(theme)

    # --- files ---------------------------------------------------------------------------------------------
    def _open_sample(self, place: int) -> None:
        """Open the project of a sample that was analysed; else the sample itself."""
        line = self.lines[place]
        if self.batch is not None and not self.batch.samples[place].failure:
            self._files.open(self.batch.folder / self.batch.samples[place].name / work.PROJECT_NAME)
        elif not self._is_running:
            self._files.open(line.source)
        else:
            return
        self._host.raise_()
        self._host.activateWindow()

    def _open_folder(self) -> None:
        if self.batch is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.batch.folder)))

    def _ask_folder(self) -> None:
        dialog = self._ask(tr("Add a sample, or a folder of samples"), QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(lambda names: self.add([Path(name) for name in names]))

    def _ask_files(self) -> None:
        dialog = self._ask(tr("Add projects and manifests"), QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(PROJECTS)
        dialog.filesSelected.connect(lambda names: self.add([Path(name) for name in names]))

    def _ask_settings(self) -> None:
        dialog = self._ask(tr("Settings of a project or a TOML file"), QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(tr("Projects and settings (*.nxs *.toml);;All files (*)"))
        dialog.fileSelected.connect(self._take_settings)

    def _ask_results(self) -> None:
        dialog = self._ask(tr("Folder for the results"), QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._take_folder)

    def _take_settings(self, name: str) -> None:
        if self.window is not None:
            self.window.form.display_file(Path(name))

    def _take_folder(self, name: str) -> None:
        if self.window is not None:
            self.window.form.display_folder(Path(name))

    def _ask(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        self.dialog = QFileDialog(self.window, title, str(self._files.folder))
        self.dialog.setFileMode(mode)
        self.dialog.open()
        return self.dialog
