"""The gap as a line that can be dragged, also where it is the zero of the axis."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGraphicsSceneMouseEvent

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.plots.handles import LineHandle
from asplab.gui.widgets.fields import Numeric
from asplab.gui.widgets.numerals import plain

_DECIMALS = 1


class GapHandle(LineHandle):
    """A line at the gap, named by its photon energy.

    On an axis of ΔE the gap is zero wherever it lies: the line stays under the mouse because its owner shifts the view,
    so a drag is measured on the screen.

    ``gap_dragged`` carries the wanted gap in meV.
    """

    gap_dragged = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme, label="E<sub>g</sub>", scope=tr("this temperature"), unit="meV", decimals=_DECIMALS, step=1.0
        )
        self._gap_mev = 0.0
        self._energy_at: Callable[[float], float] = float
        self._held: tuple[float, float, Callable[[float], float]] | None = None

    @property
    def gap_mev(self) -> float:
        """The displayed gap."""
        return self._gap_mev

    def display_gap(
        self, gap_mev: float, place: float, energy_at: Callable[[float], float], *, unit: str, step: float
    ) -> None:
        """Show the gap at a place of the axis.

        Parameters
        ----------
        gap_mev : float
        place : float
            Where it stands on the axis.
        energy_at : callable
            Returns the photon energy in meV at a place of the axis as it is now.
        unit, step : str and float
            Of the axis, and of an arrow key.
        """
        self._gap_mev, self._energy_at = gap_mev, energy_at
        self.unit, self._step = unit, step
        self.display(place)
        self.update()

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Grab the line and keep the axis as it is now."""
        super().mousePressEvent(event)
        self._held = (event.scenePos().x(), self._places[0], self._energy_at)

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Tell the gap that is wanted."""
        if self._held is not None:
            start_px, place, energy_at = self._held
            by = (event.scenePos().x() - start_px) / self.pixel_map().x_scale
            self._tell_gap(energy_at(place + by))

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """End the drag."""
        self._held = None
        super().mouseReleaseEvent(event)

    def typed(self) -> tuple[float, Numeric]:
        """Return the gap, which is a place in the spectrum whatever the axis shows."""
        return self._gap_mev, Numeric("meV", _DECIMALS, is_position=True)

    def take_typed(self, value: float) -> None:
        """Tell the gap that is wanted, as one gesture."""
        self._tell_gap(value)
        self._finish()

    def _move(self, places: tuple[float, ...], by: float) -> None:
        self._tell_gap(self._energy_at(places[0] + by))

    def _tell_gap(self, gap_mev: float) -> None:
        if gap_mev == self._gap_mev:
            return
        if not self._moving:
            self._moving = True
            self.drag_started.emit()
        self.gap_dragged.emit(gap_mev)

    def _value_words(self) -> str:
        return f"{plain(self._gap_mev, _DECIMALS)} meV"
