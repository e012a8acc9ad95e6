"""The look of the window: colour tokens, palette, style sheet and the light/dark switch.

Colours are asked for by name (``"pl"``, ``"muted"``, ``"temperature:0.35"``, ``"detuning:2"``), so that whatever
was drawn in one theme can be drawn again in the other without the owner's help.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

import asplab.resources
from asplab.core.errors import SettingsError
from asplab.gui.language import tr
from asplab.gui.look.stylesheet import TEMPLATE
from asplab.gui.look.turns import Turns

FONT_FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans")
TITLE_PX, BODY_PX, MUTED_PX = 14, 13, 12
CONTRAST_OF_TEXT = 4.5
MODES = {"system": tr("System"), "light": tr("Light"), "dark": tr("Dark")}
SYMBOLS = ("circle", "diamond", "triangle", "square", "hexagon", "wedge", "star", "cross")
TICKED = "#2F6FD6"
"""Ground of a tick in both themes: a picture in the style sheet can't change with the palette."""
_ICONS = Path(asplab.resources.__file__).parent / "icons"
_ROLES = {
    "background": "window",
    "panel": "base",
    "field": "alternate-base",
    "line": "mid",
    "text": "text",
    "muted": "placeholder-text",
    "accent": "highlight",
    "accent_hover": "link-visited",
    "on_accent": "highlighted-text",
    "soft": "midlight",
    "good": "shadow",
    "warn": "dark",
    "bad": "bright-text",
}
"""What the style sheet calls the places of the colours in `palette`."""
_BATCH = 40


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one appearance, as ``#RRGGBB``.

    Attributes
    ----------
    name : str
        ``"light"`` or ``"dark"``.
    background, panel, field, line, grid : str
        Window, cards and plots, input fields, hairlines, plot grid.
    text, muted : str
        Text; axis labels, units and secondary text.
    accent, accent_hover, on_accent, soft : str
        Selection and draggable edges, the same under the mouse, text upon it, a quiet tint of it.
    good, warn, bad : str
        Always shown together with a sign, never as colour alone.
    pl, aspl, pa : str
        Photoluminescence, anti-Stokes photoluminescence, photothermal absorption.
    temperatures : tuple of str
        Stops of the temperature scale, cold to hot, equally spaced.
    detunings : tuple of str
        Okabe-Ito colours in the order of the detunings.
    """

    name: str
    background: str
    panel: str
    field: str
    line: str
    grid: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    soft: str
    good: str
    warn: str
    bad: str
    pl: str
    aspl: str
    pa: str
    temperatures: tuple[str, ...]
    detunings: tuple[str, ...]

    def color(self, spec: str, alpha: float = 1.0) -> QColor:
        """Resolve a token, ``temperature:<0-1>``, ``detuning:<index>`` or ``#RRGGBB``.

        Raises
        ------
        SettingsError
            The name is none of these.
        """
        color = QColor(self._hex(spec))
        if not color.isValid():
            raise SettingsError(f"Theme {self.name}: colour '{spec}' is unknown. Use a token or #RRGGBB.")
        color.setAlphaF(alpha)
        return color

    def text_color(self, spec: str) -> QColor:
        """Return the colour moved towards the text colour until words in it can be read on a panel."""
        return QColor(_legible(self.color(spec).name(), self.text, self.panel))

    def _hex(self, spec: str) -> str:
        kind, _, value = spec.partition(":")
        if kind == "temperature":
            return self._on_scale(float(value))
        if kind == "detuning":
            return self.detunings[int(value) % len(self.detunings)]
        token = getattr(self, spec, spec)
        return token if isinstance(token, str) else ""

    def _on_scale(self, fraction: float) -> str:
        position = fraction * (len(self.temperatures) - 1)
        index = min(int(position), len(self.temperatures) - 2)
        start, end = list(pairwise(self.temperatures))[index]
        return _mix(QColor(start), QColor(end), position - index).name()


LIGHT = Theme(
    name="light",
    background="#F5F6F8",
    panel="#FFFFFF",
    field="#F5F6F8",
    line="#E1E4E9",
    grid="#F0F2F5",
    text="#1A1D21",
    muted="#5C6570",
    accent="#2563C9",
    accent_hover="#1D54AE",
    on_accent="#FFFFFF",
    soft="#E8EFFB",
    good="#1B7F4B",
    warn="#A95808",
    bad="#B3261E",
    pl="#1B7F4B",
    aspl="#C0392F",
    pa="#3D6FCC",
    temperatures=("#2A5CB0", "#2F938F", "#B8862B", "#C23B36"),
    detunings=("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5A4FA2"),
)
DARK = Theme(
    name="dark",
    background="#15171B",
    panel="#1C1F24",
    field="#15171B",
    line="#2C3037",
    grid="#23272D",
    text="#E7E9EC",
    muted="#9BA4AF",
    accent="#7FB0FF",
    accent_hover="#A3C6FF",
    on_accent="#10141A",
    soft="#22324D",
    good="#5CC98F",
    warn="#F0A95B",
    bad="#FF8A80",
    pl="#5CC98F",
    aspl="#FF7A6E",
    pa="#7FA8F5",
    temperatures=("#6F9BFF", "#4FC7BE", "#E8B95C", "#FF6F66"),
    detunings=("#FF9150", "#5DB4F2", "#3FD0A0", "#F0A6D0", "#FFC24D", "#9ADBFF", "#B3A6FF"),
)


def temperature_spec(temperature_k: float, low_k: float, high_k: float) -> str:
    """Name the colour of a temperature so that it follows the theme.

    Raises
    ------
    SettingsError
        The temperature lies outside the scale or is not a number.
    """
    return f"temperature:{_fraction(temperature_k, low_k, high_k):.4f}"


def detuning_spec(index: int) -> str:
    """Name the colour of the detuning at ``index``, counted from the smallest."""
    return f"detuning:{index}"


def detuning_symbol(index: int) -> str:
    """Return the plot symbol of the detuning at ``index``; colour and symbol together repeat after 56."""
    return SYMBOLS[index % len(SYMBOLS)]


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21 [WCAG 2.2, relative luminance]."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palette(theme: Theme) -> QPalette:
    """Build the Qt palette of a theme; the style sheet and painted widgets read their colours from it.

    The roles that shade bevels, of which this look has none, carry the colours that Qt has no role for.
    """
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.background,
        role.Base: theme.panel,
        role.AlternateBase: theme.field,
        role.Button: theme.panel,
        role.Mid: theme.line,
        role.Midlight: theme.soft,
        role.Light: theme.panel,
        role.Dark: theme.warn,
        role.Shadow: theme.good,
        role.WindowText: theme.text,
        role.Text: theme.text,
        role.ButtonText: theme.text,
        role.BrightText: theme.bad,
        role.PlaceholderText: theme.muted,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent_hover,
        role.ToolTipBase: theme.panel,
        role.ToolTipText: theme.text,
    }
    result = QPalette()
    for name, color in colors.items():
        result.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.muted))
    return result


def font() -> QFont:
    """Build the body font: the first family present, with figures of equal width where it has them."""
    result = QFont()
    result.setFamilies(list(FONT_FAMILIES))
    result.setPixelSize(BODY_PX)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def stylesheet() -> str:
    """Fill the style sheet with the names of the colours in the palette; it is the same in every theme."""
    tokens = {name: f"palette({role})" for name, role in _ROLES.items()}
    sizes = {"title_px": TITLE_PX, "body_px": BODY_PX, "muted_px": MUTED_PX}
    return TEMPLATE.substitute(tokens, **sizes, ticked=TICKED, icons=_ICONS.as_posix())


class Appearance(QObject):
    """Dresses the application in the light or dark theme and follows the system's choice.

    Parameters
    ----------
    application : QApplication
    mode : str
        ``"system"``, ``"light"`` or ``"dark"``.

    Notes
    -----
    ``changed`` carries the new :class:`Theme`; plots are restyled by whoever connects to it, at once or in ``turns``:
    no window paints before all that is seen has changed, and none waits for what is not.
    """

    changed = Signal(object)

    def __init__(self, application: QApplication, mode: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._hints = application.styleHints()
        self._mode = _checked(mode)
        self.turns = Turns(self)
        self.turns.seen_changed.connect(self._uncover)
        self._covered: list[QWidget] = []
        application.setStyle("Fusion")
        application.setFont(font())
        self._hints.colorSchemeChanged.connect(self._follow)
        self.theme = self._wanted(self._hints.colorScheme())
        application.setPalette(palette(self.theme))
        application.setStyleSheet(stylesheet())

    @property
    def mode(self) -> str:
        """What was chosen: ``"system"``, ``"light"`` or ``"dark"``."""
        return self._mode

    def choose(self, mode: str) -> None:
        """Switch at once to a theme, or follow the system again.

        Raises
        ------
        SettingsError
            The mode is unknown.
        """
        self._mode = _checked(mode)
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        # Native window frames and dialogs follow the hint; our own widgets follow the theme.
        self._hints.setColorScheme(schemes.get(mode, Qt.ColorScheme.Unknown))
        self._follow(self._hints.colorScheme())

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        wanted = self._wanted(scheme)
        if wanted is not self.theme:
            self.theme = wanted
            self._redress()
            self.changed.emit(wanted)

    def _wanted(self, scheme: Qt.ColorScheme) -> Theme:
        if self._mode == "system":
            return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        return DARK if self._mode == "dark" else LIGHT

    def _redress(self) -> None:
        """Exchange the palette, and have every widget ask it again: a style keeps the colours that it has read."""
        self.turns.clear()
        self._application.setPalette(palette(self.theme))
        for window in self._application.topLevelWidgets():
            if window.isVisible() and window.updatesEnabled():
                self._covered.append(window)
                window.setUpdatesEnabled(False)
        widgets = self._application.allWidgets()
        for is_seen in (True, False):
            chosen = [widget for widget in widgets if widget.isVisible() is is_seen]
            for start in range(0, len(chosen), _BATCH):
                self.turns.add(partial(_polish, chosen[start : start + _BATCH]), is_seen=is_seen)

    def _uncover(self) -> None:
        covered, self._covered = self._covered, []
        for window in covered:
            if isValid(window):
                window.setUpdatesEnabled(True)


def _polish(widgets: Sequence[QWidget]) -> None:
    for widget in widgets:
        if isValid(widget):
            widget.style().polish(widget)


def _checked(mode: str) -> str:
    if mode not in MODES:
        raise SettingsError(f"Appearance: mode '{mode}' is unknown. Choose one of {', '.join(MODES)}.")
    return mode


def _fraction(temperature_k: float, low_k: float, high_k: float) -> float:
    if not low_k <= temperature_k <= high_k:
        raise SettingsError(
            f"Temperature scale: {temperature_k} K lies outside {low_k} to {high_k} K. Widen the scale."
        )
    return 0.5 if high_k == low_k else (temperature_k - low_k) / (high_k - low_k)


def _mix(start: QColor, end: QColor, fraction: float) -> QColor:
    parts = zip(start.getRgbF()[:3], end.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*((1 - fraction) * first + fraction * last for first, last in parts))


@lru_cache(maxsize=256)
def _legible(color: str, text: str, ground: str) -> str:
    steps = (_mix(QColor(color), QColor(text), step / 10) for step in range(11))
    return next((mixed for mixed in steps if contrast(mixed, QColor(ground)) >= CONTRAST_OF_TEXT), QColor(text)).name()


def _luminance(color: QColor) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
