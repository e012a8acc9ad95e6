"""The health matrix: the right cell, in words and signs as in colour, reached by mouse and keys."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from asplab.core.appraisal.health import FINE, FLAGGED, LOST, TOLD, UNKNOWN, Health, Measure, find_health
from asplab.core.document import Document
from asplab.core.experiment import Experiment
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import DARK, LIGHT, contrast
from asplab.gui.panels.health.cells import Cells, cells_of, table_text, whole_text
from asplab.gui.panels.health.inks import cell_colors
from asplab.gui.panels.health.matrix import HealthMatrix
from asplab.gui.panels.health.panel import HealthPanel, _counted
from asplab.gui.panels.health.quantities import CHOICES, QUANTITIES, SIGNS, severity
from asplab.gui.panels.health.words import tip
from asplab.gui.plots.diverging import diverging_color
from asplab.gui.step_list import MORE

Until = Callable[..., None]


@pytest.fixture
def panel(opened: Bindings, until: Until) -> HealthPanel:
    opened.looking.choose_step("health")
    found = opened.page
    assert isinstance(found, HealthPanel)
    with painted_once(opened.window):
        until(lambda: opened.jobs.is_idle and found.matrix.cells is not None)
    return found


def cells(panel: HealthPanel) -> Cells:
    found = panel.matrix.cells
    assert found is not None
    return found


def choose(panel: HealthPanel, key: str) -> None:
    panel.quantities.display(key)
    panel.quantities.chosen.emit(key)


def test_the_matrix_stands_in_the_menu_of_rarer_views(opened: Bindings) -> None:
    assert ("health", "Health") in MORE
    assert opened.window.toolbar.steps.in_menu[-len(MORE) :] == tuple(key for key, _ in MORE)


def test_every_condition_has_a_cell_with_a_sign(panel: HealthPanel, opened: Bindings) -> None:
    assert opened.session.results is not None
    health = find_health(opened.session.results)
    assert health is not None
    assert cells(panel).health.keys == health.keys
    measured = sum(bool(key) for row in health.keys for key in row)
    assert measured == len(opened.session.results.gathered.stacks)  # type: ignore[union-attr]
    for i, j in np.ndindex(*health.shape):
        assert cells(panel).texts[i][j].startswith(SIGNS[int(health.worst[i, j])])


@pytest.mark.parametrize("key", [key for key, _ in CHOICES])
def test_every_quantity_can_be_chosen_and_says_what_it_means(panel: HealthPanel, key: str) -> None:
    choose(panel, key)
    assert panel.legend.words
    assert any(text for row in cells(panel).texts for text in row)
    assert panel.signals.isEnabled() == (key in ("snr", "saturation", "drift"))


def test_colours_of_heat_differ_from_those_of_emission(panel: HealthPanel) -> None:
    choose(panel, "snr")
    light = cells(panel).texts
    panel.signals.display("heat")
    panel.signals.chosen.emit("heat")
    assert cells(panel).title == "Signal / noise, photothermal"
    assert cells(panel).texts != light


def test_a_click_selects_the_condition_everywhere(
    panel: HealthPanel, opened: Bindings, until: Until, click: Any
) -> None:
    panel.matrix._show_cell(1, 2)
    click(panel.matrix, panel.matrix.cell_box(1, 2).center().toPoint())
    key = cells(panel).health.keys[1][2]
    assert opened.looking.view.stack == key
    assert opened.looking.view.temperature == 1
    until(lambda: panel.matrix.selected == (1, 2))
    titles = [row.cells[0][3:].split(":")[0] for row in panel.table.rows]
    assert sorted(titles) == sorted(
        one.title for name, one in QUANTITIES.items() if name not in ("leak", "required_od")
    )
    signs = [row.cells[0][0] for row in panel.table.rows]
    assert signs == sorted(signs, key="✕!◇✓·".index)


def test_a_double_click_opens_the_spectra(panel: HealthPanel, opened: Bindings, click: Any, mouse: Any) -> None:
    place = panel.matrix.cell_box(0, 1).center().toPoint()
    click(panel.matrix, place)
    mouse(panel.matrix, "double", place)
    assert opened.looking.view.step == "spectra"
    assert opened.looking.view.stack == cells(panel).health.keys[0][1]


def test_arrow_keys_walk_and_enter_opens(panel: HealthPanel, opened: Bindings) -> None:
    panel.matrix.setFocus()
    QTest.keyClick(panel.matrix, Qt.Key.Key_Right)
    QTest.keyClick(panel.matrix, Qt.Key.Key_Down)
    assert opened.looking.view.stack == cells(panel).health.keys[1][1]
    assert "PL" in panel.matrix.accessibleDescription()
    QTest.keyClick(panel.matrix, Qt.Key.Key_Return)
    assert opened.looking.view.step == "spectra"


def test_arrow_keys_stop_at_the_edge(panel: HealthPanel, opened: Bindings) -> None:
    for _ in range(3):
        QTest.keyClick(panel.matrix, Qt.Key.Key_Up)
    before = opened.looking.view
    QTest.keyClick(panel.matrix, Qt.Key.Key_Left)
    assert opened.looking.view == before


def test_x_excludes_the_selected_condition_and_the_cell_shows_it(
    panel: HealthPanel, opened: Bindings, until: Until, click: Any
) -> None:
    click(panel.matrix, panel.matrix.cell_box(0, 2).center().toPoint())
    opened.window.menus.actions["toggle_excluded"].trigger()
    assert opened.tree.reasons.isVisible()
    next(iter(opened.tree.reasons.buttons.values())).click()
    until(lambda: opened.session.is_settled and opened.jobs.is_idle)
    until(lambda: cells(panel).health.is_excluded.any() and not cells(panel).is_stale)
    assert np.argwhere(cells(panel).health.is_excluded).tolist() == [[0, 2]]
    assert "excluded" in tip(cells(panel).health, 0, 2)
    opened.session.history.undo()
    until(lambda: opened.session.is_settled and opened.jobs.is_idle)
    until(lambda: not cells(panel).health.is_excluded.any())


def test_walking_does_not_wait_for_the_window(panel: HealthPanel) -> None:
    """Two keys in a row move by two cells, though the selection comes back later."""
    for _ in range(2):
        QTest.keyClick(panel.matrix, Qt.Key.Key_Right)
    assert panel.matrix._cursor == (0, 2)


def test_the_mouse_over_a_cell_tells_every_quantity_and_the_files(panel: HealthPanel) -> None:
    health = cells(panel).health
    words = tip(health, 0, health.shape[1] - 1)
    for measure in health.measures:
        assert QUANTITIES[measure.name].title in words
    assert health.files[0][-1][0].split("/")[-1][:8] in words.replace("\u200b", "")
    assert "±" in words


def test_a_leak_does_not_concern_a_stokes_excitation(panel: HealthPanel) -> None:
    assert "leak" not in tip(cells(panel).health, 0, 0)


def test_the_needed_rejection_is_shown_while_none_is_stated(panel: HealthPanel) -> None:
    choose(panel, "leak")
    assert cells(panel).title == "Rejection that excludes a leak"
    assert (cells(panel).level == UNKNOWN).all()
    assert any(text not in ("", "·") for row in cells(panel).texts for text in row)


def test_copying_gives_the_matrix_as_text(panel: HealthPanel) -> None:
    choose(panel, "hidden")
    panel.matrix.setFocus()
    QTest.keyClick(panel.matrix, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    rows, columns = cells(panel).health.shape
    assert len(lines) == rows + 3
    assert {len(line) for line in lines} == {columns + 1}
    assert lines[3][1:] == list(cells(panel).texts[0])


def test_copying_all_gives_a_line_for_each_condition(panel: HealthPanel) -> None:
    panel.matrix.setFocus()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(panel.matrix, Qt.Key.Key_C, both)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    health = cells(panel).health
    assert len(lines) == 1 + int(health.is_measured.sum())
    at = lines[0].index("light_snr")
    assert float(lines[1][at]) == pytest.approx(health.measure("light_snr").value[0, 0], rel=1e-4)


def test_a_row_of_the_summary_colours_by_its_quantity(panel: HealthPanel, click: Any) -> None:
    row = next(i for i, one in enumerate(panel.table.rows) if "Shape test" in one.cells[0])
    panel.table.row_chosen.emit(row)
    assert panel.quantities.key == "shape"
    assert cells(panel).title == "Shape test"


def test_wavelengths_can_be_given_as_energies(panel: HealthPanel) -> None:
    before = cells(panel).heads
    panel.units.display("meV")
    panel.units.chosen.emit("meV")
    assert cells(panel).heads != before
    assert all(2000 < float(head) < 3500 for head in cells(panel).heads)


def test_without_spectra_a_sentence_says_what_is_needed(bound: Bindings, until: Until) -> None:
    bound.session.begin(Document(Experiment("empty")))
    until(lambda: bound.session.is_settled)
    bound.looking.choose_step("health")
    panel = bound.page
    assert isinstance(panel, HealthPanel)
    until(lambda: bound.jobs.is_idle and panel.deck.is_empty)


# --- the widget alone ----------------------------------------------------------------------------------------
def large(rows: int, columns: int) -> Health:
    """Return a matrix of any size, with every level in it."""
    from asplab.core.appraisal.health import Column

    rng = np.random.default_rng(1)
    shape = (rows, columns)
    value = rng.lognormal(1.0, 1.0, shape)
    none = np.full(shape, np.nan)
    level = rng.choice([UNKNOWN, FINE, FLAGGED, TOLD, LOST], shape)
    why = tuple(tuple("" for _ in range(columns)) for _ in range(rows))
    names = [f"{i} {j}" for i in range(rows) for j in range(columns)]
    half = columns // 2
    return Health(
        temperatures_k=np.linspace(80.0, 300.0, rows),
        columns=tuple(
            Column("pl" if j < half else "aspl", (400.0 + j, 400.0 + j), (3e3, 3e3), (j - half, j - half))
            for j in range(columns)
        ),
        keys=tuple(tuple(names[i * columns : (i + 1) * columns]) for i in range(rows)),
        excluded=tuple(tuple("out" if (i + j) % 17 == 0 else "" for j in range(columns)) for i in range(rows)),
        files=tuple(tuple(("a.csv",) for _ in range(columns)) for _ in range(rows)),
        measures=tuple(
            Measure(name, value, none, none, none, np.full(shape, 3.0), level, why, "words") for name in QUANTITIES
        ),
    )


def test_heads_stay_in_sight_when_a_large_matrix_is_scrolled(make: Any) -> None:
    matrix = make(HealthMatrix, LIGHT, size=(500, 300))
    matrix.display(cells_of(large(40, 40), "light_snr", unit="nm", is_stale=False), None, 0, unit="nm")
    heads = matrix.viewport().grab().toImage().copy(0, 0, 60, 60)
    matrix.verticalScrollBar().setValue(400)
    matrix.horizontalScrollBar().setValue(300)
    assert matrix.viewport().grab().toImage().copy(0, 0, 60, 60) == heads
    assert matrix.cell_at(QPointF(100, 100)) == (
        (100 - 62 + 400) // 26,
        int(np.searchsorted(matrix._lefts, 400.0, side="right")) - 1,
    )
    assert matrix.cell_at(QPointF(20, 100)) is None


def test_walking_scrolls_the_cell_into_sight(make: Any) -> None:
    matrix = make(HealthMatrix, LIGHT, size=(500, 300))
    matrix.display(cells_of(large(40, 40), "worst", unit="nm", is_stale=False), None, 0, unit="nm")
    for _ in range(30):
        QTest.keyClick(matrix, Qt.Key.Key_Down)
        QTest.keyClick(matrix, Qt.Key.Key_Right)
    box = matrix.cell_box(30, 30)
    assert matrix.viewport().rect().contains(box.toAlignedRect())
    assert box.top() >= 62
    assert box.left() >= 64


def test_no_information_is_in_the_colour_alone() -> None:
    """Levels other than fine bear their sign in every view that colours them."""
    health = large(6, 8)
    for name in ("worst", *QUANTITIES):
        shown = cells_of(health, name, unit="nm", is_stale=False)
        for i, j in np.ndindex(*health.shape):
            level = int(shown.level[i, j])
            if level >= FLAGGED:
                assert shown.texts[i][j].startswith(SIGNS[level])


def test_levels_never_share_a_colour() -> None:
    health = large(12, 12)
    for measure in health.measures:
        part = severity(measure)
        ends = [(part[measure.level == level].min(), part[measure.level == level].max()) for level in range(4)]
        assert all(one[1] < other[0] for one, other in pairwise(ends))
        assert np.isnan(part[measure.level == UNKNOWN]).all()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_numbers_can_be_read_on_every_colour(theme: Any) -> None:
    for step in range(-64, 65):
        color, ink = cell_colors(theme, step, False)
        assert contrast(color, ink) >= 4.5


def test_an_old_matrix_is_painted_without_its_colours(make: Any) -> None:
    matrix = make(HealthMatrix, LIGHT, size=(500, 300))
    health = large(5, 6)
    shown = cells_of(health, "shape", unit="nm", is_stale=False)
    matrix.display(shown, None, 0, unit="nm")
    fresh = matrix.viewport().grab().toImage()
    matrix.display(replace(shown, is_stale=True), None, 0, unit="nm")
    assert matrix.viewport().grab().toImage() != fresh


def test_both_copies_hold_only_full_lines() -> None:
    health = large(4, 6)
    for text in (table_text(cells_of(health, "worst", unit="meV", is_stale=False)), whole_text(health)):
        lines = text.split("\n")
        assert len({line.count("\t") for line in lines}) == 1


@pytest.fixture(autouse=True)
def clean_clipboard() -> Iterator[None]:
    yield
    QGuiApplication.clipboard().clear()


def test_the_header_says_in_words_how_many_are_flagged_of_all(panel: HealthPanel) -> None:
    health = cells(panel).health
    told, _ = _counted(health, is_stale=False)
    total = int(health.is_measured.sum())
    levels = {name: int((health.worst == level).sum()) for name, level in (("lost", LOST), ("flagged", FLAGGED))}
    assert f"of {total} " in told
    assert all(f"{count} " in told and name in told for name, count in levels.items() if count)
    assert "◇" not in told


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_what_is_flagged_is_a_tint_and_only_what_is_told_stands_out(theme: Any) -> None:
    ground = theme.color("line")
    flagged, told = (diverging_color(theme, part) for part in (0.1, 0.6))

    def distance(color: Any) -> float:
        return sum(abs(a - b) for a, b in zip(color.getRgbF()[:3], ground.getRgbF()[:3], strict=True))

    assert distance(flagged) < 0.3 * distance(told)
    for measure in large(12, 12).measures:
        part = severity(measure)[measure.level == FLAGGED]
        assert part.max(initial=0.0) <= 0.1
