"""Files in and out: dropped folders and projects, saving, exporting, closing; what is told about them."""

import shutil
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from asplab.core import Document
from asplab.core.errors import InputError
from asplab.core.export.figures import write_figures
from asplab.core.export.style.presets import DEFAULT
from asplab.core.progress import Progress
from asplab.core.virtual import simulate
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.gui.bindings import Bindings
from asplab.gui.edits import move_window
from asplab.gui.files.jobs import join, read_document

Until = Callable[..., None]
Button = QMessageBox.StandardButton


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another folder: one more temperature of the same sample."""
    folder = tmp_path_factory.mktemp("warm") / "warm"
    simulate(folder, VirtualExperiment(temperatures_k=(280.0,), repeats=3), seed=8)
    return folder


def drop(bound: Bindings, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, action = QPoint(200, 200), Qt.DropAction.CopyAction
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        # Qt 6.12 deprecates this constructor; older versions, which Python 3.11 needs, have no other.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(place, action, mime, buttons, modifiers)
    QApplication.sendEvent(bound.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(bound.window, QDropEvent(QPointF(place), action, mime, buttons, modifiers))


def settled(bound: Bindings) -> bool:
    return bound.jobs.is_idle and bound.session.is_settled


def narrow(bound: Bindings) -> Document:
    """Change something that can be saved."""
    assert bound.session.document is not None
    bound.session.edit("Move window", move_window(bound.session.document, 470.0, 580.0))
    assert bound.session.document is not None
    return bound.session.document


def as_measured(simulated: Path, folder: Path) -> Path:
    """Copy a simulated experiment to a folder that does not say so."""
    shutil.copytree(simulated, folder)
    manifest = folder / "manifest.csv"
    lines = [line for line in manifest.read_text("utf-8").splitlines() if not line.startswith("#")]
    manifest.write_text("\n".join(lines).replace("simulated", "measured"), "utf-8")
    return folder


# --- files -----------------------------------------------------------------------------------------------------
def test_a_dropped_folder_is_read_analysed_and_shown_and_undo_does_not_take_it_away(
    bound: Bindings, measured: Path, until: Until
) -> None:
    drop(bound, measured)
    until(lambda: bound.session.document is not None and settled(bound))
    assert bound.session.results is not None
    assert bound.session.results.is_complete
    assert bound.window.stack.currentWidget() is bound.window.workbench
    assert bound.window.windowTitle() == "ASPLab — small[*]"
    assert "simulated data" in bound.window.status._saved.text()
    QTest.keyClick(bound.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not bound.session.history.canUndo()
    assert bound.session.document is not None
    assert bound.window.stack.currentWidget() is bound.window.workbench


def test_a_folder_that_was_only_opened_asks_nothing_when_it_is_closed(
    bound: Bindings, measured: Path, until: Until
) -> None:
    drop(bound, measured)
    until(lambda: bound.session.document is not None and settled(bound))
    assert not bound.window.isWindowModified()
    assert bound.window.close()
    assert bound.files.prompt is None


def test_what_is_excluded_and_brought_back_again_need_not_be_saved(opened: Bindings, until: Until) -> None:
    assert opened.session.results is not None
    assert opened.session.results.gathered is not None
    key = opened.session.results.gathered.stacks[0].key
    opened.intents.exclude(key, "drift")
    assert opened.window.isWindowModified()
    opened.intents.bring_back(key)
    assert not opened.window.isWindowModified()
    until(lambda: settled(opened))


def test_of_several_projects_the_first_opens_and_the_others_are_named(
    opened: Bindings, tmp_path: Path, warm: Path, until: Until
) -> None:
    places = [tmp_path / f"{name}.nxs" for name in ("first", "second", "third")]
    for place in places:
        opened.files.save_to(place)
        until(lambda: opened.jobs.is_idle)
    opened.session.begin(None)
    drop(opened, *places, warm)
    until(lambda: opened.session.document is not None and settled(opened))
    assert opened.session.path == places[0]
    assert opened.window.banner.message == (
        "first.nxs is open. Not opened: second.nxs, third.nxs, warm; a project opens alone."
    )


def test_several_measured_folders_open_together_in_place_of_a_simulated_one(
    opened: Bindings, measured: Path, warm: Path, tmp_path: Path, until: Until
) -> None:
    folders = [as_measured(folder, tmp_path / f"lab-{folder.name}") for folder in (measured, warm)]
    drop(opened, *folders)
    until(lambda: not opened.session.document.experiment.simulated and settled(opened))
    assert opened.session.results.gathered.temperatures_k.tolist() == [120.0, 250.0, 280.0]
    assert "opened in place of small" in opened.window.banner.message


def test_a_second_folder_is_added_in_one_step(opened: Bindings, warm: Path, until: Until) -> None:
    drop(opened, warm)
    until(lambda: opened.session.history.canUndo() and settled(opened))
    assert opened.session.results is not None
    assert opened.session.results.gathered is not None
    assert opened.session.results.gathered.temperatures_k.tolist() == [120.0, 250.0, 280.0]
    assert opened.window.toolbar.temperatures.count() == 3
    opened.session.history.undo()
    until(lambda: settled(opened))
    assert opened.window.toolbar.temperatures.count() == 2


def test_an_added_folder_is_told_with_the_way_back(opened: Bindings, warm: Path, until: Until) -> None:
    drop(opened, warm)
    until(lambda: opened.session.history.canUndo() and settled(opened))
    assert "warm was added to small; Undo takes it away again" in opened.window.banner.message
    opened.session.history.undo()
    assert not opened.window.banner.isVisible()
    until(lambda: settled(opened))


def test_measured_data_never_mix_with_simulated_data(
    opened: Bindings, warm: Path, tmp_path: Path, until: Until
) -> None:
    """A folder that does not say it is simulated opens in place of the open simulated experiment."""
    folder = as_measured(warm, tmp_path / "lab")
    drop(opened, folder)
    until(lambda: opened.session.document.experiment.name == "lab" and settled(opened))
    assert not opened.session.document.experiment.simulated
    assert opened.session.results.gathered.temperatures_k.tolist() == [280.0]
    assert not opened.session.history.canUndo()


def test_a_folder_that_is_there_already_is_not_added_twice(opened: Bindings, measured: Path, until: Until) -> None:
    drop(opened, measured)
    until(lambda: opened.jobs.is_idle)
    assert opened.session.history.count() == 0
    assert "every file is part of small already" in opened.window.banner.message


def test_files_of_equal_name_but_other_content_get_their_folder_in_front(measured: Path, warm: Path) -> None:
    first, second = (read_document(folder, Progress()).experiment for folder in (measured, warm))
    other = replace(second, sources=tuple(replace(s, path=first.sources[0].path) for s in second.sources[:1]))
    joined = join(first, replace(other, spectra=(replace(second.spectra[0], source=first.sources[0].path),)))
    assert len({source.path for source in joined.sources}) == len(joined.sources)
    assert joined.sources[-1].path == f"warm/{first.sources[0].path}"
    with pytest.raises(InputError, match="nothing was added"):
        join(first, first)


def test_a_dead_file_is_a_banner_and_the_document_stays(opened: Bindings, tmp_path: Path, until: Until) -> None:
    before = opened.session.document
    dead = tmp_path / "dead.nxs"
    dead.write_bytes(b"no project at all")
    drop(opened, dead)
    until(lambda: opened.window.banner.message)
    assert "dead.nxs" in opened.window.banner.message
    assert opened.session.document is before
    assert opened.window.isEnabled()


def test_one_bad_folder_does_not_stop_the_good_one(
    bound: Bindings, measured: Path, tmp_path: Path, until: Until
) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    drop(bound, empty, measured)
    until(lambda: bound.session.document is not None and settled(bound))
    assert str(empty) in bound.window.banner.message
    assert bound.window.windowTitle() == "ASPLab — small[*]"


def test_what_could_not_be_read_is_told_and_the_rest_is_there(
    bound: Bindings, measured: Path, tmp_path: Path, until: Until
) -> None:
    folder = tmp_path / "holes"
    shutil.copytree(measured, folder)
    text = (folder / "manifest.csv").read_text(encoding="utf-8")
    (folder / "manifest.csv").write_text(f"{text.rstrip()}\ngone.csv,dark\n", encoding="utf-8")
    drop(bound, folder)
    until(lambda: bound.session.document is not None and settled(bound))
    assert "gone.csv" in bound.window.banner.message
    assert bound.session.results is not None
    assert bound.session.results.is_complete
    assert bound.window.status._problems.isVisible()


def test_save_and_open_bring_the_document_back(opened: Bindings, tmp_path: Path, until: Until) -> None:
    document, path = narrow(opened), tmp_path / "kept.nxs"
    assert opened.window.isWindowModified()
    opened.files.save_to(path)
    until(lambda: not opened.session.is_modified)
    assert not opened.window.isWindowModified()
    assert opened.window.status._saved.text().startswith("saved ")
    opened.session.begin(None)
    drop(opened, path)
    until(lambda: opened.session.document is not None and settled(opened))
    assert opened.session.document is not None
    assert opened.session.document is not document
    assert opened.session.document.settings == document.settings
    assert opened.session.path == path
    assert not opened.session.is_modified
    assert path.resolve() in opened.preferences.recent


def test_saving_again_keeps_the_previous_version(opened: Bindings, tmp_path: Path, until: Until) -> None:
    path = tmp_path / "kept.nxs"
    opened.files.save_to(path)
    until(lambda: opened.session.path == path)
    narrow(opened)
    QTest.keyClick(opened.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    until(lambda: not opened.session.is_modified)
    assert (tmp_path / "kept.bak.nxs").is_file()


def test_saving_where_nothing_can_be_written_is_told_and_stays_unsaved(
    opened: Bindings, tmp_path: Path, until: Until
) -> None:
    narrow(opened)
    opened.files.save_to(tmp_path / "missing" / "kept.nxs")
    until(lambda: opened.window.banner.message)
    assert "missing" in opened.window.banner.message
    assert opened.session.is_modified
    opened.files.save_to(tmp_path / "kept.nxs")
    until(lambda: not opened.session.is_modified)
    assert not opened.window.banner.isVisible()


@pytest.mark.parametrize("what", ["tables", "report", "script"])
def test_an_export_appears_complete_and_never_over_another(
    what: str, opened: Bindings, tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    # PDF and PNG take three quarters of the time of a report, whose figures are SVG.
    quick = partial(write_figures, preset=replace(DEFAULT, formats=("svg",)))
    monkeypatch.setattr("asplab.core.export.figures.write_figures", quick)
    for _ in range(2 if what == "tables" else 1):
        opened.window.banner.clear()
        opened.exports.export(what, tmp_path)
        until(lambda: opened.window.banner.message, seconds=40)
        assert opened.window.banner.message.startswith("Written to ")
    names = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("small"))
    assert names == ([f"small-{what}", f"small-{what}-2"] if what == "tables" else [f"small-{what}"])
    assert any((tmp_path / names[0]).iterdir())


def test_a_bundle_holds_the_raw_files_beside_the_project(
    opened: Bindings, measured: Path, tmp_path: Path, until: Until
) -> None:
    opened.files.folder = measured.parent
    opened.exports.export("bundle", tmp_path)
    until(lambda: opened.window.banner.message, seconds=60)
    (packed,) = (tmp_path / "small-bundle").glob("*.zip")
    with zipfile.ZipFile(packed) as file:
        names = file.namelist()
        assert file.read("data/manifest.csv") == (measured / "manifest.csv").read_bytes()
    assert "results/project.nxs" in names
    document = opened.session.document
    assert document is not None
    assert len([name for name in names if name.startswith("data/")]) == len(document.experiment.sources)


# --- closing ---------------------------------------------------------------------------------------------------
def test_an_unmodified_window_closes_at_once(opened: Bindings) -> None:
    assert opened.window.close()
    assert opened.jobs.is_idle


def test_closing_asks_first_and_cancel_keeps_the_window(opened: Bindings) -> None:
    narrow(opened)
    assert not opened.window.close()
    assert opened.files.prompt is not None
    opened.files.prompt.button(Button.Cancel).click()
    assert opened.window.isVisible()
    assert opened.session.is_modified


def test_closing_can_discard(opened: Bindings, until: Until) -> None:
    narrow(opened)
    opened.window.close()
    assert opened.files.prompt is not None
    opened.files.prompt.button(Button.Discard).click()
    until(lambda: not opened.window.isVisible())


def test_closing_can_save_first(opened: Bindings, tmp_path: Path, until: Until) -> None:
    path = tmp_path / "kept.nxs"
    opened.files.save_to(path)
    until(lambda: opened.session.path == path)
    document = narrow(opened)
    opened.window.close()
    assert opened.files.prompt is not None
    opened.files.prompt.button(Button.Save).click()
    until(lambda: not opened.window.isVisible())
    assert opened.session._saved is document
    assert (tmp_path / "kept.bak.nxs").is_file()


def test_the_title_bears_the_name_of_the_file_once_there_is_one(
    opened: Bindings, tmp_path: Path, until: Callable[..., None]
) -> None:
    until(lambda: opened.session.is_settled)
    assert opened.window.windowTitle() == "ASPLab — small[*]"
    assert opened.session.document is not None
    opened.session.mark_saved(opened.session.document, tmp_path / "my demo.nxs")
    assert opened.window.windowTitle() == "ASPLab — my demo.nxs · small[*]"
