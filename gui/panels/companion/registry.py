"""The pages of the companion measurements: a page is one file and one line here."""

from asplab.gui.language import tr
from asplab.gui.panels.paged import PageEntry

PAGES = (
    PageEntry("power", tr("Power"), "companion.power", "PowerPage"),
    PageEntry("yields", tr("Yield"), "companion.yields", "YieldPage"),
    PageEntry("matched", tr("Matched"), "companion.matched", "MatchedPage"),
    PageEntry("cooling", tr("Cooling"), "companion.cooling", "CoolingPage"),
    PageEntry("literature", tr("Literature"), "companion.literature", "LiteraturePage"),
)
