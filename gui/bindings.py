"""Every connection between the session and what is on screen stands here, and nowhere else."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from asplab.core.document import Document, Exclusions
from asplab.core.pipeline import Results
from asplab.gui.batch.batches import ANALYSING, Batches
from asplab.gui.figures.figures import WRITING, Figures
from asplab.gui.figures.slides import COPYING, Slides
from asplab.gui.files.commands import file_commands
from asplab.gui.files.exporting import EXPORTING, Exports
from asplab.gui.files.filing import READING, SAVING, Files, Report
from asplab.gui.files.published import PublishedData
from asplab.gui.files.recent_list import RecentList
from asplab.gui.files.watching import Watching
from asplab.gui.hand import Hand
from asplab.gui.history_panel import HistoryView
from asplab.gui.importing.entrance import Imports
from asplab.gui.intents import Intents
from asplab.gui.jobs.line import JobLine
from asplab.gui.jobs.runner import Jobs
from asplab.gui.jobs.studies import PREFIX
from asplab.gui.jobs.theory import Theory
from asplab.gui.language import tr
from asplab.gui.leading import Leading
from asplab.gui.live import Live, Now
from asplab.gui.look.theme import Appearance, Theme
from asplab.gui.looking import Looking
from asplab.gui.menus.arrows import Arrows
from asplab.gui.menus.help import Help
from asplab.gui.messages import Messages
from asplab.gui.pages import PAGES
from asplab.gui.panels.base import Panel
from asplab.gui.panels.experiment_tree import ExperimentTree
from asplab.gui.panels.inspector import Inspector
from asplab.gui.panels.paged import PagedPanel
from asplab.gui.plots.base import Plot
from asplab.gui.plots.spectra_picture import temperatures_of
from asplab.gui.preferences import Preferences
from asplab.gui.problem_list import ProblemList, causes_of
from asplab.gui.session import ANALYSIS, Session
from asplab.gui.text_undo import TextUndo
from asplab.gui.tour.tour import Tour
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.numerals import plain
from asplab.gui.window import Window
from asplab.gui.words.hints import hint_for

_CANCELLABLE = (READING, SAVING, EXPORTING, ANALYSING, WRITING, COPYING)


class Bindings(QObject):
    """One window bound to one session; ``report`` logs an unexpected exception and returns a sentence about it."""

    def __init__(
        self, window: Window, jobs: Jobs, appearance: Appearance, preferences: Preferences, report: Report
    ) -> None:
        super().__init__(window)
        self.window, self.jobs, self.appearance, self.preferences = window, jobs, appearance, preferences
        self.session = Session(jobs, self)
        self.intents = Intents(self.session)
        self.messages = Messages(window.banner, self)
        self.files = Files(window, self.session, jobs, preferences, self.messages, report)
        self.exports = Exports(window, self.session, jobs, self.files, self.messages)
        self.imports = Imports(window, jobs, appearance, preferences, self.files.words_for)
        self.published = PublishedData(window, self.session, self.files, self.messages)
        self.watching = Watching(window, window.watch_strip, self.session, jobs, self.files, self.messages)
        self.batches = Batches(window, self.session, jobs, appearance, self.files, self.messages)
        self.figures = Figures(window, self.session, jobs, appearance, preferences, self.files, self.messages)
        self.slides = Slides(window, self.session, jobs, self.figures, self.files, self.messages)
        self.tree = ExperimentTree(appearance.theme)
        self.looking = Looking(lambda: self.session.results, self.tree.node_of, self)
        self.hand = Hand(window, self.looking, self.tree, self.intents, page=lambda: self.page, view_all=self._view_all)
        self.inspector = Inspector(appearance.theme)
        self.history = HistoryView(self.session)
        self.pages: dict[str, Panel] = {}
        self.problems = ProblemList(appearance.theme)
        self.leading = Leading(window, self.looking, self.tree, self.problems, page=lambda: self.page, hint=self._hint)
        self._text_undo = TextUndo(window)
        self._exclusions = Exclusions()
        self._count = 0
        self._offered: tuple[tuple[str, ...], int | None] = ((), None)
        self._told: tuple[object, ...] = ()
        self.theory = Theory(
            jobs,
            preferences,
            self.files.words_for,
            connect=self._connect_panel,
            intents=self.intents,
            display=lambda *_: self.live.request(),
            results=lambda: self.session.results,
            parent=self,
        )
        self.live = Live(
            now=self._now,
            page=lambda: self.page,
            view=lambda: self.looking.view,
            theory=self.theory,
            inspector=self.inspector,
            display_sides=self._display_sides,
            theme=appearance.theme,
            parent=self,
        )
        begin = (PREFIX, ANALYSIS)
        JobLine(jobs, window.status, keys=_CANCELLABLE, prefixes=begin, cancel_all=self._cancel_work, parent=self)
        self.help = Help(window, jobs, appearance, preferences)
        self.recent = RecentList(window, jobs, preferences)
        self.tour = Tour(window, self.leading.show_page)
        self._commands = self._command_table()
        window.furnish((self.tree.dock, self.history.dock, *self.inspector.docks.values(), self.problems.dock))
        window.workbench.recall(preferences.layout)
        self.inspector.setParent(window)
        self.inspector.hide()
        window.display_mode(appearance.mode)
        window.menus.follow_history(self.session.history)
        self._connect_window()
        self._connect_session()
        for panel in (self.tree, self.inspector):
            self._connect_panel(panel)
        self._follow_view()
        key, looking = Qt.Key, self.looking
        self._arrows = Arrows(
            window,
            {
                key.Key_Up: partial(looking.step_temperature, -1),
                key.Key_Down: partial(looking.step_temperature, 1),
                key.Key_Left: partial(looking.step_excitation, -1),
                key.Key_Right: partial(looking.step_excitation, 1),
            },
        )
        self.hand.hinted.connect(self.window.status.display_hint)

    @property
    def page(self) -> Panel:
        """The step panel that is shown; it is built when it is first wanted."""
        key = self.looking.view.step
        if key not in self.pages:
            panel = self.pages[key] = PAGES[key](self.appearance.theme)
            self._connect_panel(panel)
            self.theory.take(panel)
            if isinstance(panel, PagedPanel):
                panel.page_chosen.connect(lambda _key: self._hint(""))
            self.window.pages.addWidget(self.pages[key])
            if self.window.workbench.isVisible():
                # Else its first field took the keys, and the wheel would change it.
                self.pages[key].setFocus()
        return self.pages[key]

    # --- connections ---------------------------------------------------------------------------------------
    def _connect_window(self) -> None:
        window = self.window
        window.commanded.connect(lambda key: self._commands[key]())
        window.step_chosen.connect(self.looking.choose_step)
        window.temperature_chosen.connect(self.looking.choose_temperature)
        window.mode_chosen.connect(self.choose_mode)
        window.recent_chosen.connect(self.files.open)
        window.files_dropped.connect(self.files.take)
        window.start.tour_wanted.connect(self._begin_tour)
        window.status.cancel_requested.connect(self.tour.forget)
        window.start.tour_button.setVisible(not self.preferences.was_tour_taken)
        window.close_asked.connect(lambda: self.imports.unless_lost(self.files.ask_before_closing))
        window.closed.connect(self._shut_down)
        window.status.problems_requested.connect(self.leading.open_problems)
        self.looking.changed.connect(self._follow_view)
        self.appearance.changed.connect(self._restyle)
        self.problems.place_chosen.connect(self.leading.go_to)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._text_undo.follow_focus)

    def _connect_session(self) -> None:
        self.files.import_wanted.connect(self.imports.open)
        self.imports.finished.connect(self.files.receive)
        self.imports.work_changed.connect(self._allow_closing)
        self.session.document_changed.connect(self._display_document)
        self.session.saved_changed.connect(self._display_document)
        self.session.results_changed.connect(self._display_results)
        self.session.lag_changed.connect(lambda _lag: self.live.display())
        self.session.refused.connect(self._refuse)
        self.session.broken.connect(self._break)
        self.theory.setting_wanted.connect(self.inspector.show_setting)
        self.inspector.part_wanted.connect(self.window.workbench.reveal)
        self.inspector.place_wanted.connect(self.leading.go_to)

    def _connect_panel(self, panel: Panel) -> None:
        intents = self.intents
        panel.window_dragged.connect(intents.drag_window)
        panel.cutoff_dragged.connect(intents.drag_cutoff)
        panel.background_dragged.connect(intents.drag_background)
        panel.baseline_dragged.connect(intents.drag_baseline)
        panel.detuning_range_dragged.connect(intents.drag_detuning_range)
        panel.drag_finished.connect(self._finish_drag)
        panel.setting_dragged.connect(intents.drag_setting)
        panel.setting_edited.connect(intents.edit_setting)
        panel.settings_offered.connect(intents.use_settings)
        panel.temperature_chosen.connect(self.looking.choose_temperature)
        panel.comparison_chosen.connect(self.looking.compare)
        panel.stack_chosen.connect(self.looking.choose_stack)
        panel.record_chosen.connect(self.looking.choose_record)
        panel.quantity_chosen.connect(self.looking.choose_quantity)
        panel.exclusion_requested.connect(self.tree.toggle)
        panel.step_chosen.connect(self.looking.choose_step)
        panel.measurement_opened.connect(self.looking.open_stack)
        panel.hint_changed.connect(self._hint)
        for deck in panel.findChildren(Deck):
            deck.command_chosen.connect(self.window.commanded)
        panel.help_wanted.connect(self.help.explain)
        self.hand.take(panel)

    def _command_table(self) -> dict[str, Callable[[], None]]:
        return {
            **file_commands(self.window, self.files, self.exports, self.published, self.watching, self.batches),
            **self.hand.commands(),
            "export_figures": self.figures.open,
            "copy_slide": self.slides.copy,
            "save_slide": self.slides.ask,
            "view_all": self._view_all,
            "warmer": partial(self.looking.step_temperature, 1),
            "colder": partial(self.looking.step_temperature, -1),
            "reset_layout": self.window.workbench.reset,
            "history": self.history.toggle,
            "recompute": self.session.recompute,
            "pin": self.live.toggle_pin,
            "next_excitation": partial(self.looking.step_excitation, 1),
            "previous_excitation": partial(self.looking.step_excitation, -1),
            "explain": self.help.explain_focused,
            "guide": self.help.open_guide,
            "tour": self._begin_tour,
            "keys": self.help.open_keys,
            "about": self.help.open_about,
        }

    def _finish_drag(self) -> None:
        self.session.finish_gesture()
        self.live.sides.flush()

    # --- selection -----------------------------------------------------------------------------------------
    def _begin_tour(self) -> None:
        self.preferences.note_tour()
        if self.session.document is None:
            self.files.open_demo()
        self.tour.begin(is_ready=self.session.results is not None)

    def choose_mode(self, mode: str) -> None:
        """Change the theme and remember it."""
        self.appearance.choose(mode)
        self.preferences.choose_mode(mode)
        self.window.display_mode(mode)

    def _follow_view(self) -> None:
        self._offer_comparisons()
        step = self.looking.view.step
        if step != self.window.toolbar.steps.current:
            self.window.pages.setCurrentWidget(self.page)
            self.window.display_step(step)
            self._hint("")
        self.live.request()

    def _offer_comparisons(self) -> None:
        names = tuple(f"{plain(value, 0)} K" for value in self.looking.temperatures)
        offered = (names, self.looking.view.compared)
        if offered != self._offered:
            self._offered = offered
            self.window.menus.display_comparisons(*offered, self.looking.compare)

    # --- display -------------------------------------------------------------------------------------------
    def _display_document(self, _document: Document | None = None) -> None:
        document = self.session.document
        self.messages.review()
        if document is not None and document.exclusions != self._exclusions:
            self._exclusions = document.exclusions
            self._display_exclusions()
        state = (
            document.experiment if document is not None else None,
            self.session.is_modified,
            self.files.saved_words,
            self.session.path,
        )
        if state == self._told:
            # A drag changes the document on every frame, but nothing that is said about it.
            return
        is_another = self._told[:1] != state[:1]
        self._told = state
        file = "" if self.session.path is None else f"{self.session.path.name} · "
        name = f"{file}{document.experiment.name}" if document is not None else None
        self.window.display_document(name, is_modified=self.session.is_modified)
        self._allow_closing()
        if is_another:
            # The first step of a drag makes the document modified; what the mouse does meanwhile stays said.
            self._hint("")
        words = [self.files.saved_words]
        if document is not None and document.experiment.simulated:
            words.append(tr("simulated data"))
        self.window.status.display_saved(" · ".join(word for word in words if word))
        if document is None:
            self.looking.forget()

    def _allow_closing(self) -> None:
        self.window.may_close = not self.session.is_modified and not self.imports.has_work

    def _display_results(self, results: Results | None) -> None:
        self.window.display_ready(results is not None)
        if results is None:
            self.window.status.display_problems(0)
            self.live.forget()
            return
        temperatures = tuple(float(value) for value in temperatures_of(results))
        if temperatures != self.looking.temperatures:
            self.looking.take_temperatures(temperatures)
            self.window.display_temperatures([f"{plain(value, 0)} K" for value in temperatures])
            self._offer_comparisons()
        self.live.display()
        self.tour.take_results()

    def _now(self) -> Now | None:
        session, results, document = self.session, self.session.results, self.session.document
        if results is None or document is None:
            return None
        return Now(results, document, session.is_dragging, session.is_settled, session.lag)

    def _display_sides(self, results: Results) -> None:
        self.window.display_temperature(self.looking.view.temperature)
        self.tree.display(results, self.looking.view)
        self._display_exclusions()
        if not self.session.is_dragging:
            self.window.workbench.balance_soon()
        causes = causes_of(results.problems, results.document.experiment.name)
        count = sum(cause.tone != "info" for cause in causes)
        # What waits for rest has problems of its own: their number would fall and come back.
        self._count = count if results.is_at_rest else max(count, self._count)
        self.window.status.display_problems(self._count, len(causes))
        if results.is_at_rest:
            self.problems.display(causes)

    def _cancel_work(self) -> None:
        self.theory.studies.cancel()
        self.session.give_up()

    def _display_exclusions(self) -> None:
        """Show at once what is excluded now; a job may still be computing what follows from it."""
        for panel in (self.tree, self.inspector):
            panel.display_exclusions(self._exclusions)

    def _restyle(self, theme: Theme) -> None:
        seen = [self.tree, self.inspector, self.problems, *(page for page in self.pages.values() if page.isVisible())]
        for part in (*seen, self.live):
            self.appearance.turns.add(partial(part.restyle, theme), is_seen=True)
        for page in self.pages.values():
            if page not in seen:
                self.appearance.turns.add(partial(page.restyle, theme), is_seen=False)

    def _view_all(self) -> None:
        view_all = getattr(self.page, "view_all", None)
        if view_all is not None:
            view_all()
            return
        for plot in self.page.findChildren(Plot):
            plot.view_all()

    # --- messages ------------------------------------------------------------------------------------------
    def _hint(self, hint: str) -> None:
        if not hint and self.session.document is not None:
            hint = hint_for(self.looking.view.step, getattr(self.page, "page_key", ""))
        self.window.status.display_hint(hint)

    def _refuse(self, reason: str) -> None:
        document = self.session.document
        self.messages.tell("warn", reason, holds=lambda: self.session.document is document)

    def _break(self, error: Exception) -> None:
        document = self.session.document
        self.messages.tell("bad", self.files.words_for(error), holds=lambda: self.session.document is document)

    def _shut_down(self) -> None:
        self.preferences.remember_geometry(self.window.saveGeometry())
        self.preferences.remember_layout(self.window.workbench.remember())
        self.help.close()
        self.imports.close()
        self.watching.stop()
        self.jobs.close()
        self.figures.close()
