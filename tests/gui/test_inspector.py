"""The right column: every setting can be reached, typed and refused; results, checks and the selection are told."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QScrollArea

from asplab.core import Analysis, Document, Results, Settings, load_experiment
from asplab.core.consistency import check_consistency
from asplab.core.experiment import Experiment
from asplab.core.problems import Problem
from asplab.core.settings import (
    BackgroundSettings,
    BaselineSettings,
    EfficiencySettings,
    EnergySettings,
    GivenEnergy,
    MovedCutoff,
    TransmissionSettings,
)
from asplab.core.virtual import simulate
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.gui.look.theme import Theme
from asplab.gui.panels.inspector import Inspector
from asplab.gui.settings_catalogue import STEPS
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.facts import ROW_PX, FactList
from asplab.gui.widgets.fields import NumberField
from asplab.gui.widgets.text import without_markup
from asplab.gui.words.findings import _told, consistency_checks, typeset
from asplab.gui.words.reading import temperature_name


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("inspector") / "experiment"
    simulate(folder, VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=4), seed=3)
    return Document(load_experiment(folder))


@pytest.fixture(scope="session")
def results(document: Document) -> Results:
    return Analysis().update(document)


@pytest.fixture
def inspect(make: Callable[..., Any], theme: Theme, results: Results, application: Any) -> Callable[..., Inspector]:
    def build(step: str, shown: Results | None = None, **view: Any) -> Inspector:
        inspector: Inspector = make(Inspector, theme, size=(292, 2400))
        inspector.display(results if shown is None else shown, ViewState(step=step, **view))
        for _ in range(4):
            application.processEvents()
        return inspector

    return build


@pytest.fixture
def edits() -> Callable[[Inspector], list[tuple[str, str, object]]]:
    def record(inspector: Inspector) -> list[tuple[str, str, object]]:
        seen: list[tuple[str, str, object]] = []
        inspector.setting_edited.connect(lambda *values: seen.append(values))
        return seen

    return record


def type_into(field: NumberField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def with_settings(results: Results, **records: Any) -> Results:
    return replace(results, document=results.document.with_settings(**records))


# --- settings --------------------------------------------------------------------------------------------
def test_every_setting_stands_in_some_step() -> None:
    shown = {(e.record, e.field) for groups in STEPS.values() for group in groups for e in group.entries}
    settings = Settings()
    every = {(r.name, f.name) for r in fields(settings) for f in fields(getattr(settings, r.name))}
    assert shown == every


def test_every_setting_has_a_name_and_an_explanation() -> None:
    for groups in STEPS.values():
        for group in groups:
            for entry in group.entries:
                assert entry.label
                assert len(entry.tip) > 15, entry


@pytest.mark.parametrize("step", list(STEPS))
def test_the_form_shows_the_settings_of_its_step(inspect: Callable[..., Inspector], step: str) -> None:
    inspector = inspect(step)
    wanted = [(e.record, e.field) for group in STEPS[step] for e in group.entries]
    assert inspector.form is not None
    assert list(inspector.form.names) == wanted


@pytest.mark.parametrize("step", list(STEPS))
def test_nothing_is_cut_off_at_the_right(inspect: Callable[..., Inspector], step: str) -> None:
    inspector = inspect(step)
    scroll = inspector.findChild(QScrollArea)
    assert scroll.widget().width() <= scroll.viewport().width()


@pytest.mark.parametrize("step", list(STEPS))
def test_no_label_is_cut(inspect: Callable[..., Inspector], step: str) -> None:
    form = inspect(step).form
    assert form is not None
    for section in form.sections:
        section.unfold()
    QApplication.processEvents()
    labels = [label for label in form.findChildren(QLabel) if label.isVisible() and not label.wordWrap()]
    assert labels
    assert [label.text() for label in labels if label.sizeHint().width() > label.width()] == []


def test_no_field_is_squeezed(inspect: Callable[..., Inspector]) -> None:
    form = inspect("absorption").form
    assert form is not None
    visible = [field for field in form.findChildren(NumberField) if field.isVisible()]
    assert visible
    assert all(field.visibleRegion().boundingRect().height() in (0, field.height()) for field in visible)
    assert all(field.height() >= 24 for field in visible)


def test_a_typed_number_is_told_once(inspect: Callable[..., Inspector], edits: Any) -> None:
    inspector = inspect("absorption")
    seen = edits(inspector)
    type_into(inspector.form.field("baseline", "from_mev"), "230")
    inspector.form.field("baseline", "tail_from_mev").setFocus()
    assert seen == [("baseline", "from_mev", 230.0)]


def test_the_wheel_over_an_unfocused_field_changes_nothing(
    inspect: Callable[..., Inspector], edits: Any, application: Any
) -> None:
    inspector = inspect("absorption")
    seen = edits(inspector)
    for name in ("from_mev", "shape"):
        field = inspector.form.field("baseline", name)
        field.clearFocus()
        place = QPointF(field.rect().center())
        wheel = QWheelEvent(
            place,
            QPointF(field.mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        application.sendEvent(field, wheel)
    assert seen == []


def test_a_number_out_of_range_is_refused_with_a_reason(inspect: Callable[..., Inspector], edits: Any) -> None:
    inspector = inspect("corrections")
    seen, reasons = edits(inspector), []
    inspector.hint_changed.connect(reasons.append)
    type_into(inspector.form.field("corrections", "cosmic_threshold"), "-4")
    assert seen == []
    assert "outside" in reasons[-1]


def test_a_window_keeps_its_ends_in_order(inspect: Callable[..., Inspector], edits: Any) -> None:
    inspector = inspect("spectra")
    seen, reasons = edits(inspector), []
    inspector.hint_changed.connect(reasons.append)
    pair = inspector.form.field("integration", "window_nm")
    type_into(pair.low_field, "610")
    assert seen == []
    assert reasons
    type_into(pair.high_field, "590")
    assert seen == [("integration", "window_nm", (400.0, 590.0))]


def test_a_switch_and_a_choice_are_told_as_their_values(inspect: Callable[..., Inspector], edits: Any) -> None:
    inspector = inspect("spectra")
    seen = edits(inspector)
    switch = inspector.form.field("integration", "correct_truncation")
    assert isinstance(switch, QCheckBox)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    choice = inspector.form.field("background", "baseline")
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    assert seen == [("integration", "correct_truncation", False), ("background", "baseline", "line")]


def test_displaying_other_settings_tells_nobody(
    inspect: Callable[..., Inspector], edits: Any, results: Results
) -> None:
    inspector = inspect("absorption")
    seen = edits(inspector)
    other = BaselineSettings(shape="line", from_mev=240.0, to_mev=290.0, unit="power")
    inspector.display(with_settings(results, baseline=other), ViewState(step="absorption"))
    assert inspector.form.field("baseline", "from_mev").value == 240.0
    assert inspector.form.field("baseline", "to_mev").value == 290.0
    assert inspector.form.field("baseline", "shape").key == "line"
    assert seen == []


def test_an_open_end_can_be_set_and_taken_away_again(
    inspect: Callable[..., Inspector], edits: Any, results: Results
) -> None:
    inspector = inspect("absorption")
    seen = edits(inspector)
    field = inspector.form.field("baseline", "to_mev")
    assert field.value is None
    type_into(field.field, "280")
    inspector.display(with_settings(results, baseline=BaselineSettings(to_mev=280.0)), ViewState(step="absorption"))
    QTest.mouseClick(field.clear_button, Qt.MouseButton.LeftButton)
    assert seen == [("baseline", "to_mev", 280.0), ("baseline", "to_mev", None)]


def test_background_windows_by_hand_start_beside_the_bands_of_all_temperatures(
    inspect: Callable[..., Inspector], edits: Any, results: Results
) -> None:
    inspector = inspect("spectra")
    seen = edits(inspector)
    field = inspector.form.field("background", "windows_nm")
    QTest.mouseClick(field.add_button, Qt.MouseButton.LeftButton)
    record, name, windows = seen[-1]
    assert (record, name, windows) == ("background", "windows_nm", results.bands.outside_all_nm)
    by_hand = BackgroundSettings(windows_nm=((420.0, 440.0), (560.0, 590.0)))
    inspector.display(with_settings(results, background=by_hand), ViewState(step="spectra"))
    type_into(field._rows[1][1].high_field, "580")
    assert seen[-1][2] == ((420.0, 440.0), (560.0, 580.0))


def test_a_moved_cutoff_can_be_put_back(inspect: Callable[..., Inspector], edits: Any, results: Results) -> None:
    moved = (MovedCutoff("longpass", 437.4, 439.0), MovedCutoff("shortpass", 519.5, 518.0))
    shown = with_settings(results, transmission=TransmissionSettings(moved_cutoffs=moved))
    inspector = inspect("spectra", shown)
    seen = edits(inspector)
    field = inspector.form.field("transmission", "moved_cutoffs")
    assert field.texts == ("437.4 → 439.0 nm", "519.5 → 518.0 nm")
    field.restored.emit(0)
    assert seen == [("transmission", "moved_cutoffs", moved[1:])]


def test_an_energy_is_given_for_the_selected_temperature_only(
    inspect: Callable[..., Inspector], edits: Any, results: Results
) -> None:
    before = (GivenEnergy(250.0, 2440.0, 1.0),)
    shown = with_settings(results, energies=EnergySettings(given_reference=before))
    inspector = inspect("polaron", shown, temperature=0)
    seen = edits(inspector)
    field = inspector.form.field("energies", "given_reference")
    assert field.energy.value is None
    type_into(field.energy.field, "2420")
    record, name, given = seen[-1]
    assert (record, name) == ("energies", "given_reference")
    assert [(round(one.temperature_k), one.energy_mev) for one in given] == [(120, 2420.0), (250, 2440.0)]


# --- results ---------------------------------------------------------------------------------------------
def test_results_carry_their_errors_and_units(inspect: Callable[..., Inspector]) -> None:
    inspector = inspect("overview")
    text = inspector.here.text()
    for symbol, unit in (("Eg", "meV"), ("QY", ""), ("g", "meV"), ("ħω (single gap)", "meV"), ("S = (g/ħω)²", "")):
        line = next(line for line in text.split("\n") if line.split("\t")[0] == symbol)
        assert line.endswith(f"\t{unit}")
        assert "±" in line or "+" in line
    assert "ħω" in inspector.joint.text()


def test_the_selected_detuning_stands_among_the_results(inspect: Callable[..., Inspector], results: Results) -> None:
    key = results.efficiency.keys[0][4]
    inspector = inspect("efficiency", stack=key)
    assert "η (55 meV)" in inspector.here.text()


def test_an_open_interval_is_a_limit(inspect: Callable[..., Inspector], results: Results) -> None:
    nothing = np.full(3, np.nan)
    vague = replace(results.intervals, identified=np.zeros(3, dtype=bool), phonon_high_mev=nothing, g_high_mev=nothing)
    inspector = inspect("polaron", replace(results, intervals=vague))
    row = next(row for row in inspector.here.rows if row.symbol.startswith("ħω"))
    assert row.doubtful
    assert "> " in inspector.here.text()


def test_the_ratio_estimator_marks_its_errors_as_doubtful(
    inspect: Callable[..., Inspector], document: Document
) -> None:
    ratio = Analysis().update(document.with_settings(efficiency=EfficiencySettings(estimator="ratio")))
    row = next(row for row in inspect("ratio", ratio).here.rows if row.symbol == "QY")
    assert row.doubtful
    assert "too small" in row.note


def test_without_results_the_column_says_what_to_load(inspect: Callable[..., Inspector]) -> None:
    inspector = inspect("overview", Analysis().update(Document(Experiment("nothing"))))
    assert inspector.no_results.isVisible()
    assert not inspector.here.isVisible()
    assert inspector.checks_list.checks[0].tone == "bad"


# --- checks ----------------------------------------------------------------------------------------------
def test_the_checks_name_what_is_doubtful(inspect: Callable[..., Inspector], results: Results) -> None:
    checks = inspect("overview").checks_list.checks
    texts = [check.text for check in checks]
    doubted = [check.text for check in checks if check.tone == "warn"]
    count = int((results.efficiency.valid[0] & np.isnan(results.efficiency.eta_low[0])).sum())
    assert any(text.startswith("QY ") for text in texts)
    assert any(text.startswith(f"{count} detuning") for text in doubted)


def test_the_checks_agree_with_the_page_of_checks(inspect: Callable[..., Inspector], results: Results) -> None:
    found = {check.text: check.tone for check in inspect("overview").checks_list.checks}
    here = temperature_name(results.polaron.temperatures_k[0])
    made = [one for one in check_consistency(results) if one.place in (here, "joint fit")]
    conflicts = [one for one in made if one.status == "conflicts"]
    assert conflicts
    for one in conflicts:
        told = [text for text in found if f"{typeset(one.title)}: " in text and found[text] == "warn"]
        assert any(text.startswith("<b>joint fit</b>") == (one.place == "joint fit") for text in told)
    titles = [text.split(": ")[0].removeprefix("<b>joint fit</b>, ") for text, tone in found.items() if tone == "warn"]
    agreeing = {one.title for one in made} - {one.title for one in conflicts}
    assert not agreeing & set(titles)
    shown = sum(one.name in ("misfit", "shared_parameters") and one.status == "agrees" for one in made)
    rest = sum(one.status == "agrees" for one in made) - shown
    assert found[f"Consistency: {rest} more agree"] == "good"


def test_a_check_shows_a_less_than_sign_and_its_whole_first_sentence(results: Results) -> None:
    sentence = "The model misses the data of Eq. 9 in [a<b> & c] (p < 0.001)"
    one = next(one for one in check_consistency(results) if one.name == "misfit")
    told = _told(replace(one, meaning=f"{sentence}. Look at the residuals."))
    assert without_markup(told).endswith(f": {sentence}")


def test_a_problem_shows_a_less_than_sign_and_its_whole_first_sentence(
    inspect: Callable[..., Inspector], results: Results
) -> None:
    doubt = Problem("warning", "a<b>.csv", "is cut by Eq. 9 at p < 0.001. Measure again.")
    found = inspect("overview", replace(results, problems=(doubt,))).checks_list.checks
    assert "a<b>.csv: is cut by Eq. 9 at p < 0.001." in [without_markup(check.text) for check in found]


def test_consistency_waits_for_the_end_of_a_drag(results: Results) -> None:
    view = ViewState()
    rested = consistency_checks(results, view)
    dragged = consistency_checks(replace(results, intervals=None), view, rested)
    assert [check.tone for check in dragged] == ["info"] * len(rested)
    assert not any(" instead of " in check.text for check in dragged)
    assert [check.text.removesuffix(" …") for check in dragged] == [check.text.split(": ")[0] for check in rested]
    assert consistency_checks(replace(results, intervals=None), view, dragged) == dragged


def test_the_list_of_checks_keeps_its_lines_during_a_drag(inspect: Callable[..., Inspector], results: Results) -> None:
    inspector = inspect("polaron")
    before = [check.text for check in inspector.checks_list.checks]
    inspector.display(replace(results, intervals=None), ViewState(step="polaron"))
    dragged = inspector.checks_list.checks
    assert len(dragged) == len(before)
    assert any(check.text.endswith(" …") for check in dragged)
    inspector.display(results, ViewState(step="polaron"))
    assert [check.text for check in inspector.checks_list.checks] == before


def test_long_names_without_a_blank_leave_the_column_its_width(
    inspect: Callable[..., Inspector], document: Document, results: Results
) -> None:
    name = "CsPbBr3nanocrystals" * 3 + ".asc"
    assert len(name) > 60
    doubt = Problem("warning", name, f"repeats {name[::-1]} line by line. Take one of them out.")
    key = results.efficiency.keys[0][2]
    excluded = replace(results, document=document.excluding(key, name), problems=(doubt,))
    inspector = inspect("overview", excluded, stack=key)
    scroll = inspector.findChild(QScrollArea)
    assert scroll.widget().width() <= scroll.viewport().width()
    labels = inspector.checks_list.findChildren(QLabel)
    told = [label for label in labels if name in label.text().replace("\u200b", "")]
    assert told[0].height() >= 3 * told[0].fontMetrics().height()


def test_a_shortened_fact_tells_the_whole_of_it_and_others_nothing(make: Callable[..., Any]) -> None:
    facts: FactList = make(FactList, size=(200, 80))
    facts.display([("Repeat", "measured_on_a_long_afternoon_405nm_1.asc"), ("Repeats", "4")])
    assert without_markup(facts.tip_at(5)).replace("\u200b", "") == "measured_on_a_long_afternoon_405nm_1.asc"
    assert facts.tip_at(ROW_PX + 5) == ""


def test_quantum_yields_that_differ_are_doubted(inspect: Callable[..., Inspector], results: Results) -> None:
    fit = results.efficiency
    apart = replace(fit, quantum_yield=fit.quantum_yield + np.array([0.0, 0.1]))
    checks = inspect("ratio", replace(results, efficiency=apart)).checks_list.checks
    assert any(check.tone == "warn" and check.text.startswith("QY differs") for check in checks)


# --- selection -------------------------------------------------------------------------------------------
def test_the_selected_condition_is_described_and_can_be_excluded(
    inspect: Callable[..., Inspector], results: Results
) -> None:
    key = results.efficiency.keys[0][2]
    inspector = inspect("spectra", stack=key)
    targets: list[str] = []
    inspector.exclusion_requested.connect(targets.append)
    facts = dict(inspector.facts_list.facts)
    assert facts["Condition"].startswith("ASPL")
    assert facts["Repeats"] == "4"
    assert facts["ΔE"].endswith("meV")
    button = inspector.exclude_buttons["stack"]
    assert button.text() == "Exclude this condition"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert targets == [key]


def test_an_excluded_condition_shows_its_reason_and_the_way_back(
    inspect: Callable[..., Inspector], document: Document, results: Results
) -> None:
    key = results.efficiency.keys[0][2]
    excluded = Analysis().update(document.excluding(key, "laser jumped"))
    inspector = inspect("spectra", excluded, stack=key)
    assert "laser jumped" in inspector._reason.text()
    assert inspector.exclude_buttons["stack"].text() == "Bring back this condition"


def test_a_selected_repeat_can_be_excluded_by_itself(inspect: Callable[..., Inspector], results: Results) -> None:
    stack = results.gathered.stacks[0]
    source = stack.members[1].source
    inspector = inspect("spectra", stack=stack.key, record=source)
    targets: list[str] = []
    inspector.exclusion_requested.connect(targets.append)
    QTest.mouseClick(inspector.exclude_buttons["record"], Qt.MouseButton.LeftButton)
    assert targets == [source]
    assert source in dict(inspector.facts_list.facts)["Repeat"]


def test_without_a_selection_the_column_says_how_to_select(inspect: Callable[..., Inspector]) -> None:
    inspector = inspect("spectra")
    assert inspector.nothing.isVisible()
    assert not any(button.isVisible() for button in inspector.exclude_buttons.values())
