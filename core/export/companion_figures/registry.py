"""The figures of companion measurements: one is a file beside this one, and one line here."""

from collections.abc import Callable

from matplotlib.figure import FigureBase

from asplab.core.export.companion_figures.absorption import draw_absorption
from asplab.core.export.companion_figures.cooling import draw_cooling
from asplab.core.export.companion_figures.matched import draw_matched
from asplab.core.export.companion_figures.power import draw_power
from asplab.core.export.companion_figures.sizes import draw_sizes
from asplab.core.export.companion_figures.transients import draw_transients
from asplab.core.export.companion_figures.trends import draw_overlay, draw_trends
from asplab.core.export.companion_figures.yields import draw_yields
from asplab.core.export.style.rules import Blank
from asplab.core.pipeline import Results

COMPANION_FIGURES: dict[str, tuple[Callable[[Results, Blank], FigureBase | None], str]] = {
    "power": (
        draw_power,
        "Emission against pump power, each series divided by its mean; lines: c₁P + c₂P²; inset: slopes with 95 %",
    ),
    "yields": (
        draw_yields,
        "Quantum yields: by the ABC law over pump power (68 % band), by an integrating sphere (shaded: windows of "
        "laser and emission), and all of them over temperature",
    ),
    "matched": (
        draw_matched,
        "η at matched intensities beside the photothermal one, and the part of the beam that must be scattered for "
        "both to agree; curve: one scattering that falls as a power of the wavelength",
    ),
    "transients": (
        draw_transients,
        "Left: transients over their rise, with the fit and, dotted, the step that the response makes of no rise at "
        "all; right: times of up-conversion and loss, filled: w_uc = η/τ and w_nr = (1 − η)/τ, open: the paper's "
        "reading 1/τ = w_uc; arrows: 95 % limits",
    ),
    "sizes": (draw_sizes, "Edges √area of the particles with √N bars, and both distributions"),
    "cooling": (
        draw_cooling,
        "η·QY against what net cooling needs (dashed); with a bootstrap or a posterior also the chance of net cooling "
        "over temperature and excitation (points: measured, hatched: beyond, lines: median η_c, thick: 0)",
    ),
    "temperature_trends": (
        draw_trends,
        "Emission peak and width against temperature with the laws that describe them best, Stokes shift, heating",
    ),
    "overlay": (draw_overlay, "All conditions of one temperature, normalised, on one band shape, with residuals"),
    "absorption": (
        draw_absorption,
        "Absorption with its Urbach tail; T*(E) of emission over absorption, shaded: where it must be the temperature "
        "(dotted); η as coupled over total absorption beside that of Eqs. 1-5",
    ),
}
"""Name of the files, how it is drawn (None where there is nothing), and caption."""
