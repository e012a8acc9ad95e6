"""Tables: sorted by mouse and keyboard, what is not known last, header and last row in sight, copied as text."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea

from asplab.gui.look.theme import LIGHT
from asplab.gui.widgets.arrange import scrolled
from asplab.gui.widgets.copy_menu import CAPTIONS
from asplab.gui.widgets.rows import ROW_PX
from asplab.gui.widgets.sorting import sort_key
from asplab.gui.widgets.table import Column, DataTable, TableRow

Make = Callable[..., Any]
COLUMNS = (Column("T"), Column("g", "meV"), Column("Flag", align="left"))
ROWS = (
    TableRow(("80 K", "9.8 ± 4.7", "")),
    TableRow(("100 K", "not determined", "odd")),
    TableRow(("120 K", "−1.2 ± 0.3", "")),
    TableRow(("140 K", "> 18.2", "odd")),
    TableRow(("joint", "10.1 ± 0.2", ""), is_last=True),
)


@pytest.fixture
def table(make: Make) -> DataTable:
    shown: DataTable = make(DataTable, LIGHT, COLUMNS, size=(400, 160))
    shown.display(ROWS)
    QApplication.processEvents()
    return shown


def first_cells(table: DataTable) -> list[str]:
    return [table.rows[index].cells[0] for index in table.order()]


def click_head(table: DataTable, column: int) -> None:
    left, right = table.edges()[column]
    QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(round((left + right) / 2), 10))


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("9.8 ± 4.7", "10.1"),
        ("−3", "2"),
        ("> 2", "> 18.2"),
        ("1.2 ×10⁻⁵", "0.3"),
        ("! 4", "5"),
        ("80 K", "100 K"),
        ("9", "a"),
    ],
)
def test_numbers_sort_as_numbers_and_before_words(smaller: str, larger: str) -> None:
    one, other = sort_key(smaller), sort_key(larger)
    assert one is not None
    assert other is not None
    assert one < other


def test_a_header_sorts_up_then_down_then_not_at_all_and_the_unknown_stays_last(table: DataTable) -> None:
    click_head(table, 1)
    assert first_cells(table) == ["120 K", "80 K", "140 K", "100 K", "joint"]
    click_head(table, 1)
    assert first_cells(table) == ["140 K", "80 K", "120 K", "100 K", "joint"]
    click_head(table, 1)
    assert first_cells(table) == ["80 K", "100 K", "120 K", "140 K", "joint"]


def test_the_keyboard_sorts_in_the_header(table: DataTable) -> None:
    table.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(table, key)
    assert table.sorting == (1, False)
    assert table.accessibleDescription() == "Sort by g (meV)"
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.accessibleDescription().startswith("80 K")


def test_a_sorted_row_is_chosen_and_copied_where_it_stands(table: DataTable, qtbot: Any) -> None:
    table.sort_by(1)
    with qtbot.waitSignal(table.row_chosen) as told:
        QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(10, ROW_PX + 5))
    assert told.args == [2]
    assert table.text().splitlines()[1].startswith("120 K")


def test_new_numbers_keep_the_order_that_was_asked_for(table: DataTable) -> None:
    table.sort_by(0, is_descending=True)
    table.display(ROWS[1:3])
    assert first_cells(table) == ["120 K", "100 K"]


def test_a_table_whose_order_means_something_is_not_sorted(make: Make) -> None:
    fixed: DataTable = make(DataTable, LIGHT, COLUMNS, size=(400, 160), sortable=False)
    fixed.display(ROWS)
    click_head(fixed, 1)
    assert fixed.sorting is None


def test_header_and_last_row_stay_in_sight_while_others_scroll(make: Make) -> None:
    inner = DataTable(LIGHT, COLUMNS)
    inner.display([*(TableRow((f"{i} K", str(i), "")) for i in range(40)), ROWS[-1]])
    area: QScrollArea = make(scrolled, inner, size=(400, 200))
    area.verticalScrollBar().setValue(300)
    QApplication.processEvents()
    top, bottom = -inner.y(), -inner.y() + area.viewport().height()
    assert inner.header_box().top() == top > 0
    assert inner.row_box(40).bottom() == pytest.approx(bottom, abs=1)
    assert inner.row_at(top + 5) == -1
    assert inner.row_at(bottom - 5) == 40


def test_a_right_click_copies_the_table_in_every_form(table: DataTable) -> None:
    found = {}
    for caption in CAPTIONS.values():
        place = QPoint(10, ROW_PX + 5)
        QApplication.sendEvent(
            table, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, table.mapToGlobal(place))
        )
        next(action for action in table.menu.actions() if action.text() == caption).trigger()
        found[caption] = QGuiApplication.clipboard().text()
        table.menu.close()
        QApplication.processEvents()
    assert found["Copy table"].startswith("T\tT, unit\t")
    assert "\n80\tK\t\t9.8\t4.7\t4.7\t" in found["Copy table"]
    assert found["Copy as Markdown"].startswith("| T | g (meV) | Flag |")
    assert r"\num{9.8 \pm 4.7}" in found["Copy as LaTeX"]


def test_words_that_give_way_keep_a_gap_to_the_column_before_them(make: Make) -> None:
    columns = (Column("Gravity"), Column("Where", align="left"), Column("What", align="left", gives_way=True))
    narrow: DataTable = make(DataTable, LIGHT, columns, size=(260, 100))
    narrow.display([TableRow(("note", "single photon", "a sentence that is much longer than its room"))])
    QApplication.processEvents()
    edges, box = narrow.edges(), narrow.row_box(0)
    before, after = (narrow._place(column, edges[column], box) for column in (1, 2))
    assert after.left() - before.right() >= 6
    assert after.right() <= narrow.width()
