"""How long a dragged edge takes from the mouse event to the last paint, and the first paint of the window.

Run by hand: ``python -m pytest tests/benchmarks -m benchmark``. The numbers stand in the ``extra_info`` of each
benchmark and on the standard output.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from benchmarks.base_case import base_document
from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from asplab.core.document import Document
from asplab.gui.bindings import Bindings
from asplab.gui.excepthook import ExceptHook
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import Appearance
from asplab.gui.panels.spectra import SpectraPanel
from asplab.gui.plots.base import Plot
from asplab.gui.preferences import Preferences
from asplab.gui.window import Window

STEPS, RUNS, STARTS = 150, 5, 5
REACH_PX = 60
_EMPTY_WINDOW = """
from time import perf_counter
start = perf_counter()
from PySide6.QtWidgets import QApplication, QMainWindow
class First(QMainWindow):
    def paintEvent(self, event):
        print(perf_counter() - start)
        QApplication.exit()
application = QApplication([])
window = First()
window.resize(1440, 900)
window.show()
application.exec()
"""
_OUR_WINDOW = """
from time import perf_counter
start = perf_counter()
from PySide6.QtWidgets import QApplication
from asplab.gui.window import Window
class First(Window):
    def paintEvent(self, event):
        print(perf_counter() - start)
        QApplication.exit()
application = QApplication([])
window = First()
window.show()
application.exec()
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return base_document(tmp_path_factory.mktemp("base") / "data")


@pytest.fixture
def opened(qapp: QApplication, base: Document, tmp_path: Path) -> Iterator[Bindings]:
    window, jobs = Window(), Jobs()
    window.build()
    preferences = Preferences(QSettings(str(tmp_path / "preferences.ini"), QSettings.Format.IniFormat))
    hook = ExceptHook(tmp_path / "state", lambda words: window.banner.report("bad", words))
    bindings = Bindings(window, jobs, Appearance(qapp, "light"), preferences, hook.report)
    window.show()
    bindings.session.begin(base)
    settle(qapp, bindings)
    yield bindings
    hook.remove()
    window.may_close = True
    window.close()
    window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settle(application: QApplication, bindings: Bindings) -> None:
    deadline = perf_counter() + 60.0
    while not bindings.session.is_settled:
        assert perf_counter() < deadline
        application.processEvents()
    bindings.window.grab()
    application.processEvents()


def send(application: QApplication, plot: QWidget, kind: QEvent.Type, point: QPoint, *, held: bool) -> None:
    button, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    changed = none if kind == QEvent.Type.MouseMove else button
    target = plot.viewport() if hasattr(plot, "viewport") else plot
    place = QPointF(point), QPointF(target.mapToGlobal(point))
    modifiers = Qt.KeyboardModifier.NoModifier
    application.sendEvent(target, QMouseEvent(kind, *place, changed, button if held else none, modifiers))


def drag(application: QApplication, plot: Plot, place: float) -> list[float]:
    """Return the seconds each of 150 mouse moves takes until everything it changed is painted."""
    low, high = plot.view[1]
    grip = plot.pixel_of(place, low + 0.3 * (high - low))
    send(application, plot, QEvent.Type.MouseMove, grip, held=False)
    send(application, plot, QEvent.Type.MouseButtonPress, grip, held=True)
    taken = []
    for step in range(STEPS):
        # There and back twice, a new place at every step; it ends where it began.
        shift = 1 + round(REACH_PX * (1.0 - abs(((step / STEPS * 4) % 2) - 1.0)))
        start = perf_counter()
        send(application, plot, QEvent.Type.MouseMove, grip + QPoint(shift, step % 3), held=True)
        application.processEvents()
        taken.append(perf_counter() - start)
    send(application, plot, QEvent.Type.MouseButtonRelease, grip, held=False)
    application.processEvents()
    return taken


def report(name: str, runs: list[list[float]], benchmark: Callable[..., object]) -> None:
    p50, p95 = (1e3 * statistics.median(np.percentile(run, at) for run in runs) for at in (50, 95))
    benchmark.extra_info.update(p50_ms=round(p50, 2), p95_ms=round(p95, 2), load=os.getloadavg()[0])
    print(f"\n{name}: event → last paint p50 {p50:.1f} ms, p95 {p95:.1f} ms (load {os.getloadavg()[0]:.1f})")


def measure(name: str, bindings: Bindings, plot: Plot, qapp: QApplication, benchmark: Callable[..., object]) -> None:
    runs: list[list[float]] = []

    def once() -> None:
        settle(qapp, bindings)
        document = bindings.session.document
        assert document is not None
        runs.append(drag(qapp, plot, document.settings.integration.window_nm[0]))

    benchmark.pedantic(once, rounds=RUNS, warmup_rounds=1)
    report(name, runs[1:], benchmark)


@pytest.mark.benchmark
def test_a_window_edge_dragged_on_the_overview(opened, qapp, benchmark):
    measure("overview", opened, opened.pages["overview"].spectra, qapp, benchmark)


@pytest.mark.benchmark
def test_a_window_edge_dragged_over_all_spectra_of_a_temperature(opened, base, qapp, benchmark):
    opened.looking.choose_step("spectra")
    settle(qapp, opened)
    page = opened.pages["spectra"]
    assert isinstance(page, SpectraPanel)
    measure("spectra, all of a temperature", opened, show_all(page, base, qapp), qapp, benchmark)
    assert page.curves.count == 160


def show_all(page: SpectraPanel, document: Document, qapp: QApplication) -> Plot:
    """Put every repeat of the first temperature into the picture, beside what the step shows by itself."""
    known = [one for one in document.experiment.spectra if one.condition.temperature_k is not None]
    coldest = min(one.condition.temperature_k for one in known)
    found = [one for one in known if one.condition.temperature_k < coldest + 10.0]
    heights = np.array([one.counts / np.percentile(one.counts, 99) for one in found])
    page.curves.display(found[0].wavelength_nm, heights, ["aspl"] * len(found))
    qapp.processEvents()
    assert page.curves.count >= 160
    return page.plot


def first_paint(code: str) -> float:
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(found.stdout.split()[0])


@pytest.mark.benchmark
def test_the_first_paint_beside_an_empty_window(benchmark):
    pairs: list[tuple[float, float]] = []
    benchmark.pedantic(lambda: pairs.append((first_paint(_EMPTY_WINDOW), first_paint(_OUR_WINDOW))), rounds=STARTS)
    empty, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    benchmark.extra_info.update(empty_s=empty, ours_s=ours, ratio=ours / empty)
    print(f"\nfirst paint: {1e3 * ours:.0f} ms, an empty window {1e3 * empty:.0f} ms, ratio {ours / empty:.2f}")
