"""The bubble of the tour and the ring around what it points at."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from asplab.gui.language import tr

WIDTH_PX = 330
_ARROW_PX = 10
_PADDING = 14
_MARGIN_PX = 6
_RING_PX = 4
_RADIUS_PX = 8.0
_LOW_PX = 60


class Ring(QWidget):
    """A frame around a place; the mouse passes through it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def display(self, target: QRect) -> None:
        """Frame a rectangle of the host."""
        self.setGeometry(target.adjusted(-_RING_PX, -_RING_PX, _RING_PX, _RING_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame in the accent colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self.palette().color(QPalette.ColorRole.Accent)
        painter.setPen(QPen(color, 2))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 6, 6)


class Bubble(QWidget):
    """Says something about a place, and goes on, back, or away.

    ``forward``, ``backward`` and ``left`` are what the user wants.
    """

    forward = Signal()
    backward = Signal()
    left = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._tip: tuple[QPointF, str] | None = None
        self.title, self.text, self.place = QLabel(), QLabel(), QLabel()
        self.back, self.next = QPushButton(tr("Back")), QPushButton(tr("Next"))
        self.close_button = QToolButton()
        self.setAccessibleName(tr("Guided tour"))
        self._build()
        self.hide()

    def display(self, title: str, text: str, number: int, count: int) -> None:
        """Show another stop."""
        self.title.setText(title)
        self.text.setText(text)
        self.place.setText(tr("{number} of {count}", number=number, count=count))
        self.back.setEnabled(number > 1)
        self.next.setText(tr("Done") if number == count else tr("Next"))
        self.setAccessibleDescription(text)

    def point_at(self, target: QRect | None) -> None:
        """Stand beside a rectangle of the host; where there is none, stay, or begin in the middle."""
        host = self.parentWidget()
        size = self._wanted()
        place, side = beside(target, size, host.size())
        if target is None and self.isVisible():
            # A page may take a moment to be built: no jumping to the middle and back.
            place = _inside(self.pos(), size, host.size())
        self._tip = None if target is None or not side else (QPointF(target.center()) - QPointF(place), side)
        box = QRect(place, size)
        if self.geometry() != box:
            self.setGeometry(box)
        self.update()

    def _wanted(self) -> QSize:
        self.layout().activate()
        height = self.layout().totalHeightForWidth(WIDTH_PX)
        return QSize(WIDTH_PX, height if height > 0 else self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on and back with the arrow keys; Enter presses the button that has the keyboard."""
        keys = {Qt.Key.Key_Right: self.forward, Qt.Key.Key_Left: self.backward}
        wanted = keys.get(Qt.Key(event.key()))
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QAbstractButton):
            focused.click()
        elif wanted is not None:
            wanted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bubble with its arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self.palette()
        painter.setBrush(colors.color(QPalette.ColorRole.Base))
        painter.setPen(QPen(colors.color(QPalette.ColorRole.Accent), 1.5))
        painter.drawPath(self._shape())

    def _shape(self) -> QPainterPath:
        body = self.rect().toRectF().adjusted(_ARROW_PX, _ARROW_PX, -_ARROW_PX, -_ARROW_PX)
        path = QPainterPath()
        path.addRoundedRect(body, _RADIUS_PX, _RADIUS_PX)
        if self._tip is not None:
            path = path.united(_arrow(body, *self._tip))
        return path

    def _build(self) -> None:
        self.title.setProperty("role", "title")
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.place.setProperty("role", "muted")
        self.next.setProperty("role", "primary")
        self.close_button.setText("✕")
        self.close_button.setProperty("role", "small")
        self.close_button.setToolTip(tr("Leave the tour (Esc)"))
        self.close_button.setAccessibleName(tr("Leave the tour"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        foot.addWidget(self.place, 1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        column = QVBoxLayout(self)
        edge = _PADDING + _ARROW_PX
        column.setContentsMargins(edge, edge - 6, edge - 4, edge - 2)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.text)
        column.addLayout(foot)
        self.next.clicked.connect(self.forward)
        self.back.clicked.connect(self.backward)
        self.close_button.clicked.connect(self.left)


def beside(target: QRect | None, size: QSize, host: QSize) -> tuple[QPoint, str]:
    """Return where a bubble of a size stands beside a target, and on which side of it; inside the host, never over it.

    Where no side has room it stands over the target's far corner, without an arrow.
    """
    if target is None:
        return QPoint((host.width() - size.width()) // 2, (host.height() - size.height()) // 2), ""
    centre = target.center()
    middle = QPoint(centre.x() - size.width() // 2, centre.y() - size.height() // 2)
    wanted = {
        "right": QPoint(target.right() + _RING_PX, middle.y()),
        "left": QPoint(target.left() - size.width() - _RING_PX, middle.y()),
        "below": QPoint(middle.x(), target.bottom() + _RING_PX),
        "above": QPoint(middle.x(), target.top() - size.height() - _RING_PX),
    }
    # A button in a row has neighbours at its sides, a plot has its axes below.
    order = ("below", "above", "right", "left") if target.height() < _LOW_PX else ("right", "left", "below", "above")
    for side in order:
        place = wanted[side]
        inside = _inside(place, size, host)
        is_kept = inside.x() == place.x() if side in ("right", "left") else inside.y() == place.y()
        if is_kept:
            return inside, side
    return _inside(QPoint(target.right() - size.width(), target.bottom() - size.height()), size, host), ""


def _inside(place: QPoint, size: QSize, host: QSize) -> QPoint:
    return QPoint(
        max(min(place.x(), host.width() - size.width() - _MARGIN_PX), _MARGIN_PX),
        max(min(place.y(), host.height() - size.height() - _MARGIN_PX), _MARGIN_PX),
    )


def _arrow(body: QRectF, tip: QPointF, side: str) -> QPainterPath:
    """Return the triangle that points from the body at the tip's height or breadth."""
    half, reach = 8.0, _ARROW_PX
    path = QPainterPath()
    if side in ("right", "left"):
        y = min(max(tip.y(), body.top() + 2 * half), body.bottom() - 2 * half)
        x, out = (body.left(), -reach) if side == "right" else (body.right(), reach)
        corners = (QPointF(x, y - half), QPointF(x + out, y), QPointF(x, y + half))
    else:
        x = min(max(tip.x(), body.left() + 2 * half), body.right() - 2 * half)
        y, out = (body.top(), -reach) if side == "below" else (body.bottom(), reach)
        corners = (QPointF(x - half, y), QPointF(x, y + out), QPointF(x + half, y))
    path.moveTo(corners[0])
    path.lineTo(corners[1])
    path.lineTo(corners[2])
    path.closeSubpath()
    return path
