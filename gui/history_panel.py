"""The history: every step that can be undone, by name and time; a click leads there."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, QTime, QTimer, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from asplab.core.document import Document
from asplab.core.scenarios import Difference, differences, state_of
from asplab.gui.language import tr
from asplab.gui.session import Session
from asplab.gui.widgets.dock import Dock
from asplab.gui.words.settings import setting_label, setting_value

KEY = "history"
_PATIENCE_MS = 60
_MOST_TOLD = 2


@dataclass(frozen=True, slots=True)
class Step:
    """A state of the document: what led to it and when (empty for the first), and whether a file holds it.

    ``values`` says what was changed to what, where that is a setting or two.
    """

    text: str
    time: str
    is_saved: bool
    values: str = ""


class HistoryPanel(QWidget):
    """States from the first to the last that redo leads to; ``step_chosen`` carries how many steps lead to one."""

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[Step, ...] = ()
        self._now = 0
        self.list = QListWidget()
        self.list.setAccessibleName(tr("History"))
        self.list.setWordWrap(True)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)

    def display(self, steps: Sequence[Step], now: int) -> None:
        """Show these states; ``now`` is the present one."""
        self._steps, is_moved = tuple(steps), now != self._now or len(steps) != self.list.count()
        self._now = now
        while self.list.count() > len(steps):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(steps):
            self.list.addItem(QListWidgetItem())
        for index, step in enumerate(steps):
            self._dress(self.list.item(index), step, index)
        if is_moved and steps:
            self.list.setCurrentRow(now)
            self.list.scrollToItem(self.list.item(now))

    def changeEvent(self, event: QEvent) -> None:
        """Take over the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "list"):
            self.display(self._steps, self._now)

    def _dress(self, item: QListWidgetItem, step: Step, index: int) -> None:
        # Names may be longer than the dock is wide; what stands at the end would be cut.
        words = [tr("✓ saved") if step.is_saved else "", step.time, step.text]
        head = " · ".join(word for word in words if word)
        item.setText(f"{head}\n{step.values}" if step.values else head)
        is_undone = index > self._now
        role = QPalette.ColorRole.PlaceholderText if is_undone else QPalette.ColorRole.WindowText
        item.setForeground(self.palette().color(role))
        font = QFont(self.list.font())
        font.setBold(index == self._now)
        font.setItalic(is_undone)
        item.setFont(font)
        told = tr("Undone; click to redo up to here") if is_undone else tr("Click to undo back to here")
        what = "\n".join(filter(None, (step.text, step.values)))
        item.setToolTip(f"{what}\n{tr('The state as it is now') if index == self._now else told}")

    def _choose(self, item: QListWidgetItem) -> None:
        if self.list.row(item) != self._now:
            self.step_chosen.emit(self.list.row(item))


class HistoryView(QObject):
    """Shows the history of a session in a dock while it is open."""

    def __init__(self, session: Session) -> None:
        dock = Dock(KEY, tr("History"), scrolls=False)
        super().__init__(dock)
        self._session, self.dock = session, dock
        self._is_open = False
        self.panel = HistoryPanel()
        self.dock.add(self.panel, 1)
        self._update = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._update.timeout.connect(self._display)
        self.panel.step_chosen.connect(session.go_to)
        for changed in (session.document_changed, session.saved_changed, session.history.indexChanged):
            changed.connect(self._display_soon)
        self.dock.visibilityChanged.connect(self._note_open)

    def toggle(self) -> None:
        """Open the dock, or close it."""
        self.dock.toggleViewAction().trigger()

    def _display_soon(self, *_: object) -> None:
        if self._is_open and not self._update.isActive():
            self._update.start()

    def _note_open(self, is_open: bool) -> None:
        self._is_open = is_open
        self._display_soon()

    def _display(self) -> None:
        if self._session.is_dragging:
            # Nobody reads a history while the hand moves, and all of its steps would be told anew.
            self._update.start()
            return
        self.panel.display(steps_of(self._session), self._session.history.index())


def steps_of(session: Session) -> list[Step]:
    """Return the states of a session that undo and redo lead to, the first one included."""
    swaps = session.swaps
    first = swaps[0].before if swaps else session.document
    if first is None and not swaps:
        return []
    # What raw data hold needs no saving, but nobody saved it.
    has_file = session.path is not None
    is_saved = has_file and first is not None and session.is_saved(first)
    steps = [Step(tr("Begin") if first is None else tr("Opened {name}", name=first.experiment.name), "", is_saved)]
    for swap in swaps:
        made = QTime(swap.made_at.hour, swap.made_at.minute)
        time = QLocale().toString(made, QLocale.FormatType.ShortFormat)
        is_saved = has_file and swap.after is not None and session.is_saved(swap.after)
        steps.append(Step(swap.text(), time, is_saved, _values(swap.before, swap.after)))
    return steps


def _values(before: Document | None, after: Document | None) -> str:
    """Return which settings changed from what to what; how many where it is more than two."""
    if before is None or after is None or before.settings == after.settings:
        return ""
    found = [one for one in differences([state_of(before), state_of(after)]) if one.record != "exclusions"]
    if len(found) > _MOST_TOLD:
        return tr("{count} settings", count=len(found))
    return "; ".join(_told(one, name_it=len(found) > 1) for one in found)


def _told(found: Difference, *, name_it: bool) -> str:
    old, new = (setting_value(found.record, found.field, value) for value in found.values)
    change = f"{old} → {new}"
    return f"{setting_label(found.record, found.field)}: {change}" if name_it else change
