"""All about the selected file: its spectrum, what the reader found, and what becomes of its frames."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from asplab.core.importing.scanned import ScannedFile, ScannedPart
from asplab.core.importing.table import ImportTable
from asplab.gui.importing.frames_choice import FramesChoice
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import Plot
from asplab.gui.plots.curves import LayerCurves
from asplab.gui.widgets.arrange import column, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.facts import FactList
from asplab.gui.widgets.text import breakable, escaped

_PLOT_PX = 190
_MOST_FACTS = 60
_LEAST_PLAIN, _LARGEST_PLAIN = 0.01, 1e5
_COLORS = {"pl": "pl", "aspl": "aspl", "pa": "pa"}


class FileCard(Card):
    """What is known about one file or data set; ``columns_wanted`` carries a text file whose columns are in doubt."""

    columns_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Selected file"))
        self.plot = Plot(theme)
        self.plot.setFixedHeight(_PLOT_PX)
        self.plot.setAccessibleName(tr("Spectrum of the selected file"))
        self._curves = LayerCurves(theme)
        self.plot.add_layer(self._curves)
        self._part: ScannedPart | None = None
        self._file: ScannedFile | None = None
        self._kind = ""
        self.choice = FramesChoice()
        self._message = QLabel()
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.columns_button = QPushButton(tr("Name the columns…"))
        self.columns_button.setProperty("role", "quiet")
        self.columns_button.setToolTip(tr("Say what the columns of this file, and of all with its header, are"))
        self.columns_button.clicked.connect(self._ask_columns)
        self._facts = FactList()
        content = QWidget()
        content.setProperty("role", "page")
        rows = column(content, 8)
        for widget in (self._message, self.choice, self.columns_button, self._facts):
            rows.addWidget(widget)
        rows.addStretch(1)
        self.add(self.plot)
        self.add(scrolled(content), 1)

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.plot.restyle(theme)

    def display(
        self,
        table: ImportTable | None,
        file: ScannedFile | None,
        part: ScannedPart | None,
        rows: Sequence[int],
        *,
        is_selected: bool = True,
    ) -> None:
        """Show a file, or that there is none; ``rows`` are all that are selected."""
        one = tr("Selected file") if is_selected else tr("First file")
        self.display_title(one if len(rows) < 2 else tr("{count} data sets selected", count=len(rows)))
        self.plot.setVisible(part is not None)
        self.choice.display(table, rows)
        self._file = file
        self.columns_button.setVisible(part is not None and part.reader == "text")
        if file is None:
            self._say(tr("Select a file to see its spectrum and its header."), "info")
            self._facts.display(())
            self._part = None
            return
        warnings = [*dict.fromkeys(warning for one in file.parts for warning in one.warnings)]
        self._say(file.error or "\n".join(warnings), "bad" if file.error else "warn")
        self._facts.display(_facts(file, part))
        self._part = part
        if part is not None:
            self._kind = table.value(rows[0], "kind") if table is not None and rows else ""
            self._draw(part)

    def display_detail(self, part: ScannedPart, detailed: ScannedPart) -> None:
        """Draw a data set with more of its points, if it is still the one that is shown."""
        if part is self._part:
            self._draw(detailed)

    def _ask_columns(self) -> None:
        if self._file is not None:
            self.columns_wanted.emit(self._file)

    def _say(self, text: str, tone: str) -> None:
        self._message.setText(breakable(text))
        self._message.setProperty("tone", tone)
        self._message.style().polish(self._message)
        self._message.setVisible(bool(text))

    def _draw(self, part: ScannedPart) -> None:
        x, y = part.thumbnail
        power = _power_of_ten(y)
        self.plot.display_labels(_axis_label(part), _value_label(part, power))
        y = y / 10.0**power
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
        fresh = np.concatenate(([True], np.diff(x) > 0)) if x.size else np.zeros(0, dtype=bool)
        fresh &= np.isfinite(x)
        self._curves.display(x[fresh], y[None, fresh], [_COLORS.get(self._kind, "muted")])
        self.plot.view_all()


def _power_of_ten(y: np.ndarray) -> int:
    """Return the power that numbers far from one are counted in, a multiple of three."""
    largest = float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0))
    if largest == 0.0 or _LEAST_PLAIN <= largest < _LARGEST_PLAIN:
        return 0
    return 3 * math.floor(math.log10(largest) / 3)


def _value_label(part: ScannedPart, power: int) -> str:
    # A single letter, turned on its side, reads as a sign.
    factor = f"10<sup>{power}</sup>".replace("-", "−") if power else ""
    words = " ".join(word for word in (factor, escaped(part.value_unit)) if word)
    return tr("Signal ({words})", words=words) if words else tr("Signal")


def _axis_label(part: ScannedPart) -> str:
    name = part.axis_name.replace("_", " ").capitalize() or (tr("Wavelength") if part.axis_unit == "nm" else tr("Axis"))
    return f"{name} ({part.axis_unit})" if part.axis_unit else name


def _facts(file: ScannedFile, part: ScannedPart | None) -> list[tuple[str, str]]:
    facts = [(tr("Name"), _plain(file.name))]
    if part is None:
        return facts
    facts += [(tr("Reader"), _plain(part.reader)), (tr("Points"), _plain(part.shape)), (tr("Axis"), _plain(part.axis))]
    if np.isfinite(part.peak_nm):
        facts.append((tr("Highest at"), f"{part.peak_nm:.1f} nm"))
    header = [(_plain(name), _plain(" ".join(value.split()))) for name, value in part.metadata[:_MOST_FACTS]]
    return [*facts, *header]


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
