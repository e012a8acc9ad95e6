"""The shape test below the spectra: the selected condition against the band shape, or a table of all conditions."""

import math

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from asplab.core.estimate import Estimate
from asplab.core.experiment import Experiment
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.core.shape.check import ShapeTest
from asplab.core.shape.curves import ShapeCurves, shape_curves
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import EXCLUDES
from asplab.gui.plots.curves import LayerCurves
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.widgets.arrange import GAP, column, row, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.empty import EmptyState
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.rows import ROW_PX
from asplab.gui.widgets.table import Column, DataTable, TableRow
from asplab.gui.widgets.text import TextLine
from asplab.gui.words.facts import differs_words
from asplab.gui.words.reading import place_of, stack_line, stack_name, temperature_name

VIEWS = (("curves", tr("This condition")), ("table", tr("All conditions")))
COLUMNS = (
    Column(tr("Condition")),
    Column(tr("Moved"), "meV", tr("How far the emission lies to the blue of the shape"), is_spare=True, rank=1),
    Column(
        tr("Width ×"),
        "",
        tr("Width in units of that of the shape; — where the visible part does not tell it"),
        is_spare=True,
        rank=2,
    ),
    Column("χ²/dof", "", tr("Misfit of the shape as it is, from pixel noise")),
    Column(tr("Differs"), "σ", tr("Any difference of shape, in standard deviations, for this condition alone")),
    Column(tr("Trend"), "%", tr("Change of the emission per repeat, beside what all conditions share")),
)
NONE = "—"
HINT = tr(
    "In units of the shape’s maximum, where both are seen · {excludes} · wheel zooms · A shows all", excludes=EXCLUDES
)
NOT_TESTED = tr(
    "Too little of this band is seen, or there are fewer than three repeats, in which cosmic rays "
    "can’t be told from a shape."
)
_RESIDUAL = 3.0
_MARGIN = 0.12


