"""The scenarios of a document in a list: named, chosen for comparison, kept, copied, deleted and switched to."""

from collections.abc import Mapping

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtGui import QFont, QIcon, QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import QGridLayout, QHeaderView, QLabel, QPushButton, QTreeWidget, QTreeWidgetItem, QWidget

from asplab.core.document import Document, Scenario
from asplab.core.scenarios import chosen_scenario, differences, is_changed, state_of
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.arrange import GAP, column
from asplab.gui.widgets.card import Card
from asplab.gui.words.settings import change_words

_DOT_PX = 10
_NAME_SHARE = 0.62


class ScenarioList(Card):
    """Names that can be typed over, what each sets otherwise than now, and a box for what is compared.

    ``created`` asks to keep the present state; ``updated``, ``duplicated``, ``deleted`` and ``switched`` carry the name
    of a scenario, ``renamed`` its name and the new one, ``toggled`` its name and whether it is compared.
    """

    created = Signal()
    updated = Signal(str)
    duplicated = Signal(str)
    renamed = Signal(str, str)
    deleted = Signal(str)
    switched = Signal(str)
    toggled = Signal(str, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Scenarios"), parent=parent)
        self._theme, self._document = theme, None
        self._shown: tuple[object, ...] = ()
        self._names_next = False
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(tr("Scenarios"))
        self.list.setEditTriggers(QTreeWidget.EditTrigger.EditKeyPressed | QTreeWidget.EditTrigger.DoubleClicked)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.nothing = QLabel(
            tr("None kept yet. “Keep as new” keeps the present settings and exclusions under a name to come back to.")
        )
        self.nothing.setProperty("role", "muted")
        self.nothing.setWordWrap(True)
        # Over the list, so that the list keeps its place when the first one is there.
        over = column(self.list.viewport())
        over.addWidget(self.nothing)
        over.addStretch(1)
        self.add(self.list, 1)
        self.keep_button = QPushButton(tr("Keep as new"))
        self.update_button = QPushButton(tr("Update"))
        self.switch_button = QPushButton(tr("Switch to"))
        self.duplicate_button = QPushButton(tr("Duplicate"))
        self.delete_button = QPushButton(tr("Delete"))
        self.keep_button.setToolTip(tr("Keep the present settings and exclusions under a new name; one step to undo"))
        self.switch_button.setToolTip(tr("Analyse by the chosen scenario (Enter); one step to undo"))
        self.duplicate_button.setToolTip(tr("Keep a copy of the chosen scenario; one step to undo"))
        self.delete_button.setToolTip(tr("Take the chosen scenario out of the document (Delete); one step to undo"))
        self._lay_out()
        self._connect()

    _document: Document | None

    @property
    def chosen(self) -> Scenario | None:
        """The scenario that is chosen in the list."""
        item, document = self.list.currentItem(), self._document
        index = -1 if item is None else self.list.indexOfTopLevelItem(item)
        scenarios = () if document is None else document.scenarios
        return scenarios[index] if 0 <= index < len(scenarios) else None

    def display(self, document: Document, colors: Mapping[str, str]) -> None:
        """Show the scenarios of a document; those that are compared have a colour. Only a change touches the list."""
        shown = (document.scenarios, document.scenario, state_of(document), tuple(colors.items()), self._theme)
        if shown == self._shown:
            self._document = document
            return
        chosen = self.chosen
        before = () if self._document is None else self._document.scenarios
        added = [one for one in document.scenarios if one.name not in {old.name for old in before}]
        self._document, self._shown = document, shown
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addTopLevelItems([self._item(one, colors.get(one.name, "")) for one in document.scenarios])
        self.nothing.setVisible(not document.scenarios)
        names = [one.name for one in document.scenarios]
        if chosen is not None and chosen.name in names:
            self._choose(names.index(chosen.name))
        self.list.blockSignals(False)
        self._fit_names()
        self._show_buttons()
        if self._names_next and added:
            # The name is there to be typed over; Enter leaves it as it is.
            self._choose(names.index(added[0].name))
            self.list.edit(self.list.currentIndex().siblingAtColumn(0))
        self._names_next = False

    def forget(self) -> None:
        """Show everything anew at the next display, also what the user did to a box."""
        self._shown = ()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme; the next display paints the colours anew."""
        self._theme = theme

    # --- building ----------------------------------------------------------------------------------------
    def _lay_out(self) -> None:
        buttons = QWidget()
        places = QGridLayout(buttons)
        places.setContentsMargins(0, 0, 0, 0)
        places.setSpacing(GAP)
        for place, button in enumerate((self.switch_button, self.keep_button)):
            places.addWidget(button, 0, 3 * place, 1, 3)
        for place, button in enumerate((self.update_button, self.duplicate_button, self.delete_button)):
            places.addWidget(button, 1, 2 * place, 1, 2)
        self.add(buttons)

    def _connect(self) -> None:
        for key, act in ((QKeySequence.StandardKey.Delete, self._delete), (Qt.Key.Key_Return, self._switch)):
            shortcut = QShortcut(QKeySequence(key), self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)
        self.list.itemChanged.connect(self._take_change)
        self.list.currentItemChanged.connect(self._show_buttons)
        self.keep_button.clicked.connect(self._keep)
        self.update_button.clicked.connect(self._update)
        self.switch_button.clicked.connect(self._switch)
        self.duplicate_button.clicked.connect(self._duplicate)
        self.delete_button.clicked.connect(self._delete)

    def _item(self, scenario: Scenario, color: str) -> QTreeWidgetItem:
        document = self._document
        assert document is not None
        is_here = state_of(scenario) == state_of(document)
        found = differences([state_of(document), state_of(scenario)])
        words = [change_words(one.record, one.field, one.values[1]) for one in found if one.record != "exclusions"]
        if any(one.record == "exclusions" for one in found):
            words.append(tr("exclusions"))
        told = tr("as it is now") if is_here else ", ".join(words)
        item = QTreeWidgetItem([scenario.name, told])
        flags = item.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable
        item.setFlags(flags)
        item.setCheckState(0, Qt.CheckState.Checked if color else Qt.CheckState.Unchecked)
        if color:
            item.setIcon(0, self._dot(color))
        if scenario.name == document.scenario:
            font = QFont(self.list.font())
            font.setBold(True)
            item.setFont(0, font)
        when = QLocale().toString(
            QDateTime.fromSecsSinceEpoch(int(scenario.kept_at.timestamp())), QLocale.FormatType.ShortFormat
        )
        lines = [scenario.name, when, scenario.summary]
        lines.append(told if is_here else tr("Switching sets: {changes}", changes=told))
        tip = "\n".join(line for line in lines if line)
        item.setToolTip(0, "\n".join((tip, tr("Double-click or F2: another name"))))
        item.setToolTip(1, tip)
        return item

    def _dot(self, color: str) -> QIcon:
        picture = QPixmap(2 * _DOT_PX, 2 * _DOT_PX)
        picture.setDevicePixelRatio(2.0)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(color))
        painter.drawEllipse(1, 1, _DOT_PX - 2, _DOT_PX - 2)
        painter.end()
        return QIcon(picture)

    def _choose(self, index: int) -> None:
        item = self.list.topLevelItem(index)
        if item is not None:
            self.list.setCurrentItem(item, 0)

    def _fit_names(self) -> None:
        # Qt measures the usual letters, and the bold ones of the chosen scenario are wider.
        wanted = round(1.15 * self.list.sizeHintForColumn(0))
        self.list.setColumnWidth(0, min(wanted, round(_NAME_SHARE * self.list.viewport().width())))

    def _show_buttons(self) -> None:
        document, chosen = self._document, self.chosen
        has_focus = any(one.hasFocus() for one in (self.switch_button, self.delete_button, self.update_button))
        based_on = None if document is None else chosen_scenario(document)
        changed = document is not None and is_changed(document)
        is_here = (
            chosen is not None
            and document is not None
            and (state_of(chosen) == state_of(document) and document.scenario == chosen.name)
        )
        self.switch_button.setEnabled(chosen is not None and not is_here)
        self.duplicate_button.setEnabled(chosen is not None)
        self.delete_button.setEnabled(chosen is not None)
        self.update_button.setEnabled(changed)
        name = "" if based_on is None else based_on.name
        self.update_button.setToolTip(
            tr("Keep the present settings and exclusions in place of those of “{name}”; one step to undo", name=name)
            if changed
            else tr("Nothing was changed since a scenario was switched to")
        )
        self.display_subtitle(self._said(name, is_changed=changed))
        if has_focus:
            # A button that is switched off hands the keys on to the next one.
            self.list.setFocus()

    def _said(self, name: str, *, is_changed: bool) -> str:
        document = self._document
        if is_changed:
            return tr("“{name}”, changed", name=name)
        kept = document is not None and any(state_of(one) == state_of(document) for one in document.scenarios)
        return "" if kept or document is None or not document.scenarios else tr("now: not kept")

    # --- choices -----------------------------------------------------------------------------------------
    def _take_change(self, item: QTreeWidgetItem, column: int) -> None:
        index = self.list.indexOfTopLevelItem(item)
        if self._document is None or not 0 <= index < len(self._document.scenarios):
            return
        scenario, name = self._document.scenarios[index], item.text(0)
        is_checked = item.checkState(0) == Qt.CheckState.Checked
        # The list shows the document: what is typed comes back from there.
        self.list.blockSignals(True)
        item.setText(0, scenario.name)
        self.list.blockSignals(False)
        if column == 0 and name != scenario.name:
            self.renamed.emit(scenario.name, name)
        elif column == 0 and is_checked == item.icon(0).isNull():
            self.toggled.emit(scenario.name, is_checked)

    def _keep(self) -> None:
        self._names_next = True
        self.created.emit()

    def _update(self) -> None:
        if self._document is not None and self._document.scenario:
            self.updated.emit(self._document.scenario)

    def _switch(self) -> None:
        if self.chosen is not None and self.switch_button.isEnabled():
            self.switched.emit(self.chosen.name)

    def _duplicate(self) -> None:
        if self.chosen is not None:
            self._names_next = True
            self.duplicated.emit(self.chosen.name)

    def _delete(self) -> None:
        if self.chosen is not None:
            self.deleted.emit(self.chosen.name)
