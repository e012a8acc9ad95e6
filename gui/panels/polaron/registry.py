"""The pages of the Polaron step: a page is one file and one line here."""

from asplab.gui.language import tr
from asplab.gui.panels.paged import PageEntry

PAGES = (
    PageEntry("fit", tr("Fit"), "polaron.fit", "FitPage"),
    PageEntry("models", tr("Models"), "polaron.models", "ModelsPage"),
    PageEntry("intervals", tr("Intervals"), "polaron.intervals", "IntervalsPage"),
    PageEntry("errors", tr("Errors"), "polaron.errors", "ErrorsPage"),
    PageEntry("checks", tr("Consistency"), "polaron.checks", "ChecksPage"),
    PageEntry("advice", tr("Advice"), "polaron.advice", "AdvicePage"),
    PageEntry("sensitivity", tr("Sensitivity"), "polaron.sensitivity", "SensitivityPage"),
    PageEntry("referee", tr("Referee"), "polaron.referee", "RefereePage"),
    PageEntry("arena", tr("Arena"), "polaron.arena", "ArenaPage"),
)
