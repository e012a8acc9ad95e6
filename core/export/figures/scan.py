"""A photothermal scan with its baseline (Figure 1d)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import NullLocator, SymmetricalLogLocator

from asplab.core.export.drawing import BLUE, GREY, RED
from asplab.core.export.style.rules import Blank
from asplab.core.pipeline import Results

WIDTH_IN, HEIGHT_IN = 3.3, 2.4
_BELOW_MEV, _ABOVE_MEV = 300.0, 150.0
_TO_MICRO = 1e6
_NOISE = 3.0
"""Standard deviations of the scan about its baseline up to which the scale is linear."""


def draw_scan(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the mean scan of the lowest temperature that has one."""
    rows = with_scan(results)
    return draw_scan_at(results, blank, rows[0]) if rows else None


def draw_scan_at(results: Results, blank: Blank, t: int) -> FigureBase | None:
    """Draw the mean scan of one temperature."""
    if t not in with_scan(results):
        return None
    figure = blank(WIDTH_IN, HEIGHT_IN, simulated=results.document.experiment.simulated)
    draw_baseline(figure.subplots(), results, t)
    return figure


def with_scan(results: Results) -> list[int]:
    """Return the temperatures that have a scan with its baseline and a reference for ΔE."""
    scans, absorbed, energies = results.scans, results.absorbed, results.energies
    if scans is None or absorbed is None or energies is None:
        return []
    return [
        t
        for t, (scan, baseline) in enumerate(zip(scans.sets, absorbed.baselines, strict=True))
        if scan is not None and baseline is not None and np.isfinite(energies.reference_mev[t])
    ]


def draw_baseline(axes: Axes, results: Results, t: int) -> None:
    """Draw scan, baseline with its standard error, and the range that it is fitted to; linear below the noise."""
    scans, absorbed, energies = results.scans, results.absorbed, results.energies
    scan, baseline = (scans.sets[t] if scans else None), (absorbed.baselines[t] if absorbed else None)
    if scan is None or baseline is None or energies is None:
        return
    reference = float(energies.reference_mev[t])
    shown = (scan.energy_mev > reference - _BELOW_MEV) & (scan.energy_mev < reference + _ABOVE_MEV)
    energy, mean = scan.energy_mev[shown] * 1e-3, scan.volts.mean(axis=0)[shown] * _TO_MICRO
    line, error = baseline.volts[shown] * _TO_MICRO, baseline.error_v[shown] * _TO_MICRO
    low, high = (1e-3 * (reference - side) for side in sorted(baseline.region_mev, reverse=True))
    axes.axvspan(low, high, color=GREY, alpha=0.12, linewidth=0)
    axes.fill_between(energy, 0.0, line, color=RED, alpha=0.12, linewidth=0, label="_below the baseline")
    axes.fill_between(energy, line - error, line + error, color=RED, alpha=0.35, linewidth=0, label="_baseline, 68 %")
    axes.plot(energy, mean, color=BLUE, linewidth=0.8, label="PA, mean scan")
    axes.plot(energy, line, color=RED, linewidth=0.9, label="baseline")
    axes.set(xlabel="Photon energy (eV)", ylabel="In-phase signal (µV)", label=_kelvin(results, t))
    noise = _NOISE * float(np.std((mean - line)[(energy > low) & (energy < high)], ddof=1))
    if np.isfinite(noise) and noise > 0.0:
        axes.set_yscale("symlog", linthresh=noise, linscale=0.5)
        axes.set_ylim(min(-noise, float(mean.min())), 2.0 * float(mean.max()))
        axes.yaxis.set_major_locator(SymmetricalLogLocator(base=10.0, linthresh=noise))
        axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlim(float(energy.min()), float(energy.max()))
    axes.text(0.03, 0.95, _kelvin(results, t), transform=axes.transAxes, va="top")
    axes.legend(loc="lower right")


def _kelvin(results: Results, t: int) -> str:
    return "" if results.energies is None else f"{results.energies.temperatures_k[t]:.0f} K"
