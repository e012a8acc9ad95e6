"""The catalogue of edge filters."""

import re

import pytest

from asplab.core.filters import CatalogueFilter, catalogue, filters_of


def test_a_name_promises_the_edge_that_the_catalogue_states() -> None:
    for one in catalogue():
        assert float(re.search(r"\d+", one.name)[0]) == one.cutoff_nm  # type: ignore[index]


def test_every_filter_has_a_side_a_maker_and_a_name_of_its_own() -> None:
    assert {one.side for one in catalogue()} == {"longpass", "shortpass"}
    assert len({one.name for one in catalogue()}) == len(catalogue())
    assert all(one.maker for one in catalogue())
    assert all(300.0 < one.cutoff_nm < 2000.0 for one in catalogue())


@pytest.mark.parametrize(("side", "name"), [("longpass", "FELH0550"), ("shortpass", "FESH0550"), ("longpass", "OG550")])
def test_common_filters_are_found_by_side(side: str, name: str) -> None:
    found = {one.name: one for one in filters_of(side)}  # type: ignore[arg-type]
    assert found[name] == CatalogueFilter(side, 550.0, name, found[name].maker)  # type: ignore[arg-type]


def test_both_sides_come_together_without_a_side() -> None:
    assert len(filters_of()) == len(filters_of("longpass")) + len(filters_of("shortpass"))
