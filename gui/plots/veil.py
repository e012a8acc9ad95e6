"""What pales results that belong to an earlier document, so that nobody takes them for those of now."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from asplab.gui.look.theme import MUTED_PX, Theme
from asplab.gui.plots.base import Plot
from asplab.gui.plots.layer import Layer, PixelMap
from asplab.gui.widgets.text import paint_rich, rich_width

_OPACITY = 0.62
_BELOW_HANDLES_Z = 18.0
_EDGE_PX, _PAD_PX, _HEIGHT_PX = 8.0, 8.0, 22.0


class PlotVeil(Layer):
    """A veil over the data of one plot, below its handles: these follow the hand and are never of earlier."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.words = ""

    def display(self, words: str) -> None:
        """Say what the data are of; no words lift the veil."""
        if words != self.words:
            self.words = words
            self.setVisible(bool(words))
            self.update()

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the veil and the words."""
        view = self.boundingRect()
        left, right = (float(to_pixel.x(x)) for x in (view.left(), view.right()))
        top, bottom = (float(to_pixel.y(y)) for y in (view.bottom(), view.top()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(left, top, right - left, bottom - top), self.theme.color("panel", _OPACITY))
        font = QFont()
        font.setPixelSize(MUTED_PX)
        painter.setFont(font)
        width = min(rich_width(self.words, font) + 2 * _PAD_PX, right - left - 2 * _EDGE_PX)
        chip = QRectF(left + _EDGE_PX, bottom - _HEIGHT_PX - _EDGE_PX, width, _HEIGHT_PX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("line"), 1))
        painter.setBrush(self.theme.color("panel"))
        painter.drawRoundedRect(chip, 5, 5)
        painter.setPen(self.theme.text_color("warn"))
        paint_rich(painter, chip.adjusted(_PAD_PX, 0, -_PAD_PX, 0), self.words)


class Veil(QWidget):
    """A veil over a widget and all plots in it; the mouse passes through.

    Parameters
    ----------
    subject : QWidget
        What is paled.
    """

    def __init__(self, theme: Theme, subject: QWidget) -> None:
        super().__init__(subject)
        self._theme = theme
        self._layers: dict[Plot, PlotVeil] = {}
        self.words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        subject.installEventFilter(self)

    def restyle(self, theme: Theme) -> None:
        """Take over a theme; the plots restyle their own layers."""
        self._theme = theme
        self.update()

    def display(self, words: str) -> None:
        """Pale the subject and say what it is of; no words lift the veil."""
        if words or self.words:
            for plot in self._plots():
                self._layer_of(plot).display(words)
        if words == self.words:
            return
        self.words = words
        if words:
            self.setGeometry(self.parentWidget().rect())
            self.raise_()
            self.setAccessibleName(words)
        self.setVisible(bool(words))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the subject."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint over everything but the plots."""
        painter = QPainter(self)
        free = QRegion(self.rect())
        for plot in self._plots():
            if plot.isVisible():
                corner = plot.mapTo(self.parentWidget(), plot.rect().topLeft())
                free -= QRegion(plot.rect().translated(corner))
        painter.setClipRegion(free)
        painter.fillRect(self.rect(), self._theme.color("panel", _OPACITY))

    def _plots(self) -> list[Plot]:
        found: list[Plot] = self.parentWidget().findChildren(Plot)
        return found

    def _layer_of(self, plot: Plot) -> PlotVeil:
        if plot not in self._layers:
            veil = self._layers[plot] = PlotVeil(self._theme)
            veil.setVisible(False)
            plot.add_layer(veil, z=_BELOW_HANDLES_Z)
        return self._layers[plot]
