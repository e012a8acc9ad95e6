"""Several measurements in hand: boxes, one reason, one undo step; rings and copies across the window."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.gui.bindings import Bindings
from asplab.gui.plots.base import Plot

Until = Callable[..., None]
SHIFT = Qt.KeyboardModifier.ShiftModifier


def drag_box(plot: Plot, start: QPoint, end: QPoint) -> None:
    """Draw a box with Shift."""
    left, none, target = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, plot.viewport()
    for kind, point, button, held in (
        (QEvent.Type.MouseMove, start, none, none),
        (QEvent.Type.MouseButtonPress, start, left, left),
        (QEvent.Type.MouseMove, (start + end) / 2, none, left),
        (QEvent.Type.MouseMove, end, none, left),
        (QEvent.Type.MouseButtonRelease, end, left, none),
    ):
        place, world = QPointF(point), QPointF(target.mapToGlobal(point))
        # Moves of the same millisecond are dropped.
        QTest.qWait(2)
        QApplication.sendEvent(target, QMouseEvent(kind, place, world, button, held, SHIFT))


@pytest.fixture
def eta(opened: Bindings, until: Until) -> Any:
    """The plot of η on the overview, with its determined points."""
    until(lambda: opened.session.is_settled)
    page: Any = opened.page
    return page.eta


def box_all(plot: Any) -> None:
    """Draw a box around everything in view."""
    frame = plot.box.mapRectToScene(plot.box.boundingRect())
    inside = frame.adjusted(6, 30, -6, -6).toRect()
    drag_box(plot, inside.topLeft(), inside.bottomRight())


def test_a_box_selects_conditions_and_one_reason_excludes_them_as_one_step(
    opened: Bindings, eta: Any, until: Until
) -> None:
    box_all(eta)
    several = opened.looking.view.several
    assert len(several) > 1
    opened.window.menus.actions["toggle_excluded"].trigger()
    assert opened.tree.reasons.targets == several
    QTest.mouseClick(opened.tree.reasons.buttons["drift"], Qt.MouseButton.LeftButton)
    until(lambda: opened.session.is_settled)
    document = opened.session.document
    assert document is not None
    assert {document.exclusions.reason(key) for key in several} == {"drift"}
    assert opened.session.history.undoText() == f"Exclude {len(several)} measurements"
    opened.session.history.undo()
    until(lambda: opened.session.is_settled)
    assert opened.session.document is not None
    assert not opened.session.document.exclusions.items


def test_excluded_ones_are_brought_back_together(opened: Bindings, eta: Any, until: Until) -> None:
    box_all(eta)
    several = opened.looking.view.several
    opened.intents.exclude_all(several, "outlier")
    until(lambda: opened.session.is_settled)
    opened.looking.look(stack=several[0], several=several)
    opened.window.menus.actions["toggle_excluded"].trigger()
    until(lambda: opened.session.is_settled)
    assert opened.session.document is not None
    assert not opened.session.document.exclusions.items


def test_a_click_on_one_point_ends_the_selection_of_several(opened: Bindings, eta: Any) -> None:
    box_all(eta)
    one = opened.looking.view.several[0]
    opened.looking.choose_stack(one)
    assert opened.looking.view.targets == (one,)


def test_ctrl_adds_a_point_and_takes_it_out_again(opened: Bindings) -> None:
    looking = opened.looking
    keys = [node.key for node in opened.tree.model.root.walk() if node.kind == "stack"][:2]
    looking.choose_stack(keys[0])
    for expected in ((keys[0], keys[1]), (keys[0],)):
        looking.begin_gathering(True)
        looking.choose_stack(keys[1])
        looking.finish_gathering()
        assert looking.view.targets == expected


def test_an_empty_box_leaves_the_selection(opened: Bindings) -> None:
    key = next(node.key for node in opened.tree.model.root.walk() if node.kind == "stack")
    opened.looking.choose_stack(key)
    opened.looking.begin_gathering(False)
    opened.looking.finish_gathering()
    assert opened.looking.view.targets == (key,)


def test_copy_puts_the_touched_plot_on_the_clipboard_as_picture_and_table(opened: Bindings, eta: Any) -> None:
    eta.setFocus()
    opened.window.menus.actions["copy"].trigger()
    content = QGuiApplication.clipboard().mimeData()
    assert content.hasImage()
    assert "η" in content.text().partition("\n")[0]
    assert "Copied" in opened.window.status.hint


def test_without_a_plot_in_hand_a_command_says_what_to_do(opened: Bindings) -> None:
    opened.window.menus.actions["copy"].trigger()
    assert opened.window.status.hint == "Click a plot first"


def test_the_menu_goes_back_through_the_zooms_of_the_plot_in_hand(opened: Bindings, eta: Any) -> None:
    eta.setFocus()
    home = eta.view
    opened.window.menus.actions["zoom_in"].trigger()
    assert eta.view != home
    opened.window.menus.actions["zoom_back"].trigger()
    assert eta.view == home
    opened.window.menus.actions["zoom_forward"].trigger()
    assert eta.view != home
