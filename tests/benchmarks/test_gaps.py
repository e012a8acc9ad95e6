"""How long one turn of the event loop keeps the window's thread, for everything that a user does often.

Run by hand: ``python -m pytest tests/benchmarks/test_gaps.py -m benchmark -s``. What is counted is the processor time
of that thread, so that a busy machine does not blame the window; the longest turn of each action is printed.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, sleep, thread_time

import pytest
from benchmarks.base_case import base_document
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication

from asplab.core.document import Document
from asplab.gui.bindings import Bindings
from asplab.gui.excepthook import ExceptHook
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import Appearance
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.panels.polaron.registry import PAGES
from asplab.gui.preferences import Preferences
from asplab.gui.step_list import STEPS
from asplab.gui.window import Window

LONGEST_MS = 50.0
_QUIET_S, _PATIENCE_S = 0.3, 120.0


@pytest.fixture
def bound(qapp: QApplication, tmp_path: Path) -> Iterator[Bindings]:
    window, jobs = Window(), Jobs()
    window.build()
    preferences = Preferences(QSettings(str(tmp_path / "preferences.ini"), QSettings.Format.IniFormat))
    hook = ExceptHook(tmp_path / "state", lambda words: window.banner.report("bad", words))
    bindings = Bindings(window, jobs, Appearance(qapp, "light"), preferences, hook.report)
    window.show()
    qapp.processEvents()
    yield bindings
    hook.remove()
    window.may_close = True
    window.close()
    window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


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
        if not (bindings.session.is_settled and bindings.jobs.is_idle):
            rested = perf_counter()
        sleep(0.0005)
    return 1e3 * longest


def actions(bindings: Bindings, document: Document) -> Iterator[tuple[str, Callable[[], object]]]:
    session, looking = bindings.session, bindings.looking
    yield "open", lambda: session.begin(document)
    for key, _ in (*STEPS[1:], STEPS[0]):
        yield f"first {key}", lambda key=key: looking.choose_step(key)
    yield "temperature", lambda: looking.choose_temperature(5)
    yield "pin", bindings.live.toggle_pin
    edit = bindings.intents.edit_setting
    yield "window", lambda: edit("integration", "window_nm", (410.0, 590.0))
    yield "edge guard", lambda: edit("transmission", "cutoff_guard_nm", 7.0)
    yield "undo", session.history.undo
    assert session.results is not None
    assert session.results.gathered is not None
    key = session.results.gathered.stacks[20].key
    yield "exclude", lambda: session.change("Exclude", lambda document: document.excluding(key, "outlier"))
    yield "undo of exclude", session.history.undo
    looking.choose_step("polaron")
    page = bindings.page
    assert isinstance(page, PolaronPanel)
    for entry in PAGES[1:]:
        yield f"page {entry.key}", lambda entry=entry: page.choose(entry.key)


@pytest.mark.benchmark
def test_no_action_keeps_the_window_waiting(bound, qapp, benchmark, tmp_path):
    document = base_document(tmp_path / "data")
    found: dict[str, float] = {}

    def once() -> None:
        for name, act in actions(bound, document):
            found[name] = longest_turn(qapp, bound, act)

    benchmark.pedantic(once, rounds=1)
    benchmark.extra_info.update(found, load=os.getloadavg()[0])
    slow = {name: round(taken) for name, taken in found.items() if taken > LONGEST_MS}
    print("\nlongest turn, ms: " + ", ".join(f"{name} {taken:.0f}" for name, taken in found.items()))
    print(f"longer than {LONGEST_MS:.0f} ms (load {os.getloadavg()[0]:.1f}): {slow or 'none'}")
