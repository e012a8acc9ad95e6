"""All conditions of a temperature on one band shape, and what their shifts and widths say together."""

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.temperature.overlay import OverlaidCurve, OverlaidShapes, overlay
from asplab.core.pipeline import Results
from asplab.core.units import energy_from_wavelength
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.companion.page import CompanionPage, Missing, Picture
from asplab.gui.panels.companion.trend_laws import minus, room, shown
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import selected_temperature, temperature_name

_COLUMNS = (
    Column("T"),
    Column(tr("Conditions")),
    Column(tr("Mean shift"), "", tr("Against the band shape, of all conditions that tell it")),
    Column("p", "", tr("Chance of their scatter about 0 from noise alone")),
    Column(tr("Width ratio"), "", tr("To the width of the band shape")),
    Column("p", "", tr("Chance of their scatter about 1 from noise alone")),
    Column(tr("What it means"), align="left", gives_way=True, is_spare=True),
)
_CLEAR = 0.15
"""Error of a point, in units of the maximum of the shape, up to which a spectrum is drawn."""
_HEIGHT, _LEGEND = (-0.15, 1.3), 0.3
_KINDS = {"pl": "PL", "aspl": "ASPL"}


class OverlayPage(CompanionPage):
    """Normalised spectra on one shape, and the shift of each."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        spectra = SeriesPlot(theme, x_label=tr("Wavelength (nm)"), y_label=tr("Emission / maximum of the shape"))
        spectra.display_hint(tr("Every spectrum divided by its amplitude · wheel zooms · A shows all"))
        shifts = SeriesPlot(theme, x_label="ΔE (meV)", y_label=tr("Shift (meV)"))
        shifts.display_hint(tr("Shift of each spectrum against the band shape · wheel zooms · A shows all"))
        titles = (tr("All conditions on one shape"), tr("Shift of each condition"), tr("Shapes of all temperatures"))
        super().__init__(theme, (spectra, shifts), titles, _COLUMNS, parent)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the spectra of the selected temperature, their shifts, and a row for each temperature."""
        t, overlays = selected_temperature(results, view), results.overlays
        bands, test = results.bands, results.shape_test
        if overlays is None or bands is None or test is None or t is None or t >= len(overlays.of):
            return Missing(tr("No overlay"), tr("Spectra are compared with the band shape of PL. Add PL spectra."))
        curves = overlay(bands, test, temperature=t).curves
        clear = [one for one in curves if float(np.median(one.curve.error)) < _CLEAR]
        weak = len(curves) - len(clear)
        name = temperature_name(overlays.of[t].temperature_k)
        words = tr("{name}, {count} too weak to draw", name=name, count=weak) if weak else name
        shifts = _shifts(results, overlays.of[t], t)
        return Picture(
            _spectra(clear),
            shifts,
            [_row(one) for one in overlays.of],
            (words, "", minus(overlays.of[t].sentence)),
            (tr("No spectrum\nNone could be compared with the band shape."), tr("No shift\nNo condition tells it.")),
            (_HEIGHT, room(shifts, above=_LEGEND)),
        )


def _spectra(clear: list[OverlaidCurve]) -> list[Series]:
    series = [
        Series("pl" if one.kind == "pl" else "aspl", "", line_x=one.curve.wavelength_nm, line_y=one.curve.measured)
        for one in sorted(clear, key=lambda one: one.kind == "pl")
    ]
    widest = max(clear, key=lambda one: one.curve.wavelength_nm.size, default=None)
    if widest is not None:
        curve = widest.curve
        series.append(Series("text", tr("band shape"), "peak", line_x=curve.wavelength_nm, line_y=curve.resting))
    return series


def _shifts(results: Results, shapes: OverlaidShapes, t: int) -> list[Series]:
    test, bands, energies = results.shape_test, results.bands, results.energies
    if test is None or bands is None or energies is None:
        return []
    stacks = bands.corrected.stacks
    told = [k for k in shapes.stacks if np.isfinite(test.shift_mev[k]) and test.shift_error_mev[k] > 0.0]
    series = []
    for kind, name in _KINDS.items():
        own = [k for k in told if stacks[k].kind == kind]
        if own:
            excited = energy_from_wavelength(np.array([stacks[k].excitation_nm for k in own]))
            series.append(
                Series(
                    kind,
                    name,
                    "corner",
                    x=energies.reference_mev[t] - excited,
                    y=test.shift_mev[own],
                    error=test.shift_error_mev[own],
                    tips=[stacks[k].label for k in own],
                    keys=[stacks[k].key for k in own],
                )
            )
    return series


def _row(one: OverlaidShapes) -> TableRow:
    def chance(value: float) -> str:
        return plain(value, 3) if np.isfinite(value) else "—"

    cells = (
        temperature_name(one.temperature_k),
        str(len(one.stacks)),
        shown(one.shift.mean),
        chance(one.shift.chance),
        shown(one.width.mean),
        chance(one.width.chance),
        one.sentence,
    )
    return TableRow(cells, is_muted=not one.stacks, tip=one.sentence)
