"""The experiment tree: what was measured, what is selected, what is excluded and why."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core import Document
from asplab.core.document import Exclusions
from asplab.core.grouping.stage import gather
from asplab.core.problems import Problem
from asplab.core.settings import GroupingSettings
from asplab.gui.bindings import Bindings
from asplab.gui.tree.nodes import Node, build_nodes

Until = Callable[..., None]


def rows(bound: Bindings, parent: QModelIndex | None = None) -> list[str]:
    model = bound.tree.model
    above = QModelIndex() if parent is None else parent
    return [model.data(model.index(row, 0, above)) for row in range(model.rowCount(above))]


def node_of(bound: Bindings, key: str) -> Node:
    return next(node for node in bound.tree.model.root.walk() if node.key == key)


def first(bound: Bindings, kind: str) -> Node:
    return next(node for node in bound.tree.model.root.walk() if node.kind == kind)


def select(bound: Bindings, node: Node, application: QApplication) -> None:
    bound.tree.view.setCurrentIndex(bound.tree.model.index_of(node))
    application.processEvents()


def exclude_with_keys(bound: Bindings, node: Node, application: QApplication, until: Until) -> None:
    select(bound, node, application)
    bound.tree.view.setFocus()
    QTest.keyClick(bound.window, Qt.Key.Key_X)
    bound.tree.reasons.buttons["outlier"].setFocus()
    QTest.keyClick(bound.tree.reasons.buttons["outlier"], Qt.Key.Key_Return)
    until(lambda: bound.session.is_settled)


def test_every_temperature_has_its_conditions_below_it(opened: Bindings) -> None:
    assert rows(opened) == ["120 K", "250 K"]
    top = opened.tree.model.index(1, 0)
    assert rows(opened, top) == ["PL · 7 excitations × 4", "ASPL · 12 excitations × 4", "PA · 4 scans"]
    conditions = rows(opened, opened.tree.model.index(0, 0, top))
    assert len(conditions) == 7
    assert all(text.endswith("nm · 4 repeats") for text in conditions)


def test_selecting_a_condition_selects_its_temperature_too(opened: Bindings, application: QApplication) -> None:
    node = next(node for node in opened.tree.model.root.walk() if node.kind == "stack" and node.temperature == 1)
    select(opened, node, application)
    assert opened.looking.view.temperature == 1
    assert opened.looking.view.stack == node.key
    assert opened.window.toolbar.temperatures.key == 1


def test_selecting_a_repeat_selects_its_file_and_condition(opened: Bindings, application: QApplication) -> None:
    node = first(opened, "record")
    select(opened, node, application)
    assert opened.looking.view.record == node.key
    assert opened.looking.view.stack == node.stack


def test_x_excludes_the_selected_condition_with_a_reason_and_x_brings_it_back(
    opened: Bindings, application: QApplication, until: Until
) -> None:
    node = first(opened, "stack")
    exclude_with_keys(opened, node, application, until)
    assert opened.session.document is not None
    assert opened.session.document.exclusions.reason(node.key) == "outlier"
    assert opened.session.history.undoText() == "Exclude"
    index = opened.tree.model.index_of(node_of(opened, node.key))
    assert opened.tree.model.data(index, Qt.ItemDataRole.FontRole).strikeOut()
    assert opened.tree.model.data(index, Qt.ItemDataRole.ToolTipRole) == "excluded: outlier"
    QTest.keyClick(opened.window, Qt.Key.Key_X)
    until(lambda: opened.session.is_settled)
    assert opened.session.document.exclusions.items == ()
    assert opened.tree.model.data(index, Qt.ItemDataRole.FontRole) is None


def test_an_excluded_file_stays_in_the_tree_and_leaves_the_analysis(
    opened: Bindings, application: QApplication, until: Until
) -> None:
    node = first(opened, "record")
    exclude_with_keys(opened, node, application, until)
    assert node_of(opened, node.key).reason == "outlier"
    results = opened.session.results
    assert results is not None
    assert results.gathered is not None
    stack = next(stack for stack in results.gathered.stacks if stack.key == node.stack)
    assert len(stack.members) == 3
    assert node.key not in {member.source for member in stack.members}
    opened.session.history.undo()
    until(lambda: opened.session.is_settled)
    assert node_of(opened, node.key).reason is None


def test_another_reason_is_typed_in_place_and_escape_changes_nothing(
    opened: Bindings, application: QApplication
) -> None:
    bar = opened.tree.reasons
    node = first(opened, "stack")
    opened.tree.toggle(node.key)
    assert bar.isVisible()
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert opened.session.history.count() == 0
    opened.tree.toggle(node.key)
    QTest.keyClicks(bar._other, "lamp was off")
    QTest.keyClick(bar._other, Qt.Key.Key_Return)
    assert opened.session.document is not None
    assert opened.session.document.exclusions.reason(node.key) == "lamp was off"


def test_the_question_names_what_is_excluded(opened: Bindings) -> None:
    opened.tree.toggle(first(opened, "record").key)
    words = opened.tree.reasons._question.text()
    assert words.startswith("Exclude repeat 1 of PL ")
    assert words.endswith("nm, because:")


def test_excluding_keeps_the_tree_open_where_it_was(opened: Bindings, application: QApplication, until: Until) -> None:
    node = first(opened, "stack")
    select(opened, node, application)
    index = opened.tree.model.index_of(node)
    opened.tree.view.expand(index)
    exclude_with_keys(opened, node, application, until)
    assert opened.tree.view.isExpanded(opened.tree.model.index_of(node_of(opened, node.key)))


def test_the_rows_are_laid_out_once_the_tree_is_shown(opened: Bindings) -> None:
    view = opened.tree.view
    assert view.visualRect(opened.tree.model.index(1, 0)).height() >= 24


def test_a_file_with_a_problem_is_marked_and_says_what_it_is(measured_document: Document) -> None:
    gathered = gather(measured_document.experiment, Exclusions(), measured_document.settings.grouping)
    source = gathered.stacks[0].members[0].source
    root = build_nodes(gathered, Exclusions(), (Problem("warning", f"{source} (manifest line 3)", "is saturated"),))
    marked = [node for node in root.walk() if node.problems]
    assert [node.key for node in marked] == [source]
    assert marked[0].problems == ("is saturated",)


def test_true_values_that_differ_are_told_where_the_mouse_is(measured_document: Document) -> None:
    experiment = measured_document.experiment
    first_one = experiment.spectra_of(("pl",))[0]
    moved = tuple(
        replace(s, condition=replace(s.condition, temperature_k=s.condition.temperature_k + 0.3))
        if s is first_one and s.condition.temperature_k is not None
        else s
        for s in experiment.spectra
    )
    gathered = gather(replace(experiment, spectra=moved), Exclusions(), measured_document.settings.grouping)
    remarks = [node.remark for node in build_nodes(gathered, Exclusions(), ()).children]
    assert [bool(remark) for remark in remarks].count(True) == 1
    assert any(remark.endswith("K (2 readings)") for remark in remarks)


def test_a_condition_that_was_measured_again_says_so_where_the_mouse_is(measured_document: Document) -> None:
    experiment = measured_document.experiment
    again = tuple(replace(s, condition=replace(s.condition, series="again")) for s in experiment.spectra_of(("pl",)))
    doubled = replace(experiment, spectra=(*experiment.spectra, *again))
    for choice, words in (("mean", "measured 2 times: the mean of all"), ("latest", "are set aside")):
        gathered = gather(doubled, Exclusions(), GroupingSettings(remeasured=choice))
        stacks = [node for node in build_nodes(gathered, Exclusions(), ()).walk() if node.kind == "stack"]
        assert [words in node.remark for node in stacks] == [node.key.startswith("pl") for node in stacks]


@pytest.mark.parametrize("reason", ["saturated", "drift"])
def test_the_context_menu_excludes_and_brings_back(reason: str, opened: Bindings, until: Until) -> None:
    tree, node = opened.tree, first(opened, "stack")
    top, group = tree.model.index(0, 0), tree.model.index_of(node).parent()
    tree.view.expand(top)
    tree.view.expand(group)
    tree._open_menu(tree.view.visualRect(tree.model.index_of(node)).center())
    action = next(action for action in tree.menu.actions() if action.text() == f"Exclude: {reason}")
    action.trigger()
    tree.menu.close()
    assert opened.session.document is not None
    assert opened.session.document.exclusions.reason(node.key) == reason
    until(lambda: opened.session.is_settled)
    tree._open_menu(tree.view.visualRect(tree.model.index_of(node_of(opened, node.key))).center())
    (action,) = tree.menu.actions()
    assert action.text() == f"Bring back ({reason})"
    action.trigger()
    tree.menu.close()
    assert opened.session.document.exclusions.items == ()
