"""Absorption with its tail, T*(E), and η by detailed balance beside the photothermal one."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.companion.absorption.tail import Tail
from asplab.core.export.companion.absorption import agreement_of, all_tails
from asplab.core.export.drawing import BLUE, GREEN, GREY, RED
from asplab.core.export.style.names import shown
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import DETUNING, ETA
from asplab.core.pipeline import Results

_WIDTH_IN, _HEIGHT_IN = 6.8, 2.3
_COLORS = (BLUE, RED, GREEN)
_BELOW, _ABOVE_MEV = 200.0, 120.0


def draw_absorption(results: Results, blank: Blank) -> FigureBase | None:
    """Draw all spectra of the temperature whose detailed balance is seen best, else of the warmest."""
    tails = [one for one in all_tails(results) if np.isfinite(one.reference_mev)]
    if not tails:
        return None
    best = max(tails, key=lambda one: (one.eta is not None, one.sample.temperature_k))
    own = [one for one in tails if one.sample.temperature == best.sample.temperature][: len(_COLORS)]
    figure = blank(_WIDTH_IN, _HEIGHT_IN, simulated=results.document.experiment.simulated)
    spectrum, star, eta = figure.subplots(1, 3)
    for one, color in zip(own, _COLORS, strict=False):
        _draw_spectrum(spectrum, one, color)
        _draw_star(star, one, color)
        _draw_eta(eta, results, one, color)
    kelvin = f"{best.sample.temperature_k:.0f} K"
    spectrum.set(xlabel=f"{DETUNING} (meV)", ylabel="Absorption / its maximum", yscale="log", ylim=(1e-4, 3.0))
    spectrum.set_xlim(-_ABOVE_MEV, _BELOW)
    spectrum.legend(fontsize="x-small", title=kelvin, title_fontsize="x-small", loc="lower left")
    star.axhline(best.sample.temperature_k, linewidth=0.6, linestyle=":", color="0.3")
    star.set_xlim(-_ABOVE_MEV, _BELOW)
    star.set(xlabel=f"{DETUNING} (meV)", ylabel="$T$* (K)", ylim=(0.0, 4.0 * best.sample.temperature_k))
    eta.set(xlabel=f"{DETUNING} (meV)", ylabel=ETA, ylim=(0.0, 1.5))
    if eta.get_legend_handles_labels()[0]:
        eta.legend(fontsize="x-small", loc="upper right")
    return figure


def _name(one: Tail) -> str:
    source = "from heat" if one.sample.source == "PA" else "curve"
    return ", ".join(part for part in (shown(one.sample.medium or ""), source) if part)


def _draw_spectrum(axes: Axes, one: Tail, color: str) -> None:
    absorbing = one.absorbing
    x = one.reference_mev - absorbing.energy_mev
    near = (x < _BELOW) & (x > -_ABOVE_MEV) & (absorbing.absorption > 0.0)
    scale = float(absorbing.absorption[near].max())
    axes.plot(x[near], absorbing.absorption[near] / scale, color=color, linewidth=0.7, alpha=0.6, label=_name(one))
    if one.urbach is not None and one.urbach.urbach.is_determined:
        at = np.linspace(*one.urbach.range_mev, 50)
        axes.plot(one.reference_mev - at, one.urbach.at(at) / scale, color=color, linewidth=1.6)


def _draw_star(axes: Axes, one: Tail, color: str) -> None:
    if one.star is None:
        return
    star = one.star
    x = one.reference_mev - star.energy_mev
    use = np.isfinite(star.local_k) & (star.local_error_k < 0.5 * star.local_k)
    axes.errorbar(
        x[use][::4], star.local_k[use][::4], yerr=star.local_error_k[use][::4], linestyle="none", marker="o",
        markersize=2, color=color, elinewidth=0.5,
    )  # fmt: skip
    low, high = star.range_mev
    axes.axvspan(one.reference_mev - high, one.reference_mev - low, color="0.9", linewidth=0)


def _draw_eta(axes: Axes, results: Results, one: Tail, color: str) -> None:
    found, both = one.eta, agreement_of(results, one)
    if found is None:
        return
    x = one.reference_mev - found.energy_mev
    axes.fill_between(x, found.eta - found.error, found.eta + found.error, color=color, alpha=0.2, linewidth=0)
    axes.plot(x, found.eta, color=color, linewidth=0.8, label=f"detailed balance, {_name(one)}")
    if both is not None:
        axes.errorbar(
            both.detuning_mev, both.photothermal, yerr=both.photothermal_error, linestyle="none", marker="o",
            markersize=3, color=GREY, elinewidth=0.7, label="Eqs. 1-5",
        )  # fmt: skip
