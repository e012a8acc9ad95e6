"""The session: one undo step for every change, results that follow, and drags that never lag behind."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from time import monotonic

import pytest
from PySide6.QtWidgets import QApplication

from asplab.core import Document, Results
from asplab.core.document import Scenario
from asplab.core.errors import SettingsError
from asplab.core.scenarios import free_name
from asplab.gui.edits import (
    change_setting,
    keep_fit,
    move_background,
    move_baseline,
    move_cutoff,
    move_window,
    setting_words,
)
from asplab.gui.jobs.runner import Jobs
from asplab.gui.session import Session

Until = Callable[..., None]


@pytest.fixture
def session(application: QApplication, measured_document: Document, until: Until) -> Iterator[Session]:
    jobs = Jobs()
    made = Session(jobs)
    made.begin(measured_document)
    until(lambda: made.is_settled)
    yield made
    jobs.close()


def moved(document: Document, low: float, high: float = 580.0) -> Document:
    return move_window(document, low_nm=low, high_nm=high)


def window_of(session: Session) -> tuple[float, float]:
    assert session.document is not None
    return session.document.settings.integration.window_nm


def test_a_fresh_document_has_results_with_intervals_and_nothing_to_undo(session: Session) -> None:
    assert session.results is not None
    assert session.results.document is session.document
    assert session.results.intervals is not None
    assert not session.history.canUndo()
    assert not session.is_modified


def test_an_edit_is_one_step_and_its_results_stand_at_once(session: Session) -> None:
    before = session.document
    assert before is not None
    session.edit("Move window", moved(before, 470.0))
    assert session.results is not None
    assert session.results.document is session.document
    assert session.results.document.settings.integration.window_nm == (470.0, 580.0)
    assert session.results.efficiency is not None
    assert session.history.undoText() == "Move window"
    session.history.undo()
    assert session.document is before
    session.history.redo()
    assert window_of(session) == (470.0, 580.0)


def test_a_light_edit_shows_first_order_errors_and_intervals_follow_when_the_hand_rests(
    session: Session, until: Until
) -> None:
    assert session.document is not None
    session.edit("Move window", moved(session.document, 470.0))
    assert session.results is not None
    assert session.results.intervals is None
    until(lambda: session.is_settled)
    assert session.results.intervals is not None


def test_the_edits_of_one_gesture_are_one_step_and_the_next_gesture_is_another(session: Session) -> None:
    for low in (470.0, 471.0, 472.0):
        session.change("Move window", partial(moved, low=low), gesture="window")
    assert session.history.count() == 1
    session.finish_gesture()
    session.change("Move window", partial(moved, low=480.0), gesture="window")
    assert session.history.count() == 2
    session.history.undo()
    assert window_of(session) == (472.0, 580.0)
    session.history.undo()
    assert window_of(session) == (400.0, 600.0)


def test_different_gestures_do_not_merge(session: Session) -> None:
    session.change("Move window", partial(moved, low=470.0), gesture="window")
    session.change("Move baseline region", partial(move_baseline, from_mev=230.0, to_mev=290.0), gesture="baseline")
    assert session.history.count() == 2


def test_of_many_wishes_only_the_latest_is_computed(session: Session, application: QApplication) -> None:
    computed: list[Results] = []
    session.results_changed.connect(computed.append)
    for low in range(450, 480):
        session.drag("Move window", partial(moved, low=float(low)), "window")
    assert computed == []
    application.processEvents()
    assert len(computed) == 1
    assert window_of(session) == (479.0, 580.0)


def test_finishing_a_drag_grants_the_last_wish_first(session: Session) -> None:
    session.drag("Move window", partial(moved, low=470.0), "window")
    session.finish_gesture()
    assert window_of(session) == (470.0, 580.0)
    session.drag("Move window", partial(moved, low=475.0), "window")
    session.finish_gesture()
    assert session.history.count() == 2


def test_an_impossible_change_is_refused_with_its_reason_and_changes_nothing(session: Session) -> None:
    reasons: list[str] = []
    session.refused.connect(reasons.append)
    session.change("Move window", partial(moved, low=590.0, high=580.0))
    assert reasons == ["Integration window: 590.0 nm must lie below 580.0 nm."]
    assert session.history.count() == 0


def test_undo_back_to_the_saved_document_leaves_nothing_to_save(session: Session, measured_document: Document) -> None:
    session.edit("Move window", moved(measured_document, 470.0))
    assert session.is_modified
    session.history.undo()
    assert not session.is_modified


def kept(document: Document, name: str, when: int = 0) -> Scenario:
    found = datetime(2026, 3, 1, 12, when, tzinfo=UTC)
    return Scenario(name, document.settings, document.exclusions, f"found by {name}", found)


def test_a_kept_fit_is_one_step_that_computes_nothing_and_keeps_intervals(session: Session) -> None:
    before = session.results
    assert before is not None
    assert session.document is not None
    session.change("Keep Fit 1", partial(keep_fit, fit=kept(session.document, "Fit 1")))
    assert session.history.count() == 1
    assert session.is_modified
    assert session.results is not None
    assert session.results.polaron is before.polaron
    assert session.results.intervals is not None
    assert session.is_settled
    session.history.undo()
    assert session.document.scenarios == ()
    assert not session.is_modified


def test_a_fit_of_the_same_inputs_gives_way_but_leaves_its_name(measured_document: Document) -> None:
    once = keep_fit(measured_document, kept(measured_document, "Fit 1"))
    other = keep_fit(once, kept(measured_document, "Fit 2", when=5))
    assert [(fit.name, fit.summary) for fit in other.scenarios] == [("Fit 1", "found by Fit 2")]
    assert free_name([once, other], "Fit") == "Fit 2"


def test_what_touches_raw_data_is_computed_beside_the_window_and_the_newest_wins(
    session: Session, until: Until
) -> None:
    assert session.results is not None
    assert session.results.gathered is not None
    first, second = (stack.key for stack in session.results.gathered.stacks[:2])
    before = session.results
    session.change("Exclude", lambda document: document.excluding(first, "outlier"))
    session.change("Exclude", lambda document: document.excluding(second, "drift"))
    assert session.results is before
    assert not session.is_settled
    until(lambda: session.is_settled)
    assert session.results.document is session.document
    assert len(session.results.document.exclusions.items) == 2
    session.history.undo()
    session.history.undo()
    until(lambda: session.is_settled)
    assert session.results.document.exclusions.items == ()


def test_beginning_another_document_forgets_the_history(session: Session, measured_document: Document) -> None:
    session.edit("Move window", moved(measured_document, 470.0))
    session.begin(None)
    assert session.document is None
    assert session.results is None
    assert not session.history.canUndo()


def test_a_failing_stage_leaves_results_with_a_problem_and_undo_brings_them_back(session: Session) -> None:
    assert session.document is not None
    fixed = replace(session.document.settings.efficiency, quantum_yield="fixed")
    session.edit("Fix QY", session.document.with_settings(efficiency=fixed))
    assert session.results is not None
    assert session.results.efficiency is None
    assert session.results.emission is not None
    assert any(problem.severity == "error" for problem in session.results.problems)
    session.history.undo()
    assert session.results.efficiency is not None


def test_an_unexpected_exception_is_told_and_the_session_computes_on(session: Session, until: Until) -> None:
    told: list[Exception] = []
    session.broken.connect(told.append)
    assert session.document is not None
    # A record that no stage can read stands for any bug in a stage.
    broken = session.document.with_settings(corrections=replace(session.document.settings.corrections))
    poisoned = replace(broken, experiment=replace(broken.experiment, spectra=(object(),)))  # type: ignore[arg-type]
    session.edit("Break", poisoned)
    until(lambda: told)
    session.history.undo()
    until(lambda: session.is_settled)
    assert session.results is not None
    assert session.results.is_complete


def test_a_moved_cutoff_replaces_the_earlier_place_of_the_same_filter(measured_document: Document) -> None:
    once = move_cutoff(measured_document, "shortpass", 521.0, 519.0)
    twice = move_cutoff(move_cutoff(once, "longpass", 521.0, 523.0), "shortpass", 521.1, 518.0)
    places = {(moved.side, moved.cutoff_nm) for moved in twice.settings.transmission.moved_cutoffs}
    assert places == {("longpass", 523.0), ("shortpass", 518.0)}


def test_background_windows_are_moved_added_and_refused_out_of_turn(measured_document: Document) -> None:
    added = move_background(measured_document, 0, 420.0, 440.0)
    assert added.settings.background.windows_nm == ((420.0, 440.0),)
    assert move_background(added, 0, 425.0, 440.0).settings.background.windows_nm == ((425.0, 440.0),)
    with pytest.raises(SettingsError, match="window 3 does not exist; there are 1"):
        move_background(added, 2, 425.0, 440.0)


def test_an_unknown_setting_is_refused_by_name(measured_document: Document) -> None:
    with pytest.raises(SettingsError, match="no field 'colour'"):
        change_setting(measured_document, "baseline", "colour", "red")
    with pytest.raises(SettingsError, match="no record 'coffee'"):
        change_setting(measured_document, "coffee", "strength", 3)


def test_the_undo_menu_names_a_setting_without_its_unit() -> None:
    assert setting_words("cutoff_guard_nm") == "cutoff guard"
    assert setting_words("shape") == "shape"


def test_after_the_end_nothing_is_computed(session: Session, until: Until) -> None:
    assert session.document is not None
    session.edit("Move window", moved(session.document, 470.0))
    session.jobs.close()
    before = session.results
    deadline = monotonic() + 0.3
    until(lambda: monotonic() > deadline)
    assert session.jobs.is_idle
    assert session.results is before
