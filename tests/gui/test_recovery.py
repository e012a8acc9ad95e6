"""Crash recovery: unsaved work is kept beside the window, goes on a clean close, and is offered after a crash."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from asplab.core import Document
from asplab.core.errors import ProjectError
from asplab.core.progress import Progress
from asplab.core.project.file import save_project
from asplab.core.scenarios import state_of
from asplab.gui.bindings import Bindings
from asplab.gui.files import kept_work
from asplab.gui.files.recovery import FIRST_MS, KEEP_MS, Recovery

Until = Callable[..., None]

CRASH = """
import os, signal, sys, time
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from asplab.gui.bindings import Bindings
from asplab.gui.files.recovery import Recovery
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import Appearance
from asplab.gui.preferences import Preferences
from asplab.gui.window import Window

data, kept, scratch = map(Path, sys.argv[1:])
application = QApplication([])
window, jobs = Window(), Jobs()
window.build()
preferences = Preferences(QSettings(str(scratch), QSettings.Format.IniFormat))
bound = Bindings(window, jobs, Appearance(application, "light"), preferences, str)
recovery = Recovery(kept, window, bound.session, jobs, bound.files, bound.messages, keep_ms=50)
bound.files.open(data)
while not bound.session.is_settled or bound.session.document is None:
    application.processEvents()
bound.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 90.0))
bound.intents.exclude("a.csv", "bubble")
bound.intents.create_scenario()
while not (recovery.own_folder / "state.nxs").is_file() or not jobs.is_idle:
    application.processEvents()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def recovery_of(bound: Bindings, folder: Path, keep_ms: int = 20) -> Recovery:
    return Recovery(folder, bound.window, bound.session, bound.jobs, bound.files, bound.messages, keep_ms=keep_ms)


@pytest.fixture
def recovery(bound: Bindings, folder: Path, measured: Path, until: Until) -> Iterator[Recovery]:
    """A window on the small folder, which keeps its unsaved work at once."""
    made = recovery_of(bound, folder)
    bound.files.open(measured)
    until(lambda: bound.session.document is not None and bound.session.is_settled)
    yield made
    made.close()


def edit(bound: Bindings) -> None:
    bound.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 90.0))


def state_file(recovery: Recovery) -> Path:
    return recovery.own_folder / kept_work.STATE


def orphan(folder: Path, document: Document, origin: Path | None) -> Path:
    """Leave work behind as a window does that is gone."""
    place = folder / "gone"
    kept_work.keep(place, document, origin, Progress())
    return place


@pytest.fixture
def edited(measured_document: Document) -> Document:
    polaron = replace(measured_document.settings.polaron, detuning_range_mev=(0.0, 90.0))
    return measured_document.with_settings(polaron=polaron).excluding("a.csv", "bubble")


def prompt_of(recovery: Recovery, until: Until) -> QMessageBox:
    until(lambda: recovery.prompt is not None)
    assert recovery.prompt is not None
    return recovery.prompt


def answer(prompt: QMessageBox, text: str) -> None:
    button = next(button for button in prompt.buttons() if button.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


# --- keeping -------------------------------------------------------------------------------------------------
def test_nothing_is_kept_of_what_needs_no_saving(recovery: Recovery, folder: Path, until: Until) -> None:
    deadline = monotonic() + 0.1
    until(lambda: monotonic() > deadline)
    assert not folder.exists()


def test_unsaved_work_is_kept_without_the_data_that_are_on_the_disk(
    recovery: Recovery, bound: Bindings, measured: Path, until: Until
) -> None:
    edit(bound)
    until(lambda: state_file(recovery).is_file() and bound.jobs.is_idle)
    assert not (recovery.own_folder / kept_work.DATA).exists()
    kept = kept_work.find(recovery.own_folder)
    assert kept.origin == measured
    assert kept.document.settings.polaron.detuning_range_mev == (0.0, 90.0)
    assert kept_work.contents_words(kept) == "1 changed setting"


def test_the_first_change_is_kept_much_sooner_than_those_after_it(
    bound: Bindings, folder: Path, measured: Path, until: Until
) -> None:
    made = recovery_of(bound, folder, KEEP_MS)
    bound.files.open(measured)
    until(lambda: bound.session.document is not None and bound.session.is_settled)
    edit(bound)
    assert made._timer.interval() == FIRST_MS < KEEP_MS / 4
    made.keep()
    until(lambda: state_file(made).is_file() and bound.jobs.is_idle)
    bound.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 100.0))
    assert made._timer.interval() == KEEP_MS
    made.close()


