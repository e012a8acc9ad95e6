"""The sheet of all keys, made of the commands of the menus and of what every plot answers."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from asplab.gui.language import tr
from asplab.gui.menus.commands import ANALYSIS, EDIT, EXPORTS, FILE, HELP, LAYOUT, SAVING, VIEW, Command
from asplab.gui.plots.keys import PlotKey, plot_keys
from asplab.gui.step_list import STEPS

_WORDS_PX = 264
_MOST = 2
"""Shortcuts of one command that are listed."""


def key_groups() -> tuple[tuple[str, tuple[PlotKey, ...]], ...]:
    """Return every key under the heading of its menu, with what it does."""
    steps = PlotKey(f"1 – {len(STEPS)}", ", ".join(name for _, name in STEPS))
    history = (PlotKey("Ctrl+Z", tr("Undo")), PlotKey("Ctrl+Shift+Z", tr("Redo")))
    return (
        (tr("On a plot"), plot_keys()),
        (tr("View"), (steps, *_listed((*VIEW, *LAYOUT)))),
        (tr("Edit"), (*history, *_listed(EDIT))),
        (tr("File"), _listed((*FILE, *SAVING, *EXPORTS))),
        (tr("Analysis and help"), _listed((*ANALYSIS, *HELP))),
    )


class KeyList(QDialog):
    """Every key and what it does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys"))
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(20, 16, 20, 16)
        columns.setSpacing(40)
        groups = key_groups()
        for part in (groups[:2], groups[2:]):
            column = QVBoxLayout()
            column.setSpacing(16)
            for title, keys in part:
                column.addLayout(_group(title, keys))
            column.addStretch(1)
            columns.addLayout(column)
        area = QScrollArea()
        area.setWidget(sheet)
        area.setWidgetResizable(True)
        area.setAccessibleName(tr("Keys"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        size = sheet.sizeHint()
        self.resize(size.width() + 24, min(size.height() + 8, 720))


def _listed(commands: Sequence[Command]) -> tuple[PlotKey, ...]:
    """Return the commands that have a key."""
    return tuple(
        PlotKey(_keys_of(command.shortcut), command.text.replace("&", "").rstrip("…"))
        for command in commands
        if command.shortcut
    )


def _keys_of(shortcut: str) -> str:
    sequences = QKeySequence.listFromString(shortcut)[:_MOST]
    return ", ".join(one.toString(QKeySequence.SequenceFormat.NativeText) for one in sequences)


def _group(title: str, keys: Sequence[PlotKey]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    heading = QLabel(title)
    heading.setProperty("role", "title")
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, key in enumerate(keys, start=1):
        name, words = QLabel(key.keys), QLabel(key.words)
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        words.setFixedWidth(_WORDS_PX)
        for place, label in enumerate((name, words)):
            grid.addWidget(label, row, place, Qt.AlignmentFlag.AlignTop)
    return grid
