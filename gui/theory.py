"""The studies of the Polaron step: started, cancelled, and told to the page that shows them."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from asplab.core.pipeline import Results
from asplab.gui.jobs import Jobs
from asplab.gui.panels.base import Panel
from asplab.gui.panels.polaron.page import Page
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.preferences import Preferences
from asplab.gui.studies import Studies


class Theory(QObject):
    """Slow outcomes and the panel that shows them.

    Parameters
    ----------
    connect : callable
        Connects a new page as every panel is connected.
    display : callable
        Displays the present results again.
    results : callable
        Returns the present results, or None.
    """

    def __init__(
        self,
        jobs: Jobs,
        preferences: Preferences,
        words_for: Callable[[Exception], str],
        *,
        connect: Callable[[Panel], None],
        display: Callable[..., None],
        results: Callable[[], Results | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.studies = Studies(jobs, words_for, self)
        self._preferences, self._connect, self._display, self._results = preferences, connect, display, results
        self.studies.changed.connect(self._display)

    def take(self, panel: Panel) -> None:
        """Take charge of a panel if it has studies, and show the page that was seen last."""
        if isinstance(panel, PolaronPanel):
            panel.page_added.connect(self._take_page)
            panel.choose(self._preferences.polaron_page)
            panel.page_chosen.connect(self._preferences.choose_polaron_page)
            panel.page_chosen.connect(self._display)
            panel.run_requested.connect(lambda: self._run(panel.page))

    def display(self, panel: Panel, results: Results, *, is_settled: bool) -> None:
        """Tell a page what is known of its studies, and start those that follow the document once it rests."""
        if not isinstance(panel, PolaronPanel):
            return
        page = panel.page
        if is_settled:
            for study in page.studies:
                if study.follows:
                    self.studies.follow(study, results, page.request(study.key))
        document = results.document
        panel.display_studies(
            {study.key: self.studies.state(study, document, page.request(study.key)) for study in page.studies}
        )

    def _take_page(self, page: Page) -> None:
        self._connect(page)
        page.request_changed.connect(self._display)
        page.study_requested.connect(lambda key: self._run(page, key))

    def _run(self, page: Page, wanted: str = "") -> None:
        """Run one study, or all that follow the document and do not belong to it now."""
        results = self._results()
        if results is None:
            return
        for study in page.studies:
            request = page.request(study.key)
            is_wanted = study.key == wanted if wanted else study.follows
            if is_wanted and not self.studies.state(study, results.document, request).is_current:
                self.studies.run(study, results, request)
