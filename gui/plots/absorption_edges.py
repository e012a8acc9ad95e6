"""What can be dragged over photothermal scans: the baseline region, the start of the tail, and the gap."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from asplab.core.energies.references import SAME_TEMPERATURE_K
from asplab.core.pipeline import Results
from asplab.core.settings import GivenEnergy
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import Plot
from asplab.gui.plots.gap_handle import GapHandle
from asplab.gui.plots.handles import LineHandle, RegionHandle

_EVERYWHERE = tr("all temperatures, meV below the gap")
_SHAPES_WITH_REGION = ("constant", "line", "urbach")


class AbsorptionEdges(QObject):
    """The handles of the whole scan and of the plots of its tail.

    ``baseline_dragged`` carries the ends of the region in meV below the gap, the upper one None for the end of each
    scan; ``setting_dragged`` a settings record, its field and the value; ``drag_finished`` ends either.
    """

    baseline_dragged = Signal(float, object)
    setting_dragged = Signal(str, str, object)
    drag_finished = Signal()

    def __init__(self, theme: Theme, scan: Plot, tails: tuple[Plot, ...]) -> None:
        super().__init__(scan)
        self._results: Results | None = None
        self._t = 0
        self.regions = [
            RegionHandle(theme, label=tr("baseline region"), scope=_EVERYWHERE, unit="meV", step=1.0) for _ in tails
        ]
        self.tail_starts = [
            LineHandle(theme, label=tr("tail from"), scope=_EVERYWHERE, unit="meV", step=1.0, color="muted", row=1)
            for _ in tails
        ]
        for plot, region, start in zip(tails, self.regions, self.tail_starts, strict=True):
            plot.add_layer(region, z=20)
            plot.add_layer(start, z=21)
            region.dragged.connect(self._tell_baseline)
            start.dragged.connect(lambda place: self.setting_dragged.emit("baseline", "tail_from_mev", place))
        self.gap = GapHandle(theme)
        scan.add_layer(self.gap, z=20)
        self.gap.gap_dragged.connect(self._tell_gap)
        for handle in (self.gap, *self.regions, *self.tail_starts):
            handle.drag_finished.connect(self.drag_finished)

    def display(self, results: Results, t: int, *, deepest_mev: float, floors_px: tuple[float, ...]) -> None:
        """Show region and start of the tail.

        Parameters
        ----------
        results : Results
        t : int
            Temperature shown.
        deepest_mev : float
            End of the scan, in meV below the gap.
        floors_px : tuple of float
            What stands at the bottom of each plot of the tail.
        """
        self._results, self._t = results, t
        settings = results.document.settings.baseline
        high = deepest_mev if settings.to_mev is None else settings.to_mev
        has_region = settings.shape in _SHAPES_WITH_REGION and settings.from_mev < high
        for region, start, floor in zip(self.regions, self.tail_starts, floors_px, strict=True):
            region.setVisible(has_region)
            if has_region:
                region.display(settings.from_mev, high)
            start.setVisible(settings.shape == "urbach")
            start.display(settings.tail_from_mev)
            for handle in (region, start):
                handle.display_floor(floor)

    def display_gap(self, gap_mev: float, place: float, energy_at: Callable[[float], float], *, is_nm: bool) -> None:
        """Show the gap at a place of the scan's axis, which is one of wavelengths or of ΔE."""
        unit, step = ("nm", 0.1) if is_nm else ("meV", 1.0)
        self.gap.display_gap(gap_mev, place, energy_at, unit=unit, step=step)

    def _tell_baseline(self, low: float, high: float) -> None:
        # A region that reaches the end of every scan keeps doing so until its upper edge is moved.
        shown, results = self.regions[0].region, self._results
        is_open = results is not None and results.document.settings.baseline.to_mev is None
        keeps_end = is_open and shown is not None and high == shown[1]
        self.baseline_dragged.emit(low, None if keeps_end else high)

    def _tell_gap(self, gap_mev: float) -> None:
        if self._results is not None:
            self.setting_dragged.emit("energies", "given_reference", with_gap(self._results, self._t, gap_mev))


def with_gap(results: Results, t: int, gap_mev: float) -> tuple[GivenEnergy, ...]:
    """Return the given reference energies with that of one temperature where the hand puts the gap.

    It keeps the standard error that the energy has had: given before, or measured.
    """
    settings, energies = results.document.settings.energies, results.energies
    if energies is None:
        return settings.given_reference
    temperature = float(energies.temperatures_k[t])
    here = [one for one in settings.given_reference if abs(one.temperature_k - temperature) <= SAME_TEMPERATURE_K]
    others = [one for one in settings.given_reference if one not in here]
    # The error that the user adds to every reference is added again by the analysis.
    squared = float(energies.reference_error_mev[t]) ** 2 - settings.reference_error_mev**2
    measured = GivenEnergy(temperature, 0.0, float(np.sqrt(max(squared, 0.0))))
    given = replace(here[0] if here else measured, energy_mev=gap_mev - settings.reference_offset_mev)
    return tuple(sorted((*others, given), key=lambda one: one.temperature_k))
