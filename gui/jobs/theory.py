"""The studies of the steps: started, cancelled, and told to the page that shows them."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from asplab.core.pipeline import Results
from asplab.gui.intents import Intents
from asplab.gui.jobs.runner import Jobs
from asplab.gui.jobs.studies import Studies
from asplab.gui.panels.base import Panel, StudyPanel
from asplab.gui.panels.polaron.error_studies import ACCOUNT
from asplab.gui.panels.polaron.page import Page
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.panels.results.panel import ResultsPanel
from asplab.gui.panels.scenarios.panel import ScenariosPanel
from asplab.gui.preferences import Preferences
from asplab.gui.words.systematic import Systematic


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

    def take(self, panel: Panel) -> None:
        """Take charge of a panel if it has studies, and show the page that was seen last."""
        if isinstance(panel, PolaronPanel):
            panel.page_added.connect(self._take_page)
            panel.choose(self._preferences.polaron_page)
            panel.page_chosen.connect(self._preferences.choose_polaron_page)
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
        if isinstance(panel, ResultsPanel):
            self._tell_systematic(panel, results)
            return
        if isinstance(panel, StudyPanel):
            page = panel
        elif isinstance(panel, PolaronPanel) and panel.has_page:
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
        """Return the systematic errors of these results, if the page of errors has found them."""
        outcome = self.studies.latest(ACCOUNT)
        if outcome is None:
            return Systematic()
        state = self.studies.state(ACCOUNT, results.document, outcome.request)
        if state.outcome is None:
            return Systematic()
        if state.is_current:
            return Systematic(outcome.value.systematics)
        return Systematic(is_awaited=state.is_running or not self._is_settled)

    def _tell_systematic(self, panel: ResultsPanel, results: Results) -> None:
        """Tell the systematic errors of all fits, and have them found once the document rests."""
        if self._is_settled:
            # They are the same whichever fit the page of errors looked at.
            latest = self.studies.latest(ACCOUNT)
            self.studies.follow(ACCOUNT, results, None if latest is None else latest.request)
        panel.display_systematic(self.systematics(results))

    def _take_scenarios(self, panel: ScenariosPanel) -> None:
        panel.scenario_created.connect(self._intents.create_scenario)
        panel.scenario_updated.connect(self._intents.update_scenario)
        panel.scenario_duplicated.connect(self._intents.duplicate_scenario)
        panel.scenario_renamed.connect(self._intents.rename_scenario)
        panel.scenario_deleted.connect(self._intents.delete_scenario)
        panel.scenario_chosen.connect(self._intents.switch_to_scenario)
        self._intents.document_changed.connect(panel.display_document)

    def _take_page(self, page: Page) -> None:
        self._connect(page)
        page.fit_kept.connect(self._intents.keep_fit)
        page.fit_restored.connect(self._intents.restore_fit)
        page.fit_renamed.connect(self._intents.rename_scenario)
        page.fit_deleted.connect(self._intents.delete_scenario)
        page.setting_wanted.connect(self.setting_wanted)
        page.request_changed.connect(self._display)
        page.study_requested.connect(lambda key: self._run(page, key))

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
