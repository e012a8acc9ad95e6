"""The comparisons that were made: the document's scenarios with what was found, below them those of this session."""

from functools import partial

from PySide6.QtCore import QDateTime, QLocale, QPoint, Qt, Signal
from PySide6.QtGui import QFont, QKeySequence, QPalette, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QWidget

from asplab.core.document import Document, Scenario
from asplab.core.estimate import Estimate
from asplab.gui.language import tr
from asplab.gui.panels.polaron.comparing import Compared
from asplab.gui.panels.polaron.model_rows import best_model
from asplab.gui.panels.polaron.recent import differences
from asplab.gui.widgets.arrange import GAP, row
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.copy_menu import open_copy_menu, table_of_view
from asplab.gui.widgets.numerals import measured, plain

_SHORT = QLocale.FormatType.ShortFormat
_NAME_SHARE = 0.5


class History(Card):
    """A list of comparisons, the latest first: those kept, whose names can be typed over, then those of this session.

    The comparison of the present settings is bold. ``kept`` and ``restored`` carry the fit, ``deleted`` the name of a
    scenario, ``renamed`` its name and the new one.
    """

    kept = Signal(object)
    restored = Signal(object)
    renamed = Signal(str, str)
    deleted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Fits so far"), parent=parent)
        self._fits: tuple[Scenario, ...] = ()
        self._recent: tuple[Scenario, ...] = ()
        self._document: Document | None = None
        self._names_next = False
        self.keep_button, self.restore_button, self.delete_button = (
            QPushButton(words) for words in (tr("Keep"), tr("Restore"), tr("Delete"))
        )
        self.keep_button.setToolTip(
            tr("Keep the chosen comparison, or else the present one, with the document under a name; one step to undo")
        )
        self.restore_button.setToolTip(
            tr("Put settings and exclusions back to those of the chosen fit; one step to undo")
        )
        self.delete_button.setToolTip(tr("Take the chosen fit out of the document (Delete); one step to undo"))
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(tr("Fits so far"))
        self.list.setEditTriggers(QTreeWidget.EditTrigger.EditKeyPressed | QTreeWidget.EditTrigger.DoubleClicked)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.add(self.list, 1)
        buttons = QWidget()
        places = row(buttons, GAP)
        for button in (self.keep_button, self.restore_button, self.delete_button):
            places.addWidget(button, 1)
        self.add(buttons)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._delete)
        self.list.itemChanged.connect(self._rename)
        self.list.currentItemChanged.connect(self._show_buttons)
        self.keep_button.clicked.connect(self._keep)
        self.restore_button.clicked.connect(self._restore)
        self.delete_button.clicked.connect(self._delete)
        self._show_buttons()

    @property
    def fits(self) -> tuple[Scenario, ...]:
        """The fits that are kept with the document."""
        return self._fits

    @property
    def recent(self) -> tuple[Scenario, ...]:
        """The comparisons of this session that are not kept, as listed below those that are."""
        return self._recent

    @property
    def chosen(self) -> Scenario | None:
        """The fit that is chosen in the list."""
        item = self.list.currentItem()
        index = -1 if item is None else self.list.indexOfTopLevelItem(item)
        return self._listed[index] if 0 <= index < len(self._listed) else None

    @property
    def _listed(self) -> tuple[Scenario, ...]:
        return (*self._fits, *self._recent)

    def display(self, document: Document, recent: tuple[Scenario, ...]) -> None:
        """Show the fits of a document and the comparisons of this session; only a change touches the list."""
        # A scenario without a note is kept for its settings: what was found with them may still be noted.
        inputs = [_inputs(fit) for fit in document.scenarios if fit.summary]
        others = tuple(fit for fit in recent if _inputs(fit) not in inputs)
        before = None if self._document is None else _inputs(self._document)
        is_same = (document.scenarios, others, _inputs(document)) == (self._fits, self._recent, before)
        chosen, added = self.chosen, [fit for fit in document.scenarios if fit not in self._fits]
        self._document, self._fits, self._recent = document, document.scenarios, others
        if is_same:
            return
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addTopLevelItems([self._item(fit, is_kept=i < len(self._fits)) for i, fit in enumerate(self._listed)])
        chosen = next((fit for fit in self._listed if chosen is not None and _inputs(fit) == _inputs(chosen)), None)
        if chosen is not None:
            self._choose(chosen)
        self.list.blockSignals(False)
        self._fit_names()
        self._show_buttons()
        if self._names_next and added:
            # The name is there to be typed over; Enter leaves it as it is.
            self._choose(added[0])
            self.list.edit(self.list.currentIndex().siblingAtColumn(0))
        self._names_next = False

    def _open_menu(self, place: QPoint) -> None:
        self.menu = open_copy_menu(self.list, partial(table_of_view, self.list), self.list.mapToGlobal(place))

    def _choose(self, fit: Scenario) -> None:
        item = self.list.topLevelItem(self._listed.index(fit))
        if item is not None:
            self.list.setCurrentItem(item, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew between names and what was found."""
        super().resizeEvent(event)
        self._fit_names()

    def _fit_names(self) -> None:
        wanted = self.list.sizeHintForColumn(0)
        self.list.setColumnWidth(0, min(wanted, round(_NAME_SHARE * self.list.viewport().width())))

    def _item(self, fit: Scenario, *, is_kept: bool) -> QTreeWidgetItem:
        item = QTreeWidgetItem([fit.name, fit.summary])
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(fit.kept_at.timestamp())), _SHORT)
        lines = [fit.name, fit.summary, when]
        if is_kept:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        else:
            item.setForeground(0, self.palette().color(QPalette.ColorRole.PlaceholderText))
            item.setForeground(1, self.palette().color(QPalette.ColorRole.PlaceholderText))
            lines.append(tr("Of this session: forgotten on closing unless kept"))
        if self._is_here(fit):
            font = QFont(self.list.font())
            font.setBold(True)
            item.setFont(0, font)
            lines.append(tr("Settings and exclusions are these now"))
        elif self._document is not None:
            lines.append(tr("Restoring sets: {differences}", differences=differences(self._document, fit)))
        item.setToolTip(0, "\n".join([*lines, tr("Double-click or F2: another name")] if is_kept else lines))
        item.setToolTip(1, "\n".join(lines))
        return item

    def _is_here(self, fit: Scenario) -> bool:
        return self._document is not None and _inputs(fit) == _inputs(self._document)

    def _to_keep(self) -> Scenario | None:
        """Return what is kept on demand: the chosen comparison of this session, else the present one."""
        if self.chosen is not None and self.chosen in self._recent:
            return self.chosen
        return next((fit for fit in self._recent if self._is_here(fit)), None)

    def _show_buttons(self) -> None:
        chosen = self.chosen
        has_focus = any(one.hasFocus() for one in (self.keep_button, self.restore_button, self.delete_button))
        self.keep_button.setEnabled(self._to_keep() is not None)
        self.restore_button.setEnabled(chosen is not None and not self._is_here(chosen))
        self.delete_button.setEnabled(chosen is not None and chosen in self._fits)
        if has_focus:
            # A button that is switched off hands the keys on, from Restore to Delete.
            self.list.setFocus()

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
            self.renamed.emit(fit.name, name)

    def _keep(self) -> None:
        fit = self._to_keep()
        if fit is not None:
            self._names_next = True
            self.kept.emit(fit)

    def _restore(self) -> None:
        if self.chosen is not None:
            self.restored.emit(self.chosen)

    def _delete(self) -> None:
        if self.chosen is not None and self.chosen in self._fits:
            self.deleted.emit(self.chosen.name)


def _inputs(of: Scenario | Document) -> tuple[object, object]:
    return of.settings, of.exclusions


def summary_of(compared: Compared) -> str:
    """Return what a comparison found, from its joint fit where there is one."""
    comparison = compared.comparison
    if comparison is None:
        return tr("no model could be compared")
    best = best_model(compared, -1)
    if not best:
        return tr("{models} models, one temperature", models=len(comparison.models))
    fit = comparison.fits[comparison.models.index(best)]
    words = tr("{title} · {models} models", title=fit.plan.model.title, models=len(comparison.models))
    if "phonon_mev" in fit.plan.fixed:
        return tr("ħω {fixed} meV fixed · {words}", fixed=plain(fit.plan.fixed["phonon_mev"], 2), words=words)
    if "phonon_mev" not in fit.names:
        return words
    phonon = Estimate(float(fit.value("phonon_mev")[-1]), float(fit.error("phonon_mev")[-1]))
    return f"ħω {measured(phonon)} meV · {words}"
