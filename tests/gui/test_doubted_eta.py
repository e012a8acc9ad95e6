"""η that could be something else: the hatched region of a leak, signs beside points, flags in words."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from asplab.core import Document, Results
from asplab.core.efficiency.stage import FLAGS
from asplab.core.pipeline import Analysis
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import DARK, LIGHT, Theme
from asplab.gui.panels.efficiency import EfficiencyPanel
from asplab.gui.plots.eta_series import LEAK, PHOTONS
from asplab.gui.view_state import ViewState
from asplab.gui.words.flags import KNOWN

WARM = ViewState(step="efficiency", temperature=1)


def stated(document: Document, od: float | None, leak_ppm: float | None = None) -> Document:
    pump = replace(document.settings.pump, rejection_od=od, measured_leak_ppm=leak_ppm)
    return document.with_settings(pump=pump)


@pytest.fixture(scope="module")
def leaky(measured_document: Document) -> Results:
    return Analysis().update(stated(measured_document, 3.0))


@pytest.fixture(scope="module")
def plain_results(measured_document: Document) -> Results:
    return Analysis().update(measured_document)


@pytest.fixture
def show(make: Callable[..., Any]) -> Callable[..., EfficiencyPanel]:
    def build(results: Results, view: ViewState = WARM, theme: Theme = LIGHT) -> EfficiencyPanel:
        panel: EfficiencyPanel = make(EfficiencyPanel, theme, size=(1000, 700))
        panel.display(results, view)
        QApplication.processEvents()
        panel.plot.grab()
        return panel

    return build


def test_every_flag_of_eta_has_words() -> None:
    assert tuple(KNOWN) == FLAGS
    assert all(flag.short and flag.words for flag in KNOWN.values())


def test_a_stated_rejection_hatches_what_its_leak_could_fake(show: Callable[..., Any], leaky: Results) -> None:
    panel = show(leaky)
    assert panel.hatch.is_shown
    assert panel.hatch_key.isVisible()
    assert "OD 3.0" in panel.words.html
    purity = leaky.purity
    assert purity is not None
    place = int(0.9 * purity.curve_mev.size)
    inside = panel.plot.pixel_of(float(purity.curve_mev[place]), 0.5 * float(purity.curve_eta[1, place]))
    assert "OD 3.0 alone" in panel.hatch.tip(QPointF(inside))
    above = panel.plot.pixel_of(float(purity.curve_mev[place]), float(purity.curve_eta[1, place]) + 0.1)
    assert panel.hatch.tip(QPointF(above)) == ""


def test_without_a_stated_rejection_nothing_is_hatched_and_one_line_says_what_is_needed(
    show: Callable[..., Any], plain_results: Results
) -> None:
    panel = show(plain_results)
    assert not panel.hatch.is_shown
    assert not panel.hatch_key.isVisible()
    assert plain_results.purity is not None
    assert plain_results.purity.needs.removeprefix("needs ") in panel.words.html


def test_a_measured_leak_is_said_to_be_subtracted_and_not_hatched(
    show: Callable[..., Any], measured_document: Document
) -> None:
    panel = show(Analysis().update(stated(measured_document, 3.0, 10.0)))
    assert not panel.hatch.is_shown
    assert "subtracted" in panel.words.html


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_hatching_has_one_pattern_in_both_themes(
    show: Callable[..., Any], leaky: Results, appearance: Any, theme: Theme
) -> None:
    appearance.choose(theme.name)
    panel = show(leaky, theme=theme)
    purity = leaky.purity
    assert purity is not None
    image = panel.plot.grab().toImage()
    corner = panel.plot.pixel_of(float(purity.curve_mev[-1]), 0.0)
    shades = {image.pixelColor(corner.x() - dx, corner.y() - 6).name() for dx in range(2, 40)}
    assert len(shades) > 2


def test_points_that_a_leak_could_make_have_a_sign_and_say_so(show: Callable[..., Any], leaky: Results) -> None:
    panel = show(leaky)
    fit, purity = leaky.efficiency, leaky.purity
    assert fit is not None
    assert purity is not None
    possible = np.flatnonzero(purity.is_possible[1] & np.isfinite(fit.eta_low[1]) & np.isfinite(fit.eta_high[1]))
    assert possible.size
    assert [mark.x for mark in panel.marks.marks if mark.sign == LEAK] == pytest.approx(fit.detuning_mev[1, possible])
    assert f"{LEAK} {possible.size} could be a leak’s" in panel.words.html
    place = panel.plot.pixel_of(float(fit.detuning_mev[1, possible[0]]), float(fit.eta[1, possible[0]]))
    assert "! a laser leak within the stated rejection" in panel.plot.series_layer.tip(QPointF(place))


def test_two_photons_that_are_not_excluded_have_another_sign(show: Callable[..., Any], plain_results: Results) -> None:
    fit = plain_results.efficiency
    assert fit is not None
    flags = fit.flag_table.copy()
    j = int(np.flatnonzero(fit.fitted[1])[0])
    flags[1, j, FLAGS.index("single_photon_not_verified")] = True
    panel = show(replace(plain_results, efficiency=replace(fit, flag_table=flags)))
    assert PHOTONS in [mark.sign for mark in panel.marks.marks]
    assert "may take two photons" in panel.words.html
    place = panel.plot.pixel_of(float(fit.detuning_mev[1, j]), float(fit.eta[1, j]))
    assert "no power series shows" in panel.plot.series_layer.tip(QPointF(place))


def test_the_leak_of_before_is_shown_while_a_drag_leaves_it_out(show: Callable[..., Any], leaky: Results) -> None:
    panel = show(leaky)
    marks = panel.marks.marks
    panel.display(replace(leaky, purity=None, intervals=None), WARM)
    assert panel.hatch.is_shown
    assert panel.marks.marks == marks


def test_another_experiment_forgets_the_leak(
    show: Callable[..., Any], leaky: Results, measured_document: Document
) -> None:
    panel = show(leaky)
    other = replace(measured_document, experiment=replace(measured_document.experiment, name="another"))
    panel.display(Analysis().update(other, intervals=False), WARM)
    assert not panel.hatch.is_shown


def test_the_table_spells_the_flags_out_and_a_click_selects(
    show: Callable[..., Any], leaky: Results, click: Callable[..., None]
) -> None:
    panel = show(leaky)
    chosen: list[str] = []
    panel.stack_chosen.connect(chosen.append)
    click(panel.table_button, panel.table_button.rect().center())
    QApplication.processEvents()
    assert panel.table.isVisible()
    assert not panel.scale.isVisible()
    fit, purity = leaky.efficiency, leaky.purity
    assert fit is not None
    assert purity is not None
    places = np.flatnonzero(fit.valid[1]).tolist()
    assert len(panel.table.rows) == len(places)
    row = next(i for i, j in enumerate(places) if purity.is_possible[1, j])
    assert "leak?" in panel.table.rows[row].cells[2]
    assert panel.table.rows[row].cells[1].startswith("! ")
    assert "A laser leak within the stated rejection" in panel.table.rows[row].tip
    click(panel.table, panel.table.row_box(row).center().toPoint())
    assert chosen == [fit.keys[1][places[row]]]


def test_the_table_has_a_place_with_one_temperature_too(
    show: Callable[..., Any], measured_document: Document, click: Callable[..., None]
) -> None:
    experiment = measured_document.experiment
    spectra, scans = (
        tuple(one for one in records if one.condition.temperature_k is None or one.condition.temperature_k > 200.0)
        for records in (experiment.spectra, experiment.scans)
    )
    lonely = Analysis().update(Document(replace(experiment, spectra=spectra, scans=scans)))
    panel = show(lonely, replace(WARM, temperature=0))
    assert not panel.thermal_card.isVisible()
    click(panel.table_button, panel.table_button.rect().center())
    QApplication.processEvents()
    assert panel.table.isVisible()
    click(panel.table_button, panel.table_button.rect().center())
    QApplication.processEvents()
    assert not panel.thermal_card.isVisible()


def test_the_table_is_reached_and_opened_by_the_keyboard(opened: Bindings, qtbot: Any) -> None:
    opened.looking.choose_step("efficiency")
    QApplication.processEvents()
    button = opened.page.table_button
    button.setFocus()
    assert button.hasFocus()
    qtbot.keyClick(button, " ")
    QApplication.processEvents()
    assert opened.page.table.isVisible()


def test_no_words_below_the_points_are_cut_in_a_small_window(
    opened: Bindings, measured_document: Document, until: Callable[..., None]
) -> None:
    opened.window.resize(1100, 700)
    opened.looking.choose_step("efficiency")
    for document in (measured_document, stated(measured_document, 3.0)):
        opened.session.begin(document)
        until(lambda: opened.session.is_settled)
        for temperature in (0, 1):
            opened.looking.choose_temperature(temperature)
            QApplication.processEvents()
            assert opened.page.words.fitting() or not opened.page.words.html
