"""Last step: does all of it make sense? Spectra, repeats, holes and doubts, before anything is analysed."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSplitter, QTableView, QWidget

from asplab.core.importing.survey import Survey
from asplab.core.importing.table import ImportTable
from asplab.gui.importing.coverage import CoverageGrid
from asplab.gui.importing.groups_model import GroupsModel
from asplab.gui.importing.overlay import OverlayCard
from asplab.gui.importing.problems import ProblemsCard
from asplab.gui.importing.reading import LookedOver
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.arrange import column, scrolled
from asplab.gui.widgets.card import Card

_RIGHT_PX = 380
_LEAST_GRID_PX, _SCROLL_PX, _MOST_SHARE = 120, 14, 0.5


class CheckPage(QWidget):
    """Plot and grid at the left, doubts and groups at the right.

    ``rows_chosen`` carries rows to be selected in the table, ``place_chosen`` the place that a problem names.
    """

    rows_chosen = Signal(object)
    place_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.survey: Survey | None = None
        self.overlay = OverlayCard(theme)
        self.coverage = CoverageGrid(theme)
        self.coverage_card = Card(tr("Measured"))
        self.coverage_card.add(scrolled(self.coverage), 1)
        self.problems = ProblemsCard(theme)
        self.groups = GroupsModel(theme, self)
        self.groups_view = QTableView()
        self.groups_card = Card(tr("Repeats"))
        self.groups_card.add(self.groups_view, 1)
        self._dress_groups()
        self._lay_out()
        self.overlay.row_chosen.connect(lambda row: self.rows_chosen.emit([row]))
        self.coverage.rows_chosen.connect(self._choose_rows)
        self.problems.place_chosen.connect(self.place_chosen)
        self.groups_view.selectionModel().currentRowChanged.connect(self._choose_group)

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for part in (self.overlay, self.coverage, self.problems, self.groups):
            part.restyle(theme)

    def display(self, table: ImportTable, looked: LookedOver) -> None:
        """Show a table and what was found about it."""
        survey = self.survey = looked.survey
        self.overlay.display(table, looked)
        self.coverage.display(survey.grids, survey.groups)
        self.coverage_card.limit_content(max(self.coverage.height(), _LEAST_GRID_PX) + _SCROLL_PX)
        lower = min(self.coverage_card.maximumHeight(), round(_MOST_SHARE * self.left.height()))
        self.left.setSizes([self.left.height() - lower, lower])
        self.problems.display(survey.problems)
        self.groups.display(survey)
        holes = sum(len(grid.holes) for grid in survey.grids)
        is_grid = any(grid.counts.any() for grid in survey.grids)
        none = tr("✓ no holes") if is_grid else tr("Nothing with a kind and a temperature")
        self.coverage_card.display_subtitle(f"! {counted(holes, 'hole')}" if holes else none)
        rows = sum(group.repeats for group in survey.groups)
        spectra = counted(rows, "spectrum", "spectra")
        self.groups_card.display_subtitle(f"{counted(len(survey.groups), 'condition')}, {spectra}")

    def display_row(self, row: int | None) -> None:
        """Mark the curve of a row."""
        self.overlay.display_row(row)

    def _dress_groups(self) -> None:
        view = self.groups_view
        view.setModel(self.groups)
        view.setAccessibleName(tr("Repeats by condition"))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setShowGrid(False)
        view.setTabKeyNavigation(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(24)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def _lay_out(self) -> None:
        left = self.left = QSplitter(Qt.Orientation.Vertical)
        right = QSplitter(Qt.Orientation.Vertical)
        for split, parts in ((left, (self.overlay, self.coverage_card)), (right, (self.problems, self.groups_card))):
            for part in parts:
                split.addWidget(part)
            split.setChildrenCollapsible(False)
            split.setSizes([400, 320])
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(left)
        both.addWidget(right)
        both.setSizes([900, _RIGHT_PX])
        both.setStretchFactor(0, 1)
        both.setStretchFactor(1, 0)
        both.setChildrenCollapsible(False)
        column(self).addWidget(both)

    def _choose_group(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self._choose_rows(self.groups.rows_of(now.row()))

    def _choose_rows(self, rows: list[int]) -> None:
        self.overlay.display_row(rows[0])
        self.rows_chosen.emit(rows)
