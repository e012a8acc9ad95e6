"""What must hold whatever is painted: no crash, no overlap, no lost request."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core.estimate import Estimate
from asplab.gui.jobs.throttle import Throttle
from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import Plot
from asplab.gui.plots.layer import Layer, PixelMap
from asplab.gui.widgets.results import ROW_PX, ResultRow, ResultsTable
from asplab.gui.widgets.text import rich_width


class Fragile(Layer):
    breaks = True

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        if self.breaks:
            raise ArithmeticError("no picture today")


def test_a_layer_that_cannot_be_painted_is_reported_once_and_the_window_lives(
    make: Callable[..., Any], theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: said.append(str(error)))
    plot = make(Plot, theme)
    layer = plot.add_layer(Fragile(theme))
    for _ in range(3):
        plot.grab()
    assert said == ["no picture today"]
    layer.breaks = False
    plot.grab()
    layer.breaks = True
    plot.grab()
    assert len(said) == 2


def test_a_layer_covers_the_view_at_once_after_a_zoom(make: Callable[..., Any], theme: Theme) -> None:
    plot = make(Plot, theme)
    layer = plot.add_layer(Layer(theme))
    plot.display_view((10.0, 20.0), (-3.0, 5.0))
    box = layer.boundingRect()
    assert (box.left(), box.right(), box.top(), box.bottom()) == (10.0, 20.0, -3.0, 5.0)


def test_a_number_never_stands_on_its_symbol(make: Callable[..., Any]) -> None:
    table = make(ResultsTable, size=(250, 300))
    table.setFixedWidth(180)
    rows = [
        ResultRow("QY", Estimate(0.84, 0.01)),
        ResultRow("η (132 meV)", Estimate(0.0005, 0.0035, "", -0.0029, 0.0040), doubtful=True),
        ResultRow("g", Estimate(41.0, 0.3, "meV")),
    ]
    table.display(rows)
    first, last = table._top(1), table._top(2)
    words = rich_width("! η (132 meV)", table.font()) + rich_width(table._numbers[1], table.font())
    assert words > 180
    assert first == ROW_PX
    assert last - first > ROW_PX
    assert table.sizeHint().height() > 3 * ROW_PX
    # Without a unit of its own the number may take the room of the units.
    table.setFixedWidth(round(words) + 20)
    QTest.qWait(1)
    assert table._top(2) == 2 * ROW_PX
    table.setFixedWidth(400)
    QTest.qWait(1)
    assert table._top(3) == 3 * ROW_PX


def test_a_click_on_the_second_line_chooses_its_row(make: Callable[..., Any], click: Callable[..., None]) -> None:
    table = make(ResultsTable, size=(250, 300))
    table.setFixedWidth(160)
    table.display(
        [ResultRow("η (132 meV)", Estimate(0.0005, 0.0035, "", -0.0029, 0.0040)), ResultRow("g", Estimate(41.0, 0.3))]
    )
    seen: list[int] = []
    table.row_chosen.connect(seen.append)
    click(table, QPoint(20, ROW_PX + 8))
    click(table, QPoint(20, table._top(1) + 8))
    assert seen == [0, 1]


def test_a_throttle_acts_at_once_then_seldom_and_never_loses_the_latest(application: QApplication) -> None:
    wanted, done = [0], []
    throttle = Throttle(lambda: done.append(wanted[0]), interval_ms=40)
    for number in range(1, 6):
        wanted[0] = number
        throttle.request()
    assert done == [1]
    QTest.qWait(200)
    assert done == [1, 5]
    throttle.request()
    throttle.request()
    throttle.flush()
    assert done == [1, 5, 5, 5]
    assert not throttle.is_waiting


def test_two_that_lag_behind_one_drag_act_in_different_frames(application: QApplication) -> None:
    frame, acts = [0], []
    parts = [Throttle(lambda half=half: acts.append((frame[0], half)), interval_ms=40, half=half) for half in (0, 1)]
    for _ in range(60):
        frame[0] += 1
        for part in parts:
            part.request()
        QTest.qWait(4)
    assert {half for _, half in acts} == {0, 1}
    frames = [number for number, _ in acts]
    assert len(frames) - len(set(frames)) <= 1
