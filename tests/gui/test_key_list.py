"""The sheet of keys: one list for menus and sheet."""

from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel

from asplab.gui.bindings import Bindings
from asplab.gui.menus.commands import EVERY
from asplab.gui.menus.key_list import KeyList, key_groups


def test_every_shortcut_of_a_menu_stands_in_the_sheet(bound: Bindings) -> None:
    listed = {keys.split(", ")[0] for _, group in key_groups() for keys, _ in group}
    for command in EVERY:
        if command.shortcut:
            action = bound.window.menus.actions[command.key]
            native = action.shortcuts()[0].toString(QKeySequence.SequenceFormat.NativeText)
            assert native in listed, command.key


def test_no_two_commands_have_the_same_key(bound: Bindings) -> None:
    menus = bound.window.menus
    actions = [*menus.actions.values(), *menus.step_actions.values(), menus.undo, menus.redo]
    keys = [key.toString() for action in actions for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_the_sheet_is_grouped_and_fits_the_smallest_window(make: Any) -> None:
    sheet = make(KeyList)
    titles = [label.text() for label in sheet.findChildren(QLabel) if label.property("role") == "title"]
    assert titles == [title for title, _ in key_groups()]
    assert sheet.width() <= 960
    assert sheet.height() <= 720
