"""Equations in a small part of TeX, typeset by matplotlib's mathtext and painted in the colours of the theme.

Typesetting takes some 15 ms an equation, and the first one loads matplotlib: it belongs into a job. Painting an
outline is quick and happens where the equation is shown.
"""

import re
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from asplab.core.units import FloatArray

LINE_BREAK = r"\\"
_UNIT_PX = 100.0
"""Size of the font in which matplotlib gives its outlines."""
_LEADING = 0.55
"""Space between the lines of an equation, in units of the font size."""
_MARGIN_PX = 2.0
_MOVE, _LINE, _CONIC, _CUBIC, _CLOSE = 1, 2, 3, 4, 79
_CODES = {_MOVE: 1, _LINE: 1, _CONIC: 2, _CUBIC: 3, _CLOSE: 1}
_WORDS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "Gamma": "Γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε",
    "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "rho": "ρ", "sigma": "σ", "Sigma": "Σ", "tau": "τ", "phi": "φ", "Phi": "Φ", "chi": "χ", "omega": "ω", "Omega": "Ω",
    "hbar": "ħ", "pi": "π", "langle": "⟨", "rangle": "⟩", "cdot": "·", "times": "×", "pm": "±", "mp": "∓", "leq": "≤",
    "geq": "≥", "le": "≤", "ge": "≥", "approx": "≈", "propto": "∝", "infty": "∞", "sum": "Σ", "int": "∫", "to": "→",
    "partial": "∂", "neq": "≠", "ll": "≪", "gg": "≫", "prime": "′", "in": "∈", "ldots": "…", "quad": " ", "qquad": " ",
    "left": "", "right": "", "mid": "|", "sqrt": "√",
}  # fmt: skip
_FRACTION = re.compile(r"\\t?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
_NAME = re.compile(r"\\([A-Za-z]+)")
_UPRIGHT = re.compile(r"\\(?:mathrm|mathit|text|operatorname)\{([^{}]*)\}")
_SIMPLE = re.compile(r"\w+|\S")


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """An equation as a filled path.

    Attributes
    ----------
    path : QPainterPath
        In units of the font size, from the top left corner downwards.
    width, height : float
        In units of the font size.
    """

    path: QPainterPath
    width: float
    height: float


def outline(tex: str) -> Outline:
    r"""Typeset an equation; ``\\`` begins another line.

    Raises
    ------
    ValueError
        Where mathtext does not understand it.
    """
    lines = [_line(part.strip()) for part in tex.replace("\n", " ").split(LINE_BREAK) if part.strip()]
    top, points, codes = 0.0, [], []
    for line, line_codes in lines:
        lowest, highest = line[:, 1].min(), line[:, 1].max()
        points.append(np.column_stack([line[:, 0], top + highest - line[:, 1]]))
        codes.append(line_codes)
        top += highest - lowest + _LEADING
    together = np.concatenate(points)
    together[:, 0] -= together[:, 0].min()
    return Outline(_path(together, np.concatenate(codes)), float(together[:, 0].max()), top - _LEADING)


def _line(tex: str) -> tuple[FloatArray, np.ndarray]:
    # Loaded late and in a job: nothing else of the window needs matplotlib.
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=10, math_fontfamily="stix")
    displayed = tex.replace(r"\frac", r"\dfrac").replace(r"\tfrac", r"\frac")
    points, codes = text_to_path.get_text_path(font, f"${displayed}$", ismath=True)
    return np.asarray(points, dtype=float) / _UNIT_PX, np.asarray(codes, dtype=int)


def picture(drawn: Outline, color: QColor, *, size_px: float, room_px: float = np.inf, ratio: float = 1.0) -> QImage:
    """Paint an equation on a transparent ground.

    Parameters
    ----------
    size_px : float
        Size of its font; it becomes smaller where the equation is wider than ``room_px``.
    ratio : float
        Device pixels per pixel.
    """
    scale = min(size_px, max((room_px - 2 * _MARGIN_PX) / drawn.width, 1.0))
    width, height = (round(scale * side + 2 * _MARGIN_PX) for side in (drawn.width, drawn.height))
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(_MARGIN_PX, _MARGIN_PX)
    painter.scale(scale, scale)
    painter.fillPath(drawn.path, color)
    painter.end()
    return image


def _path(points: FloatArray, codes: np.ndarray) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    corners = [QPointF(x, y) for x, y in points]
    place = 0
    while place < len(corners):
        code = int(codes[place])
        ends = corners[place : place + _CODES[code]]
        if code == _MOVE:
            path.moveTo(ends[0])
        elif code == _LINE:
            path.lineTo(ends[0])
        elif code == _CONIC:
            path.quadTo(*ends)
        elif code == _CUBIC:
            path.cubicTo(*ends)
        else:
            path.closeSubpath()
        place += len(ends)
    return path


def in_words(tex: str) -> str:
    """Return an equation as plain text: for the clipboard, the search and assistive tools."""
    text = tex.replace(LINE_BREAK, "\n")
    text = _UPRIGHT.sub(r"\1", text)
    while _FRACTION.search(text):
        text = _FRACTION.sub(lambda found: f"{_grouped(found[1])}/{_grouped(found[2])}", text)
    text = re.sub(r"\\[,;:! ]", " ", text)
    text = _NAME.sub(lambda found: _WORDS.get(found[1], found[1]), text)
    text = re.sub(r"\{(\w)\}", r"\1", text).replace("{", "(").replace("}", ")")
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _grouped(part: str) -> str:
    return part.strip() if _SIMPLE.fullmatch(part.strip()) else f"({part.strip()})"
