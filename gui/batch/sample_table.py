"""The list of samples, with what becomes of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.table import Column, DataTable, TableRow

_COLUMNS = (
    Column(tr("Sample"), tip=tr("Folder, manifest or project; double click opens its results")),
    Column(tr("In"), tip=tr("Folder in which it lies"), align="left", gives_way=True),
    Column(tr("State"), tip=tr("What has become of it"), align="left"),
)
_TONES = {"done": "good", "incomplete": "warn", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One sample of the list.

    Attributes
    ----------
    source : Path
    state : str
        As of `asplab.core.jobs.batch.Standing`; empty before it is analysed.
    fraction : float
        Part of its analysis that is done, 0 to 1.
    failure : str
        Why it failed; empty where it did not.
    """

    source: Path
    state: str = ""
    fraction: float = 0.0
    failure: str = ""

    @property
    def is_over(self) -> bool:
        """Whether its analysis has ended, well or not."""
        return self.state in _TONES

    @property
    def words(self) -> str:
        """What has become of it."""
        told = {
            "waiting": tr("waiting"),
            "running": tr("running {percent} %", percent=round(100 * self.fraction)),
            "done": tr("✓ done"),
            "incomplete": tr("! incomplete"),
            "failed": tr("✕ failed"),
        }
        return told.get(self.state, "")

    @property
    def reason(self) -> str:
        """Why it failed, or why a result is missing."""
        if self.state == "incomplete":
            return tr("A result is missing; its report says why.")
        return self.failure


class OpenableTable(DataTable):
    """A table whose rows can be opened: by a double click or Enter, which ``row_opened`` tells with the row."""

    row_opened = Signal(int)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the row under the mouse."""
        row = self.row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.row_opened.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._head is None and self._rows:
            self.row_opened.emit(self._current)
            return
        super().keyPressEvent(event)


class SampleTable(OpenableTable):
    """The samples; Del asks to take the current one off the list, which ``removal_wanted`` tells with its row."""

    removal_wanted = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _COLUMNS, sortable=False)
        self.setAccessibleName(tr("Samples"))
        self.current_changed.connect(self._mark)
        self._lines: tuple[SampleLine, ...] = ()

    @property
    def current(self) -> int | None:
        """The row that stands out, None in an empty list."""
        return self._current if self._lines else None

    def display_samples(self, lines: Sequence[SampleLine]) -> None:
        """Show these samples."""
        self._lines = tuple(lines)
        self._mark(min(self._current, max(len(lines) - 1, 0)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask to remove with Del."""
        if event.matches(QKeySequence.StandardKey.Delete) and self._lines:
            self.removal_wanted.emit(self._current)
            return
        super().keyPressEvent(event)

    def _mark(self, current: int) -> None:
        self.display([_row(line) for line in self._lines], current if self._lines else None)


def _row(line: SampleLine) -> TableRow:
    place = str(line.source.parent)
    tip = f"{line.source}\n{line.reason}" if line.reason else str(line.source)
    return TableRow(
        (line.source.name, place, line.words), tip=tip, tones=("", "muted", _TONES.get(line.state, "muted"))
    )
