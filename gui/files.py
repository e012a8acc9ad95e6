"""Open, import, save, export, close: what the file commands do, all slow work as jobs, all failures on the banner."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox

from asplab.core.document import Document
from asplab.core.errors import AsplabError
from asplab.core.experiment import Experiment
from asplab.core.progress import Progress
from asplab.gui import file_jobs
from asplab.gui.jobs import Jobs
from asplab.gui.preferences import Preferences
from asplab.gui.session import Session
from asplab.gui.window import Window

READING, SAVING, EXPORTING = "reading", "saving", "exporting"
_EXPORTS = {
    "figures": file_jobs.export_figures,
    "tables": file_jobs.export_tables,
    "report": file_jobs.export_report,
}
_PROJECTS = f"Projects and manifests (*{file_jobs.PROJECT_SUFFIX} *.csv);;All files (*)"

Report = Callable[[BaseException], str]


class Files(QObject):
    """The file commands of one window.

    Parameters
    ----------
    report : callable
        Writes an unexpected exception to the log and returns a sentence about it.
    """

    def __init__(self, window: Window, session: Session, jobs: Jobs, preferences: Preferences, report: Report) -> None:
        super().__init__(window)
        self._window, self._session, self._jobs = window, session, jobs
        self._preferences, self._report = preferences, report
        self._folder = Path.home()
        self._exported: Path | None = None
        self._saved_at: datetime | None = None
        self.prompt: QMessageBox | None = None
        self.dialog: QFileDialog | None = None
        self._window.display_recent(preferences.recent)
        self._window.banner.action_chosen.connect(self._answer_banner)
        self._offered: dict[str, Callable[[], None]] = {}

    # --- reading -------------------------------------------------------------------------------------------
    def take(self, paths: Sequence[Path]) -> None:
        """Read what was dropped or named: a project is opened, folders and manifests are added."""
        projects = [path for path in paths if path.is_file() and file_jobs.is_project(path)]
        if projects:
            self.open(projects[0])
            return
        self._window.banner.clear()
        self._jobs.start(
            READING,
            f"Reading {paths[0].name}",
            partial(_read_all, tuple(paths)),
            done=self._add,
            failed=self._tell,
        )

    def open(self, path: Path) -> None:
        """Open a project, or a folder or manifest, in place of what is there."""
        self._unless_modified(partial(self._open_now, path))

    def open_demo(self) -> None:
        """Simulate the virtual experiment and show it."""
        self._unless_modified(self._open_demo_now)

    def _open_now(self, path: Path) -> None:
        self._window.banner.clear()
        read: Callable[[Progress], Document] = partial(_read_document, path)
        done = partial(self._begin, path=path)
        self._jobs.start(READING, f"Reading {path.name}", read, done=done, failed=self._tell)

    def _open_demo_now(self) -> None:
        self._window.banner.clear()
        done = partial(self._begin, path=None)
        self._jobs.start(READING, "Simulating the demo", file_jobs.read_demo, done=done, failed=self._tell)

    def _begin(self, document: Document, path: Path | None) -> None:
        is_project = path is not None and file_jobs.is_project(path)
        self._session.begin(document, path if is_project else None)
        if path is not None:
            self._remember(path)
        self._tell_unread(document.experiment)

    def _add(self, found: tuple[list[tuple[Path, Experiment]], list[str]]) -> None:
        experiments, failures = found
        document = self._session.document
        if document is not None and experiments and self._is_other_world(document, experiments):
            # Measured and simulated data are never mixed: the new ones open in place of what is there.
            path, experiment = experiments[0]
            self._unless_modified(partial(self._begin, Document(experiment), path))
            return
        added_to = "" if document is None else document.experiment.name
        names = []
        for path, experiment in experiments:
            try:
                joined = experiment if document is None else file_jobs.join(document.experiment, experiment)
            except AsplabError as error:
                failures.append(str(error))
                continue
            document = Document(joined) if document is None else document.with_experiment(joined)
            names.append(experiment.name)
            self._remember(path)
        if names:
            self._session.edit(f"Add {', '.join(names)}", document)
        unread = [problem for _, experiment in experiments for problem in _unread(experiment)]
        if names and added_to:
            unread = [f"{', '.join(names)} was added to {added_to}; Undo takes it away again.", *unread]
        if failures or unread:
            self._warn("bad" if failures else "warn", [*failures, *unread])

    @staticmethod
    def _is_other_world(document: Document, experiments: list[tuple[Path, Experiment]]) -> bool:
        """Tell whether all new experiments are simulated where the open one is measured, or the reverse."""
        return all(experiment.simulated != document.experiment.simulated for _, experiment in experiments)

    def _tell_unread(self, experiment: Experiment) -> None:
        unread = _unread(experiment)
        if unread:
            self._warn("warn", unread)

    def _warn(self, tone: str, lines: Sequence[str]) -> None:
        more = f"\n… and {len(lines) - 3} more: see the problems at the bottom." if len(lines) > 3 else ""
        self._window.banner.report(tone, "\n".join(lines[:3]) + more)

    # --- saving --------------------------------------------------------------------------------------------
    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save the document where it came from, or ask where."""
        if self._session.path is None:
            self.ask_where_to_save(then)
        else:
            self.save_to(self._session.path, then)

    def save_to(self, path: Path, then: Callable[[], None] | None = None) -> None:
        """Save the document as it is now, in a job."""
        document, results = self._session.document, self._session.results
        if document is None:
            return
        based_on = self._session.path if self._session.path != path else None
        work = partial(file_jobs.save, document, results, path, based_on)
        done = partial(self._saved, document=document, then=then)
        self._jobs.start(SAVING, f"Saving {path.name}", work, done=done, failed=self._tell)

    def ask_where_to_save(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file name, then save."""
        document = self._session.document
        if document is None:
            return
        self.dialog = QFileDialog(self._window, "Save project as", str(self._folder))
        self.dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.dialog.setNameFilter(f"Projects (*{file_jobs.PROJECT_SUFFIX})")
        self.dialog.setDefaultSuffix(file_jobs.PROJECT_SUFFIX.lstrip("."))
        self.dialog.selectFile(file_jobs.suggested_name(document))
        self.dialog.fileSelected.connect(lambda name: self.save_to(Path(name), then))
        self.dialog.open()

    def _saved(self, path: Path, document: Document, then: Callable[[], None] | None) -> None:
        self._saved_at = datetime.now().astimezone()
        self._session.mark_saved(document, path)
        self._remember(path)
        if then is not None:
            then()

    @property
    def saved_words(self) -> str:
        """What the status line says about saving."""
        if self._session.document is None:
            return ""
        if self._session.is_modified:
            return "not saved" if self._session.path is None else "modified"
        return f"saved {self._saved_at:%H:%M}" if self._saved_at is not None and self._session.path else ""

    # --- asking --------------------------------------------------------------------------------------------
    def ask_folder(self) -> None:
        """Ask for a folder to import."""
        self.dialog = QFileDialog(self._window, "Import a folder of raw spectra", str(self._folder))
        self.dialog.setFileMode(QFileDialog.FileMode.Directory)
        self.dialog.fileSelected.connect(lambda name: self.take([Path(name)]))
        self.dialog.open()

    def ask_file(self) -> None:
        """Ask for a project or a manifest to open."""
        self.dialog = QFileDialog(self._window, "Open", str(self._folder))
        self.dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.dialog.setNameFilter(_PROJECTS)
        self.dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        self.dialog.open()

    def ask_export(self, what: str) -> None:
        """Ask for a folder, then export figures, tables or the report into it."""
        self.dialog = QFileDialog(self._window, f"Export {what} into", str(self._folder))
        self.dialog.setFileMode(QFileDialog.FileMode.Directory)
        self.dialog.fileSelected.connect(lambda name: self.export(what, Path(name)))
        self.dialog.open()

    def ask_before_closing(self) -> None:
        """Ask whether to save, then close."""
        self._unless_modified(self._close)

    def export(self, what: str, folder: Path) -> None:
        """Export figures, tables or the report of the document as it is now."""
        document = self._session.document
        if document is not None:
            work = partial(_EXPORTS[what], document, folder)
            self._jobs.start(EXPORTING, f"Exporting {what}", work, done=self._exported_to, failed=self._tell)

    def _exported_to(self, place: Path) -> None:
        self.offer("info", f"Written to {place}", "Open folder", partial(_open_folder, place))

    # --- plumbing ------------------------------------------------------------------------------------------
    def offer(self, tone: str, message: str, action: str, act: Callable[[], None]) -> None:
        """Show a banner with a button."""
        self._offered = {"offered": act}
        self._window.banner.report(tone, message, action=action, action_key="offered")

    def _answer_banner(self, key: str) -> None:
        act = self._offered.get(key)
        if act is not None:
            self._window.banner.clear()
            act()

    def _close(self) -> None:
        self._window.may_close = True
        self._window.close()

    def _unless_modified(self, act: Callable[[], None]) -> None:
        """Do something at once, or after the user has said what becomes of unsaved changes."""
        if not self._session.is_modified:
            act()
            return
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("ASPLab")
        name = self._session.document.experiment.name if self._session.document is not None else ""
        box.setText(f"Save the changes to {name}?")
        box.setInformativeText("Otherwise they are lost; the raw data stay as they are.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        box.buttonClicked.connect(lambda button: self._decide(box.standardButton(button), act))
        self.prompt = box
        box.open()

    def _decide(self, choice: QMessageBox.StandardButton, act: Callable[[], None]) -> None:
        self.prompt = None
        if choice == QMessageBox.StandardButton.Save:
            self.save(act)
        elif choice == QMessageBox.StandardButton.Discard:
            act()

    def _remember(self, path: Path) -> None:
        self._folder = path.parent
        self._preferences.remember(path)
        self._window.display_recent(self._preferences.recent)

    def _tell(self, error: Exception) -> None:
        self._window.banner.report("bad", self.words_for(error))

    def words_for(self, error: Exception) -> str:
        """Return what to tell about an exception; one that nobody expected goes to the log too."""
        if isinstance(error, AsplabError):
            return str(error)
        if isinstance(error, OSError):
            place = f"{error.filename}: " if error.filename else ""
            return f"{place}{error.strerror or error}. Check the path, the rights and the free space."
        return self._report(error)


def _read_all(paths: Sequence[Path], progress: Progress) -> tuple[list[tuple[Path, Experiment]], list[str]]:
    """Read folders and manifests; one that fails does not stop the others."""
    found: list[tuple[Path, Experiment]] = []
    failures: list[str] = []
    for path in paths:
        progress.step(len(found), len(paths), f"Reading {path.name}")
        try:
            found.append((path, file_jobs.read_folder(path, progress)))
        except OSError as error:
            failures.append(f"{path}: {error.strerror or error}. Check the path and the rights.")
        except AsplabError as error:
            if progress.cancelled.is_set():
                raise
            failures.append(str(error))
    return found, failures


def _read_document(path: Path, progress: Progress) -> Document:
    return (
        file_jobs.read_project(path, progress)
        if file_jobs.is_project(path)
        else Document(file_jobs.read_folder(path, progress))
    )


def _unread(experiment: Experiment) -> list[str]:
    return [f"{p.where}: {p.message}" for p in experiment.problems if p.severity == "error"]


def _open_folder(place: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))
