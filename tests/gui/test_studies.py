"""Slow outcomes: each belongs to its document, the newest wins, and one that was given up is not tried unasked."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from asplab.core import Results
from asplab.core.errors import AnalysisError
from asplab.core.progress import Progress
from asplab.gui.bindings import Bindings
from asplab.gui.jobs.studies import Studies
from asplab.gui.jobs.study import Study

pytestmark = pytest.mark.usefixtures("afresh")

Until = Callable[..., None]


def window_edge(results: Results, request: Any, progress: Progress) -> tuple[float, Any]:
    """Return something that depends on the document and on what is asked."""
    return results.document.settings.integration.window_nm[1], request


QUICK = Study("quick", "Doing something", window_edge, ignores=("models",))


@pytest.fixture
def studies(opened: Bindings) -> Studies:
    return Studies(opened.jobs, str, opened)


def results_of(opened: Bindings) -> Results:
    assert opened.session.results is not None
    return opened.session.results


def edit(opened: Bindings, until: Until, upper_nm: float) -> None:
    opened.intents.edit_setting("integration", "window_nm", (400.0, upper_nm))
    until(lambda: opened.session.is_settled)


def test_an_outcome_is_of_earlier_settings_after_an_edit_and_current_again_after_undo(
    opened: Bindings, studies: Studies, until: Until
) -> None:
    studies.run(QUICK, results_of(opened), 7)
    until(lambda: opened.jobs.is_idle)
    state = studies.state(QUICK, results_of(opened).document, 7)
    assert (state.value, state.is_current) == ((600.0, 7), True)
    edit(opened, until, 590.0)
    state = studies.state(QUICK, results_of(opened).document, 7)
    assert (state.value, state.is_current) == ((600.0, 7), False)
    opened.session.history.undo()
    until(lambda: opened.session.is_settled)
    assert studies.state(QUICK, results_of(opened).document, 7).is_current
    assert not studies.state(QUICK, results_of(opened).document, 8).is_current


def test_settings_that_a_study_ignores_leave_its_outcome_current(
    opened: Bindings, studies: Studies, until: Until
) -> None:
    studies.run(QUICK, results_of(opened))
    until(lambda: opened.jobs.is_idle)
    opened.intents.edit_setting("models", "compared", ("eq9",))
    until(lambda: opened.session.is_settled)
    assert studies.state(QUICK, results_of(opened).document).is_current


def test_the_newest_job_of_a_study_wins(opened: Bindings, studies: Studies, until: Until) -> None:
    may_end = Event()

    def work(results: Results, request: Any, progress: Progress) -> Any:
        if request == "old":
            may_end.wait(10.0)
        return request

    study = Study("slow", "Being slow", work)
    studies.run(study, results_of(opened), "old")
    assert studies.state(study, results_of(opened).document, "old").is_running
    studies.run(study, results_of(opened), "new")
    until(lambda: studies.state(study, results_of(opened).document, "new").is_current)
    may_end.set()
    until(lambda: opened.jobs.is_idle)
    state = studies.state(study, results_of(opened).document, "new")
    assert state.value == "new"
    assert state.is_current


def test_what_was_cancelled_is_not_tried_again_unasked_but_runs_when_wanted(
    opened: Bindings, studies: Studies, until: Until
) -> None:
    may_end = Event()

    def work(results: Results, request: Any, progress: Progress) -> int:
        may_end.wait(10.0)
        progress.step(0, 1, "waiting")
        return 1

    study, document = Study("long", "Waiting", work, follows=True), results_of(opened).document
    studies.follow(study, results_of(opened))
    studies.cancel()
    may_end.set()
    until(lambda: opened.jobs.is_idle)
    assert studies.state(study, document).failure == "Cancelled."
    studies.follow(study, results_of(opened))
    assert not studies.state(study, document).is_running
    studies.run(study, results_of(opened))
    until(lambda: opened.jobs.is_idle)
    assert studies.state(study, document).value == 1
    assert studies.state(study, document).failure == ""


def test_a_failure_is_told_and_not_tried_again_for_the_same_document(
    opened: Bindings, studies: Studies, until: Until
) -> None:
    count = []

    def work(results: Results, request: Any, progress: Progress) -> None:
        count.append(1)
        raise AnalysisError("too few points. Measure more.")

    study = Study("failing", "Failing", work, follows=True)
    for _ in range(3):
        studies.follow(study, results_of(opened))
        until(lambda: opened.jobs.is_idle)
    assert len(count) == 1
    assert studies.state(study, results_of(opened).document).failure == "too few points. Measure more."
    edit(opened, until, 590.0)
    studies.follow(study, results_of(opened))
    until(lambda: opened.jobs.is_idle)
    assert len(count) == 2


def test_an_outcome_of_closed_data_is_not_shown_at_all(opened: Bindings, studies: Studies, until: Until) -> None:
    studies.run(QUICK, results_of(opened))
    until(lambda: opened.jobs.is_idle)
    document = results_of(opened).document
    other = replace(document, experiment=replace(document.experiment, name="another"))
    assert studies.state(QUICK, other).outcome is None


def test_a_running_study_is_cancelled_in_the_status_line(opened: Bindings, until: Until) -> None:
    began = Event()

    def work(results: Results, request: Any, progress: Progress) -> None:
        began.set()
        while True:
            progress.step(1, 4, "waiting")

    study, studies = Study("endless", "Waiting for ever", work), opened.theory.studies
    studies.run(study, results_of(opened))
    status = opened.window.status
    cancel = next(button for button in status.findChildren(QToolButton) if button.text() == "Cancel")
    until(lambda: cancel.isVisible() and began.is_set())
    assert status._job.text() == "Waiting for ever"
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    until(lambda: opened.jobs.is_idle)
    assert not cancel.isVisible()
    assert studies.state(study, results_of(opened).document).failure == "Cancelled."
