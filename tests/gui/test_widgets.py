"""Fields, results, checks, banner, steps and the bottom line."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QToolButton, QWidget

from asplab.core.estimate import Estimate
from asplab.core.settings import EnergySettings, Settings
from asplab.gui.look.theme import LIGHT, Appearance
from asplab.gui.settings_catalogue import Entry, Group
from asplab.gui.widgets.banner import Banner
from asplab.gui.widgets.budget import BudgetBars
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.checks import Check, CheckList
from asplab.gui.widgets.empty import EmptyState
from asplab.gui.widgets.fields import ChoiceField, NumberField, Numeric
from asplab.gui.widgets.legend import TemperatureLegend
from asplab.gui.widgets.numerals import decimals_of, measured, plain
from asplab.gui.widgets.results import ResultRow, ResultsTable
from asplab.gui.widgets.rows import ROW_PX
from asplab.gui.widgets.settings_form import Context, SettingsForm
from asplab.gui.widgets.status import StatusLine
from asplab.gui.widgets.steps import StepBar
from asplab.gui.widgets.table import Column, DataTable, TableRow
from asplab.gui.widgets.text import TextLine, TitleLine

Make = Callable[..., Any]
C = QLocale.c()
GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)
nan = math.nan


@pytest.fixture(autouse=True)
def _english() -> Any:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


def wheel(widget: QWidget, notches: int) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def colors_in(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


# --- numbers -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.84213, 0.0112), "0.842 ± 0.011"),
        (Estimate(0.84213, 0.0996), "0.84 ± 0.10"),
        (Estimate(2402.31, 0.22, "meV"), "2402.31 ± 0.22"),
        (Estimate(56789.0, 1234.0), "56800 ± 1200"),
        (Estimate(-3.21, 0.4), "−3.21 ± 0.40"),
        (Estimate(41.2, 3.0, "meV", 38.6, 44.6), "41.2 +3.4 −2.6"),
        (Estimate(41.2, 3.0, "meV", 38.2, 44.2), "41.2 ± 3.0"),
        (Estimate(23.6, 4.0, "meV", 18.2, None), "> 18.2"),
        (Estimate(23.6, nan, "meV", None, 30.0), "< 30.00"),
        (Estimate(2.0, 0.1, "", 2.5, 3.5), "2.0 [2.5, 3.5]"),
        (Estimate(1.234e6, 3.0e4), "(1.234 ± 0.030) ×10⁶"),
        (Estimate(nan, nan), "not determined"),
        (Estimate(0.842, nan), "0.8420 ± ?"),
        (Estimate(0.85, 0.0), "0.8500 fixed"),
    ],
)
def test_a_number_is_rounded_by_its_error(estimate: Estimate, text: str) -> None:
    assert measured(estimate, C) == text


def test_numbers_follow_the_locale() -> None:
    assert measured(Estimate(0.84213, 0.0112), GERMAN) == "0,842 ± 0,011"


def test_whole_numbers_given_as_integers_are_written() -> None:
    assert plain(525, 1, C) == "525.0"


@pytest.mark.parametrize(("error", "decimals"), [(0.011, 3), (0.0996, 2), (1.0, 1), (120.0, -1), (9.96, 0)])
def test_two_digits_of_an_error_are_kept(error: float, decimals: int) -> None:
    assert decimals_of(error) == decimals


# --- number field ------------------------------------------------------------------------------------------
@pytest.fixture
def field(make: Make) -> NumberField:
    made: NumberField = make(NumberField, Numeric("nm", low=400.0, high=600.0, step=0.5))
    made.display(497.04)
    return made


def type_in(field: NumberField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def test_displaying_a_number_tells_nobody(field: NumberField, qtbot: Any) -> None:
    with qtbot.assertNotEmitted(field.committed):
        field.display(510.0)
    assert field.text() == "510.0"


def test_a_typed_number_is_committed_once_by_enter_and_leaving(field: NumberField) -> None:
    told: list[float] = []
    field.committed.connect(told.append)
    type_in(field, "501.5")
    assert told == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.clearFocus()
    assert told == [501.5]


def test_entering_and_leaving_keeps_all_digits(field: NumberField, qtbot: Any) -> None:
    with qtbot.assertNotEmitted(field.committed):
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Return)
        field.clearFocus()
    assert field.value == 497.04


@pytest.mark.parametrize("text", ["501,5", "501.5", " 501.5 "])
def test_either_decimal_sign_is_understood(field: NumberField, qtbot: Any, text: str) -> None:
    type_in(field, text)
    with qtbot.waitSignal(field.committed) as told:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert told.args == [501.5]


@pytest.mark.parametrize("text", ["1,234", "abc", "", "5 0"])
def test_what_is_no_plain_number_is_refused_and_kept(field: NumberField, qtbot: Any, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    with qtbot.assertNotEmitted(field.committed), qtbot.waitSignal(field.refused):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == text
    assert field.value == 497.04


def test_a_number_out_of_range_is_refused_with_the_range(field: NumberField, qtbot: Any) -> None:
    type_in(field, "812.4")
    with qtbot.waitSignal(field.refused) as told:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert "812.4" in told.args[0]
    assert "600.0" in told.args[0]
    assert field.text() == "812.4"


def test_escape_brings_the_number_back(field: NumberField) -> None:
    type_in(field, "8")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "497.0"


def test_the_same_number_displayed_again_leaves_typing_alone(field: NumberField) -> None:
    type_in(field, "50")
    field.display(497.04)
    assert field.text() == "50"


def test_arrow_keys_step_and_shift_steps_further(field: NumberField) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value == pytest.approx(497.54)
    QTest.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert field.value == pytest.approx(492.54)


def test_the_wheel_changes_only_the_focused_field(field: NumberField) -> None:
    field.clearFocus()
    wheel(field, 1)
    assert field.value == 497.04
    field.window().activateWindow()
    field.setFocus()
    wheel(field, 1)
    assert field.value == pytest.approx(497.54)


# --- choice ------------------------------------------------------------------------------------------------
def test_a_choice_displays_silently_and_tells_what_the_user_picks(make: Make, qtbot: Any) -> None:
    field: ChoiceField = make(ChoiceField, [("line", "line outside band"), ("none", "none")])
    with qtbot.assertNotEmitted(field.chosen):
        field.display("none")
    field.setFocus()
    with qtbot.waitSignal(field.chosen) as told:
        QTest.keyClick(field, Qt.Key.Key_Up)
    assert told.args == ["line"]


def test_the_wheel_leaves_an_unfocused_choice_alone(make: Make) -> None:
    field: ChoiceField = make(ChoiceField, [("a", "a"), ("b", "b")])
    field.clearFocus()
    wheel(field, -1)
    assert field.key == "a"


def test_new_choices_keep_the_shown_one(make: Make) -> None:
    field: ChoiceField = make(ChoiceField, [(80, "80 K"), (100, "100 K")])
    field.display(100)
    field.offer([(100, "100 K"), (120, "120 K")])
    assert field.key == 100


# --- results, budget, checks -------------------------------------------------------------------------------
def rows(value: float = 0.842) -> list[ResultRow]:
    gap = Estimate(2402.31, 0.22, "meV")
    return [ResultRow("QY", Estimate(value, 0.011)), ResultRow("E<sub>g</sub>", gap, "from the PL peak")]


def test_results_are_copied_as_plain_text(make: Make) -> None:
    table: ResultsTable = make(ResultsTable)
    table.display(rows())
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert lines == [
        ["quantity", "value", "value, lower error", "value, upper error", "unit"],
        ["QY", "0.842", "0.011", "0.011", ""],
        ["Eg", "2402.31", "0.22", "0.22", "meV"],
    ]


def test_another_value_repaints_without_laying_out(make: Make) -> None:
    table: ResultsTable = make(ResultsTable)
    table.display(rows())
    QApplication.processEvents()
    before, size = table.grab().toImage(), table.size()
    table.display(rows(0.5))
    QApplication.processEvents()
    assert table.size() == size
    assert table.grab().toImage() != before


def test_a_click_chooses_the_row_under_it(make: Make, qtbot: Any) -> None:
    table: ResultsTable = make(ResultsTable)
    table.display(rows())
    with qtbot.waitSignal(table.row_chosen) as told:
        QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(10, ROW_PX + 5))
    assert told.args == [1]


COLUMNS = (Column("T"), Column("g", "meV", "coupling"), Column("AICc", "", "criterion", is_spare=True))


def table_of(make: Make, width: int) -> DataTable:
    table: DataTable = make(DataTable, LIGHT, COLUMNS, size=(width, 160))
    table.display([TableRow(("80 K", "39.8 ± 4.7", "21.6")), TableRow(("100 K", "48.8 ± 6.9", "17.7"))], selected=0)
    QApplication.processEvents()
    return table


def test_a_narrow_table_leaves_out_its_spare_columns_but_copies_them(make: Make) -> None:
    wide, narrow = (table_of(make, width) for width in (400, 150))
    assert [wide.tip_at(QPointF(x, 5.0)) for x in (200.0, 390.0)] == ["coupling", "criterion"]
    assert narrow.tip_at(QPointF(140.0, 5.0)) == "coupling"
    assert narrow.text() == wide.text() == "T\tg (meV)\tAICc\n80 K\t39.8 ± 4.7\t21.6\n100 K\t48.8 ± 6.9\t17.7"


def test_spare_columns_go_one_by_one_and_then_the_first_gives_way_and_the_tooltip_tells_all(make: Make) -> None:
    columns = (Column("Check"), Column("a"), Column("b", is_spare=True), Column("c", "m", is_spare=True, rank=1))
    row = TableRow(("a name that is long enough to be cut", "0.1", "0.2", "0.3"), tip="meaning")
    table: DataTable = make(DataTable, LIGHT, columns, size=(700, 80))
    table.display([row])
    told: list[str] = []
    for width in range(table.sizeHint().width(), table.minimumSizeHint().width() - 1, -2):
        table.resize(width, 80)
        tip = table.tip_at(QPointF(5.0, ROW_PX + 5.0))
        told += [tip] if tip not in told else []
    c, b, name = "c (m): 0.3\nmeaning", "b: 0.2\n", "a name that is long enough to be cut\n"
    assert told == ["meaning", c, b + c, name + b + c]


def test_the_keyboard_walks_along_the_rows_of_every_table(make: Make, qtbot: Any) -> None:
    results: ResultsTable = make(ResultsTable)
    results.display(rows())
    for table, second in ((results, 1), (table_of(make, 400), 1)):
        table.setFocus()
        QTest.keyClick(table, Qt.Key.Key_Down)
        with qtbot.waitSignal(table.row_chosen) as told:
            QTest.keyClick(table, Qt.Key.Key_Return)
        assert told.args == [second]
        QTest.keyClick(table, Qt.Key.Key_Down)
        assert table.accessibleDescription() == table.row_text(second)


def test_a_click_below_the_last_row_chooses_nothing(make: Make, qtbot: Any) -> None:
    table = table_of(make, 400)
    with qtbot.assertNotEmitted(table.row_chosen):
        for y in (10, 3 * ROW_PX + 8):
            QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(10, y))


def test_a_larger_share_has_a_longer_bar(make: Make, appearance: Appearance) -> None:
    bars: BudgetBars = make(BudgetBars)
    accent = appearance.theme.color("accent").rgb()

    def blue_pixels(share: float) -> int:
        bars.display([("PA baseline", share)])
        QApplication.processEvents()
        image = bars.grab().toImage()
        return sum(image.pixel(x, image.height() // 2) == accent for x in range(image.width()))

    assert blue_pixels(0.9) > 2 * blue_pixels(0.3) > 0


def test_checks_carry_a_sign_beside_their_colour(make: Make) -> None:
    checks: CheckList = make(CheckList)
    checks.display([Check("good", "one intercept"), Check("warn", "Stokes shift of 144 meV")])
    signs = [label.text() for label in checks.findChildren(QLabel) if label.text() in "✓!"]
    assert signs == ["✓", "!"]


def test_fewer_checks_hide_the_rest(make: Make) -> None:
    checks: CheckList = make(CheckList)
    checks.display([Check("good", "a"), Check("warn", "b")])
    checks.display([Check("bad", "c")])
    shown = [label.text() for label in checks.findChildren(QLabel) if label.isVisible()]
    assert shown == ["✕", "c"]


# --- banner, steps, status, card, empty --------------------------------------------------------------------
def button(widget: QWidget, text: str) -> Any:
    buttons = [*widget.findChildren(QPushButton), *widget.findChildren(QToolButton)]
    return next(found for found in buttons if found.text() == text)


def test_a_banner_shows_its_action_and_goes_when_dismissed(make: Make, qtbot: Any) -> None:
    banner: Banner = make(Banner)
    banner.report("bad", "run_03.csv: empty. Export it again.", action="Show file", action_key="run_03.csv")
    assert banner.isVisible()
    with qtbot.waitSignal(banner.action_chosen) as told:
        QTest.mouseClick(button(banner, "Show file"), Qt.MouseButton.LeftButton)
    assert told.args == ["run_03.csv"]
    with qtbot.waitSignal(banner.dismissed):
        QTest.mouseClick(button(banner, "✕"), Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


def test_a_banner_without_action_has_no_button(make: Make) -> None:
    banner: Banner = make(Banner)
    banner.report("warn", "two points left out")
    assert not banner.findChild(QPushButton).isVisible()


STEPS = [("overview", "Overview"), ("ratio", "R & QY")]


def test_a_click_on_a_step_asks_for_it_and_moves_only_when_displayed(make: Make, qtbot: Any) -> None:
    bar: StepBar = make(StepBar, STEPS, [("power", "Power law")])
    bar.display("overview")
    with qtbot.waitSignal(bar.step_chosen) as told:
        QTest.mouseClick(button(bar, "R && QY"), Qt.MouseButton.LeftButton)
    assert told.args == ["ratio"]
    assert bar.current == "overview"
    assert button(bar, "Overview").isChecked()
    bar.display("ratio")
    assert button(bar, "R && QY").isChecked()


def test_a_step_of_the_menu_is_named_at_its_end(make: Make) -> None:
    bar: StepBar = make(StepBar, STEPS, [("power", "Power law")])
    bar.display("power")
    assert button(bar, "More: Power law ▾").isChecked()
    bar.display("overview")
    assert not button(bar, "More ▾").isChecked()


def test_arrow_keys_walk_along_the_steps(make: Make) -> None:
    bar: StepBar = make(StepBar, STEPS)
    bar.window().activateWindow()
    button(bar, "Overview").setFocus()
    QTest.keyClick(button(bar, "Overview"), Qt.Key.Key_Right)
    assert button(bar, "R && QY").hasFocus()


def test_the_status_line_shows_a_job_only_while_it_runs(make: Make, qtbot: Any) -> None:
    status: StatusLine = make(StatusLine)
    status.display_job("bootstrap 640 / 1000", 0.64, can_cancel=True)
    assert status.findChild(QProgressBar).value() == 640
    with qtbot.waitSignal(status.cancel_requested):
        QTest.mouseClick(button(status, "Cancel"), Qt.MouseButton.LeftButton)
    status.display_job(None)
    assert not status.findChild(QProgressBar).isVisible()


def test_a_job_that_runs_to_its_end_offers_no_cancel(make: Make) -> None:
    status: StatusLine = make(StatusLine)
    status.display_job("Recomputing…")
    assert status.findChild(QProgressBar).isVisible()
    assert not button(status, "Cancel").isVisible()


def test_the_status_line_counts_problems(make: Make) -> None:
    status: StatusLine = make(StatusLine)
    status.display_problems(1)
    assert button(status, "! 1 problem").isVisible()


def test_a_new_subtitle_moves_nothing(make: Make) -> None:
    card: Card = make(Card, "Spectra", "80 K")
    title = card.findChild(TitleLine)
    before = title.geometry()
    card.display_subtitle("E<sub>g</sub> = 2402.3 ± 0.2 meV, and much longer than before")
    QApplication.processEvents()
    assert title.geometry() == before
    assert card.subtitle.startswith("E<sub>")


def test_a_title_gives_way_where_there_is_no_room(make: Make) -> None:
    card: Card = make(Card, "What the data determine of g and ħω", "68 %", size=(120, 90))
    title = card.findChild(TitleLine)
    assert card.width() == 120
    assert title.width() < title.sizeHint().width()


def test_a_card_grows_no_higher_than_its_content(make: Make) -> None:
    card: Card = make(Card, "Conditions", size=(300, 400))
    card.limit_content(100)
    assert 100 < card.maximumHeight() < 160


# --- settings that fold --------------------------------------------------------------------------------------
GROUPS = (
    Group(
        "Baseline", (Entry("baseline", "from_mev", "number", "From", "Start.", Numeric("meV", 1, 0.0, 3000.0, 5.0)),)
    ),
    Group("Energies", (Entry("energies", "reference_offset_mev", "number", "Offset", "Added.", Numeric("meV")),), True),
)


@pytest.fixture
def form(make: Make) -> SettingsForm:
    made: SettingsForm = make(SettingsForm, GROUPS, size=(300, 300))
    made.display(Settings(), Context())
    return made


def test_a_section_that_is_rarely_touched_starts_folded_and_opens_with_a_click(form: SettingsForm) -> None:
    field = form.field("energies", "reference_offset_mev")
    assert form.field("baseline", "from_mev").isVisible()
    assert not field.isVisible()
    QTest.mouseClick(form.sections[1].heading, Qt.MouseButton.LeftButton)
    assert field.isVisible()
    assert not form.sections[1].is_folded


def test_the_keyboard_folds_a_section(form: SettingsForm) -> None:
    form.sections[0].heading.setFocus()
    QTest.keyClick(form.sections[0].heading, Qt.Key.Key_Space)
    assert form.sections[0].is_folded
    assert form.sections[0].heading.height() >= 24


def test_a_folded_section_says_that_it_holds_changed_settings(form: SettingsForm) -> None:
    assert form.sections[1].heading.text() == "▸ Energies"
    form.display(Settings(energies=EnergySettings(reference_offset_mev=3.0)), Context())
    assert form.sections[1].heading.text() == "▸ Energies · 1 changed"
    QTest.mouseClick(form.sections[1].heading, Qt.MouseButton.LeftButton)
    assert form.sections[1].heading.text() == "▾ Energies"
    form.display(Settings(), Context())
    QTest.mouseClick(form.sections[1].heading, Qt.MouseButton.LeftButton)
    assert form.sections[1].heading.text() == "▸ Energies"


# --- legend --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", [600, 330, 200])
def test_the_selected_temperature_keeps_its_number_in_a_narrow_legend(make: Make, width: int, qtbot: Any) -> None:
    legend: TemperatureLegend = make(TemperatureLegend, LIGHT, size=(width, 60))
    names = [str(80 + 20 * i) for i in range(11)]
    legend.display(names, [f"temperature:{i / 10}" for i in range(11)], 3)
    QApplication.processEvents()
    boxes = [legend.box_of(i) for i in range(11)]
    assert boxes[-1].right() <= width
    assert boxes[3].width() > 20
    # Before numbers are left out the dots are: the numbers then have their colours.
    assert (boxes[5].width() > 20) == (width > 200)
    assert (boxes[5].width() > 30) == (width == 600)
    with qtbot.waitSignal(legend.temperature_chosen) as told:
        QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=boxes[4].center().toPoint())
    assert told.args == [4]


def test_a_text_line_is_read_aloud_without_markup(make: Make) -> None:
    assert make(TextLine, "E<sub>g</sub>").accessibleName() == "Eg"


def test_an_empty_place_offers_its_action(make: Make, qtbot: Any) -> None:
    empty: EmptyState = make(EmptyState, "No data", "Drop a folder here.", "Import…")
    with qtbot.waitSignal(empty.action_chosen):
        QTest.mouseClick(button(empty, "Import…"), Qt.MouseButton.LeftButton)


def test_painted_widgets_follow_the_theme(make: Make, appearance: Appearance) -> None:
    bars: BudgetBars = make(BudgetBars)
    bars.display([("PA", 0.5)])
    appearance.choose("dark")
    QApplication.processEvents()
    assert appearance.theme.color("accent").rgb() in colors_in(bars.grab().toImage())
