"""Numbers typed with a unit."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QLocale, Qt
from pytestqt.qtbot import QtBot

from asplab.gui.widgets.fields import NumberField, Numeric
from asplab.gui.widgets.forms import GivenField
from asplab.gui.widgets.quantity import QuantityError, read_quantity

ENGLISH, GERMAN = QLocale("en_GB"), QLocale("de_DE")
HC_EV_NM = 1239.841984332003


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("506 nm", "nm", 506.0),
        ("0.506 µm", "nm", 506.0),
        ("5060Å", "nm", 506.0),
        ("2.45 eV", "meV", 2450.0),
        ("2450meV", "meV", 2450.0),
        ("2.45eV", "meV", 2450.0),
        ("1,5 meV", "meV", 1.5),
        ("100 cm-1", "meV", 12.39841984332003),
        ("12 %", "", 0.12),
        ("30 ppm", "%", 0.003),
        ("1.5 mW", "µW", 1500.0),
        ("90 min", "h", 1.5),
        ("−3.5", "meV", -3.5),
        ("7 counts", "counts", 7.0),
    ],
)
def test_a_number_is_converted_into_the_unit_of_the_field(text: str, unit: str, value: float) -> None:
    assert read_quantity(text, ENGLISH, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("text", "unit", "value"), [
    ("2.45 eV", "nm", HC_EV_NM / 2.45),
    ("2450 meV", "nm", HC_EV_NM / 2.45),
    ("506 nm", "meV", 1e3 * HC_EV_NM / 506.0),
    ("0.506 um", "meV", 1e3 * HC_EV_NM / 506.0),
    ("20000 cm⁻¹", "nm", 500.0),
])  # fmt: skip
def test_a_place_in_the_spectrum_may_be_typed_as_wavelength_or_energy(text: str, unit: str, value: float) -> None:
    assert read_quantity(text, ENGLISH, unit, is_position=True) == pytest.approx(value, rel=1e-9)


def test_wavelengths_in_air_convert_as_such() -> None:
    in_air = read_quantity("2.45 eV", ENGLISH, "nm", is_position=True, medium="air")
    in_vacuum = read_quantity("2.45 eV", ENGLISH, "nm", is_position=True)
    assert in_vacuum / in_air == pytest.approx(1.000279, abs=2e-6)


@pytest.mark.parametrize(
    ("text", "unit", "is_position", "told"),
    [
        ("506 nm", "meV", False, "doesn't convert between wavelength and energy"),
        ("20 K", "meV", False, "Type it in meV, eV"),
        ("2 furlong", "nm", True, "'furlong' is no unit that fits here"),
        ("0 eV", "nm", True, "must lie above 0"),
        ("about 3", "nm", True, "not a number"),
        ("1.234.567", "nm", True, "not a number"),
        ("5 nm", "draws", False, "doesn't fit a number in draws"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused_with_words(text: str, unit: str, is_position: bool, told: str) -> None:
    with pytest.raises(QuantityError, match=told):
        read_quantity(text, ENGLISH, unit, is_position=is_position)


def test_both_decimal_signs_are_read_whatever_the_locale() -> None:
    assert read_quantity("1,5 eV", GERMAN, "meV") == read_quantity("1.5 eV", GERMAN, "meV") == 1500.0


def test_a_field_of_nanometres_takes_an_energy(make: Callable[..., Any], qtbot: QtBot) -> None:
    field = make(NumberField, Numeric("nm", 1, 100.0, 5000.0, 0.1, is_position=True))
    field.display(500.0)
    field.selectAll()
    qtbot.keyClicks(field, "2.45 eV")
    with qtbot.waitSignal(field.committed) as told:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told.args[0] == pytest.approx(HC_EV_NM / 2.45, rel=1e-9)
    assert field.text() == "506.1"


def test_a_refused_unit_stays_in_the_field_with_its_reason(make: Callable[..., Any], qtbot: QtBot) -> None:
    field = make(NumberField, Numeric("meV", 1))
    field.display(20.0)
    field.selectAll()
    qtbot.keyClicks(field, "506 nm")
    with qtbot.waitSignal(field.refused):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (field.text(), field.value) == ("506 nm", 20.0)
    assert "wavelength and energy" in field.toolTip()


def test_the_error_of_an_energy_is_no_place_in_the_spectrum(make: Callable[..., Any], qtbot: QtBot) -> None:
    given = make(GivenField, Numeric("meV", 1, 100.0, 10000.0, 1.0, is_position=True), empty="measured")
    given.display(2400.0, 2.0)
    given.error.selectAll()
    qtbot.keyClicks(given.error, "500 nm")
    with qtbot.waitSignal(given.refused):
        qtbot.keyClick(given.error, Qt.Key.Key_Return)
