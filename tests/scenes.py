"""Moments of the window for its pictures: what a hand on mouse and keyboard brings up beside the resting steps."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from asplab.core.virtual import VirtualExperiment, simulate
from asplab.gui.bindings import Bindings
from asplab.gui.panels.corrections.panel import CorrectionsPanel
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.plots.base import Plot
from asplab.gui.plots.edge_field import EdgeField
from asplab.gui.widgets.settings_form import Section

Scene = Iterator[tuple[str, QWidget]]
"""Names and what is to be seen, each time after whatever computes has come to rest; no name, no picture."""

_PRESSES = {"sensitivity": ("Run", "Run all"), "arena": ("Run",), "referee": ("Ask",), "intervals": ("Sample",)}


def docks(bound: Bindings) -> Scene:
    """Show the panels that are closed at first, and every setting of a step."""
    window = bound.window
    bound.looking.choose_stack(_a_stack(bound))
    yield "selected", window
    bound.history.toggle()
    bound.window.commanded.emit("pin")
    bound.intents.edit_setting("integration", "window_nm", (420.0, 590.0))
    yield "pinned-history", window
    bound.session.history.undo()
    bound.window.commanded.emit("pin")
    bound.history.toggle()
    bound.window.status.problems_requested.emit()
    yield "problems", window
    window.workbench.docks["problems"].hide()
    for key in ("overview", "corrections", "polaron"):
        bound.looking.choose_step(key)
        dock = window.workbench.docks["settings"]
        dock.setFloating(True)
        for section in dock.findChildren(Section):
            section.unfold()
        dock.resize(320, 900)
        yield f"settings-{key}", dock
        dock.setFloating(False)
    window.workbench.reset()
    bound.looking.choose_step("overview")


def hand(bound: Bindings) -> Scene:
    """Drag an edge and stop halfway; type the place of another; compare two temperatures."""
    window = bound.window
    bound.looking.choose_step("overview")
    yield "", window
    page = bound.page
    assert isinstance(page, OverviewPanel)
    assert page.window_handle.region is not None
    plot = page.spectra
    grip = _grip(plot, page.window_handle.region[0])
    _mouse(plot, "press", grip)
    for step in range(1, 9):
        _mouse(plot, "move", grip + QPoint(step * 9, 0))
        QApplication.processEvents()
    yield "drag", window
    _mouse(plot, "release", grip + QPoint(72, 0))
    QApplication.processEvents()
    bound.session.history.undo()
    for name, key in (("typed-edge", "overview"), ("typed-edge-spectra", "spectra")):
        bound.looking.choose_step(key)
        yield "", window
        plot, edge = bound.page.findChildren(Plot)[0], 600.0
        _double_click(plot, _grip(plot, edge))
        QApplication.processEvents()
        yield name, window
        QTest.keyClick(plot.findChildren(EdgeField)[-1], Qt.Key.Key_Escape)
    bound.looking.choose_step("overview")
    bound.looking.compare(len(bound.looking.temperatures) - 1)
    for key in ("overview", "spectra", "absorption", "ratio", "efficiency"):
        bound.looking.choose_step(key)
        yield f"compared-{key}", window
    bound.looking.choose_step("polaron")
    yield "compared-polaron", window
    bound.looking.compare(None)


def work(bound: Bindings) -> Scene:
    """Show every correction before and after, scenarios beside one another, and studies that have run."""
    window = bound.window
    bound.looking.choose_step("corrections")
    yield "", window
    panel = bound.page
    assert isinstance(panel, CorrectionsPanel)
    for row in (1, 3, 4, 5, 9):
        panel.list.row_chosen.emit(row)
        yield f"correction-{row}", window
    bound.looking.choose_step("scenarios")
    yield "", window
    _press(bound.page, "Keep as new")
    bound.intents.edit_setting("integration", "window_nm", (450.0, 580.0))
    _press(bound.page, "Keep as new")
    yield "scenarios-two", window
    while bound.session.history.canUndo():
        bound.session.history.undo()
    bound.looking.choose_step("polaron")
    yield "", window
    polaron = bound.page
    assert isinstance(polaron, PolaronPanel)
    for key, captions in _PRESSES.items():
        polaron.choose(key)
        yield "", window
        for caption in captions:
            _press(polaron, caption)
        yield f"polaron-{key}-run", window


def guidance(bound: Bindings) -> Scene:
    """Show the guide, its search, the keys, about, help on a setting and every stop of the tour."""
    bound.help.open_guide("statistics")
    guide = bound.help.guide
    assert guide is not None
    guide.resize(1000, 720)
    yield "guide", guide
    guide.query.setText("Urbach")
    yield "guide-search", guide
    guide.close()
    bound.help.open_keys()
    yield "keys", bound.help.key_list
    bound.help.key_list.close()
    bound.help.open_about()
    yield "about", bound.help.about
    bound.help.about.close()
    bound.tour.begin(is_ready=True)
    stop = 0
    while bound.tour.is_running:
        stop += 1
        yield f"tour-{stop}", bound.window
        assert bound.tour.bubble is not None
        bound.tour.bubble.forward.emit()


def importing(bound: Bindings, scratch: Path) -> Scene:
    """Show the import window with a day of raw files, and with names that hardly tell anything."""
    yield from _imported(bound, "import", raw_day(scratch / "day"))
    yield from _imported(bound, "import-odd", odd_names(scratch / "CP20"))


def _imported(bound: Bindings, name: str, folder: Path) -> Scene:
    bound.imports.open([folder])
    importer = bound.imports.importer
    assert importer is not None
    importer.window.resize(bound.window.size())
    for step in ("files", "conditions", "check"):
        yield "", importer.window
        importer.choose_step(step)
        yield f"{name}-{step}", importer.window
    bound.imports.close()


def failing(bound: Bindings, scratch: Path) -> Scene:
    """Show what is said about a corrupt project and about a folder that lacks half of what η needs."""
    corrupt = scratch / "day3.nxs"
    corrupt.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(200))
    bound.files.open(corrupt)
    yield "error-corrupt", bound.window
    only_pl = VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=3)
    folder = scratch / "pl_only"
    simulate(folder, only_pl, seed=2)
    manifest = folder / "manifest.csv"
    lines = manifest.read_text(encoding="utf-8").splitlines()
    kept = [line for k, line in enumerate(lines) if k == 0 or not any(f",{kind}," in line for kind in ("aspl", "pa"))]
    manifest.write_text("\n".join(kept) + "\n", encoding="utf-8")
    bound.files.open(manifest)
    for key in ("overview", "spectra", "absorption", "ratio", "efficiency", "polaron", "health", "temperatures"):
        yield "", bound.window
        bound.looking.choose_step(key)
        yield f"no-eta-{key}", bound.window


# --- folders ------------------------------------------------------------------------------------------------------
def raw_day(folder: Path) -> Path:
    """Write the files of a small simulated day without its manifest."""
    simulate(folder, VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=3), seed=4)
    for told in folder.glob("*.csv"):
        told.unlink()
    return folder


def odd_names(folder: Path) -> Path:
    """Write spectra whose kind stands in the middle of long names, one odd name and two files that can't be read."""
    folder.mkdir(parents=True)
    axis = np.linspace(440.0, 600.0, 161)
    rng = np.random.default_rng(7)
    for temperature in (80, 200):
        for kind, excitations in {"PL": (405, 430, 450), "ASPL": (525, 535, 545)}.items():
            for excitation in excitations:
                for repeat in (1, 2):
                    counts = 20.0 + 800.0 * np.exp(-(((axis - 515.0) / 9.0) ** 2)) + rng.normal(0.0, 2.0, axis.size)
                    rows = "\n".join(f"{x:.2f}\t{y:.2f}" for x, y in zip(axis, counts, strict=True))
                    name = f"CsPbBr3_sample20_{kind}_T{temperature}K_exc{excitation}nm_rep{repeat}_run4.txt"
                    (folder / name).write_text(rows + "\n", encoding="utf-8")
    (folder / "afternoon.txt").write_text("\n".join(f"{x:.2f}\t{x / 7:.3f}" for x in axis) + "\n", encoding="utf-8")
    (folder / "broken.sif").write_bytes(b"Andor Technology Multi-Channel File\n65538 1\n")
    (folder / "empty.txt").write_bytes(b"")
    return folder