class ShapeCard(Card):
    """A card; ``stack_chosen`` carries the condition of a row of the table.

    What it shows waits for the end of a drag.
    """

    stack_chosen = Signal(str)
    hint_changed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Shape of the band"), parent=parent)
        self._theme = theme
        self._results: Results | None = None
        self._experiment: Experiment | None = None
        self._shown: tuple[object, ...] = ()
        self._subject: tuple[object, ...] = ()
        self._k = 0
        self._key = ""
        self._keys: tuple[str, ...] = ()
        self._legend: tuple[tuple[str, str], ...] = ()
        self.views = ChoiceField(VIEWS)
        self.views.setFixedWidth(132)
        self.views.setAccessibleName(tr("What is shown of the shape test"))
        self.header.addWidget(self.views)
        self.curves = SeriesPlot(theme, x_label=tr("Wavelength (nm)"), y_label=tr("Scaled"))
        self.residuals = SeriesPlot(theme, x_label=tr("Wavelength (nm)"), y_label=tr("Difference (σ)"))
        self.residuals.box.setXLink(self.curves.box)
        # What is drawn stands for the condition: a click selects it, with the right button to exclude it.
        self._hits = tuple(LayerCurves(theme) for _ in range(2))
        for plot, hit in zip((self.curves, self.residuals), self._hits, strict=True):
            plot.add_layer(hit)
        self._zero, self._limits = Guides(theme), Guides(theme)
        self.curves.add_layer(self._zero, z=-5)
        self.residuals.add_layer(self._limits, z=-5)
        self._zero.display([Guide("y", 0.0)])
        self._limits.display([Guide("y", 0.0), Guide("y", -_RESIDUAL, _RESIDUAL)])
        self.legend = TextLine()
        self.table = DataTable(theme, COLUMNS)
        self.table.setAccessibleName(tr("Shape test of all conditions of this temperature"))
        self.words = EmptyState("")
        self._build()

    def display(self, results: Results, k: int) -> None:
        """Show the condition with this index, as soon as its shape was tested."""
        if results.shape_test is None and results.document.experiment is self._experiment:
            return
        self._results, self._k = results, k
        shown = (results.shape_test, results.drift, k, self.views.key)
        if shown == self._shown:
            return
        self._shown, self._experiment = shown, results.document.experiment
        test = results.shape_test
        if results.gathered is None or results.bands is None or test is None:
            self._say(tr("Not tested"), tr("Spectra of PL at this temperature are what a shape is compared with."))
            return
        stack = results.gathered.stacks[k]
        self._show_words(test, stack, k)
        if self.views.key == "table":
            self._show_table(results, test, stack, k)
            return
        found = shape_curves(results.bands, test, k)
        if found is None:
            self._say(tr("Not tested"), NOT_TESTED)
        else:
            self._show_curves(found, test, stack, k)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = self._shown = ()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for part in (self.curves, self.residuals, self.table):
            part.restyle(theme)
        self._show_legend()

    def _build(self) -> None:
        plots = QWidget()
        pair = row(plots, GAP)
        pair.addWidget(self.curves, 1)
        pair.addWidget(self.residuals, 1)
        page = QWidget()
        below = column(page)
        below.addWidget(plots, 1)
        below.addWidget(self.legend)
        holder = QWidget()
        self._pages = QStackedLayout(holder)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._scroll = scrolled(self.table)
        for part in (page, self._scroll, self.words):
            self._pages.addWidget(part)
        self.add(holder, 1)
        self.views.chosen.connect(self._show_again)
        self.table.row_chosen.connect(lambda index: self.stack_chosen.emit(self._keys[index]))
        for hit in self._hits:
            hit.curve_clicked.connect(lambda *_: self.stack_chosen.emit(self._key))
        for plot in (self.curves, self.residuals):
            plot.display_hint(HINT)
            plot.hint_changed.connect(self.hint_changed)

    def _show_again(self) -> None:
        if self._results is not None:
            self.display(self._results, self._k)

    def _say(self, title: str, text: str) -> None:
        self.words.display(title, text)
        self.display_subtitle("")
        self._pages.setCurrentIndex(2)

    # --- one condition -------------------------------------------------------------------------------------
    def _show_words(self, test: ShapeTest, stack: Stack, k: int) -> None:
        against = tr("the PL") if stack.kind == "aspl" else tr("the other PL")
        self.display_title(tr("Shape against {against}", against=against))
        self.display_subtitle(*shape_words(test, k))

    def _show_curves(self, found: ShapeCurves, test: ShapeTest, stack: Stack, k: int) -> None:
        x, is_beyond = found.wavelength_nm, bool(test.is_beyond[k])
        is_moved = is_beyond and bool(np.isfinite(found.moved).any())
        tone = "warn" if is_beyond else "text"
        series = [
            Series(
                stack.kind,
                line_x=x,
                line_y=found.measured,
                band_low=found.measured - found.error,
                band_high=found.measured + found.error,
            ),
            Series("text", line_x=x, line_y=found.resting, is_dashed=True),
        ]
        legend = [(stack.kind, f"● {stack_name(stack)}"), ("text", tr("┅ shape of the PL"))]
        if is_moved:
            series.append(Series("warn", line_x=x, line_y=found.moved))
            legend.append(("warn", tr("─ moved and widened")))
        self.curves.display(series)
        self.residuals.display([Series(tone, line_x=x, line_y=found.residual)])
        self._key = stack.key
        tip = f"{stack_line(stack)}<br>{shape_words(test, k)[0]}"
        for hit, y, color in zip(self._hits, (found.measured, found.residual), (stack.kind, tone), strict=True):
            hit.display(x, y[None, :], [color], [tip])
        largest = max(float(np.nanmax(np.abs(found.residual), initial=0.0)), 1.5 * _RESIDUAL)
        top = float(np.nanmax(found.measured + found.error))
        self.curves.set_home(y=(min(float(np.nanmin(found.measured - found.error)), -_MARGIN), top + _MARGIN / 2))
        self.residuals.set_home(y=(-largest * (1 + _MARGIN), largest * (1 + _MARGIN)))
        subject = (self._experiment, stack.key)
        if subject != self._subject:
            self._subject = subject
            for plot in (self.curves, self.residuals):
                plot.view_all()
        self._legend = tuple(legend)
        self._show_legend()
        self._pages.setCurrentIndex(0)

    def _show_legend(self) -> None:
        parts = [
            f'<span style="color:{self._theme.text_color(color).name()}">{words}</span>'
            for color, words in self._legend
        ]
        self.legend.display(" &nbsp; ".join(parts), " ".join(parts))

    # --- all conditions ------------------------------------------------------------------------------------
    def _show_table(self, results: Results, test: ShapeTest, stack: Stack, k: int) -> None:
        stacks = results.gathered.stacks if results.gathered is not None else ()
        members = [i for i, one in enumerate(stacks) if one.temperature == stack.temperature]
        self._keys = tuple(stacks[i].key for i in members)
        selected = members.index(k)
        self.table.display([_row(results, test, stacks[i], i) for i in members], selected=selected)
        # The table has to find its size first.
        y = round(self.table.row_box(selected).center().y())
        QTimer.singleShot(0, self, lambda: self._scroll.ensureVisible(0, y, 0, ROW_PX))
        beyond = int(sum(test.is_beyond[i] for i in members))
        told = (
            tr("! {beyond} differ{value} beyond 3σ", beyond=beyond, value="s" if beyond == 1 else "")
            if beyond
            else tr("none differs beyond 3σ")
        )
        self.display_title(
            tr("Shapes and repeats at {temperature_name}", temperature_name=temperature_name(stack.temperature_k))
        )
        self.display_subtitle(tr("{told} · {members} conditions", told=told, members=len(members)), told)
        self._pages.setCurrentIndex(1)


