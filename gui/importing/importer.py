"""One import: the window's pages, its table session, and the jobs that read, look over and load."""

import gc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from asplab.core.experiment import Experiment
from asplab.core.importing.columns import ColumnMap
from asplab.core.importing.preset import Preset
from asplab.core.importing.scan import Scan
from asplab.core.importing.scanned import ScannedFile, ScannedPart
from asplab.core.importing.table import ImportTable
from asplab.core.importing.write import save_manifest
from asplab.core.progress import Progress
from asplab.gui.importing import reading
from asplab.gui.importing.keeping import Keeping
from asplab.gui.importing.marks import Marked
from asplab.gui.importing.preset_menu import PresetMenu
from asplab.gui.importing.questions import Questions
from asplab.gui.importing.shelf import NamedFiles, Shelf
from asplab.gui.importing.table_session import Change, TableSession
from asplab.gui.importing.window import KEYS, ImportWindow
from asplab.gui.importing.work import CANCELLABLE, DETAILING, LOADING, READING, SAVING, SURVEYING, ImportWork
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import counted, tr
from asplab.gui.messages import Messages
from asplab.gui.text_undo import TextUndo

_DETAILED_POINTS = 1200
_LONG_CELLS = 400


class Importer(QObject):
    """Answers the import window.

    ``finished`` carries the experiment, its folder and whether a manifest on the disk says the same;
    ``work_changed`` follows whether something would be lost.
    """

    finished = Signal(object, object, bool)
    work_changed = Signal()

    def __init__(self, window: ImportWindow, jobs: Jobs, words_for: Callable[[Exception], str], presets: Path) -> None:
        super().__init__(window)
        self.window, self._jobs, self._words_for, self._presets = window, jobs, words_for, presets
        self.session = TableSession(jobs, self)
        self.messages = Messages(window.banner, self)
        self.presets = PresetMenu(window.preset_menu, window, presets, lambda: self.session.state)
        self.keeping = Keeping(window)
        self._shelf = Shelf()
        self.questions = Questions(window, self.session, self._shelf)
        self._paths: tuple[Path, ...] = ()
        self._surveyed: ImportTable | None = None
        self._saved: ImportTable | None = None
        self._places: dict[str, int] = {}
        self._shown: dict[str, Marked] = {}
        self._text_undo = TextUndo(window)
        self.work = ImportWork(window, jobs, self.session)
        self._connect()

    @property
    def has_work(self) -> bool:
        """Whether closing now would lose something."""
        return self.session.is_modified

    # --- reading -------------------------------------------------------------------------------------------
    def read(self, paths: Sequence[Path]) -> None:
        """Read files and folders and start over with them."""
        self._paths = tuple(paths)
        name = paths[0].name if len(paths) == 1 else counted(len(paths), "file")
        self.window.waiting.display(tr("Reading {name}", name=name), "", tr("Cancel"), is_reading=True)
        self.window.display_ready(False)
        work = partial(reading.read_files, self._paths, self._shelf, self._presets)
        self._start(READING, work, self._take_files)

    def more(self, paths: Sequence[Path]) -> None:
        """Read further files of the same folder."""
        state = self.session.state
        if state is None:
            self.read(paths)
            return
        work = partial(reading.read_further, tuple(paths), state, self._shelf)
        self._start(READING, work, self._take_further)

    def cancel(self) -> None:
        """Stop reading or loading."""
        was_reading = self._jobs.is_running(READING)
        for key in CANCELLABLE:
            self._jobs.cancel(key)
        self.window.next.setEnabled(self.session.table is not None)
        if was_reading and self.session.table is None:
            self.window.waiting.display(tr("Reading was cancelled"), "", tr("Read again"), is_reading=False)
        self.work.display_progress()

    def _take_files(self, read: reading.ReadFiles) -> None:
        table = read.state.table
        self._saved = None
        # All that was read lives as long as this window: a collection that looked at it would stop the window.
        gc.freeze()
        self.messages.settle(READING)
        if not table.files:
            folder = ", ".join(path.name for path in self._paths)
            self.window.waiting.display(
                tr("No data files"), tr("{folder} holds nothing to read.", folder=folder), tr("Close"), is_reading=False
            )
            return
        self.window.display_place(table.root)
        self.window.display_ready(True)
        self.session.begin(read.state)
        self.window.files.view.setFocus()
        self.window.display_step("files" if table.failures or not table.rows else self.window.step)
        notes = [*read.notes, *read.faults]
        if read.offer is not None:
            self._offer(read.offer)
        elif notes:
            self.messages.tell("warn", "\n".join(notes[:3]))

    def _take_further(self, found: Scan) -> None:
        self.session.edit_beside(
            tr("Add {files}", files=counted(len(found.files), "file")), lambda table: reading.added(table, found)
        )

    def _detail(self, file: ScannedFile, part: ScannedPart) -> None:
        """Draw a data set with all its points; they are in the memory of the reading."""

        state = self.session.state
        files = NamedFiles(shelf=self._shelf, maps=state.maps if state is not None else ())

        def work(_progress: Progress) -> ScannedPart:
            return reading.detailed_part(file, part, files, _DETAILED_POINTS)

        done = partial(self.window.files.card.display_detail, part)
        self._jobs.start(DETAILING, tr("Looking at a file"), work, done=done, failed=self._fail)

    def _offer(self, preset: Preset) -> None:
        table = self.session.table
        text = tr("These names look like those that the preset {name} was made for.", name=preset.name)
        holds = partial(self._is_at, table)
        act = partial(self.apply_preset, preset)
        self.messages.tell("info", text, holds=holds, action=tr("Apply {name}", name=preset.name), act=act)

    def _is_at(self, table: ImportTable | None) -> bool:
        return self.session.table is table

    # --- editing -------------------------------------------------------------------------------------------
    def apply_preset(self, preset: Preset) -> None:
        """Fill the table as a preset says."""
        shelf = self._shelf
        text = tr("Apply preset {name}", name=preset.name)
        self.session.rework_beside(text, lambda state: reading.with_preset(state, shelf, preset))

    def name_columns(self, one: ColumnMap) -> None:
        """Read all files with these headers with their columns named."""
        shelf = self._shelf

        def rework(state: Marked) -> Marked:
            others = (other for other in state.maps if other.headers != one.headers)
            return reading.remapped(state, shelf, (*others, one))

        self.session.rework_beside(tr("Name columns"), rework)

    def _edit(self, text: str, change: Change, cells: int = 1) -> None:
        if cells > _LONG_CELLS:
            self.session.edit_beside(text, change)
        else:
            self.session.edit(text, change)

    def _display(self, state: Marked) -> None:
        window = self.window
        self.messages.settle("edit")
        self.messages.review()
        self._display_page(window.step)
        window.setWindowModified(self.session.is_modified)
        window.may_close = not self.session.is_modified
        self.work_changed.emit()

    def _display_page(self, key: str) -> None:
        """Bring a page up to date; those that nobody sees wait."""
        state = self.session.state
        if key == "check":
            self._look_over()
        elif state is not None and self._shown.get(key) is not state:
            self._shown[key] = state
            (self.window.files if key == "files" else self.window.conditions).display(state)

    def _refuse(self, reason: str) -> None:
        self.messages.tell("warn", reason, cause="edit")

    # --- steps ---------------------------------------------------------------------------------------------
    def choose_step(self, key: str) -> None:
        """Show another page."""
        self.window.display_step(key)
        self._display_page(key)
        if key == "check":
            self.window.next.setFocus()
        elif key == "conditions":
            self.window.conditions.table.setFocus()
        else:
            self.window.files.view.setFocus()

    def _walk(self, step: int) -> None:
        place = KEYS.index(self.window.step) + step
        if place < len(KEYS):
            self.choose_step(KEYS[max(place, 0)])
        else:
            self.load()

    def _look_over(self) -> None:
        state = self.session.state
        if state is None or state.table is self._surveyed:
            return
        done = partial(self._take_survey, state.table)
        self._start(SURVEYING, partial(reading.look_over, state, self._shelf), done)

    def _take_survey(self, table: ImportTable, looked: reading.LookedOver) -> None:
        self._surveyed = table
        self.window.check.display(table, looked)
        self._places = {row.file: k for k, row in reversed(list(enumerate(table.rows)))}
        self._places |= {row.label: k for k, row in enumerate(table.rows)}
        row = self.window.conditions.table.currentIndex().row()
        self.window.check.display_row(row if row >= 0 else None)

    def _go_to(self, where: str) -> None:
        """Show the row, or the file, that a problem names."""
        table = self.session.table
        if table is None:
            return
        if where in self._places:
            self.choose_step("conditions")
            row = self._places[where]
            marks = self.session.state
            columns = [c for k, c in (*marks.conflicts, *marks.missing) if k == row] if marks is not None else []
            self.window.conditions.table.show_cell(row, columns[0] if columns else "kind")
        elif any(file.name == where for file in table.files):
            self.choose_step("files")
            self.window.files.show_file(where)
        else:
            self.window.check.coverage.setFocus()

    def _select(self, rows: list[int]) -> None:
        table = self.session.table
        self._display_page("conditions")
        self.window.conditions.table.select_rows(rows)
        if table is not None:
            more = tr(" and {rows} more", rows=len(rows) - 1) if len(rows) > 1 else ""
            self.window.status.display_hint(
                tr("Selected: {label}{more} · Back shows it in the table", label=table.rows[rows[0]].label, more=more)
            )

    # --- leaving -------------------------------------------------------------------------------------------
    def load(self) -> None:
        """Load the experiment that the table describes, in a job."""
        state = self.session.state
        if state is None or self.session.is_busy or self._jobs.is_running(LOADING):
            return
        self.window.next.setEnabled(False)
        self._start(LOADING, partial(reading.load, state, self._shelf), partial(self._hand_over, state.table))

    def _hand_over(self, table: ImportTable, experiment: Experiment) -> None:
        self.window.next.setEnabled(True)
        had_manifest = reading.manifest_in(table.root) is not None
        is_written = self._saved is table or (had_manifest and not self.session.is_modified)
        self.session.mark_kept(table)
        self.leave()
        self.finished.emit(experiment, table.root, is_written)

    def save_manifest(self) -> None:
        """Write the manifest, or ask first."""
        if self.session.table is not None:
            self.keeping.save_manifest(self.session.table)

    def _write(self, table: ImportTable) -> None:
        self._start(SAVING, lambda _progress: save_manifest(table), partial(self._written, table))

    def _written(self, table: ImportTable, path: Path) -> None:
        self._saved = table
        self.session.mark_kept(table)
        if self.session.state is not None:
            self._display(self.session.state)
        self.messages.tell("info", tr("Written: {path}", path=path))

    def unless_lost(self, act: Callable[[], None]) -> None:
        """Do something at once, or after the user has said what becomes of the table."""
        if not self.has_work:
            act()
            return
        self.keeping.ask_before_losing(act)

    def leave(self) -> None:
        """Close the window without asking."""
        self.work.stop()
        self.window.may_close = True
        self.window.close()

    # --- plumbing ------------------------------------------------------------------------------------------
    def _connect(self) -> None:
        window, session = self.window, self.session
        session.changed.connect(self._display)
        session.refused.connect(self._refuse)
        session.broken.connect(self._fail)
        window.follow_history(session.history)
        window.page_built.connect(self._connect_page)
        self.questions.columns_named.connect(self.name_columns)
        self.questions.files_named.connect(self.more)
        window.step_chosen.connect(self.choose_step)
        window.files_dropped.connect(self.more)
        window.close_asked.connect(lambda: self.unless_lost(self.leave))
        window.closed.connect(self._stop)
        window.waiting.action_chosen.connect(self._answer_waiting)
        window.status.cancel_requested.connect(self.cancel)
        window.commanded.connect(self._obey)
        self.keeping.writing_wanted.connect(self._write)
        self.presets.chosen.connect(self.apply_preset)
        self.presets.told.connect(self.messages.tell)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._text_undo.follow_focus)
        self._commands: dict[str, Callable[[], None]] = {
            "add_files": self.questions.ask_files,
            "add_folder": self.questions.ask_folder,
            "save_manifest": self.save_manifest,
            "import": self.load,
            "close": self._close,
            "back": partial(self._walk, -1),
            "next": partial(self._walk, 1),
            "template_help": self.questions.show_help,
        }

    def _close(self) -> None:
        self.window.close()

    def _connect_page(self, key: str) -> None:
        """Answer a page that was just built."""
        window, session = self.window, self.session
        if key == "files":
            window.files.wanted.connect(self._edit)
            window.files.more_wanted.connect(self.questions.ask_files)
            window.files.detail_wanted.connect(self._detail)
            window.files.card.columns_wanted.connect(self.questions.ask_columns)
        elif key == "conditions":
            window.conditions.wanted.connect(self._edit)
            window.conditions.template.wanted.connect(session.edit_beside)
            window.conditions.template.finished.connect(session.finish_gesture)
            window.conditions.template.help_wanted.connect(self.questions.show_help)
        else:
            window.check.rows_chosen.connect(self._select)
            window.check.place_chosen.connect(self._go_to)

    def _obey(self, key: str) -> None:
        self._commands[key]()

    def _answer_waiting(self) -> None:
        if self._jobs.is_running(READING):
            self.cancel()
        elif self.window.waiting.button.text() == "Close":
            self.window.close()
        else:
            self.read(self._paths)

    def _start(self, key: str, work: Callable[..., object], done: Callable[..., None]) -> None:
        self.work.start(key, work, done, self._fail)

    def _fail(self, error: Exception) -> None:
        self.window.next.setEnabled(self.session.table is not None)
        self.messages.tell("bad", self._words_for(error), cause=READING)
        if self.session.table is None:
            self.window.waiting.display(tr("The files could not be read"), "", tr("Read again"), is_reading=False)

    def _stop(self) -> None:
        gc.unfreeze()
        self.work.stop()
