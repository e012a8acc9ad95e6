"""What becomes of several frames of a file, and of the rows of an image."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QWidget

from asplab.core.importing import edits
from asplab.core.importing.table import ImportRow, ImportTable
from asplab.gui.importing.words import heading
from asplab.gui.language import tr
from asplab.gui.widgets.fields import ChoiceField

_CHOICES = (
    ("repeats", tr("each is a repeat")),
    ("mean", tr("their mean")),
    ("sum", tr("their sum")),
    ("some", tr("only some of them")),
)
_SPLIT_INTO = ("temperature_k", "excitation_nm", "power_uw", "exposure_s", "note")
_UNITS = {"K": "temperature_k", "C": "temperature_k", "°C": "temperature_k", "nm": "excitation_nm"}


class FramesChoice(QWidget):
    """Choices for the selected rows, where they apply.

    ``wanted`` carries a text for the history and a change of the table.
    """

    wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[int] = []
        self._table: ImportTable | None = None
        self.frames, self.numbers, self.image_rows = ChoiceField(), QLineEdit(), QLineEdit()
        self.frames.setAccessibleName(tr("Frames"))
        self.numbers.setAccessibleName(tr("Numbers of the frames"))
        self.numbers.setPlaceholderText(tr("such as 1-5,8"))
        self.image_rows.setAccessibleName(tr("Rows of the image that are summed"))
        self.image_rows.setPlaceholderText(tr("all, or such as 100-140"))
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(10)
        for words, field in (
            (tr("Frames"), self.frames),
            (tr("Numbers"), self.numbers),
            (tr("Rows summed"), self.image_rows),
        ):
            label = QLabel(words)
            label.setProperty("role", "muted")
            label.setBuddy(field)
            self._form.addRow(label, field)
        self.frames.chosen.connect(self._choose)
        self.numbers.editingFinished.connect(self._take_numbers)
        self.image_rows.editingFinished.connect(self._take_rows)
        self.display(None, [])

    def display(self, table: ImportTable | None, rows: Sequence[int]) -> None:
        """Offer what applies to these rows of the table."""
        self._table, self._rows = table, list(rows)
        chosen = [table.rows[k] for k in rows] if table is not None else []
        framed = [row for row in chosen if row.part.is_stack or row.frame]
        images = [row for row in chosen if row.part.layout == "image"]
        if framed and table is not None:
            open_choice = [("", tr("choose what they are"))] if framed[0].part.layout == "columns" else []
            self.frames.offer([*open_choice, *_CHOICES, *_splits(framed)])
            said = table.value(self._rows[chosen.index(framed[0])], "frames")
            self._display_frames(framed[0], said)
        self._form.setRowVisible(self.frames, bool(framed))
        self._form.setRowVisible(self.numbers, bool(framed) and self.frames.key == "some")
        self._form.setRowVisible(self.image_rows, bool(images))
        if images and table is not None:
            said = table.value(self._rows[chosen.index(images[0])], "rows")
            if self.image_rows.text() != said and not self.image_rows.hasFocus():
                self.image_rows.setText(said)
        self.setVisible(bool(framed or images))

    def _display_frames(self, row: ImportRow, said: str) -> None:
        if row.frame:
            axis = next(f.column for f in row.findings if f.source == "frame axis" and f.column != "frames")
            self.frames.display(tr("split {axis}", axis=axis))
        elif said in ("", "repeats", "mean", "sum"):
            self.frames.display(said or ("" if row.part.layout == "columns" else "repeats"))
        else:
            self.frames.display("some")
            self.numbers.setText(said)

    def _choose(self, key: object) -> None:
        choice = str(key)
        if not choice:
            return
        if choice == "some":
            self._form.setRowVisible(self.numbers, True)
            self.numbers.setFocus()
            return
        if choice.startswith("split "):
            column = choice.removeprefix("split ")
            self.wanted.emit(
                tr("One row per frame, by {heading}", heading=heading(column)),
                self._change(lambda t, k: split(t, k, column)),
            )
            return
        words = dict(_CHOICES)[choice]
        self.wanted.emit(tr("Frames: {words}", words=words), self._change(lambda t, k: edits.with_frames(t, k, choice)))

    def _take_numbers(self) -> None:
        text = self.numbers.text().strip()
        if text and self.numbers.isModified():
            self.numbers.setModified(False)
            self.wanted.emit(tr("Frames {value}", value=text), self._change(lambda t, k: edits.with_frames(t, k, text)))

    def _take_rows(self) -> None:
        text = self.image_rows.text().strip()
        if self.image_rows.isModified() and self._table is not None:
            self.image_rows.setModified(False)
            images = [k for k in self._rows if self._table.rows[k].part.layout == "image"]
            self.wanted.emit(tr("Sum rows {value}", value=text), lambda t: edits.with_rows(t, images, text))

    def _change(self, act: Callable[[ImportTable, list[int]], ImportTable]) -> Callable[[ImportTable], ImportTable]:
        chosen = [self._table.rows[k] for k in self._rows] if self._table is not None else []
        keys = {row.key[:2] for row in chosen if row.part.is_stack or row.frame}

        def change(table: ImportTable) -> ImportTable:
            whole = joined(table, keys)
            return act(whole, [k for k, row in enumerate(whole.rows) if row.key[:2] in keys])

        return change


def joined(table: ImportTable, keys: set[tuple[str, str]]) -> ImportTable:
    """Return a table in which the frames of these data sets share a row."""
    while True:
        split_rows = (k for k, row in enumerate(table.rows) if row.frame and row.key[:2] in keys)
        first = next(split_rows, None)
        if first is None:
            return table
        table = edits.joined_frames(table, first)


def split(table: ImportTable, rows: Sequence[int], column: str) -> ImportTable:
    """Return a table with a row for each frame of these rows."""
    for k in sorted(rows, reverse=True):
        table = edits.split_frames(table, k, column)
    return table


def _splits(rows: Sequence[ImportRow]) -> list[tuple[str, str]]:
    """Return the columns that what tells the frames apart may fill, the likely one first."""
    axis = rows[0].part.frame_axis
    if axis is None:
        return []
    likely = _UNITS.get(axis.unit, "note")
    names = sorted(_SPLIT_INTO, key=lambda column: column != likely)
    name = axis.name.replace("_", " ")
    return [
        (tr("split {column}", column=column), tr("a row each: {name} is {heading}", name=name, heading=heading(column)))
        for column in names
    ]
