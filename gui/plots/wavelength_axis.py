"""A second axis above a plot of photon energies: the same places as wavelengths, at round numbers."""

import math
from typing import Any

import numpy as np

from asplab.core.units import FloatArray, Medium, energy_from_wavelength, wavelength_from_energy
from asplab.gui.plots.axes import Axis
from asplab.gui.plots.base import Plot
from asplab.gui.widgets.numerals import plain

_LEAST_PX, _DIGIT_PX, _UNIT_PX = 40, 8, 18
_HEIGHT_PX = 20
_STEPS_NM = tuple(step * 10.0**decade for decade in range(-2, 4) for step in (1, 2, 5))


class WavelengthAxis(Axis):
    """The axis above a plot whose places are photon energies in meV, or count from one such energy.

    It stands only above axes on which every place is one photon energy: above ΔE of a single temperature, whose gap
    is known, but not above ΔE of several, where the same ΔE is another wavelength at each.

    Parameters
    ----------
    plot : Plot
        Gets this axis, hidden until :meth:`display`.
    """

    def __init__(self, plot: Plot) -> None:
        super().__init__("top", plot.theme)
        self._zero_mev, self._sign = 0.0, 1.0
        self._medium: Medium = "vacuum"
        self._unit_at = math.nan
        self._plot_item = plot.plot_item
        plot.add_axis(self)
        self.setHeight(_HEIGHT_PX)
        self._plot_item.showAxis("top", False)

    def display(self, zero_mev: float | None, medium: Medium = "vacuum", *, sign: int = 1) -> None:
        """Show the axis, or hide it.

        Parameters
        ----------
        zero_mev : float or None
            Photon energy at zero of the axis below, in meV; 0 where that counts photon energies. None hides the axis.
        medium : str
            Of the wavelengths.
        sign : int
            −1 where the axis below counts downwards from that energy.
        """
        shows = zero_mev is not None and math.isfinite(zero_mev)
        if shows and zero_mev is not None and (zero_mev, medium, sign) != (self._zero_mev, self._medium, self._sign):
            self._zero_mev, self._medium, self._sign = zero_mev, medium, float(sign)
            self.picture = None
            self.update()
        if self.isVisible() != shows:
            self._plot_item.showAxis("top", shows)

    def restyle(self, theme: Any) -> None:
        """Take the colours of a theme; the grid belongs to the axis below."""
        super().restyle(theme)
        self.setGrid(False)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:
        """Place ticks at round wavelengths, as many as have room where they stand closest."""
        if maxVal <= minVal:
            return []
        energies = self._zero_mev + self._sign * np.array([minVal, maxVal])
        if energies.max() <= 0:
            return []
        # Far below the gap photon energies come to zero, where no wavelength ends.
        low, high = sorted(float(nm) for nm in self._nm(np.maximum(energies, 0.02 * energies.max())))
        for step in _STEPS_NM:
            if (high - low) / step > size:
                continue
            ticks = step * np.arange(math.ceil(low / step), math.floor(high / step) + 1)
            places = np.sort(self._places(ticks))
            room = size / (maxVal - minVal)
            if places.size < 2 or float(np.diff(places).min()) * room >= _LEAST_PX + _DIGIT_PX * _decimals(step):
                # The unit needs room before the beginning of the axis.
                free = places[(places - minVal) * room >= _UNIT_PX]
                self._unit_at = float(free[0]) if free.size else math.nan
                return [(step, places)]
        return []

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        """Write the wavelengths, the first one that has room with the unit."""
        numbers = [
            plain(float(nm), _decimals(spacing)) for nm in self._nm(self._zero_mev + self._sign * np.asarray(values))
        ]
        return [f"{text} nm" if place == self._unit_at else text for place, text in zip(values, numbers, strict=True)]

    def _nm(self, energy_mev: FloatArray) -> FloatArray:
        return wavelength_from_energy(energy_mev, medium=self._medium)

    def _places(self, nm: FloatArray) -> FloatArray:
        return (energy_from_wavelength(nm, medium=self._medium) - self._zero_mev) / self._sign


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))
