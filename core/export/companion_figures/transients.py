"""Transients and the times of up-conversion and of loss (Figure S8)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.companion.reading import Reading
from asplab.core.companion.transient.fit import TransientFit
from asplab.core.companion.transient.rates import time_of
from asplab.core.companion.transient.shapes import convolved_exponential
from asplab.core.companion.transient.upconversion import Upconversion
from asplab.core.export.drawing import BLUE, RED
from asplab.core.export.style.names import shown
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import DETUNING
from asplab.core.pipeline import Results
from asplab.core.units import FWHM_PER_SIGMA

_WIDTH_IN, _HEIGHT_IN = 6.6, 2.9
_STEP = 1.15
_ARROW = 0.72
"""End of the arrow of a limit, in parts of it."""


def draw_transients(results: Results, blank: Blank) -> FigureBase | None:
    """Draw normalised transients above each other, and beside them the times of both readings over ΔE."""
    found = results.upconversion
    rows = [] if found is None else [one for one in found.rows if one.reading.fit is not None]
    if not rows:
        return None
    figure = blank(_WIDTH_IN, _HEIGHT_IN, simulated=results.document.experiment.simulated)
    traces, times = figure.subplots(1, 2)
    for k, one in enumerate(rows):
        if one.reading.fit is not None:
            _draw_trace(traces, one, one.reading.fit, k)
    traces.set(xlabel="Delay (fs)", ylabel="Signal / rise, shifted", yticks=[])
    _draw_times(times, [one for one in rows if one.rates is not None])
    return figure


def _draw_trace(axes: Axes, one: Upconversion, fit: TransientFit, k: int) -> None:
    best = int(np.nanargmax(np.abs(fit.amplitudes[:, 0]) / fit.amplitude_errors[:, 0]))
    scale, colour, base = fit.amplitudes[best, 0], f"C{k % 10}", _STEP * k
    name = f"{one.detuning_mev:.0f} meV" if np.isfinite(one.detuning_mev) else shown(one.reading.source)
    axes.plot(fit.delay_fs, fit.signal[:, best] / scale + base, ".", markersize=2, color=colour)
    axes.plot(fit.delay_fs, fit.fitted[:, best] / scale + base, linewidth=0.9, color=colour)
    at = fit.delay_fs - fit.zero_fs.value
    step = convolved_exponential(at, rate_per_fs=0.0, sigma_fs=fit.fwhm_fs.value / FWHM_PER_SIGMA)
    axes.plot(fit.delay_fs, step + base, linewidth=0.6, linestyle=":", color="0.4")
    told = rf"{name}, $\tau$ {fit.rise_fs.text}"
    axes.annotate(told, (fit.delay_fs[-1], base + 0.55), ha="right", fontsize="small", color=colour)


def _draw_times(axes: Axes, rows: list[Upconversion]) -> None:
    readings = (
        ("upconversion_per_ps", BLUE, "o", r"$1/w_{\mathrm{uc}} = \tau/\eta$", True),
        ("loss_per_ps", RED, "s", r"$1/w_{\mathrm{nr}} = \tau/(1-\eta)$", True),
        ("paper_upconversion_per_ps", BLUE, "o", r"$\tau$ (paper: $1/w_{\mathrm{uc}}$)", False),
        ("paper_loss_per_ps", RED, "s", r"$\eta\tau/(1-\eta)$ (paper: $1/w_{\mathrm{nr}}$)", False),
    )
    for name, colour, marker, label, is_filled in readings:
        known = [(one.detuning_mev, time_of(getattr(one.rates, name))) for one in rows]
        sure = [(x, time) for x, time in known if time.is_determined]
        bars = np.array([_arms(time) for _, time in sure]).reshape(-1, 2).T
        axes.errorbar(
            [x for x, _ in sure], [time.value for _, time in sure], yerr=bars, label=label, linestyle="none",
            marker=marker, markersize=3.5, color=colour, markerfacecolor=colour if is_filled else "white",
            elinewidth=0.7,
        )  # fmt: skip
        for x, time in known:
            _draw_limit(axes, x, time, colour)
    axes.set(yscale="log", xlabel=f"{DETUNING} (meV)", ylabel="Time (fs)")
    axes.legend(fontsize="x-small")


def _arms(time: Reading) -> tuple[float, float]:
    low = time.value - time.error if time.low is None else time.low
    high = time.value + time.error if time.high is None else time.high
    return time.value - low, high - time.value


def _draw_limit(axes: Axes, x: float, time: Reading, colour: str) -> None:
    """Draw an arrow from a limit to the side on which the time lies."""
    for limit, factor in ((time.upper_limit, _ARROW), (time.lower_limit, 1.0 / _ARROW)):
        if time.is_limit and limit is not None:
            arrow = {"arrowstyle": "->", "color": colour, "linewidth": 0.8}
            axes.annotate("", (x, limit * factor), (x, limit), arrowprops=arrow)
            # The end of the arrow too: an annotation alone widens no axis.
            axes.plot([x, x], [limit, limit * factor], "_", color=colour, markersize=5, markevery=[0])
