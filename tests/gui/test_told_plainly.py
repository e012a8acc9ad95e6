"""What a number is beside: a moved cutoff its nominal one, a change its present error, a selection its count."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core.estimate import Estimate
from asplab.gui.bindings import Bindings
from asplab.gui.panels.efficiency import EfficiencyPanel
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.words.change import Change, change_words, shorter_words
from asplab.gui.words.facts import facts

Until = Callable[..., None]


def filtered(bound: Bindings) -> str:
    assert bound.session.results is not None
    return dict(facts(bound.session.results, bound.looking.view))["Filter"]


def test_a_moved_cutoff_is_told_with_where_it_was_moved_from(opened: Bindings, until: Until) -> None:
    results = opened.session.results
    assert results is not None
    assert results.gathered is not None
    stack = next(one for one in results.gathered.stacks if one.shortpass_nm is not None)
    assert stack.shortpass_nm is not None
    opened.looking.choose_stack(stack.key)
    assert "from" not in filtered(opened)
    opened.intents.drag_cutoff("shortpass", stack.shortpass_nm, stack.shortpass_nm + 3.0)
    opened._finish_drag()
    until(lambda: opened.session.is_settled)
    assert filtered(opened).endswith(f"short-pass {stack.shortpass_nm + 3.0:.1f} nm (from {stack.shortpass_nm:.1f})")


def test_a_change_to_a_much_less_sure_number_tells_its_present_error() -> None:
    sure, unsure = Estimate(41.7, 1.5, "meV"), Estimate(75.0, 85.0, "meV")
    assert "± " in change_words(Change("g", sure, unsure))
    assert "±" not in change_words(Change("g", sure, replace(sure, value=42.0)))


def test_the_new_number_is_the_last_to_give_way() -> None:
    told = shorter_words(Change("η", Estimate(0.9338, 0.0010), Estimate(0.9334, 0.0010)))
    assert all("0.9334" in words for words in told)
    assert [len(words) for words in told] == sorted((len(words) for words in told), reverse=True)


def test_a_selection_of_several_tells_their_count(opened: Bindings) -> None:
    results = opened.session.results
    assert results is not None
    assert results.gathered is not None
    keys = tuple(stack.key for stack in results.gathered.stacks[:3])
    view = replace(opened.looking.view, stack=keys[0], temperature=0, several=keys)
    assert dict(facts(results, view))["Selected"].startswith("3 ")


def test_enter_alone_excludes_nothing(opened: Bindings) -> None:
    results = opened.session.results
    assert results is not None
    assert results.gathered is not None
    opened.tree.ask_reason((results.gathered.stacks[0].key,))
    bar = opened.tree.reasons
    assert not any(button.hasFocus() for button in bar.buttons.values())
    QTest.keyClick(bar, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert bar.targets
    assert opened.session.history.count() == 0


@pytest.mark.parametrize("step", ["overview", "efficiency"])
def test_a_compared_temperature_stands_out_with_dashes_of_its_own(opened: Bindings, step: str, until: Until) -> None:
    opened.looking.choose_step(step)
    page = opened.page
    assert isinstance(page, OverviewPanel | EfficiencyPanel)
    plot = page.eta if isinstance(page, OverviewPanel) else page.plot
    until(lambda: bool(plot.series))
    assert not any(one.is_dotted for one in plot.series)
    opened.looking.compare(1 - opened.looking.view.temperature)
    until(lambda: any(one.is_dotted and one.is_open for one in plot.series))
