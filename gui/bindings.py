"""Every connection between the session and what is on screen stands here, and nowhere else."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QMessageBox

import asplab.resources
from asplab.core.document import Document
from asplab.core.pipeline import Results
from asplab.core.provenance import software_versions
from asplab.gui import edits
from asplab.gui.files import EXPORTING, READING, SAVING, Files, Report
from asplab.gui.jobs import Jobs
from asplab.gui.panels.absorption import AbsorptionPanel
from asplab.gui.panels.base import Panel
from asplab.gui.panels.corrections import CorrectionsPanel
from asplab.gui.panels.efficiency import EfficiencyPanel
from asplab.gui.panels.experiment_tree import ExperimentTree
from asplab.gui.panels.inspector import Inspector
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.panels.polaron import PolaronPanel
from asplab.gui.panels.ratio import RatioPanel
from asplab.gui.panels.spectra import SpectraPanel
from asplab.gui.plots.base import Plot
from asplab.gui.plots.spectra_picture import temperatures_of
from asplab.gui.popover import GuidePage, KeyList, ProblemList, guide_pages
from asplab.gui.preferences import Preferences
from asplab.gui.selection import counterpart
from asplab.gui.session import Session
from asplab.gui.theme import Appearance, Theme
from asplab.gui.throttle import Throttle
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import plain
from asplab.gui.window import Window

HINT = "Drag an edge to move the window · click a point to select it · ? lists all keys"
GUIDE = Path(asplab.resources.__file__).parent / "guide"
_PAGES: dict[str, type[Panel]] = {
    "overview": OverviewPanel,
    "corrections": CorrectionsPanel,
    "spectra": SpectraPanel,
    "absorption": AbsorptionPanel,
    "ratio": RatioPanel,
    "efficiency": EfficiencyPanel,
    "polaron": PolaronPanel,
}
_SERIES_S = 1.0
_CANCELLABLE = (READING, SAVING, EXPORTING)


class Bindings(QObject):
    """One window bound to one session.

    Parameters
    ----------
    report : callable
        Writes an unexpected exception to the log and returns a sentence about it.
    """

    def __init__(
        self, window: Window, jobs: Jobs, appearance: Appearance, preferences: Preferences, report: Report
    ) -> None:
        super().__init__(window)
        self.window, self.jobs, self.appearance, self.preferences = window, jobs, appearance, preferences
        self.session = Session(jobs, self)
        self.files = Files(window, self.session, jobs, preferences, report)
        self.view = ViewState()
        self.tree = ExperimentTree(appearance.theme)
        self.inspector = Inspector(appearance.theme)
        self.pages: dict[str, Panel] = {}
        self.problems = ProblemList(window)
        self._temperatures: tuple[float, ...] = ()
        self._last_edit = ("", "", 0.0)
        self._series = 0
        self._told: tuple[object, ...] = ()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.timeout.connect(self._display)
        # Nobody reads the side panels between two frames of a drag.
        self._sides = Throttle(self._display_sides, self)
        self._commands = self._command_table()
        window.place(self.tree, self.inspector)
        window.display_mode(appearance.mode)
        window.display_guides(guide_pages(GUIDE))
        window.follow_history(self.session.history)
        self._connect_window()
        self._connect_session()
        for panel in (self.tree, self.inspector):
            self._connect_panel(panel)
        self.choose_step(self.view.step)
        self.tree.excluded.connect(self.exclude)
        self.tree.brought_back.connect(self.bring_back)

    @property
    def page(self) -> Panel:
        """The step panel that is shown; it is built when it is first wanted."""
        key = self.view.step
        if key not in self.pages:
            self.pages[key] = _PAGES[key](self.appearance.theme)
            self._connect_panel(self.pages[key])
            self.window.pages.addWidget(self.pages[key])
        return self.pages[key]

    # --- connections ---------------------------------------------------------------------------------------
    def _connect_window(self) -> None:
        window = self.window
        window.commanded.connect(self._obey)
        window.step_chosen.connect(self.choose_step)
        window.temperature_chosen.connect(self.choose_temperature)
        window.mode_chosen.connect(self.choose_mode)
        window.recent_chosen.connect(self.files.open)
        window.guide_chosen.connect(self._open_guide)
        window.files_dropped.connect(self.files.take)
        window.close_asked.connect(self.files.ask_before_closing)
        window.closed.connect(self._shut_down)
        window.status.problems_requested.connect(self._open_problems)
        window.status.cancel_requested.connect(self._cancel_jobs)
        self.jobs.changed.connect(window.status.display_job)
        self.appearance.changed.connect(self._restyle)

    def _connect_session(self) -> None:
        self.session.document_changed.connect(self._display_document)
        self.session.saved_changed.connect(self._display_document)
        self.session.results_changed.connect(self._display_results)
        self.session.refused.connect(self._refuse)
        self.session.broken.connect(self._break)

    def _connect_panel(self, panel: Panel) -> None:
        panel.window_dragged.connect(self._drag_window)
        panel.cutoff_dragged.connect(self._drag_cutoff)
        panel.background_dragged.connect(self._drag_background)
        panel.baseline_dragged.connect(self._drag_baseline)
        panel.drag_finished.connect(self._finish_drag)
        panel.setting_edited.connect(self._edit_setting)
        panel.temperature_chosen.connect(self.choose_temperature)
        panel.stack_chosen.connect(self.choose_stack)
        panel.record_chosen.connect(self.choose_record)
        panel.exclusion_requested.connect(self.tree.toggle)
        panel.hint_changed.connect(self.window.status.display_hint)

    def _command_table(self) -> dict[str, Callable[[], None]]:
        return {
            "new_demo": self.files.open_demo,
            "import": self.files.ask_folder,
            "open": self.files.ask_file,
            "save": self.files.save,
            "save_as": self.files.ask_where_to_save,
            "export_figures": partial(self.files.ask_export, "figures"),
            "export_tables": partial(self.files.ask_export, "tables"),
            "export_report": partial(self.files.ask_export, "report"),
            "toggle_excluded": self._toggle_selected,
            "view_all": self._view_all,
            "warmer": partial(self._step_temperature, 1),
            "colder": partial(self._step_temperature, -1),
            "recompute": self.session.recompute,
            "keys": self._open_keys,
            "about": self._open_about,
        }

    def _obey(self, key: str) -> None:
        self._commands[key]()

    # --- intents become edits ------------------------------------------------------------------------------
    def _drag_window(self, low_nm: float, high_nm: float) -> None:
        self.session.drag("Move window", partial(edits.move_window, low_nm=low_nm, high_nm=high_nm), "window")

    def _drag_cutoff(self, side: str, nominal_nm: float, cutoff_nm: float) -> None:
        change = partial(edits.move_cutoff, side=side, nominal_nm=nominal_nm, cutoff_nm=cutoff_nm)
        self.session.drag("Move cutoff", change, f"cutoff {side} {nominal_nm}")

    def _drag_background(self, index: int, low_nm: float, high_nm: float) -> None:
        change = partial(edits.move_background, index=index, low_nm=low_nm, high_nm=high_nm)
        self.session.drag("Move background", change, f"background {index}")

    def _drag_baseline(self, from_mev: float, to_mev: float | None) -> None:
        change = partial(edits.move_baseline, from_mev=from_mev, to_mev=to_mev)
        self.session.drag("Move baseline region", change, "baseline")

    def _finish_drag(self) -> None:
        self.session.finish_gesture()
        self._sides.flush()

    def _edit_setting(self, record: str, name: str, value: object) -> None:
        change = partial(edits.change_setting, record=record, name=name, value=value)
        self.session.change(f"Change {edits.setting_words(name)}", change, self._series_name(record, name, value))

    def _series_name(self, record: str, name: str, value: object) -> str | None:
        """Return one name for the steps of a wheel or an arrow key that follow one another within a second."""
        before, now = self._last_edit, monotonic()
        self._last_edit = (record, name, now)
        if not isinstance(value, float):
            return None
        if before[:2] != (record, name) or now - before[2] > _SERIES_S:
            self._series += 1
        return f"series {self._series}"

    def exclude(self, target: str, reason: str) -> None:
        """Take a condition or a file out of the analysis."""
        self.session.change("Exclude", lambda document: document.excluding(target, reason))

    def bring_back(self, target: str) -> None:
        """Take a condition or a file into the analysis again."""
        self.session.change("Bring back", lambda document: document.including(target))

    def _toggle_selected(self) -> None:
        target = self.view.record or self.view.stack
        if target:
            self.tree.toggle(target)
        else:
            self.window.status.display_hint("Select a condition or a file first, then press X")

    # --- selection -----------------------------------------------------------------------------------------
    def choose_step(self, key: str) -> None:
        """Show another step."""
        self._look(step=key)
        self.window.pages.setCurrentWidget(self.page)
        self.window.display_step(key)

    def choose_temperature(self, temperature: int) -> None:
        """Show another temperature, and there the condition that stands for the selected one."""
        if temperature == self.view.temperature or not 0 <= temperature < len(self._temperatures):
            return
        results = self.session.results
        stack = counterpart(results, self.view.stack, temperature) if results is not None else ""
        self._look(temperature=temperature, stack=stack, record="")

    def choose_stack(self, key: str) -> None:
        """Select a condition."""
        self._look(stack=key, record="")

    def choose_record(self, source: str) -> None:
        """Select a file."""
        self._look(record=source)

    def choose_mode(self, mode: str) -> None:
        """Change the theme and remember it."""
        self.appearance.choose(mode)
        self.preferences.choose_mode(mode)
        self.window.display_mode(mode)

    def _step_temperature(self, step: int) -> None:
        self.choose_temperature(self.view.temperature + step)

    def _look(self, **changes: object) -> None:
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]
        self._refresh.start(0)

    # --- display -------------------------------------------------------------------------------------------
    def _display_document(self, _document: Document | None = None) -> None:
        document = self.session.document
        state = (
            document.experiment if document is not None else None,
            self.session.is_modified,
            self.files.saved_words,
        )
        if state == self._told:
            # A drag changes the document on every frame, but nothing that is said about it.
            return
        self._told = state
        name = document.experiment.name if document is not None else None
        self.window.display_document(name, is_modified=self.session.is_modified)
        self.window.may_close = not self.session.is_modified
        self.window.status.display_hint(HINT if document is not None else "")
        words = [self.files.saved_words]
        if document is not None and document.experiment.simulated:
            words.append("simulated data")
        self.window.status.display_saved(" · ".join(word for word in words if word))
        if document is None:
            self.view = ViewState(step=self.view.step)

    def _display_results(self, results: Results | None) -> None:
        self.window.display_ready(results is not None)
        problems = results.problems if results is not None else ()
        self.window.status.display_problems(sum(problem.severity != "info" for problem in problems))
        if results is None:
            return
        temperatures = tuple(float(value) for value in temperatures_of(results))
        if temperatures != self._temperatures:
            self._temperatures = temperatures
            self.window.display_temperatures([f"{plain(value, 0)} K" for value in temperatures])
            if self.view.temperature >= len(temperatures):
                self.view = replace(self.view, temperature=max(len(temperatures) - 1, 0), stack="", record="")
        self._display()

    def _display(self) -> None:
        self._refresh.stop()
        results = self.session.results
        if results is None:
            return
        self.window.display_temperature(self.view.temperature)
        self.page.display(results, self.view)
        if self.session.is_dragging:
            self._sides.request()
        else:
            self._sides.act_now()

    def _display_sides(self) -> None:
        results = self.session.results
        if results is not None:
            self.tree.display(results, self.view)
            self.inspector.display(results, self.view)

    def _restyle(self, theme: Theme) -> None:
        for panel in (self.tree, self.inspector, *self.pages.values()):
            panel.restyle(theme)
        self._display()

    def _view_all(self) -> None:
        view_all = getattr(self.page, "view_all", None)
        if view_all is not None:
            view_all()
            return
        for plot in self.page.findChildren(Plot):
            plot.view_all()

    # --- messages ------------------------------------------------------------------------------------------
    def _refuse(self, reason: str) -> None:
        self.window.banner.report("warn", reason)

    def _break(self, error: Exception) -> None:
        self.window.banner.report("bad", self.files.words_for(error))

    def _cancel_jobs(self) -> None:
        for key in _CANCELLABLE:
            self.jobs.cancel(key)

    def _open_problems(self) -> None:
        results, status = self.session.results, self.window.status
        if results is not None:
            corner = status.mapToGlobal(QPoint(status.width() - 12, -4))
            self.problems.open_above(corner, results.problems)

    def _open_keys(self) -> None:
        self.key_list = KeyList(self.window)
        self.key_list.show()

    def _open_guide(self, path: Path) -> None:
        titles = {page: title for title, page in guide_pages(GUIDE)}
        GuidePage(titles.get(path, path.stem), path, self.window).show()

    def _open_about(self) -> None:
        versions = software_versions()
        own = versions.pop("asplab")
        others = ", ".join(f"{name} {version}" for name, version in versions.items())
        self.about = QMessageBox(QMessageBox.Icon.NoIcon, "About ASPLab", f"<b>ASPLab {own}</b>", parent=self.window)
        self.about.setInformativeText(
            "Up-conversion efficiency, quantum yield and polaron parameters from anti-Stokes photoluminescence.<br>"
            f"<br>{others}"
        )
        self.about.open()

    def _shut_down(self) -> None:
        self.preferences.remember_geometry(self.window.saveGeometry())
        self.jobs.close()
