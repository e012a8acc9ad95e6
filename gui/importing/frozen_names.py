"""The names of the files stay in view while the other columns are scrolled."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QTableView


class FrozenNames(QTableView):
    """The first column of a table, over its left edge; there only while that column is scrolled away.

    Parameters
    ----------
    table : QTableView
        Shares model and selection, and keeps the keyboard.
    """

    def __init__(self, table: QTableView, delegate: QAbstractItemDelegate) -> None:
        super().__init__(table)
        self._table = table
        self.setModel(table.model())
        self.setSelectionModel(table.selectionModel())
        self.setItemDelegate(delegate)
        self.setFocusProxy(table)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTableView { border: none; }")
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(table.verticalScrollMode())
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(table.verticalHeader().defaultSectionSize())
        self.verticalHeader().setSectionResizeMode(table.verticalHeader().sectionResizeMode(0))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        table.horizontalScrollBar().valueChanged.connect(self._follow)
        table.horizontalHeader().sectionResized.connect(self.place)
        self.model().modelReset.connect(self._hide_others)
        self._hide_others()
        self.hide()

    def place(self) -> None:
        """Cover the first column, header and all."""
        table = self._table
        self.setColumnWidth(0, table.columnWidth(0))
        self.horizontalHeader().setFixedHeight(table.horizontalHeader().height())
        left = table.verticalHeader().width() + table.frameWidth()
        height = table.viewport().height() + table.horizontalHeader().height()
        self.setGeometry(left, table.frameWidth(), table.columnWidth(0), height)

    def _follow(self, place: int) -> None:
        if (place > 0) == self.isHidden():
            self.setVisible(place > 0)
            self.place()
            self.verticalScrollBar().setValue(self._table.verticalScrollBar().value())

    def _hide_others(self) -> None:
        for section in range(self.model().columnCount()):
            self.setColumnHidden(section, section > 0)
