"""The steps of the analysis in their order, and the rarer views behind them."""

STEPS = (
    ("overview", "Overview"),
    ("corrections", "Corrections"),
    ("spectra", "Spectra"),
    ("absorption", "Absorption"),
    ("ratio", "R & QY"),
    ("efficiency", "Efficiency"),
    ("polaron", "Polaron"),
)
"""Key and name of every step on the bar; their numbers are their shortcuts."""

MORE: tuple[tuple[str, str], ...] = (
    ("results", "Results"),
    ("health", "Health"),
    ("temperatures", "Temperatures"),
    ("scenarios", "Scenarios"),
)
"""Key and name of every view in the menu at the end of the bar."""
