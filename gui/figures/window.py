"""The window in which figures are chosen, seen as they will be printed, and exported."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QWidget,
)

from asplab.gui.figures.preset_form import PresetForm
from asplab.gui.figures.preview import Preview
from asplab.gui.figures.titles import title_of
from asplab.gui.figures.work import Drawn, Found
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.arrange import GAP, column, scrolled
from asplab.gui.widgets.banner import Banner
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, DataTable, TableRow

SIZE = (1280, 780)
_LEAST = (940, 560)
_LIST_PX, _FORM_PX, _MIDDLE_PX = 244, 296, 700
_SIZES = (("final", tr("Size in print")), ("fit", tr("Fit")))


class FigureWindow(QDialog):
    """Figures at the left, the chosen one in the middle, how they are made at the right.

    ``figure_chosen`` carries the name of the figure to show; ``commanded`` ``export`` or ``cancel``.
    """

    figure_chosen = Signal(str)
    commanded = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Figures"))
        self.resize(*SIZE)
        self.setMinimumSize(*_LEAST)
        self._found: tuple[Found, ...] = ()
        self._left_out: frozenset[str] = frozenset()
        self.current = ""
        self.list = DataTable(theme, (Column(tr("Figure"), tip=tr("Space, or a click on the box, leaves it out")),))
        self.list.setAccessibleName(tr("Figures"))
        self.preview, self.form, self.banner = Preview(), PresetForm(), Banner()
        self.sizes = ChoiceField(_SIZES)
        self.sizes.setAccessibleName(tr("Size on screen"))
        self.all, self.none = QPushButton(tr("All")), QPushButton(tr("None"))
        self.atlas = QCheckBox(tr("Atlas of all spectra (PDF)"))
        self.atlas.setToolTip(tr("A page for each temperature: spectra, scan, R and η"))
        self.export, self.cancel = QPushButton(tr("Export…")), QPushButton(tr("Cancel"))
        self.export.setProperty("role", "primary")
        self._caption, self._data, self._told = QLabel(), QLabel(), QLabel()
        self._bar = QProgressBar()
        self._lay_out()
        self._connect()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The figures to export."""
        return tuple(one.name for one in self._found if one.name not in self._left_out)

    # --- what is shown -------------------------------------------------------------------------------------
    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.list.restyle(theme)

    def display_figures(self, found: Sequence[Found]) -> None:
        """List the figures that the results allow; the one that was shown stays where it still is one."""
        self._found = tuple(found)
        names = [one.name for one in found]
        if self.current not in names:
            self.current = names[0] if names else ""
        self._display_list()

    def display_figure(self, drawn: Drawn, image: QImage, density: float) -> None:
        """Show a figure, its size in print and what goes along with it."""
        self.preview.display(image, density)
        size = tr("{width} × {height} mm", width=plain(drawn.width_mm, 0), height=plain(drawn.height_mm, 0))
        self._figure_card.display_title(title_of(drawn.name))
        self._figure_card.display_subtitle(size, "")
        self._caption.setText(drawn.caption)
        self.preview.describe(f"{title_of(drawn.name)}, {size}. {drawn.caption}")
        told = tr("Data behind it: {rows} in {name}.csv", rows=counted(drawn.points, "row"), name=drawn.name)
        self._data.setText(told if drawn.points else tr("A drawing without data behind it."))

    def display_nothing(self, words: str) -> None:
        """Say why no figure is shown."""
        self._figure_card.display_title(title_of(self.current) if self.current else tr("Preview"))
        self._figure_card.display_subtitle("")
        self.preview.display_words(words)
        for label in (self._caption, self._data):
            label.clear()

    def display_state(self, words: str, *, is_running: bool, fraction: float | None, can_export: bool) -> None:
        """Show whether figures are being written, and how far that is."""
        self._told.setText(words)
        self._bar.setVisible(is_running)
        self._bar.setValue(round(1000 * (fraction or 0.0)))
        self.cancel.setVisible(is_running)
        self.export.setVisible(not is_running)
        self.export.setEnabled(can_export)

    def _display_list(self) -> None:
        rows = [
            TableRow((title_of(one.name),), tip=one.caption, checked=one.name not in self._left_out)
            for one in self._found
        ]
        names = [one.name for one in self._found]
        self.list.display(rows, names.index(self.current) if self.current in names else None)
        count = len(self.chosen)
        self._list_card.display_subtitle(
            tr("{count} of {all}", count=count, all=len(names)) if names else "", str(count)
        )
        self.export.setText(tr("Export {count}…", count=counted(count, "figure")) if count else tr("Export…"))
        has_work = bool(count) or self.atlas.isChecked()
        self.export.setEnabled(bool(names) and has_work)

    # --- choices -------------------------------------------------------------------------------------------
    def _choose(self, row: int) -> None:
        if self._found[row].name != self.current:
            self.current = self._found[row].name
            self._display_list()
            self.figure_chosen.emit(self.current)

    def _toggle(self, row: int) -> None:
        self._left_out = self._left_out ^ {self._found[row].name}
        self._display_list()

    def _leave_out(self, names: Sequence[str]) -> None:
        self._left_out = frozenset(names)
        self._display_list()

    def _connect(self) -> None:
        self.list.current_changed.connect(self._choose)
        self.list.check_toggled.connect(self._toggle)
        self.all.clicked.connect(lambda: self._leave_out(()))
        self.none.clicked.connect(lambda: self._leave_out([one.name for one in self._found]))
        self.atlas.toggled.connect(lambda _is_on: self._display_list())
        self.sizes.chosen.connect(lambda key: self.preview.display_fitted(key == "fit"))
        for key, button in (("export", self.export), ("cancel", self.cancel)):
            button.clicked.connect(partial(self.commanded.emit, key))
        for button in (self.all, self.none, self.export, self.cancel):
            button.setAutoDefault(False)

    # --- construction --------------------------------------------------------------------------------------
    def _lay_out(self) -> None:
        self._list_card, self._figure_card, form = self._cards()
        split = QSplitter(Qt.Orientation.Horizontal)
        for card in (self._list_card, self._figure_card, form):
            split.addWidget(card)
        for place, (stretch, width) in enumerate(((0, _LIST_PX), (1, _MIDDLE_PX), (0, _FORM_PX))):
            split.setStretchFactor(place, stretch)
            # The lists keep what their words need; the figure can be scrolled.
            split.widget(place).setMinimumWidth(width if stretch == 0 else _LIST_PX)
        split.setSizes([_LIST_PX, _MIDDLE_PX, _FORM_PX])
        split.setChildrenCollapsible(False)
        whole = column(self, GAP)
        whole.setContentsMargins(12, 12, 12, 12)
        whole.addWidget(self.banner)
        whole.addWidget(split, 1)
        whole.addLayout(self._bottom())

    def _cards(self) -> tuple[Card, Card, Card]:
        figures, figure, form = Card(tr("Figures")), Card(tr("Preview")), Card(tr("How they are made"))
        for button in (self.all, self.none):
            figures.header.addWidget(button)
        self.all.setAccessibleName(tr("Choose all figures"))
        self.none.setAccessibleName(tr("Choose no figure"))
        figures.add(scrolled(self.list), 1)
        figures.add(self.atlas)
        figure.header.addWidget(self.sizes)
        figure.add(self.preview, 1)
        for label, role in ((self._caption, "muted"), (self._data, "small")):
            label.setProperty("role", role)
            label.setWordWrap(True)
            figure.add(label)
        form.add(scrolled(self.form), 1)
        return figures, figure, form

    def _bottom(self) -> QHBoxLayout:
        self._told.setProperty("role", "muted")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName(tr("Progress"))
        bottom = QHBoxLayout()
        bottom.setSpacing(GAP)
        bottom.addWidget(self._told, 1)
        for widget in (self._bar, self.cancel, self.export):
            bottom.addWidget(widget)
        return bottom
