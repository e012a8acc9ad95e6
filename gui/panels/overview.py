"""The overview: spectra, R and quantum yield, η, and what the data determine, side by side and linked."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from asplab.core.corrections.transmitted import cutoff_nm
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.gui.jobs.throttle import Throttle
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES, Panel
from asplab.gui.plots.base import Plot
from asplab.gui.plots.compared import as_compared, compared_temperature
from asplab.gui.plots.crowd import CachedSeries, Crowd, Level, QuickPlot
from asplab.gui.plots.detuning import detuning_label
from asplab.gui.plots.ghost import add_ghost
from asplab.gui.plots.handles import LineHandle, RegionHandle
from asplab.gui.plots.literature import LiteratureBands, literature_bands
from asplab.gui.plots.overview_frame import (
    display_crowd,
    eta_range,
    largest_detuning,
    polaron_range,
    polaron_words,
    spectra_range,
    spectra_words,
    temperature_words,
    yield_words,
)
from asplab.gui.plots.plot_card import PlotCard
from asplab.gui.plots.result_pictures import (
    CURVE_MEV,
    CrowdPicture,
    eta_crowd,
    eta_series,
    eta_tip,
    polaron_crowd,
    polaron_series,
    polaron_tip,
    ratio_series,
)
from asplab.gui.plots.snap import FilterSnaps
from asplab.gui.plots.spectra_picture import SpectraPicture, spectra_picture, temperatures_of
from asplab.gui.reference import Reference
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.card import GAP
from asplab.gui.words.change import changed_words, eta_changes, polaron_changes, yield_change
from asplab.gui.words.reading import why_missing

_SIDES = (("longpass", "long-pass"), ("shortpass", "short-pass"))
_ALL_SPECTRA = tr("all spectra")
_OWN_SERIES = 2  # of η of the selected temperature: determined, and not
_SIGNAL_RANGE = (-0.08, 1.03)


class OverviewPanel(Panel):
    """Four linked cards that follow every frame of a drag; the other temperatures follow a blink later."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._results: Results | None = None
        self._view = ViewState()
        self._spectra_inputs: tuple[object, ...] = ()
        self._picture = SpectraPicture((), None, None)
        self._framed: tuple[object, ...] = ()
        self._eta_places: list[list[int]] = []
        self._eta_crowd: CrowdPicture | None = None
        self._polaron_crowd: CrowdPicture | None = None
        self._ratio_places: list[tuple[int, ...]] = []
        self._owners: list[int | None] = []
        self._is_dragging = False
        self._reference: Reference | None = None
        self._haunted: tuple[object, ...] = ()
        # The chosen temperature and every number follow each frame of a drag; the pale ones behind it follow at
        # a lower rate, from one picture, and catch up when the drag ends.
        self._others = Throttle(self._display_others, self, half=1)
        self.spectra = Plot(theme, x_label=tr("Wavelength (nm)"), y_label=tr("Signal (normalised)"))
        self.spectra_layer = CachedSeries(theme)
        self.ratio = QuickPlot(theme, x_label="ΔE<sub>S</sub> (meV)", y_label="R")
        self.eta = QuickPlot(theme, x_label="ΔE (meV)", y_label="η")
        self.polaron = QuickPlot(theme, x_label="ħω (meV)", y_label="g (meV)")
        self.window_handle = RegionHandle(theme, label="window", scope=_ALL_SPECTRA)
        self.cutoff_handles = {
            side: LineHandle(theme, label=label, scope="", color="warn", row=1) for side, label in _SIDES
        }
        self._snaps = FilterSnaps(self.window_handle, self.cutoff_handles)
        self._nominal_nm: dict[str, float] = {}
        self.other_eta, self.other_polarons = Crowd(theme), Crowd(theme)
        self.published = LiteratureBands(theme)
        self.published.display(literature_bands("phonon_energy", "x"))
        self.ghosts = {name: add_ghost(getattr(self, name)) for name in ("ratio", "eta", "polaron")}
        self.cards = (
            PlotCard(tr("Spectra"), self.spectra),
            PlotCard(tr("R(ΔE<sub>S</sub>) and quantum yield"), self.ratio, tr("R and QY")),
            PlotCard(tr("Up-conversion efficiency"), self.eta, tr("Efficiency η")),
            PlotCard(tr("What the data determine"), self.polaron, tr("g and ħω")),
        )
        self._lay_out()
        self._connect()

    # --- Panel ---------------------------------------------------------------------------------------------
    def display(self, results: Results, view: ViewState) -> None:
        """Show results and selection."""
        self._results, self._view = results, view
        self._display_spectra(results, view)
        self._display_ratio(results, view)
        self._display_eta(results, view)
        self._display_polaron(results, view)
        self._display_ghosts(results, view.temperature)
        if self._is_dragging:
            self._others.request()
        else:
            self._others.act_now()
        frame = (results.document.experiment, view.temperature)
        if frame != self._framed:
            self._framed = frame
            self.view_all()
        elif not self._is_dragging:
            self._follow_window()
            if self.polaron.is_at_home:
                self._follow_fit(results, view.temperature)

    def display_reference(self, reference: Reference | None) -> None:
        """Take over what the results are compared with; :meth:`display` follows."""
        self._reference = reference

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._framed = ()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for card in self.cards:
            card.plot.restyle(theme)
        self._spectra_inputs = self._haunted = ()
        if self._results is not None:
            self.display(self._results, self._view)

    def view_all(self) -> None:
        """Show all data in every plot."""
        fit = self._results.efficiency if self._results is not None else None
        wavelengths = spectra_range(self._picture.band_nm, self.window_handle.region)
        self.spectra.set_home(x=wavelengths, y=_SIGNAL_RANGE, is_labelled=True)
        self.eta.set_home(x=(0.0, largest_detuning(fit)), y=eta_range(fit))
        self.polaron.set_home(*polaron_range(self.polaron.series, self._polaron_crowd))
        for card in self.cards:
            card.plot.view_all()

    # --- spectra -------------------------------------------------------------------------------------------
    def _display_spectra(self, results: Results, view: ViewState) -> None:
        key = view.stack or self._kept_stack(results, view.temperature)
        products = (results.bands, results.background, results.scans, results.absorbed)
        # A dragged window leaves the spectra as they are; products compare by identity.
        if (*products, view.temperature, key) != self._spectra_inputs:
            self._picture = spectra_picture(results, view.temperature, key)
            shown = self._picture.stack.key if self._picture.stack is not None else key
            self._spectra_inputs = (*products, view.temperature, shown)
            self.spectra_layer.display(self._picture.series)
        self._snaps.display(results)
        self.window_handle.display(*results.document.settings.integration.window_nm)
        self._display_cutoffs(results, self._picture.stack)
        self.cards[0].display_subtitle(*spectra_words(results, view.temperature, self._picture.stack))
        missing = tr("Add emission spectra (kind pl or aspl).")
        self.cards[0].display_reason(
            "" if self._picture.series else tr("No spectra here"), why_missing(results, missing, view)
        )

    def _kept_stack(self, results: Results, t: int) -> str:
        """Return the condition that is on screen, so that a dragged cutoff does not change hands half-way."""
        shown = self._picture.stack
        stays = self._framed[:1] == (results.document.experiment,)
        return shown.key if shown is not None and shown.temperature == t and stays else ""

    def _display_cutoffs(self, results: Results, stack: Stack | None) -> None:
        self._nominal_nm.clear()
        for side, label in _SIDES:
            handle = self.cutoff_handles[side]
            nominal = getattr(stack, f"{side}_nm") if stack is not None else None
            if handle.isVisible() != (nominal is not None):
                handle.setVisible(nominal is not None)
            if stack is not None and nominal is not None:
                self._nominal_nm[side] = nominal
                place = cutoff_nm(stack, side, results.document.settings.transmission)
                handle.display(nominal if place is None else place)
                handle.display_label(label, tr("every spectrum with this filter"))

    def _follow_window(self) -> None:
        """Bring an edge back into sight that undo has moved out of it, unless the user has zoomed."""
        wanted, (left, right) = spectra_range(self._picture.band_nm, self.window_handle.region), self.spectra.view[0]
        edges = self.window_handle.region or ()
        if wanted is None or not self.spectra.is_at_home:
            return
        if any(wanted[0] < edge < wanted[1] and not left <= edge <= right for edge in edges):
            self.spectra.set_home(x=wanted, y=_SIGNAL_RANGE, is_labelled=True)

    # --- R -------------------------------------------------------------------------------------------------
    def _display_ratio(self, results: Results, view: ViewState) -> None:
        series, self._ratio_places = ratio_series(results, view.temperature)
        self.ratio.display(series)
        change = None if self._reference is None else yield_change(self._reference, results, view.temperature)
        words = yield_words(results.efficiency, view.temperature)
        self.cards[1].display_subtitle(*changed_words([] if change is None else [change], words))
        missing = tr("R needs emission and photothermal signal above and below the gap.")
        self.cards[1].display_reason("" if series else tr("No R line here"), why_missing(results, missing, view))

    # --- η -------------------------------------------------------------------------------------------------
    def _display_eta(self, results: Results, view: ViewState) -> None:
        series, self._eta_places = eta_series(results, view.temperature, self._theme)
        compared = compared_temperature(results, view)
        if compared is not None:
            beside, places = eta_series(results, compared, self._theme)
            series += as_compared(beside[:1], results, compared, label_at="flank")
            self._eta_places += places[:1]
        self.eta.display(series)
        self.eta.display_labels(detuning_label(results), "η")
        self._ring(view)
        t, reference = view.temperature, self._reference
        changes = [] if reference is None else eta_changes(reference, results, t, view.stack)
        words = temperature_words(temperatures_of(results), t, self._theme)
        self.cards[2].display_subtitle(*changed_words(changes, words))
        missing = tr("η needs PL, ASPL and photothermal scans of one temperature.")
        self.cards[2].display_reason("" if series else tr("No η yet"), why_missing(results, missing, view))

    def _ring(self, view: ViewState) -> None:
        fit = self._results.efficiency if self._results is not None else None
        if fit is None or not view.stack:
            self.eta.display_selected(None)
            return
        found = (
            (index, point)
            for index, places in enumerate(self._eta_places)
            for point, j in enumerate(places)
            if fit.keys[view.temperature][j] == view.stack
        )
        self.eta.display_selected(*next(found, (None, None)))

    # --- g and ħω ------------------------------------------------------------------------------------------
    def _display_polaron(self, results: Results, view: ViewState) -> None:
        series, self._owners = polaron_series(results, view.temperature, self._theme)
        self.polaron.display(series)
        t, reference = view.temperature, self._reference
        # ħω first: it is what is doubted most, and the first to be told where there is little room.
        changes = [] if reference is None else polaron_changes(reference, results, t)[::-1]
        self.cards[3].display_subtitle(*changed_words(changes, polaron_words(results.polaron, t, self._theme)))
        missing = tr("Eq. 9 needs η at three detunings of one temperature at least, better six.")
        self.cards[3].display_reason(
            "" if series else tr("g and ħω are not determined"), why_missing(results, missing, view)
        )

    def _follow_fit(self, results: Results, t: int) -> None:
        """Choose the axes of g and ħω anew where the fit has left them, once the hand rests."""
        if results.polaron is None or t >= len(results.polaron.temperatures_k):
            return
        phonon, g = float(results.polaron.phonon_mev[t]), float(results.polaron.g_mev[t])
        if np.isfinite(phonon) and np.isfinite(g) and not self.polaron.holds(phonon, g):
            self.polaron.set_home(*polaron_range(self.polaron.series, self._polaron_crowd))

    # --- what it was before ----------------------------------------------------------------------------------
    def _display_ghosts(self, results: Results, t: int) -> None:
        """Show where the curves of the selected temperature stood in the reference; it changes with no frame."""
        known, reference = temperatures_of(results), self._reference
        then = reference.temperature(float(known[t])) if reference is not None and t < known.size else None
        haunted = (None if reference is None else reference.results, then, self._theme.name)
        if haunted == self._haunted:
            return
        self._haunted = haunted
        if reference is None or then is None:
            for ghost in self.ghosts.values():
                ghost.display([])
            return
        self.ghosts["ratio"].display(ratio_series(reference.results, then)[0])
        self.ghosts["eta"].display(eta_series(reference.results, then, self._theme)[0])
        fits = polaron_series(reference.results, then, self._theme)[0]
        self.ghosts["polaron"].display([one for one in fits if not one.is_dashed])

    # --- temperatures that stand back ------------------------------------------------------------------------
    def _display_others(self) -> None:
        results, t = self._results, self._view.temperature
        if results is None:
            return
        self._eta_crowd = eta_crowd(results, t, self._theme)
        self._polaron_crowd = polaron_crowd(results, t, self._theme)
        if self._eta_crowd is not None:
            display_crowd(self.other_eta, self._eta_crowd, CURVE_MEV, self._other_eta_tip)
        if self._polaron_crowd is not None:
            display_crowd(self.other_polarons, self._polaron_crowd, None, self._other_polaron_tip)

    # --- mouse ---------------------------------------------------------------------------------------------
    def _connect(self) -> None:
        for handle in (self.window_handle, *self.cutoff_handles.values()):
            handle.drag_started.connect(self._begin_drag)
            handle.drag_finished.connect(self._finish_drag)
        self.window_handle.dragged.connect(self.window_dragged)
        for side, handle in self.cutoff_handles.items():
            handle.dragged.connect(partial(self._drag_cutoff, side))
        self.spectra_layer.point_clicked.connect(self._choose_spectrum)
        self.eta.point_clicked.connect(self._choose_eta)
        self.other_eta.point_clicked.connect(self._choose_other_eta)
        self.other_polarons.point_clicked.connect(self._choose_other_polaron)
        self.ratio.point_clicked.connect(self._choose_line)
        self.polaron.point_clicked.connect(self._choose_owner)
        for card in self.cards:
            card.plot.hint_changed.connect(self.hint_changed)
        self.spectra.display_hint(
            tr("Click a point to select its condition · {excludes} · wheel zooms · A shows all", excludes=EXCLUDES)
        )
        self.eta.display_hint(tr("Click a point to select its condition · {excludes}", excludes=EXCLUDES))
        self.ratio.display_hint(tr("Click a line’s point to select its condition · {excludes}", excludes=EXCLUDES))
        self.polaron.display_hint(tr("Click a point to select its temperature · contours and bars hold 68 %"))

    def _begin_drag(self) -> None:
        self._is_dragging = True

    def _finish_drag(self) -> None:
        self._is_dragging = False
        self.drag_finished.emit()
        self._others.flush()

    def _drag_cutoff(self, side: str, place: float) -> None:
        if side in self._nominal_nm:
            self.cutoff_dragged.emit(side, self._nominal_nm[side], place)

    def _choose_spectrum(self, series: int, point: int, button: Qt.MouseButton) -> None:
        if self._picture.stack is not None:
            self.stack_chosen.emit(self._picture.stack.key)

    def _choose_eta(self, series: int, point: int, button: Qt.MouseButton) -> None:
        compared = None if self._results is None else compared_temperature(self._results, self._view)
        t = self._view.temperature if series < _OWN_SERIES or compared is None else compared
        self._choose(t, self._eta_places[series][point], button)

    def _choose_other_eta(self, row: int, column: int, button: Qt.MouseButton) -> None:
        if self._eta_crowd is not None:
            self._choose(self._eta_crowd.rows[row], column, button)

    def _choose_other_polaron(self, row: int, column: int, button: Qt.MouseButton) -> None:
        if self._polaron_crowd is not None:
            self.temperature_chosen.emit(self._polaron_crowd.rows[row])

    def _other_eta_tip(self, row: int, column: int) -> str:
        fit = self._results.efficiency if self._results is not None else None
        return eta_tip(fit, self._eta_crowd.rows[row], column) if fit is not None and self._eta_crowd else ""

    def _other_polaron_tip(self, row: int, column: int) -> str:
        known = self._results is not None and self._polaron_crowd is not None
        return polaron_tip(self._results, self._polaron_crowd.rows[row]) if known else ""

    def _choose_line(self, series: int, point: int, button: Qt.MouseButton) -> None:
        self._choose(self._view.temperature, self._ratio_places[series][point], button)

    def _choose(self, t: int, j: int, button: Qt.MouseButton) -> None:
        fit = self._results.efficiency if self._results is not None else None
        if fit is None:
            return
        if t != self._view.temperature:
            self.temperature_chosen.emit(t)
        self.stack_chosen.emit(fit.keys[t][j])

    def _choose_owner(self, series: int, point: int, button: Qt.MouseButton) -> None:
        owner = self._owners[series]
        if owner is not None:
            self.temperature_chosen.emit(owner)

    # --- construction --------------------------------------------------------------------------------------
    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        for index, card in enumerate(self.cards):
            grid.addWidget(card, index // 2, index % 2)
        for index in (0, 1):
            grid.setColumnStretch(index, 1)
            grid.setRowStretch(index, 1)
        self.spectra.add_layer(self.spectra_layer, z=10)
        self.eta.add_layer(self.other_eta, z=5)
        self.polaron.add_layer(self.other_polarons, z=5)
        self.polaron.add_layer(self.published, z=-5)
        self.spectra.add_layer(self.window_handle, z=20)
        for handle in self.cutoff_handles.values():
            handle.setVisible(False)
            self.spectra.add_layer(handle, z=21)
        self.eta.add_layer(Level(self._theme, 1.0), z=1)
