"""Names for assistive tools: whatever can have the keyboard says what it is."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QScrollArea,
    QWidget,
)

from asplab.gui.bindings import Bindings
from asplab.gui.importing.window import STEPS as IMPORT_STEPS
from asplab.gui.panels.polaron.history import History
from asplab.gui.panels.polaron.registry import PAGES
from asplab.gui.plots.base import Plot
from asplab.gui.step_list import MORE, STEPS
from asplab.gui.widgets.dock import Dock

Until = Callable[..., None]


def is_reachable(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says: the name given, or the words on the widget."""
    if widget.accessibleName():
        return widget.accessibleName()
    return widget.text() if isinstance(widget, QAbstractButton) else ""


@pytest.mark.parametrize("step", [key for key, _ in STEPS])
def test_every_plot_and_field_of_a_step_has_a_name(opened: Bindings, until: Until, step: str) -> None:
    opened.looking.choose_step(step)
    until(lambda: opened.session.is_settled)
    opened.window.grab()
    kinds = (Plot, QLineEdit, QComboBox, QAbstractButton, QScrollArea)
    found = [one for one in opened.page.findChildren(QWidget) if isinstance(one, kinds) and is_reachable(one)]
    unnamed = [f"{type(one).__name__} in {type(one.parent()).__name__}" for one in found if not name_of(one)]
    assert not unnamed


def test_every_field_of_the_settings_has_a_name(opened: Bindings) -> None:
    fields = [one for one in opened.inspector.findChildren(QLineEdit) if is_reachable(one)]
    parent = opened.window
    fields += [one for one in parent.findChildren(QLineEdit) if is_reachable(one)]
    assert fields
    assert not [type(one.parent()).__name__ for one in fields if not name_of(one)]


def test_viewports_are_named_like_their_plots(opened: Bindings) -> None:
    plots = opened.page.findChildren(Plot)
    assert plots
    assert all(plot.viewport().accessibleName() == plot.accessibleName() != "" for plot in plots)


def unnamed_in(root: QWidget) -> list[str]:
    """Return what the keyboard can reach below a widget and what has no name there; parts of a widget are its own."""
    found = [one for one in root.findChildren(QWidget) if is_reachable(one) and not is_part(one)]
    return [f"{type(one).__name__} in {type(one.parent()).__name__}" for one in found if not name_of(one)]


def is_part(widget: QWidget) -> bool:
    """Whether Qt made a widget as a part of another that has the name."""
    parent = widget.parent()
    is_own = type(widget).__module__.startswith("asplab")
    return not is_own and isinstance(parent, QAbstractItemView | QComboBox | QAbstractSpinBox | QFileDialog | QMenu)


@pytest.mark.parametrize("step", [key for key, _ in (*STEPS, *MORE)])
def test_all_that_the_keyboard_reaches_in_the_window_has_a_name(opened: Bindings, until: Until, step: str) -> None:
    for dock in opened.window.workbench.docks.values():
        dock.show()
    opened.looking.choose_step(step)
    until(lambda: opened.session.is_settled and opened.inspector.has_form(step))
    opened.window.grab()
    assert not unnamed_in(opened.window)


def test_every_page_of_the_polaron_step_has_names(opened: Bindings, until: Until) -> None:
    opened.looking.choose_step("polaron")
    until(lambda: opened.session.is_settled)
    for key in [entry.key for entry in PAGES]:
        opened.page.choose(key)  # type: ignore[attr-defined]
        until(lambda: opened.session.is_settled)
        assert not unnamed_in(opened.page), key


@pytest.mark.parametrize("command", ["guide", "keys", "about", "tour", "batch", "export_figures"])
def test_all_that_the_keyboard_reaches_in_a_dialog_has_a_name(opened: Bindings, until: Until, command: str) -> None:
    opened.window.menus.actions[command].trigger()
    QApplication.processEvents()
    shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
    assert shown
    assert {one.windowTitle() for one in shown if one.isWindow()}
    assert not [unnamed for one in shown for unnamed in unnamed_in(one)]
    opened.tour.leave()
    for one in shown:
        if one is not opened.window:
            one.close()


def test_the_question_before_closing_has_names(opened: Bindings) -> None:
    opened.intents.edit_setting("transmission", "cutoff_guard_nm", 8.0)
    assert not opened.window.close()
    assert opened.files.prompt is not None
    assert not unnamed_in(opened.files.prompt)
    opened.files.prompt.reject()


def test_the_start_page_has_names(bound: Bindings) -> None:
    assert not unnamed_in(bound.window)


def test_every_action_has_a_text_and_every_menu_a_title(opened: Bindings) -> None:
    # The menu of a button has no title; the button has the name.
    actions = [one for one in opened.window.findChildren(QAction) if not one.isSeparator() and one.menu() is None]
    assert len(actions) > 40
    assert not [one.objectName() or str(one.data()) for one in actions if not one.text().strip()]
    menus = [action.menu() for action in opened.window.menuBar().actions()]
    assert menus
    assert not [menu for menu in menus if not menu.title()]


def test_no_two_places_are_called_the_same(opened: Bindings) -> None:
    docks = [dock.windowTitle() for dock in opened.window.findChildren(Dock)]
    steps = [words for _, words in (*STEPS, *MORE)]
    pages = [entry.title for entry in PAGES]
    imports = [words.split("  ")[1] for _, words in IMPORT_STEPS]
    fits = History()
    names = [*docks, *steps, *pages, *imports, fits.list.accessibleName()]
    fits.deleteLater()
    stems = [name.casefold().removesuffix("s") for name in names]
    # The step Results is the whole of what the dock shows for one temperature.
    assert {stem for stem in stems if stems.count(stem) > 1} <= {"result"}
