"""The picture of one correction: curves before and after it with their difference, points, or a sentence."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES
from asplab.gui.panels.corrections.drawn import BEFORE, Curves, Points
from asplab.gui.plots.curves import LayerCurves
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.widgets.arrange import column, row
from asplab.gui.widgets.empty import EmptyState
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.text import TextLine, escaped

CURVE_HINT = tr("Click a curve to select the repeat · {excludes} · wheel zooms · A shows all", excludes=EXCLUDES)
POINT_HINT = tr("Click a point to select the condition · {excludes} · wheel zooms · A shows all", excludes=EXCLUDES)

_AXIS_PX = 68
"""Room for the numbers beside both plots, so that one wavelength stands above the other."""


class StepPicture(QWidget):
    """Shows one of the three; ``stack_chosen`` and ``record_chosen`` carry what was clicked."""

    stack_chosen = Signal(str)
    record_chosen = Signal(str)
    hint_changed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject: object = None
        self._keys: tuple[tuple[str, ...], ...] = ()
        self._sources: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._theme = theme
        self._legend_of: tuple[tuple[str, str], ...] = ()
        self.legend = TextLine(align=Qt.AlignmentFlag.AlignRight)
        self.sources, self.effect = TextLine(muted=True), TextLine(muted=True)
        self.curves = SeriesPlot(theme)
        self.change = SeriesPlot(theme)
        self._before, self._after = LayerCurves(theme), LayerCurves(theme)
        self._zero, self._base = Guides(theme), Guides(theme)
        self._points: SeriesPlot | None = None
        self.curves.add_layer(self._before, z=-2)
        self.curves.add_layer(self._after, z=-1)
        self.change.add_layer(self._zero, z=-5)
        self.words = EmptyState("")
        pages = QWidget()
        self._pages = QStackedLayout(pages)
        self._pages.setContentsMargins(0, 0, 0, 0)
        for page in (self._curve_page(), self.words):
            self._pages.addWidget(page)
        for plot in self.plots:
            plot.plot_item.getAxis("left").setWidth(_AXIS_PX)
        lines, facts = column(self), QWidget()
        told = row(facts, 12)
        told.addWidget(self.sources, 3)
        told.addWidget(self.legend, 2)
        lines.addWidget(facts)
        lines.addWidget(self.effect)
        lines.addWidget(pages, 1)
        self._connect()

    @property
    def points(self) -> SeriesPlot:
        """The plot of points; few corrections have one, and it is built for the first of them."""
        if self._points is None:
            self._points = SeriesPlot(self._theme, x_label=tr("Excitation (nm)"))
            self._points.add_layer(self._base, z=-5)
            self._points.point_clicked.connect(self._choose_point)
            self._points.display_hint(POINT_HINT)
            self._points.hint_changed.connect(self.hint_changed)
            self._pages.addWidget(self._points)
        return self._points

    @property
    def plots(self) -> tuple[SeriesPlot, ...]:
        """All plots that are built, shown or not."""
        drawn = (self.curves, self.change)
        return drawn if self._points is None else (*drawn, self._points)

    def display_facts(self, sources: Sequence[str], effect: Sequence[str]) -> None:
        """Say where the numbers of the correction come from, and what it does to the results; longest texts first."""
        self.sources.display(*sources)
        self.effect.display(*effect)

    def display_curves(self, drawn: Curves, *, shows_repeats: bool, subject: object) -> None:
        """Show curves; another subject chooses the axes anew."""
        self._sources = (drawn.sources_before, drawn.sources_after) if shows_repeats else ((), ())
        for layer, x, y, color, sources in (
            (self._before, drawn.x_before, drawn.before, BEFORE, drawn.sources_before),
            (self._after, drawn.x_after, drawn.after, drawn.color, drawn.sources_after),
        ):
            layer.setVisible(shows_repeats)
            if shows_repeats:
                layer.display(x, y, [color] * len(y), [f"<b>{escaped(source)}</b>" for source in sources] or None)
        self.curves.display([_marks(drawn)] if shows_repeats else drawn.means)
        self.curves.display_labels("" if drawn.change is not None else drawn.x_label, drawn.y_label)
        self._legend_of = ((BEFORE, drawn.names[0]), (drawn.color, drawn.names[1]))
        self._show_legend()
        self.change.setVisible(drawn.change is not None)
        self.change.box.setXLink(None if drawn.change is None else self.curves.box)
        if drawn.change is not None:
            self.change.display([Series(drawn.color, line_x=drawn.x_before, line_y=drawn.change)])
            self.change.display_labels(drawn.x_label, drawn.change_label)
        self._pages.setCurrentIndex(0)
        self._frame((subject, shows_repeats))

    def display_points(self, drawn: Points, selected: str, *, subject: object) -> None:
        """Show points of all conditions of a temperature."""
        self._keys = drawn.keys
        self.points.display(drawn.series)
        self.points.display_labels(drawn.x_label, drawn.y_label)
        self._legend_of = ()
        self._show_legend()
        self._base.display([Guide("y", drawn.base)])
        place = next(((i, keys.index(selected)) for i, keys in enumerate(drawn.keys) if selected in keys), None)
        self.points.display_selected(*(place or (None, None)))
        self._pages.setCurrentWidget(self.points)
        self._frame(subject)

    def display_words(self, title: str, text: str) -> None:
        """Say why there is nothing to draw."""
        self._legend_of = ()
        self._show_legend()
        self.words.display(title, text)
        self._pages.setCurrentWidget(self.words)

    def display_record(self, record: str) -> None:
        """Mark the selected repeat."""
        for layer, sources in zip((self._before, self._after), self._sources, strict=True):
            layer.display_selected(sources.index(record) if record in sources else None)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = None

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self._show_legend()
        for plot in self.plots:
            plot.restyle(theme)

    def _show_legend(self) -> None:
        parts = (
            f'<span style="color:{self._theme.text_color(color).name()}">●</span> {escaped(name)}'
            for color, name in self._legend_of
            if name
        )
        self.legend.display(" &nbsp; ".join(parts))

    def _curve_page(self) -> QWidget:
        page = QWidget()
        lines = column(page)
        lines.addWidget(self.curves, 5)
        lines.addWidget(self.change, 3)
        return page

    def _connect(self) -> None:
        for side, layer in enumerate((self._before, self._after)):
            layer.curve_clicked.connect(partial(self._choose_curve, side))
        self.curves.display_hint(CURVE_HINT)
        for plot in self.plots:
            plot.hint_changed.connect(self.hint_changed)
        self._zero.display([Guide("y", 0.0)])

    def _choose_curve(self, side: int, index: int, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
        if index < len(self._sources[side]):
            self.record_chosen.emit(self._sources[side][index])

    def _choose_point(self, series: int, point: int, button: Qt.MouseButton) -> None:
        self.stack_chosen.emit(self._keys[series][point])

    def _frame(self, subject: object) -> None:
        if subject != self._subject:
            self._subject = subject
            for plot in self.plots:
                if plot is not self.change or not plot.isHidden():
                    plot.view_all()


def _marks(drawn: Curves) -> Series:
    """Return rings around the points that were replaced."""
    rows, pixels = np.nonzero(drawn.replaced)
    x = drawn.x_before[pixels]
    tips = [
        tr("repeat {row}, {at} nm: replaced", row=row + 1, at=plain(at, 1)) for row, at in zip(rows, x, strict=True)
    ]
    return Series("warn", x=x, y=drawn.before[rows, pixels], tips=tips, is_open=True, symbol_px=8)
