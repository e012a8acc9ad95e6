"""The import window from the drop to the analysed experiment, driven with mouse and keyboard."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QMessageBox,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QWidget,
)

from asplab.core.importing.preset import load_preset
from asplab.gui.bindings import Bindings
from asplab.gui.importing import words
from asplab.gui.importing.importer import Importer
from asplab.gui.importing.shelf import Shelf, size_of

Until = Callable[..., None]
Button = QMessageBox.StandardButton
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
EXCITATIONS = {"PL": (405, 430, 450), "ASPL": (525, 535, 545)}


def write_spectrum(path: Path, seed: int, *, peak_nm: float = 515.0, head: str = "") -> None:
    """Write one spectrum as two columns; each has noise of its own, so that no two files are copies."""
    wavelength = np.linspace(440.0, 600.0, 81)
    noise = np.random.default_rng(seed).normal(0.0, 2.0, wavelength.size)
    counts = 20.0 + 800.0 * np.exp(-(((wavelength - peak_nm) / 9.0) ** 2)) + noise
    rows = "\n".join(f"{x:.2f}\t{y:.2f}" for x, y in zip(wavelength, counts, strict=True))
    path.write_text(f"{head}{rows}\n", encoding="utf-8")


def write_badly_named(folder: Path) -> Path:
    """Write two temperatures, two repeats, one odd name, two files that can't be read, and one lying header."""
    folder.mkdir(parents=True)
    seed = 0
    for temperature in (80, 200):
        for kind, excitations in EXCITATIONS.items():
            for excitation in excitations:
                for repeat in (1, 2):
                    seed += 1
                    lies = (temperature, excitation) == (200, 450)
                    head = "# Excitation (nm): 405\n" if lies else ""
                    name = f"CP20-{kind}-T{temperature}K-exc{excitation}nm-rep{repeat}.txt"
                    write_spectrum(folder / name, seed, head=head)
    write_spectrum(folder / "afternoon.txt", 99)
    (folder / "broken.sif").write_bytes(b"Andor Technology Multi-Channel File\n65538 1\n")
    (folder / "empty.txt").write_bytes(b"")
    return folder


@pytest.fixture
def bad_names(tmp_path: Path) -> Path:
    return write_badly_named(tmp_path / "CP20")


@pytest.fixture
def lab(bound: Bindings, tmp_path: Path) -> Iterator[Bindings]:
    """The whole window, with a folder of its own for presets."""
    bound.imports.presets = tmp_path / "presets"
    yield bound
    bound.imports.close()


