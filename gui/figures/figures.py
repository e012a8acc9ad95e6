"""Figures from the window: what the results allow, drawn beside it, exported, in presets."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QFileDialog, QInputDialog

from asplab.core.progress import Progress
from asplab.gui.figures import work
from asplab.gui.figures.press import Press, Source
from asplab.gui.files import jobs as file_jobs
from asplab.gui.files.filing import Files
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import tr
from asplab.gui.look.theme import Appearance, Theme
from asplab.gui.messages import Messages
from asplab.gui.preferences import Preferences
from asplab.gui.session import Session
from asplab.gui.window import Window

if TYPE_CHECKING:
    from asplab.core.export.style.presets import FigurePreset
    from asplab.gui.figures.window import FigureWindow

FINDING, DRAWING, WRITING = "figures", "preview", "writing"
_POLL_MS, _SETTLE_MS = 100, 150
_DPI = 96.0
_PATIENCE_S = 3.0


class Figures(QObject):
    """Opens the one figure window and keeps it true to the document.

    ``presets`` is the folder of the user's presets; tests give their own.
    """

    def __init__(
        self,
        host: Window,
        session: Session,
        jobs: Jobs,
        appearance: Appearance,
        preferences: Preferences,
        files: Files,
        messages: Messages,
    ) -> None:
        super().__init__(host)
        self._host, self._session, self._jobs = host, session, jobs
        self._appearance, self._preferences = appearance, preferences
        self._files, self._messages = files, messages
        self.presets: Path | None = None
        self.window: FigureWindow | None = None
        self.dialog: QFileDialog | QInputDialog | None = None
        self.press, self._printer = Press(patience_s=_PATIENCE_S), Press(patience_s=0.0)
        self._source: Source | None = None
        self._listed: tuple[object, ...] = ()
        self._written: Path | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._soon.timeout.connect(self._list_at_rest)
        self._poll = QTimer(self, interval=_POLL_MS)
        self._poll.timeout.connect(self._display_state)
        appearance.changed.connect(self._restyle)
        session.results_changed.connect(lambda _results: self._follow())
        session.document_changed.connect(lambda _document: self._follow())

    @property
    def document(self) -> object:
        """The document whose figures are listed; None before the first list."""
        return self._listed[0] if self._listed else None

    def open(self) -> None:
        """Show the window."""
        if self._session.document is None:
            return
        if self.window is None:
            self.window = self._new_window()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        # Else a button took the keys, and would look chosen.
        self.window.list.setFocus()
        self._display_state()
        self._list_at_rest()

    def close(self) -> None:
        """End the processes that draw, once no job waits for them."""
        self.press.close()
        self._printer.close()

    # --- list and preview ----------------------------------------------------------------------------------
    def _follow(self) -> None:
        """Draw anew soon after the last change, while the window is open."""
        if self.window is None or not self.window.isVisible():
            return
        if self._session.document is None:
            self.window.close()
            return
        self._soon.start()

    def _list_at_rest(self) -> None:
        """List and draw once the results are those of the document, or never will be."""
        if self._session.is_settled or self._session.lag == "given up":
            self._list()
        elif self.window is not None and self.window.isVisible():
            self._soon.start()

    def _list(self) -> None:
        document, window = self._session.document, self.window
        if document is None or window is None or not window.isVisible():
            return
        key = (document, window.form.preset.letters)
        if key == self._listed and self._source is not None:
            self._draw()
            return
        if self._source is None:
            window.display_nothing(tr("Looking which figures the results allow …"))
        source, preset = work.source_of(document, self._session.results), window.form.preset

        def find(progress: Progress) -> tuple[work.Found, ...]:
            return self.press.run(source, work.find_figures, preset, progress=progress)

        done = partial(self._take_list, key, source)
        self._jobs.start(FINDING, tr("Looking for figures"), find, done=done, failed=self._fail, most=1)

    def _take_list(self, key: tuple[object, ...], source: Source, figures: tuple[work.Found, ...]) -> None:
        self._listed, self._source = key, source
        if self.window is None:
            return
        self.window.display_figures(figures)
        if figures:
            self._draw()
        else:
            self.window.display_nothing(tr("The results hold nothing to draw yet. Add spectra, a scan or a table."))
        self._display_state()

    def _draw(self) -> None:
        window, source = self.window, self._source
        if window is None or source is None or not window.current:
            return
        density = window.devicePixelRatioF()
        name, preset = window.current, window.form.preset

        def draw(progress: Progress) -> tuple[work.Drawn, QImage] | None:
            drawn = self.press.run(source, work.draw, name, preset, _DPI * density, progress=progress)
            return None if drawn is None else (drawn, QImage.fromData(drawn.png))

        done = partial(self._take_figure, density)
        self._jobs.start(DRAWING, tr("Drawing a figure"), draw, done=done, failed=self._fail, most=1)

    def _take_figure(self, density: float, found: tuple[work.Drawn, QImage] | None) -> None:
        if self.window is None:
            return
        if found is None:
            self.window.display_nothing(tr("The results hold nothing to draw here."))
        else:
            self.window.display_figure(*found, density)

    # --- export --------------------------------------------------------------------------------------------
    def _ask_folder(self) -> None:
        dialog = QFileDialog(self.window, tr("Export figures into"), str(self._files.folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        self.dialog = dialog
        dialog.open()

    def export(self, folder: Path) -> None:
        """Write the chosen figures into a new folder inside ``folder``."""
        document, window = self._session.document, self.window
        if document is None or window is None:
            return
        self._written = None
        window.banner.clear()
        source = work.source_of(document, self._session.results)
        choice = (window.chosen, window.form.preset, window.atlas.isChecked())

        def write(progress: Progress) -> Path:
            try:
                return file_jobs.new_folder(
                    document,
                    folder,
                    "figures",
                    lambda place: self._printer.run(source, work.write, place, *choice, progress=progress),
                )
            finally:
                self._printer.close()

        text = tr("Exporting figures")
        self._jobs.start(WRITING, text, write, done=self._exported, failed=self._fail, is_answer=True, most=1)
        self._poll.start()
        self._display_state()

    def _exported(self, place: Path) -> None:
        self._written = place
        self._tell_written(place)
        self._display_state()

    def _tell_written(self, place: Path) -> None:
        told = tr("Written to {place}", place=place)
        if self.window is not None and self.window.isVisible():
            self.window.banner.report("info", told, action=tr("Open folder"), action_key="open")
        else:
            self._messages.tell("info", told, action=tr("Open folder"), act=self._open_folder)

    def _open_folder(self) -> None:
        if self._written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written)))

    def _display_state(self) -> None:
        window = self.window
        is_running = self._jobs.is_running(WRITING)
        if not is_running:
            self._poll.stop()
        if window is not None:
            words = tr("Writing figures …") if is_running else ""
            can_export = bool(window.chosen) or window.atlas.isChecked()
            fraction = self._jobs.fraction(WRITING)
            window.display_state(words, is_running=is_running, fraction=fraction, can_export=can_export)

    def _cancel(self) -> None:
        self._jobs.cancel(WRITING)
        self._display_state()

    # --- presets -------------------------------------------------------------------------------------------
    @property
    def preset(self) -> "FigurePreset":
        """The preset of the window, or the usual one as long as that was never open."""
        from asplab.core.export.style.presets import DEFAULT

        return DEFAULT if self.window is None else self.window.form.preset

    def _folder(self) -> Path:
        from asplab.core.export.style.preset_files import figure_preset_folder

        return self.presets if self.presets is not None else figure_preset_folder()

    def _load_presets(self, chosen: str) -> None:
        from asplab.core.export.style.preset_files import list_figure_presets

        if self.window is None:
            return
        presets, faults = list_figure_presets(self._folder())
        self.window.form.display_presets(presets, chosen)
        if faults:
            self.window.banner.report("warn", "\n".join(faults))

    def _ask_name(self) -> None:
        dialog = QInputDialog(self.window)
        dialog.setWindowTitle(tr("Save preset"))
        dialog.setLabelText(tr("Name of the preset:"))
        dialog.textValueSelected.connect(self.save_preset)
        self.dialog = dialog
        dialog.open()

    def save_preset(self, name: str) -> None:
        """Save the preset as it stands in the form under a name."""
        from dataclasses import replace

        from asplab.core.errors import AsplabError
        from asplab.core.export.style.preset_files import save_figure_preset

        if self.window is None:
            return
        try:
            save_figure_preset(replace(self.window.form.preset, name=name, note=""), self._folder())
        except AsplabError as error:
            self.window.banner.report("bad", str(error))
            return
        self.window.banner.clear()
        self._load_presets(name)
        self._preferences.choose_figure_preset(name)

    def _delete_preset(self) -> None:
        from asplab.core.errors import AsplabError
        from asplab.core.export.style.preset_files import delete_figure_preset

        if self.window is None:
            return
        try:
            delete_figure_preset(self.window.form.preset.name, self._folder())
        except AsplabError as error:
            self.window.banner.report("bad", str(error))
            return
        self._load_presets("default")
        self._take_preset()

    def _take_preset(self) -> None:
        if self.window is not None:
            self._preferences.choose_figure_preset(self.window.form.preset.name)
            self.window.banner.clear()
            self._soon.start()

    # --- window --------------------------------------------------------------------------------------------
    def _new_window(self) -> "FigureWindow":
        from asplab.gui.figures.window import FigureWindow

        window = self.window = FigureWindow(self._appearance.theme, self._host)
        commands: dict[str, Callable[[], None]] = {"export": self._ask_folder, "cancel": self._cancel}
        window.commanded.connect(lambda key: commands[key]())
        window.figure_chosen.connect(lambda _name: self._draw())
        window.form.changed.connect(self._take_preset)
        window.form.refused.connect(lambda reason: window.banner.report("warn", reason))
        window.form.save_wanted.connect(self._ask_name)
        window.form.delete_wanted.connect(self._delete_preset)
        window.banner.action_chosen.connect(lambda _key: self._open_folder())
        self._load_presets(self._preferences.figure_preset)
        return window

    def _restyle(self, theme: Theme) -> None:
        if self.window is not None:
            self.window.restyle(theme)

    def _fail(self, error: Exception) -> None:
        words = self._files.words_for(error)
        if self.window is not None and self.window.isVisible():
            self.window.banner.report("bad", words)
        else:
            self._messages.tell("bad", words)
        self._display_state()
