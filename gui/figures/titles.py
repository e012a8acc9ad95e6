"""What figures, presets and their choices are called on screen."""

from asplab.gui.language import tr

SLIDE = "slide"
TITLES = {
    "figure1": tr("Page 1: measured"),
    "figure2": tr("Page 2: R and η"),
    "figure3": tr("Page 3: model"),
    "fig1c": tr("Spectra"),
    "fig2b": tr("R against Stokes detuning"),
    "fig2c": tr("η against detuning"),
    "fig2d": tr("η against 1/kT"),
    "fig3": tr("Model at each T"),
    "models": tr("Compared rate models"),
    "model_trend": tr("η against 1/kT, joint fit"),
    "pa_scan": tr("Photothermal scan"),
    "levels": tr("Level scheme"),
    "coordinate": tr("Configuration coordinate"),
    "setup": tr("Set-up (template)"),
    "power": tr("Power series"),
    "yields": tr("Quantum yields"),
    "matched": tr("η at matched intensities"),
    "transients": tr("Transients"),
    "sizes": tr("Sizes"),
    "temperature_trends": tr("Temperature trends"),
    "overlay": tr("Overlay of conditions"),
    "absorption": tr("Absorption"),
    "cooling": tr("Net cooling"),
    SLIDE: tr("Summary slide, 16:9"),
}
"""By the name of the figure; one that is missing here is called by that."""
PRESETS = {
    "default": tr("Usual"),
    "acs": "ACS",
    "nature": "Nature",
    "aps": "APS",
    "rsc": "RSC",
    "wiley": "Wiley",
    "elsevier": "Elsevier",
    "greys": tr("Greys"),
    "talk": tr("Talk"),
}
"""Presets that come along; the user's are called as they are."""
COLUMNS = {
    "auto": tr("as suits each"),
    "single": tr("one column"),
    "middle": tr("one and a half"),
    "double": tr("two columns"),
}
FAMILIES = {"sans": tr("sans serif"), "serif": tr("serif")}
PALETTES = {"okabe-ito": tr("Okabe and Ito"), "bright": tr("bright (Tol)"), "greys": tr("greys")}
LETTERS = {"none": tr("none"), "a": "a", "(a)": "(a)", "A": "A"}
ORDER = tuple(TITLES)


def title_of(name: str) -> str:
    """Return what a figure is called."""
    return TITLES.get(name, name)


def place_of(name: str) -> tuple[int, str]:
    """Return where a figure stands in the list: pages first, what is unknown last."""
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)
