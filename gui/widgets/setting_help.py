"""What a setting does, shown beside it: words, equation, default, unit, source and the page that tells more."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from asplab.gui.guide.equations import Outline, in_words, picture
from asplab.gui.guide.typesetting import Typesetting
from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry
from asplab.gui.widgets.text import without_markup
from asplab.gui.words.settings import brief_words, default_words, range_words

_WIDTH_PX = 348
_PADDING = 14
_GAP_PX = 6
_EQUATION_PX = 15.0
_MARK_PX = (14, 24)
_RING_PX = 13.0
_HOVER_MS, _AWAY_MS = 350, 200


@dataclass(frozen=True, slots=True)
class Explained:
    """A setting to be explained: its entry, the line that it stands in, and its present value."""

    entry: Entry
    line: QWidget
    value: object


class HelpMark(QToolButton):
    """A small "?" beside a setting; ``wanted`` carries whether it was clicked (True) or hovered (False)."""

    wanted = Signal(bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("?")
        self.setProperty("role", "help")
        self.setFixedSize(*_MARK_PX)
        self.setAccessibleName(tr("What {name} does", name=name))
        # A click must not take the keyboard from a field, where it would end an edit.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)
        self._hover = QTimer(self, singleShot=True, interval=_HOVER_MS)
        self._hover.timeout.connect(lambda: self.wanted.emit(False))
        self.clicked.connect(self._click)

    def _click(self) -> None:
        self._hover.stop()
        self.wanted.emit(True)

    def event(self, event: QEvent) -> bool:
        """Show no tooltip: the explanation itself opens."""
        return True if event.type() == QEvent.Type.ToolTip else super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Open the explanation after a moment."""
        self._hover.start()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget it."""
        self._hover.stop()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a ring with a question mark, quiet until the mouse comes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_noted = self.underMouse() or self.hasFocus()
        role = QPalette.ColorRole.Accent if is_noted else QPalette.ColorRole.PlaceholderText
        painter.setPen(QPen(self.palette().color(role), 2.0 if self.hasFocus() else 1.0))
        box = QRectF(0.5, (self.height() - _RING_PX) / 2, _RING_PX, _RING_PX)
        painter.drawEllipse(box)
        letters = painter.font()
        letters.setPixelSize(10)
        painter.setFont(letters)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "?")


class SettingLine(QWidget):
    """The line of one setting in a form."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.mark = HelpMark(without_markup(entry.label), self)


def line_of(widget: QWidget | None) -> SettingLine | None:
    """Return the line of a setting that a widget stands in."""
    while widget is not None and not isinstance(widget, SettingLine):
        widget = widget.parentWidget()
    return widget


