"""Sizes of nanocrystals: the histogram with the cut to drag, how well a distribution holds, and the gaps' spread."""

from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QPushButton, QWidget

from asplab.core.companion.sizes.distribution import TITLES, Distribution
from asplab.core.companion.sizes.ensemble import with_gap_spread
from asplab.core.companion.sizes.stage import SampleSizes
from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.companion.noted import NotedPage, NotedPicture
from asplab.gui.panels.companion.page import Missing, Picture
from asplab.gui.plots.handles import LineHandle
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, TableRow

_COLUMNS = (
    Column(tr("Sample"), align="left"),
    Column("N", "", tr("Particles that count")),
    Column(tr("Edge"), "nm", tr("Mean ± standard deviation of √area")),
    Column(tr("Error of mean"), "nm", tr("Standard error, sd/√N; that of the scale is common to all particles")),
    Column(tr("Scale"), "nm", tr("Error of the mean from the scale of the image"), is_spare=True),
    Column(tr("Spread"), "nm", tr("Standard deviation with its standard error")),
    Column(tr("Left out"), "", tr("Below the minimum size, and as large as two")),
    Column("σ<sub>inh</sub>", "meV", tr("Spread of gaps, |dE/dl| times the spread of sizes")),
    Column(tr("What it means"), align="left", gives_way=True, is_spare=True),
)
_NAMES = {"normal": tr("normal"), "lognormal": tr("log-normal")}
_COLORS = {"normal": "accent", "lognormal": "bad"}
_CHANCES = np.linspace(0.02, 0.98, 25)
_CURVE_POINTS = 2000
_AIR = 1.45


class SizesPage(NotedPage):
    """The first sample in pictures, all samples in the table."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        bars = SeriesPlot(theme, x_label=tr("Edge √area (nm)"), y_label=tr("Particles per bin"))
        bars.display_hint(tr("Drag the line: smaller particles are left out · bars: √N · A shows all"))
        quantiles = SeriesPlot(theme, x_label=tr("Edge expected (nm)"), y_label=tr("Measured − expected (nm)"))
        quantiles.display_hint(
            tr("Quantiles of the sizes from 2 to 98 % against those of each distribution: one that holds stays at 0")
        )
        titles = (tr("Sizes"), tr("Against the distributions"), tr("Samples"))
        super().__init__(theme, (bars, quantiles), titles, _COLUMNS, parent)
        self.cut = LineHandle(
            theme, label=tr("smallest"), scope=tr("all samples"), unit="nm", decimals=2, step=0.05, color="muted"
        )
        bars.add_layer(self.cut, z=20)
        self.cut.dragged.connect(lambda place: self.setting_dragged.emit("sizes", "minimum_nm", max(place, 0.0)))
        self.cut.drag_finished.connect(self.drag_finished)
        self.use_button = QPushButton(tr("Use as gap spread"))
        self.use_button.clicked.connect(self._use)
        self.table_card.header.addWidget(self.use_button)
        self._shown: Results | None = None
        self._live: object = None

    def display(self, results: Results, view: ViewState) -> None:
        """Show sizes and cut, also while the cut is dragged: they are quick to find."""
        self._shown = results
        self.cut.display(results.document.settings.sizes.minimum_nm)
        self._allow()
        super().display(results, view)
        if not results.is_at_rest and results.sizes is not self._live:
            found = self.picture(results, view)
            if isinstance(found, Picture):
                self._show(found)
        self._live = results.sizes

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return histogram and quantiles of the first sample, and a row for each."""
        if results.sizes is None or not results.sizes.samples:
            return Missing(
                tr("No sizes"),
                tr("Add a results table of ImageJ or Fiji with the column Area in nm² (kind sizes)."),
            )
        first = results.sizes.samples[0]
        quantiles = _quantiles(first)
        return NotedPicture(
            [*_outline(first), *_bars(first)],
            quantiles,
            [_row(one) for one in results.sizes.samples],
            (_size_words(first), _verdict_words(first), ""),
            (tr("No particle\nThe table says why."), tr("No distribution\nIt needs ten particles.")),
            (_height(first), _reach(quantiles)),
            _notes(first),
        )

    # --- the spread of gaps ------------------------------------------------------------------------------
    def _usable(self) -> SampleSizes | None:
        """Return the sample whose spread of gaps can be used."""
        samples = () if self._shown is None or self._shown.sizes is None else self._shown.sizes.samples
        first = samples[0] if samples else None
        return first if first is not None and first.gap is not None and first.gap.spread.is_determined else None

    def _allow(self) -> None:
        found = self._usable()
        self.use_button.setEnabled(found is not None)
        self.use_button.setToolTip(
            tr("Give dE/dl with its error in the settings first.")
            if found is None
            else tr("Average η over the ensemble with this spread; fits know it by its error. Undo takes it back.")
        )

    def _use(self) -> None:
        found, results = self._usable(), self._shown
        if found is None or found.gap is None or found.sizes is None or results is None:
            return
        settings = results.document.settings
        source = tr("sizes of {n} particles", n=found.sizes.n)
        models = with_gap_spread(settings.models, found.gap, source=source)
        self.settings_offered.emit(replace(settings, models=models), tr("gap spread of the sizes"))