def test_nothing_is_written_while_a_hand_drags(recovery: Recovery, bound: Bindings, until: Until) -> None:
    bound.intents.drag_detuning_range(0.0, 90.0)
    deadline = monotonic() + 0.3
    until(lambda: monotonic() > deadline and bound.session.is_modified)
    assert not state_file(recovery).exists()
    bound.session.finish_gesture()
    until(lambda: state_file(recovery).is_file() and bound.jobs.is_idle)


def test_data_that_no_file_holds_are_kept_once(bound: Bindings, folder: Path, edited: Document, until: Until) -> None:
    recovery = recovery_of(bound, folder)
    bound.files.begin_unsaved("Import", edited)
    data = recovery.own_folder / kept_work.DATA
    until(lambda: state_file(recovery).is_file() and bound.jobs.is_idle and bound.session.is_settled)
    written = data.stat().st_mtime_ns
    state = state_file(recovery).stat().st_mtime_ns
    bound.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 100.0))
    until(lambda: state_file(recovery).stat().st_mtime_ns != state and bound.jobs.is_idle)
    assert data.stat().st_mtime_ns == written
    restored = kept_work.restore(kept_work.find(recovery.own_folder), Progress())
    assert len(restored.document.experiment.spectra) == len(edited.experiment.spectra)
    assert restored.document.settings.polaron.detuning_range_mev == (0.0, 100.0)
    recovery.close()


def test_what_is_saved_or_undone_is_kept_no_more(
    recovery: Recovery, bound: Bindings, until: Until, tmp_path: Path
) -> None:
    edit(bound)
    until(lambda: state_file(recovery).is_file() and bound.jobs.is_idle)
    bound.session.history.undo()
    until(lambda: not state_file(recovery).exists())
    bound.session.history.redo()
    until(lambda: state_file(recovery).is_file() and bound.jobs.is_idle)
    bound.files.save_to(tmp_path / "day.nxs")
    until(lambda: not state_file(recovery).exists())


def test_a_clean_close_leaves_nothing(recovery: Recovery, bound: Bindings, folder: Path, until: Until) -> None:
    edit(bound)
    until(lambda: state_file(recovery).is_file() and bound.jobs.is_idle)
    bound.window.may_close = True
    bound.window.close()
    assert list(folder.iterdir()) == []


def test_a_folder_that_can_not_be_written_is_told(
    bound: Bindings, folder: Path, edited: Document, until: Until
) -> None:
    folder.write_text("in the way", encoding="utf-8")
    recovery = recovery_of(bound, folder)
    bound.files.begin_unsaved("Import", edited)
    until(lambda: "can't be kept" in bound.window.banner.message)
    until(lambda: bound.session.is_settled)
    recovery.close()


