"""The window in which several samples are listed, analysed and compared."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from asplab.gui.batch.form import BatchForm
from asplab.gui.batch.sample_table import OpenableTable, SampleLine, SampleTable
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.arrange import GAP, scrolled
from asplab.gui.widgets.banner import Banner
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.empty import EmptyState

if TYPE_CHECKING:
    from asplab.gui.batch.comparison import Compared

SIZE = (1080, 760)
_LEAST = (860, 560)
_FORM_PX = 380
_SHARES = (0.42, 0.58)


class BatchWindow(QDialog):
    """Samples at the left, what is done with them at the right, the comparison below.

    ``commanded`` carries ``add_folder``, ``add_files``, ``start``, ``cancel`` or ``open_folder``; ``paths_dropped`` a
    list of paths, ``removal_wanted`` and ``sample_opened`` the place of a sample.
    """

    commanded = Signal(str)
    paths_dropped = Signal(object)
    removal_wanted = Signal(int)
    sample_opened = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Analyse several samples"))
        self.resize(*SIZE)
        self.setMinimumSize(*_LEAST)
        self.setAcceptDrops(True)
        self._of_row: tuple[int, ...] = ()
        self._lines: tuple[SampleLine, ...] = ()
        self.samples, self.form, self.banner = SampleTable(theme), BatchForm(), Banner()
        self.comparison = OpenableTable(theme, ())
        self.comparison.setAccessibleName(tr("Comparison"))
        self.add_folder, self.add_files, self.remove = (
            QPushButton(text) for text in (tr("Add folder…"), tr("Add files…"), tr("Remove"))
        )
        self.open_folder, self.start, self.cancel = (
            QPushButton(text) for text in (tr("Open folder"), tr("Analyse"), tr("Cancel"))
        )
        self.start.setProperty("role", "primary")
        self._empty = EmptyState(
            tr("No samples yet"),
            tr("Drop folders, manifests or projects here, or a folder that holds them."),
            tr("Add folder…"),
            icon_name="several",
        )
        self._reason, self._told, self._bar = QLabel(), QLabel(), QProgressBar()
        self._lay_out()
        self._connect()

    @property
    def told(self) -> str:
        """The words at the bottom."""
        return self._told.text()

    @property
    def reason(self) -> str:
        """Why the current sample failed, as displayed."""
        return self._reason.text()

    # --- what is shown -------------------------------------------------------------------------------------
    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for table in (self.samples, self.comparison):
            table.restyle(theme)

    def display_samples(self, lines: Sequence[SampleLine]) -> None:
        """List the samples, or say what to do while there are none."""
        self.samples.display_samples(lines)
        self._list.setCurrentIndex(1 if lines else 0)
        self._samples_card.display_subtitle(counted(len(lines), "sample") if lines else "")
        self._lines = tuple(lines)
        self._display_reason(self.samples.current or 0)

    def display_state(self, *, is_running: bool, words: str, fraction: float | None, can_start: bool) -> None:
        """Show whether samples are analysed, how far it is, and what can be done."""
        for widget in (self.form, self.add_folder, self.add_files, self._empty):
            widget.setEnabled(not is_running)
        self.remove.setEnabled(not is_running and bool(self._lines))
        self.start.setVisible(not is_running and bool(self._lines))
        self.start.setEnabled(can_start)
        self.cancel.setVisible(is_running)
        self._bar.setVisible(is_running)
        self._bar.setValue(round(1000 * (fraction or 0.0)))
        self._told.setText(words)

    def display_comparison(self, found: "Compared | None", words: str = "") -> None:
        """Show the comparison, or none."""
        is_new = found is not None and self._comparison_card.isHidden()
        self._comparison_card.setVisible(found is not None)
        if is_new:
            self._split.setSizes([int(share * self.height()) for share in _SHARES])
        if found is not None:
            self._of_row = found.samples
            self._comparison_card.display_subtitle(words)
            self.comparison.display_columns(found.columns)
            self.comparison.display(found.rows)

    # --- events --------------------------------------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files and folders."""
        if self.add_folder.isEnabled() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand on what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.paths_dropped.emit(paths)

    # --- construction --------------------------------------------------------------------------------------
    def _display_reason(self, current: int) -> None:
        reason = self._lines[current].reason if current < len(self._lines) else ""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))

    def _open_compared(self, row: int) -> None:
        self.sample_opened.emit(self._of_row[row])

    def _remove_current(self) -> None:
        if self.samples.current is not None:
            self._want_removed(self.samples.current)

    def _want_removed(self, row: int) -> None:
        if self.remove.isEnabled():
            self.removal_wanted.emit(row)

    def _connect(self) -> None:
        buttons = {
            "add_folder": self.add_folder,
            "add_files": self.add_files,
            "start": self.start,
            "cancel": self.cancel,
            "open_folder": self.open_folder,
        }
        for key, button in buttons.items():
            button.setAutoDefault(False)
            button.clicked.connect(partial(self.commanded.emit, key))
        self.remove.setAutoDefault(False)
        self.remove.clicked.connect(self._remove_current)
        self._empty.action_chosen.connect(partial(self.commanded.emit, "add_folder"))
        self.samples.removal_wanted.connect(self._want_removed)
        self.samples.current_changed.connect(self._display_reason)
        self.samples.row_opened.connect(self.sample_opened)
        self.comparison.row_opened.connect(self._open_compared)

    def _lay_out(self) -> None:
        self._samples_card, settings, self._comparison_card = self._cards()
        top = QWidget()
        line = QHBoxLayout(top)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP)
        line.addWidget(self._samples_card, 1)
        line.addWidget(settings)
        split = self._split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(top)
        split.addWidget(self._comparison_card)
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 12, 12, 12)
        whole.setSpacing(GAP)
        whole.addWidget(self.banner)
        whole.addWidget(split, 1)
        whole.addLayout(self._bottom())
        self._comparison_card.hide()

    def _cards(self) -> tuple[Card, Card, Card]:
        samples, settings, comparison = Card(tr("Samples")), Card(tr("Analysis")), Card(tr("Comparison"))
        for button in (self.add_folder, self.add_files, self.remove):
            samples.header.addWidget(button)
        self.remove.setToolTip(tr("Take the sample off the list (Del); nothing on the disk changes"))
        self._list = QStackedWidget()
        self._list.addWidget(self._empty)
        self._list.addWidget(scrolled(self.samples))
        samples.add(self._list, 1)
        self._reason.setProperty("role", "muted")
        self._reason.setWordWrap(True)
        self._reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        samples.add(self._reason)
        settings.add(self.form, 1)
        settings.setFixedWidth(_FORM_PX)
        comparison.header.addWidget(self.open_folder)
        comparison.add(scrolled(self.comparison), 1)
        return samples, settings, comparison

    def _bottom(self) -> QHBoxLayout:
        self._told.setProperty("role", "muted")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName(tr("Progress"))
        bottom = QHBoxLayout()
        bottom.setSpacing(GAP)
        bottom.addWidget(self._told, 1)
        for widget in (self._bar, self.cancel, self.start):
            bottom.addWidget(widget)
        for button in (self.cancel, self.start):
            button.setMinimumWidth(96)
        return bottom
