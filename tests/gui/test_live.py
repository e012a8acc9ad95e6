"""What stands on screen while results are on their way: newest wins, earlier results under a veil, cancel, steps."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core import Document, analyse
from asplab.gui.bindings import Bindings
from asplab.gui.jobs.runner import Jobs
from asplab.gui.live import lag_words
from asplab.gui.plots.veil import PlotVeil
from asplab.gui.session import ANALYSIS, Session

Until = Callable[..., None]


@pytest.fixture
def session(application: QApplication, measured_document: Document, until: Until) -> Iterator[Session]:
    jobs = Jobs()
    made = Session(jobs)
    made.begin(measured_document)
    until(lambda: made.is_settled)
    yield made
    jobs.close()


def first_key(session: Session) -> str:
    assert session.results is not None
    assert session.results.gathered is not None
    return session.results.gathered.stacks[0].key


def exclude(session: Session, key: str) -> None:
    session.change("Exclude", lambda document: document.excluding(key, "outlier"))


def veils(bound: Bindings) -> list[str]:
    return [layer.words for plot in bound.page.cards for layer in plot.plot.layers if isinstance(layer, PlotVeil)]


# --- newest wins -----------------------------------------------------------------------------------------------
def test_an_edit_gives_up_what_runs_and_starts_the_newer_document(session: Session, until: Until) -> None:
    exclude(session, first_key(session))
    assert session.lag == "computing"
    running = [job for job in session.jobs._running if job.key == ANALYSIS]
    session.history.undo()
    assert all(job.progress.cancelled.is_set() for job in running)
    assert session.lag == ""
    until(lambda: session.is_settled and session.jobs.is_idle)
    assert session.results is not None
    assert session.results.document is session.document


def test_after_a_cascade_of_edits_the_results_are_those_of_a_fresh_analysis(session: Session, until: Until) -> None:
    assert session.results is not None
    assert session.results.gathered is not None
    for stack in session.results.gathered.stacks[:6]:
        exclude(session, stack.key)
    for _ in range(3):
        session.history.undo()
    until(lambda: session.is_settled)
    assert session.document is not None
    assert len(session.document.exclusions.items) == 3
    fresh, found = analyse(session.document), session.results
    assert found.document is session.document
    assert found.efficiency is not None
    assert fresh.efficiency is not None
    assert (found.efficiency.eta == fresh.efficiency.eta).all()
    assert (found.efficiency.eta_error == fresh.efficiency.eta_error).all()
    assert found.problems == fresh.problems


def test_never_more_than_two_analyses_run_at_once(session: Session, until: Until) -> None:
    assert session.results is not None
    assert session.results.gathered is not None
    for stack in session.results.gathered.stacks[:8]:
        exclude(session, stack.key)
        alive = [job for job in session.jobs._running if job.key == ANALYSIS and job.thread is not None]
        assert len(alive) <= 2
    until(lambda: session.is_settled)


def test_a_computation_given_up_leaves_the_old_results_and_says_so(session: Session, until: Until) -> None:
    before = session.results
    exclude(session, first_key(session))
    session.give_up()
    assert session.lag == "given up"
    assert session.results is before
    assert not session.is_settled
    session.recompute()
    until(lambda: session.is_settled)
    assert session.lag == ""
    assert session.results is not before


def test_the_part_done_of_an_analysis_is_told(bound: Bindings, measured_document: Document, until: Until) -> None:
    told: list[float] = []
    bound.jobs.changed.connect(lambda key, _text, part: told.append(part) if key == ANALYSIS and part else None)
    bound.session.begin(measured_document)
    until(lambda: bound.session.is_settled)
    assert told == sorted(told)
    assert told
    assert 0.0 < told[-1] <= 1.0


# --- veils -----------------------------------------------------------------------------------------------------
def test_results_of_earlier_settings_stand_under_a_veil_until_the_new_ones_come(opened: Bindings, until: Until) -> None:
    exclude(opened.session, first_key(opened.session))
    words = lag_words("computing")
    assert veils(opened) == [words] * 4
    paled = {veil.words for widget, veil in opened.live._veils.items() if veil.isVisible()}
    assert paled == {words}
    until(lambda: opened.session.is_settled)
    assert veils(opened) == [""] * 4
    assert not any(veil.isVisible() for veil in opened.live._veils.values())


def test_cancel_ends_the_analysis_and_the_veil_says_how_to_go_on(opened: Bindings, until: Until) -> None:
    exclude(opened.session, first_key(opened.session))
    assert opened.window.status._cancel.isVisible()
    opened.window.status._cancel.click()
    assert opened.session.lag == "given up"
    assert veils(opened) == [lag_words("given up")] * 4
    opened.window.menus.actions["recompute"].trigger()
    until(lambda: opened.session.is_settled)
    assert veils(opened) == [""] * 4


def test_handles_and_fields_follow_the_document_while_its_results_are_awaited(opened: Bindings) -> None:
    exclude(opened.session, first_key(opened.session))
    opened.intents.edit_setting("integration", "window_nm", (430.0, 570.0))
    assert opened.session.lag == "computing"
    assert opened.page.window_handle.region == (430.0, 570.0)
    assert opened.inspector.form is not None
    assert opened.inspector.form._settings.integration.window_nm == (430.0, 570.0)


def test_checks_and_problems_keep_their_numbers_until_the_hand_rests(opened: Bindings, until: Until) -> None:
    told = opened.window.status._problems
    # The data of a new document are told of when its pictures are painted.
    until(lambda: told.text() == "· 1 note")
    checks, problems = opened.inspector.checks_list.checks, told.text()
    opened.intents.drag_window(420.0, 580.0)
    until(lambda: opened.session.results is not None and not opened.session.results.is_at_rest)
    assert opened.inspector.checks_list.checks == checks
    assert told.text() == problems
    (widget,) = opened.inspector.doubted
    assert opened.live._veils[widget].isVisible()
    opened.session.finish_gesture()
    until(lambda: opened.session.is_settled)
    assert not opened.live._veils[widget].isVisible()


# --- steps -----------------------------------------------------------------------------------------------------
def test_arrow_keys_step_temperature_and_excitation_where_nothing_else_wants_them(opened: Bindings) -> None:
    opened.page.setFocus()
    QTest.keyPress(opened.page, Qt.Key.Key_Down)
    assert opened.looking.view.temperature == 1
    QTest.keyPress(opened.page, Qt.Key.Key_Up)
    assert opened.looking.view.temperature == 0
    QTest.keyPress(opened.page, Qt.Key.Key_Right)
    first = opened.looking.view.stack
    QTest.keyPress(opened.page, Qt.Key.Key_Right)
    assert opened.looking.view.stack not in ("", first)
    QTest.keyPress(opened.page, Qt.Key.Key_Left)
    assert opened.looking.view.stack == first


def test_a_field_keeps_its_arrow_keys(opened: Bindings) -> None:
    assert opened.inspector.form is not None
    field = opened.inspector.form.field("transmission", "cutoff_guard_nm")
    QTest.keyPress(field, Qt.Key.Key_Down)
    assert opened.looking.view.temperature == 0


@pytest.mark.parametrize("step", ["ratio", "spectra", "absorption", "polaron"])
def test_a_second_temperature_stands_beside_the_first_and_goes_when_it_is_chosen_again(
    opened: Bindings, until: Until, step: str
) -> None:
    def drawn() -> int:
        page = opened.page.page if step == "polaron" else opened.page
        plots = {"ratio": "line", "spectra": "plot", "absorption": "scan", "polaron": "logit"}
        return len(getattr(page, plots[step]).series)

    opened.looking.choose_step(step)
    until(lambda: drawn() > 0)
    alone = drawn()
    opened.looking.compare(1)
    until(lambda: drawn() == alone + 1)
    opened.looking.compare(1)
    until(lambda: drawn() == alone)


def test_the_menu_offers_the_temperatures_to_compare_with(opened: Bindings, until: Until) -> None:
    names = [action.text() for action in opened.window.menus.comparisons.actions()]
    assert names == ["Nothing", "120 K", "250 K"]
    opened.window.menus.comparisons.actions()[2].trigger()
    assert opened.looking.view.compared == 1
    until(lambda: opened.window.menus.comparisons.actions()[2].isChecked())
