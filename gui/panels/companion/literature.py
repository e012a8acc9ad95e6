"""Published phonon energies and couplings behind those of this sample, and what an isotope would shift."""

import math
from collections.abc import Iterator

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.literature.bands import compare_with_literature, significance
from asplab.core.companion.literature.isotopes import isotope_shifts
from asplab.core.companion.literature.table import LiteratureValue, literature_values
from asplab.core.estimate import Estimate
from asplab.core.export.error_rows import Pair, systematic_pair
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.companion.page import CompanionPage, Missing, Picture
from asplab.gui.plots.guides import Guides
from asplab.gui.plots.literature import literature_bands, told
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.findings import parameter_estimate
from asplab.gui.words.reading import temperature_name, temperature_specs

KIND_NAMES = {
    "phonon_energy": "ħω",
    "coupling_g": "g",
    "huang_rhys": "S",
    "froehlich_alpha": "α",
    "gamma_lo": "Γ<sub>LO</sub>",
    "linewidth": tr("width"),
    "gap_renormalisation": "ΔE<sub>g</sub>",
}
_COLUMNS = (
    Column("", is_rich=True),
    Column(tr("Published"), align="left"),
    Column(
        tr("Off by"),
        "σ",
        tr(
            "Distance of the joint fit from this value in its own 68 % errors, total ones where known; 0 inside a range"
        ),
    ),
    Column(tr("What"), align="left", gives_way=True),
    Column(tr("Sample"), align="left", gives_way=True, is_spare=True),
    Column(tr("Method"), align="left", gives_way=True, is_spare=True),
    Column(tr("Source"), "", tr("Full reference under the mouse"), align="left"),
    Column(tr("Isotopes"), "", tr("Largest shift of ħω for one stable isotope"), align="left", is_spare=True),
)
_AIR = 1.08
_PARAMETERS = {"phonon_energy": "phonon_mev", "coupling_g": "g_mev"}


class LiteraturePage(CompanionPage):
    """g and ħω over temperature before what others have found."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        plots = (
            SeriesPlot(theme, x_label="T (K)", y_label="ħω (meV)"),
            SeriesPlot(theme, x_label="T (K)", y_label="g (meV)"),
        )
        for plot, kind in zip(plots, _PARAMETERS, strict=True):
            guides = Guides(theme)
            guides.display(literature_bands(kind, "y"))
            plot.add_layer(guides, z=-5)
            plot.display_hint(tr("Lines and bands are published values; point at one for its source"))
        titles = (tr("Phonon energy"), tr("Coupling"), tr("Published values"))
        super().__init__(theme, plots, titles, _COLUMNS, parent)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the fits of all temperatures, and every published value with its distance from the joint fit."""
        polaron = results.polaron
        has_fit = polaron is not None and bool(polaron.fitted.any())
        missing = tr("No fit to compare with\nPublished values stand in the table.")
        subtitles = ["", ""]
        series: list[list[Series]] = [[], []]
        if polaron is not None and has_fit:
            for k, kind in enumerate(_PARAMETERS):
                series[k] = list(_fits(results, polaron, kind))
                joint = _joint(results, kind)
                if joint is not None:
                    subtitles[k] = compare_with_literature(
                        joint.value, error=joint.error, kind=kind, systematic=_systematic(results, kind)
                    ).sentence
        rows = [
            _row(value, _joint(results, value.kind), _systematic(results, value.kind)) for value in literature_values()
        ]
        return Picture(
            series[0],
            series[1],
            rows,
            (subtitles[0], subtitles[1], ""),
            (missing, missing),
            (_height(series[0]), _height(series[1])),
        )


def _height(series: list[Series]) -> tuple[float, float] | None:
    """Return a range from 0, where the lowest published values are, to the longest error bar."""
    tops = [float(np.max(np.asarray(one.y) + np.asarray(one.error)[1])) for one in series if one.error is not None]
    return (0.0, _AIR * max(tops)) if tops else None


def _fits(results: Results, polaron: PolaronFit, kind: str) -> Iterator[Series]:
    specs = temperature_specs(polaron.temperatures_k)
    for t, kelvin in enumerate(polaron.temperatures_k):
        found = parameter_estimate(polaron, results.intervals, _PARAMETERS[kind], t)
        if polaron.fitted[t] and math.isfinite(found.value) and found.low is not None and found.high is not None:
            arms = np.array([[found.value - found.low], [found.high - found.value]])
            yield Series(specs[t], x=[kelvin], y=[found.value], error=arms, tips=[temperature_name(kelvin)])


def _joint(results: Results, kind: str) -> Estimate | None:
    polaron = results.polaron
    if polaron is None or kind not in _PARAMETERS:
        return None
    found = parameter_estimate(polaron, results.intervals, _PARAMETERS[kind], len(polaron.temperatures_k))
    return found if math.isfinite(found.value) and found.error > 0.0 else None


def _systematic(results: Results, kind: str) -> Pair | None:
    """Return the systematic error of the joint fit, where these results hold it."""
    if results.polaron is None or kind not in _PARAMETERS:
        return None
    return systematic_pair(results, _PARAMETERS[kind], (len(results.polaron.temperatures_k),))


def _row(value: LiteratureValue, joint: Estimate | None, systematic: Pair | None) -> TableRow:
    off = "—" if joint is None else plain(significance(value, joint.value, error=joint.error, systematic=systematic), 1)
    shifts = isotope_shifts(value) if value.kind == "phonon_energy" else ()
    largest = sorted(shifts, key=lambda one: -abs(one.largest_shift_mev))[:2]
    isotopes = ", ".join(f"{one.atom}-{one.mass_number} {plain(one.largest_shift_mev, 2)} meV" for one in largest)
    cells = (
        KIND_NAMES.get(value.kind, value.kind),
        value.text,
        off,
        value.quantity,
        value.sample,
        value.method,
        value.source.short,
        isotopes or "—",
    )
    return TableRow(cells, is_muted=not value.is_independent, tip=told(value))
