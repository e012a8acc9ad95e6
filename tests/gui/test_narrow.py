"""Narrow windows: shorter words instead of cut ones, and labels that stay inside their plot."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.plots.base import Plot
from asplab.gui.plots.handles import RegionHandle
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.text import TextLine, TitleLine

Make = Callable[..., Any]
WORDS = ("● 80 K and everything else", "● 80 K and more", "● 80 K")


@pytest.mark.parametrize(("width", "words"), [(400, WORDS[0]), (130, WORDS[1]), (60, WORDS[2]), (12, "")])
def test_a_line_shows_the_longest_words_that_fit(make: Make, width: int, words: str) -> None:
    line: TextLine = make(TextLine, size=(width, 24))
    line.display(*WORDS)
    assert line.fitting() == words
    assert line.html == WORDS[0]


def test_a_shorter_text_keeps_its_coloured_dot(make: Make) -> None:
    line: TextLine = make(TextLine, size=(60, 24))
    line.display("a temperature that has no room here", f'<span style="color:{LIGHT.bad}">●</span> 80 K')
    image = line.grab().toImage()
    shades = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert LIGHT.bad.lower() in shades


def test_a_card_takes_its_short_title_where_the_subtitle_needs_the_room(make: Make) -> None:
    card: Card = make(Card, "R and the quantum yield of them", short_title="R", size=(520, 90))
    title = card.findChild(TitleLine)
    assert title.html == "R and the quantum yield of them"
    card.window().resize(260, 90)
    QApplication.processEvents()
    assert title.html == "R"


@pytest.mark.parametrize(("width", "words"), [(1600, "ASPL · 12 excitations × 4"), (1100, "ASPL · 12 × 4")])
def test_no_group_of_the_tree_is_cut(opened: Bindings, width: int, words: str) -> None:
    opened.window.resize(width, 800)
    QApplication.processEvents()
    view, model = opened.tree.view, opened.tree.model
    group = model.root.children[0].children[1]
    index = model.index_of(group)
    view.expand(model.index_of(model.root.children[0]))
    QApplication.processEvents()
    assert index.data() == words
    room = view.visualRect(index).width()
    assert view.fontMetrics().horizontalAdvance(words) <= room


def test_conditions_of_the_tree_lose_their_repeats_before_they_are_cut(
    opened: Bindings, until: Callable[..., None]
) -> None:
    opened.window.resize(1100, 800)
    QApplication.processEvents()
    view, model = opened.tree.view, opened.tree.model
    group = model.root.children[0].children[1]
    view.expand(model.index_of(model.root.children[0]))
    view.expand(model.index_of(group))
    QApplication.processEvents()
    index = model.index_of(group.children[0])
    until(lambda: index.data().endswith(" nm"))
    assert "4 repeats" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert view.fontMetrics().horizontalAdvance(index.data()) <= view.visualRect(index).width()


@pytest.mark.parametrize("temperature", [0, 1])
def test_no_header_of_the_overview_is_cut_in_a_small_window(opened: Bindings, temperature: int) -> None:
    opened.window.resize(1100, 700)
    opened.looking.choose_temperature(temperature)
    QApplication.processEvents()
    opened.window.grab()
    page = opened.pages["overview"]
    assert isinstance(page, OverviewPanel)
    for card in page.cards:
        for line in card.findChildren(TextLine):
            assert line.fitting() or not line.html, line.html


def test_the_labels_of_the_overview_stand_above_the_band(opened: Bindings) -> None:
    opened.window.resize(1100, 700)
    opened.window.grab()
    page = opened.pages["overview"]
    assert isinstance(page, OverviewPanel)
    handle = page.window_handle
    lowest = handle._frame(handle.pixel_map()).top() + page.cutoff_handles["shortpass"].headroom_px()
    assert handle.pixel_map().y(1.0) >= lowest


def test_labels_find_room_right_of_their_curves(make: Make) -> None:
    plot: SeriesPlot = make(SeriesPlot, LIGHT, x_label="x", y_label="y", size=(360, 260))
    short, long = np.linspace(0.0, 4.0, 5), np.linspace(0.0, 10.0, 5)
    plot.display([Series("pl", "a long label here", line_x=short, line_y=short), Series("pa", "b", x=long, y=long)])
    plot.view_all()
    (left, right), _ = plot.view
    width = plot.box.width()
    for place, room in plot.series_layer.labels_px():
        assert (place - left) / (right - left) * width + room <= width + 0.5
    # The long label ends far from the right edge: only the short one asks for room.
    assert right < 11.5


def test_the_name_of_a_window_at_the_edge_stays_inside_the_plot(make: Make) -> None:
    plot: Plot = make(Plot, LIGHT, x_label="Wavelength (nm)", y_label="Intensity", size=(300, 240))
    handle = RegionHandle(LIGHT, label="integration window", scope="all spectra")
    plot.add_layer(handle, 20)
    plot.set_home(x=(400.0, 600.0), y=(0.0, 1.0))
    handle.display(590.0, 598.0)
    plot.grab()
    assert handle._frame(handle.pixel_map()).contains(handle._chip(handle.pixel_map()))


def test_labels_that_crowd_at_the_bottom_stay_above_the_axis(make: Make) -> None:
    plot: SeriesPlot = make(SeriesPlot, LIGHT, x_label="x", y_label="y", size=(360, 260))
    x = np.array([0.0, 1.0])
    plot.display([Series("pl", f"line {i}", line_x=x, line_y=np.full(2, 0.001 * i)) for i in range(6)])
    plot.set_home(y=(-0.02, 1.0))
    plot.view_all()
    plot.grab()
    image = plot.grab().toImage()
    right, words = plot.pixel_of(1.0, 0.0).x() + 8, LIGHT.text_color("pl").name()
    rows = [
        y
        for y in range(image.height())
        if words in {image.pixelColor(x, y).name() for x in range(right, image.width())}
    ]
    # Six lines of 15 px; what hung below the axis would be clipped.
    assert rows[-1] - rows[0] > 5 * 15


def test_a_selected_point_that_is_not_known_has_no_ring(make: Make, qtlog: Any) -> None:
    plot: SeriesPlot = make(SeriesPlot, LIGHT, x_label="x", y_label="y")
    plot.display([Series("pl", x=[0.0, 1.0], y=[1.0, np.nan])])
    plot.display_selected(0, 1)
    plot.grab()
    assert not [record.message for record in qtlog.records if "propagateSizeHints" not in record.message]
