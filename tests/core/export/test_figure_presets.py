"""Presets of figures: colours that all tell apart, files, and what is said of faulty ones."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from asplab.core.errors import InputError
from asplab.core.export.style.palette import PALETTES, VISIONS, difference
from asplab.core.export.style.preset_files import (
    delete_figure_preset,
    figure_preset_folder,
    list_figure_presets,
    load_figure_preset,
    preset_text,
    read_figure_preset,
    save_figure_preset,
)
from asplab.core.export.style.presets import BUILT_IN, DEFAULT, FigurePreset

TOLD_APART = 10.0
"""Distance in CIE L*a*b* at which two colours are taken for different ones at a glance, with a margin."""
OWN = FigurePreset(
    "thesis", 100.0, 120.0, 140.0, family="serif", palette="bright", letters="A", formats=("svg", "tiff")
)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("palette", list(PALETTES))
def test_blue_red_and_green_are_told_apart_by_every_vision(palette: str, vision: str) -> None:
    for first, second in combinations(PALETTES[palette][:3], 2):
        assert difference(first, second, vision=vision) > TOLD_APART


def test_the_default_palette_tells_all_its_colours_apart() -> None:
    for vision in VISIONS:
        for first, second in combinations(PALETTES[DEFAULT.palette], 2):
            assert difference(first, second, vision=vision) > TOLD_APART


def test_a_deuteranope_hardly_tells_pure_red_from_a_dark_green_of_its_lightness() -> None:
    normal, seen = (difference("#aa0000", "#6b6b00", vision=vision) for vision in ("normal", "deutan"))
    assert seen < 0.35 * normal


def test_a_preset_survives_its_file(tmp_path: Path) -> None:
    odd = replace(OWN, name="mine $x_1$ é", note='a "note" \\ with\ttab')
    path = save_figure_preset(odd, tmp_path / "new")
    assert read_figure_preset(path) == odd
    assert load_figure_preset(odd.name, tmp_path / "new") == odd
    assert list_figure_presets(tmp_path / "new") == ((*BUILT_IN.values(), odd), ())
    delete_figure_preset(odd.name, tmp_path / "new")
    assert not path.exists()


def test_a_file_needs_only_what_differs_from_the_default(tmp_path: Path) -> None:
    path = tmp_path / "narrow.toml"
    path.write_text("single_mm = 70\n", encoding="utf-8")
    assert read_figure_preset(path) == replace(DEFAULT, name="narrow", single_mm=70, note="")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("width_mm = 80.0", "unknown key 'width_mm'"),
        ('font_size_pt = "8"', "font_size_pt is '8'; give a number"),
        ("dpi = 300.5", "dpi is 300.5; give a whole number"),
        ("dpi = true", "dpi is True; give a whole number"),
        ("font_size_pt = 3.0", "font_size_pt is 3; give 5 to 24"),
        ("line_width_pt = nan", "line_width_pt is nan; give 0.25 to 4"),
        ('palette = "jet"', "palette is 'jet'; choose one of okabe-ito, bright, greys"),
        ('formats = ["bmp"]', "formats are bmp; name some of pdf, svg, png, tiff"),
        ('formats = "pdf"', "formats is 'pdf'; give a list"),
        ("single_mm = 200.0", "single_mm, middle_mm and double_mm must increase"),
        ("letters = 3", "letters is 3; give a text in quotes"),
        ("letters =", "it isn't TOML"),
    ],
)
def test_a_faulty_file_is_told_with_its_name_the_key_and_the_value(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "faulty.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_figure_preset(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)
    assert list_figure_presets(tmp_path)[1] == (str(caught.value),)


def test_an_unknown_preset_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    save_figure_preset(OWN, tmp_path)
    with pytest.raises(InputError, match=r"no figure preset 'natur'.* nature, .* thesis"):
        load_figure_preset("natur", tmp_path)


@pytest.mark.parametrize("name", ["nature", "a/b", ".hidden", "x" * 101, " blank"])
def test_a_preset_that_can_have_no_file_of_its_own_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        save_figure_preset(replace(OWN, name=name), tmp_path)
    assert not list(tmp_path.iterdir())


def test_presets_of_figures_stand_beside_those_of_imports(tmp_path: Path) -> None:
    assert figure_preset_folder(tmp_path / "presets") == tmp_path / "figure-presets"


def test_panels_side_by_side_take_a_wider_column_than_one_that_can_not_hold_them() -> None:
    narrow = replace(BUILT_IN["nature"], column="single")
    assert narrow.width_mm(3.3) == narrow.single_mm
    assert narrow.width_mm(5.0) == narrow.middle_mm
    assert narrow.width_mm(7.0) == narrow.double_mm
    assert replace(narrow, font_size_pt=10.0).width_mm(3.3) == narrow.middle_mm


def test_every_key_of_a_preset_is_in_its_file() -> None:
    text = preset_text(OWN)
    assert 'formats = ["svg", "tiff"]' in text
    assert 'family = "serif"' in text
