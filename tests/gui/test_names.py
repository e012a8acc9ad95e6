"""Names for assistive tools: whatever can have the keyboard says what it is."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QScrollArea, QWidget

from asplab.gui.bindings import Bindings
from asplab.gui.plots.base import Plot
from asplab.gui.step_list import STEPS

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
