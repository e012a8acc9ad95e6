"""Figures in the manner of the paper's 1c, 2b-d and 3, drawn without a display and without global figures."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike

from asplab.core.efficiency.fixed_laser import SAME_MEV, eta_at, usable
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.energies.references import detuning_label
from asplab.core.export.companion_figures import COMPANION_FIGURES
from asplab.core.export.drawing import (
    BLUE,
    FORMATS,
    GREEN,
    GREY,
    RED,
    blank_figure,
    common_phonon_mev,
    count_phonons,
    draw_eta,
    eta_limits,
    extend_x,
    mark_outside,
    publication_style,
    shade_above_one,
    write_figure,
)
from asplab.core.export.model_figures import draw_chain, draw_compared
from asplab.core.export.origin import origin_of
from asplab.core.export.spectra_figure import draw_spectra
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.rounding import number_with_error
from asplab.core.units import FloatArray, thermal_energy_mev

__all__ = ["FIGURE_NAMES", "FORMATS", "DrawnFigure", "make_figure", "write_figures"]

_RATIO_DETUNINGS_MEV = (23.0, 33.0, 46.0)
_TREND_DETUNINGS_MEV = (32.0, 55.0)
_WARM_K = 250.0
_NEAR_MEV = 10.0
_COLUMN_IN, _PAGE_IN = 3.3, 7.0


@dataclass(frozen=True, slots=True)
class DrawnFigure:
    """A figure that was written: its name, what it shows, and its SVG."""

    name: str
    caption: str
    svg: str


def make_figure(name: str, results: Results) -> Figure | None:
    """Return a figure by name, or None where the results don't hold what it shows; use `publication_style`."""
    return _FIGURES[name][0](results)


