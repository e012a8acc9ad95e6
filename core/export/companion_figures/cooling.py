"""η·QY against what net cooling needs, and the chance of net cooling over temperature and excitation."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.companion.cooling.chance import CoolingMap
from asplab.core.companion.cooling.points import CoolingPoints
from asplab.core.export.companion.cooling import known_places
from asplab.core.export.companion.cooling_map import sampled_map
from asplab.core.export.drawing import BLUE, GREY, RED
from asplab.core.export.style.rules import Blank
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray

_PANEL_IN, _HEIGHT_IN = 2.7, 2.3
_X = r"$\langle E\rangle - h\nu$ (meV)"
_LEVELS = (-0.5, -0.2, -0.1, -0.05)
"""Median η_c of the thin lines."""


def draw_cooling(results: Results, blank: Blank) -> FigureBase | None:
    """Draw η·QY of the coldest, the warmest and the nearest temperature, and the map where one was drawn."""
    found, fit = results.cooling, results.efficiency
    if found is None or fit is None or not known_places(results):
        return None
    mapped = sampled_map(results)
    count = 1 if mapped is None else 2
    figure = blank(_PANEL_IN * count, _HEIGHT_IN, simulated=results.document.experiment.simulated)
    axes = figure.subplots(1, count, squeeze=False)[0]
    _draw_products(axes[0], found, fit.temperatures_k)
    if mapped is not None:
        _draw_map(axes[1], mapped, found, fit.temperatures_k)
    return figure


def _draw_products(axes: Axes, found: CoolingPoints, temperatures_k: FloatArray) -> None:
    known = np.flatnonzero(np.isfinite(found.product).any(axis=1))
    nearest = found.nearest[0]
    for t in sorted({int(known[0]), nearest, int(known[-1])}, key=lambda t: temperatures_k[t]):
        use = np.isfinite(found.product[t])
        colour = RED if t == nearest else BLUE if t == known[0] else GREY
        axes.errorbar(
            found.detuning_mev[t, use], found.product[t, use], yerr=found.product_error[t, use], linestyle="none",
            marker="o", markersize=3, elinewidth=0.7, color=colour, label=f"{temperatures_k[t]:.0f} K",
        )  # fmt: skip
    use = np.isfinite(found.threshold[nearest])
    order = np.argsort(found.detuning_mev[nearest, use])
    axes.plot(
        found.detuning_mev[nearest, use][order], found.threshold[nearest, use][order], color="0.2", linewidth=0.8,
        linestyle="--", label="needed",
    )  # fmt: skip
    axes.set(xlabel=_X, ylabel=r"$\eta\,\mathrm{QY}$", ylim=(0.0, None))
    axes.legend(fontsize="x-small", loc="lower left")


def _draw_map(axes: Axes, mapped: CoolingMap, found: CoolingPoints, temperatures_k: FloatArray) -> None:
    x, y = mapped.detuning_mev, mapped.temperature_k
    image = axes.pcolormesh(
        x, y, mapped.found.chance, cmap="Blues", vmin=0.0, vmax=1.0, shading="nearest", rasterized=True
    )
    with mpl.rc_context({"hatch.linewidth": 0.4}):
        axes.contourf(
            x, y, mapped.is_extrapolated.astype(float), levels=[0.5, 1.5], colors="none", hatches=["////"], zorder=2
        )
    _draw_levels(axes, mapped)
    places = np.argwhere(np.isfinite(found.product))
    axes.plot(
        found.detuning_mev[tuple(places.T)], temperatures_k[places[:, 0]], linestyle="none", marker="o",
        markersize=1.6, color="0.1",
    )  # fmt: skip
    axes.set(xlabel=_X, ylabel="Temperature (K)", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    axes.figure.colorbar(image, ax=axes, label="Chance of net cooling", pad=0.02)


def _draw_levels(axes: Axes, mapped: CoolingMap) -> None:
    """Draw lines of equal median η_c: where the sample neither cools nor heats, and thin ones of heating."""
    efficiency = np.ma.masked_invalid(mapped.found.efficiency)
    low, high = float(efficiency.min()), float(efficiency.max())
    heats = [level for level in _LEVELS if low < level < high]
    if heats:
        lines = axes.contour(
            mapped.detuning_mev, mapped.temperature_k, efficiency, levels=heats, colors="0.35", linewidths=0.5,
            linestyles="-",
        )  # fmt: skip
        axes.clabel(lines, fmt=lambda level: f"{100.0 * level:.0f} %", fontsize=5)
    if low < 0.0 < high:
        axes.contour(mapped.detuning_mev, mapped.temperature_k, efficiency, levels=[0.0], colors="k", linewidths=1.2)
