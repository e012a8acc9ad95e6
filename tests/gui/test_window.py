"""The window: files in and out, themes, keys, messages, and a clean end."""

import gc
import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from asplab.core import Document
from asplab.core.errors import InputError
from asplab.core.progress import Progress
from asplab.core.virtual import simulate
from asplab.core.virtual_experiment import VirtualExperiment
from asplab.gui.bindings import Bindings
from asplab.gui.edits import move_window
from asplab.gui.excepthook import ExceptHook
from asplab.gui.file_jobs import join, read_folder
from asplab.gui.jobs import Jobs
from asplab.gui.preferences import MOST_RECENT, Preferences
from asplab.gui.window import STEPS

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


# --- files -----------------------------------------------------------------------------------------------------
def test_an_empty_window_says_what_to_do(bound: Bindings) -> None:
    window = bound.window
    assert window.windowTitle() == "ASPLab"
    assert window.stack.currentWidget() is window._empty_page
    assert not window.actions_by_key["save"].isEnabled()
    assert window.actions_by_key["open"].isEnabled()


def test_a_dropped_folder_is_read_analysed_and_shown_and_undo_takes_it_away(
    bound: Bindings, measured: Path, until: Until
) -> None:
    drop(bound, measured)
    until(lambda: bound.session.document is not None and settled(bound))
    assert bound.session.results is not None
    assert bound.session.results.is_complete
    assert bound.window.stack.currentWidget() is bound.window.columns
    assert bound.window.windowTitle() == "ASPLab — small[*]"
    assert "simulated data" in bound.window.status._saved.text()
    assert bound.session.history.undoText() == "Add small"
    bound.session.history.undo()
    assert bound.session.document is None
    assert bound.window.stack.currentWidget() is bound.window._empty_page


def test_a_second_folder_is_added_in_one_step(opened: Bindings, warm: Path, until: Until) -> None:
    drop(opened, warm)
    until(lambda: opened.session.history.canUndo() and settled(opened))
    assert opened.session.results is not None
    assert opened.session.results.gathered is not None
    assert opened.session.results.gathered.temperatures_k.tolist() == [120.0, 250.0, 280.0]
    assert opened.window.temperatures.count() == 3
    opened.session.history.undo()
    until(lambda: settled(opened))
    assert opened.window.temperatures.count() == 2


def test_an_added_folder_is_told_with_the_way_back(opened: Bindings, warm: Path, until: Until) -> None:
    drop(opened, warm)
    until(lambda: opened.session.history.canUndo() and settled(opened))
    assert "warm was added to small; Undo takes it away again" in opened.window.banner.message


def test_measured_data_never_mix_with_simulated_data(
    opened: Bindings, warm: Path, tmp_path: Path, until: Until
) -> None:
    """A folder that does not say it is simulated opens in place of the open simulated experiment."""
    folder = tmp_path / "lab"
    shutil.copytree(warm, folder)
    manifest = folder / "manifest.csv"
    lines = [line for line in manifest.read_text("utf-8").splitlines() if not line.startswith("#")]
    manifest.write_text("\n".join(lines).replace("simulated", "measured"), "utf-8")
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
    first, second = (read_folder(folder, Progress()) for folder in (measured, warm))
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


@pytest.mark.parametrize("what", ["tables", "report"])
def test_an_export_appears_complete_and_never_over_another(
    what: str, opened: Bindings, tmp_path: Path, until: Until
) -> None:
    for _ in range(2 if what == "tables" else 1):
        opened.window.banner.clear()
        opened.files.export(what, tmp_path)
        until(lambda: opened.window.banner.message, seconds=40)
        assert opened.window.banner.message.startswith("Written to ")
    names = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("small"))
    assert names == ([f"small-{what}", f"small-{what}-2"] if what == "tables" else [f"small-{what}"])
    assert any((tmp_path / names[0]).iterdir())


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


# --- looks and keys --------------------------------------------------------------------------------------------
def test_switching_the_theme_restyles_every_plot_and_is_remembered(opened: Bindings) -> None:
    light = opened.window.grab().toImage()
    opened.window.mode_actions["dark"].trigger()
    dark = opened.window.grab().toImage()
    centre = QPoint(700, 300)
    assert light.pixelColor(centre).lightness() > 150
    assert dark.pixelColor(centre).lightness() < 90
    assert opened.preferences.mode == "dark"
    assert opened.session.history.count() == 0


def test_number_keys_walk_through_the_steps(opened: Bindings, application: QApplication) -> None:
    for number, (key, _) in enumerate(STEPS, start=1):
        QTest.keyClick(opened.window, Qt.Key(Qt.Key.Key_0 + number))
        application.processEvents()
        assert opened.view.step == key
        assert opened.window.pages.currentWidget() is opened.pages[key]
        assert opened.window.steps.current == key


def test_every_step_paints_with_the_results_it_was_given(opened: Bindings, application: QApplication) -> None:
    for key, _ in STEPS:
        opened.choose_step(key)
        application.processEvents()
        image = opened.pages[key].grab().toImage()
        colors = {image.pixelColor(x, y).rgb() for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colors) > 12, key


