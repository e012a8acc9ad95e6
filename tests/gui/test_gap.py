"""Gap and start of the tail in hand; wavelengths above photon energies; edges that go to real filters."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core.units import wavelength_from_energy
from asplab.gui.bindings import Bindings
from asplab.gui.plots.base import Plot
from asplab.gui.plots.snap import filter_places, nearest_place

Until = Callable[..., None]
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def drag(
    plot: Plot, start: QPoint, end: QPoint, until: Until, session: Any, *, modifiers: Qt.KeyboardModifier = NONE
) -> None:
    """Drag an edge, letting every move be computed."""
    left, none, target = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, plot.viewport()

    def send(kind: QEvent.Type, point: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        place, world = QPointF(point), QPointF(target.mapToGlobal(point))
        QApplication.sendEvent(target, QMouseEvent(kind, place, world, button, held, modifiers))
        until(lambda: session.results.document is session.document)

    send(QEvent.Type.MouseMove, start, none, none)
    send(QEvent.Type.MouseButtonPress, start, left, left)
    for part in (0.25, 0.5, 0.75, 1.0):
        send(QEvent.Type.MouseMove, start + (end - start) * part, none, left)
    send(QEvent.Type.MouseButtonRelease, end, left, none)
    until(lambda: session.is_settled)


@pytest.fixture
def absorption(opened: Bindings, until: Until) -> Any:
    opened.looking.choose_step("absorption")
    until(lambda: opened.session.is_settled)
    opened.window.grab()
    return opened.page


def reference(opened: Bindings) -> float:
    results = opened.session.results
    assert results is not None
    assert results.energies is not None
    return float(results.energies.reference_mev[0])


def test_dragging_the_gap_gives_it_and_keeps_its_error_as_one_undo_step(
    opened: Bindings, absorption: Any, until: Until
) -> None:
    plot, before = absorption.scan, reference(opened)
    results = opened.session.results
    assert results is not None
    error = float(results.energies.reference_error_mev[0])
    start = plot.pixel_of(0.0, plot.view[1][0]) - QPoint(0, 12)
    end = start + QPoint(40, 0)
    wanted = before - 40 * (plot.view[0][1] - plot.view[0][0]) / plot.box.width()
    drag(plot, start, end, until, opened.session)
    assert reference(opened) == pytest.approx(wanted, abs=0.5)
    document = opened.session.document
    assert document is not None
    (given,) = document.settings.energies.given_reference
    assert given.error_mev == pytest.approx(error)
    assert opened.session.history.count() == 1
    assert opened.session.history.undoText() == "Move given reference"
    opened.session.history.undo()
    until(lambda: opened.session.is_settled)
    assert reference(opened) == before


def test_the_scan_stands_still_on_the_screen_while_its_zero_follows_the_hand(
    opened: Bindings, absorption: Any, until: Until
) -> None:
    plot = absorption.scan
    energy = reference(opened) - 60.0
    start = plot.pixel_of(0.0, plot.view[1][0]) - QPoint(0, 12)
    place = plot.pixel_of(60.0, 0.0).x()
    drag(plot, start, start - QPoint(30, 0), until, opened.session)
    assert plot.pixel_of(reference(opened) - energy, 0.0).x() == pytest.approx(place, abs=1)
    assert plot.pixel_of(0.0, 0.0).x() == pytest.approx(start.x() - 30, abs=1)


def test_the_gap_is_dragged_on_the_axis_of_wavelengths_too(opened: Bindings, absorption: Any, until: Until) -> None:
    absorption.axis.setFocus()
    QTest.keyClick(absorption.axis, Qt.Key.Key_Down)
    assert absorption.axis.key == "wavelength"
    opened.window.grab()
    until(lambda: opened.session.is_settled)
    plot = absorption.scan
    nm = float(wavelength_from_energy(reference(opened)))
    start = plot.pixel_of(nm, plot.view[1][0]) - QPoint(0, 12)
    drag(plot, start, start + QPoint(20, 0), until, opened.session)
    moved = float(wavelength_from_energy(reference(opened)))
    assert moved - nm == pytest.approx(20 * (plot.view[0][1] - plot.view[0][0]) / plot.box.width(), rel=0.05)


def test_the_start_of_the_tail_is_dragged(opened: Bindings, absorption: Any, until: Until) -> None:
    opened.intents.edit_setting("baseline", "shape", "urbach")
    until(lambda: opened.session.is_settled)
    opened.window.grab()
    document = opened.session.document
    assert document is not None
    before = document.settings.baseline.tail_from_mev
    plot = absorption.tail
    start = plot.pixel_of(before, plot.view[1][0]) - QPoint(0, 20)
    drag(plot, start, start + QPoint(15, 0), until, opened.session)
    assert opened.session.document is not None
    by = 15 * (plot.view[0][1] - plot.view[0][0]) / plot.box.width()
    assert opened.session.document.settings.baseline.tail_from_mev == pytest.approx(before + by, abs=0.5)
    assert opened.session.history.undoText() == "Move tail from"


def test_above_detunings_of_one_temperature_stand_wavelengths(opened: Bindings, absorption: Any) -> None:
    axis = absorption.nm_axes[absorption.scan]
    low, high = absorption.scan.view[0]
    ((spacing, places),) = axis.tickValues(low, high, absorption.scan.box.width())
    nm = wavelength_from_energy(reference(opened) - np.asarray(places))
    assert len(places) >= 3
    assert np.allclose(nm / spacing, np.round(nm / spacing))
    assert sum(text.endswith(" nm") for text in axis.tickStrings(places, 1.0, spacing)) == 1
    assert np.diff(places).min() * absorption.scan.box.width() / (high - low) >= 40


def test_shift_takes_a_cutoff_to_the_edge_of_a_filter_and_says_which(opened: Bindings, until: Until) -> None:
    opened.looking.choose_step("spectra")
    results = opened.session.results
    assert results is not None
    stack = next(one for one in results.gathered.stacks if one.shortpass_nm or one.longpass_nm)
    opened.looking.choose_stack(stack.key)
    until(lambda: opened.session.is_settled)
    opened.window.grab()
    page: Any = opened.page
    side = "longpass" if stack.longpass_nm else "shortpass"
    handle, plot, hints = page.cutoffs[side], page.plot, []
    plot.hint_changed.connect(hints.append)
    start = plot.pixel_of(handle.place, 0.0)
    drag(plot, start, start + QPoint(60, 0), until, opened.session, modifiers=SHIFT)
    used = {getattr(one, f"{side}_nm") for one in results.gathered.stacks} - {None}
    names = filter_places(side, used)
    assert handle.place in {one.place for one in names}
    assert handle.place != pytest.approx(stack.longpass_nm or stack.shortpass_nm)
    snapped = next(one for one in names if one.place == handle.place)
    assert any(snapped.name in hint for hint in hints)


def test_filters_of_the_experiment_are_offered_with_those_of_the_catalogue() -> None:
    places = filter_places("longpass", (547.3, 550.0))
    assert nearest_place(places, 547.0).name == "filter of this experiment"
    assert nearest_place(places, 551.0).name.startswith("filter of this experiment, FELH0550")
    assert nearest_place((), 500.0) is None
