"""How long one turn of the event loop keeps the window's thread, for everything that a user does often.

Run by hand: ``python -m pytest tests/benchmarks/test_gaps.py -m benchmark -s``. What is counted is processor time, so
that a busy machine does not blame the window: that of the window's thread in a turn, and that of the jobs while the
window wants its turn but they hold the interpreter. The longest of each action is printed.
"""

import gc
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import clock_gettime, perf_counter, pthread_getcpuclockid, sleep, thread_time

import pytest
from benchmarks.base_case import base_document
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication

from asplab.core.document import Document
from asplab.gui.bindings import Bindings
from asplab.gui.excepthook import ExceptHook
from asplab.gui.files.recovery import Recovery
from asplab.gui.jobs.garbage import Collector
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import Appearance
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.panels.polaron.registry import PAGES
from asplab.gui.preferences import Preferences
from asplab.gui.step_list import MORE, STEPS
from asplab.gui.widgets.setting_help import SettingLine
from asplab.gui.window import Window

LONGEST_MS = 50.0
_QUIET_S, _PATIENCE_S = 0.3, 300.0
Action = tuple[str, Callable[[], object]]


@pytest.fixture
def bound(qapp: QApplication, tmp_path: Path) -> Iterator[Bindings]:
    window, jobs, thresholds = Window(), Jobs(), gc.get_threshold()
    window.build()
    preferences = Preferences(QSettings(str(tmp_path / "preferences.ini"), QSettings.Format.IniFormat))
    hook = ExceptHook(tmp_path / "state", lambda words: window.banner.report("bad", words))
    bindings = Bindings(window, jobs, Appearance(qapp, "light"), preferences, hook.report)
    collector = Collector(qapp)
    window.show()
    qapp.processEvents()
    yield bindings
    hook.remove()
    collector.deleteLater()
    gc.set_threshold(*thresholds)
    window.may_close = True
    window.close()
    window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def work_s() -> dict[int, float]:
    """Return the processor time of every thread of a job."""
    found = {}
    for thread in threading.enumerate():
        if thread.name.startswith("asplab-") and thread.ident is not None:
            try:
                found[thread.ident] = clock_gettime(pthread_getcpuclockid(thread.ident))
            except OSError:
                continue  # it has just ended
    return found


def rest() -> float:
    """Leave the jobs a moment; return how long the longest of them kept the interpreter for itself, in s."""
    before = work_s()
    sleep(0.0005)
    after = work_s()
    return max((after[key] - before[key] for key in after.keys() & before.keys()), default=0.0)


def longest_turn(application: QApplication, bindings: Bindings, act: Callable[[], object]) -> float:
    """Return the processor time, in ms, of the longest turn from an action until all rests."""
    start = thread_time()
    act()
    longest = thread_time() - start
    deadline, rested = perf_counter() + _PATIENCE_S, perf_counter()
    while perf_counter() - rested < _QUIET_S:
        assert perf_counter() < deadline
        start = thread_time()
        application.processEvents()
        longest = max(longest, thread_time() - start)
        longest = max(longest, rest())
        if not (bindings.session.is_settled and bindings.jobs.is_idle and bindings.appearance.turns.is_idle):
            rested = perf_counter()
    return 1e3 * longest


def edits(bindings: Bindings) -> Iterator[Action]:
    session, looking, edit = bindings.session, bindings.looking, bindings.intents.edit_setting
    yield "temperature", lambda: looking.choose_temperature(5)
    yield "pin", bindings.live.toggle_pin
    yield "window", lambda: edit("integration", "window_nm", (410.0, 590.0))
    yield "edge guard", lambda: edit("transmission", "cutoff_guard_nm", 7.0)
    yield "undo", session.history.undo
    yield "exclude", lambda: session.change("Exclude", lambda document: document.excluding(a_stack(bindings), "odd"))
    yield "undo of exclude", session.history.undo


def a_stack(bindings: Bindings) -> str:
    results = bindings.session.results
    assert results is not None
    assert results.gathered is not None
    return results.gathered.stacks[20].key


def polaron_pages(bindings: Bindings) -> Iterator[Action]:
    bindings.looking.choose_step("polaron")
    page = bindings.page
    assert isinstance(page, PolaronPanel)
    for entry in PAGES[1:]:
        yield f"page {entry.key}", lambda entry=entry: page.choose(entry.key)


def helps(bindings: Bindings) -> Iterator[Action]:
    line = next(line for line in bindings.window.findChildren(SettingLine) if line.isVisible())
    yield "F1", lambda: line.mark.wanted.emit(True)
    yield "F1 again", lambda: line.mark.wanted.emit(True)
    bindings.help.setting.leave()
    yield "guide", bindings.help.open_guide
    yield "guide page", lambda: bindings.help.open_guide("corrections-step")
    guide = bindings.help.guide
    assert guide is not None
    guide.close()
    yield "keys", bindings.help.open_keys
    bindings.help.key_list.close()
    yield "tour", lambda: bindings.tour.begin(is_ready=True)
    bindings.tour.leave()


def keeping(bindings: Bindings, folder: Path) -> Iterator[Action]:
    recovery = Recovery(
        folder, bindings.window, bindings.session, bindings.jobs, bindings.files, bindings.messages, keep_ms=10**6
    )
    edit = bindings.intents.edit_setting
    edit("integration", "window_nm", (411.0, 590.0))
    yield "keep data", recovery.keep
    edit("integration", "window_nm", (412.0, 590.0))
    yield "keep settings", recovery.keep


def opening(bindings: Bindings, document: Document) -> Iterator[Action]:
    excluding = document.excluding(a_stack(bindings), "odd")
    renewed = replace(excluding, experiment=replace(document.experiment, name="again"))
    yield "open again", lambda: bindings.session.begin(replace(document))
    yield "open with exclusions", lambda: bindings.session.begin(renewed)


def actions(bindings: Bindings, document: Document, folder: Path) -> Iterator[Action]:
    looking = bindings.looking
    yield "open", lambda: bindings.session.begin(document)
    for key, _ in (*STEPS[1:], *MORE, STEPS[0]):
        yield f"first {key}", lambda key=key: looking.choose_step(key)
    yield from edits(bindings)
    yield from polaron_pages(bindings)
    for mode in ("dark", "light"):
        yield f"theme {mode}", lambda mode=mode: bindings.choose_mode(mode)
    yield from helps(bindings)
    yield "problems", bindings.leading.open_problems
    yield from keeping(bindings, folder)
    yield from opening(bindings, document)


@pytest.mark.benchmark
def test_no_action_keeps_the_window_waiting(bound, qapp, benchmark, tmp_path):
    document = base_document(tmp_path / "data")
    found: dict[str, float] = {}

    def once() -> None:
        for name, act in actions(bound, document, tmp_path / "kept"):
            found[name] = longest_turn(qapp, bound, act)

    benchmark.pedantic(once, rounds=1)
    benchmark.extra_info.update(found, load=os.getloadavg()[0])
    slow = {name: round(taken) for name, taken in found.items() if taken > LONGEST_MS}
    print("\nlongest turn, ms: " + ", ".join(f"{name} {taken:.0f}" for name, taken in found.items()))
    print(f"longer than {LONGEST_MS:.0f} ms (load {os.getloadavg()[0]:.1f}): {slow or 'none'}")
