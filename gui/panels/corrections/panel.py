"""Raw counts against corrected spectra: dark frames, cosmic rays, exposure and power."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from asplab.core.checks import replaced_pixels
from asplab.core.corrections import Corrected
from asplab.core.experiment import Spectrum
from asplab.core.grouping import Gathered
from asplab.core.pipeline import Results
from asplab.gui.panels.base import EXCLUDES, Panel
from asplab.gui.plots.curves import LayerCurves
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.reading import (
    intensity_unit,
    selected_stack,
    stack_name,
    temperature_name,
    why_missing,
)
from asplab.gui.theme import Theme
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import column, grid, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, DataTable, TableRow
from asplab.gui.widgets.text import escaped

COLUMNS = (
    Column("Condition", "", "Kind and excitation wavelength"),
    Column("Repeats"),
    Column("Exposure", "s"),
    Column("Power", "µW", "Mean pump power at the sample"),
    Column("Dark", "", "Whether a mean dark frame was subtracted"),
    Column("Replaced", "px", "Pixels that stood out against the other repeats"),
)


class CorrectionsPanel(Panel):
    """One condition before and after correction, and a table of all conditions of its temperature."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] = ()
        self._subject: object = None
        self._sources: tuple[str, ...] = ()
        self._table_keys: tuple[str, ...] = ()
        self.raw = SeriesPlot(theme, x_label="Wavelength (nm)", y_label="Raw counts")
        self.clean = SeriesPlot(theme, x_label="Wavelength (nm)", y_label="Intensity")
        self._raw_curves, self._clean_curves = LayerCurves(theme), LayerCurves(theme)
        self.raw.add_layer(self._raw_curves)
        self.clean.add_layer(self._clean_curves)
        self.table = DataTable(theme, COLUMNS)
        self._raw_card, self._clean_card = Card("Raw counts"), Card("Corrected")
        self._table_card = Card("Conditions")
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show the selected condition; nothing here moves while a window is dragged."""
        gathered, corrected, k = results.gathered, results.corrected, selected_stack(results, view)
        if gathered is None or corrected is None or k is None:
            reason = "Add emission spectra (kind pl or aspl), or choose a temperature that has some."
            self.deck.display_missing("Nothing to correct", why_missing(results, reason))
            return
        self.deck.display_content()
        self._mark_record(view.record)
        key = (corrected, k, view.stack)
        if key == self._shown:
            return
        self._shown = key
        self._show_spectra(results, gathered, corrected, k)
        self._show_table(corrected, k)
        self._mark_record(view.record)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._shown, self._subject = (), None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.raw, self.clean, self.table):
            part.restyle(theme)

    def _content(self) -> QWidget:
        self._raw_card.add(self.raw, 1)
        self._clean_card.add(self.clean, 1)
        self._table_card.add(scrolled(self.table), 1)
        content = QWidget()
        places = grid(content, (5, 4))
        places.addWidget(self._raw_card, 0, 0)
        places.addWidget(self._clean_card, 0, 1)
        places.addWidget(self._table_card, 1, 0, 1, 2)
        return content

    def _connect(self) -> None:
        self.table.row_chosen.connect(self._choose_row)
        for curves in (self._raw_curves, self._clean_curves):
            curves.curve_clicked.connect(self._choose_curve)
        for plot in (self.raw, self.clean):
            plot.display_hint(f"Click a curve to select the repeat · {EXCLUDES} · wheel zooms · A shows all")
            plot.hint_changed.connect(self.hint_changed)

    def _choose_row(self, row: int) -> None:
        self.stack_chosen.emit(self._table_keys[row])

    def _choose_curve(self, index: int, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
        self.record_chosen.emit(self._sources[index])

    def _mark_record(self, record: str) -> None:
        index = self._sources.index(record) if record in self._sources else None
        for curves in (self._raw_curves, self._clean_curves):
            curves.display_selected(index)

    def _show_spectra(self, results: Results, gathered: Gathered, corrected: Corrected, k: int) -> None:
        stack = corrected.stacks[k]
        settings = results.document.settings.corrections
        block, row = corrected.blocks[corrected.place[k, 0]], corrected.place[k, 1]
        axis = block.wavelength_nm
        raw = np.array([member.counts for member in stack.members])
        clean = block.intensity[row][:, corrected.present[k]].T
        self._sources = tuple(member.source for member in stack.members)
        tips = [_tip(member) for member in stack.members]
        self._raw_curves.display(axis, raw, [stack.kind] * len(raw), tips)
        self._clean_curves.display(axis, clean, [stack.kind] * len(clean), tips)
        self.raw.display([_marks(axis, raw, replaced_pixels(corrected, k))])
        self.clean.display([Series("text", "mean", "flank", line_x=axis, line_y=block.mean[row])])
        self.clean.display_labels("Wavelength (nm)", f"Intensity ({intensity_unit(corrected.stacks, settings)})")
        count = int(corrected.replaced_pixels[k])
        dark = "dark frame subtracted" if corrected.dark_group[k] >= 0 else "no dark frame"
        noun = "pixel" if count == 1 else "pixels"
        self._raw_card.display_title(f"{stack_name(stack)}, raw")
        self._raw_card.display_subtitle(f"○ {count} {noun} replaced")
        self._clean_card.display_subtitle(dark)
        if self._subject != stack.key:
            self._subject = stack.key
            for plot in (self.raw, self.clean):
                plot.view_all()

    def _show_table(self, corrected: Corrected, k: int) -> None:
        t = corrected.stacks[k].temperature
        members = [i for i, stack in enumerate(corrected.stacks) if stack.temperature == t]
        self._table_keys = tuple(corrected.stacks[i].key for i in members)
        self.table.display([_row(corrected, i) for i in members], selected=members.index(k))
        self._table_card.limit_content(self.table.sizeHint().height())
        total = int(sum(corrected.replaced_pixels[i] for i in members))
        name = temperature_name(corrected.temperatures_k[t])
        self._table_card.display_subtitle(f"{name} · {len(members)} conditions · {total} pixels replaced")


def _marks(axis: np.ndarray, raw: np.ndarray, hits: np.ndarray) -> Series:
    rows, pixels = np.nonzero(hits)
    tips = [f"repeat {row + 1}, {plain(axis[pixel], 1)} nm: replaced" for row, pixel in zip(rows, pixels, strict=True)]
    return Series("warn", x=axis[pixels], y=raw[rows, pixels], tips=tips, is_open=True, symbol_px=8)


def _row(corrected: Corrected, k: int) -> TableRow:
    stack = corrected.stacks[k]
    conditions = [member.condition for member in stack.members]
    cells = (
        stack_name(stack),
        str(len(stack.members)),
        _mean_of([condition.exposure_s for condition in conditions], 1),
        _mean_of([condition.power_uw for condition in conditions], 1),
        "subtracted" if corrected.dark_group[k] >= 0 else "none",
        str(int(corrected.replaced_pixels[k])),
    )
    tip = stack.key if stack.excluded is None else f"excluded: {stack.excluded}"
    return TableRow(cells, stack.kind, is_muted=stack.excluded is not None, tip=tip)


def _mean_of(values: list[float | None], decimals: int) -> str:
    known = [value for value in values if value is not None]
    return plain(float(np.mean(known)), decimals) if known else "—"


def _tip(member: Spectrum) -> str:
    repeat = "" if member.condition.repeat is None else f"<br>repeat {member.condition.repeat}"
    return f"<b>{escaped(member.source)}</b>{repeat}"
