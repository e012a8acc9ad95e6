"""All spectra of an import over one another, coloured by temperature; a click selects one."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from asplab.core.importing.table import ImportTable
from asplab.core.units import FloatArray
from asplab.gui.importing.reading import LookedOver
from asplab.gui.importing.words import kind_words
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme, temperature_spec
from asplab.gui.plots.base import Plot
from asplab.gui.plots.curves import LayerCurves
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField

_SCALES = (("raw", tr("As measured")), ("each", tr("Each to its maximum")))


class OverlayCard(Card):
    """The spectra that are in use.

    ``row_chosen`` carries the row of the curve that was clicked.
    """

    row_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Spectra"), parent=parent)
        self._table: ImportTable | None = None
        self._looked: LookedOver | None = None
        self._rows: list[int] = []
        self.kind, self.scale = ChoiceField(), ChoiceField(_SCALES)
        self.kind.setAccessibleName(tr("Kind of spectra shown"))
        self.scale.setAccessibleName(tr("Scale of the spectra"))
        self.scale.setMinimumContentsLength(14)
        self.plot = Plot(theme, x_label=tr("Wavelength (nm)"), y_label=tr("Signal"))
        self.plot.setAccessibleName(tr("All spectra over one another"))
        self.plot.display_hint(tr("Click a curve to select its row · wheel zooms · A shows all"))
        self.curves = LayerCurves(theme)
        self.plot.add_layer(self.curves)
        for field in (self.kind, self.scale):
            self.header.addWidget(field)
        self.deck = Deck(self.plot)
        self.add(self.deck, 1)
        self.kind.chosen.connect(lambda _: self._draw(is_new=True))
        self.scale.chosen.connect(lambda _: self._draw(is_new=True))
        self.curves.curve_clicked.connect(self._choose)

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.plot.restyle(theme)

    def display(self, table: ImportTable, looked: LookedOver) -> None:
        """Show the spectra of a table."""
        self._table, self._looked = table, looked
        kinds = list(dict.fromkeys(group.kind for group in looked.survey.groups))
        self.kind.offer([("", tr("All kinds")), *((kind, kind_words(kind)) for kind in kinds)])
        self._draw(is_new=False)

    def display_row(self, row: int | None) -> None:
        """Draw the curve of a row on top, or none."""
        self.curves.display_selected(self._rows.index(row) if row in self._rows else None)

    def _draw(self, *, is_new: bool) -> None:
        table, looked = self._table, self._looked
        if table is None or looked is None:
            return
        wanted = self.kind.key or ""
        kinds = {k: group.kind for group in looked.survey.groups for k in group.rows}
        self._rows = [k for k in looked.lines if not wanted or kinds[k] == wanted]
        x, y = _padded([looked.lines[k] for k in self._rows])
        if self.scale.key == "each":
            y = y / np.nanmax(np.abs(y), axis=1, keepdims=True, initial=1e-300)
        colors, tips = self._colors(table), [_tip(table, k) for k in self._rows]
        self.plot.display_labels(
            tr("Wavelength (nm)"), tr("Signal / its maximum") if self.scale.key == "each" else tr("Signal")
        )
        self.curves.display(x, y, colors, tips)
        self.display_subtitle(_words(looked, len(self._rows)) if self._rows else "")
        if self._rows:
            self.deck.display_content()
        else:
            self.deck.display_missing(tr("No spectra"), tr("No row in use has both a kind and a wavelength axis."))
        if is_new:
            self.plot.view_all()
        else:
            self.plot.fit()

    def _colors(self, table: ImportTable) -> list[str]:
        texts = [table.value(k, "temperature_k") for k in self._rows]
        known = [float(text) for text in texts if text]
        low, high = (min(known), max(known)) if known else (0.0, 0.0)
        return [temperature_spec(float(text), low, high) if text else "muted" for text in texts]

    def _choose(self, index: int, button: Qt.MouseButton, _modifiers: Qt.KeyboardModifier) -> None:
        if button == Qt.MouseButton.LeftButton:
            self.curves.display_selected(index)
            self.row_chosen.emit(self._rows[index])


def _padded(lines: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return curves of different lengths as two arrays; what is missing at their ends is NaN."""
    longest = max((line.shape[1] for line in lines), default=1)
    x, y = np.empty((len(lines), longest)), np.full((len(lines), longest), np.nan)
    for k, line in enumerate(lines):
        n = line.shape[1]
        x[k, :n], y[k, :n] = line
        # Past the end x goes on in steps too small to be seen, since it must rise.
        x[k, n:] = line[0, -1] + 1e-6 * np.arange(1, longest - n + 1)
    return x, y


def _tip(table: ImportTable, k: int) -> str:
    units = {"kind": "", "temperature_k": " K", "excitation_nm": " nm"}
    said = [f"{table.value(k, column)}{unit}" for column, unit in units.items() if table.value(k, column)]
    name = table.rows[k].label.replace("&", "&amp;").replace("<", "&lt;")
    return f"<b>{name}</b><br>{', '.join(said)}"


def _words(looked: LookedOver, drawn: int) -> str:
    chosen = len(looked.lines) + looked.without
    is_part = chosen < looked.total
    words = (
        tr("{drawn} of {total}, the first of each condition", drawn=drawn, total=looked.total)
        if is_part
        else counted(drawn, "curve")
    )
    return (
        tr("{words} · {without} without wavelengths", words=words, without=looked.without) if looked.without else words
    )
