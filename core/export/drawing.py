"""What all figures share: the style, colours, files in three formats, and how η with its error is drawn."""

import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.export.style.palette import BLUE, GREEN, GREY, RED
from asplab.core.export.style.rules import keep_legible, page, publication_style
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray

__all__ = [
    "BLUE",
    "FORMATS",
    "GREEN",
    "GREY",
    "RED",
    "SHADE",
    "blank_figure",
    "common_phonon_mev",
    "count_phonons",
    "draw_eta",
    "eta_bars",
    "eta_limits",
    "extend_x",
    "fixed_layout",
    "mark_outside",
    "publication_style",
    "shade_above_one",
    "shade_unused",
    "write_figure",
]

FORMATS = ("pdf", "svg", "png")
blank_figure = page()
"""Gives a page of its own in the default style."""

SHADE = 0.10
"""How much colour the range above η of 1 has."""
_VISIBLE_ERROR = 0.15
_LOWEST_ETA, _HIGHEST_ETA = -0.6, 2.2


def write_figure(
    figure: Figure, folder: Path, name: str, *, title: str, origin: str, formats: Sequence[str] = FORMATS
) -> str:
    """Write a figure in several formats and return its SVG; nothing in the files depends on the day.

    Its metadata tell ``origin``: program, data and settings. Its layout is to be fixed, see `fixed_layout`.
    """
    drawn = {one: _drawn(figure, one, title=title, origin=origin) for one in dict.fromkeys((*formats, "svg"))}
    for suffix in formats:
        (folder / f"{name}.{suffix}").write_bytes(drawn[suffix])
    return drawn["svg"].decode("utf-8")


def fixed_layout(figure: Figure) -> None:
    """Find the layout once, so that all formats agree, and in a third of the time."""
    keep_legible(figure)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _drawn(figure: Figure, suffix: str, *, title: str, origin: str) -> bytes:
    told = {"Title": title, "Description": origin}
    of_pdf = {"Title": title, "Subject": origin, "Creator": "ASPLab", "CreationDate": None}
    # Pillow writes TIFF; tag 270 is the description.
    more: dict[str, dict[str, Any]] = {
        "pdf": {"metadata": of_pdf},
        "svg": {"metadata": {**told, "Creator": "ASPLab", "Date": None}},
        "png": {"metadata": {**told, "Software": "ASPLab"}},
        "tiff": {"pil_kwargs": {"compression": "tiff_lzw", "description": f"{title}. {origin}", "software": "ASPLab"}},
    }
    buffer = BytesIO()
    figure.savefig(buffer, format=suffix, **more[suffix])
    return buffer.getvalue()


def shade_above_one(axes: Axes) -> None:
    """Shade η of 1 and more; the limits of the axis stay."""
    low, high = axes.get_ylim()
    axes.axhspan(1.0, max(high, 1.0), color=RED, alpha=SHADE, linewidth=0)
    axes.axhline(1.0, color=RED, linewidth=0.5, alpha=0.6)
    axes.set_ylim(low, high)


def shade_unused(axes: Axes, range_mev: tuple[float, float]) -> None:
    """Shade the detunings that a fit does not use; the limits of the axis stay."""
    left, right = axes.get_xlim()
    for low, high in ((left, range_mev[0]), (range_mev[1], right)):
        if max(low, left) < min(high, right):
            axes.axvspan(max(low, left), min(high, right), color=GREY, alpha=SHADE, linewidth=0)
    axes.set_xlim(left, right)


def eta_bars(fit: EfficiencyFit, t: int) -> tuple[FloatArray, np.ndarray]:
    """Return the error bars of η, (2, n_anti), and where they are a closed 68 % interval.

    An open interval has no ends to draw: its bar is the first-order error.
    """
    closed = np.isfinite(fit.eta_low[t]) & np.isfinite(fit.eta_high[t])
    below = np.where(closed, fit.eta[t] - fit.eta_low[t], fit.eta_error[t])
    above = np.where(closed, fit.eta_high[t] - fit.eta[t], fit.eta_error[t])
    return np.maximum(np.nan_to_num(np.stack([below, above])), 0.0), closed


