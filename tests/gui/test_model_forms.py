"""Fields of the rate models: what is ticked, ranges and priors of parameters, lists of numbers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton

from asplab.core.settings import ParameterLimit, ParameterPrior, Settings
from asplab.gui.settings_catalogue import STEPS
from asplab.gui.widgets.fields import NumberField
from asplab.gui.widgets.model_forms import ManyField, NumbersField, ParameterField
from asplab.gui.widgets.settings_form import Context, SettingsForm


@pytest.fixture
def form(make: Callable[..., Any]) -> SettingsForm:
    """The settings of the Polaron step, unfolded; what the user edits comes back as it would in the window."""
    found: SettingsForm = make(SettingsForm, STEPS["polaron"], size=(292, 1200))
    settings = [Settings()]

    def take(record: str, name: str, value: object) -> None:
        settings[0] = replace(settings[0], **{record: replace(getattr(settings[0], record), **{name: value})})
        found.display(settings[0], Context())

    found.edited.connect(take)
    found.display(settings[0], Context())
    for section in found.sections:
        if section.is_folded:
            section.heading.click()
    found.now = settings
    return found


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def parameters(form: SettingsForm, name: str) -> ParameterField:
    field = form.field("models", name)
    assert isinstance(field, ParameterField)
    return field


def numbers(field: ParameterField) -> list[NumberField]:
    QApplication.processEvents()
    return [one for one in field.findChildren(NumberField) if one.isVisible()]


def test_a_model_is_ticked_in_the_menu_in_the_order_of_the_list(form: SettingsForm) -> None:
    field = form.field("models", "compared")
    assert isinstance(field, ManyField)
    assert field.text().startswith("6 of")
    field.actions_by_key["eq9"].trigger()
    field.actions_by_key["parasitic"].trigger()
    assert form.now[0].models.compared == (
        "resonant",
        "kramers-heisenberg",
        "thermal",
        "arrhenius",
        "exponential",
        "parasitic",
    )
    field.actions_by_key["eq9"].trigger()
    assert form.now[0].models.compared[0] == "eq9"


def test_the_last_ticked_model_stays(form: SettingsForm) -> None:
    field = form.field("models", "compared")
    assert isinstance(field, ManyField)
    reasons: list[str] = []
    form.refused.connect(reasons.append)
    for name in form.now[0].models.compared:
        field.actions_by_key[name].trigger()
    assert form.now[0].models.compared == ("exponential",)
    assert field.actions_by_key["exponential"].isChecked()
    assert reasons


def test_a_range_is_added_typed_fixed_and_taken_away(form: SettingsForm) -> None:
    field = parameters(form, "limits")
    field.actions_by_key["phonon_mev"].trigger()
    assert form.now[0].models.limits == (ParameterLimit("phonon_mev", 0.5, 500.0),)
    type_into(numbers(field)[1], "22")
    type_into(numbers(field)[0], "22")
    assert form.now[0].models.limits == (ParameterLimit("phonon_mev", 22.0, 22.0),)
    assert not field.actions_by_key["phonon_mev"].isVisible()
    field.actions_by_key["g_mev"].trigger()
    away = next(one for one in field.findChildren(QToolButton) if one.accessibleName() == "Remove the range of ħω")
    QTest.mouseClick(away, Qt.MouseButton.LeftButton)
    assert [limit.parameter for limit in form.now[0].models.limits] == ["g_mev"]


def test_ends_in_the_wrong_order_are_refused_with_a_reason(form: SettingsForm) -> None:
    field, reasons = parameters(form, "limits"), []
    form.refused.connect(reasons.append)
    field.actions_by_key["phonon_mev"].trigger()
    type_into(numbers(field)[0], "501")
    assert form.now[0].models.limits == (ParameterLimit("phonon_mev", 0.5, 500.0),)
    assert "outside" in reasons[-1]


def test_a_prior_has_a_value_a_deviation_and_a_source(form: SettingsForm) -> None:
    field = parameters(form, "priors")
    field.actions_by_key["phonon_mev"].trigger()
    type_into(numbers(field)[0], "18.5")
    type_into(numbers(field)[1], "0.4")
    source = next(one for one in field.findChildren(QLineEdit) if "source" in one.accessibleName() and one.isVisible())
    type_into(source, "Raman of the same crystals")
    assert form.now[0].models.priors == (ParameterPrior("phonon_mev", 18.5, 0.4, "Raman of the same crystals"),)


def test_phonon_energies_are_typed_with_semicolons(form: SettingsForm) -> None:
    field, reasons = form.field("models", "modes_mev"), []
    assert isinstance(field, NumbersField)
    form.refused.connect(reasons.append)
    type_into(field, "14; 22.5")
    assert form.now[0].models.modes_mev == (14.0, 22.5)
    type_into(field, "14; soft")
    assert form.now[0].models.modes_mev == (14.0, 22.5)
    assert "soft" in reasons[-1]
    type_into(field, "")
    assert form.now[0].models.modes_mev == ()


def test_a_parameter_is_fixed_by_one_number_that_waits_to_be_typed(form: SettingsForm) -> None:
    field = parameters(form, "limits")
    field.fixing_by_key["phonon_mev"].trigger()
    shown = numbers(field)
    assert len(shown) == 1
    assert shown[0].hasFocus()
    assert shown[0].accessibleName() == "ħω, value at which it is held"
    type_into(shown[0], "18.5")
    assert form.now[0].models.limits == (ParameterLimit("phonon_mev", 18.5, 18.5),)
    assert not field.actions_by_key["phonon_mev"].isVisible()
    assert not field.fixing_by_key["phonon_mev"].isVisible()


def test_ends_that_meet_become_the_one_number_of_a_fixed_parameter(form: SettingsForm) -> None:
    field = parameters(form, "limits")
    field.actions_by_key["g_mev"].trigger()
    low, high = numbers(field)
    type_into(low, "40")
    type_into(high, "40")
    assert form.now[0].models.limits == (ParameterLimit("g_mev", 40.0, 40.0),)
    assert len(numbers(field)) == 1


def test_the_spread_of_the_gaps_is_known_to_be_small_by_a_prior_at_zero(form: SettingsForm) -> None:
    field = parameters(form, "priors")
    assert field.actions_by_key["inhomogeneous_mev"].text() == "σ · spread of the gaps of the ensemble"
    field.actions_by_key["inhomogeneous_mev"].trigger()
    type_into(numbers(field)[1], "8")
    assert form.now[0].models.priors == (ParameterPrior("inhomogeneous_mev", 0.0, 8.0, ""),)
