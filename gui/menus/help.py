"""The Help menu: keys, pages of the guide, about."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

import asplab.resources
from asplab.gui.menus.popover import GuidePage, KeyList, about_box, guide_pages

GUIDE = Path(asplab.resources.__file__).parent / "guide"


class Help(QObject):
    """Opens what explains the window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.pages = guide_pages(GUIDE)

    def open_keys(self) -> None:
        """Show the list of keys."""
        self.key_list = KeyList(self._window)
        self.key_list.show()

    def open_guide(self, path: Path) -> None:
        """Show a page of the guide."""
        titles = {page: title for title, page in self.pages}
        GuidePage(titles.get(path, path.stem), path, self._window).show()

    def open_about(self) -> None:
        """Show name and version."""
        self.about = about_box(self._window)
        self.about.open()
