"""The steps of the analysis in their order, and the rarer views behind them."""

from asplab.gui.language import tr

STEPS = (
    ("overview", tr("Overview")),
    ("corrections", tr("Corrections")),
    ("spectra", tr("Spectra")),
    ("absorption", tr("Absorption")),
    ("ratio", "R & QY"),
    ("efficiency", tr("Efficiency")),
    ("polaron", tr("Polaron")),
)
"""Key and name of every step on the bar; their numbers are their shortcuts."""

MORE: tuple[tuple[str, str], ...] = (
    ("results", tr("Results")),
    ("health", tr("Health")),
    ("temperatures", tr("Temperatures")),
    ("scenarios", tr("Scenarios")),
    ("companion", tr("Companions")),
)
"""Key and name of every view in the menu at the end of the bar."""
