"""Which icon stands for which command."""

from collections.abc import Mapping

from PySide6.QtGui import QAction, QPalette

from asplab.gui.look.icons import icon

ICONS = {
    "new_demo": "demo",
    "import": "import",
    "import_files": "import-files",
    "check_files": "check-files",
    "paste_published": "paste",
    "open": "open",
    "open_with_settings": "settings",
    "watch": "watch",
    "batch": "several",
    "save": "save",
    "save_as": "save-as",
    "export_figures": "figure",
    "copy_slide": "slide",
    "export_tables": "table",
    "export_report": "report",
    "export_script": "script",
    "export_bundle": "bundle",
    "undo": "undo",
    "redo": "redo",
    "toggle_excluded": "exclude",
    "view_all": "view-all",
    "warmer": "warmer",
    "colder": "colder",
    "reset_layout": "layout",
    "recompute": "recompute",
    "keys": "keys",
    "guide": "guide",
    "about": "about",
}
"""File in ``resources/icons`` without its ending, by the key of a command; commands without one show words alone."""


def dress(actions: Mapping[str, QAction], palette: QPalette) -> None:
    """Give actions, by the keys of their commands, icons in the ink of a palette."""
    for key in ICONS.keys() & actions.keys():
        actions[key].setIcon(icon(ICONS[key], palette))