def write_figures(results: Results, folder: Path, *, progress: Progress | None = None) -> tuple[DrawnFigure, ...]:
    """Write every figure that the results allow as PDF, SVG and PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    progress = progress or Progress()
    drawn, origin = [], origin_of(results).words()
    with publication_style():
        for done, (name, (_, caption)) in enumerate(_FIGURES.items()):
            progress.step(done, len(_FIGURES), f"drawing {name}")
            figure = make_figure(name, results)
            if figure is None:
                continue
            title = f"{caption} (simulated data)" if results.document.experiment.simulated else caption
            drawn.append(DrawnFigure(name, caption, write_figure(figure, folder, name, title=title, origin=origin)))
    return tuple(drawn)


def _draw_ratio(results: Results) -> Figure | None:
    """Draw R against the Stokes detuning at the lowest temperature that has it (Figure 2b)."""
    fit, responses = results.efficiency, results.responses
    if fit is None or responses is None:
        return None
    rows = np.flatnonzero(np.isfinite(fit.ratio).any(axis=(1, 2)))
    if rows.size == 0:
        return None
    t = int(rows[0])
    figure = blank_figure(_COLUMN_IN, 2.7, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    above = fit.stokes_mev[t] - responses.reference_mev[t]
    seen = np.isfinite(fit.stokes_ratio[t])
    ends = np.array([above[seen].min() - 15.0, above[seen].max() + 15.0])
    for j, colour, marker in zip(_nearest(fit, t, _RATIO_DETUNINGS_MEV), (RED, BLUE, GREEN), "oD^", strict=False):
        label = f"ΔE = {fit.detuning_mev[t, j]:.1f} meV"
        axes.errorbar(
            above[seen], fit.ratio[t, j, seen], yerr=fit.ratio_error[t, j, seen], linestyle="none", marker=marker,
            color=colour, elinewidth=0.7, markeredgewidth=0.8, label=label,
        )  # fmt: skip
        heat = ends + responses.reference_mev[t] - fit.intercept_mev[t]
        axes.plot(ends, fit.ratio_slope_per_mev[t, j] * heat, color=colour)
    axes.set(xlabel=r"$\Delta E_{\mathrm{S}}$ (meV)", ylabel="R", xlim=(ends[0], ends[1]))
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.0), high + 0.30 * (high - low))
    quantum_yield = number_with_error(fit.quantum_yield[t], fit.quantum_yield_error[t])
    axes.text(0.97, 0.95, f"{fit.temperatures_k[t]:.0f} K\nQY = {quantum_yield}", transform=axes.transAxes,
              ha="right", va="top")  # fmt: skip
    axes.legend(loc="upper left")
    return figure


def _nearest(fit: EfficiencyFit, t: int, wanted_mev: tuple[float, ...]) -> list[int]:
    """Return the places nearest to the wanted detunings, each once, that have η at this temperature."""
    usable = fit.fitted[t] & np.isfinite(fit.ratio[t]).any(axis=1)
    chosen: list[int] = []
    for wanted in wanted_mev:
        free = [int(j) for j in np.flatnonzero(usable) if j not in chosen]
        if free:
            chosen.append(min(free, key=lambda j: abs(float(fit.detuning_mev[t, j]) - wanted)))
    return sorted(chosen)


def _draw_detuning(results: Results) -> Figure | None:
    """Draw η against ΔE at the lowest temperature and the one nearest to 250 K (Figure 2c)."""
    fit = results.efficiency
    if fit is None or not fit.valid.any():
        return None
    measured = np.flatnonzero(fit.valid.any(axis=1))
    rows = sorted({int(measured[0]), int(measured[np.argmin(np.abs(fit.temperatures_k[measured] - _WARM_K))])})
    figure = blank_figure(_COLUMN_IN, 2.7, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    axes.axhline(0.0, color=GREY, linewidth=0.4)
    for t, colour, marker in zip(rows, (BLUE, RED), "so", strict=False):
        draw_eta(axes, fit, t, colour=colour, marker=marker, label=f"{fit.temperatures_k[t]:.0f} K")
    label = detuning_label(None if results.energies is None else results.document.settings.energies)
    axes.set(xlabel=label, ylabel=r"$\eta_{\mathrm{ASPL}}$", ylim=eta_limits(fit, rows, highest=1.25))
    for t, colour in zip(rows, (BLUE, RED), strict=False):
        mark_outside(axes, fit, t, colour=colour)
    shade_above_one(axes)
    extend_x(axes, fit.detuning_mev[rows][fit.valid[rows]])
    count_phonons(axes, common_phonon_mev(results))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right")
    return figure


def _draw_trend(results: Results) -> Figure | None:
    """Draw η against 1/kT at a measured detuning near 32 and 55 meV, or between lasers (Figure 2d)."""
    fit = results.efficiency
    if fit is None or not fit.valid.any():
        return None
    figure = blank_figure(_COLUMN_IN, 2.9, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    series = [_trend(axes, fit, wanted, style) for wanted, style in zip(_TREND_DETUNINGS_MEV, _TRENDS, strict=True)]
    if not any(series):
        return None
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(max(low * 0.8, 3e-3), max(high, 1.6))
    axes.set(xlabel=r"$1/k_{\mathrm{B}}T$ (eV$^{-1}$)", ylabel=r"$\eta_{\mathrm{ASPL}}$")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="both", top=False)
    top = axes.secondary_xaxis("top", functions=(_other_axis, _other_axis))
    top.set_xlabel("T (K)")
    top.set_xticks(_round_temperatures(fit.temperatures_k))
    top.minorticks_off()
    shade_above_one(axes)
    axes.legend(loc="lower left")
    return figure


_TRENDS = ((BLUE, "o"), (RED, "D"))


def _trend(axes: Axes, fit: EfficiencyFit, wanted_mev: float, style: tuple[str, str]) -> bool:
    """Draw one series of points, open where interpolated; False where η is known nowhere."""
    found = eta_at(fit, _measured_near(fit, wanted_mev))
    shown = np.isfinite(found.eta) & (found.eta > 0.0)
    if not shown.any():
        return False
    bars = np.nan_to_num(np.stack([found.eta - found.eta_low, found.eta_high - found.eta]))
    # a bar that reaches zero leaves a logarithmic axis at its lower edge
    bars[0] = np.minimum(bars[0], 0.999 * np.nan_to_num(found.eta))
    colour, marker = style
    name = f"ΔE = {found.detuning_mev:.1f} meV"
    for rows, face, label in (
        (shown & ~found.interpolated, colour, name),
        (shown & found.interpolated, "white", f"{name}, interpolated"),
    ):
        if rows.any():
            inverse = 1e3 / thermal_energy_mev(fit.temperatures_k[rows])
            axes.errorbar(
                inverse, found.eta[rows], yerr=np.maximum(bars[:, rows], 0.0),
                linestyle="none", marker=marker, color=colour, elinewidth=0.7, markerfacecolor=face,
                markeredgewidth=0.8, label=label,
            )  # fmt: skip
    return True


def _measured_near(fit: EfficiencyFit, wanted_mev: float) -> float:
    """Return the detuning measured next to the wanted one where all temperatures share it, else the wanted one."""
    known = usable(fit)
    distance = np.where(known, np.abs(fit.detuning_mev - wanted_mev), np.inf)
    place = np.argmin(distance, axis=1)
    rows = np.flatnonzero(distance[np.arange(len(place)), place] <= _NEAR_MEV)
    near = fit.detuning_mev[rows, place[rows]]
    return float(near.mean()) if rows.size and np.abs(near - near.mean()).max() <= SAME_MEV else wanted_mev


def _other_axis(value: ArrayLike) -> FloatArray:
    """Convert between temperature in K and 1/kT in 1/eV; its own inverse."""
    number = np.asarray(value, dtype=np.float64)
    safe = np.where(number > 0, number, np.nan)
    result: FloatArray = 1e3 / thermal_energy_mev(safe)
    return result


def _round_temperatures(temperatures_k: FloatArray) -> list[float]:
    """Return ticks of the temperature axis that don't crowd where 1/kT is narrow."""
    wide = (60.0, 80.0, 100.0, 120.0, 150.0, 200.0, 280.0, 400.0)
    low, high = float(temperatures_k.min()), float(temperatures_k.max())
    return [value for value in wide if low - 1.0 <= value <= high + 1.0] or [low]


_FIGURES: dict[str, tuple[Callable[[Results], Figure | None], str]] = {
    "fig1c": (
        draw_spectra,
        "Spectra, normalised; circles: means of neighbouring pixels; dashed: filter cutoffs",
    ),
    "fig2b": (_draw_ratio, "R against the Stokes detuning; lines from the fit of all components"),
    "fig2c": (
        _draw_detuning,
        "Up-conversion efficiency against detuning, above in phonons of the joint fit where that is identified; bars: "
        "68 % intervals, pale: not determined",
    ),
    "fig2d": (
        _draw_trend,
        "Up-conversion efficiency against 1/kT at detunings near 32 and 55 meV; open: between two lasers",
    ),
    "fig3": (
        draw_chain,
        "Model and data at every temperature; bars: 68 % intervals, band: 68 % of the model, N: of the joint fit",
    ),
    "models": (draw_compared, "Compared rate models, fitted at every temperature by itself; bars: 68 % intervals"),
    **COMPANION_FIGURES,
}
FIGURE_NAMES = tuple(_FIGURES)
"""Names of all figures, which are those of their files."""
