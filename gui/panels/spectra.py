"""Emission spectra with everything that decides what is integrated: window, cutoffs, background, band shape."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from asplab.core.appraisal.checks import fit_band, hidden_part, transmitted
from asplab.core.corrections import Corrected
from asplab.core.corrections.transmitted import cutoff_nm
from asplab.core.estimate import Estimate
from asplab.core.experiment import Spectrum
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.core.shape.check import ShapeTest
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES, Panel
from asplab.gui.plots.compared import compared_spectrum, compared_temperature
from asplab.gui.plots.curves import LayerCurves
from asplab.gui.plots.edge_guide import EdgeGuide
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.handles import LineHandle, RegionHandle
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.plots.shape_card import ShapeCard
from asplab.gui.plots.snap import FilterSnaps
from asplab.gui.plots.spectrum_series import (
    background_series,
    band_height,
    scaled_mean,
    shape_series,
    stack_data,
    within,
)
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, row
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.text import TextLine, escaped
from asplab.gui.words.facts import differs_words
from asplab.gui.words.reading import (
    intensity_unit,
    selected_stack,
    stack_line,
    temperature_name,
    why_missing,
)

if TYPE_CHECKING:
    from asplab.core.sensitivity import SensitivityMap

SIDES = {"longpass": "long-pass", "shortpass": "short-pass"}
MODES = (("stack", tr("This condition")), ("pl", tr("All PL, scaled")), ("aspl", tr("All ASPL, scaled")))
HINT = tr(
    "Drag an edge to move the window · click a curve to select it · {excludes} · wheel zooms · A shows all",
    excludes=EXCLUDES,
)
_BELOW, _ABOVE = -0.12, 1.35
"""Ends of the view in units of the band's height; the laser behind a filter is far higher."""
_MARGIN = 0.06
_LEAST_HIDDEN = 5e-5
_STRENGTH = 0.4
"""Of repeats: their mean stands over them, also where they are mere noise."""


