"""The one set of icons: strokes on a square of 16, drawn in the ink of the theme for every density of a screen."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

import asplab.resources
from asplab.core.errors import SettingsError

FOLDER = Path(asplab.resources.__file__).parent / "icons"
SIZE_PX = 16
_DENSITIES = (1.0, 1.25, 1.5, 1.75, 2.0)
_INK = "currentColor"
INKS = (QPalette.ColorRole.ButtonText, QPalette.ColorRole.PlaceholderText)
"""What an icon asks a palette for: its ink, and that of a disabled one."""


def icon(name: str, palette: QPalette, *, size_px: int = SIZE_PX, ink: QColor | None = None) -> QIcon:
    """Return an icon in the ink of a palette; muted where it is disabled.

    Parameters
    ----------
    name : str
        File in ``resources/icons`` without its ending.
    palette : QPalette
    size_px : int
        Side in logical pixels.
    ink : QColor, optional
        Another ink than that of the palette's buttons.

    Raises
    ------
    SettingsError
        There is no such icon.
    """
    enabled = ink if ink is not None else palette.color(INKS[0])
    densities = {*_DENSITIES, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}
    sides = tuple(sorted(round(size_px * density) for density in densities))
    # A value of its own: who adds to it leaves that of the others alone.
    return QIcon(_made(name, enabled.name(), palette.color(INKS[1]).name(), sides))


def picture(name: str, ink: QColor, size_px: int, density: float) -> QPixmap:
    """Return an icon as a picture for a label on a screen of this density (device pixels per pixel)."""
    drawn = QPixmap(_drawn(name, ink.name(), round(size_px * density)))
    drawn.setDevicePixelRatio(density)
    return drawn


@lru_cache(maxsize=256)
def _made(name: str, enabled: str, muted: str, sides: tuple[int, ...]) -> QIcon:
    result = QIcon()
    for side in sides:
        # A picture of its own for the active and the selected state, or the style would tint the normal one.
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Active, QIcon.Mode.Selected):
            result.addPixmap(_drawn(name, enabled, side), mode)
        result.addPixmap(_drawn(name, muted, side), QIcon.Mode.Disabled)
    return result


@lru_cache(maxsize=1024)
def _drawn(name: str, color: str, side: int) -> QPixmap:
    result = QPixmap(side, side)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(_source(name).replace(_INK, color).encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return result


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    path = FOLDER / f"{name}.svg"
    if not path.is_file():
        raise SettingsError(f"Icon '{name}' is unknown. Put {name}.svg into {FOLDER}.")
    return path.read_text(encoding="utf-8")
