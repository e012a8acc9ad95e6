"""The table of an import: neighbours of one gesture merge into one step, which keeps nothing of those between."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from asplab.core.importing.table import ImportTable
from asplab.gui.importing.marks import Marked, marked
from asplab.gui.importing.table_session import TableSession
from asplab.gui.jobs.runner import Jobs


@pytest.fixture
def session(application: QApplication) -> Iterator[TableSession]:
    made = TableSession(Jobs())
    made.begin(marked(ImportTable(Path())))
    yield made
    made.close()


def tables() -> int:
    gc.collect()
    return sum(isinstance(one, Marked) for one in gc.get_objects())


def test_steps_of_one_gesture_are_one_and_keep_no_table_between(session: TableSession) -> None:
    first = session.state
    before = tables()
    for _ in range(30):
        assert session.edit("Type", replace, "typing")
    assert session.history.count() == 1
    assert tables() == before + 1
    session.history.undo()
    assert session.state is first


def test_a_finished_gesture_begins_another_step(session: TableSession) -> None:
    session.edit("Type", replace, "typing")
    session.finish_gesture()
    session.edit("Type", replace, "typing")
    assert session.history.count() == 2
