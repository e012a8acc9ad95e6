"""First step: which files there are, what was recognised in them, and which can't be read."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from asplab.core.importing import edits
from asplab.core.importing.scanned import ScannedFile
from asplab.gui.importing import files_model
from asplab.gui.importing.file_card import FileCard
from asplab.gui.importing.files_model import FilesModel
from asplab.gui.importing.marks import Marked
from asplab.gui.importing.short_names import beginning, shared_beginnings, shortened
from asplab.gui.importing.sparkline import WIDTH_PX, SparklineDelegate
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.arrange import column
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.fields import ChoiceField

_WIDTHS = {
    files_model.FILE: 276,
    files_model.READER: 88,
    files_model.POINTS: 124,
    files_model.AXIS: 148,
    files_model.PREVIEW: WIDTH_PX,
}
_CARD_PX = 312
_NOTES_PX, _NO_NOTES_PX, _BOX_PX, _PAD_PX, _CANDIDATES = 170, 76, 38, 14, 8


class NamesDelegate(QStyledItemDelegate):
    """Shortens a name where it is like the others: its beginning stays, and what tells it from them."""

    def __init__(self, view: "FilesView") -> None:
        super().__init__(view)
        self._view = view

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Leave out what the names have in common, as far as the room asks for it."""
        super().initStyleOption(option, index)
        room = option.rect.width() - _BOX_PX
        option.text = shortened(option.text, self._view.shared_letters(option.text), room, option.fontMetrics)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


class FilesView(QTreeView):
    """A list whose names get the room that notes leave, until the user gives them another width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given_px = 0
        self._longest: tuple[str, ...] = ()
        self._shared: dict[str, int] = {}
        self._others_px = 0

    def shared_letters(self, name: str) -> int:
        """Return how many letters a name has in common with all that begin like it."""
        return self._shared.get(beginning(name), 0)

    def give_room(self, files: Sequence[ScannedFile]) -> None:
        """Make the names of these files as wide as they are, as far as the facts beside them leave room."""
        # The widest of them is one of those with the most letters.
        self._longest = tuple(sorted((file.name for file in files), key=len)[-_CANDIDATES:])
        self._shared = shared_beginnings(file.name for file in files)
        parts = [part for file in files for part in file.parts]
        facts = {
            files_model.READER: {part.reader for part in parts},
            files_model.POINTS: {part.shape for part in parts} | {file.shape for file in files},
            files_model.AXIS: {part.axis for part in parts},
        }
        has_notes = any(file.error or files_model.is_doubtful(file) for file in files)
        self._others_px = WIDTH_PX + (_NOTES_PX if has_notes else _NO_NOTES_PX)
        for section, texts in facts.items():
            wanted = max((self._width_of(text) for text in {*texts, files_model.HEADINGS[section]}), default=0)
            self._others_px += min(_PAD_PX + wanted, _WIDTHS[section])
            self.header().resizeSection(section, min(_PAD_PX + wanted, _WIDTHS[section]))
        self._fit_names()

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the new width."""
        super().resizeEvent(event)
        self._fit_names()

    def _fit_names(self) -> None:
        header, usual = self.header(), _WIDTHS[files_model.FILE]
        if not self._longest or header.sectionSize(files_model.FILE) not in (usual, self._given_px):
            return
        room = self.viewport().width() - self._others_px
        wanted = max(map(self._width_of, self._longest))
        wanted += _BOX_PX + (self.indentation() if self.rootIsDecorated() else 0)
        self._given_px = max(usual, min(wanted, room))
        header.resizeSection(files_model.FILE, self._given_px)


