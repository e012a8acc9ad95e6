"""The paper's Figure 1c: PL, anti-Stokes PL and photothermal absorption at three temperatures."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.corrections.transmitted import cutoff_nm
from asplab.core.emission.band import Bands
from asplab.core.export.drawing import BLUE, GREEN, RED
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import DETUNING
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray, energy_from_wavelength

WIDTH_IN = 3.3
_BELOW_MEV, _ABOVE_MEV = 250.0, 350.0
_MOST_MARKERS = 55
_KNOWN_TO = 0.10
_SEEN = 0.5


def draw_spectra(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the spectra at the highest, a middle and the lowest temperature that has a PL band."""
    bands, energies = results.bands, results.energies
    if bands is None or energies is None:
        return None
    usable = [t for t, template in enumerate(bands.templates) if template is not None]
    usable = [t for t in usable if np.isfinite(energies.reference_mev[t])]
    if not usable:
        return None
    rows = sorted({usable[-1], usable[len(usable) // 2], usable[0]}, reverse=True)
    figure = blank(WIDTH_IN, 0.9 + 1.4 * len(rows), simulated=results.document.experiment.simulated)
    panels = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
    for axes, t in zip(panels, rows, strict=True):
        _panel(axes, results, bands, t)
    middle = energies.reference_mev[rows]
    panels[0].set_xlim((middle.min() - _BELOW_MEV) * 1e-3, (middle.max() + _ABOVE_MEV) * 1e-3)
    panels[-1].set_xlabel("Photon energy (eV)")
    figure.supylabel("Normalised signal")
    known = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(known.values(), known.keys(), loc="outside lower center", ncols=4, columnspacing=1.2)
    return figure


def _panel(axes: Axes, results: Results, bands: Bands, t: int) -> None:
    stokes, anti = _stokes(bands, t), _anti_stokes(results, bands, t)
    text = f"{bands.corrected.temperatures_k[t]:.0f} K"
    _photothermal(axes, results, t)
    if stokes is not None:
        energy, signal = _spectrum(results, bands, stokes)
        signal = signal / _height(signal)
        axes.plot(energy, signal, color=GREEN, label="PL")
        _cutoffs(axes, results, bands, stokes, GREEN)
        if anti is not None:
            _draw_anti_stokes(axes, *_spectrum(results, bands, anti), energy, signal)
            _cutoffs(axes, results, bands, anti, RED)
            text += f"\nASPL at {DETUNING} = {_detuning_mev(results, bands, anti):.0f} meV"
    axes.set(ylim=(-0.15, 1.7), yticks=[0.0, 0.5, 1.0], label=f"{bands.corrected.temperatures_k[t]:.0f} K")
    axes.text(0.41, 0.95, text, transform=axes.transAxes, va="top", fontsize="small")


def _draw_anti_stokes(
    axes: Axes, energy: FloatArray, signal: FloatArray, stokes_energy: FloatArray, stokes: FloatArray
) -> None:
    """Draw the ASPL spectrum, scaled by least squares to the PL over the range that both show."""
    both = np.isin(energy, stokes_energy)
    band = stokes[np.isin(stokes_energy, energy)]
    scale = float(signal[both] @ band / (band @ band)) if band.size and both.sum() == band.size else 0.0
    scale = scale if scale > 0 else _height(signal)
    axes.plot(
        _binned(energy), _binned(signal) / scale, "o", color=RED, markerfacecolor="none", markersize=3,
        markeredgewidth=0.6, label="ASPL",
    )  # fmt: skip


def _binned(values: FloatArray) -> FloatArray:
    """Return means of neighbours, few enough to tell the markers apart."""
    every = max(1, values.size // _MOST_MARKERS)
    count = values.size // every
    means: FloatArray = values[: count * every].reshape(count, every).mean(axis=1)
    return means


def _stokes(bands: Bands, t: int) -> int | None:
    """Return the middle one of the Stokes stacks in use."""
    stacks = bands.corrected.stacks
    found = [k for k, s in enumerate(stacks) if s.temperature == t and s.kind == "pl" and s.excluded is None]
    return found[len(found) // 2] if found else None


def _anti_stokes(results: Results, bands: Bands, t: int) -> int | None:
    """Return the deepest anti-Stokes stack whose intensity is known to a tenth and whose band is seen."""
    responses, stacks = results.responses, bands.corrected.stacks
    if responses is None:
        return None
    errors = np.sqrt(np.einsum("tii->ti", responses.covariance))
    known = {
        responses.keys[t][j]: responses.excitation_nm[t, j]
        for j in np.flatnonzero(responses.fitted[t])
        if j >= responses.n_stokes
        and errors[t, j] < _KNOWN_TO * responses.intensity[t, j]
        and responses.truncation[t, j] > _SEEN
    }
    if not known:
        return None
    deepest = max(known, key=lambda key: float(known[key]))
    return next(k for k, stack in enumerate(stacks) if stack.key == deepest)


def _detuning_mev(results: Results, bands: Bands, k: int) -> float:
    energies, excitations = results.energies, results.excitations
    stack = bands.corrected.stacks[k]
    if energies is None or excitations is None:
        return float("nan")
    return float(energies.reference_mev[stack.temperature] - excitations.energy_mev[k])


def _spectrum(results: Results, bands: Bands, k: int) -> tuple[FloatArray, FloatArray]:
    """Return the transmitted part of a mean spectrum per photon energy, on an axis in eV."""
    block, row = bands.corrected.place[k]
    axis, mean = bands.corrected.blocks[block].wavelength_nm, bands.corrected.blocks[block].mean[row]
    inside = (axis >= bands.transmitted_nm[k, 0]) & (axis <= bands.transmitted_nm[k, 1])
    level = 0.0
    if results.background is not None:
        level = float(np.mean(results.background.level[k, bands.corrected.present[k]]))
    # per energy rather than per wavelength: dλ/dE goes with λ²
    signal = (mean[inside] - level) * axis[inside] ** 2
    medium = results.document.settings.energies.medium
    return energy_from_wavelength(axis[inside], medium=medium) * 1e-3, signal


def _height(signal: FloatArray) -> float:
    """Return the maximum of a spectrum, smoothed over five pixels; 1 where there is nothing above zero."""
    highest = float(np.max(np.convolve(signal, np.ones(5) / 5, mode="same"))) if signal.size >= 5 else 0.0
    return highest if highest > 0 else 1.0


def _photothermal(axes: Axes, results: Results, t: int) -> None:
    """Draw the mean scan, baseline subtracted, at most 1 in the range shown."""
    scans, absorbed, energies = results.scans, results.absorbed, results.energies
    scan = None if scans is None else scans.sets[t]
    baseline = None if absorbed is None else absorbed.baselines[t]
    if scan is None or baseline is None or energies is None:
        return
    signal = (scan.volts.mean(axis=0) - baseline.volts) / scan.power_uw
    above = scan.energy_mev - energies.reference_mev[t]
    shown = (above > -_BELOW_MEV) & (above < _ABOVE_MEV)
    if not shown.any() or signal[shown].max() <= 0:
        return
    height = signal / signal[shown].max()
    axes.fill_between(scan.energy_mev * 1e-3, height, color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(scan.energy_mev * 1e-3, height, color=BLUE, linewidth=0.8, label="PA")


def _cutoffs(axes: Axes, results: Results, bands: Bands, k: int, colour: str) -> None:
    """Mark the cutoffs of a stack as the analysis uses them, moved by hand or nominal."""
    stack, settings = bands.corrected.stacks[k], results.document.settings.transmission
    for cutoff in (cutoff_nm(stack, side, settings) for side in ("longpass", "shortpass")):
        if cutoff is not None:
            place = float(energy_from_wavelength(cutoff)) * 1e-3
            axes.axvline(place, color=colour, linestyle="--", linewidth=0.7, label="filter cutoff")
