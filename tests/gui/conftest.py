"""Fixtures of the window's tests: one application, the theme, widgets that are really gone afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from painting import painted_once
from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from study_memory import StudyMemory

from asplab.core import Document, load_experiment
from asplab.core.pipeline import Analysis
from asplab.core.virtual import simulate
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.gui.bindings import Bindings
from asplab.gui.excepthook import ExceptHook
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import LIGHT, Appearance, Theme
from asplab.gui.preferences import Preferences
from asplab.gui.window import Window


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


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small folder of raw data: two temperatures, four repeats."""
    folder = tmp_path_factory.mktemp("window") / "small"
    simulate(folder, VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=4), seed=3)
    return folder


@pytest.fixture(scope="session")
def measured_document(measured: Path) -> Document:
    return Document(load_experiment(measured))


@pytest.fixture(scope="session")
def measured_analysis(measured_document: Document) -> Analysis:
    """The analysis of the small experiment; windows take forks of it, so that its stages run once and not in each."""
    analysis = Analysis()
    analysis.update(measured_document)
    return analysis


@pytest.fixture
def until(application: QApplication) -> Callable[..., None]:
    """Let events happen until a condition holds; fail after a while."""

    def wait(condition: Callable[[], object], *, seconds: float = 20.0) -> None:
        deadline = monotonic() + seconds
        while not condition():
            assert monotonic() < deadline, "the condition did not come true in time"
            application.processEvents()
            sleep(0.002)
        # What follows a change has a few turns of the event loop.
        for _ in range(12):
            application.processEvents()

    return wait


@pytest.fixture
def unpainted(application: QApplication, appearance: Appearance, tmp_path: Path) -> Iterator[Bindings]:
    """The whole window without a document, bound to a session and shown, which paints nothing yet."""
    window, jobs = Window(), Jobs()
    window.build()
    window.setUpdatesEnabled(False)
    preferences = Preferences(QSettings(str(tmp_path / "preferences.ini"), QSettings.Format.IniFormat))
    hook = ExceptHook(tmp_path / "state", lambda words: window.banner.report("bad", words))
    bindings = Bindings(window, jobs, appearance, preferences, hook.report)
    window.show()
    application.processEvents()
    yield bindings
    hook.remove()
    window.may_close = True
    window.close()
    window.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application.processEvents()


@pytest.fixture
def bound(unpainted: Bindings) -> Bindings:
    """The whole window without a document, bound to a session, shown and painted."""
    with painted_once(unpainted.window):
        pass
    return unpainted


@pytest.fixture(scope="session")
def study_memory() -> StudyMemory:
    return StudyMemory()


@pytest.fixture
def afresh(study_memory: StudyMemory) -> Iterator[None]:
    """Have the studies work even where the answer is known, for tests of running, cancelling and repeating."""
    study_memory.is_off = True
    yield
    study_memory.is_off = False


@pytest.fixture
def opened(
    unpainted: Bindings,
    measured_document: Document,
    measured_analysis: Analysis,
    study_memory: StudyMemory,
    until: Callable[..., None],
) -> Bindings:
    """The whole window with the small experiment, analysed and painted."""
    session = unpainted.session
    session._analysis = measured_analysis.fork()
    study_memory.serve(unpainted.theory.studies)
    with painted_once(unpainted.window):
        session.begin(measured_document)
        until(lambda: session.is_settled)
    return unpainted