def test_page_keys_change_the_temperature(opened: Bindings, application: QApplication) -> None:
    opened.tree.view.clearFocus()
    opened.window.actions_by_key["warmer"].trigger()
    application.processEvents()
    assert opened.view.temperature == 1
    opened.window.actions_by_key["warmer"].trigger()
    assert opened.view.temperature == 1
    opened.window.temperatures.activated.emit(0)
    application.processEvents()
    assert opened.view.temperature == 0


def test_every_command_of_the_menus_is_answered(bound: Bindings) -> None:
    assert set(bound.window.actions_by_key) == set(bound._commands)


def test_the_guide_lists_its_pages_and_opens_them(bound: Bindings, application: QApplication) -> None:
    titles = [action.text() for action in bound.window.help_menu.actions()]
    assert any("virtual" in title.lower() for title in titles)


def test_the_problems_open_above_the_status_line(opened: Bindings) -> None:
    assert opened.session.document is not None
    fixed = replace(opened.session.document.settings.efficiency, quantum_yield="fixed")
    opened.session.edit("Fix QY", opened.session.document.with_settings(efficiency=fixed))
    assert opened.window.status._problems.text() == "! 1 problem"
    opened.window.status._problems.click()
    assert opened.problems.isVisible()
    assert any(check.tone == "bad" for check in opened.problems.list.checks)
    opened.problems.close()


def test_a_refused_setting_is_told_on_the_banner(opened: Bindings) -> None:
    opened.page.window_dragged.emit(590.0, 500.0)
    opened.session.finish_gesture()
    assert "must lie below" in opened.window.banner.message
    assert opened.session.history.count() == 0


def test_an_edited_setting_becomes_one_step_with_its_name(opened: Bindings) -> None:
    opened.inspector.setting_edited.emit("transmission", "cutoff_guard_nm", 8.0)
    assert opened.session.document is not None
    assert opened.session.document.settings.transmission.cutoff_guard_nm == 8.0
    assert opened.session.history.undoText() == "Change cutoff guard"


# --- the rest --------------------------------------------------------------------------------------------------
def test_an_uncaught_exception_is_logged_and_told(bound: Bindings, tmp_path: Path) -> None:
    hook = ExceptHook(tmp_path / "log", lambda words: bound.window.banner.report("bad", words))
    error = ValueError("seven is no colour")
    hook.catch(ValueError, error, None)
    hook.remove()
    assert "seven is no colour" in bound.window.banner.message
    assert "ValueError: seven is no colour" in hook.log_file.read_text(encoding="utf-8")


def test_an_unwritable_log_does_not_hide_the_exception(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    told: list[str] = []
    hook = ExceptHook(tmp_path / "taken", told.append)
    hook.catch(ValueError, ValueError("lost"), None)
    hook.remove()
    assert "lost" in told[0]
    assert "details" not in told[0]


def test_of_jobs_with_one_key_only_the_newest_is_heard(application: QApplication, until: Until) -> None:
    jobs, heard = Jobs(), []

    def work(name: str) -> Callable[[Progress], str]:
        def run(progress: Progress) -> str:
            if name == "old":
                progress.cancelled.wait(5)
            progress.step(1, 1, name)
            return name

        return run

    for name in ("old", "new"):
        jobs.start("reading", name, work(name), done=heard.append, failed=heard.append)
    until(lambda: jobs.is_idle)
    assert heard == ["new"]


def test_a_failing_job_tells_its_exception_and_a_cancelled_one_nothing(application: QApplication, until: Until) -> None:
    jobs, heard = Jobs(), []

    def fail(progress: Progress) -> None:
        raise InputError("no such thing")

    jobs.start("reading", "fails", fail, done=heard.append, failed=heard.append)
    until(lambda: jobs.is_idle)
    assert [str(error) for error in heard] == ["no such thing"]
    jobs.start("reading", "waits", lambda progress: progress.cancelled.wait(5), done=heard.append, failed=heard.append)
    jobs.cancel()
    until(lambda: jobs.is_idle)
    assert len(heard) == 1


def test_cyclic_garbage_is_left_alone_while_a_job_runs(application: QApplication, until: Until) -> None:
    # A Qt object that the collector destroys in a job's thread takes the program down.
    jobs, seen = Jobs(), []
    jobs.start("reading", "looks", lambda progress: gc.isenabled(), done=seen.append, failed=seen.append)
    until(lambda: jobs.is_idle)
    assert seen == [False]
    assert gc.isenabled()


def test_recent_places_are_few_unique_and_still_there(tmp_path: Path) -> None:
    preferences = Preferences(QSettings(str(tmp_path / "p.ini"), QSettings.Format.IniFormat))
    places = [tmp_path / f"place{number}" for number in range(MOST_RECENT + 2)]
    for place in places:
        place.mkdir()
        preferences.remember(place)
    preferences.remember(places[-2])
    assert preferences.recent[0] == places[-2]
    assert len(preferences.recent) == MOST_RECENT
    places[-1].rmdir()
    assert places[-1] not in preferences.recent
    preferences.choose_mode("dark")
    assert preferences.mode == "dark"


def test_the_frame_of_the_window_loads_no_heavy_library() -> None:
    code = "import sys, json, asplab.gui.main; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    roots = {name.split(".")[0] for name in loaded}
    assert roots & {"numpy", "scipy", "pyqtgraph", "h5py", "lmfit", "matplotlib"} == set()


def test_the_version_is_told_without_a_window() -> None:
    command = [sys.executable, "-m", "asplab.gui.main", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.startswith("asplab ")
