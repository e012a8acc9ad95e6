"""The Help menu: the guide, help on a setting, keys, about."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from asplab.gui.guide.typesetting import Typesetting
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import Appearance, Theme
from asplab.gui.menus.key_list import KeyList
from asplab.gui.menus.popover import about_box
from asplab.gui.preferences import Preferences
from asplab.gui.widgets.setting_help import Explained, SettingHelp, line_of

if TYPE_CHECKING:
    from asplab.gui.guide.browser import GuideWindow

FIRST_PAGE = "first-steps"
_WINDOW = "guide"


class Help(QObject):
    """Opens what explains the window."""

    def __init__(self, window: QWidget, jobs: Jobs, appearance: Appearance, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._appearance, self._preferences = window, appearance, preferences
        self._typesetting = Typesetting(jobs, self)
        self.guide: GuideWindow | None = None
        self.setting = SettingHelp(window, self._typesetting)
        self.setting.page_wanted.connect(self.open_guide)
        appearance.changed.connect(self._restyle)

    def open_keys(self) -> None:
        """Show the list of keys."""
        self.key_list = KeyList(self._window)
        self.key_list.show()

    def open_guide(self, place: str = "") -> None:
        """Show the guide at a page, ``name`` or ``name#anchor``; where it was left without one."""
        if self.guide is None:
            self.guide = self._new_guide()
            place = place or FIRST_PAGE
        name, _, anchor = place.partition("#")
        self.guide.show()
        if name:
            self.guide.open_page(name, anchor)
        self.guide.raise_()
        self.guide.activateWindow()

    def explain(self, explained: Explained, is_pinned: bool) -> None:
        """Explain a setting beside its line."""
        self.setting.open(explained, is_pinned=is_pinned)

    def explain_focused(self) -> None:
        """Explain the setting that has the keyboard; the guide where none has."""
        line = line_of(QApplication.focusWidget())
        if line is not None:
            line.mark.wanted.emit(True)
        elif self.setting.entry is not None:
            self.setting.leave()
        else:
            self.open_guide()

    def open_about(self) -> None:
        """Show name and version."""
        self.about = about_box(self._window)
        self.about.open()

    def close(self) -> None:
        """Close the guide with the window."""
        if self.guide is not None:
            self.guide.close()

    def _new_guide(self) -> "GuideWindow":
        from asplab.gui.guide.browser import GuideWindow

        guide = GuideWindow(self._typesetting, self._appearance.theme, self._window)
        geometry = self._preferences.geometry(_WINDOW)
        if geometry is not None:
            guide.restoreGeometry(geometry)
        guide.closed.connect(lambda: self._preferences.remember_geometry(guide.saveGeometry(), _WINDOW))
        return guide

    def _restyle(self, theme: Theme) -> None:
        if self.guide is not None:
            self.guide.restyle(theme)
