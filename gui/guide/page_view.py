"""One page of the guide: dressed, with its pictures and equations, hits marked, and text that can be copied."""

import re

from PySide6.QtCore import QMimeData, QRegularExpression, Qt, QUrl, Signal
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence, QResizeEvent, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from asplab.gui.guide import dress
from asplab.gui.guide.equations import in_words, picture
from asplab.gui.guide.pages import SCHEME, Page, address, anchor, with_pictures
from asplab.gui.guide.typesetting import Typesetting
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme

_OBJECT, _PARAGRAPH = "\ufffc", "\u2029"
_PLACE_PX = 34
_IMAGE = QTextDocument.ResourceType.ImageResource
PAPER = "QTextBrowser { background: palette(base); }"
"""Pages lie on the ground of cards, so that code and heads of tables stand out."""


class PageView(QTextBrowser):
    """Shows pages of the guide.

    ``link_followed`` carries a link that was chosen, ``hits_changed`` the number of hits and which one is shown.
    """

    link_followed = Signal(QUrl)
    hits_changed = Signal(int, int)

    def __init__(self, typesetting: Typesetting, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typesetting, self._theme = typesetting, theme
        self._page: Page | None = None
        self._hits: list[QTextCursor] = []
        self._equations: list[str] = []
        self._current = -1
        self._pattern: re.Pattern[str] | None = None
        self._filled_px = 0
        self.setOpenLinks(False)
        self.setStyleSheet(PAPER)
        self.setAccessibleName(tr("Page of the guide"))
        self.anchorClicked.connect(self.link_followed)
        # Its coming and going would change the width, and the page would be laid out twice.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        typesetting.known_changed.connect(self._take_equations)

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page

    @property
    def hit_count(self) -> int:
        """How many hits are marked."""
        return len(self._hits)

    # --- what is shown -------------------------------------------------------------------------------------
    def display(self, page: Page, pattern: re.Pattern[str] | None = None) -> None:
        """Show a page from its beginning, the hits of a search marked."""
        self._page, self._pattern = page, pattern
        self._fill()
        self.verticalScrollBar().setValue(0)

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.refresh()

    def refresh(self) -> None:
        """Show the page anew, at the place where the reader is."""
        if self._page is not None:
            place = self.verticalScrollBar().value()
            self._fill()
            self.verticalScrollBar().setValue(place)

    def _fill(self) -> None:
        if self._page is None:
            return
        markdown, self._equations = with_pictures(self._page.markdown)
        document = QTextDocument(self)
        document.setDefaultFont(self.font())
        self._filled_px = self._room_px()
        self._hits = []
        self.setExtraSelections([])
        # The view asks for the pictures as soon as it holds the document.
        dress.fill(document, markdown, self._theme)
        # The former document belongs to the view and goes with this.
        self.setDocument(document)
        self._find_hits()
        self._typesetting.want(self._equations)

    def _take_equations(self) -> None:
        document = self.document()
        for tex in self._equations:
            if self._typesetting.outline(tex) is not None:
                document.addResource(_IMAGE.value, QUrl(address(tex)), self._equation(tex))
        document.markContentsDirty(0, document.characterCount())

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Supply equations, and pictures from beside the page."""
        url = QUrl(name)
        if self._page is None or kind != _IMAGE.value:
            return None
        if url.scheme() == SCHEME:
            return self._equation(_tex(url))
        return self._fitting(QImage(str(self._page.path.parent / url.path())))

    def _equation(self, tex: str) -> QImage:
        drawn = self._typesetting.outline(tex)
        if drawn is None:
            empty = QImage(8, _PLACE_PX, QImage.Format.Format_ARGB32_Premultiplied)
            empty.fill(0)
            return empty
        room, ratio = self._room_px() - 24, self.devicePixelRatioF()
        return picture(drawn, self._theme.color("text"), size_px=dress.EQUATION_PX, room_px=room, ratio=ratio)

    def _fitting(self, image: QImage) -> QImage:
        """Show a picture no wider than the text."""
        if not image.isNull():
            image.setDevicePixelRatio(max(image.width() / self._room_px(), 1.0))
        return image

    def _room_px(self) -> int:
        return max(self.viewport().width() - 2 * dress.MARGIN_PX, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit equations and pictures into the new width."""
        super().resizeEvent(event)
        if self._filled_px and self._room_px() != self._filled_px:
            self.refresh()

    # --- places --------------------------------------------------------------------------------------------
    def headings(self) -> list[str]:
        """Return the headings of the page."""
        return [block.text() for block in dress.headings(self.document())]

    def go_to_heading(self, place: int) -> None:
        """Bring a heading to the top; ``place`` counts from 0."""
        found = dress.headings(self.document())
        if 0 <= place < len(found):
            box = self.document().documentLayout().blockBoundingRect(found[place])
            self.verticalScrollBar().setValue(round(box.top()) - 8)

    def go_to_anchor(self, name: str) -> None:
        """Bring the heading of a link to the top."""
        names = [anchor(text) for text in self.headings()]
        if name in names:
            self.go_to_heading(names.index(name))

    # --- hits ----------------------------------------------------------------------------------------------
    def mark(self, pattern: re.Pattern[str] | None) -> None:
        """Mark what a search looks for."""
        self._pattern = pattern
        self._find_hits()

    def go_to_hit(self, step: int = 1, *, after: int = -1) -> None:
        """Show the next hit, or the previous one; ``after`` names a heading to begin at."""
        if not self._hits:
            return
        if after >= 0:
            begin = dress.headings(self.document())[after].position()
            later = [i for i, hit in enumerate(self._hits) if hit.selectionStart() >= begin]
            self._current = later[0] if later else 0
        else:
            self._current = (self._current + step) % len(self._hits)
        self._paint_hits()
        cursor = QTextCursor(self._hits[self._current])
        cursor.setPosition(cursor.selectionStart())
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _find_hits(self) -> None:
        self._hits, self._current = [], -1
        if self._pattern is not None:
            option = QRegularExpression.PatternOption.CaseInsensitiveOption
            wanted = QRegularExpression(
                self._pattern.pattern, option | QRegularExpression.PatternOption.UseUnicodePropertiesOption
            )
            cursor = self.document().find(wanted, 0)
            while not cursor.isNull():
                self._hits.append(cursor)
                cursor = self.document().find(wanted, cursor)
        self._paint_hits()

    def _paint_hits(self) -> None:
        marks = []
        for place, cursor in enumerate(self._hits):
            mark = QTextEdit.ExtraSelection()
            letters = QTextCharFormat()
            is_current = place == self._current
            letters.setBackground(self._theme.color("accent" if is_current else "soft"))
            letters.setForeground(self._theme.color("on_accent" if is_current else "text"))
            mark.cursor, mark.format = cursor, letters  # type: ignore[attr-defined]
            marks.append(mark)
        self.setExtraSelections(marks)
        self.hits_changed.emit(len(self._hits), self._current)

    # --- the clipboard -------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys of going back and forward to the window."""
        if event.matches(QKeySequence.StandardKey.Back) or event.matches(QKeySequence.StandardKey.Forward):
            event.ignore()
            return
        super().keyPressEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy equations as words."""
        cursor = self.textCursor()
        text = cursor.selectedText().replace(_PARAGRAPH, "\n")
        probe, start = QTextCursor(self.document()), cursor.selectionStart()
        told = ""
        for offset, letter in enumerate(text):
            if letter != _OBJECT:
                told += letter
                continue
            probe.setPosition(start + offset + 1)
            url = QUrl(probe.charFormat().toImageFormat().name())
            told += in_words(_tex(url)) if url.scheme() == SCHEME else ""
        data = QMimeData()
        data.setText(told)
        return data


def _tex(url: QUrl) -> str:
    return url.path(QUrl.ComponentFormattingOption.FullyDecoded)