class FilesPage(QWidget):
    """The list of files and, beside it, all about the selected one.

    ``wanted`` carries a text for the history and a change of the table; ``more_wanted`` asks for further files,
    ``detail_wanted`` for all points of a data set of a file.
    """

    wanted = Signal(str, object)
    more_wanted = Signal()
    detail_wanted = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: Marked | None = None
        self.model = FilesModel(theme, self)
        self.view = FilesView()
        self.spark = SparklineDelegate(theme, self)
        self.card = FileCard(theme)
        self.list_card = Card(tr("Files"))
        self.show_choice = ChoiceField(files_model.SHOWS)
        self.show_choice.setAccessibleName(tr("Files shown"))
        self.add_button, self.remove_button = QPushButton(tr("Add files…")), QPushButton(tr("Remove"))
        self.remove_button.setToolTip(tr("Take the selected files off the list (Del); nothing on the disk changes"))
        for widget in (self.show_choice, self.add_button, self.remove_button):
            self.list_card.header.addWidget(widget)
        self.list_card.add(self.view, 1)
        self._dress_view()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.list_card)
        split.addWidget(self.card)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setSizes([1280 - _CARD_PX, _CARD_PX])
        split.setChildrenCollapsible(False)
        column(self).addWidget(split)
        self._connect()

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for part in (self.model, self.spark, self.card):
            part.restyle(theme)

    def display(self, state: Marked) -> None:
        """Show the files of a table."""
        before, self._state = self._state, state
        self.model.display(state.table)
        files = state.table.files
        self.view.setRootIsDecorated(any(len(file.parts) > 1 for file in files))
        failed = len(state.table.failures)
        words = [counted(len(files), "file")]
        if failed:
            words.append(tr("{failed} not readable", failed=failed))
        if before is None or before.table.files is not files:
            self.view.give_room(files)
        left_out = sum(not row.is_included for row in state.table.rows)
        if left_out:
            words.append(tr("{left_out} taken out", left_out=counted(left_out, "data set")))
        self.list_card.display_subtitle(" · ".join(words))
        self._display_selected()

    def show_file(self, name: str) -> None:
        """Select a file and bring it into view."""
        self.show_choice.display("all")
        self.model.display_only("all")
        index = self.model.index_of(name)
        if index.isValid():
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)

    def selected_names(self) -> list[str]:
        """Return the selected files."""
        found = (self.model.file_of(index) for index in self._selected())
        return list(dict.fromkeys(file.name for file in found if file is not None))

    def _selected(self) -> list[QModelIndex]:
        """Return the first cell of each selected row; asking Qt for whole rows takes it ten times longer."""
        ranges = self.view.selectionModel().selection().toList()
        bounds = ((part.parent(), part.top(), part.bottom()) for part in ranges)
        found = ((above, row) for above, top, bottom in bounds for row in range(top, bottom + 1))
        return [self.model.first_cell(row, above) for above, row in found]

    def remove_selected(self) -> None:
        """Take the selected files off the list."""
        names = self.selected_names()
        if names:
            self.wanted.emit(
                tr("Remove {names}", names=counted(len(names), "file")), lambda table: edits.removed(table, names)
            )

    def _dress_view(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName(tr("Files"))
        view.setUniformRowHeights(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setItemDelegateForColumn(files_model.PREVIEW, self.spark)
        view.setItemDelegateForColumn(files_model.FILE, NamesDelegate(view))
        view.setStyleSheet("QTreeView::item { height: 30px; } QHeaderView::section { padding-left: 4px; }")
        header = view.header()
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        # Unlike a stretched last section it gives room back, too.
        header.setSectionResizeMode(files_model.NOTES, QHeaderView.ResizeMode.Stretch)
        for section, width in _WIDTHS.items():
            header.resizeSection(section, width)

    def _connect(self) -> None:
        self.view.selectionModel().selectionChanged.connect(self._follow_selection)
        self.model.modelReset.connect(self._display_selected)
        self.model.toggled.connect(self._toggle)
        self.show_choice.chosen.connect(self.model.display_only)
        self.add_button.clicked.connect(self.more_wanted)
        self.remove_button.clicked.connect(self.remove_selected)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.view, self.remove_selected)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.card.choice.wanted.connect(self.wanted)

    def _follow_selection(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        self._display_selected()

    def _display_selected(self) -> None:
        if self._state is None:
            return
        indexes = self._selected()
        current = self.view.currentIndex() if self.view.currentIndex() in indexes else None
        shown = current or (indexes[0] if indexes else None)
        self.remove_button.setEnabled(bool(indexes))
        rows = list(dict.fromkeys(k for index in indexes for k in self.model.rows_of(index)))
        is_selected = shown is not None
        if shown is None and self.model.rowCount():
            # What stands first is what can't be read, or a first spectrum: more than an empty card says.
            shown = self.model.first_cell(0, QModelIndex())
        if shown is None:
            self.card.display(self._state.table, None, None, ())
            return
        file, part = self.model.file_of(shown), self.model.part_of(shown)
        self.card.display(self._state.table, file, part, rows, is_selected=is_selected)
        if part is not None and self.isVisible():
            self.detail_wanted.emit(file, part)

    def _toggle(self, rows: list[int], is_used: bool) -> None:
        selected = {k for index in self._selected() for k in self.model.rows_of(index)}
        # A tick on one of several selected files counts for all of them.
        chosen = sorted(selected) if set(rows) <= selected else rows
        words = tr("Take in") if is_used else tr("Take out")
        self.wanted.emit(
            f"{words} {counted(len(chosen), 'data set')}", lambda table: edits.included(table, chosen, is_used)
        )
