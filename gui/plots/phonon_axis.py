"""A second axis above a plot that counts in another unit, for instance detuning in phonons."""

from typing import Any

from asplab.gui.look.theme import Theme
from asplab.gui.plots.axes import Axis
from asplab.gui.plots.base import Plot


class ScaledAxis(Axis):
    """The axis above a plot, its numbers being those below times a factor.

    Parameters
    ----------
    plot : Plot
        Gets this axis, hidden until :meth:`display`.
    """

    def __init__(self, plot: Plot) -> None:
        super().__init__("top", plot.theme)
        self._label = ""
        plot.plot_item.setAxisItems({"top": self})
        self._plot_item = plot.plot_item
        self._plot_item.showAxis("top", False)
        self.setZValue(-1000)

    def display(self, factor: float | None, label: str = "") -> None:
        """Show the axis with ``factor`` times the numbers below, or hide it."""
        if factor is not None:
            self.setScale(factor)
        if factor is not None and label != self._label:
            self._label = label
            self.setLabel(label)
        if self.isVisible() != (factor is not None):
            self._plot_item.showAxis("top", factor is not None)

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme; the grid belongs to the axis below."""
        super().restyle(theme)
        self.setGrid(False)

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        """Write the scaled numbers; the places are given in units of the axis below."""
        return super().tickStrings([value * scale for value in values], 1.0, spacing * scale)
