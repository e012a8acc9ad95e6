"""Typeset single lines: symbols with subscripts, painted without touching any layout."""

import math
import re
from functools import lru_cache
from html import escape

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPalette,
    QStaticText,
    QTextDocumentFragment,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

_LEAST_TITLE_PX = 60
_BREAK, _LONGEST_RUN = "\u200b", 16
_MARKUP = re.compile(r"(<[^>]*>|&#?\w+;|\s+)")
_JOINT = re.compile(r"(?<=[/\\_.-])(?=\w)")
_ABBREVIATED = r"(?<!\bEq\.)(?<!\bEqs\.)(?<!\bFig\.)(?<!\bno\.)(?<!\be\.g\.)(?<!\bi\.e\.)"
_SENTENCE_END = re.compile(rf"(?<=\.){_ABBREVIATED}\s")


@lru_cache(maxsize=512)
def typeset(html: str) -> QStaticText:
    """Return a rich text ready to be painted in the painter's own pen and font."""
    text = QStaticText(html)
    text.setTextFormat(Qt.TextFormat.RichText)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    text.setTextOption(option)
    return text


@lru_cache(maxsize=512)
def without_markup(html: str) -> str:
    """Return the plain words of a rich text, for assistive tools and the clipboard."""
    return QTextDocumentFragment.fromHtml(html).toPlainText()


@lru_cache(maxsize=512)
def breakable(html: str) -> str:
    """Return a rich text whose long words, such as file names, may go on in the next line."""
    return "".join(part if _MARKUP.fullmatch(part) else _broken(part) for part in _MARKUP.split(html))


def _broken(word: str) -> str:
    if len(word) <= _LONGEST_RUN:
        return word
    starts = range(0, len(word), _LONGEST_RUN)
    pieces = ((part[at : at + _LONGEST_RUN] for at in starts) for part in _JOINT.split(word))
    return _BREAK.join(piece for part in pieces for piece in part if piece)


def escaped(words: str) -> str:
    """Return plain words as rich text: the "<" of "p < 0.001" opens no tag."""
    return escape(words, quote=False)


def first_sentence(words: str) -> str:
    """Return the first sentence of a plain text; the dot of "Eq. 9" ends none."""
    return _SENTENCE_END.split(words, maxsplit=1)[0]


def rich_width(html: str, font: QFont) -> float:
    """Return the width of a rich text in pixels."""
    return _width(html, font.toString())


@lru_cache(maxsize=1024)
def _width(html: str, description: str) -> float:
    # Laying a text out costs more than painting it; a description of the font can be a key, a font can't.
    font = QFont()
    font.fromString(description)
    font.setFeature(QFont.Tag("tnum"), 1)
    text = QStaticText(typeset(html))
    text.prepare(font=font)
    return text.size().width()


def paint_rich(painter: QPainter, box: QRectF, html: str, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:
    """Paint one rich line, centred vertically on its letters and clipped to nothing."""
    text = typeset(html)
    width = rich_width(html, painter.font())
    left = {
        Qt.AlignmentFlag.AlignRight: box.right() - width,
        Qt.AlignmentFlag.AlignHCenter: box.center().x() - width / 2,
    }
    top = box.center().y() - QFontMetricsF(painter.font()).height() / 2
    painter.drawStaticText(QPointF(left.get(align, box.left()), top), text)


class TextLine(QWidget):
    """One line of rich text that changes without moving anything around it.

    Parameters
    ----------
    html : str
    muted : bool
        Painted in the muted colour.
    align : Qt.AlignmentFlag
        Left, right or centre.
    """

    def __init__(
        self,
        html: str = "",
        parent: QWidget | None = None,
        *,
        muted: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        super().__init__(parent)
        self._html = ""
        self._shorter: tuple[str, ...] = ()
        self._muted = muted
        self._align = align
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.display(html)

    @property
    def html(self) -> str:
        """The text as displayed."""
        return self._html

    def display(self, html: str, *shorter: str) -> None:
        """Show another text, or the first of the shorter ones that fits where there is no room for it."""
        if (html, shorter) != (self._html, self._shorter):
            self._html, self._shorter = html, shorter
            self.setAccessibleName(without_markup(html))
            self.update()

    def fitting(self) -> str:
        """Return the longest of the texts that fits; empty where none does."""
        texts = (self._html, *self._shorter)
        return next((text for text in texts if rich_width(text, self.font()) <= self.width()), "")

    def event(self, event: QEvent) -> bool:
        """Tell the whole text of a line that is shortened."""
        if event.type() == QEvent.Type.ToolTip and not self.toolTip() and self.fitting() != self._html:
            QToolTip.showText(event.globalPos(), self._html, self)  # type: ignore[attr-defined]
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        """Return a height for one line; the width is whatever is left."""
        return QSize(0, math.ceil(QFontMetricsF(self.font()).height()) + 4)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line; where no text fits, the shortest ends in an ellipsis."""
        painter = QPainter(self)
        painter.setPen(_ink(self.palette(), self._muted))
        box, fitting = QRectF(self.rect()), self.fitting()
        if fitting:
            paint_rich(painter, box, fitting, self._align)
            return
        words = without_markup((self._html, *self._shorter)[-1])
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(box, self._align | Qt.AlignmentFlag.AlignVCenter, words)


class TitleLine(TextLine):
    """A title: as wide as its words, but it gives way, with an ellipsis, where there is no room for them."""

    def __init__(self, html: str = "", parent: QWidget | None = None) -> None:
        super().__init__(html, parent)
        self.setProperty("role", "title")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def display(self, html: str, *shorter: str) -> None:
        """Show another title, or the first shorter one that fits; only other words touch the layout."""
        is_same = html == self.html
        super().display(html, *shorter)
        if not is_same:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the room for all words."""
        return QSize(math.ceil(rich_width(self.html, self.font())) + 1, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the room for a word."""
        return QSize(min(self.sizeHint().width(), _LEAST_TITLE_PX), super().sizeHint().height())


def _ink(palette: QPalette, muted: bool) -> QColor:
    return palette.color(QPalette.ColorRole.PlaceholderText if muted else QPalette.ColorRole.WindowText)
