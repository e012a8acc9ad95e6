"""The arena page: who meets is ticked, a run waits for the user, and what it found is told in numbers and words."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton
from response_level import DETUNING_MEV, Truth

from asplab.core import Results
from asplab.core.arena import Arena, ArenaRecord, FittedHypothesis, run_arena
from asplab.core.jobs.opening import load_document
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import DARK, LIGHT, Theme, contrast
from asplab.gui.panels.polaron.arena import ArenaPage
from asplab.gui.panels.polaron.arena_matrix import TINT, ShareMatrix
from asplab.gui.panels.polaron.arena_studies import ARENA, Contest, duration, seconds_of
from asplab.gui.panels.polaron.arena_words import EXPLANATIONS, pairs, verdict
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.widgets.numerals import plain

Until = Callable[..., None]


def plain_words(label: QLabel) -> str:
    """Return the words of a label with plain blanks."""
    return label.text().replace("\u00a0", " ")


Click = Callable[..., None]
HERE = 1
_CHI2, _POWER = 2, 1


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def names_of(page: ArenaPage) -> list[str]:
    return [row.cells[0] for row in page.table.rows]


def ticked(page: ArenaPage) -> list[str]:
    return [row.cells[0] for row in page.table.rows if row.checked]


def toggle(page: ArenaPage, name: str, click: Click) -> None:
    click(page.table, page.table.check_box(names_of(page).index(name)).center().toPoint())


def type_into(field: object, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def page(opened: Bindings, until: Until) -> ArenaPage:
    opened.looking.choose_temperature(HERE)
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("arena")
    found = panel.page
    assert isinstance(found, ArenaPage)
    with painted_once(opened.window):
        until(lambda: opened.session.is_settled and found.table.rows)
    return found


@pytest.fixture
def small(page: ArenaPage, until: Until, click: Click) -> ArenaPage:
    """Polaron against a straight line, few draws: a run of a second."""
    for name in ("thermal", "leak", "two-photon"):
        toggle(page, name, click)
    type_into(page.draws, "20")
    until(lambda: page.request(ARENA.key).draws == 20)
    return page


def run(page: ArenaPage, opened: Bindings, until: Until) -> Arena:
    until(lambda: page.run_button.isEnabled())
    QTest.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    until(lambda: page._is_current and opened.jobs.is_idle, seconds=60.0)
    found = page._state.value.arena
    assert isinstance(found, Arena)
    return found


def test_nothing_runs_before_it_is_asked_for_and_the_time_is_told(page: ArenaPage, opened: Bindings) -> None:
    assert set(names_of(page)) == set(EXPLANATIONS)
    assert ticked(page) == ["polaron", "thermal", "parasitic", "leak", "two-photon"]
    assert opened.jobs.is_idle
    assert page._state.outcome is None
    assert page._top.subtitle == f"takes about {duration(seconds_of(ticked(page), 100, 1))}"
    assert not page._top.subtitle.startswith("!")
    assert page.matrix_deck.is_empty
    assert page.pairs_deck.is_empty
    assert page.estimate.isHidden()


def test_a_long_run_is_announced_with_what_makes_it_long(
    page: ArenaPage, opened: Bindings, until: Until, click: Click
) -> None:
    toggle(page, "ensemble", click)
    page.places.setFocus()
    QTest.keyClick(page.places, Qt.Key.Key_Down)
    until(lambda: page.request(ARENA.key).row is None and page._top.subtitle.startswith("! takes about"))
    assert page._top.subtitle.endswith("min")
    assert page.estimate.text() == "Most of the time goes to ensemble: untick it."
    assert page.estimate.isVisible()
    toggle(page, "ensemble", click)
    assert "ensemble" not in page.estimate.text()


def test_two_explanations_at_least_have_to_meet(small: ArenaPage, click: Click) -> None:
    told: list[str] = []
    small.hint_changed.connect(told.append)
    assert ticked(small) == ["polaron", "parasitic"]
    toggle(small, "parasitic", click)
    assert ticked(small) == ["polaron", "parasitic"]
    assert "Two explanations" in told[-1]


def test_a_box_is_toggled_from_the_keyboard(page: ArenaPage) -> None:
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    QTest.keyClick(page.table, Qt.Key.Key_Space)
    assert "thermal" not in ticked(page)
    QTest.keyClick(page.table, Qt.Key.Key_Space)
    assert "thermal" in ticked(page)


def test_a_run_gives_what_the_core_gives_for_the_same_seed(
    small: ArenaPage, opened: Bindings, until: Until, click: Click
) -> None:
    run(small, opened, until)
    results = results_of(opened)
    assert results.efficiency is not None
    contest = small.request(ARENA.key)
    assert contest.names == ("polaron", "parasitic")
    wanted = run_arena(
        results.efficiency,
        contest.hypotheses,
        draws=20,
        seed=1,
        temperatures_k=[float(results.efficiency.temperatures_k[HERE])],
    )
    assert small.matrix.shares == pytest.approx(wanted.confusion[-1])
    assert small.matrix.text().splitlines()[1].split("\t")[1:] == [
        plain(100.0 * share, 0) for share in wanted.confusion[-1][0]
    ]
    low, high = (100.0 * float(table[-1, 0, 1]) for table in (wanted.power_low, wanted.power_high))
    assert small.pairs.rows[0].cells[0] == "polaron – parasitic"
    assert small.pairs.rows[0].cells[_POWER] == (
        f"{plain(100.0 * float(wanted.power[-1, 0, 1]), 0)} ({plain(low, 0)}–{plain(high, 0)})"
    )
    fitted = wanted.fitted[0]
    row = small.table.rows[names_of(small).index("polaron")]
    assert row.cells[_CHI2] == plain(float(fitted.chi2[-1]) / int(fitted.dof[-1]), 2)
    assert wanted.best_measurement is not None
    assert wanted.best_measurement.advice in plain_words(small.words)
    assert "polaron" in plain_words(small.words)
    assert not small.run_button.isEnabled()
    assert small._top.subtitle == ""


def test_other_choices_grey_what_was_found_and_the_first_ones_bring_it_back(
    small: ArenaPage, opened: Bindings, until: Until
) -> None:
    run(small, opened, until)
    assert not small.matrix.is_stale
    type_into(small.seed, "2")
    until(lambda: small.matrix.is_stale)
    assert small._found.subtitle.startswith("! of other choices")
    assert all(row.is_muted for row in small.pairs.rows)
    assert small.run_button.text() == "Run again"
    assert small.run_button.isEnabled()
    type_into(small.seed, "1")
    until(lambda: not small.matrix.is_stale)
    assert small.run_button.text() == "Run"
    opened.looking.choose_temperature(0)
    until(lambda: small.matrix.is_stale)
    assert small._found.subtitle == "! of other choices · 250 K"


def test_an_edit_that_matters_greys_it_and_one_that_does_not_leaves_it(
    small: ArenaPage, opened: Bindings, until: Until
) -> None:
    run(small, opened, until)
    opened.intents.edit_setting("systematics", "leak_ppm", 5.0)
    opened.intents.edit_setting("models", "compared", ("eq9",))
    until(lambda: opened.session.is_settled)
    opened.window.grab()
    assert small._is_current
    opened.intents.edit_setting("integration", "window_nm", (400.0, 590.0))
    until(lambda: opened.session.is_settled and small.matrix.is_stale)
    assert small._found.subtitle.startswith("! of earlier settings")
    opened.session.history.undo()
    until(lambda: opened.session.is_settled and not small.matrix.is_stale)


def test_a_width_of_the_ensemble_is_part_of_what_is_asked(
    page: ArenaPage, opened: Bindings, until: Until, click: Click
) -> None:
    toggle(page, "ensemble", click)
    before = page.request(ARENA.key)
    opened.intents.edit_setting("systematics", "ensemble_mev", 8.0)
    until(lambda: opened.session.is_settled and page.request(ARENA.key) != before)
    opened.intents.edit_setting("systematics", "ensemble_mev", 0.0)
    until(lambda: "ensemble" not in names_of(page))


def test_all_temperatures_are_shown_together_or_one_by_one(small: ArenaPage, opened: Bindings, until: Until) -> None:
    assert small.rows.isHidden()
    small.places.setFocus()
    QTest.keyClick(small.places, Qt.Key.Key_Down)
    until(lambda: small.request(ARENA.key).row is None)
    found = run(small, opened, until)
    assert found.temperatures_k.size == 2
    assert small._found.subtitle == "all temperatures"
    assert small.matrix.shares == pytest.approx(found.confusion[-1])
    small.rows.setFocus()
    QTest.keyClick(small.rows, Qt.Key.Key_Down)
    assert small._found.subtitle == "250 K"
    assert small.matrix.shares == pytest.approx(found.confusion[HERE])
    opened.looking.choose_temperature(0)
    until(lambda: small._found.subtitle == "120 K")
    assert small.matrix.shares == pytest.approx(found.confusion[0])
    assert small._is_current


@pytest.mark.usefixtures("afresh")
def test_a_run_can_be_cancelled_and_says_so(page: ArenaPage, opened: Bindings, until: Until) -> None:
    type_into(page.draws, "10000")
    until(lambda: page.request(ARENA.key).draws == 10000)
    QTest.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    cancel = next(b for b in opened.window.status.findChildren(QToolButton) if b.text() == "Cancel")
    until(lambda: cancel.isVisible())
    assert page._top.subtitle == "running …"
    assert not page.run_button.isEnabled()
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    until(lambda: opened.jobs.is_idle, seconds=60.0)
    until(lambda: page._top.subtitle == "! Cancelled.")
    assert page.run_button.isEnabled()


def test_too_few_draws_are_refused(page: ArenaPage) -> None:
    told: list[str] = []
    page.hint_changed.connect(told.append)
    type_into(page.draws, "5")
    assert "outside" in told[-1]
    assert page.request(ARENA.key).draws == 100


def test_the_latest_run_sets_the_pace_of_the_estimate(
    small: ArenaPage, opened: Bindings, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(small, opened, until)
    usual = seconds_of(("polaron", "parasitic"), 20, 1)
    monkeypatch.setattr(ArenaPage, "_pace", lambda self, count: 3.0)
    type_into(small.draws, "40")
    until(lambda: small._top.subtitle == f"takes about {duration(3.0 * 2.0 * usual)}")
    monkeypatch.undo()
    fought = small._state.value
    assert small._pace(2) == pytest.approx(fought.seconds / usual)


# --- words and numbers ---------------------------------------------------------------------------------------
def arena_of(opened: Bindings, page: ArenaPage) -> Arena:
    results = results_of(opened)
    assert results.efficiency is not None
    chosen = [one for one in page._offered if one.name in ("polaron", "parasitic", "leak")]
    return run_arena(results.efficiency, chosen, draws=20, seed=1, plan=False)


def test_pairs_begin_with_the_hardest_and_hold_both_directions(page: ArenaPage, opened: Bindings) -> None:
    arena = arena_of(opened, page)
    found = pairs(arena, -1)
    assert len(found) == 3
    assert [pair.mean for pair in found] == sorted(pair.mean for pair in found)
    for pair in found:
        i, j = (arena.names.index(name) for name in pair.names)
        assert pair.power == (arena.power[-1, i, j], arena.power[-1, j, i])
        assert pair.wrong == (arena.wrong[-1, i, j], arena.wrong[-1, j, i])
        assert pair.mean == pytest.approx(arena.told_apart()[i, j])


def test_the_verdict_names_the_favourite_and_what_the_data_exclude(page: ArenaPage, opened: Bindings) -> None:
    arena = arena_of(opened, page)
    words = verdict(arena, -1, "all temperatures")
    best = arena.names[int(np.argmin([one.aicc[-1] for one in arena.fitted]))]
    excluded = [one.name for one in arena.fitted if one.p_value[-1] < 1e-3 and one.name != best]
    assert f"favour {best}" in words[0]
    assert all(name in words[0] for name in excluded)
    assert words[1].startswith(f"<b>Power.</b> Hardest to tell from {best}")


def test_every_number_can_be_read_on_its_tint() -> None:
    for theme in (LIGHT, DARK):
        panel = theme.color("panel")
        for name in ("good", "warn"):
            tint = theme.color(name)
            mixed = type(tint).fromRgbF(
                *((1 - TINT) * a + TINT * b for a, b in zip(panel.getRgbF()[:3], tint.getRgbF()[:3], strict=True))
            )
            assert contrast(theme.color("text"), mixed) >= 4.5


def test_the_matrix_tells_shares_in_words_and_copies_them(make: Callable[..., ShareMatrix], theme: Theme) -> None:
    matrix = make(ShareMatrix, theme, size=(600, 200))
    matrix.display(("polaron", "leak"), np.array([[0.9, 0.1], [0.25, 0.75]]))
    place = matrix.cell_box(1, 0).center()
    assert matrix.tip_at(place) == "Were leak true, polaron would be found in 25 % of draws."
    assert matrix.tip_at(QPointF(1.0, 1.0)) == ""
    assert not matrix._has_numbers()
    matrix.setFocus()
    QTest.keyClick(matrix, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "true, found\tpolaron\tleak\npolaron\t90\t10\nleak\t25\t75"


def test_a_narrow_matrix_has_numbers_for_names(make: Callable[..., ShareMatrix], theme: Theme) -> None:
    matrix = make(ShareMatrix, theme, size=(220, 200))
    matrix.display(("polaron", "two-photon", "parasitic"), np.eye(3))
    matrix.grab()
    assert matrix._has_numbers()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (5.2, "6 s"), (34.0, "40 s"), (61.0, "2 min"), (1300.0, "22 min")]
)
def test_times_are_no_more_exact_than_they_are_known(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_estimate_grows_with_draws_temperatures_and_explanations() -> None:
    assert seconds_of(("polaron", "leak"), 200, 2) == pytest.approx(4.0 * seconds_of(("polaron", "leak"), 100, 1))
    assert seconds_of(("polaron", "leak", "thermal"), 100, 1) > seconds_of(("polaron", "leak"), 100, 1)
    assert seconds_of((), 100, 1) == 0.0
    assert Contest().names == ()


def test_a_table_of_eta_has_no_added_light(bound: Bindings, until: Until, tmp_path: Path) -> None:
    lines = ["temperature_k,detuning_mev,eta,eta_error"]
    for kelvin in (120.0, 250.0):
        lines += [f"{kelvin},{x},{y},0.01" for x, y in zip(DETUNING_MEV, Truth(kelvin).eta, strict=True)]
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("file,kind\ntable.csv,efficiency\n", encoding="utf-8")
    bound.session.begin(load_document(tmp_path))
    until(lambda: bound.session.is_settled)
    bound.looking.choose_step("polaron")
    panel = bound.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("arena")
    page = panel.page
    assert isinstance(page, ArenaPage)
    until(lambda: page.table.rows)
    assert names_of(page) == ["polaron", "thermal", "ensemble", "parasitic"]
    assert ticked(page) == ["polaron", "thermal", "parasitic"]


def made_up(p_values: tuple[float, float, float]) -> Arena:
    """Three explanations at one temperature; leak is harder to tell from polaron than thermal is."""
    fitted = tuple(
        FittedHypothesis(name, np.full(2, 9.0), np.full(2, 9), np.full(2, aicc), np.full(2, p), np.zeros(1))
        for name, aicc, p in zip(("polaron", "thermal", "leak"), (20.0, 24.0, 60.0), p_values, strict=True)
    )
    power = np.array([[np.nan, 0.8, 0.2], [0.7, np.nan, 0.9], [0.1, 0.9, np.nan]])
    wrong = np.array([[np.nan, 0.0, 0.0], [0.03, np.nan, 0.0], [0.4, 0.0, np.nan]])
    confusion = np.array([[0.9, 0.05, 0.05], [0.1, 0.9, 0.0], [0.5, 0.0, 0.5]])
    tables = [np.stack([table, table]) for table in (confusion, power, power, power, wrong, power)]
    record = ArenaRecord(1, 20, 6.0, ())
    return Arena(("polaron", "thermal", "leak"), np.array([250.0]), fitted, *tables, None, record)


def test_the_verdict_weighs_rivals_that_the_data_allow() -> None:
    data, power, beware = verdict(made_up((0.5, 0.4, 1e-5)), -1, "250 K")
    assert data == "<b>These data</b> favour polaron, and exclude leak already (p below 0.001)."
    assert "Hardest to tell from polaron is thermal" in power
    assert "80\u00a0%" in power
    assert "70\u00a0%" in power
    assert beware == "<b>Beware.</b> Were thermal true, polaron would win by mistake in 3\u00a0% of draws."


def test_the_verdict_says_when_all_or_none_are_excluded() -> None:
    data, power = verdict(made_up((1e-9, 1e-9, 1e-9)), -1, "250 K")
    assert "exclude it too" in data
    assert "is leak" in power
    data, power, beware = verdict(made_up((0.5, 0.4, 0.3)), -1, "250 K")
    assert data == "<b>These data</b> favour polaron, and exclude no other."
    assert "is leak" in power
    assert "Were leak true" in beware
