"""The window: themes, keys, messages, jobs, and a clean end."""

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from asplab.core.errors import InputError
from asplab.core.progress import Progress
from asplab.gui.bindings import Bindings
from asplab.gui.excepthook import ExceptHook
from asplab.gui.jobs.runner import Jobs
from asplab.gui.preferences import MOST_RECENT, Preferences
from asplab.gui.step_list import STEPS

Until = Callable[..., None]
Button = QMessageBox.StandardButton


def test_an_empty_window_says_what_to_do(bound: Bindings) -> None:
    window = bound.window
    assert window.windowTitle() == "ASPLab"
    assert window.stack.currentWidget() is window.start
    assert not window.menus.actions["save"].isEnabled()
    assert window.menus.actions["open"].isEnabled()


# --- looks and keys --------------------------------------------------------------------------------------------
def test_switching_the_theme_restyles_every_plot_and_is_remembered(opened: Bindings, until: Until) -> None:
    light = opened.window.grab().toImage()
    opened.window.menus.mode_actions["dark"].trigger()
    until(lambda: opened.appearance.turns.is_idle)
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
        assert opened.looking.view.step == key
        assert opened.window.pages.currentWidget() is opened.pages[key]
        assert opened.window.toolbar.steps.current == key


def test_every_step_paints_with_the_results_it_was_given(opened: Bindings, application: QApplication) -> None:
    for key, _ in STEPS:
        opened.looking.choose_step(key)
        application.processEvents()
        image = opened.pages[key].grab().toImage()
        colors = {image.pixelColor(x, y).rgb() for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colors) > 12, key


def test_page_keys_change_the_temperature(opened: Bindings, application: QApplication) -> None:
    opened.tree.view.clearFocus()
    opened.window.menus.actions["warmer"].trigger()
    application.processEvents()
    assert opened.looking.view.temperature == 1
    opened.window.menus.actions["warmer"].trigger()
    assert opened.looking.view.temperature == 1
    opened.window.toolbar.temperatures.activated.emit(0)
    application.processEvents()
    assert opened.looking.view.temperature == 0


def test_every_command_of_the_menus_is_answered(bound: Bindings) -> None:
    assert set(bound.window.menus.actions) == set(bound._commands)


def test_the_problems_open_above_the_status_line(opened: Bindings, until: Until) -> None:
    assert opened.session.document is not None
    fixed = replace(opened.session.document.settings.efficiency, quantum_yield="fixed")
    opened.session.edit("Fix QY", opened.session.document.with_settings(efficiency=fixed))
    until(lambda: opened.session.is_settled)
    assert opened.window.status._problems.text() == "! 1 problem"
    opened.window.status._problems.click()
    assert opened.problems.isVisible()
    assert [cause.tone for cause in opened.problems.causes if cause.tone != "info"] == ["bad"]
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


def test_qt_writes_no_second_name_behind_the_title() -> None:
    """Qt appends the display name, where there is one, to every title that does not end with it."""
    code = (
        "from PySide6.QtWidgets import QApplication; from asplab.gui.main import name_application;"
        "app = QApplication([]); app.setApplicationName(''); name_application(app); print(app.applicationDisplayName())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "asplab"


def test_the_version_is_told_without_a_window() -> None:
    command = [sys.executable, "-m", "asplab.gui.main", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.startswith("asplab ")
