"""The Polaron step."""

from PySide6.QtWidgets import QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.paged import PagedPanel
from asplab.gui.panels.polaron.registry import PAGES


class PolaronPanel(PagedPanel):
    """Fits of Eq. 9 and of other models, what they are worth, and what would better them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "polaron", PAGES, tr("Pages of the Polaron step"), parent)