# --- the hand -----------------------------------------------------------------------------------------------------
def _a_stack(bound: Bindings) -> str:
    assert bound.session.results is not None
    gathered = bound.session.results.gathered
    assert gathered is not None
    here = [stack.key for stack in gathered.stacks if stack.temperature == bound.looking.view.temperature]
    return here[-3]


def _grip(plot: Plot, place: float) -> QPoint:
    low, high = plot.view[1]
    return plot.pixel_of(place, low + 0.3 * (high - low))


def _mouse(plot: Plot, kind: str, point: QPoint) -> None:
    kinds = {
        "press": QEvent.Type.MouseButtonPress,
        "move": QEvent.Type.MouseMove,
        "release": QEvent.Type.MouseButtonRelease,
    }
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    world = QPointF(plot.viewport().mapToGlobal(point))
    changed, held = (none if kind == "move" else left), (none if kind == "release" else left)
    event = QMouseEvent(kinds[kind], QPointF(point), world, changed, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot.viewport(), event)


def _double_click(plot: Plot, point: QPoint) -> None:
    click: Callable[..., None] = QTest.mouseClick
    QTest.mouseMove(plot.viewport(), point)
    click(plot.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=point)


def _press(host: QWidget, caption: str) -> None:
    for button in host.findChildren(QPushButton):
        if button.isVisible() and button.isEnabled() and button.text() == caption:
            button.click()
            return
