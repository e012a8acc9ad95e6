"""Systematic errors beside every result: found from any step once a document rests, and never lost without a word."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from asplab.core import Document
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.error_studies import ACCOUNT
from asplab.gui.widgets.results import ResultRow
from asplab.gui.words.systematic import Systematic

pytestmark = pytest.mark.usefixtures("afresh")

Until = Callable[..., None]


def row(bound: Bindings, symbol: str) -> ResultRow:
    return next(one for one in bound.inspector.here.rows if one.symbol.startswith(symbol))


def is_told(bound: Bindings) -> bool:
    found = bound.inspector.here.rows
    return any(one.systematic.startswith(("syst ±", "syst +")) and not one.is_earlier for one in found)


def move_window(bound: Bindings, by_nm: float) -> None:
    def changed(document: Document) -> Document:
        low, high = document.settings.integration.window_nm
        integration = replace(document.settings.integration, window_nm=(low + by_nm, high))
        return replace(document, settings=replace(document.settings, integration=integration))

    bound.session.change("Move window", changed)


@pytest.fixture
def accounted(opened: Bindings, until: Until) -> Bindings:
    until(lambda: is_told(opened))
    return opened


def test_the_overview_tells_systematic_errors_though_no_other_page_was_seen(accounted: Bindings) -> None:
    assert list(accounted.pages) == ["overview"]
    assert row(accounted, "QY").systematic.startswith("syst ")


def test_until_they_are_known_their_place_is_kept(opened: Bindings, until: Until) -> None:
    opened.live.display()
    before = row(opened, "QY").systematic
    height = opened.inspector.here.sizeHint().height()
    until(lambda: is_told(opened))
    assert before == "syst …"
    assert opened.inspector.here.sizeHint().height() == height


def test_an_edit_leaves_the_old_ones_in_sight_and_says_so(accounted: Bindings, until: Until) -> None:
    before = row(accounted, "QY").systematic
    move_window(accounted, 1.0)
    accounted.live.display()
    assert row(accounted, "QY").systematic == before
    assert row(accounted, "QY").is_earlier
    assert "earlier" in accounted.inspector.docks["results"].subtitle
    assert "earlier" in accounted.inspector.here.row_text(2)
    until(lambda: is_told(accounted))
    assert "earlier" not in accounted.inspector.docks["results"].subtitle


def test_none_are_sought_while_the_hand_moves_and_those_under_way_are_dropped(opened: Bindings, until: Until) -> None:
    until(lambda: opened.theory.studies.is_running(ACCOUNT))
    low, high = opened.session.results.document.settings.integration.window_nm  # type: ignore[union-attr]
    opened.intents.drag_window(low + 0.5, high)
    until(lambda: opened.session.is_dragging and not opened.session.is_settled)
    opened.live.display()
    assert not opened.theory.studies.is_running(ACCOUNT)
    opened.theory._account()
    assert not opened.theory.studies.is_running(ACCOUNT)
    opened.intents.drag_window(low + 1.0, high)
    opened._finish_drag()
    until(lambda: is_told(opened))
    assert opened.theory.studies.latest(ACCOUNT).document.settings == opened.session.document.settings  # type: ignore[union-attr]


def test_cancelled_ones_are_said_to_be_unknown_and_not_tried_again_unasked(opened: Bindings, until: Until) -> None:
    until(lambda: opened.theory.studies.is_running(ACCOUNT))
    opened._cancel_work()
    opened.live.display()
    assert row(opened, "QY").systematic == "syst —"
    assert "not known" in opened.inspector.docks["results"].subtitle
    opened.theory._account()
    assert not opened.theory.studies.is_running(ACCOUNT)


def test_nothing_is_said_where_nothing_was_asked_for() -> None:
    assert Systematic().words("quantum_yield", 0) == ""
