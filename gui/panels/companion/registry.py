"""The pages of the companion measurements: a page is one file and one line here."""

from asplab.gui.language import tr
from asplab.gui.panels.paged import PageEntry

PAGES = (
    PageEntry("power", tr("Power"), "companion.power", "PowerPage"),
    PageEntry("yields", tr("Yield"), "companion.yields", "YieldPage"),
    PageEntry("matched", tr("Matched"), "companion.matched", "MatchedPage"),
    PageEntry("transients", tr("Transients"), "companion.transients", "TransientsPage"),
    PageEntry("sizes", tr("Sizes"), "companion.sizes", "SizesPage"),
    PageEntry("trends", tr("Trends"), "companion.trends", "TrendsPage"),
    PageEntry("overlay", tr("Overlay"), "companion.overlay", "OverlayPage"),
    PageEntry("absorption", tr("Absorption"), "companion.absorption", "AbsorptionPage"),
    PageEntry("cooling", tr("Cooling"), "companion.cooling", "CoolingPage"),
    PageEntry("cooling_map", tr("Map"), "companion.cooling_map", "CoolingMapPage"),
    PageEntry("literature", tr("Literature"), "companion.literature", "LiteraturePage"),
)
