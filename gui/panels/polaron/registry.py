"""The pages of the Polaron step: a page is one file and one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.page import Page


@dataclass(frozen=True, slots=True)
class Entry:
    """Key and name of a page, and the class that is loaded when it is first wanted."""

    key: str
    title: str
    module: str
    kind: str

    def load(self) -> Callable[[Theme], Page]:
        """Import the page."""
        found: Callable[[Theme], Page] = getattr(import_module(f"asplab.gui.panels.polaron.{self.module}"), self.kind)
        return found


PAGES = (
    Entry("fit", tr("Fit"), "fit", "FitPage"),
    Entry("models", tr("Models"), "models", "ModelsPage"),
    Entry("intervals", tr("Intervals"), "intervals", "IntervalsPage"),
    Entry("checks", tr("Checks"), "checks", "ChecksPage"),
    Entry("errors", tr("Errors"), "errors", "ErrorsPage"),
    Entry("advice", tr("Advice"), "advice", "AdvicePage"),
    Entry("sensitivity", tr("Sensitivity"), "sensitivity", "SensitivityPage"),
    Entry("referee", tr("Referee"), "referee", "RefereePage"),
    Entry("arena", tr("Arena"), "arena", "ArenaPage"),
)
