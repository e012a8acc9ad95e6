"""Refrigeration: η·QY against what cooling needs, and the net cooling of every excitation."""

from collections.abc import Iterator, Mapping

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.cooling.balance import measured_signs, nearest_needs
from asplab.core.companion.cooling.points import CoolingPoints
from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.companion.cooling_studies import COOLING_ERRORS
from asplab.gui.panels.companion.noted import NotedPage, NotedPicture
from asplab.gui.panels.companion.page import Missing, Picture
from asplab.gui.plots.overview_frame import temperature_words
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import (
    selected_temperature,
    temperature_name,
    temperature_specs,
    temperatures_of,
    why_missing,
)

_COLUMNS = (
    Column("T"),
    Column(
        "⟨E⟩ − hν", "meV", tr("Energy that an emitted photon takes away: from the mean of the emission, not its peak")
    ),
    Column("η·QY"),
    Column(tr("Needed"), "", tr("η·QY above which the sample cools: hν/⟨E⟩")),
    Column("η<sub>c</sub>", "%", tr("Net cooling per absorbed energy, η QY ⟨E⟩/hν − 1; below 0 it heats")),
    Column(tr("P(cooling)"), "%", tr("Chance of net cooling, with the errors of η and QY and what they share")),
    Column(tr("What it means"), align="left", gives_way=True, is_spare=True),
)
_PERCENT = 100.0
_MOST_TOLD = 2
"""Signals below zero of which the page tells; the table of an export has all."""


class CoolingPage(NotedPage):
    """How far every excitation is from cooling the sample."""

    studies = (COOLING_ERRORS,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        product = SeriesPlot(theme, x_label="⟨E⟩ − hν (meV)", y_label="η·QY")
        product.display_hint(tr("Dashed: what net cooling needs, hν/⟨E⟩ · wheel zooms · A shows all"))
        balance = SeriesPlot(theme, x_label="⟨E⟩ − hν (meV)", y_label=tr("Net cooling η<sub>c</sub> (%)"))
        balance.display_hint(tr("Above 0 light takes away more than was absorbed · wheel zooms · A shows all"))
        titles = (tr("η·QY and what cooling needs"), tr("Net cooling"), tr("Heat balance of every excitation"))
        super().__init__(theme, (product, balance), titles, _COLUMNS, parent)
        self._states: Mapping[str, StudyState] = {study.key: StudyState() for study in self.studies}

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over the systematic errors."""
        if states[COOLING_ERRORS.key].value is not self._states[COOLING_ERRORS.key].value:
            self.forget_picture()
        self._states = states

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return η·QY of the selected temperature, net cooling of all, and a row for each excitation."""
        found, t = results.cooling, selected_temperature(results, view)
        if found is None or t is None or not np.isfinite(found.product).any():
            reason = tr("The heat balance needs η and QY from emission and photothermal signal of one temperature.")
            return Missing(tr("No heat balance yet"), why_missing(results, reason, view))
        kelvin = temperatures_of(results)
        specs = temperature_specs(kelvin)
        nearest = found.nearest
        return NotedPicture(
            _product(found, t, specs[t], temperature_name(kelvin[t])),
            [_balance(found, k, specs[k], temperature_name(kelvin[k])) for k in range(len(kelvin))],
            [
                _row(found, (k, j), temperature_name(kelvin[k]))
                for k, j in np.argwhere(np.isfinite(found.detuning_mev) & np.isfinite(found.product))
            ],
            (
                temperature_name(kelvin[t]),
                temperature_words(kelvin, t, self._theme),
                tr("nearest at {temperature}: {told}", temperature=temperature_name(kelvin[nearest[0]]),
                   told=found.sentence(nearest)),
            ),
            (tr("No η here\nη is not determined at this temperature."), ""),
            notes=tuple(self._notes(results, found)),
        )  # fmt: skip

    def _notes(self, results: Results, found: CoolingPoints) -> Iterator[str]:
        """Say both errors of the nearest place, what it would need, and what photothermal signals below zero are."""
        state = self._states[COOLING_ERRORS.key]
        if state.value is not None and state.is_current:
            told = state.value.sentence(found, found.nearest)
            yield told[:1].upper() + told[1:] if told.startswith("an ") else told
        needs, signs, kelvin = nearest_needs(results), measured_signs(results), temperatures_of(results)
        if needs is not None:
            yield needs.sentence
        for k in () if signs is None else signs.below_zero[:_MOST_TOLD]:
            t, j = int(signs.rows[k]), int(signs.columns[k])
            place = f"{temperature_name(kelvin[t])}, ⟨E⟩ − hν = {plain(found.detuning_mev[t, j], 0)} meV"
            yield f"{place}: {signs.found.sentences[k]}"


def _product(found: CoolingPoints, t: int, color: str, name: str) -> list[Series]:
    known = np.isfinite(found.product[t])
    if not known.any():
        return []
    order = np.argsort(found.detuning_mev[t][known])
    x, needed = found.detuning_mev[t][known][order], found.threshold[t][known][order]
    tips = [found.sentence((t, int(j))) for j in np.flatnonzero(known)[order]]
    y, error = found.product[t][known][order], found.product_error[t][known][order]
    return [
        Series(color, name, x=x, y=y, error=error, tips=tips),
        Series("muted", tr("needed"), line_x=x, line_y=needed, is_dashed=True),
    ]


def _balance(found: CoolingPoints, t: int, color: str, name: str) -> Series:
    known = np.isfinite(found.efficiency[t])
    x = found.detuning_mev[t][known]
    return Series(
        color,
        x=x,
        y=_PERCENT * found.efficiency[t][known],
        error=_PERCENT * found.efficiency_error[t][known],
        tips=[f"{name}: {found.sentence((t, int(j)))}" for j in np.flatnonzero(known)],
    )


def _row(found: CoolingPoints, at: tuple[int, int], name: str) -> TableRow:
    place = (int(at[0]), int(at[1]))
    told = found.sentence(place)
    return TableRow(
        (
            name,
            plain(found.detuning_mev[place], 1),
            measured(Estimate(float(found.product[place]), float(found.product_error[place]))),
            plain(found.threshold[place], 4),
            measured(
                Estimate(_PERCENT * float(found.efficiency[place]), _PERCENT * float(found.efficiency_error[place]))
            ),
            plain(_PERCENT * found.chance[place], 1),
            told,
        ),
        tip=told,
    )
