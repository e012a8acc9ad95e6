"""How cells of the table of conditions are painted and typed into."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from asplab.gui.importing import words
from asplab.gui.importing.conditions_model import FACE, ConditionsModel, Face
from asplab.gui.theme import Theme

ROW_PX = 26
_PAD, _SIGN_PX, _SIGN_ROOM = 8, 10, 14
_FRAMES = ("repeats", "mean", "sum")


class CellDelegate(QStyledItemDelegate):
    """A value with the letter of its source; conflicts and blanks bear a colour and a sign."""

    def __init__(self, theme: Theme, model: ConditionsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a row."""
        return QSize(60, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint ground, text and sign."""
        face = index.data(FACE)
        if not isinstance(face, Face):
            super().paint(painter, option, index)
            return
        box: QRect = option.rect
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, self._theme.color("soft"))
        elif face.tone in ("warn", "bad"):
            painter.fillRect(box, self._theme.color(face.tone, 0.10))
        inner = box.adjusted(_PAD, 0, -_PAD, 0)
        if face.sign:
            self._paint_sign(painter, inner, face)
        room = inner.adjusted(0, 0, -_SIGN_ROOM, 0)
        self._paint_text(painter, room, face)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.color("accent"))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.restore()

    def _paint_text(self, painter: QPainter, room: QRect, face: Face) -> None:
        painter.setPen(self._theme.color(face.tone or "text"))
        side = Qt.AlignmentFlag.AlignLeft if face.is_text else Qt.AlignmentFlag.AlignRight
        # A number without its middle would be another number.
        elide = Qt.TextElideMode.ElideMiddle if face.is_text else Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(face.text, elide, room.width())
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_sign(self, painter: QPainter, inner: QRect, face: Face) -> None:
        font = QFont(painter.font())
        kept = QFont(font)
        font.setPixelSize(_SIGN_PX)
        font.setBold(face.tone == "warn")
        painter.setFont(font)
        painter.setPen(self._theme.color(face.tone or "muted"))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner.adjusted(0, 0, 2, 0), side, face.sign)
        painter.setFont(kept)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """Return a list of kinds, a list of what becomes of frames, or a line for typing."""
        column = self._model.columns[index.column()]
        if column == "kind":
            combo = QComboBox(parent)
            for key, text in (("", ""), *words.kinds()):
                combo.addItem(text, key)
            combo.activated.connect(lambda: self._commit(combo))
            return combo
        if column == "frames":
            combo = QComboBox(parent)
            combo.addItems(list(_FRAMES))
            combo.setEditable(True)
            return combo
        line = QLineEdit(parent)
        line.setFrame(False)
        line.setStyleSheet("QLineEdit { border-radius: 0; padding: 0 6px; }")
        if not words.is_text(column):
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
        return line

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Show what stands in the cell."""
        text = str(index.data(Qt.ItemDataRole.EditRole))
        if isinstance(editor, QComboBox) and not editor.isEditable():
            editor.setCurrentIndex(max(editor.findData(text), 0))
        elif isinstance(editor, QComboBox):
            editor.setEditText(text)
        elif isinstance(editor, QLineEdit):
            editor.setText(text)

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Hand over what was typed or chosen."""
        text = ""
        if isinstance(editor, QComboBox):
            text = editor.currentText() if editor.isEditable() else str(editor.currentData())
        elif isinstance(editor, QLineEdit):
            text = editor.text()
        model.setData(index, text)

    def _commit(self, combo: QComboBox) -> None:
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Keep the colours of text on a selected row."""
        super().initStyleOption(option, index)
        option.palette.setColor(QPalette.ColorRole.HighlightedText, self._theme.color("text"))


class FileDelegate(CellDelegate):
    """The name of a file behind the box that takes it in or out."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint box and name."""
        face = index.data(FACE)
        if isinstance(face, Face):
            option.palette.setColor(QPalette.ColorRole.Text, self._theme.color(face.tone or "text"))
        QStyledItemDelegate.paint(self, painter, option, index)
        if isinstance(face, Face) and face.sign:
            box: QRect = option.rect
            self._paint_sign(painter, box.adjusted(_PAD, 0, -_PAD, 0), face)
