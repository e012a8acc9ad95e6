"""The list of problems: one entry a cause, words wrapped, every place a way to what is meant."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

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


def labels(bound: Bindings) -> list[QLabel]:
    return [label for label in bound.problems.findChildren(QLabel) if label.wordWrap()]


def click_link(label: QLabel) -> None:
    """Click where a link of the label starts: it stands first."""
    QTest.mouseClick(label, Qt.MouseButton.LeftButton, pos=QPoint(8, label.fontMetrics().height() // 2))
    QApplication.processEvents()


def test_the_list_groups_wraps_scrolls_and_stays_inside_the_window(troubled: Bindings) -> None:
    popup, window = troubled.problems, troubled.window
    assert popup.isVisible()
    assert [len(cause.places) for cause in popup.causes] == [1, 1, 300]
    assert window.geometry().contains(popup.geometry())
    assert popup.height() > window.height() / 2
    scroll = popup.findChild(QScrollArea)
    assert scroll.widget().width() <= scroll.viewport().width()
    assert scroll.verticalScrollBar().maximum() > 0
    assert all(label.height() >= label.heightForWidth(label.width()) for label in labels(troubled))
    popup.close()


def test_a_click_on_a_place_goes_to_the_file(troubled: Bindings) -> None:
    assert troubled.looking.view.temperature == 0
    click_link(labels(troubled)[0])
    assert not troubled.problems.isVisible()
    assert troubled.looking.view.step == "spectra"
    assert troubled.looking.view.temperature == 1
    assert troubled.tree.model.node(troubled.tree.view.currentIndex()).key == troubled.looking.view.record != ""


def test_a_click_on_a_temperature_stays_on_the_step(troubled: Bindings) -> None:
    click_link(labels(troubled)[1])
    assert troubled.looking.view.temperature == 1
    assert troubled.looking.view.step == "overview"
