"""Several samples from the window: listed, analysed beside it, compared, opened."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.progress import Progress
from asplab.gui.batch.batches import ANALYSING
from asplab.gui.batch.form import BatchForm
from asplab.gui.batch.window import BatchWindow
from asplab.gui.batch.work import find_samples
from asplab.gui.bindings import Bindings

Until = Callable[..., None]
ETA = ((20, 0.90), (23, 0.86), (33, 0.74), (46, 0.49), (55, 0.31), (65, 0.14))


def sample_in(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir(parents=True)
    rows = [f"160,{detuning},{value},0.01" for detuning, value in ETA]
    (place / "eta.csv").write_text("\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows]) + "\n")
    (place / "manifest.csv").write_text("file,kind\neta.csv,efficiency\n")
    return place


def with_narrow_fit(document: Document) -> Document:
    polaron = replace(document.settings.polaron, detuning_range_mev=(0.0, 50.0))
    return replace(document, settings=replace(document.settings, polaron=polaron))


def lost_in(folder: Path) -> Path:
    place = folder / "lost"
    place.mkdir()
    (place / "manifest.csv").write_text("file,kind\nnone.csv,efficiency\n")
    return place


def drop(widget: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button, no_key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(20, 20), action, data, button, no_key))
    QApplication.sendEvent(widget, QDropEvent(QPointF(20, 20), action, data, button, no_key))


@pytest.fixture
def window(bound: Bindings) -> BatchWindow:
    bound.window.menus.actions["batch"].trigger()
    shown = bound.batches.window
    assert shown is not None
    return shown


def test_a_dropped_folder_of_samples_brings_all_of_them_and_a_place_for_the_results(
    bound: Bindings, window: BatchWindow, until: Until, tmp_path: Path
) -> None:
    samples = [sample_in(tmp_path, name) for name in ("a", "b")]
    (tmp_path / "notes").mkdir()
    drop(window, tmp_path)
    until(lambda: bound.batches.lines)
    assert [line.source for line in bound.batches.lines] == samples
    assert window.form.folder.text() == str(tmp_path / "samples-results")
    assert window.start.isEnabled()


def test_nothing_can_start_without_samples_and_what_is_missing_is_said(
    bound: Bindings, window: BatchWindow, until: Until, tmp_path: Path
) -> None:
    assert not window.start.isVisible()
    bound.batches.add([sample_in(tmp_path, "a")])
    until(lambda: window.start.isEnabled())
    window.form.folder.clear()
    assert not window.start.isEnabled()
    assert window.told == "Choose a folder for the results."
    window.form.folder.setText(str(tmp_path / "out"))
    window.form.detunings.setText("23 or so")
    assert not window.start.isEnabled()
    assert "ΔE" in window.told


def test_a_folder_without_manifest_is_told_and_not_listed(
    bound: Bindings, window: BatchWindow, until: Until, tmp_path: Path
) -> None:
    (tmp_path / "raw").mkdir()
    bound.batches.add([tmp_path / "raw"])
    until(lambda: window.banner.isVisible())
    assert window.banner.message.startswith("raw: no manifest.csv")
    assert not bound.batches.lines


def test_del_takes_the_current_sample_off_the_list(
    bound: Bindings, window: BatchWindow, until: Until, tmp_path: Path
) -> None:
    bound.batches.add([sample_in(tmp_path, name) for name in ("a", "b", "c")])
    until(lambda: len(bound.batches.lines) == 3)
    window.samples.setFocus()
    QTest.keyClick(window.samples, Qt.Key.Key_Down)
    QTest.keyClick(window.samples, Qt.Key.Key_Delete)
    assert [line.source.name for line in bound.batches.lines] == ["a", "c"]


def test_samples_are_analysed_compared_and_opened_and_failures_say_why(
    bound: Bindings, window: BatchWindow, until: Until, tmp_path: Path
) -> None:
    good = sample_in(tmp_path, "good, µ=1")
    bound.batches.add([lost_in(tmp_path), good])
    until(lambda: window.start.isVisible())
    bound.session.begin(with_narrow_fit(Document(load_experiment(good))))
    until(lambda: bound.session.is_settled)
    assert window.form.choice == "open"
    window.form.detunings.setText("23, 46")
    QTest.mouseClick(window.start, Qt.MouseButton.LeftButton)
    assert window.cancel.isVisible()
    assert not window.form.isEnabled()
    until(lambda: bound.batches.batch is not None, seconds=120)
    assert [line.state for line in bound.batches.lines] == ["failed", "done"]
    window.samples.setFocus()
    QTest.keyClick(window.samples, Qt.Key.Key_Up)
    assert "none.csv" in window.reason
    first = window.comparison.rows[0]
    assert first.cells[:2] == ("good, µ=1", "160")
    assert first.cells[-2:] == ("0.860 ± 0.010", "0.490 ± 0.010")
    assert (tmp_path / "samples-results" / "samples.csv").is_file()
    results = json.loads((tmp_path / "samples-results" / good.name / "results.json").read_text(encoding="utf-8"))
    assert results["settings"]["polaron"]["detuning_range_mev"] == [0.0, 50.0]
    box = window.comparison.row_box(0).center().toPoint()
    QTest.mouseDClick(window.comparison, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, box)
    until(lambda: bound.session.path is not None)
    assert bound.session.path == tmp_path / "samples-results" / "good, µ=1" / "project.nxs"


def test_a_cancel_from_the_main_window_is_seen_in_the_batch_window(
    bound: Bindings, window: BatchWindow, until: Until, tmp_path: Path
) -> None:
    bound.batches.add([sample_in(tmp_path, "a")])
    until(lambda: window.start.isVisible())
    bound.batches.start()
    bound.jobs.cancel(ANALYSING)
    until(lambda: window.start.isVisible())
    assert window.told.startswith("Cancelled.")
    assert bound.batches.lines[0].state == ""
    until(lambda: bound.jobs.is_idle, seconds=60)
    assert not (tmp_path / "samples-results" / "samples.csv").exists()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", ()), ("23, 46", (23.0, 46.0)), ("23,46", (23.0, 46.0)), ("23; 46.5", (23.0, 46.5)), ("0", None), ("x", None)],
)
def test_detunings_are_read_however_they_are_listed(
    make: Callable[..., BatchForm], text: str, numbers: tuple[float, ...] | None
) -> None:
    form = make(BatchForm)
    form.detunings.setText(text)
    assert form.read_detunings() == numbers


def test_settings_of_the_open_document_are_offered_where_one_is_open(make: Callable[..., BatchForm]) -> None:
    form = make(BatchForm)
    assert form.choice == "own"
    form.display_document(has_document=True)
    assert form.choice == "open"
    form.display_file(Path("other.nxs"))
    form.display_document(has_document=False)
    assert form.choice == "file"


def test_a_folder_and_its_manifest_are_one_sample(tmp_path: Path) -> None:
    place = sample_in(tmp_path, "a")
    found, empty = find_samples([place, place / "manifest.csv", tmp_path / "none"], Progress())
    assert found == (place,)
    assert empty == (tmp_path / "none",)
