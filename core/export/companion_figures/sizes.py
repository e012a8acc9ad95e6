"""The histogram of sizes (Figure 1a, S1)."""

from matplotlib.figure import FigureBase

from asplab.core.companion.sizes.distribution import TITLES
from asplab.core.export.drawing import BLUE, GREY, RED
from asplab.core.export.style.rules import Blank
from asplab.core.pipeline import Results

_ROOM = 1.5
_WIDTH_IN, _HEIGHT_IN = 3.3, 2.4
_COLOURS = {"normal": RED, "lognormal": BLUE}


def draw_sizes(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the histogram of the first sample that has one, with both distributions."""
    known = [one for one in (results.sizes.samples if results.sizes is not None else ()) if one.histogram is not None]
    if not known or known[0].sizes is None or known[0].histogram is None:
        return None
    sizes, bars = known[0].sizes, known[0].histogram
    figure = blank(_WIDTH_IN, _HEIGHT_IN, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    axes.stairs(bars.counts, bars.edges_nm, fill=True, color=GREY, alpha=0.35)
    middles = 0.5 * (bars.edges_nm[:-1] + bars.edges_nm[1:])
    axes.errorbar(middles, bars.counts, yerr=bars.error, linestyle="none", color=GREY, elinewidth=0.6)
    for fit in sizes.distributions:
        label = f"{TITLES[fit.kind]} (ΔAICc {fit.delta_aicc:.1f})"
        axes.plot(bars.axis_nm, bars.curves[fit.kind], color=_COLOURS[fit.kind], label=label)
    axes.set(xlabel="Edge length (nm)", ylabel="Particles per bin", ylim=(0.0, _ROOM * float(bars.counts.max())))
    title = f"{sizes.mean.value:.1f} ± {sizes.spread.value:.1f} nm, N = {sizes.n}"
    axes.legend(loc="upper left", fontsize="small", title=title, title_fontsize="small")
    return figure
