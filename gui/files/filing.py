"""Open, import, save, close: what the file commands do, all slow work as jobs, all failures on the banner."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox

from asplab.core.document import Document
from asplab.core.errors import AsplabError, ProjectError
from asplab.core.experiment import Experiment
from asplab.core.jobs.transfer import with_settings_of
from asplab.core.problems import grouped
from asplab.core.progress import Progress
from asplab.gui.files import jobs as file_jobs
from asplab.gui.files.places import Places
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import tr
from asplab.gui.messages import Messages
from asplab.gui.preferences import Preferences
from asplab.gui.session import Session
from asplab.gui.window import Window

READING, SAVING = "reading", "saving"

Report = Callable[[BaseException], str]
Found = list[tuple[Path | None, Experiment]]


class Files(QObject):
    """The file commands of one window.

    ``import_wanted`` carries files and folders that don't say themselves what was measured.

    Parameters
    ----------
    messages : Messages
        Where failures and outcomes are told.
    report : callable
        Writes an unexpected exception to the log and returns a sentence about it.
    """

    import_wanted = Signal(object)

    def __init__(
        self,
        window: Window,
        session: Session,
        jobs: Jobs,
        preferences: Preferences,
        messages: Messages,
        report: Report,
    ) -> None:
        super().__init__(window)
        self._messages = messages
        self._window, self._session, self._jobs = window, session, jobs
        self._preferences, self._report = preferences, report
        self.folder, self.places = Path.home(), Places()
        self._saved_at: datetime | None = None
        self._lent: tuple[Path, Document] | None = None
        self.prompt: QMessageBox | None = None
        self.dialog: QFileDialog | None = None
        self._window.display_recent(preferences.recent)

    # --- reading -------------------------------------------------------------------------------------------
    def take(self, paths: Sequence[Path]) -> None:
        """Read what was dropped or named: the first project is opened, or else folders and manifests are added."""
        self._lent = None
        project = next((path for path in paths if file_jobs.is_project(path)), None)
        if project is not None:
            left_out = tuple(path.name for path in paths if path != project)
            self.unless_modified(partial(self._open_now, project, left_out))
            return
        raw = [path for path in paths if self._needs_import(path)]
        ready = [path for path in paths if path not in raw]
        if raw:
            self.import_wanted.emit(raw)
        if ready:
            self._read(ready)

    def receive(self, experiment: Experiment, folder: Path, is_written: bool) -> None:
        """Add what an import brought; without a manifest on the disk it is worth saving."""
        place, lent = self._lent or (None, None)
        self._lent = None
        if lent is not None and place == folder:
            document = with_settings_of(Document(experiment), lent)
            self.unless_modified(partial(self.begin_unsaved, tr("Import {name}", name=experiment.name), document))
            return
        was_empty = self._session.document is None
        self._add(([(folder, experiment)], []))
        if was_empty and not is_written and self._session.document is not None:
            self.begin_unsaved(tr("Import {name}", name=experiment.name), self._session.document)

    def add(self, experiment: Experiment) -> None:
        """Add an experiment that stands in no file, as one undoable step."""
        self._add(([(None, experiment)], []))

    def begin_unsaved(self, text: str, document: Document) -> None:
        """Start over with a document that no file holds yet."""
        self.places.note(document.experiment, None)
        self._session.begin(None)
        self._session.edit(text, document)
        self._session.history.clear()
        lines = _unread(document.experiment)
        if lines:
            self._warn("warn", lines)

    def open_with_settings(self, path: Path) -> None:
        """Open a folder with the settings of the open document, in its place; without a manifest it is imported."""
        document = self._session.document
        if document is None:
            return
        self._lent = (path, document)
        if self._needs_import(path):
            self.import_wanted.emit([path])
            return

        def read(progress: Progress) -> Experiment:
            return file_jobs.read_document(path, progress).experiment

        self._messages.settle(READING)
        done = partial(self.receive, folder=path, is_written=True)
        self._jobs.start(
            READING, tr("Reading {name}", name=path.name), read, done=done, failed=partial(self._tell, READING)
        )

    def _read(self, paths: Sequence[Path]) -> None:
        self._messages.settle(READING)
        self._jobs.start(
            READING,
            tr("Reading {name}", name=paths[0].name),
            partial(file_jobs.read_all, tuple(paths)),
            done=self._add,
            failed=partial(self._tell, READING),
        )

    def open(self, path: Path) -> None:
        """Open a project, or a folder or manifest, in place of what is there; other files are imported."""
        self._lent = None
        if self._needs_import(path):
            self.import_wanted.emit([path])
            return
        self.unless_modified(partial(self._open_now, path))

    def open_demo(self) -> None:
        """Simulate the virtual experiment and show it."""
        self.unless_modified(self._open_demo_now)

    @staticmethod
    def _needs_import(path: Path) -> bool:
        """Whether there are data that don't say themselves what was measured."""
        return not file_jobs.is_project(path) and not file_jobs.is_ready(path) and file_jobs.holds_data(path)

    def _open_now(self, path: Path, left_out: tuple[str, ...] = ()) -> None:
        self._messages.settle(READING)
        read = partial(file_jobs.read_document, path)
        done = partial(self._begin, path=path, left_out=left_out)
        failed = partial(self._offer_import, path)
        self._jobs.start(READING, tr("Reading {name}", name=path.name), read, done=done, failed=failed)

    def _offer_import(self, path: Path, error: Exception) -> None:
        """Tell why a file is no project; other programs write NeXus, too, and their data can be imported."""
        if not isinstance(error, ProjectError):
            self._tell(READING, error)
            return
        act = partial(self.import_wanted.emit, [path])
        self._messages.tell("bad", str(error), cause=READING, action=tr("Import as data"), act=act)

    def _open_demo_now(self) -> None:
        self._messages.settle(READING)
        done = partial(self._begin, path=None)
        failed = partial(self._tell, READING)
        self._jobs.start(READING, tr("Simulating the demo"), file_jobs.read_demo, done=done, failed=failed)

    def _begin(self, document: Document, path: Path | None, left_out: tuple[str, ...] = ()) -> None:
        is_project = path is not None and file_jobs.is_project(path)
        self._session.begin(document, path if is_project else None)
        if path is not None:
            self.places.note(document.experiment, path)
            self._remember(path)
        lines = _unread(document.experiment)
        if path is not None and left_out:
            lines.insert(
                0,
                tr(
                    "{name} is open. Not opened: {join}; a project opens alone.",
                    name=path.name,
                    join=", ".join(left_out),
                ),
            )
        if lines:
            self._warn("warn", lines)

    def _add(self, found: tuple[Found, list[str]]) -> None:
        experiments, failures = found
        document = self._session.document
        if document is not None and experiments and self._is_other_world(document, experiments):
            # Measured and simulated data are never mixed: the new ones open in place of what is there.
            self.unless_modified(partial(self._begin_with, experiments, failures, document.experiment.name))
            return
        joined, names = self._joined(document, experiments, failures)
        if names and document is None and joined is not None:
            # The first data of an empty window are where its history begins: there is nothing to go back to.
            place = experiments[0][0] if len(experiments) == 1 else None
            self.places.note(joined.experiment, place if place is not None and file_jobs.is_ready(place) else None)
            self._session.begin(joined)
        elif names:
            self._session.edit(tr("Add {join}", join=", ".join(names)), joined)
        unread = [problem for _, experiment in experiments for problem in _unread(experiment)]
        notes = list(unread)
        if names and document is not None:
            notes.insert(
                0,
                tr(
                    "{join} was added to {name}; Undo takes it away again.",
                    join=", ".join(names),
                    name=document.experiment.name,
                ),
            )
        if failures and not names:
            self._messages.tell("bad", _shortened(failures), cause=READING)
        elif failures or notes:
            # That it went well is no warning.
            self._warn("bad" if failures else "warn" if unread else "info", [*failures, *notes])

    def _begin_with(self, experiments: Found, failures: list[str], closed: str) -> None:
        document, names = self._joined(None, experiments, failures)
        self._session.begin(document)
        note = tr(
            "{join} opened in place of {closed}: measured and simulated data are never mixed.",
            join=", ".join(names),
            closed=closed,
        )
        unread = [problem for _, experiment in experiments for problem in _unread(experiment)]
        self._warn("bad" if failures else "warn", [*failures, note, *unread])

    def _joined(
        self, document: Document | None, experiments: Found, failures: list[str]
    ) -> tuple[Document | None, list[str]]:
        """Return a document with these experiments added and their names; what can't be added joins the failures."""
        names = []
        for path, experiment in experiments:
            try:
                joined = experiment if document is None else file_jobs.join(document.experiment, experiment)
            except AsplabError as error:
                failures.append(str(error))
                continue
            document = Document(joined) if document is None else document.with_experiment(joined)
            names.append(experiment.name)
            if path is not None:
                self._remember(path)
        return document, names

    @staticmethod
    def _is_other_world(document: Document, experiments: Found) -> bool:
        """Tell whether all new experiments are simulated where the open one is measured, or the reverse."""
        return all(experiment.simulated != document.experiment.simulated for _, experiment in experiments)

    def _warn(self, tone: str, lines: Sequence[str]) -> None:
        """Tell about the experiment that is open now, for as long as it is."""
        experiment = self._session.document.experiment if self._session.document is not None else None

        def holds() -> bool:
            document = self._session.document
            return document is not None and document.experiment is experiment

        self._messages.tell(tone, _shortened(lines), holds=holds)

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
        self._jobs.start(
            SAVING, tr("Saving {name}", name=path.name), work, done=done, failed=partial(self._tell, SAVING)
        )

    def ask_where_to_save(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file name, then save."""
        document = self._session.document
        if document is None:
            return
        self.dialog = QFileDialog(self._window, tr("Save project as"), str(self.folder))
        self.dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.dialog.setNameFilter(tr("Projects (*{project_suffix})", project_suffix=file_jobs.PROJECT_SUFFIX))
        self.dialog.setDefaultSuffix(file_jobs.PROJECT_SUFFIX.lstrip("."))
        self.dialog.selectFile(file_jobs.suggested_name(document))
        self.dialog.fileSelected.connect(lambda name: self.save_to(Path(name), then))
        self.dialog.open()

    def _saved(self, path: Path, document: Document, then: Callable[[], None] | None) -> None:
        self._saved_at = datetime.now().astimezone()
        self._session.mark_saved(document, path)
        self.places.note(document.experiment, path)
        self._messages.settle(SAVING)
        self._remember(path)
        if then is not None:
            then()

    @property
    def saved_words(self) -> str:
        """What the status line says about saving."""
        if self._session.document is None:
            return ""
        if self._session.is_modified:
            return tr("not saved") if self._session.path is None else "modified"
        return (
            tr("saved {saved_at:%H:%M}", saved_at=self._saved_at)
            if self._saved_at is not None and self._session.path
            else ""
        )

    # --- asking --------------------------------------------------------------------------------------------
    def ask_before_closing(self) -> None:
        """Ask whether to save, then close."""
        self.unless_modified(self._close)

    # --- plumbing ------------------------------------------------------------------------------------------
    def _close(self) -> None:
        self._window.may_close = True
        self._window.close()

    def unless_modified(self, act: Callable[[], None]) -> None:
        """Do something at once, or after the user has said what becomes of unsaved changes."""
        if not self._session.is_modified:
            act()
            return
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("ASPLab")
        name = self._session.document.experiment.name if self._session.document is not None else ""
        box.setText(tr("Save the changes to {name}?", name=name))
        box.setInformativeText(tr("Otherwise they are lost; the raw data stay as they are."))
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
        self.folder = path.parent
        self._preferences.remember(path)
        self._window.display_recent(self._preferences.recent)

    def _tell(self, cause: str, error: Exception) -> None:
        self._messages.tell("bad", self.words_for(error), cause=cause)

    def words_for(self, error: Exception) -> str:
        """Return what to tell about an exception; one that nobody expected goes to the log too."""
        if isinstance(error, AsplabError):
            return str(error)
        if isinstance(error, OSError):
            place = f"{error.filename}: " if error.filename else ""
            return tr(
                "{place}{value}. Check the path, the rights and the free space.",
                place=place,
                value=error.strerror or error,
            )
        return self._report(error)


def _unread(experiment: Experiment) -> list[str]:
    problems = grouped(experiment.problems, experiment=experiment.name)
    return [f"{problem.where}: {problem.message}" for problem in problems if problem.severity == "error"]


def _shortened(lines: Sequence[str]) -> str:
    more = tr("\n… and {lines} more: see the problems at the bottom.", lines=len(lines) - 3) if len(lines) > 3 else ""
    return "\n".join(lines[:3]) + more