def _steps(edges: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the outline of bars, from 0 up and back to it."""
    return np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(counts, 2), [0.0]])


def _outline(one: SampleSizes) -> list[Series]:
    """Return all particles in the bins of those that count, from size 0, where the cut can stand, on."""
    if not one.edge_nm.size:
        return []
    width = (
        float(np.diff(one.histogram.edges_nm[:2])[0]) if one.histogram is not None else float(one.edge_nm.max()) / 50
    )
    edges = width * np.arange(np.floor(one.edge_nm.max() / width) + 2)
    x, y = _steps(edges, np.histogram(one.edge_nm, edges)[0].astype(np.float64))
    return [Series("muted", line_x=x, line_y=y)]


def _bars(one: SampleSizes) -> list[Series]:
    if one.histogram is None or one.sizes is None:
        return []
    found = one.histogram
    x, y = _steps(found.edges_nm, found.counts)
    middles = 0.5 * (found.edges_nm[1:] + found.edges_nm[:-1])
    places = zip(found.edges_nm, found.edges_nm[1:], found.counts, strict=False)
    tips = [f"{plain(low, 2)}–{plain(high, 2)} nm: {plain(count, 0)}" for low, high, count in places]
    bars = Series("text", line_x=x, line_y=y, base=0.0)
    errors = Series("muted", x=middles, y=found.counts, error=found.error, tips=tips, symbol_px=3.0)
    curves = [
        Series(
            _COLORS[fit.kind],
            tr("{name}, ΔAICc {away}", name=_NAMES[fit.kind], away=plain(fit.delta_aicc, 1)),
            label_at="corner",
            line_x=found.axis_nm,
            line_y=found.curves[fit.kind],
        )
        for fit in one.sizes.distributions
    ]
    return [bars, errors, *curves]


def _quantiles(one: SampleSizes) -> list[Series]:
    """Return how far measured quantiles are from those of both distributions, with the error of a quantile."""
    if one.sizes is None:
        return []
    used = one.sizes.used_nm
    quantiles = np.quantile(used, _CHANCES)
    found = []
    for fit in one.sizes.distributions:
        expected = _expected(fit, used)
        # Of a quantile: the error of a share over the density there.
        error = np.sqrt(_CHANCES * (1.0 - _CHANCES) / used.size) / fit.density(expected)
        name = _NAMES[fit.kind]
        tips = [
            f"{name}, {plain(100 * chance, 0)} %: {plain(nm, 2)} nm"
            for chance, nm in zip(_CHANCES, quantiles, strict=True)
        ]
        found.append(
            Series(_COLORS[fit.kind], name, x=expected, y=quantiles - expected, error=error, tips=tips, symbol_px=5.0)
        )
    return [Series("muted", line_x=quantiles[[0, -1]], line_y=[0.0, 0.0], is_dashed=True), *found]


def _expected(fit: Distribution, used_nm: FloatArray) -> FloatArray:
    """Return the sizes below which these parts of a distribution lie, within the range that was kept."""
    reach = 0.5 * float(np.ptp(used_nm))
    axis = np.linspace(max(float(used_nm.min()) - reach, 0.0), float(used_nm.max()) + reach, _CURVE_POINTS)
    below = np.cumsum(fit.density(axis))
    return np.asarray(np.interp(_CHANCES, below / below[-1], axis))


def _row(one: SampleSizes) -> TableRow:
    name = one.sample or one.sources[0].rpartition("/")[2]
    tip = "<br>".join(one.sources)
    sizes = one.sizes
    if sizes is None:
        return TableRow((name, *("—",) * 7, one.reason), is_muted=True, tip=f"{tip}<br>{one.reason}")
    best = sizes.distributions[0]
    told = " ".join((sizes.verdict, *sizes.notes, _gap_words(one)))
    cells = (
        name,
        plain(sizes.n, 0),
        f"{plain(sizes.mean.value, 1)} ± {plain(sizes.spread.value, 1)}",
        plain(sizes.mean.error, 3),
        plain(sizes.scale_error_nm, 3) if sizes.scale_error_nm else "—",
        measured(Estimate(sizes.spread.value, sizes.spread.error)),
        f"{int(np.sum(sizes.is_cut))}, {int(np.sum(sizes.is_merged & ~sizes.is_used))}",
        "—" if one.gap is None else one.gap.spread.text.removesuffix(" meV"),
        told,
    )
    told_best = tr(
        "{distribution}: {mean}, spread {spread}", distribution=TITLES[best.kind], mean=best.mean.text,
        spread=best.spread.text,
    )  # fmt: skip
    return TableRow(cells, tip=f"{tip}<br>{told_best}<br>{told}")


def _size_words(one: SampleSizes) -> str:
    if one.sizes is None:
        return ""
    mean, spread = plain(one.sizes.mean.value, 1), plain(one.sizes.spread.value, 1)
    return tr("{mean} ± {spread} nm, N = {n}", mean=mean, spread=spread, n=one.sizes.n)


def _verdict_words(one: SampleSizes) -> tuple[str, ...]:
    if one.sizes is None:
        return ("",)
    first, second = one.sizes.distributions
    away = plain(second.delta_aicc, 1)
    short = tr("{name}, ΔAICc {away}", name=_NAMES[first.kind], away=away)
    return one.sizes.verdict, short, tr("ΔAICc {away}", away=away)


def _notes(one: SampleSizes) -> tuple[str, ...]:
    """Return what was left out and what the gaps do, or why nothing is known."""
    return (one.reason,) if one.sizes is None else (*one.sizes.notes, _gap_words(one))


def _height(one: SampleSizes) -> tuple[float, float] | None:
    """Return a range from 0 with room for the names above the bars."""
    return None if one.histogram is None else (0.0, _AIR * float(one.histogram.counts.max()))


def _reach(series: list[Series]) -> tuple[float, float] | None:
    """Return a range that holds points with their errors."""
    known = [(np.asarray(one.y), np.asarray(one.error)) for one in series if one.error is not None]
    ends = [y + side * error for y, error in known for side in (-1.0, 1.0)]
    if not ends:
        return None
    low, high = float(np.min(ends)), float(np.max(ends))
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def _gap_words(one: SampleSizes) -> str:
    if one.gap is not None:
        return one.gap.sentence
    return tr("Give dE/dl with its error, such as −40 ± 8 meV/nm, to know the spread of gaps.")
