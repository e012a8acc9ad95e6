"""Photothermal scans: the baseline under the tail, and what is read at each excitation."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QStackedLayout, QWidget

from asplab.core.appraisal.checks import photothermal_readings
from asplab.core.estimate import Estimate
from asplab.core.photothermal.baseline import FittedBaseline
from asplab.core.pipeline import Results
from asplab.core.scans import ScanSet
from asplab.core.units import Medium, energy_from_wavelength, wavelength_from_energy
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES, Panel
from asplab.gui.plots.absorption_edges import AbsorptionEdges
from asplab.gui.plots.compared import compared_scan, compared_temperature
from asplab.gui.plots.curves import LayerCurves
from asplab.gui.plots.edge_guide import EdgeGuide, baseline_ends
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.plots.wavelength_axis import WavelengthAxis
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.text import TextLine, escaped
from asplab.gui.words.reading import selected_temperature, stack_name, temperature_name, temperatures_of, why_missing
from asplab.gui.words.scan import (
    baseline_words,
    energies_of,
    fit_words,
    mean_quadrature,
    overload_tip,
    reading_words,
    scan_words,
    seam_tip,
)

if TYPE_CHECKING:
    from asplab.core.sensitivity import SensitivityMap

MICROVOLT = 1e6
AXES = (("detuning", "ΔE (meV)"), ("wavelength", tr("Wavelength (nm)")))
SCALES = (("linear", tr("Linear")), ("log", tr("Logarithmic")))
HINT = tr("Click a reading or a scan to select it · {excludes} · wheel zooms · A shows all", excludes=EXCLUDES)
_READINGS = Series(color="aspl", is_open=True, symbol_px=8)
_TAIL_FROM_MEV = -15.0
_HEIGHTS = 32.0
"""Height of the tail's view in units of the scatter far below the gap, so that the baseline can be judged."""


