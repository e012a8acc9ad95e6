"""How cells of the table of conditions are painted and typed into."""

from PySide6.QtCore import QAbstractItemModel, QElapsedTimer, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPalette, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from asplab.gui.importing import words
from asplab.gui.importing.conditions_model import FACE, ConditionsModel, Face
from asplab.gui.importing.short_names import shortened
from asplab.gui.look.theme import Theme

ROW_PX = 26
_PAD, _SIGN_PX, _SIGN_ROOM, _TICK_PX = 8, 10, 14, 38
_KEY = Qt.Key
_STEPS = {_KEY.Key_Up: -1, _KEY.Key_Down: 1, _KEY.Key_PageUp: -10, _KEY.Key_PageDown: 10}
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_PATIENCE_MS = 1000
"""Letters typed with shorter pauses belong to one word."""
_FRAMES = ("repeats", "mean", "sum")


class KindBox(QComboBox):
    """The kinds as a list: letters and arrows look for one, and only Enter, Tab or a click takes it.

    ``activated`` tells that one was taken in the open list, ``is_touched`` whether the user named or took one.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        for key, text in (("", ""), *words.kinds()):
            self.addItem(text, key)
        self.is_touched = False
        self._typed = ""
        self._since_key = QElapsedTimer()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Look for a kind; Qt would tell every one that is passed as taken."""
        key, text = Qt.Key(event.key()), event.text()
        last = self.count() - 1
        places = {_KEY.Key_Home: 0, _KEY.Key_End: last} | {k: self.currentIndex() + step for k, step in _STEPS.items()}
        if key in places and not event.modifiers() & _COMMANDS:
            self.setCurrentIndex(min(max(places[key], 0), last))
        elif (text.strip() or (text and self._is_in_word)) and text.isprintable() and not event.modifiers() & _COMMANDS:
            self._look_for(text.lower())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the table."""
        event.ignore()

    @property
    def _is_in_word(self) -> bool:
        return not self._since_key.hasExpired(_PATIENCE_MS)

    def _look_for(self, letters: str) -> None:
        """Show the kind that begins with the letters typed in a row, one of just that name first."""
        self._typed = self._typed + letters if self._is_in_word else letters
        self._since_key.start()
        names = [(k, {self.itemText(k).lower(), str(self.itemData(k))}) for k in range(1, self.count())]
        exact = [k for k, pair in names if self._typed in pair]
        begun = [k for k, pair in names if any(name.startswith(self._typed) for name in pair)]
        if exact or begun:
            self.is_touched = True
            self.setCurrentIndex((exact or begun)[0])


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
            kinds = KindBox(parent)
            kinds.activated.connect(lambda: self._commit(kinds))
            return kinds
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

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Let a list reach past a narrow column: it must show whole words."""
        super().updateEditorGeometry(editor, option, index)
        if isinstance(editor, QComboBox):
            editor.resize(max(editor.width(), editor.sizeHint().width()), editor.height())

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
        text, is_touched = "", True
        if isinstance(editor, KindBox):
            text, is_touched = str(editor.currentData()), editor.is_touched
        elif isinstance(editor, QComboBox):
            text, is_touched = editor.currentText(), editor.lineEdit().isModified()
        elif isinstance(editor, QLineEdit):
            text, is_touched = editor.text(), editor.isModified()
        # Looking into a cell is no answer to what its sources say.
        if is_touched or text != index.data(Qt.ItemDataRole.EditRole):
            model.setData(index, text)

    def _commit(self, combo: KindBox) -> None:
        combo.is_touched = True
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Keep the colours of text on a selected row."""
        super().initStyleOption(option, index)
        option.palette.setColor(QPalette.ColorRole.HighlightedText, self._theme.color("text"))


class FileDelegate(CellDelegate):
    """The name of a file behind the box that takes it in or out."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Leave out what the names have in common, as far as the room asks for it: the rest says what the file is."""
        super().initStyleOption(option, index)
        room = option.rect.width() - _TICK_PX
        option.text = shortened(option.text, self._model.shared_letters(option.text), room, option.fontMetrics)
        option.textElideMode = Qt.TextElideMode.ElideMiddle

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
