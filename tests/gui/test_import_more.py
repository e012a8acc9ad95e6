"""Published tables from the clipboard, the settings of one experiment for another, and folders that grow."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QMessageBox

from asplab.core.importing.preset import Preset, save_preset
from asplab.core.virtual import simulate
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.gui.bindings import Bindings
from asplab.gui.edits import move_window

Until = Callable[..., None]
ETA = "T (K)\tΔE (meV)\tη\terror\n" + "\n".join(
    f"{t}\t{de}\t{1 / (1 + 2.718 ** ((de - 60) / 12)):.4f}\t0.01" for t in (120, 200, 280) for de in range(20, 121, 10)
)


def settled(bound: Bindings) -> bool:
    return bound.jobs.is_idle and bound.session.is_settled


# --- published tables ------------------------------------------------------------------------------------------
def test_a_copied_table_of_efficiencies_is_analysed(bound: Bindings, until: Until) -> None:
    QGuiApplication.clipboard().setText(ETA)
    bound.window.menus.actions["paste_published"].trigger()
    until(lambda: bound.session.document is not None and settled(bound), seconds=60)
    assert bound.session.document is not None
    assert [table.kind for table in bound.session.document.experiment.tables] == ["efficiency"]
    assert bound.session.results is not None
    assert bound.session.results.polaron is not None
    assert bound.session.is_modified


def test_a_table_without_temperature_asks_for_it(bound: Bindings, until: Until) -> None:
    lines = [line.split("\t", 1)[1] for line in ETA.splitlines()[:12]]
    bound.published.read("\n".join(lines))
    dialog = bound.published.dialog
    assert dialog is not None
    assert bound.session.document is None
    dialog.setDoubleValue(150.0)
    dialog.accept()
    until(lambda: bound.session.document is not None and settled(bound), seconds=60)
    assert bound.session.document is not None
    column = bound.session.document.experiment.tables[0].column("temperature_k")
    assert column is not None
    assert set(column.tolist()) == {150.0}


def test_a_second_table_joins_the_first(bound: Bindings, until: Until) -> None:
    bound.published.read(ETA)
    until(lambda: settled(bound), seconds=60)
    bound.published.read(ETA.replace("120\t", "121\t"))
    assert bound.session.document is not None
    assert [table.source for table in bound.session.document.experiment.tables] == ["Pasted table", "Pasted table 2"]
    assert "was added" in bound.window.banner.message
    assert bound.window.banner.property("tone") == "info"
    bound.session.history.undo()
    assert len(bound.session.document.experiment.tables) == 1
    until(lambda: settled(bound), seconds=60)


def test_text_that_is_no_table_is_told_on_the_banner(bound: Bindings) -> None:
    bound.published.read("some words\nand more")
    assert "no column holds η, R or I" in bound.window.banner.message
    assert bound.session.document is None


# --- settings for another folder -------------------------------------------------------------------------------
def test_another_folder_opens_with_the_settings_of_this_one(
    opened: Bindings, measured: Path, tmp_path: Path, until: Until
) -> None:
    other = tmp_path / "other"
    shutil.copytree(measured, other)
    assert opened.session.document is not None
    opened.session.edit("Move window", move_window(opened.session.document, 470.0, 580.0))
    settings = opened.session.document.settings
    opened.files.open_with_settings(other)
    until(lambda: opened.files.prompt is not None)
    assert opened.files.prompt is not None
    opened.files.prompt.button(QMessageBox.StandardButton.Discard).click()
    until(lambda: settled(opened))
    assert opened.session.document.experiment.name == "other"
    assert opened.session.document.settings == settings
    assert opened.session.is_modified
    opened.window.may_close = True


def test_a_later_folder_does_not_get_borrowed_settings(
    opened: Bindings, measured: Path, tmp_path: Path, until: Until
) -> None:
    assert opened.session.document is not None
    opened.session.begin(move_window(opened.session.document, 470.0, 580.0))
    settings = opened.session.document.settings
    opened.files.open_with_settings(tmp_path / "missing")
    until(lambda: opened.window.banner.message)
    opened.files.open(measured)
    until(lambda: opened.jobs.is_idle and opened.session.document.settings != settings)


# --- a folder that grows ---------------------------------------------------------------------------------------
@pytest.fixture
def growing(tmp_path: Path) -> tuple[Path, list[Path]]:
    """A folder with all but the last repeats, and the files that come later."""
    whole, folder = tmp_path / "whole", tmp_path / "cold"
    simulate(whole, VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=3), seed=5)
    shutil.copytree(whole, folder)
    late = sorted(path for path in whole.rglob("*.csv") if "03" in path.stem or path.stem.endswith("3"))
    late = [path for path in late if path.name != "manifest.csv"]
    assert late
    for path in late:
        (folder / path.relative_to(whole)).unlink()
    return folder, late


def watch(bound: Bindings, folder: Path) -> None:
    bound.watching._timer.setInterval(30)
    bound.watching.watch(folder)


def bring(folder: Path, late: list[Path]) -> None:
    whole = folder.parent / "whole"
    for path in late:
        shutil.copy(path, folder / path.relative_to(whole))


def test_new_files_of_a_watched_folder_are_one_undo_step_with_news(
    bound: Bindings, growing: tuple[Path, list[Path]], until: Until
) -> None:
    folder, late = growing
    half = len(late) // 2
    watch(bound, folder)
    until(lambda: bound.session.document is not None and bound.session.is_settled, seconds=60)
    assert bound.session.document is not None
    before = len(bound.session.document.experiment.sources)
    bring(folder, late[:half])
    until(lambda: len(bound.session.document.experiment.sources) == before + half, seconds=60)
    until(lambda: bound.session.is_settled, seconds=60)
    bring(folder, late[half:])
    until(lambda: len(bound.session.document.experiment.sources) == before + len(late), seconds=60)
    assert bound.session.history.count() == 1
    assert bound.session.history.undoText() == f"Watch folder: {len(late)} new files"
    strip = bound.window.watch_strip
    until(lambda: any("3 repeats" in line for line in strip.texts), seconds=60)
    assert strip.isVisible()
    assert not bound.session.is_modified
    bound.session.history.undo()
    assert not bound.watching.is_active
    assert len(bound.session.document.experiment.sources) == before
    assert "undone" in strip.texts[-1]
    until(lambda: settled(bound), seconds=60)


def test_watching_ends_with_its_button(bound: Bindings, growing: tuple[Path, list[Path]], until: Until) -> None:
    folder, _ = growing
    watch(bound, folder)
    until(lambda: bound.session.document is not None and bound.session.is_settled, seconds=60)
    bound.window.watch_strip.stop.click()
    assert not bound.watching.is_active
    bound.window.watch_strip.stop.click()
    assert not bound.window.watch_strip.isVisible()
    until(lambda: settled(bound), seconds=60)


def test_a_watched_folder_that_goes_away_is_told_once_and_waited_for(
    bound: Bindings, growing: tuple[Path, list[Path]], until: Until
) -> None:
    folder, _ = growing
    watch(bound, folder)
    until(lambda: bound.session.document is not None and bound.session.is_settled, seconds=60)
    folder.rename(folder.with_name("away"))
    strip = bound.window.watch_strip
    until(lambda: any("isn't there" in line for line in strip.texts))
    until(lambda: not bound.watching._timer.isActive())
    until(lambda: bound.watching._timer.isActive())
    assert sum("isn't there" in line for line in strip.texts) == 1
    assert bound.watching.is_active
    bound.watching.stop()


def test_a_folder_without_manifest_is_watched_by_a_preset_or_not_at_all(bound: Bindings, tmp_path: Path) -> None:
    bound.watching.presets = tmp_path / "presets"
    folder = tmp_path / "raw"
    folder.mkdir()
    bound.watching.watch(folder)
    assert "no preset yet" in bound.window.banner.message
    assert not bound.watching.is_active


def test_a_folder_without_manifest_is_watched_by_the_preset_that_the_user_confirms(
    bound: Bindings, tmp_path: Path, until: Until
) -> None:
    bound.watching.presets = tmp_path / "presets"
    for name in ("Downstairs", "Upstairs"):
        template = "{kind}_T{T:K}_exc{exc:nm}_rep{rep}" if name == "Upstairs" else "{sample}~{kind}"
        save_preset(Preset(name, template=template), bound.watching.presets)
    folder = tmp_path / "raw"
    folder.mkdir()
    wavelength = np.linspace(440.0, 600.0, 60)
    for repeat in (1, 2):
        counts = np.random.default_rng(repeat).uniform(10.0, 20.0, 60)
        rows = "\n".join(f"{x:.2f}\t{y:.3f}" for x, y in zip(wavelength, counts, strict=True))
        (folder / f"PL_T80K_exc450nm_rep{repeat}.txt").write_text(f"{rows}\n", "utf-8")
    bound.watching._timer.setInterval(30)
    bound.watching.watch(folder)
    dialog = bound.watching.dialog
    assert isinstance(dialog, QInputDialog)
    assert dialog.textValue() == "Upstairs"
    dialog.accept()
    until(lambda: bound.session.document is not None and bound.session.is_settled, seconds=60)
    assert bound.session.document is not None
    assert len(bound.session.document.experiment.spectra) == 2
    bound.watching.stop()
    until(lambda: settled(bound))
