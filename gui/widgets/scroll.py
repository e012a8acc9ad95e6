"""A column that scrolls: what lies beyond its edges fades out instead of being cut through."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

FADE_PX = 18


class Column(QWidget):
    """Widgets below one another, never lower than their wrapped words need at the present width."""

    def __init__(self, gap_px: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = QVBoxLayout(self)
        self.lines.setContentsMargins(0, 0, 0, 0)
        self.lines.setSpacing(gap_px)

    def wanted_height(self, width_px: int) -> int:
        """Return the height that all of it needs at a width."""
        if self.lines.hasHeightForWidth():
            return self.lines.totalMinimumHeightForWidth(width_px)
        return self.lines.totalMinimumSize().height()

    def event(self, event: QEvent) -> bool:
        """Grow at once with the words; Qt ignores how they wrap and would squeeze the fields."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.setMinimumHeight(self.wanted_height(self.width()))
        return super().event(event)


class FadingScroll(QScrollArea):
    """A frameless scroll area whose upper and lower edge fade where there is more."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(content)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for part in (self.viewport(), content):
            part.setAutoFillBackground(False)
        self._fades = {is_top: _Fade(self.viewport(), is_top=is_top) for is_top in (True, False)}
        self.verticalScrollBar().valueChanged.connect(self._place)
        self.verticalScrollBar().rangeChanged.connect(self._place)
        self.viewport().installEventFilter(self)

    @property
    def has_more_below(self) -> bool:
        """Whether something lies below what is seen."""
        return self.verticalScrollBar().value() < self.verticalScrollBar().maximum()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the fading edges in their places."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self, *_: int) -> None:
        room, bar = self.viewport().rect(), self.verticalScrollBar()
        # The bar keeps its room where there is nothing to scroll, but it is not painted.
        bar.setEnabled(bar.maximum() > bar.minimum())
        for is_top, fade in self._fades.items():
            is_shown = bar.value() > bar.minimum() if is_top else self.has_more_below
            fade.setVisible(is_shown)
            if is_shown:
                fade.setGeometry(QRect(0, 0 if is_top else room.height() - FADE_PX, room.width(), FADE_PX))
                fade.raise_()


class _Fade(QWidget):
    def __init__(self, parent: QWidget, *, is_top: bool) -> None:
        super().__init__(parent)
        self._is_top = is_top
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = self.palette().color(QPalette.ColorRole.Base)
        clear = QColor(ground)
        clear.setAlpha(0)
        gradient = QLinearGradient(0, 0, 0, self.height())
        gradient.setColorAt(0.0, ground if self._is_top else clear)
        gradient.setColorAt(1.0, clear if self._is_top else ground)
        QPainter(self).fillRect(self.rect(), gradient)
