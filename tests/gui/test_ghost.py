"""What results are compared with: the state before a change, or a pinned one; ghosts and words."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from asplab.core.estimate import Estimate
from asplab.gui.bindings import Bindings
from asplab.gui.reference import Reference
from asplab.gui.words.change import Change, change_words, eta_changes, polaron_changes, sigma_words

Until = Callable[..., None]


def change(before: float, after: float, **limits: float) -> Change:
    return Change("ħω", Estimate(before, 2.0, "meV", **limits), Estimate(after, 2.0, "meV"))


def narrow(bound: Bindings) -> None:
    bound.intents.edit_setting("integration", "window_nm", (490.0, 540.0))


# --- words -----------------------------------------------------------------------------------------------------
def test_a_change_is_told_in_units_of_the_error_of_the_reference() -> None:
    assert change_words(change(23.4, 22.9)) == "ħω 23.4 → 22.9, −0.2σ"


def test_the_arm_of_the_interval_on_the_side_of_the_change_is_the_measure() -> None:
    assert change(20.0, 24.0, low=19.0, high=28.0).sigmas == pytest.approx(0.5)
    assert change(20.0, 18.0, low=19.0, high=28.0).sigmas == pytest.approx(-2.0)


def test_a_side_without_a_limit_takes_the_first_order_error() -> None:
    assert change(20.0, 24.0, low=19.0).sigmas == pytest.approx(2.0)


def test_what_is_not_known_has_no_change() -> None:
    assert math.isnan(change(20.0, math.nan).sigmas)
    assert change_words(change(20.0, math.nan)) == "ħω 20.0 → —"


@pytest.mark.parametrize(
    ("sigmas", "words"), [(0.0, "0.0σ"), (-0.04, "0.0σ"), (0.25, "+0.2σ"), (-12.4, "−12σ"), (1e6, "+>999σ")]
)
def test_signs_and_digits_of_a_change(sigmas: float, words: str) -> None:
    assert sigma_words(sigmas) == words


def test_results_do_not_differ_from_themselves(opened: Bindings) -> None:
    results = opened.session.results
    assert results is not None
    found = [*eta_changes(Reference(results), results, 0), *polaron_changes(Reference(results), results, 0)]
    assert len(found) == 4
    assert all(one.sigmas == 0.0 for one in found)


def test_a_temperature_is_found_in_the_reference_by_its_value(opened: Bindings) -> None:
    assert opened.session.results is not None
    reference = Reference(opened.session.results)
    assert reference.temperature(251.0) == 1
    assert reference.temperature(180.0) is None


# --- ghosts ----------------------------------------------------------------------------------------------------
def test_the_curve_before_a_change_stays_as_a_ghost_with_the_change_in_words(opened: Bindings, until: Until) -> None:
    page = opened.page
    assert not any(ghost.isVisible() for ghost in page.ghosts.values())
    before = page.eta.series[0]
    narrow(opened)
    assert all(ghost.isVisible() for ghost in page.ghosts.values())
    assert (page.ghosts["eta"].series[0].y == before.y).all()
    assert (page.eta.series[0].y != before.y).any()
    assert "→" in page.cards[1].subtitle
    assert "σ" in page.cards[3].subtitle


def test_a_ghost_goes_by_itself_after_the_hand_rests(opened: Bindings, until: Until) -> None:
    opened.live._linger.setInterval(30)
    narrow(opened)
    until(lambda: opened.session.is_settled)
    until(lambda: not opened.page.ghosts["eta"].isVisible())
    assert "→" not in opened.page.cards[3].subtitle


def test_a_ghost_is_painted_once_for_all_frames_of_a_drag(opened: Bindings, until: Until) -> None:
    ghost = opened.page.ghosts["eta"]
    for low in range(420, 440, 2):
        opened.intents.drag_window(float(low), 580.0)
        until(lambda low=low: opened.session.results.document.settings.integration.window_nm[0] == low)
        opened.window.grab()
    assert ghost.isVisible()
    assert ghost.builds == 1


def test_a_pinned_reference_stays_until_it_is_unpinned(opened: Bindings, until: Until) -> None:
    opened.live._linger.setInterval(30)
    pin = opened.window.menus.actions["pin"]
    pinned = opened.session.results
    pin.trigger()
    narrow(opened)
    until(lambda: opened.session.is_settled)
    until(lambda: not opened.live._linger.isActive())
    assert opened.page.ghosts["eta"].isVisible()
    assert opened.live.references.shown is not None
    assert opened.live.references.shown.results is pinned
    names = [row.cells[0] for row in opened.inspector.changes.rows]
    assert names[0] == "QY"
    assert {"g", "ħω", "g, joint", "ħω, joint"} <= set(names)
    pin.trigger()
    until(lambda: not opened.page.ghosts["eta"].isVisible())
    assert not opened.inspector.changes.rows


def test_another_document_has_no_reference(opened: Bindings, until: Until) -> None:
    opened.window.menus.actions["pin"].trigger()
    opened.session.begin(None)
    assert opened.live.references.shown is None


@pytest.mark.parametrize("step", ["ratio", "efficiency", "polaron"])
def test_other_steps_show_the_ghost_too(opened: Bindings, until: Until, step: str) -> None:
    opened.looking.choose_step(step)
    until(lambda: step != "polaron" or opened.page.has_page)
    until(lambda: opened.session.is_settled)
    page = opened.page.page if step == "polaron" else opened.page
    ghosts = [page.ghost] if step == "efficiency" else list(page.ghosts.values())
    until(lambda: not opened.live._refresh.isActive())
    narrow(opened)
    assert all(ghost.isVisible() and ghost.series for ghost in ghosts)


def test_notes_beside_the_inputs_are_no_change(opened: Bindings) -> None:
    document = opened.session.document
    assert document is not None
    opened.session.edit("Note", replace(document))
    assert opened.live.references.shown is None
