"""The figures of companion measurements: one is a file beside this one, and one line here."""

from collections.abc import Callable

from matplotlib.figure import Figure

from asplab.core.export.companion_figures.power import draw_power
from asplab.core.pipeline import Results

COMPANION_FIGURES: dict[str, tuple[Callable[[Results], Figure | None], str]] = {
    "power": (
        draw_power,
        "Emission against pump power, each series divided by its mean; lines: c₁P + c₂P²; inset: slopes with 95 %",
    ),
}
"""Name of the files, how it is drawn (None where there is nothing), and caption."""
