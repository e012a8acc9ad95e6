"""Buttons that show an icon and follow the theme."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from asplab.gui.look.icons import SIZE_PX, icon


class IconButton(QToolButton):
    """A button with an icon of the set.

    Parameters
    ----------
    icon_name : str
        File in ``resources/icons`` without its ending.
    name : str
        What it does: the words for a screen reader, and the tooltip.
    text : str
        Words beside the icon; the icon alone when empty.
    """

    def __init__(self, icon_name: str, name: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self.setIconSize(QSize(SIZE_PX, SIZE_PX))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setText(text)
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        self.setToolButtonStyle(beside if text else alone)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._dress()

    def display_icon(self, icon_name: str) -> None:
        """Show another icon."""
        self._icon_name = icon_name
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Take the ink of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _dress(self) -> None:
        dressed = icon(self._icon_name, self.palette())
        # A window on its way to the screen tells of its palette again and again, and a new icon asks for a new layout.
        if dressed.cacheKey() != self.icon().cacheKey():
            self.setIcon(dressed)
