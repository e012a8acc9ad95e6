"""The comparisons kept with the document by name: what they found, and the way back to their settings."""

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtGui import QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QWidget

from asplab.core.document import Document, KeptFit
from asplab.core.estimate import Estimate
from asplab.gui.panels.polaron.comparing import Compared
from asplab.gui.panels.polaron.model_rows import best_model
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.numerals import measured

_SHORT = QLocale.FormatType.ShortFormat


class History(Card):
    """A list of kept comparisons, the latest first, that of the present settings bold; names can be typed over.

    ``restored`` and ``deleted`` carry the fit, ``renamed`` the fit and its new name.
    """

    restored = Signal(object)
    renamed = Signal(object, str)
    deleted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("History", parent=parent)
        self._fits: tuple[KeptFit, ...] = ()
        self._here: KeptFit | None = None
        self.restore_button, self.delete_button = QPushButton("Restore"), QPushButton("Delete")
        self.restore_button.setToolTip("Put settings and exclusions back to those of the chosen fit; one step to undo")
        self.delete_button.setToolTip("Take the chosen fit out of the history (Delete)")
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName("Fit history")
        self.list.setEditTriggers(QTreeWidget.EditTrigger.EditKeyPressed | QTreeWidget.EditTrigger.DoubleClicked)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header.addWidget(self.restore_button)
        self.header.addWidget(self.delete_button)
        self.add(self.list, 1)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._delete)
        self.list.itemChanged.connect(self._rename)
        self.list.currentItemChanged.connect(self._show_buttons)
        self.restore_button.clicked.connect(self._restore)
        self.delete_button.clicked.connect(self._delete)
        self._show_buttons()

    @property
    def fits(self) -> tuple[KeptFit, ...]:
        """The fits as displayed."""
        return self._fits

    @property
    def chosen(self) -> KeptFit | None:
        """The fit that is chosen in the list."""
        item = self.list.currentItem()
        index = -1 if item is None else self.list.indexOfTopLevelItem(item)
        return self._fits[index] if 0 <= index < len(self._fits) else None

    def display(self, document: Document) -> None:
        """Show the fits of a document; only a change touches the list."""
        fits = document.fits
        inputs = (document.settings, document.exclusions)
        here = next((fit for fit in fits if (fit.settings, fit.exclusions) == inputs), None)
        if fits == self._fits and here is self._here:
            return
        chosen, self._fits, self._here = self.chosen, fits, here
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addTopLevelItems([self._item(fit, is_here=fit is here) for fit in fits])
        if chosen in fits:
            self.list.setCurrentItem(self.list.topLevelItem(fits.index(chosen)))
        self.list.blockSignals(False)
        self._show_buttons()

    def _item(self, fit: KeptFit, *, is_here: bool) -> QTreeWidgetItem:
        item = QTreeWidgetItem([fit.name, fit.summary])
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(fit.kept_at.timestamp())), _SHORT)
        lines = [fit.summary, when]
        if is_here:
            font = QFont(self.list.font())
            font.setBold(True)
            item.setFont(0, font)
            lines.append("Settings and exclusions are these now")
        item.setToolTip(0, "Double-click or F2: another name")
        item.setToolTip(1, "\n".join(lines))
        return item

    def _show_buttons(self) -> None:
        chosen = self.chosen
        self.restore_button.setEnabled(chosen is not None and chosen is not self._here)
        self.delete_button.setEnabled(chosen is not None)

    def _rename(self, item: QTreeWidgetItem, column: int) -> None:
        index = self.list.indexOfTopLevelItem(item)
        if not 0 <= index < len(self._fits):
            return
        fit, name = self._fits[index], item.text(0)
        # The list shows the document: a name comes back from there, and the summary is no name.
        self.list.blockSignals(True)
        item.setText(0, fit.name)
        item.setText(1, fit.summary)
        self.list.blockSignals(False)
        if column == 0:
            self.renamed.emit(fit, name)

    def _restore(self) -> None:
        if self.chosen is not None:
            self.restored.emit(self.chosen)

    def _delete(self) -> None:
        if self.chosen is not None:
            self.deleted.emit(self.chosen)


def summary_of(compared: Compared) -> str:
    """Return what a comparison found, from its joint fit where there is one."""
    comparison = compared.comparison
    if comparison is None:
        return "no model could be compared"
    best = best_model(compared, -1)
    if not best:
        return f"{len(comparison.models)} models, one temperature"
    fit = comparison.fits[comparison.models.index(best)]
    words = f"{fit.plan.model.title} · {len(comparison.models)} models"
    if "phonon_mev" not in fit.names:
        return words
    phonon = Estimate(float(fit.value("phonon_mev")[-1]), float(fit.error("phonon_mev")[-1]))
    return f"ħω {measured(phonon)} meV · {words}"