def drop(widget: QWidget, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, action = QPoint(200, 200), Qt.DropAction.CopyAction
    with warnings.catch_warnings():
        # Qt 6.12 deprecates this constructor; older versions, which Python 3.11 needs, have no other.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(place, action, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(place), action, mime, LEFT, Qt.KeyboardModifier.NoModifier))


def dropped(lab: Bindings, until: Until, *paths: Path) -> Importer:
    """Drop files on the main window and return the import once they are read."""
    drop(lab.window, *paths)
    until(lambda: lab.imports.importer is not None)
    importer = lab.imports.importer
    assert importer is not None
    until(lambda: importer.session.table is not None and lab.jobs.is_idle)
    return importer


def cell(importer: Importer, row: int, column: str) -> QModelIndex:
    model = importer.window.conditions.table.conditions
    return model.index(row, model.columns.index(column))


def row_of(importer: Importer, part: str) -> int:
    """Return the first row whose name holds a text."""
    assert importer.session.table is not None
    return next(k for k, row in enumerate(importer.session.table.rows) if part in row.file)


def value(importer: Importer, row: int, column: str) -> str:
    assert importer.session.table is not None
    return importer.session.table.value(row, column)


def click_cell(importer: Importer, row: int, column: str, *, shift: bool = False) -> None:
    table = importer.window.conditions.table
    QApplication.processEvents()
    index = cell(importer, row, column)
    table.scrollTo(index)
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(table.viewport(), LEFT, modifier, table.visualRect(index).center())


def type_into(importer: Importer, row: int, column: str, text: str) -> None:
    table = importer.window.conditions.table
    click_cell(importer, row, column)
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.clear()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    # Qt hands the text over once the key is dealt with.
    QApplication.processEvents()


def guess(importer: Importer, lab: Bindings, until: Until) -> None:
    importer.choose_step("conditions")
    QTest.mouseClick(importer.window.conditions.template.guess, LEFT)
    until(lambda: lab.jobs.is_idle and not importer.session.is_busy)


# --- the whole way ---------------------------------------------------------------------------------------------
def test_badly_named_files_become_an_analysed_experiment(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    window = importer.window
    assert lab.session.document is None
    assert window.step == "files"
    assert window.files.list_card.subtitle.startswith("27 files · 2 not readable")
    QTest.mouseClick(window.next, LEFT)
    assert window.step == "conditions"
    guess(importer, lab, until)
    assert window.conditions.template.matched.text() == "≠ 24 of 25 matched"
    QTest.mouseClick(window.next, LEFT)
    until(lambda: window.check.survey is not None and lab.jobs.is_idle)
    assert window.next.text() == "Import"
    QTest.mouseClick(window.next, LEFT)
    until(lambda: lab.session.document is not None and lab.session.is_settled, seconds=60)
    document = lab.session.document
    assert document is not None
    assert len(document.experiment.spectra) == 24
    assert {spectrum.kind for spectrum in document.experiment.spectra} == {"pl", "aspl"}
    assert document.experiment.name == "CP20"
    assert lab.imports.importer is None


def test_what_was_imported_but_never_written_down_is_asked_for_when_closing(
    lab: Bindings, bad_names: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    importer.load()
    until(lambda: lab.session.document is not None and lab.jobs.is_idle, seconds=60)
    assert lab.session.is_modified
    assert not lab.window.close()
    assert lab.files.prompt is not None
    lab.files.prompt.button(Button.Discard).click()


def test_an_import_is_added_to_an_open_experiment_in_one_step(lab: Bindings, bad_names: Path, until: Until) -> None:
    first = dropped(lab, until, bad_names / "CP20-PL-T80K-exc405nm-rep1.txt")
    first.load()
    until(lambda: lab.session.document is not None and lab.jobs.is_idle, seconds=60)
    second = dropped(lab, until, bad_names / "CP20-PL-T80K-exc430nm-rep1.txt")
    second.load()
    until(lambda: lab.session.history.canUndo() and lab.jobs.is_idle, seconds=60)
    assert lab.session.document is not None
    assert len(lab.session.document.experiment.spectra) == 2
    assert lab.session.history.count() == 1
    lab.session.history.undo()
    assert len(lab.session.document.experiment.spectra) == 1


def test_a_folder_with_a_manifest_still_opens_at_once(lab: Bindings, measured: Path, until: Until) -> None:
    drop(lab.window, measured)
    until(lambda: lab.session.document is not None and lab.jobs.is_idle)
    assert lab.imports.importer is None


def test_a_folder_with_a_manifest_can_be_checked_first(lab: Bindings, measured: Path, until: Until) -> None:
    lab.files.import_wanted.emit([measured])
    importer = lab.imports.importer
    assert importer is not None
    until(lambda: importer.session.table is not None and lab.jobs.is_idle)
    assert importer.session.table is not None
    row = next(k for k in range(len(importer.session.table.rows)) if value(importer, k, "kind") == "aspl")
    assert importer.session.table.cell(row, "temperature_k").source == "manifest"
    importer.choose_step("conditions")
    face = importer.window.conditions.table.conditions.face(row, "temperature_k")
    assert face.sign == words.sign("manifest")


def write_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["wavelength"] = np.linspace(440.0, 600.0, 60)
        file["wavelength"].attrs["units"] = "nm"
        file["counts"] = np.random.default_rng(3).uniform(10.0, 20.0, 60)


def test_hdf5_of_an_instrument_is_imported_and_not_taken_for_a_project(
    lab: Bindings, tmp_path: Path, until: Until
) -> None:
    write_hdf5(tmp_path / "PL_T80K_exc450nm.h5")
    importer = dropped(lab, until, tmp_path / "PL_T80K_exc450nm.h5")
    assert importer.session.table is not None
    assert value(importer, 0, "excitation_nm") == "450"


def test_nexus_of_another_program_is_offered_for_import(lab: Bindings, tmp_path: Path, until: Until) -> None:
    write_hdf5(tmp_path / "PL_T80K_exc450nm.nxs")
    drop(lab.window, tmp_path / "PL_T80K_exc450nm.nxs")
    until(lambda: lab.window.banner.message)
    lab.window.banner._action.click()
    importer = lab.imports.importer
    assert importer is not None
    until(lambda: importer.session.table is not None)


def test_files_that_find_no_room_in_memory_are_read_again(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.txt" for name in "abc"]
    for seed, path in enumerate(paths):
        write_spectrum(path, seed)
    shelf = Shelf(most_bytes=2 * 2 * 81 * 8)
    first = [shelf.read(path, path.name) for path in paths]
    assert len(shelf.files) == 2
    assert shelf.read(paths[2], "c.txt") is first[2]
    again = shelf.read(paths[0], "a.txt")
    assert again is not first[0]
    assert again.columns[1].values.tolist() == first[0].columns[1].values.tolist()
    assert shelf.total_bytes == sum(map(size_of, shelf.files.values())) <= shelf.most_bytes


# --- files -----------------------------------------------------------------------------------------------------
def test_what_cannot_be_read_stays_in_the_list_with_its_reason(lab: Bindings, bad_names: Path, until: Until) -> None:
    files = dropped(lab, until, bad_names).window.files
    names = [files.model.index(row, 0).data() for row in range(files.model.rowCount())]
    assert "broken.sif" in names
    note = files.model.index(names.index("empty.txt"), 5)
    assert note.data().startswith("✕ ")
    files.show_choice.activated.emit(2)
    assert [files.model.index(row, 0).data() for row in range(files.model.rowCount())] == ["broken.sif", "empty.txt"]


def test_removing_a_file_can_be_undone(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    files = importer.window.files
    view = files.view
    index = files.model.index_of("broken.sif")
    QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, view.visualRect(index).center())
    QTest.mouseClick(files.remove_button, LEFT)
    assert not files.model.index_of("broken.sif").isValid()
    QTest.keyClick(importer.window, Qt.Key.Key_Z, CTRL)
    assert files.model.index_of("broken.sif").isValid()


def test_an_unticked_file_is_left_out_of_the_experiment(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    model = importer.window.files.model
    index = model.index_of("CP20-PL-T80K-exc405nm-rep1.txt")
    model.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert importer.session.table is not None
    assert [row.file for row in importer.session.table.rows if not row.is_included] == [index.data()]


def test_more_files_can_be_dropped_on_the_import(lab: Bindings, bad_names: Path, until: Until) -> None:
    late = bad_names / "CP20-PL-T80K-exc470nm-rep1.txt"
    importer = dropped(lab, until, bad_names)
    write_spectrum(late, 500)
    drop(importer.window, late)
    until(lambda: lab.jobs.is_idle and not importer.session.is_busy)
    assert value(importer, row_of(importer, "exc470nm"), "excitation_nm") == "470"
    assert importer.window.action("undo").text() == "Undo: Add 1 file"


def test_a_long_reading_can_be_cancelled_and_begun_again(lab: Bindings, bad_names: Path, until: Until) -> None:
    for copy in range(400):
        write_spectrum(bad_names / f"more-{copy}.txt", 1000 + copy)
    drop(lab.window, bad_names)
    until(lambda: lab.imports.importer is not None)
    importer = lab.imports.importer
    assert importer is not None
    button = importer.window.waiting.button
    assert button.text() == "Cancel"
    QTest.mouseClick(button, LEFT)
    until(lambda: lab.jobs.is_idle)
    assert importer.session.table is None
    assert button.text() == "Read again"
    QTest.mouseClick(button, LEFT)
    until(lambda: importer.session.table is not None)


def test_the_columns_of_a_text_file_are_named_once_for_all_alike_and_kept_in_a_preset(
    lab: Bindings, tmp_path: Path, until: Until
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    rng = np.random.default_rng(4)
    for repeat in (1, 2):
        energy, values = np.linspace(2200.0, 2600.0, 60), rng.uniform(10.0, 20.0, 60)
        rows = "\n".join(f"{x:.2f}\t{k}\t{y:.3f}" for k, (x, y) in enumerate(zip(energy, values, strict=True)))
        (folder / f"PL_T80K_exc450nm_rep{repeat}.txt").write_text(f"{rows}\n", "utf-8")
    importer = dropped(lab, until, folder)
    files = importer.window.files
    files.view.setCurrentIndex(files.model.index(0, 0))
    QTest.mouseClick(files.card.columns_button, LEFT)
    dialog = importer.questions.columns
    assert dialog is not None
    for choice, role in zip(dialog.choices, ("energy_mev", "", "counts"), strict=True):
        choice.display(role)
        choice.chosen.emit(role)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    until(lambda: lab.jobs.is_idle and not importer.session.is_busy)
    assert importer.session.table is not None
    assert {row.part.axis_unit for row in importer.session.table.rows} == {"meV"}
    assert importer.window.action("undo").text() == "Undo: Name columns"
    importer.presets.save("Columns")
    importer.session.history.undo()
    assert {row.part.axis_unit for row in importer.session.table.rows} != {"meV"}
    importer.apply_preset(load_preset("Columns", lab.imports.presets))
    until(lambda: lab.jobs.is_idle and not importer.session.is_busy)
    assert {row.part.axis_unit for row in importer.session.table.rows} == {"meV"}
    importer.load()
    until(lambda: lab.session.document is not None and lab.jobs.is_idle, seconds=60)
    assert lab.session.document is not None
    spectrum = lab.session.document.experiment.spectra[0]
    assert 470.0 < spectrum.wavelength_nm[0] < 480.0


def test_columns_without_an_axis_are_refused_before_anything_is_read(
    lab: Bindings, bad_names: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    files = importer.window.files
    files.view.setCurrentIndex(files.model.index_of("afternoon.txt"))
    QTest.mouseClick(files.card.columns_button, LEFT)
    dialog = importer.questions.columns
    assert dialog is not None
    dialog.choices[0].display("counts")
    dialog.choices[0].chosen.emit("counts")
    assert "exactly one column must be the axis" in dialog.fault.text()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    dialog.reject()


def test_frames_of_one_file_become_a_mean_or_a_choice(lab: Bindings, tmp_path: Path, until: Until) -> None:
    wavelength = np.linspace(440.0, 600.0, 60)
    counts = np.random.default_rng(2).uniform(10.0, 20.0, (4, 60))
    head = "wavelength_nm\t" + "\t".join(["counts"] * 4)
    rows = "\n".join("\t".join(f"{v:.3f}" for v in (x, *y)) for x, y in zip(wavelength, counts.T, strict=True))
    path = tmp_path / "PL_T80K_exc450nm.txt"
    path.write_text(f"{head}\n{rows}\n", "utf-8")
    importer = dropped(lab, until, path)
    files = importer.window.files
    files.view.setCurrentIndex(files.model.index(0, 0))
    choice = files.card.choice
    choice.frames.activated.emit(choice.frames._keys.index("mean"))
    assert value(importer, 0, "frames") == "mean"
    choice.frames.activated.emit(choice.frames._keys.index("some"))
    QTest.keyClicks(choice.numbers, "1-2")
    QTest.keyClick(choice.numbers, Qt.Key.Key_Return)
    assert value(importer, 0, "frames") == "1-2"
    importer.load()
    until(lambda: lab.session.document is not None and lab.jobs.is_idle, seconds=60)
    assert lab.session.document is not None
    assert len(lab.session.document.experiment.spectra) == 2


def test_long_names_take_the_room_that_no_note_needs(lab: Bindings, tmp_path: Path, until: Until) -> None:
    folder = tmp_path / "long"
    folder.mkdir()
    name = "CsPbBr3_nanocrystals_080K_PL_405.0nm_116.9uW_430LP_2s_1.txt"
    write_spectrum(folder / name, 1)
    write_spectrum(folder / "short.txt", 2)
    importer = dropped(lab, until, folder)
    view, window = importer.window.files.view, importer.window
    window.resize(1280, 800)
    QApplication.processEvents()
    assert view.columnWidth(0) >= view.fontMetrics().horizontalAdvance(name) + 30
    assert view.horizontalScrollBar().maximum() == 0
    view.header().resizeSection(0, 300)
    window.resize(window.width() + 60, window.height())
    QApplication.processEvents()
    assert view.columnWidth(0) == 300


def test_the_picture_of_a_scan_has_its_colour_and_readable_axes(lab: Bindings, tmp_path: Path, until: Until) -> None:
    x = np.linspace(426.0, 587.0, 60)
    rows = "\n".join(f"{a:.1f}\t{5e-6 / (1 + np.exp((a - 520) / 9)):.3e}\t{1e-8:.3e}" for a in x)
    path = tmp_path / "PA_T80K.txt"
    path.write_text(f"wavelength_nm\tlockin_x_v\tlockin_y_v\n{rows}\n", "utf-8")
    importer = dropped(lab, until, path)
    files = importer.window.files
    files.view.setCurrentIndex(files.model.index(0, 0))
    until(lambda: lab.jobs.is_idle)
    files.card.plot.grab()
    assert value(importer, 0, "kind") == "pa"
    assert files.card._curves._colors == ("pa",)
    left, bottom = (files.card.plot._axes[side] for side in ("left", "bottom"))
    assert left.labelText == "Signal (10<sup>−6</sup> V)"
    assert files.card.plot.view[1][1] == pytest.approx(5.0, rel=0.2)
    (low, high), size = files.card.plot.view[0], files.card.plot.box.width()
    assert len(bottom.tickValues(low, high, size)[0][1]) >= 2


def test_each_frame_can_have_a_row_of_its_own_and_share_one_again(lab: Bindings, tmp_path: Path, until: Until) -> None:
    delays, wavelengths = (-1.5, -0.5, 0.0, 0.25), (350.5, 351.0, 351.6, 352.1, 353.0)
    rows = [["0.00", *delays], *([w, *(0.001 * (k + j) for j in range(4))] for k, w in enumerate(wavelengths))]
    log = "file info\nSample: dots\nTime units: ps\nZ axis title: dA\n"
    path = tmp_path / "transient.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n" + log, "utf-8")
    importer = dropped(lab, until, path)
    files = importer.window.files
    files.view.setCurrentIndex(files.model.index(0, 0))
    choice = files.card.choice
    choice.frames.activated.emit(choice.frames._keys.index("split note"))
    assert importer.session.table is not None
    assert [row.frame for row in importer.session.table.rows] == [1, 2, 3, 4]
    assert value(importer, 3, "note").endswith("0.25 ps")
    assert importer.session.table.cell(3, "note").source == "frame axis"
    assert choice.frames.key == "split note"
    choice.frames.activated.emit(choice.frames._keys.index("mean"))
    assert [row.frame for row in importer.session.table.rows] == [0]
    assert value(importer, 0, "frames") == "mean"


def test_data_sets_of_one_file_stand_below_it_and_go_in_or_out_one_by_one(
    lab: Bindings, tmp_path: Path, until: Until
) -> None:
    path = tmp_path / "PL_T80K_exc450nm.h5"
    with h5py.File(path, "w") as file:
        for name in ("first", "second"):
            file[f"{name}/wavelength"] = np.linspace(440.0, 600.0, 60)
            file[f"{name}/wavelength"].attrs["units"] = "nm"
            file[f"{name}/counts"] = np.random.default_rng(len(name)).uniform(10.0, 20.0, 60)
    importer = dropped(lab, until, path)
    model = importer.window.files.model
    top = model.index(0, 0)
    assert model.index(0, 2).data() == "2 data sets"
    assert [model.index(row, 0, top).data() for row in range(model.rowCount(top))] == ["first/counts", "second/counts"]
    model.setData(model.index(1, 0, top), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert importer.session.table is not None
    assert [row.is_included for row in importer.session.table.rows] == [True, False]
    assert top.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.PartiallyChecked


def test_nothing_to_import_is_told_instead_of_an_empty_experiment(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names / "afternoon.txt")
    importer.load()
    until(lambda: lab.jobs.is_idle)
    assert "nothing to import" in importer.window.banner.message
    assert lab.session.document is None
    assert importer.window.next.isEnabled()


# --- conditions ------------------------------------------------------------------------------------------------
def test_conflicts_are_counted_walked_through_and_settled_with_undo(
    lab: Bindings, bad_names: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    page = importer.window.conditions
    importer.choose_step("conditions")
    assert page.conflicts.text() == "! 2 conflicts: next"
    QTest.mouseClick(page.conflicts, LEFT)
    index = page.table.currentIndex()
    row = index.row()
    assert "T200K-exc450nm-rep1" in page.table.conditions.index(row, 0).data()
    assert page.table.conditions.face(row, "excitation_nm").sign == "!"
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert tip.index("450") < tip.index("405")
    page.choose_value(row, "excitation_nm", "405")
    assert value(importer, row, "excitation_nm") == "405"
    assert page.conflicts.text() == "! 1 conflict: next"
    QTest.keyClick(importer.window, Qt.Key.Key_Z, CTRL)
    assert value(importer, row, "excitation_nm") == "450"
    assert page.conflicts.text() == "! 2 conflicts: next"


def test_typing_the_value_that_is_shown_settles_a_conflict_and_looking_does_not(
    lab: Bindings, bad_names: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    page = importer.window.conditions
    QTest.mouseClick(page.conflicts, LEFT)
    row = page.table.currentIndex().row()
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    editor = page.table.viewport().findChild(QLineEdit)
    assert editor is not None
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert page.conflicts.text() == "! 2 conflicts: next"
    type_into(importer, row, "excitation_nm", "450")
    assert value(importer, row, "excitation_nm") == "450"
    assert page.conflicts.text() == "! 1 conflict: next"
    assert page.table.conditions.face(row, "excitation_nm").sign == "T"
    QTest.keyClick(importer.window, Qt.Key.Key_Z, CTRL)
    assert page.conflicts.text() == "! 2 conflicts: next"


def test_what_is_typed_is_understood_with_its_unit(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    row = row_of(importer, "afternoon")
    type_into(importer, row, "temperature_k", "-193 C")
    assert value(importer, row, "temperature_k") == "80.15"
    assert importer.window.action("undo").text() == "Undo: Set T"
    assert importer.window.conditions.table.conditions.face(row, "temperature_k").sign == "T"


def test_what_cannot_be_understood_is_refused_with_its_reason(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    row = row_of(importer, "afternoon")
    type_into(importer, row, "temperature_k", "warm")
    assert value(importer, row, "temperature_k") == ""
    assert "warm" in importer.window.banner.message
    type_into(importer, row, "temperature_k", "300")
    assert not importer.window.banner.isVisible()


def test_typing_into_several_selected_cells_fills_all_of_them(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    table = importer.window.conditions.table
    click_cell(importer, 1, "power_uw")
    click_cell(importer, 4, "power_uw", shift=True)
    QTest.keyClicks(table, "5")
    editor = table.viewport().findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, " mW")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert [value(importer, row, "power_uw") for row in range(6)] == ["", "5000", "5000", "5000", "5000", ""]


def test_enter_goes_on_to_the_cell_below(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    type_into(importer, 3, "power_uw", "1")
    table = importer.window.conditions.table
    assert table.currentIndex().row() == 4
    QTest.keyClicks(table, "2")
    # The line of the first cell is gone from the screen, but not deleted yet.
    editor = table.viewport().findChildren(QLineEdit)[-1]
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert [value(importer, row, "power_uw") for row in (3, 4, 5)] == ["1", "2", ""]


def test_a_kind_is_chosen_from_a_list(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    table = importer.window.conditions.table
    row = row_of(importer, "afternoon")
    click_cell(importer, row, "kind")
    QTest.keyClick(table, Qt.Key.Key_F2)
    combo = table.viewport().findChild(QComboBox)
    assert combo is not None
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    field = QStyle.SubControl.SC_ComboBoxEditField
    room = combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, combo).width()
    assert room >= max(combo.fontMetrics().horizontalAdvance(combo.itemText(k)) for k in range(combo.count()))
    combo.setCurrentIndex(combo.findData("dark"))
    combo.activated.emit(combo.currentIndex())
    assert value(importer, row, "kind") == "dark"


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
@pytest.mark.parametrize("word", ["pa", "efficiency", "response", "sphere b"])
def test_a_typed_kind_is_the_one_that_counts(
    lab: Bindings, bad_names: Path, until: Until, word: str, end: Qt.Key
) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    row = row_of(importer, "afternoon")
    click_cell(importer, row, "kind")
    before = value(importer, row, "kind")
    for letter in word:
        QTest.keyClicks(QApplication.focusWidget(), letter)
        QApplication.processEvents()
        assert value(importer, row, "kind") == before
    QTest.keyClick(QApplication.focusWidget(), end)
    QApplication.processEvents()
    assert value(importer, row, "kind") == {"sphere b": "sphere_blank"}.get(word, word)
    assert importer.window.action("undo").text() == "Undo: Set Kind"


def test_arrows_pass_kinds_by_and_escape_leaves_the_cell_alone(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    table = importer.window.conditions.table
    row = row_of(importer, "afternoon")
    click_cell(importer, row, "kind")
    before = value(importer, row, "kind")
    QTest.keyClick(table, Qt.Key.Key_F2)
    combo = table.viewport().findChild(QComboBox)
    assert combo is not None
    for key in (Qt.Key.Key_End, Qt.Key.Key_Up, Qt.Key.Key_Escape):
        QTest.keyClick(combo, key)
        QApplication.processEvents()
    assert value(importer, row, "kind") == before
    assert not importer.session.history.canUndo()


def test_a_click_in_the_open_list_takes_a_kind(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    table = importer.window.conditions.table
    row = row_of(importer, "afternoon")
    click_cell(importer, row, "kind")
    QTest.keyClick(table, Qt.Key.Key_F2)
    combo = table.viewport().findChild(QComboBox)
    assert combo is not None
    combo.showPopup()
    QApplication.processEvents()
    items = combo.view()
    place = items.visualRect(combo.model().index(combo.findData("pl"), 0)).center()
    QTest.mouseMove(items.viewport(), place)
    QTest.qWait(QApplication.doubleClickInterval() + 50)
    QTest.mouseClick(items.viewport(), LEFT, pos=place)
    until(lambda: value(importer, row, "kind") == "pl")


def test_fill_down_copy_paste_and_clear_work_as_in_a_spreadsheet(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    table = importer.window.conditions.table
    type_into(importer, 0, "power_uw", "3")
    click_cell(importer, 0, "power_uw")
    click_cell(importer, 3, "power_uw", shift=True)
    QTest.keyClick(table, Qt.Key.Key_D, CTRL)
    assert [value(importer, row, "power_uw") for row in range(5)] == ["3", "3", "3", "3", ""]
    QTest.keyClick(table, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "3\n3\n3\n3"
    QGuiApplication.clipboard().setText("1\t0,5\n2\t0,25\n")
    click_cell(importer, 5, "power_uw")
    QTest.keyClick(table, Qt.Key.Key_V, CTRL)
    found = [(value(importer, row, "power_uw"), value(importer, row, "exposure_s")) for row in (5, 6)]
    assert found == [("1", "0.5"), ("2", "0.25")]
    assert importer.window.action("undo").text() == "Undo: Paste 2 × 2 cells"
    click_cell(importer, 5, "power_uw")
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert value(importer, 5, "power_uw") == ""
    QTest.keyClick(importer.window, Qt.Key.Key_Z, CTRL)
    assert value(importer, 5, "power_uw") == "1"


def test_a_block_that_does_not_fit_changes_nothing(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    before = importer.session.table
    QGuiApplication.clipboard().setText("\n".join("5" for _ in range(60)))
    click_cell(importer, 20, "power_uw")
    QTest.keyClick(importer.window.conditions.table, Qt.Key.Key_V, CTRL)
    assert importer.session.table is before
    assert "60 rows" in importer.window.banner.message


def test_a_filter_shows_some_rows_and_edits_touch_no_hidden_one(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    page = importer.window.conditions
    table, state = page.table, importer.session.table
    assert state is not None
    every = range(len(state.rows))
    wanted = [k for k in every if "t200k" in state.rows[k].label.lower()]
    assert 1 < len(wanted) < len(state.rows)
    QTest.keyClicks(page.filter, "T200K")
    seen = [k for k in every if not table.isRowHidden(k)]
    assert set(wanted) <= set(seen)
    assert len(seen) < len(state.rows)
    assert page.card.subtitle.startswith(f"{len(seen)} of {len(state.rows)} rows")
    table.selectAll()
    assert table.selected_rows() == seen
    type_into(importer, seen[0], "sample", "filtered")
    click_cell(importer, seen[0], "sample")
    click_cell(importer, seen[-1], "sample", shift=True)
    table.fill_down()
    until(lambda: lab.jobs.is_idle and not importer.session.is_busy)
    assert [k for k in every if value(importer, k, "sample") == "filtered"] == seen
    page.filter.clear()
    assert not any(table.isRowHidden(k) for k in every)


def test_going_to_a_hidden_row_lifts_the_filter(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    page = importer.window.conditions
    page.filter.setText("no such words")
    assert page.table.isRowHidden(0)
    page.table.show_cell(0, "kind")
    assert (page.filter.text(), page.table.isRowHidden(0)) == ("", False)


def test_names_stay_in_view_and_cover_no_cell_that_is_gone_to(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    table = importer.window.conditions.table
    table.conditions.display_extra(("note", "nd_od", "accumulations", "pair", "bandwidth_nm", "path"))
    QApplication.processEvents()
    assert not table.names.isVisible()
    table.horizontalScrollBar().setValue(table.horizontalScrollBar().maximum())
    QApplication.processEvents()
    assert table.names.isVisible()
    index = cell(importer, 2, "temperature_k")
    assert table.visualRect(index).left() < table.columnWidth(0)
    table.setCurrentIndex(index)
    assert table.visualRect(index).left() >= table.columnWidth(0)


# --- template --------------------------------------------------------------------------------------------------
def test_a_typed_template_shows_what_it_matches_and_is_one_undo_step(
    lab: Bindings, bad_names: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    bar = importer.window.conditions.template
    QTest.keyClicks(bar.field, "{sample}-{kind}-T{T:K}-exc{exc:nm}-rep{rep}")
    until(lambda: bar.matched.text() == "≠ 24 of 25 matched")
    assert importer.session.history.count() == 1
    row = row_of(importer, "afternoon")
    model = importer.window.conditions.table.conditions
    assert model.face(row, words.FILE).sign == "≠"
    assert value(importer, row_of(importer, "ASPL-T80K"), "sample") == "CP20"
    importer.session.history.undo()
    assert bar.field.text() == ""


def test_a_faulty_template_tells_the_place_and_changes_nothing(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    before = importer.session.table
    bar = importer.window.conditions.template
    QTest.keyClicks(bar.field, "{kind}_T{T:X}")
    lines = bar.error.splitlines()
    assert "unit 'X' is not known" in lines[0]
    assert lines[1].strip() == "{kind}_T{T:X}"
    assert lines[2].index("^") - lines[1].index("{kind}") == len("{kind}_T{T:")
    QTest.qWait(250)
    assert importer.session.table is before


def test_a_regular_expression_stands_behind_advanced(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    bar = importer.window.conditions.template
    assert not bar.regex.isVisible()
    QTest.mouseClick(bar.advanced, LEFT)
    bar.regex.setChecked(True)
    QTest.keyClicks(bar.field, r"(?P<kind>ASPL|PL)-T(?P<T>\d+)")
    until(lambda: bar.matched.text() == "≠ 24 of 25 matched")


# --- check -----------------------------------------------------------------------------------------------------
def test_a_doubt_leads_to_its_row(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("check")
    until(lambda: importer.window.check.survey is not None)
    problems = importer.window.check.problems
    where = "CP20-PL-T200K-exc450nm-rep1.txt"
    link = next(
        f"{c}.{p}"
        for c, cause in enumerate(problems.causes)
        for p, place in enumerate(cause.places)
        if place[0] == where and "sources differ" in (cause.text + place[1])
    )
    problems._choose(link)
    assert importer.window.step == "conditions"
    index = importer.window.conditions.table.currentIndex()
    assert index.row() == row_of(importer, "T200K-exc450nm-rep1")
    assert importer.window.conditions.table.conditions.columns[index.column()] == "excitation_nm"


def test_a_hole_is_marked_and_a_cell_selects_its_rows(lab: Bindings, bad_names: Path, until: Until) -> None:
    for repeat in (1, 2):
        (bad_names / f"CP20-ASPL-T80K-exc535nm-rep{repeat}.txt").unlink()
    importer = dropped(lab, until, bad_names)
    importer.choose_step("check")
    check = importer.window.check
    until(lambda: check.survey is not None)
    assert check.coverage_card.subtitle == "! 1 hole"
    aspl = len(EXCITATIONS["PL"])
    assert check.coverage.is_hole(0, aspl + 1)
    box = check.coverage.cell_box(1, aspl + 1)
    QTest.mouseClick(check.coverage, LEFT, Qt.KeyboardModifier.NoModifier, box.center().toPoint())
    rows = importer.window.conditions.table.selected_rows()
    assert importer.session.table is not None
    assert [importer.session.table.rows[k].file for k in rows] == [
        f"CP20-ASPL-T200K-exc535nm-rep{repeat}.txt" for repeat in (1, 2)
    ]


def test_without_a_temperature_nothing_is_said_about_holes(lab: Bindings, tmp_path: Path, until: Until) -> None:
    for number in (450, 460):
        write_spectrum(tmp_path / f"PL_exc{number}nm.txt", number)
    importer = dropped(lab, until, tmp_path / "PL_exc450nm.txt", tmp_path / "PL_exc460nm.txt")
    assert value(importer, 0, "kind") == "pl"
    importer.choose_step("check")
    check = importer.window.check
    until(lambda: check.survey is not None and lab.jobs.is_idle)
    assert check.coverage_card.subtitle == "Nothing with a kind and a temperature"


def test_a_click_on_a_curve_selects_its_row(
    lab: Bindings, bad_names: Path, until: Until, click: Callable[..., None]
) -> None:
    write_spectrum(bad_names / "CP20-PL-T80K-exc470nm-rep1.txt", 400, peak_nm=580.0)
    importer = dropped(lab, until, bad_names)
    importer.choose_step("check")
    check = importer.window.check
    until(lambda: check.survey is not None)
    QApplication.processEvents()
    importer.window.grab()
    click(check.overlay.plot, check.overlay.plot.pixel_of(580.0, 815.0))
    until(lambda: importer.window.conditions.table.selected_rows())
    assert importer.window.conditions.table.selected_rows() == [row_of(importer, "exc470nm")]


# --- keeping ---------------------------------------------------------------------------------------------------
def test_a_saved_preset_is_offered_when_the_next_folder_looks_alike(
    lab: Bindings, bad_names: Path, tmp_path: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    guess(importer, lab, until)
    importer.presets.save("Upstairs")
    template = importer.session.table.template if importer.session.table is not None else None
    lab.imports.close()
    QApplication.processEvents()
    second = dropped(lab, until, write_badly_named(tmp_path / "CP21"))
    assert "Upstairs" in second.window.banner.message
    QTest.mouseClick(second.window.banner._action, LEFT)
    until(lambda: lab.jobs.is_idle and not second.session.is_busy)
    assert second.session.table is not None
    assert template is not None
    assert second.session.table.template is not None
    assert second.session.table.template.text == template.text
    assert not second.window.banner.isVisible()


def test_a_preset_is_deleted_once_the_user_confirms(
    lab: Bindings, bad_names: Path, tmp_path: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    guess(importer, lab, until)
    importer.presets.save("Upstairs")
    kept = tmp_path / "presets" / "Upstairs.json"
    for button, is_kept in ((QMessageBox.StandardButton.Cancel, True), (QMessageBox.StandardButton.Discard, False)):
        importer.presets.ask_deletion("Upstairs")
        assert importer.presets.prompt is not None
        QTest.mouseClick(importer.presets.prompt.button(button), LEFT)
        assert kept.exists() == is_kept


def test_the_import_window_opens_with_the_size_it_had(lab: Bindings, bad_names: Path, until: Until) -> None:
    first = dropped(lab, until, bad_names)
    first.window.resize(960, 654)
    lab.imports.close()
    QApplication.processEvents()
    second = dropped(lab, until, bad_names)
    assert second.window.height() == 654


def test_a_preset_goes_to_a_colleague_as_a_file(lab: Bindings, bad_names: Path, tmp_path: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    guess(importer, lab, until)
    importer.presets.export(tmp_path / "shared.json")
    assert (tmp_path / "shared.json").is_file()
    importer.session.history.undo()
    importer.presets.take_over(tmp_path / "shared.json")
    until(lambda: lab.jobs.is_idle and not importer.session.is_busy)
    assert importer.window.action("undo").text() == "Undo: Apply preset shared"
    assert (tmp_path / "presets" / "shared.json").is_file()


def test_a_manifest_is_written_once_and_replaced_only_when_asked(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    type_into(importer, 1, "power_uw", "7")
    importer.save_manifest()
    until(lambda: lab.jobs.is_idle)
    manifest = bad_names / "manifest.csv"
    first = manifest.read_text("utf-8")
    assert "power_uw" in first
    assert not importer.has_work
    type_into(importer, 1, "power_uw", "8")
    importer.save_manifest()
    assert importer.keeping.prompt is not None
    importer.keeping.prompt.button(Button.Cancel).click()
    assert manifest.read_text("utf-8") == first
    importer.save_manifest()
    importer.keeping.prompt.button(Button.Save).click()
    until(lambda: lab.jobs.is_idle)
    assert manifest.read_text("utf-8") != first
    assert (bad_names / "manifest.bak.csv").read_text("utf-8") == first


def test_closing_asks_only_when_work_would_be_lost(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    assert importer.window.close()
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    type_into(importer, 0, "power_uw", "7")
    assert not importer.window.close()
    assert importer.keeping.prompt is not None
    importer.keeping.prompt.button(Button.Cancel).click()
    assert importer.window.isVisible()
    assert not lab.window.close()
    importer.keeping.prompt.button(Button.Discard).click()
    until(lambda: not lab.window.isVisible())
    assert lab.imports.importer is None


def test_the_import_follows_a_change_of_theme(lab: Bindings, bad_names: Path, until: Until) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("check")
    until(lambda: importer.window.check.survey is not None)
    place = importer.window.check.overlay.plot.mapTo(importer.window, QPoint(120, 40))
    light = importer.window.grab().toImage().pixelColor(place)
    lab.choose_mode("dark")
    QApplication.processEvents()
    dark = importer.window.grab().toImage().pixelColor(place)
    assert light.lightness() > 200
    assert dark.lightness() < 60


def test_every_place_of_the_import_is_reached_by_keyboard_and_has_a_name(
    lab: Bindings, bad_names: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    window = importer.window
    for step in ("files", "conditions", "check"):
        importer.choose_step(step)
        until(lambda: lab.jobs.is_idle)
        page = window.pages.currentWidget()
        for widget in page.findChildren(QWidget):
            if isinstance(widget, QAbstractButton | QLineEdit | QComboBox | QAbstractItemView) and widget.isVisible():
                name = widget.accessibleName() or getattr(widget, "text", str)()
                is_part = isinstance(widget, QHeaderView) or isinstance(widget.parent(), QTableView | QComboBox)
                assert name or is_part, f"{step}: {type(widget).__name__} has no name"
                assert is_part or widget.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{step}: {name}"


def test_spectra_without_power_and_exposure_are_asked_for_on_both_pages(
    lab: Bindings, bad_names: Path, until: Until
) -> None:
    importer = dropped(lab, until, bad_names)
    importer.choose_step("conditions")
    words = importer.window.conditions.untold
    assert words.isVisible()
    assert "power, exposure time" in words.text()
    importer.choose_step("check")
    until(lambda: importer.window.check.survey is not None)
    first = importer.window.check.problems.causes[0]
    assert first.text.startswith("no emission spectrum tells its power, exposure time")
