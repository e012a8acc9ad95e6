"""The conditions that repeats were grouped into, for a table view."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from asplab.core.importing.survey import Group, Survey
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_HEADINGS = (tr("Condition"), tr("Repeats"))


class GroupsModel(QAbstractTableModel):
    """One row a condition; a laser line is told."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._groups: tuple[Group, ...] = ()
        self._laser: frozenset[int] = frozenset()

    def display(self, survey: Survey) -> None:
        """Show the groups of a survey."""
        self.beginResetModel()
        self._groups, self._laser = survey.groups, frozenset(survey.laser_rows)
        self.endResetModel()

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme

    def rows_of(self, place: int) -> list[int]:
        """Return the rows of the table in a group."""
        return list(self._groups[place].rows)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of groups."""
        return 0 if parent.isValid() else len(self._groups)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return two."""
        return len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the name of a column."""
        is_name = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return _HEADINGS[section] if is_name else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text, colour or tooltip."""
        group = self._groups[index.row()]
        is_laser = not self._laser.isdisjoint(group.rows)
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column():
                return str(group.repeats)
            return tr("! {label} · laser line", label=group.label) if is_laser else group.label
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column():
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and is_laser:
            return self._theme.color("warn")
        if role == Qt.ItemDataRole.ToolTipRole and is_laser:
            return tr("The highest value lies at the excitation: it is the laser, not the emission.")
        return None
