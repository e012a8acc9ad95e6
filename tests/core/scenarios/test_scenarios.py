"""Scenarios: kept, named, chosen and deleted, and how they differ."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from asplab.core.document import Document, Exclusion, Exclusions
from asplab.core.errors import InputError
from asplab.core.experiment import Experiment
from asplab.core.scenarios import (
    chosen_scenario,
    create_scenario,
    delete_scenario,
    differences,
    duplicate_scenario,
    free_name,
    is_changed,
    rename_scenario,
    scenario_named,
    state_of,
    switch_to,
    update_scenario,
)
from asplab.core.settings import IntegrationSettings, Settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NARROW = Settings(integration=IntegrationSettings(window_nm=(480.0, 560.0)))
BUBBLE = Exclusions((Exclusion("a.csv", "bubble"),))


@pytest.fixture
def plain() -> Document:
    return Document(Experiment("day"))


@pytest.fixture
def two(plain: Document) -> Document:
    """A document at the state of ``narrow``, with ``wide`` kept before it."""
    wide = create_scenario(plain, "wide", NOON)
    return create_scenario(replace(wide, settings=NARROW, exclusions=BUBBLE), "narrow", NOON)


def names(document: Document) -> list[str]:
    return [one.name for one in document.scenarios]


def test_the_present_state_is_kept_and_is_then_the_chosen_scenario(two: Document) -> None:
    assert names(two) == ["narrow", "wide"]
    assert (two.scenario, is_changed(two)) == ("narrow", False)
    assert state_of(two.scenarios[0]) == (NARROW, BUBBLE)


def test_an_edit_leaves_the_scenario_as_it_was_kept(two: Document) -> None:
    edited = two.excluding("b.csv", "lamp")
    assert is_changed(edited)
    assert chosen_scenario(edited) == two.scenarios[0]
    assert edited.scenarios == two.scenarios


def test_switching_brings_settings_and_exclusions_and_no_other_data(two: Document) -> None:
    there = switch_to(two, "wide")
    assert state_of(there) == (Settings(), Exclusions())
    assert there.experiment is two.experiment
    assert (there.scenario, there.scenarios) == ("wide", two.scenarios)
    back = switch_to(there, "narrow")
    assert state_of(back) == state_of(two)


def test_an_update_keeps_the_present_state_in_its_place_and_drops_the_note(two: Document) -> None:
    noted = replace(two, scenarios=(two.scenarios[0], replace(two.scenarios[1], summary="ħω 21")))
    later = update_scenario(noted, "wide", NOON)
    assert names(later) == ["narrow", "wide"]
    assert state_of(later.scenarios[1]) == state_of(two)
    assert later.scenarios[1].summary == ""
    assert later.scenario == "wide"


def test_a_copy_stands_beside_its_original_and_is_not_chosen(two: Document) -> None:
    doubled = duplicate_scenario(two, "wide", "wide too", NOON)
    assert names(doubled) == ["narrow", "wide too", "wide"]
    assert state_of(doubled.scenarios[1]) == state_of(doubled.scenarios[2])
    assert doubled.scenario == "narrow"


def test_the_chosen_scenario_stays_chosen_under_its_new_name(two: Document) -> None:
    renamed = rename_scenario(two, "narrow", "  blue half ")
    assert names(renamed) == ["blue half", "wide"]
    assert renamed.scenario == "blue half"
    assert rename_scenario(two, "wide", "all").scenario == "narrow"


def test_deleting_the_chosen_scenario_leaves_its_state_without_a_name(two: Document) -> None:
    left = delete_scenario(two, "narrow")
    assert (names(left), left.scenario) == (["wide"], "")
    assert state_of(left) == state_of(two)
    assert not is_changed(left)
    assert delete_scenario(two, "wide").scenario == "narrow"


@pytest.mark.parametrize("name", ["", "   ", "wide", " wide "])
def test_empty_and_taken_names_are_refused(two: Document, name: str) -> None:
    message = "already" if name.strip() else "empty"
    for change in (
        lambda: create_scenario(two, name, NOON),
        lambda: rename_scenario(two, "narrow", name),
        lambda: duplicate_scenario(two, "narrow", name, NOON),
    ):
        with pytest.raises(InputError, match=message):
            change()


def test_a_scenario_may_keep_its_own_name(two: Document) -> None:
    assert rename_scenario(two, "wide", " wide ").scenarios == two.scenarios


def test_an_unknown_scenario_is_named_with_those_that_there_are(plain: Document, two: Document) -> None:
    with pytest.raises(InputError, match=r"day: no scenario 'narow'. Did you mean 'narrow'\? There are: narrow, wide"):
        scenario_named(two, "narow")
    with pytest.raises(InputError, match="none is kept"):
        switch_to(plain, "narrow")


def test_new_names_are_free_in_the_history_too(plain: Document) -> None:
    first = create_scenario(plain, "Scenario 7", NOON)
    assert free_name([plain, first], "Scenario") == "Scenario 8"
    assert free_name([plain], "Scenario") == "Scenario 1"


def test_differences_name_every_field_and_exclusion_that_is_not_the_same(two: Document) -> None:
    found = differences([state_of(one) for one in two.scenarios])
    assert [(one.record, one.field, one.values) for one in found] == [
        ("integration", "window_nm", ((480.0, 560.0), Settings().integration.window_nm)),
        ("exclusions", "a.csv", ("bubble", None)),
    ]


def test_equal_states_do_not_differ(two: Document) -> None:
    assert differences([state_of(two), state_of(two.scenarios[0])]) == ()
    assert differences([]) == ()
