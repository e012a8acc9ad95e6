"""The list of problems: one entry a cause, words wrapped, every place a way to what is meant."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea

from asplab.core.problems import Problem
from asplab.gui.bindings import Bindings
from asplab.gui.problem_list import Cause, causes_of
from asplab.gui.step_list import STEPS
from asplab.gui.tree.nodes import Node
from asplab.gui.words.places import find_place

Until = Callable[..., None]
SATURATED = "{} pixels of 1340 are saturated. Measure again with a shorter exposure."


def test_messages_that_differ_in_numbers_only_have_one_cause() -> None:
    problems = [
        Problem("warning", "a.csv", SATURATED.format(12)),
        Problem("info", "80 K", "nothing to worry about"),
        Problem("warning", "b.csv", SATURATED.format(400)),
        Problem("error", "c.csv", "is empty. Export it again."),
        Problem("error", "d.csv", "is empty. Export it again."),
    ]
    assert causes_of(problems, "demo") == [
        Cause("bad", "is empty. Export it again.", (("c.csv", ""), ("d.csv", ""))),
        Cause(
            "warn",
            "… pixels of 1340 are saturated. Measure again with a shorter exposure.",
            (("a.csv", "12"), ("b.csv", "400")),
        ),
        Cause("info", "nothing to worry about", (("80 K", ""),)),
    ]


def test_messages_that_differ_in_more_than_numbers_stand_beside_their_places() -> None:
    problems = [Problem("error", f"{name}.csv", f"'x/{name}.csv' is not there.") for name in ("a", "b")]
    wanted = (("a.csv", "'x/a.csv' is not there."), ("b.csv", "'x/b.csv' is not there."))
    assert causes_of(problems, "demo") == [Cause("bad", "", wanted)]


def test_file_names_with_and_without_a_second_number_share_a_cause() -> None:
    problems = [Problem("error", f"{name}.csv", f"'x/{name}.csv' is not there.") for name in ("80-1", "801")]
    assert [len(cause.places) for cause in causes_of(problems, "demo")] == [2]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("250 K", {"temperature": 1, "stack": "", "record": ""}),
        ("R & QY", {"step": "ratio"}),
        ("250 K, PL 450.0 nm", {"step": "spectra", "temperature": 1, "stack": "pl|250", "record": ""}),
        (
            "b/pl_1.csv (manifest line 7)",
            {"step": "spectra", "temperature": 1, "stack": "pl|250", "record": "b/pl_1.csv"},
        ),
        ("b/pa.csv", {"step": "absorption", "temperature": 1, "stack": "", "record": "b/pa.csv"}),
        ("gone.csv (manifest line 9)", {}),
    ],
)
def test_a_place_is_found_by_what_messages_call_it(where: str, found: dict[str, object]) -> None:
    root = Node("root", "", "", -1)
    warm = root.add(Node("temperature", "T1", "250 K", 1))
    group = warm.add(Node("group", "pl 1", "PL", 1))
    stack = group.add(Node("stack", "pl|250", "450 nm", 1, stack="pl|250", label="250 K, PL 450.0 nm"))
    stack.add(Node("record", "b/pl_1.csv", "repeat 1", 1, stack="pl|250"))
    warm.add(Node("group", "PA 1", "PA", 1)).add(Node("record", "b/pa.csv", "repeat 1", 1))
    assert find_place(where, root, ["120 K", "250 K"], STEPS) == found


@pytest.fixture
def troubled(opened: Bindings) -> Bindings:
    """The window with problems of three causes: with the data, with a temperature and many of one kind."""
    results = opened.session.results
    assert results is not None
    assert results.gathered is not None
    stack = next(stack for stack in results.gathered.stacks if stack.temperature == 1)
    problems = (
        Problem(
            "error", stack.members[1].where, "is saturated at its peak. Measure again with a shorter exposure. " * 3
        ),
        Problem("warning", "250 K", "the Stokes points do not lie on one line."),
        *(Problem("warning", f"gone_{i}.csv", f"line {i} holds {i + 3} numbers. Export it again.") for i in range(300)),
    )
    opened.session._show(replace(results, problems=problems))
    QApplication.processEvents()
    QTest.mouseClick(opened.window.status._problems, Qt.MouseButton.LeftButton)
    return opened


def rows(bound: Bindings) -> list[tuple[str, ...]]:
    return [row.cells for row in bound.problems.table.rows]


def click_row(bound: Bindings, index: int) -> None:
    table = bound.problems.table
    QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=table.row_box(index).center().toPoint())
    QApplication.processEvents()


def test_the_list_has_a_row_a_cause_the_gravest_first_and_stays(troubled: Bindings) -> None:
    assert troubled.problems.dock.isVisible()
    assert [(cells[0], cells[3]) for cells in rows(troubled)] == [
        ("✕ error", "1"),
        ("! warning", "1"),
        ("! warning", "300"),
    ]
    click_row(troubled, 1)
    assert troubled.problems.dock.isVisible()


def test_the_words_of_the_chosen_cause_wrap_and_scroll(troubled: Bindings) -> None:
    click_row(troubled, 2)
    told = troubled.problems.told
    assert "gone_299.csv" in told.text()
    assert told.height() >= told.heightForWidth(told.width())
    scroll = told.parentWidget().parentWidget()
    assert isinstance(scroll, QScrollArea)
    assert told.width() <= scroll.viewport().width()
    assert scroll.verticalScrollBar().maximum() > 0


def test_a_click_on_a_row_goes_to_the_file(troubled: Bindings) -> None:
    assert troubled.looking.view.temperature == 0
    click_row(troubled, 0)
    assert troubled.looking.view.step == "spectra"
    assert troubled.looking.view.temperature == 1
    troubled.live.sides.act_now()
    assert troubled.tree.model.node(troubled.tree.view.currentIndex()).key == troubled.looking.view.record != ""


def test_a_click_on_a_temperature_stays_on_the_step(troubled: Bindings) -> None:
    click_row(troubled, 1)
    assert troubled.looking.view.temperature == 1
    assert troubled.looking.view.step == "overview"


def test_a_link_leads_to_one_place_of_many(troubled: Bindings) -> None:
    click_row(troubled, 1)
    troubled.looking.choose_temperature(0)
    QTest.mouseClick(troubled.problems.told, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    QApplication.processEvents()
    assert troubled.looking.view.temperature == 1


def test_a_place_that_nothing_shows_is_told_so(troubled: Bindings) -> None:
    click_row(troubled, 2)
    assert "gone_0.csv" in troubled.window.status.hint


def test_what_is_only_worth_knowing_can_be_reached_too(opened: Bindings) -> None:
    results = opened.session.results
    assert results is not None
    opened.session._show(replace(results, problems=(Problem("info", "250 K", "is warm."),)))
    QApplication.processEvents()
    opened.live.sides.flush()
    button = opened.window.status._problems
    assert (button.text(), button.isVisible()) == ("· 1 note", True)


def test_a_click_on_a_check_goes_to_what_it_is_about(opened: Bindings) -> None:
    checks = opened.inspector.checks_list
    index = next(i for i, check in enumerate(checks.checks) if check.place == "R & QY")
    QTest.mouseClick(checks, Qt.MouseButton.LeftButton, pos=checks.check_box(index).center())
    assert opened.looking.view.step == "ratio"


def test_the_keyboard_reaches_every_check_and_goes_there(opened: Bindings) -> None:
    checks = opened.inspector.checks_list
    index = next(i for i, check in enumerate(checks.checks) if check.place == "Polaron › checks")
    checks.setFocus()
    for _ in range(index):
        QTest.keyClick(checks, Qt.Key.Key_Down)
    QTest.keyClick(checks, Qt.Key.Key_Return)
    assert opened.looking.view.step == "polaron"
    assert opened.page.page_key == "checks"


def test_a_range_that_differs_is_one_number_with_its_unit() -> None:
    text = "the detector is saturated at {} nm (65535 counts): these are left out."
    problems = [
        Problem("warning", place, text.format(own)) for place, own in (("a", "507.5-520.2"), ("b", "480.0-481.3"))
    ]
    (cause,) = causes_of(problems, "demo")
    assert cause.text == text.format("…")
    assert cause.places == (("a", "507.5-520.2 nm"), ("b", "480.0-481.3 nm"))


def test_several_numbers_of_a_place_keep_the_words_between_them() -> None:
    text = "Eq. 9 does not describe η (χ² {} for {} degrees of freedom): look at the residuals."
    problems = [
        Problem("warning", place, text.format(*own)) for place, own in (("120 K", (302.3, 5)), ("180 K", (12131.5, 6)))
    ]
    (cause,) = causes_of(problems, "demo")
    wanted = (("120 K", "χ² 302.3 for 5 degrees of freedom"), ("180 K", "χ² 12131.5 for 6 degrees of freedom"))
    assert cause.places == wanted


def test_a_true_minus_sign_stays_with_its_number() -> None:
    problems = [Problem("warning", place, f"the signal is {own} here") for place, own in (("a", "-3"), ("b", "4"))]
    (cause,) = causes_of(problems, "demo")
    assert cause.places == (("a", "-3"), ("b", "4"))
