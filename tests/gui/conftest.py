"""Fixtures of the window's tests: one application, the theme, widgets that are really gone afterwards."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from asplab.gui.theme import LIGHT, Appearance, Theme


@pytest.fixture(scope="session")
def application(qapp: QApplication) -> QApplication:
    return qapp


@pytest.fixture(scope="session")
def dressed(application: QApplication) -> Appearance:
    return Appearance(application, "light")


@pytest.fixture
def appearance(dressed: Appearance) -> Iterator[Appearance]:
    dressed.choose("light")
    yield dressed
    dressed.choose("light")


@pytest.fixture
def theme(appearance: Appearance) -> Theme:
    return LIGHT


@pytest.fixture
def make(application: QApplication, appearance: Appearance) -> Iterator[Callable[..., Any]]:
    """Build a widget inside a window of the given size, shown; closed and deleted after the test."""
    hosts: list[QWidget] = []

    def build(kind: Callable[..., QWidget], *args: Any, size: tuple[int, int] = (640, 420), **options: Any) -> Any:
        host = QWidget()
        host.resize(*size)
        layout = QVBoxLayout(host)
        layout.setContentsMargins(0, 0, 0, 0)
        widget = kind(*args, **options)
        layout.addWidget(widget)
        hosts.append(host)
        host.show()
        application.processEvents()
        return widget

    yield build
    for host in hosts:
        host.close()
        host.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application.processEvents()


@pytest.fixture
def mouse(application: QApplication) -> Callable[..., None]:
    """Send one mouse event to a widget: ``mouse(widget, "press", point)``."""
    kinds = {
        "press": QEvent.Type.MouseButtonPress,
        "move": QEvent.Type.MouseMove,
        "release": QEvent.Type.MouseButtonRelease,
        "double": QEvent.Type.MouseButtonDblClick,
    }

    def send(
        widget: QWidget,
        kind: str,
        point: QPoint,
        *,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        held: bool = True,
    ) -> None:
        target = widget.viewport() if hasattr(widget, "viewport") else widget
        changed = Qt.MouseButton.NoButton if kind == "move" else button
        pressed = button if (kind != "release" and held) else Qt.MouseButton.NoButton
        place, world = QPointF(point), QPointF(target.mapToGlobal(point))
        modifiers = Qt.KeyboardModifier.NoModifier
        application.sendEvent(target, QMouseEvent(kinds[kind], place, world, changed, pressed, modifiers))

    return send


@pytest.fixture
def click(mouse: Callable[..., None]) -> Callable[..., None]:
    def send(widget: QWidget, point: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        mouse(widget, "move", point, held=False)
        mouse(widget, "press", point, button=button)
        mouse(widget, "release", point, button=button)

    return send
