"""A page of the guide as a document in the colours of the theme: headings, code, tables and quotations set off."""

from collections.abc import Iterator

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from asplab.gui.look.theme import BODY_PX, Theme

TEXT_PX = BODY_PX + 1
EQUATION_PX = 17.0
MARGIN_PX = 28
_HEADINGS_PX = {1: 24, 2: 18, 3: 15}
_LINE_PERCENT, _CELL_PERCENT = 135.0, 110.0
_CODE_PX = 13
_CELL_PX = 5
_LINE_LETTERS, _MOST_LETTERS = 84, 45
_WORD = 1.95
"""Room of a letter of a name in code, with padding, beside one of a text."""
_OBJECT = "\ufffc"


def fill(document: QTextDocument, markdown: str, theme: Theme) -> None:
    """Fill a document with a page and dress it."""
    font = QFont(document.defaultFont())
    font.setPixelSize(TEXT_PX)
    document.setDefaultFont(font)
    document.setDocumentMargin(MARGIN_PX)
    document.setMarkdown(markdown)
    document.setUndoRedoEnabled(False)
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    for block in blocks(document):
        cursor.setPosition(block.position())
        _dress(cursor, block, theme)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, theme)
    cursor.endEditBlock()


def blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    """Go through the blocks of a document."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def headings(document: QTextDocument) -> list[QTextBlock]:
    """Return the headings of a document in their order."""
    return [block for block in blocks(document) if block.blockFormat().headingLevel()]


def is_code(block: QTextBlock) -> bool:
    """Whether a block is a line of code that stands by itself."""
    wanted = (QTextFormat.Property.BlockCodeFence, QTextFormat.Property.BlockCodeLanguage)
    return block.blockFormat().nonBreakableLines() or any(block.blockFormat().hasProperty(key.value) for key in wanted)


def _dress(cursor: QTextCursor, block: QTextBlock, theme: Theme) -> None:
    shape = QTextBlockFormat()
    level = block.blockFormat().headingLevel()
    if level:
        _set_heading(cursor, shape, level, theme)
    elif is_code(block):
        _set_code(cursor, block, shape, theme)
    else:
        shape.setLineHeight(_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if block.text() == _OBJECT:
            # A proportional height would add the share of a whole equation above it.
            shape.setLineHeight(0, QTextBlockFormat.LineHeightTypes.SingleHeight.value)
            shape.setLeftMargin(20)
            shape.setTopMargin(4)
        if cursor.currentTable() is not None:
            shape.setLineHeight(_CELL_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            shape.setTopMargin(0)
            shape.setBottomMargin(0)
        else:
            shape.setBottomMargin(4 if block.textList() else 8)
    cursor.mergeBlockFormat(shape)


def _set_heading(cursor: QTextCursor, shape: QTextBlockFormat, level: int, theme: Theme) -> None:
    shape.setTopMargin(2 if level == 1 else 22)
    shape.setBottomMargin(10 if level == 1 else 6)
    letters = QTextCharFormat()
    letters.setProperty(QTextFormat.Property.FontPixelSize.value, _HEADINGS_PX.get(level, TEXT_PX))
    letters.setFontWeight(QFont.Weight.DemiBold)
    letters.setForeground(theme.color("text"))
    _select(cursor)
    # Not merged: the sizes that Markdown gives would win over pixels.
    cursor.setCharFormat(letters)
    cursor.clearSelection()


def _set_code(cursor: QTextCursor, block: QTextBlock, shape: QTextBlockFormat, theme: Theme) -> None:
    shape.setBackground(theme.color("field"))
    shape.setLeftMargin(12)
    shape.setRightMargin(12)
    is_first, is_last = not is_code(block.previous()), not is_code(block.next())
    shape.setTopMargin(6 if is_first else 0)
    shape.setBottomMargin(12 if is_last else 0)
    letters = QTextCharFormat()
    letters.setProperty(QTextFormat.Property.FontPixelSize.value, _CODE_PX)
    _select(cursor)
    cursor.mergeCharFormat(letters)
    cursor.clearSelection()


def _select(cursor: QTextCursor) -> None:
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)


def column_shares(columns: list[list[str]]) -> list[float]:
    """Return the parts of the width that columns of a table get; empty where all of it fits into a line anyway.

    A column gets the room of its longest word at least, so that names are not broken, and more the more it says.
    """
    longest = [max((len(word) for cell in cells for word in cell.split()), default=1) for cells in columns]
    whole = [max((len(cell) for cell in cells), default=1) for cells in columns]
    if sum(whole) <= _LINE_LETTERS:
        return []
    weights = [max(_WORD * word, min(text, _MOST_LETTERS)) for word, text in zip(longest, whole, strict=True)]
    return [weight / sum(weights) for weight in weights]


def _text(table: QTextTable, row: int, column: int) -> str:
    cell = table.cellAt(row, column)
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText()


def _dress_table(table: QTextTable, theme: Theme) -> None:
    shape = table.format()
    shape.setBorder(1)
    shape.setBorderBrush(theme.color("line"))
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setBorderCollapse(True)
    shape.setCellPadding(_CELL_PX)
    shape.setCellSpacing(0)
    shape.setTopMargin(6)
    shape.setBottomMargin(14)
    shares = column_shares(
        [[_text(table, row, column) for row in range(table.rows())] for column in range(table.columns())]
    )
    if shares:
        shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        percent = [QTextLength(QTextLength.Type.PercentageLength, 100 * share) for share in shares]
        shape.setColumnWidthConstraints(percent)
    table.setFormat(shape)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        if cell.firstCursorPosition() != cell.lastCursorPosition() and not cell.firstCursorPosition().block().text():
            # Behind code, Qt begins the first cell with an empty line.
            cell.firstCursorPosition().deleteChar()
        letters = cell.format()
        letters.setBackground(theme.color("field"))
        cell.setFormat(letters)
        cursor = cell.firstCursorPosition()
        cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.DemiBold)
        cursor.mergeCharFormat(bold)