def shape_words(test: ShapeTest, k: int) -> tuple[str, ...]:
    """Return how a condition differs, then the same in fewer words."""
    if not math.isfinite(test.significance[k]):
        return (tr("not tested"),)
    size = differs_words(float(test.significance[k]), is_beyond=bool(test.is_beyond[k]))
    misfit = tr("χ²/dof {chi2}", chi2=plain(test.chi2[k] / test.dof[k], 2))
    if not math.isfinite(test.shift_mev[k]):
        return f"{misfit} · {size}", size
    moved = f"{measured(Estimate(test.shift_mev[k], test.shift_error_mev[k]))} meV"
    wide = (
        ""
        if test.width_error[k] == 0.0
        else tr("width × {estimate} · ", estimate=_estimate(test.width_ratio[k], test.width_error[k]))
    )
    after = tr(
        "χ²/dof {chi2} → {chi2_fitted}",
        chi2=plain(test.chi2[k] / test.dof[k], 2),
        chi2_fitted=plain(test.chi2_fitted[k] / test.dof[k], 2),
    )
    return f"{moved} · {wide}{after} · {size}", f"{moved} · {misfit} · {size}", f"{moved} · {size}", size


def _row(results: Results, test: ShapeTest, stack: Stack, k: int) -> TableRow:
    is_tested, is_beyond = math.isfinite(test.significance[k]), bool(test.is_beyond[k])
    trend, trend_is_beyond = _trend(results, k)
    cells = (
        stack_name(stack),
        _estimate(test.shift_mev[k], test.shift_error_mev[k]),
        _estimate(test.width_ratio[k], test.width_error[k]) if test.width_error[k] > 0.0 else NONE,
        plain(test.chi2[k] / test.dof[k], 2) if is_tested else NONE,
        differs_words(float(test.significance[k]), is_beyond=is_beyond).removesuffix("σ") if is_tested else NONE,
        f"! {trend}" if trend_is_beyond else trend,
    )
    tones = ("warn" if is_beyond else "", *("warn" if is_beyond else "",) * 4, "warn" if trend_is_beyond else "")
    tip = stack_line(stack) if stack.excluded is None else tr("excluded: {excluded}", excluded=stack.excluded)
    if not is_tested:
        tip = tr(
            "{tip}\nnot tested: {lower}{not_tested}", tip=tip, lower=NOT_TESTED[0].lower(), not_tested=NOT_TESTED[1:]
        )
    return TableRow(cells, stack.kind, is_muted=stack.excluded is not None, tip=tip, tones=tones)


def _estimate(value: float, error: float) -> str:
    return measured(Estimate(float(value), float(error))) if math.isfinite(value) else NONE


def _trend(results: Results, k: int) -> tuple[str, bool]:
    """Return the own trend of the emission in % per repeat, and whether it is beyond three standard deviations."""
    place = place_of(results, k)
    if results.drift is None or place is None:
        return NONE, False
    light = results.drift.light
    own, error = (100.0 * float(part[place]) for part in (light.trends.own, light.trends.own_error))
    return _estimate(own, error), bool(light.is_beyond[place])