def draw_eta(axes: Axes, fit: EfficiencyFit, t: int, *, colour: str, marker: str, label: str) -> None:
    """Draw η against ΔE at one temperature: pale where not determined, a grey cross where excluded."""
    bars, closed = eta_bars(fit, t)
    shown = fit.valid[t] & np.isfinite(fit.detuning_mev[t])
    style = {"linestyle": "none", "elinewidth": 0.7, "markerfacecolor": "white", "markeredgewidth": 0.8}
    groups = (
        (shown & fit.fitted[t] & closed, {"color": colour, "marker": marker, "label": label}),
        (shown & fit.fitted[t] & ~closed, {"color": colour, "marker": marker, "alpha": 0.35}),
        (shown & ~fit.fitted[t], {"color": GREY, "marker": "x"}),
    )
    for chosen, extra in groups:
        if chosen.any():
            x, y = fit.detuning_mev[t, chosen], fit.eta[t, chosen]
            axes.errorbar(x, y, yerr=bars[:, chosen], **style, **extra)  # type: ignore[arg-type]


def mark_outside(axes: Axes, fit: EfficiencyFit, t: int, *, colour: str) -> None:
    """Show by a triangle on the edge which points lie outside the limits of the axis."""
    low, high = axes.get_ylim()
    shown = fit.valid[t] & np.isfinite(fit.detuning_mev[t])
    for outside, edge, marker in ((fit.eta[t] > high, 0.975, "^"), (fit.eta[t] < low, 0.025, "v")):
        x = fit.detuning_mev[t, shown & outside]
        if x.size:
            place = axes.get_xaxis_transform()
            axes.plot(x, np.full(x.size, edge), marker, color=colour, alpha=0.6, markersize=3, transform=place)


def eta_limits(fit: EfficiencyFit, rows: list[int], *, highest: float) -> tuple[float, float]:
    """Return limits of an η axis that hold every well known point, and 0 to ``highest``."""
    eta, error = fit.eta[rows], fit.eta_error[rows]
    known = fit.valid[rows] & (error < _VISIBLE_ERROR)
    low = np.min(np.where(known, eta - error, 0.0), initial=0.0) - 0.06
    high = np.max(np.where(known, eta + error, highest), initial=highest)
    return max(float(low), _LOWEST_ETA), min(float(high), _HIGHEST_ETA)


def common_phonon_mev(results: Results) -> float | None:
    """Return ħω of the joint fit, or of the only fit, in meV; None where it is not identified."""
    polaron, intervals = results.polaron, results.intervals
    if polaron is None or intervals is None:
        return None
    fitted = np.flatnonzero(np.isfinite(polaron.chi2))
    is_joint = fitted.size > 0 and fitted[-1] == len(polaron.temperatures_k)
    if not (is_joint or fitted.size == 1) or not intervals.identified[fitted[-1]]:
        return None
    phonon = float(polaron.phonon_mev[fitted[-1]])
    return phonon if math.isfinite(phonon) and phonon > 0.0 else None


def count_phonons(axes: Axes, phonon_mev: float | None, *, is_named: bool = True) -> None:
    """Add an axis above ΔE in meV that counts it in phonons, at whole numbers; none without ħω."""
    if phonon_mev is None:
        return
    axes.tick_params(axis="x", which="both", top=False)

    def phonons(detuning_mev: ArrayLike) -> FloatArray:
        return np.asarray(detuning_mev, dtype=np.float64) / phonon_mev

    def detuning(count: ArrayLike) -> FloatArray:
        return np.asarray(count, dtype=np.float64) * phonon_mev

    top = axes.secondary_xaxis("top", functions=(phonons, detuning))
    top.set_xlabel("" if not is_named else r"$N = \Delta E/\hbar\omega$")
    top.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    top.minorticks_off()


def extend_x(axes: Axes, values: FloatArray) -> None:
    """Set the limits of the x axis a little beyond the values."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 0.06 * max(high - low, 20.0)
    axes.set_xlim(low - margin, high + margin)