class SpectraPanel(Panel):
    """The repeats of one condition, or all conditions of a temperature, against wavelength; their shapes below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] = ()
        self._subject: tuple[object, ...] = ()
        self._results: Results | None = None
        self._view = ViewState()
        self._sources: tuple[str, ...] = ()
        self._nominal: dict[str, float] = {}
        self._test: ShapeTest | None = None
        self._curves_left_out = 0
        self.mode = ChoiceField(MODES)
        self.mode.setFixedWidth(150)
        self.mode.setAccessibleName(tr("Spectra shown"))
        self.plot = SeriesPlot(theme, x_label=tr("Wavelength (nm)"), y_label=tr("Intensity"))
        self.plot.display_hint(HINT)
        self.curves = LayerCurves(theme)
        self.plot.add_layer(self.curves, z=0)
        self._guides = Guides(theme)
        self.plot.add_layer(self._guides, z=-5)
        self.backgrounds: list[RegionHandle] = []
        self.window_handle = RegionHandle(theme, label=tr("integration window"), scope=tr("all spectra"))
        self.plot.add_layer(self.window_handle, z=20)
        self.cutoffs = {
            side: LineHandle(theme, label=name, scope=tr("every spectrum with this filter"), color="warn", row=1)
            for side, name in SIDES.items()
        }
        for handle in self.cutoffs.values():
            self.plot.add_layer(handle, z=21)
        self._snaps = FilterSnaps(self.window_handle, self.cutoffs)
        self.edges = EdgeGuide(theme, scale_px=160)
        self.plot.add_layer(self.edges.layers[0], z=15)
        self.card = Card(tr("Spectra"))
        self.card.header.addWidget(self.edges.field)
        self.card.header.addWidget(self.mode)
        self.card.add(self.plot, 1)
        self.words = TextLine(muted=True)
        foot = QWidget()
        below = row(foot, GAP)
        below.addWidget(self.words, 1)
        below.addWidget(self.edges.scale)
        self.card.add(foot)
        self.shape = ShapeCard(theme)
        content = QWidget()
        cards = column(content, GAP)
        cards.addWidget(self.card, 5)
        cards.addWidget(self.shape, 3)
        self.deck = Deck(content)
        column(self).addWidget(self.deck)
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show the selected condition; during a drag only handles, shape and words change."""
        if results.shape_test is not None or not self._is_same_experiment(results):
            # The test waits for the end of a drag; until then that before it holds.
            self._test = results.shape_test
        self._results, self._view = results, view
        corrected, k = results.corrected, selected_stack(results, view)
        if corrected is None or k is None:
            reason = tr("Add emission spectra (kind pl or aspl), or choose a temperature that has some.")
            words = why_missing(results, reason, view)
            self.deck.display_missing(tr("No emission spectra"), words, command="import_files")
            return
        self.deck.display_content()
        self._show_curves(results, corrected, k)
        self._show_handles(results, corrected.stacks[k])
        self._show_shape(results, corrected, k)
        self._show_range(results, corrected, k)
        self.shape.display(results, k)
        self.card.display_title(_title(corrected.stacks[k], str(self.mode.key)))
        weak = (
            tr("{curves_left_out} too weak to be scaled", curves_left_out=self._curves_left_out)
            if self._curves_left_out
            else ""
        )
        self.words.display(_hidden_words(results, k) if self.mode.key == "stack" else weak)

    def display_sensitivity(self, found: "SensitivityMap | None", *, is_current: bool) -> None:
        """Take over how results change along the edges of the window, or None; :meth:`display` follows."""
        self.edges.take(found, is_current=is_current)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = ()
        self.shape.forget_frame()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.plot, self.edges.scale, self.shape):
            part.restyle(theme)

    def _connect(self) -> None:
        self.window_handle.dragged.connect(self.window_dragged)
        self.window_handle.drag_finished.connect(self.drag_finished)
        for side, handle in self.cutoffs.items():
            handle.dragged.connect(partial(self._tell_cutoff, side))
            handle.drag_finished.connect(self.drag_finished)
        self.curves.curve_clicked.connect(self._choose)
        self.mode.chosen.connect(self._show_again)
        self.edges.changed.connect(self._show_again)
        self.plot.hint_changed.connect(self.hint_changed)
        self.shape.hint_changed.connect(self.hint_changed)
        self.shape.stack_chosen.connect(self.stack_chosen)

    def _is_same_experiment(self, results: Results) -> bool:
        return self._results is not None and self._results.document.experiment is results.document.experiment

    def _tell_cutoff(self, side: str, place: float) -> None:
        self.cutoff_dragged.emit(side, self._nominal[side], place)

    def _show_again(self) -> None:
        if self._results is not None:
            self.display(self._results, self._view)

    def _choose(self, index: int, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
        if self.mode.key == "stack":
            self.record_chosen.emit(self._sources[index])
        else:
            self.stack_chosen.emit(self._sources[index])

    # --- curves ------------------------------------------------------------------------------------------
    def _show_curves(self, results: Results, corrected: Corrected, k: int) -> None:
        mode = str(self.mode.key)
        key = (corrected, self._test, k if mode == "stack" else corrected.stacks[k].temperature, mode)
        if key == self._shown:
            self._mark_selected(corrected, k)
            return
        self._shown = key
        if mode == "stack":
            self._curves_left_out = 0
            self._show_repeats(results, corrected, k)
        else:
            self._show_all(results, corrected, k, mode)
        self._mark_selected(corrected, k)

    def _show_repeats(self, results: Results, corrected: Corrected, k: int) -> None:
        stack = corrected.stacks[k]
        axis, _, repeats = stack_data(corrected, k)
        self._sources = tuple(member.source for member in stack.members)
        differs = _differs(self._test, k)
        tips = ["<br>".join((_tip(member), *differs)) for member in stack.members]
        self.curves.display(axis, repeats, [stack.kind] * len(repeats), tips, strength=_STRENGTH)
        unit = intensity_unit(corrected.stacks, results.document.settings.corrections)
        self.plot.display_labels(tr("Wavelength (nm)"), tr("Intensity ({unit})", unit=unit))

    def _show_all(self, results: Results, corrected: Corrected, k: int, mode: str) -> None:
        axis = stack_data(corrected, k)[0]
        t = corrected.stacks[k].temperature
        members = [i for i, stack in enumerate(corrected.stacks) if stack.temperature == t and stack.kind == mode]
        rows = [i for i in members if stack_data(corrected, i)[0] is axis]
        found = {i: shape for i in rows if (shape := scaled_mean(results, corrected, i)) is not None}
        self._sources = tuple(corrected.stacks[i].key for i in found)
        curves = np.array(list(found.values())).reshape(-1, axis.size)
        differs = {i: words for i in found if (words := _differs(self._test, i))}
        tips = ["<br>".join((stack_line(corrected.stacks[i]), *differs.get(i, ()))) for i in found]
        self._curves_left_out = len(members) - len(found)
        self.curves.display(axis, curves, ["warn" if i in differs else mode for i in found], tips)
        self.plot.display_labels(tr("Wavelength (nm)"), tr("Mean intensity (scaled)"))

    def _mark_selected(self, corrected: Corrected, k: int) -> None:
        wanted = self._view.record
        if self.mode.key != "stack":
            wanted = corrected.stacks[k].key if self._view.stack else ""
        index = self._sources.index(wanted) if wanted and wanted in self._sources else None
        self.curves.display_selected(index)

    # --- handles -----------------------------------------------------------------------------------------
    def _show_handles(self, results: Results, stack: Stack) -> None:
        settings = results.document.settings
        self._snaps.display(results)
        self.window_handle.display(*settings.integration.window_nm)
        self.edges.display(stack.temperature, settings.integration.window_nm)
        self.window_handle.display_floor(self.edges.layers[0].height_px)
        guides = []
        for side, handle in self.cutoffs.items():
            nominal = stack.longpass_nm if side == "longpass" else stack.shortpass_nm
            place = cutoff_nm(stack, side, settings.transmission)
            handle.setVisible(nominal is not None and self.mode.key == "stack")
            if nominal is None or place is None or self.mode.key != "stack":
                continue
            self._nominal[side] = nominal
            handle.display(place)
            guard = settings.transmission.cutoff_guard_nm
            inner = place + guard if side == "longpass" else place - guard
            guides.append(Guide("x", min(place, inner), max(place, inner), "guard", label_row=2))
        self._guides.display(guides)
        self._show_backgrounds(settings.background.windows_nm)

    def _show_backgrounds(self, windows: tuple[tuple[float, float], ...]) -> None:
        while len(self.backgrounds) < len(windows):
            self._append_background()
        for index, handle in enumerate(self.backgrounds):
            handle.setVisible(index < len(windows))
            if index < len(windows):
                handle.display(*windows[index])

    def _append_background(self) -> None:
        index = len(self.backgrounds)
        handle = RegionHandle(
            self.plot.theme,
            label=tr("background {index}", index=index + 1),
            scope=tr("all spectra"),
            color="muted",
            row=2,
        )
        handle.dragged.connect(partial(self.background_dragged.emit, index))
        handle.drag_finished.connect(self.drag_finished)
        self.plot.add_layer(handle, z=19)
        self.backgrounds.append(handle)

    # --- shape -------------------------------------------------------------------------------------------
    def _show_shape(self, results: Results, corrected: Corrected, k: int) -> None:
        stack = corrected.stacks[k]
        axis, mean, _ = stack_data(corrected, k)
        bands = results.bands
        fitted = None if bands is None else fit_band(bands, k)
        is_single = self.mode.key == "stack"
        series: list[Series] = []
        if bands is not None and fitted is not None:
            template = bands.templates[stack.temperature]
            extent = axis >= np.inf if template is None else within(axis, *template.extent_nm)
            series = shape_series(results, fitted, axis, extent, k, is_single=is_single)
        if is_single:
            series += background_series(results, axis, mean, k)
            seen = np.ones(axis.size, dtype=bool) if bands is None else transmitted(bands, k)
            # Where a part is hidden, its label stands at the top of the band.
            label = "" if any(one.label == "hidden part" for one in series) else "mean"
            tone = "warn" if _differs(self._test, k) else "text"
            series.append(Series(tone, label, "flank", line_x=axis[seen], line_y=mean[seen]))
        other = compared_temperature(results, self._view)
        if other is not None:
            height = band_height(results, mean, k) if is_single else 1.0
            series += compared_spectrum(results, k, other, height)
        self.plot.display(series)

    def _has_lost_edge(self, axis: np.ndarray) -> bool:
        """Whether an edge of the window within the spectra is out of sight, though nobody has zoomed."""
        region, (left, right) = self.window_handle.region, self.plot.view[0]
        if region is None or not self.plot.is_at_home:
            return False
        return max(region[0], float(axis[0])) < left or min(region[1], float(axis[-1])) > right

    def _show_range(self, results: Results, corrected: Corrected, k: int) -> None:
        # Ranges follow the subject, never the frames of a drag; an edge that undo moved out of sight comes back.
        subject = (corrected.stacks[k].key, self.mode.key, results.document.experiment)
        axis, mean, _ = stack_data(corrected, k)
        if subject == self._subject and not (results.is_at_rest and self._has_lost_edge(axis)):
            return
        self._subject = subject
        height = band_height(results, mean, k) if self.mode.key == "stack" else 1.0
        low, high = results.document.settings.integration.window_nm
        margin = _MARGIN * (high - low)
        x = (max(low, float(axis[0])) - margin, min(high, float(axis[-1])) + margin)
        self.plot.set_home(x=x, y=(_BELOW * height, _ABOVE * height))
        self.plot.view_all()


def _differs(test: ShapeTest | None, k: int) -> tuple[str, ...]:
    """Return that the shape of a stack differs from that of the band; nothing where it does not."""
    if test is None or k >= test.is_beyond.size or not test.is_beyond[k]:
        return ()
    return (
        tr(
            "{differs_words} off the shape of the PL",
            differs_words=differs_words(float(test.significance[k]), is_beyond=True),
        ),
    )


def _hidden_words(results: Results, k: int) -> str:
    emission, bands, settings = results.emission, results.bands, results.document.settings.integration
    if emission is None or bands is None:
        return why_missing(results, "")
    found = hidden_part(bands, emission, settings, k)
    if found is None:
        return tr("nothing of the band is seen")
    if found.fraction < _LEAST_HIDDEN:
        return tr("the filters hide nothing of the band")
    part = measured(Estimate(100.0 * found.fraction, 100.0 * found.error))
    factor = measured(Estimate(found.factor, found.factor_error))
    unused = "" if settings.correct_truncation else tr(", not applied")
    return tr(
        "hidden part of the band {part} % · correction factor {factor}{unused}", part=part, factor=factor, unused=unused
    )


def _title(stack: Stack, mode: str) -> str:
    return stack_line(stack) if mode == "stack" else f"{temperature_name(stack.temperature_k)} · {mode.upper()}"


def _tip(member: Spectrum) -> str:
    condition = member.condition
    parts = [f"<b>{escaped(member.source)}</b>"]
    if condition.repeat is not None:
        parts.append(tr("repeat {repeat}", repeat=condition.repeat))
    if condition.power_uw is not None:
        parts.append(f"{plain(condition.power_uw, 1)} µW")
    return "<br>".join(parts)
