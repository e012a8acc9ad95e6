"""Follow a folder while it is measured: new files appear in the analysis as they are finished."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from asplab.core.document import Document
from asplab.core.experiment import Experiment
from asplab.core.importing.preset import best_preset, list_presets, preset_folder
from asplab.core.importing.scan import is_data_name
from asplab.core.jobs.watch import Load, Watch, by_manifest, by_preset, report
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.files import jobs as file_jobs
from asplab.gui.files.filing import Files
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import counted, tr
from asplab.gui.messages import Messages
from asplab.gui.session import Session
from asplab.gui.watch_strip import WatchStrip

LOOKING, REPORTING = "watching", "watch report"
EVERY_MS = 2000
_GESTURE = "watch"


class Watching(QObject):
    """Looks at one folder again and again; all it brings is one undo step, and undoing that ends it."""

    def __init__(
        self, host: QWidget, strip: WatchStrip, session: Session, jobs: Jobs, files: Files, messages: Messages
    ) -> None:
        super().__init__(host)
        self._host, self._strip, self._session, self._jobs = host, strip, session, jobs
        self._files, self._messages = files, messages
        self.presets = preset_folder()
        self.dialog: QFileDialog | QInputDialog | None = None
        self._watch: Watch | None = None
        self._begun_with = 0
        self._brought: Experiment | None = None
        self._reported: Results | None = None
        self._last_fault = ""
        self._is_installing = False
        self._timer = QTimer(self, singleShot=True, interval=EVERY_MS)
        self._timer.timeout.connect(self._look)
        strip.stop_wanted.connect(self._answer_strip)
        session.document_changed.connect(self._follow_document)
        session.results_changed.connect(self._follow_results)

    @property
    def is_active(self) -> bool:
        """Whether a folder is watched."""
        return self._watch is not None

    # --- beginning -----------------------------------------------------------------------------------------
    def ask_folder(self) -> None:
        """Ask for the folder."""
        self.dialog = QFileDialog(self._host, tr("Watch a folder while it is measured"))
        self.dialog.setFileMode(QFileDialog.FileMode.Directory)
        self.dialog.fileSelected.connect(lambda name: self.watch(Path(name)))
        self.dialog.open()

    def watch(self, folder: Path) -> None:
        """Watch a folder by its manifest, or else by a preset that the user confirms."""
        if file_jobs.is_ready(folder):
            self._unless_other(partial(self._start, folder, by_manifest()), folder)
            return
        presets, _ = list_presets(self.presets)
        if not presets:
            text = tr(
                "{folder} has no manifest.csv, and there is no preset yet. Import a few of its files, and save one.",
                folder=folder,
            )
            self._messages.tell("warn", text)
            return
        names = sorted(path.name for path in folder.iterdir() if path.is_file() and is_data_name(path.name))
        best = best_preset(presets, names)
        dialog = self.dialog = QInputDialog(self._host)
        dialog.setWindowTitle(tr("Watch folder"))
        dialog.setLabelText(tr("{name} has no manifest. Preset that says what its files are:", name=folder.name))
        dialog.setComboBoxItems([preset.name for preset in presets])
        if best is not None:
            dialog.setTextValue(best.name)
        dialog.textValueSelected.connect(lambda name: self.watch_by_preset(folder, name))
        dialog.open()

    def watch_by_preset(self, folder: Path, name: str) -> None:
        """Watch a folder, its files read as a preset says."""
        self._unless_other(partial(self._start, folder, by_preset(name, self.presets)), folder)

    def stop(self, words: str = "stopped") -> None:
        """Watch no longer."""
        if self._watch is None:
            return
        self._watch = None
        self._timer.stop()
        self._jobs.cancel(LOOKING)
        self._jobs.cancel(REPORTING)
        self._session.finish_gesture()
        self._strip.end(words)

    def _unless_other(self, act: Callable[[], None], folder: Path) -> None:
        """Go on with the open document where it is this folder's; else it makes room, after the usual question."""
        document = self._session.document
        if document is None or document.experiment.name == folder.name:
            act()
        else:
            self._files.unless_modified(partial(self._make_room, act))

    def _make_room(self, act: Callable[[], None]) -> None:
        self._session.begin(None)
        act()

    def _start(self, folder: Path, load: Load) -> None:
        self.stop()
        document = self._session.document
        self._watch = Watch(folder, load)
        self._begun_with = len(document.experiment.sources) if document is not None else 0
        self._brought, self._reported, self._last_fault = None, self._session.results, ""
        self._session.finish_gesture()
        self._strip.begin(folder.name)
        self._strip.add(tr("waiting for finished files"))
        self._look()

    # --- looking -------------------------------------------------------------------------------------------
    def _look(self) -> None:
        watch = self._watch
        if watch is None:
            return

        def work(progress: Progress) -> Watch:
            return watch.again(progress=progress)

        self._jobs.start(
            LOOKING, tr("Reading {name}", name=watch.folder.name), work, done=self._take, failed=self._fail
        )

    def _take(self, watch: Watch) -> None:
        before, self._watch = self._watch, watch
        self._last_fault = ""
        if before is not None and watch.experiment is not None and watch.experiment is not before.experiment:
            self._install(watch.experiment)
        self._timer.start()

    def _fail(self, error: Exception) -> None:
        # A network drive may come back: go on, and say it once.
        words = self._files.words_for(error)
        if words != self._last_fault:
            self._last_fault = words
            self._strip.add(words)
        self._timer.start()

    def _install(self, experiment: Experiment) -> None:
        document = self._session.document
        self._brought = experiment
        self._is_installing = True
        if document is None:
            self._session.begin(Document(experiment))
            self._begun_with = len(experiment.sources)
        else:
            count = max(len(experiment.sources) - self._begun_with, 0)
            text = tr("Watch folder: {count}", count=counted(count, "new file"))
            is_safe = self._session.path is None and not self._session.is_modified
            after = document.with_experiment(experiment)
            self._session.edit(text, after, _GESTURE)
            if is_safe:
                self._session.mark_saved(after, None)
        self._is_installing = False

    # --- following -----------------------------------------------------------------------------------------
    def _follow_document(self, document: Document | None) -> None:
        if self._watch is None or self._brought is None or self._is_installing:
            return
        if document is None or document.experiment is not self._brought:
            self.stop(tr("stopped, since what it brought was undone or closed"))

    def _follow_results(self, results: Results | None) -> None:
        if self._watch is None or results is None or results.document.experiment is not self._brought:
            return
        before = self._reported
        if before is not None and before.document.experiment is results.document.experiment:
            return
        self._reported = results
        if before is None:
            # Each condition is new at first, and worth no line of its own.
            self._strip.add(tr("{sources} read", sources=counted(len(results.document.experiment.sources), "file")))

        def work(_progress: Progress) -> list[str]:
            return report(before or results, results)

        self._jobs.start(REPORTING, tr("Looking for news"), work, done=self._tell, failed=self._fail_report)

    def _tell(self, lines: list[str]) -> None:
        for line in lines:
            self._strip.add(line)

    def _fail_report(self, error: Exception) -> None:
        self._strip.add(self._files.words_for(error))

    def _answer_strip(self) -> None:
        if self.is_active:
            self.stop()
        else:
            self._strip.hide()
