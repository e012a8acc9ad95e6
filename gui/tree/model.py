"""The experiment's nodes for a tree view."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from asplab.core.document import Exclusions
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, temperature_spec
from asplab.gui.tree.nodes import Node

DOT_PX = 10
Index = QModelIndex | QPersistentModelIndex


class TreeModel(QAbstractItemModel):
    """Nodes for a tree view."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.root = Node("root", "", "", -1)
        self._dots: dict[int, QIcon] = {}
        self._temperatures: tuple[float, ...] = ()
        self._exclusions: Exclusions | None = None
        self._is_narrow = False
        self._marks: dict[str, str] = {}

    def display_narrow(self, is_narrow: bool) -> None:
        """Use the short texts, or the full ones again."""
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._tell_all(QModelIndex())

    def display(self, root: Node, temperatures_k: Sequence[float]) -> bool:
        """Take over another tree; returns whether rows came or went."""
        is_recoloured = tuple(temperatures_k) != self._temperatures
        if is_recoloured:
            self._temperatures = tuple(temperatures_k)
            self._dots.clear()
        # The nodes bring their own reasons along.
        self._exclusions = None
        same = [node.key for node in root.walk()] == [node.key for node in self.root.walk()]
        if same:
            # Indices point to the nodes themselves, so what changed is written into those that are there.
            for old, new in zip(self.root.walk(), root.walk(), strict=True):
                told = (new.text, new.short, new.reason, new.problems)
                if told != (old.text, old.short, old.reason, old.problems):
                    old.text, old.short, old.reason, old.problems = told
                    index = self.index_of(old)
                    self.dataChanged.emit(index, index)
            if is_recoloured:
                self._tell_all(QModelIndex())
        else:
            self.beginResetModel()
            self.root = root
            self.endResetModel()
        return not same

    def display_marks(self, marks: Mapping[str, str]) -> None:
        """Mark rows, by their keys, with what a check of the results says of them."""
        if marks != self._marks:
            self._marks = dict(marks)
            self._tell_all(QModelIndex())

    def full_text(self, node: Node) -> str:
        """Return the text of a row where there is room for it."""
        return f"! {node.text}" if node.problems or node.key in self._marks else node.text

    def display_exclusions(self, exclusions: Exclusions) -> None:
        """Strike rows through, and take the strokes back."""
        if exclusions == self._exclusions:
            return
        self._exclusions = exclusions
        changed = [node for node in self.root.walk() if node.reason != exclusions.reason(node.key)]
        for node in changed:
            node.reason = exclusions.reason(node.key)
            index = self.index_of(node)
            self.dataChanged.emit(index, index)

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._dots.clear()
        self._tell_all(QModelIndex())

    def node(self, index: Index) -> Node:
        """Return the node of an index; the root for an invalid one."""
        found = index.internalPointer() if index.isValid() else self.root
        return found if isinstance(found, Node) else self.root

    def index_of(self, node: Node) -> QModelIndex:
        """Return the index of a node."""
        if node.parent is None:
            return QModelIndex()
        return self.createIndex(node.parent.children.index(node), 0, node)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Return the index of a child."""
        children = self.node(parent).children
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Return the index of the parent."""
        above = self.node(index).parent
        return QModelIndex() if above is None or above.parent is None else self.index_of(above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of children."""
        return len(self.node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return one."""
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text, dot, font, colour or tooltip of a row."""
        if not index.isValid():
            return None
        node = self.node(index)
        if role == Qt.ItemDataRole.DisplayRole:
            full = self.full_text(node)
            return full.removesuffix(node.text) + node.short if self._is_narrow and node.short else full
        if role == Qt.ItemDataRole.DecorationRole and node.kind == "temperature":
            return self._dot(node.temperature)
        if role == Qt.ItemDataRole.FontRole and node.reason is not None:
            font = QFont()
            font.setStrikeOut(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(node)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(node, self._marks.get(node.key, ""), named=self._is_narrow and bool(node.short))
        return None

    def _color(self, node: Node) -> QColor | None:
        if node.problems or node.key in self._marks:
            return self._theme.color("warn")
        quiet = node.reason is not None or node.kind == "record"
        return self._theme.color("muted") if quiet else None

    def _dot(self, t: int) -> QIcon:
        if t not in self._dots:
            low, high = min(self._temperatures), max(self._temperatures)
            ratio = 2.0
            picture = QPixmap(round(DOT_PX * ratio), round(DOT_PX * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(temperature_spec(self._temperatures[t], low, high)))
            painter.drawEllipse(0, 0, DOT_PX, DOT_PX)
            painter.end()
            self._dots[t] = icon = QIcon(picture)
            # Qt would tint the dot of a selected row, and it would no longer be the temperature's colour.
            icon.addPixmap(picture, QIcon.Mode.Selected)
        return self._dots[t]

    def _tell_all(self, parent: QModelIndex) -> None:
        rows = self.rowCount(parent)
        if rows:
            self.dataChanged.emit(self.index(0, 0, parent), self.index(rows - 1, 0, parent))
            for row in range(rows):
                self._tell_all(self.index(row, 0, parent))


def _tip(node: Node, mark: str, *, named: bool) -> str:
    lines = [node.text, *node.problems] if named else list(node.problems)
    if mark:
        lines.append(mark)
    if node.remark:
        lines.append(node.remark)
    if node.reason is not None:
        lines.append(tr("excluded: {reason}", reason=node.reason))
    if node.kind == "record":
        lines.append(node.key)
    return "\n".join(lines)
