"""The collector of cyclic garbage: what is new is found at once, what is old when nobody waits."""

import gc
from collections.abc import Iterator
from weakref import ref

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from asplab.gui.jobs.garbage import Collector, resume


class Loop:
    """Garbage once it is let go."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def collector(application: QApplication) -> Iterator[Collector]:
    before = gc.get_threshold()
    gc.collect()
    found = Collector(application)
    yield found
    application.applicationStateChanged.disconnect(found._follow)
    gc.set_threshold(*before)


def test_old_garbage_goes_when_the_user_is_elsewhere(application: QApplication, collector: Collector) -> None:
    loop = Loop()
    gc.collect()
    old = ref(loop)
    del loop
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert old() is not None
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert old() is None


def test_new_garbage_goes_without_waiting_for_that(collector: Collector) -> None:
    young = ref(Loop())
    kept = [[number] for number in range(20_000)]
    assert young() is None
    assert len(kept) == 20_000


def test_after_a_long_pause_nothing_is_looked_at_and_nothing_is_frozen() -> None:
    gc.collect()
    gc.disable()
    kept = [[number] for number in range(20_000)]
    collections = gc.get_stats()[0]["collections"]
    resume()
    assert gc.isenabled()
    assert gc.get_count()[0] < 1_000
    assert gc.get_freeze_count() == 0
    assert gc.get_stats()[0]["collections"] - collections <= 1
    assert len(kept) == 20_000


def test_what_another_part_keeps_frozen_stays_frozen() -> None:
    gc.freeze()
    frozen = gc.get_freeze_count()
    gc.disable()
    kept = [[number] for number in range(20_000)]
    resume()
    assert gc.get_freeze_count() >= frozen - 100
    gc.unfreeze()
    assert len(kept) == 20_000
