"""Whole stories through the real window with mouse and keyboard; numbers on screen and in files have to agree."""

import csv
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from asplab.core.estimate import Estimate
from asplab.gui.bindings import Bindings
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.widgets.numerals import measured as words_of

Until = Callable[..., None]
Mouse = Callable[..., None]
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
Button = QMessageBox.StandardButton
Shown = dict[str, str]


@pytest.fixture
def lab(bound: Bindings, tmp_path: Path) -> Iterator[Bindings]:
    bound.imports.presets = tmp_path / "presets"
    bound.files.folder = tmp_path
    yield bound
    bound.imports.close()


# --- what a user does ------------------------------------------------------------------------------------------
def drop(bound: Bindings, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place, action, none = QPoint(200, 200), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        # Qt 6.12 deprecates this constructor; older versions, which Python 3.11 needs, have no other.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(place, action, mime, LEFT, none)
    QApplication.sendEvent(bound.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(bound.window, QDropEvent(QPointF(place), action, mime, LEFT, none))


def key(bound: Bindings, which: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or bound.window, which, modifiers)
    QApplication.processEvents()


def settled(bound: Bindings) -> bool:
    return bound.session.is_settled and bound.jobs.is_idle


def drag_edge(bound: Bindings, mouse: Mouse, by_px: int = 45) -> None:
    """Drag the lower edge of the window with the mouse, on the overview."""
    page = bound.page
    assert isinstance(page, OverviewPanel)
    assert page.window_handle.region is not None
    low, high = page.spectra.view[1]
    grip = page.spectra.pixel_of(page.window_handle.region[0], low + 0.3 * (high - low))
    mouse(page.spectra, "move", grip, held=False)
    mouse(page.spectra, "press", grip)
    for step in range(1, 6):
        mouse(page.spectra, "move", grip + QPoint(by_px * step // 5, 0))
        QApplication.processEvents()
    mouse(page.spectra, "release", grip + QPoint(by_px, 0))
    QApplication.processEvents()


def answer(dialog: QFileDialog | None, path: Path) -> None:
    """Type a path into an open file dialog and accept it."""
    assert dialog is not None
    dialog.selectFile(str(path))
    dialog.fileSelected.emit(str(path))
    dialog.close()


def press_in(box: QMessageBox | None, button: Button) -> None:
    assert box is not None
    QTest.mouseClick(box.button(button), LEFT)
    QApplication.processEvents()


# --- what a user sees ------------------------------------------------------------------------------------------
def numbers(bound: Bindings) -> Shown:
    """Return the results of the selected temperature as they stand on screen, by symbol; η is of what is selected."""
    here = bound.inspector.here
    shown = {row.symbol: here.row_text(index).split("\t")[1] for index, row in enumerate(here.rows)}
    return {symbol: text for symbol, text in shown.items() if not symbol.startswith("η (")}


def quantum_yield(shown: Shown) -> str:
    (found,) = (text for symbol, text in shown.items() if "QY" in symbol or "η<sub>PL</sub>" in symbol)
    return found


def points(bound: Bindings) -> int:
    """Return how many excitations η is drawn of and fitted to; those left out stay in the picture."""
    assert isinstance(bound.page, OverviewPanel)
    series = bound.page.eta.series[0]
    assert series.excluded is not None
    return int((np.isfinite(series.y) & ~series.excluded).sum())


def rows_of(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


# --- stories ---------------------------------------------------------------------------------------------------
def test_from_raw_files_to_tables_by_hand(
    lab: Bindings, measured: Path, tmp_path: Path, mouse: Mouse, until: Until
) -> None:
    """Check and import a folder, drag, exclude with a reason, look at the fit, undo, export; the files agree."""
    lab.files.import_wanted.emit([measured])
    importer = lab.imports.importer
    assert importer is not None
    until(lambda: importer.session.table is not None and lab.jobs.is_idle)
    for _ in ("files", "conditions"):
        QTest.mouseClick(importer.window.next, LEFT)
    until(lambda: importer.window.check.survey is not None and lab.jobs.is_idle)
    QTest.mouseClick(importer.window.next, LEFT)
    until(lambda: lab.session.document is not None and settled(lab), seconds=60)
    # Without a window manager nobody gives the keyboard back when the import closes.
    lab.window.activateWindow()
    lab.window.grab()
    until(lambda: numbers(lab))
    before, n_before = numbers(lab), points(lab)

    drag_edge(lab, mouse)
    until(lambda: settled(lab))
    dragged = numbers(lab)
    assert dragged != before

    # The first excitation of η is chosen with the mouse and excluded with X; the reason is typed.
    page = lab.page
    assert isinstance(page, OverviewPanel)
    series = page.eta.series[0]
    QTest.mouseClick(page.eta.viewport(), LEFT, pos=page.eta.pixel_of(float(series.x[0]), float(series.y[0])))
    QTest.keyClick(page.eta, Qt.Key.Key_X)
    key(lab, Qt.Key.Key_Tab)
    key(lab, Qt.Key.Key_Return)
    until(lambda: settled(lab))
    assert points(lab) == n_before - 1
    assert lab.session.document is not None
    (excluded,) = lab.session.document.exclusions.items
    assert excluded.reason == "outlier"

    key(lab, Qt.Key.Key_7)
    assert lab.looking.view.step == "polaron"
    key(lab, Qt.Key.Key_1)
    for _ in range(2):
        key(lab, Qt.Key.Key_Z, CONTROL)
        until(lambda: settled(lab))
    assert numbers(lab) == before
    assert points(lab) == n_before

    lab.window.menus.actions["export_tables"].trigger()
    answer(lab.exports.dialog, tmp_path)
    until(lambda: lab.window.banner.message.startswith("Written to"), seconds=40)
    (folder,) = tmp_path.glob("*-tables")
    assert written_yield(folder, lab) == quantum_yield(before)


def written_yield(folder: Path, bound: Bindings) -> str:
    """Return the quantum yield of the selected temperature in the exported table, written as the window does."""
    row = next(
        one
        for one in rows_of(folder / "quantum_yield.csv")[1:]
        if float(one["temperature_k"]) == bound.looking.temperatures[bound.looking.view.temperature]
    )
    low, high = (float(row[key]) if row.get(key) else None for key in ("low", "high"))
    return words_of(Estimate(float(row["quantum_yield"]), float(row["quantum_yield_error"]), "", low, high))


def test_closing_with_changes_cancelled_discarded_and_saved(
    opened: Bindings, tmp_path: Path, mouse: Mouse, until: Until
) -> None:
    drag_edge(opened, mouse)
    until(lambda: settled(opened))
    shown = numbers(opened)
    assert not opened.window.close()
    press_in(opened.files.prompt, Button.Cancel)
    assert opened.window.isVisible()
    assert opened.session.is_modified
    assert not opened.window.close()
    press_in(opened.files.prompt, Button.Save)
    answer(opened.files.dialog, tmp_path / "kept.nxs")
    until(lambda: not opened.window.isVisible())
    assert (tmp_path / "kept.nxs").is_file()
    assert numbers(opened) == shown


def test_closing_that_discards_writes_nothing(opened: Bindings, tmp_path: Path, mouse: Mouse, until: Until) -> None:
    drag_edge(opened, mouse)
    assert not opened.window.close()
    press_in(opened.files.prompt, Button.Discard)
    until(lambda: not opened.window.isVisible())
    assert not list(tmp_path.glob("*.nxs"))


def test_a_saved_project_shows_the_same_numbers_when_it_is_opened_again(
    opened: Bindings, tmp_path: Path, mouse: Mouse, until: Until
) -> None:
    fresh = numbers(opened)
    drag_edge(opened, mouse)
    until(lambda: settled(opened))
    shown, n_points, path = numbers(opened), points(opened), tmp_path / "kept.nxs"
    assert shown != fresh
    key(opened, Qt.Key.Key_S, CONTROL)
    answer(opened.files.dialog, path)
    until(lambda: opened.session.path == path and not opened.session.is_modified)
    opened.session.begin(None)
    assert not opened.window.workbench.isVisible()
    drop(opened, path)
    until(lambda: opened.session.document is not None and settled(opened))
    assert numbers(opened) == shown
    assert points(opened) == n_points
    assert not opened.session.is_modified


def test_the_tour_ends_after_its_last_stop_and_changes_no_number(opened: Bindings, until: Until) -> None:
    document, shown = opened.session.document, numbers(opened)
    opened.window.menus.actions["tour"].trigger()
    QApplication.processEvents()
    bubble = opened.tour.bubble
    assert bubble is not None
    places = []
    while opened.tour.is_running:
        places.append(bubble.place.text())
        assert len(places) < 20
        QTest.mouseClick(bubble.next, LEFT)
        until(lambda: opened.session.is_settled)
    assert places[0].startswith("1 of ")
    assert places[-1].split(" of ")[0] == places[-1].split(" of ")[1]
    opened.looking.choose_step("overview")
    opened.looking.choose_temperature(0)
    until(lambda: opened.session.is_settled)
    assert opened.session.document is document
    assert numbers(opened) == shown


def test_the_main_path_by_keyboard_alone(opened: Bindings, tmp_path: Path, until: Until) -> None:
    """Steps, temperature, an edge, undo and saving, without a mouse."""
    page = opened.page
    assert isinstance(page, OverviewPanel)
    first = numbers(opened)
    page.spectra.setFocus()
    page.window_handle.focus_part(True)
    for _ in range(20):
        QTest.keyPress(page.spectra, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        QApplication.processEvents()
    QTest.keyRelease(page.spectra, Qt.Key.Key_Right)
    until(lambda: settled(opened))
    moved = numbers(opened)
    assert moved != first
    key(opened, Qt.Key.Key_PageDown)
    until(lambda: opened.looking.view.temperature == 1)
    assert numbers(opened) != moved
    key(opened, Qt.Key.Key_PageUp)
    for number, step in ((Qt.Key.Key_3, "spectra"), (Qt.Key.Key_6, "efficiency"), (Qt.Key.Key_1, "overview")):
        key(opened, number)
        until(lambda step=step: opened.looking.view.step == step)
    until(lambda: settled(opened))
    assert numbers(opened) == moved
    key(opened, Qt.Key.Key_Z, CONTROL)
    until(lambda: settled(opened))
    assert numbers(opened) == first
    key(opened, Qt.Key.Key_S, CONTROL)
    answer(opened.files.dialog, tmp_path / "keys.nxs")
    until(lambda: (tmp_path / "keys.nxs").is_file() and opened.jobs.is_idle)