class EquationView(QWidget):
    """A typeset equation, or its words while it is not typeset."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tex = ""
        self._drawn: Outline | None = None

    def display(self, tex: str, drawn: Outline | None) -> None:
        """Show an equation."""
        self._tex, self._drawn = tex, drawn
        self.setAccessibleName(in_words(tex))
        self.setFixedHeight(self._height())
        self.update()

    def _height(self) -> int:
        if self._drawn is None:
            return 2 * self.fontMetrics().height()
        scale = min(_EQUATION_PX, self._room() / self._drawn.width)
        return round(scale * self._drawn.height) + 2 * _GAP_PX

    def _room(self) -> float:
        return float(_WIDTH_PX - 2 * _PADDING - 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint it in the colour of the text."""
        painter = QPainter(self)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        if self._drawn is None:
            painter.setPen(ink)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, in_words(self._tex))
            return
        ratio = self.devicePixelRatioF()
        image = picture(self._drawn, ink, size_px=_EQUATION_PX, room_px=self._room(), ratio=ratio)
        painter.drawImage(QPoint(0, (self.height() - round(image.height() / ratio)) // 2), image)


class SettingHelp(QFrame):
    """The explanation, laid over the window; ``page_wanted`` carries a page of the guide, with its anchor.

    Opened by hovering it goes when the mouse goes; opened by a click or a key it has the keyboard, and goes with Esc,
    its ×, or a click elsewhere.
    """

    page_wanted = Signal(str)

    def __init__(self, host: QWidget, typesetting: Typesetting) -> None:
        super().__init__(host)
        self._typesetting = typesetting
        self._shown: Explained | None = None
        self._is_pinned = False
        self._return_to: QWidget | None = None
        self.setProperty("role", "help")
        self.setFixedWidth(_WIDTH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title, self.what, self.equation = QLabel(), QLabel(), EquationView()
        self.facts = QLabel()
        self.close_button, self.more = QToolButton(), QToolButton()
        self._away = QTimer(self, interval=_AWAY_MS)
        self._away.timeout.connect(self._go_with_the_mouse)
        typesetting.known_changed.connect(self._take_equation)
        self._build()
        self.hide()

    @property
    def entry(self) -> Entry | None:
        """The setting that is explained, None while nothing is."""
        return self._shown.entry if self._shown is not None and not self.isHidden() else None

    def open(self, explained: Explained, *, is_pinned: bool) -> None:
        """Explain a setting beside its line."""
        if self._is_pinned and not self.isHidden() and not is_pinned:
            return
        self._shown, self._is_pinned = explained, is_pinned
        entry = explained.entry
        self.title.setText(entry.label)
        self.what.setText(entry.tip)
        self.equation.setVisible(bool(entry.equation))
        if entry.equation:
            self._typesetting.want([entry.equation])
        self._take_equation()
        self.facts.setText(facts_of(explained))
        self.more.setVisible(bool(entry.page))
        self.setAccessibleName(tr("Help on {name}", name=without_markup(entry.label)))
        self._place()
        self.show()
        self.raise_()
        self._take_keys()

    def leave(self) -> None:
        """Go, and give the keyboard back."""
        if self.isHidden():
            return
        had_keys = self.isAncestorOf(QApplication.focusWidget()) or self.hasFocus()
        self.hide()
        self._away.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        if had_keys and self._return_to is not None and self._return_to.isVisible():
            self._return_to.setFocus(Qt.FocusReason.PopupFocusReason)
        self._return_to = None

    def _take_keys(self) -> None:
        application = QApplication.instance()
        if not self._is_pinned:
            self._away.start()
            return
        self._away.stop()
        if application is not None:
            application.installEventFilter(self)
        focused = QApplication.focusWidget()
        if focused is not None and not self.isAncestorOf(focused) and focused is not self:
            self._return_to = focused
        self.more.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take_equation(self) -> None:
        if self._shown is None or not self._shown.entry.equation:
            return
        tex = self._shown.entry.equation
        self.equation.display(tex, self._typesetting.outline(tex))
        if not self.isHidden():
            self._place()

    def _go_with_the_mouse(self) -> None:
        if self._shown is None:
            return
        place = QCursor.pos()
        boxes = [
            QRect(part.mapToGlobal(QPoint()), part.size()) for part in (self, self._shown.line) if part.isVisible()
        ]
        if not any(box.adjusted(-_GAP_PX, -_GAP_PX, _GAP_PX, _GAP_PX).contains(place) for box in boxes):
            self.leave()

    # --- place ---------------------------------------------------------------------------------------------
    def _place(self) -> None:
        host = self.parentWidget()
        if self._shown is None or host is None:
            return
        self.layout().activate()
        height = self.layout().totalHeightForWidth(_WIDTH_PX)
        self.resize(QSize(_WIDTH_PX, height if height > 0 else self.sizeHint().height()))
        line = QRect(self._shown.line.mapTo(host, QPoint()), self._shown.line.size())
        left = line.left() - self.width() - 2 * _GAP_PX
        if left < _GAP_PX:
            left = min(line.right() + 2 * _GAP_PX, host.width() - self.width() - _GAP_PX)
        top = min(max(line.top() - _PADDING, _GAP_PX), max(host.height() - self.height() - _GAP_PX, _GAP_PX))
        self.move(max(left, _GAP_PX), top)

    # --- events --------------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go with Esc, and with the key that opened it."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F1):
            self.leave()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go where the user clicks elsewhere; the click still does what it does."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched) or isinstance(watched, HelpMark)
            if not inside:
                self.leave()
        return False

    # --- construction --------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.title.setProperty("role", "title")
        self.facts.setTextFormat(Qt.TextFormat.RichText)
        for label in (self.what, self.facts):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.what.setTextFormat(Qt.TextFormat.RichText)
        self.close_button.setText("✕")
        self.close_button.setProperty("role", "small")
        self.close_button.setAccessibleName(tr("Close the explanation"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(self.leave)
        self.more.setText(tr("More in the guide ›"))
        self.more.setProperty("role", "small")
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more.clicked.connect(self._open_page)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(_PADDING, _PADDING - 6, _PADDING - 4, _PADDING - 4)
        column.setSpacing(_GAP_PX)
        column.addLayout(head)
        for part in (self.what, self.equation, self.facts):
            column.addWidget(part)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def _open_page(self) -> None:
        if self._shown is not None:
            page = self._shown.entry.page
            self.leave()
            self.page_wanted.emit(page)


def facts_of(explained: Explained) -> str:
    """Return default, present value where it differs, range and source of a setting as a small table."""
    entry = explained.entry
    default, now = default_words(entry), brief_words(entry, explained.value)
    rows = [(tr("Default"), default)]
    if now != default:
        rows.append((tr("Now"), now))
    if entry.kind in ("number", "optional", "pair", "given"):
        rows.append((tr("Unit"), entry.numeric.unit or tr("a pure number")))
        rows.append((tr("Range"), range_words(entry)))
    if entry.source:
        rows.append((tr("Source"), entry.source))
    cells = "".join(
        f'<tr><td style="padding-right: 10px"><b>{name}</b></td><td style="padding-bottom: 2px">{words}</td></tr>'
        for name, words in rows
    )
    return f"<table>{cells}</table>"
