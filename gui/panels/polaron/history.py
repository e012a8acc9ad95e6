"""The comparisons of this sitting by name: what they found, and the settings that lead back to them."""

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QWidget

from asplab.core.estimate import Estimate
from asplab.core.settings import Settings
from asplab.gui.panels.polaron.comparing import Compared
from asplab.gui.panels.polaron.model_rows import best_model
from asplab.gui.study import Outcome
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.numerals import measured

MOST_KEPT = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """One comparison: its name, the settings it was made with, and what it found in words."""

    name: str
    settings: Settings
    summary: str


class History(Card):
    """A list of comparisons, the latest first; names can be typed over.

    ``restored`` carries the settings and the name of the comparison to go back to.
    """

    restored = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Fit history", parent=parent)
        self._kept: list[Kept] = []
        self._outcome: Outcome | None = None
        self._count = 0
        self.restore_button = QPushButton("Restore")
        self.restore_button.setToolTip("Put all settings back to those of the chosen fit, as one step to undo")
        self.restore_button.setEnabled(False)
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName("Fit history")
        self.list.setEditTriggers(QTreeWidget.EditTrigger.EditKeyPressed | QTreeWidget.EditTrigger.DoubleClicked)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header.addWidget(self.restore_button)
        self.add(self.list, 1)
        self.list.itemChanged.connect(self._rename)
        self.list.currentItemChanged.connect(lambda item: self.restore_button.setEnabled(item is not None))
        self.restore_button.clicked.connect(self._restore)

    @property
    def kept(self) -> tuple[Kept, ...]:
        """What is kept, the latest first."""
        return tuple(self._kept)

    def keep(self, outcome: Outcome, summary: str) -> None:
        """Keep a comparison; the one just kept is not kept twice, and another experiment starts anew."""
        if outcome is self._outcome:
            return
        if self._outcome is not None and self._outcome.document.experiment is not outcome.document.experiment:
            self._kept.clear()
            self.list.clear()
            self._count = 0
        self._outcome = outcome
        settings = outcome.document.settings
        same = next((index for index, kept in enumerate(self._kept) if kept.settings == settings), None)
        if same is None:
            self._count += 1
            kept = Kept(f"Fit {self._count}", settings, summary)
        else:
            kept = replace(self._kept.pop(same), summary=summary)
            self.list.takeTopLevelItem(same)
        self._kept.insert(0, kept)
        self.list.insertTopLevelItem(0, self._item(kept))
        while len(self._kept) > MOST_KEPT:
            self._kept.pop()
            self.list.takeTopLevelItem(len(self._kept))

    def _item(self, kept: Kept) -> QTreeWidgetItem:
        item = QTreeWidgetItem([kept.name, kept.summary])
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setToolTip(0, "Double-click or F2: another name")
        item.setToolTip(1, kept.summary)
        return item

    def _rename(self, item: QTreeWidgetItem, column: int) -> None:
        index = self.list.indexOfTopLevelItem(item)
        if not 0 <= index < len(self._kept):
            return
        kept, name = self._kept[index], item.text(0).strip()
        self._kept[index] = replace(kept, name=name or kept.name)
        # The summary is no name, and a name is never empty.
        for place, text in enumerate((self._kept[index].name, kept.summary)):
            if item.text(place) != text:
                item.setText(place, text)

    def _restore(self) -> None:
        item = self.list.currentItem()
        index = -1 if item is None else self.list.indexOfTopLevelItem(item)
        if 0 <= index < len(self._kept):
            self.restored.emit(self._kept[index].settings, self._kept[index].name)


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
