"""Figures from the window: listed, seen as printed, made in presets, exported; the summary slide."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core.errors import InputError
from asplab.core.export.figures.pages import all_kinds
from asplab.core.export.figures.slide import NAME as SLIDE_NAME
from asplab.core.export.style.presets import BUILT_IN, DEFAULT
from asplab.core.progress import Progress
from asplab.gui.bindings import Bindings
from asplab.gui.figures.preset_form import PresetForm
from asplab.gui.figures.titles import PRESETS, TITLES
from asplab.gui.figures.window import FigureWindow
from asplab.gui.figures.work import Found, write_slide
from asplab.gui.look.theme import Theme

Until = Callable[..., None]
Make = Callable[..., FigureWindow]
FOUND = (Found("fig1c", "Spectra"), Found("fig2c", "η"), Found("slide", "Summary"))


@pytest.fixture
def window(make: Make, theme: Theme) -> FigureWindow:
    shown = make(FigureWindow, theme, size=(1280, 780))
    shown.display_figures(FOUND)
    return shown


@pytest.fixture
def form(make: Callable[..., PresetForm]) -> PresetForm:
    return make(PresetForm)


def test_a_figure_is_listed_drawn_in_a_preset_and_written_with_its_data(
    opened: Bindings, until: Until, tmp_path: Path
) -> None:
    opened.figures.presets = tmp_path / "presets"
    opened.window.menus.actions["export_figures"].trigger()
    window = opened.figures.window
    assert window is not None
    until(lambda: not window.preview.image.isNull(), seconds=120)
    assert {"fig1c", "fig2c", "figure2", "slide"} <= set(window.chosen)
    before = window.preview.image.width()
    window.form.presets.activated.emit(list(BUILT_IN).index("talk"))
    until(lambda: window.preview.image.width() > before, seconds=60)
    opened.intents.edit_setting("transmission", "cutoff_guard_nm", 8.0)
    until(lambda: opened.figures.document is opened.session.document, seconds=60)
    opened.figures.save_preset("mine")
    assert window.form.preset.name == "mine"
    assert (tmp_path / "presets" / "mine.toml").is_file()
    window.form.choices["palette"].activated.emit(2)
    assert window.form.is_changed
    QTest.mouseClick(window.none, Qt.MouseButton.LeftButton)
    window.list.check_toggled.emit([one.name for one in window._found].index("fig2c"))
    assert window.chosen == ("fig2c",)
    opened.figures.export(tmp_path)
    until(lambda: opened.jobs.is_idle, seconds=120)
    (place,) = tmp_path.glob("small-figures")
    assert sorted(path.name for path in place.iterdir()) == [
        f"fig2c.{ending}" for ending in ("csv", "pdf", "png", "svg")
    ]
    assert str(place) in window.banner.message
    opened.window.menus.actions["copy_slide"].trigger()
    until(lambda: opened.jobs.is_idle, seconds=60)
    image = QApplication.clipboard().image()
    assert (image.width(), image.height()) == pytest.approx((1920, 1080), abs=1)
    opened.slides.save(tmp_path / "talk.svg")
    until(lambda: opened.jobs.is_idle, seconds=60)
    assert (tmp_path / "talk.svg").read_text(encoding="utf-8").startswith("<?xml")
    with pytest.raises(InputError, match="formats"):
        opened.figures.press.run(opened.session.results, write_slide, DEFAULT, tmp_path, "gif", progress=Progress())
    (tmp_path / "again").mkdir()
    opened.figures.export(tmp_path / "again")
    assert window.cancel.isVisible()
    QTest.mouseClick(window.cancel, Qt.MouseButton.LeftButton)
    until(lambda: opened.jobs.is_idle, seconds=60)
    assert list((tmp_path / "again").iterdir()) == []


def test_every_figure_and_preset_that_comes_along_has_a_title() -> None:
    assert {*all_kinds(DEFAULT), SLIDE_NAME} <= set(TITLES)
    assert set(BUILT_IN) <= set(PRESETS)


def test_space_leaves_a_figure_out_and_the_button_counts_what_is_left(window: FigureWindow) -> None:
    assert window.export.text() == "Export 3 figures…"
    window.list.setFocus()
    QTest.keyClick(window.list, Qt.Key.Key_Down)
    QTest.keyClick(window.list, Qt.Key.Key_Space)
    assert window.chosen == ("fig1c", "slide")
    assert window.export.text() == "Export 2 figures…"


def test_walking_through_the_list_shows_each_figure(window: FigureWindow) -> None:
    shown: list[str] = []
    window.figure_chosen.connect(shown.append)
    window.list.setFocus()
    QTest.keyClick(window.list, Qt.Key.Key_Down)
    QTest.keyClick(window.list, Qt.Key.Key_Down)
    assert shown == ["fig2c", "slide"]


def test_without_a_figure_only_the_atlas_can_be_exported(window: FigureWindow) -> None:
    QTest.mouseClick(window.none, Qt.MouseButton.LeftButton)
    assert not window.export.isEnabled()
    window.atlas.click()
    assert window.export.isEnabled()


def test_the_shown_figure_stays_shown_when_others_go(window: FigureWindow) -> None:
    QTest.keyClick(window.list, Qt.Key.Key_Down)
    window.display_figures(FOUND[1:])
    assert window.current == "fig2c"
    window.display_figures(FOUND[2:])
    assert window.current == "slide"


def test_a_typed_value_makes_the_preset_a_changed_one(form: PresetForm) -> None:
    field = form.numbers["single_mm"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "90")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert form.preset.single_mm == 90.0
    assert form.presets.currentText() == "Usual (changed)"


def test_widths_that_do_not_increase_are_refused_with_the_reason(form: PresetForm) -> None:
    reasons: list[str] = []
    form.refused.connect(reasons.append)
    field = form.numbers["single_mm"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "150")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "must increase" in reasons[0]
    assert form.preset == DEFAULT
    assert field.value == DEFAULT.single_mm


def test_the_last_format_cannot_be_taken_away(form: PresetForm) -> None:
    reasons: list[str] = []
    form.refused.connect(reasons.append)
    for key in ("pdf", "svg", "png"):
        form.formats[key].click()
    assert form.preset.formats == ("png",)
    assert form.formats["png"].isChecked()
    assert "formats" in reasons[0]