# --- offering ------------------------------------------------------------------------------------------------
def test_after_a_crash_the_work_is_offered_and_recovered(
    bound: Bindings, folder: Path, measured: Path, until: Until, tmp_path: Path
) -> None:
    place = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    ended = subprocess.run([sys.executable, "-c", CRASH, measured, folder, tmp_path / "p.ini"], env=place, check=False)
    assert ended.returncode == -signal.SIGKILL
    recovery = recovery_of(bound, folder)
    recovery.offer()
    prompt = prompt_of(recovery, until)
    assert "Recover unsaved work on small?" in prompt.text()
    assert "1 changed setting, 1 exclusion, 1 scenario" in prompt.informativeText()
    assert str(measured) in prompt.informativeText()
    answer(prompt, "Recover")
    until(lambda: bound.session.document is not None and bound.session.is_settled)
    document = bound.session.document
    assert document is not None
    assert document.settings.polaron.detuning_range_mev == (0.0, 90.0)
    assert document.exclusions.reason("a.csv") == "bubble"
    assert [one.name for one in document.scenarios] == ["Scenario 1"]
    assert bound.session.is_modified
    assert bound.session.history.undoText() == "Recover unsaved work"
    # It stays kept, by this window now.
    until(lambda: state_file(recovery).is_file() and bound.jobs.is_idle)
    until(lambda: [one.name for one in folder.iterdir()] == [recovery.own_folder.name])
    recovery.close()


def test_work_on_a_project_goes_back_to_it(
    bound: Bindings, folder: Path, edited: Document, measured_document: Document, until: Until, tmp_path: Path
) -> None:
    project = save_project(measured_document, tmp_path / "day.nxs")
    orphan(folder, edited, project)
    recovery = recovery_of(bound, folder)
    recovery.offer()
    answer(prompt_of(recovery, until), "Recover")
    until(lambda: bound.session.document is not None and bound.session.is_settled)
    assert bound.session.path == project
    assert bound.session.document is not None
    assert state_of(bound.session.document) == state_of(edited)
    bound.session.history.undo()
    assert not bound.session.is_modified
    until(lambda: bound.jobs.is_idle)
    recovery.close()
    assert list(folder.iterdir()) == []


def test_later_offers_it_again_and_discard_does_not(
    bound: Bindings, folder: Path, edited: Document, measured: Path, until: Until
) -> None:
    place = orphan(folder, edited, measured)
    recovery = recovery_of(bound, folder)
    recovery.offer()
    answer(prompt_of(recovery, until), "Later")
    assert place.is_dir()
    recovery.offer()
    answer(prompt_of(recovery, until), "Discard")
    until(lambda: not place.exists())
    assert bound.session.document is None
    recovery.close()


def test_work_of_a_window_that_is_open_is_not_offered(
    recovery: Recovery, bound: Bindings, folder: Path, until: Until
) -> None:
    edit(bound)
    until(lambda: state_file(recovery).is_file() and bound.jobs.is_idle)
    other = recovery_of(bound, folder)
    other.offer()
    assert bound.jobs.is_idle
    assert other.prompt is None


def test_raw_data_that_changed_meanwhile_are_told(edited: Document, folder: Path, tmp_path: Path) -> None:
    sources = edited.experiment.sources
    before = replace(sources[0], sha256="0" * 64)
    altered = replace(edited.experiment, sources=(before, *sources[1:]))
    project = save_project(edited, tmp_path / "day.nxs")
    place = orphan(folder, replace(edited, experiment=altered), project)
    assert kept_work.restore(kept_work.find(place), Progress()).doubts == (sources[0].path,)


def test_data_that_are_gone_leave_the_work_kept(
    bound: Bindings, folder: Path, edited: Document, until: Until, tmp_path: Path
) -> None:
    place = orphan(folder, edited, tmp_path / "moved")
    recovery = recovery_of(bound, folder)
    recovery.offer()
    answer(prompt_of(recovery, until), "Recover")
    until(lambda: "stays kept" in bound.window.banner.message)
    assert kept_work.find(place).document.settings == edited.settings
    recovery.close()


def test_work_that_was_cut_short_is_never_half_there(folder: Path, edited: Document, measured: Path) -> None:
    place = orphan(folder, edited, measured)
    assert kept_work.find(place).document.settings == edited.settings
    (place / kept_work.ORIGIN).unlink()
    with pytest.raises(ProjectError, match="where the data are"):
        kept_work.find(place)
    assert kept_work.find_all((place, folder), Progress()) == ()