class AbsorptionPanel(Panel):
    """The whole scan above, its tail with the baseline below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] = ()
        self._subject: tuple[object, ...] = ()
        self._results: Results | None = None
        self._view = ViewState()
        self._reference_mev = 0.0
        self._keys: tuple[str, ...] = ()
        self._sources: tuple[str, ...] = ()
        self.axis, self.scale = ChoiceField(AXES), ChoiceField(SCALES)
        self.scan = SeriesPlot(theme, y_label=tr("In-phase signal (µV)"))
        self.tail = SeriesPlot(theme, x_label=tr("ΔE below the gap (meV)"), y_label=tr("In-phase signal (µV)"))
        self.log = SeriesPlot(
            theme, x_label=tr("ΔE below the gap (meV)"), y_label=tr("Signal − baseline (µV)"), log_y=True
        )
        self._scan_curves, self._tail_curves = LayerCurves(theme), LayerCurves(theme)
        self.scan.add_layer(self._scan_curves)
        self.tail.add_layer(self._tail_curves)
        self._guides = Guides(theme)
        self.scan.add_layer(self._guides, z=-5)
        self._tail_guides = Guides(theme)
        self.tail.add_layer(self._tail_guides, z=-5)
        self.edges = EdgeGuide(theme, plots=2)
        self.handles = AbsorptionEdges(theme, self.scan, (self.tail, self.log))
        self.regions = self.handles.regions
        self.nm_axes = {plot: WavelengthAxis(plot) for plot in (self.scan, self.tail, self.log)}
        for plot, strips in zip((self.tail, self.log), self.edges.layers, strict=True):
            plot.add_layer(strips, z=15)
        self.quadrature = QCheckBox(tr("Quadrature"))
        self.quadrature.setChecked(True)
        self.quadrature.setToolTip(
            tr("What is left in quadrature after the rotation: noise, or a sign of another signal")
        )
        self.scan_words, self.baseline_words = TextLine(muted=True), TextLine(muted=True)
        self.axis.setAccessibleName(tr("Axis of the scan"))
        self.scale.setAccessibleName(tr("Scale of the tail"))
        self._scan_card = Card(tr("Photothermal absorption"), short_title=tr("Absorption"))
        self.tail_card = Card(tr("Tail and baseline"), short_title=tr("Tail"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    def display(self, results: Results, view: ViewState) -> None:
        """Show the scans of the selected temperature, baseline and readings."""
        self._results, self._view = results, view
        t = selected_temperature(results, view)
        scans = None if results.scans is None or t is None else results.scans.sets[t]
        if scans is None or t is None:
            reason = tr(
                "Add photothermal scans (kind pa) of this temperature: excitation_nm, lockin_x_v and lockin_y_v."
            )
            words = why_missing(results, reason, view)
            self.deck.display_missing(tr("No photothermal scan"), words, command="import_files")
            return
        self.deck.display_content()
        reference = _reference(results, t)
        name = temperature_name(temperatures_of(results)[t])
        if not np.isfinite(reference):
            words = tr(
                "{name}: without PL the gap is unknown, so the scan has no detuning. Add PL, or give the energy.",
                name=name,
            )
            self.deck.display_missing(tr("No reference energy"), words)
            return
        detuning = reference - scans.energy_mev
        self._show_curves(results, scans, detuning, t)
        self._mark_scan(results, scans, t)
        baseline = None if results.absorbed is None else results.absorbed.baselines[t]
        self._show_series(results, scans, detuning, baseline, t)
        self._show_handles(results, detuning, reference, t)
        self._show_words(results, scans, baseline, t)
        self._fit_ranges(results, scans, detuning, baseline, t)

    def display_sensitivity(self, found: "SensitivityMap | None", *, is_current: bool) -> None:
        """Take over how results change along the ends of the baseline region, or None; :meth:`display` follows."""
        self.edges.take(found, is_current=is_current)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._subject = ()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for plot in (self.scan, self.tail, self.log):
            plot.restyle(theme)
        self.edges.scale.restyle(theme)

    def _content(self) -> QWidget:
        self.axis.setFixedWidth(150)
        self.scale.setFixedWidth(120)
        self._scan_card.header.addWidget(self.quadrature)
        self._scan_card.header.addWidget(self.axis)
        self._scan_card.add(self.scan, 1)
        self._scan_card.add(self.scan_words)
        self.tail_card.header.addWidget(self.edges.scale)
        self.tail_card.header.addWidget(self.edges.field)
        self.tail_card.header.addWidget(self.scale)
        holder = QWidget()
        self._tails = QStackedLayout(holder)
        self._tails.setContentsMargins(0, 0, 0, 0)
        self._tails.addWidget(self.tail)
        self._tails.addWidget(self.log)
        self.tail_card.add(holder, 1)
        self.tail_card.add(self.baseline_words)
        content = QWidget()
        cards = column(content, GAP)
        cards.addWidget(self._scan_card, 4)
        cards.addWidget(self.tail_card, 5)
        return content

    def _connect(self) -> None:
        self.handles.baseline_dragged.connect(self.baseline_dragged)
        self.handles.setting_dragged.connect(self.setting_dragged)
        self.handles.drag_finished.connect(self.drag_finished)
        for curves in (self._scan_curves, self._tail_curves):
            curves.curve_clicked.connect(self._choose_scan)
        for plot in (self.scan, self.tail, self.log):
            plot.point_clicked.connect(self._choose)
            plot.hint_changed.connect(self.hint_changed)
        for plot in (self.scan, self.tail):
            plot.display_hint(HINT)
        self.log.display_hint(
            tr("Click a reading to select it · {excludes} · wheel zooms · A shows all", excludes=EXCLUDES)
        )
        self.axis.chosen.connect(self._show_again)
        self.quadrature.toggled.connect(self._show_again)
        self.scale.chosen.connect(self._show_again)
        self.edges.changed.connect(self._show_again)

    def _show_again(self) -> None:
        self._tails.setCurrentIndex(0 if self.scale.key == "linear" else 1)
        if self._results is not None:
            self.display(self._results, self._view)

    def _choose(self, series: int, point: int, button: Qt.MouseButton) -> None:
        if point < len(self._keys) and self._keys[point]:
            self.stack_chosen.emit(self._keys[point])

    def _choose_scan(self, index: int, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
        if index < len(self._sources):
            self.record_chosen.emit(self._sources[index])

    # --- curves ------------------------------------------------------------------------------------------
    def _x(self, results: Results, energy_mev: np.ndarray, t: int) -> np.ndarray:
        if self.axis.key == "detuning":
            return _reference(results, t) - energy_mev
        return wavelength_from_energy(energy_mev, medium=results.document.settings.energies.medium)

    def _show_curves(self, results: Results, scans: ScanSet, detuning: np.ndarray, t: int) -> None:
        key = (scans, self.axis.key, float(detuning[0]))
        if key == self._shown:
            return
        self._shown = key
        colors = ["pa"] * len(scans.volts)
        tips = [f"<b>{escaped(name)}</b>" for name in scans.repeats]
        self._scan_curves.display(self._x(results, scans.energy_mev, t), MICROVOLT * scans.volts, colors, tips)
        self._tail_curves.display(detuning, MICROVOLT * scans.volts, colors, tips)
        self.scan.display_labels(dict(AXES)[str(self.axis.key)], tr("In-phase signal (µV)"))

    def _mark_scan(self, results: Results, scans: ScanSet, t: int) -> None:
        """Highlight the selected scan; where some were left out, it is not known which curve is whose."""
        measured_here = () if results.gathered is None else results.gathered.scans[t]
        self._sources = tuple(scan.source for scan in measured_here)
        if len(self._sources) != len(scans.volts):
            self._sources = ()
        chosen = self._sources.index(self._view.record) if self._view.record in self._sources else None
        for curves in (self._scan_curves, self._tail_curves):
            curves.display_selected(chosen)

    def _show_series(
        self, results: Results, scans: ScanSet, detuning: np.ndarray, baseline: FittedBaseline | None, t: int
    ) -> None:
        mean = MICROVOLT * scans.volts.mean(axis=0)
        x = self._x(results, scans.energy_mev, t)
        curves = [Series(color="text", line_x=x, line_y=mean), *self._quadrature(scans, x, "start")]
        tails = [Series(color="text", line_x=detuning, line_y=mean), *self._quadrature(scans, detuning, "end")]
        logs = [Series(color="pa", line_x=detuning, line_y=mean)]
        self._keys = ()
        if baseline is not None and results.absorbed is not None:
            level, error = MICROVOLT * baseline.volts, MICROVOLT * baseline.error_v
            line = Series(
                "accent", "baseline", line_x=detuning, line_y=level, band_low=level - error, band_high=level + error
            )
            points = self._points(results, scans, t)
            curves = [*points[:1], *curves]
            tails = [*points[1:2], *tails, line]
            logs = [
                *points[2:],
                Series(color="pa", line_x=detuning, line_y=mean - level),
                Series("accent", tr("error of the baseline"), "start", line_x=detuning, line_y=error, is_dashed=True),
            ]
        other = compared_temperature(results, self._view)
        if other is not None:
            curves += compared_scan(results, other, partial(self._x, results))
            tails += compared_scan(results, other, lambda energy, t: _reference(results, t) - energy)
        for plot, series in ((self.scan, curves), (self.tail, tails), (self.log, logs)):
            plot.display(series)
            chosen = self._keys.index(self._view.stack) if self._view.stack in self._keys else None
            plot.display_selected(None if chosen is None else 0, chosen)

    def _quadrature(self, scans: ScanSet, x: np.ndarray, label_at: str) -> list[Series]:
        """Return the mean of what is in quadrature, faint behind the readings, with its error as a band."""
        found = mean_quadrature(scans)
        if self.quadrature.isHidden() == (found is not None):
            self.quadrature.setVisible(found is not None)
        if found is None or not self.quadrature.isChecked():
            return []
        level, error = (MICROVOLT * volts for volts in found)
        band = {"band_low": level - error, "band_high": level + error}
        return [Series("muted", "quadrature", label_at, line_x=x, line_y=level, **band)]

    def _points(self, results: Results, scans: ScanSet, t: int) -> tuple[Series, ...]:
        """Return the readings at the excitations: on the scan, on its tail, and above the baseline."""
        products = (results.absorbed, results.excitations, results.layout)
        if results.gathered is None or any(product is None for product in products):
            return ()
        found = photothermal_readings(scans, *products, t)  # type: ignore[arg-type]
        if found is None:
            return ()
        stacks = tuple(results.gathered.stacks[k] for k in scans.stacks)
        self._keys = tuple(stack.key for stack in stacks)
        signal, error, level = (MICROVOLT * volts for volts in (found.signal_v, found.error_v, found.baseline_v))
        tips = LazyTips(
            len(stacks),
            lambda j: _tip(stack_name(stacks[j]), signal[j], error[j], reading_words(results, int(scans.stacks[j]))),
        )
        excluded = np.array([stack.excluded is not None for stack in stacks], dtype=bool)
        below = _reference(results, t) - found.energy_mev
        on_scan = replace(_READINGS, y=signal + level, error=error, excluded=excluded, tips=tips, keys=self._keys)
        return (
            replace(on_scan, x=self._x(results, found.energy_mev, t)),
            replace(on_scan, x=below),
            replace(on_scan, x=below, y=signal),
        )

    # --- region and words --------------------------------------------------------------------------------
    def _show_handles(self, results: Results, detuning: np.ndarray, reference: float, t: int) -> None:
        self.edges.display(t, baseline_ends(results.document.settings.baseline))
        floors = tuple(float(strips.height_px) for strips in self.edges.layers)
        self.handles.display(results, t, deepest_mev=float(detuning.max()), floors_px=floors)
        medium, is_nm = results.document.settings.energies.medium, self.axis.key == "wavelength"
        moved = reference - self._reference_mev if self._subject == self._subject_of(results, t) else 0.0
        if moved and not is_nm:
            # The scan stands still on the screen while its zero moves.
            self.scan.shift(moved)
        self._reference_mev = reference
        if is_nm:
            place = float(wavelength_from_energy(reference, medium=medium))
            self.handles.display_gap(reference, place, partial(_energy, medium), is_nm=True)
        else:
            self.handles.display_gap(reference, 0.0, lambda detuned: reference - detuned, is_nm=False)
        for plot, axis in self.nm_axes.items():
            axis.display(None if plot is self.scan and is_nm else reference, medium, sign=-1)

    def _show_words(self, results: Results, scans: ScanSet, baseline: FittedBaseline | None, t: int) -> None:
        phase = plain(float(np.degrees(scans.phase_rad)), 1)
        self._scan_card.display_subtitle(tr("○ readings · phase {phase}°", phase=phase), tr("○ readings"), "○")
        self.scan_words.display(*scan_words(results, scans, t))
        self.baseline_words.display(*baseline_words(results, baseline))
        self.tail_card.display_subtitle(*fit_words(baseline))
        self._guides.display(self._joints(results, scans, t))
        is_tail = baseline is not None and baseline.urbach_mev is not None
        start = baseline.region_mev[0] if baseline is not None else 0.0
        # Where the scan allows it the tail is fitted from where the hand wants it, and the handle says so.
        is_elsewhere = is_tail and start != results.document.settings.baseline.tail_from_mev
        tail = [Guide("x", start, label=tr("tail fitted from here"), label_row=0)] if is_elsewhere else []
        self._tail_guides.display([*tail, *self._joints(results, scans, t, is_tail=True)])

    def _joints(self, results: Results, scans: ScanSet, t: int, *, is_tail: bool = False) -> list[Guide]:
        """Return where pieces of the scans were joined, and what is left out of them."""

        def places(*wavelengths_nm: float) -> list[float]:
            energy = energies_of(results, scans, np.array(wavelengths_nm))
            return (_reference(results, t) - energy if is_tail else self._x(results, energy, t)).tolist()

        seams = [Guide("x", *places(seam.at_nm), label="seam", label_row=0, tip=seam_tip(seam)) for seam in scans.seams]
        ranges = [
            Guide("x", *sorted(places(*one)), label="overload", label_row=0, tip=overload_tip(one))
            for one in scans.overloaded_nm
        ]
        return [*seams, *ranges]

    def _subject_of(self, results: Results, t: int) -> tuple[object, ...]:
        return results.document.experiment, t, self.axis.key

    def _fit_ranges(
        self, results: Results, scans: ScanSet, detuning: np.ndarray, baseline: FittedBaseline | None, t: int
    ) -> None:
        subject = self._subject_of(results, t)
        if subject == self._subject:
            return
        self._subject = subject
        left_out = energies_of(results, scans, np.array(scans.overloaded_nm).ravel())
        x = self._x(results, np.concatenate([scans.energy_mev, left_out]), t)
        self.scan.set_home(x=(float(x.min()), float(x.max())))
        end = float(detuning.max())
        volts = MICROVOLT * scans.volts
        far = detuning > 0.5 * end
        level = float(np.median(volts[:, far])) if far.any() else 0.0
        spread = float(np.std(volts[:, far])) if far.any() else float(np.std(volts))
        highest = float(volts[:, detuning > _TAIL_FROM_MEV].max(initial=0.0))
        self.tail.set_home(
            x=(_TAIL_FROM_MEV, end * 1.02), y=(level - 5 * spread, min(level + _HEIGHTS * spread, 1.05 * highest))
        )
        mean_error = spread / np.sqrt(len(volts))
        self.log.set_home(
            x=(_TAIL_FROM_MEV, end * 1.02), y=(float(np.log10(mean_error / 20)), float(np.log10(volts.max() * 3)))
        )
        for plot in (self.scan, self.tail, self.log):
            plot.view_all()


def _energy(medium: Medium, wavelength_nm: float) -> float:
    return float(energy_from_wavelength(wavelength_nm, medium=medium))


def _reference(results: Results, t: int) -> float:
    return float("nan") if results.energies is None else float(results.energies.reference_mev[t])


def _tip(name: str, value: float, error: float, more: str) -> str:
    reading = tr(
        "<b>{name}</b><br>PA = {estimate} µV above the baseline", name=name, estimate=measured(Estimate(value, error))
    )
    return f"{reading}<br>{more}" if more else reading
