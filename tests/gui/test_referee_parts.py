"""The parts of the referee page: how changes are told, how far a slider reaches, and by what it is measured."""

import math
from collections.abc import Callable

import pytest

from asplab.gui.panels.polaron.referee_moved import Change, signed, told
from asplab.gui.panels.polaron.referee_slider import Marks, SizeSlider, marks_of


@pytest.mark.parametrize(
    ("sigmas", "words"), [(0.26, "+0.3"), (-1.96, "−2.0"), (0.04, "0.0"), (-0.04, "0.0"), (math.nan, "—")]
)
def test_changes_are_told_in_tenths_of_an_error(sigmas: float, words: str) -> None:
    assert signed(sigmas) == words


def test_a_change_is_told_as_before_after_and_errors() -> None:
    assert told(Change("ħω joint", "meV", 23.4, 2.1, 22.9))[0] == "ħω joint: 23.4 → 22.9 meV, −0.2 σ"
    assert "not determined" in told(Change("ħω joint", "meV", 23.4, 2.1, math.nan))[0]


def test_the_slider_reaches_as_far_as_its_size(make: Callable[..., SizeSlider]) -> None:
    slider = make(SizeSlider, size=(200, 40))
    slider.display(0.0, Marks(0.5))
    assert slider.reach == 3.0
    slider.display(4.0, Marks(0.5))
    assert (slider.reach, slider.value()) == (10.0, 800)
    slider.display(7.3, Marks(0.5))
    assert slider.reach == 15.0
    slider.display(0.0, Marks(0.5))
    assert slider.reach == 3.0


def test_marks_without_a_prior_are_those_of_the_default() -> None:
    assert marks_of("leak_ppm", 0.0) == Marks(10.0, has_prior=False, is_one_sided=True)
    assert marks_of("gain_slope_percent", 0.0) == Marks(1.0, has_prior=False)
    assert marks_of("temperature_k", 3.0) == Marks(3.0)
