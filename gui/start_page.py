"""What the window shows before anything is open: what the program does, ways to begin, and where one was lately."""

import math
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from asplab.core.estimate import Estimate
from asplab.gui.files.recent import RecentPlace
from asplab.gui.language import tr
from asplab.gui.widgets.arrange import GAP, column
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.numerals import measured

_WIDTH_PX = 860
_WAY_PX, _ZONE_PX, _ROW_PX = 92, 58, 48
_PAD_PX = 12
_DETAIL_PX = 12
_WAYS = ("new_demo", "import", "open")


def _ways() -> dict[str, tuple[str, str]]:
    return {
        "new_demo": (
            tr("Open the demo"),
            tr("A simulated day: CsPbBr₃ at eleven temperatures, with a known truth"),
        ),
        "import": (tr("Import a folder"), tr("Raw spectra and photothermal scans, as the instruments wrote them")),
        "open": (tr("Open"), tr("A project (*.nxs) or a manifest (*.csv)")),
    }


class StartPage(QScrollArea):
    """Ways to begin; ``chosen`` carries the key of a command, ``place_chosen`` a recent place.

    ``tour_wanted`` asks for the tour, ``forgotten`` to leave a place out of the list.
    """

    chosen = Signal(str)
    place_chosen = Signal(object)
    forgotten = Signal(object)
    tour_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {key: WayButton(*words, is_first=key == _WAYS[0]) for key, words in _ways().items()}
        self.tour_button = QPushButton(tr("New here? Take the tour: two minutes, on the demo"))
        self.zone = DropZone()
        self.recent_card = Card(tr("Recent"))
        self.rows: list[RecentRow] = []
        self._places: tuple[RecentPlace, ...] = ()
        self._build()
        self.display_recent(())

    def display_recent(self, places: Sequence[RecentPlace]) -> None:
        """List the recent places; the card is left out where there are none."""
        self._places = tuple(places)
        for row in self.rows:
            row.setParent(None)
            row.deleteLater()
        self.rows = [RecentRow(place) for place in places]
        for row in self.rows:
            self.recent_card.add(row)
            row.clicked.connect(partial(self._choose, row.place))
            row.forgotten.connect(partial(self.forgotten.emit, row.place.path))
        self.recent_card.setVisible(bool(self.rows))
        self._order_tabs()

    def _order_tabs(self) -> None:
        parts = [*self.buttons.values(), *self.rows, self.tour_button]
        for first, second in pairwise(parts):
            QWidget.setTabOrder(first, second)

    def display_drag(self, *, is_over: bool) -> None:
        """Show that files are held over the window."""
        self.zone.display_drag(is_over=is_over)

    def _choose(self, place: RecentPlace) -> None:
        if place.is_there:
            self.place_chosen.emit(place.path)

    def _build(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # It can hold the keyboard until Tab is pressed: no way is chosen before.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        content = QWidget()
        content.setMaximumWidth(_WIDTH_PX)
        lines = column(content, GAP + 4)
        lines.setContentsMargins(GAP, 0, GAP, GAP)
        lines.addStretch(2)
        head = QHBoxLayout()
        head.addWidget(_name(), 1)
        head.addWidget(self.tour_button)
        lines.addLayout(head)
        lines.addWidget(_purpose())
        lines.addSpacing(GAP)
        ways = QHBoxLayout()
        ways.setSpacing(GAP + 4)
        for key, button in self.buttons.items():
            button.clicked.connect(partial(self.chosen.emit, key))
            ways.addWidget(button, 1)
        lines.addLayout(ways)
        lines.addWidget(self.zone)
        lines.addWidget(self.recent_card)
        self.tour_button.clicked.connect(self.tour_wanted)
        lines.addStretch(3)
        self.recent_card.body.setSpacing(2)
        host = QWidget()
        outer = QHBoxLayout(host)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        outer.addWidget(content, 100)
        outer.addStretch(1)
        self.setWidget(host)
        for part in (self.viewport(), host, content):
            part.setAutoFillBackground(False)


def _name() -> QLabel:
    label = QLabel("ASPLab")
    label.setStyleSheet("font-size: 26px; font-weight: 600;")
    return label


def _purpose() -> QLabel:
    label = QLabel(
        tr(
            "From raw spectra of anti-Stokes photoluminescence to quantum yield, up-conversion efficiency η and "
            "polaron parameters g and ħω, each with its error."
        )
    )
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    return label


class _Painted(QAbstractButton):
    """A button that paints itself; the keyboard reaches it, Return presses it too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press with Return, as with Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _paint_ground(self, painter: QPainter, *, has_frame: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self.palette()
        is_warm = self.underMouse() or self.isDown()
        edge = colors.color(QPalette.ColorRole.Mid)
        if self.hasFocus() or (is_warm and has_frame):
            edge = colors.color(QPalette.ColorRole.Accent)
        ground = colors.color(QPalette.ColorRole.Base)
        if is_warm:
            ground = colors.color(QPalette.ColorRole.AlternateBase)
        painter.setBrush(ground)
        painter.setPen(QPen(edge, 1) if has_frame or self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class WayButton(_Painted):
    """A way to begin: what it is called and what it takes."""

    def __init__(self, title: str, detail: str, *, is_first: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self._detail, self._is_first = detail, is_first
        self.setAccessibleName(title)
        self.setAccessibleDescription(detail)
        self.setMinimumSize(190, _WAY_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the usual size."""
        return QSize(240, _WAY_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint title and detail."""
        painter = QPainter(self)
        self._paint_ground(painter, has_frame=True)
        colors = self.palette()
        letters = QFont(self.font())
        letters.setPixelSize(15)
        letters.setWeight(QFont.Weight.DemiBold)
        painter.setFont(letters)
        role = QPalette.ColorRole.Accent if self._is_first else QPalette.ColorRole.WindowText
        painter.setPen(colors.color(role))
        box = self.rect().toRectF().adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.text())
        painter.setFont(_detail_font(self.font()))
        painter.setPen(colors.color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(0, 26, 0, 0), flags, self._detail)


class DropZone(QWidget):
    """Says that files can be dropped; the whole window takes them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_over = False
        self.setFixedHeight(_ZONE_PX)
        self.setAccessibleName(_drop_words())

    def display_drag(self, *, is_over: bool) -> None:
        """Show that files are held over the window."""
        if is_over != self._is_over:
            self._is_over = is_over
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a dashed frame around the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self.palette()
        role = QPalette.ColorRole.Accent if self._is_over else QPalette.ColorRole.PlaceholderText
        pen = QPen(colors.color(role), 1.5 if self._is_over else 1.0, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 8, 8)
        painter.setPen(colors.color(role))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _drop_words())


def _drop_words() -> str:
    return tr("or drop a folder, files or a project here")


class RecentRow(_Painted):
    """A recent place: its name and key numbers, where it is, and when it was changed; Delete asks to forget it."""

    forgotten = Signal()

    def __init__(self, place: RecentPlace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        self.setFixedHeight(_ROW_PX)
        self.setText(name_of(place))
        self.setToolTip(str(place.path))
        self.setAccessibleName(name_of(place))
        self.setAccessibleDescription(f"{numbers_of(place)} {place.path.parent} {when(place)}".strip())
        if not place.is_there:
            self.setCursor(Qt.CursorShape.ArrowCursor)
            self.setToolTip(tr("{path} is not there any more. Press Delete to take it off the list.", path=place.path))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Forget the place with Delete."""
        if event.key() == Qt.Key.Key_Delete:
            self.forgotten.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the two lines."""
        painter = QPainter(self)
        self._paint_ground(painter, has_frame=False)
        colors = self.palette()
        muted = colors.color(QPalette.ColorRole.PlaceholderText)
        box = self.rect().toRectF().adjusted(_PAD_PX - 4, 5, -_PAD_PX + 4, -5)
        upper = QRectF(box.left(), box.top(), box.width(), box.height() / 2)
        lower = QRectF(box.left(), upper.bottom(), box.width(), box.height() / 2)
        letters = QFont(self.font())
        letters.setWeight(QFont.Weight.DemiBold)
        painter.setPen(colors.color(QPalette.ColorRole.WindowText) if self.place.is_there else muted)
        painter.setFont(self.font())
        left_px = _paint_line(painter, upper, numbers_of(self.place), Qt.AlignmentFlag.AlignRight)
        painter.setFont(letters)
        _paint_line(painter, upper.adjusted(0, 0, -left_px, 0), self.text(), Qt.AlignmentFlag.AlignLeft)
        painter.setPen(muted)
        painter.setFont(_detail_font(self.font()))
        taken_px = _paint_line(painter, lower, when(self.place), Qt.AlignmentFlag.AlignRight)
        where = lower.adjusted(0, 0, -taken_px, 0)
        _paint_line(painter, where, str(self.place.path.parent), Qt.AlignmentFlag.AlignLeft, middle=True)


def _paint_line(painter: QPainter, box: QRectF, words: str, align: Qt.AlignmentFlag, *, middle: bool = False) -> float:
    """Paint a line, shortened where it has to be, and return the room that it takes from the other side."""
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    shown = painter.fontMetrics().elidedText(words, mode, max(int(box.width()), 0))
    painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, shown)
    return painter.fontMetrics().horizontalAdvance(shown) + 2.0 * GAP if shown else 0.0


def _detail_font(font: QFont) -> QFont:
    letters = QFont(font)
    letters.setPixelSize(_DETAIL_PX)
    return letters


def name_of(place: RecentPlace) -> str:
    """Return what a place is called: the experiment of a project, else the folder."""
    path = place.path
    if place.glance is not None and place.glance.name:
        return f"{path.stem} · {place.glance.name}" if path.stem != place.glance.name else path.stem
    return path.name or str(path)


def numbers_of(place: RecentPlace) -> str:
    """Return what was found there, as far as the file tells."""
    glance = place.glance
    if glance is None or not glance.n_temperatures:
        return ""
    temperatures = (
        tr("1 temperature") if glance.n_temperatures == 1 else tr("{n} temperatures", n=glance.n_temperatures)
    )
    parts = [temperatures]
    if math.isfinite(glance.phonon_mev):
        parts.append(f"ħω {measured(Estimate(glance.phonon_mev, glance.phonon_error_mev))} meV")
    return " · ".join(parts)


def when(place: RecentPlace) -> str:
    """Return when a place was changed, or that it is gone."""
    if place.changed is None:
        return tr("not found")
    today = datetime.now().astimezone().date()
    days = (today - place.changed.date()).days
    if days == 0:
        return tr("today, {time}", time=f"{place.changed:%H:%M}")
    if days == 1:
        return tr("yesterday, {time}", time=f"{place.changed:%H:%M}")
    return QLocale().toString(place.changed.date(), QLocale.FormatType.ShortFormat)
