"""The studies of the steps: started, cancelled, and told to the page that shows them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from asplab.core.document import Document
from asplab.core.pipeline import Results
from asplab.gui.intents import Intents
from asplab.gui.jobs.runner import Jobs
from asplab.gui.jobs.studies import Studies
from asplab.gui.panels.base import Panel, StudyPanel
from asplab.gui.panels.paged import PagedPanel
from asplab.gui.panels.polaron.error_studies import ACCOUNT, SPLIT_HERE
from asplab.gui.panels.polaron.page import Page
from asplab.gui.panels.results.panel import ResultsPanel
from asplab.gui.panels.scenarios.panel import ScenariosPanel
from asplab.gui.preferences import Preferences
from asplab.gui.view_state import ViewState
from asplab.gui.words.sources import NO_SPLIT, Split, fit_row
from asplab.gui.words.systematic import Systematic

REST_MS = 700
"""How long a document has rested before its systematic errors are found beside whatever is looked at."""


class Theory(QObject):
    """Slow outcomes and the panel that shows them.

    Parameters
    ----------
    connect : callable
        Connects a new page as every panel is connected.
    intents : Intents
        What the kept fits of a page become.
    display : callable
        Displays the present results again.
    results : callable
        Returns the present results, or None.

    Notes
    -----
    ``setting_wanted`` carries settings record and field that a page wants to be seen.
    """

    setting_wanted = Signal(str, str)

    def __init__(
        self,
        jobs: Jobs,
        preferences: Preferences,
        words_for: Callable[[Exception], str],
        *,
        connect: Callable[[Panel], None],
        intents: Intents,
        display: Callable[..., None],
        results: Callable[[], Results | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.studies = Studies(jobs, words_for, self)
        self._preferences, self._connect, self._display, self._results = preferences, connect, display, results
        self._intents, self._is_settled = intents, False
        self.studies.changed.connect(self._display)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._account)

    def take(self, panel: Panel) -> None:
        """Take charge of a panel if it has studies, and show the page that was seen last."""
        if isinstance(panel, PagedPanel):
            panel.page_added.connect(self._take_page)
            panel.choose(self._preferences.page(panel.step))
            panel.page_chosen.connect(partial(self._preferences.choose_page, panel.step))
            panel.page_chosen.connect(self._display)
            panel.run_requested.connect(lambda: self._run(panel.page))
        elif isinstance(panel, StudyPanel):
            panel.request_changed.connect(self._display)
            panel.study_requested.connect(lambda key: self._run(panel, key))
        if isinstance(panel, ScenariosPanel):
            self._take_scenarios(panel)

    def display(self, panel: Panel, results: Results, *, is_settled: bool) -> None:
        """Tell a page what is known of its studies, and start those that follow the document once it rests."""
        self._is_settled = is_settled
        self._await_rest(results)
        if isinstance(panel, ResultsPanel):
            self._tell_systematic(panel, results)
            return
        if isinstance(panel, StudyPanel):
            page = panel
        elif isinstance(panel, PagedPanel) and panel.has_page:
            page = panel.page
        else:
            return
        if is_settled:
            for study in page.studies:
                if study.follows:
                    self.studies.follow(study, results, page.request(study.key))
        document = results.document
        panel.display_studies(
            {study.key: self.studies.state(study, document, page.request(study.key)) for study in page.studies}
        )

    def systematics(self, results: Results) -> Systematic:
        """Return the systematic errors of these results, or the last ones until those are found."""
        if not _has_account(results):
            return Systematic()
        state = self.studies.state(ACCOUNT, results.document)
        if state.outcome is not None and state.is_current:
            return Systematic(state.outcome.value)
        why = "" if state.is_running else state.failure
        if state.outcome is not None and not why and _has_same_places(state.outcome.document, results.document):
            return Systematic(state.outcome.value, is_earlier=True)
        return Systematic(is_awaited=not why, why=why)

    def split(self, results: Results, view: ViewState) -> Split:
        """Return where the statistical error of the chosen parameter comes from; found once the document rests."""
        row = fit_row(results, view)
        if row is None or not _has_account(results):
            return NO_SPLIT
        if self._is_settled:
            self.studies.follow(SPLIT_HERE, results, row)
        state = self.studies.state(SPLIT_HERE, results.document, row)
        if state.outcome is None or state.outcome.request != row:
            return Split(why=state.failure)
        return Split(state.outcome.value, is_earlier=not state.is_current)

    def _tell_systematic(self, panel: ResultsPanel, results: Results) -> None:
        """Tell the systematic errors of all fits, and have them found once the document rests."""
        self._account()
        panel.display_systematic(self.systematics(results))

    def _await_rest(self, results: Results) -> None:
        """Have systematic errors found once the document rests; what a hand moves again needs none."""
        if not self._is_settled:
            self._rest.stop()
            for study in (ACCOUNT, SPLIT_HERE):
                self.studies.drop(study)
        elif _has_account(results) and not self._rest.isActive():
            self._rest.start()

    def _account(self) -> None:
        results = self._results()
        # One that runs is for this document: an edit has dropped any other.
        is_wanted = self._is_settled and not self.studies.is_running(ACCOUNT)
        if is_wanted and results is not None and _has_account(results):
            self.studies.follow(ACCOUNT, results)

    def _take_scenarios(self, panel: ScenariosPanel) -> None:
        panel.scenario_created.connect(self._intents.create_scenario)
        panel.scenario_updated.connect(self._intents.update_scenario)
        panel.scenario_duplicated.connect(self._intents.duplicate_scenario)
        panel.scenario_renamed.connect(self._intents.rename_scenario)
        panel.scenario_deleted.connect(self._intents.delete_scenario)
        panel.scenario_chosen.connect(self._intents.switch_to_scenario)
        self._intents.document_changed.connect(panel.display_document)

    def _take_page(self, page: StudyPanel) -> None:
        self._connect(page)
        page.request_changed.connect(self._display)
        page.study_requested.connect(lambda key: self._run(page, key))
        if isinstance(page, Page):
            self._take_fits(page)

    def _take_fits(self, page: Page) -> None:
        page.fit_kept.connect(self._intents.keep_fit)
        page.fit_restored.connect(self._intents.restore_fit)
        page.fit_renamed.connect(self._intents.rename_scenario)
        page.fit_deleted.connect(self._intents.delete_scenario)
        page.setting_wanted.connect(self.setting_wanted)

    def _run(self, page: StudyPanel, wanted: str = "") -> None:
        """Run one study, or all that follow the document and do not belong to it now."""
        results = self._results()
        if results is None:
            return
        for study in page.studies:
            request = page.request(study.key)
            is_wanted = study.key == wanted if wanted else study.follows
            if is_wanted and not self.studies.state(study, results.document, request).is_current:
                self.studies.run(study, results, request)


def _has_account(results: Results) -> bool:
    """Whether there is a fit whose systematic errors can be told."""
    return results.efficiency is not None and results.polaron is not None and bool(results.polaron.fitted.any())


def _has_same_places(one: Document, other: Document) -> bool:
    """Whether the results of two documents stand in the same places of their arrays."""
    return one.exclusions == other.exclusions and one.settings.grouping == other.settings.grouping
