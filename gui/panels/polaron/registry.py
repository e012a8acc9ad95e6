"""The pages of the Polaron step: a page is one file and one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

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
    Entry("fit", "Fit", "fit", "FitPage"),
    Entry("models", "Models", "models", "ModelsPage"),
    Entry("intervals", "Intervals", "intervals", "IntervalsPage"),
    Entry("checks", "Checks", "checks", "ChecksPage"),
    Entry("errors", "Errors", "errors", "ErrorsPage"),
    Entry("advice", "Advice", "advice", "AdvicePage"),
    Entry("sensitivity", "Sensitivity", "sensitivity", "SensitivityPage"),
    Entry("referee", "Referee", "referee", "RefereePage"),
    Entry("arena", "Arena", "arena", "ArenaPage"),
)
