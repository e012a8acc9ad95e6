"""The step of the measurements around the main one."""

from PySide6.QtWidgets import QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.companion.registry import PAGES
from asplab.gui.panels.paged import PagedPanel


class CompanionPanel(PagedPanel):
    """Power, sizes, transients and all else that a sample is measured by."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "companion", PAGES, tr("Pages of the companion measurements"), parent)
