"""The look: contrast, colour names and the switch between light and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from asplab.core.errors import SettingsError
from asplab.gui.look.theme import (
    DARK,
    LIGHT,
    SYMBOLS,
    TICKED,
    Appearance,
    Theme,
    contrast,
    detuning_spec,
    detuning_symbol,
    font,
    stylesheet,
    temperature_spec,
)

both = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


@both
@pytest.mark.parametrize("ink", ["text", "muted", "accent", "good", "warn", "bad", "pl", "aspl"])
@pytest.mark.parametrize("ground", ["background", "panel"])
def test_every_ink_can_be_read_on_every_ground(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(theme.color(ink), theme.color(ground)) >= 4.5


@both
def test_text_on_the_accent_can_be_read(theme: Theme) -> None:
    assert contrast(theme.color("on_accent"), theme.color("accent")) >= 4.5


@both
@pytest.mark.parametrize("index", range(7))
def test_labels_in_the_colour_of_a_detuning_can_be_read(theme: Theme, index: int) -> None:
    assert contrast(theme.text_color(detuning_spec(index)), theme.color("panel")) >= 4.5


@both
@pytest.mark.parametrize("temperature_k", [80, 120, 160, 200, 240, 280])
def test_every_temperature_stands_out_from_the_panel(theme: Theme, temperature_k: float) -> None:
    color = theme.color(temperature_spec(temperature_k, 80, 280))
    assert contrast(color, theme.color("panel")) >= 3.0


def test_cold_is_blue_and_hot_is_red() -> None:
    cold, hot = (LIGHT.color(temperature_spec(t, 80, 280)) for t in (80, 280))
    assert cold.blue() > cold.red()
    assert hot.red() > hot.blue()


def test_a_temperature_named_in_light_has_the_dark_scale_in_dark() -> None:
    spec = temperature_spec(280, 80, 280)
    assert LIGHT.color(spec).name() == LIGHT.temperatures[-1].lower()
    assert DARK.color(spec).name() == DARK.temperatures[-1].lower()


def test_a_single_temperature_has_a_colour() -> None:
    assert LIGHT.color(temperature_spec(80, 80, 80)).isValid()


@pytest.mark.parametrize("temperature_k", [79.0, 281.0, float("nan")])
def test_a_temperature_off_the_scale_is_refused_with_its_value(temperature_k: float) -> None:
    with pytest.raises(SettingsError, match=str(temperature_k)):
        temperature_spec(temperature_k, 80, 280)


def test_an_unknown_colour_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="puce2"):
        LIGHT.color("puce2")


def test_twelve_detunings_differ_in_colour_or_symbol() -> None:
    looks = {(LIGHT.color(detuning_spec(i)).name(), detuning_symbol(i)) for i in range(12)}
    assert len(looks) == 12
    assert {detuning_symbol(i) for i in range(8)} == set(SYMBOLS)


def test_the_style_sheet_leaves_no_token_unfilled() -> None:
    assert "$" not in stylesheet()


def test_a_switch_leaves_widgets_as_if_they_were_made_in_the_other_theme(
    appearance: Appearance, make: Callable[..., Any], until: Callable[..., None]
) -> None:
    def dressed() -> QWidget:
        host = QWidget()
        rows = QVBoxLayout(host)
        for tone in ("good", "warn", "bad", "info"):
            label = QLabel(tone)
            label.setProperty("tone", tone)
            rows.addWidget(label)
        for widget in (QPushButton("Go"), QLineEdit("text"), QComboBox(), QCheckBox("on", checked=True)):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            rows.addWidget(widget)
        return host

    old, hidden = make(dressed), make(dressed)
    hidden.hide()
    for mode in ("dark", "light", "dark"):
        appearance.choose(mode)
        until(lambda: appearance.turns.is_idle)
    hidden.show()
    new = make(dressed)
    assert old.grab().toImage() == new.grab().toImage()
    assert hidden.grab().toImage() == new.grab().toImage()


def test_a_window_paints_again_once_all_that_is_seen_has_changed(
    appearance: Appearance, make: Callable[..., Any], until: Callable[..., None]
) -> None:
    window, told = make(QLabel, "words").window(), []
    appearance.choose("dark")
    appearance.turns.add(lambda: told.append(window.updatesEnabled()), is_seen=True)
    appearance.turns.add(lambda: told.append(window.updatesEnabled()), is_seen=False)
    until(lambda: appearance.turns.is_idle)
    assert told == [False, True]


def test_a_tick_can_be_seen_in_both_themes() -> None:
    assert contrast(QColor("#FFFFFF"), QColor(TICKED)) >= 4.5
    for theme in (LIGHT, DARK):
        assert contrast(QColor(TICKED), theme.color("panel")) >= 3.0


def test_the_font_falls_back_to_an_installed_family(application: QApplication) -> None:
    assert QFontInfo(font()).family()
    assert QFontInfo(font()).pixelSize() == 13


def test_choosing_dark_changes_the_palette_and_tells_once(appearance: Appearance) -> None:
    seen: list[Theme] = []
    appearance.changed.connect(seen.append)
    appearance.choose("dark")
    appearance.choose("dark")
    appearance.changed.disconnect(seen.append)
    assert seen == [DARK]
    assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(DARK.background)


def test_the_system_mode_follows_the_system(appearance: Appearance, application: QApplication) -> None:
    appearance.choose("system")
    application.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.theme is DARK
    application.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert appearance.theme is LIGHT


def test_a_chosen_theme_ignores_the_system(appearance: Appearance, application: QApplication) -> None:
    appearance.choose("light")
    application.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.theme is LIGHT


def test_an_unknown_mode_is_refused(appearance: Appearance) -> None:
    with pytest.raises(SettingsError, match="sepia"):
        appearance.choose("sepia")
