"""How long a dragged edge takes from the mouse event to the last paint event, and the first paint of the window.

Every dock is shown, and the paint events of every panel are counted.

Run by hand: ``python -m pytest tests/benchmarks -m benchmark``. The numbers stand in the ``extra_info`` of each
benchmark and on the standard output.
"""

import os
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, thread_time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSettings, Qt
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

STEPS, RUNS, STARTS = 152, 5, 5
REACH_PX = 60
MOST_S = 5.0
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
def base(base_experiment: Document) -> Document:
    return base_experiment


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


class Paints(QObject):
    """Counts what is painted while it watches, and notes when the last painting of the window ended.

    Qt paints everything that is dirty in one answer to the window's ``UpdateRequest``; a paint event of a panel
    comes within it, before the panel is painted. So the end of that answer is the end of the last paint event.
    """

    def __init__(self, bindings: Bindings) -> None:
        super().__init__(bindings.window)
        self.counts: Counter[str] = Counter()
        self.passes, self.ended_at = 0, 0.0
        self._names = panels_of(bindings)
        for watched in (bindings.window, *self._names):
            watched.installEventFilter(self)

    @property
    def names(self) -> list[str]:
        """What is watched."""
        return list(self._names.values())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the window answer here, so that the end of its answer is known."""
        if event.type() == QEvent.Type.Paint and watched in self._names:
            self.counts[self._names[watched]] += 1
        if event.type() == QEvent.Type.UpdateRequest and isinstance(watched, Window):
            watched.event(event)
            self.passes += 1
            self.ended_at = perf_counter()
            return True
        return False


def panels_of(bindings: Bindings) -> dict[QObject, str]:
    """Return the plots of the step that is shown and what every dock holds, with their names."""
    plots = [plot for plot in bindings.page.findChildren(Plot) if plot.isVisible()]
    docks = [dock for dock in bindings.window.workbench.docks.values() if dock.isVisible()]
    return {plot.viewport(): plot.accessibleName() for plot in plots} | {
        dock.widget(): f"dock {dock.key}" for dock in docks
    }


@dataclass(frozen=True, slots=True)
class Frame:
    """What one mouse move took.

    Attributes
    ----------
    painted_s : float
        From the mouse event to the end of the last paint event that it caused.
    turn_s : float
        From the mouse event until the event loop has turned once, as it was measured before paints were counted.
    cpu_s : float
        Time of the processor in the window's thread, painting included, whatever else the computer does.
    """

    painted_s: float
    turn_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Drag:
    """The frames of one drag, and how often each panel was painted during it."""

    frames: list[Frame]
    paints: Counter[str]


def drag(application: QApplication, bindings: Bindings, plot: Plot, paints: Paints) -> Drag:
    """Move a window edge by 152 mouse moves; each waits until everything it changed is painted."""
    document = bindings.session.document
    assert document is not None
    low, high = plot.view[1]
    grip = plot.pixel_of(document.settings.integration.window_nm[0], low + 0.3 * (high - low))
    send(application, plot, QEvent.Type.MouseMove, grip, held=False)
    send(application, plot, QEvent.Type.MouseButtonPress, grip, held=True)
    paints.counts.clear()
    frames = []
    for step in range(STEPS):
        # There and back twice, a new place at every step; it ends where it began.
        shift = 1 + round(REACH_PX * (1.0 - abs(((step / STEPS * 4) % 2) - 1.0)))
        frames.append(frame(application, bindings, paints, plot, grip + QPoint(shift, step % 3)))
    counts = Counter(paints.counts)
    send(application, plot, QEvent.Type.MouseButtonRelease, grip, held=False)
    application.processEvents()
    return Drag(frames, counts)


def frame(application: QApplication, bindings: Bindings, paints: Paints, plot: Plot, point: QPoint) -> Frame:
    """Move the mouse and turn the event loop until its results are there and nothing is painted any more."""
    passes = paints.passes
    cpu, start = thread_time(), perf_counter()
    send(application, plot, QEvent.Type.MouseMove, point, held=True)
    application.processEvents()
    turn_s, seen = perf_counter() - start, passes
    while paints.passes == passes or paints.passes != seen or not is_shown(bindings):
        assert perf_counter() < start + MOST_S, "nothing was painted"
        seen = paints.passes
        application.processEvents()
    return Frame(paints.ended_at - start, turn_s, thread_time() - cpu)


def is_shown(bindings: Bindings) -> bool:
    """Whether the results on screen are those of the document."""
    session = bindings.session
    return session.results is not None and session.results.document is session.document


def report(name: str, drags: list[Drag], benchmark: Callable[..., object]) -> None:
    """Tell the median over the drags of the middle and the 95th percentile of their frames, in ms."""

    def at(percent: int, times: Callable[[Frame], float]) -> float:
        return 1e3 * statistics.median(np.percentile([times(one) for one in run.frames], percent) for run in drags)

    numbers = {
        f"{key}_p{percent}_ms": round(at(percent, times), 2)
        for key, times in (
            ("painted", lambda one: one.painted_s),
            ("turn", lambda one: one.turn_s),
            ("cpu", lambda one: one.cpu_s),
        )
        for percent in (50, 95)
    }
    load = os.getloadavg()[0]
    benchmark.extra_info.update(numbers, load=load, paints=per_frame(drags))
    print(
        f"\n{name}: event → last paint p50 {numbers['painted_p50_ms']:.1f} ms, p95 {numbers['painted_p95_ms']:.1f} ms; "
        f"one turn {numbers['turn_p50_ms']:.1f}, {numbers['turn_p95_ms']:.1f}; "
        f"processor {numbers['cpu_p50_ms']:.1f}, {numbers['cpu_p95_ms']:.1f} (load {load:.1f})"
    )
    print("  paints per frame:", ", ".join(f"{key} {count:.2f}" for key, count in per_frame(drags).items()))


def per_frame(drags: list[Drag]) -> dict[str, float]:
    """Return how often each panel was painted, on average of all frames."""
    total = sum((run.paints for run in drags), Counter())
    return {key: round(count / (STEPS * len(drags)), 2) for key, count in sorted(total.items())}


def measure(name: str, bindings: Bindings, plot: Plot, qapp: QApplication, benchmark: Callable[..., object]) -> None:
    drags: list[Drag] = []
    for dock in bindings.window.workbench.docks.values():
        dock.show()
    settle(qapp, bindings)
    paints = Paints(bindings)

    def once() -> None:
        settle(qapp, bindings)
        drags.append(drag(qapp, bindings, plot, paints))

    benchmark.pedantic(once, rounds=RUNS, warmup_rounds=1)
    report(name, drags[1:], benchmark)
    assert {f"dock {key}" for key in bindings.window.workbench.docks} < set(paints.names)
    # What is dragged is seen at every frame.
    assert all(run.paints[plot.accessibleName()] >= STEPS for run in drags)


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
